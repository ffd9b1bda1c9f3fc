ANSWERS = {"softmax.regularisation_choice": "B"}
