"""The figure "Batch normalisation of one feature": the same numbers as `solutions`, by keyboard alone, from disk.

The page of these tests holds the HTML that the script's opening comment asks for, in the theme's styles.
No book is built.
"""

import itertools
import json
import re
import time

import numpy as np
import pytest

from solutions.batchnorm import batchnorm_forward
from tests.book import figures

pytestmark = pytest.mark.browser

SLIDERS = ["mean", "std", "size", "gamma", "beta"]
BUTTONS = ["draw", "draw-many", "reset", "first"]
WIDTHS = [400, 800, 1280]
LIMIT = 8  # both axes go from -8 to 8
SETTINGS = [
    {"mean": -3.0, "std": 2.5, "size": 5, "gamma": 1.0, "beta": 0.0},
    {"mean": 4.0, "std": 0.4, "size": 8, "gamma": -1.5, "beta": 2.0},
    {"mean": 0.5, "std": 1.0, "size": 3, "gamma": 0.3, "beta": -2.5},
    {"mean": 1.0, "std": 2.0, "size": 1, "gamma": 2.0, "beta": 1.0},
    {"mean": 2.0, "std": 1.5, "size": 6, "gamma": 0.0, "beta": 0.7},
]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return figures.alone(tmp_path_factory.mktemp("site"), "batchnorm")


@pytest.fixture
def figure(browser, page):
    """The page in a narrow window; nothing that the figure does may be an error."""
    figures.resize(browser, 400)
    browser.get_log("browser")
    browser.get(page)
    figures.shown(browser, "#batchnorm-figure > svg", 1)
    yield browser
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def _drawn_as_wide_as_it_stands(browser):
    """Whether the picture is drawn for the width that it has, so that its words keep their size."""
    script = """const svg = document.querySelector('#batchnorm-figure > svg');
        return [svg.viewBox.baseVal.width, svg.clientWidth]"""
    drawn, given = browser.execute_script(script)
    return abs(drawn - given) <= 1


def _set(browser, **settings):
    script = """for (const [name, value] of Object.entries(arguments[0])) {
        const field = document.getElementById(`batchnorm-${name}`);
        field.value = value;
        if (field.valueAsNumber !== value) throw new Error(`${name} cannot be ${value}`);
        field.dispatchEvent(new Event('input'));
    }"""
    browser.execute_script(script, settings)


def _click(browser, name):
    browser.execute_script("document.getElementById(`batchnorm-${arguments[0]}`).click()", name)


def _number(browser, of, kind):
    """A number of the tables, with all digits."""
    script = "return +document.querySelector(`td[data-of=${arguments[0]}][data-kind=${arguments[1]}]`).dataset.number"
    return browser.execute_script(script, of, kind)


def _numbers(browser, name):
    """What the picture shows, with all digits: x, y (the example first) or landings."""
    script = "return document.querySelector('#batchnorm-figure > svg').dataset[arguments[0]]"
    return np.array(json.loads(browser.execute_script(script, name)), dtype=float)


def _chosen(browser):
    script = "return arguments[0].map((name) => document.getElementById(`batchnorm-${name}`).valueAsNumber)"
    return dict(zip(SLIDERS, browser.execute_script(script, SLIDERS), strict=True))


def _running(browser):
    return _number(browser, "running", "mean"), _number(browser, "running", "variance")


def _heading(browser, of):
    script = (
        "return document.querySelector(`td[data-of=${arguments[0]}]`).parentElement.querySelector('th').textContent"
    )
    return browser.execute_script(script, of)


def _said(browser):
    """The sentence, once it has come to rest: the page's own timers keep their order, however busy the machine is."""
    script = "setTimeout(() => arguments[0](document.getElementById('batchnorm-said').textContent), 400)"
    return browser.execute_async_script(script)


