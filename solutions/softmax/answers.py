"""Keys of the multiple-choice questions, by the name of their check."""

ANSWERS = {"softmax.regularisation_choice": "B"}
