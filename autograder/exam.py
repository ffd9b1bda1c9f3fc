"""One check held against one student's names: rounds of cases, expectations, points.

Goes in: a `Check`, a `Namespace`, a reference and the rounds to run. Comes out: a `Verdict`.
It fails closed: an expectation that was not judged in every round has not passed, and an item none of whose core
expectations passed earns nothing.
"""

import contextlib
import hashlib
import math
import time
from dataclasses import asdict, dataclass, field

import numpy as np

from autograder.compare import Comparison
from autograder.diagnose import Diagnosis
from autograder.namespace import Failure, KernelLost
from autograder.reference import NoReference
from autograder.wire import Handle


@dataclass(frozen=True)
class Round:
    """One pass through a check's cases.

    Attributes
    ----------
    name : str
        "visible", or "hidden 1" and so on.
    seed : int
        From which its cases are drawn.
    """

    name: str
    seed: int

    @property
    def hidden(self):
        """Whether its cases are drawn from the secret, so that nothing of them may be shown."""
        return self.name != "visible"


VISIBLE = Round("visible", 0)
_DATA = ("tuple", "list", "dict", "ndarray")  # what the student's process may be handed twice
_UNWRITTEN = "it raises NotImplementedError"  # in the words of a `Failure` of that kind


def hidden_rounds(check, secret, assignment):
    """The hidden rounds of a check, drawn from the course's secret.

    Parameters
    ----------
    check : Check
    secret : bytes
        Of the course; the first 64 count.
    assignment : str

    Returns
    -------
    list of Round
        `check.rounds` of them, always the same for the same three arguments.
    """
    rounds = []
    for number in range(1, check.rounds + 1):
        text = f"{assignment}/{check.name}/{number}".encode()
        seed = hashlib.blake2b(text, key=secret[:64], digest_size=8).digest()
        rounds.append(Round(f"hidden {number}", int.from_bytes(seed, "little")))
    return rounds


@dataclass
class Expectation:
    """One thing that is expected of an item, judged on every case.

    Attributes
    ----------
    name : str
        What is expected, as the student reads it.
    share : float
        Its part of the item's points, between 0 and 1.
    core : bool
        Whether it is about being right. The others (shapes, untouched inputs) count only where a core one passes.
    bonus : float
        Points on top, instead of a share.
    instead : bool
        An error carried forward: its share is earned where the others together earn less, and not on top of them.
    measured, tolerance : float or None
        Worst value measured, and the largest allowed (for accuracies: the smallest allowed).
    message, diagnosis, advice : str
        What was wrong, the mistake it looks like, and what to do next.
    stated : bool
        Whether the message says what is wrong, rather than by how much.
    """

    name: str
    share: float = 0.0
    core: bool = True
    bonus: float = 0.0
    instead: bool = False
    tolerance: float | None = None
    measured: float | None = None
    message: str = ""
    diagnosis: str = ""
    kind: str = ""
    advice: str = ""
    deferred: bool = False
    failed: bool = False
    stated: bool = False
    rounds: set = field(default_factory=set)
    passed: bool = False
    _round: Round = VISIBLE

    def judge(self, comparison, case="", diagnosis=None):
        """Take in one comparison. The first failure's words are kept, and the worst number.

        Parameters
        ----------
        comparison : Comparison or Failure
        case : str
            The case in words, as `parts.described` gives it; it stands before the message.
        diagnosis : Diagnosis, optional
            The mistake that the numbers look like.

        Returns
        -------
        bool
            Whether it passed.
        """
        self.rounds.add(self._round.name)
        if isinstance(comparison, Failure):
            comparison = Comparison(False, None, self.tolerance or 0.0, comparison.message, states=True)
        if comparison.measured is not None and not self.failed and not math.isnan(comparison.measured):
            self.measured = max(self.measured or 0.0, comparison.measured)
        if comparison.passed or self.failed:
            return comparison.passed
        self.failed, self.measured = True, comparison.measured
        where = f"In {'a hidden' if self._round.hidden else 'the'} case {case}: " if case else ""
        self.message, self.stated = where + comparison.message, comparison.states
        if isinstance(diagnosis, Diagnosis):
            self.diagnosis, self.kind = diagnosis.text, diagnosis.kind
        return False

    def require(self, condition, message, case="", diagnosis=None, states=True):
        """As `judge`, for something that is so or not.

        Parameters
        ----------
        condition : bool
        message : str
            What is wrong where it is not so, as a sentence.
        case, diagnosis
            As for `judge`.
        states : bool
            Whether the message says what is wrong, rather than by how much.

        Returns
        -------
        bool
        """
        return self.judge(Comparison(bool(condition), message=message, states=states), case, diagnosis)

    def at_least(self, value, threshold):
        """As `judge`, for a number `value` that should be at least `threshold`; returns whether it always was."""
        self.rounds.add(self._round.name)
        self.tolerance = threshold
        self.measured = value if self.measured is None else min(self.measured, value)
        self.failed = self.failed or not value >= threshold
        return not self.failed


