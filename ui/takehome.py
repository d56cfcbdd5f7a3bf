"""Code to take home: a run as a complete program for Keras, PyTorch or Optax, and its path as a table."""

import csv
import inspect
import io
import textwrap
from dataclasses import replace
from typing import NamedTuple

import jax
import numpy as np

from engine import LIBRARIES, NOISES, SCHEDULES, Run, Setting, Surface, Text, diverged_at, race
from engine.schedules import Memory
from optimizers import OPTIMIZERS
from ui.entries import optimizer_of
from ui.paths import race_of
from ui.scene import STEPS, Scene, surface_of


class Program(NamedTuple):
    """A program, and a sentence on how exactly it reproduces the run; if there is no code, on why not."""

    grade: str
    code: str


def program(scene: Scene, entry: str, library: str) -> Program:
    """The run of one entry of a scene in another library, ending in an assert that its last point is the same."""
    member, name = OPTIMIZERS[optimizer_of(entry)], LIBRARIES[library]
    if library not in member.elsewhere:
        what = "Not available: {library} has no {optimizer} of this form."
        return Program(Text(what, library=name, optimizer=Text(member.name)), "")
    surface = surface_of(scene)
    batched = surface.data is not None and scene.values["batch"] < len(surface.data.train.x)
    if library == "torch" and (scene.values["noise"] > 0 or batched):
        what = (
            "Not available in PyTorch with batches: they are drawn by JAX's generator."
            if batched
            else "Not available in PyTorch with gradient noise: it is drawn by JAX's generator."
        )
        return Program(Text(what), "")
    elsewhere, hypers = member.elsewhere[library], scene.hypers(entry)
    run, setting = _run(scene, entry)
    rate = hypers.pop("lr") * scene.values["rate"]
    if why := elsewhere.unless(run.lr.tolist(), **hypers):
        return Program(why, "")
    adapted = elsewhere.each or elsewhere.point != "w"
    grade = Text(
        "Identical with the adapter shown: {library} has the rule in another form." if adapted else "Identical.",
        library=name,
    )

    end = diverged_at(run)
    last = setting.steps if end is None else max(0, end - 1)
    steps = _decided(scene, entry, run, last)
    called = dict(zip(scene.on, scene.names(), strict=True)).get(entry, member.name)
    head = [
        f"{called} on {surface.name}, {steps} steps in {name}, as Descent Lab draws them.",
        f"The run diverges: after step {last} its numbers are not finite." if end is not None else "",
        f"After step {steps} rounding decides: the {last} steps of the picture end elsewhere if the start is moved by "
        "one unit in the last place."
        if steps < last
        else "",
        f"The scene: ?{scene.to_url() or f'surface={scene.surface}'}",
    ]
    module = "torch" if library == "torch" else "jnp"
    parts = [
        '"""' + "\n\n".join(line for line in head if line) + '\n"""',
        _IMPORTS[library],
        _surface(surface, scene, module, batched),
        _schedule(scene),
        "\n".join(f"{id} = {value!r}" for id, value in {"lr_0": rate, **hypers, "steps": steps}.items()),
        _LOOPS[library].format(
            make=elsewhere.make,
            start=np.asarray(setting.start).tolist(),
            begin=f"{elsewhere.begin}\n" if elsewhere.begin else "",
            rate=_rate(scene, f"jnp.asarray({elsewhere.point})" if library == "keras" else elsewhere.point),
            at=elsewhere.at,
            more=elsewhere.more,
            each=textwrap.indent(elsewhere.each + "\n", "    ") if elsewhere.each else "",
        )
        + f"point = np.asarray({_plain(elsewhere.point, library)})\n"
        f"np.testing.assert_allclose(point, {run.position[steps].tolist()}, rtol=1e-8, atol=1e-8)\n"
        "print(point)\n",
    ]
    return Program(grade, "\n\n".join(part for part in parts if part))


def table(scene: Scene, entry: str) -> str:
    """The path of one entry of a scene as CSV: step, point, loss, gradient, rate and every number of its state."""
    run, _ = _run(scene, entry)
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


def _run(scene: Scene, entry: str, aside: tuple[int, int] = (0, 0)) -> tuple[Run, Setting]:
    """One entry's run, from a start moved by `aside` units in the last place, and its setting."""
    entries, setting = race_of(scene, (entry,))
    start = np.array(scene.start)
    setting = replace(setting, start=start + aside * np.spacing(start))
    return race(setting, entries)[0], setting


def _decided(scene: Scene, entry: str, run: Run, last: int) -> int:
    """The last step at which rounding has hardly changed the point. A later one may differ in another library.

    It is measured by runs whose start is one unit in the last place off: their points may be 1e-10 away, a hundredth of
    the tolerance of the program's assert.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        beside = [_run(scene, entry, aside)[0].position for aside in ((-1, 0), (1, 0), (0, -1), (0, 1))]
        apart = np.max(np.abs(np.array(beside) - run.position), axis=0)
        same = (apart <= 1e-10 * (1 + np.abs(run.position))).all(axis=-1)[: last + 1]
    return last if same.all() else max(0, int(same.argmin()) - 1)


# The flag that engine.device.configure sets.
_ROUNDING = """if platform.machine().lower() in {"x86_64", "amd64"}:  # as on the page: without fused multiply-add
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_max_isa=AVX")"""

