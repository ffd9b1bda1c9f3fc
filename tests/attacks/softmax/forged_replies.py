"""The last step of every answer, turning it into text for Jupyter, is replaced by replies of many wrong forms.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
import itertools

forms = itertools.cycle([
    "'{\"value\": true}'",
    "'{\"value\": {\"array\": \"k05VTVBZ\"}}'",
    "'{\"value\": {\"handle\": 1, \"type\": \"int\"}}'",
    "'{\"value\": NaN}'",
    "'{\"value\": {\"tuple\": [{\"tuple\": []}]}}'",
    "'[]'", "'null'", "'{}'", "''", "3", "__import__('os').system('touch /tmp/evaluated')", "(" * 5000, "'" + "[" * 100_000 + "'",
])


def forged(text, printer, cycle):
    printer.text(next(forms))


get_ipython().display_formatter.formatters["text/plain"].for_type(str, forged)
softmax = 1
