"""The figures of the course, one function each: same colours for train, val and test everywhere, labelled axes.

Goes in: arrays and names. Comes out: a Matplotlib `Figure`, closed already, which a notebook shows where it is the last
line of a cell (elsewhere: `display(figure)` or `figure.savefig(...)`). Readable when printed grey, and for colour-blind
readers.
"""

import itertools

import matplotlib.pyplot as plt
import numpy as np

SPLITS = ("train", "val", "test")
SPLIT_COLOURS = {"train": "#0072B2", "val": "#D55E00", "test": "#009E73"}
_LINES = {"train": "-", "val": "--", "test": "-."}
_HATCHES = {"train": "", "val": "////", "test": "...."}
RIGHT, WRONG, OTHER = "#009E73", "#D55E00", "#999999"
class_colours = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#56B4E9",
    "#CC79A7",
    "#806000",
    "#332288",
    "#666666",
    "#B2DF8A",
)
WIDTH = 6.4  # inches, the width of the text


def line_style(split):
    """Colour and dashes of the line of a split, as keyword arguments of `plot`."""
    return {"color": SPLIT_COLOURS[split], "linestyle": _LINES[split]}


def bar_style(split):
    """Colour and hatching of the bars of a split, as keyword arguments of `bar` and `barh`."""
    return {"color": SPLIT_COLOURS[split], "hatch": _HATCHES[split], "edgecolor": "white", "linewidth": 0}


def finished(figure):
    """Close a figure so that a notebook shows it once, as a value; returns it."""
    plt.close(figure)
    return figure


def image_grid(images, titles=None, columns=10):
    """Images beside and below each other.

    Parameters
    ----------
    images : uint8 (N, H, W, 3), or floats between 0 and 1
    titles : list of N str, optional
    columns : int
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or len(images) == 0:
        raise ValueError(f"image_grid() takes images (N, H, W, 3), at least one; this array has shape {images.shape}.")
    if images.dtype != np.uint8 and not (np.nanmin(images) >= 0 and np.nanmax(images) <= 1):
        raise ValueError("image_grid() takes bytes (uint8), or floats between 0 and 1; these floats go beyond.")
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"There are {len(titles)} titles for {len(images)} images.")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    lines = max((str(title).count("\n") + 1 for title in titles), default=0) if titles is not None else 0
    figure, axes = plt.subplots(
        rows, columns, figsize=(WIDTH, rows * (WIDTH / columns + 0.2 * lines)), squeeze=False, layout="constrained"
    )
    for place, ax in enumerate(axes.flat):
        ax.axis("off")
        if place < len(images):
            ax.imshow(images[place], cmap="gray" if images.shape[-1] == 1 else None)
            if titles is not None:
                ax.set_title(titles[place], fontsize=9)
    return finished(figure)


def weight_images(W, classes, shape=(32, 32, 3), columns=5):
    """The weights of each class as an image, grey where they are zero.

    Parameters
    ----------
    W : array (D, C) or (D + 1, C)
        A last row of biases is left out.
    classes : list of C str
    shape : tuple of int
        Of the image that D numbers make.
    columns : int
    """
    W = np.asarray(W)
    D = int(np.prod(shape))
    if W.ndim != 2 or W.shape[0] not in (D, D + 1) or W.shape[1] != len(classes):
        raise ValueError(
            f"weight_images() takes W of shape ({D}, {len(classes)}), or one row more; it has shape {W.shape}."
        )
    templates = W[:D].T.reshape(-1, *shape)
    # One scale per image, symmetric about zero, so that colours mean the same sign everywhere.
    reach = np.maximum(np.abs(templates).max(axis=(1, 2, 3), keepdims=True), 1e-300)
    return image_grid(np.clip(0.5 + 0.5 * templates / reach, 0, 1), titles=classes, columns=columns)


def training_curves(history):
    """Loss of every step, and accuracy after every epoch.

    Parameters
    ----------
    history : dict of lists
        "loss" with one entry per step; "train_accuracy" and "val_accuracy", where not empty, with one per epoch.
    """
    if not history.get("loss"):
        raise ValueError('The history has no losses: history["loss"] should hold one number per step.')
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3), layout="constrained")
    loss = np.asarray(history["loss"], dtype=float)
    left.plot(
        np.arange(1, len(loss) + 1),
        loss,
        color=SPLIT_COLOURS["train"],
        linewidth=0.6,
        alpha=0.5,
        label="each mini-batch",
    )
    window = max(len(loss) // 50, 1)
    if window > 1:
        smooth = np.convolve(loss, np.full(window, 1 / window), mode="valid")
        left.plot(np.arange(window, len(loss) + 1), smooth, color="black", linewidth=1.2, label=f"mean of {window}")
        left.legend()
    left.set(xlabel="step", ylabel="loss", title="loss")
    for split in SPLITS:
        values = history.get(f"{split}_accuracy")
        if values is not None and len(values):
            right.plot(np.arange(1, len(values) + 1), 100 * np.asarray(values), label=split, **line_style(split))
    right.set(xlabel="epoch", ylabel="accuracy (%)", title="accuracy")
    if right.lines:
        right.legend()
    return finished(figure)


def confusion_matrix_plot(y_true, y_pred, classes):
    """How often each class was taken for each.

    Parameters
    ----------
    y_true, y_pred : integer arrays (N,)
    classes : list of C str
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.shape != y_pred.shape or y_true.ndim != 1:
        raise ValueError(
            f"There are labels of shape {y_true.shape} and predictions of shape {y_pred.shape}; both should be (N,)."
        )
    counts = np.zeros((len(classes), len(classes)), dtype=int)
    np.add.at(counts, (y_true, y_pred), 1)
    figure, ax = plt.subplots(figsize=(WIDTH, 5.4), layout="constrained")
    image = ax.imshow(counts, cmap="Blues")
    middle = counts.max() / 2
    for row, column in np.ndindex(counts.shape):
        ax.text(
            column,
            row,
            counts[row, column],
            ha="center",
            va="center",
            fontsize=8,
            color="white" if counts[row, column] > middle else "black",
        )
    ax.set_xticks(range(len(classes)), classes, rotation=45, ha="right")
    ax.set_yticks(range(len(classes)), classes)
    ax.set(xlabel="predicted class", ylabel="true class")
    figure.colorbar(image, label="images", shrink=0.8)
    return finished(figure)


