"""Judging layers that are pairs of functions, `forward(...) -> out, cache` and `backward(dout, cache) -> gradients`.

Goes in: a `Pair`, one case of such a layer. A backward pass is judged on the cache of the student's own forward pass,
or on the agreed one where that is missing or wrong; wrong gradients that are the exact derivatives of a wrong forward
pass are found, so that the error can be carried forward.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from autograder.checks import parts
from autograder.checks.parts import CARRIED, SLOPE
from autograder.compare import EXACT, SINGLE, Comparison, close, numbers, shape_of
from autograder.exam import unpack
from autograder.namespace import Failure


@dataclass(frozen=True)
class Pair:
    """One layer and what goes into it.

    Attributes
    ----------
    forward, backward : str
        Names of the student's functions.
    names : tuple of str
        Of the gradients, one for each input.
    inputs : tuple of arrays
        What is differentiated by.
    agreed : object
        The cache as the homework describes it.
    settings : tuple
        What the forward function is given besides.
    """

    forward: str
    backward: str
    names: tuple
    inputs: tuple
    agreed: object
    settings: tuple = ()

    def cache(self, student):
        """The cache of the student's own forward pass, left where it is."""
        whole = student.call(self.forward, *self.inputs, *self.settings, keep=True)
        return student.call(whole, 1, attribute="__getitem__", keep=True)

    def output(self, student):
        """The output of the student's own forward pass, or a `Failure`."""
        whole = student.call(self.forward, *self.inputs, *self.settings, keep=True)
        return _real(student.call(whole, 0, attribute="__getitem__"))

    def gradients(self, student, dout, cache):
        """What the student's backward function makes of a cache: a tuple, with a `Failure` for what is not there."""
        return separate(student.call(self.backward, dout, cache), self.names, self.inputs[0].shape)

    def own_gradients(self, student, dout):
        """The gradients on the student's own cache, in the shapes of the inputs; None where they are not so."""
        found = [_real(gradient) for gradient in self.gradients(student, dout, self.cache(student))]
        same = all(np.shape(gradient) == array.shape for gradient, array in zip(found, self.inputs, strict=True))
        return found if same else None

    def elsewhere(self, kept=None):
        """The same layer with other inputs, but for the one numbered `kept`."""
        return replace(self, inputs=tuple(a if k == kept else 0.5 - 2 * a for k, a in enumerate(self.inputs)))


def separate(answer, names, shape=None):
    """The gradients that came back, a `Failure` for each where they cannot be told apart.

    One alone may stand in a tuple or list; a nested list that has its `shape` is the gradient itself.
    """
    if len(names) == 1:
        alone = isinstance(answer, (tuple, list)) and len(answer) == 1
        alone = alone and getattr(numbers(answer, "it"), "shape", None) != shape
        return (answer[0] if alone else answer,)
    return unpack(answer, len(names), ", ".join(names))


def fits(grads, expected, tolerance=SINGLE):
    """Whether all gradients are right, but for rounding."""
    return all(close(got, value, "it", tolerance).passed for got, value in zip(grads, expected, strict=True))


def judge_gradients(exam, pair, dout, grads, expected, by_name, shape, shown, mistakes=()):
    """Judge each gradient by the expectation of its name, and its shape apart from that.

    `mistakes` are (values, kind, text), the values a tuple with None where a gradient is not affected, or None.
    """
    for number, name in enumerate(pair.names):
        shape.judge(shape_of(grads[number], expected[number].shape, name), shown)
        parts.judge(
            by_name[name],
            grads[number],
            expected[number],
            name,
            shown,
            exam,
            counts={"N": len(pair.inputs[0])},
            given={one.removeprefix("d"): array for one, array in zip(pair.names, pair.inputs, strict=True)}
            | {"dout": dout},
            mistakes=[(v[number], kind, text) for v, kind, text in mistakes if v and v[number] is not None],
        )


def own_or_agreed(exam, pair, dout, expected, untouched, shown):
    """Gradients on the cache of the student's own forward pass, or on the agreed one, and whether it was their own.

    The agreed one counts where their own forward function leaves no cache, or one that gives wrong numbers.
    """
    student = exam.student
    caches = [pair.cache(student), pair.agreed]
    grads = [pair.gradients(student, dout, cache) for cache in caches]
    # The better of the two: a cache that is nearly right must not stand in the way of one that is.
    right = [k for tolerance in (EXACT, SINGLE) for k in (0, 1) if fits(grads[k], expected, tolerance)]
    own = not right[0] if right else not isinstance(caches[0], Failure)
    again = pair.cache(student) if own else pair.agreed  # a cache may be used up by its backward pass
    exam.ask(pair.backward, dout, again, untouched=untouched, watched=(0,), case=shown)
    return grads[not own], own


def beside_gradients(exam, shape=0.1, untouched=0.05, named="shapes of the inputs"):
    """What a backward pass is judged by beside its numbers; `shape` and `untouched` are shares.

    Returns
    -------
    tuple of Expectation
        Of the gradients' shapes, of working from the cache alone, and of leaving `dout` as it is.
    """
    return (
        exam.expectation(named, shape, core=False),
        exam.expectation("works from its cache alone", 0.1, core=False, tolerance=EXACT),
        exam.expectation("dout is not modified", untouched, core=False),
    )


