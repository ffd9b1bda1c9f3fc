"""What the folded line beside a recorded study says, and what it refuses."""

import json

import pytest

from coursekit.provenance import how_measured

STUDY = {
    "about": "Two nets,\n    three seeds.",
    "quick": False,
    "runs": [
        {"settings": {"hidden": [50, 50], "reg": 0.005, "normalisation": None}, "seed": 0, "seconds": 20.4},
        {"settings": {"hidden": [50, 50], "reg": 0.01, "normalisation": "batch"}, "seed": 2, "seconds": 75.0},
    ],
    "data": {
        "name": "cifar10",
        "splits": {split: {"images": n, "sha256": "0"} for split, n in (("train", 45000), ("val", 5000), ("test", 10))},
        "preprocessing": "less than <one> & more",
    },
    "seconds": 5400.0,
    "machine": {"cores": 2, "threads": 1, "architecture": "x86_64"},
    "versions": {"python": "3.11.7", "numpy": "2.4.6"},
}


def shown(folder, **changes):
    """The line of the study with so many changes; None takes a key out."""
    study = {key: value for key, value in (STUDY | changes).items() if value is not None}
    (folder / "chapter").mkdir(exist_ok=True)
    (folder / "chapter" / "study.json").write_text(json.dumps(study), encoding="utf-8")
    return how_measured("chapter/study", folder=folder).data


def test_data_seeds_settings_time_and_versions_are_said(tmp_path):
    text = shown(tmp_path)
    assert text.startswith("<details") and text.endswith("</details>")
    for said in (
        "Two nets, three seeds.",
        "CIFAR-10, 45,000 training, 5,000 validation, 10 test images",
        "2; seeds 0, 2; 20 s to 75 s each",
        "The same in all: `hidden` 50-50",
        "Different: `reg` 0.005, 0.01; `normalisation` none, batch",
        "90 min on 1 thread (x86_64); Python 3.11.7, NumPy 2.4.6",
        "`book/results/chapter/study.json`, with checksums",
    ):
        assert said in text


def test_what_a_file_says_cannot_become_html(tmp_path):
    assert "less than &lt;one&gt; &amp; more" in shown(tmp_path)


def test_of_many_values_the_smallest_and_the_largest_are_said(tmp_path):
    runs = [{"settings": {"reg": value / 10}, "seed": value, "seconds": 1.0} for value in range(12, 0, -1)]
    text = shown(tmp_path, runs=runs)
    assert "seeds 1 to 12 (12 values)" in text and "`reg` 0.1 to 1.2 (12 values)" in text


def test_a_study_without_images_or_runs_says_what_it_can(tmp_path):
    text = shown(tmp_path, data=None, runs=None)
    assert "Data" not in text and "Runs" not in text and "checksums" not in text and "NumPy 2.4.6" in text


@pytest.mark.parametrize("key", ["about", "seconds", "machine", "versions"])
def test_a_file_that_does_not_say_how_it_was_measured_is_refused(tmp_path, key):
    with pytest.raises(ValueError, match=f"does not say how it was measured: {key} missing"):
        shown(tmp_path, **{key: None})


def test_a_try_out_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no recording"):
        shown(tmp_path, quick=True)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"softmax/grid\.json.*without \.json"):
        how_measured("softmax/grid", folder=tmp_path)
