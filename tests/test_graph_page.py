"""The window that shows where the gradient comes from: stepped through, it ends at the gradient of the run."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from engine import race
from tests.driver import visit
from ui.paths import race_of
from ui.scene import Scene

PAIRS = re.compile(r"∂f/∂x = (\S+), ∂f/∂y = (\S+)\. The run (?:itself computed|saw) \((\S+), (\S+?)\)")


def opened(page, query, run=None):
    """The window of a scene, at the run of an entry."""
    visit(page, query)
    page.get_by_role("button", name="Code", exact=True).click()
    page.get_by_role("button", name="Where the gradient comes from").click()
    dialog = page.get_by_role("dialog")
    if run:
        dialog.get_by_label("run").select_option(run)
    return dialog


def numbers(words):
    return np.array([float(word.replace("\N{MINUS SIGN}", "-")) for word in words])


def gradient_of(query, run, step):
    scene = Scene.read(dict(part.split("=", 1) for part in query.split("&")))
    entries, setting = race_of(scene, (run,))
    return race(setting, entries)[0].gradient[step]


@pytest.mark.parametrize(
    ("query", "run", "step"),
    [
        ("surface=rosenbrock&on=sgd,adam&step=7", "adam", 7),
        ("surface=formula&surface.f=a*x^2+|y|*sin(x*y)&surface.domain=-3,3,-3,3&surface.a=2.5&on=sgd&step=4", "sgd", 4),
    ],
)
def test_all_steps_end_at_the_gradient_of_the_run(page, query, run, step):
    dialog = opened(page, query.replace("+", "%2B"), run)
    count, following = dialog.locator(".count"), dialog.get_by_role("button", name="Next")
    expect(count).to_have_text(re.compile("^0 of "))
    steps = int(count.inner_text().rpartition(" ")[2])
    expect(dialog.locator("svg .value").filter(has_text="=")).to_have_count(2)
    for k in range(1, steps + 1):
        following.click()
        expect(count).to_have_text(f"{k} of {steps}")
        expect(dialog.locator("svg g.current")).to_have_count(1)
        said = dialog.get_by_role("status").inner_text().strip()
        assert said
        assert not re.search("(?<!e)-", said), "one minus sign in all numbers"
    assert all(dialog.locator("svg .derivative").all_text_contents())
    found = PAIRS.search(dialog.locator(".result").inner_text())
    assert found
    own, theirs = np.split(numbers(found.groups()), 2)
    np.testing.assert_allclose(own, gradient_of(query, run, step), rtol=1e-4)
    np.testing.assert_allclose(theirs, own, rtol=1e-4)
    below = dialog.locator("svg .derivative").all_text_contents()[:2]
    np.testing.assert_allclose(numbers(word.removeprefix("∂ ") for word in below), own, rtol=1e-4)


def test_it_is_walked_by_keys_told_in_words_and_opens_as_it_was_left(page):
    dialog = opened(page, "surface=ravine&on=sgd&step=1")
    picture = dialog.get_by_role("img")
    following = dialog.get_by_role("button", name="Next")
    expect(dialog.locator(".count")).to_have_text(re.compile("^0 of "))
    following.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(dialog.locator(".count")).to_have_text(re.compile("^1 of "))
    expect(picture).to_have_attribute("aria-label", re.compile("v₁ = x² = "))
    dialog.get_by_role("button", name="All at once").click()
    following.focus()
    page.keyboard.press("Enter")
    expect(following).to_be_focused()
    expect(following).to_have_attribute("aria-disabled", "true")
    expect(picture).to_have_attribute("aria-label", re.compile("^Computational graph of f. x = .* ∂ "))
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Code", exact=True).click()
    expect(dialog.locator("svg")).to_be_visible()


def test_noise_is_told_apart_and_what_has_no_graph_is_said(page):
    dialog = opened(page, "surface=ravine&on=sgd&noise=3&step=5")
    dialog.get_by_role("button", name="All at once").click()
    expect(dialog.locator(".result")).to_contain_text("this gradient and the noise of its step")
    dialog = opened(page, "surface=rare_feature")
    expect(dialog).to_contain_text("This surface is made of examples")
    expect(dialog.get_by_role("button", name="Next")).to_have_count(0)
    dialog = opened(page, "surface=formula&surface.f=0*x%2B1&surface.domain=-1,1,-1,1&on=sgd")
    dialog.get_by_role("button", name="All at once").click()
    expect(dialog.locator(".result")).to_contain_text("∂f/∂x = 0, ∂f/∂y = 0.")
    dialog = opened(page, "on=")
    expect(dialog).to_contain_text("No optimizer is switched on.")
