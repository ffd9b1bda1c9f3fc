"""What students are called in a report, and what the files of their pages are called.

Goes in: IDs. Comes out: the IDs themselves, or pseudonyms that stay the same from one report to the next. The key to
them is kept apart from the report, in `.autograder/pseudonyms.json`, for its owner only.
"""

import hashlib
import json
import os
import re
import secrets
import unicodedata

from autograder.grading.settings import CourseError
from autograder.report.read import NAME
from autograder.wire import printable

KEY = "pseudonyms.json"
_SHORT = 4  # an ID of fewer characters is looked for as a word of its own, a longer one anywhere
_COLLECTED = re.compile(r"(.+)-(\d+)")  # `autograder collect` calls a student by name and number


class Names:
    """Names as they are shown.

    Parameters
    ----------
    ids : iterable of str
        All students there are.
    pseudonyms : dict of str to str, optional
        By ID; without it, names are IDs.
    """

    def __init__(self, ids, pseudonyms=None):
        self.hidden = pseudonyms is not None
        self._shown = {one: pseudonyms[one] if pseudonyms is not None else printable(one, NAME) for one in ids}
        self._replaced: dict[str, str] = {}
        self._parts = _parts(pseudonyms) if pseudonyms is not None else []

    def of(self, student):
        """What a student is called."""
        return self._shown[student]

    def within(self, text):
        """A text from which all IDs are taken, where names are hidden."""
        if not self._parts or not text:
            return text
        if text not in self._replaced:
            self._replaced[text] = self._without(text)
        return self._replaced[text]

    def _without(self, text):
        text = unicodedata.normalize("NFC", text)
        folded = text.casefold()
        for part, whole_word, pseudonym in self._parts:
            if part in folded:
                edge = r"(?<!\w){}(?!\w)" if whole_word else "{}"
                text = re.sub(edge.format(re.escape(part)), pseudonym, text, flags=re.IGNORECASE)
                if not whole_word and part in text.casefold():  # letters that fold to several
                    return "(This text is left out: it names a student.)"
                folded = text.casefold()
        return text


def _parts(pseudonyms):
    """(what is looked for, whether as a whole word, pseudonym), the longest first."""
    parts = []
    for student, pseudonym in pseudonyms.items():
        whole = unicodedata.normalize("NFC", printable(student, NAME)).casefold()
        parts.append((whole, len(whole) < _SHORT, pseudonym))
        collected = _COLLECTED.fullmatch(whole)
        if collected:
            name, number = collected.groups()
            parts += [(name, True, pseudonym)] * (len(name) >= _SHORT) + [(number, True, pseudonym)] * (len(number) > 4)
    return sorted(parts, key=lambda part: -len(part[0]))


def pseudonyms(course, ids):
    """A pseudonym for each ID: those given before, and new ones, which are written down first.

    Raises
    ------
    CourseError
        If the key cannot be read.
    """
    path = course.private / KEY
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(known, dict) or not all(isinstance(name, str) and name for name in known.values()):
            raise ValueError("it is no table of names")
        if len(set(known.values())) < len(known):
            raise ValueError("two students have the same pseudonym")
    except FileNotFoundError:
        known = {}
    except (OSError, ValueError) as error:
        raise CourseError(
            f"The key to the pseudonyms, {path}, cannot be read ({error}). Put it back from your backup, or delete it: "
            "then everybody gets a new pseudonym."
        ) from error
    new = [one for one in ids if one not in known]
    if new:
        taken = {*known.values(), *map(str.casefold, ids)}
        for one in new:
            known[one] = _drawn(taken, len(known) + len(new))
        _keep(path, known)
    return {one: known[one] for one in ids}


def _drawn(taken, people):
    """A pseudonym that nobody has: drawn, so that it tells neither the alphabet nor who came when."""
    digits = max(4, len(str(people)) + 1)
    while True:
        name = f"S{secrets.randbelow(10**digits):0{digits}}"
        if name.casefold() not in taken and name not in taken:
            taken.add(name)
            return name


def _keep(path, known):
    temporary = path.with_suffix(".tmp")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(known, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def file_names(names):
    """The stem of each name's file, of letters that every file system has, no two alike where case does not count."""
    stems: dict[str, str] = {}
    for name in names:
        stem = re.sub(r"[^A-Za-z0-9_.-]+", "_", name)[:60].strip(".") or "_"
        if stem != name or stem.casefold() in {other.casefold() for other in stems.values()}:
            stem += f"-{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"
        stems[name] = stem
    return stems
