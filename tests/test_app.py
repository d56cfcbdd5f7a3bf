"""The page in its surroundings: Streamlit's sidebar and theme, and a server that is slow or fails."""

import re

import pytest
from playwright.sync_api import expect

from engine import SCHEDULES
from surfaces import SURFACES
from tests.driver import READY, STAGE, box, decay, painted, pixels, settled, slider, stage, visit
from ui.scene import controls

LONGEST_DELAY = 60_000  # ms, more than ui/stage/state/requests.js ever waits before it asks again


def test_formulas_follow_the_scene(page):
    visit(page, "on=adam")
    hidden = page.get_by_test_id("stSidebar").evaluate("el => getComputedStyle(el).visibility")
    assert hidden == "hidden", "a hidden sidebar has no tab stops"
    page.get_by_test_id("stExpandSidebarButton").click()
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_role("heading", name="Adam")).to_be_visible()
    painted(page, lambda: page.get_by_label("show SGD").check())
    expect(sidebar.get_by_role("heading", name="SGD")).to_be_visible()


def test_the_script_runs_only_for_what_can_be_seen(page):
    """The tab's title, and the formulas once the sidebar was opened: a class that drags asks nothing of Streamlit."""
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    visit(page, "surface=beale")
    first = len(sent)
    for key in ("adam.lr", "sgd.lr", "adam.lr"):
        painted(page, lambda key=key: slider(page, key).press("ArrowRight"))
        settled(page, f"{key}=")
    assert len(sent) == first
    painted(page, lambda: page.locator(f"{STAGE} .bar select").select_option("booth"))
    expect(page).to_have_title(f"{SURFACES['booth'].name} \N{EN DASH} Descent Lab")
    assert len(sent) > first


@pytest.mark.first  # later, programs of other tests would have replaced some of those that are compiled ahead
@pytest.mark.timeout(900)  # it waits until the whole app is compiled, which the server only does between requests
def test_nothing_compiles_while_every_slider_of_the_default_scene_moves(page, app_server):
    asked = []
    page.on("request", lambda request: asked.append(request))
    visit(page)
    for door in page.locator(f"{STAGE} .door").all():
        if door.is_visible():
            door.click()
    assert "everything is compiled" in app_server.wait_for("everything is compiled", "could not compile ahead")

    def compiled(word: str) -> int:
        """How much the server had compiled when it answered a request that has this word, which its log names."""
        for request in asked:
            assert request.response().finished() is None
        page.request.get(f"/grid?{word}=1")
        app_server.wait_for(f"answered /grid?{word}=1")
        return app_server.log().count("Compiling")

    before = compiled("before")
    for key in controls("ravine"):
        press = "ArrowRight" if float(slider(page, key).input_value()) < 100 else "ArrowLeft"
        painted(page, lambda key=key, press=press: slider(page, key).press(press))
    for schedule in SCHEDULES:
        if schedule != "constant":
            painted(page, lambda schedule=schedule: decay(page).select_option(schedule))
    assert before > 0, "the log names compilations"
    assert compiled("after") == before


def test_a_dark_theme_is_followed_while_the_page_is_open(page):
    visit(page)
    light = page.eval_on_selector(f"{STAGE} .row", "row => row.style.getPropertyValue('--colour')")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"document.querySelector('{STAGE} .row').style.getPropertyValue('--colour') !== '{light}'")


def test_a_lost_connection_keeps_the_picture_and_mends_itself(troubled_page):
    page = visit(troubled_page)
    context = page.context
    context.set_offline(True)
    before = pixels(page, "contour")
    slider(page, "adam.lr").press("ArrowLeft")
    expect(page.locator(f"{STAGE} .note")).to_contain_text("No answer from the server")
    assert pixels(page, "contour") == before
    painted(page, lambda: context.set_offline(False))
    expect(page.locator(f"{STAGE} .note")).to_have_text("")


