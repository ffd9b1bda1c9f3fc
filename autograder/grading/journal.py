"""What a grading has finished, kept on disk until all of it is done: one that was stopped goes on where it was.

Goes in: results, as soon as there are any. Comes out: the same results, for the same hand-in, graded by the same
programs in the same way. Every entry is a file that is written whole or not at all.
"""

import contextlib
import fcntl
import hashlib
import json
import os
from functools import cache
from pathlib import Path

import autograder
import coursekit
import solutions
from autograder.exam import verdict_from_dict
from autograder.grading.course import CourseError
from autograder.grading.task import Result


@contextlib.contextmanager
def only_one(course):
    """Hold the course while it is graded; raises `CourseError` where another grading holds it.

    The system lets go of it when the process ends, however it ends.
    """
    with open(course.private / "grading.lock", "w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CourseError(
                f"{course.root} is being graded already. Wait until that is done, or stop it: what it has finished "
                "is kept."
            ) from error
        yield


def fingerprints(task):
    """What a result depends on, as digests: "hand-in", "course" (seed, limits, data set) and "programs".

    Whoever reads them learns nothing of the seed.
    """
    cells = [[cell["cell_type"], cell["source"], cell["metadata"]] for cell in json.loads(task.source)["cells"]]
    handin = hashlib.sha256(json.dumps(cells, sort_keys=True).encode())  # without outputs and ids
    for name, data in sorted(task.files.items()):
        handin.update(f"\0{name}\0{len(data)}\0".encode("utf-8", "surrogateescape") + data)
    handin.update(task.unreadable.encode())
    course = hashlib.sha256(repr(task.settings).encode())
    return {"hand-in": handin.hexdigest(), "course": course.hexdigest(), "programs": programs()}


_TOLD_LATER = {"report", "export"}  # folders of programs that only tell what was judged


@cache
def programs():
    """Digest of all that judges: the sources of the grader, the solutions and what both build on."""
    digest = hashlib.sha256()
    for package in (autograder, coursekit, solutions):
        root = Path(package.__path__[0])
        for path in sorted(root.rglob("*")):
            judges = package is not autograder or path.relative_to(root).parts[0] not in _TOLD_LATER
            if judges and path.suffix in (".py", ".json", ".csv", ".npz") and path.is_file():
                digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


class Journal:
    """The finished results of one grading.

    Parameters
    ----------
    folder : path
        Made when the first result is kept.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self._entered = set()

    def find(self, task):
        """The `Result` that was kept for this very task, or None."""
        path = self._path(task)
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            if kept["fingerprints"] != fingerprints(task):
                return None
            result = Result(kept["source"], [verdict_from_dict(plain) for plain in kept["verdicts"]], kept["seconds"])
        except (OSError, ValueError, KeyError, TypeError):  # none, or damaged: it is graded again
            return None
        return result

    def keep(self, task, marks, result):
        """Put a result on disk with the task's fingerprints, before anything else is done with it.

        What could not be graded is not kept: the next grading tries again.

        Raises
        ------
        OSError
            If it cannot be written; nothing half-written is left.
        """
        if result.trouble:
            return
        plain = {
            "fingerprints": marks,
            "source": result.source,
            "verdicts": [verdict.as_dict() for verdict in result.verdicts],
            "seconds": result.seconds,
        }
        self.folder.mkdir(mode=0o700, exist_ok=True)
        path = self._path(task)
        path.with_suffix(".entered").unlink(missing_ok=True)
        temporary = path.with_suffix(".tmp")
        try:
            with open(temporary, "w", encoding="utf-8") as file:
                json.dump(plain, file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise

    def entered(self, task, where):
        """Say that a task's result is in the gradebook, so that `close` may forget it.

        `where` (str) is what it was entered with, besides itself.
        """
        path = self._path(task)
        self._entered.add(path)
        with contextlib.suppress(OSError):  # no room: it is entered once more
            if path.exists():
                path.with_suffix(".entered").write_text(where, encoding="utf-8")

    def was_entered(self, task, where):
        """Whether a grading that was stopped has entered this result, and in the same way."""
        try:
            return self._path(task).with_suffix(".entered").read_text(encoding="utf-8") == where
        except (OSError, ValueError):
            return False

    def close(self):
        """Forget what was entered, now that the whole grading is done."""
        for path in self._entered:
            path.unlink(missing_ok=True)
            path.with_suffix(".entered").unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # not there, or not empty: results that are still to be entered
            self.folder.rmdir()

    def _path(self, task):
        name = "\0".join((task.student, task.assignment, task.notebook)).encode("utf-8", "surrogateescape")
        return self.folder / f"{hashlib.sha256(name).hexdigest()[:32]}.json"
