"""Which mistakes a class made, and how many students made each.

Goes in: items that lost points. Comes out: `Mistake`s, the commonest first. Diagnoses that differ in numbers alone, or
in singular and plural, are one mistake; a number that all of them share is shown, the others are left open.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

OPEN = "…"
_NUMBER = re.compile(r"(?<![\w.])[-+−±]?\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][-+]?\d+)?")
_HOLE = "\0"  # stands in no text that is shown
_CASE = re.compile(r"In (?:a hidden|the) case (?:“[^”]*”[^:]*|[^:]*): ")
_LONGEST = 400  # characters of a mistake that are shown


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Attributes
    ----------
    text : str
        With numbers left open that are not the same everywhere.
    named : bool
        Whether it is a diagnosis, rather than a message that says what is wrong, or by how much.
    students : list of str
        Who made it.
    checks : list of str
        In which items.
    """

    text: str
    named: bool
    students: list
    checks: list


def findings(item):
    """What is wrong with an item, as (text, whether it is a diagnosis): its diagnoses, or else the first message."""
    if not item.judged or item.full or item.reason:
        return []
    failed = [e for e in item.expectations if not e.passed and e.share] or [
        e for e in item.expectations if not e.passed
    ]
    named = list(dict.fromkeys(e.diagnosis for e in failed if e.diagnosis))
    if named:
        return [(text, True) for text in named]
    return [(_CASE.sub("", e.message, count=1), False) for e in failed if e.message][:1]


def mistakes(found):
    """Group what was found.

    Parameters
    ----------
    found : iterable of (str, str, str, bool)
        Student, check, text, whether it is a diagnosis.

    Returns
    -------
    list of Mistake
        Those of most students first.
    """
    groups = defaultdict(list)
    for one in found:
        groups[one[3], _alike(one[2])].append(one)
    grouped = [
        Mistake(
            _common([text for _, _, text, _ in group]),
            named,
            list(dict.fromkeys(student for student, *_ in group)),
            list(dict.fromkeys(check for _, check, *_ in group)),
        )
        for (named, _), group in groups.items()
    ]
    return sorted(grouped, key=lambda one: (-len(one.students), not one.named, -len(one.checks), one.text))


def _alike(text):
    """The same for all texts that differ in numbers, or in singular and plural."""
    text = re.sub(r"\b(is|are)\b", "be", _NUMBER.sub(_HOLE, text))
    return re.sub(r"(?<=\w{3})(?:ies|y|s)\b", "", text)


def _common(texts):
    """The first text, with its numbers left open where others have other ones."""
    numbers = [_NUMBER.findall(text) for text in dict.fromkeys(texts)]
    same = iter([len(set(column)) == 1 for column in zip(*numbers, strict=True)])
    text = _NUMBER.sub(lambda number: number.group() if next(same) else OPEN, texts[0])
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
