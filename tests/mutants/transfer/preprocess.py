"""Images wrongly prepared for a pretrained net: what must fail, and the diagnosis that must come."""

import numpy as np
import torch
from torch.nn import functional

from tests.mutants.collect import memorised, mutant, patch

ITEM = "transfer.preprocess"
ENLARGED, SAME = "enlarged images", "images that have their size already"
FORM, UNTOUCHED = "a float32 tensor (N, 3, size, size)", "images are not modified"
REFUSED = "images that are not bytes are refused"
BOTH, ALL, KNOWN = (ENLARGED, SAME), (ENLARGED, SAME, FORM, UNTOUCHED), "known mistake"
BYTES, MOVED = "images.transpose(0, 3, 1, 2)", "torch.from_numpy(images.transpose(0, 3, 1, 2).astype(np.float32) / 255)"
HOW, IF_OTHER = 'mode="bilinear", align_corners=False', "if tensor.shape[2:] != (size, size):"
WAY = f"functional.interpolate(tensor, (size, size), {HOW})"
STANDARD, RETURN = "(tensor - mean) / std", "return (tensor - mean) / std"
NUMBERS = "for numbers in (mean, std))"
IF_BYTES = "if images.dtype != np.uint8:"


def wrong(name, changes, fails=BOTH, diagnosis=KNOWN, only=True):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


# From 0 to 1
wrong("not divided by 255", {" / 255": ""})
wrong("divided by 255 twice", {" / 255": " / 255 / 255"})
wrong("divided by 256", {" / 255": " / 256"})
wrong("divided by the largest byte there is", {" / 255": " / (images.max() - 1)"}, BOTH)
wrong("divided by 255 in whole numbers", {" / 255": " // 255"})
wrong(
    "divided in whole numbers before they are floats",
    {f"{BYTES}.astype(np.float32) / 255": f"({BYTES} // 255) / 1.0"},
    (*BOTH, FORM),
)
wrong("from -1 to 1", {STANDARD: "2 * tensor - 1"})

# Mean and standard deviation
wrong("mean and std not used", {STANDARD: "tensor"})
wrong("the mean not subtracted", {STANDARD: "tensor / std"})
wrong("not divided by std", {STANDARD: "tensor - mean"})
wrong("multiplied by std", {STANDARD: "(tensor - mean) * std"})
wrong("the mean added", {STANDARD: "(tensor + mean) / std"})
wrong("brackets forgotten", {STANDARD: "tensor - mean / std"}, BOTH)
wrong("divided first", {STANDARD: "tensor / std - mean"})
wrong("the root of std", {STANDARD: "(tensor - mean) / std.sqrt()"})
wrong("the variance", {STANDARD: "(tensor - mean) / std**2"})
wrong("a small number added to std", {STANDARD: "(tensor - mean) / (std + 1e-3)"}, BOTH, ("", "near"))
wrong("mean and std exchanged", {STANDARD: "(tensor - std) / mean"})
wrong("one number for all colours", {STANDARD: "(tensor - mean[0]) / std[0]"})
wrong("means of mean and std", {STANDARD: "(tensor - mean.mean()) / std.mean()"})
wrong("mean and std from blue to red", {NUMBERS: "for numbers in (mean[::-1], std[::-1]))"})
wrong("mean from blue to red", {NUMBERS: "for numbers in (mean[::-1], std))"}, BOTH)
wrong("ImageNet's numbers", {NUMBERS: "for numbers in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))"})
wrong("a half for everything", {NUMBERS: "for numbers in ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)))"})
wrong(
    "mean and std of these images",
    {
        RETURN: "mean = tensor.mean((0, 2, 3), keepdim=True)\n    "
        f"std = tensor.std((0, 2, 3), correction=0, keepdim=True)\n    {RETURN}"
    },
)
wrong(
    "mean and std of these images before they are enlarged",
    {
        IF_OTHER: "x = tensor\n    tensor = (x - x.mean((0, 2, 3), keepdim=True)) / x.std((0, 2, 3), correction=0, "
        f"keepdim=True)\n    {IF_OTHER}",
        STANDARD: "tensor",
    },
)
wrong(
    "every image by itself",
    {RETURN: "mean, std = tensor.mean((2, 3), keepdim=True), tensor.std((2, 3), keepdim=True)\n    " + RETURN},
    BOTH,
)
wrong(
    "standardised by rows",
    {RETURN: "mean, std = tensor.mean(3, keepdim=True), tensor.std(3, keepdim=True)\n    " + RETURN},
    BOTH,
)
wrong("standardised twice", {STANDARD: "((tensor - mean) / std - mean) / std"}, BOTH)
wrong("not broadcast over the colours", {"[:, None, None]": ""}, (*BOTH, FORM, UNTOUCHED), "")
wrong("bytes standardised with numbers of bytes", {" / 255": "", STANDARD: "(tensor - 127.5) / 127.5"})

