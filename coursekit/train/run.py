"""One run from settings to files: data, net, training, log, curves, weights, and what the test images say.

Goes in: settings as `cli.py` makes them. Comes out: a folder, and lines on the screen. Net, `train_epoch`, `evaluate`
and, where they are asked for, `EarlyStopping` and `augmented` come from a `Source`; `fit` runs the epochs.
"""

import functools
import inspect
import math
import sys

import numpy as np
import torch
from tqdm import tqdm

from coursekit.bars import progress
from coursekit.data import load_images
from coursekit.tensors import Standardise, batches
from coursekit.train import curves, folder, log
from coursekit.train.choices import make_optimiser, make_schedule
from coursekit.train.fingerprint import fingerprint
from coursekit.train.loop import CheckpointError, Training, fit
from coursekit.train.source import SourceError, open_source

SPLITS = ("train", "val", "test")
CHECKED = 5000  # training images on which loss and accuracy are measured after every epoch
AT_A_TIME = 500  # images, where nothing is learned


class TrainingFailed(RuntimeError):
    """Training that cannot go on; the message says why, and what to do."""


def train(settings, out):
    """Train as the settings say, or go on with it, and leave all results in a folder.

    Parameters
    ----------
    settings : dict
        As on the command line, with underscores.
    out : Path
        The run's folder.

    Raises
    ------
    SourceError, folder.FolderError, CheckpointError, LogError, DataUnavailable, TrainingFailed
        Each with a sentence that says what to do.
    """
    torch.set_num_threads(settings["threads"])
    source = open_source(settings["from"])
    functions = _functions(source, settings)
    print(f"{', '.join(functions)} from {source.name}")
    code = {name: fingerprint(function) for name, function in functions.items()}
    record = {"settings": settings, "code": code, "versions": folder.versions()}
    folder.agree(out, record)
    try:
        data = load_images(settings["data"], train=settings["train"], val=settings["val"])
    except ValueError as error:  # more images than there are
        raise TrainingFailed(str(error)) from error
    prepare = Standardise.of(data.X_train)
    sets = {split: (prepare(getattr(data, f"X_{split}")), getattr(data, f"y_{split}")) for split in SPLITS}
    try:
        net = _net(functions[settings["model"]], functions["evaluate"], settings, sets["val"])
        training = _training(net, functions, settings, sets)
        folder.start(out, record)
        _go_on(training, settings, out)
        fit(
            training,
            settings["epochs"],
            out / folder.CHECKPOINT,
            each=functools.partial(_each, training, settings, out),
        )
        if training.stopped and training.epochs < settings["epochs"]:
            print(f"stopped early: {settings['patience']} epochs in a row brought no improvement")
        _finish(training, sets["test"], prepare, out)
    except (SourceError, folder.FolderError, CheckpointError, log.LogError, TrainingFailed):
        raise
    except Exception as error:  # a function of one's own can raise anything
        place = source.place(error)
        if isinstance(error, OSError) and not place:
            raise TrainingFailed(
                f"{out} could not be written ({error}). Once it can, the same command goes on."
            ) from error
        raise TrainingFailed(f"Training stopped: {type(error).__name__}: {error}{place}") from error


def _functions(source, settings):
    """What is needed of the source, by name; the net's function under the name that was typed."""
    functions = {settings["model"]: source.model(settings["model"])}
    names = ["train_epoch", "evaluate"]
    names += ["EarlyStopping"] * (settings["patience"] is not None) + ["augmented"] * (settings["shift"] is not None)
    return functions | {name: source.take(name) for name in names}


def _net(make, evaluate, settings, images):
    """The net with weights drawn from the seed, tried on two images."""
    name = settings["model"]
    given = settings["set"] | ({} if settings["dropout"] is None else {"dropout": settings["dropout"]})
    try:
        inspect.signature(make).bind(**given)
    except TypeError as error:
        told = ", ".join(f"{key}={value!r}" for key, value in given.items()) or "nothing"
        raise SourceError(f"{name} cannot be called with {told}: {error}. See --dropout and --set.") from error
    torch.manual_seed(settings["seed"])
    net = make(**given)
    if not isinstance(net, torch.nn.Module):
        raise SourceError(f"{name} returns no net: a torch.nn.Module is expected, and this is a {type(net).__name__}.")
    if not any(parameter.requires_grad for parameter in net.parameters()):
        raise SourceError(f"{name} has no parameters to train.")
    few = _first(images, 2)
    shape = _scores(net, few[0])
    if shape != (len(few[0]), 10):
        raise SourceError(
            f"{name} makes {shape} of {len(few[0])} images; scores of the ten classes are ({len(few[0])}, 10)."
        )
    measured = evaluate(net, _batches(few, 2))
    try:
        loss, accuracy = measured
        float(loss), float(accuracy)
    except (TypeError, ValueError) as error:
        raise SourceError(f"evaluate should return loss and accuracy; it returns {measured!r}.") from error
    return net


