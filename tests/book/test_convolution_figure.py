"""The figure "A filter slides over an image": the same numbers as `solutions`, by mouse and by keyboard, from disk.

The page of these tests holds the HTML that the script's opening comment asks for, in the theme's styles.
No book is built.
"""

import json
import time

import numpy as np
import pytest

from solutions.cnn import conv_forward_naive, output_size
from tests.book import figures

pytestmark = pytest.mark.browser

IMAGES = ["box", "cross", "half and half", "slope", "one pixel", "empty"]
FILTERS = ["upper left corner", "upright edge", "lying edge", "falling line", "blur", "identity"]
BUTTONS = ["previous", "next", "play", "fill", "again"]
WIDTHS = [390, 800, 1280]
FITS = [(1, 0), (1, 1), (2, 0), (2, 1), (3, 1)]  # stride, padding


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return figures.alone(tmp_path_factory.mktemp("site"), "convolution")


@pytest.fixture
def figure(browser, page):
    """The page in a narrow window; nothing that the figure does may be an error."""
    figures.resize(browser, 390)
    browser.get_log("browser")
    browser.get(page)
    figures.shown(browser, "#convolution-figure .pixel", 49)
    yield browser
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def _choose(browser, **names):
    script = """for (const [name, value] of Object.entries(arguments[0])) {
        const field = document.getElementById(`convolution-${name}`);
        field.value = value;
        if (field.value !== value) throw new Error(`${name} cannot be ${value}`);
        field.dispatchEvent(new Event('change'));
    }"""
    browser.execute_script(script, names)


def _click(browser, name):
    browser.execute_script("document.getElementById(`convolution-${arguments[0]}`).click()", name)


def _place(browser, number):
    """Move the slider to a place, counted from 1."""
    script = """const field = document.getElementById('convolution-place');
        field.value = arguments[0];
        field.dispatchEvent(new Event('input'));"""
    browser.execute_script(script, number)


def _weights(browser, filter_):
    script = """arguments[0].forEach((row, u) => row.forEach((value, v) => {
        const field = document.getElementById(`convolution-weight-${u}-${v}`);
        field.value = value;
        field.dispatchEvent(new Event('input'));
        field.dispatchEvent(new Event('change'));
    }))"""
    browser.execute_script(script, filter_)


def _numbers(browser, name):
    """What the figure holds, with all digits: image, filter or out."""
    return np.array(
        json.loads(browser.execute_script(f"return document.querySelector('#convolution-figure').dataset.{name}")),
        dtype=float,
    )


def _cells(browser, of):
    """The numbers of a table's cells; None for those that are empty."""
    script = """return [...document.querySelectorAll(`#convolution-figure .${arguments[0]} tr`)]
        .map((row) => [...row.cells].map((cell) => cell.dataset.number ?? null))"""
    rows = browser.execute_script(script, of)
    return [[None if number is None else float(number) for number in row] for row in rows]


def _texts(browser, selector):
    script = (
        "return [...document.querySelectorAll(`#convolution-figure ${arguments[0]}`)].map((one) => one.textContent)"
    )
    return browser.execute_script(script, selector)


def _equation(browser):
    return _texts(browser, ".equation")[0]


def _said(browser):
    """The sentence, once it has come to rest: the page's own timers keep their order, however busy the machine is."""
    script = "setTimeout(() => arguments[0](document.getElementById('convolution-said').textContent), 400)"
    return browser.execute_async_script(script)


def _solved(image, filter_, stride, pad):
    """Output of the function of `solutions`."""
    param = {"stride": stride, "pad": pad}
    return conv_forward_naive(image[None, None], filter_[None, None], np.zeros(1), param)[0][0, 0]


def _lay_out(browser, stride, pad):
    _click(browser, f"stride-{stride}")
    _click(browser, f"pad-{pad}")


@pytest.mark.parametrize(("stride", "pad"), FITS)
def test_the_output_is_that_of_the_solutions_for_every_ready_image_and_filter(figure, stride, pad):
    _lay_out(figure, stride, pad)
    for image in IMAGES:
        for filter_ in FILTERS:
            _choose(figure, image=image, filter=filter_)
            _click(figure, "fill")
            wanted = _solved(_numbers(figure, "image"), _numbers(figure, "filter"), stride, pad)
            np.testing.assert_allclose(_numbers(figure, "out"), wanted, rtol=0, atol=1e-12)
            np.testing.assert_allclose(np.array(_cells(figure, "found"), dtype=float), wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("stride", "pad"), FITS)
