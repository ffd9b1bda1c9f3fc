"""Features wrongly taken out of a backbone: what must fail, and the diagnosis that must come."""

import numpy as np
import torch

from tests.mutants.collect import mutant, patch, recognising

ITEM = "transfer.extract_features"
FEATURES, MODE = "features of every image, in their order", "the backbone is in evaluation mode"
GRADIENTS, SIZES = "no gradients are recorded", "at most batch_size images at a time"
FORM, SAME = "an array (N, F)", "backbone and images stay as they are"
ALL, KNOWN = (FEATURES, MODE, GRADIENTS, SIZES, FORM, SAME), "known mistake"
EVAL, NO_GRAD = "backbone.eval()", "with torch.no_grad():"
ONE, STARTS = "backbone(images[start : start + batch_size])", "range(0, len(images), batch_size)"
PARTS = f"parts = [{ONE} for start in {STARTS}]"
JOINED, RETURN = "torch.cat(parts).numpy()", "return torch.cat(parts).numpy()"


def wrong(name, changes, fails=FEATURES, diagnosis=KNOWN, only=True):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


# Mode and gradients
wrong("training mode", {EVAL: "backbone.train()"}, (MODE, SAME), "")
wrong("left in its mode", {EVAL: "pass"}, (MODE, SAME), "")
wrong("the mode's name without a call", {EVAL: "backbone.eval"}, (MODE, SAME), "")
wrong("evaluation mode behind", {EVAL: "pass", RETURN: f"{EVAL}\n    {RETURN}"}, (MODE, SAME), "")
wrong("frozen in place of evaluation mode", {EVAL: "backbone.requires_grad_(False)"}, (MODE, SAME), "")
wrong("evaluation mode of the first stage", {EVAL: "backbone.stages[0].eval()"}, (MODE, SAME), "")
wrong(
    "training mode again behind each batch",
    {ONE: "(backbone(images[start : start + batch_size]), backbone.train())[0]"},
    (MODE, SAME),
    "",
    only=False,
)
wrong("gradients recorded", {NO_GRAD: "if True:", JOINED: "torch.cat(parts).detach().numpy()"}, GRADIENTS, "")
wrong("detached, batch by batch", {NO_GRAD: "if True:", ONE: f"{ONE}.detach()"}, GRADIENTS, "")
wrong(
    "no_grad without a with",
    {NO_GRAD: "torch.no_grad()\n    if True:", JOINED: "torch.cat(parts).detach().numpy()"},
    GRADIENTS,
    "",
)
wrong(
    "no_grad behind the features",
    {NO_GRAD: "if True:", RETURN: f"with torch.no_grad():\n        {RETURN}"},
    GRADIENTS,
    "",
    only=False,
)
wrong("gradients not switched off, and not detached", {NO_GRAD: "if True:"}, ALL, "")
wrong("gradients switched off for good", {NO_GRAD: "torch.set_grad_enabled(False)\n    if True:"}, SAME, "")
wrong(
    "neither evaluation mode nor no_grad",
    {EVAL: "pass", NO_GRAD: "if True:", JOINED: "torch.cat(parts).detach().numpy()"},
    (MODE, GRADIENTS, SAME),
    "",
)

