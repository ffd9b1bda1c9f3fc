"""What students are told about well-known mistakes in the homework on layers."""

import re

import pytest

from tests.checks.judging import failed, known_by_heart, named, said_of_hidden_cases, untold, verdict, without_clock


@pytest.fixture(autouse=True)
def no_clock():
    with without_clock():
        yield


ROWS = [
    ("affine_forward", "no bias", "out", ["The bias is missing"]),
    ("affine_forward", "bias taken off", "out", ["The bias is taken off"]),
    ("affine_forward", "ReLU behind it", "out", ["There is a ReLU on the output"]),
    ("affine_forward", "output turned", "out", ["Transposed", "rows and columns are swapped"]),
    ("affine_forward", "two axes alone", "more axes, one example", ["“images”", "matmul"]),
    ("affine_forward", "no cache", "out", ["should return 2 values, out and cache", "a single value"]),
    ("affine_forward", "x reshaped in place", "inputs are not modified", ["x is changed", "copy"]),
    ("affine_backward", "mean in db", "db", ["db is the mean over the examples", "it is their sum"]),
    ("affine_backward", "db not summed", "db", ["over axis 0 is right", "not reduced yet"]),
    ("affine_backward", "all divided by N", "dw", ["It is divided by N", "in dout already"]),
    ("affine_backward", "dw turned", "dw", ["Transposed"]),
    ("affine_backward", "dx left in rows", "more axes, one example", ["The numbers are right", "stand in shape"]),
    ("affine_backward", "zeros", "dx", ["Every number is zero"]),
    ("affine_backward", "kept in a global variable", "works from its cache alone", ["must be in the cache"]),
    ("relu_forward", "leaky", "out", ["a leaky ReLU"]),
    ("relu_forward", "absolute value", "out", ["the absolute value"]),
    ("relu_forward", "x set to zero in place", "inputs are not modified", ["x is changed", "copy"]),
    ("relu_backward", "mask by the gradient's sign", "dx", ["whether x was positive on the way forward"]),
    ("relu_backward", "unchanged", "dx", ["where x was negative, nothing goes back"]),
    ("relu_backward", "the derivative alone", "dx", ["multiply it with the upstream gradient"]),
    ("relu_backward", "set to zero in dout", "dout is not modified", ["changed by the call", "in-place"]),
    ("affine_relu", "no ReLU", "forward", ["There is no ReLU behind the affine layer"]),
    ("affine_relu", "relu first", "forward", ["The ReLU comes before the affine layer"]),
    ("affine_relu", "the ReLU forgotten", "backward", ["passes closed ReLUs"]),
    ("affine_relu", "dout masked in place", "inputs and dout are not modified", ["an input or dout is changed"]),
    ("softmax_loss", "loss is a sum", "loss", ["division by N is missing"]),
    ("softmax_loss", "gradient divided twice", "dx", ["divided by N once too often"]),
    ("softmax_loss", "no shift", "scores near ±1000", ["exponential that overflows"]),
    ("softmax_loss", "one never taken off", "dx", ["take one off at the right class"]),
    ("softmax_loss", "softmax of the columns", "loss", ["down the columns"]),
    ("softmax_loss", "x shifted in place", "x and y are not modified", ["x is changed"]),
    ("svm_loss", "no margin", "loss", ["There is no margin"]),
    ("svm_loss", "right class counted", "loss", ["The right class is counted too"]),
    ("svm_loss", "the right class gets no gradient", "dx", ["its score should go up"]),
    ("svm_loss", "the right class gets -1", "dx", ["-1 for each violated margin"]),
    ("svm_loss", "gradient is a sum", "dx", ["division by N is missing"]),
    ("cyclical_learning_rate", "jumps back after rising", "on the way down", ["must fall as it rose"]),
    ("cyclical_learning_rate", "starts at zero", "on the way up", ["starts at 0 instead of eta_min"]),
    ("cyclical_learning_rate", "half as wide", "on the way up", ["half as wide", "n_s is half a cycle"]),
    ("cyclical_learning_rate", "only one cycle", "in later cycles", ["stays low after the first cycle"]),
    ("topological_order", "the wrong way round", "every edge leads forward", ["the list is the wrong way round"]),
    (
        "topological_order",
        "nodes that no edge starts from are missing",
        "every node, each once",
        ["nodes are missing", "also nodes that no edge starts from"],
    ),
    ("topological_order", "recursion", "a chain of 3000 nodes", ["RecursionError"]),
    ("topological_order", "another error", "a cycle is a ValueError", ["raise a ValueError", "RuntimeError"]),
    ("topological_order", "cycles not seen", "a cycle is a ValueError", ["no order", "a list came back"]),
    ("forward_mode", "product of the slopes", "product", ["use the product rule"]),
    ("forward_mode", "power without its inner derivative", "power", ["inner derivative is missing (chain rule)"]),
    ("forward_mode", "minus the cosine", "sin", ["The derivative of sin is cos, without a minus"]),
    ("reverse_mode", "gradients overwritten", "sum", ["their shares must be added up"]),
    ("reverse_mode", "minus the cosine", "sin", ["The derivative of sin is cos, without a minus"]),
    ("reverse_mode", "grads not cleared", "a second pass back starts afresh", ["start from zero"]),
    ("reverse_mode", "recursion", "an expression of 3000 operations", ["RecursionError"]),
    ("k_layer_model", "ReLU first", "dense layers, a ReLU between each two, a Softmax at the end", ["ReLU, Dense"]),
    ("k_layer_model", "initialiser ignored", "weights from the initialiser", ["not what `initialiser` gave"]),
    (
        "k_layer_model",
        "the same seed in every layer",
        "other random numbers in every layer, and for every seed",
        ["two layers of the same size start with the same weights"],
    ),
    (
        "k_layer_model",
        "the seed left out",
        "other random numbers in every layer, and for every seed",
        ["the same whatever the seed"],
    ),
]


@pytest.mark.parametrize(("item", "name", "expectation", "words"), ROWS, ids=[f"{row[0]}: {row[1]}" for row in ROWS])
def test_the_text_says_what_the_mistake_is(item, name, expectation, words):
    assert not untold(verdict(named(f"layers.{item}", name)), expectation, words)


def test_passing_on_too_early_is_told_from_overwriting():
    found = failed(verdict(named("layers.reverse_mode", "passed on when first met")))
    assert "go in topological order" in found["whole expressions, parts used more than once"].diagnosis


BY_HEART = known_by_heart("layers")


@pytest.mark.parametrize("mutant", BY_HEART, ids=str)
def test_messages_about_hidden_cases_hold_no_expected_number(mutant):
    hidden = said_of_hidden_cases(mutant)
    assert hidden
    for message in hidden:
        assert not re.search(r"expected is -?\d", message), message
