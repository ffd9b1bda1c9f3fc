"""Progress bars for loops that take a while. They go away when the loop is done; TQDM_DISABLE=1 in the environment hides them."""

import sys

from tqdm import tqdm


def progress(iterable, what):
    """Iterate with a progress bar.

    Parameters
    ----------
    iterable : iterable
    what : str
        What is counted, such as "epochs"; stands before the bar.
    """
    return tqdm(iterable, desc=what, leave=False, mininterval=0.2, file=sys.stdout)