@dataclass
class Verdict:
    """What one check found.

    Attributes
    ----------
    check : str
    points, max_points, bonus : float
    status : str
        "passed", "partial", "failed", "missing", "not implemented", "unreadable", "error", or a kind
        of loss (`namespace.LOST`).
    seconds : float
    reason : str
        A sentence where there is something to say besides the expectations.
    expectations : list of Expectation
    hidden : bool
        Whether hidden cases were judged.
    """

    check: str
    points: float
    max_points: float
    status: str
    bonus: float = 0.0
    seconds: float = 0.0
    reason: str = ""
    expectations: list = field(default_factory=list)
    hidden: bool = False
    title: str = ""

    def as_dict(self):
        """Plain data for JSON, in the order of the fields."""
        plain = asdict(self)
        plain["expectations"] = [
            {
                name: getattr(e, name)
                for name in (
                    "name",
                    "passed",
                    "measured",
                    "tolerance",
                    "diagnosis",
                    "message",
                    "advice",
                    "share",
                    "kind",
                    "deferred",
                )
            }
            for e in self.expectations
        ]
        return plain


def verdict_from_dict(plain):
    """The `Verdict` that `as_dict` described."""
    expectations = [Expectation(**expectation) for expectation in plain["expectations"]]
    return Verdict(**(plain | {"expectations": expectations}))


