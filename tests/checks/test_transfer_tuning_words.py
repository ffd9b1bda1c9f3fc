"""What students are told about well-known mistakes with a probe, groups of parameters and fine-tuning."""

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

PROBE, GROUPS, TUNE = "train_probe", "parameter_groups", "fine_tune"
LEAST = "the regularised loss is as small as it can be"
ODD = "a feature that never varies, a class without images"
LAYER, UNTOUCHED = "a layer: (N, F) in, (N, classes) out", "features and labels are not modified"
RATES, LEFT_OUT = "learning rates by layer", "frozen parameters are left out"
ONCE, REFUSED = "every trained parameter, once", "nothing to train is an error"
DICTS = 'dicts with "params" and "lr"'
HISTORY, STOPS = "validation accuracies of the epochs", "stops in the right epoch"
KEPT, MODE, NUMBERS = (
    "the best epoch's weights and statistics are left",
    "evaluation mode at the end",
    "a list of numbers",
)

ROWS = [
    # a probe
    (PROBE, "penalty on raw weights", LEAST, ["features as they are", "standardised ones"]),
    (PROBE, "biases penalised, too", LEAST, ["Biases are penalised, too"]),
    (PROBE, "no penalty", LEAST, ["`reg` is not used", "above the least"]),
    (PROBE, "half of the penalty", LEAST, ["The penalty is half of ours"]),
    (PROBE, "twice the penalty", LEAST, ["The penalty is twice ours"]),
    (PROBE, "penalty for each image", LEAST, ["smaller by the number of images"]),
    (PROBE, "losses summed", LEAST, ["losses were summed and not averaged"]),
    (PROBE, "mean of the squared weights", LEAST, ["the mean of the squared weights"]),
    (PROBE, "norm of the weights", LEAST, ["the norm of the weights"]),
    (PROBE, "absolute values", LEAST, ["the sum of absolute values"]),
    (PROBE, "weight decay in place of the penalty", LEAST, ["half of ours", "what an optimiser's weight decay does"]),
    (PROBE, "divided by the variance", LEAST, ["divided by their variance"]),
    (PROBE, "not folded", LEAST, ["those of standardised features", "asked with features as they are"]),
    (PROBE, "biases folded alone", LEAST, ["those of standardised features"]),
    (PROBE, "weights folded alone", LEAST, ["Weights are right, biases are not"]),
    (PROBE, "weights folded twice", LEAST, ["divided by the standard deviation twice"]),
    (PROBE, "no steps", LEAST, ["All weights are zero"]),
    (PROBE, "no biases", LEAST, ["There are no biases"]),
    (PROBE, "a softmax before the cross-entropy", LEAST, ["a softmax in front of the cross-entropy"]),
    (PROBE, "divided by zero", ODD, ["a feature that never varies"]),
    (PROBE, "nan replaced in the features alone", ODD, ["nan", "a division by zero"]),
    (PROBE, "as many classes as there are", LAYER, ["a class without images", "expected is", "(N, classes)"]),
    (PROBE, "a ReLU behind the layer", LAYER, ["is not linear"]),
    (PROBE, "a function", LAYER, ["it is a function", "whose weight and bias alone give the scores"]),
    (PROBE, "a layer in float64", LAYER, ["float64 alone"]),
    (PROBE, "standardised in place", UNTOUCHED, ["changed by the call", "copies"]),
    # groups
    (GROUPS, "the same rate everywhere", RATES, ["`decay` is not used"]),
    (GROUPS, "reversed", RATES, ["fall towards the head; they should fall towards the image"]),
    (GROUPS, "stages reversed, the head first", RATES, ["fall towards the head among the stages"]),
    (GROUPS, "one power too many", RATES, ["The head's rate is multiplied by `decay` already"]),
    (GROUPS, "one power too few", RATES, ["The last stage has the head's rate"]),
    (GROUPS, "linear", RATES, ["multiplied by the depth"]),
    (GROUPS, "divided by the depth", RATES, ["The rate is divided by the depth"]),
    (GROUPS, "decay for all stages alike", RATES, ["All stages have `decay` times the head's rate"]),
    (GROUPS, "divided by decay", RATES, ["grow towards the image"]),
    (GROUPS, "decay alone", RATES, ["These are the factors"]),
    (GROUPS, "rate and decay exchanged", RATES, ["changed places"]),
    (GROUPS, "frozen stages skipped in the count", RATES, ["Frozen layers count, too"]),
    (GROUPS, "a rate for every tensor", RATES, ["parameters of one layer have several rates"]),
    (GROUPS, "frozen parameters included", LEFT_OUT, ["frozen parameters are in the groups"]),
    (GROUPS, "the head left out", ONCE, ["2 are in no group"]),
    (GROUPS, "the head twice", ONCE, ["2 in several"]),
    (GROUPS, "running statistics, too", ONCE, ["none of the net's parameters"]),
    (GROUPS, "an empty group", DICTS, ["hold no parameters: leave them out"]),
    (GROUPS, "lr is missing", DICTS, ['"params" and "lr"']),
    (GROUPS, "names for parameters", DICTS, ['"params" should hold parameters']),
    (GROUPS, "a text for a rate", DICTS, ['"lr" should be a number']),
    (GROUPS, "nothing returned", DICTS, ["should return a list of groups"]),
    (GROUPS, "no error", REFUSED, ["everything is frozen, and no error is raised"]),
    (GROUPS, "another error", REFUSED, ["a ValueError is asked for", "RuntimeError"]),
    # fine-tuning
    (TUNE, "the last epoch's weights kept", KEPT, ["These are the last epoch's", "nothing is put back"]),
    (TUNE, "no copy", KEPT, ["what was kept is no copy"]),
    (TUNE, "parameters without running statistics", KEPT, ["running statistics the last one's"]),
    (TUNE, "the first epoch's weights", KEPT, ["These are the first epoch's"]),
    (TUNE, "back where it began", KEPT, ["back where it began"]),
    (TUNE, "never stops", STOPS, ["`patience` is not used", "12 epochs"]),
    (TUNE, "an epoch too late", STOPS, ["one epoch too late"]),
    (TUNE, "an epoch too early", STOPS, ["one epoch too early"]),
    (TUNE, "counted in all", STOPS, ["counted in all, not in a row"]),
    (TUNE, "just as good is better", STOPS, ["Just as good counts as better"]),
    (TUNE, "compared with the epoch before", STOPS, ["with the one before, not with the best"]),
    (TUNE, "measured before the epoch", HISTORY, ["measured before it is trained"]),
    (TUNE, "losses of training", HISTORY, ["the losses of training"]),
    (TUNE, "evaluate's first number", HISTORY, ["losses on the validation images"]),
    (TUNE, "accuracies of training", HISTORY, ["accuracies on the training images"]),
    (TUNE, "the best alone", HISTORY, ["one epoch's accuracy alone"]),
    (TUNE, "the last alone", HISTORY, ["one epoch's accuracy alone"]),
    (TUNE, "nothing returned", HISTORY, ["is there a return statement"]),
    (TUNE, "the net", NUMBERS, ["a list with a number for each epoch"]),
    (TUNE, "training mode at the end", MODE, ["left in training mode"]),
    (GROUPS, "linear, down to nothing", RATES, ["Rates fall along a line"]),
    (GROUPS, "1 - decay", RATES, ["Each stage's rate is multiplied by 1 - decay"]),
    (GROUPS, "decay squared", RATES, ["Each stage's rate is multiplied by `decay` twice"]),
    (GROUPS, "halved", RATES, ["Rates are halved from stage to stage"]),
    (GROUPS, "exponential", RATES, ["Rates fall as an exponential function"]),
    (GROUPS, "ten times for the head", RATES, ["The head's rate is ten times what it should be"]),
    (PROBE, "squares of sums", LEAST, ["The weights of each class are added up before they are squared"]),
    (PROBE, "the default reg", LEAST, ["The penalty has the strength of the default"]),
    (PROBE, "reg squared", LEAST, ["`reg` comes in squared"]),
    (PROBE, "the first class's weights alone", LEAST, ["Only the first class's weights are penalised"]),
    (PROBE, "divided by the largest", LEAST, ["Features are divided by their largest size"]),
    (PROBE, "divided by the range", LEAST, ["Features are divided by their range"]),
    (PROBE, "one deviation for all features", LEAST, ["One standard deviation stands for all features"]),
    (PROBE, "standardised by rows", LEAST, ["Rows are standardised"]),
    (
        PROBE,
        "multiplied where it should be divided",
        LEAST,
        ["The weights are multiplied by the standard deviations at the end"],
    ),
    (
        PROBE,
        "a feature that never varies divided by a tiny number",
        ODD,
        ["A feature that never varies has by far the largest weights"],
    ),
    (PROBE, "smoothed labels", LEAST, ["The loss smooths the labels"]),
    (PROBE, "squared differences", LEAST, ["The loss is that of squared differences"]),
    (PROBE, "classes against the rest", LEAST, ["Each class is told from all others by itself (binary cross-entropy)"]),
    (PROBE, "classes balanced", LEAST, ["Classes count alike"]),
    (PROBE, "labels off by one", LEAST, ["Every label is off by one class"]),
    (PROBE, "labels shuffled", LEAST, ["Labels stand in the opposite order of their features"]),
    (PROBE, "half of the images", LEAST, ["Only every second image is learned from"]),
    (PROBE, "means of classes", LEAST, ["These are the means of the classes"]),
    (PROBE, "one class pinned", LEAST, ["The last class's weights are held at zero"]),
    (TUNE, "put back in every epoch", HISTORY, ["Every epoch begins with the best net so far"]),
    (TUNE, "two epochs for one", HISTORY, ["There are two epochs of training for each accuracy"]),
    (TUNE, "measured on the first batch", HISTORY, ["These are accuracies on the first validation batch"]),
    (TUNE, "errors", HISTORY, ["These are shares of wrong answers"]),
    (TUNE, "sorted", HISTORY, ["The accuracies are sorted"]),
    (TUNE, "the best so far", HISTORY, ["These are the best accuracies so far"]),
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
    """Each of the rows above about the same expectation has words of its own."""
    alike = (
        {"penalty for each image", "losses summed"},  # they come to the same layer
        {"not folded", "biases folded alone"},
        {"the last epoch's weights kept", "no copy"},
        {"the best alone", "the last alone"},
    )
    assert told_alike("transfer", item, ROWS, alike) == []


NOT_NAMED = [
    (PROBE, "a descent of few steps", LEAST),
    (PROBE, "a rate too small", LEAST),
    (PROBE, "weights rounded", LEAST),
    (PROBE, "features as they are", UNTOUCHED),
    (GROUPS, "^ for **", RATES),
    (GROUPS, "the whole backbone in each group", RATES),
    (TUNE, "an average of the best and the last", KEPT),
    (TUNE, "weights without biases", KEPT),
    (TUNE, "up to the best", HISTORY),
    (TUNE, "random weights", HISTORY),
]


@pytest.mark.parametrize(("item", "name", "expectation"), NOT_NAMED)
def test_what_no_known_mistake_explains_is_given_no_name(item, name, expectation):
    found = failed(verdict(named(f"transfer.{item}", name)))
    assert expectation not in found or found[expectation].diagnosis == ""


@pytest.mark.parametrize(
    ("item", "name", "words"),
    [
        (PROBE, "labels from one", "out of bounds"),
        (GROUPS, "an error wherever a stage is frozen", "Your code raised ValueError"),
        (TUNE, "optimiser and net exchanged", "has no attribute"),
    ],
)
def test_what_python_cannot_do_is_said_in_its_own_words(item, name, words):
    judged = verdict(named(f"transfer.{item}", name))
    assert judged.status in ("partial", "failed")
    assert any(words in e.message for e in judged.expectations)


BY_HEART = known_by_heart("transfer", ITEMS)


@pytest.mark.parametrize("mutant", BY_HEART, ids=str)
def test_messages_about_hidden_cases_hold_no_expected_number(mutant):
    hidden = said_of_hidden_cases(mutant)
    assert hidden
    for message in hidden:
        assert not re.search(r"expected (is|are) \[?-?\d", message), message


def test_there_is_such_a_version_of_each_item():
    assert sorted(mutant.item for mutant in BY_HEART) == sorted(f"transfer.{item}" for item in ITEMS)


CODE = re.compile(r"np\.|torch\.|deepcopy|\.sum\(|\.mean\(|\.clone|\.numel|keepdims|\*\*|@ |\d \* \d")


@every_row
def test_no_text_gives_away_a_line_of_code(item, name, expectation, words):
    for e in failed(verdict(named(f"transfer.{item}", name))).values():
        said = e.message if not e.message.count("Your code raised") else ""
        assert not CODE.search(f"{said} {e.diagnosis} {e.advice}")
