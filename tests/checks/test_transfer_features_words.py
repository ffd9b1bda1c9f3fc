"""What students are told about well-known mistakes with a pretrained net, at home and when graded."""

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

PREPARE, COUNT, FREEZE = "preprocess", "trainable_parameters", "freeze"
TOP, STATISTICS, EXTRACT = "unfreeze_top", "keep_statistics", "extract_features"
ENLARGED, REFUSED = "enlarged images", "images that are not bytes are refused"
FORM, UNTOUCHED = "a float32 tensor (N, 3, size, size)", "images are not modified"
HOW_MANY, WHOLE = "how many numbers are trained", "one whole number"
FROZEN, STAY = "no parameter is trained", "weights and statistics stay as they are"
LAST, FIRST, NONE = "the last stages are trained", "stages before them are frozen", "0 stages: all are frozen"
KEPT, OTHERS = "frozen normalisation is in evaluation mode", "normalisation that learns stays in training mode"
DROPOUT, GAMMA = "dropout stays in training mode", "gamma alone says whether a layer is frozen"
SAME_FROZEN = "what is frozen stays so, and nothing else is"
FEATURES, MODE = "features of every image, in their order", "the backbone is in evaluation mode"
GRADIENTS, SIZES = "no gradients are recorded", "at most batch_size images at a time"
ARRAY, LEFT = "an array (N, F)", "backbone and images stay as they are"

