"""How fast three graders are on the same class: hand-ins an hour and core, memory, and what grading adds to computing.

    python -m benchmarks.peers.speed [--quick] [--sizes 30 100 300] [--out FILE]

Writes `book/results/peers/speed.json`, where the book reads it. All grade the same students' cells, once without
the cells in which students train and once with them, one thread each, on one core and on two. Run it on a machine that
does nothing else.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from autograder import handins
from autograder.grading.course import create
from autograder.grading.grade import grade_class
from autograder.handins import filled
from benchmarks.peers import homework, measure, tables
from benchmarks.peers.graders import ROOT, Nbgrader, Otter, Ours, environment, otter_is_there
from benchmarks.peers.homework import ASSIGNMENT
from benchmarks.studies import record
from coursekit import add_bias_column, flatten, load_images, mean_image, scale
from solutions.softmax import SoftmaxClassifier
from tests.grading.courses import hand_in_all

RESULT = ROOT / "book" / "results" / "peers" / "speed.json"
WEIGHTS = "best_classifier.npz"
# A class of thirty, by the made-up hand-in; none of them hangs.
CLASS = {
    "reference": 8,
    "differently_written": 7,
    "half_done": 5,
    "typical_mistakes": 5,
    "all_classes_in_the_loss": 2,
    "untouched": 3,
}
SHORT = 4  # hand-ins of a class that is graded with training: their computing is most of the time
# Issued targets: throughput per core of nbgrader's, that of two workers of one's, and what may be added to computing.
TARGETS = {"times_nbgrader": 5.0, "two_workers": 1.8, "over_own": 1.1}


def class_of(size):
    """Students' names and what each hands in, mixed alike in every size."""
    wanted = [name for name, count in CLASS.items() for _ in range(count)]
    mixed = [wanted[(7 * number) % len(wanted)] for number in range(size)]  # 7 and 30 have no common divisor
    return {f"student-{number:03}": kind for number, kind in enumerate(mixed)}


def weights(epochs=15):
    """Bytes of a trained softmax classifier, as students save it."""
    data = load_images("shapes10", quiet=True)
    X = add_bias_column(flatten(scale(data.X_train) - mean_image(scale(data.X_train))))
    model = SoftmaxClassifier()
    model.train(X, data.y_train, epochs=epochs, batch_size=50, learning_rate=0.02, final_learning_rate=0.0001)
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / WEIGHTS)
        return (Path(folder) / WEIGHTS).read_bytes()


def graded(kind, size, training, jobs, saved):
    """One class graded by one grader: a row of the result."""
    with tempfile.TemporaryDirectory(prefix="syg-peers-") as base:
        grader = kind(Path(base) / "class", training=training)
        made_up = handins.read_handins(ASSIGNMENT)
        for student, name in class_of(size).items():
            grader.hand_in(student, made_up[name], {WEIGHTS: saved})
        cores = ",".join(map(str, range(jobs)))
        variables = os.environ | environment(kind) | {"PYTHONPATH": str(ROOT)}
        used = measure.run(grader.commands(jobs), variables, grader.root, cores)
        points = grader.points()
    if len(points) != size:
        raise RuntimeError(f"{kind.name} graded {len(points)} of {size} hand-ins.")
    row = {"grader": kind.name, "size": size, "training": training, "jobs": jobs, "seconds": used.seconds}
    row |= {"per_handin": used.seconds / size, "cpu_per_handin": used.cpu_seconds / size}
    row |= {"memory_mb_per_worker": used.memory_mb / jobs, "mean_points": sum(map(_total, points.values())) / size}
    print(
        f"{kind.name:9} {size:4} hand-ins, {'with' if training else 'without'} training, {jobs} at a time: "
        f"{used.seconds:7.1f} s, {row['per_handin']:6.2f} s each, {row['memory_mb_per_worker']:4.0f} MB",
        flush=True,
    )
    return row


def _total(items):
    return sum(items.values())