def judge_backward(exam, pair, dout, expected, by_name, beside, told, mistakes=(), out=None):
    """Judge one case of a backward pass, on the student's own cache or on the agreed one.

    Parameters
    ----------
    by_name : dict
        The expectation of each gradient.
    beside : tuple of Expectation
        As `beside_gradients` gives them.
    mistakes : list
        As `judge_gradients` takes them.
    out : array, optional
        The right output of the forward pass, in the one case in which errors carried forward and working from the
        cache alone are judged.
    """
    shape, alone, untouched = beside
    grads, own = own_or_agreed(exam, pair, dout, expected, untouched, told)
    judge_gradients(exam, pair, dout, grads, expected, by_name, shape, told, mistakes)
    if out is not None:
        alone.judge(stateless(exam, pair, dout, own), told)
        carried_forward(exam, pair, dout, out)


def stateless(exam, pair, dout, own=True):
    """Whether the gradients stay the same when the layer is used for other inputs in between: a `Comparison`."""
    student = exam.student
    before = pair.gradients(student, dout, pair.cache(student) if own else pair.agreed)
    cache = pair.cache(student) if own else pair.agreed
    other = pair.elsewhere()
    student.call(other.forward, *other.inputs, *other.settings, keep=True)
    after = pair.gradients(student, dout, cache)
    for name, one, two in zip(pair.names, before, after, strict=True):
        first = numbers(one, name)
        comparison = close(two, 0.0 if isinstance(first, Failure) else first, name, EXACT, False)
        if isinstance(first, Failure):
            return Comparison(False, None, EXACT, first.message, states=True)
        if not comparison.passed and not isinstance(two, Failure) and np.all(np.isfinite(first)):
            comparison.says(
                f"{name} changes when the layer is used for other inputs between forward and backward: what backward "
                "needs must be in the cache, not in a variable outside the function."
            )
        if not comparison.passed:
            return comparison
    return comparison


def carried_forward(exam, pair, dout, expected):
    """Judge whether wrong gradients are the exact derivatives of the student's own forward pass, which is wrong.

    `expected` is the right output of the forward pass.
    """
    carried = exam.expectation(
        f"carried forward ({CARRIED:.0%} of the points): the gradients are wrong, but the exact derivatives of your "
        f"own {pair.forward}. Mend that one",
        CARRIED,
        core=False,
        instead=True,
        tolerance=SLOPE,
    )
    # Drawn whatever is found: the cases that follow must be the same for all.
    directions = [exam.rng.standard_normal((2, *array.shape)) for array in pair.inputs]
    gradients = pair.own_gradients(exam.student, dout)
    if not gradients or not all(np.any(gradient) and np.all(np.isfinite(gradient)) for gradient in gradients):
        carried.require(False, "there is nothing to compare.")
        return
    if close(pair.output(exam.student), expected, "out").passed:
        carried.require(False, "your own forward pass is right: there is no earlier error that would be carried on.")
        return
    if not _through_a_layer(exam, pair, dout, gradients):
        carried.require(False, "your gradients do not depend on what else goes into the layer.")
        return
    for number, gradient in enumerate(gradients):
        for direction, along in zip(directions[number], (0, 1), strict=True):
            # Any direction, and one that follows the gradient, too: among many inputs, the first hardly sees its size.
            direction = direction / np.linalg.norm(direction) + along * gradient / np.linalg.norm(gradient)
            direction = direction / np.linalg.norm(direction)

            def upstream_at(step, direction=direction, number=number):
                moved = tuple(a + step * direction if k == number else a for k, a in enumerate(pair.inputs))
                out = replace(pair, inputs=moved).output(exam.student)
                return float(np.sum(out * dout)) if np.shape(out) == dout.shape else None

            off = parts.slope_error(gradient, direction, upstream_at)
            carried.judge(Comparison(off <= SLOPE, off, SLOPE, "it is not the derivative of your own forward pass."))


def _through_a_layer(exam, pair, dout, gradients):
    """Whether the derivatives by the first two inputs are others where what they are multiplied with is another.

    The derivative of x itself, or of a sum of all that goes in, is no backpropagation, however exact.
    """
    for number in range(min(len(pair.inputs), 2)):  # the derivative by a bias does not depend on anything
        others = pair.elsewhere(number if len(pair.inputs) > 1 else None).own_gradients(exam.student, dout)
        with np.errstate(invalid="ignore"):
            difference = math.nan if others is None else np.linalg.norm(others[number] - gradients[number])
        if not difference > 1e-6 * np.linalg.norm(gradients[number]):
            return False
    return True


def _real(value):
    array = numbers(value, "it")
    if isinstance(array, Failure) or array.dtype.kind == "c":
        return Failure("These are no real numbers.", "value")
    return array.astype(np.float64)
