"""What one grading needs to know, in a form that can be sent to another process.

Also the error for what it cannot use, which everything that reads a course raises.
"""

from dataclasses import dataclass, field

from autograder.sandbox import Limits


class CourseError(ValueError):
    """A folder that cannot be used as asked; the message says why and what to do."""


@dataclass(frozen=True)
class Settings:
    """How to grade.

    Attributes
    ----------
    secret : bytes
        From which hidden cases and images are drawn. It stays in the grader and never enters a sandbox. Empty: visible
        cases only.
    dataset : str
        "shapes10" or "cifar10".
    data : str
        Folder that holds the data set, mounted read-only; empty for generated data.
    sandbox : {"bwrap", "none"}
    retrain : bool
        Whether cells tagged `skip-grading` are run.
    limits : Limits
    """

    secret: bytes = b""
    dataset: str = "shapes10"
    data: str = ""
    sandbox: str = "bwrap"
    retrain: bool = False
    limits: Limits = field(default_factory=Limits)
