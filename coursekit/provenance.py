"""How a recorded study was measured, as a line to unfold beside its figures in the book.

Goes in: names of recorded results, files below `results/`. Comes out: Markdown with what each file says about its data,
settings, seeds, times, machine and versions. Needs no script in the browser.
"""

import json
from html import escape
from pathlib import Path

from IPython.display import Markdown

GROUPS = {"search": "Runs of the search", "runs": "Runs", "raw_runs": "Runs on pixels without the mean subtracted"}
LIBRARIES = {"python": "Python", "numpy": "NumPy", "torch": "PyTorch"}
NAMES = {"cifar10": "CIFAR-10"}
SPLITS = {"train": "training", "val": "validation", "test": "test"}
SHOWN = 8  # so many numbers are listed; of more, the smallest, the largest and how many there are


def how_measured(*names, folder="results"):
    """Return a folded line that says how one or more recorded studies were measured.

    Parameters
    ----------
    *names : str
        Files below the folder without their ending, such as "softmax/grid".
    folder : path
        Where the recorded results are; in the book's pages, the folder beside them.

    Returns
    -------
    IPython.display.Markdown
        A `<details>` with one list per study. Raises FileNotFoundError where a file is missing, ValueError where it is
        no recording or does not say how it was measured.
    """
    parts = ["<details class='how-measured'><summary>How this was measured</summary>", ""]
    for name in names:
        path = Path(folder, f"{name}.json")
        if not path.is_file():
            raise FileNotFoundError(f"There is no recorded result {path}. Name it as in the folder, without .json.")
        parts += [*_lines(name, json.loads(path.read_text(encoding="utf-8"))), ""]
    return Markdown("\n".join([*parts, "</details>"]))


def _lines(name, study):
    """One study as the lines of a Markdown list, under a sentence that says what it is about."""
    missing = [key for key in ("about", "seconds", "machine", "versions") if key not in study]
    if missing:
        raise ValueError(
            f"{name}.json does not say how it was measured: {', '.join(missing)} missing. Record it again."
        )
    if study.get("quick"):
        raise ValueError(f"{name}.json is a quick try-out, no recording. Run the study without --quick.")
    about = escape(" ".join(study["about"].split()), quote=False)
    facts = [("Data", _data(study["data"]))] if "data" in study else []
    if "backbone" in study:
        facts.append(("Pretrained net", _spoken(study["backbone"]["name"])))
    for key, title in GROUPS.items():
        if study.get(key):
            facts.append((title, _group(study[key])))
    machine = study["machine"]
    threads = f"{machine['threads']} thread{'s' if machine['threads'] > 1 else ''}"
    libraries = ", ".join(f"{LIBRARIES.get(key, key)} {value}" for key, value in study["versions"].items())
    facts += [
        ("In all", f"{duration(study['seconds'])} on {threads} ({machine['architecture']}); {libraries}"),
        ("File", f"`book/results/{name}.json`{', with checksums of the images' if 'data' in study else ''}"),
    ]
    return [f"*{about}*", "", *(f"- **{what}:** {said}" for what, said in facts)]


def _data(data):
    """Name, sizes and preprocessing of the images."""
    sizes = [f"{data['splits'][split]['images']:,} {word}" for split, word in SPLITS.items() if split in data["splits"]]
    prepared = data["preprocessing"].replace("raw_runs:", "others:")
    return f"{NAMES.get(data['name'], data['name'])}, {', '.join(sizes)} images; {escape(prepared, quote=False)}"


def _group(runs):
    """How many runs, their seeds and times; the settings that all share, and those that differ."""
    settings = [run.get("settings", {}) for run in runs]
    names = dict.fromkeys(name for setting in settings for name in setting)
    values = {name: [setting.get(name) for setting in settings] for name in names}
    spoken = {name: list(dict.fromkeys(map(_spoken, found))) for name, found in values.items()}
    shared = [f"`{name}` {found[0]}" for name, found in spoken.items() if len(found) == 1 and found[0] != "none"]
    varied = [f"`{name}` {_listed(values[name])}" for name, found in spoken.items() if len(found) > 1]
    seeds = sorted({run["seed"] for run in runs if "seed" in run})
    said = f"{len(runs)}; "
    said += (
        f"seed{'s' if len(seeds) > 1 else ''} {_listed(seeds)}" if seeds else "the seed is fixed in the study's code"
    )
    seconds = [run["seconds"] for run in runs if "seconds" in run]
    said += f"; {_span(seconds)}{' each' if len(runs) > 1 else ''}" if seconds else ""
    said += f". {'The same in all' if varied else 'Settings'}: {'; '.join(shared)}" if shared else ""
    return said + (f". Different: {'; '.join(varied)}" if varied else "")


def _spoken(value):
    """A setting as a reader would say it."""
    if value is None or value is False:
        return "none" if value is None else "no"
    if value is True:
        return "yes"
    if isinstance(value, list):
        return "-".join(map(str, value))
    return escape(f"{value:g}" if isinstance(value, float) else str(value).replace("_", " "), quote=False)


def _listed(values):
    """All different values; of many numbers the smallest, the largest and how many there are."""
    different = list(dict.fromkeys(map(_spoken, values)))
    numbers = {value for value in values if isinstance(value, (int, float))}
    if len(numbers) == len(different):
        if len(numbers) > SHOWN:
            return f"{_spoken(min(numbers))} to {_spoken(max(numbers))} ({len(numbers)} values)"
        different = [_spoken(number) for number in sorted(numbers)]
    return " / ".join(different) if any(", " in value for value in different) else ", ".join(different)


def _span(seconds):
    low, high = (duration(find(seconds)) for find in (min, max))
    return low if low == high else f"{low} to {high}"


def duration(seconds):
    """Say seconds as seconds, minutes or hours, as precisely as it helps."""
    if seconds < 1:
        return "less than a second"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 600:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
