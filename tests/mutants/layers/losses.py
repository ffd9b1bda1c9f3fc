"""Wrong versions of `softmax_loss` and `svm_loss`: what must fail, and the diagnosis that must come."""

import numpy as np

from tests.mutants.collect import memorised, mutant, patch

SOFTMAX, SVM = "layers.softmax_loss", "layers.svm_loss"
LOSS, DX, LARGE = "loss", "dx", "scores near ±1000"
SHAPES, EDGES = "one number and an array (N, C)", "one example, two classes, any labels"
UNTOUCHED = "x and y are not modified"
FIRST = "    N = x.shape[0]\n"


def first(line):
    return {FIRST: f"{FIRST}    {line}\n"}


# What goes wrong with either of them
LAST = {
    SOFTMAX: ("-log_probabilities[np.arange(N), y].mean()", "dx / N"),
    SVM: ("margins.sum() / N", "violated / N"),
}
for item, (loss, gradient) in LAST.items():
    returned = f"return {loss}, {gradient}"
    sum_of_losses = loss.replace(".mean()", ".sum()").replace(" / N", "")
    sum_of_gradients = gradient.replace(" / N", "")
    for name, last, settings in (
        ("loss is a sum", (sum_of_losses, gradient), {"fails": LOSS, "diagnosis": "factor"}),
        ("gradient is a sum", (loss, sum_of_gradients), {"fails": DX, "diagnosis": "factor"}),
        ("both are sums", (sum_of_losses, sum_of_gradients), {"fails": (LOSS, DX), "diagnosis": "factor"}),
        ("gradient divided twice", (loss, f"{gradient} / N"), {"fails": DX, "diagnosis": "factor"}),
        ("mean over the classes", (f"{loss} * N / x.shape[1]", gradient), {"fails": LOSS, "diagnosis": "factor"}),
        (
            "divided by N - 1",
            (f"{loss} * N / (N - 1)", f"{gradient} * N / (N - 1)"),
            {"fails": (LOSS, DX, EDGES), "diagnosis": "factor"},
        ),
        ("loss with the wrong sign", (f"-{loss}", gradient), {"fails": LOSS, "diagnosis": "sign"}),
        ("gradient with the wrong sign", (loss, f"-{gradient}"), {"fails": DX, "diagnosis": "sign"}),
        ("both doubled", (f"2 * {loss}", f"2 * {gradient}"), {"fails": (LOSS, DX), "diagnosis": "factor"}),
        ("gradient turned", (loss, f"({gradient}).T"), {"fails": (DX, SHAPES), "diagnosis": "transpose"}),
        ("gradient of one example", (loss, f"({gradient}) * (np.c_[:N] == 0)"), {"fails": DX, "diagnosis": "partial"}),
        ("gradient never filled in", (loss, "np.zeros(x.shape)"), {"fails": DX, "diagnosis": "zero"}),
        ("gradient times the loss", (loss, f"{gradient} * {loss}"), {"fails": DX, "diagnosis": "factor"}),
        ("gradient averaged over the examples", (loss, f"({gradient}).sum(axis=0)"), {"fails": (DX, SHAPES)}),
        ("gradient in half precision", (loss, f"({gradient}).astype(np.float16)"), {"fails": DX, "diagnosis": "near"}),
        ("loss in an array", (f"np.array([{loss}])", gradient), {"fails": SHAPES, "only": True}),
        ("loss of every example", (f"np.full(N, {loss})", gradient), {"fails": SHAPES}),
        ("gradient first", (gradient, loss), {"fails": (LOSS, DX, SHAPES)}),
        ("loss alone", (loss,), {"fails": (LOSS, DX, SHAPES)}),
        ("not a number", ("np.nan", f"np.nan * {gradient}"), {"fails": (LOSS, DX), "diagnosis": "overflow"}),
        ("an untrained net's loss", ("np.log(10)", gradient), {"fails": LOSS, "diagnosis": "known mistake"}),
    ):  # fmt: skip
        patch(item, name, {returned: f"return {', '.join(last)}"}, **settings)
    patch(item, "nothing returned", {"return ": ""}, fails=(LOSS, DX, SHAPES))
    patch(item, "labels from one", first("y = y - 1"), fails=(LOSS, DX), diagnosis="known mistake")
    patch(
        item,
        "last example left out",
        first("x, y, N = x[:-1], y[:-1], N - 1"),
        fails=(LOSS, DX, SHAPES),
        diagnosis="known mistake",
    )
    patch(item, "one-hot labels expected", first("y = y.argmax(axis=1)"), fails=(LOSS, DX))
    patch(item, "ten classes written in", first("x = x.reshape(-1, 10)"), fails=(LOSS, DX))
    patch(item, "first label for all", first("y = np.full(N, y[0])"), fails=(LOSS, DX), diagnosis="known mistake")
    patch(item, "scores scaled in place", first("x *= 2"), fails=(LOSS, DX, UNTOUCHED), diagnosis="known mistake")
    patch(
        item,
        "labels shifted in place",
        {returned: f"result = {loss}, {gradient}; y[:] = 0; return result"},
        fails=UNTOUCHED,
        only=True,
    )
    patch(
        item,
        "one example is squeezed out",
        first("if N == 1:\n        x = np.squeeze(x)"),
        fails=(EDGES, SHAPES, UNTOUCHED),
        only=True,
    )
    patch(item, "two classes squeezed", first("assert x.shape[1] > 2"), fails=(EDGES, SHAPES, UNTOUCHED), only=True)
    patch(
        item,
        "small labels turned away",
        first("assert y.dtype == np.int64"),
        fails=(EDGES, SHAPES, UNTOUCHED),
        only=True,
    )
    memorised(item, fails=LOSS, otherwise=lambda x, y: (0.0, np.zeros(x.shape)), diagnosis="zero")

