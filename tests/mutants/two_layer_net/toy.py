"""Nets that do not learn a handful of examples by heart: which of the three trainings must fail."""

from tests.mutants.collect import memorised, patch

ITEM = "two_layer_net.toy"
SGD, MOMENTUM, ADAM = (f"{rule}: loss after 100 steps" for rule in ("sgd", "sgd_momentum", "adam"))
ALL = (SGD, MOMENTUM, ADAM)
CONFIGS = "configs = {name: dict(config or {}) for name in self.params}"
STEP = "self.params[name], configs[name] = rule(self.params[name], grads[name], configs[name])"
SET_RATE = 'configs[name]["learning_rate"] = rate'
BACKWARD = "return loss, two_layer_backward(dscores, X, hidden, self.params, reg)"

patch(ITEM, "never trained", {STEP: "pass"}, fails=ALL, diagnosis="known mistake")
patch(ITEM, "uphill", {SET_RATE: 'configs[name]["learning_rate"] = -rate'}, fails=ALL, diagnosis="sign")
patch(
    ITEM,
    "a tenth of the rate",
    {SET_RATE: 'configs[name]["learning_rate"] = rate / 10'},
    fails=ALL,
    diagnosis="partial",
)
patch(ITEM, "one epoch", {"range(epochs)": "range(1)"}, fails=ALL, diagnosis="partial")
patch(
    ITEM, "first parameter alone", {"for name in self.params:": 'for name in ["b1"]:'}, fails=ALL, diagnosis="partial"
)
patch(ITEM, "second layer alone", {"for name in self.params:": 'for name in ("b2",):'}, fails=ALL, diagnosis="partial")
patch(ITEM, "labels mixed up", {"y[batch]": "y[batch[::-1]]"}, fails=ALL, diagnosis="sign")
patch(
    ITEM,
    "one config for all parameters",
    {
        CONFIGS: "shared = dict(config or {})\n        configs = dict.fromkeys(self.params, shared)",
    },
    fails=(MOMENTUM, ADAM),
    only=True,
)
patch(
    ITEM,
    "plain descent whatever the rule",
    {STEP: "self.params[name] = self.params[name] - rate * grads[name]"},
    fails=(MOMENTUM, ADAM),
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "config afresh in every step",
    {SET_RATE: 'configs[name] = {"learning_rate": rate}'},
    fails=(MOMENTUM,),
    diagnosis="known mistake",
)
patch(ITEM, "parameters not a number", {"grads[name],": "grads[name] * float('nan'),"}, fails=ALL)
patch(ITEM, "parameters all zero", {STEP: "self.params[name] = 0 * self.params[name]"}, fails=ALL, diagnosis="zero")
patch(
    ITEM,
    "random parameters",
    {
        "        return history": "        self.params = {k: np.random.standard_normal(v.shape) "
        "for k, v in self.params.items()}\n        return history"
    },
    fails=ALL,
    diagnosis="sign",
)
patch(
    ITEM,
    "loss without the first layer's gradient",
    {
        BACKWARD: "grads = two_layer_backward(dscores, X, hidden, self.params, reg)\n"
        "        return loss, grads | {'W1': 0 * grads['W1'], 'b1': 0 * grads['b1'], 'W2': 0 * grads['W2']}"
    },
    fails=ALL,
    diagnosis="partial",
)
patch(
    ITEM,
    "gradients divided by a hundred",
    {
        BACKWARD: "grads = two_layer_backward(dscores, X, hidden, self.params, reg)\n"
        "        return loss, {k: v / 100 for k, v in grads.items()}"
    },
    fails=(SGD, MOMENTUM),
    diagnosis="partial",
    only=True,
)
patch(ITEM, "far too much decay", {"y[batch], reg)": "y[batch], reg + 0.5)"}, fails=ALL, diagnosis="partial")
memorised(ITEM, fails=ALL, diagnosis="known mistake", method="train", otherwise=lambda X, y, **settings: {})
