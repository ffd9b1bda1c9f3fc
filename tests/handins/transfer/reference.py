"""The reference itself: every solution cell as the course's authors wrote it.

Starts from: solutions
Must come out: everything in full
"""
