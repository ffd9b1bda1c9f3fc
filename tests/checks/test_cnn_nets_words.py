"""What students are told about well-known mistakes in sandwiches, nets and their training, at home and when graded."""

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

SANDWICH, NET, NORMAL, BACK = (
    "conv_relu_pool",
    "two_layer_convnet",
    "spatial_batchnorm_forward",
    "spatial_batchnorm_backward",
)
MEASURE, STOPPING = "evaluate", "early_stopping"
DECAYED, FORM = "loss with regularisation", "a number, and a dict of gradients in the parameters' shapes"
RUNNING, STATELESS = "running statistics (C,)", "works from its cache alone"
LOSS, STOPS = "mean loss of all images", "stops in the right epoch"

ROWS = [
    (SANDWICH, "no ReLU", "forward", ["There is no ReLU"]),
    (SANDWICH, "no pooling", "forward", ["There is no pooling"]),
    (SANDWICH, "the scores returned", "forward", ["There are neither ReLU nor pooling"]),
    (SANDWICH, "rows in place of images", "forward", ["The numbers are right", "they only stand in shape"]),
    (SANDWICH, "the ReLU forgotten", "backward", ["does not go back through the ReLU"]),
    (SANDWICH, "the relu for dx alone", "backward", ["dw is off", "does not go back through the ReLU"]),
    (
        SANDWICH,
        "mask by the gradient's sign",
        "backward",
        ["closed where the gradient is negative, not where its input"],
    ),
    (SANDWICH, "mask turned round", "backward", ["The ReLU is open where its input was negative"]),
    (SANDWICH, "divided by N", "backward", ["divided by N once too often"]),
    (SANDWICH, "nothing returned", "backward", ["should return 3 values, dx, dw, db; it returned None"]),
    (SANDWICH, "caches kept outside", STATELESS, ["must be in the cache, not in a variable outside the function"]),
    (SANDWICH, "x scaled in place", "inputs and dout are not modified", ["is changed by the call", "copy"]),
    (NET, "probabilities for scores", "scores where y is None", ["These are probabilities, not scores"]),
    (NET, "ReLU on the scores", "scores where y is None", ["another ReLU behind the last layer"]),
    (NET, "scores turned", "scores where y is None", ["rows and columns are swapped"]),
    (
        NET,
        "half of the regularisation, in loss and gradients",
        DECAYED,
        ["half of ours, in the loss and in the gradients"],
    ),
    (NET, "half of the regularisation, in loss and gradients", "gradient of W1", ["that other courses have"]),
    (NET, "half of the regularisation in the loss", DECAYED, ["holds half of the regularisation part"]),
    (NET, "half of the regularisation in the gradients", "gradient of W2", ["holds half of the regularisation part"]),
    (NET, "no regularisation in the loss", DECAYED, ["without the regularisation part: it is missing"]),
    (NET, "no regularisation at all", "gradient of W1", ["without the regularisation part: it is missing"]),
    (NET, "gradients without regularisation", "gradient of W1", ["leave the regularisation out, which the loss holds"]),
    (NET, "regularisation of W1 left out", DECAYED, ["without the regularisation of W1 part"]),
    (NET, "biases regularised", DECAYED, ["The biases are regularised, too"]),
    (NET, "all gradients decay", "gradient of b1", ["The biases are regularised, too"]),
    (NET, "regularisation divided by N", DECAYED, ["regularisation part", "divided by N once too often"]),
    (NET, "gradients times N", "gradient of b1", ["the division by N is missing"]),
    (NET, "gradients divided by N once more", "gradient of b2", ["divided by N once too often"]),
    (NET, "the names with a d", FORM, ["a dict of gradients with 'W1'", "'dW1'"]),
    (NET, "the loss alone", FORM, ["Several values should come back", "is there a return with all of them?"]),
    (NET, "a step in loss", "images and parameters are not modified", ["are changed by `loss`", "copy"]),
    (NORMAL, "reshaped alone", "out", ["A reshape alone mixes channels and places"]),
    (NORMAL, "only reshaped on the way back", "out", ["On the way back", "the channel still stands last"]),
    (NORMAL, "of each image's channel by itself", "out", ["instance normalisation", "over all images"]),
    (NORMAL, "over the images alone", "out", ["for every place by itself: take them over the places, too"]),
    (NORMAL, "of each image", "out", ["layer normalisation"]),
    (NORMAL, "of all numbers", "out", ["of all channels together"]),
    (NORMAL, "over the channels", "out", ["each channel has its own"]),
    (NORMAL, "eps written in", "out", ["eps is 1e-5 whatever the dict says"]),
    (NORMAL, "gamma left out", "out", ["gamma is left out"]),
    (NORMAL, "beta left out", "mode test", ["beta is left out; in mode test it counts, too"]),
    (NORMAL, "always in training", "mode test", ["the batch's own mean and variance are used; use the running ones"]),
    (NORMAL, "updated in testing", "mode test", ["running_mean is another after a call in mode test"]),
    (NORMAL, "a copy of bn_param", RUNNING, ["The running statistics stay as they were"]),
    (NORMAL, "momentum swapped", RUNNING, ["momentum is the share of the old value that is kept"]),
    (NORMAL, "the unbiased variance stored", RUNNING, ["The unbiased variance is stored"]),
    (NORMAL, "standard deviation stored", RUNNING, ["The standard deviation is stored"]),
    (NORMAL, "the batch alone stored", RUNNING, ["batch's statistics are stored as they are"]),
    (BACK, "reshaped alone", "dx", ["A reshape alone mixes channels and places"]),
    (BACK, "reshaped alone on both ways", "dx", ["A reshape alone mixes channels and places"]),
    (BACK, "only reshaped on the way back", "dx", ["dx is only reshaped: the channel still stands last"]),
    (BACK, "mean and variance constants", "dx", ["Mean and variance are treated as constants"]),
    (BACK, "gamma left out of dx", "dx", ["gamma is left out of dx"]),
    (BACK, "dgamma the sum of dout", "dgamma", ["the sum of dout alone", "normalised numbers"]),
    (BACK, "dgamma and dbeta swapped", "dbeta", ["have dgamma and dbeta changed places?"]),
    (BACK, "means for sums", "dbeta", ["means over images and places; take sums"]),
    (BACK, "dbeta a mean over images", "dbeta", ["divided by N once too often"]),
    (BACK, "the cache kept outside", STATELESS, ["must be in the cache"]),
    (
        MEASURE,
        "left in training mode",
        "the net is in evaluation mode",
        ["asked in training mode", "evaluation mode first"],
    ),
    (MEASURE, "left in training mode", "net and images stay as they are", ["measuring must not teach"]),
    (MEASURE, "gradients recorded", "no gradients are recorded", ["costs memory and time", "Switch it off"]),
    (MEASURE, "mean of the batches' means", LOSS, ["mean of the batches' means: the last batch is smaller"]),
    (MEASURE, "mean of the batches' accuracies", "accuracy", ["mean of the batches' means: the last batch is smaller"]),
    (MEASURE, "sum of all losses", LOSS, ["a sum over all images; divide by their number"]),
    (MEASURE, "batches' means divided by the number of images", LOSS, ["added up and divided by the number of images"]),
    (MEASURE, "a softmax before the cross-entropy", LOSS, ["a softmax in front of the cross-entropy"]),
    (MEASURE, "returned from the loop", LOSS, ["the first batch's alone"]),
    (MEASURE, "the last batch's loss", LOSS, ["the last batch's alone"]),
    (MEASURE, "accuracy first", LOSS, ["Loss and accuracy have changed places"]),
    (MEASURE, "in per cent", "accuracy", ["in per cent; give it between 0 and 1"]),
    (MEASURE, "share of wrong answers", "accuracy", ["the share of wrong answers"]),
    (MEASURE, "the smallest score", "accuracy", ["what the smallest scores give"]),
    (MEASURE, "a dict", "two numbers", ["should return 2 values, loss and accuracy"]),
    (STOPPING, "an epoch too late", STOPS, ["one epoch too late", "`patience` epochs without improvement are enough"]),
    (STOPPING, "an epoch too early", STOPS, ["It stops one epoch too early"]),
    (STOPPING, "counted in all", STOPS, ["counted in all, not in a row"]),
    (STOPPING, "just as good is better", STOPS, ["Just as good counts as better"]),
    (STOPPING, "smaller is better", STOPS, ["Smaller counts as better: that is for losses"]),
    (STOPPING, "compared with the epoch before", STOPS, ["compared with the epoch before, not with the best one"]),
    (STOPPING, "min_delta not looked at", "min_delta", ["`min_delta` is not looked at"]),
    (STOPPING, "min_delta subtracted", "min_delta", ["`min_delta` is subtracted"]),
    (STOPPING, "min_delta as a share", "min_delta", ["taken as a share of the best accuracy"]),
    (STOPPING, "best creeps", "best", ["`best` creeps up with steps smaller than min_delta"]),
    (STOPPING, "never stops", STOPS, ["it did not say stop; it should say stop after epoch"]),
    (STOPPING, "best is not kept", "best", ["best is None after these epochs"]),
    (STOPPING, "whole numbers", "update returns True or False", ["it returned int"]),
    (
        MEASURE,
        "the sum of the losses divided by the batches",
        LOSS,
        ["The sum over all images is divided by the number of batches"],
    ),
    (
        MEASURE,
        "weighted with the first batch's size",
        LOSS,
        ["Every batch's mean counts as if the batch were as large as the first one"],
    ),
    (MEASURE, "a logarithm of the softmax alone", LOSS, ["Log-probabilities of all classes are added up"]),
    (MEASURE, "nll_loss of the scores", LOSS, ["The loss takes scores for log-probabilities (nll_loss)"]),
    (MEASURE, "squared errors", LOSS, ["The loss is that of squared differences of probabilities"]),
    (MEASURE, "loss with smoothed labels", LOSS, ["The loss smooths the labels"]),
    (MEASURE, "the first image of every batch", "accuracy", ["Only the first image of each batch is looked at"]),
    (MEASURE, "along the wrong axis", "accuracy", ["The largest score is looked for along the images"]),
    (MEASURE, "the count of one batch", LOSS, ["It is divided by the size of the last batch alone"]),
    (MEASURE, "the count of full batches", LOSS, ["It is divided as if all batches were full"]),
    (MEASURE, "the last batch dropped", LOSS, ["The last batch is left out"]),
    (MEASURE, "labels shuffled", LOSS, ["Labels stand in the opposite order of their images"]),
    (MEASURE, "images halved", LOSS, ["The net is asked about images that are divided by 2"]),
    (
        NET,
        "bias of the last layer left out",
        "scores where y is None",
        ["The affine layer's bias is left out of the scores"],
    ),
    (NET, "bias of the filters left out", "scores where y is None", ["The filters' biases are left out of the scores"]),
    (NET, "images scaled", "scores where y is None", ["The images are divided by 255 first"]),
    (NET, "mean image subtracted", "scores where y is None", ["The mean of the images is subtracted first"]),
    (NET, "no convolution", "scores where y is None", ["The filters do not come in"]),
    (
        NET,
        "pooled images laid out another way",
        "scores where y is None",
        ["The pooled images are laid out as rows with the channels last"],
    ),
    (NET, "weights for their squares", DECAYED, ["The weights are added up without their squares"]),
    (NET, "absolute weights", DECAYED, ["The absolute values of the weights are added up"]),
    (NET, "mean of the squares", DECAYED, ["The penalty is the mean of the squared weights"]),
    (NET, "norms for squares", DECAYED, ["The penalty is the norm of the weights"]),
    (
        NET,
        "a regularisation of 0.1 written in",
        "loss without regularisation",
        ["Loss and gradients hold the penalty with another strength than `reg`"],
    ),
    (NET, "loss of the probabilities", "loss without regularisation", ["There is a softmax in front of the loss"]),
    (
        NET,
        "the decay with the loss's squares",
        "gradient of W1",
        ["The penalty's gradient holds the squares of the weights"],
    ),
    (NET, "through the scores, not their loss", "gradient of W1", ["The scores themselves go back"]),
    (
        NET,
        "upstream gradient of ones",
        "gradient of W1",
        ["Ones go back in the place of the gradient of the loss by the scores"],
    ),
    (NET, "the forward pass's output back", "gradient of W1", ["What comes out of the sandwich goes back into it"]),
    (SANDWICH, "bias left out", "forward", ["The bias is left out"]),
    (SANDWICH, "bias behind the ReLU", "forward", ["The bias is added once more behind the ReLU"]),
    (SANDWICH, "the pooling undone by repetition", "backward", ["dout does not go back through the pooling"]),
    (SANDWICH, "dout of ones", "backward", ["dout is not used"]),
    (SANDWICH, "db a mean", "backward", ["db is a mean over images and places"]),
    (SANDWICH, "relu first", "forward", ["The ReLU comes first"]),
    (
        SANDWICH,
        "the relu mask laid on what comes out",
        "backward",
        ["The ReLU is closed where the images are negative"],
    ),
    (BACK, "rows mixed, laid back as they should be", "dx", ["On the way to rows the numbers are laid out wrongly"]),
    (
        BACK,
        "height and width swapped before",
        "dx",
        ["On the way to rows height and width of dout have changed places"],
    ),
    (BACK, "not divided by std", "dx", ["dx is not divided by the standard deviation"]),
    (BACK, "the mean a constant", "dx", ["The mean is treated as a constant"]),
    (BACK, "the variance a constant", "dx", ["The variance is treated as a constant"]),
    (BACK, "means over images alone", "dx", ["Means over the channel are replaced by means over the images alone"]),
    (BACK, "sums divided by N, not by N H W", "dx", ["Sums over the channel are divided by the number of images"]),
    (BACK, "dbeta of the first image", "dbeta", ["dbeta is that of the first image alone"]),
    (
        BACK,
        "images taken for examples",
        "dx",
        ["Means over the channel are replaced by means of every image's channel by"],
    ),
    (NORMAL, "rows mixed, laid back as they should be", "out", ["On the way to rows the numbers are laid out wrongly"]),
    (NORMAL, "over images and rows", "out", ["Mean and variance are taken over images and rows"]),
    (NORMAL, "only the first image", "out", ["Mean and variance are the first image's"]),
    (NORMAL, "gamma and beta swapped", "out", ["gamma and beta have changed places"]),
    (NORMAL, "gamma and beta once more", "out", ["gamma and beta come in twice"]),
    (NORMAL, "gamma along the width", "out", ["gamma is multiplied along the width"]),
    (NORMAL, "absolute gamma", "out", ["The sign of gamma is lost"]),
    (NORMAL, "always in testing", "out", ["In mode train the running statistics are used"]),
    (NORMAL, "one step for every image", RUNNING, ["There is one step for each image"]),
    (NORMAL, "two steps", RUNNING, ["There are two steps for one batch"]),
    (NORMAL, "the momentum of the default", RUNNING, ["The momentum is the default's"]),
    (STOPPING, "best with min_delta", "best", ["`best` holds min_delta on top of the accuracy"]),
    (STOPPING, "best is the number of the epoch", "best", ["`best` is the number of the epoch"]),
    (STOPPING, "best in per cent", "best", ["`best` is in per cent"]),
    (STOPPING, "TheBestOfAll", "best", ["`best` is the largest accuracy so far"]),
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
    alike = (
        {"the ReLU forgotten", "the relu for dx alone"},
        {"reshaped alone", "reshaped alone on both ways"},
    )
    assert told_alike("cnn", item, ROWS, alike) == []


def test_what_is_said_of_the_gradients_is_not_said_where_the_loss_tells_otherwise():
    for name in ("no regularisation at all", "half of the regularisation in the gradients"):
        told = failed(verdict(named(f"cnn.{NET}", name)))["gradient of W1"].diagnosis
        assert "the loss" not in told, name
    told = failed(verdict(named(f"cnn.{NET}", "half of the regularisation in the loss")))[DECAYED].diagnosis
    assert "in the gradients" not in told


@pytest.mark.parametrize("name", ["never stops", "nothing returned", "the count", "random answers"])
def test_a_mistake_in_stopping_is_named_only_where_it_explains_every_case(name):
    found = failed(verdict(named(f"cnn.{STOPPING}", name)))
    assert [e.diagnosis for e in found.values() if e.diagnosis] == []


BY_HEART = known_by_heart("cnn", ITEMS)


@pytest.mark.parametrize("mutant", BY_HEART, ids=str)
def test_messages_about_hidden_cases_hold_no_expected_number(mutant):
    hidden = said_of_hidden_cases(mutant)
    assert hidden
    for message in hidden:
        assert not re.search(r"expected is -?\d", message), message


def test_there_is_such_a_version_of_each_item():
    assert sorted(mutant.item for mutant in BY_HEART) == sorted(f"cnn.{item}" for item in ITEMS)


CODE = re.compile(r"np\.|torch\.|\.sum\(|\.mean\(|keepdims|\*\*|@ ")


@every_row
def test_no_text_gives_away_a_line_of_code(item, name, expectation, words):
    for e in failed(verdict(named(f"cnn.{item}", name))).values():
        said = e.message if not e.message.count("Your code raised") else ""
        assert not CODE.search(f"{said} {e.diagnosis} {e.advice}")