def test_a_phone_stacks_the_panels(phone):
    page = visit(phone)
    tops = [box(page, panel)["y"] for panel in ("contour", "relief", "chart", "rail")]
    assert tops == sorted(tops)
    assert len(set(tops)) == 4
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_superseded_mount_keeps_the_stage(page):
    """Streamlit may clean up an older mount after a newer one: the stage must survive."""
    held = []
    page.route("**/main.js", lambda route: held.append(route))
    page.goto("/")
    page.wait_for_selector(STAGE, state="attached")
    page.wait_for_function("document.querySelector('[data-testid=stSidebar]')")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("getComputedStyle(document.querySelector('.stApp')).colorScheme.includes('dark')")
    for route in held:
        route.continue_()
    page.wait_for_function(READY)
    assert pixels(page, "contour")[0] > 500


def test_another_surface_and_a_slider_do_not_race(page):
    """A slider moved while another surface is being loaded applies to the new surface."""
    visit(page)
    held = []
    beale = "**/paths?surface=beale*"
    page.route(beale, lambda route: held.append(route))
    page.locator(f"{STAGE} .bar select").select_option("beale")
    page.wait_for_function("document.querySelector('.stage select').value === 'beale'")
    slider(page, "adam.lr").press("ArrowLeft")
    page.route(beale, lambda route: route.continue_())  # later requests pass: the newest handler comes first
    for route in held:
        route.continue_()
    page.wait_for_function(f"/surface=beale.*adam.lr/.test(document.querySelector('{STAGE}').dataset.scene)")
    page.wait_for_url(re.compile("surface=beale.*adam.lr="))


def test_an_abandoned_surface_stays_away(troubled_page):
    """A failed request for a surface is not repeated once another surface was chosen."""
    page = troubled_page
    page.clock.install()
    visit(page)
    page.route("**/paths?surface=beale*", lambda route: route.fulfill(status=503))
    page.locator(f"{STAGE} .bar select").select_option("beale")
    expect(page.locator(f"{STAGE} .note")).to_contain_text("503")
    painted(page, lambda: page.locator(f"{STAGE} .bar select").select_option("saddle"))
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.fast_forward(LONGEST_DELAY)
    painted(page, lambda: slider(page, "adam.lr").press("ArrowLeft"))
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.scene.includes('surface=saddle')")
    assert asked
    assert not [url for url in asked if "beale" in url]


def test_before_the_first_picture_nothing_is_claimed_nor_set(troubled_page):
    page = troubled_page
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.route("**/paths?*", lambda route: route.fulfill(status=503))
    page.goto("/")
    note = page.locator(f"{STAGE} .note")
    expect(note).to_have_text("No answer from the server, trying again. (the server answered 503 for paths)")
    page.keyboard.press("p")
    page.unroute("**/paths?*")
    page.wait_for_function(READY)
    expect(note).to_be_empty()
    expect(page.locator(f"{STAGE} .bar")).to_be_visible()
    assert wrong == []


def test_what_takes_long_is_said_to_be_computed(troubled_page):
    page = visit(troubled_page)
    note = page.locator(f"{STAGE} .note")
    held = []
    page.route("**/paths?*", lambda route: held.append(route))
    slider(page, "adam.lr").press("ArrowLeft")
    expect(note).to_have_text("Computing \u2026")
    page.route("**/paths?*", lambda route: route.continue_())  # later requests pass: the newest handler comes first
    for route in held:
        route.continue_()
    expect(note).to_be_empty()


def test_only_what_is_painted_is_called_painted(troubled_page):
    page = visit(troubled_page)
    before = stage(page, "scene")
    page.route("**/paths?*", lambda route: route.fulfill(status=503))
    slider(page, "adam.lr").press("ArrowLeft")
    settled(page, "adam.lr=")
    assert stage(page, "scene") == before
    page.unroute("**/paths?*")
    page.wait_for_function(f"document.querySelector('{STAGE}').dataset.scene.includes('adam.lr')")