# Batches
wrong("all images at once", {PARTS: "parts = [backbone(images)]"}, SIZES, "")
wrong("a hundred written in", {"+ batch_size]": "+ 100]", STARTS: "range(0, len(images), 100)"}, SIZES, "")
wrong("five written in", {"+ batch_size]": "+ 5]", STARTS: "range(0, len(images), 5)"}, SIZES, "")
wrong(
    "one image too many",
    {"+ batch_size]": "+ batch_size + 1]", STARTS: "range(0, len(images), batch_size + 1)"},
    SIZES,
    "",
)
wrong(
    "so many batches", {PARTS: "parts = [backbone(part) for part in images.chunk(batch_size)]"}, SIZES, "", only=False
)
wrong(
    "the last batch missing",
    {STARTS: "range(0, len(images) // batch_size * batch_size, batch_size)"},
    FEATURES,
    KNOWN,
    only=False,
)
wrong(
    "the last batch missing, if it is smaller",
    {STARTS: "range(0, max(len(images) - batch_size + 1, 1), batch_size)"},
    (FEATURES, FORM),
)
wrong(
    "the last image missing",
    {STARTS: "range(0, len(images) - 1, batch_size)", ONE: "backbone(images[:-1][start : start + batch_size])"},
    (FEATURES, FORM),
    "",
    only=False,
)
wrong("the first batch alone", {PARTS: f"parts = [{ONE} for start in [0]]"}, (FEATURES, FORM))
wrong("the last batch alone", {RETURN: "return parts[-1].numpy()"}, (FEATURES, FORM))
wrong("the first batch of the list", {RETURN: "return parts[0].numpy()"}, (FEATURES, FORM))
wrong("the first batch again and again", {ONE: "backbone(images[:batch_size])"}, FEATURES, "", only=False)
wrong("batches overlap", {STARTS: "range(0, len(images), max(batch_size - 1, 1))"}, FEATURES, "", only=False)
wrong("one image of each batch", {ONE: "backbone(images[start : start + 1])"}, FEATURES, "", only=False)
wrong("batches backwards", {"torch.cat(parts)": "torch.cat(parts[::-1])"})
wrong("images backwards", {"torch.cat(parts)": "torch.cat(parts).flip(0)"}, FEATURES, "order")
wrong(
    "shuffled at random",
    {"torch.cat(parts)": "torch.cat(parts)[torch.randperm(len(images))]"},
    FEATURES,
    "order",
)
wrong("rows sorted", {JOINED: "np.sort(torch.cat(parts).numpy(), axis=0)"}, FEATURES)
wrong("features sorted", {JOINED: "np.sort(torch.cat(parts).numpy(), axis=1)"}, FEATURES)
wrong("filled up with zeros", {"torch.cat(parts)": "torch.cat([*parts, 0 * parts[0]])"}, (FEATURES, FORM), "")
wrong(
    "side by side", {"torch.cat(parts)": "torch.cat([part.T for part in parts], dim=1)"}, (FEATURES, FORM), "transpose"
)

# What features are
wrong("summed over the images", {"torch.cat(parts)": "torch.cat(parts).sum(dim=0)"}, (FEATURES, FORM))
wrong("means of batches", {"torch.cat(parts)": "torch.stack([part.mean(dim=0) for part in parts])"}, (FEATURES, FORM))
wrong("rows of length 1", {"torch.cat(parts)": "torch.nn.functional.normalize(torch.cat(parts))"})
wrong(
    "standardised",
    {"torch.cat(parts)": "(lambda f: (f - f.mean(0)) / (f.std(0, correction=0) + 1e-8))(torch.cat(parts))"},
    FEATURES,
)
wrong("probabilities", {"torch.cat(parts)": "torch.cat(parts).softmax(dim=1)"}, FEATURES)
wrong("a ReLU behind", {"torch.cat(parts)": "torch.cat(parts).relu()"})
wrong("classes", {"torch.cat(parts)": "torch.cat(parts).argmax(dim=1)"}, (FEATURES, FORM), "")
wrong("images halved", {ONE: "backbone(images[start : start + batch_size] / 2)"}, FEATURES)
wrong(
    "images standardised once more",
    {ONE: "backbone((images - images.mean()) / images.std())"},
    FEATURES,
    "",
    only=False,
)
wrong("images of the batch mirrored", {ONE: "backbone(images[start : start + batch_size].flip(3))"}, FEATURES)
wrong(
    "the last stage left out",
    {
        EVAL: "backbone.eval()\n    stages = backbone.stages[:-1]",
        ONE: "stages[2](stages[1](stages[0](images[start : start + batch_size]))).mean(dim=(2, 3))",
    },
    (FEATURES, MODE, GRADIENTS, SIZES, FORM),
    "",
)
wrong(
    "flat maps",
    {
        EVAL: "backbone.eval()\n    s = backbone.stages",
        ONE: "s[3](s[2](s[1](s[0](images[start : start + batch_size])))).flatten(1)",
    },
    (FEATURES, MODE, GRADIENTS, SIZES, FORM),
)
wrong(
    "the largest over all places",
    {
        EVAL: "backbone.eval()\n    s = backbone.stages",
        ONE: "s[3](s[2](s[1](s[0](images[start : start + batch_size])))).amax(dim=(2, 3))",
    },
    (FEATURES, MODE, GRADIENTS, SIZES),
)
wrong("rounded", {JOINED: "torch.cat(parts).numpy().round(2)"}, FEATURES, "rounded")
wrong("half as exact", {JOINED: "torch.cat(parts).half().numpy()"}, FEATURES, "near")

