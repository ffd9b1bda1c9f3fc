"""An agent that lies can make its answers wrong, never right: it is not sent what it would need, and breaks no check.

No kernel here: the liar stands in the place of the whole sandbox, and answers the grader's questions as it likes.
"""

import base64
import io
import json
import random

import numpy as np
import pytest

from autograder import wire
from autograder.exam import VISIBLE, hidden_rounds, run_check
from autograder.images import ImageSource
from autograder.namespace import Namespace
from autograder.reference import SolutionReference
from autograder.registry import checks_of

CHECKS = {check.name: check for check in checks_of("softmax")}
SECRET = bytes(range(32))


class Liar(Namespace):
    """A namespace whose every answer comes from `lie(question)`; keeps the questions."""

    def __init__(self, lie):
        self.lie, self.asked = lie, []

    def ask(self, question):
        self.asked.append(question)
        return self.lie(json.loads(question))

    def clock(self):
        return 0.0


def judged(check, liar):
    rounds = [VISIBLE, *hidden_rounds(check, SECRET, "softmax")]
    return run_check(check, liar, SolutionReference("softmax"), rounds, ImageSource("shapes10"))


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return base64.b64encode(buffer.getvalue()).decode()


VALUES = [
    True,
    None,
    0,
    1.5,
    "C",  # a letter, but not the right one
    "",
    {"list": []},
    {"tuple": []},
    {"dict": [["loss", {"list": [1.0]}], ["learning_rate", 3]]},
    {"handle": 0, "type": "ndarray"},
    {"handle": -5, "type": "SoftmaxClassifier"},
    {"scalar": npy(np.float64(np.nan))},
    {"scalar": npy(np.complex128(1 + 1j))},
    *({"array": npy(array)} for array in (np.zeros(0), np.zeros((2, 3)), np.full((7, 5), np.nan), np.full(1, 1e308))),
    {"array": npy(np.zeros((0, 3, 0)))},
    {"array": npy(np.array(True))},
]
VALUES += [{"tuple": [a, b]} for a in VALUES[5:12] for b in VALUES[5:12]]
VALUES += [{"tuple": [v, {"list": [{"array": npy(np.zeros(3))}, None]}]} for v in VALUES[:10]]


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("seed", range(8))
def test_no_answer_of_the_wrong_kind_breaks_a_check_or_earns_anything(name, seed):
    choose = random.Random(f"{name} {seed}")
    verdict = judged(CHECKS[name], Liar(lambda question: json.dumps({"value": choose.choice(VALUES)})))
    assert (verdict.points, verdict.bonus) == (0.0, 0.0)
    assert verdict.status == "failed" or (verdict.status, name) == ("missing", name)


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("value", VALUES[:20], ids=lambda value: str(value)[:40])
def test_the_same_answer_to_every_question_earns_nothing(name, value):
    verdict = judged(CHECKS[name], Liar(lambda question: json.dumps({"value": value})))
    assert (verdict.points, verdict.bonus, verdict.status) == (0.0, 0.0, "failed")


@pytest.mark.parametrize("name", CHECKS)
def test_sending_the_arguments_back_earns_nothing(name):
    def echo(asked):
        values = asked.get("args") or [asked.get("value")]
        return json.dumps({"value": {"tuple": [values[0], {"list": values}]} if asked.get("watch") else values[0]})

    verdict = judged(CHECKS[name], Liar(echo))
    assert (verdict.points, verdict.bonus, verdict.status) == (0.0, 0.0, "failed")


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize(
    "reply", ["", "[]", "null", "{}", '{"value": NaN}', '{"error": 3}', '{"error": {"kind": []}}', "[" * 10**5, "\x00"]
)
def test_no_damaged_reply_breaks_a_check_or_earns_anything(name, reply):
    verdict = judged(CHECKS[name], Liar(lambda question: reply))
    assert (verdict.points, verdict.bonus) == (0.0, 0.0)
    assert verdict.status in ("failed", "not implemented")


@pytest.mark.parametrize("name", CHECKS)
def test_no_question_holds_what_is_expected_or_a_seed(name):
    class Noted(SolutionReference):
        def __init__(self):
            super().__init__("softmax")
            self.given = []

        def expected(self, key, function, *args, **kwargs):
            value = super().expected(key, function, *args, **kwargs)
            self.given += value if isinstance(value, (tuple, list)) else [value]
            return value

    check, liar, reference = CHECKS[name], Liar(lambda question: '{"value": {"tuple": []}}'), Noted()
    rounds = [VISIBLE, *hidden_rounds(check, SECRET, "softmax")]
    run_check(check, liar, reference, rounds, ImageSource("shapes10"))
    sent = "\n".join(liar.asked)
    telling = [v for v in reference.given if np.size(v) > 1 and np.ptp(np.asarray(v, dtype=float)) > 0]
    assert telling or name in ("softmax.bootstrap", "softmax.best_classifier", "softmax.regularisation_choice")
    for value in telling:
        bits = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
        assert bits[8:-8] not in sent
        assert wire.encode(np.asarray(value))["array"] not in sent
    for round_ in rounds[1:]:
        assert str(round_.seed) not in sent
    assert SECRET.hex() not in sent


def test_an_agent_that_knows_the_visible_answers_is_caught_by_hidden_cases():
    """The visible cases come with the course, and so do their answers: they must not be worth anything alone."""
    honest = SolutionReference("softmax")
    verdict = run_check(CHECKS["softmax.probabilities"], Liar(lambda q: "{}"), honest, [VISIBLE])
    visible = [wire.encode(wire.decode(v)) for key, v in honest.seen.items() if key.endswith("/softmax")]
    answers = iter(visible)

    def replay(asked):
        if asked["do"] != "call":
            return json.dumps({"value": {"handle": 0, "type": "function"}})
        value = next(answers, visible[0])
        return json.dumps({"value": {"tuple": [value, {"list": asked["args"]}]} if asked["watch"] else value})

    verdict = judged(CHECKS["softmax.probabilities"], Liar(replay))
    failed = {e.name for e in verdict.expectations if e.failed}
    assert verdict.points == 0.0
    assert "probabilities" in failed
