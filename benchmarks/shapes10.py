"""How hard shapes10 is, and how long it takes to draw: the figures that the book shows.

    python -m benchmarks.shapes10 [--quick] [--out FILE]

Trains a softmax classifier, a two-layer net and a small convolutional net on 5,000 images, in PyTorch on one thread.
Settings are searched with one seed on 1,000 validation images; the chosen ones then run with several seeds and are
measured on 2,000 test images. Prints a table and writes a JSON, by default `book/results/shapes10.json`.
"""

import argparse
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from torch import nn

from benchmarks.studies import record
from coursekit import shapes10

RESULTS = Path(__file__).resolve().parents[1] / "book" / "results" / "shapes10.json"
SPLITS = {"train": (5_000, 1), "val": (1_000, 2), "test": (2_000, 3)}  # images and seed, the seeds of load_images()
PREPROCESSING = "pixels scaled to [0, 1], mean training image subtracted, channels first"
HEADINGS = {"softmax": "softmax", "two_layer": "two-layer net", "cnn": "small CNN"}


def softmax(settings):
    """Scores linear in the pixels, with a bias."""
    layer = nn.Linear(3072, 10)
    nn.init.normal_(layer.weight, std=0.001)
    nn.init.zeros_(layer.bias)
    return nn.Sequential(nn.Flatten(), layer)


def two_layer(settings):
    """One hidden layer of ReLU units, with dropout."""
    hidden = settings["hidden"]
    return nn.Sequential(
        nn.Flatten(), nn.Linear(3072, hidden), nn.ReLU(), nn.Dropout(settings["dropout"]), nn.Linear(hidden, 10)
    )


def cnn(settings):
    """[CONV-32 → ReLU]×2 → POOL → [CONV-64 → ReLU]×2 → POOL → FC-512 → ReLU → softmax; 3×3, no padding, He weights."""

    def pair(channels, filters):
        convolutions = nn.Conv2d(channels, filters, 3), nn.Conv2d(filters, filters, 3)
        return convolutions[0], nn.ReLU(), convolutions[1], nn.ReLU(), nn.MaxPool2d(2)

    head = nn.Linear(1600, 512), nn.ReLU(), nn.Dropout(settings["dropout"]), nn.Linear(512, 10)
    net = nn.Sequential(*pair(3, 32), *pair(32, 64), nn.Flatten(), *head)
    for layer in net:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    nn.init.normal_(head[-1].weight, std=0.01)
    return net


# For each model: how to build it, the settings to search, the seeds to measure with.
MODELS = {
    "softmax": (softmax, [
        {"optimizer": "sgd", "learning_rate": rate, "weight_decay": decay, "epochs": 40, "batch_size": 100}
        for rate in (0.001, 0.003, 0.01) for decay in (0.0, 0.01, 0.03, 0.1)
    ], (0, 1, 2)),
    "two_layer": (two_layer, [
        {"optimizer": "adamw", "hidden": hidden, "learning_rate": rate, "weight_decay": decay, "dropout": dropout,
         "epochs": 30, "batch_size": 100}
        for hidden, rate, decay, dropout in (
            (100, 0.001, 0.1, 0.3), (300, 0.001, 0.1, 0.5), (300, 0.002, 0.3, 0.5), (300, 0.004, 0.3, 0.5),
            (500, 0.001, 0.3, 0.5), (500, 0.003, 0.5, 0.5), (500, 0.003, 1.0, 0.5), (500, 0.006, 0.5, 0.5),
            (500, 0.003, 0.5, 0.7),
        )
    ] + [
        {"optimizer": "sgd", "hidden": 300, "learning_rate": 0.03, "weight_decay": decay, "dropout": 0.3,
         "epochs": 30, "batch_size": 100} for decay in (0.001, 0.003)
    ], (0, 1, 2)),
    "cnn": (cnn, [
        {"optimizer": "adamw", "learning_rate": 0.001, "weight_decay": 0.0001, "dropout": 0.5,
         "epochs": 12, "batch_size": 50}
    ], (0, 1)),
}  # fmt: skip