def _solved(x, mode, running, gamma, beta):
    """Output and next running statistics, as the function of `solutions` has them."""
    param = {"mode": mode, "running_mean": np.array([running[0]]), "running_var": np.array([running[1]])}
    y, _ = batchnorm_forward(x[:, None], np.array([gamma]), np.array([beta]), param)
    return y[:, 0], (param["running_mean"][0], param["running_var"][0])


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_outputs_mean_is_beta_and_its_std_is_gamma_whatever_comes_in(figure, settings):
    _set(figure, **settings)
    for _ in range(3):
        _click(figure, "draw")
        x, y = _numbers(figure, "x"), _numbers(figure, "y")
        assert len(x) == len(y) == 2 ** settings["size"]
        assert np.ptp(x) > 0
        for of, numbers in (("batch", x), ("output", y)):
            for kind, wanted in (("mean", numbers.mean()), ("variance", numbers.var()), ("std", numbers.std())):
                np.testing.assert_allclose(_number(figure, of, kind), wanted, rtol=1e-9, atol=1e-9)
        assert _number(figure, "output", "mean") == pytest.approx(settings["beta"], abs=1e-9)
        shrunk = np.sqrt(x.var() / (x.var() + 1e-5))  # what eps takes away
        assert _number(figure, "output", "std") == pytest.approx(abs(settings["gamma"]) * shrunk, abs=1e-9)
        assert _number(figure, "output", "std") == pytest.approx(abs(settings["gamma"]), abs=5e-3)


@pytest.mark.parametrize("settings", SETTINGS)
def test_training_batches_give_the_outputs_and_running_statistics_of_the_solutions(figure, settings):
    _set(figure, **settings)
    _click(figure, "reset")
    running = (0.0, 1.0)
    assert _running(figure) == running
    for count in (1, 2, 3, 4):
        _click(figure, "draw")
        wanted, running = _solved(_numbers(figure, "x"), "train", running, settings["gamma"], settings["beta"])
        np.testing.assert_allclose(_numbers(figure, "y"), wanted, rtol=0, atol=1e-9)
        np.testing.assert_allclose(_running(figure), running, rtol=0, atol=1e-9)
        assert _number(figure, "running", "std") == pytest.approx(running[1] ** 0.5)
        assert _heading(figure, "running") == f"running, from {count} {'batch' if count == 1 else 'batches'}"


@pytest.mark.parametrize("settings", SETTINGS)
def test_test_mode_normalises_with_running_statistics_and_leaves_them_as_they_are(figure, settings):
    _set(figure, **settings)
    for _ in range(2):
        _click(figure, "draw")
    assert "(used)" in _heading(figure, "batch") and "(used)" not in _heading(figure, "running")
    running = _running(figure)
    _click(figure, "test")
    assert "(used)" in _heading(figure, "running") and "(used)" not in _heading(figure, "batch")
    for _ in range(3):
        before = _numbers(figure, "x")
        _click(figure, "draw")
        x = _numbers(figure, "x")
        assert not np.array_equal(x, before)
        wanted, _ = _solved(x, "test", running, settings["gamma"], settings["beta"])
        np.testing.assert_allclose(_numbers(figure, "y"), wanted, rtol=0, atol=1e-9)
        assert _running(figure) == running
    _click(figure, "draw-many")
    assert _running(figure) == running
    assert _heading(figure, "running") == "running, from 3 batches (used)"
    _click(figure, "training")
    _click(figure, "draw")
    np.testing.assert_allclose(
        _running(figure), _solved(_numbers(figure, "x"), "train", running, 1.0, 0.0)[1], rtol=1e-9
    )


def test_the_first_batch_of_the_page_is_a_training_batch(figure):
    x = _numbers(figure, "x")
    wanted, running = _solved(x, "train", (0.0, 1.0), 1.0, 0.0)
    np.testing.assert_allclose(_running(figure), running, rtol=1e-12)
    np.testing.assert_allclose(_numbers(figure, "y"), wanted, rtol=0, atol=1e-12)
    assert _heading(figure, "running") == "running, from 1 batch"


