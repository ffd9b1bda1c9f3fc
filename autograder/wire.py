"""Values on their way between a student's process and the judge: plain JSON, with arrays as `.npy` bytes.

Goes in: numbers, strings, arrays, and lists, tuples and dicts of them. Comes out: a JSON-ready tree, and back again.
Nothing is ever unpickled; what does not fit is refused with a `WireError`.
"""

import ast
import base64
import binascii
import functools
import io
import math

import numpy as np

MAX_BYTES = 64 * 2**20  # of one encoded message
MAX_DEPTH = 8
MAX_ITEMS = 100_000
_KINDS = "biufc"  # bool, integers, floats, complex


class WireError(ValueError):
    """A value that may not cross; the message says why."""


class Handle:
    """Stands for an object that stays in the student's process.

    Attributes
    ----------
    number : int
        Under which the student's side keeps it.
    type_name : str
        Name of its class, for messages.
    """

    def __init__(self, number, type_name="object"):
        self.number = number
        self.type_name = type_name

    def __repr__(self):
        return f"<a {self.type_name}>"


class Plant:
    """Asks the student's side to make an argument that cannot cross, such as a random generator or a function.

    Parameters
    ----------
    kind : str
        A name in `autograder.student.stand_ins.PLANTS`.
    settings : dict
        What it is made from; arrays and numbers.
    """

    def __init__(self, kind, **settings):
        self.kind = kind
        self.settings = settings


def printable(text, most):
    """Text from a student's process on one line, at most `most` characters, nothing that moves a terminal's cursor."""
    return "".join(c if c.isprintable() else " " for c in str(text)[:most])


def encode(value, keep=None, depth=0):
    """Turn a value into a JSON-ready tree.

    Parameters
    ----------
    value : object
        Numbers, strings, None, arrays, and lists, tuples, dicts of them.
    keep : function, optional
        Called with any other object; returns the number of the handle that stands for it.

    Raises
    ------
    WireError
        For anything else where there is no `keep`, or for values nested too deeply.
    """
    if depth > MAX_DEPTH:
        raise WireError(f"The value is nested more than {MAX_DEPTH} levels deep.")
    if value is None or isinstance(value, (bool, str)):
        return value
    if type(value) is int and abs(value) < 2**53:
        return value
    if type(value) is float and math.isfinite(value):
        return value
    if isinstance(value, (int, float, complex, np.generic)):
        return {"scalar": _npy(np.asarray(value))}
    if isinstance(value, np.ndarray):
        return {"array": _npy(np.array(value, subok=False, copy=True))}
    if hasattr(value, "detach") and hasattr(value, "numpy"):  # a PyTorch tensor
        return {"array": _npy(np.asarray(value.detach().cpu().numpy()))}
    if isinstance(value, (list, tuple)):
        if len(value) > MAX_ITEMS:
            raise WireError(f"The {type(value).__name__} has more than {MAX_ITEMS:,} entries.")
        return {
            type(value).__name__ if type(value) in (list, tuple) else "tuple": [
                encode(item, keep, depth + 1) for item in value
            ]
        }
    if isinstance(value, dict):
        return {"dict": [[str(key), encode(item, keep, depth + 1)] for key, item in value.items()]}
    if isinstance(value, Handle):
        return {"handle": value.number, "type": value.type_name}
    if isinstance(value, Plant):
        return {"plant": value.kind, "settings": encode(value.settings, keep, depth + 1)}
    if keep is not None:
        return {"handle": keep(value), "type": type(value).__name__}
    raise WireError(f"A {type(value).__name__} cannot be compared; expected are numbers and arrays.")