# The softmax
SHIFT, LOG_P = "x - x.max(axis=1, keepdims=True)", "log_probabilities[np.arange(N), y].mean()"
ONE = "    dx[np.arange(N), y] -= 1\n"
patch(SOFTMAX, "no shift", {SHIFT: "x"}, fails=LARGE, diagnosis="overflow", only=True)
patch(
    SOFTMAX,
    "largest of all taken off, then the logarithm of a probability",
    {SHIFT: "x - x.max()"},
    fails=LARGE,
    diagnosis="overflow",
    only=True,
)
patch(SOFTMAX, "shifted the wrong way", {SHIFT: "x + x.max(axis=1, keepdims=True)"}, fails=LARGE, diagnosis="overflow")
patch(SOFTMAX, "x shifted in place", first("x -= x.max(axis=1, keepdims=True)"), fails=UNTOUCHED, only=True)
patch(
    SOFTMAX,
    "logarithm of a rounded probability",
    {LOG_P: "np.log(np.exp(log_probabilities))[np.arange(N), y].mean()"},
    fails=LARGE,
    diagnosis="overflow",
    only=True,
)
patch(
    SOFTMAX,
    "a small constant in the logarithm",
    {LOG_P: "np.log(np.exp(log_probabilities) + 1e-9)[np.arange(N), y].mean()"},
    fails=LARGE,
    only=True,
    diagnosis="known mistake",
)
patch(
    SOFTMAX,
    "probability kept above 1e-12",
    {LOG_P: "np.log(np.maximum(np.exp(log_probabilities), 1e-12))[np.arange(N), y].mean()"},
    fails=LARGE,
    only=True,
    diagnosis="known mistake",
)
patch(SOFTMAX, "one never taken off", {ONE: ""}, fails=DX, diagnosis="known mistake")
patch(SOFTMAX, "one added", {"-= 1": "+= 1"}, fails=DX, diagnosis="known mistake")
patch(SOFTMAX, "one taken off everywhere", {ONE: "    dx -= 1\n"}, fails=DX, diagnosis="known mistake")
patch(
    SOFTMAX, "right class only", {ONE: f"{ONE}    dx *= np.eye(x.shape[1])[y]\n"}, fails=DX, diagnosis="known mistake"
)
patch(SOFTMAX, "right class set to minus one", {"-= 1": "= -1"}, fails=DX, diagnosis="known mistake")
patch(SOFTMAX, "one taken off whole columns", {ONE: "    dx[:, y] -= 1\n"}, fails=DX, diagnosis="known mistake")
patch(
    SOFTMAX,
    "no logarithm",
    {LOG_P: "np.exp(log_probabilities)[np.arange(N), y].mean()"},
    fails=LOSS,
    diagnosis="known mistake",
)
patch(SOFTMAX, "all classes in the loss", {LOG_P: "log_probabilities.sum() / N"}, fails=LOSS, diagnosis="known mistake")
patch(SOFTMAX, "mean over everything", {LOG_P: "log_probabilities.mean()"}, fails=LOSS, diagnosis="known mistake")
patch(SOFTMAX, "logarithm to base two", {LOG_P: f"{LOG_P} / np.log(2)"}, fails=LOSS, diagnosis="factor")
patch(
    SOFTMAX,
    "exponentials not summed",
    {" - np.log(np.exp(shifted).sum(axis=1, keepdims=True))": ""},
    fails=(LOSS, DX),
    diagnosis="known mistake",
)
patch(SOFTMAX, "softmax of the columns", {"axis=1": "axis=0"}, fails=(LOSS, DX), diagnosis="axis")
patch(SOFTMAX, "softmax of everything", {".sum(axis=1, keepdims=True)": ".sum()"}, fails=(LOSS, DX), diagnosis="axis")
patch(
    SOFTMAX,
    "softmax twice",
    first("x = np.exp(x - x.max(axis=1, keepdims=True)); x /= x.sum(axis=1, keepdims=True)"),
    fails=(LOSS, DX),
    diagnosis="known mistake",
)

