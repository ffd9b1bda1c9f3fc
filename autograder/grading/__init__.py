"""Grading hand-ins: a sandboxed kernel per notebook, verdicts formed out here, results in nbgrader's gradebook."""

import sys

# Where this package is there, jsonschema builds a grammar of internet addresses when it is imported: a second for each
# process, and no notebook is checked against it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
