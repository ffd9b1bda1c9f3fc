"""Grading hand-ins: one sandboxed kernel per notebook, verdicts formed out here, results written to nbgrader's gradebook."""