def prediction_bars(images, probabilities, classes, labels=None):
    """Each image with its class probabilities as bars beside it.

    Parameters
    ----------
    images : uint8 (N, H, W, 3)
    probabilities : array (N, C)
    classes : list of C str
    labels : integer array (N,), optional
        Right classes: green bar for the right class, red for a wrong one that was predicted.
    """
    probabilities = np.asarray(probabilities)
    if probabilities.shape != (len(images), len(classes)):
        raise ValueError(
            f"The probabilities have shape {probabilities.shape}; expected is ({len(images)}, {len(classes)})."
        )
    figure, axes = plt.subplots(
        len(images), 2, figsize=(WIDTH, 2.2 * len(images)), width_ratios=[1, 1.8], squeeze=False, layout="constrained"
    )
    for row, ((left, right), p) in enumerate(zip(axes, probabilities, strict=True)):
        left.imshow(images[row])
        left.axis("off")
        colours = [OTHER] * len(classes)
        if labels is not None:
            colours[int(p.argmax())] = WRONG
            colours[int(labels[row])] = RIGHT
            left.set_title(classes[int(labels[row])], fontsize=10)
        right.barh(classes, p, color=colours)
        right.invert_yaxis()
        right.set(xlim=(0, 1), xlabel="probability" if row == len(images) - 1 else "")
        right.tick_params(axis="y", labelsize=8)
    return finished(figure)


def histogram(values, xlabel, bins=100):
    """How often each size of number occurs, on a logarithmic scale.

    Parameters
    ----------
    values : array, or dict of arrays by name
    xlabel : str
        What the numbers are, with their unit.
    bins : int
    """
    named = values if isinstance(values, dict) else {"": values}
    arrays = {name: np.ravel(array) for name, array in named.items()}
    low, high = min(a.min() for a in arrays.values()), max(a.max() for a in arrays.values())
    figure, ax = plt.subplots(figsize=(WIDTH, 3.2), layout="constrained")
    edges = np.linspace(low, high if high > low else low + 1, bins + 1)
    styles = zip(itertools.cycle(class_colours), itertools.cycle(("-", "--", "-.", ":")), strict=False)
    for (name, array), (colour, line) in zip(arrays.items(), styles, strict=False):
        ax.hist(array, edges.tolist(), histtype="step", color=colour, linestyle=line, linewidth=1.6, label=name)
    ax.set(xlabel=xlabel, ylabel="how many", yscale="log")
    if list(arrays) != [""]:
        ax.legend()
    return finished(figure)
