"""The same scene drawn by Streamlit's own charts, in two ways, beside ours."""

import numpy as np
from playwright.async_api import Browser

from benchmarks.measure import WINDOW, Row, fresh, serve, stage
from benchmarks.stage import RECORDER, SCENE, SETTLED

WAYS = {"frames.py": "st.plotly_chart with lean frames", "rerun.py": "a rerun for every step"}
# A new picture is there when the title has changed and the new 3D scene has been drawn for the first time after that.
WATCH = """(() => {
    const seen = (window.seen = { pressed: 0, pictures: [], busy: 0 });
    let title = "";
    let pending = false;
    addEventListener("keydown", (event) => (seen.pressed = event.timeStamp), true);
    new MutationObserver(() => {
        seen.busy = performance.now();
        const now = document.querySelector(".gtitle")?.textContent ?? title;
        pending ||= now !== title;
        title = now;
    }).observe(document, { childList: true, characterData: true, subtree: true });
    for (const { prototype } of [WebGLRenderingContext, WebGL2RenderingContext]) {
        for (const name of ["drawArrays", "drawElements"]) {
            const draw = prototype[name];
            prototype[name] = function (...args) {
                draw.apply(this, args);
                seen.busy = performance.now();
                if (!pending || !this.canvas.isConnected) return;
                pending = false;
                seen.pictures.push(seen.busy);
            };
        }
    }
})();"""
AT_REST = "() => seen.pictures.length && performance.now() - seen.busy > 500"
PRESSED = "() => seen.pictures.at(-1) > seen.pressed"
ANIMATING = """() => {
    seen.pictures.length = 0;
    const note = () => seen.pictures.push(performance.now());
    document.querySelector(".js-plotly-plot").on("plotly_animatingframe", note);
}"""


async def ours(browser: Browser, n: int) -> list[float]:
    """ms from a key press on a slider to the exact paths painted."""
    samples = []
    async with serve() as server, stage(browser, server, **SCENE) as page:
        await page.evaluate(RECORDER)
        for _ in range(n):
            await page.locator("[data-key='adam.lr'] input[type=range]").press("ArrowLeft")
            await page.wait_for_function(SETTLED, arg="adam.lr")
            taken = await page.evaluate("take()")
            samples.append(taken["exact"] - taken["acted"])
    return samples


async def theirs(browser: Browser, program: str, n: int) -> tuple[list[float], list[float]]:
    """ms from a key press on the slider to the new picture, and frames a second while playing."""
    samples = []
    async with serve("benchmarks.rivals.host:app", {"RIVAL": program}) as server, fresh(browser, WATCH) as page:
        await page.goto(server.address)
        await page.wait_for_function(AT_REST)
        for _ in range(n):
            await page.get_by_role("slider").press("ArrowRight")
            await page.wait_for_function(PRESSED)
            samples.append(await page.evaluate("seen.pictures.at(-1) - seen.pressed"))
            await page.wait_for_function(AT_REST)
        if program == "frames.py":
            await page.evaluate(ANIMATING)
        else:
            await page.evaluate("() => { seen.pictures.length = 0 }")
        await page.get_by_text("Play", exact=True).click()
        await page.wait_for_function(f"seen.pictures.length > {n}", polling=WINDOW)
        pictures = await page.evaluate("seen.pictures")
    return samples, (1000 / np.diff(pictures)).tolist()


async def rivals(browser: Browser, n: int) -> list[Row]:
    rows = [Row("Descent Lab: key press to picture", await ours(browser, n), "ms")]
    for program, way in WAYS.items():
        samples, speeds = await theirs(browser, program, n)
        rows += [Row(f"{way}: key press to picture", samples, "ms"), Row(f"{way}: playing", speeds, "frames/s")]
    return rows
