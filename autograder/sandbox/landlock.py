"""A second wall: Landlock, by which the kernel itself refuses files outside given folders, whatever is mounted.

Goes in: folders that may be read, and folders that may be written. Afterwards this process and all that it starts can
open nothing else; it cannot be undone. Numbers and structures: the kernel's `linux/landlock.h`.
"""

import ctypes
import os

from autograder.sandbox.namespaces import call, libc

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_TRUNCATE = 1 << 14
_READ = _EXECUTE | _READ_FILE | _READ_DIR
# Rights on files, in the order in which versions of Landlock brought them: refer, truncate, devices' own commands.
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | 1 << 15


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version():
    """Version of this kernel's Landlock; 0 where there is none."""
    return max(libc.syscall(_CREATE_RULESET, None, 0, 1), 0)


def restrict(readable, writable):
    """Allow this process these files and folders only, with what lies in them; does nothing where there is no Landlock.

    Must be called without a way to get rights back (`become_nobody`).

    Parameters
    ----------
    readable, writable : list of str
        What is not there is passed over.
    """
    if not version():
        return
    rights = _RIGHTS[max(known for known in _RIGHTS if known <= version())]
    handled = ctypes.c_uint64(rights)
    ruleset = call(libc.syscall(_CREATE_RULESET, ctypes.byref(handled), 8, 0))
    try:
        for paths, allowed in ((readable, _READ), (writable, rights)):
            for path in paths:
                _allow(ruleset, path, allowed & rights)
        call(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def _allow(ruleset, path, allowed):
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            allowed &= _OF_FILES
        rule = _Beneath(allowed, place)
        call(libc.syscall(_ADD_RULE, ruleset, 1, ctypes.byref(rule), 0))
    finally:
        os.close(place)
