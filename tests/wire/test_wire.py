"""What may cross between a student's process and the judge, and what is refused without being read."""

import base64
import io
import json
import math
import pickle

import numpy as np
import pytest

from autograder import wire
from autograder.namespace import Failure, Namespace
from autograder.wire import Handle, Plant, WireError, decode, encode


def npy(array, **settings):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version=(1, 0), **settings)
    return base64.b64encode(buffer.getvalue()).decode()


def header(text):
    raw = text.encode()
    return base64.b64encode(b"\x93NUMPY\x01\x00" + len(raw).to_bytes(2, "little") + raw).decode()


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        -2.5,
        "text",
        [1, [2.0, "a"]],
        (1, (2,)),
        {"loss": [0.5], "n": 3},
        [],
        {},
        2**70 * 1.0,
        np.float32(0.1),
        1 + 2j,
    ],
)
def test_plain_values_come_back_as_they_were(value):
    assert decode(json.loads(json.dumps(encode(value)))) == value


@pytest.mark.parametrize(
    "dtype", ["bool", "int8", "uint8", "int64", "uint64", "float16", "float32", "float64", ">f8", "complex128"]
)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3, 4)])
def test_arrays_come_back_with_shape_dtype_and_bits(dtype, shape):
    array = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    back = decode(json.loads(json.dumps(encode(array))))
    assert back.shape == array.shape and back.dtype == array.dtype.newbyteorder("=") and np.array_equal(back, array)


def test_views_and_fortran_order_come_back_right():
    array = np.arange(24.0).reshape(4, 6)
    for view in (array.T, array[::2, ::-1], np.asfortranarray(array)):
        assert np.array_equal(decode(encode(view)), view)


def test_nan_infinity_and_large_integers_survive():
    assert math.isnan(decode(encode(float("nan")))) and decode(encode(float("-inf"))) == -math.inf
    assert decode(encode(2**60)) == 2**60


def test_a_subclass_crosses_as_a_plain_array():
    class Liar(np.ndarray):
        pass

    assert type(decode(encode(np.arange(3).view(Liar)))) is np.ndarray


def test_what_is_no_number_stays_as_a_handle_or_is_refused():
    kept = []
    tree = encode({"model": object()}, keep=lambda value: kept.append(value) or 7)
    assert isinstance(decode(tree)["model"], Handle) and decode(tree)["model"].number == 7 and len(kept) == 1
    with pytest.raises(WireError, match="A object cannot be compared"):
        encode(object())
    assert encode(Plant("generator", seed=3))["plant"] == "generator"


@pytest.mark.parametrize(
    "array", [np.array([object()]), np.array(["text"]), np.array([b"bytes"]), np.zeros(2, [("a", int)])]
)
def test_arrays_of_anything_but_numbers_are_refused(array):
    with pytest.raises(WireError):
        encode(array)


def test_too_deep_too_many_and_too_large_are_refused():
    deep = []
    for _ in range(wire.MAX_DEPTH + 2):
        deep = [deep]
    with pytest.raises(WireError, match="levels deep"):
        encode(deep)
    with pytest.raises(WireError, match="entries"):
        encode([0] * (wire.MAX_ITEMS + 1))
    with pytest.raises(WireError, match="larger than"):
        encode(np.zeros(wire.MAX_BYTES + 1, dtype=np.int8))


class Explodes:
    def __reduce__(self):
        return exec, ("raise SystemExit('a pickle was read')",)


@pytest.mark.parametrize(
    "text",
    [
        npy(np.array([Explodes()], dtype=object), allow_pickle=True),
        base64.b64encode(pickle.dumps(Explodes())).decode(),
        header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }") + "AAAA",
        header("{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000,), }"),
        header("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }"),
        header("{'descr': '<f8', 'fortran_order': False, 'shape': 'all', }"),
        header("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (), }"),
        header("__import__('os').abort()"),
        header("{'descr': '<f8'}"),
        header("(" * 5000),
        "not base64!",
        "",
        base64.b64encode(b"\x93NUMPY\x02\x00").decode(),
    ],
)  # fmt: skip
def test_dangerous_or_lying_array_bytes_are_refused_unread(text):
    for kind in ("array", "scalar"):
        with pytest.raises(WireError):
            decode({kind: text})


@pytest.mark.parametrize(
    "tree",
    [[], {"what": 1}, {"array": 3}, {"list": 3}, {"dict": [[1]]}, {"dict": {"a": 1}}, {"handle": "x", "type": "y"},
     {"array": "", "scalar": ""}, {"tuple": {"list": []}}, {"plant": "generator", "settings": None}, {1: 2}],
)  # fmt: skip
def test_trees_of_another_form_are_refused(tree):
    with pytest.raises(WireError):
        decode(tree)


def test_an_array_is_no_scalar():
    with pytest.raises(WireError, match="calls an array a number"):
        decode({"scalar": npy(np.zeros(3))})


class Replies(Namespace):
    def __init__(self, reply):
        self.reply = reply

    def ask(self, question):
        return self.reply


@pytest.mark.parametrize(
    "reply",
    ["", "null", "3", "[]", "{}", '{"value": []}', '{"error": 3}', '{"value": {"array": "x"}}', "[" * 100_000,
     '{"error": {"kind": []}}',
     '{"value": NaN', "\ud800", '{"error": {"kind": "raised", "type": {"a": 1}, "message": ["x"], "where": 5}}'],
)  # fmt: skip
def test_an_unreadable_reply_is_a_failure_never_an_exception(reply):
    answer = Replies(reply).get("W")
    assert isinstance(answer, Failure) and answer.message


def test_mutated_messages_never_do_anything_but_decode_or_be_refused():
    rng = np.random.default_rng(0)
    good = json.dumps(
        encode({"W": np.arange(6.0).reshape(2, 3), "loss": 0.5, "list": [1, (2, "x")], "s": np.float32(2)})
    )
    for _ in range(3000):
        text = list(good)
        for _ in range(int(rng.integers(1, 6))):
            at = int(rng.integers(len(text)))
            text[at] = chr(int(rng.integers(32, 127)))
        try:
            tree = json.loads("".join(text))
        except ValueError:
            continue
        try:
            decode(tree)
        except WireError:
            pass
