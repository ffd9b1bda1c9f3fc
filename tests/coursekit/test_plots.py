"""Every figure shows what it is given, with labelled axes, and is left closed."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from coursekit import plots

CLASSES = [f"class {c}" for c in range(4)]
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (7, 32, 32, 3), dtype=np.uint8)
HISTORY = {
    "loss": list(np.linspace(2.3, 1, 200)),
    "train_accuracy": [0.2, 0.4],
    "val_accuracy": [0.2, 0.3],
    "learning_rate": [],
}


def figures():
    y = RNG.integers(0, 4, 30)
    P = RNG.dirichlet(np.ones(4), 7)
    return {
        "image_grid": plots.image_grid(IMAGES, titles=list("abcdefg"), columns=3),
        "weight_images": plots.weight_images(RNG.standard_normal((3073, 4)), CLASSES),
        "training_curves": plots.training_curves(HISTORY),
        "confusion_matrix_plot": plots.confusion_matrix_plot(y, y, CLASSES),
        "prediction_bars": plots.prediction_bars(IMAGES[:3], P[:3], CLASSES, labels=y[:3]),
        "histogram": plots.histogram({f"set {i}": RNG.standard_normal(50) for i in range(12)}, "weight"),
    }


def test_figures_are_drawn_closed_and_can_be_saved(tmp_path):
    for name, figure in figures().items():
        figure.savefig(tmp_path / f"{name}.png")
        assert (tmp_path / f"{name}.png").stat().st_size > 3000
    assert plt.get_fignums() == []


def test_axes_are_labelled_with_units():
    drawn = figures()
    labels = {ax.get_xlabel() for ax in drawn["training_curves"].axes} | {
        ax.get_ylabel() for ax in drawn["training_curves"].axes
    }
    assert labels == {"step", "loss", "epoch", "accuracy (%)"}
    assert drawn["confusion_matrix_plot"].axes[0].get_xlabel() == "predicted class"
    assert drawn["histogram"].axes[0].get_xlabel() == "weight"


def test_a_histogram_draws_every_array():
    assert len(plots.histogram({f"set {i}": RNG.standard_normal(50) for i in range(12)}, "x").axes[0].patches) == 12


def test_confusion_counts_rows_as_true_classes():
    figure = plots.confusion_matrix_plot(np.array([0, 0, 1]), np.array([1, 1, 1]), ["a", "b"])
    assert np.array_equal(figure.axes[0].images[0].get_array(), [[0, 2], [0, 1]])


def test_zero_weights_are_grey_and_the_bias_row_is_left_out():
    W = np.zeros((3073, 1))
    W[0], W[3072] = 1.0, 50.0
    image = plots.weight_images(W, ["one"]).axes[0].images[0].get_array()
    assert image[0, 0, 0] == 1.0 and image[5, 5, 1] == 0.5


def test_the_splits_colours_and_dashes_are_all_different():
    for style in (plots.line_style, plots.bar_style):
        assert len({tuple(sorted(style(split).items())) for split in plots.SPLITS}) == 3
    assert len(set(plots.class_colours)) == 10


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: plots.image_grid(IMAGES[0]), "takes images"),
        (lambda: plots.image_grid(IMAGES / 100.0), "between 0 and 1"),
        (lambda: plots.image_grid(IMAGES, titles=["a"]), "1 titles for 7 images"),
        (lambda: plots.weight_images(np.zeros((10, 4)), CLASSES), "has shape"),
        (lambda: plots.training_curves({"loss": []}), "no losses"),
        (lambda: plots.confusion_matrix_plot(np.zeros(3, int), np.zeros(4, int), CLASSES), "both should be"),
        (lambda: plots.prediction_bars(IMAGES[:2], np.zeros((3, 4)), CLASSES), "expected is"),
    ],
)
def test_wrong_input_is_a_sentence(wrong, said):
    with pytest.raises(ValueError, match=said):
        wrong()
