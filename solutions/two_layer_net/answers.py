"""Keys of the multiple-choice questions, by the name of their check."""

ANSWERS = {"two_layer_net.gap_choice": "AC"}
