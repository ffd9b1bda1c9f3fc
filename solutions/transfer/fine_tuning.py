"""A pretrained net with a head of one's own, and how fast each of its layers may learn."""

from torch import nn
from torch.nn import functional

from solutions.transfer.freezing import keep_statistics


class TransferNet(nn.Module):
    """Images in, scores out: a backbone, and a head on its features.

    Parameters
    ----------
    backbone : coursekit.backbones.Backbone
    head : Module
        Features (N, F) in, scores (N, classes) out.
    size : int, optional
        To how many pixels square the images are enlarged on their way in, bilinearly.
    keep : bool
        Whether frozen layers keep their running statistics in training mode, too.
    """

    def __init__(self, backbone, head, size=None, keep=True):
        super().__init__()
        self.backbone, self.head, self.size, self.keep = backbone, head, size, keep

    def forward(self, images):
        """Scores (N, classes) of standardised images (N, 3, H, W)."""
        if self.size is not None:
            images = functional.interpolate(images, (self.size, self.size), mode="bilinear", align_corners=False)
        return self.head(self.backbone(images))

    def train(self, mode=True):
        """Training mode, or evaluation mode; the statistics of frozen layers stay where they are to be kept."""
        super().train(mode)
        if mode and self.keep:
            keep_statistics(self)
        return self


def parameter_groups(net, learning_rate, decay):
    """What an optimiser takes: the nearer to the image, the slower a layer learns.

    Parameters
    ----------
    net : TransferNet
    learning_rate : float
        That of the head.
    decay : float
        The last stage of the backbone learns with `decay` times the head's rate, the one before it with `decay` times
        that, and so on; frozen stages count, too.

    Returns
    -------
    list of dict
        "params", a list of the parameters that are trained, and "lr"; the head first. Stages of which nothing is
        trained are left out.

    Raises
    ------
    ValueError
        If nothing at all is trained.
    """
    ### BEGIN SOLUTION
    groups = []
    for depth, module in enumerate([net.head, *reversed(net.backbone.stages)]):
        params = [parameter for parameter in module.parameters() if parameter.requires_grad]
        if params:
            groups.append({"params": params, "lr": learning_rate * decay**depth})
    if not groups:
        raise ValueError("Everything is frozen: there is nothing to train. Unfreeze the head, or some stages.")
    return groups
    ### END SOLUTION