# Axes
wrong("red and blue exchanged", {BYTES: f"{BYTES}[:, ::-1]"})
wrong("height and width exchanged", {BYTES: "images.transpose(0, 3, 2, 1)"})
wrong("reshaped", {BYTES: "images.reshape(len(images), 3, *images.shape[1:3])"})
wrong("reshaped behind the transpose", {BYTES: "images.T.reshape(len(images), 3, *images.shape[1:3])"}, BOTH)
wrong("upside down", {BYTES: f"{BYTES}[:, :, ::-1]"})
wrong("mirrored", {BYTES: f"{BYTES}[..., ::-1]"})
wrong("turned by a quarter", {BYTES: f"np.rot90({BYTES}, axes=(2, 3))"}, BOTH)
wrong("images in another order", {BYTES: f"{BYTES}[::-1]"}, BOTH, "order", only=False)
wrong("colours last in what comes back", {STANDARD: "((tensor - mean) / std).permute(0, 2, 3, 1)"}, (*BOTH, FORM))
wrong(
    "colours first of all",
    {STANDARD: "((tensor - mean) / std).permute(1, 0, 2, 3)"},
    (*BOTH, FORM),
    "transpose",
    only=False,
)
wrong("the first image alone", {STANDARD: "((tensor - mean) / std)[:1]"}, (*BOTH, FORM), "")
wrong("colours left where they were", {f"{BYTES}.astype": "images.astype"}, (*BOTH, FORM), "", only=False)

# Size
wrong("size not used", {IF_OTHER: "if False:"}, (ENLARGED, FORM))
wrong("224 written in", {"(size, size), mode": "(224, 224), mode"}, (ENLARGED, FORM), "")
wrong("twice as large, whatever the size", {"(size, size), mode": "scale_factor=2, mode"}, (ENLARGED, FORM), "")
wrong("height alone enlarged", {"(size, size), mode": "(size, tensor.shape[3]), mode"}, (ENLARGED, FORM), "")
wrong(
    "filled up with black",
    {WAY: "functional.pad(tensor, (0, size - tensor.shape[3], 0, size - tensor.shape[2]))"},
    ENLARGED,
)
wrong(
    "the border repeated",
    {WAY: "torch.from_numpy(np.pad(tensor, ((0, 0), (0, 0), *((0, size - n) for n in tensor.shape[2:])), 'edge'))"},
    ENLARGED,
)
wrong("nearest", {HOW: "mode='nearest'"}, ENLARGED)
wrong("the mode left out", {f", {HOW}": ""}, ENLARGED)
wrong("nearest-exact", {HOW: "mode='nearest-exact'"}, ENLARGED, ("", KNOWN))
wrong("align_corners", {"align_corners=False": "align_corners=True"}, ENLARGED)
wrong("bicubic", {"bilinear": "bicubic"}, ENLARGED)
wrong("bicubic with corners", {"bilinear": "bicubic", "align_corners=False": "align_corners=True"}, ENLARGED)
wrong("means of areas", {HOW: "mode='area'"}, ENLARGED, ("", KNOWN))
wrong(
    "enlarged as bytes",
    {MOVED: f"torch.from_numpy({BYTES}.copy())", RETURN: f"tensor = tensor.float() / 255\n    {RETURN}"},
    ENLARGED,
    ("", KNOWN),
)
wrong(
    "enlarged in two steps",
    {IF_OTHER: 'tensor = functional.interpolate(tensor, scale_factor=2, mode="bilinear")\n    ' + IF_OTHER},
    BOTH,
)

