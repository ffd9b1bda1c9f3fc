"""Wrong two-layer convnets: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.collect import memorised, patch

ITEM = "cnn.two_layer_convnet"
SCORES, DATA, DECAYED = "scores where y is None", "loss without regularisation", "loss with regularisation"
W1, B1, W2, B2 = (f"gradient of {name}" for name in ("W1", "b1", "W2", "b2"))
GRADIENTS, LOSSES = (W1, B1, W2, B2), (DATA, DECAYED)
FORM = "a number, and a dict of gradients in the parameters' shapes"
UNTOUCHED = "images and parameters are not modified"
KNOWN, REG, EVIDENCE = "known mistake", "regularisation", ("", "partial")

POOLED = 'pooled, first = conv_relu_pool_forward(X, p["W1"], p["b1"], self.conv_param, self.pool_param)'
AFFINE = 'scores, second = affine_forward(pooled, p["W2"], p["b2"])'
SOFTMAX = "loss, dscores = softmax_loss(scores, y)"
PENALTY = 'loss += self.reg * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))'
BACK2 = 'dpooled, grads["W2"], grads["b2"] = affine_backward(dscores, second)'
BACK1 = '_, grads["W1"], grads["b1"] = conv_relu_pool_backward(dpooled, first)'
DECAY = "grads[name] += 2 * self.reg * p[name]"
LOOP, IF, RETURN = 'for name in ("W1", "W2"):', "if y is None:", "return float(loss), grads"


def wrong(name, changes, fails, diagnosis="", only=False):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


# Scores
wrong(
    "probabilities for scores",
    {
        "return scores": "e = np.exp(scores - scores.max(1, keepdims=True))\n"
        "            return e / e.sum(1, keepdims=True)"
    },
    SCORES,
    KNOWN,
    only=True,
)
wrong("classes for scores", {"return scores": "return scores.argmax(axis=1)"}, SCORES, only=True)
wrong("largest score for scores", {"return scores": "return scores.max(axis=1)"}, SCORES, only=True)
wrong("scores with their cache", {"return scores": "return scores, second"}, SCORES, only=True)
wrong("nothing for scores", {"return scores": "return"}, SCORES, only=True)
wrong("zeros for scores", {"return scores": "return 0 * scores"}, SCORES, "zero", only=True)
wrong("not a number for scores", {"return scores": "return scores / 0"}, SCORES, ("", "overflow"), only=True)
wrong("scores turned", {"return scores": "return scores.T"}, SCORES, "transpose", only=True)
wrong(
    "loss and gradients where y is None",
    {IF: "if y is None:\n            y = np.zeros(len(X), int)\n        if False:"},
    SCORES,
    only=True,
)
wrong("ReLU on the scores", {AFFINE: f"{AFFINE}\n        scores = np.maximum(scores, 0)"}, (SCORES, *LOSSES), KNOWN)
wrong(
    "ReLU on the scores, on the way back, too",
    {
        AFFINE: f"{AFFINE}\n        active = scores > 0\n        scores = scores * active",
        BACK2: BACK2.replace("dscores,", "dscores * active,"),
    },
    (SCORES, *LOSSES, W1, W2),
    KNOWN,
)
wrong(
    "sigmoid on the scores",
    {AFFINE: f"{AFFINE}\n        scores = 1 / (1 + np.exp(-scores))"},
    (SCORES, *LOSSES),
    diagnosis="function",
)
wrong(
    "bias of the last layer left out",
    {AFFINE: AFFINE.replace('p["b2"]', '0 * p["b2"]')},
    (SCORES, *LOSSES, W1),
    KNOWN,
)
wrong("bias of the filters left out", {POOLED: POOLED.replace('p["b1"]', '0 * p["b1"]')}, (SCORES, *LOSSES), KNOWN)
wrong("images scaled", {POOLED: POOLED.replace("(X,", "(X / 255,")}, (SCORES, *LOSSES, W1), diagnosis=KNOWN)
wrong(
    "mean image subtracted",
    {POOLED: POOLED.replace("(X,", "(X - X.mean(axis=0),")},
    (SCORES, *LOSSES, W1),
    diagnosis=KNOWN,
)
wrong(
    "no convolution",
    {POOLED: 'pooled, first = conv_relu_pool_forward(X, 0 * p["W1"], p["b1"], self.conv_param, self.pool_param)'},
    (SCORES, *LOSSES),
    KNOWN,
)
wrong(
    "no padding", {POOLED: POOLED.replace("self.conv_param", "{'stride': 1, 'pad': 0}")}, (SCORES, *LOSSES, *GRADIENTS)
)
wrong(
    "convolution and ReLU alone",
    {
        "conv_relu_pool_forward": "conv_relu_forward",
        ", self.pool_param": "",
        "conv_relu_pool_backward": "conv_relu_backward",
    },
    (SCORES, *LOSSES, *GRADIENTS),
)
wrong(
    "pooled images laid out another way",
    {
        AFFINE: AFFINE.replace("pooled", "pooled.transpose(0, 2, 3, 1)"),
        BACK1: "N, F, H, W = pooled.shape\n        "
        f"dpooled = dpooled.reshape(N, H, W, F).transpose(0, 3, 1, 2)\n        {BACK1}",
    },
    (SCORES, *LOSSES, W1, W2),
    diagnosis=KNOWN,
)

# Loss
wrong(
    "half of the regularisation, in loss and gradients",
    {PENALTY: PENALTY.replace("self.reg", "0.5 * self.reg"), DECAY: DECAY.replace("2 * ", "")},
    (DECAYED, W1, W2),
    REG,
    only=True,
)
wrong(
    "half of the regularisation in the loss",
    {PENALTY: PENALTY.replace("self.reg", "0.5 * self.reg")},
    DECAYED,
    REG,
    only=True,
)
wrong("no regularisation in the loss", {PENALTY: "pass"}, DECAYED, REG, only=True)
wrong("no regularisation at all", {PENALTY: "pass", DECAY: "pass"}, (DECAYED, W1, W2), REG, only=True)
wrong("regularisation of W2 left out", {PENALTY: 'loss += self.reg * np.sum(p["W1"] ** 2)'}, DECAYED, REG, only=True)
wrong("regularisation of W1 left out", {PENALTY: 'loss += self.reg * np.sum(p["W2"] ** 2)'}, DECAYED, REG, only=True)
wrong(
    "regularisation of W1 left out, of its gradient, too",
    {PENALTY: 'loss += self.reg * np.sum(p["W2"] ** 2)', LOOP: 'for name in ("W2",):'},
    (DECAYED, W1),
    REG,
    only=True,
)
wrong(
    "biases regularised in the loss",
    {PENALTY: "loss += self.reg * sum(np.sum(v**2) for v in p.values())"},
    DECAYED,
    REG,
    only=True,
)
wrong(
    "biases regularised",
    {PENALTY: "loss += self.reg * sum(np.sum(v**2) for v in p.values())", LOOP: "for name in p:"},
    (DECAYED, B1, B2),
    REG,
    only=True,
)
wrong(
    "weights for their squares",
    {PENALTY: 'loss += self.reg * (np.sum(p["W1"]) + np.sum(p["W2"]))'},
    DECAYED,
    only=True,
    diagnosis=REG,
)
wrong(
    "absolute weights",
    {PENALTY: 'loss += self.reg * (abs(p["W1"]).sum() + abs(p["W2"]).sum())'},
    DECAYED,
    only=True,
    diagnosis=REG,
)
wrong("mean of the squares", {PENALTY: PENALTY.replace("np.sum", "np.mean")}, DECAYED, only=True, diagnosis=REG)
wrong(
    "norms for squares",
    {PENALTY: 'loss += self.reg * (np.linalg.norm(p["W1"]) + np.linalg.norm(p["W2"]))'},
    DECAYED,
    only=True,
    diagnosis=REG,
)
wrong(
    "regularisation divided by N",
    {PENALTY: PENALTY.replace("self.reg", "self.reg / len(X)")},
    DECAYED,
    (REG, "factor"),
    only=True,
)
wrong("regularisation subtracted", {PENALTY: PENALTY.replace("+=", "-=")}, DECAYED, (REG, "sign"), only=True)
wrong(
    "regularisation in the loss of a batch",
    {SOFTMAX: f"{SOFTMAX}\n        loss *= len(X)"},
    LOSSES,
    ("factor", REG),
    only=True,
)
wrong(
    "a regularisation of 0.1 written in",
    {PENALTY: PENALTY.replace("self.reg", "0.1"), DECAY: DECAY.replace("self.reg", "0.1")},
    (DATA, DECAYED, W1, W2),
    only=True,
    diagnosis=REG,
)
wrong(
    "loss of the probabilities",
    {
        SOFTMAX: "e = np.exp(scores - scores.max(1, keepdims=True))\n"
        "        loss, dscores = softmax_loss(e / e.sum(1, keepdims=True), y)"
    },
    (*LOSSES, *GRADIENTS),
    only=True,
    diagnosis=KNOWN,
)
wrong("minus the loss", {SOFTMAX: f"{SOFTMAX}\n        loss = -loss"}, LOSSES, "sign", only=True)
wrong("not a number for the loss", {SOFTMAX: f"{SOFTMAX}\n        loss = np.nan"}, LOSSES, "overflow", only=True)
wrong("whole numbers for the loss", {"return float(loss)": "return int(loss)"}, LOSSES, "rounded", only=True)
wrong("a list for the loss", {"return float(loss)": "return [float(loss)]"}, FORM, only=True)
wrong("float16 for the loss", {"return float(loss)": "return np.float16(loss)"}, LOSSES, "near", only=True)

# Gradients
wrong("gradients without regularisation", {DECAY: "pass"}, (W1, W2), REG, only=True)
wrong("half of the regularisation in the gradients", {DECAY: DECAY.replace("2 * ", "")}, (W1, W2), REG, only=True)
wrong("twice the regularisation in the gradients", {DECAY: DECAY.replace("2 *", "4 *")}, (W1, W2), REG, only=True)
wrong("only W2's gradient decays", {LOOP: 'for name in ("W2",):'}, W1, REG, only=True)
wrong("only W1's gradient decays", {LOOP: 'for name in ("W1",):'}, W2, REG, only=True)
wrong("all gradients decay", {LOOP: "for name in p:"}, (B1, B2), REG, only=True)
wrong("the decay subtracted", {DECAY: DECAY.replace("+=", "-=")}, (W1, W2), (REG, "sign"), only=True)
wrong(
    "the decay in the data's place", {DECAY: DECAY.replace("+=", "=")}, (W1, W2), ("", "factor", REG, "zero"), only=True
)
wrong(
    "the decay with the loss's squares",
    {DECAY: DECAY.replace("p[name]", "p[name] ** 2")},
    (W1, W2),
    only=True,
    diagnosis=REG,
)
wrong(
    "gradients of W1 and W2 swapped",
    {RETURN: 'grads["W1"], grads["W2"] = grads["W2"], grads["W1"]\n        ' + RETURN},
    (W1, W2, FORM),
    only=True,
)
wrong(
    "gradient of W2 turned",
    {DECAY: f'{DECAY}\n        grads["W2"] = grads["W2"].T'},
    (W2, FORM),
    "transpose",
    only=True,
)
wrong(
    "W1 as a matrix",
    {DECAY: f'{DECAY}\n        grads["W1"] = grads["W1"].reshape(len(p["b1"]), -1)'},
    (W1, FORM),
    "shape",
    only=True,
)
wrong("biases as rows", {DECAY: f'{DECAY}\n        grads["b1"] = grads["b1"][None]'}, FORM, only=True)
wrong(
    "gradients divided by N once more",
    {BACK2: f"dscores = dscores / len(X)\n        {BACK2}"},
    GRADIENTS,
    ("factor", ""),
    only=True,
)
wrong(
    "gradients times N", {BACK2: f"dscores = dscores * len(X)\n        {BACK2}"}, GRADIENTS, ("factor", ""), only=True
)
wrong("minus the gradients", {BACK2: f"dscores = -dscores\n        {BACK2}"}, GRADIENTS, "sign", only=True)
wrong(
    "through the scores, not their loss",
    {"affine_backward(dscores,": "affine_backward(scores,"},
    GRADIENTS,
    only=True,
    diagnosis=KNOWN,
)
wrong(
    "upstream gradient of ones",
    {"affine_backward(dscores,": "affine_backward(np.ones_like(scores),"},
    GRADIENTS,
    only=True,
    diagnosis=KNOWN,
)
wrong("db2 a mean", {DECAY: f'{DECAY}\n        grads["b2"] = dscores.mean(axis=0)'}, B2, ("factor", ""), only=True)
wrong("b1 forgotten", {BACK1: BACK1.replace('grads["b1"]', "_")}, (B1, FORM), only=True)
wrong("b2 left at zero", {DECAY: f'{DECAY}\n        grads["b2"] = 0 * p["b2"]'}, B2, "zero", only=True)
wrong(
    "W1 left at zero",
    {BACK1: f'{BACK1}\n        grads["W1"] = 0 * p["W1"]'},
    W1,
    ("", "zero", "factor", REG),
    only=True,
)
wrong(
    "the forward pass's output back",
    {"conv_relu_pool_backward(dpooled": "conv_relu_pool_backward(pooled"},
    (W1, B1),
    only=True,
    diagnosis=KNOWN,
)
wrong(
    "the names in small letters",
    {RETURN: "return float(loss), {k.lower(): g for k, g in grads.items()}"},
    (W1, W2, FORM),
    only=True,
)
wrong(
    "the names with a d",
    {RETURN: 'return float(loss), {f"d{k}": g for k, g in grads.items()}'},
    (*GRADIENTS, FORM),
    only=True,
)
wrong("a list of gradients", {RETURN: "return float(loss), list(grads.values())"}, (*GRADIENTS, FORM), only=True)
wrong("gradients first", {RETURN: "return grads, float(loss)"}, (*LOSSES, *GRADIENTS, FORM), only=True)
wrong("the loss alone", {RETURN: "return float(loss)"}, (*LOSSES, *GRADIENTS, FORM), only=True)
wrong(
    "scores, loss and gradients", {RETURN: "return scores, float(loss), grads"}, (*LOSSES, *GRADIENTS, FORM), only=True
)
wrong("scores always", {IF: "if True:"}, (*LOSSES, *GRADIENTS, FORM), only=True)
wrong(
    "random gradients",
    {RETURN: "return float(loss), {k: np.random.randn(*g.shape) for k, g in grads.items()}"},
    GRADIENTS,
    only=True,
)

# What is used, and what is left alone
wrong("a step in loss", {RETURN: f'p["W1"] -= 0.1 * grads["W1"]\n        {RETURN}'}, UNTOUCHED)
wrong(
    "weights cut in place",
    {"p = self.params": 'p = self.params\n        p["W2"][:] = np.clip(p["W2"], -0.2, 0.2)'},
    UNTOUCHED,
)
wrong("images centred in place", {"p = self.params": "p = self.params\n        X -= X.mean()"}, UNTOUCHED)
wrong("images cleared behind", {RETURN: f"X *= 0\n        {RETURN}"}, UNTOUCHED, only=True)
wrong(
    "the decay added into the weights",
    {DECAY: "p[name] *= 1 + 2 * self.reg\n            grads[name] += p[name]"},
    (W1, W2, UNTOUCHED),
)
memorised(
    ITEM,
    method="loss",
    fails=(SCORES, *LOSSES),
    otherwise=lambda X, y=None: np.zeros((len(X), 1)) if y is None else (0.0, {}),
)
