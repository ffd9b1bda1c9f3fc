"""Features of images: what the last layer of a pretrained net would have seen."""

import torch


def extract_features(backbone, images, batch_size=100):
    """The backbone's features of prepared images, without training anything.

    Parameters
    ----------
    backbone : Module
        Images (N, 3, H, W) in, features (N, F) out. It is put into evaluation mode.
    images : tensor (N, 3, H, W)
        As `preprocess` gives them.
    batch_size : int
        How many go through the net at a time: all at once would need gigabytes of memory.

    Returns
    -------
    float32 array (N, F)
        The same whatever the size of the batches.
    """
    ### BEGIN SOLUTION
    backbone.eval()
    with torch.no_grad():
        parts = [backbone(images[start : start + batch_size]) for start in range(0, len(images), batch_size)]
    return torch.cat(parts).numpy()
    ### END SOLUTION
