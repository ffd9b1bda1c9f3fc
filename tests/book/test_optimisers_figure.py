"""The figure with four update rules: the same numbers as `solutions`, by mouse and keyboard, from disk."""

import json
import math

import numpy as np
import pytest

from solutions.two_layer_net import updates
from tests.book import figures

pytestmark = pytest.mark.browser

STARTS = {"valley": [-3.6, 1.5], "saddle": [-3.4, 0.01]}
SETTINGS = {
    "sgd": {"learning_rate": 0.07},
    "sgd_momentum": {"learning_rate": 0.02, "momentum": 0.85},
    "rmsprop": {"learning_rate": 0.06, "decay_rate": 0.97, "epsilon": 1e-8},
    "adam": {"learning_rate": 0.11, "beta1": 0.88, "beta2": 0.995, "epsilon": 1e-8},
}
LOSSES = {
    "valley": lambda w: (w[0] ** 2 + 25 * w[1] ** 2) / 2,
    "saddle": lambda w: w[0] ** 2 / 2 + w[1] ** 4 / 4 - w[1] ** 2 / 2,
}
GRADIENTS = {
    "valley": lambda w: np.array([w[0], 25 * w[1]]),
    "saddle": lambda w: np.array([w[0], w[1] ** 3 - w[1]]),
}


def walked(rule, surface, start, settings, steps):
    """The points that the rule of `solutions` visits, start included."""
    w, config, points = np.array(start, dtype=float), dict(settings), [np.array(start, dtype=float)]
    for _ in range(steps):
        w, config = getattr(updates, rule)(w, GRADIENTS[surface](w), config)
        points.append(w)
    return np.array(points)


@pytest.fixture
def figure(browser, site):
    """The page, opened from disk in a narrow window, and a function that runs a script in it."""
    figures.resize(browser, 390)
    browser.get((site / "book" / "two_layer_net.html").as_uri())
    figures.shown(browser, ".optimisers > svg", 1)
    return browser


def _shown(browser, rule):
    """What the figure's table says of a rule, with all digits: w1, w2, loss."""
    script = "return [...document.querySelectorAll(`td[data-rule=${arguments[0]}]`)].map((cell) => +cell.dataset.value)"
    return browser.execute_script(script, rule)


def _settings(browser, surface):
    given = browser.execute_script("return document.querySelector('.optimisers').dataset.settings")
    return json.loads(given)[surface]


@pytest.mark.parametrize("surface", STARTS)
@pytest.mark.parametrize("rule", SETTINGS)
def test_the_pages_rules_take_the_same_steps_as_the_solutions(figure, rule, surface):
    start, settings = STARTS[surface], SETTINGS[rule]
    script = "return optimisers.path(...arguments)"
    points = np.array(figure.execute_script(script, rule, surface, start, settings, 25))
    assert points.shape == (26, 2)
    np.testing.assert_allclose(points, walked(rule, surface, start, settings, 25), rtol=0, atol=1e-9)


@pytest.mark.parametrize("surface", STARTS)
def test_the_pages_gradients_are_those_of_its_losses(figure, surface):
    script = (
        "const s = optimisers.surfaces[arguments[0]]; return arguments[1].map((w) => [s.loss(w), ...s.gradient(w)])"
    )
    points = np.random.default_rng(0).uniform(-2, 2, (10, 2))
    for w, (loss, *gradient) in zip(points, figure.execute_script(script, surface, points.tolist()), strict=True):
        assert math.isclose(loss, LOSSES[surface](w), abs_tol=1e-9)
        np.testing.assert_allclose(gradient, GRADIENTS[surface](w), rtol=0, atol=1e-9)
        for axis, move in enumerate(1e-5 * np.eye(2)):
            slope = (LOSSES[surface](w + move) - LOSSES[surface](w - move)) / 2e-5
            assert math.isclose(gradient[axis], slope, abs_tol=1e-6)


