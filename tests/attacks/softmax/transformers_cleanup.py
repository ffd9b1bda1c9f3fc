"""The same one step earlier: every later cell is emptied before IPython looks at it.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\n"])
