"""Grading on several machines: an executor whose tasks run on the workers of a Dask scheduler.

Goes in: the scheduler's address. Comes out: what `grade_class` takes as `executor`. Tasks hold the seed and hand-ins,
and results hold grades: scheduler and workers belong on a network that nobody else can reach, or behind TLS.
"""

import contextlib

from autograder.grading.course import CourseError
from autograder.grading.journal import programs


@contextlib.contextmanager
def cluster(address, seconds=10):
    """Give an executor on the workers of the scheduler at `address`, such as "tcp://10.0.0.5:8786".

    A task whose worker is lost goes to another one. Who has TLS says so in Dask's own configuration.

    Parameters
    ----------
    address : str
    seconds : float
        How long the scheduler may take to answer.

    Raises
    ------
    CourseError
        Where Dask is not installed, nobody answers, there are no workers, or one has other programs than this machine.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise CourseError("--scheduler needs Dask: pip install show-your-gradients[instructor,cluster]") from error
    try:
        client = Client(address, timeout=seconds, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        first = (str(error).splitlines() or [""])[0][:200] or type(error).__name__
        raise CourseError(
            f"No Dask scheduler answers at {address} ({first}). Start one with `dask scheduler`; it prints its "
            "address, such as tcp://10.0.0.5:8786."
        ) from error
    with client:
        theirs = client.run(programs)
        if not theirs:
            raise CourseError(
                f"The scheduler at {address} has no workers. Start some: "
                f"dask worker {address} --nthreads 1 --nworkers 4"
            )
        others = sorted(worker for worker, digest in theirs.items() if digest != programs())
        if others:
            raise CourseError(
                f"Another version of the course is installed on the worker {', '.join(others)}: it would judge by "
                "other checks. Install the same one everywhere, and start the workers anew."
            )
        executor = client.get_executor(pure=False)
        executor.workers = lambda: _threads(client)  # none of its futures says that it is running
        yield executor


def _threads(client):
    """How many tasks all workers together work on at the same time, as far as the scheduler tells."""
    try:
        return sum(client.nthreads().values())
    except (OSError, TimeoutError):  # it does not answer now; whether it will is for the futures to say
        return 0