def test_own_pixels_and_weights_give_the_output_of_the_solutions(figure, stride, pad):
    rng = np.random.default_rng(10 * stride + pad)
    _lay_out(figure, stride, pad)
    _choose(figure, image="empty")
    for i, j in np.ndindex(7, 7):
        for _ in range(int(rng.integers(0, 5))):
            _click(figure, f"pixel-{i}-{j}")
    _weights(figure, np.round(rng.uniform(-2, 2, (3, 3)), 2).tolist())
    _click(figure, "fill")
    image, filter_ = _numbers(figure, "image"), _numbers(figure, "filter")
    assert len(np.unique(image)) == 5 and len(np.unique(filter_)) == 9
    wanted = _solved(image, filter_, stride, pad)
    np.testing.assert_allclose(_numbers(figure, "out"), wanted, rtol=0, atol=1e-12)
    shown = [float(text.replace("−", "-")) for text in _texts(figure, ".found td")]
    np.testing.assert_allclose(shown, wanted.ravel(), atol=0.051)
    chosen = figure.execute_script(
        "return ['image', 'filter'].map((name) => document.getElementById(`convolution-${name}`).value)"
    )
    assert chosen == ["own", "own"]


@pytest.mark.parametrize("pad", [0, 1])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_sizes_and_refusals_are_those_of_the_solutions(figure, stride, pad):
    _lay_out(figure, stride, pad)
    try:
        size = output_size(7, 3, stride, pad)
    except ValueError as refusal:
        assert _equation(figure) == _said(figure) == str(refusal)
        assert _texts(figure, ".found caption") == ["no output"] and _cells(figure, "found") == []
        assert _texts(figure, ".products td") == [""] * 9
        disabled = figure.execute_script(
            "return [...document.querySelectorAll('#convolution-figure .buttons button, #convolution-place')]"
            ".every((one) => one.disabled)"
        )
        assert disabled and (stride, pad) not in FITS
        _click(figure, "stride-1")
        assert _texts(figure, ".found caption") == [f"output, {5 + 2 * pad} × {5 + 2 * pad}"]
        assert len(_texts(figure, ".products .product")) == 9
    else:
        assert (stride, pad) in FITS
        assert _texts(figure, ".found caption") == [f"output, {size} × {size}"]
        assert np.shape(_cells(figure, "found")) == (size, size)
    script = "return convolutionFigure.outputSize(...arguments[0])"
    for case in [(32, 7, 1, 3), (31, 3, 2, 1), (5, 2, 3, 0)]:
        assert figure.execute_script(script, case) == output_size(*case)
    tells = "try { convolutionFigure.outputSize(...arguments[0]) } catch (error) { return error.message }"
    for case in [(32, 3, 2, 1), (3, 7, 1, 1, "width"), (9, 2, 4, 0, "width")]:
        with pytest.raises(ValueError) as refused:
            output_size(*case)
        assert figure.execute_script(tells, case) == str(refused.value)


