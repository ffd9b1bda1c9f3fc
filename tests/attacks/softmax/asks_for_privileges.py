"""Asks to be somebody else: root, an owner of devices, of mounts, of the clock, of the machine's name.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
import ctypes
import os
import stat
import time

libc = ctypes.CDLL(None, use_errno=True)
os.makedirs("place", exist_ok=True)


def works(action):
    try:
        return action() in (None, 0)
    except (OSError, AttributeError):
        return False


for name, action in {
    "root": lambda: os.setuid(0),
    "roots group": lambda: os.setgid(0),
    "groups": lambda: os.setgroups([0]),
    "a device": lambda: os.mknod("disk", 0o600 | stat.S_IFBLK, os.makedev(8, 0)),
    "a mount": lambda: libc.mount(b"/", b"place", None, 4096, None),
    "an unmount": lambda: libc.umount2(b"/", 2),
    "another root": lambda: os.chroot("place"),
    "the clock": lambda: time.clock_settime(time.CLOCK_REALTIME, 0.0),
    "the machine's name": lambda: libc.sethostname(b"mine", 4),
    "a module": lambda: libc.syscall(175, None, 0, b""),
    "a restart": lambda: libc.reboot(0x1234567),
}.items():
    if works(action):
        print("FOUND", name)