ROWS = [
    # images
    (PREPARE, "not divided by 255", ENLARGED, ["Bytes are not divided by 255", "numbers between 0 and 1"]),
    (PREPARE, "divided by 255 twice", ENLARGED, ["divided by 255 twice"]),
    (PREPARE, "divided by 255 in whole numbers", ENLARGED, ["Division in whole numbers leaves 0 and 1 only"]),
    (PREPARE, "mean and std not used", ENLARGED, ["mean and std are not used"]),
    (PREPARE, "mean and std of these images", ENLARGED, ["those of these images; take those of the net"]),
    (PREPARE, "ImageNet's numbers", ENLARGED, ["ImageNet's mean and standard deviation", "handed over"]),
    (PREPARE, "mean and std from blue to red", ENLARGED, ["Red and blue have changed places in mean and std"]),
    (PREPARE, "red and blue exchanged", ENLARGED, ["Red and blue have changed places in the images"]),
    (PREPARE, "height and width exchanged", ENLARGED, ["Height and width have changed places"]),
    (PREPARE, "reshaped", ENLARGED, ["not moved but read anew", "transpose"]),
    (PREPARE, "colours last in what comes back", ENLARGED, ["The axis of colours stands last"]),
    (PREPARE, "size not used", ENLARGED, ["keep the size they came with", "`size` is not used"]),
    (PREPARE, "nearest", ENLARGED, ["Pixels are repeated", "bilinear"]),
    (PREPARE, "align_corners", ENLARGED, ["points on the border, not areas"]),
    (PREPARE, "bicubic", ENLARGED, ["Enlarged bicubically"]),
    (PREPARE, "float64", FORM, ["a Tensor of dtype float64; expected is a tensor of float32"]),
    (PREPARE, "an array", FORM, ["a ndarray of dtype float32; expected is a tensor"]),
    (PREPARE, "the array cleared behind", UNTOUCHED, ["images is changed by the call"]),
    (PREPARE, "nothing refused", REFUSED, ["images from 0 to 1 are taken without a word", "Leave the refusal in"]),
    (PREPARE, "refused by the largest number", REFUSED, ["floats from 0 to 255 are taken without a word"]),
    # counting
    (COUNT, "frozen ones counted", HOW_MANY, ["Frozen parameters are counted, too"]),
    (COUNT, "frozen ones alone", HOW_MANY, ["It is the frozen ones that are counted"]),
    (COUNT, "shared layers twice", HOW_MANY, ["A layer that is used twice is counted twice"]),
    (COUNT, "shared weights twice", HOW_MANY, ["Weights that two layers share", "the same tensor"]),
    (COUNT, "layers within layers counted again", HOW_MANY, ["counted once more with each layer around them"]),
    (COUNT, "layers at the top alone", HOW_MANY, ["Only layers at the top are looked at"]),
    (COUNT, "tensors counted", HOW_MANY, ["These are the tensors; count the numbers in them"]),
    (COUNT, "matrices alone", HOW_MANY, ["Biases", "are not counted"]),
    (COUNT, "running statistics counted", HOW_MANY, ["Running statistics are counted, too"]),
    (COUNT, "everything that is saved", HOW_MANY, ["What the net saves is counted"]),
    (COUNT, "a float", WHOLE, ["it is a float; a count is a whole number"]),
    (COUNT, "a tensor", WHOLE, ["it is a Tensor; a count is a whole number"]),
    # freezing
    (
        FREEZE,
        "requires_grad of the module",
        FROZEN,
        ["12 of the backbone's", "`requires_grad` of a module does nothing"],
    ),
    (FREEZE, "weights alone", FROZEN, ["Weights are frozen, and biases are not"]),
    (FREEZE, "convolutions alone", FROZEN, ["parameters of batch normalisation are not frozen"]),
    (FREEZE, "turned round", FROZEN, ["What was frozen before is trained now"]),
    (FREEZE, "parameters turned into buffers", FROZEN, ["parameters are others than before"]),
    (FREEZE, "weights set to zero, and frozen", STAY, ["weights or running statistics are others after the call"]),
    # the last stages
    (TOP, "a slice from -0", NONE, ["Everything is trained: a slice that ends at -0 is empty"]),
    (TOP, "the first stages", LAST, ["The first stages are trained", "it should be the last ones"]),
    (TOP, "not frozen first", FIRST, ["What comes before is left as it was"]),
    (TOP, "never set back", LAST, ["Everything is frozen", "set back"]),
    (TOP, "weights alone", LAST, ["Of a stage all parameters are trained or none"]),
    (TOP, "one too many", FIRST, ["One stage too many"]),
    (TOP, "one too few", LAST, ["One stage too few"]),
    (TOP, "all but the first ones", FIRST, ["So many stages are frozen"]),
    (TOP, "all stages", FIRST, ["Everything is trained: only the last stages should be"]),
    # statistics
    (STATISTICS, "the net", OTHERS, ["body.2", "All layers are in evaluation mode"]),
    (STATISTICS, "all normalisation", OTHERS, ["All normalisation is in evaluation mode"]),
    (STATISTICS, "direct children alone", KEPT, ["body.0.1", "No frozen layer was reached", "layers within layers"]),
    (STATISTICS, "normalisation of images alone", KEPT, ["head.normal", "that of rows is not"]),
    (STATISTICS, "normalisation that learns", KEPT, ["Frozen and trained have changed places"]),
    (STATISTICS, "momentum 0", KEPT, ["Settings of the layers were changed", "normalised by the batch"]),
    (STATISTICS, "dropout, too", DROPOUT, ["in evaluation mode: head.dropout, pictures (2 of 2"]),
    (STATISTICS, "by beta", GAMMA, ["body.0.1, body.2", "whether gamma is trained"]),
    (STATISTICS, "convolutions frozen", SAME_FROZEN, ["whether", "is trained has changed"]),
    # features
    (EXTRACT, "the last batch missing, if it is smaller", FEATURES, ["The last, smaller batch is missing"]),
    (EXTRACT, "returned from the loop", FEATURES, ["Only the first batch is there", "return too early"]),
    (EXTRACT, "overwritten", FEATURES, ["Only the last batch is there", "overwrites"]),
    (EXTRACT, "batches backwards", FEATURES, ["The batches stand in the wrong order"]),
    (EXTRACT, "means of batches", FEATURES, ["means over each batch"]),
    (EXTRACT, "rows of length 1", FEATURES, ["scaled to length 1"]),
    (EXTRACT, "flat maps", FEATURES, ["numbers of all places"]),
    (EXTRACT, "flat maps", SIZES, ["the backbone was never asked"]),
    (EXTRACT, "left in its mode", MODE, ["normalised by the batch", "evaluation mode first"]),
    (EXTRACT, "detached, batch by batch", GRADIENTS, ["gradients were recorded: memory and time for nothing"]),
    (EXTRACT, "gradients switched off for good", LEFT, ["gradients stay switched off after the call"]),
    (EXTRACT, "all images at once", SIZES, ["11 images went through at once; at most 3 should"]),
    (EXTRACT, "a tensor", ARRAY, ["it is a Tensor; expected is a NumPy array"]),
    (EXTRACT, "a list of batches", ARRAY, ["a list of batches; put them together"]),
    (EXTRACT, "images cleared behind", LEFT, ["the images are changed by the call"]),
    (COUNT, "layers counted", HOW_MANY, ["It is the layers that are counted"]),
    (COUNT, "both sides added up", HOW_MANY, ["The sizes of each tensor's axes are added up"]),
    (COUNT, "two sides alone", HOW_MANY, ["Of each tensor the first and the last axis are multiplied"]),
    (COUNT, "the net's own parameters alone", HOW_MANY, ["Only what belongs to the net itself is counted"]),
    (COUNT, "linear layers alone", HOW_MANY, ["Only linear layers are counted"]),
    (COUNT, "layers frozen as a whole left out", HOW_MANY, ["Of a layer that is frozen in part"]),
    (COUNT, "equal shapes counted once", HOW_MANY, ["Tensors of the same shape are counted once"]),
    (COUNT, "in millions", HOW_MANY, ["The count is in millions"]),
    (COUNT, "what was added last", HOW_MANY, ["Only the last trained tensor is counted"]),
    (EXTRACT, "rows sorted", FEATURES, ["The images' numbers of each feature are sorted"]),
    (EXTRACT, "features sorted", FEATURES, ["Each image's features are sorted"]),
    (EXTRACT, "standardised", FEATURES, ["Features are standardised"]),
    (EXTRACT, "probabilities", FEATURES, ["There is a softmax behind the backbone"]),
    (EXTRACT, "images halved", FEATURES, ["The backbone sees images that are divided by 2"]),
    (EXTRACT, "images of the batch mirrored", FEATURES, ["The backbone sees images that are mirrored"]),
    (PREPARE, "divided by the largest byte there is", ENLARGED, ["It is divided by 254"]),
    (PREPARE, "brackets forgotten", ENLARGED, ["Only the mean is divided by the standard deviation"]),
    (PREPARE, "mean from blue to red", ENLARGED, ["Red and blue have changed places in the mean alone"]),
    (PREPARE, "every image by itself", ENLARGED, ["Mean and standard deviation are those of each image"]),
    (PREPARE, "standardised by rows", ENLARGED, ["Mean and standard deviation are those of each row of pixels"]),
    (PREPARE, "standardised twice", ENLARGED, ["Images are standardised twice"]),
    (PREPARE, "reshaped behind the transpose", ENLARGED, ["Axes are reversed and then read anew"]),
    (PREPARE, "turned by a quarter", ENLARGED, ["Images are turned by a quarter"]),
    (PREPARE, "filled up with black", ENLARGED, ["Images are filled up with black"]),
    (PREPARE, "the border repeated", ENLARGED, ["Images are filled up with their border"]),
    (PREPARE, "nearest-exact", ENLARGED, ["Pixels are repeated (nearest-exact)"]),
    (PREPARE, "bicubic with corners", ENLARGED, ["Enlarged bicubically"]),
    (PREPARE, "means of areas", ENLARGED, ["Each pixel is the mean of an area"]),
    (PREPARE, "enlarged as bytes", ENLARGED, ["Enlarged images are rounded to whole bytes"]),
    (PREPARE, "enlarged in two steps", ENLARGED, ["Images are enlarged twice over"]),
]
every_row = pytest.mark.parametrize(
    ("item", "name", "expectation", "words"), ROWS, ids=[f"{row[0]}: {row[1]}: {row[2]}" for row in ROWS]
)
ITEMS = list(dict.fromkeys(row[0] for row in ROWS))