def test_moving_a_slider_or_changing_the_mode_updates_no_running_statistics(figure):
    _click(figure, "draw-many")
    running = _running(figure)
    for settings in SETTINGS:
        _set(figure, **settings)
    _click(figure, "test")
    _click(figure, "training")
    assert _running(figure) == running
    assert _heading(figure, "running") == "running, from 21 batches"


def test_a_batch_of_one_comes_out_as_beta_whatever_it_was(figure):
    _set(figure, size=0)
    for mean, std, gamma, beta in [(4, 2.5, 1, 0), (-4, 0.1, 2, 1.5), (0, 1, -0.5, -3)]:
        _set(figure, mean=mean, std=std, gamma=gamma, beta=beta)
        _click(figure, "draw")
        np.testing.assert_allclose(_numbers(figure, "x"), [mean + std], rtol=1e-12)
        assert _numbers(figure, "y").tolist() == [beta]
        assert _number(figure, "output", "mean") == beta and _number(figure, "output", "std") == 0
        assert _number(figure, "batch", "variance") == 0


def test_the_example_is_in_every_batch_one_standard_deviation_above_the_mean(figure):
    for settings in SETTINGS:
        _set(figure, **settings)
        _click(figure, "draw")
        example = settings["mean"] + settings["std"]
        assert _numbers(figure, "x")[0] == _number(figure, "example", "x") == pytest.approx(example)
        assert _numbers(figure, "y")[0] == _number(figure, "example", "y") == _numbers(figure, "landings")[-1]


def test_landings_are_those_of_the_last_twenty_batches(figure):
    seen = [_numbers(figure, "y")[0]]
    for count in range(2, 24):
        _click(figure, "draw")
        seen.append(_numbers(figure, "y")[0])
        landings = _numbers(figure, "landings")
        assert len(landings) == min(count, 20)
        np.testing.assert_allclose(landings, seen[-20:], rtol=0, atol=1e-12)
        assert _number(figure, "example", "spread") == pytest.approx(np.std(landings))
    marks = figure.execute_script("return document.querySelectorAll('#batchnorm-figure svg .landing').length")
    assert marks == 20 and len(set(seen)) == 23


def test_the_example_lands_closer_together_in_larger_batches(figure):
    _click(figure, "draw-many")
    spreads = []
    for size in (2, 4, 6, 8):
        _set(figure, size=size)
        spreads.append(_number(figure, "example", "spread"))
    assert all(small > 1.2 * large for small, large in itertools.pairwise(spreads)), spreads
    _set(figure, size=1)
    np.testing.assert_allclose(np.abs(_numbers(figure, "landings")), 1, atol=1e-3)  # of two numbers, one is at +1


def test_the_example_lands_at_one_place_in_test_mode(figure):
    _set(figure, size=2, gamma=1.5, beta=-0.5)
    _click(figure, "draw-many")
    assert _number(figure, "example", "spread") > 0.3
    mean, variance = _running(figure)
    _click(figure, "test")
    for _ in range(2):
        landings = _numbers(figure, "landings")
        assert len(landings) == 20
        np.testing.assert_allclose(landings, 1.5 * (3.5 - mean) / np.sqrt(variance + 1e-5) - 0.5, rtol=1e-9)
        assert _number(figure, "example", "spread") == pytest.approx(0, abs=1e-9)
        _click(figure, "draw-many")


def test_means_of_small_batches_jump_more(figure):
    jumps = []
    for size in (2, 8):
        _set(figure, size=size)
        means = []
        for _ in range(15):
            _click(figure, "draw")
            means.append(_number(figure, "batch", "mean"))
        jumps.append(np.std(means))
    assert jumps[0] > 3 * jumps[1]


