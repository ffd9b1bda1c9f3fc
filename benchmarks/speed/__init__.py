"""How fast the course's code is, as ratios against a named peer in the same run; one module per subject."""
