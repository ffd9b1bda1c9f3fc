"""Wrong versions of `SoftmaxClassifier.train`: the expectation that must fail, and the diagnosis that must come."""

from tests.mutants.collect import memorised, patch

ITEM = "softmax.train"
STEPS, LAST, LARGER = "gradient steps in order", "last, smaller batch", "batch larger than the data"
REG, DECAY, SINGLE = "regularisation is passed on", "learning rate falls linearly over the epochs", "a single epoch"
HISTORY = "history: loss and learning rate of every step"
ONCE, FRESH = "shuffled: every example once an epoch", "shuffled: a new order in every epoch"
SEEDED, UNTOUCHED = "shuffled: the same seed, the same order", "X and y are not modified"
BATCHES = "range(0, N, batch_size)"
ORDER = "order = rng.permutation(N) if shuffle else np.arange(N)"
STEP = "self.W = self.W - rate * dW"
RATE = "(final_learning_rate - learning_rate) * epoch / (epochs - 1)"
EPOCHS = 'for epoch in progress(range(epochs), "epochs"):'

# Steps
patch(ITEM, "uphill", {STEP: "self.W = self.W + rate * dW"}, fails=STEPS, diagnosis="sign")
patch(ITEM, "W replaced by the step", {STEP: "self.W = -rate * dW"}, fails=STEPS, diagnosis="known mistake")
patch(ITEM, "the step is never taken", {STEP: "W = self.W - rate * dW"}, fails=STEPS, diagnosis="zero")
patch(ITEM, "learning rate left out", {STEP: "self.W = self.W - dW"}, fails=STEPS, diagnosis="known mistake")
patch(
    ITEM,
    "gradient divided by the batch again",
    {STEP: "self.W = self.W - rate * dW / len(batch)"},
    fails=STEPS,
    diagnosis="factor",
)
patch(ITEM, "every step twice", {STEP: f"{STEP}\n                {STEP}"}, fails=STEPS, diagnosis="factor")
patch(
    ITEM,
    "one epoch too few",
    {EPOCHS: 'for epoch in progress(range(1, epochs), "epochs"):'},
    fails=STEPS,
    diagnosis="known mistake",
)
patch(
    ITEM,
    "gradient of the weights at the epoch's start",
    {
        ORDER: f"{ORDER}\n            start_W = self.W",
        "softmax_loss_vectorized(self.W": "softmax_loss_vectorized(start_W",
    },
    fails=(REG, HISTORY),
    diagnosis="known mistake",
)
patch(ITEM, "weights not a number", {STEP: "self.W = self.W * float('nan')"}, fails=STEPS, diagnosis="overflow")
patch(ITEM, "weights all zero", {STEP: "self.W = 0 * dW"}, fails=STEPS, diagnosis="zero")
patch(ITEM, "starts afresh", {"if self.W is None:": "if True:"}, fails=STEPS, diagnosis="known mistake")
patch(
    ITEM, "float16 weights", {STEP: "self.W = (self.W - rate * dW).astype(np.float16)"}, fails=STEPS, diagnosis="near"
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
patch(ITEM, "one batch an epoch", {BATCHES: "range(0, 1)"}, fails=LAST, diagnosis="known mistake")
patch(ITEM, "the whole set in every step", {"X[batch], y[batch]": "X, y"}, fails=LAST, diagnosis="known mistake")
patch(
    ITEM,
    "overlapping batches",
    {BATCHES: "range(0, N, (batch_size + 1) // 2)"},
    fails=(LAST, STEPS, ONCE),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "last batch filled up from the front",
    {"batch = order[start : start + batch_size]": "batch = order[(start + np.arange(batch_size)) % N]"},
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
    "labels not cut into batches",
    {"X[batch], y[batch]": "X[batch], y[: len(batch)]"},
    fails=(LAST, ONCE),
    diagnosis="known mistake",
)
patch(
    ITEM,
    "drawn with replacement",
    {"order[start : start + batch_size]": "rng.integers(0, N, batch_size)"},
    fails=(STEPS, ONCE),
    diagnosis=("", "partial"),
)

# Regularisation and learning rate
patch(
    ITEM,
    "reg not passed on",
    {"y[batch], reg)": "y[batch], 0.0)"},
    fails=(REG, HISTORY),
    diagnosis="regularisation",
    only=True,
)
patch(
    ITEM,
    "reg applied twice",
    {STEP: "self.W = self.W - rate * (dW + 2 * reg * self.W)"},
    fails=(REG, HISTORY),
    diagnosis="regularisation",
    only=True,
)
patch(ITEM, "no decay", {RATE: "0"}, fails=(DECAY, HISTORY), diagnosis="known mistake", only=True)
patch(
    ITEM,
    "decay one step short",
    {"(epochs - 1)": "epochs"},
    fails=(DECAY, HISTORY),
    diagnosis="known mistake",
    only=True,
)
patch(ITEM, "decay one step early", {"* epoch /": "* (epoch + 1) /"}, fails=(DECAY, HISTORY), diagnosis="known mistake")
patch(ITEM, "a single epoch divides by zero", {" and epochs > 1": ""}, fails=(SINGLE, HISTORY), only=True)
patch(
    ITEM,
    "a single epoch uses the final rate",
    {" and epochs > 1:": ":", RATE: f"({RATE} if epochs > 1 else final_learning_rate - learning_rate)"},
    fails=(SINGLE, HISTORY),
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "final rate from the start",
    {RATE: "final_learning_rate - learning_rate"},
    fails=(DECAY, HISTORY),
    diagnosis="known mistake",
    only=True,
)
patch(
    ITEM,
    "geometric decay",
    {f"rate += {RATE}": "rate *= (final_learning_rate / learning_rate) ** (epoch / (epochs - 1))"},
    fails=(DECAY, HISTORY),
    diagnosis="known mistake",
    only=True,
)
patch(ITEM, "learning rate written in", {"rate = learning_rate": "rate = 0.01"}, fails=STEPS, diagnosis="known mistake")

# History
patch(ITEM, "history not returned", {"return history": "return"}, fails=HISTORY)
patch(ITEM, "loss not recorded", {'history["loss"].append(loss)': "pass"}, fails=(HISTORY, FRESH, SEEDED), only=True)
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
    "another name in the history",
    {'history["loss"]': 'history.setdefault("losses", [])'},
    fails=(HISTORY, FRESH, SEEDED),
    only=True,
)
patch(
    ITEM,
    "first rate recorded",
    {'["learning_rate"].append(rate)': '["learning_rate"].append(learning_rate)'},
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
    fails=(HISTORY, FRESH, SEEDED),
    only=True,
)

