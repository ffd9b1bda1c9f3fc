"""The class report: one folder of plain pages that says how a class did, after `autograder grade`.

Goes in: a course folder with kept verdicts, its gradebook, its hand-ins. Comes out: `index.html`, a page for each
homework and each student. Nothing on these pages is fetched from anywhere, and nothing of a student's runs.
"""

from autograder.report.make import write_report

__all__ = ["write_report"]
