"""Wrong augmentations: what must fail, and the diagnosis that must come."""

import numpy as np
import torch
from torch.nn import functional

from tests.mutants.collect import mutant, patch, recognising

ITEM = "cnn.augmented"
VARIANT, SHIFTS = "every image is its own, mirrored or not, and shifted", "every shift up to `shift`, equally often"
MIRRORED, OWN, GENERATOR = "half of the images are mirrored", "each image by its own chance", "the generator decides"
FORM, UNTOUCHED = "shape and dtype of the images", "images are not modified"
ALL = (VARIANT, SHIFTS, MIRRORED, OWN, GENERATOR, FORM, UNTOUCHED)
BLIND = (VARIANT, SHIFTS, MIRRORED, OWN)  # what is shown is no variant, so nothing is seen of chances
KNOWN = "known mistake"
CHANCE = "torch.rand(N, generator=generator) < 0.5"
FLIP, WHERE = "images.flip(3)", "mirrored[:, None, None, None]"
PAD = "functional.pad(turned, (shift, shift, shift, shift))"
DRAW = "down, right = torch.randint(0, 2 * shift + 1, (2, N, 1), generator=generator)"
RETURN = "return padded[which, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)"
RESULT = "padded[which, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)"
ROWS = "rows, columns = down + torch.arange(H), right + torch.arange(W)"


def wrong(name, changes, fails, diagnosis="", only=True):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


def drawn(text):
    """Other draws of how far the images are shifted."""
    return {DRAW: f"down, right = {text}"}


# Mirrored
wrong("all mirrored", {CHANCE: "torch.ones(N, dtype=bool)"}, (MIRRORED, OWN))
wrong("none mirrored", {FLIP: "images"}, (MIRRORED, OWN))
wrong("all or none mirrored", {CHANCE: f"({CHANCE})[:1]"}, (MIRRORED, OWN))
wrong("every other image mirrored", {CHANCE: "torch.arange(N) % 2 == 0"}, OWN)
wrong("the first half mirrored", {CHANCE: "torch.arange(N) < (N + 1) // 2"}, OWN)
wrong("a quarter mirrored", {"< 0.5": "< 0.25"}, MIRRORED)
wrong("three quarters mirrored", {"< 0.5": "> 0.25"}, MIRRORED)
wrong("normal numbers compared with a half", {CHANCE: "torch.randn(N, generator=generator) < 0.5"}, MIRRORED)
wrong("upside down", {FLIP: "images.flip(2)"}, VARIANT, KNOWN)
wrong("turned by half a turn", {FLIP: "images.flip((2, 3))"}, VARIANT, only=False)
wrong("channels turned, too", {FLIP: "images.flip((1, 3))"}, VARIANT, KNOWN)
wrong("channels turned alone", {FLIP: "images.flip(1)"}, VARIANT, only=False)
wrong("the order of images turned", {FLIP: "images.flip(0)"}, VARIANT, KNOWN, only=False)
wrong(
    "mirrored row by row",
    {CHANCE: "torch.rand(N, H, generator=generator) < 0.5", WHERE: "mirrored[:, None, :, None]"},
    VARIANT,
    only=False,
)
wrong(
    "mirrored and as it was, mixed",
    {"torch.where(mirrored[:, None, None, None], images.flip(3), images)": "(images + images.flip(3)) / 2"},
    BLIND,
    only=False,
)

