"""Feedback of a class in one zip, under the names by which a platform knows whose it is.

Goes in: the pages that nbgrader generated. Comes out: a zip. Moodle wants a folder for each student, called
`NAME_NUMBER_assignfeedback_file_`; Canvas the names that the hand-ins had in its own zip, numbers of user and file in
them; without a platform, there is a folder for each student's ID.
"""

import io
import re
import stat
import time
import zipfile
from pathlib import PurePosixPath

from autograder.export.filling import Filled, listed
from autograder.export.grades import feedback_command
from autograder.grading.collect import PLATFORMS, UPLOAD

_SCORE = re.compile(rb"<h4>[^<]*\(Score: (-?[\d.]+) / ")  # nbgrader's heading above each page
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')  # students choose their names


def pack(course, grades, people, platform=None):
    """Pack the feedback of one assignment.

    Parameters
    ----------
    course : Course
    grades : Grades
    people : dict of str to Person
    platform : {"canvas", "moodle"}, optional

    Returns
    -------
    Filled
        Its `content` is the zip; empty where there is no feedback at all.
    """
    notebooks = sorted(path.stem for path in (course.root / "release" / grades.assignment).glob("*.ipynb"))
    packed, buffer, old = Filled(content=b""), io.BytesIO(), []
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for grade in grades.all:
            pages = _pages(course, grade, notebooks)
            if pages is None:
                old.append(grade.student)
                continue
            names = _names(people[grade.student], notebooks, platform)
            if names is None:
                packed.problems.append(_unnamed(grades.assignment, grade.student, platform))
                continue
            for notebook, data in pages.items():
                info = zipfile.ZipInfo(names[notebook], time.localtime()[:6])
                info.external_attr = (stat.S_IFREG | 0o600) << 16
                archive.writestr(info, data, zipfile.ZIP_DEFLATED)
            packed.written += 1
    if old:
        packed.problems.append(
            f"{grades.assignment}: feedback of {listed(old)} is missing, or older than the grades. Generate it: "
            f"{feedback_command(course, grades.assignment)}"
        )
    if packed.written:
        packed.content = buffer.getvalue()
    return packed


def _pages(course, grade, notebooks):
    """A hand-in's pages by notebook, or None where one is missing or older than its grade."""
    pages = {}
    for notebook in notebooks:
        where = f"{grade.student}/{grade.assignment}/{notebook}"
        page, graded = course.root / "feedback" / f"{where}.html", course.root / "autograded" / f"{where}.ipynb"
        if not page.is_file() or page.is_symlink():
            return None
        if graded.is_file() and graded.stat().st_mtime > page.stat().st_mtime:
            return None
        pages[notebook] = page.read_bytes()
        score = _SCORE.search(pages[notebook])
        if score and abs(float(score[1]) - grade.scores.get(notebook, float(score[1]))) > 0.01:
            return None  # marks by hand have come since
    return pages


def _names(person, notebooks, platform):
    """Names in the zip by notebook, or None where the platform would not know whose they are."""
    if platform is None:
        return {notebook: f"{person.student}/{notebook}.html" for notebook in notebooks}
    if not person.number:
        return None
    if platform == "moodle":
        # Moodle takes what stands between the first two underscores for the number.
        name = _UNSAFE.sub(" ", person.name).replace("_", " ").strip(" .") or "student"
        folder = f"{name}_{person.number}_assignfeedback_file_"
        return {notebook: f"{folder}/{notebook}.html" for notebook in notebooks}
    received = [match for name in person.files if (match := PLATFORMS["canvas"].fullmatch(name))]
    if not received:
        return None
    return {notebook: _as_received(received, notebook) for notebook in notebooks}


def _as_received(received, notebook):
    """The page's name in Canvas's zip: with the numbers of the file that it is about, else of the latest."""

    def near(match):
        stem = PurePosixPath(match["file"]).stem
        upload = UPLOAD.search(stem)
        same = UPLOAD.sub("", stem) == notebook
        return same, match["file"].lower().endswith((".ipynb", ".zip")), int(upload[1]) if upload else 0

    best = max(received, key=near)
    return f"{_UNSAFE.sub(' ', best.string[: best.start('file')])}{notebook}.html"


def _unnamed(assignment, student, platform):
    if platform == "canvas":
        return (
            f"{assignment}: Canvas takes feedback only under the names of the files in its own zip, and those of "
            f"{student} are not known. Collect that zip with `autograder collect` again; grades stay."
        )
    return f"{assignment}: {student} is left out: Moodle's number is not known of them."
