"""Blocks of images on one thread and on several: the same results, errors and forked processes included."""

import multiprocessing
import subprocess
import sys
import threading

import numpy as np
import pytest

from coursekit import blocks, in_blocks
from solutions import cnn

MEGABYTE = 2**20


@pytest.fixture(params=[1, 2, 3])
def threads(request, monkeypatch):
    monkeypatch.setattr(blocks, "_threads", lambda: request.param)
    return request.param


def test_blocks_cover_all_images_once_in_order_and_hold_about_a_megabyte():
    for images, bytes_each in ((0, 9), (1, 9), (100, 9), (100, MEGABYTE // 100), (100, 20_000), (3, 10 * MEGABYTE)):
        slices = in_blocks(lambda some: some, images, bytes_each)
        assert [n for some in slices for n in range(some.start, some.stop)] == list(range(images))
        sizes = [some.stop - some.start for some in slices]
        assert max(sizes) - min(sizes) <= 1 and (max(sizes) == 1 or max(sizes) * bytes_each < 1.5 * MEGABYTE)
    assert len(in_blocks(lambda some: some, 100, MEGABYTE // 100)) == 1
    assert len(in_blocks(lambda some: some, 100, 20_000)) == 2


def test_results_come_in_order_from_as_many_threads_as_there_are(threads):
    together = threading.Barrier(threads, timeout=60)
    seen = set()

    def work(some):
        if len(seen) < threads:
            seen.add(threading.get_ident())
            together.wait()  # nobody goes on before all of them are here
        return some.start

    assert in_blocks(work, 24, MEGABYTE) == list(range(24))
    assert len(seen) == threads and threading.get_ident() in seen  # the caller works, too


def test_a_convolution_and_a_pooling_are_the_same_to_the_last_bit_whatever_the_threads(monkeypatch):
    rng = np.random.default_rng(0)
    x, w, b = (rng.standard_normal(s).astype(np.float32) for s in ((50, 8, 33, 33), (6, 8, 3, 3), (6,)))
    pool, found = {"pool_height": 3, "pool_width": 3, "stride": 2}, []
    for number in (1, 2, 3):
        monkeypatch.setattr(blocks, "_threads", lambda number=number: number)
        out, cache = cnn.conv_forward_fast(x, w, b, {"stride": 2, "pad": 1})
        largest, places = cnn.max_pool_forward_fast(x, pool)
        grads = cnn.conv_backward_fast(np.ones_like(out), cache)
        found.append([out, *grads, largest, cnn.max_pool_backward_fast(np.ones_like(largest), places)])
    assert all(np.array_equal(one, other) for row in found[1:] for one, other in zip(found[0], row, strict=True))


def test_an_error_in_a_block_reaches_the_caller_and_the_next_call_works(threads):
    done = []

    def work(some):
        if some.start == 5:
            raise ValueError("the sixth image")
        done.append(some.start)

    with pytest.raises(ValueError, match="the sixth image"):
        in_blocks(work, 12, MEGABYTE)
    assert threads == 1 or sorted(done) == [n for n in range(12) if n != 5]  # nothing runs on behind the caller's back
    assert in_blocks(lambda some: some.stop, 4, MEGABYTE) == [1, 2, 3, 4]


def test_blas_has_one_thread_inside_and_what_it_had_afterwards(monkeypatch):
    with blocks._blas().limit(limits=2):
        before = blocks._threads()
        inside = in_blocks(lambda some: blocks._threads(), 8, MEGABYTE)
        assert blocks._threads() == before
    assert set(inside) == {1}


def test_blocks_within_a_block_run_where_they_are():
    with blocks._blas().limit(limits=2):
        inner = in_blocks(lambda some: in_blocks(lambda deep: threading.get_ident(), 4, MEGABYTE), 4, MEGABYTE)
    assert all(len(set(one)) == 1 for one in inner)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # from Python 3.12 on: threads and fork
def test_a_forked_process_starts_threads_of_its_own(monkeypatch):
    monkeypatch.setattr(blocks, "_threads", lambda: 2)
    assert in_blocks(lambda some: some.start, 4, MEGABYTE) == [0, 1, 2, 3]
    fork = multiprocessing.get_context("fork")
    receiving, sending = fork.Pipe(duplex=False)
    child = fork.Process(target=lambda: sending.send(in_blocks(lambda some: some.start, 4, MEGABYTE)))
    child.start()
    assert receiving.poll(60) and receiving.recv() == [0, 1, 2, 3]
    child.join(60)
    assert child.exitcode == 0


def test_threads_that_wait_do_not_keep_a_program_from_ending():
    code = "from coursekit import blocks; blocks._threads = lambda: 2; print(blocks.in_blocks(str, 2, 2**20))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "['slice(0, 1, None)', 'slice(1, 2, None)']\n" and not done.stderr
