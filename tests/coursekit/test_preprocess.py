"""Preprocessing is exact, leaves its input alone, and refuses what would silently go wrong."""

import numpy as np
import pytest

from coursekit import add_bias_column, channels_first, flatten, mean_image, scale, standardise

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 4, 5, 3), dtype=np.uint8)


def test_scale_maps_bytes_to_the_unit_interval():
    scaled = scale(IMAGES)
    assert scaled.dtype == np.float32
    assert np.allclose(scaled, IMAGES / 255)
    assert scale(np.array([0, 255], np.uint8)).tolist() == [0.0, 1.0]


def test_scaling_twice_is_an_error():
    with pytest.raises(ValueError, match="Have they been scaled already"):
        scale(scale(IMAGES))


def test_mean_image_is_the_mean_over_the_examples():
    assert np.allclose(mean_image(scale(IMAGES)), IMAGES.mean(axis=0) / 255)
    assert mean_image(scale(IMAGES)).dtype == np.float32
    with pytest.raises(ValueError, match="no mean of no images"):
        mean_image(IMAGES[:0])


def test_standardised_features_have_mean_zero_and_deviation_one_and_constant_ones_are_only_shifted():
    X = flatten(scale(IMAGES)).astype(np.float64)
    X[:, 3] = 7.0
    Z = standardise(X, X)
    assert np.allclose(Z.mean(axis=0), 0, atol=1e-9)
    deviation = Z.std(axis=0)
    assert deviation[3] == 0 and np.allclose(np.delete(deviation, 3), 1)


def test_standardise_uses_the_training_examples_alone():
    X, other = np.array([[0.0], [2.0]]), np.array([[5.0]])
    assert standardise(other, X).tolist() == [[4.0]]
    with pytest.raises(ValueError, match="scale"):
        standardise(IMAGES, IMAGES)
    with pytest.raises(ValueError, match="must be the same"):
        standardise(np.zeros((2, 3)), np.zeros((2, 4)))


def test_rows_bias_column_and_channel_order():
    rows = flatten(IMAGES)
    assert rows.shape == (6, 60) and np.array_equal(rows[2], IMAGES[2].ravel())
    with_bias = add_bias_column(scale(rows))
    assert with_bias.shape == (6, 61) and with_bias.dtype == np.float32 and np.all(with_bias[:, -1] == 1)
    first = channels_first(IMAGES)
    assert first.shape == (6, 3, 4, 5) and first[1, 2, 3, 4] == IMAGES[1, 3, 4, 2] and first.flags.c_contiguous


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match=r"\(6, 4, 5, 3\)"):
        add_bias_column(IMAGES)
    with pytest.raises(ValueError, match=r"\(6, 60\)"):
        channels_first(flatten(IMAGES))


def test_nothing_changes_its_input():
    before = IMAGES.copy()
    X = scale(IMAGES)
    kept = X.copy()
    for function in (
        mean_image,
        flatten,
        channels_first,
        lambda x: standardise(x, x),
        lambda x: add_bias_column(flatten(x)),
    ):
        function(X)
    assert np.array_equal(IMAGES, before) and np.array_equal(X, kept)
