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
    *(
        (item, name, expectation, words)
        for item in (FORWARD, FAST)
        for name, expectation, words in [
            (
                "filter flipped in its channels, too",
                "out",
                ["The filter is turned around", "and its channels stand in the opposite"],
            ),
            ("filters in another order", "out", ["The filters come in the opposite order"]),
            (
                "the filter's sum in the place of its numbers",
                "out",
                ["Every pixel of the window is multiplied by the sum of the filter's numbers"],
            ),
            ("no filter but the sum of the window", "out", ["The pixels of the window are added up"]),
            (
                "channels and filters multiplied apart",
                "out",
                ["The filter's numbers are summed over the channels before they are"],
            ),
            ("a mean over the channels", "out", ["The sum of the products is divided by the number of channels"]),
            ("the last pixel of the window alone", "out", ["Only the last pixel of each window counts"]),
            ("the sum of the biases", "out", ["The sum of all biases is added to each filter's output"]),
            ("biases in another order", "out", ["The biases come in the opposite order"]),
            ("bias multiplied", "out", ["The sum of the products is multiplied by the bias"]),
            ("bias along the width", "out", ["The biases are added along the width of out"]),
            ("bias of the images, not of the filters", "out", ["The biases are added along the images"]),
            ("padding of ones", "out", ["The image is padded with ones"]),
            ("windows without their last row", "out", ["The last row of every window is left out"]),
            ("x centred in place", "out", ["The mean of all pixels is subtracted first"]),
            ("filter flipped and no bias", "out", ["The filter is turned around", "and the bias is left"]),
        ]
    ),
    *(
        (item, name, expectation, words)
        for item in (BACKWARD, FAST_BACK)
        for name, expectation, words in [
            ("filter upside down", "dx", ["The filter is turned upside down on the way back"]),
            (
                "filters multiplied apart",
                "dx",
                ["dout and the filters are summed over the filters apart from each other"],
            ),
            ("the last pixel of the window alone", "dx", ["Only the last pixel of each window gets its share"]),
            ("stride ignored", "dx", ["The windows are taken one pixel apart"]),
            ("dx through a ReLU", "dx", ["The gradient goes only through positive pixels"]),
            ("filter flipped back", "dw", ["dw is taken from images that are turned around"]),
            ("images mixed", "dw", ["The dout of every image meets the pixels of all images"]),
            ("the first place alone", "dw", ["dw is that of the first place of the window alone"]),
            ("dout forgotten", "dw", ["dout is not used", "these are the gradients of the sum of all"]),
            ("db with the biases", "db", ["db is multiplied by the biases"]),
            ("db the biases", "db", ["db is the biases themselves"]),
            ("db the number of places", "db", ["dout is not used", "these are the gradients of the sum of all"]),
            ("a dout of ones", "dx", ["dout is not used", "these are the gradients of the sum of all"]),
            ("flipped, and overwritten", "dx", ["The filter is turned around on the way back"]),
        ]
    ),
    (BACKWARD, "db from ones on, in loops", "db", ["db is larger by 1 than ours"]),
    (BACKWARD, "dw by the filter, in loops", "dw", ["dw is made of the filters"]),
    (BACKWARD, "dx by the window, in loops", "dx", ["dx is made of the pixels"]),
    (
        BACKWARD,
        "windows one pixel apart to the right, in loops",
        "dx",
        ["To the right: the windows are taken one pixel apart"],
    ),
    (
        BACKWARD,
        "every window gets the whole dout, in loops",
        "dx",
        ["Every place of the window gets the sum of dout over all places"],
    ),
    (BACKWARD, "dout of the first place, in loops", "dx", ["dout of the first place is taken at every place"]),
    (BACKWARD, "the last row of places left out, in loops", "dx", ["The last row of places is left out"]),
    (BACKWARD, "whole numbers, in loops", "db", ["dout is cut off to whole numbers before it is added up"]),
    (FORWARD, "filter of the image, in loops", "out", ["Which filter is taken depends on the image's number"]),
    (FORWARD, "the largest product, in loops", "out", ["This is the largest of the products"]),
    (FORWARD, "the last channel alone, in loops", "out", ["Only the last channel is looked at"]),
    (FORWARD, "returned after the first filter, in loops", "out", ["Only the first image's first filter is there"]),
    (POOL_BACK, "in proportion to the numbers", "dx", ["dout is shared out in proportion to the numbers"]),
    (POOL_BACK, "softened", "dx", ["dout is shared out by a softmax"]),
    (POOL_BACK, "to the upper left number", "dx", ["The upper left number of each window gets dout"]),
    (POOL_BACK, "to the largest size", "dx", ["The number of the largest size in each window gets dout"]),
    (POOL_BACK, "to the largest of each row", "dx", ["The largest number of each row of the window gets dout"]),
    (POOL_BACK, "to the largest of each column", "dx", ["The largest number of each column of the window gets dout"]),
    (POOL_BACK, "to the largest of all images", "dx", ["The gradient goes to the largest number of all images"]),
    (POOL_BACK, "stride ignored", "dx", ["The windows are taken one pixel apart"]),
    (POOL_BACK, "stride ignored to the right", "dx", ["To the right, the windows are taken one pixel apart"]),
    (
        POOL_BACK,
        "its place in the window for that in the image",
        "dx",
        ["The place of the largest number is counted from the upper left corner of"],
    ),
    (POOL_BACK, "to the place of the output", "dx", ["dout lands at its own row and column in the image"]),
    (POOL_BACK, "dout of another place", "dx", ["dout comes from the opposite place"]),
    (POOL_BACK, "dout of the first place", "dx", ["dout of the first place is taken at every place"]),
    (POOL_BACK, "dout of the first channel", "dx", ["dout of the first channel is taken in every channel"]),
    (
        POOL_BACK,
        "the first channel's largest number",
        "dx",
        ["The first channel's largest numbers say where dout goes in every channel"],
    ),
    (
        POOL_BACK,
        "the first image's largest number",
        "dx",
        ["The first image's largest numbers say where dout goes in every image"],
    ),
    (POOL_BACK, "windows one row too low", "dx", ["Every window is square"]),
    (POOL_BACK, "height and width of the window swapped", OVERLAP, ["Height and width of the window are swapped"]),
    (POOL, "largest size with its sign", "out", ["This is the number of the largest size in each window"]),
    (POOL, "lower right number", "out", ["This is the lower right number of each window"]),
    (POOL, "median", "out", ["This is the median of each window"]),
    (POOL, "where the largest stands", "out", ["This is where the largest number stands in each window (argmax)"]),
    (POOL, "second largest", "out", ["This is the second largest number of each window"]),
    (POOL, "root of the mean square", "out", ["This is the root of each window's mean square"]),
    (POOL, "largest of the first row", "out", ["This is the largest number of each window's first row"]),
    (POOL, "largest of the first column", "out", ["This is the largest number of each window's first column"]),
    (POOL, "largest of the diagonal", "out", ["This is the largest number of each window's diagonal"]),
    (POOL, "starting from minus one", NEGATIVE, ["-1 counts as one of the numbers"]),
    (POOL, "starting from the image's first number", "out", ["The image's first number counts in every window"]),
    (POOL, "largest of the channel", "out", ["This is the largest number of the whole channel"]),
    (
        POOL,
        "sums largest of the channels",
        "out",
        ["These are sums over the channels of each channel's largest number"],
    ),
    (POOL, "softened", "out", ["This is the logarithm of a sum of exponentials"]),
    (POOL, "a stride of two written in", "out", ["The window moves on by two pixels"]),
    (POOL, "a window of two by two written in", "out", ["Every window is square", "as large as its shorter"]),
    (POOL, "windows one row too high", "out", ["Every window is square", "as large as its longer"]),
    (POOL, "windows one column too wide", "out", ["Every window has one column too many"]),
    (POOL, "windows without their first row", "out", ["The first row of every window is left out"]),
    (POOL, "windows moved to the right", "out", ["Every window lies one pixel too far to the right"]),
    (POOL, "returned after the first channel", "out", ["Only the first image's first channel is there"]),
    (POOL, "mean, and stride ignored", "out", ["These are means"]),
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
