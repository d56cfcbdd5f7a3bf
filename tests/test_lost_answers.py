"""Dragging and playing while the server does not answer."""

import re

from playwright.sync_api import expect

from tests.driver import (
    STAGE,
    fingerprint,
    is_stage,
    let_go,
    painted,
    shown,
    slider,
    stage,
    thumb,
    visit,
    watch,
)


def test_without_its_fan_a_drag_asks_for_its_paths_one_by_one(troubled_page):
    page = troubled_page
    wrong = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    visit(page)
    page.route("**/fan*", lambda route: route.fulfill(status=503))
    asked = watch(page)
    x, y = thumb(page, "adam.lr")
    page.mouse.move(x, y)
    with page.expect_response(re.compile("/fan")):
        page.mouse.down()
    seen = set()
    for k in range(1, 6):
        painted(page, lambda k=k: page.mouse.move(x - 4 * k, y))
        assert stage(page, "source") == "exact"
        seen.add(fingerprint(page, "contour"))
    assert len(seen) == 5
    let_go(page, "adam.lr")
    expect(page.locator(f"{STAGE} .note")).to_have_text("")
    assert asked.count("/fan") == 1
    assert asked.count("/paths") >= 5
    assert [text for text in wrong if "503" not in text] == []
    assert len(wrong) == 1

    page.unroute("**/fan*")  # the next drag asks again
    x, y = thumb(page, "adam.lr")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 4, y)
    is_stage(page, "source", "fan")
    let_go(page, "adam.lr")
    assert len(wrong) == 1


def rate(page):
    """Adam's learning rate in the scene that is painted."""
    return float(dict(pair.split("=") for pair in stage(page, "scene").split("&"))["adam.lr"])


def test_a_fan_that_fails_late_lets_the_drag_go_on(troubled_page):
    """The slider has moved on while its fan was awaited: the paths at its present value are asked for."""
    page = visit(troubled_page)
    held = []
    page.route("**/fan*", lambda route: held.append(route))
    x, y = thumb(page, "adam.lr")
    page.mouse.move(x, y)
    page.mouse.down()
    painted(page, lambda: page.mouse.move(x - 10, y))  # without a fan, one request for paths may be under way
    before = rate(page)
    page.mouse.move(x - 20, y)
    for route in held:
        painted(page, lambda route=route: route.fulfill(status=503))
    asked = rate(page)
    assert asked < before
    expect(page.locator("[data-key='adam.lr'] .number")).to_have_value(f"{asked:g}")  # it follows a moment later
    assert let_go(page, "adam.lr") == asked


def test_playing_goes_on_without_a_server_and_what_was_moved_meanwhile_comes_after(troubled_page):
    page = visit(troubled_page, "steps=1000")
    page.get_by_text("Loop").click()
    page.locator(f"{STAGE} .play").click()
    page.context.set_offline(True)

    def goes_on():
        frames, step = int(stage(page, "frames")), stage(page, "step")
        page.wait_for_function(
            f"(({{ frames, step }}) => frames > {frames + 5} && step !== '{step}')"
            f"(document.querySelector('{STAGE}').dataset)"
        )

    goes_on()
    expect(page.locator(f"{STAGE} .note")).to_have_text("")
    slider(page, "adam.lr").press("ArrowLeft")
    expect(page.locator(f"{STAGE} .note")).to_contain_text("No answer from the server")
    goes_on()
    value = shown(page, "adam.lr")
    assert f"adam.lr={value:g}" not in stage(page, "scene")
    page.context.set_offline(False)
    expect(page.locator(f"{STAGE} .note")).to_have_text("")
    page.wait_for_function(
        f"Number(new URLSearchParams(document.querySelector('{STAGE}').dataset.scene).get('adam.lr')) === {value}"
    )
    is_stage(page, "source", "exact")
    goes_on()
