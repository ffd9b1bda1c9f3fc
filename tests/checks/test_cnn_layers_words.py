"""What students are told about well-known mistakes in convolutions and max-pooling, at home and when graded."""

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

FORWARD, BACKWARD = "conv_forward_naive", "conv_backward_naive"
FAST, FAST_BACK = "conv_forward_fast", "conv_backward_fast"
POOL, POOL_BACK = "max_pool_forward_naive", "max_pool_backward_naive"
REFUSED, LOOPLESS = "a stride that does not divide is an error", "no loop over images, filters or places"
TIES = "ties: the shares of a window's largest numbers add up to dout"
OVERLAP, NEGATIVE, STATELESS = "windows that overlap", "images of negative numbers", "works from its cache alone"

ROWS = [
    # convolution, forward
    *(
        (item, name, expectation, words)
        for item in (FORWARD, FAST)
        for name, expectation, words in [
            ("filter flipped", "out", ["The filter is turned around", "it slides over the image as it is"]),
            ("filter upside down", "out", ["turned upside down"]),
            ("channels in another order", "out", ["meets the channels in another order"]),
            ("the first channel alone", "out", ["Only the first channel is looked at", "sum over all of them"]),
            ("a mean", "out", ["This is the mean of the products"]),
            ("no bias", "out", ["The bias is left out"]),
            ("bias twice", "out", ["The bias is added twice"]),
            ("bias for every product", "out", ["added to every product, not once to their sum"]),
            ("bias for every channel", "out", ["added once for every channel"]),
            ("no padding", "out", ["The image is not padded", "on each side"]),
            ("padding of the border", "out", ["padded with its border; pad it with zeros"]),
            ("padding on the batch axis, too", "out", ["The batch is padded, too", "around the pixels alone"]),
            ("padding above and on the left alone", "out", ["above the image and on its left", "on each side"]),
            ("stride ignored", "out", ["The window moves on by one pixel, whatever the stride"]),
            ("stride ignored downwards", "out", ["Downwards, the window moves on by one pixel"]),
            ("stride ignored to the right", "out", ["To the right, the window moves on by one pixel"]),
            ("windows moved by one pixel", "out", ["one pixel too far down and to the right"]),
            ("windows without their last row and column", "out", ["The last row and the last column", "left out"]),
            ("the first image for all", "out", ["The first image is in the place of all"]),
            ("zeros", "out", ["Every number is zero"]),
            ("half precision", "out", ["nearly right", "few digits"]),
            ("out alone", "out", ["should return 2 values, out and cache"]),
            ("a stride that need not divide", REFUSED, ["no error is raised", "along the height", "does not divide"]),
            ("only the height asked for", REFUSED, ["no error is raised", "along the width"]),
            ("x centred in place", "inputs are not modified", ["x is changed by the call", "copy"]),
            ("channels last", "shape of the output, and a cache", ["out has shape", "expected is", "(N, F, H', W')"]),
        ]
    ),
    # convolution, backward
    *(
        (item, name, expectation, words)
        for item in (BACKWARD, FAST_BACK)
        for name, expectation, words in [
            ("filter flipped", "dx", ["The filter is turned around on the way back"]),
            ("windows that overwrite each other", "dx", ["the last one overwrites the others", "they add up"]),
            ("the first filter alone", "dx", ["Only the first filter hands its share back"]),
            ("channels in another order", "dx", ["meet the channels in another order"]),
            ("not cropped", "dx", ["the gradient of the padded image", "is still there"]),
            ("cropped at the upper left", "dx", ["cut off at the upper left corner", "on all sides"]),
            ("cropped at the lower right", "dx", ["cut off at the lower right corner", "on all sides"]),
            ("images not padded", "dw", ["pixels that are moved", "the window lies on the padded image"]),
            ("the last place alone", "dw", ["the last place of the window alone: add up over all places"]),
            ("the last image alone", "dw", ["the last image alone: add up over all images"]),
            ("the first image alone", "dw", ["the first image alone"]),
            ("not summed over places", "db", ["not summed over the places"]),
            ("not summed over images", "db", ["over axis 0 is right", "not reduced yet"]),
            ("not summed", "db", ["db is dout itself", "sum over all of them"]),
            ("summed over filters, for each image", "db", ["summed over the filters", "a bias of its own"]),
            ("one sum for every filter", "db", ["for all filters together"]),
            ("db of the first place", "db", ["the first place alone"]),
            ("db a mean over places", "db", ["a mean over the places; take the sum"]),
            ("db a mean over all", "db", ["a mean over images and places"]),
            ("all divided by the number of images", "dx", ["divided by the number of images", "dout holds that"]),
            ("all zero", "dx", ["Every number is zero"]),
            ("the wrong sign", "dx", ["exactly minus the right one"]),
            ("cropped from pad to minus pad", "other strides and paddings, float32", ["“no padding”", "dx has shape"]),
            ("dout scaled in place", "dout is not modified", ["dout is changed by the call"]),
            ("kept in a global variable", STATELESS, ["must be in the cache, not in a variable outside"]),
        ]
    ),
    (BACKWARD, "db set, not added, in loops", "db", ["the last image's last place alone"]),
    (BACKWARD, "dw set, not added, in loops", "dw", ["the last image's last place alone"]),
    (BACKWARD, "dx set, not added, in loops", "dx", ["Every share overwrites the one before it", "they add up"]),
    # loops
    (FAST, "the naive one", LOOPLESS, ["more lines of Python run for each further image: that is a loop"]),
    (FAST, "filter by filter", LOOPLESS, ["for each further filter: that is a loop"]),
    (FAST, "place by place", LOOPLESS, ["for each further place: that is a loop"]),
    (FAST_BACK, "image by image", LOOPLESS, ["for each further image: that is a loop"]),
    (FAST_BACK, "only the biases gradient in a loop", LOOPLESS, ["for each further filter"]),
    (FAST_BACK, "pixel by pixel of the image", LOOPLESS, ["for each further place"]),
    # pooling
    (POOL, "mean", "out", ["This is the mean of each window"]),
    (POOL, "smallest", "out", ["the smallest number of each window"]),
    (POOL, "starting from zero", NEGATIVE, ["0 counts as one of the numbers", "windows of negative numbers"]),
    (POOL, "largest of all channels", "out", ["taken over all channels; each channel is pooled by itself"]),
    (POOL, "largest of all images", "out", ["taken over all images; each is pooled by itself"]),
    (POOL, "upper left number", "out", ["the upper left number of each window"]),
    (POOL, "stride ignored", "out", ["The window moves on by one pixel, whatever the stride"]),
    (POOL, "height and width of the window swapped", "out", ["Height and width of the window are swapped"]),
    (POOL, "a stride that need not divide", REFUSED, ["no error is raised", "along the height"]),
    (POOL, "x centred", "x is not modified", ["x is changed by the call"]),
    (POOL_BACK, "all of dout to every largest number", TIES, ["each gets all of dout", "both are accepted"]),
    (POOL_BACK, "shares that add up to half", TIES, ["times its dout; it should be once, in all"]),
    (POOL_BACK, "one gets too much, the others pay", TIES, ["some get less than nothing"]),
    (POOL_BACK, "shared out evenly", TIES, ["not the largest of its window gets a share"]),
    (POOL_BACK, "set, not added", OVERLAP, ["the last one overwrites the others", "their shares add up"]),
    (POOL_BACK, "dout to every number", "dx", ["Every number of the window gets dout"]),
    (POOL_BACK, "shared out evenly", "dx", ["as the mean's gradient would be"]),
    (POOL_BACK, "to the smallest number", "dx", ["The smallest number of each window gets dout"]),
    (POOL_BACK, "times the largest number", "dx", ["gets dout times itself"]),
    (POOL_BACK, "dout left out", "dx", ["dout is left out"]),
    (POOL_BACK, "to the largest of all channels", "dx", ["the largest number of all channels, not of each"]),
    (POOL_BACK, "ReLU's gradient on top", "dx", ["that is the ReLU's"]),
    (POOL_BACK, "zeros", "dx", ["Every number is zero"]),
    (POOL_BACK, "kept in a global variable", STATELESS, ["must be in the cache"]),
]
ITEMS = list(dict.fromkeys(row[0] for row in ROWS))
every_row = pytest.mark.parametrize(
    ("item", "name", "expectation", "words"), ROWS, ids=[f"{row[0]}: {row[1]}: {row[2]}" for row in ROWS]
)


