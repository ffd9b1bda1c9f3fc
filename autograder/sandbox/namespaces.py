"""The system calls of the sandbox that Python does not offer: user namespaces, entering namespaces, giving up rights.

Goes in: a process of the grader's user. Comes out: a process that is nobody, in namespaces that bubblewrap has made,
without any capability, and unable to get one back.
"""

import contextlib
import ctypes
import os

NOBODY = 65534
NEW_USER = 0x10000000
_KINDS = ("ipc", "uts", "net", "cgroup", "mnt")
_PDEATHSIG, _SET_DUMPABLE, _CAPBSET_DROP, _NO_NEW_PRIVILEGES = 1, 4, 24, 38
_CAPABILITIES = 0x20080522  # version 3 of the header of capset
libc = ctypes.CDLL(None, use_errno=True)


def call(result):
    """The result of a system call; raises `OSError` where it is negative."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def die_with_parent(parent):
    """Let the kernel kill this process when `parent` (a process number) ends, or end now where it has already."""
    call(libc.prctl(_PDEATHSIG, 9, 0, 0, 0))
    if os.getppid() != parent:
        os._exit(1)


def user_namespace():
    """Make a user namespace in which no other can be made, and return its file descriptor.

    Nobody inside is whoever calls. Where that is root, nobody inside is nobody outside, and root is root: bubblewrap
    needs it to lay out the sandbox, and `become_nobody` gives it up.

    Raises
    ------
    OSError
        If this system allows none.
    """
    told, tell = os.pipe()
    heard, hear = os.pipe()
    maker = os.fork()
    if not maker:
        with contextlib.suppress(BaseException):
            os.close(told)
            os.close(hear)
            call(libc.unshare(NEW_USER))
            os.write(tell, b"made")
            os.read(heard, 1)
            with open("/proc/sys/user/max_user_namespaces", "w") as file:
                file.write("0")
            os.write(tell, b"shut")
            os.read(heard, 1)
        os._exit(0)
    try:
        os.close(tell)
        if not os.read(told, 4):
            raise OSError("No permissions to create a new user namespace.")
        _map(maker, os.geteuid(), os.getegid())
        os.write(hear, b".")
        if not os.read(told, 4):
            raise OSError("Further user namespaces could not be forbidden: /proc/sys cannot be written.")
        return os.open(f"/proc/{maker}/ns/user", os.O_RDONLY)
    finally:
        for end in (told, heard, hear):
            os.close(end)
        os.waitpid(maker, 0)


def _map(process, user, group):
    """Say who the users inside are outside; `setgroups` must be given up first by all but root."""
    if user:
        _write(f"/proc/{process}/setgroups", "deny")
    for name, own in (("uid_map", user), ("gid_map", group)):
        _write(f"/proc/{process}/{name}", f"{NOBODY} {own} 1" if user else f"0 0 1\n{NOBODY} {NOBODY} 1")


def _write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def namespaces_of(process):
    """File descriptors of a process's namespaces, by kind."""
    return {kind: os.open(f"/proc/{process}/ns/{kind}", os.O_RDONLY) for kind in (*_KINDS, "pid")}


def enter(descriptor):
    """Enter the namespace behind a file descriptor. Of processes, only children made afterwards are in it."""
    call(libc.setns(descriptor, 0))


def enter_all(descriptors):
    """Enter all namespaces but that of processes; the root folder becomes the sandbox's."""
    for kind in _KINDS:
        enter(descriptors[kind])
    os.chdir("/")


def become_nobody():
    """Give up every right, for good: user, groups, capabilities, and ways to get any of them back."""
    call(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as file:
        last = int(file.read())
    for number in range(last + 1):
        call(libc.prctl(_CAPBSET_DROP, number, 0, 0, 0))
    if os.getuid() != NOBODY:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    header, nothing = (ctypes.c_uint32 * 2)(_CAPABILITIES, 0), (ctypes.c_uint32 * 6)()
    call(libc.capset(header, nothing))
    # Else the process's own files below /proc belong to root, and it could not read them.
    call(libc.prctl(_SET_DUMPABLE, 1, 0, 0, 0))
