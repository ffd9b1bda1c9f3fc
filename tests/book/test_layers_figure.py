"""The walk through a graph: the same values and gradients as `solutions`, by keyboard alone, from disk."""

import itertools

import numpy as np
import pytest

from solutions.layers import Value
from tests.book import figures

pytestmark = pytest.mark.browser

NODES = "wxbazpqsf"
OPERATIONS = 6
LAST = 2 * OPERATIONS + 1
PLACES = [(0.5, -2.0, 1.5), (-1.3, 0.7, 0.2), (0.0, 3.0, -2.5), (2.0, 1.0, 0.0)]


def solved(w, x, b):
    """Values and gradients by node, and the shares that arrive at z from p and from q, as `Value` has them."""
    w, x, b = Value(w), Value(x), Value(b)
    a = w * x
    z = a + b
    p, q = z.exp(), z.sin()
    s = p + q
    f = s**2
    f.backward()
    found = dict(zip(NODES, (w, x, b, a, z, p, q, s, f), strict=True))
    shares = [node.grad * node.parents[0][1] for node in (p, q)]
    return {name: node.value for name, node in found.items()}, {name: node.grad for name, node in found.items()}, shares


@pytest.fixture
def figure(browser, site):
    """The page, opened from disk in a narrow window."""
    figures.resize(browser, 390)
    browser.get_log("browser")
    browser.get((site / "book" / "layers.html").as_uri())
    figures.shown(browser, ".graph-walk svg", 1)
    yield browser
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def _shown(browser, kind):
    """What the table holds, with all digits, by node; nodes without a number are left out."""
    script = """const cells = [...document.querySelectorAll(`.graph-walk td[data-kind=${arguments[0]}]`)];
        const known = cells.filter((cell) => cell.dataset.number !== undefined);
        return Object.fromEntries(known.map((cell) => [cell.dataset.node, +cell.dataset.number]))"""
    return browser.execute_script(script, kind)


def _same(shown, wanted):
    assert sorted(shown) == sorted(wanted)
    for name, number in wanted.items():
        np.testing.assert_allclose(shown[name], number, rtol=0, atol=1e-9, err_msg=name)


def _said(browser):
    from selenium.webdriver.common.by import By

    return browser.find_element(By.ID, "graph-walk-said").text


def _tab_to(browser, name):
    """Go on with Tab, from where the focus is, until the element with the id `name` has it."""
    from selenium.webdriver.common.keys import Keys

    for _ in range(12):
        if browser.switch_to.active_element.get_attribute("id") == name:
            return browser.switch_to.active_element
        browser.switch_to.active_element.send_keys(Keys.TAB)
    raise AssertionError(f"Tab does not lead to {name}")


def _type_inputs(browser, place):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    browser.execute_script("arguments[0].focus()", browser.find_element(By.ID, "graph-walk-w"))
    for name, number in zip("wxb", place, strict=True):
        field = _tab_to(browser, f"graph-walk-{name}")
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(repr(number))


@pytest.mark.parametrize("place", PLACES)
def test_values_and_gradients_at_the_end_are_those_of_the_solutions(figure, place):
    from selenium.webdriver.common.keys import Keys

    _type_inputs(figure, place)
    _tab_to(figure, "graph-walk-end").send_keys(Keys.ENTER)
    values, gradients, _ = solved(*place)
    _same(_shown(figure, "value"), values)
    _same(_shown(figure, "gradient"), gradients)
    assert _said(figure).startswith(f"Step {LAST} of {LAST}.")


def test_every_step_adds_one_value_and_then_passes_one_gradient_on(figure):
    from selenium.webdriver.common.keys import Keys

    place = PLACES[1]
    _type_inputs(figure, place)
    values, gradients, shares = solved(*place)
    button = _tab_to(figure, "graph-walk-next")
    for step in range(1, OPERATIONS + 1):
        button.send_keys(Keys.SPACE if step % 2 else Keys.ENTER)
        _same(_shown(figure, "value"), {name: values[name] for name in NODES[: 3 + step]})
        assert _shown(figure, "gradient") == {}
        assert _said(figure).startswith(f"Step {step} of {LAST}. Forward")
    late = shares[1]  # all that z has before p has passed on its share
    known = [("f", {}), ("sf", {}), ("pqsf", {}), ("pqsf", {"z": late}), ("zpqsf", {}), ("bazpqsf", {})]
    for complete, partial in known:
        button.send_keys(Keys.ENTER)
        _same(_shown(figure, "gradient"), {name: gradients[name] for name in complete} | partial)
        assert ("still to come" in _said(figure)) == bool(partial)
    button.send_keys(Keys.ENTER)
    _same(_shown(figure, "gradient"), gradients)