@every_row
def test_the_text_says_what_the_mistake_is(item, name, expectation, words):
    assert not untold(verdict(named(f"cnn.{item}", name)), expectation, words)


@every_row
def test_the_text_says_so_at_home_too(item, name, expectation, words):
    assert not untold(at_home(named(f"cnn.{item}", name)), expectation, words)


@pytest.mark.parametrize("item", ITEMS)
def test_no_two_of_these_mistakes_are_told_the_same(item):
    """Each of the rows above about the same expectation has words of its own."""
    assert told_alike("cnn", item, ROWS) == []


@every_row
def test_no_text_gives_code_or_a_formula_away(item, name, expectation, words):
    found = failed(verdict(named(f"cnn.{item}", name)))[expectation]
    said = f"{found.diagnosis} {found.advice}" + (found.message if "Your code raised" not in found.message else "")
    assert not re.search(r"np\.|\+=|\[:|sum\(|einsum|axis=", said), said


BY_HEART = known_by_heart("cnn", ITEMS)


@pytest.mark.parametrize("mutant", BY_HEART, ids=str)
def test_messages_about_hidden_cases_hold_no_expected_number(mutant):
    hidden = said_of_hidden_cases(mutant)
    assert hidden
    for message in hidden:
        assert not re.search(r"expected is -?\d", message), message
