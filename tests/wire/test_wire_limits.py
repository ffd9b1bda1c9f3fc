"""Replies that no honest process sends: refused before they cost memory, time or a crash."""

import json
import random

import numpy as np
import pytest

from autograder import wire
from autograder.namespace import Failure, Namespace
from autograder.wire import WireError, decode, encode
from tests.wire.test_wire import header


class Replies(Namespace):
    def __init__(self, reply):
        self.reply = reply

    def ask(self, question):
        return self.reply


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", str(2**53), str(-(2**60)), "1" * 400])
def test_numbers_that_json_should_not_carry_are_refused(text):
    with pytest.raises(WireError, match="should have come as an array"):
        decode(json.loads(text))
    assert isinstance(Replies(f'{{"value": {text}}}').get("W"), Failure)


def test_an_integer_too_long_to_read_is_a_failure():
    assert isinstance(Replies('{"value": ' + "9" * 100_000 + "}").get("W"), Failure)


@pytest.mark.parametrize(
    "tree",
    [
        {"scalar": "", "array": ""},
        {"list": [], "tuple": []},
        {"list": [], "more": 1},
        {"handle": 1, "type": "x", "more": 1},
        {"handle": True, "type": 5},
        {"handle": 1.0, "type": "x"},
        {"dict": [["a", 1, 2]]},
        {"dict": ["ab"]},
        {"dict": [[1, {"what": 2}]]},
        {"array": ["a"]},
        {"array": None},
        {},
    ],
)
def test_dicts_that_encode_does_not_make_are_refused(tree):
    with pytest.raises(WireError):
        decode(tree)


@pytest.mark.parametrize("kind", ["list", "tuple"])
def test_lists_that_are_too_long_are_refused(kind):
    assert len(decode({kind: [0] * wire.MAX_ITEMS})) == wire.MAX_ITEMS
    with pytest.raises(WireError, match="more than 100,000 entries"):
        decode({kind: [0] * (wire.MAX_ITEMS + 1)})
    with pytest.raises(WireError, match="more than 100,000 entries"):
        decode({"dict": [["a", 0]] * (wire.MAX_ITEMS + 1)})


def test_trees_that_are_too_deep_are_refused():
    tree = 0
    for _ in range(5000):
        tree = {"list": [tree]}
    with pytest.raises(WireError, match="too deeply"):
        decode(tree)


@pytest.mark.parametrize("part", ["0,", "{},", "[[],", '{"list": [{"list": []}]},'])
def test_replies_of_very_many_parts_are_not_read(part, monkeypatch):
    monkeypatch.setattr(json, "loads", lambda text: pytest.fail("it was read"))
    answer = Replies('{"value": {"list": [' + part * 1_100_000 + "0]}}").get("W")
    assert answer == Failure("The reply has too many parts.", "value")


@pytest.mark.parametrize(
    "text",
    [
        "-" * 60_000 + "1",
        "[" * 60_000,
        "{'descr': '<f8', 'fortran_order': False, 'shape': (" + "1," * 17 + ")}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (" + "9" * 5000 + ",)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 99999999999999999999)}",
        f"{{'descr': '<f8', 'fortran_order': False, 'shape': (0, {2**47}, {2**47})}}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (True,)}" + " " * 8,
        "{'descr': 'f8, f8', 'fortran_order': False, 'shape': ()}" + " " * 16,
        "{'descr': '(4,)f8', 'fortran_order': False, 'shape': ()}" + " " * 32,
        "{'descr': 'V99999999999999', 'fortran_order': False, 'shape': ()}",
        "{'descr': 'M8[s]', 'fortran_order': False, 'shape': ()}" + " " * 8,
        "{'descr': 'no such type', 'fortran_order': False, 'shape': ()}",
        "{'descr': '\\x00', 'fortran_order': False, 'shape': ()}",
        "lambda: 0",
        "{'descr': '<f8', 'fortran_order': False, 'shape': ()} if 1 else 0",
    ],
    ids=lambda text: text[:60],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_headers_that_lie_or_mean_something_are_refused(text):
    with pytest.raises(WireError):
        decode({"array": header(text)})


def test_nothing_random_does_anything_but_decode_or_be_refused():
    choose = random.Random(0)
    leaves = [
        None,
        True,
        3,
        2.5,
        "x",
        "",
        *encode([np.arange(4.0), np.float32(1), 1 + 2j])["list"],
        {"handle": 1, "type": "a"},
    ]

    def tree(depth):
        if depth == 0 or choose.random() < 0.3:
            return choose.choice(leaves)
        kind = choose.choice(["list", "tuple", "dict", "array", "scalar", "handle", "plant", "other"])
        inner = [tree(depth - 1) for _ in range(choose.randrange(4))]
        shapes = [inner, dict(enumerate(inner)), [[str(n), v] for n, v in enumerate(inner)], choose.choice(leaves)]
        return {kind: choose.choice(shapes)} | ({"type": choose.choice(leaves)} if choose.random() < 0.2 else {})

    refused = 0
    for _ in range(5000):
        given = json.loads(json.dumps(tree(5)))
        try:
            decode(given)
        except WireError:
            refused += 1
    assert 500 < refused < 4900


def test_a_message_of_which_some_bits_are_turned_is_decoded_or_refused():
    choose = random.Random(1)
    message = json.dumps(encode({"W": np.arange(6.0).reshape(2, 3), "y": np.arange(3), "n": (1, [2.5, "a"])})).encode()
    for _ in range(4000):
        damaged = bytearray(message)
        for _ in range(choose.randrange(1, 5)):
            damaged[choose.randrange(len(damaged))] ^= 1 << choose.randrange(8)
        answer = Replies('{"value": ' + damaged.decode("latin-1") + "}").get("W")
        assert answer is None or isinstance(
            answer, (Failure, dict, tuple, list, str, int, float, np.ndarray, np.generic, wire.Handle)
        )


def test_a_class_whose_name_moves_the_cursor_is_named_without_that():
    handle = decode({"handle": 1, "type": "\x1b[2J\x1b]0;all points\x07\n" + "x" * 200})
    assert handle.type_name.isprintable()
    assert len(handle.type_name) == 80
