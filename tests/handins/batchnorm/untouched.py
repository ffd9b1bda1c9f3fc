"""The notebook as it was handed out.

Starts from: stubs
Must come out: nothing
"""
