"""What well-known mistakes compute, so that a wrong number can be called by its name.

`MISTAKES[function]` lists (kind, what to tell the student, wrong version). The wrong versions return what the right
function returns; None where that part of the result is not affected. `axis` is what is averaged over: 0 in batch
normalisation, 1 in layer normalisation.
"""

from solutions.batchnorm.mistakes import backward, dropout, forward, running

_MODULES = (forward, running, backward, dropout)
MISTAKES = {function: found for module in _MODULES for function, found in module.MISTAKES.items()}
