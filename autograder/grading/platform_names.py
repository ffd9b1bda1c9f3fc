"""What a platform called its students and their files, kept by `autograder collect` for the way back.

Goes in: what was collected. Comes out: by student, the platform, its name and number, and the names in its zip; Canvas
takes feedback only under those. Kept in `.autograder/collected/ASSIGNMENT.json`.
"""

import json
import os

from autograder.grading.settings import CourseError


def keep(course, assignment, collected):
    """Add what was collected now to what is known, whole or not at all."""
    path = _path(course, assignment)
    known = read(course, assignment) | {
        one.student: {"platform": one.platform, "name": one.name, "number": one.number, "files": one.received}
        for one in collected
    }
    path.parent.mkdir(mode=0o700, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(known, file, indent=1)
    os.replace(temporary, path)


def read(course, assignment):
    """By student, what `keep` was told.

    Raises
    ------
    CourseError
        If the file is damaged.
    """
    path = _path(course, assignment)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CourseError(f"{path} cannot be read ({error}). Take it away, and collect the zip again.") from error


def _path(course, assignment):
    return course.private / "collected" / f"{assignment}.json"
