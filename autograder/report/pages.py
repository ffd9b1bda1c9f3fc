"""The pages of a report, as text: `templates/` filled in. Every word in them is escaped by the templates' engine.

Goes in: a `Class`. Comes out: (name, HTML) for one page after the other. Style and script stand in each page, and its
Content-Security-Policy allows these two, by their digests, and nothing else.
"""

import base64
import hashlib
import os
import re
import statistics
from collections import Counter
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from markupsafe import Markup

from autograder.report import figures
from autograder.report.figures import Dot, scores
from autograder.report.looks import KINDS, looks, waiting
from autograder.report.measures import DEFINITIONS, spread
from autograder.show.verdict import STATUS, measured

TEMPLATES = Path(__file__).parent / "templates"


def pages(class_, target):
    """Every page of a report.

    Parameters
    ----------
    class_ : Class
    target : Path
        Where the folder will be, for links out of it.

    Yields
    ------
    (str, str)
        The page's name below the folder, and its HTML.
    """
    environment = _environment()
    shared = {"class_": class_, "made": f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC"}
    found = looks(class_)
    yield "index.html", _index(environment, shared, found)
    for homework in class_.homeworks.values():
        yield homework_page(homework), _homework(environment, shared, homework, found)
    by_student: dict[str, list] = {}
    for look in found:
        by_student.setdefault(look.student, []).append(look)
    template, people = environment.get_template("student.html"), list(class_.people.values())
    for number, person in enumerate(people):
        yield (
            student_page(person),
            template.render(
                shared,
                root="../",
                here="",
                person=person,
                before=people[number - 1] if number else None,
                after=people[number + 1] if number + 1 < len(people) else None,
                looks=by_student.get(person.id, []),
                feedback={name: _feedback(class_, person, name, target) for name in person.works},
            ),
        )


def _index(environment, shared, found):
    class_ = shared["class_"]
    handed = [person for person in class_.people.values() if person.works]
    total = round(sum(homework.max_points for homework in class_.homeworks.values()), 6)
    dots = [_dot(person, person.points, total, person.whole, "") for person in handed]
    judged = [
        (homework, check)
        for homework in class_.homeworks.values()
        for check in homework.items
        if homework.numbers[check].mean is not None
    ]
    times = sorted(one.graded[:10] for person in handed for work in person.works.values() for one in work.notebooks)
    times = [time for time in times if time]
    return environment.get_template("index.html").render(
        shared,
        root="",
        here="index",
        handed=handed,
        total=total,
        figure=scores(dots),
        hardest=sorted(judged, key=lambda one: one[0].numbers[one[1]].mean),
        spreads={name: spread(_shares(homework)) for name, homework in class_.homeworks.items()},
        named=[one for one in class_.mistakes if one.named],
        unnamed=[one for one in class_.mistakes if not one.named],
        missing=[class_.names.within(said) for said in class_.missing],
        looks=found,
        looked={look.student for look in found},
        kinds=[(kind, count) for kind in KINDS if (count := len({one.student for one in found if one.kind == kind}))],
        counted=Counter(look.student for look in found),
        marks=waiting(class_),
        changed=[(person, said) for person in handed if (said := _changes(person))],
        graded=" to ".join(dict.fromkeys((times[0], times[-1]))) if times else "",
    )


def _homework(environment, shared, homework, found):
    class_ = shared["class_"]
    ranked = sorted(homework.works.values(), key=lambda work: (-work.points, class_.names.of(work.student)))
    dots = [
        _dot(class_.people[work.student], work.points, homework.max_points, work.whole, "../", homework.name)
        for work in ranked
    ]
    seconds = [work.seconds for work in ranked if work.seconds]
    handed = {student for student, name in class_.handins if name == homework.name}
    return environment.get_template("homework.html").render(
        shared,
        root="../",
        here=homework.name,
        homework=homework,
        figure=scores(dots),
        items=[(homework, check) for check in homework.items],
        whole=sum(work.whole for work in ranked),
        ranked=ranked,
        absent=[one for one in class_.people.values() if one.id not in homework.works and one.id not in handed],
        hand=_by_hand(homework),
        unmarked=[work for work in homework.works.values() if work.marks.waiting],
        looks=[look for look in found if look.assignment == homework.name],
        seconds=spread(seconds),
        short={check: _without_all(homework, check) for check in homework.items},
    )


def _dot(person, points, most, whole, root, homework=""):
    share = points / most if most else 0.0
    place = f"#{anchor(homework, '')}" if homework else ""
    label = f"{_points(points)} of {_points(most)} points" + ("" if whole else ", not all could be judged")
    return Dot(person.name, f"{root}{student_page(person)}{place}", share, label, whole)


def _shares(homework):
    return [work.points / homework.max_points for work in homework.works.values() if work.whole and homework.max_points]


def _changes(person):
    return [said for work in person.works.values() for said in work.changes]


def _without_all(homework, check):
    """Works without all points of an item, the fewest first."""
    short = [work for work in homework.works.values() if check in work.items and not work.items[check].full]
    return sorted(short, key=lambda work: work.items[check].points)


def _by_hand(homework):
    """(item, how many are marked, how many there are, mean share of the marked ones) of free-response items."""
    marks: dict[str, list] = {}
    for work in homework.works.values():
        for mark in work.marks.by_hand:
            marks.setdefault(mark.name, []).append(mark)
    found = []
    for name, all_ in marks.items():
        shares = [mark.points / mark.max_points for mark in all_ if mark.points is not None and mark.max_points]
        found.append((name, len(shares), len(all_), statistics.fmean(shares) if shares else None))
    return found


def _feedback(class_, person, assignment, target):
    """(notebook, address) of nbgrader's feedback pages that there are; none where names are hidden."""
    if class_.names.hidden:
        return []
    folder, found = class_.course.root / "feedback" / person.id / assignment, []
    for one in person.works[assignment].notebooks:
        path = folder / f"{one.notebook}.html"
        if path.is_file():
            relative = os.path.relpath(path, (target.resolve() / student_page(person)).parent)
            found.append((one.notebook, quote(os.fsencode(relative))))
    return found


def homework_page(homework):
    """Name of a homework's page below the report's folder."""
    return f"homework/{_plain(homework.name)}.html"


def student_page(person):
    """Name of a student's page below the report's folder."""
    return f"student/{person.page}.html"


def anchor(assignment, check):
    """Where an item stands on a page."""
    return _plain(f"{assignment}.{check}") if check else _plain(f"homework-{assignment}")


def _plain(text):
    return re.sub(r"[^\w.-]", "_", text)


@pass_context
def _item_page(context, check):
    homework = next(one for one in context["class_"].homeworks.values() if check in one.items)
    return f"{homework_page(homework)}#{anchor(homework.name, check)}"


def _points(number):
    return f"{round(number, 2):g}"


def _percent(share):
    return "–" if share is None else f"{100 * share:.0f}\u00a0%"


def _seconds(number):
    if number < 0.995:
        return f"{number:.2f} s"
    return f"{number:.1f} s" if number < 100 else f"{number / 60:.0f} min"


@cache
def _environment():
    style, script = (_own(name) for name in ("report.css", "report.js"))
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "points": _points,
        "about": lambda number: f"{round(number, 1):g}",
        "worth": lambda number: f"{_points(number)} point{'' if number == 1 else 's'}",
        "percent": _percent,
        "two": lambda number: "–" if number is None else f"{number:.2f}".replace("-", "−"),
        "seconds": _seconds,
        "sorting": lambda number: -9 if number is None else round(number, 6),
        "measured": measured,
        "page": homework_page,
        "student_page": student_page,
        "item_page": _item_page,
        "bare": lambda check: check.partition(".")[2] or check,
    }
    environment.globals |= {
        "style": Markup(style),
        "script": Markup(script),
        "style_hash": _digest(style),
        "script_hash": _digest(script),
        "anchor": anchor,
        "across": figures.across,
        "parts": figures.parts,
        "WIDTH": figures.WIDTH,
        "TOP": figures.TOP,
        "SIGNS": figures.SIGNS,
        "KINDS": KINDS,
        "STATUS": STATUS,
        "DEFINITIONS": DEFINITIONS,
    }
    return environment


def _own(name):
    """The report's own style or script, as it stands in a page."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _digest(text):
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
