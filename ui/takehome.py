"""Code to take home: a run as a complete program for Keras, PyTorch or Optax, and its path as a table."""

import csv
import inspect
import io
import textwrap
from typing import NamedTuple

import jax
import numpy as np

from engine import SCHEDULES, Run, Surface, race
from engine.metrics import first_non_finite
from engine.schedules import Memory
from optimizers import OPTIMIZERS
from ui.paths import race_of
from ui.scene import Scene, surface_of

NAMES = {"keras": "Keras", "torch": "PyTorch", "optax": "Optax"}


class Program(NamedTuple):
    """A program, and in words how nearly it is the same; no code where the library has no such rule."""

    grade: str
    code: str


def program(scene: Scene, optimizer: str, library: str) -> Program:
    """The run of one optimizer of a scene in another library, ending in an assert that its last point is the same."""
    member, name = OPTIMIZERS[optimizer], NAMES[library]
    if library not in member.elsewhere:
        return Program(f"Not available: {name} has no {member.name} of this form.", "")
    surface = surface_of(scene)
    batched = surface.data is not None and scene.values["batch"] < len(surface.data.train.x)
    if library == "torch" and (scene.values["noise"] > 0 or batched):
        what = "batches" if batched else "gradient noise"
        return Program(f"Not available in PyTorch with {what}: they are drawn by JAX's generator.", "")
    elsewhere = member.elsewhere[library]
    adapted = elsewhere.each or elsewhere.point != "w"
    grade = f"Identical with the adapter shown: {name} has the rule in another form." if adapted else "Identical."

    run, settings = _run(scene, optimizer)
    end = first_non_finite(run)
    steps = settings["steps"] if end is None else max(0, end - 1)
    head = [
        f"{member.name} on {surface.name}, {steps} steps in {name}, as Descent Lab draws them.",
        "" if end is None else f"After step {steps} nothing is finite any more: the run diverges.",
        f"The scene: ?{scene.to_url()}",
    ]
    hypers = scene.hypers(optimizer)
    rate = hypers.pop("lr") * scene.values["rate"]
    module = "torch" if library == "torch" else "jnp"
    parts = [
        '"""' + "\n\n".join(line for line in head if line) + '\n"""',
        _IMPORTS[library],
        _surface(surface, scene, module, batched),
        _schedule(scene),
        "\n".join(f"{id} = {value!r}" for id, value in {"lr_0": rate, **hypers, "steps": steps}.items()),
        _LOOPS[library].format(
            make=elsewhere.make,
            start=list(map(float, settings["start"])),
            rate=_rate(scene, "w.value" if library == "keras" else "w"),
            each=textwrap.indent(elsewhere.each + "\n", "    ") if elsewhere.each else "",
        )
        + f"point = np.asarray({_plain(elsewhere.point, library)})\n"
        f"np.testing.assert_allclose(point, {run.position[steps].tolist()}, rtol=1e-8, atol=1e-8)\n"
        "print(point)\n",
    ]
    return Program(grade, "\n\n".join(part for part in parts if part))


def table(scene: Scene, optimizer: str) -> str:
    """The path of one optimizer of a scene as CSV: step, point, loss, gradient, rate and every number of its state."""
    run, _ = _run(scene, optimizer)
    n = len(run.loss)
    columns: dict[str, np.ndarray] = {
        "step": np.arange(n),
        "x": run.position[:, 0],
        "y": run.position[:, 1],
        "loss": run.loss,
        "gradient x": run.gradient[:, 0],
        "gradient y": run.gradient[:, 1],
        "lr": np.append(run.lr, np.nan),
    }
    for path, values in jax.tree_util.tree_leaves_with_path(run.state):
        flat = values.reshape(n, -1)
        name = jax.tree_util.keystr(path, simple=True, separator=".")
        columns |= {f"{name} {k}" if flat.shape[1] > 1 else name: flat[:, k] for k in range(flat.shape[1])}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))
    return out.getvalue()


def _run(scene: Scene, optimizer: str) -> tuple[Run, dict]:
    entries, settings = race_of(scene, (optimizer,))
    return race(surface_of(scene), entries, **settings)[0], settings


_IMPORTS = {
    "optax": """import jax
import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib

jax.config.update("jax_enable_x64", True)""",
    "keras": """import os

os.environ["KERAS_BACKEND"] = "jax"
import jax
import jax.numpy as jnp
import keras
import numpy as np

jax.config.update("jax_enable_x64", True)
keras.config.set_floatx("float64")""",
    "torch": """import numpy as np
import torch""",
}

