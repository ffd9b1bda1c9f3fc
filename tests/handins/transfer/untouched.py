"""The released notebook, handed in without a stroke.

Starts from: stubs
Must come out: nothing
"""
