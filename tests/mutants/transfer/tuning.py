"""Wrong fine-tuning: what must fail, and the diagnosis that must come."""

import copy

import numpy as np
import torch

from tests.mutants.collect import mutant, patch, recognising

ITEM = "transfer.fine_tune"
HISTORY, STOPS = "validation accuracies of the epochs", "stops in the right epoch"
KEPT, MODE, FORM = "the best epoch's weights and statistics are left", "evaluation mode at the end", "a list of numbers"
KNOWN, ANY, ALL = "known mistake", ("", "known mistake"), (HISTORY, STOPS, KEPT, MODE, FORM)
LOOP, TRAIN, MEASURE = (
    "for _ in range(epochs):",
    "train_epoch(net, batches, optimiser)",
    "_, accuracy = evaluate(net, val_batches)",
)
BETTER, COPY = "if not accuracies or accuracy > max(accuracies):", "copy.deepcopy(net.state_dict())"
ADD, STALE, LOAD = "accuracies.append(accuracy)", "len(accuracies) - 1 - best >= patience", "net.load_state_dict(kept)"
EVAL, RETURN, START = "net.eval()", "return accuracies", "accuracies: list[float] = []"
STOP = f"if {STALE}:"
IN = "\n        "


def wrong(name, changes, fails, diagnosis=KNOWN, only=True):
    patch(ITEM, name, changes, fails=fails, diagnosis=diagnosis, only=only)


# What is left
wrong("the last epoch's weights kept", {LOAD: "pass"}, KEPT)
wrong("no copy", {COPY: "net.state_dict()"}, KEPT)
wrong("a dict of the same tensors", {COPY: "dict(net.state_dict())"}, KEPT)
wrong("a shallow copy", {COPY: "copy.copy(net.state_dict())"}, KEPT)
wrong("the dict's own copy", {COPY: "net.state_dict().copy()"}, KEPT)
wrong("detached, not copied", {COPY: "{name: value.detach() for name, value in net.state_dict().items()}"}, KEPT)
wrong("the net in the place of a copy", {COPY: "net", LOAD: "net.load_state_dict(kept.state_dict())"}, KEPT)
wrong("a shallow copy of the net", {COPY: "copy.copy(net)", LOAD: "net.load_state_dict(kept.state_dict())"}, KEPT)
wrong(
    "arrays that share their memory",
    {
        COPY: "{name: value.numpy() for name, value in net.state_dict().items()}",
        LOAD: "net.load_state_dict({name: torch.as_tensor(value) for name, value in kept.items()})",
    },
    KEPT,
)
wrong("another name for the best net", {COPY: "copy.deepcopy(net)", LOAD: "net = kept"}, KEPT)
wrong(
    "parameters without running statistics",
    {
        COPY: "[p.detach().clone() for p in net.parameters()]",
        LOAD: "[p.data.copy_(q) for p, q in zip(net.parameters(), kept)]",
    },
    KEPT,
)
wrong(
    "running statistics without parameters",
    {
        COPY: "{name: value.clone() for name, value in net.state_dict().items() if 'running' in name}",
        LOAD: "net.load_state_dict(kept, strict=False)",
    },
    KEPT,
    "",
)
wrong(
    "weights without biases",
    {
        COPY: "{n: v.clone() for n, v in net.state_dict().items() if 'bias' not in n}",
        LOAD: "net.load_state_dict(kept, strict=False)",
    },
    KEPT,
    "",
)
wrong(
    "the last layer alone",
    {COPY: "copy.deepcopy(net.last.state_dict())", LOAD: "net.last.load_state_dict(kept)"},
    KEPT,
    "",
)
wrong(
    "the first epoch's weights",
    {
        LOAD: LOAD,
        BETTER: f"if not accuracies:\n            first = copy.deepcopy(net.state_dict()){IN}{BETTER}",
        "load_state_dict(kept)": "load_state_dict(first)",
    },
    KEPT,
)
wrong(
    "back where it began",
    {
        START: f"{START}\n    before = copy.deepcopy(net.state_dict())",
        "load_state_dict(kept)": "load_state_dict(before)",
    },
    KEPT,
)
wrong("put back in every epoch", {STOP: f"{LOAD}{IN}{STOP}"}, (HISTORY,), ANY, only=False)
wrong(
    "put back before it stops alone",
    {LOAD: "pass", "break": "net.load_state_dict(kept)\n            break"},
    KEPT,
    only=True,
)
wrong(
    "kept before the epoch",
    {f"{IN}{TRAIN}": f"{IN}before = {{n: v.clone() for n, v in net.state_dict().items()}}{IN}{TRAIN}", COPY: "before"},
    KEPT,
    ANY,
)
wrong(
    "kept where it is not better",
    {
        BETTER: f"{BETTER}\n            best = len(accuracies){IN}"
        f"if not accuracies or best < len(accuracies):\n            kept = {COPY}{IN}if False:"
    },
    KEPT,
    ANY,
    only=False,
)
wrong("trained again after the best was put back", {LOAD: f"{LOAD}\n    {TRAIN}"}, KEPT, "", only=False)
wrong(
    "measured in training mode after the best was put back",
    {EVAL: "[net.train()(images) for images, _ in val_batches]\n    net.eval()"},
    KEPT,
    "",
    only=False,
)
wrong(
    "an average of the best and the last",
    {
        LOAD: "last = net.state_dict()\n    "
        "net.load_state_dict({n: (v + last[n]) / 2 if v.is_floating_point() else v for n, v in kept.items()})"
    },
    KEPT,
    "",
)
wrong("weights of zero", {LOAD: "net.load_state_dict({n: 0 * v for n, v in kept.items()})"}, KEPT, "")
wrong(
    "weights of nan",
    {LOAD: "net.load_state_dict({n: v * float('nan') if v.is_floating_point() else v for n, v in kept.items()})"},
    KEPT,
    "",
)

