"""CIFAR-10 is found, checked, downloaded and resumed; everything else is a sentence that says what to do."""

import pickle

import numpy as np
import pytest

from coursekit import DataUnavailable, cifar10, cifar10_folder, load_images


def test_splits_share_no_image_and_validation_stays_the_same_when_training_grows(small_cifar10):
    less = load_images("cifar10", train=30, val=20, test=20, quiet=True)
    more = load_images("cifar10", train=80, val=20, test=20, quiet=True)
    assert np.array_equal(less.X_val, more.X_val)
    assert np.array_equal(less.X_train, more.X_train[:30])
    rows = [image.tobytes() for image in (*more.X_train, *more.X_val, *more.X_test)]
    assert len(set(rows)) == 120


def test_pixels_stand_where_the_official_layout_puts_them(small_cifar10):
    data = load_images("cifar10", train=1, val=0, test=0, quiet=True)
    rows, labels = cifar10.read_batch(small_cifar10 / cifar10.BATCHES / "data_batch_1")
    assert data.X_train.shape == (1, 32, 32, 3) and data.X_train.dtype == np.uint8
    for row, column, channel in ((0, 0, 0), (0, 5, 1), (31, 7, 2), (12, 31, 1)):
        assert data.X_train[0, row, column, channel] == rows[0, 1024 * channel + 32 * row + column]
    assert data.y_train[0] == labels[0]
    assert data.classes[3] == "cat"


def test_says_which_data_set_is_used(small_cifar10, capsys):
    load_images("cifar10", train=10, val=5, test=3)
    assert capsys.readouterr().out == "cifar10: 10 training, 5 validation and 3 test images\n"


@pytest.mark.parametrize("inner", [False, True])
def test_a_folder_may_be_named_directly_or_by_the_one_above(small_cifar10, monkeypatch, inner):
    monkeypatch.setenv("CIFAR10_DIR", str(small_cifar10 / cifar10.BATCHES if inner else small_cifar10))
    assert cifar10_folder() == small_cifar10 / cifar10.BATCHES


@pytest.mark.parametrize("direct", [False, True])
def test_a_local_archive_is_checked_and_unpacked_into_the_cache(cache, fake, tmp_path, monkeypatch, direct):
    data, md5 = fake.archive()
    monkeypatch.setattr(cifar10, "MD5", md5)
    archive = tmp_path / cifar10.ARCHIVE
    archive.write_bytes(data)
    monkeypatch.setenv("CIFAR10_DIR", str(archive if direct else tmp_path))
    assert cifar10_folder() == cache / cifar10.BATCHES
    assert len(cifar10.read_batch(cache / cifar10.BATCHES / "test_batch")[1]) == 20


def test_a_damaged_archive_is_refused_by_its_checksum(cache, fake, tmp_path, monkeypatch):
    data, md5 = fake.archive()
    monkeypatch.setattr(cifar10, "MD5", md5)
    archive = tmp_path / cifar10.ARCHIVE
    archive.write_bytes(data[:-100])
    monkeypatch.setenv("CIFAR10_DIR", str(archive))
    with pytest.raises(DataUnavailable, match="is not the official archive, or is incomplete"):
        cifar10_folder()


def test_the_pinned_checksum_is_the_official_one():
    assert cifar10.MD5 == "c58f30108f718f92721af3b95e74349a"


def test_an_empty_cifar10_dir_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("CIFAR10_DIR", str(tmp_path))
    with pytest.raises(DataUnavailable, match="and there is neither cifar-10-python"):
        load_images("cifar10", train=10, val=5, test=5)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a pickle",
        pickle.dumps({b"data": np.zeros((2, 5), np.uint8), b"labels": [0, 1]}),
        pickle.dumps([1, 2]),
    ],
)
def test_a_damaged_file_is_named(small_cifar10, content):
    path = small_cifar10 / cifar10.BATCHES / "data_batch_3"
    path.write_bytes(content)
    with pytest.raises(DataUnavailable, match="data_batch_3 is not CIFAR-10, or is damaged"):
        load_images("cifar10", train=10, val=5, test=5)


def test_fewer_images_than_there_should_be_is_an_error(small_cifar10, fake):
    batch = fake.files(per_batch=7)["data_batch_2"]
    (small_cifar10 / cifar10.BATCHES / "data_batch_2").write_bytes(batch)
    with pytest.raises(DataUnavailable, match="87 training images instead of 100"):
        load_images("cifar10", train=10, val=5, test=5)


class Harmful:
    def __reduce__(self):
        return print, ("this must not run",)


def test_a_file_that_would_run_code_is_refused(small_cifar10, capsys):
    (small_cifar10 / cifar10.BATCHES / "test_batch").write_bytes(pickle.dumps({b"data": Harmful(), b"labels": []}))
    with pytest.raises(DataUnavailable, match=r"it asks for builtins\.print"):
        load_images("cifar10", train=10, val=5, test=5)
    assert capsys.readouterr().out == ""


def test_more_images_than_there_are_is_an_error(small_cifar10):
    with pytest.raises(ValueError, match="add up to 110"):
        load_images("cifar10", train=90, val=20)
    with pytest.raises(ValueError, match="test=21 asks for more"):
        load_images("cifar10", train=1, val=1, test=21)


def test_downloads_checks_and_unpacks(cache, fake, serve):
    data, md5 = fake.archive()
    server = serve(data)
    archive = cifar10._downloaded([server.url], f"md5:{md5}")
    assert archive.read_bytes() == data
    assert not list(cache.glob("*.part"))


def test_an_interrupted_download_goes_on_where_it_stopped(cache, fake, serve):
    data, md5 = fake.archive(per_batch=60)
    first, second = serve(data), serve(data)
    first.breaks_off_after = 300_000
    assert cifar10._downloaded([first.url, second.url], f"md5:{md5}").read_bytes() == data
    start = int(second.asked[0].removeprefix("bytes=").removesuffix("-"))
    assert 0 < start <= 300_000


def test_a_server_that_cannot_resume_sends_everything_again(cache, fake, serve):
    data, md5 = fake.archive(per_batch=60)
    first, second = serve(data), serve(data)
    first.breaks_off_after, second.ranges = 300_000, False
    assert cifar10._downloaded([first.url, second.url], f"md5:{md5}").read_bytes() == data


def test_mirrors_are_tried_in_turn(cache, fake, serve):
    data, md5 = fake.archive()
    missing, wrong, right = serve(b""), serve(b"<html>try later</html>"), serve(data)
    missing.status = 404
    cifar10._downloaded([missing.url, wrong.url, right.url], f"md5:{md5}")
    assert len(missing.asked) == len(wrong.asked) == len(right.asked) == 1


def test_no_mirror_means_a_sentence_with_what_to_do(cache, serve):
    down = serve(b"")
    down.status = 503
    with pytest.raises(DataUnavailable, match=r"could not be downloaded \(127.0.0.1:\d+: HTTPError\).*CIFAR10_DIR"):
        cifar10._downloaded([down.url])
