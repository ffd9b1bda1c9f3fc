"""Checks of the homework on convolutional nets: by hand, then in PyTorch.

Layers first, then their fast versions, what is built of them, and nets in PyTorch and how they are trained.
"""

# In the homework's order.
from autograder.checks.cnn import convolution, pooling, fast, spatial, net  # noqa: F401, I001
from autograder.checks.cnn import architectures, epochs, stopping, augmentation, accuracy  # noqa: F401
