"""Classes of made-up students for the tests of the report: verdicts are laid where gradings keep them.

Goes in: points and words. Comes out: a course folder, as far as the report reads it, with a gradebook where it is asked
for.
"""

import json
import random
import sqlite3
import uuid

from nbgrader.api import Base
from sqlalchemy import create_engine

from autograder.grading.course import PRIVATE, open_course
from autograder.registry import chapters, checks_of, grade_id

DIAGNOSES = (
    "Your value holds the data part {} times, and N = {}: a sum where a mean is meant?",
    "Every entry is exactly {} times ours: a constant factor is off.",
    "The learning rate stays at its first value: `final_learning_rate` is not used.",
    "Transposed, your array is right: rows and columns are swapped.",
    "{} of 91 numbers are nan. That comes from an exponential that overflows, the logarithm of zero, or a division by "
    "zero.",
)

TRAIN, LOSS = "softmax.train", "softmax.loss_naive"


def empty_course(folder, assignments, **stored):
    """A course folder without hand-ins; `stored` are further entries of its course.json."""
    (folder / PRIVATE).mkdir(parents=True, mode=0o700)
    (folder / PRIVATE / "course.json").write_text(json.dumps({"dataset": "shapes10"} | stored), encoding="utf-8")
    for name in assignments:
        (folder / "source" / name).mkdir(parents=True)
        (folder / "release" / name).mkdir(parents=True)
    (folder / "submitted").mkdir()
    return open_course(folder)


def expectation(name="the value", passed=True, share=1.0, **other):
    """One expectation as verdicts hold it."""
    plain = {"name": name, "passed": passed, "measured": None, "tolerance": None, "diagnosis": "", "message": ""}
    return plain | {"advice": "", "share": share, "kind": "", "deferred": False} | other


def row(check, points, most, status="", **other):
    """One item as verdicts hold it."""
    status = status or ("passed" if points == most else "partial" if points else "failed")
    plain = {"check": check, "points": points, "max_points": most, "status": status, "bonus": 0.0, "seconds": 0.1}
    plain |= {"reason": "", "expectations": [], "hidden": True, "title": f"About {check}", "seconds_late": 0.0}
    return plain | {"late_percent": 0.0} | other


def rows(train, loss, **other):
    """Two items, of 6 and of 4 points."""
    return [row(TRAIN, train, 6.0, **other), row(LOSS, loss, 4.0)]


def keep(course, student, assignment, rows, notebook="", **other):
    """Lay one notebook's verdicts where a grading keeps them, and an empty hand-in where it belongs."""
    notebook = notebook or assignment
    path = course.private / "verdicts" / student / assignment / f"{notebook}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    whose = {"student": student, "assignment": assignment, "notebook": notebook}
    kept = {"fingerprints": {}, "graded": "2026-11-29T18:00:00+00:00", "seconds": 2.0, "trouble": "", "remarks": []}
    kept |= {"before": None, "rows": [whose | one for one in rows]} | other
    path.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    (course.root / "submitted" / student / assignment).mkdir(parents=True, exist_ok=True)
    return path


def small_class(folder):
    """Four students, a homework of ten points: 10, 8, 3, and one whose notebook could not be read."""
    course = empty_course(folder, ["softmax"])
    mistake = "Your value holds the data part {} times, and N = {}: a sum where a mean is meant?"
    wrong = [expectation("gradient", False, message="dW is off by 2.", diagnosis=mistake.format(9, 9), measured=2.0)]
    other = [expectation("gradient", False, message="dW is off by 3.", diagnosis=mistake.format(7, 7))]
    keep(course, "ada", "softmax", rows(6.0, 4.0))
    keep(course, "bob", "softmax", [row(TRAIN, 6.0, 6.0, bonus=2.0), row(LOSS, 2.0, 4.0, expectations=wrong)])
    stopped = "No result after 30 seconds of computing time: is there a loop that does not end?"
    cem = [row(TRAIN, 0.0, 6.0, "cpu", reason=stopped, seconds=30.5), row(LOSS, 3.0, 4.0, expectations=other)]
    keep(course, "cem", "softmax", cem, seconds=31.0, remarks=["The cell softmax-train had been changed."])
    unreadable = [row(check, 0.0, most, "unreadable", reason="It is empty.") for check, most in ((TRAIN, 6), (LOSS, 4))]
    keep(course, "dan", "softmax", unreadable, trouble="It is empty.")
    return fill_gradebook(course, {"softmax": ("softmax-explain", 4.0)}, {("ada", "softmax"): 3.0})


