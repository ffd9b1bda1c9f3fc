"""A peer in its jail: set up once, copied for every class of attackers.

Goes in: attacks. Comes out: the points of attackers and of an honest student behind them, and what the jail left.
"""

import shutil
from dataclasses import replace

import nbformat

from autograder import handins
from autograder.registry import checks_of
from benchmarks.peers import homework, jail
from benchmarks.peers.graders import OTTER, ROOT, Nbgrader, Otter, environment
from tests.grading.courses import slim

ATTACKER, NEIGHBOUR = "attacker", "neighbour"
POINTS = {check.name: check.points for check in checks_of("softmax")}
HONEST = replace(
    handins.read_handins("softmax")["untouched"],
    from_solutions=("softmax", "numerical_gradient", "bootstrap", "ensemble_predict"),
    expected="softmax.probabilities, softmax.numerical_gradient, softmax.bootstrap, softmax.ensemble_predict in full",
)
_SCRIPTS = ("<script>alert('SCRIPTED')", "<img src=x onerror=", "<iframe src='javascript:")
# Whatever a cell prints is also written where it can be seen afterwards: not every grader keeps outputs.
_RECORDER = """\
import builtins
def _recorded(shown):
    def print(*args, **kwargs):
        shown(*args, **kwargs)
        with open("/evidence/{said}", "a") as file:
            file.write(" ".join(map(str, args)) + "\\n")
    return print
builtins.print = _recorded(builtins.print)
"""


def shortened(forge, said=None):
    """A function that makes a hand-in quick to run, forges it, and has it keep what it prints in the file `said`."""

    def change(nb):
        nb.cells = slim(nb).cells
        if said:
            first = next(cell for cell in nb.cells if cell.cell_type == "code" and "nbgrader" not in cell.metadata)
            first.source += "\n" + _RECORDER.format(said=said)
        if forge:
            forge(nb)

    return change


def deserved(handin):
    """Points of the items that are honestly right in a hand-in: in the peers, an item is right or wrong."""
    return sum(POINTS[name] for name in handin.full_items(POINTS))


class Peer:
    """A peer in its jail; set up once, copied for every attack."""

    def __init__(self, kind, folder):
        self.kind, self.folder, self.seconds = kind, folder, jail.SECONDS
        kind(folder / "fresh", jail.CLASS)
        self.packages = {f"{jail.COURSE}/{name}": ROOT / name for name in ("autograder", "coursekit")}
        if kind is Otter:
            self.packages[str(OTTER.parent)] = OTTER.parent

    def grade(self, attacks):
        """Grade a class of attackers, perhaps nobody, and the honest student behind them.

        Returns
        -------
        points : dict
            By student; an attacker is called as `student_of` says.
        outcome : jail.Outcome
        scripts : bool
            Whether a page of feedback shows an attacker's scripts.
        """
        there, evidence = self.folder / "class", self.folder / "evidence"
        for path in (there, evidence):
            shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.folder / "fresh", there)
        grader = self.kind.__new__(self.kind)
        grader.__dict__ |= {"root": there, "place": jail.CLASS, "training": False}
        grader.released = _released(self.kind, there)
        for attack in attacks:
            student = student_of(attack, attacks)
            grader.hand_in(student, attack.handins[self.kind.name], forge=shortened(attack.forge, f"said-{student}"))
        grader.hand_in(NEIGHBOUR, HONEST, forge=shortened(None))
        commands = grader.commands()
        pages = self.kind is Nbgrader and any(attack.name == "html_and_scripts" for attack in attacks)
        if pages:
            commands.append([*commands[0][:3], "generate_feedback", "softmax"])
        # What takes a command for each hand-in has this time for each; what takes one for all has as much in all.
        seconds = self.seconds * (1 if len(commands) > len(attacks) else 1 + len(attacks) / 3)
        outcome = jail.run(there, commands, environment(self.kind), self.packages, evidence, seconds)
        points = {student: sum(items.values()) for student, items in grader.points().items()}
        if None in outcome.codes and len(commands) != len(attacks) + 1:
            outcome.stopped = outcome.stopped or "no end"
        return points, outcome, pages and _scripts(there / "feedback")


def student_of(attack, attacks):
    """An attacker's name in a class."""
    return ATTACKER if len(attacks) == 1 else f"{ATTACKER}-{attack.name}"


def _released(kind, root):
    """What students got, of a folder that was set up before."""
    if kind is Nbgrader:
        return nbformat.read(root / "release" / "softmax" / "softmax.ipynb", as_version=4)
    return homework.released(homework.source(False))


def _scripts(folder):
    """Whether a page shows a student's scripts as they are."""
    pages = [path.read_text(encoding="utf-8") for path in folder.rglob("*.html")] if folder.is_dir() else []
    return any(script in page for page in pages for script in _SCRIPTS)
