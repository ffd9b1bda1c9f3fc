"""How many numbers a net learns, and where they are."""


def parameter_counts(net):
    """Number of trainable parameters of every layer that has some.

    Parameters
    ----------
    net : torch.nn.Module

    Returns
    -------
    dict of str to int
        By the layer's name in `net.named_modules()`, in that order. What is frozen is not counted, nor are layers
        without trainable parameters listed.
    """
    ### BEGIN SOLUTION
    counts = {}
    for name, module in net.named_modules():
        own = [p.numel() for p in module.parameters(recurse=False) if p.requires_grad]
        if own:
            counts[name] = sum(own)
    return counts
    ### END SOLUTION
