"""What well-known mistakes compute, so that a wrong number can be called by its name.

`MISTAKES[function]` lists (kind, what to tell the student, wrong version). The wrong versions return what the right
function returns; None where that part of the result is not affected.
"""

from solutions.layers.mistakes import automatic, functions, losses, schedule

_MODULES = (functions, losses, schedule, automatic)
MISTAKES = {function: found for module in _MODULES for function, found in module.MISTAKES.items()}
