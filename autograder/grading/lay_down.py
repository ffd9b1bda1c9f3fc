"""Lays collected hand-ins into `submitted/`, each with the time it came, and keeps what it replaces.

Goes in: files by name, and times from a table, because no platform writes them into its zip: Canvas and Moodle date its
members by the moment of the download. Comes out: folders with nbgrader's `timestamp.txt`.
"""

import csv
import shutil
import time
from pathlib import Path

from autograder.grading.handin import read_files
from autograder.grading.late import TIMESTAMP, handed_in, moment, write_timestamp
from autograder.grading.settings import CourseError


def read_times(path):
    """When students handed in: their ID, or the number at its end, to a date in UTC without a zone.

    Parameters
    ----------
    path : path
        A CSV file with the columns `student` and `time`; without a time, a student has handed nothing in.

    Raises
    ------
    CourseError
        If it cannot be read, or a time is none.
    """
    times = {}
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not {"student", "time"} <= set(rows.fieldnames or ()):
                raise CourseError(f"{path} has no columns `student` and `time` in its first line.")
            for row in rows:
                who, text = (row["student"] or "").strip(), (row["time"] or "").strip()
                if who in times:
                    raise CourseError(f"{path}, line {rows.line_num}: {who} is there twice.")
                if who and text:
                    times[who] = moment(text, f"{path}, line {rows.line_num}: the time")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CourseError(f"{path} cannot be read as a table of times: {error}.") from error
    return times


def give_times(collected, times):
    """Write its time into each `Collected`; returns the names in the table of whom nothing was collected."""
    unused = set(times)
    for one in collected:
        for name in (one.student.rpartition("-")[2], one.student):
            if name in times:
                one.handed_in = times[name]
                unused.discard(name)
    return sorted(unused)


def lay_down(course, assignment, one):
    """Put one `Collected` into its folder; one that is there already and differs is moved to `.autograder/replaced/`.

    Raises
    ------
    CourseError
        If a link stands in the folder's place.
    """
    folder = course.root / "submitted" / one.student / assignment
    if folder.is_symlink() or folder.parent.is_symlink():
        raise CourseError(f"{folder} is a link. Put a folder there, or take it away.")
    for name in [name for name in one.files if name.split("/")[0] == TIMESTAMP]:  # students would like to choose
        del one.files[name]
        one.remarks.append(f"{name} was left out: it is not the student's to write.")
    before = {name: data for name, data in read_files(folder, notebooks=True).items() if name != TIMESTAMP}
    if folder.is_dir() and before == one.files:
        one.outcome = "as before"
        one.handed_in = one.handed_in or handed_in(folder)
    else:
        one.outcome = "changed" if before else "new"
        _replace(course, assignment, one, folder)
    if one.handed_in:
        write_timestamp(folder, one.handed_in)


def _replace(course, assignment, one, folder):
    if folder.is_dir():
        old = course.private / "replaced" / one.student / assignment
        old.mkdir(parents=True, exist_ok=True)
        shutil.move(folder, old / f"{time.strftime('%Y-%m-%d-%H%M%S')}-{len(list(old.iterdir()))}")
    folder.mkdir(parents=True)
    for name, data in one.files.items():
        target = Path(folder) / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except OSError as error:
            one.remarks.append(f"{name[:100]!r} could not be written: {error.strerror}.")