def _scores(net, images):
    """Shape of what a net makes of images; the net is left in the memory layout that suits it."""
    net.eval()
    with torch.no_grad():
        try:
            # Convolutions are faster with channels last. A net that reshapes with `view` cannot work like this.
            scores = net.to(memory_format=torch.channels_last)(images)
        except RuntimeError:
            scores = net.to(memory_format=torch.contiguous_format)(images)
    return tuple(getattr(scores, "shape", ()))


def _training(net, functions, settings, sets):
    shuffling, changing = (torch.Generator().manual_seed(10 * settings["seed"] + k) for k in (1, 2))
    optimiser = make_optimiser(net, settings)
    train = _batches(sets["train"], settings["batch_size"], shuffling)
    augment = stopping = None
    if settings["shift"] is not None:
        augment = functools.partial(functions["augmented"], generator=changing, shift=settings["shift"])
    if settings["patience"] is not None:
        stopping = functions["EarlyStopping"](settings["patience"], settings["min_delta"])
    return Training(
        net,
        optimiser,
        train=_Watched(train),
        val=_batches(sets["val"]),
        check=_batches(_first(sets["train"], CHECKED)),
        train_epoch=functions["train_epoch"],
        evaluate=functions["evaluate"],
        augment=augment,
        schedule=make_schedule(optimiser, settings["schedule"], settings["epochs"] * len(train)),
        stopping=stopping,
        generators=(shuffling, changing),
    )


def _first(images_and_labels, count):
    images, labels = images_and_labels
    return images[:count], labels[:count]


def _batches(images_and_labels, batch_size=AT_A_TIME, generator=None):
    images, labels = images_and_labels
    return batches(images, labels, batch_size, generator)


class _Watched:
    """Batches with a progress bar of their own in every epoch."""

    def __init__(self, batches):
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __iter__(self):
        return iter(progress(self.batches, "batches"))


def _go_on(training, settings, out):
    """Bring training and log to where the checkpoint stands."""
    checkpoint = out / folder.CHECKPOINT
    if checkpoint.exists():
        training.load(checkpoint)
        done = training.stopped or training.epochs >= settings["epochs"]
        print(f"{out}: {'all is trained' if done else 'going on'} after epoch {training.epochs}")
    log.go_on(out / curves.LOG, training.history)


def _each(training, settings, out, epoch, row):
    """After an epoch: refuse what is no number; one row in the log, one line on the screen."""
    row = {name: float(row[name]) for name in log.HISTORY}
    if not all(math.isfinite(value) for value in row.values()):
        kept = f"{out} keeps the {epoch - 1} before" if epoch > 1 else "Nothing was kept"
        raise TrainingFailed(
            f"In epoch {epoch} the loss became {row['train_loss']} in training and {row['val_loss']} in validation. "
            f"{kept}. Start again with a smaller --learning-rate and another --out."
        )
    rate = training.optimiser.param_groups[0]["lr"]
    log.add_row(out / curves.LOG, (epoch, *row.values(), rate, round(training.seconds, 3)))
    tqdm.write(
        f"epoch {epoch}/{settings['epochs']}: "
        f"training loss {row['train_loss']:.4f}, accuracy {100 * row['train_accuracy']:.1f} %; "
        f"validation loss {row['val_loss']:.4f}, accuracy {100 * row['val_accuracy']:.1f} %; "
        f"learning rate {rate:.3g}; {training.seconds:.0f} s",
        file=sys.stdout,
    )
    sys.stdout.flush()


def _finish(training, test, prepare, out):
    """Weights, curves and result of the best epoch, which `fit` has put back into the net."""
    net, accuracies = training.net, training.history["val_accuracy"]
    arrays = {name: value.numpy() for name, value in net.state_dict().items()}
    folder.write(out / folder.MODEL, lambda file: np.savez(file, **arrays))
    curves.save_curves([out], out / folder.CURVES)
    loss, accuracy = training.evaluate(net, _batches(test))
    result = {
        "test_accuracy": float(accuracy),
        "test_loss": float(loss),
        "test_images": len(test[1]),
        "parameters": sum(p.numel() for p in net.parameters() if p.requires_grad),
        "epochs": len(accuracies),
        "best_epoch": 1 + int(np.argmax(accuracies)),
        "seconds": round(training.seconds, 3),
        "standardised_with": {"mean": prepare.mean.tolist(), "std": prepare.std.tolist()},
    }
    folder.write_json(out / folder.RESULT, result)
    print(
        f"test accuracy {100 * accuracy:.1f} % of {result['test_images']:,} images, with the weights after epoch "
        f"{result['best_epoch']} of {result['epochs']}; {result['parameters']:,} parameters; "
        f"{result['seconds']:.0f} s of training\n"
        f"{out} holds {', '.join((curves.LOG, folder.MODEL, folder.CURVES, folder.RESULT))}"
    )