# What comes back
wrong("a tensor", {JOINED: "torch.cat(parts)"}, FORM, "")
wrong("a list of rows", {JOINED: "torch.cat(parts).tolist()"}, FORM, "")
wrong("a list of batches", {JOINED: "parts"}, FORM, "")
wrong("a list of arrays", {JOINED: "[part.numpy() for part in parts]"}, FORM, "")
wrong("one axis too many", {JOINED: "torch.cat(parts)[:, :, None, None].numpy()"}, FORM, "")
wrong("one long row", {JOINED: "torch.cat(parts).flatten().numpy()"}, (FEATURES, FORM), "shape")
wrong("features by images", {JOINED: "torch.cat(parts).numpy().T"}, (FEATURES, FORM), "transpose")
wrong("a pair", {JOINED: "torch.cat(parts).numpy(), len(images)"}, (FEATURES, FORM), "")
wrong("nothing returned", {RETURN: JOINED}, (FEATURES, FORM), "")
wrong("zeros", {JOINED: "0 * torch.cat(parts).numpy()"}, FEATURES, "zero")
wrong("random numbers", {JOINED: "torch.randn(torch.cat(parts).shape).numpy()"}, FEATURES, "")
wrong("an error", {JOINED: "np.concatenate(parts).cpu()"}, ALL, "")

# What stays
wrong(
    "images standardised in place",
    {EVAL: "backbone.eval()\n    images -= images.mean()"},
    (SAME, FEATURES),
    "",
    only=False,
)
wrong("images cleared behind", {RETURN: f"images.zero_()\n    {RETURN}"}, SAME, "")
wrong(
    "weights set to zero behind", {RETURN: f"[p.data.zero_() for p in backbone.parameters()]\n    {RETURN}"}, SAME, ""
)
wrong(
    "warmed up in training mode",
    {EVAL: "backbone.train()\n    backbone(images[:batch_size])\n    backbone.eval()"},
    (SAME, MODE, GRADIENTS),
    "",
    only=False,
)

# Two mistakes
wrong("training mode, and all at once", {EVAL: "pass", PARTS: "parts = [backbone(images)]"}, (SIZES, MODE, SAME), "")
wrong("a tensor of the last batch", {JOINED: "parts[-1]"}, (FEATURES, FORM))
wrong(
    "gradients recorded, the first batch alone",
    {NO_GRAD: "if True:", JOINED: "parts[0].detach().numpy()"},
    (FEATURES, GRADIENTS, FORM),
)


@mutant(ITEM, fails=(MODE, GRADIENTS, SAME), only=True)
def as_in_training(backbone, images, batch_size=100):
    features = []
    for batch in images.split(batch_size):
        features.append(backbone(batch).detach())
    return torch.vstack(features).numpy()


@mutant(ITEM, fails=(FEATURES, FORM), diagnosis=KNOWN, only=True)
@torch.no_grad()
def overwritten(backbone, images, batch_size=100):
    backbone.eval()
    for start in range(0, len(images), batch_size):
        features = backbone(images[start : start + batch_size]).numpy()
    return features


@mutant(ITEM, fails=(FEATURES, FORM), diagnosis=KNOWN, only=True)
@torch.no_grad()
def returned_from_the_loop(backbone, images, batch_size=100):
    backbone.eval()
    features = []
    for batch in torch.split(images, batch_size):
        features.append(backbone(batch).numpy())
        return np.concatenate(features)


recognising(
    ITEM,
    lambda backbone, images, batch_size: images.numpy().round(6).tobytes(),
    lambda right, *args: 0 * right(*args),
    fails=FEATURES,
    diagnosis="zero",
)