# When it stops, and what is better
wrong("never stops", {STOP: "if False:"}, STOPS)
wrong("an epoch too late", {STALE: STALE.replace(">=", ">")}, STOPS)
wrong("an epoch too early", {STALE: STALE.replace(">= patience", ">= max(patience - 1, 1)")}, STOPS)
wrong("the first epoch that is not better", {STALE: "len(accuracies) - 1 - best > 0"}, STOPS, ANY)
wrong("a patience written in", {STALE: STALE.replace("patience", "5")}, STOPS, ANY)
wrong("patience for all epochs", {STALE: "len(accuracies) >= patience"}, STOPS, ANY)
wrong(
    "counted in all",
    {START: f"{START}\n    stale = 0", STOP: f"stale += best != len(accuracies) - 1{IN}if stale >= patience:"},
    STOPS,
)
wrong("just as good is better", {BETTER: BETTER.replace("> max", ">= max")}, STOPS, only=False)
wrong("compared with the epoch before", {"> max(accuracies)": "> accuracies[-1]"}, STOPS, only=False)
wrong("smaller is better", {"> max": "< min"}, KEPT, ANY, only=False)
wrong("better by a hundredth and more", {"> max(accuracies)": "> max(accuracies) + 0.2"}, KEPT, ANY, only=False)
wrong("stops while it improves", {STALE: "len(accuracies) > 1 and best == len(accuracies) - 1"}, STOPS, ANY, only=False)
wrong("an epoch more", {"range(epochs)": "range(epochs + 1)"}, STOPS, ANY, only=False)
wrong("an epoch less", {"range(epochs)": "range(1, max(epochs, 2))"}, STOPS, ANY, only=False)
wrong("one epoch", {"range(epochs)": "range(1)"}, STOPS, ANY)
wrong("two epochs for one", {TRAIN: f"{TRAIN}{IN}{TRAIN}"}, (HISTORY, STOPS, KEPT), ANY)
wrong(
    "asked whether to stop one epoch late",
    {f"{STOP}\n            break": "", TRAIN: f"{TRAIN}{IN}if accuracies and {STALE}:\n            break"},
    STOPS,
    ANY,
)

