"""Work on many images, a few at a time, so that what it lays out stays in the processor's cache; on several threads.

NumPy's products of matrices use as many threads as its BLAS library is told to (`OPENBLAS_NUM_THREADS` and its like);
copying, adding and comparing use one. Blocks of images on threads of their own keep all of them busy with everything.
"""

import os
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from itertools import pairwise

import numpy as np  # noqa: F401  its BLAS library is loaded before it is looked for
from threadpoolctl import ThreadpoolController

BLOCK = 2**20  # bytes: what fits into the cache of one core
_one_caller = threading.Lock()


def in_blocks(work, images, bytes_each):
    """Call `work` for block after block of images, and return what it returned, in order.

    The blocks run on as many threads as BLAS has, the caller's among them; BLAS is held to one thread in each of them.
    With one thread for BLAS, or no more than a megabyte to lay out, everything runs where it was called. The blocks
    are the same for any number of threads.

    Parameters
    ----------
    work : function
        Called with a slice of the images' numbers, such as `slice(25, 50)`. It may read anything, but write only what
        belongs to its own images.
    images : int
        How many there are.
    bytes_each : int
        How much `work` lays out for one image. A block has about a megabyte of it.

    Returns
    -------
    list
        One entry per block. What a block raises is raised here, once no other is running any more.
    """
    blocks = _blocks(images, bytes_each)
    threads = _threads() if len(blocks) > 1 else 1
    if threads == 1:
        return [work(some) for some in blocks]
    results, waiting = [None] * len(blocks), iter(enumerate(blocks))

    def work_on():
        for number, some in waiting:  # whoever is free takes the next one
            results[number] = work(some)

    with _one_caller, _blas().limit(limits=1):
        others = [_pool(threads - 1).submit(work_on) for _ in range(threads - 1)]
        try:
            work_on()
        finally:
            wait(others)
    for other in others:
        other.result()
    return results


def _blocks(images, bytes_each):
    """Slices of nearly the same size; where one is not enough, an even number: two threads end together."""
    pairs = max(1, round(images * bytes_each / (2 * BLOCK)))
    count = 1 if images * bytes_each <= BLOCK else min(images, 2 * pairs)
    return [slice(*ends) for ends in pairwise(images * k // count for k in range(count + 1))]


def _threads():
    """How many threads NumPy's BLAS uses just now; 1 for one that cannot be asked."""
    return min((library.num_threads for library in _blas().lib_controllers), default=1)


@cache
def _blas():
    """What asks BLAS for its threads and limits them. Finding it takes milliseconds, so it is found once."""
    return ThreadpoolController().select(user_api="blas")


@cache
def _pool(threads):
    """Threads that wait for work. Starting them anew would take longer than a small layer."""
    return ThreadPoolExecutor(threads, thread_name_prefix="blocks")


if hasattr(os, "register_at_fork"):  # a forked process has none of its parent's threads
    os.register_at_fork(after_in_child=_pool.cache_clear)
