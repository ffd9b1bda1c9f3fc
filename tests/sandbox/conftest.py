"""A hand-in's folder, kernels with small limits, and the notebook's source, for the tests of the sandbox."""

from dataclasses import replace

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.engine import grade_notebook
from autograder.grading.kernel import SandboxKernel
from autograder.grading.settings import Settings
from autograder.registry import get_check
from autograder.sandbox import Limits

# Small enough to be reached quickly, large enough for a slow machine to import NumPy within them.
LIMITS = Limits(cell_seconds=30.0, check_seconds=30.0, memory_mb=700, disk_mb=40, processes=24, output_bytes=200_000)
SECRET = bytes(range(32))


@pytest.fixture
def handin(tmp_path):
    """Folder of a hand-in with one file."""
    folder = tmp_path / "handin"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    return folder


@pytest.fixture
def start(handin):
    """A function that starts a kernel; all are stopped afterwards."""
    kernels = []

    def start(sandbox="bwrap", **limits):
        kernel = SandboxKernel(handin, Settings(sandbox=sandbox, limits=replace(LIMITS, **limits)))
        kernels.append(kernel)
        kernel.start()
        return kernel

    yield start
    for kernel in kernels:
        kernel.close()


def said(kernel, source, seconds=30.0):
    """What a cell prints, and the errors it raises."""
    outputs = kernel.run_cell(source, seconds)
    return "".join(
        o.get("text", "") + "".join(f"{o.get('ename')}: {o.get('evalue')}" * ("ename" in o)) for o in outputs
    )


@pytest.fixture
def grade(handin):
    """A function that grades a notebook of some cells; a cell `check NAME` stands for a check. Verdicts by name."""

    def grade(*sources, sandbox="bwrap", **limits):
        cells = []
        for source in sources:
            if source.startswith("check "):
                check = get_check(source.removeprefix("check "))
                meta = {"grade": True, "solution": False, "locked": True, "task": False, "schema_version": 3}
                meta |= {"grade_id": check.grade_id, "points": check.points}
                cells.append(new_code_cell(f'check("{check.name}")', metadata={"nbgrader": meta}))
            else:
                cells.append(new_code_cell(source))
        nb = new_notebook(cells=cells)
        settings = Settings(SECRET, sandbox=sandbox, limits=replace(LIMITS, **limits))
        verdicts = grade_notebook(nb, handin, "softmax", settings)
        return {verdict.check: verdict for verdict in verdicts}, nb

    return grade