def test_drawn_numbers_are_normal_and_the_same_on_every_visit(figure, page):
    script = "const next = batchnormFigure.generator(); return Array.from({ length: 40 }, next)"
    drawn = np.array(figure.execute_script(script))
    assert drawn.shape == (40, 255)
    assert abs(drawn.mean()) < 0.03 and abs(drawn.std() - 1) < 0.03
    shares = [(np.abs(drawn) < z).mean() for z in (0.5, 1, 2)]
    np.testing.assert_allclose(shares, [0.383, 0.683, 0.954], atol=0.015)
    assert abs(np.corrcoef(drawn[:, :-1].ravel(), drawn[:, 1:].ravel())[0, 1]) < 0.03
    np.testing.assert_array_equal(figure.execute_script(script), drawn)
    _click(figure, "draw")
    first = _numbers(figure, "x")
    figure.get(page)
    assert not np.array_equal(_numbers(figure, "x"), first)
    _click(figure, "draw")
    np.testing.assert_array_equal(_numbers(figure, "x"), first)


def test_first_settings_bring_back_what_the_page_opened_with(figure):
    state = "return [...document.getElementById('batchnorm-figure').children].map((child) => child.innerHTML)"
    first, text = _chosen(figure), _said(figure)
    opened = figure.execute_script(state)
    _set(figure, **SETTINGS[1])
    _click(figure, "draw-many")
    _click(figure, "test")
    assert _chosen(figure) != first and figure.execute_script(state) != opened
    _click(figure, "first")
    assert _chosen(figure) == first and _said(figure) == text
    assert figure.execute_script(state) == opened
    assert figure.execute_script("return document.getElementById('batchnorm-training').checked")


def test_what_a_relu_closes_is_counted_shaded_and_drawn_hollow(figure):
    for settings in SETTINGS:
        _set(figure, **settings)
        y = _numbers(figure, "y")
        closed = int((y <= 0).sum())
        assert _number(figure, "output", "closed") == closed
        texts = figure.execute_script(
            "return [...document.querySelectorAll('#batchnorm-figure text')].map((t) => t.textContent)"
        )
        share = next(text for text in texts if text.startswith("closed by a ReLU"))
        assert abs(float(share.split()[-2]) - 100 * closed / len(y)) <= 0.5
        hollow = figure.execute_script("return document.querySelectorAll('#batchnorm-figure .dot.closed').length")
        assert hollow == int(((y <= 0) & (y >= -LIMIT))[1:].sum())  # the example is a diamond
    shade = figure.execute_script(
        "const box = document.querySelector('#batchnorm-figure .shut').getBBox(); return [box.x, box.x + box.width]"
    )
    np.testing.assert_allclose(shade, _axis(figure)([-LIMIT, 0]), atol=0.01)


def _axis(browser):
    """Where values stand in the picture, as a function: the ticks of both axes say it, and agree."""
    script = """return [...document.querySelectorAll('#batchnorm-figure .tick')]
        .filter((t) => /^.?\\d$/.test(t.textContent))
        .map((t) => [Number(t.textContent.replace('−', '-')), Number(t.getAttribute('x'))])"""
    upper, lower = np.array(browser.execute_script(script)).reshape(2, 9, 2)
    np.testing.assert_array_equal(upper, lower)
    return lambda value: np.interp(value, lower[:, 0], lower[:, 1])


