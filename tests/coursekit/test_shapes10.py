"""shapes10 draws the same bytes for the same seed everywhere, and images fit to learn from.

The pinned hashes are the data set: whoever changes them changes every recorded result that rests on shapes10.
"""

import hashlib

import numpy as np
import pytest

from coursekit import shapes10

IMAGES_SHA256 = "7f7badbd8e0b306085fd915a94636666fa5a5d602b3c2a1b5336c51b2730aa17"
LABELS_SHA256 = "6c743883a6deb1205d3a37b12147ab0d8138a1c9e88362bc45134c0fa05cddbb"


@pytest.fixture(scope="module")
def drawn():
    return shapes10.generate(3000, 11)


def test_a_seed_always_gives_these_bytes():
    images, labels = shapes10.generate(300, 7)
    assert hashlib.sha256(images.tobytes()).hexdigest() == IMAGES_SHA256
    assert hashlib.sha256(labels.astype("<i8").tobytes()).hexdigest() == LABELS_SHA256


def test_drawing_again_gives_the_same_images():
    for first, second in zip(shapes10.generate(70, 123), shapes10.generate(70, 123), strict=True):
        np.testing.assert_array_equal(first, second)


def test_other_random_numbers_drawn_before_change_nothing():
    np.random.seed(5)
    first = shapes10.generate(5, 1)[0]
    np.random.seed(6)
    np.testing.assert_array_equal(first, shapes10.generate(5, 1)[0])


@pytest.mark.parametrize("fewer", [0, 1, 17, shapes10.CHUNK - 1, shapes10.CHUNK, shapes10.CHUNK + 1, 600])
def test_the_first_images_do_not_depend_on_how_many_are_asked_for(fewer):
    images, labels = shapes10.generate(2 * shapes10.CHUNK + 100, 3)
    few_images, few_labels = shapes10.generate(fewer, 3)
    np.testing.assert_array_equal(few_images, images[:fewer])
    np.testing.assert_array_equal(few_labels, labels[:fewer])


@pytest.mark.parametrize("other", [1, 2**32, 2**32 + 1, 2**64 - 1])
def test_two_seeds_give_unrelated_images(other):
    images, labels = shapes10.generate(600, 0)
    other_images, other_labels = shapes10.generate(600, other)
    assert 0.05 < np.mean(labels == other_labels) < 0.16
    assert not (images == other_images).all(axis=(1, 2, 3)).any()
    assert np.mean(images == other_images) < 0.02


def test_no_image_comes_twice_not_even_in_another_chunk(drawn):
    images, _ = drawn
    assert len({image.tobytes() for image in images}) == len(images)


@pytest.mark.parametrize("n", [0, 1, 300, np.int64(2), np.uint8(3)])
def test_images_are_bytes_32_by_32_by_3_and_labels_integers(n):
    images, labels = shapes10.generate(n, np.uint64(2**64 - 1))
    assert images.shape == (n, 32, 32, 3) and images.dtype == np.uint8
    assert labels.shape == (n,) and labels.dtype == np.int64
    assert images.flags.c_contiguous and images.flags.writeable


def test_there_are_ten_classes_with_single_lowercase_names():
    assert len(set(shapes10.CLASSES)) == 10
    assert all(name.isalpha() and name.islower() for name in shapes10.CLASSES)


def test_every_class_has_about_a_tenth_of_the_images(drawn):
    counts = np.bincount(drawn[1], minlength=10)
    assert len(counts) == 10
    # Five standard deviations of a binomial count, on either side.
    assert np.all(np.abs(counts - 300) < 5 * np.sqrt(3000 * 0.1 * 0.9))


def test_no_class_is_constant_in_any_pixel(drawn):
    images, labels = drawn
    for label in range(10):
        assert images[labels == label].std(axis=0).min() > 20


def test_the_whole_range_of_bytes_is_used_and_little_is_lost_at_its_ends(drawn):
    images, _ = drawn
    assert images.min() == 0 and images.max() == 255
    assert np.mean((images == 0) | (images == 255)) < 0.15


def test_no_single_value_gives_the_class_away(drawn):
    images, labels = drawn
    levels = images.reshape(len(images), -1)[:, ::97] // 16
    for values in levels.T:
        table = np.zeros((16, 10), int)
        np.add.at(table, (values, labels), 1)
        assert table.max(axis=1).sum() / len(labels) < 0.25


def test_the_shape_shows_where_its_class_says():
    # Undisturbed, in the middle: a ring and a flower are hollow or closed there, and outside is outside.
    u, v = np.zeros((1, 1), np.float32), np.zeros((1, 1), np.float32)
    inside = {name: edge(u, v)[0, 0] < 0 for name, edge in zip(shapes10.CLASSES, shapes10.EDGES, strict=True)}
    assert [name for name, is_inside in inside.items() if not is_inside] == ["ring", "crescent"]
    for edge in shapes10.EDGES:
        assert edge(u + 2, v + 2)[0, 0] > 0


@pytest.mark.parametrize("n", [-1, 2.0, 2.5, "3", None, True, np.array([1, 2])])
def test_a_number_of_images_that_is_none_is_refused_with_a_sentence(n):
    with pytest.raises(ValueError, match=r"^n=.* pass a whole number, .* from 0 on\.$"):
        shapes10.generate(n, 0)


@pytest.mark.parametrize("seed", [-1, 2**64, 1.0, "7", None, False])
def test_a_seed_that_is_none_is_refused_with_a_sentence(seed):
    with pytest.raises(ValueError, match=r"^seed=.* pass a whole number, .* from 0 to 2\*\*64 - 1\.$"):
        shapes10.generate(1, seed)