def test_the_keyboard_alone_moves_the_start_steps_and_resets(figure):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    given = _settings(figure, "valley")
    picture = figure.find_element(By.CSS_SELECTOR, ".optimisers > svg")
    figure.execute_script("arguments[0].focus()", picture)
    active = figure.switch_to.active_element
    assert active == picture
    for key in (Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_DOWN):
        active.send_keys(key)
    start = [given["start"][0] + 0.1, given["start"][1] - 0.05]
    np.testing.assert_allclose(_shown(figure, "sgd")[:2], start, atol=1e-9)
    active.send_keys(Keys.TAB)
    step = figure.switch_to.active_element
    assert step.text == "Step"
    for _ in range(3):
        step.send_keys(Keys.ENTER)
    for rule in SETTINGS:
        w = walked(rule, "valley", start, given[rule], 3)[-1]
        np.testing.assert_allclose(_shown(figure, rule), [*w, LOSSES["valley"](w)], rtol=0, atol=1e-9)
    assert "3 steps" in figure.find_element(By.ID, "optimisers-said").text
    figure.find_element(By.ID, "optimisers-reset").send_keys(Keys.ENTER)
    np.testing.assert_allclose(_shown(figure, "adam")[:2], start, atol=1e-9)


def test_form_controls_choose_surface_rule_and_settings(figure):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select

    Select(figure.find_element(By.ID, "optimisers-surface")).select_by_visible_text("saddle point")
    field = figure.find_element(By.ID, "optimisers-sgd-learning_rate")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys("0.25")
    start = figure.find_element(By.ID, "optimisers-start-2")
    start.send_keys(Keys.CONTROL, "a")
    start.send_keys("0.5", Keys.TAB)
    figure.find_element(By.ID, "optimisers-step").send_keys(Keys.SPACE)
    given = _settings(figure, "saddle")
    w = walked("sgd", "saddle", [given["start"][0], 0.5], {"learning_rate": 0.25}, 1)[-1]
    np.testing.assert_allclose(_shown(figure, "sgd"), [*w, LOSSES["saddle"](w)], rtol=0, atol=1e-9)
    figure.find_element(By.ID, "optimisers-adam").send_keys(Keys.SPACE)
    assert not figure.find_element(By.CSS_SELECTOR, ".optimisers > svg g.adam").is_displayed()
    assert figure.find_element(By.CSS_SELECTOR, ".optimisers > svg g.sgd").is_displayed()


def test_every_control_has_a_name(figure):
    script = """return [...document.querySelectorAll('.optimisers :is(input, select, button, svg[tabindex])')]
        .filter((one) => !(one.ariaLabel || one.textContent.trim() || one.labels?.[0]?.textContent.trim())).length"""
    assert figure.execute_script(script) == 0


def test_a_click_sets_the_start(figure):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By

    picture = figure.find_element(By.CSS_SELECTOR, ".optimisers > svg")
    figure.execute_script("arguments[0].scrollIntoView({block: 'center'})", picture)
    before = _shown(figure, "sgd")[0]
    ActionChains(figure).move_to_element_with_offset(picture, 60, -20).click().perform()
    after = _shown(figure, "sgd")
    assert after[0] > 0 > before and 0 < after[1] < 2


def test_running_goes_on_until_it_is_paused_and_the_paths_stay_in_the_drawing(figure):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    run, said = figure.find_element(By.ID, "optimisers-run"), figure.find_element(By.ID, "optimisers-said")
    field = figure.find_element(By.ID, "optimisers-sgd-learning_rate")
    figure.execute_script("arguments[0].value = 5; arguments[0].dispatchEvent(new Event('input'))", field)  # diverges
    figure.execute_script("arguments[0].click()", run)
    assert run.text == "Pause"
    WebDriverWait(figure, 20).until(lambda _: int(said.text.split()[0]) >= 12)
    figure.execute_script("arguments[0].click()", run)
    held = said.text
    assert run.text == "Run"
    lines = figure.execute_script(
        "return [...document.querySelectorAll('.optimisers polyline')].map((line) => line.getAttribute('points'))"
    )
    assert len(lines) == 4 and not any("NaN" in points or "Infinity" in points for points in lines)
    assert said.text == held
    errors = [entry for entry in figure.get_log("browser") if entry["level"] == "SEVERE"]
    assert errors == []
