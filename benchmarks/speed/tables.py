"""Markdown tables of the speeds that were measured, for the book's page on them.

Goes in: `book/results/{softmax,cnn,speed}/*.json`. Comes out: text.
"""

import json

from benchmarks.speed.timing import spread
from benchmarks.studies.run import RESULTS
from coursekit.provenance import duration

TIMES = "\u202f×"


def results(name):
    """A recorded result, such as "speed/layers"."""
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def _table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _times(seconds):
    """The median, and below it the fastest and the slowest; no line breaks elsewhere."""
    return spread(seconds).replace(" (", "<br>(").replace(" ", "\u00a0")


def step(found):
    """S0's training step: ours, and loops over the examples."""
    rows = []
    for name, row in found["step"].items():
        times, ratios = row["seconds"], row["times_ours"]
        loops = [f"{_times(times[key])}; **{ratios[key]:.0f}{TIMES}**" for key in ("loops", "jacobian")]
        rows.append([name, _times(times["ours"]), *loops])
    return _table(["", "all examples at once", "loop, gradient p − y", "loop, through the Jacobian"], rows)


def many(found):
    """S0's grid and bagging: side by side, one after another, by loops, and as S0 reports it."""
    rows = []
    for name in ("grid", "bagging"):
        part = found[name]
        others = [
            f"{duration(part[key])}; **{part[key] / part['seconds']:.1f}{TIMES}**"
            for key in ("one_after_another", "by_loops", "source_seconds")
        ]
        rows.append([name, part["models"], duration(part["seconds"]), *others])
    return _table(
        [
            "",
            "models",
            "side by side",
            "one after another, from two epochs",
            "by loops, from 500 images",
            "S0, on its machine",
        ],
        rows,
    )


def models(found):
    """How the cost of training grows with images and models, and the share of the machine's limit."""
    rows = [
        [f"{row['images']:,}", row["models"], _times(row["seconds"]), f"{row['gigaflops']:.0f}", share(row)]
        for row in found["growth"]
    ]
    return _table(["images", "models", "two epochs", "10⁹ operations a second", "of one large product"], rows)


def share(row):
    """The share of the machine's limit in per cent."""
    return f"{100 * row['share_of_limit']:.0f} %"


def layers(found):
    """Every layer of S3's nets: ours, and PyTorch, by threads."""
    rows = []
    for row, other in _pairs(found, "layer"):
        way = "" if row["direction"] == "both" else f", {row['direction']}"
        size = f"{row['inputs']:,} → {row['units']}" if row["name"] == "dense" else row["units"]
        ours = [f"**{one['ours_to_torch']:.2f}**" for one in (row, other)]
        rows.append([f"{row['name']}{way}", size, _times(row["ours"]), _times(row["torch"]), *ours])
    head = ["layer", "size", "ours, 1 thread", "PyTorch, 1 thread", "ours / PyTorch", "with 2 threads"]
    return _table(head, rows)


def steps(found):
    """A step of S3's nets: ours, and PyTorch, by threads."""
    rows = []
    for row, other in _pairs(found, "step"):
        cells = [cell for one in (row, other) for cell in (_times(one["ours"]), f"**{one['ours_to_torch']:.2f}**")]
        rows.append([row["name"], "-".join(map(str, row["hidden"])), *cells])
    head = ["net", "hidden units", "ours, 1 thread", "ours / PyTorch", "ours, 2 threads", "ours / PyTorch"]
    return _table(head, rows)


def batches(found):
    """How a step grows with the batch, on two threads."""
    rows = []
    for _, row in _pairs(found, "growth"):
        per_image = f"{1e6 * row['ours']['median'] / row['batch']:.1f} µs"
        cells = [_times(row["ours"]), per_image, f"{row['ours_to_torch']:.2f}", share(row)]
        rows.append(["-".join(map(str, row["hidden"])), f"{row['batch']:,}", *cells])
    head = ["hidden units", "images in the batch", "a step", "for each image", "ours / PyTorch", "of one large product"]
    return _table(head, rows)


def _pairs(found, kind):
    """Rows of one kind on the fewest and on the most threads, the same thing beside each other."""
    of_kind = [row for row in found["rows"] if row["kind"] == kind]
    fewest, most = (pick(row["threads"] for row in of_kind) for pick in (min, max))
    columns = ([row for row in of_kind if row["threads"] == threads] for threads in (fewest, most))
    return list(zip(*columns, strict=True))


def fast_layers(found):
    """S4's layers: how many times as fast as loops, there and here, and against PyTorch."""
    rows = []
    for row in found["rows"]:
        if row["threads"] == 1 and "naive_to_fast" in row:
            there = found["source"][row["layer"]][row["direction"]]
            ratio = f"**{row['naive_to_fast']:,.0f}{TIMES}**"
            times = [_times(row["naive"]), _times(row["fast"]), ratio, f"{there}{TIMES}", f"{row['fast_to_torch']:.2f}"]
            rows.append([f"{row['layer']}, {row['direction']}", *times])
    return _table(["", "loops", "fast", "loops / fast", "S4: loops / fast", "fast / PyTorch"], rows)


def all_fast_layers(found):
    """Every convolution and pooling that was measured, by threads: ours, PyTorch, the ratio, arrays at the peak."""
    rows = []
    for row in found["rows"]:
        loops = f"{row['naive_to_fast']:,.0f}{TIMES}" if "naive_to_fast" in row else "–"
        times = [loops, _times(row["fast"]), _times(row["torch"]), f"{row['fast_to_torch']:.2f}"]
        what = f"{row['layer']}, {row['direction']}: {row['name']}"
        rows.append([what, row["threads"], *times, f"{row['megabytes']['fast']:.1f} MB"])
    head = ["layer", "threads", "loops / fast", "fast", "PyTorch", "fast / PyTorch", "arrays at the peak"]
    return _table(head, rows)


def grading(found):
    """Hand-ins an hour by who grades, and the ratio to nbgrader."""
    rows = [
        [row["way"], row["size"], _times(row), f"{row['per_hour']:,.0f}", f"**{row['to_nbgrader']:.2f}{TIMES}**"]
        for row in found["rows"]
    ]
    return _table(["", "hand-ins", "a class", "hand-ins an hour", "times nbgrader's"], rows)


def classes(found):
    """How grading grows with the class."""
    rows = []
    for part in found["growth"]:
        largest = max(part["classes"], key=lambda one: one["size"])
        fixed, each = f"{part['start']:.1f} s", f"{part['each']:.2f} s"
        rows.append([part["way"], fixed, each, largest["size"], duration(largest["seconds"])])
    return _table(["", "for the class", "for each hand-in", "largest class", "took"], rows)


def book(found):
    """Builds of the book, with the ratio to one from nothing."""
    rows = [[row["what"], _times(row), row["calls"], f"{row['to_first']:.2f}"] for row in found["rows"]]
    rows.append(["**with our extensions / without**", f"**{found['ours_to_plain']:.2f}{TIMES}**", "", ""])
    return _table(["", "seconds", "builds", "of one from nothing"], rows)


def pages(found, most=6):
    """The pages whose code takes longest."""
    slowest = sorted(found["code"].items(), key=lambda page: -page[1])[:most]
    return _table(["page", "its code"], [[name, f"{seconds:.1f} s"] for name, seconds in slowest])
