"""Wrong versions of `TwoLayerNet.train`: what must fail, and the diagnosis that must come."""

from tests.mutants.collect import memorised, patch

ITEM = "two_layer_net.train"
STEPS, LAST, LARGER = "gradient steps in order", "last, smaller batch", "batch larger than the data"
REG, DECAY, SCHEDULE = "regularisation is passed on", "learning rate falls after every epoch", "schedule"
RULE = "update rule by name, with a config of its own for each parameter"
HISTORY = "history: loss and learning rate of every step"
ONCE, ORDER_IS_NEW = (
    "shuffled: every example once an epoch",
    "shuffled: a new order in every epoch, the same with the same seed",
)
UNTOUCHED = "X and y are not modified"
BATCHES, BATCH = "range(0, N, batch_size)", "order[start : start + batch_size]"
ORDER = "order = rng.permutation(N) if shuffle else np.arange(N)"
RATE = "learning_rate * (learning_rate_decay**epoch if schedule is None else schedule(epoch, epochs))"
SET_RATE = 'configs[name]["learning_rate"] = rate'
CONFIGS = "configs = {name: dict(config or {}) for name in self.params}"
STEP = "self.params[name], configs[name] = rule(self.params[name], grads[name], configs[name])"
EPOCHS = 'for epoch in progress(range(epochs), "epochs"):'
EVIDENCE = ("", "partial")

# Steps
patch(ITEM, "uphill", {SET_RATE: 'configs[name]["learning_rate"] = -rate'}, fails=STEPS, diagnosis="sign")
patch(ITEM, "step never stored", {STEP: f"_, {STEP.split(', ', 1)[1]}"}, fails=STEPS, diagnosis="zero")
patch(ITEM, "first parameter alone", {"for name in self.params:": 'for name in ["W1"]:'}, fails=STEPS, diagnosis="zero")
patch(
    ITEM, "biases not trained", {"for name in self.params:": 'for name in ("W1", "W2"):'}, fails=STEPS, diagnosis="zero"
)
patch(
    ITEM,
    "biases in W's place",
    {"grads[name]": "grads[name] + 0 * grads['W1'].sum() + 1"},
    fails=STEPS,
    diagnosis="offset",
)
patch(ITEM, "every step twice", {STEP: f"{STEP}\n                    {STEP}"}, fails=STEPS, diagnosis="factor")
patch(
    ITEM,
    "gradient divided by the batch",
    {"grads[name],": "grads[name] / len(batch),"},
    fails=STEPS,
    diagnosis="factor",
)
patch(
    ITEM,
    "loss called again after each parameter's step",
    {
        "loss, grads = self.loss(X[batch], y[batch], reg)": "pass",
        SET_RATE: f"loss, grads = self.loss(X[batch], y[batch], reg)\n                    {SET_RATE}",
    },
    fails=HISTORY,
)
patch(
    ITEM,
    "a single epoch",
    {EPOCHS: 'for epoch in progress(range(1), "epochs"):'},
    fails=STEPS,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "epochs counted from one",
    {EPOCHS: 'for epoch in progress(range(1, epochs), "epochs"):'},
    fails=STEPS,
    diagnosis="known mistake",
)
patch(
    ITEM, "parameters not a number", {"grads[name],": "grads[name] * float('nan'),"}, fails=STEPS, diagnosis="overflow"
)
patch(ITEM, "parameters all zero", {STEP: "self.params[name] = 0 * self.params[name]"}, fails=STEPS, diagnosis="zero")
patch(
    ITEM,
    "half precision",
    {STEP: f"{STEP}\n                    self.params[name] = self.params[name].astype(np.float16)"},
    fails=STEPS,
    diagnosis="near",
)
patch(
    ITEM,
    "nothing is written",
    {"return history": "return {}", EPOCHS: "for epoch in []:"},
    fails=(STEPS, HISTORY),
    diagnosis="zero",
)