def own(size, training, saved):
    """Seconds of the students' own cells in a bare kernel, on average over a class of this size."""
    made_up, mix = handins.read_handins(ASSIGNMENT), list(class_of(size).values())
    source, took = homework.source(True), {}
    released = homework.released(source)
    for name in sorted(set(mix)):
        with tempfile.TemporaryDirectory(prefix="syg-peers-") as folder:
            (Path(folder) / WEIGHTS).write_bytes(saved)
            (Path(folder) / "course.json").write_text('{"dataset": "shapes10"}', encoding="utf-8")
            nb = filled(released, source, made_up[name])
            took[name] = measure.own_seconds(nb, folder, environment(Ours) | {"PYTHONPATH": str(ROOT)}, training)
    return sum(took[name] for name in mix) / size


def of_every_homework():
    """Seconds of grading the reference of every notebook of the course, without training and without trained models."""
    with tempfile.TemporaryDirectory(prefix="syg-peers-") as base:
        course = create(Path(base) / "course")
        for name in course.assignments():
            hand_in_all(course, name, handins.read_handins(name)["reference"], {})
        began = time.perf_counter()
        graded = grade_class(course)
        entered = time.perf_counter() - began
    if any(one.trouble for one in graded):
        raise RuntimeError(f"Not every reference was graded: {[one.trouble for one in graded]}")
    return {one.notebook: one.seconds for one in graded} | {tables.WITH_ALL: entered}


def ratios(rows, owns):
    """What the targets speak of, as far as it was measured."""
    found = {(row["grader"], row["size"], row["training"], row["jobs"]): row["per_handin"] for row in rows}
    size = rows[0]["size"]
    ours = found["ours", size, False, 1]
    said = {f"times_{peer}": found[peer, size, False, 1] / ours for peer in ("nbgrader", "otter")}
    if ("ours", size, False, 2) in found:
        said["two_workers"] = ours / found["ours", size, False, 2]
    for (grader, _, training, _), seconds in found.items():
        if training:
            said["over_own" if grader == "ours" else f"over_own_{grader}"] = seconds / owns["training"]
    return said


def main(arguments=None):
    """Measure, write the result; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.speed", description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one hand-in each, to see that everything runs")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[30, 100, 300], help="of classes; peers grade the first"
    )
    parser.add_argument("--training", type=int, default=SHORT, help="hand-ins of the class that trains; 0: none")
    parser.add_argument("--out", type=Path, default=None, help=f"default: {RESULT.name} among the book's results")
    given = parser.parse_args(arguments)
    if not otter_is_there():
        return 2
    began = time.perf_counter()
    sizes, training = ([1], 0) if given.quick else (given.sizes, given.training)
    saved = weights(1 if given.quick else 15)
    rows = [graded(kind, sizes[0], False, 1, saved) for kind in (Ours, Nbgrader, Otter)]
    owns = {"no_training": own(sizes[0], False, saved)}
    if not given.quick:
        rows.append(graded(Ours, sizes[0], False, 2, saved))
    rows += [graded(Ours, size, False, 1, saved) for size in sizes[1:]]
    if training:
        rows += [graded(kind, training, True, 1, saved) for kind in (Ours, Nbgrader, Otter)]
        owns["training"] = own(training, True, saved)
    homeworks = {} if given.quick else of_every_homework()
    result = {"study": "peers", "about": "The same class in three graders; seconds of wall time.", "quick": given.quick}
    result |= {"class": CLASS, "targets": TARGETS, "rows": rows, "own": owns}
    result["ratios"] = ratios(rows, owns)
    result["homeworks"] = homeworks
    result |= {"seconds": time.perf_counter() - began, "machine": record.machine()}
    result["versions"] = record.versions("nbgrader", "numpy", "ipykernel") | {"otter-grader": "7.0.0"}
    out = given.out or (Path("build") / "peers" / "speed.json" if given.quick else RESULT)
    record.write(out, result)
    print(f"written to {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
