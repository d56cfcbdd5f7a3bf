"""What is wrong with the layout of the page in each size of window."""

from playwright.sync_api import Page

from tests.driver import resize
from ui.entries import ENTRIES

SIZES = {
    "small phone": (360, 740),
    "phone": (390, 844),
    "phone on its side": (844, 390),
    "tablet": (820, 1180),
    "small projector": (1024, 768),
    "laptop": (1366, 768),
    "full HD": (1920, 1080),
    "4K": (3840, 2160),
}
MANY = ",".join(entry for entry in ENTRIES if "." not in entry)
SCENES = {
    "overlay": "",
    "side by side": "view=panels",
    "data": "surface=deep_neuron&view=panels",
    "all optimizers": f"view=panels&on={MANY}",
    "one optimizer six times": "on=adam_l2,adam_l2.2,adam_l2.3&adam_l2.lr=0.001&adam_l2.2.b1=0.5&adam_l2.3.b2=0.123456",
    "leaderboard": "rail=leaderboard&on=adam_l2,adam_l2.2,newton&adam_l2.2.b1=0.5&adam_l2.2.lr=0.001",
    "projector": "projector=1&on=adam_l2,adam_l2.2,newton&adam_l2.2.b1=0.5",
}
# Texts that are cut without an ellipsis or lie outside the window, and neighbours that overlap.
FAULTS = """() => {
    const shown = (el) => el.checkVisibility({ visibilityProperty: true }) && el.getClientRects().length;
    const said = (el) => (el.textContent || el.value || el.title || "").trim().slice(0, 40);
    // What floats over its neighbours, and an open door, which is turned, as its box is.
    const IGNORED = ".welcome, .adds, .complaint, .door[aria-expanded=true]";
    const faults = [];
    const texts = ".stage :is(button, label, .count, .name, h1, .legend, .remark, td, th, summary, .about, .rank)";
    for (const el of document.querySelectorAll(texts)) {
        if (!shown(el) || !said(el)) continue;
        const style = getComputedStyle(el);
        const hides = style.overflowX === "hidden" && style.textOverflow !== "ellipsis" && style.display !== "inline";
        if (hides && el.scrollWidth > el.clientWidth + 1) faults.push(`cut: ${el.className} ${said(el)}`);
        const { left, right } = el.getBoundingClientRect();
        if (right > innerWidth + 1 || left < -1) faults.push(`outside: ${el.className} ${said(el)}`);
    }
    for (const title of document.querySelectorAll(".stage .row .title")) {
        const [name, loss] = [".who", ".loss"].map((part) => title.querySelector(part).getBoundingClientRect());
        if (shown(title) && Math.abs(name.top + name.bottom - loss.top - loss.bottom) > 16)
            faults.push(`not in one line: ${said(title)}`);
    }
    for (const group of document.querySelectorAll(".stage :is(.bar, .transport, .row .title, .slider, .board tr)")) {
        const parts = [...group.children].filter((el) => shown(el) && !el.matches(IGNORED));
        const boxes = parts.map((el) => el.getBoundingClientRect());
        for (const [i, a] of boxes.entries()) for (const [j, b] of boxes.entries()) {
            const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            const named = [i, j].map((k) => `${parts[k].className} ${said(parts[k])}`).join(" | ");
            if (i < j && across > 1.5 && down > 1.5) faults.push(`overlap: ${named}`);
        }
    }
    return faults;
}"""


def faults_by_size(page: Page) -> dict[str, list[str]]:
    """The faults of the scene that the page shows, by the sizes that have any."""
    found = {}
    for name, (width, height) in SIZES.items():
        resize(page, width, height)
        if faults := page.evaluate(FAULTS):
            found[name] = faults
    return found
