"""All studies of all chapters, by name, with what is recorded of each.

Goes in: names such as "softmax/grid", or "softmax" for a whole chapter. Comes out: studies, or a table of them.
"""

import difflib
import importlib
import json

from benchmarks.studies.guard import GROUPS
from benchmarks.studies.run import RESULTS, Study
from coursekit.provenance import duration

CHAPTERS = ("softmax", "two_layer_net", "layers", "batchnorm", "cnn", "transfer")


class UnknownStudy(ValueError):
    """A name that no study has; the message says which one may be meant."""


def studies(chapters=CHAPTERS):
    """Return the studies of chapters in the order of the course, by name."""
    found = {}
    for chapter in chapters:
        module = importlib.import_module(f"benchmarks.studies.{chapter}")
        for name, function in module.STUDIES.items():
            study = Study(chapter, name, function, getattr(module, "PACKAGES", ("numpy",)))
            found[study.id] = study
    return found


def named(names):
    """Return the studies of these names, all of them where there is no name; each once.

    Raises
    ------
    UnknownStudy
        For a name that is neither a study's nor a chapter's.
    """
    chapters = [chapter for chapter in CHAPTERS if not names or chapter in {name.split("/")[0] for name in names}]
    known, chosen = studies(chapters), {}
    for name in names or chapters:
        fitting = {key: study for key, study in known.items() if name in (key, study.chapter)}
        if not fitting:
            everything = [*CHAPTERS, *studies()]
            close = difflib.get_close_matches(name, everything, n=1)
            meant = f" Did you mean {close[0]}?" if close else ""
            raise UnknownStudy(f"There is no study {name!r}.{meant} --list shows all.")
        chosen |= fitting
    return list(chosen.values())


def recorded(study):
    """Return what is recorded of a study, or None."""
    path = RESULTS / study.chapter / f"{study.name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def table(chosen):
    """Return a table of studies as text: name, runs and time of the recorded result, what it shows."""
    rows = []
    for study in chosen:
        found = recorded(study)
        runs = sum(len(found.get(group, [])) for group in GROUPS) if found else 0
        rows.append(
            (study.id, str(runs) if found else "", duration(found["seconds"]) if found else "none", study.about)
        )
    width = max(len(row[0]) for row in rows)
    lines = [f"{'study':{width}}  runs  recorded in  shows"]
    lines += [f"{name:{width}}  {runs:>4}  {time:>11}  {about}" for name, runs, time, about in rows]
    total = sum(found["seconds"] for found in map(recorded, chosen) if found)
    return "\n".join([*lines, f"All of them took {duration(total)} when they were recorded."])
