"""The stage in a real browser, under a real mouse: dragging, letting go, playing; and what it and its server hold in
memory."""

import asyncio
import urllib.request
from collections.abc import Callable
from itertools import cycle, product
from pathlib import Path

import numpy as np
from playwright.async_api import Browser, Page

from benchmarks.measure import EIGHT, WINDOW, Row, Server, Traffic, fresh, hand, rates, serve, stage
from optimizers import OPTIMIZERS
from surfaces import SURFACES

RECORDER = Path(__file__).with_name("recorder.js").read_text()
# Every rate is stated, so that the paths are the same whatever a surface opens with.
RATES = dict(zip(EIGHT, ("0.09", "0.02", "0.02", "1", "1", "0.1", "1", "0.3"), strict=True))
SCENE = {"surface": "ravine", "steps": "500", "on": ",".join(EIGHT), **{f"{id}.lr": lr for id, lr in RATES.items()}}
DRAGGED = {"adam.lr": "1 run bends", "rate": "8 runs bend", "surface.kappa": "8 runs and the ground bend"}
SWEEP = 0.6  # s from one end of half a slider to the other
MOVE = 1 / 60  # s between two moves of a hand's mouse: it tells of no more than one for each frame of the screen

# Nothing is left to come: the exact scene of the value shown is painted, and the address bar has been told last of all.
SETTLED = """key => {
    const { source, scene } = document.querySelector("[data-stage]").dataset;
    const shown = Number(document.querySelector(`[data-key='${key}'] .number`).value);
    const holds = (query) => Number(new URLSearchParams(query).get(key)) === shown;
    return source !== "fan" && holds(scene) && holds(location.search);
}"""
PAINTED_FOR = "ms => seen.frames.length && seen.frames.at(-1)[0] - seen.frames[0][0] > ms"

# Of each canvas its pixels, each way, and where it lies.
CANVASES = """() => ["contour", "relief", "chart"].map((name) => {
    const canvas = document.querySelector(`.stage div.${name} > canvas`);
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [canvas.width, canvas.height, `left: ${left}px; top: ${top}px; width: ${width}px; height: ${height}px`];
})"""

# What the browser can do at best, in pages that look like a stage to the recorder and paint next to nothing.
BARE = """<body style="margin: 0">
    <div data-key="bare"><input type="range" max="200" value="100" style="--place: 0.5; width: 150px"></div>
    <div data-stage data-frames="0" data-source="fan"></div>
    <script>
        const root = document.querySelector("[data-stage]");
        const canvases = %s.map(([width, height, place]) => {
            const canvas = Object.assign(document.createElement("canvas"), { width, height });
            canvas.style = `position: absolute; ${place}`;
            const context = canvas.getContext("2d", { alpha: false });
            root.append(canvas);
            return { canvas, context, image: context.createImageData(width, height) };
        });
        const paint = (now) => { %s; root.dataset.frames++; };
        %s
    </script>"""
MOVING = "canvases[0].canvas.style.marginLeft = `${now % 1000}px`"
REPAINTED = (
    "for (const { context, image } of canvases) { image.data.fill(now % 256); context.putImageData(image, 0, 0); }"
)
ALWAYS = "const next = (now) => { paint(now); requestAnimationFrame(next); }; requestAnimationFrame(next);"
ON_INPUT = """let asked = 0;
    document.querySelector("input").oninput = () => {
        cancelAnimationFrame(asked);
        asked = requestAnimationFrame(paint);
    };"""


async def track(page: Page, key: str) -> Callable[[float], tuple[float, float]]:
    """Where on the screen a slider's thumb stands at a place from 0 to 1."""
    box = await page.locator(f"[data-key='{key}'] input[type=range]").bounding_box()
    assert box
    x, width, y = box["x"] + 7, box["width"] - 14, box["y"] + box["height"] / 2  # a thumb is 14 px wide
    return lambda place: (x + place * width, y)


