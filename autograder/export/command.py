"""`autograder export`: grades and feedback in the format that somebody else reads.

Goes in: a course and what was asked for. Comes out: files in `DIR/exports/`, or under the name that was given, and what
should be known about them, in sentences.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.export import canvas, moodle, nbgrader_csv
from autograder.export.feedback import pack
from autograder.export.filling import listed
from autograder.export.grades import read_grades
from autograder.export.people import people, sharing
from autograder.export.tables import as_csv, refuse_existing, write_private
from autograder.export.template import Template
from autograder.grading.settings import CourseError

_NOTHING = "Nothing has been handed in and graded yet. Grade first: `autograder grade DIR`."


@dataclass
class Exported:
    """What was written.

    Attributes
    ----------
    lines : list of str
        A line for each file, and sentences.
    complete : bool
        Whether nobody was left out.
    """

    lines: list = field(default_factory=list)
    complete: bool = True


def export(course, names, form, *, out=None, template=None, column=None, scale=False, platform=None, force=False):
    """Write grades or feedback.

    Parameters
    ----------
    course : Course
    names : list of str
        Assignments; where it is empty, all that have been handed in, and for "csv" all there are.
    form : {"csv", "canvas", "moodle", "feedback"}
    out : path, optional
        The file; by default one in `exports/` of the course.
    template : path, optional
        A table that the platform exported, which is filled in.
    column : str, optional
        In the template, for the only assignment.
    scale : bool
        Convert points to the template's maximum.
    platform : {"canvas", "moodle"}, optional
        For feedback.
    force : bool
        Replace files that exist.

    Returns
    -------
    Exported

    Raises
    ------
    CourseError
    """
    _refuse_nonsense(form, template, column, scale, platform)
    filled_in = Template(template) if template else None
    grades = _grades(course, names, form)
    _refuse_many([of.assignment for of in grades], form, out, column)
    targets = _targets(course, [of.assignment for of in grades], form, out)
    for path in targets.values():
        refuse_existing(path, force)
    exported = Exported()
    if form == "feedback":
        packed = {of.assignment: _packed(course, of, platform) for of in grades}
        if not any(one.content for one in packed.values()):
            raise CourseError(" ".join(said for one in packed.values() for said in one.problems) or _NOTHING)
        for name, one in packed.items():
            _keep(exported, one, targets[name], "hand-in", force)
    else:
        made = _table(course, grades, form, filled_in, column, scale)
        _keep(exported, made, next(iter(targets.values())), "grade", force)
    for of in grades:
        exported.lines += of.remarks(course)
        if of.ungraded:
            exported.complete = False
            exported.lines.append(
                f"{of.assignment}: handed in and not graded: {listed(of.ungraded)}. "
                f"autograder grade {course.root} {of.assignment}"
            )
    return exported


def _grades(course, names, form):
    """The grades that are asked for: without names, those of all assignments that have been handed in."""
    grades = read_grades(course, list(dict.fromkeys(names)) or course.assignments())
    if not names and form != "csv":  # which has a row for every student and assignment
        grades = [of for of in grades if of.all or of.ungraded]
    if not grades:
        raise CourseError(_NOTHING)
    return grades


def _refuse_many(names, form, out, column):
    if len(names) > 1 and (column or form == "moodle" or (form == "feedback" and out)):
        what = {"moodle": "Moodle has a worksheet for each assignment", "feedback": "--out names one zip"}
        raise CourseError(
            f"{what.get(form, '--column is for one assignment')}: name one of {', '.join(names)} behind the folder."
        )


def _packed(course, grades, platform):
    everyone = people(course, platform, grades.all)
    shared = sharing(everyone) if platform else {}
    packed = pack(course, _without(grades, shared), everyone, platform)
    packed.problems += shared.values()
    return packed


def _without(grades, students):
    return replace(grades, all=[grade for grade in grades.all if grade.student not in students])


def _table(course, grades, form, template, column, scale):
    if form == "csv":
        return nbgrader_csv.table(course, [of.assignment for of in grades])
    everyone = people(course, form, [grade for of in grades for grade in of.all])
    if template is None:
        shared = sharing(everyone)
        grades = [_without(of, shared) for of in grades]
        everyone = {student: person for student, person in everyone.items() if student not in shared}
        made = canvas.table(grades, everyone) if form == "canvas" else moodle.table(grades[0], everyone)
        made.problems += shared.values()
        if not made.written:
            raise CourseError(" ".join(made.problems) or _NOTHING)
        made.content = as_csv(made.content)
    elif form == "canvas":
        made = canvas.fill_in(template, grades, everyone, column, scale)
    else:
        made = moodle.fill_in(template, grades[0], everyone, column, scale)
    unsure = sorted(person.student for person in everyone.values() if person.number and not person.sure)
    if unsure and template is None:
        made.notes.append(
            f"Numbers of {listed(unsure)} are read from the names of their folders. Collect the platform's zip with "
            "`autograder collect`, and they are known for sure."
        )
    return made


def _keep(exported, made, path, what, force):
    """Write one file, and say so."""
    if made.content:
        write_private(path, made.content, force)
        exported.lines.append(f"wrote {path}: {made.written} {what}{'s' * (made.written != 1)}")
    exported.lines += [*made.problems, *made.notes]
    exported.complete &= not made.problems


def _targets(course, names, form, out):
    """The file of each assignment; all the same where they share one."""
    if out:
        return dict.fromkeys(names, Path(out))
    folder = course.root / "exports"
    folder.mkdir(mode=0o700, exist_ok=True)
    if form == "feedback":
        return {name: folder / f"feedback-{name}.zip" for name in names}
    which = f"-{names[0]}" if len(names) == 1 else ""
    return dict.fromkeys(names, folder / f"{'grades' if form == 'csv' else form}{which}.csv")


def _refuse_nonsense(form, template, column, scale, platform):
    if template and form not in ("canvas", "moodle"):
        raise CourseError("--template is for --format canvas and --format moodle.")
    if (column or scale) and not template:
        raise CourseError(f"{'--column' if column else '--scale'} needs --template, the table that it is about.")
    if platform and form != "feedback":
        raise CourseError("--platform is for --format feedback. For grades, --format names the platform.")
