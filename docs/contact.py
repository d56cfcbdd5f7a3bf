"""Contact sheets: every optimizer on every surface, as the page opens them, a picture for each surface.

python docs/contact.py URL FOLDER     URL of a running page; needs the requirements of the tests

It counts, too: a cell without any pixel of its optimizer's colour is named, as is any error of the console.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from playwright.sync_api import sync_playwright

from optimizers import OPTIMIZERS
from surfaces import SURFACES
from tests.conftest import FLAGS
from tests.driver import READ, READY
from tests.programs import CHROMIUM, program_path

COUNT = f"""() => {{
    const rows = new Map([...document.querySelectorAll(".stage .rail .row")].map(
        (row) => [row.querySelector(".name").textContent, row]));
    return [...document.querySelectorAll(".stage .contour .cell")].map((cell) => {{
        const row = rows.get(cell.getAttribute("aria-label"));
        const colour = parseInt(row.style.getPropertyValue("--colour").slice(1), 16);
        const {{ data }} = ({READ})(cell.querySelector(".axes"));
        let count = 0;
        for (let i = 0; i < data.length; i += 4)
            if (((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]) === colour) count++;
        return [row.dataset.optimizer, count];
    }});
}}"""


def main(url: str, folder: str) -> int:
    Path(folder).mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program_path(CHROMIUM), args=FLAGS)
        page = browser.new_page(viewport={"width": 2400, "height": 1500})
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        for surface in SURFACES:
            page.goto(f"{url}/?surface={surface}&view=panels&on={','.join(OPTIMIZERS)}")
            page.wait_for_function(READY, timeout=300_000)  # the first time 33 programs are compiled
            counts = dict(page.evaluate(COUNT))
            missing = [id for id in OPTIMIZERS if not counts.get(id)]
            wrong += [f"{surface}: nothing of {id}" for id in missing]
            page.locator(".stage .contour").screenshot(path=f"{folder}/{surface}.png")
            least = min(counts, key=counts.__getitem__)
            print(f"{surface}: {len(counts)} cells, the emptiest {least} with {counts[least]} pixels", flush=True)
        browser.close()
    print("\n".join(["", *wrong]) if wrong else "every cell shows its path, and the console no error")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
