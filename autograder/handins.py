"""Made-up hand-ins, for the demo and the tests: a released notebook with its solution cells filled in.

Goes in: `tests/handins/ASSIGNMENT/NAME.py`, which says in its first lines what it is and what must come out, then holds
the cells that differ, each below `# %% NAME-OF-THE-CELL`. Comes out: a notebook as a student would hand it in.
"""

import ast
import copy
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat

from autograder.build import source_notebooks

HANDINS = Path(__file__).resolve().parent.parent / "tests" / "handins"
_SAID = ("Starts from", "Takes from solutions", "Must come out", "In part")
_EVERYTHING = re.compile(r"everything(?: but (?P<but>.*))? in full")


@dataclass(frozen=True)
class MadeUp:
    """One made-up hand-in.

    Attributes
    ----------
    name : str
    about : str
        What it is, in a sentence.
    from_solutions : bool or tuple of str
        Whether cells start out solved; or the names of those that do.
    cells : dict of str to str
        What stands in the others.
    expected : str
        What must come out, in words that `full_items` reads.
    partly : dict of str to float
        Points of items of which only a part must come out.
    """

    name: str
    about: str
    from_solutions: object
    cells: dict
    expected: str
    partly: dict = field(default_factory=dict)

    def full_items(self, items):
        """Those of the items' names that must earn all their points."""
        if self.expected == "nothing":
            return set()
        everything = _EVERYTHING.fullmatch(self.expected)
        named = (everything["but"] or "") if everything else self.expected.removesuffix(" in full")
        listed = {name.strip() for name in named.split(",") if name.strip()}
        if not listed <= set(items):
            raise ValueError(f"{self.name}: there is no item {', '.join(sorted(listed - set(items)))}.")
        return set(items) - listed if everything else listed

    def points(self, worth):
        """Points that must come out, by item; `worth` says what each item is worth."""
        full = {name: worth[name] for name in self.full_items(worth)}
        return dict.fromkeys(worth, 0.0) | full | self.partly


def read_handin(path):
    """Read one made-up hand-in."""
    path = Path(path)
    text = path.read_text(encoding="utf-8")
    head, *sections = re.split(r"^# %% ", text, flags=re.MULTILINE)
    about = ast.get_docstring(ast.parse(head)) or ""
    said = dict(re.findall(rf"^({'|'.join(_SAID)}): (.*)$", about, flags=re.MULTILINE))
    cells = {}
    for section in sections:
        name, _, source = section.partition("\n")
        cells[name.strip()] = re.sub(r"^# >>> ", "", source.strip("\n"), flags=re.MULTILINE)
    taken = tuple(name.strip() for name in said.get("Takes from solutions", "").split(",") if name.strip())
    solved = taken or said["Starts from"] == "solutions"
    parts = dict(part.split() for part in said.get("In part", "").split(", ") if part)
    partly = {name: float(points) for name, points in parts.items()}
    return MadeUp(path.stem, about.splitlines()[0], solved, cells, said["Must come out"], partly)


def read_handins(assignment, folder=HANDINS):
    """All made-up hand-ins for an assignment, by name.

    Raises
    ------
    FileNotFoundError
        Outside a clone of the course.
    """
    paths = sorted((folder / assignment).glob("*.py"))
    if not paths:
        raise FileNotFoundError(
            f"There are no made-up hand-ins in {folder / assignment}: they are in a clone of the course only."
        )
    return {path.stem: read_handin(path) for path in paths}


def filled(released, source, handin):
    """The released notebook as this made-up student hands it in.

    Parameters
    ----------
    released, source : NotebookNode
        What students get, and the notebook with solutions.
    handin : MadeUp
    """
    solved = _solution_cells(source)
    unknown = set(handin.cells) - set(solved)
    if unknown:
        raise ValueError(f"{handin.name}: there is no solution cell {', '.join(sorted(unknown))}.")
    nb = copy.deepcopy(released)
    for cell in nb.cells:
        meta = cell.metadata.get("nbgrader", {})
        name = meta.get("grade_id")
        if name in handin.cells:
            cell.source = handin.cells[name]
        elif meta.get("solution") and (
            name in handin.from_solutions if isinstance(handin.from_solutions, tuple) else handin.from_solutions
        ):
            cell.source = solved[name]
    return nb


def filled_all(released, assignment, handin):
    """Every notebook of a homework as this made-up student hands it in, by name.

    Parameters
    ----------
    released : path
        Folder of the notebooks that students get.
    assignment : str
    handin : MadeUp
    """
    sources = source_notebooks(assignment)
    cells = {stem: _solution_cells(source) for stem, source in sources.items()}
    unknown = set(handin.cells).difference(*cells.values())
    if unknown:
        raise ValueError(f"{handin.name}: there is no solution cell {', '.join(sorted(unknown))}.")
    found = {}
    for stem, source in sources.items():
        own = {name: text for name, text in handin.cells.items() if name in cells[stem]}
        nb = nbformat.read(Path(released) / f"{stem}.ipynb", as_version=4)
        found[stem] = filled(nb, source, replace(handin, cells=own))
    return found


def _solution_cells(source):
    """Names and texts of the cells that students fill in."""
    return {
        c.metadata.nbgrader.grade_id: c.source for c in source.cells if c.metadata.get("nbgrader", {}).get("solution")
    }