_LOOPS = {
    "optax": """@jax.jit
def one_step(w, state, lr, t):
    optimizer = {make}
    gradient = jax.grad(objective)(w, t)
{each}    updates, state = optimizer.update(gradient, state, w)
    return optax.apply_updates(w, updates), state


w = jnp.array({start})
lr = lr_0
state = {make}.init(w)
for t in range(steps):
    {rate}
    w, state = one_step(w, state, lr, t)
""",
    "keras": """w = keras.Variable(np.array({start}))
lr = lr_0
optimizer = {make}
gradient_of = jax.jit(jax.grad(objective))
for t in range(steps):
    {rate}
    gradient = gradient_of(w.value, t)
    optimizer.learning_rate = lr
{each}    optimizer.apply([gradient], [w])
""",
    "torch": """w = torch.tensor({start}, dtype=torch.float64, requires_grad=True)
lr = lr_0
optimizer = {make}
for t in range(steps):
    {rate}
    optimizer.zero_grad()
    objective(w, t).backward()
    optimizer.param_groups[0]["lr"] = lr
{each}    optimizer.step()
""",
}


def _plain(point: str, library: str) -> str:
    return f"({point}).detach()" if library == "torch" else point


def _source(function, module: str) -> str:
    return textwrap.dedent(inspect.getsource(function)).replace("jnp.", f"{module}.").strip()


def _surface(surface: Surface, scene: Scene, module: str, batched: bool) -> str:
    """f, and the objective of step t."""
    tensor = "torch.tensor({}, dtype=torch.float64)" if module == "torch" else "jnp.array({})"
    hypers = ", ".join(f"{id}={tensor.format(repr(value))}" for id, value in scene.hypers("surface").items())
    lines = []
    if surface.data:
        x, y = (tensor.format(part.tolist()) for part in surface.data.train)
        lines += [f"train = (\n    {x},\n    {y},\n)"]
        lines += [_source(part, module) for part in (surface.data.predict, surface.data.loss)]
        lines += [f"def f(w):\n    return {module}.mean(loss(w, *train))"]
    elif surface.source:
        lines += [surface.source(module).strip()]
    else:
        lines += [_source(surface.f, module)]
    value = f"f(w, {hypers})" if hypers else "f(w)"
    noise, seed = scene.values["noise"], scene.values["seed"]
    body = []
    if noise > 0 or batched:
        body += [f"key = jax.random.fold_in(jax.random.key({seed}), t)"]
    if batched:
        batch = scene.values["batch"]
        body += [
            f"ranks = jax.random.permutation(jax.random.fold_in(key, 1), {len(surface.data.train.x)})"
            if surface.data
            else "",
            f"value = jnp.dot(ranks < {batch}, loss(w, *train)) / {batch}",
        ]
        value = "value"
    if noise > 0:
        value += f" + jnp.dot({noise!r} * jax.random.normal(key, (2,)), w)"
    lines += ["def objective(w, t):\n" + textwrap.indent("\n".join([*body, f"return {value}"]), "    ")]
    return "\n\n\n".join(lines)


def _schedule(scene: Scene) -> str:
    rule = SCHEDULES[scene.schedule]
    if rule.react:
        remembers = ", ".join(f"{name}=float({str(value)!r})" for name, value in rule.memory._asdict().items())
        memory = f"from typing import Any, NamedTuple\n\n\n{_source(Memory, 'np')}"
        return f"{memory}\n\n\n{_source(rule.react, 'np')}\n\n\nmemory = Memory({remembers})"
    return "" if scene.schedule == "constant" else _source(rule.factor, "np")


def _rate(scene: Scene, w: str) -> str:
    """The statement that sets this step's rate."""
    rule = SCHEDULES[scene.schedule]
    hypers = "".join(f", {id}={value!r}" for id, value in scene.hypers("schedule").items())
    if rule.react:
        call = f"factor, memory = {rule.react.__name__}(objective({w}, t).item(), memory{hypers})"
        return f"{call}\n    lr = lr_0 * float(factor)"
    if rule.id == "constant" or rule.factor is None:
        return "lr = lr_0"
    return f"lr = lr_0 * float({rule.factor.__name__}(np.float64(t){hypers}))"