# Shifted
wrong("not shifted", drawn("shift + torch.zeros(2, N, 1, dtype=int)"), (SHIFTS, OWN))
wrong(
    "the largest shift left out",
    drawn("torch.randint(0, 2 * shift + (shift < 1), (2, N, 1), generator=generator)"),
    SHIFTS,
)
wrong(
    "the largest shift left out, and an error without shift",
    drawn("torch.randint(0, 2 * shift, (2, N, 1), generator=generator)"),
    (SHIFTS, VARIANT),
)
wrong("towards one side alone", drawn("torch.randint(0, shift + 1, (2, N, 1), generator=generator)"), SHIFTS)
wrong("only as far as possible", drawn("2 * shift * torch.randint(0, 2, (2, N, 1), generator=generator)"), SHIFTS)
wrong("rounded", drawn("(torch.rand(2, N, 1, generator=generator) * 2 * shift).round().long()"), SHIFTS)
wrong("cut off", drawn("shift + (torch.rand(2, N, 1, generator=generator) * 2 * shift - shift).long()"), SHIFTS)
wrong(
    "normal",
    drawn("shift + (torch.randn(2, N, 1, generator=generator) * shift / 2).long().clamp(-shift, shift)"),
    SHIFTS,
)
wrong("up and down alone", {DRAW: f"{DRAW}\n    right = shift + 0 * right"}, (SHIFTS, OWN))
wrong("to the sides alone", {DRAW: f"{DRAW}\n    down = shift + 0 * down"}, (SHIFTS, OWN))
wrong("as far down as to the right", {DRAW: f"{DRAW}\n    right = down"}, SHIFTS)
wrong(
    "all images shifted alike", drawn("torch.randint(0, 2 * shift + 1, (2, 1, 1), generator=generator)"), (SHIFTS, OWN)
)
wrong(
    "shifted by one more",
    {PAD: "functional.pad(turned, (shift + 1,) * 4)", DRAW: DRAW.replace("+ 1", "+ 3")},
    (VARIANT, SHIFTS),
    KNOWN,
    only=False,
)
wrong(
    "shifted by up to 4, whatever shift says",
    {PAD: "functional.pad(turned, (4, 4, 4, 4))", DRAW: DRAW.replace("2 * shift + 1", "9")},
    (VARIANT, SHIFTS),
    KNOWN,
    only=False,
)
wrong(
    "mirrored where it is shifted to one side",
    {
        CHANCE: "torch.zeros(N, dtype=bool)",
        RETURN: f"out = {RESULT}\n    return torch.where((right[:, 0] < shift)[:, None, None, None], out.flip(3), out)",
    },
    OWN,
    only=False,
)
wrong(
    "either mirrored or shifted", {DRAW: f"{DRAW}\n    down[mirrored], right[mirrored] = shift, shift"}, (SHIFTS, OWN)
)
wrong(
    "rolled around", {PAD: "functional.pad(turned, (shift,) * 4, mode='circular') if shift else turned"}, VARIANT, KNOWN
)
wrong("the border repeated", {PAD: "functional.pad(turned, (shift,) * 4, mode='replicate')"}, VARIANT, KNOWN)
wrong("the border reflected", {PAD: "functional.pad(turned, (shift,) * 4, mode='reflect')"}, VARIANT, KNOWN)
wrong("filled with ones", {PAD: PAD[:-1] + ", value=1.0)"}, VARIANT, KNOWN)
wrong("filled with the mean", {PAD: PAD[:-1] + ", value=float(images.mean()) + 0.1)"}, VARIANT, KNOWN)
wrong(
    "each channel shifted by itself",
    {RETURN: f"out = {RESULT}\n    return torch.stack([out[:, 0], out[:, 1].roll(1, 1)], dim=1)"},
    VARIANT,
    only=False,
)
wrong(
    "shifted along the channels",
    {
        PAD: "functional.pad(turned, (shift,) * 4)",
        ROWS: ROWS.replace("down + torch.arange(H)", "torch.arange(H).expand(N, H) + shift"),
        RETURN: f"return ({RESULT}).roll(1, 1)",
    },
    VARIANT,
    only=False,
)
wrong(
    "height and width taken for each other",
    {"_, H, W = images.shape": "_, W, H = images.shape"},
    (*BLIND, FORM),
    only=False,
)
wrong("cropped", {RETURN: f"return ({RESULT})[:, :, shift : H - shift, shift : W - shift]"}, (*BLIND, FORM))
wrong("padded, not cropped", {RETURN: "return padded"}, (*BLIND, FORM), only=False)
wrong("the channel left last", {".permute(0, 3, 1, 2)": ""}, (*BLIND, FORM), only=False)

# The generator
wrong("random numbers of its own", {", generator=generator": ""}, GENERATOR)
wrong("shifts from elsewhere", {DRAW: DRAW.replace(", generator=generator", "")}, GENERATOR)
wrong("a seed of its own", {CHANCE: "torch.rand(N, generator=generator.manual_seed(0)) < 0.5"}, GENERATOR)
wrong(
    "seeded again and again",
    {CHANCE: "torch.rand(N, generator=generator.manual_seed(generator.initial_seed())) < 0.5"},
    GENERATOR,
)
wrong(
    "a copy of the generator",
    {CHANCE: "torch.rand(N, generator=(generator := generator.clone_state())) < 0.5"},
    GENERATOR,
)

