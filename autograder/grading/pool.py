"""Has tasks worked on, here or elsewhere, and gives each result as it comes.

Goes in: tasks, as fast as there is somebody to take them, and a `concurrent.futures.Executor`, or how many processes
to start here. Comes out: results. A worker that dies costs the task that kills it; Ctrl-C costs what is under way.
"""

import contextlib
import itertools
import multiprocessing
import os
import signal
import threading
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, ProcessPoolExecutor, wait

from autograder.grading.task import failed, run
from autograder.sandbox import SandboxUnavailable

_AHEAD = 64  # tasks that wait in an executor that is not ours
_LOOK_SECONDS = 0.5  # between two looks at how many tasks are being worked on


class Watch:
    """Is told how a grading goes; this one does nothing with it."""

    def start(self, notebooks):
        """So many notebooks are to be graded."""

    def tried(self):
        """A canary has come back."""

    def busy(self, tasks):
        """So many tasks, canaries too, are being worked on; told about twice a second."""

    def done(self, graded):
        """A notebook's `Graded` has been kept and entered."""


def results(tasks, journal, jobs, executor, watch):
    """Give (Task, remarks, `Result`, whether it was kept) of every task as it finishes.

    Hand-ins are read as they are needed. A worker process that dies takes its whole pool with it. What was under way
    is then tried once more, each task in a process of its own, so that nothing is lost but the one that kills it.
    """
    pool, ahead = executor or Pool(jobs), _AHEAD if executor else 2 * jobs
    running: dict = {}
    again: list = []
    try:
        while True:
            more = False
            for task, remarks in itertools.islice(tasks, ahead - len(running)):
                more = True
                kept = journal.find(task)
                if kept:
                    yield task, remarks, kept, True
                    continue
                try:
                    running[pool.submit(run, task)] = task, remarks
                except BrokenExecutor:
                    if executor:
                        raise
                    again.append((task, remarks))
            if not running and not again:
                if more:  # all that was read had been kept
                    continue
                return
            for future in _finished(pool, running, watch):
                task, remarks = running.pop(future)
                if executor is None and isinstance(future.exception(), BrokenExecutor):
                    again.append((task, remarks))
                else:
                    yield task, remarks, _result(future, task), False
            if again:  # the pool is broken, so everything in it is
                pool.shutdown(wait=True)
                again += running.values()
                running.clear()
                yield from _each_alone(again, jobs)
                again.clear()
                pool = Pool(jobs)
    finally:
        if executor is None:
            pool.stop() if running else pool.shutdown(wait=True)


def _finished(pool, running, watch):
    """The futures that are done, as soon as one is."""
    workers = getattr(pool, "workers", None)
    while running:
        watch.busy(min(len(running), workers()) if workers else sum(future.running() for future in running))
        done = wait(running, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED).done
        if done:
            return done
    return ()


def _each_alone(again, jobs):
    """The results of tasks, each in a process of its own, `jobs` at the same time."""
    for some in (again[n : n + jobs] for n in range(0, len(again), jobs)):
        with contextlib.ExitStack() as pools:
            alone = [pools.enter_context(Pool(1)).submit(run, task) for task, _ in some]
            for future, (task, remarks) in zip(alone, some, strict=True):
                yield task, remarks, _result(future, task), False


def _result(future, task):
    """What a task gave; where its worker was lost, no points and a reason, for this hand-in only."""
    try:
        return future.result()
    except SandboxUnavailable:
        raise
    except Exception as error:
        return failed(
            task, f"The grading process was lost ({type(error).__name__}: {str(error)[:200]}). Grade it again."
        )


class Pool(ProcessPoolExecutor):
    """Processes on this machine, which end when they are told to and leave Ctrl-C to the one who tells them.

    Parameters
    ----------
    jobs : int
        How many.
    """

    def __init__(self, jobs):
        self._jobs, self._others = jobs, set(multiprocessing.active_children())
        super().__init__(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_as_worker)

    def __exit__(self, kind, error, trace):
        self.stop() if kind else self.shutdown(wait=True)

    def workers(self):
        """How many tasks it works on at the same time."""
        return self._jobs

    def submit(self, function, /, *args, **kwargs):
        """Have a call worked on; returns a future."""
        # A process that starts now must not be stopped by Ctrl-C before it knows better: it inherits the mask.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(_worked, function, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def stop(self):
        """End it without waiting for results: every worker stops its kernel and goes."""
        for process in set(multiprocessing.active_children()) - self._others:
            process.terminate()
        self.shutdown(wait=True, cancel_futures=True)


def _as_worker():
    """Set up a worker's signals; what it starts itself has the usual ones again."""
    signal.signal(signal.SIGINT, lambda *told: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, _stop)


def _stop(*told):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough, or it would be kept from cleaning up
    raise SystemExit


def _worked(function, *args, **kwargs):
    """What a call gives; where the worker is told to stop meanwhile, it is the last one."""
    try:
        return function(*args, **kwargs)
    except SystemExit:
        os._exit(0)


@contextlib.contextmanager
def as_a_whole():
    """Let Ctrl-C wait until what stands inside has been done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list = []
    before = signal.signal(signal.SIGINT, lambda *told: pressed.append(told))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            signal.raise_signal(signal.SIGINT)
