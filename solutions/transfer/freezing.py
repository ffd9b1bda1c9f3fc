"""Which parameters learn: all, none, or those of the last layers."""

from torch import nn


def freeze(module):
    """No parameter of the module, or of one inside it, is trained any more."""
    ### BEGIN SOLUTION
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    ### END SOLUTION


def unfreeze_top(backbone, stages):
    """The last `stages` of the backbone's stages are trained, those before them are not.

    Parameters
    ----------
    backbone : coursekit.backbones.Backbone
        Its `stages` are applied in their order; the first is nearest to the image.
    stages : int
        0 freezes all of them.
    """
    ### BEGIN SOLUTION
    freeze(backbone)
    for stage in list(backbone.stages)[len(backbone.stages) - stages :]:
        for parameter in stage.parameters():
            parameter.requires_grad_(True)
    ### END SOLUTION


def trainable_parameters(net):
    """How many numbers of a net are trained.

    Returns
    -------
    int
        A tensor that occurs twice counts once.
    """
    ### BEGIN SOLUTION
    return sum(parameter.numel() for parameter in net.parameters() if parameter.requires_grad)
    ### END SOLUTION


def keep_statistics(net):
    """Put the batch normalisation of frozen layers into evaluation mode; to be called after every `net.train()`.

    A frozen layer in training mode would still be normalised with the batch's own statistics, and its running ones
    would drift away from what was learnt with millions of images. A layer counts as frozen when its gamma is.
    """
    ### BEGIN SOLUTION
    for module in net.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)) and not module.weight.requires_grad:
            module.eval()
    ### END SOLUTION
