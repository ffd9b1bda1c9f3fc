"""The folder of a run: what belongs to it, and whether a command goes on with the run that is there.

Goes in: settings. Comes out: `settings.json`, or a sentence that says which setting differs. Nothing is overwritten.
"""

import json
import os
import platform
from pathlib import Path

SETTINGS, CHECKPOINT, MODEL, CURVES, RESULT = "settings.json", "checkpoint.pt", "model.npz", "curves.png", "result.json"


class FolderError(ValueError):
    """A folder that cannot be used; the message says why, and what to do."""


def recorded(folder):
    """What `settings.json` of a run holds, or None where there is no run.

    Raises
    ------
    FolderError
        If the file is damaged, or the folder holds something else.
    """
    folder = Path(folder)
    path = folder / SETTINGS
    try:
        if path.is_file():
            kept = json.loads(path.read_text(encoding="utf-8"))
            if not all(isinstance(kept[part], dict) for part in ("settings", "code", "versions")):
                raise ValueError("parts are missing")
            if not isinstance(kept["settings"].get("set"), dict):
                raise ValueError("its settings are not complete")
            return kept
        if folder.exists() and any(not found.name.endswith(".part") for found in folder.iterdir()):
            raise FolderError(
                f"{folder} holds other files, and no run: it is left alone. Take another folder: --out {_free(folder)}"
            )
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, FolderError):
            raise
        raise FolderError(f"{path} is damaged ({error}). Take another folder: --out {_free(folder)}") from error
    except OSError as error:
        raise FolderError(f"{folder} cannot be used ({error.strerror}). Take another folder with --out.") from error
    return None


def agree(folder, record):
    """See whether a run may start in a folder, or go on there; writes nothing.

    More epochs than before are welcome while the learning rate is constant: then training goes on as if it had never
    stopped.

    Raises
    ------
    FolderError
        If the folder holds a run with other settings or other code.
    """
    kept = recorded(folder)
    if kept is None:
        return
    old, new = kept["settings"], record["settings"]
    other = [name for name in new if old.get(name) != new[name] and not _longer(name, old, new)]
    if other:
        was, now = (" ".join(_typed(name, one.get(name)) for name in other) for one in (old, new))
        raise FolderError(
            f"{folder} holds a run with {was}; this command says {now}. To go on with that run: --resume {folder}. "
            f"To start another one: --out {_free(folder)}"
        )
    same_python = kept["versions"].get("python") == record["versions"]["python"]
    changed = [name for name, digest in record["code"].items() if kept["code"].get(name) != digest]
    if changed and same_python:
        raise FolderError(
            f"{' and '.join(changed)} changed since the run in {folder} was started. To train what you have now: "
            f"--out {_free(folder)}. To go on with that run, put back what was there."
        )


def start(folder, record):
    """Make the folder and write `settings.json`, after `agree`."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        write_json(Path(folder) / SETTINGS, record)
    except OSError as error:
        raise FolderError(f"{folder} cannot be written ({error.strerror}). Take another folder with --out.") from error


def versions():
    """Of Python, NumPy and PyTorch: for the record."""
    import numpy
    import torch

    return {"python": platform.python_version(), "numpy": numpy.__version__, "torch": torch.__version__}


def write_json(path, content):
    """Write a JSON file; a kill while writing leaves the one before."""
    write(path, lambda file: file.write((json.dumps(content, indent=2) + "\n").encode()))


def write(path, fill):
    """Write a file whole or not at all: `fill(file)` writes into an open binary file."""
    temporary = path.with_name(path.name + ".part")
    with open(temporary, "wb") as file:
        fill(file)
    os.replace(temporary, path)


def _longer(name, old, new):
    constant = old.get("schedule") == new["schedule"] == "constant"
    return name == "epochs" and constant and isinstance(old.get(name), int) and new[name] > old[name]


def _free(folder):
    """A folder beside this one that is not there yet."""
    folder, number = folder if folder.name else folder / "run", 2
    while (free := folder.with_name(f"{folder.name}-{number}")).exists():
        number += 1
    return free


def _typed(name, value):
    """A setting as one would type it."""
    if name == "set":
        return " ".join(f"--set {key}={one!r}" for key, one in value.items()) or "no --set"
    option = f"--{name.replace('_', '-')}"
    return f"no {option}" if value is None else f"{option} {value}"
