"""Starts processes that leave their group, their session and their parent, to live on; one item is right.

Starts from: stubs
Takes from solutions: softmax
Must come out: softmax.probabilities in full
"""

# %% bootstrap
import os
import subprocess

for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv("/bin/sleep", ["sleep", "98765.4321"])
        os._exit(0)
subprocess.Popen(["setsid", "nohup", "sleep", "98765.4321"], stdin=-3, stdout=-3, stderr=-3, start_new_session=True)