def decode(tree, find=None, plant=None, depth=0):
    """Turn what `encode` made back into a value.

    Parameters
    ----------
    tree : object
        What `json.loads` returned. It may come from a hostile process.
    find, plant : functions, optional
        Turn the number of a handle into its object, and (kind, settings) into a planted argument. Without them a
        handle stays a `Handle`.

    Raises
    ------
    WireError
        If the tree is not what `encode` makes.
    """
    if depth > MAX_DEPTH + 1:
        raise WireError("The reply is nested too deeply.")
    if tree is None or isinstance(tree, (bool, str)):
        return tree
    if isinstance(tree, (int, float)):
        if not (math.isfinite(tree) if isinstance(tree, float) else abs(tree) < 2**53):
            raise WireError("The reply holds a number that should have come as an array.")
        return tree
    if not isinstance(tree, dict) or len(tree) > 2:
        raise WireError("The reply is not in the expected form.")
    if max(map(len, filter(lambda part: isinstance(part, list), tree.values())), default=0) > MAX_ITEMS:
        raise WireError(f"The reply holds a list of more than {MAX_ITEMS:,} entries.")
    below = depth + 1
    match tree:
        case {"scalar": str(text)} if len(tree) == 1:
            array = _array(text)
            if array.shape != ():
                raise WireError("The reply calls an array a number.")
            return array[()]
        case {"array": str(text)} if len(tree) == 1:
            return _array(text)
        case {"list": list(items)} if len(tree) == 1:
            return [decode(item, find, plant, below) for item in items]
        case {"tuple": list(items)} if len(tree) == 1:
            return tuple(decode(item, find, plant, below) for item in items)
        case {"dict": list(pairs)} if len(tree) == 1:
            return {str(key): decode(item, find, plant, below) for key, item in map(_pair, pairs)}
        case {"handle": int(number), "type": str(type_name)}:
            return find(number) if find else Handle(number, printable(type_name, 80))
        case {"plant": str(kind), "settings": settings} if plant:
            return plant(kind, decode(settings, find, plant, below))
    raise WireError("The reply is not in the expected form.")


def _pair(pair):
    if not (isinstance(pair, list) and len(pair) == 2):
        raise WireError("The reply is not in the expected form.")
    return pair


def _npy(array):
    if array.dtype.kind not in _KINDS:
        raise WireError(f"An array of dtype {array.dtype} cannot be compared; expected are numbers.")
    if array.nbytes > MAX_BYTES:
        raise WireError(f"The array of shape {array.shape} is larger than {MAX_BYTES >> 20} MB.")
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asarray(array, order="C"), version=(1, 0), allow_pickle=False)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


@functools.lru_cache(maxsize=256)  # most arrays of a homework have the shapes of others
def _header(data):
    header = ast.literal_eval(data.decode("latin-1"))
    dtype = np.dtype(header["descr"] if isinstance(header["descr"], str) else "O")
    return header["shape"], header["fortran_order"], dtype


def _array(text):
    """Read `.npy` bytes by hand: a header that promises more than there is must not reserve memory."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise WireError("An array in the reply is damaged.") from error
    if data[:8] != b"\x93NUMPY\x01\x00":
        raise WireError("An array in the reply is not in .npy format, version 1.")
    start = 10 + int.from_bytes(data[8:10], "little")
    try:
        shape, fortran, dtype = _header(data[10:start])
    except (ValueError, SyntaxError, KeyError, TypeError, RecursionError, MemoryError) as error:
        raise WireError("An array in the reply has a damaged header.") from error
    if dtype.kind not in _KINDS:
        raise WireError(f"An array in the reply has dtype {dtype}, not numbers.")
    if not (isinstance(shape, tuple) and len(shape) <= 16 and all(type(n) is int and n >= 0 for n in shape)):
        raise WireError("An array in the reply has a damaged shape.")
    if math.prod(shape) * dtype.itemsize != len(data) - start:
        raise WireError("An array in the reply is not as long as its shape says.")
    flat = np.frombuffer(data, dtype=dtype, offset=start).astype(dtype.newbyteorder("="))
    try:
        return flat.reshape(shape, order="F" if fortran else "C")
    except ValueError as error:  # no numbers at all, but axes too long for NumPy
        raise WireError("An array in the reply has a damaged shape.") from error
