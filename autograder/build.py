"""From an assignment's single source to its notebooks: `assignments/NAME/*.md` and `solutions` in, notebooks out.

A source is a runnable MyST notebook. Its cells tagged `solution` import what students are to write; the builder puts
the functions' source in their place, marks the cells for nbgrader, and nbgrader's own `generate_assignment` cuts the
solutions out. Cells tagged `given` import what students are given as it is: its source is put in their place, whole.
"""

import ast
import hashlib
import importlib
import inspect
import re
import tempfile
from pathlib import Path

import jupytext
import nbformat
from nbformat.v4 import new_notebook

from autograder.registry import UnknownCheck, chapters, checks_of, get_check, grade_id

ASSIGNMENTS = Path(__file__).resolve().parent.parent / "assignments"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
_MARK_SCHEME = "### BEGIN MARK SCHEME", "### END MARK SCHEME"
_CHECK = re.compile(r"""check\(["']([^"']*)["']\)""")
_OWN_KEYS = ("name", "points")  # of a source's cell metadata: for the builder, not for the notebook


class BuildError(ValueError):
    """A source that cannot be built; the message starts with its file and line."""


def assignment_names(folder=ASSIGNMENTS):
    """Names of the assignments: the folders that hold a source of their notebooks."""
    if not folder.is_dir():
        raise BuildError(
            f"There is no folder {folder}: assignments are built in a clone of the course, not from the students' "
            "package."
        )
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and any(path.glob("*.md")))


def handed_out_with(name, folder=ASSIGNMENTS):
    """Files that go along with an assignment's notebooks, such as its data: all that is no source and no notebook.

    Parameters
    ----------
    name : str
        Of the assignment.
    folder : Path
        Where assignments are, each in a folder of its name.

    Returns
    -------
    list of Path
        Files directly in the assignment's folder, sorted; hidden ones are left out.
    """
    files = (path for path in sorted((folder / name).iterdir()) if path.is_file() and not path.name.startswith("."))
    return [path for path in files if path.suffix not in (".md", ".ipynb")]


def source_notebooks(name, folder=ASSIGNMENTS):
    """The notebooks of an assignment with solutions and nbgrader's metadata.

    Parameters
    ----------
    name : str
        Of the assignment, which is also its chapter's.
    folder : Path
        Where assignments are, each in a folder of its name.

    Returns
    -------
    dict of str to NotebookNode
        By the notebook's name, without a suffix.

    Raises
    ------
    BuildError
        For anything in a source that does not fit together.
    """
    if name not in assignment_names(folder):
        raise BuildError(f"There is no assignment {name!r}; there are {', '.join(assignment_names(folder)) or 'none'}.")
    sources = [_Source(path) for path in sorted((folder / name).glob("*.md"))]
    seen: dict[str, str] = {}
    notebooks = {source.path.stem: source.notebook(seen) for source in sources}
    for check in checks_of(name) if name in chapters() else []:
        if check.grade_id not in seen:
            raise BuildError(
                f'{sources[0].path}:1: the check {check.name!r} has no cell. Add one that reads check("{check.name}").'
            )
    return notebooks


def build(names=None, check_only=False, folder=ASSIGNMENTS):
    """Write student notebooks beside their sources.

    Parameters
    ----------
    names : list of str, optional
        Of assignments; all of them by default.
    check_only : bool
        Write nothing.
    folder : Path
        Where assignments are, each in a folder of its name.

    Returns
    -------
    list of Path
        Notebooks that were written; with `check_only`, those that are out of step with their source.
    """
    changed = []
    for name in names or assignment_names(folder):
        for stem, text in student_notebooks(source_notebooks(name, folder), name).items():
            path = folder / name / f"{stem}.ipynb"
            if path.is_file() and path.read_text(encoding="utf-8") == text:
                continue
            if not check_only:
                path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def student_notebooks(notebooks, name):
    """What nbgrader makes of source notebooks for students, as JSON text by the notebook's name."""
    with tempfile.TemporaryDirectory() as root:
        folder = release(root, name, notebooks)
        return {stem: (folder / f"{stem}.ipynb").read_text(encoding="utf-8") for stem in notebooks}


def release(root, name, notebooks):
    """Lay source notebooks into a course folder and have nbgrader make the student version.

    Returns
    -------
    Path
        Folder of the released assignment.
    """
    from autograder.grading.nbgrader_plugin import complaint, nbgrader_api

    source = Path(root) / "source" / name
    source.mkdir(parents=True, exist_ok=True)
    for stem, nb in notebooks.items():
        nbformat.write(nb, source / f"{stem}.ipynb")
    with nbgrader_api(root) as api:
        outcome = api.generate_assignment(name)
    if not outcome["success"]:
        raise BuildError(f"nbgrader could not make the student version of {name}: {complaint(outcome)}")
    return Path(root) / "release" / name