class Exam:
    """What a check's judge works with during one round.

    Attributes
    ----------
    student : Namespace
    reference : SolutionReference or RecordedReference
    images : ImageSource or None
        Where hidden test images come from.
    rng : numpy.random.Generator
        For drawing this round's cases.
    hidden : bool
        Whether this round's inputs must not be shown.
    grading : bool
        Whether this is the instructor's grading, with hidden rounds, or a student's own check.
    """

    def __init__(self, check, student, reference, images=None, grading=False):
        self.check, self.student, self.reference, self.images, self.grading = check, student, reference, images, grading
        self.expectations, self._names = {}, {}
        self.start(VISIBLE)

    def start(self, round_):
        """Begin a round."""
        self.round = round_
        name = int.from_bytes(hashlib.blake2b(self.check.name.encode(), digest_size=4).digest(), "little")
        self.rng = np.random.default_rng([name, round_.seed])
        for expectation in self.expectations.values():
            expectation._round = round_

    @property
    def hidden(self):
        """Whether the present round is a hidden one."""
        return self.round.hidden

    def expectation(self, name, share=0.0, **settings):
        """The expectation called `name`; the same one in every round.

        Parameters
        ----------
        name : str
            What is expected, as the student reads it.
        share : float
            Its part of the item's points; the shares of a check, but for bonus and errors carried forward, add up to 1.
        settings
            Other attributes of `Expectation`: `core`, `tolerance`, `advice`, `bonus`, `instead`, `deferred`.

        Returns
        -------
        Expectation
        """
        if name not in self.expectations:
            self.expectations[name] = Expectation(name, share, **settings)
            self.expectations[name]._round = self.round
        return self.expectations[name]

    def ask(self, function, *args, untouched=None, watched=None, case="", **kwargs):
        """Call the student's function with fresh copies of the arguments.

        Parameters
        ----------
        function : str or Handle
            A name in the notebook, or an object that an earlier call left with the student.
        args, kwargs
            Numbers, strings, arrays, `Plant`s and `Handle`s, and lists, tuples and dicts of them. Of `kwargs`,
            `attribute="predict"` calls that method of `function`, `keep=True` leaves the result with the student.
        untouched : Expectation, optional
            Fails when the function changes an array it was given, or one in a dict.
        watched : tuple of int, optional
            The arguments, counted from 0, that this is about; by default all of them.
        case : str
            The case in words, for the message about a changed argument.

        Returns
        -------
        value
            What crosses: numbers, strings, arrays, lists, tuples, dicts; a `Handle` for anything else; a `Failure`
            where there is none.
        """
        asked = self._called(function, kwargs.get("attribute"))
        if asked not in self._names:  # asked for in any case, that they are among the recorded values
            self._names[asked] = self.reference.arguments(asked)
        names = self._names[asked]
        if untouched is None:
            return self.student.call(function, *args, **kwargs)
        answer = self.student.call(function, *args, watch=True, **kwargs)
        if isinstance(answer, Failure):
            untouched.judge(answer, case)
            return answer
        value, after = answer
        for number in range(len(args)) if watched is None else watched:
            name = names[number] if number < len(names) else f"argument {number + 1}"
            untouched.require(
                _unchanged(args[number], after[number]),
                f"{name} is changed by the call. Work on a copy: an in-place operation such as `-=` also changes the "
                "caller's array.",
                case,
            )
        return value

    def given(self):
        """The arrays of numbers that the student's function was last given, by what messages call them."""
        target, args, attribute, kwargs = self.student.called or (None, (), None, {})
        names = self._names.get(self._called(target, attribute), [])
        numbered = [f"argument {number}" for number in range(1, len(args) + 1)]
        named = dict(zip([*names, *numbered[len(names) :]], args, strict=False)) | kwargs
        for name, arg in list(named.items()):
            if isinstance(arg, dict):
                named |= {f'{name}["{key}"]': value for key, value in arg.items()}
        return {
            name: array.astype(float)
            for name, array in named.items()
            if isinstance(array, np.ndarray) and array.dtype.kind in "iuf"
        }

    def _called(self, function, attribute):
        """What is called, as the homework names it; empty for what has no name there."""
        if attribute:
            return f"{self.check.asks}.{attribute}"
        return function if isinstance(function, str) else ""

    def answers_differ(self):
        """Whether the student's last call gives two different answers when it is repeated.

        Calls that may well change something, of methods other than `predict` or with objects, are not repeated.
        """
        target, args, attribute, kwargs = self.student.called or (None, (), None, {})
        handles = [arg for arg in (*args, *kwargs.values()) if isinstance(arg, Handle)]
        plain = all(handle.type_name in _DATA for handle in handles)
        if not plain or not (isinstance(target, str) or attribute == "predict"):
            return False
        first, second = (self.student.call(target, *args, attribute=attribute, **kwargs) for _ in range(2))
        return not isinstance(first, Failure) and not _equal(first, second)

    def expected(self, function, *args, case, **kwargs):
        """What the solution returns for the same arguments.

        Parameters
        ----------
        function : str
            Of the solutions' package, or of its module `for_checks`.
        args, kwargs
            As the student's function is given them.
        case : str
            The value's name within this check: one for each set of arguments, since the visible ones are recorded.

        Raises
        ------
        NoReference
            Where nothing is recorded under that name and there are no solutions.
        """
        return self.reference.expected(f"{self.check.name}/{case}", function, *args, **kwargs)

    def mistakes(self, function, *args, case):
        """What known mistakes give for the same arguments.

        Parameters
        ----------
        function : str
            A key of `MISTAKES` in the solutions' module `mistakes`.
        args, case
            As for `expected`.

        Returns
        -------
        list of (value, kind, text)
            Without those that fail on these arguments.
        """
        return self.reference.mistakes(f"{self.check.name}/{case}", function, *args)


