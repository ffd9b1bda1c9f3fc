"""Reads the hidden tests: out of the files beside the notebook, or as they reach the kernel.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
import glob

for path in glob.glob("tests/*.py"):
    print("FOUND", open(path).read()[:200])


def spy(lines):
    if any("HIDDEN TESTS" in line or line.startswith("assert ") for line in lines):
        print("FOUND", "".join(lines)[:200])
    return lines


get_ipython().input_transformers_cleanup.append(spy)
