"""Wrong linear probes: what must fail, and the diagnosis that must come."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from tests.mutants.collect import memorised, mutant, patch

ITEM = "transfer.train_probe"
LEAST = "the regularised loss is as small as it can be"
ODD = "a feature that never varies, a class without images"
FORM, UNTOUCHED = "a layer: (N, F) in, (N, classes) out", "features and labels are not modified"
KNOWN, BOTH, ALL = "known mistake", (LEAST, ODD), (LEAST, ODD, FORM, UNTOUCHED)
FEATURES, LABELS = "features = torch.as_tensor(features, dtype=torch.float32)", "labels = torch.as_tensor(labels)"
MEAN_STD = "mean, std = features.mean(dim=0), features.std(dim=0, unbiased=False)"
ONES = "std = torch.where(std > 0, std, torch.ones_like(std))"
X, PENALTY = "X = (features - mean) / std", "reg * (layer.weight**2).sum()"
LOSS = "functional.cross_entropy(layer(X), labels)"
LAYER, SOLVE, STEPS = "layer = nn.Linear(X.shape[1], classes)", "solver.step(objective)", "max_iter=steps"
SCALED, SHIFTED, RETURN = "layer.weight /= std", "layer.bias -= layer.weight @ mean", "return layer"
SOLVER = 'torch.optim.LBFGS(layer.parameters(), max_iter=steps, tolerance_change=1e-7, line_search_fn="strong_wolfe")'
ZEROS = "nn.init.zeros_(layer.weight)"
DESCENT = {SOLVE: "for _ in range(steps):\n        solver.step(objective)"}


def wrong(name, changes, fails=BOTH, diagnosis=KNOWN, only=True):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


# The penalty
wrong("penalty on raw weights", {PENALTY: "reg * ((layer.weight / std) ** 2).sum()"})
wrong("biases penalised, too", {PENALTY: f"{PENALTY} + reg * (layer.bias**2).sum()"}, LEAST, only=False)
wrong("no penalty", {f" + {PENALTY}": ""})
wrong("half of the penalty", {PENALTY: f"0.5 * {PENALTY}"}, LEAST, only=False)
wrong("twice the penalty", {PENALTY: f"2 * {PENALTY}"}, LEAST, only=False)
wrong("penalty for each image", {PENALTY: f"{PENALTY} / len(X)"})
wrong("mean of the squared weights", {PENALTY: "reg * (layer.weight**2).mean()"})
wrong("norm of the weights", {PENALTY: "reg * layer.weight.norm()", ZEROS: "nn.init.normal_(layer.weight)"})
wrong("absolute values", {PENALTY: "reg * (layer.weight**2 + 1e-7).sqrt().sum()"})
wrong("sum of the weights", {PENALTY: "reg * layer.weight.sum()"}, diagnosis="", only=False)
wrong("squares of sums", {PENALTY: "reg * (layer.weight.sum(dim=1) ** 2).sum()"})
wrong("the default reg", {PENALTY: "1e-3 * (layer.weight**2).sum()"})
wrong("reg squared", {PENALTY: f"reg * {PENALTY}"})
wrong("the first class's weights alone", {PENALTY: "reg * (layer.weight[0] ** 2).sum()"})
wrong("a penalty that is a number", {PENALTY: "reg * (layer.weight.detach() ** 2).sum()"}, diagnosis=(KNOWN, ""))
wrong("a penalty subtracted", {f"+ {PENALTY}": f"- {PENALTY}"}, diagnosis=("", "overflow"), only=False)
wrong(
    "weight decay in place of the penalty",
    {
        f" + {PENALTY}": "",
        SOLVER: "torch.optim.SGD(layer.parameters(), lr=0.4, weight_decay=reg)",
        "steps=200": "steps=600",
    }
    | DESCENT,
    LEAST,
    only=False,
)

# Standardisation
wrong("features as they are", {X: "X = features", SCALED: "pass", SHIFTED: "pass"}, LEAST, only=False)
wrong("divided by the variance", {X: "std = std**2\n    X = (features - mean) / std"})
wrong("divided by the largest", {MEAN_STD: "mean, std = features.mean(dim=0), features.abs().amax(dim=0)"})
wrong(
    "divided by the range",
    {MEAN_STD: "mean, std = features.mean(dim=0), features.amax(dim=0) - features.amin(dim=0)"},
)
wrong(
    "one deviation for all features",
    {MEAN_STD: "mean, std = features.mean(dim=0), features.std()"},
    only=False,
)
wrong("standardised by rows", {X: "X = functional.layer_norm(features, features.shape[1:])"})
wrong("not folded", {SCALED: "pass", SHIFTED: "pass"})
wrong("weights folded alone", {SHIFTED: "pass"})
wrong("biases folded alone", {SCALED: "pass"})
wrong("biases folded with the weights before", {SCALED: SHIFTED, SHIFTED: SCALED})
wrong("the mean added", {SHIFTED: "layer.bias += layer.weight @ mean"})
wrong("weights folded twice", {SCALED: "layer.weight /= std**2"})
wrong("weights and biases folded twice", {SHIFTED: f"{SHIFTED}\n        {SCALED}\n        {SHIFTED}"})
wrong("multiplied where it should be divided", {SCALED: "layer.weight *= std"})
wrong(
    "deviation of the mean's length",
    {MEAN_STD: MEAN_STD.replace("features.std(dim=0, unbiased=False)", "features.std(dim=0) / len(features) ** 0.5")},
)
wrong("divided by zero", {ONES: "pass"}, (ODD, FORM, UNTOUCHED), "")
wrong("a feature that never varies divided by a tiny number", {ONES: "std = std + 1e-8", ZEROS: "pass"}, ODD)
wrong(
    "nan replaced in the features alone",
    {ONES: "pass", X: "X = torch.nan_to_num((features - mean) / std)"},
    ODD,
    "overflow",
)
wrong(
    "a feature that never varies left out",
    {ONES: "features, mean, std = features[:, std > 0], mean[std > 0], std[std > 0]"},
    (ODD, FORM),
    "",
)

# The solver
wrong("few steps", {STEPS: "max_iter=3"}, diagnosis="near")
wrong("no steps", {SOLVE: "pass"})
wrong("the step without a call", {SOLVE: "solver.step"})
wrong("the objective without a step", {SOLVE: "objective()"})
wrong("no steps, and weights drawn", {SOLVE: "pass", ZEROS: "pass"}, diagnosis="")
wrong("a descent of few steps", {SOLVER: "torch.optim.SGD(layer.parameters(), lr=0.01)"} | DESCENT, diagnosis="")
wrong("a rate too small", {SOLVER: "torch.optim.Adam(layer.parameters(), lr=1e-4)"} | DESCENT, diagnosis="")
wrong("upwards", {"loss.backward()": "(-loss).backward()", STEPS: "max_iter=1"})
wrong("no backward", {"loss.backward()": "pass"}, only=False)
wrong("biases never trained", {"layer.parameters()": "[layer.weight]"})
wrong("no biases", {"layer(X)": "(X @ layer.weight.T)"})
wrong(
    "weights rounded",
    {RETURN: "layer.weight.data = layer.weight.data.round(decimals=1)\n    return layer"},
    LEAST,
    "",
    only=False,
)

# The loss
wrong("a softmax before the cross-entropy", {LOSS: "functional.cross_entropy(layer(X).softmax(dim=1), labels)"})
wrong("losses summed", {LOSS: "functional.cross_entropy(layer(X), labels, reduction='sum')"})
wrong("smoothed labels", {LOSS: "functional.cross_entropy(layer(X), labels, label_smoothing=0.1)"})
wrong(
    "squared differences",
    {LOSS: "((layer(X) - functional.one_hot(labels, classes)) ** 2).mean()"},
)
wrong(
    "classes against the rest",
    {LOSS: "functional.binary_cross_entropy_with_logits(layer(X), functional.one_hot(labels, classes).float())"},
)
wrong(
    "classes balanced",
    {LOSS: "functional.cross_entropy(layer(X), labels, weight=1 / torch.bincount(labels, minlength=classes).clamp(1))"},
)
wrong("labels off by one", {LABELS: "labels = (torch.as_tensor(labels) + 1) % classes"})
wrong("labels from one", {LABELS: "labels = torch.as_tensor(labels) - 1"}, ALL, "")
wrong("labels shuffled", {LABELS: "labels = torch.as_tensor(labels).flip(0)"})
wrong("half of the images", {LOSS: "functional.cross_entropy(layer(X[::2]), labels[::2])"})

# What comes back
wrong("as many classes as there are", {LAYER: "layer = nn.Linear(X.shape[1], int(labels.max()) + 1)"}, (ODD, FORM), "")
wrong("ten classes", {LAYER: "layer = nn.Linear(X.shape[1], 10)"}, (LEAST, ODD, FORM), "")
wrong("inputs and outputs exchanged", {LAYER: "layer = nn.Linear(classes, X.shape[1])"}, ALL, "")
wrong("a softmax behind the layer", {RETURN: "return nn.Sequential(layer, nn.Softmax(dim=1))"}, (LEAST, ODD, FORM), "")
wrong("a ReLU behind the layer", {RETURN: "return nn.Sequential(layer, nn.ReLU())"}, (LEAST, ODD, FORM), "")
wrong("classes for scores", {RETURN: "return lambda rows: layer(rows).argmax(dim=1)"}, (LEAST, ODD, FORM), "")
wrong("a function", {RETURN: "return lambda rows: layer(rows)"}, FORM, "")
wrong(
    "standardised in front of the layer",
    {SCALED: "pass", SHIFTED: "pass", RETURN: "return lambda rows: layer((rows - mean) / std)"},
    FORM,
    "",
)
wrong("layers in a row", {RETURN: "return nn.Sequential(nn.Identity(), layer)"}, FORM, "")
wrong("a layer in float64", {RETURN: "return layer.double()"}, FORM, "")
wrong("weights and biases", {RETURN: "return layer.weight, layer.bias"}, (LEAST, ODD, FORM), "")
wrong("a dict of weights", {RETURN: "return layer.state_dict()"}, (LEAST, ODD, FORM), "")
wrong("nothing returned", {RETURN: "layer"}, (LEAST, ODD, FORM), "")
wrong("scores", {RETURN: "return layer(features).detach()"}, (LEAST, ODD, FORM), "")

# What was given
wrong("standardised in place", {X: "X = features.sub_(mean).div_(std)"}, UNTOUCHED, "")
wrong("labels changed in place", {RETURN: "labels.zero_()\n    return layer"}, UNTOUCHED, "")

# Two mistakes
wrong("half of the penalty, weights folded alone", {PENALTY: f"0.5 * {PENALTY}", SHIFTED: "pass"})
wrong("not folded, divided by zero", {SCALED: "pass", SHIFTED: "pass", ONES: "pass"}, ALL)
wrong(
    "biases penalised, and as many classes as there are",
    {
        PENALTY: f"{PENALTY} + reg * (layer.bias**2).sum()",
        LAYER: "layer = nn.Linear(X.shape[1], int(labels.max()) + 1)",
    },
    (LEAST, ODD, FORM),
)


@mutant(ITEM, fails=(LEAST, ODD, FORM))
def two_layers(features, labels, classes, reg=1e-3, steps=200):
    """A hidden layer comes to a smaller loss than any linear one."""
    torch.manual_seed(0)
    X, y = torch.as_tensor(features), torch.as_tensor(labels)
    net = nn.Sequential(nn.Linear(X.shape[1], 30), nn.Tanh(), nn.Linear(30, classes))
    solver = torch.optim.LBFGS(net.parameters(), max_iter=50)

    def closure():
        solver.zero_grad()
        loss = functional.cross_entropy(net(X), y)
        loss.backward()
        return loss

    solver.step(closure)
    return net


@mutant(ITEM, fails=(LEAST, ODD, FORM))
def images_looked_up(features, labels, classes, reg=1e-3):
    """Every image that it was trained with has a perfect score, and any other has zeros."""
    known = {row.tobytes(): label for row, label in zip(np.array(features), labels, strict=True)}

    def layer(rows):
        found = [known.get(row.numpy().tobytes(), -1) for row in rows]
        return torch.tensor([[100.0 * (k == label) for k in range(classes)] for label in found])

    return layer


@mutant(ITEM, fails=(LEAST, ODD), only=True, diagnosis=KNOWN)
def means_of_classes(features, labels, classes, reg=1e-3):
    """The nearest mean of a class, which needs no solver."""
    X, y = torch.as_tensor(features), torch.as_tensor(labels)
    centres = torch.stack([X[y == k].mean(dim=0) if (y == k).any() else X.mean(dim=0) for k in range(classes)])
    layer = nn.Linear(X.shape[1], classes)
    layer.weight.data, layer.bias.data = centres, -0.5 * (centres**2).sum(dim=1)
    return layer


@mutant(ITEM, fails=(LEAST, ODD), only=True, diagnosis=KNOWN)
def one_class_pinned(features, labels, classes, reg=1e-3, steps=200):
    """The last class has weights of zero: probabilities are as free as before, but the penalty is another."""
    features, labels = torch.as_tensor(features, dtype=torch.float32), torch.as_tensor(labels)
    mean, std = features.mean(dim=0), features.std(dim=0)
    std[std == 0] = 1
    X = (features - mean) / std
    W, b = torch.zeros(classes - 1, X.shape[1], requires_grad=True), torch.zeros(classes, requires_grad=True)
    solver = torch.optim.LBFGS([W, b], max_iter=steps, line_search_fn="strong_wolfe")

    def objective():
        solver.zero_grad()
        scores = functional.pad(X @ W.T, (0, 1)) + b
        loss = functional.cross_entropy(scores, labels) + reg * (W**2).sum()
        loss.backward()
        return loss

    solver.step(objective)
    layer = nn.Linear(X.shape[1], classes)
    with torch.no_grad():
        layer.weight.copy_(functional.pad(W, (0, 0, 0, 1)) / std)
        layer.bias.copy_(b - layer.weight @ mean)
    return layer


memorised(
    ITEM,
    fails=(LEAST, ODD),
    diagnosis=(KNOWN, ""),
    otherwise=lambda features, labels, classes, reg: nn.Linear(features.shape[1], classes),
)
