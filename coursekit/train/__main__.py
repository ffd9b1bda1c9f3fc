"""`python -m coursekit.train`: trains a net by name; all of it is in `cli.py`."""

import sys

from coursekit.train.cli import main

if __name__ == "__main__":
    sys.exit(main())
