"""Functions of an earlier homework for a later one: your own, or the course's once they are handed out.

Goes in: the homework's name and the names that are needed. Comes out: those functions and classes. Which ones are in
use is always printed.
"""

import ast
import json
from pathlib import Path

_KEPT = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


class EarlierWorkMissing(RuntimeError):
    """The functions of an earlier homework that cannot be had; the message says what to do."""


def earlier(homework, *names, folder=".", source=None):
    """Take functions or classes over from an earlier homework.

    Parameters
    ----------
    homework : str
        Its name, such as "layers".
    names : str
        What is needed of it.
    folder : path
        Where to look: `HOMEWORK.ipynb` is your own notebook, `HOMEWORK_solutions.py` what the instructor handed out.
    source : {"own", "course"}, optional
        Which of the two; by default your own where it holds everything, written out, else the course's.

    Returns
    -------
    tuple
        In the order of `names`; a single one comes alone.

    Raises
    ------
    EarlierWorkMissing
        If neither file is there, or what is needed is not in it.
    """
    if source not in (None, "own", "course"):
        raise ValueError(f'source={source!r}: take "own", "course", or leave it out.')
    own, course = Path(folder) / f"{homework}.ipynb", Path(folder) / f"{homework}_solutions.py"
    complaints = []
    for path, kind, whose in ((own, "own", "your own"), (course, "course", "the course's solutions")):
        if source not in (None, kind):
            continue
        if not path.is_file():
            complaints.append(f"{path.name} is not there")
            continue
        found, lacking = _wanted(path, names)
        if lacking:
            complaints.append(f"{path.name} does not hold {', '.join(lacking)}")
            continue
        print(f"{homework}: {', '.join(names)} from {path.name}, {whose}")
        return found[0] if len(found) == 1 else tuple(found)
    raise EarlierWorkMissing(
        f"{' and '.join(complaints)}. Copy your notebook {own.name}, with these functions written, beside this one; or "
        f"use {course.name}, once it is handed out."
    )


def _wanted(path, names):
    """The named objects, and the names that are missing or not written yet."""
    scope, unwritten = contents(path)
    lacking = [name for name in names if name not in scope or name in unwritten]
    return [scope.get(name) for name in names], lacking


def contents(path):
    """All that a notebook or a Python file imports and defines; nothing else in it is run.

    Parameters
    ----------
    path : Path

    Returns
    -------
    scope : dict
        Modules, functions, classes and plain constants by name.
    unwritten : set of str
        Functions and classes that still raise NotImplementedError.
    """
    sources = _cells(path) if path.suffix == ".ipynb" else [path.read_text(encoding="utf-8")]
    scope = {"__name__": path.stem}
    unwritten: set[str] = set()
    for code in sources:
        for statement in _definitions(code):
            if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                (unwritten.add if _to_write(statement) else unwritten.discard)(statement.name)
            try:
                exec(compile(ast.Module([statement], []), str(path), "exec"), scope)
            except Exception as error:  # a definition that fails is missing afterwards, and is named then
                print(f"{path.name}, line {statement.lineno} of its cell: {type(error).__name__}: {error}")
    return scope, unwritten


def _cells(path):
    """Sources of a notebook's code cells, IPython's own commands left out."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EarlierWorkMissing(
            f"{path.name} is not a Jupyter notebook ({error}). Save it again in Jupyter."
        ) from error
    return ["\n".join("" if line[:1] in "%!" else line for line in text.splitlines()) for text in texts]


def _definitions(code):
    """Imports, functions, classes and plain constants; nothing that trains, plots or checks."""
    try:
        statements = ast.parse(code).body
    except SyntaxError:
        return []
    return [s for s in statements if isinstance(s, _KEPT) or (isinstance(s, ast.Assign) and _constant(s))]


def _constant(assignment):
    """Whether a plain value gets a name; `x[0] = 1` is an experiment."""
    try:
        ast.literal_eval(assignment.value)
    except ValueError:
        return False
    return all(isinstance(target, (ast.Name, ast.Tuple)) for target in assignment.targets)


def _to_write(statement):
    """Whether a function, or a method of a class, still only raises NotImplementedError."""
    return any(
        isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node)
        for function in ast.walk(statement)
        if isinstance(function, ast.FunctionDef)
        for node in function.body
    )
