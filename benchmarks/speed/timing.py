"""How calls are timed: in turns, with their spread, and in a process for each number of threads.

Goes in: calls without arguments, by who computes. Comes out: seconds, as the results keep them.
"""

import functools
import json
import os
import statistics
import subprocess
import sys
import time
import tracemalloc

import numpy as np

UNITS = (("s", 1), ("ms", 1000), ("µs", 1e6))
LARGE = 2048
LIBRARIES = ("OPENBLAS", "OMP", "MKL")


def summary(times):
    """Seconds of several calls: median, fastest, slowest, and how many."""
    return {"median": statistics.median(times), "fastest": min(times), "slowest": max(times), "calls": len(times)}


def compared(calls, seconds, rounds=8, most=60):
    """Seconds of single calls by who computes, as `summary` has them.

    They take turns, round by round, so that a busy moment of the machine meets all of them; the first call of a turn,
    which finds the caches full of something else, is not counted.
    """
    times: dict = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            call()
            began, counted = time.perf_counter(), len(times[name])
            while len(times[name]) == counted or (
                time.perf_counter() - began < seconds / rounds and len(times[name]) - counted < most
            ):
                start = time.perf_counter()
                call()
                times[name].append(time.perf_counter() - start)
    return {name: summary(found) for name, found in times.items()}


def once(call):
    """As one entry of `compared`, for loops that take seconds: one call, nothing before it."""
    start = time.perf_counter()
    call()
    return summary([time.perf_counter() - start])


def peak(call):
    """Megabytes of arrays that a call holds at its peak, its result included; what went in is not counted."""
    tracemalloc.start()
    call()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(most / 2**20, 1)


def large_product():
    """A call: the product of two matrices of LARGE by LARGE in float32, as fast as this machine multiplies."""
    rng = np.random.default_rng(0)
    A, B = (rng.standard_normal((LARGE, LARGE)).astype(np.float32) for _ in range(2))
    return functools.partial(np.matmul, A, B)


def rates(operations, seconds, product):
    """How fast something multiplies, and what share that is of the machine's limit.

    Parameters
    ----------
    operations : float
        Multiplications and additions of one call.
    seconds, product : dict
        Of that call and of `large_product`, each a `summary`.

    Returns
    -------
    dict
        "gigaflops", "limit_gigaflops" and "share_of_limit".
    """
    rate, limit = operations / seconds["median"], 2 * LARGE**3 / product["median"]
    return {"gigaflops": rate / 1e9, "limit_gigaflops": limit / 1e9, "share_of_limit": rate / limit}


def by_threads(module, threads, quick):
    """Rows that `python -m module --child` prints as JSON, in a process for each number of threads."""
    rows = []
    for number in threads:
        limits = {f"{library}_NUM_THREADS": str(number) for library in LIBRARIES}
        command = [sys.executable, "-m", module, "--child", "--threads", str(number), *["--quick"] * quick]
        done = subprocess.run(command, env=os.environ | limits, stdout=subprocess.PIPE, text=True, check=True)
        rows += json.loads(done.stdout.splitlines()[-1])
    return rows


def spread(seconds):
    """A `summary` as text: the median, and the fastest and the slowest call."""
    unit, factor = next((unit, factor) for unit, factor in UNITS if seconds["median"] * factor >= 1 or unit == "µs")
    median, fastest, slowest = (_three(factor * seconds[key]) for key in ("median", "fastest", "slowest"))
    return f"{median} {unit} ({fastest} to {slowest})" if seconds["calls"] > 1 else f"{median} {unit}"


def _three(number):
    """Three significant digits, and all of those before the point."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