# What is measured
wrong("measured before the epoch", {TRAIN: "", MEASURE: f"{MEASURE}{IN}{TRAIN}"}, HISTORY, ANY, only=False)
wrong(
    "losses of training",
    {
        TRAIN: f"loss = {TRAIN}",
        ADD: f"{ADD}{IN}losses = [*(losses if len(accuracies) > 1 else []), loss]",
        RETURN: "return losses",
    },
    HISTORY,
)
wrong(
    "losses of validation",
    {
        MEASURE: MEASURE.replace("_,", "val_loss,"),
        ADD: f"{ADD}{IN}losses = [*(losses if len(accuracies) > 1 else []), val_loss]",
        RETURN: "return losses",
    },
    HISTORY,
)
wrong("evaluate's first number", {MEASURE: MEASURE.replace("_, accuracy", "accuracy, _")}, HISTORY, only=False)
wrong(
    "accuracies of training",
    {
        ADD: f"{ADD}{IN}train = [*(train if len(accuracies) > 1 else []), evaluate(net, batches)[1]]",
        RETURN: "return train",
    },
    HISTORY,
)
wrong("measured on the training images", {MEASURE: MEASURE.replace("val_", "")}, HISTORY, ANY, only=False)
wrong("measured on the first batch", {MEASURE: MEASURE.replace("val_batches", "val_batches[:1]")}, HISTORY, only=False)
wrong("trained on the validation images", {TRAIN: TRAIN.replace("batches", "val_batches")}, HISTORY, "", only=False)
wrong(
    "trained and validated on all",
    {TRAIN: TRAIN.replace("batches", "[*batches, *val_batches]")},
    HISTORY,
    "",
    only=False,
)
wrong("never trained", {TRAIN: "pass"}, (KEPT, HISTORY), ANY, only=False)
wrong(
    "measured in training mode",
    {MEASURE: f"net.train(){IN}accuracy = np.mean([np.mean((net(x).argmax(1) == y).numpy()) for x, y in val_batches])"},
    HISTORY,
    "",
    only=False,
)
wrong("in per cent", {RETURN: "return [100 * a for a in accuracies]"}, HISTORY, "factor")
wrong("errors", {RETURN: "return [1 - a for a in accuracies]"}, HISTORY)
wrong("rounded", {RETURN: "return [round(a, 1) for a in accuracies]"}, HISTORY, "rounded")
wrong("sorted", {RETURN: "return sorted(accuracies)"}, HISTORY)
wrong("the best so far", {RETURN: "return list(np.maximum.accumulate(accuracies))"}, HISTORY)
wrong("zeros", {RETURN: "return [0.0] * len(accuracies)"}, HISTORY, "zero")

# What comes back
wrong("the best alone", {RETURN: "return max(accuracies)"}, (HISTORY, FORM))
wrong("the best alone, in a list", {RETURN: "return [max(accuracies)]"}, HISTORY)
wrong("the last alone", {RETURN: "return accuracies[-1]"}, (HISTORY, FORM))
wrong("up to the best", {RETURN: "return accuracies[: best + 1]"}, HISTORY, "")
wrong(
    "without the last",
    {
        ADD: "",
        f"{STOP}\n            break": "if accuracies and len(accuracies) - best >= patience:\n            "
        f"break{IN}{ADD}",
    },
    HISTORY,
    ANY,
    only=False,
)
wrong(
    "with one from before",
    {
        START: "accuracies: list[float] = []\n    first = evaluate(net, val_batches)[1]",
        RETURN: "return [first, *accuracies]",
    },
    HISTORY,
    ANY,
)
wrong("the net", {RETURN: "return net"}, (HISTORY, STOPS, FORM), "")
wrong("the net and the accuracies", {RETURN: "return net, accuracies"}, (HISTORY, STOPS, FORM), "")
wrong("accuracies and the best epoch", {RETURN: "return accuracies, best"}, (HISTORY, STOPS, FORM), "")
wrong(
    "pairs of loss and accuracy",
    {
        MEASURE: "pair = evaluate(net, val_batches)\n        accuracy = pair[1]",
        ADD: f"{ADD}{IN}pairs = [*(pairs if len(accuracies) > 1 else []), pair]",
        RETURN: "return pairs",
    },
    (HISTORY, FORM),
    "",
)
wrong("a dict", {RETURN: "return {'val_acc': accuracies}"}, (HISTORY, STOPS, FORM), "")
wrong("texts", {RETURN: "return [f'{a:.1%}' for a in accuracies]"}, (HISTORY, STOPS, FORM), "")
wrong("nothing returned", {RETURN: "accuracies"}, (HISTORY, STOPS, FORM), "")
wrong("printed", {RETURN: "print(accuracies)"}, (HISTORY, STOPS, FORM), "")
wrong("a list of lists", {ADD: "accuracies.append(accuracy)", RETURN: "return [[a] for a in accuracies]"}, FORM, "")
wrong("an empty list", {RETURN: "return []"}, (HISTORY, STOPS), "")