def test_back_and_start_again_take_away_what_was_added(figure):
    from selenium.webdriver.common.keys import Keys

    _type_inputs(figure, PLACES[0])
    values, gradients, _ = solved(*PLACES[0])
    _tab_to(figure, "graph-walk-end").send_keys(Keys.ENTER)
    figure.execute_script("document.getElementById('graph-walk-back').focus()")
    back = figure.switch_to.active_element
    back.send_keys(Keys.ENTER)
    _same(_shown(figure, "gradient"), {name: gradients[name] for name in "bazpqsf"})
    for _ in range(OPERATIONS):
        back.send_keys(Keys.ENTER)
    assert _shown(figure, "gradient") == {}
    _same(_shown(figure, "value"), values)
    _tab_to(figure, "graph-walk-restart").send_keys(Keys.ENTER)
    _same(_shown(figure, "value"), {name: values[name] for name in "wxb"})


def test_shares_on_the_edges_add_up_to_the_gradients(figure):
    script = "const { gradients, shares } = graphWalk.walk(...arguments); return [gradients, shares]"
    for place in PLACES:
        gradients, shares = figure.execute_script(script, dict(zip("wxb", place, strict=True)), LAST)
        for node, edges in itertools.groupby(sorted(shares, key=lambda edge: edge[-1]), key=lambda edge: edge[-1]):
            np.testing.assert_allclose(sum(shares[edge] for edge in edges), gradients[node], rtol=1e-12)


def test_inputs_that_are_no_number_or_too_large_leave_the_figure_whole(figure):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    _type_inputs(figure, (2.0, 1.0, 0.5))
    _tab_to(figure, "graph-walk-end").send_keys(Keys.ENTER)
    field = figure.find_element(By.ID, "graph-walk-b")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(Keys.DELETE)
    _same(_shown(figure, "value"), solved(2.0, 1.0, 0.5)[0])
    field.send_keys("2000")
    cell = figure.find_element(By.CSS_SELECTOR, ".graph-walk td[data-node=p][data-kind=value]")
    assert cell.text == "too large"


def test_every_control_has_a_name_and_shows_that_it_has_the_focus(figure):
    script = """return [...document.querySelectorAll('.graph-walk :is(input, button)')]
        .filter((one) => !(one.textContent.trim() || one.labels?.[0]?.textContent.trim())).length"""
    assert figure.execute_script(script) == 0
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    figure.execute_script("arguments[0].focus()", figure.find_element(By.ID, "graph-walk-w"))
    for _ in range(6):
        figure.switch_to.active_element.send_keys(Keys.TAB)
        width = "return parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
        assert figure.execute_script(width) >= 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_figure_fits_a_phone_and_its_words_stand_out(figure, scheme):
    size = figure.execute_script(
        "const box = document.querySelector('.graph-walk').getBoundingClientRect(); return [box.left, box.right]"
    )
    assert size[0] >= 0 and size[1] <= 390
    figure.execute_script("document.documentElement.dataset.theme = arguments[0]", scheme)
    figure.execute_script("document.getElementById('graph-walk-end').click()")
    script = """
        const rgb = (css) => css.match(/[\\d.]+/g).slice(0, 3).map(Number);
        const behind = rgb(getComputedStyle(document.querySelector('.graph-walk rect')).fill);
        return ['name', 'value', 'gradient'].map((kind) =>
            [rgb(getComputedStyle(document.querySelector(`.graph-walk svg .${kind}`)).fill), behind]);
    """

    def light(colour):
        linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
        return np.dot([0.2126, 0.7152, 0.0722], linear) + 0.05

    for text, ground in figure.execute_script(script):
        high, low = sorted((light(text), light(ground)), reverse=True)
        assert high / low >= 4.5
