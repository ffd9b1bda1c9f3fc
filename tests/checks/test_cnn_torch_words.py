"""What students are told about well-known mistakes with nets in PyTorch, at home and when graded."""

import re

import pytest

from tests.checks.judging import (
    at_home,
    failed,
    known_by_heart,
    named,
    said_of_hidden_cases,
    told_alike,
    untold,
    verdict,
)

A, B, C = "convnet_a", "convnet_b", "convnet_c"
COUNTING, EPOCH, AUGMENTED = "parameter_counts", "train_epoch", "augmented"
COUNTS, SCORES, REACHED = "number of parameters", "scores in evaluation mode", "gradients reach every layer"
DROPPED, STILL = "dropout in front of the last layer, in training", "no dropout in evaluation mode"
TOTAL, EACH = "all trainable parameters together", "the number of every layer"
NAMES = "the names of the layers, in their order"
WEIGHTS, LOSS, MODE = "weights after an epoch", "mean loss of all images", "the net is in training mode"
AUGMENT, SCHEDULE = "augment changes what the net sees", "schedule goes on after every step"
UNTOUCHED = "images and labels are not modified"
VARIANT, SHIFTS = "every image is its own, mirrored or not, and shifted", "every shift up to `shift`, equally often"
MIRRORED, OWN, GENERATOR = "half of the images are mirrored", "each image by its own chance", "the generator decides"

