"""`check("softmax.train")`: what a student runs below each exercise.

Goes in: the name of a check. Comes out, on the page: each expectation with its measured error, the points so
far, a next step.
"""

from autograder.exam import run_check
from autograder.images import ImageSource
from autograder.namespace import LocalNamespace
from autograder.reference import NoReference, RecordedReference
from autograder.registry import get_check
from autograder.show.verdict import as_html, as_text
from coursekit import DataUnavailable, dataset_name


class _Shown:
    """A verdict that notebooks show as HTML and terminals as text."""

    def __init__(self, verdict):
        self.verdict = verdict

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": as_text(self.verdict), "text/html": as_html(self.verdict)}


def check(name, names=None):
    """Judge one exercise on its visible cases and show the result.

    Parameters
    ----------
    name : str
        Name of the check, as in `check("softmax.train")`.
    names : dict, optional
        Where the student's names are; by default the notebook's own.

    Notes
    -----
    It raises nothing. Where there is no check of that name, or something is missing, it prints a sentence that says
    what to do. Functions are called with copies, so nothing of the notebook is changed.
    """
    from IPython import get_ipython
    from IPython.display import display

    shell = get_ipython()
    if names is None:
        names = shell.user_ns if shell else __import__("__main__").__dict__
    try:
        item, reference, images = get_check(name), RecordedReference(name.split(".")[0]), ImageSource(dataset_name())
        verdict = run_check(item, LocalNamespace(names), reference, images=images)
    except (DataUnavailable, NoReference, ValueError) as error:  # sentences that say what to do
        print(error)
        return
    if shell:
        display(_Shown(verdict))
    else:
        print(as_text(verdict))