# Shuffling
patch(
    ITEM,
    "shuffled once",
    {ORDER: "order = np.random.default_rng(seed).permutation(N) if shuffle else np.arange(N)"},
    fails=FRESH,
    only=True,
)
patch(ITEM, "never shuffled", {ORDER: "order = np.arange(N)"}, fails=FRESH, only=True)
patch(ITEM, "always shuffled", {" if shuffle else np.arange(N)": ""}, fails=LAST, diagnosis=("", "partial"))
patch(
    ITEM,
    "shuffled when told not to",
    {"if shuffle else": "if not shuffle else"},
    fails=(LAST, FRESH),
    diagnosis=("", "partial"),
)
patch(
    ITEM,
    "labels left where they were",
    {"X[batch], y[batch]": "X[batch], y[start : start + batch_size]"},
    fails=ONCE,
    only=True,
)
patch(ITEM, "random numbers of its own", {"rng.permutation(N)": "np.random.permutation(N)"}, fails=SEEDED, only=True)
patch(
    ITEM,
    "X and y shuffled in place",
    {
        ORDER: "order = np.arange(N)\n            if shuffle:\n                mixed = rng.permutation(N)\n"
        "                X[:], y[:] = X[mixed], y[mixed]"
    },
    fails=UNTOUCHED,
    only=True,
)
patch(
    ITEM,
    "a new draw for every batch",
    {"order[start : start + batch_size]": "(rng.permutation(N) if shuffle else order)[start : start + batch_size]"},
    fails=ONCE,
    diagnosis=("", "partial"),
    only=True,
)
memorised(
    ITEM,
    fails=STEPS,
    method="train",
    otherwise=lambda X, y, **settings: {"loss": [], "learning_rate": []},
    diagnosis="zero",
)
