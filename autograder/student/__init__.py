"""What runs in the student's process: at home in the notebook's kernel, when grading inside the sandbox.

Nothing here knows an expected value. Whatever it answers is judged elsewhere.
"""
