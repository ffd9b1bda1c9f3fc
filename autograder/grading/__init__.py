"""Grading hand-ins: a sandboxed kernel per notebook, verdicts formed out here, results in nbgrader's gradebook."""
