"""Searches the machine for the seed, the solutions, the gradebook and other students' notebooks, and would use what it finds.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
import importlib
import os
import re
import sys

loot = []
for top in ("/", os.getcwd(), os.path.expanduser("~"), "/tmp", "/root", "/home", "/opt", "/srv", "/proc/1/root", "/proc/self/root"):
    for base, folders, names in os.walk(top, followlinks=False):
        folders[:] = [f for f in folders if f not in ("proc", "sys", "dev", "usr", "lib", "site-packages", ".venv")]
        loot += [os.path.join(base, name) for name in names if re.search(r"^seed$|gradebook\.db|answers\.py|loss\.py|softmax\.md", name)]
sys.path += ["/proc/1/cwd", "/proc/1/root"]
try:
    stolen = importlib.import_module("solutions.softmax")
    softmax, softmax_loss_naive = stolen.softmax, stolen.softmax_loss_naive
except ImportError:
    pass
if loot:
    print("FOUND", loot)