def large_class(folder, students=500, names=None, seed=0):
    """A course whose verdicts are as large as real ones: every item of every chapter, some students good, some not."""
    names, rng = names or chapters(), random.Random(seed)
    course = empty_course(folder, names)
    for number in range(students):
        student, skill = f"student{number:04}-{70000 + number}", rng.betavariate(4, 2)
        for name in names:
            rows = [_judged(check, rng, skill) for check in checks_of(name)]
            if rng.random() < 0.97:
                keep(course, student, name, rows, seconds=sum(one["seconds"] for one in rows))
    return course


def _judged(check, rng, skill):
    if rng.random() < 0.01:
        reason = "No result after 30 seconds of computing time: is there a loop that does not end?"
        return row(check.name, 0.0, check.points, "cpu", reason=reason, title=check.title, seconds=30.0)
    expectations, earned = [], 0.0
    for number in range(7):
        passed = rng.random() < skill ** (0.2 + number / 10)
        earned += passed / 7
        diagnosis = "" if passed or rng.random() < 0.3 else rng.choice(DIAGNOSES).format(*[rng.randrange(5, 14)] * 2)
        message = "" if passed else f"In the case “general” (N = 9): dW is off by {rng.random():.2g} of its size."
        told = {"message": message, "diagnosis": diagnosis, "measured": rng.random(), "tolerance": 1e-5}
        expectations.append(expectation(f"expectation {number}", passed, 1 / 7, **told))
    points = check.points if earned > 0.99 else round(check.points * earned, 2)
    return row(check.name, points, check.points, title=check.title, expectations=expectations, seconds=rng.random() / 5)


def fill_gradebook(course, by_hand=(), marked=None, penalties=None):
    """Enter the kept verdicts into a gradebook, with free-response items.

    Parameters
    ----------
    by_hand : dict of str to (str, float)
        A free-response item of an assignment, and its points.
    marked : dict of (str, str) to float
        Points by hand, by student and assignment; the others are not marked yet.
    penalties : dict of (str, str) to float
    """
    by_hand, marked, penalties = dict(by_hand), marked or {}, penalties or {}
    path = course.root / "gradebook.db"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    with sqlite3.connect(path) as db:
        for name in course.assignments():
            _enter_assignment(db, course, name, by_hand.get(name), marked, penalties)
    db.close()
    return course


def _enter_assignment(db, course, name, free, marked, penalties):
    files = sorted((course.private / "verdicts").glob(f"*/{name}/*.json"))
    assignment = _insert(db, "assignment", name=name, course_id="course")
    notebooks, cells, submissions = {}, {}, {}
    for file in files:
        student, stem = file.parent.parent.name, file.stem
        if not db.execute("select 1 from student where id = ?", (student,)).fetchone():
            db.execute("insert into student (id) values (?)", (student,))
        if stem not in notebooks:
            notebooks[stem] = _insert(db, "notebook", name=stem, assignment_id=assignment)
        if student not in submissions:
            submissions[student] = _insert(db, "submitted_assignment", assignment_id=assignment, student_id=student)
        taken = penalties.get((student, name))
        mine = _insert(
            db,
            "submitted_notebook",
            assignment_id=submissions[student],
            notebook_id=notebooks[stem],
            late_submission_penalty=taken,
            flagged=0,
        )
        for one in json.loads(file.read_text(encoding="utf-8"))["rows"]:
            cell = _cell(db, cells, grade_id(one["check"]), one["max_points"], notebooks[stem], "code")
            extra = one["bonus"] or None
            _grade(db, cell, mine, auto_score=one["points"], extra_credit=extra, needs_manual_grade=0)
        if free:
            cell = _cell(db, cells, *free, notebooks[stem], "markdown")
            points = marked.get((student, name))
            _grade(db, cell, mine, manual_score=points, needs_manual_grade=int(points is None))


def _cell(db, cells, name, most, notebook, kind):
    if name not in cells:
        cells[name] = _insert(db, "base_cell", name=name, notebook_id=notebook, type="GradeCell")
        db.execute("insert into grade_cells (id, max_score, cell_type) values (?, ?, ?)", (cells[name], most, kind))
    return cells[name]


def _grade(db, cell, notebook, **columns):
    _insert(db, "grade", cell_id=cell, notebook_id=notebook, **columns)


def _insert(db, table, **columns):
    columns = {"id": uuid.uuid4().hex} | columns
    marks = ", ".join("?" * len(columns))
    db.execute(f"insert into {table} ({', '.join(columns)}) values ({marks})", tuple(columns.values()))
    return columns["id"]
