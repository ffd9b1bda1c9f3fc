"""Mistakes are counted by student, and those that differ in numbers alone are one."""

import pytest

from autograder.report.mistakes import findings, mistakes
from autograder.report.read import Expectation, Item


def expectation(passed=False, message="", diagnosis="", share=0.5):
    return Expectation("value", passed, share, None, None, message, diagnosis, "")


def item(*expectations, points=1.0, status="partial", reason=""):
    return Item("softmax.x", "", points, 4.0, 0.0, status, 0.1, reason, list(expectations))


def grouped(*texts):
    return [
        (one.text, len(one.students))
        for one in mistakes((f"s{number}", "softmax.x", text, True) for number, text in enumerate(texts))
    ]


def test_numbers_that_differ_are_left_open_and_others_stand():
    assert grouped("Class 3 is never among them, of 10.", "Class 7 is never among them, of 10.") == [
        ("Class … is never among them, of 10.", 2)
    ]
    assert grouped("off by 1.5e-05, not -0.3", "off by 2, not -0.3") == [("off by …, not -0.3", 2)]
    assert grouped("there are 1,234 = 1,000 + 234", "there are 9 = 4 + 5") == [("there are … = … + …", 2)]


def test_names_with_digits_in_them_are_no_numbers():
    assert len(grouped("dW1 is wrong", "dW2 is wrong")) == 2
    assert len(grouped("conv2d", "conv3d")) == 2


def test_singular_and_plural_are_one():
    texts = ["1 of 1 number is nan.", "20 of 91 numbers are nan."]
    assert grouped(*texts) == [("… of … numbers are nan.".replace("numbers are", "number is"), 2)]


def test_what_differs_in_words_is_two():
    assert len(grouped("3 numbers are nan.", "3 numbers are infinite.")) == 2


def test_the_commonest_comes_first_and_a_student_counts_once():
    found = [("ada", "a", "x is 1", True), ("ada", "b", "x is 2", True), ("bob", "a", "x is 3", True)]
    found += [("ada", "a", "y", True), ("bob", "a", "y", True), ("cem", "a", "y", True), ("ada", "a", "x is 4", False)]
    first, second, third = mistakes(found)
    assert (first.text, first.students) == ("y", ["ada", "bob", "cem"])
    assert (second.text, second.students, second.checks) == ("x is …", ["ada", "bob"], ["a", "b"])
    assert (third.text, third.named) == ("x is 4", False)


@pytest.mark.parametrize("text", ["# 5", "… 5 …", "\\g<0> 5 \\1", "5" * 1900, "(" * 1900, "", "٣ ²"])
def test_odd_texts_are_only_text(text):
    assert grouped(text, text)[0][1] == 2
    assert len(grouped(text, "#" + text)) <= 2


def test_a_sign_is_no_number():
    assert len(grouped("# of them", "5 of them")) == 2


def test_diagnoses_are_found_or_else_the_first_message():
    named = item(
        expectation(message="In the case “a” (N = 3): it is off.", diagnosis="A sum."),
        expectation(diagnosis="A sum."),
        expectation(diagnosis="A sign."),
        expectation(passed=True, diagnosis="not this"),
    )
    assert findings(named) == [("A sum.", True), ("A sign.", True)]
    plain = item(expectation(message="In a hidden case “x: y” (x = (3, 7)): the loss is off by 2."), expectation())
    assert findings(plain) == [("the loss is off by 2.", False)]
    assert findings(item(expectation(message="In the case general: no."))) == [("no.", False)]


def test_nothing_is_found_where_there_is_no_mistake_to_tell():
    wrong = expectation(message="m", diagnosis="d")
    assert findings(item(wrong, points=4.0, status="passed")) == []
    assert findings(item(wrong, points=0.0, status="cpu", reason="No result after 30 seconds.")) == []
    assert findings(item(wrong, points=0.0, status="error", reason="The check itself failed.")) == []
    assert findings(item(expectation(message="a bonus", share=0.0), expectation(message="m"))) == [("m", False)]