_IMPORTS = {
    "optax": f"""import os
import platform

{_ROUNDING}
import jax
import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib

jax.config.update("jax_enable_x64", True)""",
    "keras": f"""import os
import platform

os.environ["KERAS_BACKEND"] = "jax"
{_ROUNDING}
import jax
import jax.numpy as jnp
import keras
import numpy as np

jax.config.update("jax_enable_x64", True)
keras.config.set_floatx("float64")""",
    "torch": """import numpy as np
import torch

torch.set_default_dtype(torch.float64)""",
}

_LOOPS = {
    "optax": """@jax.jit
def one_step(w, state, lr, t):
    optimizer = {make}
    gradient = jax.grad(objective)({at}, t)
{each}    updates, state = optimizer.update(gradient, state, w{more})
    return optax.apply_updates(w, updates), state


w = jnp.array({start})
{begin}lr = lr_0
state = {make}.init(w)
for t in range(steps):
    {rate}
    w, state = one_step(w, state, lr, t)
""",
    "keras": """w = keras.Variable(np.array({start}))
lr = lr_0
optimizer = {make}
optimizer.build([w])
gradient_of = jax.jit(jax.grad(objective))
for t in range(steps):
    {rate}
    gradient = gradient_of(w.value, t)
    optimizer.learning_rate = lr
{each}    optimizer.apply([gradient], [w])
""",
    "torch": """w = torch.tensor({start}, requires_grad=True)
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
    """The point, free of PyTorch's gradients."""
    return f"{point if point.isidentifier() else f'({point})'}.detach()" if library == "torch" else point


def _source(function, module: str) -> str:
    return textwrap.dedent(inspect.getsource(function)).replace("jnp.", f"{module}.").strip()


# At 0 the slope of |x| is 1 in JAX and 0 in PyTorch.
_ABSOLUTE = """def absolute(x):  # its slope at 0 is 1, as in JAX; that of torch.abs is 0
    return torch.where(x >= 0, x, -x)"""


def _surface(surface: Surface, scene: Scene, module: str, batched: bool) -> str:
    """f, and the objective of step t."""
    hypers = ", ".join(f"{id}={module}.{_tensor(module)}({value!r})" for id, value in scene.hypers("surface").items())
    noise, seed, batch = (scene.values[id] for id in ("noise", "seed", "batch"))
    lines, body = [], []
    if noise > 0 or batched:
        body += [f"key = jax.random.fold_in(jax.random.key({seed}), t)"]
    if surface.data:
        x, y = (f"{module}.{_tensor(module)}({part.tolist()})" for part in surface.data.train)
        lines += [f"train = (\n    {x},\n    {y},\n)"]
        lines += [_source(part, module) for part in (surface.data.predict, surface.data.loss)]
        lines += [f"def f(w):\n    return {module}.mean(loss(w, *train))"]
        if batched:
            examples = len(surface.data.train.x)
            body += [
                f"ranks = jax.random.permutation(jax.random.fold_in(key, 1), {examples})",
                f"value = jnp.dot(ranks < {batch}, loss(w, *train)) / {batch}",
            ]
    elif surface.source:
        lines += [surface.source(module).strip()]
    else:
        lines += [_source(surface.f, module)]
    if any("torch.abs(" in line for line in lines):
        lines = [_ABSOLUTE, *(line.replace("torch.abs(", "absolute(") for line in lines)]
    value = "value" if batched else f"f(w, {hypers})" if hypers else "f(w)"
    if noise > 0:
        model = NOISES[scene.noise_model]
        lines += ["from jax.flatten_util import ravel_pytree"]
        lines += [_source(part, module) for part in (model.draw, model.perturb)]
        value = f"{model.perturb.__name__}({value}, w, {noise!r} * {model.draw.__name__}(key, w))"
    lines += ["def objective(w, t):\n" + textwrap.indent("\n".join([*body, f"return {value}"]), "    ")]
    return "\n\n\n".join(lines)


def _tensor(module: str) -> str:
    return "tensor" if module == "torch" else "array"


def _schedule(scene: Scene) -> str:
    rule = SCHEDULES[scene.schedule]
    if rule.react:
        remembers = ", ".join(f"{name}=float({str(value)!r})" for name, value in rule.memory._asdict().items())
        memory = f"from typing import Any, NamedTuple\n\n\n{_source(Memory, 'np')}"
        return f"{memory}\n\n\n{_source(rule.react, 'np')}\n\n\nmemory = Memory({remembers})"
    return "" if _never_changes(scene) else _source(rule.factor, "np")


def _never_changes(scene: Scene) -> bool:
    """Whether the schedule is 1 at every step that a page may ask for."""
    rule = SCHEDULES[scene.schedule]
    return rule.factor is not None and bool(np.all(rule.factor(np.arange(STEPS.high), **scene.hypers("schedule")) == 1))


def _rate(scene: Scene, point: str) -> str:
    """The statement that sets this step's rate; a schedule that reacts to the run is given the loss at `point`."""
    rule = SCHEDULES[scene.schedule]
    hypers = "".join(f", {id}={value!r}" for id, value in scene.hypers("schedule").items())
    if rule.react:
        call = f"factor, memory = {rule.react.__name__}(objective({point}, t).item(), memory{hypers})"
        return f"{call}\n    lr = lr_0 * float(factor)"
    if rule.factor and not _never_changes(scene):
        return f"lr = lr_0 * float({rule.factor.__name__}(np.float64(t){hypers}))"
    return "lr = lr_0"
