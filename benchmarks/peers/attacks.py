"""Every attack on three graders: what it earns, reads, stops and changes, as measured.

    python -m benchmarks.peers.attacks [--quick] [--only NAME ...] [--out FILE]

Writes `book/results/peers/attacks.json`, where the book reads it. The peers run student code as the instructor, so they
are run in a jail. Behind every attacker comes an honest student, whose points must stay what they are.
"""

import argparse
import contextlib
import io
import multiprocessing
import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
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
ATTACKER, NEIGHBOUR, LAST = "attacker", "neighbour", "zz-neighbour"
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
    with open("/evidence/{said}", "a") as file:
        file.write(" ".join(map(str, args)) + "\\n")
builtins.print = print
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
        seconds = jail.SECONDS + 15 * len(attacks)
        outcome = jail.run(there, commands, environment(self.kind), self.packages, evidence, seconds)
        points = {student: sum(items.values()) for student, items in grader.points().items()}
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


def judged(attack, score, neighbour, outcome, said, scripts=False):
    """What an attack did to a grader.

    Parameters
    ----------
    attack : Attack
    score, neighbour : (float or None, float)
        Points that the attacker got and deserved, and that the honest student behind got and deserved.
    outcome : jail.Outcome
    said : str
        What the attacker's code printed.
    scripts : bool
    """
    (got, deserves), (neighbours, due), found = score, neighbour, []
    if attack.kind != corpus.HARM and got is not None and got > deserves + 0.01:
        found.append("points forged")
    if "FOUND" in said:
        found.append("code ran in the grader" if attack.name == "pickles" else "secret read")
    if outcome.stopped:
        found.append("batch stopped")
    elif neighbours is None or abs(neighbours - due) > 0.01:
        found.append("neighbour changed")
    if any("98765.4321" in line for line in outcome.survivors):
        found.append("lives on")
    if scripts:
        found.append("scripts shown")
    if got is None or got < deserves - 0.01:
        found.append("costs its other items")
    return {"score": got, "deserved": deserves, "neighbour": neighbours, "stopped": outcome.stopped, "did": found}


def on_peer(kind, found, folder):
    """Rows of one peer, by attack.

    Those that only want points come as one class: where the honest student behind them all has what is due, none has
    changed it. All others, and those where that fails, come alone.
    """
    peer, due = Peer(kind, folder), deserved(HONEST)
    concerned = [attack for attack in found.values() if kind.name in attack.handins]
    together = [attack for attack in concerned if attack.kind == corpus.FORGE and attack.name not in corpus.ADDED]
    points, outcome, _ = peer.grade(together)
    if not together and points.get(NEIGHBOUR) != due:
        raise RuntimeError(f"{kind.name} gives an honest student {points.get(NEIGHBOUR)} points instead of {due}.")
    if outcome.stopped or outcome.survivors or points.get(NEIGHBOUR) != due:
        together = []
    rows = {}
    for attack in concerned:
        if attack in together:
            student = student_of(attack, together)
            row = judged(
                attack,
                (points.get(student), deserved(attack.handins[kind.name])),
                (points[NEIGHBOUR], due),
                outcome,
                outcome.said.get(f"said-{student}", ""),
            )
        else:
            alone, left, scripts = peer.grade([attack])
            score = alone.get(ATTACKER), deserved(attack.handins[kind.name])
            said = "".join(left.said.values())
            row = judged(attack, score, (alone.get(NEIGHBOUR), due), left, said, scripts)
        rows[attack.name] = row | {"spelling": attack.spelling[kind.name]}
        _tell(kind.name, attack.name, row)
    return rows


def _tell(grader, name, row):
    did = ", ".join(row["did"]) or "held"
    print(f"{grader:9} {name:28} {row['score']!s:>6} of {row['deserved']:g}: {did}", flush=True)


def on_ours(found, folder):
    """Rows of this grader: all attackers in one class, as an instructor gets them."""
    ours = Ours(folder / "course")
    ours.limits(check_seconds=20.0, cell_seconds=20.0, memory_mb=1024)
    ours.hand_in(LAST, HONEST, forge=shortened(None))
    for name, attack in found.items():
        ours.hand_in(name, attack.handins["ours"], forge=shortened(attack.forge))
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        code = autograder(ours.commands(jobs=2)[0][3:])
    outcome = jail.Outcome("" if code in (0, 1) else screen.getvalue()[-500:])
    points = {student: sum(items.values()) for student, items in ours.points().items()}
    rows = {}
    for name, attack in found.items():
        score = points.get(name), deserved(attack.handins["ours"])
        rows[name] = judged(attack, score, (points.get(LAST), deserved(HONEST)), outcome, ours.said(name))
        _tell("ours", name, rows[name])
    return rows


def _on(grader, names):
    """All rows of one grader; in a process of its own."""
    found = {name: attack for name, attack in corpus.attacks().items() if name in names}
    with tempfile.TemporaryDirectory(prefix="syg-peers-") as folder:
        if grader == "ours":
            return on_ours(found, Path(folder))
        return on_peer({"nbgrader": Nbgrader, "otter": Otter}[grader], found, Path(folder))


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
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        runs = {name: pool.submit(_on, name, list(found)) for name in ("otter", "nbgrader", "ours")}
        for grader in ("ours", "nbgrader", "otter"):
            for name, row in runs[grader].result().items():
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
