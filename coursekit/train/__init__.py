"""Training nets in PyTorch over many epochs, from a notebook (`fit`) or a terminal (`python -m coursekit.train`).

PyTorch is loaded only when something of `loop.py` is asked for, so that without it the command can say what to install.
"""

from typing import Any

__all__ = ["CheckpointError", "Training", "fit"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from coursekit.train import loop

    return getattr(loop, name)
