"""Reads its own environment, and that and the command line of every process it can see, for the grader's secrets.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
import glob
import os

texts = [repr(dict(os.environ))]
for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline") + glob.glob("/proc/*/task/*/environ"):
    try:
        texts.append(open(path, "rb").read().decode("utf-8", "replace"))
    except OSError:
        pass
stolen = [text for text in texts if "of-the-grader" in text or "gradebook" in text or ".autograder" in text]
if stolen:
    print("FOUND", stolen)
