"""Every attack on three graders: what it earns, reads, stops and changes, as measured.

    python -m benchmarks.peers.attacks [--quick] [--only NAME ...] [--out FILE]

Writes `book/results/peers/attacks.json`, where the book reads it. The peers run student code as the instructor, so they
are run in a jail. Behind every attacker comes an honest student, whose points must stay what they are.
"""

import argparse
import contextlib
import io
import json
import multiprocessing
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from autograder.cli import main as autograder
from benchmarks.peers import corpus, jail
from benchmarks.peers.graders import ROOT, Nbgrader, Otter, Ours, otter_is_there
from benchmarks.peers.jailed import HONEST, NEIGHBOUR, POINTS, Peer, deserved, shortened, student_of
from benchmarks.studies import record

RESULT = ROOT / "book" / "results" / "peers" / "attacks.json"
LAST = "zz-neighbour"  # the honest student of our own class, behind everybody
_QUICK = ("transformers_post", "always_equal", "ends_the_process")


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
    if outcome.stopped or neighbours is None:
        found.append("batch stopped")
    elif abs(neighbours - due) > 0.01:
        found.append("neighbour changed")
    if any("98765.4321" in line for line in outcome.survivors):
        found.append("lives on")
    if scripts:
        found.append("scripts shown")
    if (got or 0.0) < deserves - 0.01:
        found.append("costs its other items")
    return {"score": got, "deserved": deserves, "neighbour": neighbours, "stopped": outcome.stopped, "did": found}


def on_peer(kind, found, folder):
    """Rows of one peer, by attack. Those that only want points come as one class, all others alone."""
    peer = Peer(kind, folder)
    began = time.monotonic()
    points = peer.grade([])[0]
    # On a slow machine an honest hand-in takes long, too, and must not be taken for an endless one.
    peer.seconds = max(jail.SECONDS, 5 * (time.monotonic() - began))
    if points.get(NEIGHBOUR) != deserved(HONEST):
        raise RuntimeError(f"{kind.name} gives an honest student {points.get(NEIGHBOUR)} points, not what is due.")
    concerned = [attack for attack in found.values() if kind.name in attack.handins]
    together = [attack for attack in concerned if attack.kind == corpus.FORGE and attack.name not in corpus.ADDED]
    rows = _as_class(peer, together) if together else {}
    for attack in concerned:
        if attack not in together:
            rows |= _as_class(peer, [attack])
    return rows


def _as_class(peer, attacks):
    """Rows of attackers who are graded as one class.

    Where the honest student behind them all has what is due, none has changed it. Otherwise it is found out who has, by
    halves.
    """
    points, outcome, scripts = peer.grade(attacks)
    students = sorted([*(student_of(attack, attacks) for attack in attacks), NEIGHBOUR])
    ends = {who: "no end" for who, code in zip(students, outcome.codes, strict=False) if code is None}
    neighbour = points.get(NEIGHBOUR), deserved(HONEST)
    if len(attacks) > 1 and (outcome.stopped or neighbour[0] != neighbour[1]):
        half = len(attacks) // 2
        return _as_class(peer, attacks[:half]) | _as_class(peer, attacks[half:])
    rows = {}
    for attack in attacks:
        student = student_of(attack, attacks)
        said = "".join(outcome.said.values()) if len(attacks) == 1 else outcome.said.get(f"said-{student}", "")
        score = points.get(student), deserved(attack.handins[peer.kind.name])
        row = judged(
            attack, score, neighbour, replace(outcome, stopped=outcome.stopped or ends.get(student, "")), said, scripts
        )
        rows[attack.name] = row | {"spelling": attack.spelling[peer.kind.name]}
        _tell(peer.kind.name, attack.name, row)
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
        score = points.get(name), sum(attack.handins["ours"].points(POINTS).values())
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
    parser.add_argument(
        "--only", nargs="+", default=None, metavar="NAME", help="measure these anew, and leave what else is recorded"
    )
    parser.add_argument("--out", type=Path, default=None, help=f"default: {RESULT.name} among the book's results")
    given = parser.parse_args(arguments)
    if not otter_is_there():
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
    out = given.out or (Path("build") / "peers" / "attacks.json" if given.quick else RESULT)
    earlier = json.loads(out.read_text(encoding="utf-8")) if given.only and out.is_file() else {"rows": []}
    listed = [row for row in earlier["rows"] if row["attack"] not in rows]
    listed += [
        {"attack": name, "kind": found[name].kind, "about": found[name].about, "graders": by}
        for name, by in rows.items()
    ]
    result = {"study": "attacks", "about": "Attack by attack, on three graders; points as measured.", "rows": listed}
    result |= {
        "quick": earlier.get("quick", bool(given.quick or given.only)),
        "limits": {"seconds": jail.SECONDS, "memory_mb": jail.MEMORY >> 20},
    }
    result |= {"seconds": earlier.get("seconds", 0.0) + time.perf_counter() - began, "machine": record.machine()}
    result["versions"] = record.versions("nbgrader", "numpy") | {"otter-grader": "7.0.0"}
    record.write(out, result)
    print(f"written to {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