# Batches
patch(
    ITEM,
    "last batch dropped",
    {BATCHES: "range(0, N - batch_size + 1, batch_size)"},
    fails=(LAST, LARGER),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "whole batches only",
    {BATCHES: "range(0, N // batch_size * batch_size, batch_size)"},
    fails=(LAST, LARGER),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "at least one whole batch",
    {BATCHES: "range(0, max(N // batch_size, 1) * batch_size, batch_size)"},
    fails=LAST,
    diagnosis="known mistake",
)
patch(ITEM, "one batch an epoch", {BATCHES: "range(0, 1)"}, fails=LAST, diagnosis="known mistake")
patch(ITEM, "the whole set in every step", {"X[batch], y[batch]": "X, y"}, fails=LAST, diagnosis="known mistake")
patch(
    ITEM,
    "overlapping batches",
    {BATCHES: "range(0, N, (batch_size + 1) // 2)"},
    fails=(LAST, STEPS),
    diagnosis="known mistake",
)
patch(ITEM, "first batch always", {BATCH: "order[:batch_size]"}, fails=LAST, diagnosis="known mistake")
patch(
    ITEM,
    "last batch filled up from the front",
    {BATCH: "order[(start + np.arange(batch_size)) % N]"},
    fails=LAST,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "batch may not be larger",
    {ORDER: f"assert batch_size <= N\n            {ORDER}"},
    fails=(LARGER, HISTORY),
    only=True,
)
patch(
    ITEM,
    "drawn without replacement from too few",
    {BATCH: "rng.choice(N, batch_size, replace=False)"},
    fails=(LAST, LARGER),
    diagnosis=EVIDENCE,
)
patch(ITEM, "drawn with replacement", {BATCH: "rng.integers(0, N, batch_size)"}, fails=(LAST, ONCE), diagnosis=EVIDENCE)
patch(
    ITEM,
    "labels not cut into batches",
    {"y[batch]": "y[: len(batch)]"},
    fails=(LAST, ONCE),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "batches of two hundred",
    {"batch_size)": "200)", "+ batch_size]": "+ 200]"},
    fails=LAST,
    diagnosis="known mistake",
)

# Regularisation and learning rate
patch(
    ITEM,
    "reg not passed on",
    {"y[batch], reg)": "y[batch])"},
    fails=(REG, HISTORY),
    diagnosis="regularisation",
    only=True,
)
patch(
    ITEM,
    "reg applied twice",
    {"grads[name],": "grads[name] + 2 * reg * self.params[name],"},
    fails=(REG,),
    diagnosis="regularisation",
)
patch(
    ITEM,
    "reg halved",
    {"y[batch], reg)": "y[batch], reg / 2)"},
    fails=(REG, HISTORY),
    diagnosis="regularisation",
    only=True,
)
patch(
    ITEM, "no decay", {"learning_rate_decay**epoch": "1"}, fails=(DECAY, HISTORY), diagnosis="known mistake", only=True
)
patch(
    ITEM,
    "decay an epoch early",
    {"decay**epoch": "decay**(epoch + 1)"},
    fails=(DECAY, HISTORY),
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "decay after every step",
    {
        SET_RATE: 'configs[name]["learning_rate"] = rate_now = learning_rate * '
        "(learning_rate_decay ** len(history['loss']) if schedule is None else schedule(epoch, epochs))"
    },
    fails=DECAY,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "decay once",
    {"decay**epoch": "decay**min(epoch, 1)"},
    fails=(DECAY, HISTORY),
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "decay times the epoch",
    {"learning_rate_decay**epoch": "max(learning_rate_decay * epoch, 1)"},
    fails=(DECAY, HISTORY),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "decay divides",
    {"learning_rate_decay**epoch": "1 / (1 + (1 - learning_rate_decay) * epoch)"},
    fails=(DECAY, HISTORY),
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "schedule not used",
    {RATE: "learning_rate * learning_rate_decay**epoch"},
    fails=(SCHEDULE, HISTORY),
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "schedule and decay",
    {RATE: "learning_rate * learning_rate_decay**epoch * (1 if schedule is None else schedule(epoch, epochs))"},
    fails=(SCHEDULE, HISTORY),
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "schedule as the rate itself",
    {RATE: "learning_rate * learning_rate_decay**epoch if schedule is None else schedule(epoch, epochs)"},
    fails=(SCHEDULE, HISTORY),
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "schedule from one",
    {"schedule(epoch, epochs)": "schedule(epoch + 1, epochs)"},
    fails=(SCHEDULE, HISTORY),
    diagnosis="known mistake",
    only=True,
)
patch(ITEM, "learning rate not set", {SET_RATE: "pass"}, fails=STEPS, diagnosis="known mistake")
patch(
    ITEM,
    "learning rate set once",
    {SET_RATE: 'configs[name].setdefault("learning_rate", rate)'},
    fails=(DECAY, SCHEDULE),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "first rate always",
    {SET_RATE: 'configs[name]["learning_rate"] = learning_rate'},
    fails=(DECAY, SCHEDULE),
    diagnosis="known mistake",
)