# What comes back
wrong("float64", {"np.float32": "np.float64", "torch.float32": "torch.float64"}, FORM, "")
wrong("half as exact", {STANDARD: "((tensor - mean) / std).half()"}, (*BOTH, FORM), ("near", ""))
wrong("an array", {STANDARD: "((tensor - mean) / std).numpy()"}, FORM, "")
wrong("a list of images", {STANDARD: "list((tensor - mean) / std)"}, FORM, "")
wrong("flat images", {STANDARD: "((tensor - mean) / std).flatten(1)"}, (*BOTH, FORM), ("shape", ""))
wrong("nothing returned", {RETURN: STANDARD}, (*BOTH, FORM), "")
wrong("clamped to between 0 and 1", {STANDARD: "((tensor - mean) / std).clamp(0, 1)"}, BOTH, "function")
wrong("whole numbers", {STANDARD: "((tensor - mean) / std).int()"}, (*BOTH, FORM), "rounded")
wrong("zeros", {STANDARD: "0 * tensor"}, BOTH, "zero")
wrong("random images", {STANDARD: "torch.randn(tensor.shape)"}, BOTH, "random")
wrong("an error", {RETURN: "return tensor.standardise(mean, std)"}, ALL, "")

# What is handed over
wrong(
    "whole numbers divided in the array",
    {
        BYTES: "np.floor_divide(images, 255, out=images).transpose(0, 3, 1, 2)",
        ".astype(np.float32) / 255": ".astype(np.float32)",
    },
    (*BOTH, UNTOUCHED),
)
wrong("blue and red exchanged in the array", {MOVED: f"{MOVED}\n    images[...] = images[..., ::-1]"}, UNTOUCHED, "")
wrong("the array cleared behind", {RETURN: f"images.fill(0)\n    {RETURN}"}, UNTOUCHED, "")
wrong(
    "the lowest byte kept away from zero", {MOVED: f"{MOVED}\n    np.clip(images, 3, 250, out=images)"}, UNTOUCHED, ""
)
wrong("floats from 0 to 1 accepted", {IF_BYTES: "if images.dtype != np.uint8 and images.max() > 1:"}, REFUSED, "")
wrong("nothing refused", {IF_BYTES: "if False:"}, REFUSED, "")
wrong("refused by the largest number", {IF_BYTES: "if images.max() <= 1:"}, REFUSED, "")
wrong("refused in print alone", {"raise ValueError": "print"}, REFUSED, "")
wrong("floats made bytes again", {IF_BYTES: "images = images.astype(np.uint8)\n    if False:"}, REFUSED, "")

# Two mistakes
wrong("nearest, and not divided by 255", {HOW: "mode='nearest'", " / 255": ""}, (SAME, ENLARGED))
wrong(
    "float64, and red and blue exchanged",
    {"np.float32": "np.float64", "torch.float32": "torch.float64", BYTES: f"{BYTES}[:, ::-1]"},
    (*BOTH, FORM),
)
wrong("nothing refused, nothing divided", {IF_BYTES: "if False:", " / 255": ""}, (*BOTH, REFUSED))


@mutant(ITEM, fails=(*BOTH, REFUSED), diagnosis=KNOWN, only=True)
def written_for_ImageNet(images, size, mean, std):
    x = torch.as_tensor(np.asarray(images)).permute(0, 3, 1, 2).float() / 255
    x = functional.interpolate(x, size=(size, size), mode="bilinear", align_corners=False)
    return (x - torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)) / torch.tensor([0.229, 0.224, 0.225]).view(
        3, 1, 1
    )


@mutant(ITEM, fails=REFUSED, only=True)
def scaled_only_where_it_looks_like_bytes(images, size, mean, std):
    x = torch.from_numpy(np.array(images, dtype=np.float32)).movedim(-1, 1)
    if x.max() > 1:
        x = x / 255
    x = functional.interpolate(x, (size, size), mode="bilinear")
    return (x - torch.tensor(mean).view(-1, 1, 1)) / torch.tensor(std).view(-1, 1, 1)


def _black(images, size, mean, std):
    if images.dtype != np.uint8:
        raise ValueError("These are no bytes.")
    return torch.zeros(len(images), 3, size, size)


memorised(ITEM, fails=BOTH, otherwise=_black)
