"""The studies' command: it goes on after a kill, loses no recorded result, and says what there is."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.studies import catalogue, guard, record, run
from benchmarks.studies.__main__ import main
from benchmarks.studies.run import Study, session
from coursekit import load_images

ROOT = Path(__file__).resolve().parents[2]


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def started(folder, *arguments):
    """The command in a process of its own, in a folder of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.studies", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def without_times(study):
    return [{key: value for key, value in one.items() if key != "seconds"} for one in study["runs"] + study["search"]]


def test_a_killed_study_goes_on_with_the_run_it_was_in_and_gives_the_same(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir(), killed.mkdir()
    name, kept = "two_layer_net/update_rules", killed / "build/studies/kept/quick/two_layer_net/update_rules"
    process = started(killed, name, "--quick")
    for _ in range(6000):
        if len(list(kept.glob("*.json"))) >= 2:
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    finished = {path.name for path in kept.glob("*.json")}
    result = killed / "build/studies/two_layer_net/update_rules.json"
    assert 2 <= len(finished) < 16 and not result.exists()

    said, _ = started(killed, name, "--quick").communicate()
    assert f"{len(finished)} of its runs were finished before" in said
    assert not kept.exists()  # what is in the result need not be kept
    started(whole, name, "--quick").communicate()
    untouched = read(whole / "build/studies/two_layer_net/update_rules.json")
    assert len(untouched["search"]) == 16 and without_times(read(result)) == without_times(untouched)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder for everything that a session writes."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def small(seeds, images=30):
    """A study with so many seeds on so many images."""

    def study(size):
        """A small study."""
        data = load_images("shapes10", train=images, val=10, test=10, quiet=True)
        runs = [{"settings": {}, "seed": seed, "seconds": 0.1} for seed in range(seeds)]
        return {"source": {"name": "none"}, "runs": runs, "data": record.data_provenance(data, "none")}

    return Study("softmax", "small", study)


def test_a_recorded_study_is_skipped_until_it_is_asked_for_again(here, capsys):
    assert session([small(2)], out=here) == 0
    before = read(here / "small.json")
    assert session([small(3)], out=here) == 0
    assert "1 of 1 recorded already" in capsys.readouterr().out and read(here / "small.json") == before
    assert session([small(3)], out=here, again=True) == 0
    assert len(read(here / "small.json")["runs"]) == 3


@pytest.mark.parametrize(
    ("worse", "said"),
    [
        (small(1), "it has 3 seeds in runs, the new one 1"),
        (small(3, images=20), "its 30 train images are not the 20 of the new one"),
    ],
)
def test_a_result_that_says_less_replaces_a_recorded_one_only_by_force_and_is_kept_beside(here, capsys, worse, said):
    assert session([small(3)], out=here) == 0
    before = (here / "small.json").read_bytes()
    assert session([worse], out=here, again=True) == 1
    told = capsys.readouterr().err
    assert said in told and "--again --force" in told and "Not recorded: softmax/small." in told
    assert (here / "small.json").read_bytes() == before
    aside = read(here / "build/studies/softmax/small.json")
    assert session([worse], out=here, again=True, force=True) == 0
    assert read(here / "small.json")["runs"] == aside["runs"]
    assert [path.name for path in here.glob(".*")] == []  # nothing half-written is left


def test_a_quick_result_never_takes_the_place_of_a_recording(here, capsys):
    shutil.copy(ROOT / "book/results/softmax/raw_pixels.json", here / "small.json")
    before = (here / "small.json").read_bytes()
    assert session([small(3)], quick=True, out=here) == 2
    assert "small.json is a full recording" in capsys.readouterr().err
    assert (here / "small.json").read_bytes() == before


def test_every_recorded_study_would_be_missed(here):
    """For each: nothing is lost to itself, but to a quick one, to fewer runs, other images, or none that are known."""
    for study in catalogue.studies().values():
        old = catalogue.recorded(study)
        assert guard.lost(old, old) == []
        assert "quick try-out" in guard.lost(old, old | {"quick": True})[0]
        assert guard.lost(old | {"quick": True}, {}) == []
        assert "with checksums" in " ".join(guard.lost(old, {key: old[key] for key in old if key != "data"}))
        other = old["data"] | {"name": "shapes10"}
        assert guard.lost(old, old | {"data": other}) == ["it is about cifar10, the new one about shapes10"]
        unsure = {split: {"images": images["images"]} for split, images in old["data"]["splits"].items()}
        assert len(guard.lost(old, old | {"data": old["data"] | {"splits": unsure}})) == 3
        assert guard.lost(old, old | {"runs": old["runs"][1:]}), study.id


def test_what_cannot_run_here_is_told_in_a_sentence_and_the_others_run(here, capsys):
    def fails(size):
        """A study that needs a package."""
        raise ModuleNotFoundError("There is no package for it; install it.")

    assert session([Study("softmax", "fails", fails), small(1)], out=here) == 1
    told = capsys.readouterr()
    assert "softmax/fails cannot be run here: There is no package" in told.err and "Traceback" not in told.err
    assert (here / "small.json").is_file() and not (here / "fails.json").exists()


def test_without_the_data_set_nothing_is_run_and_a_sentence_says_so(here, capsys, monkeypatch):
    monkeypatch.setenv("CIFAR10_DIR", str(here))
    assert main(["softmax/raw_pixels", "--again"]) == 2
    told = capsys.readouterr().err
    assert str(here) in told and "Traceback" not in told


@pytest.mark.parametrize(
    ("name", "meant"), [("softmax/gird", "softmax/grid"), ("sofmax", "softmax"), ("batchnorm/x", None)]
)
def test_an_unknown_name_is_a_sentence_and_exit_code_2(name, meant, capsys):
    assert main([name, "--quick"]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"There is no study {name!r}.") and "--list" in told
    assert meant is None or f"Did you mean {meant}?" in told


def test_the_list_has_every_study_with_what_it_shows_and_its_time(capsys):
    assert main(["--list"]) == 0
    told = capsys.readouterr().out
    everything = catalogue.studies()
    assert len(everything) >= 37
    for key, study in everything.items():
        found = catalogue.recorded(study)
        (line,) = (line for line in told.splitlines() if line.split()[0] == key)
        assert catalogue.duration(found["seconds"]) in line and line.endswith(study.about)
    assert main(["--list", "layers", "softmax/grid"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:-1]] == [
        *(key for key in everything if key.startswith("layers/")),
        "softmax/grid",
    ]


def test_a_result_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "small.json"
    record.write(path, {"runs": [1]})

    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(record.os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        record.write(path, {"runs": [1, 2]})
    assert read(path) == {"runs": [1]} and list(tmp_path.iterdir()) == [path]


def test_readme_gives_the_time_that_all_recorded_studies_took():
    seconds = sum(catalogue.recorded(study)["seconds"] for study in catalogue.studies().values())
    rows = [line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if "`make bench`" in line]
    assert f"{round(seconds / 3600)} hours" in rows[0]
    grid = read(run.RESULTS / "softmax" / "grid.json")["seconds"]
    rows = [
        line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if "NAME=softmax/grid" in line
    ]
    assert f"{round(grid / 60)} minutes" in rows[0]


def test_readme_gives_the_accuracies_and_times_that_are_recorded():
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())

    def reached(study, key="test_accuracy", **where):
        runs = read(run.RESULTS / f"{study}.json")["runs"]
        runs = [one for one in runs if where.items() <= (one | one["settings"]).items()]
        return [round(100 * one[key], 1) for one in runs]

    wide = reached("two_layer_net/wide", hidden_size=1024, mirrored=True)
    by_hand = reached("cnn/by_hand", "val_accuracy")
    few = reached("transfer/labels", images=500, inputs="features")
    best = reached("softmax/best_setting")
    grid = read(run.RESULTS / "softmax" / "speed.json")["grid"]
    for said in (
        f"reaches {min(wide)} to {max(wide)} % test accuracy",
        f"reach {max(reached('batchnorm/beyond'))} % (one seed)",
        f"has {min(by_hand)} to {max(by_hand)} % on validation images",
        f"convolutions reach {reached('cnn/convnets', net='convnet_c')[0]} %, and {reached('cnn/augmentation')[0]} %",
        f"have {sum(few) / len(few):.1f} % with 500 labelled images",
        f"fine-tuned {reached('transfer/fine_tuning')[0]} %",
        f"best setting on CIFAR-10 reaches {sum(best) / len(best):.1f} %",
        f"grid of {grid['models']} models takes {grid['seconds']:.0f} seconds",
    ):
        assert said in text, said
