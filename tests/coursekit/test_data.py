"""Which data set is loaded, and what `load_images` refuses."""

import numpy as np
import pytest

from coursekit import data, dataset_name, load_images


def test_shapes10_splits_are_drawn_from_seeds_of_their_own():
    images = load_images("shapes10", train=30, val=20, test=10, quiet=True)
    assert images.name == "shapes10" and len(images.classes) == 10
    assert images.X_train.shape == (30, 32, 32, 3) and images.y_test.shape == (10,)
    assert not np.array_equal(images.X_train[:10], images.X_test)
    again = load_images("shapes10", train=10, val=0, test=0, quiet=True)
    assert np.array_equal(again.X_train, images.X_train[:10])


@pytest.mark.parametrize("wrong", [-1, 2.5, "10", True, np.float64(3)])
def test_a_number_of_images_must_be_a_whole_number(wrong):
    with pytest.raises(ValueError, match="is not a number of images"):
        load_images("shapes10", train=wrong)


def test_an_unknown_data_set_is_named():
    with pytest.raises(ValueError, match="'imagenet'; there are cifar10 and shapes10"):
        load_images("imagenet")


def test_the_environment_comes_before_the_file_beside_the_notebook(tmp_path, monkeypatch):
    (tmp_path / "course.json").write_text('{"dataset": "cifar10"}')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSEKIT_DATASET", "shapes10")
    assert dataset_name() == "shapes10"
    monkeypatch.delenv("COURSEKIT_DATASET")
    assert dataset_name() == "cifar10"


def test_without_any_sign_it_is_what_is_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COURSEKIT_DATASET")
    monkeypatch.setattr("coursekit.cifar10.cache_folder", lambda: tmp_path)
    assert dataset_name() == "shapes10"
    monkeypatch.setenv("CIFAR10_DIR", str(tmp_path))
    assert dataset_name() == "cifar10"


@pytest.mark.parametrize("content", ["", "[]", '{"data": 1}', '{"dataset": "mnist"}'])
def test_a_damaged_course_file_is_an_error_that_names_it(tmp_path, monkeypatch, content):
    (tmp_path / "course.json").write_text(content)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COURSEKIT_DATASET")
    with pytest.raises(ValueError, match=r"course\.json"):
        dataset_name()


def test_seeds_of_the_splits_differ():
    assert len(set(data.SHAPES10_SEEDS.values())) == 3