@pytest.mark.parametrize("mode", ["training", "test"])
@pytest.mark.parametrize("width", WIDTHS)
def test_marks_stand_where_the_axes_say(figure, width, mode):
    figures.resize(figure, width)
    _click(figure, mode)
    _set(figure, mean=1.0, std=0.8, size=4, gamma=1.2, beta=0.4)
    x, y, place = _numbers(figure, "x"), _numbers(figure, "y"), _axis(figure)
    dots = figure.execute_script(
        "return [...document.querySelectorAll('#batchnorm-figure .dot')].map((d) => +d.getAttribute('cx'))"
    )
    np.testing.assert_allclose(dots, place([*x[1:], *y[1:]]), atol=0.01)
    lanes = figure.execute_script(
        "return [...document.querySelectorAll('#batchnorm-figure .lane:not(.ends)')].map((l) => l.getAttribute('d'))"
    )
    drawn = [[float(number) for number in re.findall(r"[MH](-?[\d.]+)", lane)] for lane in lanes]
    pairs = [(x.mean(), x.std()), (_running(figure)[0], _running(figure)[1] ** 0.5), (y.mean(), y.std())]
    wanted = [place([mean - std, mean + std]) for mean, std in pairs]
    np.testing.assert_allclose(drawn, wanted, atol=0.01)
    words = figure.execute_script(
        "return [...document.querySelectorAll('#batchnorm-figure .words')].map((w) => w.textContent)"
    )
    assert [("(used)" in text) for text in words[:2]] == [mode == "training", mode == "test"]
    outline = figure.execute_script(
        "return document.querySelector('#batchnorm-figure .outline').getAttribute('points')"
    )
    points = np.array([point.split(",") for point in outline.split()], dtype=float)
    np.testing.assert_allclose(points[:, 0], place(1.0 + 0.8 * np.linspace(-3, 3, 121)), atol=0.1)
    heights = points[:, 1].max() - points[:, 1]  # in a picture, up is towards 0
    bell = np.exp(-0.5 * np.linspace(-3, 3, 121) ** 2)
    np.testing.assert_allclose(heights / heights.max(), (bell - bell[0]) / (1 - bell[0]), atol=0.01)
    example = figure.execute_script(
        "const boxes = [...document.querySelectorAll('#batchnorm-figure path.example')].map((mark) => mark.getBBox());"
        "return boxes.map((box) => box.x + box.width / 2)"
    )
    np.testing.assert_allclose(example, place([x[0], y[0]]), atol=0.01)


def test_numbers_beyond_the_axes_are_counted_at_their_ends(figure):
    _set(figure, mean=4, std=2.5, size=8)
    above = int((_numbers(figure, "x") > LIMIT).sum())
    assert above > 0
    script = "return [...document.querySelectorAll('#batchnorm-figure .beyond')].map((t) => t.textContent)"
    assert f"{above} ▸" in figure.execute_script(script)
    _set(figure, size=0, gamma=2)
    for _ in range(6):
        _click(figure, "draw-many")  # the running variance goes to 0
    _set(figure, mean=-4)
    _click(figure, "test")
    assert _numbers(figure, "y")[0] < -1000
    assert "◂ 1" in figure.execute_script(script)
    html = figure.execute_script("return document.querySelector('#batchnorm-figure').innerHTML")
    assert "NaN" not in html and "Infinity" not in html and "undefined" not in html


def _tab_to(browser, name):
    """Go on with Tab, from where the focus is, until the element with the id `batchnorm-name` has it."""
    from selenium.webdriver.common.keys import Keys

    for _ in range(12):
        if browser.switch_to.active_element.get_attribute("id") == f"batchnorm-{name}":
            return browser.switch_to.active_element
        browser.switch_to.active_element.send_keys(Keys.TAB)
    raise AssertionError(f"Tab does not lead to {name}")


