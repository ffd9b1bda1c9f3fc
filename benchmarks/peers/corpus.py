"""Which attacks are tried on whom, and in what spelling.

The attacks are those of `tests/attacks` and `tests/sandbox`. Where one speaks of a part that only this grader has, and
the same idea exists for a peer, `cells/` holds it in the peer's spelling; where it does not exist, it does not apply.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from autograder.handins import MadeUp, read_handins
from tests.attacks import attacked as written
from tests.sandbox import test_hogs as hogs

CELLS = Path(__file__).with_name("cells")
PEERS = ("nbgrader", "otter")
FORGE, READ, HARM = "forge points", "read secrets", "do harm"
# Attacks on what only this grader has, and why the idea is not there in a peer.
NO_SUCH_PART = {
    "grades_itself": "no checks in the student's process to run",
    "hides_its_time": "no item on time",
    "replaces_import": "no agent to import",
    "visible_answers_only": "no visible cases",
    "namespace_that_answers": "names are not looked up from outside",
    "too_large": "answers are not sent",
}
# Adapted cells, by the attack they stand for, and for whom. What is not named here is tried as it is.
ADAPTED = {
    "looks_for_expected_values": PEERS,
    "forged_files": PEERS,
    "writes_outside": PEERS,
    "replaces_the_agent": ("otter",),
    "forged_replies": ("otter",),
}
# Attacks that need a peer's own part; this grader has the test that is named.
ADDED = {"other_handins": PEERS, "forged_gradebook": PEERS, "pickles": ("otter",)}
_READS = (
    "asks_for_privileges",
    "looks_for_expected_values",
    "looks_for_files",
    "other_handins",
    "reads_environment",
    "reads_memory",
    "reaches_network",
)
_HARMS = (
    "closes_the_channels",
    "forged_files",
    "forged_messages",
    "html_and_scripts",
    "leaves_daemons",
    "signals",
    "strange_errors",
    "too_large",
    "writes_outside",
    "pickles",
)
# Metadata that otter's notebooks have not; what is left changes the order and number of cells.
_ANY_NOTEBOOK = ("graded_cells_deleted", "cells_duplicated", "cells_reordered")
# What stands in the function of one item, and what it does.
_HOGS = {
    "endless": "A loop that never ends",
    "swallows_interrupts": "A loop that never ends and catches every interrupt",
    "deadlock": "A lock that is waited for by the one who holds it",
    "exits": "sys.exit instead of an answer",
    "ends_the_process": "os._exit, which ends the process at once",
    "kills_itself": "The process kills itself",
    "becomes_another_program": "The process becomes another program",
    "recursion": "A function that calls itself without end",
    "crashes_the_interpreter": "A read at address 0 crashes the interpreter",
    "memory": "Arrays of ones until there is no memory left",
    "processes": "A fork in an endless loop",
    "disk": "A file that grows without end",
}
# The same for a cell.
_HOG_CELLS = {
    "floods_the_output": "A cell that prints without end",
    "closes_its_sockets": "A cell that closes the kernel's sockets",
}


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes
    ----------
    name, kind, about : str
    handins : dict
        What is handed in, by grader; a grader that is missing is not concerned.
    forge : function or None
        Changes the notebook.
    spelling : dict
        By grader: "as it is", "adapted".
    """

    name: str
    kind: str
    about: str
    handins: dict
    forge: object = None
    spelling: object = None


def attacks():
    """Every attack, by name."""
    found = [*_of_code(), *_of_metadata(), *_of_hogs()]
    return {attack.name: attack for attack in found}


def _kind(name):
    return READ if name in _READS else HARM if name in _HARMS else FORGE


def _of_code():
    own, adapted = dict(written.ATTACKS), read_handins("cells", CELLS.parent)
    own["patches_the_grader"] = read_handins("softmax")["patches_the_grader"]
    own |= {name: adapted[name] for name in ADDED}
    for name, handin in sorted(own.items()):
        concerned = (ADAPTED | ADDED).get(name, () if name in NO_SUCH_PART else PEERS)
        cells = adapted.get(name, handin)
        spelling = dict.fromkeys(concerned, "adapted" if name in adapted else "as it is")
        forge = scripted if name == "html_and_scripts" else None
        yield Attack(
            name, _kind(name), handin.about, {"ours": handin} | dict.fromkeys(concerned, cells), forge, spelling
        )


def _of_metadata():
    for forge, (start, expected) in written.FORGED.items():
        handin = replace(start, expected=expected)
        who = ("ours", "nbgrader", "otter") if forge.__name__ in _ANY_NOTEBOOK else ("ours", "nbgrader")
        spelling = dict.fromkeys(who[1:], "as it is")
        yield Attack(
            forge.__name__, FORGE, forge.__doc__ or "", dict.fromkeys(who, handin), forge=forge, spelling=spelling
        )


def _of_hogs():
    """Each in the place of one item; three others are right."""
    for name, about in _HOGS.items():
        yield _hog(name, f"def bootstrap(X, y, rng):\n    {hogs.HOGS[name][0]}", about)
    for name, about in _HOG_CELLS.items():
        yield _hog(f"cell_{name}", hogs.CELLS[name][0], about)


def _hog(name, source, about):
    right = ("softmax", "numerical_gradient", "ensemble_predict")
    expected = "softmax.probabilities, softmax.numerical_gradient, softmax.ensemble_predict in full"
    about += "; three other items are right."
    handin = MadeUp(name, about, right, {"bootstrap": source}, expected)
    return Attack(name, HARM, about, dict.fromkeys(("ours", *PEERS), handin), spelling=dict.fromkeys(PEERS, "as it is"))


def scripted(nb):
    """Scripts in Markdown, raw cells, attachments and metadata, beside those in outputs."""
    written._scripts_in_cells(nb)
