"""Outputs of student cells, made safe to show: text and pictures stay, anything a browser could run goes.

Goes in: nbformat outputs from a sandboxed kernel. Comes out: a list of few, small, harmless ones.
"""

import base64
import binascii

from nbformat import NotebookNode
from nbformat.v4 import new_output

MAX_OUTPUTS = 100
MAX_TEXT = 100_000  # characters of one cell
MAX_PICTURE = 2_000_000  # characters of base64
_SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


def harmless(outputs):
    """Keep streams, plain text, errors and real PNG or JPEG pictures; say what was left out."""
    kept: list[NotebookNode] = []
    left, dropped = MAX_TEXT, 0
    for output in outputs[:MAX_OUTPUTS]:
        kind = output.output_type
        if kind == "stream":
            text = _text(output.get("text"))[:left]
            left -= len(text)
            name = output.get("name") if output.get("name") in ("stdout", "stderr") else "stdout"
            if kept and kept[-1].output_type == "stream" and kept[-1].name == name:
                kept[-1].text += text
            elif text:
                kept.append(new_output("stream", name=name, text=text))
        elif kind == "error":
            said = output.get("traceback")
            lines = [_text(line)[:2000] for line in (said[:100] if isinstance(said, list) else [])]
            kept.append(
                new_output(
                    "error",
                    ename=_text(output.get("ename"))[:200],
                    evalue=_text(output.get("evalue"))[:2000],
                    traceback=lines,
                )
            )
        elif kind in ("display_data", "execute_result"):
            data = _data(output.get("data"), left)
            left -= len(data.get("text/plain", ""))
            # Never an execute_result: nbgrader would read a number in it as points.
            kept += [new_output("display_data", data=data)] if data else []
        dropped += left <= 0
    if dropped or len(outputs) > MAX_OUTPUTS:
        kept.append(note("Some of this cell's output was left out: there was too much of it."))
    return kept


def note(text):
    """A remark of the grader's as an output."""
    return new_output("stream", name="stdout", text=f"[autograder] {text}\n")


def _text(value):
    return value if isinstance(value, str) else "" if value is None else str(value)[:MAX_TEXT]


def pictures(data):
    """The real PNG and JPEG pictures in a bundle of MIME types that a student's side made, as {type: base64}."""
    kept: dict[str, str] = {}
    for kind, signature in _SIGNATURES.items():
        picture = data.get(kind) if isinstance(data, dict) else None
        if isinstance(picture, str) and len(picture) <= MAX_PICTURE:
            try:
                decoded = base64.b64decode(picture)
                if decoded.startswith(signature):
                    # Encoded anew: decoding passes over characters that would mean something in HTML.
                    kept[kind] = base64.b64encode(decoded).decode("ascii")
            except (binascii.Error, ValueError):
                continue
    return kept


def _data(data, left):
    kept = pictures(data)
    text = data.get("text/plain") if isinstance(data, dict) else None
    if isinstance(text, str) and text[:left]:
        kept["text/plain"] = text[:left]
    return kept
