"""How far right code is from being called wrong, on other machines: versions of NumPy, threads, older processors.

    python -m benchmarks.fairness [--chapters NAME ...] [--out FILE]

Writes `book/results/fairness.json`, where the book reads it. Every right version of every item is judged in each
environment; kept are the largest errors that were measured, by the tolerance that they are held against.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from benchmarks.studies import record
from tests.checks.judging import CHAPTERS, references, verdict, versions, without_clock

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "book" / "results" / "fairness.json"
OLDEST = ROOT / ".venv-oldest" / "bin" / "python"
PACKAGES = ("numpy", "torch", "matplotlib", "ipython")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
# What a processor without AVX would use, in OpenBLAS, in NumPy's own loops and in PyTorch with oneDNN.
OLD_PROCESSOR = {
    "OPENBLAS_CORETYPE": "Prescott",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4",
    "ATEN_CPU_CAPABILITY": "default",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
}
OLDER_NAMES = OLD_PROCESSOR | {"NPY_DISABLE_CPU_FEATURES": "AVX F16C FMA3 AVX2 AVX512F"}  # of features, in NumPy 1
ENVIRONMENTS = {
    "newest packages, one thread": (Path(sys.executable), ONE_THREAD),
    "newest packages, two threads": (Path(sys.executable), {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}),
    "newest packages, as on a processor without AVX": (Path(sys.executable), ONE_THREAD | OLD_PROCESSOR),
    "oldest packages, one thread": (OLDEST, ONE_THREAD),
    "oldest packages, as on a processor without AVX": (OLDEST, ONE_THREAD | OLDER_NAMES),
}


def measured_here(chapters):
    """Judge every right version in this process.

    Returns
    -------
    dict
        "right": how many there are; "full": how many have full points; "not_full": the others, and why; "worst": for
        each tolerance the largest error, and whose; "versions": of packages.
    """
    found = {"right": 0, "full": 0, "not_full": [], "worst": {}, "versions": record.versions(*PACKAGES)}
    for version in references() + versions("alternatives"):
        if version.item.split(".")[0] not in chapters:
            continue
        judged = verdict(version)
        found["right"] += 1
        found["full"] += judged.status == "passed"
        if judged.status != "passed":
            found["not_full"].append(f"{version}: {judged.reason or _first_failure(judged)}")
        for expectation in judged.expectations:
            if None in (expectation.measured, expectation.tolerance) or "accuracy" in expectation.name:
                continue
            worst = found["worst"].setdefault(f"{expectation.tolerance:g}", {"measured": -1.0})
            if expectation.measured > worst["measured"]:
                worst |= {"measured": expectation.measured, "of": f"{version}, {expectation.name}"}
    return found


def _first_failure(judged):
    return next(f"{e.name}: {e.message}" for e in judged.expectations if not e.passed)


def measured_in(python, variables, chapters):
    """The same in a process of its own, with another Python or other variables."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "found.json"
        line = [str(python), "-m", "benchmarks.fairness", "--here", "--chapters", *chapters, "--out", str(out)]
        subprocess.run(line, cwd=ROOT, env=os.environ | variables | {"PYTHONPATH": str(ROOT)}, check=True)
        return json.loads(out.read_text(encoding="utf-8"))


def main(arguments=None):
    """Measure everywhere and write the result; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fairness", description=__doc__.split("\n")[0])
    parser.add_argument("--chapters", nargs="+", choices=CHAPTERS, default=CHAPTERS)
    parser.add_argument("--here", action="store_true", help="in this very environment alone")
    parser.add_argument("--out", type=Path, default=RESULT)
    given = parser.parse_args(arguments)
    if given.here:
        with without_clock(), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            given.out.write_text(json.dumps(measured_here(given.chapters)), encoding="utf-8")
        return 0
    if not OLDEST.exists():
        print("fairness: the oldest packages are not installed; `make fairness` does that.", file=sys.stderr)
        return 2
    began, rows = time.perf_counter(), []
    for name, (python, variables) in ENVIRONMENTS.items():
        rows.append({"environment": name} | measured_in(python, variables, given.chapters))
        print(f"{name}: {rows[-1]['full']} of {rows[-1]['right']} right versions with full points", flush=True)
    result = {
        "study": "fairness",
        "about": "Right versions of every item in other environments, and how near they came.",
    }
    result |= {"rows": rows, "seconds": time.perf_counter() - began, "machine": record.machine()}
    record.write(given.out, result)
    print(f"written to {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
