"""The comparison with nbgrader and otter-grader runs, small; what is recorded of this grader is what it claims."""

import json
from pathlib import Path

import numpy as np
import pytest

from autograder.namespace import LocalNamespace
from autograder.recording import notebook_names
from autograder.registry import checks_of
from benchmarks.peers import attacks, corpus, homework, jail, speed, tables
from benchmarks.peers.graders import OTTER

needs_otter = pytest.mark.skipif(
    not (OTTER / "otter").is_file(), reason="otter-grader is not installed; `make peers` installs it in .venv-peers"
)


@pytest.fixture(scope="module")
def found():
    return homework.tests()


def test_every_item_is_tested_and_the_solutions_pass_what_peers_test(found):
    names = notebook_names("softmax") | {"regularisation_choice": "B"}
    assert set(found) == {check.name for check in checks_of("softmax")}
    for name, steps in found.items():
        assert any(expressions for _, expressions in steps), name
        if name != homework.ACCURACY:
            exec(homework.for_nbgrader(steps), names)


def test_what_peers_test_fails_a_wrong_answer(found):
    names = notebook_names("softmax")
    right = names["softmax"]
    names["softmax"] = lambda scores: right(scores) * 1.001
    with pytest.raises(AssertionError):
        exec(homework.for_nbgrader(found["softmax.probabilities"]), names)


def test_a_transcript_writes_down_calls_and_what_came():
    spy = homework.Transcript({"double": lambda x: 2 * x})
    spy.call("double", np.arange(2.0))
    (statement, (expression,)), names = spy.written[0], {"np": np, "double": lambda x: 2 * x}
    assert isinstance(spy, LocalNamespace)
    exec(statement, names)
    assert eval(expression, names)
    assert not eval(expression, names | {"got": np.array([0.0, 3.0])})


def test_every_attack_of_the_corpus_is_tried_on_this_grader_and_every_adapted_cell_is_used():
    corpus_ = corpus.attacks()
    assert {"ours"} <= set.intersection(*(set(attack.handins) for attack in corpus_.values()))
    adapted = {name for name, attack in corpus_.items() if "adapted" in attack.spelling.values()}
    assert {path.stem for path in corpus.CELLS.glob("*.py")} == adapted
    assert len(corpus_) >= 60


def test_a_class_is_mixed_alike_in_every_size():
    kinds = list(speed.class_of(60).values())
    assert kinds[:30] == kinds[30:]
    assert {name: kinds[:30].count(name) for name in speed.CLASS} == speed.CLASS


@pytest.mark.sandbox
def test_a_jail_ends_what_has_no_end_and_tells_what_outlives_its_commands(tmp_path):
    quiet = {"PATH": "/usr/bin:/bin"}
    (tmp_path / "class").mkdir()
    endless = [["python3", "-c", "while True: pass"]]
    assert jail.run(tmp_path / "class", endless, quiet, {}, tmp_path / "one", seconds=2.0).codes == [None]
    leaves = [["sh", "-c", "setsid sleep 98765.4321 & echo FOUND; exit 3"]]
    outcome = jail.run(tmp_path / "class", leaves, quiet, {}, tmp_path / "two")
    assert (outcome.codes, outcome.stopped) == ([3], "")
    assert any("98765.4321" in line for line in outcome.survivors)
    assert "FOUND" in outcome.said["screen"]


@pytest.mark.sandbox
def test_a_jail_has_no_network_and_shows_nothing_of_this_clone(tmp_path):
    (tmp_path / "class").mkdir()
    code = f"""
import os, socket
assert not os.path.exists({str(Path(__file__).parents[2] / "solutions")!r})
socket.create_connection(("8.8.8.8", 53), 2)
"""
    outcome = jail.run(tmp_path / "class", [["python3", "-c", code]], {"PATH": "/usr/bin:/bin"}, {}, tmp_path / "it")
    assert outcome.codes == [1]
    assert "Network is unreachable" in outcome.said["screen"]


def did(got=0.0, neighbours=10.0, deserves=0.0, said="", kind=corpus.FORGE, **left):
    attack = corpus.Attack("some", kind, "It tries.", {})
    return attacks.judged(attack, (got, deserves), (neighbours, 10.0), jail.Outcome(**left), said)["did"]


def test_outcomes_are_told_apart():
    assert did() == []
    assert did(got=3.0) == ["points forged"]
    assert did(neighbours=7.0) == ["neighbour changed"]
    assert did(said="FOUND it", kind=corpus.READ) == ["secret read"]
    assert did(stopped="memory", neighbours=None) == ["batch stopped"]
    assert did(neighbours=None) == ["batch stopped"]
    assert did(got=None) == []
    assert did(got=None, deserves=3.0) == did(got=2.0, deserves=3.0) == ["costs its other items"]
    assert did(survivors=["sleep 98765.4321"]) == ["lives on"]


@needs_otter
@pytest.mark.sandbox
def test_an_attack_forges_points_in_the_peers_and_none_here(tmp_path):
    assert attacks.main(["--only", "transformers_post", "--out", str(tmp_path / "attacks.json")]) == 0
    (row,) = json.loads((tmp_path / "attacks.json").read_text(encoding="utf-8"))["rows"]
    assert row["graders"]["ours"]["did"] == [] and row["graders"]["ours"]["score"] == 0
    assert row["graders"]["nbgrader"]["did"] == ["points forged"]
    assert "otter" in row["graders"]


@needs_otter
@pytest.mark.sandbox
def test_speeds_are_measured_small(tmp_path):
    assert speed.main(["--quick", "--out", str(tmp_path / "speed.json")]) == 0
    result = json.loads((tmp_path / "speed.json").read_text(encoding="utf-8"))
    assert result["quick"] and {row["grader"] for row in result["rows"]} == set(tables.TITLES)
    for row in result["rows"]:
        assert row["seconds"] > 0 and row["mean_points"] > 20 and row["memory_mb_per_worker"] > 0
    assert "this grader | 1 | no | 1 |" in tables.speed(result)


@pytest.mark.skipif(
    not (tables.RESULTS / "attacks.json").is_file(), reason="nothing is recorded yet; `make peers` records it"
)
def test_recorded_attacks_forge_read_stop_and_change_nothing_here():
    result = tables.results("attacks")
    assert result["quick"] or len(result["rows"]) >= 60  # a part says that it is one
    for row in result["rows"]:
        assert not set(row["graders"]["ours"]["did"]) & {*tables.DAMAGE, "lives on", "scripts shown"}, row["attack"]
    assert any("points forged" in row["graders"].get("nbgrader", {}).get("did", []) for row in result["rows"])
    assert tables.attacks(result).count("\n") == len(result["rows"]) + 1


def test_code_in_a_table_stands_as_it_is_and_text_around_it_is_left_alone_by_markdown():
    assert tables._plain("a_b `__import__` <c>|") == "a\\_b `__import__` &lt;c>\\|"
