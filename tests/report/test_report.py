"""The report of small classes, worked out by hand: its numbers, its mistakes, and whom it says to look at."""

import json

from tests.report.made_up import LOSS, TRAIN, empty_course, fill_gradebook, keep, row, rows
from tests.report.pages_of import Report, students


def test_the_first_page_gives_the_class_in_numbers(small):
    report = Report(small)
    assert (report.code, report.complained) == (0, "")
    assert report.said == f"Wrote the report on 4 students and 1 homework: {small.root}/report/index.html\n"
    cards = report.text(where=".cards")
    assert "80 % median of the points 8 of 10" in cards  # of 100, 80 and 30 %
    assert "2× the commonest mistake" in cards
    assert "50 % in the hardest item" not in cards and "67 % in the hardest item softmax.train" in cards
    assert "3 answers not marked yet of 4" in cards
    assert report.table("index.html", "Homeworks") == [
        [
            "softmax 2 items, 10 points",
            "4",
            "70 %",
            "80 %",
            report.table("index.html", "Homeworks")[0][4],
            "0",
            "1",
            "3",
        ]
    ]
    assert report.text(where="figcaption") == (
        "Mean 70 %, standard deviation 36 %; half of the class lies between 55 % and 90 %. 1 has all points. "
        "Open circles: 1 with something that could not be judged; it counts in no mean or median."
    )
    everybody = report.table("index.html", "Everybody")
    assert [line[:4] for line in everybody] == [
        ["ada", "10", "100 %", "10"],
        ["bob", "8 + 2", "80 %", "8"],
        ["cem", "3", "30 %", "3"],
        ["dan", "0", "0 %", "0"],
    ]


def test_items_leave_out_who_could_not_be_judged(small):
    train, loss = Report(small).table("homework/softmax.html", "In the order of the homework")
    assert train[0].startswith("softmax.train") and "6 points" in train[0]
    # ada and bob of three judged have all six points, cem none: 2/3, and 12 of 18 points.
    assert train[2:6] == ["67 %", "67 %", "0.33", "too few students"]
    assert train[6] == "0.10 s to 30.5 s 1 stopped"
    assert loss[2:5] == ["33 %", "75 %", "0.25"]  # 9 of 12 points


def test_one_mistake_with_two_numbers_is_counted_once_per_student(small):
    report = Report(small)
    text = "Your value holds the data part … times, and N = …: a sum where a mean is meant?"
    expected = [["2", f"{text} bob , cem", LOSS]]
    assert report.table("index.html", "Mistakes that were named from the numbers") == expected
    assert report.table("homework/softmax.html", f"Mistakes in {LOSS}") == [expected[0][:2]]


def test_it_says_whom_to_look_at_the_most_urgent_first(small):
    look = Report(small).table("index.html", "To look at by hand")
    assert [line[:4] for line in look] == [
        ["no notebook", "dan", "softmax", ""],
        ["limit hit", "cem", "softmax", TRAIN],
        ["altered cells", "cem", "softmax", ""],
    ]
    assert look[0][4] == "2 items: It is empty."


def test_it_says_whose_answers_are_still_to_be_marked(small):
    report = Report(small)
    assert "Free-response answers not marked yet: softmax 3 of 4." in report.text()
    assert report.table("homework/softmax.html", "Marked by hand") == [["softmax-explain", "1 of 4", "75 %"]]
    assert "3 still to be marked bob , cem , dan" in report.text("homework/softmax.html")


def test_a_students_page_holds_every_expectation_and_number(small):
    report = Report(small)
    page = report.text("student/bob.html")
    assert "8 of 10 points and 2 bonus" in page and "not marked yet" in page and "In the gradebook: 10." in page
    for said in ("gradient", "dW is off by 2.", "holds the data part 9 times, and N = 9", "class 75 %"):
        assert said in page
    assert "softmax-explain: 3 of 4 by hand. In the gradebook: 13." in report.text("student/ada.html")
    links = [link["href"] for link in report.page("student/bob.html").select("nav.beside a")]
    assert links == ["../student/ada.html", "../index.html#everybody", "../student/cem.html"]


def test_feedback_is_linked_where_it_was_generated(small, tmp_path):
    page = small.root / "feedback" / "bob" / "softmax" / "softmax.html"
    page.parent.mkdir(parents=True)
    page.write_text("feedback", encoding="utf-8")
    for out in (None, tmp_path / "else where" / "report"):
        if out:
            out.parent.mkdir()
        report = Report(small, out=out)
        (link,) = [one for one in report.page("student/bob.html").select("a") if "Feedback" in one.text]
        target = (report.folder / "student" / link["href"].replace("%20", " ")).resolve()
        assert target == page
        assert "Feedback" not in report.text("student/ada.html")


