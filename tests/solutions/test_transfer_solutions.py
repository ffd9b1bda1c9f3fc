"""Transfer learning: prepared images, frozen layers, features, a probe at its optimum, rates that fall by layer."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from coursekit.backbones import Backbone
from solutions.transfer import (
    TransferNet,
    extract_features,
    fine_tune,
    freeze,
    keep_statistics,
    parameter_groups,
    preprocess,
    train_head,
    train_probe,
    trainable_parameters,
    unfreeze_top,
)

MEAN, STD = (0.5, 0.4, 0.3), (0.2, 0.3, 0.25)


def little_backbone(seed=0):
    """Three stages, 5 features, batch normalisation in two of them."""
    torch.manual_seed(seed)
    stages = [
        nn.Sequential(nn.Conv2d(3, 4, 3, stride=2, bias=False), nn.BatchNorm2d(4), nn.ReLU()),
        nn.Sequential(nn.Conv2d(4, 6, 3, stride=2, bias=False), nn.BatchNorm2d(6), nn.ReLU()),
        nn.Conv2d(6, 5, 1),
    ]
    return Backbone("little", stages, 5, size=32, mean=MEAN, std=STD)


def images(count, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)


# --- preprocessing


def test_every_pixel_is_scaled_and_standardised_by_its_channel():
    given = images(4)
    before = given.copy()
    prepared = preprocess(given, 32, MEAN, STD)
    assert prepared.dtype == torch.float32 and prepared.shape == (4, 3, 32, 32)
    np.testing.assert_allclose(prepared[2, 1].numpy(), (given[2, :, :, 1] / 255 - 0.4) / 0.3, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(given, before)


def test_enlarging_by_two_mixes_neighbours_three_to_one():
    given = images(2)
    prepared = preprocess(given, 64, (0, 0, 0), (1, 1, 1)).numpy()
    row = given[0, :, :, 2].astype(float) / 255
    along = 0.75 * row + 0.25 * np.roll(row, -1, axis=1)  # right of a pixel's centre: every odd column
    wanted = 0.75 * along + 0.25 * np.roll(along, -1, axis=0)
    np.testing.assert_allclose(prepared[0, 2, 1:-1:2, 1:-1:2], wanted[:-1, :-1], atol=1e-6)


def test_standardising_first_and_enlarging_then_is_the_same():
    enlarged = functional.interpolate(preprocess(images(3), 32, MEAN, STD), (80, 80), mode="bilinear")
    torch.testing.assert_close(preprocess(images(3), 80, MEAN, STD), enlarged, atol=1e-5, rtol=1e-5)


def test_images_that_are_not_bytes_are_refused():
    with pytest.raises(ValueError, match="float64, not bytes"):
        preprocess(images(2) / 255, 32, MEAN, STD)


# --- freezing


def test_only_the_last_stages_are_trained_and_counted():
    backbone = little_backbone()
    by_stage = [sum(p.numel() for p in stage.parameters()) for stage in backbone.stages]
    for stages in range(4):
        unfreeze_top(backbone, stages)
        assert trainable_parameters(backbone) == sum(by_stage[3 - stages :])
    freeze(backbone)
    assert trainable_parameters(backbone) == 0


def test_a_tensor_that_is_used_twice_counts_once():
    layer = nn.Linear(4, 4)
    assert trainable_parameters(nn.Sequential(layer, nn.ReLU(), layer)) == 20


def test_statistics_of_frozen_layers_stay_and_those_of_others_move():
    backbone = little_backbone()
    unfreeze_top(backbone, 2)
    first, second = backbone.stages[0][1], backbone.stages[1][1]
    before = first.running_mean.clone(), second.running_mean.clone()
    backbone.train()
    keep_statistics(backbone)
    assert (first.training, second.training, backbone.stages[2].training) == (False, True, True)
    backbone(preprocess(images(6), 32, MEAN, STD))
    assert torch.equal(first.running_mean, before[0]) and not torch.equal(second.running_mean, before[1])


@pytest.mark.parametrize("keep", [True, False])
def test_a_net_keeps_the_statistics_of_frozen_layers_if_it_is_to(keep):
    net = TransferNet(little_backbone(), nn.Linear(5, 3), keep=keep)
    freeze(net.backbone)
    assert net.train() is net and net.training
    assert net.backbone.stages[0][1].training is not keep
    assert not net.eval().backbone.stages[0][1].training


# --- features


@pytest.mark.parametrize("batch_size", [1, 4, 7, 100])
def test_features_do_not_depend_on_the_batches_nor_on_the_mode_the_net_was_in(batch_size):
    backbone, prepared = little_backbone().train(), preprocess(images(9), 32, MEAN, STD)
    features = extract_features(backbone, prepared, batch_size)
    assert isinstance(features, np.ndarray) and features.shape == (9, 5)
    with torch.no_grad():
        wanted = torch.cat([backbone.eval()(prepared[i : i + 1]) for i in range(9)])
    np.testing.assert_allclose(features, wanted.numpy(), atol=1e-6)


# --- probe


def clouds(count=300, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, count)
    centres = rng.standard_normal((4, 6))
    X = (centres[labels] + rng.standard_normal((count, 6))) * [1, 10, 0.1, 3, 1, 1] + [0, 5, 1, -2, 0, 0]
    X[:, 5] = 7  # a feature that never changes
    return X.astype(np.float32), labels


def objective(layer, X, labels, reg):
    """What the probe minimises, in float64, from the layer as it is."""
    X64, std = torch.tensor(X, dtype=torch.float64), torch.tensor(X.std(axis=0), dtype=torch.float64)
    weight = layer.weight.detach().double()
    scores = X64 @ weight.T + layer.bias.detach().double()
    return functional.cross_entropy(scores, torch.tensor(labels)) + reg * ((weight * std) ** 2).sum()


def test_the_probe_is_where_no_step_in_any_direction_helps():
    X, labels = clouds()
    layer = train_probe(X, labels, 4, reg=1e-2)
    best = objective(layer, X, labels, 1e-2)
    for seed in range(20):
        torch.manual_seed(seed)
        other = nn.Linear(6, 4)
        with torch.no_grad():
            other.weight.copy_(layer.weight + 0.02 * torch.randn(4, 6) / torch.tensor(X.std(axis=0) + 1e-9))
            other.weight[:, 5] = layer.weight[:, 5]
            other.bias.copy_(layer.bias + (layer.weight - other.weight) @ torch.tensor(X.mean(axis=0)))
        assert objective(other, X, labels, 1e-2) > best


def test_the_probe_does_not_care_for_the_units_of_features():
    X, labels = clouds()
    scores = train_probe(X, labels, 4)(torch.tensor(X))
    scaled = X * np.array([100, 0.01, 1, 5, 2, 1], dtype=np.float32)
    torch.testing.assert_close(train_probe(scaled, labels, 4)(torch.tensor(scaled)), scores, atol=2e-2, rtol=1e-2)


def test_a_small_head_learns_what_no_straight_line_can_and_takes_features_as_they_are():
    rng = np.random.default_rng(3)
    signs = rng.choice([-1.0, 1.0], (400, 2))
    labels = (signs.prod(axis=1) > 0).astype(int)  # alike or not: no line between
    features = 1000 + 50 * (signs + 0.2 * rng.standard_normal((400, 2)))
    features = np.column_stack([features, np.full(400, 7.0)])  # and one that says nothing, and never varies
    state = torch.get_rng_state()
    head = train_head(features[:200], labels[:200], 2, hidden=32, epochs=40, dropout=0.1)
    assert torch.equal(torch.get_rng_state(), state)
    assert not head.training and not head[0].weight.isnan().any()

    def share(layer):
        with torch.no_grad():
            return (
                layer(torch.as_tensor(features[200:], dtype=torch.float32)).argmax(dim=1).numpy() == labels[200:]
            ).mean()

    assert share(head) > 0.95
    assert share(train_probe(features[:200], labels[:200], 2)) < 0.7
    again = train_head(features[:200], labels[:200], 2, hidden=32, epochs=40, dropout=0.1)
    assert all(torch.equal(a, b) for a, b in zip(head.parameters(), again.parameters(), strict=True))


# --- groups of parameters


def test_rates_fall_towards_the_image_and_frozen_stages_are_left_out():
    net = TransferNet(little_backbone(), nn.Linear(5, 3))
    unfreeze_top(net.backbone, 2)
    groups = parameter_groups(net, 0.1, 0.5)
    assert [group["lr"] for group in groups] == [0.1, 0.05, 0.025]
    sizes = [sum(p.numel() for p in group["params"]) for group in groups]
    assert sizes == [18, 35, 6 * 4 * 9 + 12] and sum(sizes) == trainable_parameters(net)


def test_a_frozen_stage_between_two_others_still_counts_as_a_step():
    net = TransferNet(little_backbone(), nn.Linear(5, 3))
    freeze(net.backbone.stages[2])
    assert [group["lr"] for group in parameter_groups(net, 1.0, 0.5)] == [1.0, 0.25, 0.125]


def test_everything_frozen_is_an_error_that_says_so():
    net = TransferNet(little_backbone(), nn.Linear(5, 3))
    freeze(net)
    with pytest.raises(ValueError, match="Everything is frozen"):
        parameter_groups(net, 0.1, 0.5)


def test_a_net_that_enlarges_by_itself_gives_what_enlarged_images_give():
    backbone, head = little_backbone().eval(), nn.Linear(5, 3)
    within = TransferNet(backbone, head, size=48)(preprocess(images(3), 32, MEAN, STD))
    torch.testing.assert_close(within, TransferNet(backbone, head)(preprocess(images(3), 48, MEAN, STD)))


def test_fine_tuning_learns_and_leaves_frozen_layers_as_they_were():
    from solutions.cnn import evaluate, train_epoch

    rng = np.random.default_rng(0)
    labels = torch.tensor(rng.integers(0, 3, 90))
    shown = images(90, seed=1) // 4
    for n, label in enumerate(labels):  # each class brightens another channel
        shown[n, ..., int(label)] += 150
    net = TransferNet(little_backbone(), nn.Linear(5, 3))
    unfreeze_top(net.backbone, 1)
    frozen = {name: tensor.clone() for name, tensor in net.backbone.stages[:2].state_dict().items()}
    data = [(preprocess(shown, 32, MEAN, STD), labels)]
    optimiser = torch.optim.Adam(parameter_groups(net, 0.05, 0.5))
    for _ in range(60):
        train_epoch(net, data, optimiser)
    assert evaluate(net, data)[1] > 0.9
    for name, tensor in net.backbone.stages[:2].state_dict().items():
        assert torch.equal(tensor, frozen[name]), name


# --- fine-tuning


class Scripted(nn.Module):
    """A net that is right on as many images as its epoch says; its only weight counts the steps that it took."""

    def __init__(self, rights):
        super().__init__()
        self.rights, self.steps = rights, nn.Parameter(torch.zeros(()))
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, images):
        if self.training:
            self.seen += 1
            return torch.zeros(len(images), 2) + 0 * self.steps
        right = torch.arange(len(images)) < self.rights[int(self.steps) - 1]
        return torch.stack([right, ~right], dim=1).float()


class Counting:
    """An optimiser whose steps are counted by the net."""

    def __init__(self, net):
        self.net = net

    def zero_grad(self):
        self.net.zero_grad()

    @torch.no_grad()
    def step(self):
        self.net.steps += 1


@pytest.mark.parametrize(
    ("rights", "epochs", "patience", "run", "best"),
    [
        ((3, 5, 4, 4, 9), 5, 2, 4, 2),  # stopped before the best epoch of all comes
        ((3, 5, 4, 9, 8), 5, 2, 5, 4),  # an improvement sets the count back
        ((3, 5, 5, 5), 4, 3, 4, 2),  # just as good is not better
        ((6, 5, 4), 3, 1, 2, 1),
        ((0, 0), 2, 5, 2, 1),
        ((7,), 1, 3, 1, 1),
    ],
)
def test_fine_tuning_stops_in_time_and_leaves_the_best_epoch(rights, epochs, patience, run, best):
    net, batch = Scripted(rights), (torch.zeros(10, 3, 4, 4), torch.zeros(10, dtype=torch.long))
    accuracies = fine_tune(net, Counting(net), [batch], [batch], epochs, patience)
    assert accuracies == pytest.approx([n / 10 for n in rights[:run]])
    assert (int(net.steps), int(net.seen)) == (best, best)  # parameters and statistics
    assert not net.training