def test_the_keyboard_alone_reaches_and_moves_every_control(figure):
    from selenium.webdriver.common.keys import Keys

    moves = {"mean": 0.1, "std": 0.1, "size": 1, "gamma": 0.1, "beta": 0.1}
    before = _chosen(figure)
    for name, step in moves.items():
        slider = _tab_to(figure, name)
        y = _numbers(figure, "y")
        value = figure.execute_script(
            "return document.getElementById(`batchnorm-${arguments[0]}-value`).textContent", name
        )
        slider.send_keys(Keys.ARROW_RIGHT)
        assert _chosen(figure)[name] == pytest.approx(before[name] + step)
        seen = figure.execute_script(
            "return document.getElementById(`batchnorm-${arguments[0]}-value`).textContent", name
        )
        assert seen != value
        assert float(seen) == pytest.approx(2 ** (before[name] + 1) if name == "size" else before[name] + step)
        assert slider.get_attribute("aria-valuetext") == seen
        if name in ("size", "gamma", "beta"):
            assert not np.array_equal(_numbers(figure, "y"), y)
        slider.send_keys(Keys.HOME)
        assert _chosen(figure)[name] == float(slider.get_attribute("min"))
        slider.send_keys(Keys.END)
        assert _chosen(figure)[name] == float(slider.get_attribute("max"))
    _set(figure, **before)
    training = _tab_to(figure, "training")
    training.send_keys(Keys.ARROW_DOWN)
    assert figure.switch_to.active_element.get_attribute("id") == "batchnorm-test"
    assert "(used)" in _heading(figure, "running")
    figure.switch_to.active_element.send_keys(Keys.ARROW_UP)
    assert "(used)" in _heading(figure, "batch")
    draw = _tab_to(figure, "draw")
    for key in (Keys.ENTER, Keys.SPACE):
        x = _numbers(figure, "x")
        draw.send_keys(key)
        assert not np.array_equal(_numbers(figure, "x"), x)
    assert "from 3 batches" in _heading(figure, "running")
    _tab_to(figure, "draw-many").send_keys(Keys.ENTER)
    assert "from 23 batches" in _heading(figure, "running")
    _tab_to(figure, "reset").send_keys(Keys.SPACE)
    assert _running(figure) == (0, 1) and "from 0 batches" in _heading(figure, "running")
    _tab_to(figure, "first").send_keys(Keys.ENTER)
    assert "from 1 batch" in _heading(figure, "running")


