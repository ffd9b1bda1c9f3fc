"""Progress bars for loops that take a while: in notebooks and terminals, gone when the loop is done.

TQDM_DISABLE=1 in the environment hides them; where output goes to a file or a pipe there are none.
"""

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
    watched = sys.stdout.isatty() or _in_notebook()
    hidden = {} if watched else {"disable": True}  # given outright, it would overrule the environment
    return tqdm(iterable, desc=what, leave=False, mininterval=0.2, file=sys.stdout, **hidden)


def _in_notebook():
    """Whether this code runs in a notebook's kernel; a program that has merely loaded one is none."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return getattr(shell, "kernel", None) is not None