def _equal(one, other):
    """Whether two answers are the same, to the bit."""
    if isinstance(one, dict):
        return (
            isinstance(other, dict) and one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
        )
    if isinstance(one, (tuple, list)):
        return type(one) is type(other) and len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
    return type(one) is type(other) and (not isinstance(one, (int, float)) or one == other or one != one)


def _unchanged(before, now):
    """Whether an argument is, after a call, what it was; of a dict, whether its arrays are."""
    if isinstance(before, dict):
        return isinstance(now, dict) and all(_unchanged(value, now.get(key)) for key, value in before.items())
    return not isinstance(before, np.ndarray) or (
        isinstance(now, np.ndarray) and now.shape == before.shape and np.allclose(now, before, 1e-12, 1e-12)
    )


def unpack(value, count, what):
    """Split a returned tuple.

    Parameters
    ----------
    value : object
        What `Exam.ask` returned.
    count : int
        How many values there should be.
    what : str
        Their names, for the message.

    Returns
    -------
    tuple
        The values, or `count` times the `Failure` that says why they cannot be told apart.
    """
    if isinstance(value, Failure):
        return (value,) * count
    if isinstance(value, (tuple, list)) and len(value) == count:
        return tuple(value)
    came = f"{len(value)} values" if isinstance(value, (tuple, list)) else "None" if value is None else "a single value"
    return (Failure(f"The function should return {count} values, {what}; it returned {came}.", "value"),) * count


def run_check(check, student, reference, rounds=(VISIBLE,), images=None):
    """Hold one check against one student's names.

    Parameters
    ----------
    check : Check
    student : Namespace
    reference : SolutionReference or RecordedReference
    rounds : list of Round
    images : ImageSource, optional
        For checks that measure accuracy.

    Returns
    -------
    Verdict
        Also where the student's process was lost: then without points, and with the reason.

    Raises
    ------
    ValueError
        If the shares of the check's expectations do not add up to 1.
    """
    began = time.perf_counter()
    grading = any(round_.hidden for round_ in rounds)
    exam = Exam(check, student, reference, images, grading)
    status = reason = ""
    try:
        present = student.get(check.asks)
        if isinstance(present, Failure) and present.kind == "missing":
            status, reason = "missing", present.message
        else:
            for round_ in rounds:
                exam.start(round_)
                check.judge(exam)
    except KernelLost as lost:
        status, reason = lost.failure.kind, lost.failure.message
    except NoReference as error:
        status, reason = "error", str(error)
    finally:
        with contextlib.suppress(KernelLost):
            student.restore()
    return _verdict(check, exam, rounds, status, reason, grading, time.perf_counter() - began)


def _verdict(check, exam, rounds, status, reason, grading, seconds):
    expectations = list(exam.expectations.values())
    for expectation in expectations:
        complete = {round_.name for round_ in rounds} <= expectation.rounds
        expectation.passed = complete and not expectation.failed and not status
        if not complete and not expectation.failed and not expectation.deferred:
            expectation.message = reason or "This could not be judged."
    regular = [e for e in expectations if not e.bonus and not e.instead]
    if not status and abs(sum(e.share for e in regular) - 1) > 1e-9:
        raise ValueError(f"The shares of {check.name} add up to {sum(e.share for e in regular)}, not 1.")
    earned = sum(e.share for e in regular if e.passed) if any(e.passed and e.core for e in regular) else 0.0
    points = check.points if regular and all(e.passed for e in regular) else round(check.points * earned, 2)
    carried = round(check.points * max((e.share for e in expectations if e.instead and e.passed), default=0.0), 2)
    if points >= carried or status:
        expectations = [e for e in expectations if not e.instead]  # nothing is carried forward: nothing to tell
    points = max(points, 0.0 if status else carried)
    bonus = sum(e.bonus for e in expectations if e.bonus and e.passed) if points else 0.0
    if not status:
        judged = [e for e in regular if not e.deferred]
        status = "passed" if all(e.passed for e in judged) else "partial" if points else "failed"
        if status == "failed" and judged and all(_UNWRITTEN in e.message for e in judged if not e.passed):
            status, reason = "not implemented", "This is not written yet."
    return Verdict(check.name, points, check.points, status, bonus, seconds, reason, expectations, grading, check.title)