def test_every_control_has_a_name_and_shows_that_it_has_the_focus(figure):
    script = """return [...document.querySelectorAll('#batchnorm-figure :is(input, button)')]
        .map((one) => [one.id, one.textContent.trim() || one.labels?.[0]?.textContent.trim() || ''])"""
    names = dict(figure.execute_script(script))
    assert sorted(names) == sorted(f"batchnorm-{name}" for name in [*SLIDERS, "training", "test", *BUTTONS])
    assert all(names.values()) and len(set(names.values())) == len(names)
    ids = figure.execute_script("return [...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(set(ids)) == len(ids)
    for name in [*SLIDERS, "training", *BUTTONS]:
        _tab_to(figure, name)
        width = "return parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
        assert figure.execute_script(width) >= 2


def test_a_sentence_tells_the_numbers_once_a_slider_rests(figure):
    said = figure.execute_script("return document.getElementById('batchnorm-said')")
    assert said.get_attribute("aria-live") == "polite"
    assert figure.execute_script("return document.querySelector('#batchnorm-figure > svg[role=img]').ariaLabel")
    before = _said(figure)
    assert before.startswith("Training mode, batch 1 with 16 numbers: normalised with its mean 2.31")
    script = """const said = document.getElementById('batchnorm-said');
        const seen = [];
        new MutationObserver(() => seen.push(said.textContent)).observe(said, { childList: true });
        const field = document.getElementById('batchnorm-beta');
        const done = arguments[arguments.length - 1];
        let moves = 0;
        const move = () => {
            field.value = moves / 10;
            field.dispatchEvent(new Event('input'));
            moves += 1;
            if (moves < 10) setTimeout(move, 30);
            else setTimeout(() => done(seen), 600);
        };
        move();"""
    seen = figure.execute_async_script(script)
    assert len(seen) == 1 and "The output has mean 0.90 and standard deviation 1.00." in seen[0]
    _click(figure, "draw-many")
    _click(figure, "test")
    mean, variance = _running(figure)
    text = _said(figure)
    assert text.startswith("Test mode, batch 21 with 16 numbers: normalised with running mean")
    closed = int(_number(figure, "output", "closed"))
    for part in (f"mean {mean:.2f} and standard deviation {variance**0.5:.2f}", f"would close {closed} of 16 numbers"):
        assert part in text
    x, y = (_number(figure, "example", kind) for kind in "xy")
    assert f"goes from {x:.2f} to {y:.2f}." in text.replace("−", "-")
    assert text.endswith("Its last 20 landings have standard deviation 0.00.")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(figure, width):
    figures.resize(figure, width)
    assert _drawn_as_wide_as_it_stands(figure)  # before any control is touched
    ends = [{"mean": mean, "std": 2.5, "size": 8, "gamma": -2, "beta": beta} for mean in (-4, 4) for beta in (-3, 3)]
    ends.append({"mean": 4, "std": 0.1, "size": 0, "gamma": 2, "beta": 3})
    for settings in ends:
        _set(figure, **settings)
        for mode in ("training", "test"):
            _click(figure, mode)
            _click(figure, "draw-many")
            script = """const root = document.querySelector('#batchnorm-figure');
                const parts = [root, ...root.querySelectorAll('*:not(pattern, pattern *)')];
                const boxes = parts.map((part) => part.getBoundingClientRect());
                const ends = [Math.min(...boxes.map((box) => box.left)), Math.max(...boxes.map((box) => box.right))];
                return [...ends, document.documentElement.scrollWidth]"""
            left, right, scroll = figure.execute_script(script)
            assert left >= 0 and right <= width and scroll <= width
            assert _drawn_as_wide_as_it_stands(figure)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_marks_stand_out_in_both_schemes(figure, scheme):
    figure.execute_script("document.documentElement.dataset.theme = arguments[0]", scheme)
    _click(figure, "draw-many")
    script = """
        const rgb = (css) => css.match(/[\\d.]+/g).slice(0, 3).map(Number);
        const root = document.querySelector('#batchnorm-figure');
        const ground = rgb(getComputedStyle(document.body).backgroundColor);
        const words = [...root.querySelectorAll('svg text')].map((t) => rgb(getComputedStyle(t).fill));
        const html = [...root.querySelectorAll('label, .chosen, .said, caption, th, td, button, legend')];
        words.push(...html.map((t) => rgb(getComputedStyle(t).color)));
        const strokes = [...root.querySelectorAll('.dot, .lane, .landing, .outline, .axis, .way')];
        const marks = strokes.map((m) => rgb(getComputedStyle(m).stroke));
        marks.push(rgb(getComputedStyle(root.querySelector('path.example')).fill));
        return [ground, words, marks];
    """

    def light(colour):
        linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
        return np.dot([0.2126, 0.7152, 0.0722], linear) + 0.05

    def contrast(one, other):
        low, high = sorted((light(one), light(other)))
        return high / low

    ground, words, marks = figure.execute_script(script)
    assert (light(ground) > 0.5) == (scheme == "light")
    assert len(words) > 40 and min(contrast(colour, ground) for colour in words) >= 4.5
    assert len(marks) > 50 and min(contrast(colour, ground) for colour in marks) >= 3


def test_nothing_moves_by_itself_and_nothing_is_fetched_from_elsewhere(figure):
    figure.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    )
    try:
        _click(figure, "draw-many")
        assert figure.execute_script("return document.getAnimations().length") == 0
        svg = "return document.querySelector('#batchnorm-figure > svg').outerHTML"
        before = figure.execute_script(svg)
        time.sleep(0.5)
        assert figure.execute_script(svg) == before
    finally:
        figure.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    events = [json.loads(entry["message"])["message"] for entry in figure.get_log("performance")]
    fetched = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    assert any(url.endswith("batchnorm.js") for url in fetched)
    assert all(url.startswith("file:") for url in fetched), fetched


def test_a_sentence_stands_in_for_the_figure_where_scripts_are_off(browser, page):
    text = figures.seen_without_scripts(browser, page, "#batchnorm-figure noscript p")
    assert "needs JavaScript" in text