ROWS = [
    # nets
    (A, "padded", COUNTS, ["keep the size of the images, as with padding"]),
    (A, "a padding of 1", COUNTS, ["a padding of 1; there is none"]),
    (A, "no pooling", COUNTS, ["There is no pooling in front of the linear layers"]),
    (A, "no biases", COUNTS, ["The layers have no biases"]),
    (A, "batch normalisation", COUNTS, ["There is batch normalisation, which is not described"]),
    (A, "windows of 3 by 3", COUNTS, ["Layers with 336 and 27,010 parameters are none of the described ones"]),
    (A, "Layers in a list", COUNTS, ["finds no trainable layer", "an attribute of the net, or in an nn.Sequential"]),
    (A, "nothing returned", COUNTS, ["should return a net", "is there a return statement"]),
    (A, "no ReLU", SCORES, ["There is no ReLU at all"]),
    (A, "a ReLU behind the last layer", SCORES, ["a ReLU behind the last layer: scores may be negative"]),
    (A, "a softmax at the end", SCORES, ["a softmax at the end", "has the softmax in it"]),
    (A, "a log-softmax at the end", SCORES, ["a log-softmax at the end"]),
    (A, "means pooled", SCORES, ["Pooling takes means"]),
    (A, "tanh", SCORES, ["tanh in the place of ReLU"]),
    (A, "Scaled by dropout in evaluation", SCORES, ["In evaluation mode", "smaller by 1 - dropout"]),
    (A, "Features detached", REACHED, ["1 of 2 layers", "detached on their way"]),
    (A, "Without gradients", REACHED, ["0 of 2 layers"]),
    (A, "no dropout", DROPPED, ["every image has the same scores", "nothing is dropped"]),
    (A, "dropout of a half written in", DROPPED, ["with the probability 1/2, whatever `dropout` is"]),
    (A, "dropout is what is kept", DROPPED, ["with the probability 1 - dropout: swapped"]),
    (A, "dropout twice", DROPPED, ["dropout twice in front of the last layer"]),
    (A, "dropout of whole channels", DROPPED, ["dropped together, such as whole channels"]),
    (A, "dropout behind the last layer", DROPPED, ["in front of another layer, or behind the last one?"]),
    (A, "What dropout keeps is not divided", DROPPED, ["not divided by 1 - dropout"]),
    (A, "One row of dropout for all", DROPPED, ["the same for all images"]),
    (A, "Dropout in every mode", STILL, ["other scores in every call, in evaluation mode, too"]),
    (B, "no ReLU behind the hidden layer", SCORES, ["behind layer 3 of those that have weights is missing"]),
    (B, "no ReLU behind the first layer", SCORES, ["behind layer 1 of those that have weights is missing"]),
    (C, "pooled once", COUNTS, ["no pooling in front of the linear layers"]),
    (C, "no hidden layer", COUNTS, ["The hidden linear layer is missing"]),
    # counting
    (COUNTING, "frozen ones counted", TOTAL, ["Frozen parameters are counted, too"]),
    (COUNTING, "layers in layers counted twice", TOTAL, ["Layers that hold other layers count theirs once more"]),
    (COUNTING, "arrays counted", TOTAL, ["This is the number of arrays"]),
    (COUNTING, "weights without biases", TOTAL, ["Only the weights are counted"]),
    (COUNTING, "running statistics counted", TOTAL, ["Running statistics are counted, too", "buffers"]),
    (COUNTING, "layers at the top alone", TOTAL, ["Only layers at the top are looked at, not those within"]),
    (
        COUNTING,
        "all that is in each layer at the top",
        TOTAL,
        ["at the top are looked at, each with all that is in it"],
    ),
    (COUNTING, "layers without parameters listed", NAMES, ["Layers without trainable parameters are listed, too"]),
    (COUNTING, "weights and biases apart", NAMES, ["Weights and biases are listed apart"]),
    (COUNTING, "nothing returned", TOTAL, ["It returned None: is there a return statement?"]),
    # an epoch
    (EPOCH, "no zero_grad", WEIGHTS, ["Gradients of all batches so far are added up"]),
    (EPOCH, "zero_grad once", WEIGHTS, ["added up", "in every step"]),
    (EPOCH, "zero_grad between backward and step", WEIGHTS, ["set to zero between `backward` and the step"]),
    (EPOCH, "no step", WEIGHTS, ["there is no step"]),
    (EPOCH, "two steps", WEIGHTS, ["two steps for each batch"]),
    (EPOCH, "one step at the end", WEIGHTS, ["one step at the end of the epoch"]),
    (EPOCH, "no train", WEIGHTS, ["in evaluation mode while it learns"]),
    (EPOCH, "no train", MODE, ["asked in evaluation mode", "training mode first"]),
    (EPOCH, "a softmax before the cross-entropy", WEIGHTS, ["a softmax in front of the cross-entropy"]),
    (EPOCH, "losses added up", WEIGHTS, ["the sum of the batch's losses, not their mean"]),
    (EPOCH, "the first batch alone", WEIGHTS, ["Only the first batch is used"]),
    (EPOCH, "mean of the batches' means", LOSS, ["mean of the batches' means: the last batch is smaller"]),
    (EPOCH, "sum over all images", LOSS, ["the sum over all images; divide by their number"]),
    (EPOCH, "sum of the batches' means", LOSS, ["This is the sum of the batches' means"]),
    (EPOCH, "loss of the last batch", LOSS, ["the last batch's loss"]),
    (EPOCH, "batches' means divided by the number of images", LOSS, ["added up and divided by the number of images"]),
    (EPOCH, "without gradients", WEIGHTS, ["does not require grad"]),
    (EPOCH, "augment not used", AUGMENT, ["`augment` is not used"]),
    (EPOCH, "augmented twice", AUGMENT, ["`augment` is used twice"]),
    (EPOCH, "augmented in place", UNTOUCHED, ["written into the batch", "once more"]),
    (EPOCH, "schedule not used", SCHEDULE, ["never called"]),
    (EPOCH, "schedule once in the epoch", SCHEDULE, ["called once in the epoch"]),
    (EPOCH, "schedule before the step", SCHEDULE, ["The schedule's step comes after the optimiser's"]),
    # augmentation
    (AUGMENTED, "rolled around", VARIANT, ["comes in on the other"]),
    (AUGMENTED, "the border repeated", VARIANT, ["The border is repeated"]),
    (AUGMENTED, "filled with ones", VARIANT, ["What comes in from outside is not 0"]),
    (AUGMENTED, "upside down", VARIANT, ["turned upside down", "from left to right"]),
    (AUGMENTED, "channels turned, too", VARIANT, ["Channels are in another order"]),
    (AUGMENTED, "shuffled", VARIANT, ["change places", "their labels"]),
    (AUGMENTED, "shifted by one more", VARIANT, ["more pixels than `shift`"]),
    (AUGMENTED, "the images themselves", VARIANT, ["every image comes back as it was"]),
    (AUGMENTED, "all mirrored", MIRRORED, ["100% of 600 images are mirrored; expected is half"]),
    (AUGMENTED, "all or none mirrored", OWN, ["mirrored alike"]),
    (AUGMENTED, "every other image mirrored", OWN, ["mirrored in turn"]),
    (AUGMENTED, "all images shifted alike", OWN, ["shifted alike", "draw for every image"]),
    (AUGMENTED, "mirrored where it is shifted to one side", OWN, ["depends on how they are shifted"]),
    (AUGMENTED, "the largest shift left out", SHIFTS, ["9 of the 25 shifts never occur"]),
    (AUGMENTED, "rounded", SHIFTS, ["some shifts occur far more often than others"]),
    (AUGMENTED, "with numpy", GENERATOR, ["draw with `generator` alone"]),
    (AUGMENTED, "a seed of its own", GENERATOR, ["another seed gives the same images"]),
    (AUGMENTED, "seeded again and again", GENERATOR, ["a second call", "it must go on"]),
    (AUGMENTED, "mirrored in place", "images are not modified", ["the images are changed by the call"]),
    (A, "a softmax over the images", SCORES, ["There is a softmax at the end"]),
    (A, "leaky ReLU", SCORES, ["There is a leaky ReLU"]),
    (A, "a stride in place of pooling", SCORES, ["There is no pooling"]),
    (A, "half of the pixels", SCORES, ["Every image is standardised before the first layer"]),
    (COUNTING, "frozen ones alone", TOTAL, ["It is the frozen parameters that are counted"]),
    (COUNTING, "biases alone", TOTAL, ["Only the biases are counted"]),
    (COUNTING, "rows for numbers", TOTAL, ["It is the length of each array's first axis that is added up"]),
    (COUNTING, "two axes only", TOTAL, ["Of each array the first and the last axis are multiplied"]),
    (COUNTING, "sums of the shape", TOTAL, ["The sizes of each array's axes are added up"]),
    (COUNTING, "bytes", TOTAL, ["These are bytes"]),
    (COUNTING, "the layers so far", TOTAL, ["Each number holds those of the layers before it"]),
    (COUNTING, "the net's own parameters forgotten", TOTAL, ["The net's own parameters"]),
    (COUNTING, "linear layers alone", TOTAL, ["Only linear layers are counted"]),
    (COUNTING, "a layer's kind for its name", TOTAL, ["Layers are listed by their kind"]),
    (COUNTING, "returned from the loop", TOTAL, ["Only the first layer is there"]),
    (COUNTING, "a total besides", TOTAL, ["There is a total besides the layers"]),
    (COUNTING, "zeros", TOTAL, ["Every layer's number is zero"]),
    (COUNTING, "everything that is saved", TOTAL, ["What the net saves is counted"]),
    (COUNTING, "the formula for linear layers", TOTAL, ["A formula for linear layers stands in for all"]),
    (EPOCH, "backward twice", WEIGHTS, ["Every gradient counts twice"]),
    (EPOCH, "upwards", WEIGHTS, ["The steps go upwards"]),
    (
        EPOCH,
        "the step divided by the batch",
        WEIGHTS,
        ["The loss is divided by the size of the batch before it goes back"],
    ),
    (EPOCH, "a step by hand, without the optimiser", WEIGHTS, ["The steps are those of plain descent"]),
    (EPOCH, "train after the first batch", WEIGHTS, ["The net is in evaluation mode in the first step"]),
    (EPOCH, "evaluation mode after the first batch", WEIGHTS, ["The net is in training mode in the first step alone"]),
    (EPOCH, "smoothed labels", WEIGHTS, ["The loss smooths the labels"]),
    (EPOCH, "squared differences", WEIGHTS, ["The loss is that of squared differences"]),
    (EPOCH, "scores for log-probabilities", WEIGHTS, ["The loss takes scores for log-probabilities (nll_loss)"]),
    (EPOCH, "the last batch dropped", WEIGHTS, ["The last batch is left out"]),
    (EPOCH, "two epochs", WEIGHTS, ["Every batch is seen twice"]),
    (EPOCH, "backwards", WEIGHTS, ["The batches come in the opposite order"]),
    (EPOCH, "labels out of place", WEIGHTS, ["Labels stand in the opposite order of their images"]),
    (EPOCH, "each batch centred", WEIGHTS, ["The mean of each batch is subtracted from its images"]),
    (EPOCH, "the sum divided by the batches", LOSS, ["The sum over all images is divided by the number of batches"]),
    (EPOCH, "all batches counted as full", LOSS, ["The sum over all images is divided as if all batches were full"]),
    (EPOCH, "accuracy for the loss", WEIGHTS, ["The net is asked once more behind each step"]),
    (EPOCH, "asked once more behind the step", LOSS, ["This is the loss behind the step"]),
    (EPOCH, "no zero_grad, and evaluation mode", WEIGHTS, ["Gradients of all batches so far are added up"]),
]
every_row = pytest.mark.parametrize(
    ("item", "name", "expectation", "words"), ROWS, ids=[f"{row[0]}: {row[1]}: {row[2]}" for row in ROWS]
)
ITEMS = list(dict.fromkeys(row[0] for row in ROWS))


