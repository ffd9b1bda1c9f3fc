"""Five hundred students: the first page stays small, and its numbers are those of NumPy for the same verdicts."""

import json

import numpy as np
import pytest

from tests.report.made_up import fill_gradebook, large_class
from tests.report.pages_of import Report

STUDENTS = 500


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A large class, its points by student and item, and its report."""
    course = fill_gradebook(large_class(tmp_path_factory.mktemp("large") / "course", STUDENTS, ["softmax"]))
    points, most = {}, {}
    for path in sorted((course.private / "verdicts").glob("*/softmax/softmax.json")):
        rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
        points[path.parent.parent.name] = {row["check"]: row["points"] for row in rows}
        most = {row["check"]: row["max_points"] for row in rows}
    return points, most, Report(course)


def test_it_is_complete_and_its_first_page_is_small(large):
    points, _, report = large
    assert report.code == 0 and 0 < len(points) < STUDENTS
    pages = report.files()
    assert pages["index.html"].stat().st_size < 1_000_000
    assert sum(name.startswith("student/") for name in pages) == len(points)
    assert len(report.table("index.html", "Everybody")) == len(points)


def test_its_bars_hold_everybody_once(large):
    points, most, report = large
    shares = np.array([sum(mine.values()) for mine in points.values()]) / sum(most.values())
    expected, _ = np.histogram(shares, bins=np.linspace(0, 1, 11) - 1e-9)
    expected[-1] += np.sum(shares >= 1 - 1e-9)  # the last bin holds 100 %
    bars = report.page().select(".scores svg a")
    assert [int(bar.find("text").text) for bar in bars] == [count for count in expected if count]
    named = report.page().select(".scores details a")
    assert sorted(link.text for link in named) == sorted(points)


def test_its_numbers_are_numpys(large):
    points, most, report = large
    table = np.array([[mine[check] for check in most] for mine in points.values()])
    total, full = table.sum(axis=1), np.array(list(most.values()))
    (line,) = report.table("index.html", "Homeworks")
    assert line[1:4] == [str(len(points)), share(total.mean() / full.sum()), share(np.median(total) / full.sum())]
    for column, line in enumerate(report.table("homework/softmax.html", "In the order of the homework")):
        mine = table[:, column]
        mean, passed = (mine / full[column]).mean(), (mine >= full[column]).mean()
        r = np.corrcoef(mine, total - mine)[0, 1]
        assert line[2:5] == [share(passed), share(mean), f"{1 - mean:.2f}"]
        assert line[5].startswith(f"{r:.2f} (".replace("-", "−"))


def share(number):
    return f"{100 * number:.0f} %"