# Update rules and their configs
patch(
    ITEM,
    "one config for all parameters",
    {
        CONFIGS: "shared = dict(config or {})\n        configs = dict.fromkeys(self.params, shared)",
    },
    fails=(RULE, HISTORY),
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "config afresh in every step",
    {SET_RATE: 'configs[name] = {**(config or {}), "learning_rate": rate}'},
    fails=(RULE, HISTORY),
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "config ignored",
    {SET_RATE: 'configs[name] = {"learning_rate": rate}'},
    fails=(RULE, HISTORY),
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "config afresh in every epoch",
    {ORDER: f"configs = {{name: dict(config or {{}}) for name in self.params}}\n            {ORDER}"},
    fails=(RULE, HISTORY),
    diagnosis="offset",
    only=True,
)
patch(
    ITEM,
    "name of the rule ignored",
    {STEP: "self.params[name] = self.params[name] - rate * grads[name]"},
    fails=(RULE, HISTORY),
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "config of the first parameter",
    {
        "configs[name])": 'configs["W1"])',
        SET_RATE: "for c in configs.values():\n                        c['learning_rate'] = rate",
    },
    fails=(RULE, HISTORY),
    diagnosis="known mistake",
    only=True,
)

# History
patch(ITEM, "history not returned", {"return history": "return"}, fails=HISTORY)
patch(ITEM, "the last loss returned", {"return history": "return loss"}, fails=HISTORY)
patch(ITEM, "loss not recorded", {'history["loss"].append(loss)': "pass"}, fails=(HISTORY, ORDER_IS_NEW), only=True)
patch(ITEM, "rate not recorded", {'history["learning_rate"].append(rate)': "pass"}, fails=HISTORY, only=True)
patch(
    ITEM,
    "loss summed up",
    {'["loss"].append(loss)': '["loss"].append(loss * len(batch))'},
    fails=HISTORY,
    diagnosis="factor",
    only=True,
)
patch(
    ITEM,
    "loss after the step",
    {'["loss"].append(loss)': '["loss"].append(self.loss(X[batch], y[batch], reg)[0])'},
    fails=HISTORY,
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "another name in the history",
    {'history["loss"].append': 'history.setdefault("losses", []).append'},
    fails=(HISTORY, ORDER_IS_NEW),
    only=True,
)
patch(
    ITEM,
    "first rate recorded",
    {'"learning_rate"].append(rate)': '"learning_rate"].append(learning_rate)'},
    fails=HISTORY,
    diagnosis="constant",
    only=True,
)
patch(
    ITEM,
    "recorded once an epoch",
    {
        '                history["loss"]': '            history["loss"]',
        '                history["learning': '            history["learning',
    },
    fails=(HISTORY, ORDER_IS_NEW),
    only=True,
)

# Shuffling
patch(
    ITEM,
    "shuffled once",
    {ORDER: "order = np.random.default_rng(seed).permutation(N) if shuffle else np.arange(N)"},
    fails=ORDER_IS_NEW,
    only=True,
)
patch(ITEM, "never shuffled", {ORDER: "order = np.arange(N)"}, fails=ORDER_IS_NEW, only=True)
patch(ITEM, "always shuffled", {" if shuffle else np.arange(N)": ""}, fails=LAST, diagnosis=EVIDENCE)
patch(
    ITEM,
    "shuffled when told not to",
    {"if shuffle else": "if not shuffle else"},
    fails=(LAST, ORDER_IS_NEW),
    diagnosis=EVIDENCE,
)
patch(ITEM, "labels left where they were", {"y[batch]": "y[start : start + batch_size]"}, fails=ONCE, only=True)
patch(
    ITEM, "random numbers of its own", {"rng.permutation(N)": "np.random.permutation(N)"}, fails=ORDER_IS_NEW, only=True
)
patch(
    ITEM,
    "a new draw for every batch",
    {BATCH: "(rng.permutation(N) if shuffle else order)[start : start + batch_size]"},
    fails=ONCE,
    diagnosis=EVIDENCE,
    only=True,
)
patch(
    ITEM,
    "X and y shuffled in place",
    {
        ORDER: "order = np.arange(N)\n            if shuffle:\n"
        "                mixed = rng.permutation(N)\n                X[:], y[:] = X[mixed], y[mixed]"
    },
    fails=UNTOUCHED,
    only=True,
)
memorised(ITEM, fails=(STEPS, HISTORY), method="train", otherwise=lambda X, y, **settings: {}, diagnosis="zero")
