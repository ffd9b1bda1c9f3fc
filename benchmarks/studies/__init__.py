"""Long runs on CIFAR-10, one module per chapter; each result is one JSON in `book/results/`."""
