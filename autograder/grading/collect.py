"""Hand-ins as a learning platform gives them out, one zip for a whole class, laid into `submitted/`.

Goes in: the zip of Canvas or Moodle. Comes out: a folder per student, and what was left out, and why. Nothing in the
zip is trusted: names are taken apart and made anew, sizes are limited, zips within are opened once and no further,
links are not made.
"""

import io
import re
import stat
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath

from autograder.grading.course import CourseError
from autograder.grading.handin import MAX_COUNT, MAX_FILES, is_configuration
from autograder.grading.late import duration
from autograder.grading.lay_down import give_times, lay_down

# What the platforms make of a student's file. `who` becomes the student's ID, together with the number after it.
PLATFORMS = {
    # Canvas: doejane_LATE_1234_56789_softmax-2.ipynb: a user's and a submission's number, -2 after the second upload.
    "canvas": re.compile(r"(?P<who>[^_/]+)_(?P<late>LATE_)?(?P<number>\d+)_\d+_(?P<file>[^/]+)"),
    # Moodle: "Jane Doe_1234_assignsubmission_file_/softmax.ipynb", or the same without the slash.
    "moodle": re.compile(r"(?P<who>[^/]+?)_(?P<number>\d+)_assignsubmission_file_?/?(?P<file>.+)"),
}
UPLOAD = re.compile(r"-(\d+)$")  # what Canvas adds to the name of a later upload
_MOST_HANDINS = 5000


@dataclass
class Collected:
    """What the zip held for one student.

    Attributes
    ----------
    student : str
        ID: letters, digits, dots and hyphens.
    platform, name, number : str
        Where it was handed in, and who the student is there.
    files : dict
        Relative name to bytes.
    received : list of str
        Names in the zip.
    late : bool
        Whether the platform says so.
    remarks : list of str
        What was left out, and why.
    outcome : str
        "new", "changed" or "as before".
    handed_in : datetime or None
        In UTC, where it is known.
    """

    student: str
    platform: str = ""
    name: str = ""
    number: str = ""
    files: dict = field(default_factory=dict)
    received: list = field(default_factory=list)
    late: bool = False
    remarks: list = field(default_factory=list)
    outcome: str = ""
    handed_in: datetime | None = None


def collect(course, assignment, path, platform=None, times=None):
    """Lay the hand-ins of a zip into `submitted/STUDENT/ASSIGNMENT/`.

    A hand-in that is there already and differs is moved to `.autograder/replaced/` first.

    Parameters
    ----------
    course : Course
    assignment : str
    path : path
        The zip.
    platform : {"canvas", "moodle"}, optional
        By default, the one whose names are in it.
    times : dict, optional
        When students handed in, as `read_times` gives it.

    Returns
    -------
    collected : list of Collected
        Sorted by student.
    strange : list of str
        Names in the zip that are no hand-in's, and in `times` of whom there is none.

    Raises
    ------
    CourseError
        If there is no such assignment, or the file is no zip, or no name in it is understood.
    """
    course.require([assignment])
    notebooks = {found.name for found in (course.root / "release" / assignment).glob("*.ipynb")}
    try:
        with zipfile.ZipFile(path) as archive:
            collected, strange = _read(archive, platform)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise CourseError(f"{path} cannot be read as a zip: {error}. Download it from the platform again.") from error
    strange += give_times(collected, times or {})
    for one in collected:
        one.files = _named(one, notebooks)
        lay_down(course, assignment, one)
    return collected, strange


def _members(archive):
    return [info for info in archive.infolist() if not info.is_dir() and not _hidden(info.filename)]


def _read(archive, platform):
    """What a zip holds, by student, and names that are not understood."""
    platform = platform or _platform(_members(archive))
    students: dict[str, Collected] = {}
    strange = []
    for info in _members(archive):
        match = PLATFORMS[platform].fullmatch(info.filename)
        file = _safe(match["file"]) if match else None
        if not match or file is None:
            strange.append(info.filename)
            continue
        student = _student(match["who"], match["number"])
        if student not in students and len(students) >= _MOST_HANDINS:
            raise CourseError(f"The zip holds more than {_MOST_HANDINS:,} students.")
        one = students.setdefault(student, Collected(student, platform, match["who"], match["number"]))
        one.received += [info.filename] if len(one.received) < MAX_COUNT else []
        one.late |= bool(match.groupdict().get("late"))
        _take(one, archive, info, file)
    for one in students.values():
        _unzip(one)
    return sorted(students.values(), key=lambda one: one.student), strange


def _platform(names):
    """The platform most of whose names these are."""
    counts = {name: sum(bool(p.fullmatch(info.filename)) for info in names) for name, p in PLATFORMS.items()}
    best = max(counts, key=lambda name: counts[name])
    if not counts[best]:
        first = f" Its first file is {names[0].filename[:100]!r}." if names else " It is empty."
        raise CourseError(
            f"No name in the zip is one of {' or '.join(PLATFORMS)}.{first} Download all submissions of the assignment "
            "at once, or lay them into submitted/STUDENT/ASSIGNMENT/ yourself."
        )
    return best


