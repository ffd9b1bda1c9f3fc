"""`autograder check NOTEBOOK`: the visible checks of a notebook, from a shell.

Goes in: a student's own notebook. Comes out: each verdict on the screen, as it comes. Nothing is written, and nothing
secret is needed.
"""

import sys
from pathlib import Path

from autograder.grading import scratch
from autograder.grading.engine import check_of, grade_notebook
from autograder.grading.handin import copy_files
from autograder.grading.notebook import Unreadable, read_notebook
from autograder.grading.settings import Settings
from autograder.sandbox import INSTALL_HINT, SandboxUnavailable, bubblewrap
from autograder.show.verdict import as_lines
from coursekit import cifar10_folder, dataset_name


def check_notebook(path, sandbox="auto"):
    """Run a notebook and print the verdicts of its visible checks.

    Parameters
    ----------
    path : Path
    sandbox : {"auto", "bwrap", "none"}
        "auto" is bubblewrap where it is installed, else none: students run their own code.

    Returns
    -------
    int
        Exit code: 0, whatever the checks say.

    Raises
    ------
    ValueError
        If there is no notebook, or none with checks, at `path`.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"There is no notebook {path}.")
    try:
        nb = read_notebook(path)
    except Unreadable as error:
        raise ValueError(str(error)) from error
    if not any(check_of(cell) for cell in nb.cells):
        raise ValueError(
            f'{path} holds no check cells, such as check("softmax.train"). Is it one of the course\'s notebooks?'
        )
    settings = _settings(path.parent, sandbox)
    print(f"Running {path.name} on {settings.dataset} …", flush=True)
    with scratch.folder("handin") as folder:
        copy_files(path.parent, folder, notebooks=True)
        verdicts = grade_notebook(nb, folder, path.stem, settings, on_verdict=_show)
    points, most = sum(v.points for v in verdicts), sum(v.max_points for v in verdicts)
    print(
        f"Visible checks: {points:g} of {most:g} points. Hidden cases and free-response items are "
        "judged when the homework is graded."
    )
    return 0


def _show(verdict):
    print(as_lines(verdict, sys.stdout), end="\n\n", flush=True)


def _settings(folder, sandbox):
    """Settings without a secret: only the visible cases are judged."""
    if sandbox == "auto":
        try:
            bubblewrap()
            sandbox = "bwrap"
        except SandboxUnavailable:
            sandbox = "none"
            print(
                f"There is no bubblewrap here, so the notebook runs without a sandbox. {INSTALL_HINT}.", file=sys.stderr
            )
    dataset = dataset_name(folder)
    # The sandbox mounts the folder above the official files.
    data = str(cifar10_folder().parent) if dataset == "cifar10" else ""
    return Settings(dataset=dataset, data=data, sandbox=sandbox)
