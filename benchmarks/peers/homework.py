"""The softmax homework as an instructor would write it for nbgrader and for otter-grader.

Goes in: the course's own source notebook and its checks. Comes out: grade cells with assertions, test files in OK
format. Both make the calls of a check's visible round and compare with what the reference gives, by `numpy.allclose`.
"""

import copy

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell

from autograder.build import source_notebooks
from autograder.exam import VISIBLE, run_check
from autograder.grading.engine import SKIP_TAG, check_of
from autograder.images import ImageSource
from autograder.namespace import Failure, LocalNamespace
from autograder.recording import notebook_names
from autograder.reference import SolutionReference
from autograder.registry import checks_of
from autograder.wire import Handle, Plant

ASSIGNMENT = "softmax"
ACCURACY = "softmax.best_classifier"
_MOST_NUMBERS = 3000  # in one call's arguments; larger ones are there to measure time, which peers do not
_MOST_TEXT = 150_000  # characters of one item's tests, then it is enough
_PREFACE = "import numpy as np\nfrom autograder.student.stand_ins import PLANTS"
_COMPARED = ("loss", "learning_rate")  # of a training history
_ACCURACY_TEST = """\
from coursekit import shapes10
images, labels = shapes10.generate(1000, 2024)
right = np.mean(best_classifier.predict(preprocess(images)) == labels)"""


class Transcript(LocalNamespace):
    """Solved names that write down what a check asks of them: calls, and comparisons with what came back.

    Attributes
    ----------
    written : list of (str, list of str)
        A statement, and expressions that must be true after it.
    """

    def __init__(self, names):
        super().__init__(names)
        self.written, self.shown, self.full = [], {}, False

    def call(self, target, *args, attribute=None, watch=False, keep=False, repeat=1, **kwargs):
        """Call as ever, and write it down where an instructor would write such a test."""
        answer = super().call(target, *args, attribute=attribute, watch=watch, keep=keep, repeat=repeat, **kwargs)
        if (
            self._full()
            or isinstance(answer, Failure)
            or repeat > 1
            or _numbers([*args, *kwargs.values()]) > _MOST_NUMBERS
        ):
            return answer
        given = [self._text(arg) for arg in args] + [f"{name}={self._text(arg)}" for name, arg in kwargs.items()]
        call = f"{self._place(target, attribute)}({', '.join(given)})"
        if keep:
            self.shown[answer.number] = f"kept_{answer.number}"
            self.written.append((f"kept_{answer.number} = {call}", []))
        else:
            self.written.append((f"got = {call}", list(_comparisons("got", answer[0] if watch else answer))))
        return answer

    def get(self, target, attribute=None):
        """Get as ever, and compare it where it is a number, an array or a text."""
        answer = super().get(target, attribute)
        if not self._full() and not isinstance(answer, (Failure, Handle)):
            self.written.append((f"got = {self._place(target, attribute)}", list(_comparisons("got", answer))))
        return answer

    def set(self, target, attribute, value):
        """Set as ever, and write it down."""
        if not self._full():
            self.written.append((f"{self._place(target, attribute)} = {self._text(value)}", []))
        return super().set(target, attribute, value)

    def store(self, value):
        """Store as ever; the value is written where it is used."""
        handle = super().store(value)
        self.shown[handle.number] = self._text(value) if _numbers([value]) <= _MOST_NUMBERS else None
        return handle

    def replace(self, name, stand_in):
        """Nothing: the peers test a function with the student's own helpers."""

    def _full(self):
        """Whether enough is written; what is kept from then on is not named, so nothing more may be."""
        self.full = (
            self.full or sum(len(statement) + sum(map(len, more)) for statement, more in self.written) > _MOST_TEXT
        )
        return self.full

    def _place(self, target, attribute):
        name = self.shown[target.number] if isinstance(target, Handle) else target
        return f"{name}.{attribute}" if attribute else name

    def _text(self, value):
        """A value as a student would write it."""
        if isinstance(value, Handle):
            return self.shown[value.number]
        if isinstance(value, Plant):
            settings = ", ".join(f"{name}={self._text(item)}" for name, item in value.settings.items())
            return f"PLANTS[{value.kind!r}]({settings})"
        if isinstance(value, (list, tuple)):
            return "[" + ", ".join(map(self._text, value)) + "]"
        if isinstance(value, (np.ndarray, np.generic)):
            return f"np.array({value.tolist()!r}, dtype={str(value.dtype)!r})"
        return repr(value)


