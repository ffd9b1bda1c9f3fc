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


@pytest.fixture
def small(monkeypatch):
    """shapes10 in small splits, and nothing of it at hand yet; the sizes by split."""
    monkeypatch.setitem(data.DEFAULT_SIZES, "shapes10", (40, 20, 10))
    monkeypatch.setattr(data, "_kept", {})
    data._drawn_now.cache_clear()
    yield {"train": 40, "val": 20, "test": 10}
    data._drawn_now.cache_clear()


def in_arrays(images):
    return [getattr(images, f"{part}_{split}") for split in data.SHAPES10_SEEDS for part in "Xy"]


def test_what_is_kept_of_shapes10_is_what_is_drawn(small, tmp_path, monkeypatch):
    drawn = in_arrays(load_images(quiet=True))
    data.keep_shapes10(tmp_path / "new")
    monkeypatch.setattr("coursekit.shapes10.generate", lambda n, seed: pytest.fail("drawn although it is kept"))
    data._drawn_now.cache_clear()
    data.keep_shapes10(tmp_path / "new")
    read = load_images(quiet=True)
    assert all(map(np.array_equal, drawn, in_arrays(read)))
    read.X_train[:] = 0  # whoever changes them changes a copy
    assert np.array_equal(load_images(quiet=True).X_train, drawn[0])
    assert [path.suffix for path in (tmp_path / "new").iterdir()] == [".npz"]


@pytest.mark.parametrize("damage", ["empty", "cut off", "a byte changed", "another file", "a folder"])
def test_a_damaged_file_of_images_is_written_anew(small, tmp_path, damage):
    drawn = in_arrays(load_images(quiet=True))
    data.keep_shapes10(tmp_path)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    if damage == "a folder":
        path.unlink()
        path.mkdir()
    elif damage == "another file":
        np.savez(path, X_train=np.zeros(3))
    else:
        middle = len(whole) // 2
        changed = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        path.write_bytes({"empty": b"", "cut off": whole[:-100], "a byte changed": changed}[damage])
    data._kept.clear()
    data.keep_shapes10(tmp_path)
    assert all(map(np.array_equal, drawn, in_arrays(load_images(quiet=True))))
    assert path.is_dir() or path.read_bytes() == whole
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_costs_time_alone(small, tmp_path):
    (tmp_path / "file").write_text("")
    data.keep_shapes10(tmp_path / "file")
    assert len(load_images(quiet=True).X_test) == 10


def test_images_of_another_source_are_not_taken(small, tmp_path, monkeypatch):
    data.keep_shapes10(tmp_path)
    other = tmp_path / "shapes10.py"
    other.write_text("# drawn in another way")
    monkeypatch.setattr("coursekit.shapes10.__file__", str(other))
    data.keep_shapes10(tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 2