# Mode
wrong("training mode at the end", {EVAL: "net.train()"}, MODE, "")
wrong("evaluation mode without a call", {EVAL: "net.eval", LOAD: f"net.train()\n    {LOAD}"}, MODE, "")
wrong("marked as in evaluation mode", {EVAL: "net.train()\n    net.training = False"}, MODE, "")
wrong("a layer left in training mode", {EVAL: "net.eval()\n    net.normal.train()"}, MODE, "")

# Two mistakes
wrong("an epoch too late, and no copy", {STALE: STALE.replace(">=", ">"), COPY: "net.state_dict()"}, (KEPT, STOPS))
wrong("never stops, and training mode", {STOP: "if False:", EVAL: "net.train()"}, (STOPS, MODE))
wrong(
    "losses returned, the last weights kept",
    {
        MEASURE: MEASURE.replace("_,", "val_loss,"),
        ADD: f"{ADD}{IN}losses = [*(losses if len(accuracies) > 1 else []), val_loss]",
        RETURN: "return losses",
        LOAD: "pass",
    },
    (HISTORY, KEPT),
)
wrong("the best alone, never put back", {RETURN: "return max(accuracies)", LOAD: "pass"}, (HISTORY, KEPT, FORM))


@mutant(ITEM, fails=(KEPT, STOPS, MODE), diagnosis=KNOWN, only=True)
def a_plain_loop(net, optimiser, batches, val_batches, epochs, patience):
    """All epochs, and nothing put back."""
    accuracies = []
    for _ in range(epochs):
        train_epoch(net, batches, optimiser)  # noqa: F821
        accuracies.append(evaluate(net, val_batches)[1])  # noqa: F821
    net.train()
    return accuracies


@mutant(ITEM, fails=(KEPT, STOPS), diagnosis=ANY)
def by_losses(net, optimiser, batches, val_batches, epochs, patience):
    """The smallest validation loss is looked for, accuracies are returned."""
    smallest, stale, accuracies = float("inf"), 0, []
    for _ in range(epochs):
        train_epoch(net, batches, optimiser)  # noqa: F821
        loss, accuracy = evaluate(net, val_batches)  # noqa: F821
        accuracies.append(accuracy)
        if loss < smallest:
            smallest, stale, kept = loss, 0, copy.deepcopy(net.state_dict())
        else:
            stale += 1
        if stale >= patience:
            break
    net.load_state_dict(kept)
    net.eval()
    return accuracies


@mutant(ITEM, fails=(HISTORY, STOPS, KEPT), diagnosis="")
@torch.no_grad()
def random_weights(net, optimiser, batches, val_batches, epochs, patience):
    """As good as nothing learnt."""
    torch.manual_seed(0)
    for parameter in net.parameters():
        parameter.normal_()
    return np.random.default_rng(0).uniform(size=epochs).tolist()


@mutant(ITEM, fails=ALL, diagnosis="")
def optimiser_and_net_exchanged(optimiser, net, batches, val_batches, epochs, patience):
    train_epoch(net, batches, optimiser)  # noqa: F821
    return [evaluate(net, val_batches)[1]]  # noqa: F821


recognising(
    ITEM,
    lambda net, optimiser, batches, *others: batches[0][0].numpy().round(9).tobytes(),
    lambda right, net, *others: [0.0],
    fails=(HISTORY, STOPS, KEPT),
    diagnosis=("zero", "", KNOWN),
)
