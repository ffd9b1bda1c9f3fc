"""The first four exercises are right, the rest is not begun.

Starts from: stubs
Takes from solutions: softmax, softmax_loss_naive, numerical_gradient, softmax_loss_vectorized
Must come out: softmax.probabilities, softmax.loss_naive, softmax.numerical_gradient, softmax.loss_vectorized in full
"""
