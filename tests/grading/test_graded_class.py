"""A class of made-up hand-ins, graded by the command, comes out as each hand-in says of itself."""

import nbformat
import pytest

from autograder.handins import read_handins
from tests.grading.courses import ASSIGNMENT, CHECKS, POINTS, UNREADABLE, gradebook_points

pytestmark = pytest.mark.sandbox
HANDINS = read_handins(ASSIGNMENT)
ROW = ["student", "assignment", "notebook", "check", "points", "max_points", "status", "seconds", "expectations"]
EXPECTATION = ["name", "passed", "measured", "tolerance", "diagnosis"]


@pytest.mark.parametrize("name", HANDINS)
def test_every_made_up_hand_in_earns_what_it_says(graded_class, name):
    assert graded_class.full(name) == HANDINS[name].full_items(POINTS)


@pytest.mark.parametrize("name", ["untouched", "patches_the_grader"])
def test_what_says_nothing_earns_not_a_single_point(graded_class, name):
    assert graded_class.points(name) == dict.fromkeys(POINTS, 0.0)


def test_reference_earns_every_point_and_the_bonus_of_the_band_it_reaches(graded_class):
    assert graded_class.points("reference") == POINTS
    row = graded_class.row("reference", "softmax.best_classifier")
    assert row["bonus"] == (CHECKS[row["check"]].bonus if row["expectations"][-1]["passed"] else 0.0)


def test_prints_warnings_plots_stderr_and_failing_cells_of_ones_own_cost_nothing(graded_class):
    assert graded_class.points("noisy") == POINTS


def test_a_call_that_hangs_or_ends_the_process_costs_its_own_item_and_says_so(graded_class):
    hung = graded_class.row("endless_loop", "softmax.train")
    assert (hung["points"], hung["status"]) == (0.0, "cpu")
    assert "loop that does not end" in hung["reason"]
    ended = graded_class.row("exits", "softmax.bootstrap")
    assert (ended["points"], ended["status"]) == (0.0, "died")


def test_a_cell_that_is_not_python_is_named_where_its_function_is_missing(graded_class):
    row = graded_class.row("syntax_error", "softmax.loss_naive")
    assert row["points"] == 0.0
    assert "SyntaxError" in str(row)


def test_known_mistakes_are_called_by_their_names(graded_class):
    said = {
        check: " ".join(e["diagnosis"] for e in graded_class.row("typical_mistakes", check)["expectations"])
        for check in POINTS
    }
    assert "forward difference" in said["softmax.numerical_gradient"]
    assert "majority vote" in said["softmax.ensemble_predict"]
    assert said["softmax.loss_naive"]
    assert said["softmax.loss_vectorized"]


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_not_a_notebook_gets_no_points_and_a_reason(graded_class, name):
    assert graded_class.points(name) == dict.fromkeys(POINTS, 0.0)
    for row in graded_class.rows[name]:
        assert row["status"] == "unreadable"
        assert UNREADABLE[name][1] in row["reason"]
    assert gradebook_points(graded_class.course, name) == dict.fromkeys(POINTS, (0.0, 0.0))


def test_some_hand_ins_that_cannot_be_graded_give_exit_code_1_and_their_reasons_on_the_screen(graded_class):
    assert graded_class.code == 1
    for name, (_, words) in UNREADABLE.items():
        line = next(line for line in graded_class.out.splitlines() if line.startswith(name))
        assert words in line
    assert "Traceback" not in graded_class.out + graded_class.err


def test_a_notebook_in_an_old_format_and_with_a_byte_order_mark_is_graded(graded_class):
    assert graded_class.full("old_format") == HANDINS["half_done"].full_items(POINTS)


def test_json_rows_hold_what_was_promised(graded_class):
    for rows in graded_class.rows.values():
        assert sorted(row["check"] for row in rows) == sorted(CHECKS)
        for row in rows:
            assert set(ROW) <= set(row)
            assert row["max_points"] == POINTS[row["check"]]
            assert isinstance(row["seconds"], float)
            for expectation in row["expectations"]:
                assert set(EXPECTATION) <= set(expectation)
                assert isinstance(expectation["passed"], bool)


def test_the_gradebook_holds_the_same_points_and_the_bonus_as_extra_credit(graded_class):
    for student, rows in graded_class.rows.items():
        told = {row["check"]: (row["points"], row["bonus"]) for row in rows}
        assert gradebook_points(graded_class.course, student) == told, student


def test_graded_notebooks_are_valid_and_every_check_cell_holds_its_verdict(graded_class):
    for student, rows in graded_class.rows.items():
        nb = graded_class.notebook(student)
        nbformat.validate(nb)
        cells = {c.metadata.nbgrader.grade_id: c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade")}
        for row in rows:
            verdict, points = cells[CHECKS[row["check"]].grade_id].outputs
            assert row["check"] in verdict.data["text/plain"]
            assert float(points.data["text/plain"]) == row["points"]


def test_training_is_not_repeated_but_its_file_is_used(graded_class):
    nb = graded_class.notebook("reference")
    skipped = [c for c in nb.cells if "skip-grading" in c.metadata.get("tags", [])]
    assert len(skipped) == 4
    for cell in skipped:
        assert "Not run while grading" in cell.outputs[0].text
