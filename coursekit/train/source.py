"""Where nets and training functions come from: your notebook, a Python file, or an installed module.

Goes in: its name. Comes out: a `Source`, from which functions are taken by name. Nothing here knows how to train.
"""

import difflib
import importlib
import importlib.util
import inspect
import traceback
from dataclasses import dataclass
from pathlib import Path

from coursekit.earlier import contents

NOTEBOOK = "cnn_pytorch.ipynb"
MODULE = "solutions.cnn"  # loaded by name, and only where it can be found: the students' package has none


class SourceError(ValueError):
    """Functions that cannot be had, or do not work; the message says what to do."""


@dataclass(frozen=True)
class Source:
    """Functions and classes by name.

    Attributes
    ----------
    name : str
        As given: a file's path, or a module's name.
    scope : dict
        All that is defined there.
    unwritten : set of str
        What still raises NotImplementedError.
    root : str
        First part of the module name of what is defined there.
    """

    name: str
    scope: dict
    unwritten: set
    root: str

    @property
    def is_file(self):
        """Whether it is a notebook or Python file, rather than a module."""
        return _is_file(self.name)

    def take(self, name):
        """A function or class by its name."""
        if name in self.unwritten:
            raise SourceError(f"{self.name} holds {name}, but it is not written yet: it raises NotImplementedError.")
        if not callable(self.scope.get(name)):
            cells = " Only imports, functions, classes and plain constants are taken from it." * self.is_file
            raise SourceError(f"{self.name} does not hold the function {name}.{cells}")
        return self.scope[name]

    def models(self):
        """Names of all functions and modules that make a net without being told anything, as one types them."""
        from torch import nn

        found = []
        for name, thing in self.scope.items():
            own = (getattr(thing, "__module__", None) or "").split(".")[0] == self.root
            net = inspect.isfunction(thing) or (inspect.isclass(thing) and issubclass(thing, nn.Module))
            if own and net and not name.startswith("_") and name not in self.unwritten and _needs_nothing(thing):
                found.append(name.replace("_", "-"))
        return sorted(found)

    def model(self, typed):
        """The function that makes a net, by its name with dashes or underscores."""
        name = typed.replace("-", "_")
        if name in self.unwritten or callable(self.scope.get(name)):
            return self.take(name)
        models = self.models()
        close = difflib.get_close_matches(typed.lower().replace("_", "-"), models, n=3)
        hint = f" Did you mean {' or '.join(close)}?" if close else ""
        raise SourceError(
            f"There is no model {typed!r} in {self.name}.{hint} There are: {', '.join(models) or 'none'}."
        )

    def place(self, error):
        """Where in this source an exception was raised: text to put behind a sentence, or nothing."""
        frames = [
            (frame, number)
            for frame, number in traceback.walk_tb(error.__traceback__)
            if str(frame.f_globals.get("__name__", "")).split(".")[0] == self.root
        ]
        if not frames:
            return ""
        frame, number = frames[-1]
        file = Path(frame.f_code.co_filename).name
        cell = " of its cell" * file.endswith(".ipynb")
        return f" ({file}, line {number}{cell}, in {frame.f_code.co_name})"


def default_source():
    """Your notebook where it is in this folder, else the reference where it is installed.

    Raises
    ------
    SourceError
        If there is neither.
    """
    if Path(NOTEBOOK).is_file():
        return NOTEBOOK
    try:
        if importlib.util.find_spec(MODULE) is not None:
            return MODULE
    except ModuleNotFoundError:
        pass
    raise SourceError(
        f"There is no {NOTEBOOK} in this folder to take nets and train_epoch from. Go to the folder of your homework, "
        "or name your notebook or module: --from NOTEBOOK.ipynb."
    )


def open_source(name):
    """Read a notebook or Python file, or import a module.

    Raises
    ------
    SourceError
        If it is not there, or cannot be read or imported.
    """
    if _is_file(name):
        path = Path(name)
        if not path.is_file():
            raise SourceError(f"There is no file {name} to take nets from (--from).")
        try:
            scope, unwritten = contents(path)
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"{name} cannot be read ({error}).") from error
        return Source(name, scope, unwritten, path.stem.split(".")[0])
    try:
        module = importlib.import_module(name)
    except Exception as error:  # a module of one's own can raise anything
        raise SourceError(f"The module {name!r} cannot be imported: {type(error).__name__}: {error}") from error
    return Source(name, vars(module), set(), module.__name__.split(".")[0])


def _is_file(name):
    return name.endswith((".ipynb", ".py")) or "/" in name or "\\" in name


def _needs_nothing(thing):
    try:
        inspect.signature(thing).bind()
    except (TypeError, ValueError):
        return False
    return True
