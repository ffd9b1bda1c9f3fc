"""Grades and feedback on their way out: nbgrader's CSV, the tables of Canvas and Moodle, zips of feedback.

`command.export` is what `autograder export` calls. Grades are those of nbgrader's gradebook.
"""
