"""Every attack on three graders: what it earns, reads, stops and changes, as measured.

    python -m benchmarks.peers.attacks [--quick] [--only NAME ...] [--out FILE]

Writes `book/results/peers/attacks.json`, where the book reads it. The peers run student code as the instructor, so they
are run in a jail. Behind every attacker comes an honest student, whose points must stay what they are.
"""

import argparse
import contextlib
import io
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import nbformat

from autograder import handins
from autograder.cli import main as autograder
from autograder.registry import checks_of
from benchmarks.peers import corpus, homework, jail
from benchmarks.peers.graders import OTTER, ROOT, Nbgrader, Otter, Ours, PeerMissing, environment, otter
from benchmarks.studies import record
from tests.grading.courses import slim

RESULT = ROOT / "book" / "results" / "peers" / "attacks.json"
ATTACKER, NEIGHBOUR = "attacker", "neighbour"
POINTS = {check.name: check.points for check in checks_of("softmax")}
HONEST = replace(
    handins.read_handins("softmax")["untouched"],
    from_solutions=("softmax", "numerical_gradient", "bootstrap", "ensemble_predict"),
    expected="softmax.probabilities, softmax.numerical_gradient, softmax.bootstrap, softmax.ensemble_predict in full",
)
_SCRIPTS = ("<script>alert('SCRIPTED')", "<img src=x onerror=", "<iframe src='javascript:")
_QUICK = ("transformers_post", "always_equal", "ends_the_process")
# Whatever a cell prints is also written where it can be seen afterwards: not every grader keeps outputs.
_RECORDER = """\
import builtins
_print = builtins.print
def print(*args, **kwargs):
    _print(*args, **kwargs)
    with open("/evidence/said", "a") as file:
        file.write(" ".join(map(str, args)) + "\\n")
builtins.print = print
"""


def shortened(forge, recorder):
    """A function that makes a hand-in quick to run, forges it, and has it keep what it prints."""

    def change(nb):
        short = slim(nb)
        nb.cells = short.cells
        if recorder:
            first = next(cell for cell in nb.cells if cell.cell_type == "code" and "nbgrader" not in cell.metadata)
            first.source += "\n" + _RECORDER
        if forge:
            forge(nb)

    return change


def deserved(handin):
    """Points of the items that are honestly right in a hand-in."""
    return sum(POINTS[name] for name in handin.full_items(POINTS))


class Peer:
    """A peer in its jail; set up once, copied for every attack."""

    def __init__(self, kind, folder):
        self.kind, self.folder = kind, folder
        kind(folder / "fresh", jail.CLASS)
        self.packages = {f"{jail.COURSE}/{name}": ROOT / name for name in ("autograder", "coursekit")}
        if kind is Otter:
            self.packages[str(OTTER.parent)] = OTTER.parent

    def grade(self, attack):
        """Grade an attacker, or nobody, and the honest student behind; returns (points, `Outcome`, scripts shown)."""
        there, evidence = self.folder / "class", self.folder / "evidence"
        for path in (there, evidence):
            shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.folder / "fresh", there)
        grader = self.kind.__new__(self.kind)
        grader.__dict__ |= {"root": there, "place": jail.CLASS, "training": False}
        grader.released = _released(self.kind, there)
        if attack:
            grader.hand_in(ATTACKER, attack.handins[self.kind.name], forge=shortened(attack.forge, True))
        grader.hand_in(NEIGHBOUR, HONEST, forge=shortened(None, False))
        commands = grader.commands()
        pages = attack is not None and attack.name == "html_and_scripts" and self.kind is Nbgrader
        if pages:
            feedback = [*commands[0][:3], "generate_feedback", "softmax"]
            commands.append(feedback)
        outcome = jail.run(there, commands, environment(self.kind), self.packages, evidence)
        points = {student: sum(items.values()) for student, items in grader.points().items()}
        return points, outcome, _scripts(there / "feedback" / ATTACKER) if pages else False


def _released(kind, root):
    """What students got, of a folder that was set up before."""
    if kind is Nbgrader:
        return nbformat.read(root / "release" / "softmax" / "softmax.ipynb", as_version=4)
    return homework.released(homework.source(False))


def _scripts(folder):
    """Whether a page shows a student's scripts as they are."""
    pages = [path.read_text(encoding="utf-8") for path in folder.rglob("*.html")] if folder.is_dir() else []
    return any(script in page for page in pages for script in _SCRIPTS)