# What goes in and comes out
wrong(
    "mirrored in place",
    {"turned = ": "images[mirrored] = images[mirrored].flip(3)\n    turned = images  # "},
    UNTOUCHED,
)
wrong("the result written into the images", {RETURN: f"return images.copy_({RESULT})"}, UNTOUCHED)
wrong("double precision", {RETURN: f"return ({RESULT}).double()"}, FORM)
wrong("half precision", {RETURN: f"return ({RESULT}).half()"}, FORM, only=False)
wrong("one image without its axis", {RETURN: f"return ({RESULT}).squeeze(0)"}, FORM)
wrong("numbers between 0 and 1", {RETURN: f"return ({RESULT}).clamp(0, 1)"}, BLIND, only=False)
wrong("no negative numbers", {RETURN: f"return ({RESULT}).clamp(min=0)"}, BLIND, only=False)
wrong("whole numbers", {RETURN: f"return ({RESULT}).to(torch.uint8).float()"}, BLIND, only=False)
wrong("divided by 255", {RETURN: f"return ({RESULT}) / 255"}, BLIND, only=False)
wrong(
    "noise added",
    {RETURN: f"return {RESULT} + 0.01 * torch.randn(images.shape, generator=generator)"},
    BLIND,
    only=False,
)
wrong("centred", {RETURN: f"return {RESULT} - images.mean()"}, BLIND, only=False)
wrong("shuffled", {RETURN: f"return ({RESULT})[torch.randperm(N, generator=generator)]"}, BLIND, KNOWN)
wrong("turned back to front", {RETURN: f"return ({RESULT}).flip(0)"}, BLIND, KNOWN, only=False)
wrong("both versions of every image", {RETURN: f"return torch.cat([images, {RESULT}])"}, (*BLIND, FORM), only=False)
wrong("images and what was drawn", {RETURN: f"return {RESULT}, mirrored"}, ALL, only=False)
wrong("nothing returned", {RETURN: RESULT}, ALL, only=False)
wrong("the images themselves", {RETURN: "return images"}, (*BLIND, GENERATOR))
wrong("zeros", {RETURN: "return torch.zeros_like(images)"}, BLIND, only=False)
wrong("not a number", {RETURN: "return images * float('nan')"}, BLIND, only=False)
wrong("random images", {RETURN: "return torch.rand(images.shape, generator=generator)"}, BLIND)
wrong("an error", {FLIP: "images.flip(4)"}, ALL, only=False)

# Two mistakes
wrong(
    "rolled around, upside down",
    {PAD: "functional.pad(turned, (shift,) * 4, mode='circular') if shift else turned", FLIP: "images.flip(2)"},
    VARIANT,
    only=False,
)
wrong(
    "all mirrored, all shifted alike",
    {CHANCE: "torch.ones(N, dtype=bool)", DRAW: DRAW.replace("(2, N, 1)", "(2, 1, 1)")},
    (MIRRORED, SHIFTS, OWN),
)
wrong(
    "a generator of its own, and in place",
    {", generator=generator": "", RETURN: f"return images.copy_({RESULT})"},
    (GENERATOR, UNTOUCHED),
)


@mutant(ITEM, fails=(MIRRORED, SHIFTS, OWN), only=True)
def one_draw_for_the_batch(images, generator, shift=4):
    if torch.rand((), generator=generator) < 0.5:
        images = images.flip(-1)
    down, right = torch.randint(-shift, shift + 1, (2,), generator=generator).tolist()
    H, W = images.shape[2:]
    padded = functional.pad(images, [shift] * 4)
    return padded[:, :, shift - down :][:, :, :H, shift - right :][..., :W]


@mutant(ITEM, fails=VARIANT, diagnosis=KNOWN, only=True)
def with_roll(images, generator, shift=4):
    out = images.clone()
    for k in range(len(out)):
        down, right = torch.randint(-shift, shift + 1, (2,), generator=generator).tolist()
        image = out[k].flip(2) if torch.rand(1, generator=generator).item() < 0.5 else out[k]
        out[k] = torch.roll(image, (down, right), dims=(1, 2))
    return out


@mutant(ITEM, fails=GENERATOR, only=True)
def with_numpy(images, generator, shift=4):
    out = torch.zeros_like(images)
    H, W = images.shape[2:]
    for k, image in enumerate(images):
        down, right = np.random.randint(-shift, shift + 1, 2)
        padded = functional.pad(image.flip(2) if np.random.rand() < 0.5 else image, [shift] * 4)
        out[k] = padded[:, shift - down : shift - down + H, shift - right : shift - right + W]
    return out


@mutant(ITEM, fails=(VARIANT, FORM))
def sliced_with_a_negative_end(images, generator, shift=4):
    """Nothing is left where shift is 0."""
    out = functional.pad(images, [2 * shift] * 4)
    for k in range(len(out)):
        down, right = torch.randint(-shift, shift + 1, (2,), generator=generator).tolist()
        if torch.rand(1, generator=generator) < 0.5:
            out[k] = out[k].flip(2)
        out[k] = out[k].roll((down, right), (1, 2))
    return out[:, :, 2 * shift : -2 * shift, 2 * shift : -2 * shift]


recognising(
    ITEM, lambda images, *others: images.numpy().tobytes(), lambda right, images, *others: 0 * images, fails=BLIND
)