@every_row
def test_the_text_says_what_the_mistake_is(item, name, expectation, words):
    assert not untold(verdict(named(f"transfer.{item}", name)), expectation, words)


@every_row
def test_the_text_says_so_at_home_too(item, name, expectation, words):
    assert not untold(at_home(named(f"transfer.{item}", name)), expectation, words)


@pytest.mark.parametrize("item", ITEMS)
def test_no_two_of_these_mistakes_are_told_the_same(item):
    """Each of the rows above about the same expectation has words of its own, where there is a diagnosis."""
    rows = [row for row in ROWS if failed(verdict(named(f"transfer.{row[0]}", row[1])))[row[2]].diagnosis]
    assert told_alike("transfer", item, rows) == []


NOT_NAMED = [
    (PREPARE, "a small number added to std", ENLARGED),
    (COUNT, "the formula for linear layers", HOW_MANY),
    (FREEZE, "biases alone", FROZEN),
    (FREEZE, "the first stage alone", FROZEN),
    (TOP, "that stage alone", LAST),
    (TOP, "in the middle", LAST),
    (STATISTICS, "the first one alone", KEPT),
    (STATISTICS, "dropout, too", DROPOUT),
    (EXTRACT, "random numbers", FEATURES),
]


@pytest.mark.parametrize(("item", "name", "expectation"), NOT_NAMED)
def test_what_no_known_mistake_explains_is_given_no_name(item, name, expectation):
    assert failed(verdict(named(f"transfer.{item}", name)))[expectation].diagnosis == ""


BY_HEART = known_by_heart("transfer", ITEMS)


@pytest.mark.parametrize("mutant", BY_HEART, ids=str)
def test_messages_about_hidden_cases_hold_no_expected_number(mutant):
    hidden = said_of_hidden_cases(mutant)
    assert hidden
    for message in hidden:
        assert not re.search(r"expected (is|are) \[?-?\d|; there are \d", message), message


def test_there_is_such_a_version_of_each_item():
    assert sorted(mutant.item for mutant in BY_HEART) == sorted(f"transfer.{item}" for item in ITEMS)


CODE = re.compile(
    r"np\.|torch\.|\.sum\(|\.mean\(|\.numel|\.eval\(|\.parameters|no_grad|requires_grad_|\*\*|@ |\[-|= False"
)


@every_row
def test_no_text_gives_away_a_line_of_code(item, name, expectation, words):
    for e in failed(verdict(named(f"transfer.{item}", name))).values():
        said = e.message if not e.message.count("Your code raised") else ""
        assert not CODE.search(f"{said} {e.diagnosis} {e.advice}")
