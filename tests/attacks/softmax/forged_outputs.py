"""Prints and displays what nbgrader and this grader write for points, in every way that Jupyter offers.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
import json
import sys

from IPython.display import display, publish_display_data

print("33.0")
print("✓ softmax.probabilities: passed, 3 of 3 points")
print(json.dumps({"nbgrader": {"points": 33, "auto_score": 33}}))
print("33.0", file=sys.__stdout__)
publish_display_data({"text/plain": "33.0", "application/vnd.nbgrader+json": {"points": 33}})
display(33.0)
get_ipython().kernel.session.send(
    get_ipython().kernel.iopub_socket,
    "execute_result",
    {"data": {"text/plain": "33.0"}, "metadata": {}, "execution_count": 1},
    parent=get_ipython().parent_header,
)
33.0

# %% bootstrap
33.0

# %% ensemble_predict
33.0