async def sweep(page: Page, key: str, seconds: float) -> None:
    """Press a slider's thumb, wait until its drag is served from a fan, then sweep to and fro and stay down."""
    at = await track(page, key)
    thumb = page.locator(f"[data-key='{key}'] input[type=range]")
    x, y = at(float(await thumb.evaluate("el => el.style.getPropertyValue('--place')")))
    await page.mouse.move(x, y)
    await page.mouse.down()
    nudges = cycle((1, -1))
    async with asyncio.timeout(30):
        while await page.locator("[data-stage]").get_attribute("data-source") != "fan":
            await page.mouse.move(x + next(nudges), y)
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with hand(page) as move:
        while (now := loop.time() - began) < seconds:
            await move(*at(0.25 + 0.5 * abs(1 - now / SWEEP % 2)))
            await asyncio.sleep(MOVE - now % MOVE)


async def pull(page: Page, key: str, seconds: float, end: int) -> None:
    """A whole drag, let go at one of 20 places, none of them a default; over once all that it causes has happened."""
    await sweep(page, key, seconds)
    at = await track(page, key)
    await page.mouse.move(*at(0.2 + 0.01 * (end % 20)))
    await page.mouse.up()
    await page.wait_for_function(SETTLED, arg=key)


async def drags(browser: Browser, n: int, seconds: float) -> dict[str, list[dict]]:
    """What the recorder saw of n drags of each slider, and the bytes of each request that a drag made."""
    noted: dict[str, list[dict]] = {f"{key} ({what})": [] for key, what in DRAGGED.items()}
    async with serve() as server, stage(browser, server, **SCENE) as page:
        traffic = await Traffic.of(page)
        await page.evaluate(RECORDER)
        seed = page.locator("[data-key='seed'] .number")
        for k, (key, taken) in product(range(n), zip(DRAGGED, noted.values(), strict=True)):
            # Without noise another seed is the same picture, but nobody has an answer about it at hand.
            await seed.fill(str(1 + 3 * k + list(DRAGGED).index(key)))
            await seed.press("Enter")
            await page.wait_for_function(SETTLED, arg="seed")
            await page.evaluate("take()")
            before = len(traffic.requests)
            await pull(page, key, seconds, k)
            taken.append({**await page.evaluate("take()"), "sizes": traffic.requests[before:]})
    return noted


def smooth(drags: list[dict]) -> tuple[list[float], list[float]]:
    """Of what a fan served: from each move of the hand to the end of the next painting, and frames a second."""
    delays, speeds = [], []
    for taken in drags:
        frames = [frame for frame in taken["frames"] if frame[2] == "fan"]
        ends = np.array([end for end, _, _ in frames])
        inputs = [(moved, known) for moved, known, source in taken["inputs"] if source == "fan"]
        # The page paints and listens in one thread: what ends after it knew of a move began after it, too.
        found = [(moved, np.searchsorted(ends, known)) for moved, known in inputs]
        delays += [float(ends[k] - moved) for moved, k in found if k < len(ends)]
        speeds += rates(frames)
    return delays, speeds