def test_marks_that_differ_from_the_verdicts_are_told(small):
    fill = json.loads((small.private / "verdicts/ada/softmax/softmax.json").read_text())
    fill["rows"][0] |= {"points": 1.0, "status": "partial"}
    keep(small, "ada", "softmax", fill["rows"])
    look = Report(small).table("index.html", "To look at by hand")
    assert ["gradebook differs", "ada", "softmax", TRAIN] in [line[:4] for line in look]
    assert "The gradebook has 6 points, the last `autograder grade` 1" in str(look)


def test_one_student_is_a_class(tmp_path):
    course = empty_course(tmp_path / "course", ["softmax"])
    keep(course, "ada", "softmax", rows(3.0, 4.0))
    fill_gradebook(course)
    report = Report(course)
    assert report.said.startswith("Wrote the report on 1 student and 1 homework")
    assert "70 % median" in report.text(where=".cards")
    assert report.table("homework/softmax.html", "In the order of the homework")[0][5] == "too few students"
    assert len(report.page().select("svg .dot")) == 1


def test_discriminations_stand_on_the_page_with_their_interval(tmp_path):
    course = empty_course(tmp_path / "course", ["softmax"])
    for number in range(20):
        keep(course, f"s{number:02}", "softmax", rows(6.0 * (number > 9), 4.0 * (number > 7)))
    report = Report(fill_gradebook(course))
    # The correlation of 10 ones among 20 with 12 ones that hold them: sqrt(8 * 10 / (10 * 12)) = 0.816…
    assert report.table("homework/softmax.html", "In the order of the homework")[0][5] == "0.82 (0.59 to 0.92)"


def test_two_homeworks_make_a_total_and_a_missing_one_counts_as_nothing(tmp_path):
    course = empty_course(tmp_path / "course", ["layers", "softmax"])
    keep(course, "ada", "softmax", rows(6.0, 4.0))
    keep(course, "ada", "layers", [row("layers.affine_forward", 5.0, 10.0)])
    keep(course, "bob", "softmax", rows(6.0, 0.0))
    report = Report(fill_gradebook(course))
    assert [line[1:5] for line in report.table("index.html", "Everybody")] == [
        ["15", "75 %", "5", "10"],
        ["6", "30 %", "–", "6"],
    ]
    assert "52 % median" in report.text(where=".cards") and "10.5 of 20" in report.text(where=".cards")
    assert "Nothing handed in: bob" in report.text("homework/layers.html")
    only = Report(course, "--assignment", "softmax")
    assert sorted(only.files()) == [".class-report", "homework/softmax.html", "index.html", *students("ada", "bob")]
    assert [line[1] for line in only.table("index.html", "Everybody")] == ["10", "6"]


def test_a_homework_of_two_notebooks_is_one(tmp_path):
    course = empty_course(tmp_path / "course", ["cnn"])
    first, second = row("cnn.conv_forward_naive", 3.0, 3.0), row("cnn.evaluate", 1.0, 3.0)
    keep(course, "ada", "cnn", [first], "cnn_by_hand")
    keep(course, "ada", "cnn", [second], "cnn_pytorch")
    keep(course, "bob", "cnn", [first], "cnn_by_hand")
    report = Report(fill_gradebook(course))
    assert "1 with something that could not be judged" in report.text(where="figcaption")
    assert report.table("index.html", "Everybody")[0][:3] == ["ada", "4", "67 %"]
    assert "There is no result for cnn.evaluate." in str(report.table("index.html", "To look at by hand"))


def test_late_hand_ins_and_unknown_times_are_told(tmp_path):
    due = {"due": {"softmax": "2026-12-01T23:59+01:00"}, "late": {"percent_per_day": 10}}
    course = empty_course(tmp_path / "course", ["softmax"], **due)
    late = {"seconds_late": 90000.0, "late_percent": 20.0}
    keep(course, "ada", "softmax", [row(TRAIN, 6.0, 6.0, **late)])
    keep(course, "bob", "softmax", [row(TRAIN, 6.0, 6.0)])
    (course.root / "submitted/ada/softmax/timestamp.txt").write_text("2026-12-02 23:59:00 UTC")
    report = Report(fill_gradebook(course, penalties={("ada", "softmax"): 1.2}))
    look = report.table("index.html", "To look at by hand")
    assert [line[:2] for line in look] == [["time not known", "bob"], ["late", "ada"]]
    assert look[1][4] == "1 d 1 h (−20 %)"
    assert "In the gradebook: 4.8 after 1.2 off for delay." in report.text("student/ada.html")


def test_hand_ins_without_a_result_are_told(small):
    (small.root / "submitted" / "eve" / "softmax").mkdir(parents=True)
    (small.root / "submitted" / "=cmd|1" / "softmax").mkdir(parents=True)
    report = Report(small)
    look = report.table("index.html", "To look at by hand")
    assert ["not graded yet", "eve", "softmax", ""] in [line[:4] for line in look]
    assert ["could not be graded", "=cmd|1", "softmax", ""] in [line[:4] for line in look]
    assert "Handed in, and not graded yet." in report.text("student/eve.html")