# The SVM
MARGINS, SELF = (
    "np.maximum(0, x - right + 1)",
    "    margins[np.arange(N), y] = 0  # the right class is not compared with itself\n",
)
VIOLATED, PULL = "(margins > 0).astype(x.dtype)", "-violated.sum(axis=1)"
UP = "    violated[np.arange(N), y] = -violated.sum(axis=1)  # each violation pushes the right score up, too\n"
patch(SVM, "no margin", {MARGINS: "np.maximum(0, x - right)"}, fails=(LOSS, DX), diagnosis="known mistake")
patch(SVM, "margin of two", {"+ 1)": "+ 2)"}, fails=(LOSS, DX), diagnosis="known mistake")
patch(SVM, "margin taken off", {"+ 1)": "- 1)"}, fails=(LOSS, DX), diagnosis="sign")
patch(SVM, "right minus wrong", {"x - right + 1": "right - x + 1"}, fails=(LOSS, DX), diagnosis="sign")
patch(
    SVM,
    "right class counted in the loss",
    {"return margins.sum() / N": "return (margins.sum() + N) / N"},
    fails=LOSS,
    diagnosis="known mistake",
)
patch(SVM, "right class counted", {SELF: ""}, fails=(LOSS, DX), diagnosis="known mistake")
patch(SVM, "no maximum", {MARGINS: "x - right + 1"}, fails=LOSS, diagnosis="known mistake")
patch(SVM, "absolute margins", {MARGINS: "np.abs(x - right + 1)"}, fails=(LOSS, DX), diagnosis="known mistake")
patch(
    SVM,
    "squared in the loss",
    {"return margins.sum()": "return (margins**2).sum()"},
    fails=LOSS,
    diagnosis="known mistake",
)
patch(
    SVM,
    "squared in both",
    {"return margins.sum()": "return (margins**2).sum()", VIOLATED: "2 * margins"},
    fails=(LOSS, DX),
    diagnosis="known mistake",
)
patch(SVM, "the right class gets no gradient", {UP: ""}, fails=DX, diagnosis="known mistake")
patch(SVM, "the right class gets -1", {PULL: "-1"}, fails=DX, diagnosis="known mistake")
patch(SVM, "the right class is pushed down", {PULL: "violated.sum(axis=1)"}, fails=DX, diagnosis="sign")
patch(SVM, "the margins as gradient", {VIOLATED: "margins.copy()"}, fails=DX, diagnosis="known mistake")
patch(
    SVM,
    "the right class alone",
    {UP: f"{UP}    violated = np.where(violated < 0, violated, 0)\n"},
    fails=DX,
    diagnosis="known mistake",
)
patch(
    SVM,
    "worst class only",
    {"    violated =": "    margins *= margins == margins.max(axis=1, keepdims=True)\n    violated ="},
    fails=(LOSS, DX),
    diagnosis="known mistake",
)
patch(
    SVM,
    "violations counted",
    {"return margins.sum()": "return (margins > 0).sum()"},
    fails=LOSS,
    diagnosis="known mistake",
)
patch(
    SVM, "mean over the classes as well", {"margins.sum() / N": "margins.mean()"}, fails=LOSS, diagnosis=("factor", "")
)
patch(
    SVM,
    "mean over the wrong classes",
    {"margins.sum() / N": "margins.sum() / N / (x.shape[1] - 1)"},
    fails=LOSS,
    diagnosis="axis",
)
patch(SVM, "right scores down the columns", {"[:, np.newaxis]": "[np.newaxis]"}, fails=(LOSS, DX, SHAPES))
patch(SVM, "counts along the examples", {PULL: "-violated.sum(axis=0)"}, fails=(DX, SHAPES))
patch(SVM, "unlike zero for above zero", {"margins > 0": "margins >= 0"}, fails=DX, diagnosis="known mistake")
patch(
    SVM,
    "probabilities in place of scores",
    first("x = np.exp(x - x.max(1, keepdims=True)); x = x / x.sum(1, keepdims=True)"),
    fails=(LOSS, DX),
    diagnosis="known mistake",
)
patch(
    SVM,
    "margins built up in x",
    {MARGINS: "np.maximum(0, np.add(x, 1 - right, out=x), out=x)"},
    fails=UNTOUCHED,
    only=True,
)


@mutant(SVM, fails=(LOSS, DX), diagnosis="known mistake")
def softmax_loss_in_its_place(x, y):
    return softmax_loss(x, y)  # noqa: F821


@mutant(SVM, fails=(DX,), diagnosis=("", "partial", "known mistake"))
def right_class_forgotten_in_a_loop(x, y):
    loss, dx = 0.0, np.zeros(x.shape)
    for i in range(len(x)):
        for j in range(x.shape[1]):
            margin = x[i, j] - x[i, y[i]] + 1
            if j != y[i] and margin > 0:
                loss += margin
                dx[i, j] += 1
    return loss / len(x), dx / len(x)


@mutant(SVM, fails=(LOSS, DX), diagnosis="zero")
def zeros(x, y):
    return 0.0, np.zeros(x.shape)


@mutant(SOFTMAX, fails=(LOSS, DX), diagnosis="zero")
def no_loss_and_no_gradient(x, y):
    return 0.0, np.zeros(x.shape)


@mutant(SOFTMAX, fails=(LOSS, DX), diagnosis="known mistake")
def squared_differences(x, y):
    P = np.exp(x - x.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    wrong = P - np.eye(x.shape[1])[y]
    return (wrong**2).sum() / len(x), 2 * wrong / len(x)
