"""What well-known mistakes compute, so that a wrong number can be called by its name.

`MISTAKES[function]` lists (kind, what to tell the student, wrong version). The wrong versions return what the function
of `for_checks` returns; None where that part of the result is not affected.
"""

from solutions.cnn.mistakes.single import in_single
from solutions.transfer.mistakes import features, freezing, preprocessing, probe, tuning

_MODULES = (preprocessing, freezing, features, probe, tuning)
MISTAKES = in_single({function: found for module in _MODULES for function, found in module.MISTAKES.items()})
