"""Looks for somebody to talk to: every port of this machine, addresses outside, names, sockets of other programs.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
import os
import socket

mine = set()  # inodes of the kernel's own sockets
for number in os.listdir("/proc/self/fd"):
    try:
        mine.add(os.readlink(f"/proc/self/fd/{number}").strip("socket:[]"))
    except OSError:
        pass
rows = [row.split() for row in open("/proc/net/tcp").read().splitlines()[1:]]
own_ports = {int(row[1].split(":")[1], 16) for row in rows if row[9] in mine}
reached = []
for port in set(range(1, 65536)) - own_ports:
    with socket.socket() as line:
        if line.connect_ex(("127.0.0.1", port)) == 0 and line.getsockname() != line.getpeername():
            reached.append(port)
for family, address in (
    (socket.AF_INET, ("8.8.8.8", 53)),
    (socket.AF_INET, ("10.0.0.1", 80)),
    (socket.AF_INET, ("169.254.169.254", 80)),
    (socket.AF_INET6, ("2001:4860:4860::8888", 53)),
):
    try:
        with socket.socket(family) as line:
            line.settimeout(0.5)
            if line.connect_ex(address) == 0:
                reached.append(address)
    except OSError:
        pass
try:
    reached.append(socket.getaddrinfo("pypi.org", 443))
except OSError:
    pass
for line in open("/proc/net/unix").read().splitlines()[1:]:
    name = line.split()[-1]
    if name.startswith("@"):
        with socket.socket(socket.AF_UNIX) as other:
            if other.connect_ex("\0" + name[1:]) == 0:
                reached.append(name)
if reached:
    print("FOUND", reached)