@every_row
def test_the_text_says_what_the_mistake_is(item, name, expectation, words):
    assert not untold(verdict(named(f"cnn.{item}", name)), expectation, words)


@every_row
def test_the_text_says_so_at_home_too(item, name, expectation, words):
    assert not untold(at_home(named(f"cnn.{item}", name)), expectation, words)


@pytest.mark.parametrize("item", ITEMS)
def test_no_two_of_these_mistakes_are_told_the_same(item):
    """Each of the rows above about the same expectation has words of its own."""
    # Of a fresh net both are the same.
    alike = ({"zero_grad between backward and step", "no step"}, {"no zero_grad", "zero_grad once"})
    assert told_alike("cnn", item, ROWS, alike) == []


NOT_NAMED = [
    (A, "Zeros", DROPPED),
    (A, "Layers in a list", DROPPED),
    (A, "Layers made in forward", DROPPED),
    (A, "Random scores", DROPPED),
    (COUNTING, "random numbers", TOTAL),
    (EPOCH, "gradients clipped", WEIGHTS),
    (EPOCH, "image by image", WEIGHTS),
    (EPOCH, "biases left out", WEIGHTS),
    (EPOCH, "an average that fades", LOSS),
    (EPOCH, "random loss", LOSS),
    (AUGMENTED, "noise added", VARIANT),
    (AUGMENTED, "divided by 255", VARIANT),
    (AUGMENTED, "rolled around, upside down", VARIANT),
]