@pytest.mark.parametrize(("stride", "pad"), FITS)
def test_window_products_and_sum_belong_to_the_place(figure, stride, pad):
    _lay_out(figure, stride, pad)
    _choose(figure, image="slope", filter="blur")
    image, filter_ = _numbers(figure, "image"), _numbers(figure, "filter")
    padded, out = np.pad(image, pad), _solved(image, filter_, stride, pad)
    for place in (0, out.size // 2, out.size - 1):
        _place(figure, place + 1)
        i, j = np.unravel_index(place, out.shape)
        window = padded[stride * i : stride * i + 3, stride * j : stride * j + 3]
        np.testing.assert_allclose(np.array(_cells(figure, "products")), window * filter_, rtol=0, atol=1e-12)
        factors = [text.split(" · ") for text in _texts(figure, ".products .factors")]
        np.testing.assert_allclose(np.array(factors, dtype=float), np.stack([window, filter_], axis=-1).reshape(9, 2))
        terms, total = _equation(figure).split(" = ")
        assert float(total) == pytest.approx(out[i, j], abs=1e-4)
        assert sum(float(term) for term in terms.split(" + ")) == pytest.approx(out[i, j], abs=1e-3)
        assert _texts(figure, ".walk .chosen") == [f"{place + 1} of {out.size}"]
        script = """const rows = [...document.querySelectorAll('#convolution-figure .found tr')];
            return rows.flatMap((row) => [...row.cells]).findIndex((cell) => cell.classList.contains('now'))"""
        assert figure.execute_script(script) == place
        boxes = """const [frame, first] = ['.frame', '#convolution-pixel-0-0'].map((one) =>
            document.querySelector(`#convolution-figure ${one}`).getBoundingClientRect());
            const side = first.width;
            return [(frame.top - first.top) / side, (frame.left - first.left) / side, frame.height / side]"""
        np.testing.assert_allclose(figure.execute_script(boxes), [stride * i - pad, stride * j - pad, 3], atol=0.05)


def test_the_filter_is_not_turned_around(figure):
    _choose(figure, image="one pixel", filter="upper left corner")
    _click(figure, "fill")
    out = _numbers(figure, "out")
    np.testing.assert_array_equal(out[1:4, 1:4], 4 * _numbers(figure, "filter")[::-1, ::-1])
    _choose(figure, image="box")
    out = _numbers(figure, "out")
    assert out.max() == out[1, 1] == 20 and (out == 20).sum() == 1


def test_places_are_filled_one_after_the_other_and_stay_filled(figure):
    _click(figure, "again")
    filled = [np.count_nonzero(np.not_equal(_cells(figure, "found"), None))]
    for _ in range(3):
        _click(figure, "next")
        filled.append(np.count_nonzero(np.not_equal(_cells(figure, "found"), None)))
    assert filled == [1, 2, 3, 4]
    _click(figure, "previous")
    assert np.count_nonzero(np.not_equal(_cells(figure, "found"), None)) == 4
    assert _texts(figure, ".walk .chosen") == ["3 of 25"]
    _click(figure, "fill")
    assert None not in np.ravel(_cells(figure, "found"))
    _click(figure, "next")
    assert _texts(figure, ".walk .chosen") == ["25 of 25"]
    _click(figure, "pad-1")
    assert None not in np.ravel(_cells(figure, "found")) and np.shape(_cells(figure, "found")) == (7, 7)
    _click(figure, "again")
    _click(figure, "previous")
    assert _texts(figure, ".walk .chosen") == ["1 of 49"]
    _click(figure, "next")
    _click(figure, "stride-2")
    assert _texts(figure, ".walk .chosen") == ["1 of 16"]


def test_play_walks_to_the_end_and_can_be_paused(figure):
    _lay_out(figure, 2, 0)
    _click(figure, "again")
    _click(figure, "play")
    assert _texts(figure, "#convolution-play") == ["Pause"]
    script = """const [wanted, done] = arguments;
        const look = () => {
            const text = document.querySelector('#convolution-figure .walk .chosen').textContent;
            if (text === wanted) done(true);
            else setTimeout(look, 20);
        };
        look();"""
    figure.set_script_timeout(30)
    assert figure.execute_async_script(script, "3 of 9")
    _click(figure, "play")
    paused = _texts(figure, ".walk .chosen")
    time.sleep(1)
    assert _texts(figure, ".walk .chosen") == paused and _texts(figure, "#convolution-play") == ["Play"]
    assert _said(figure).startswith(f"Place {paused[0]},")
    _click(figure, "play")
    assert figure.execute_async_script(script, "9 of 9")
    assert _texts(figure, "#convolution-play") == ["Play"]
    assert None not in np.ravel(_cells(figure, "found"))
    assert _said(figure).startswith("Place 9 of 9, row 3, column 3 of the output")
    _click(figure, "play")  # from the end it begins anew
    assert _texts(figure, ".walk .chosen") == ["1 of 9"]
    _click(figure, "next")
    assert _texts(figure, "#convolution-play") == ["Play"]


def _active(browser):
    return browser.switch_to.active_element


def _tab_to(browser, name):
    """Go on with Tab, from where the focus is, until the element with the id `convolution-name` has it."""
    from selenium.webdriver.common.keys import Keys

    for _ in range(24):
        if _active(browser).get_attribute("id") == f"convolution-{name}":
            return _active(browser)
        _active(browser).send_keys(Keys.TAB)
    raise AssertionError(f"Tab does not lead to {name}")


def test_the_keyboard_alone_reaches_and_moves_everything(figure):
    from selenium.webdriver.common.keys import Keys

    _tab_to(figure, "image").send_keys("o")  # one pixel
    assert _numbers(figure, "image").sum() == 4
    _tab_to(figure, "filter").send_keys("i")  # identity
    assert _numbers(figure, "filter").sum() == 1
    _tab_to(figure, "stride-1").send_keys(Keys.ARROW_RIGHT)
    assert _texts(figure, ".found caption") == ["output, 3 × 3"]
    _active(figure).send_keys(Keys.ARROW_LEFT)
    _tab_to(figure, "pad-0").send_keys(Keys.ARROW_RIGHT)
    assert _texts(figure, ".found caption") == ["output, 7 × 7"]

    _tab_to(figure, "pixel-0-0").send_keys("3")
    for key, there in (
        (Keys.ARROW_DOWN, (1, 0)),
        (Keys.ARROW_RIGHT, (1, 1)),
        (Keys.END, (1, 6)),
        (Keys.ARROW_UP, (0, 6)),
    ):
        _active(figure).send_keys(key)
        assert _active(figure).get_attribute("id") == "convolution-pixel-{}-{}".format(*there)
    _active(figure).send_keys(Keys.ARROW_UP)  # there is no row above
    _active(figure).send_keys("+", "+", "-", Keys.ENTER)
    image = _numbers(figure, "image")
    assert image[0, 0] == 3 and image[0, 6] == 2 and image.sum() == 9
    _active(figure).send_keys("9")  # no such pixel
    _active(figure).send_keys("-", "-", "-")
    assert _numbers(figure, "image")[0, 6] == 0
    assert _active(figure).get_attribute("aria-label") == "row 1, column 7: 0"
    _active(figure).send_keys(Keys.HOME)

    field = _tab_to(figure, "weight-0-0")
    field.send_keys(Keys.BACKSPACE, "-1.5")
    _tab_to(figure, "weight-2-2").send_keys(Keys.BACKSPACE, "100", Keys.TAB)
    filter_ = _numbers(figure, "filter")
    assert filter_[0, 0] == -1.5 and filter_[2, 2] == 9  # weights end at 9
    shown = "return document.getElementById('convolution-weight-2-2').value"
    assert figure.execute_script(shown) == "9"
    np.testing.assert_allclose(_numbers(figure, "out"), _solved(_numbers(figure, "image"), filter_, 1, 1))

    slider = _tab_to(figure, "place")
    slider.send_keys(Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert _texts(figure, ".walk .chosen") == ["3 of 49"]
    assert slider.get_attribute("aria-valuetext") == "3 of 49, row 1, column 3"
    button = _tab_to(figure, "next")
    button.send_keys(Keys.ENTER, Keys.SPACE, Keys.ARROW_RIGHT)
    assert _texts(figure, ".walk .chosen") == ["6 of 49"]
    button.send_keys(Keys.ARROW_LEFT)
    assert _texts(figure, ".walk .chosen") == ["5 of 49"]
    _tab_to(figure, "fill").send_keys(Keys.ENTER)
    assert _texts(figure, ".walk .chosen") == ["49 of 49"]
    _tab_to(figure, "again").send_keys(Keys.ENTER)
    assert _texts(figure, ".walk .chosen") == ["1 of 49"]


def test_an_empty_weight_counts_as_zero(figure):
    _weights(figure, [[1, 1, 1], [1, "", 1], [1, 1, 1]])
    filter_ = _numbers(figure, "filter")
    assert filter_[1, 1] == 0 and filter_.sum() == 8


def test_every_control_has_a_name_and_shows_that_it_has_the_focus(figure):
    script = """return [...document.querySelectorAll('#convolution-figure :is(input, button, select)')]
        .map((one) => [one.id, one.ariaLabel || one.labels?.[0]?.textContent.trim() || one.textContent.trim()])"""
    names = dict(figure.execute_script(script))
    walk = ["place", *BUTTONS, "image", "filter"]
    radios = ["stride-1", "stride-2", "stride-3", "pad-0", "pad-1"]
    pixels = [f"pixel-{i}-{j}" for i, j in np.ndindex(7, 7)]
    weights = [f"weight-{u}-{v}" for u, v in np.ndindex(3, 3)]
    assert sorted(names) == sorted(f"convolution-{name}" for name in [*walk, *radios, *pixels, *weights])
    assert all(names.values())
    legends = _texts(figure, "legend")
    assert legends == ["stride", "padding"]
    ids = figure.execute_script("return [...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(set(ids)) == len(ids)
    for name in ["image", "filter", "stride-1", "pad-0", "pixel-0-0", "weight-0-0", "place", *BUTTONS]:
        _tab_to(figure, name)
        width = "return parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
        assert figure.execute_script(width) >= 2


def test_a_sentence_tells_the_place_once_the_slider_rests(figure):
    said = figure.execute_script("return document.getElementById('convolution-said')")
    assert said.get_attribute("aria-live") == "polite"
    assert _said(figure) == (
        "Place 8 of 25, row 2, column 3 of the output: the nine products add up to 12. "
        "Largest so far: 20, first at row 2, column 2."
    )
    script = """const said = document.getElementById('convolution-said');
        const seen = [];
        new MutationObserver(() => seen.push(said.textContent)).observe(said, { childList: true });
        const done = arguments[arguments.length - 1];
        const field = document.getElementById('convolution-place');
        let place = 1;
        const move = () => {
            field.value = place;
            field.dispatchEvent(new Event('input'));
            place += 1;
            if (place <= 25) setTimeout(move, 20);
            else setTimeout(() => done(seen), 600);
        };
        move();"""
    seen = figure.execute_async_script(script)
    assert len(seen) == 1 and seen[0].startswith("Place 25 of 25, row 5, column 5")
    assert seen[0].endswith("Largest: 20, first at row 2, column 2.")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(figure, width):
    figures.resize(figure, width)
    _weights(figure, [[-8.7654] * 3] * 3)
    for image in IMAGES:
        _choose(figure, image=image)
        for stride, pad in [*FITS, (3, 0)]:
            _lay_out(figure, stride, pad)
            _click(figure, "fill")
            script = """const root = document.querySelector('#convolution-figure');
                const boxes = [root, ...root.querySelectorAll('*')].map((part) => part.getBoundingClientRect());
                const ends = [Math.min(...boxes.map((box) => box.left)), Math.max(...boxes.map((box) => box.right))];
                return [...ends, document.documentElement.scrollWidth]"""
            left, right, scroll = figure.execute_script(script)
            assert left >= 0 and right <= width and scroll <= width
            script = """return [...document.querySelectorAll('#convolution-figure td > span')]
                .filter((one) => one.scrollWidth > one.parentElement.clientWidth + 1).length"""
            assert figure.execute_script(script) == 0  # every number has room in its cell


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_marks_stand_out_in_both_schemes(figure, scheme):
    figure.execute_script("document.documentElement.dataset.theme = arguments[0]", scheme)
    _choose(figure, image="slope")
    _click(figure, "pad-1")
    _click(figure, "fill")
    script = """
        const rgb = (css) => css.match(/[\\d.]+/g).slice(0, 3).map(Number);
        const root = document.querySelector('#convolution-figure');
        const style = (one, pseudo) => getComputedStyle(one, pseudo);
        const ground = rgb(style(document.body).backgroundColor);
        const words = 'label, legend, .caption, caption, .chosen, .equation, .said, .padding, .products span';
        const pairs = [...root.querySelectorAll(words)].map((one) => [rgb(style(one).color), ground]);
        root.querySelectorAll('.pixel, select, input[type=number], .buttons button')
            .forEach((one) => pairs.push([rgb(style(one).color), rgb(style(one).backgroundColor)]));
        root.querySelectorAll('.found td').forEach((one) => {
            const before = style(one, '::before');
            const [tint, share] = [rgb(before.backgroundColor), Number(before.opacity)];
            pairs.push([rgb(style(one).color), ground.map((c, k) => (1 - share) * c + share * tint[k])]);
        });
        const marks = [[rgb(style(root.querySelector('.frame')).borderTopColor), ground]];
        root.querySelectorAll('td').forEach((one) => marks.push([rgb(style(one).borderTopColor), ground]));
        return [ground, pairs, marks];
    """

    def light(colour):
        linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
        return np.dot([0.2126, 0.7152, 0.0722], linear) + 0.05

    def contrast(one, other):
        low, high = sorted((light(one), light(other)))
        return high / low

    ground, pairs, marks = figure.execute_script(script)
    assert (light(ground) > 0.5) == (scheme == "light")
    assert len(pairs) > 150 and min(contrast(*pair) for pair in pairs) >= 4.5
    assert len(marks) > 50 and min(contrast(*pair) for pair in marks) >= 3


def test_nothing_moves_by_itself_and_nothing_is_fetched_from_elsewhere(figure):
    before = figure.execute_script("return document.querySelector('#convolution-figure').outerHTML")
    time.sleep(1)
    assert figure.execute_script("return document.getAnimations().length") == 0
    assert figure.execute_script("return document.querySelector('#convolution-figure').outerHTML") == before
    events = [json.loads(entry["message"])["message"] for entry in figure.get_log("performance")]
    fetched = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    assert any(url.endswith("convolution.js") for url in fetched)
    assert all(url.startswith("file:") for url in fetched), fetched


def test_a_sentence_stands_in_for_the_figure_where_scripts_are_off(browser, page):
    text = figures.seen_without_scripts(browser, page, "#convolution-figure noscript p")
    assert "needs JavaScript" in text