def _take(one, archive, info, file):
    """One file of a zip into a hand-in, if it is a plain one and not too large."""
    left = MAX_FILES - sum(map(len, one.files.values()))
    if is_configuration(PurePosixPath(file).name):
        one.remarks.append(f"{file} was left out: nbgrader or Jupyter could take it for theirs and run it.")
    elif stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):  # 0: made where files have no such mode
        one.remarks.append(f"{file} is not a plain file and was left out.")
    elif len(one.files) >= MAX_COUNT:
        one.remarks.append(f"{file} was left out: there are more than {MAX_COUNT:,} files.")
    else:
        try:
            with archive.open(info) as member:
                data = member.read(left + 1)  # what it holds, not what it says it holds
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
            one.remarks.append(f"{file} could not be unpacked ({error or type(error).__name__}).")
            return
        if len(data) > left:
            one.remarks.append(f"{file} was left out: all files together are larger than {MAX_FILES // 10**6} MB.")
        else:
            one.files[file] = data


def _unzip(one):
    """Open the zips that a student handed in, without opening zips in them."""
    for name in [name for name in one.files if name.lower().endswith(".zip")]:
        data = one.files.pop(name)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as inner:
                members = _members(inner)
                tops = {info.filename.split("/")[0] for info in members}
                folder = f"{tops.pop()}/" if len(tops) == 1 and all("/" in info.filename for info in members) else ""
                for info in members[: MAX_COUNT + 1]:
                    file = _safe(info.filename.removeprefix(folder))
                    if file is None or file.lower().endswith(".zip"):
                        one.remarks.append(f"{info.filename[:100]!r} in {name} was left out.")
                    elif file not in one.files:
                        _take(one, inner, info, file)
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError) as error:
            one.files[name] = data
            one.remarks.append(f"{name} could not be unpacked ({error}).")


def _named(one, notebooks):
    """The files under the names that they were given out with, the latest upload of each."""
    latest: dict[str, tuple[int, str]] = {}
    for name in one.files:
        path = PurePosixPath(name)
        upload = UPLOAD.search(path.stem)
        plain = str(path.with_name(UPLOAD.sub("", path.stem) + path.suffix))
        # Only where the platform has numbered it: a student's own "notes-2.txt" keeps its name.
        number = int(upload[1]) if upload and (plain in notebooks or plain in one.files) else 0
        kept = plain if number else name
        latest[kept] = max(latest.get(kept, (-1, "")), (number, name))
    files = {kept: one.files[name] for kept, (_, name) in latest.items()}
    missing = sorted(notebooks - files.keys())
    strays = [name for name in files if name.endswith(".ipynb") and name not in notebooks]
    if len(missing) == len(strays) == 1:
        one.remarks.append(f"{strays[0]} was taken for {missing[0]}.")
        files[missing.pop()] = files.pop(strays[0])
    one.remarks += [f"{name} is not there." for name in missing]
    return files


def _hidden(name):
    """Whether it is what systems add to zips: __MACOSX/, .DS_Store, checkpoints."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _safe(name):
    """A relative name without tricks, or None."""
    path = PurePosixPath(name.replace("\\", "/"))
    good = name and not path.is_absolute() and ".." not in path.parts and path.parts and "\0" not in name
    return str(path) if good and not re.match(r"[A-Za-z]:", name) and all(c.isprintable() for c in name) else None


def _student(who, number):
    """An ID that is a good name of a folder."""
    name = re.sub(r"[^\w.-]+", "-", who).strip(".-")
    return f"{name[:60] or 'student'}-{number}"


def summary(course, assignment, collected, strange):
    """What was collected, as lines for the terminal."""
    width = max([len(one.student) for one in collected] + [7])
    lines = [f"{'student':<{width}}  files  what"]
    for one in collected:
        said = [one.outcome, *_when(course, assignment, one), *one.remarks]
        lines.append(f"{one.student:<{width}}  {len(one.files):>5}  {'; '.join(said)}")
    if strange:
        shown = ", ".join(repr(name[:80]) for name in strange[:5]) + (" …" if len(strange) > 5 else "")
        lines.append(f"Left out, for these names are no hand-in's: {shown}")
    without = sum(one.handed_in is None for one in collected)
    if without and assignment in course.deadlines.due:
        lines.append(
            f"The zip does not say when {without} of them came, so they count as in time. Say it with --times FILE."
        )
    return "\n".join(lines)


def _when(course, assignment, one):
    """When it came, and how late that is."""
    said = ["late, says the platform"] if one.late else []
    if one.handed_in is None:
        return said
    said.insert(0, f"handed in {one.handed_in:%Y-%m-%d %H:%M} UTC")
    until = course.deadlines.until(assignment, one.student)
    if until and one.handed_in > until:
        said.append(f"{duration((one.handed_in - until).total_seconds())} late")
    return said