@pytest.mark.parametrize(("item", "name", "expectation"), NOT_NAMED)
def test_what_no_known_mistake_explains_is_given_no_name(item, name, expectation):
    assert failed(verdict(named(f"cnn.{item}", name)))[expectation].diagnosis == ""


def test_a_net_with_frozen_layers_is_not_taken_for_one_without_pooling():
    told = failed(verdict(named("cnn.convnet_a", "frozen weights")))[COUNTS].diagnosis
    assert "finds no trainable layer" in told


@pytest.mark.parametrize(
    ("item", "name", "words"),
    [
        (A, "No forward", 'missing the required "forward" function'),
        (EPOCH, "labels before scores", "not implemented for"),
    ],
)
def test_what_pytorch_cannot_do_is_not_taken_for_what_is_not_written_yet(item, name, words):
    judged = verdict(named(f"cnn.{item}", name))
    assert judged.status in ("partial", "failed")
    assert any(words in e.message for e in judged.expectations)
    assert not any("not written yet" in e.message for e in judged.expectations)


BY_HEART = known_by_heart("cnn", ITEMS)


@pytest.mark.parametrize("mutant", BY_HEART, ids=str)
def test_messages_about_hidden_cases_hold_no_expected_number(mutant):
    hidden = said_of_hidden_cases(mutant)
    assert hidden
    for message in hidden:
        assert not re.search(r"expected (is|are) \[?-?\d|; there are \d", message), message


def test_there_is_such_a_version_of_each_item():
    assert sorted(mutant.item for mutant in BY_HEART) == sorted(f"cnn.{item}" for item in ITEMS)


CODE = re.compile(r"np\.|torch\.|\.sum\(|\.mean\(|\.flip|\.numel|keepdims|\*\*|@ |\d \* \d")


@every_row
def test_no_text_gives_away_a_line_of_code(item, name, expectation, words):
    for e in failed(verdict(named(f"cnn.{item}", name))).values():
        said = e.message if not e.message.count("Your code raised") else ""
        assert not CODE.search(f"{said} {e.diagnosis} {e.advice}")