async def drag(browser: Browser, n: int) -> list[Row]:
    rows = []
    for name, taken in (await drags(browser, n, 2)).items():
        delays, speeds = smooth(taken)
        rows += [
            Row(f"{name}: hand to picture", delays, "ms"),
            Row(f"{name}: painted while dragging", speeds, "frames/s"),
            Row(f"{name}: let go to exact paths painted", [one["exact"] - one["acted"] for one in taken], "ms"),
            Row(f"{name}: requests a drag", [len(one["sizes"]) for one in taken], "requests"),
            Row(f"{name}: received by them", [sum(one["sizes"]) / 1000 for one in taken], "kB"),
        ]
    async with serve() as server, stage(browser, server, **SCENE) as page:
        canvases = await page.evaluate(CANVASES)
    for what, (sizes, paint) in ceilings(canvases).items():
        async with fresh(browser) as page:
            await page.set_content(BARE % (sizes, paint, ON_INPUT))
            await page.evaluate(RECORDER)
            taken = []
            for _ in range(-(-n * WINDOW // 2500)):  # 3 s hold 5 whole windows
                await sweep(page, "bare", 3)
                await page.mouse.up()
                taken.append(await page.evaluate("take()"))
        delays, speeds = smooth(taken)
        name = f"ceiling, a slider in an empty page, {what}"
        rows += [Row(f"{name}: hand to picture", delays, "ms"), Row(f"{name}: painted", speeds, "frames/s")]
    return rows


def ceilings(canvases: list) -> dict[str, tuple[list, str]]:
    """What an empty page paints: next to nothing, and as much as a stage with such canvases puts on the screen."""
    sizes = ", ".join(f"{width} x {height}" for width, height, _ in canvases)
    return {
        "a 20 px canvas moved": ([[20, 20, "top: 60px"]], MOVING),
        f"canvases of {sizes} repainted": (canvases, REPAINTED),
    }


async def painting(page: Page, n: int) -> list[float]:
    """Frames a second of what paints by itself, in a page with the recorder."""
    await page.evaluate("take()")
    # Asked only now and then: a page that is looked at in every frame is not the page that a reader has.
    await page.wait_for_function(PAINTED_FOR, arg=(n + 1) * WINDOW, polling=WINDOW)
    return rates((await page.evaluate("take()"))["frames"])[:n]


async def playback(browser: Browser, n: int) -> list[Row]:
    rows, canvases = [], []
    async with serve() as server:
        for runs, steps in ((8, 500), (12, 1000)):
            on = [*EIGHT, *(id for id in OPTIMIZERS if id not in EIGHT)][:runs]
            scene = {**SCENE, "steps": str(steps), "on": ",".join(on)}
            for view, name in (("overlay", "overlay"), ("panels", "side by side")):
                async with stage(browser, server, **scene, view=view) as page:
                    canvases = canvases or await page.evaluate(CANVASES)
                    await page.evaluate(RECORDER)
                    await page.get_by_role("button", name="Loop").click()
                    await page.locator(".stage .play").click()
                    rows.append(Row(f"{len(on)} x {steps}, 2D + 3D, {name}", await painting(page, n), "frames/s"))
    for name, (sizes, paint) in ceilings(canvases).items():
        async with fresh(browser) as page:
            await page.set_content(BARE % (sizes, paint, ALWAYS))
            await page.evaluate(RECORDER)
            rows.append(Row(f"ceiling: {name} in an empty page", await painting(page, n), "frames/s"))
    return rows


def server_memory(server: Server) -> Row:
    """What the server holds once it has answered the same questions: every surface's paths, and the fans of DRAGGED."""
    asked = [f"paths?surface={id}" for id in SURFACES] + [f"fan?vary={key}" for key in DRAGGED]
    for question in asked:
        urllib.request.urlopen(f"{server.address}/{question}").read()
    return Row(f"the server's RAM after {len(asked)} questions", [server.resident()], "MB")


async def memory(browser: Browser, n: int) -> list[Row]:
    async with serve() as server:
        ram = server_memory(server)
    short, long = (20, 200) if n >= 20 else (n, 2 * n)
    heaps = {}
    async with serve() as server, stage(browser, server, **SCENE) as page:
        session = await page.context.new_cdp_session(page)
        for k in range(1, long + 1):
            await pull(page, ("adam.lr", "rate")[k % 2], 0.3, k)
            if k in (short, long):
                await session.send("HeapProfiler.collectGarbage")
                usage = await session.send("Runtime.getHeapUsage")
                # Typed arrays keep their numbers outside the heap proper.
                heaps[k] = (usage["usedSize"] + usage["backingStorageSize"]) / 1e6
    rows = [Row(f"JS heap and its arrays after {k} drags", [size], "MB") for k, size in heaps.items()]
    return [*rows, Row(f"after {long} drags / after {short}", [heaps[long] / heaps[short]], "x"), ram]