def judged(attack, points, outcome, scripts, honest, expected):
    """What an attack did to a grader."""
    score, neighbour = points.get(ATTACKER), points.get(NEIGHBOUR)
    found = []
    if attack.kind != corpus.HARM and score is not None and score > expected + 0.01:
        found.append("points forged")
    if "FOUND" in outcome.said:
        found.append("code ran in the grader" if attack.name == "pickles" else "secret read")
    if outcome.stopped:
        found.append("batch stopped")
    elif neighbour is None or abs(neighbour - honest) > 0.01:
        found.append("neighbour changed")
    if any("98765.4321" in line for line in outcome.survivors):
        found.append("lives on")
    if scripts:
        found.append("scripts shown")
    if score is None or score < expected - 0.01:
        found.append("costs its other items")
    return {"score": score, "deserved": expected, "neighbour": neighbour, "stopped": outcome.stopped, "did": found}


def on_peer(kind, found, folder):
    """Rows of one peer, by attack."""
    peer = Peer(kind, folder)
    honest = peer.grade(None)[0].get(NEIGHBOUR)
    if honest != deserved(HONEST):
        raise RuntimeError(f"{kind.name} gives an honest student {honest} points instead of {deserved(HONEST)}.")
    rows = {}
    for name, attack in found.items():
        if kind.name in attack.handins:
            points, outcome, scripts = peer.grade(attack)
            expected = deserved(attack.handins[kind.name])
            rows[name] = judged(attack, points, outcome, scripts, honest, expected)
            rows[name]["spelling"] = attack.spelling[kind.name]
            print(
                f"{kind.name:9} {name:28} {rows[name]['score']!s:>6} of {expected:g}: {rows[name]['did'] or 'held'}",
                flush=True,
            )
    return rows


def on_ours(found, folder):
    """Rows of this grader: all attackers in one class, as an instructor gets them."""
    ours = Ours(folder / "course")
    ours.limits(check_seconds=20.0, cell_seconds=20.0, memory_mb=1024)
    ours.hand_in(NEIGHBOUR, HONEST, forge=shortened(None, False))
    ours.hand_in("zz-neighbour", HONEST, forge=shortened(None, False))
    for name, attack in found.items():
        ours.hand_in(name, attack.handins["ours"], forge=shortened(attack.forge, False))
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        code = autograder(ours.commands(jobs=2)[0][3:])
    stopped = "" if code in (0, 1) else screen.getvalue()[-500:]
    points = {student: sum(items.values()) for student, items in ours.points().items()}
    rows = {}
    for name, attack in found.items():
        # Those of the same class who are honest are behind everybody.
        mine = {ATTACKER: points.get(name), NEIGHBOUR: points.get("zz-neighbour")}
        outcome = jail.Outcome(stopped, said=ours.said(name))
        kept = {student: score for student, score in mine.items() if score is not None}
        expected = deserved(attack.handins["ours"])
        rows[name] = judged(attack, kept, outcome, False, deserved(HONEST), expected)
        print(
            f"ours      {name:28} {rows[name]['score']!s:>6} of {expected:g}: {rows[name]['did'] or 'held'}", flush=True
        )
    return rows


def main(arguments=None):
    """Try everything, print a line each, write the result; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.attacks", description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few attacks, to see that everything runs")
    parser.add_argument("--only", nargs="+", default=None, metavar="NAME", help="these attacks only")
    parser.add_argument("--out", type=Path, default=None, help=f"default: {RESULT.name} among the book's results")
    given = parser.parse_args(arguments)
    try:
        otter()
    except PeerMissing as missing:
        print(missing, file=sys.stderr)
        return 2
    found = corpus.attacks()
    names = given.only or (_QUICK if given.quick else found)
    found = {name: attack for name, attack in found.items() if name in names}
    began, rows = time.perf_counter(), {}
    for grader in ("ours", "nbgrader", "otter"):
        with tempfile.TemporaryDirectory(prefix="syg-peers-") as folder:
            kinds = {"nbgrader": Nbgrader, "otter": Otter}
            run = on_ours(found, Path(folder)) if grader == "ours" else on_peer(kinds[grader], found, Path(folder))
        for name, row in run.items():
            rows.setdefault(name, {})[grader] = row
    listed = [
        {"attack": name, "kind": found[name].kind, "about": found[name].about, "graders": by}
        for name, by in rows.items()
    ]
    result = {"study": "attacks", "about": "Attack by attack, on three graders; points as measured.", "rows": listed}
    result |= {
        "quick": bool(given.quick or given.only),
        "limits": {"seconds": jail.SECONDS, "memory_mb": jail.MEMORY >> 20},
    }
    result |= {"seconds": time.perf_counter() - began, "machine": record.machine()}
    result["versions"] = record.versions("nbgrader", "numpy") | {"otter-grader": "7.0.0"}
    out = given.out or (Path("build") / "peers" / "attacks.json" if result["quick"] else RESULT)
    record.write(out, result)
    print(f"written to {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
