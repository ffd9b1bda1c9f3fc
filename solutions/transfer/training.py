"""Fine-tuning: epochs on few images, stopped in time, and the weights of the best one kept."""

import copy

from solutions.cnn import evaluate, train_epoch


def fine_tune(net, optimiser, batches, val_batches, epochs, patience=3):
    """Train a net that begins with somebody else's weights, and leave it with the best ones it had.

    Parameters
    ----------
    net : Module
        Images (N, 3, H, W) in, scores (N, classes) out. Afterwards it has the parameters and statistics of the epoch
        with the highest validation accuracy, the first of several such, and is in evaluation mode.
    optimiser : torch.optim.Optimizer
        Of the parameters that are trained.
    batches, val_batches : iterables of (images, labels)
        To train with, and to measure by.
    epochs : int
        At most so many, from 1.
    patience : int
        Training stops when so many epochs in a row were not better than the best one before them.

    Returns
    -------
    list of float
        The validation accuracy after each epoch, between 0 and 1.
    """
    ### BEGIN SOLUTION
    accuracies: list[float] = []
    for _ in range(epochs):
        train_epoch(net, batches, optimiser)
        _, accuracy = evaluate(net, val_batches)
        if not accuracies or accuracy > max(accuracies):
            best, kept = (
                len(accuracies),
                copy.deepcopy(net.state_dict()),
            )  # a copy: training goes on in the same tensors
        accuracies.append(accuracy)
        if len(accuracies) - 1 - best >= patience:
            break
    net.load_state_dict(kept)
    net.eval()
    return accuracies
    ### END SOLUTION