class _Source:
    """One `.md` source, and where in it a cell stands."""

    def __init__(self, path):
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.cells = jupytext.reads(self.text, fmt="md:myst").cells
        self.lines = self._lines()

    def _lines(self):
        """The line on which each cell's source begins, found in the order of the cells."""
        lines, at, found = self.text.splitlines(), 0, []
        for cell in self.cells:
            first = (cell.source.splitlines() or [""])[0]
            at = next((n for n in range(at, len(lines)) if first and lines[n].strip() == first.strip()), at)
            found.append(at + 1)
            at += len(cell.source.splitlines())
        return found

    def error(self, number, message):
        return BuildError(f"{self.path}:{self.lines[number]}: {message}")

    def notebook(self, seen):
        """The source notebook; `seen` collects the names of the assignment's graded cells, and where they stand."""
        cells = []
        for number, cell in enumerate(self.cells):
            cell = nbformat.from_dict(cell)
            marked = self._marked(number, cell)
            if marked:
                name = marked["grade_id"]
                if name in seen:
                    raise self.error(
                        number, f"the name {name!r} is taken already, at {seen[name]}. Every graded cell needs its own."
                    )
                seen[name] = f"{self.path.name}:{self.lines[number]}"
                cell.metadata["nbgrader"] = marked
            cells.append(_tidied(cell, marked))
        _give_ids(cells)
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        nb = new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
        nbformat.validate(nb)
        return nb

    def _marked(self, number, cell):
        """What nbgrader is to know of a cell, or None for one that it leaves alone."""
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "code" and "solution" in tags:
            return self._solution(number, cell)
        if cell.cell_type == "code" and "given" in tags:
            return self._given(number, cell)
        if cell.cell_type == "code" and "check(" in cell.source:
            return self._check(number, cell)
        if cell.cell_type == "markdown" and "task" in tags:
            return self._task(number, cell)
        if BEGIN in cell.source:
            raise self.error(
                number, f"there is {BEGIN!r} in a cell that is not tagged `solution`: students would see what follows."
            )
        return None

    def _solution(self, number, cell):
        names = self._imported(number, cell)
        if names:
            cell.source = "\n\n\n".join(self._function(number, module, name) for module, name in names)
        if BEGIN not in cell.source or cell.source.count(BEGIN) != cell.source.count(END):
            what = f"{', '.join(name for _, name in names)} from solutions" if names else "this solution cell"
            raise self.error(
                number, f"{what} has no pair of {BEGIN!r} and {END!r}: nothing, or too much, would be cut out."
            )
        name = cell.metadata.get("name") or (names[0][1] if names else None)
        if not name:
            raise self.error(number, "a solution cell that imports nothing needs a `name:` of its own in its options.")
        return _nbgrader(name, solution=True)

    def _given(self, number, cell):
        names = self._imported(number, cell)
        if not names:
            raise self.error(number, "a cell tagged `given` imports from `solutions` what students are given.")
        sources = []
        for module, name in names:
            source = self._function(number, module, name)
            if module.split(".")[1] != self.path.parent.name:  # an earlier homework's: nothing left to write there
                source = "\n".join(line for line in source.splitlines() if line.strip() not in (BEGIN, END))
            sources.append(source)
        cell.source = "\n\n\n".join(sources)
        if BEGIN in cell.source:
            raise self.error(number, f"{names[0][1]} holds a solution: tag this cell `solution`.")
        return None

    def _imported(self, number, cell):
        """(module, name) of everything that a solution cell imports from `solutions`; none where it is written out."""
        if BEGIN in cell.source:
            return []
        try:
            statements = ast.parse(cell.source).body
        except SyntaxError as error:
            raise self.error(number, f"this solution cell is not Python: {error.msg}.") from error
        imports = [
            s for s in statements if isinstance(s, ast.ImportFrom) and (s.module or "").split(".")[0] == "solutions"
        ]
        if imports and len(imports) != len(statements):
            raise self.error(
                number, "a solution cell either imports from `solutions` or is written out; this one does both."
            )
        return [(statement.module, alias.name) for statement in imports for alias in statement.names]

    def _function(self, number, module, name):
        try:
            return inspect.getsource(getattr(importlib.import_module(module), name)).rstrip()
        except (ImportError, AttributeError) as error:
            raise self.error(number, f"there is no {name!r} in {module}.") from error
        except (TypeError, OSError) as error:
            raise self.error(number, f"{name!r} in {module} is neither a function nor a class.") from error

    def _check(self, number, cell):
        found = _CHECK.fullmatch(cell.source.strip())
        if not found:
            raise self.error(number, 'a check stands alone in its cell, as in check("softmax.train").')
        try:
            check = get_check(found[1])
        except UnknownCheck as error:
            raise self.error(number, str(error)) from error
        return _nbgrader(check.grade_id, grade=True, locked=True, points=check.points)

    def _task(self, number, cell):
        name, points = cell.metadata.get("name"), cell.metadata.get("points")
        if not name or not isinstance(points, (int, float)) or points <= 0:
            raise self.error(
                number, 'a task needs its name and points: +++ {"tags": ["task"], "name": "...", "points": 4}.'
            )
        if not all(mark in cell.source for mark in _MARK_SCHEME):
            raise self.error(number, f"the task {name!r} has no marking scheme between {' and '.join(_MARK_SCHEME)}.")
        return _nbgrader(grade_id(name), locked=True, task=True, points=float(points))


def _nbgrader(name, **what):
    return {
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
        "schema_version": 3,
        "grade_id": name,
    } | what


def _tidied(cell, marked):
    """The cell with what only the builder needs taken out of its metadata."""
    metadata = {key: value for key, value in cell.metadata.items() if key not in _OWN_KEYS}
    own = ("given", *(("solution", "task") if marked else ()))  # of the source alone
    tags = [tag for tag in metadata.pop("tags", []) if tag not in own]
    if tags:
        metadata["tags"] = tags
    cell.metadata = nbformat.from_dict(metadata)
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    return cell


def _give_ids(cells):
    """Ids that only depend on a cell's name or text, so that a rebuilt notebook is the same, byte for byte."""
    taken: set[str] = set()
    for cell in cells:
        named = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        identity = re.sub(r"[^\w-]", "-", named)[:60] or hashlib.sha256(cell.source.encode()).hexdigest()[:12]
        number = 2
        unique = identity
        while unique in taken:
            unique, number = f"{identity}-{number}", number + 1
        taken.add(unique)
        cell["id"] = unique
