"""Opens the memory of every other process, by `/proc`, by a system call and as a debugger.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


mine = {os.getpid(), 1}
others = [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in mine]
for process in [*others, 1, os.getppid()]:
    if process == os.getpid():
        continue
    held = ctypes.create_string_buffer(64)
    here, there = Piece(ctypes.addressof(held), 64), Piece(0x400000, 64)
    if libc.process_vm_readv(process, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) > 0:
        print("FOUND by a system call", process)
    if process != 1 and libc.ptrace(16, process, 0, 0) == 0:
        print("FOUND as a debugger", process)
for process in others:
    try:
        with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "rb", 0) as memory:
            memory.seek(int(maps.read().split("-")[0], 16))
            print("FOUND by /proc", process, memory.read(16))
    except (OSError, ValueError):
        pass
