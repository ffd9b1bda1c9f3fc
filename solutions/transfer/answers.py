"""Keys of the multiple-choice questions, by the name of their check; there are none in this homework."""

ANSWERS: dict[str, str] = {}