def draw(quick):
    """Draw the three splits as an object with X_train, y_train, ... (bytes), the shape that `record` describes."""
    data = SimpleNamespace(name="shapes10")
    for split, (images, seed) in SPLITS.items():
        X, y = shapes10.generate(images // 20 if quick else images, seed)
        setattr(data, f"X_{split}", X)
        setattr(data, f"y_{split}", y)
    return data


def prepare(data):
    """Return per split X float32 (N, 3, 32, 32) and y int64 (N,) as tensors, see PREPROCESSING."""
    mean = torch.from_numpy(data.X_train).double().mean(dim=0).float() / 255
    sets = {}
    for split in SPLITS:
        X = torch.from_numpy(getattr(data, f"X_{split}")).float() / 255 - mean
        sets[split] = X.permute(0, 3, 1, 2).contiguous(), torch.from_numpy(getattr(data, f"y_{split}"))
    return sets


def accuracy(model, X, y):
    """Share of right answers, in batches of 500."""
    model.eval()
    with torch.no_grad():
        answers = torch.cat([model(batch).argmax(dim=1) for batch in X.split(500)])
    return (answers == y).double().mean().item()


def fit(build, settings, seed, sets):
    """Train one model, learning rate falling to 0 along a cosine, and measure it on every split."""
    torch.manual_seed(seed)
    model = build(settings)
    X, y = sets["train"]
    rates = {"lr": settings["learning_rate"], "weight_decay": settings["weight_decay"]}
    adamw = settings["optimizer"] == "adamw"
    optimizer = (
        torch.optim.AdamW(model.parameters(), **rates)
        if adamw
        else torch.optim.SGD(model.parameters(), momentum=0.9, **rates)
    )
    batches = -(-len(X) // settings["batch_size"])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, settings["epochs"] * batches)
    start = time.perf_counter()
    for _ in range(settings["epochs"]):
        model.train()
        for batch in torch.randperm(len(X)).split(settings["batch_size"]):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(X[batch]), y[batch]).backward()
            optimizer.step()
            schedule.step()
    run = {"settings": settings, "seed": seed, "seconds": time.perf_counter() - start}
    run["parameters"] = sum(parameter.numel() for parameter in model.parameters())
    return run | {f"{split}_accuracy": accuracy(model, *sets[split]) for split in sets}


def study(name, sets, quick):
    """Search the settings of one model on the validation images, then measure the best with several seeds."""
    build, choices, seeds = MODELS[name]
    if quick:
        choices, seeds = [choice | {"epochs": 1} for choice in choices[:2]], seeds[:1]
    search = [fit(build, settings, seeds[0], sets) for settings in choices]
    best = max(search, key=lambda run: run["val_accuracy"])
    runs = [best] + [fit(build, best["settings"], seed, sets) for seed in seeds[1:]]
    tests = [run["test_accuracy"] for run in runs]
    tried = [{key: run[key] for key in ("settings", "val_accuracy", "seconds")} for run in search]
    return {"settings": best["settings"], "parameters": best["parameters"], "test_accuracy": np.mean(tests),
            "test_accuracy_range": [min(tests), max(tests)], "runs": runs, "search": tried}  # fmt: skip


def drawing_time(images=10_000, times=3):
    """Seconds to draw 10,000 images on one core: the median of three."""
    seconds = []
    for seed in range(times):
        start = time.perf_counter()
        shapes10.generate(images, seed)
        seconds.append(time.perf_counter() - start)
    return {"images": images, "seconds": sorted(seconds)[times // 2], "all_seconds": seconds}


def show(result):
    """Print what was measured as a table."""
    drawing = result["drawing"]
    print(f"\n{drawing['images']:,} images drawn in {drawing['seconds']:.1f} s on one core\n")
    print(f"{'':14}{'parameters':>11}{'test':>8}{'from':>8}{'to':>8}{'seconds':>9}  settings")
    for name, model in result["models"].items():
        low, high = model["test_accuracy_range"]
        settings = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in model["settings"].items())
        figures = f"{model['test_accuracy']:8.1%}{low:8.1%}{high:8.1%}{model['runs'][0]['seconds']:9.0f}"
        print(f"{HEADINGS[name]:14}{model['parameters']:11,}{figures}  {settings}")


def main(arguments=None):
    """Measure everything; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shapes10", description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few seconds, to see that everything runs")
    parser.add_argument("--out", type=Path, help="JSON file (default: book/results/shapes10.json)")
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    start = time.perf_counter()
    result = {
        "study": "shapes10",
        "about": "How hard shapes10 is, and how long it takes to draw.",
        "quick": given.quick,
    }
    result["drawing"] = drawing_time(500 if given.quick else 10_000)
    data = draw(given.quick)
    sets = prepare(data)
    result["models"] = {}
    for name in MODELS:
        result["models"][name] = study(name, sets, given.quick)
        print(f"{HEADINGS[name]}: test {result['models'][name]['test_accuracy']:.1%}", flush=True)
    result |= {"data": record.data_provenance(data, PREPROCESSING), "seconds": time.perf_counter() - start,
               "machine": record.machine() | {"threads": 1}, "versions": record.versions("numpy", "torch")}  # fmt: skip
    out = given.out or (Path("build") / "studies" / "shapes10.json" if given.quick else RESULTS)
    record.write(out, result)
    show(result)
    print(f"\n{result['seconds']:.0f} s, written to {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