def _numbers(values):
    """How many numbers the values hold."""
    return sum(_numbers(v) if isinstance(v, (list, tuple)) else np.size(v) for v in values)


def _comparisons(name, value):
    """Expressions that are true where `name` is what the reference gave."""
    if isinstance(value, str):
        yield f"{name} == {value!r}"
    elif isinstance(value, dict):
        for key in filter(value.__contains__, _COMPARED):
            yield from _comparisons(f"{name}[{key!r}]", value[key])
    elif isinstance(value, (list, tuple)) and any(np.ndim(item) for item in value):
        for number, item in enumerate(value):
            yield from _comparisons(f"{name}[{number}]", item)
    elif value is not None and np.asarray(value).dtype.kind in "biuf":
        yield f"np.allclose({name}, np.array({np.asarray(value).tolist()!r}), rtol=1e-5, atol=1e-7)"


def tests(least_accuracy=0.35):
    """What is tested of each item: {check name: list of (statement, expressions)}."""
    names, reference, found = notebook_names(ASSIGNMENT), SolutionReference(ASSIGNMENT), {}
    for check in checks_of(ASSIGNMENT):
        if check.name == ACCURACY:
            found[check.name] = [(_ACCURACY_TEST, [f"right >= {least_accuracy}"])]
            continue
        if check.asks not in names:  # a letter to choose
            found[check.name] = [("", [f"{check.asks} == {reference.answer(check.name)!r}"])]
            continue
        spy = Transcript(names)
        with np.errstate(all="ignore"):
            run_check(check, spy, reference, [VISIBLE], ImageSource("shapes10"))
        found[check.name] = spy.written
    return found


def for_nbgrader(steps):
    """The grade cell's text: hidden tests, as nbgrader cuts them out of what students get."""
    lines = [_PREFACE]
    for statement, expressions in steps:
        lines += [statement] if statement else []
        lines += [f"assert {expression}" for expression in expressions]
    return "### BEGIN HIDDEN TESTS\n" + "\n".join(lines) + "\n### END HIDDEN TESTS"


def for_otter(name, steps, points):
    """A test file in OK format, one hidden case."""
    code = [f">>> {line}" for line in _PREFACE.splitlines()]
    for statement, expressions in steps:
        code += [f">>> {line}" for line in statement.splitlines()]
        code += [line for expression in expressions for line in (f">>> bool({expression})", "True")]
    case = {"code": "\n".join(code), "hidden": True, "locked": False}
    suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
    test = {"name": name, "points": points, "suites": [suite]}
    return f"OK_FORMAT = True\ntest = {test!r}\n"


def source(training=True):
    """Our own source notebook; without `training`, its cells tagged `skip-grading` are taken out."""
    nb = source_notebooks(ASSIGNMENT)[ASSIGNMENT]
    if not training:
        nb.cells = [cell for cell in nb.cells if SKIP_TAG not in cell.metadata.get("tags", [])]
    return nb


def released(nb):
    """What students get, made of a source notebook: nothing in the cells that they are to write."""
    nb = copy.deepcopy(nb)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = "pass"
    return nb


def nbgrader_source(nb, found):
    """The same source for stock nbgrader: an assertion cell in the place of each check."""
    nb = copy.deepcopy(nb)
    for cell in nb.cells:
        check = check_of(cell)
        if check is not None:
            cell.source = for_nbgrader(found[check.name])
    return nb


def otter_handin(nb):
    """A hand-in for otter: the student's cells, and `grader.check` in the place of each check."""
    nb = copy.deepcopy(nb)
    for cell in nb.cells:
        check = check_of(cell)
        cell.metadata = nbformat.from_dict({})
        if check is not None:
            cell.source = f"grader.check({check.grade_id!r})"
    start = "import otter\ngrader = otter.Notebook()"
    nb.cells.insert(0, new_code_cell(start))
    return nb


def otter_tests(found):
    """File names and texts of otter's tests."""
    points = {check.name: check for check in checks_of(ASSIGNMENT)}
    return {
        f"tests/{points[name].grade_id}.py": for_otter(points[name].grade_id, steps, points[name].points)
        for name, steps in found.items()
    }
