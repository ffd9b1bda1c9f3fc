"""Colours in a terminal, and only there: none in a file or pipe, with NO_COLOR, or where TERM is dumb or not set.

Goes in: text, and the stream it is for. Comes out: the same text, perhaps between two colour codes. A few lines of our
own: all that is wanted are four colours, and no library for them is among the packages that students install.
"""

import os

_CODES = {"green": "32", "red": "31", "yellow": "33", "cyan": "36", "bold": "1"}


def has_colours(stream):
    """Whether this stream is a terminal that shows colours."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb":
        return False
    return stream.isatty()


def painted(text, colour, stream):
    """The text in a colour ("green", "red", "yellow", "cyan", "bold"), where `stream` shows colours."""
    return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if colour and text and has_colours(stream) else text
