"""The parts of a program that runs an entry of a scene in another library, as Python source."""

import inspect
import textwrap
from typing import NamedTuple

import numpy as np

from engine import LIBRARIES, NOISES, SCHEDULES, Optimizer, Text
from engine.schedules import Memory
from optimizers import OPTIMIZERS
from ui.entries import optimizer_of
from ui.scene import STEPS, Scene, surface_of


class Parts(NamedTuple):
    """What programs are put together from."""

    imports: str
    objective: str  # f, and the objective of step t: objective(w, t)
    schedule: str  # its rule, or nothing
    loop: str  # all steps from the start; it reads lr_0, the other hypers by their ids, and steps
    loss: str  # an expression: f at the library's w, without noise and of all examples
    point: str  # an expression: the point at the end as NumPy has it


def lacking(scene: Scene, entry: str, library: str) -> str:
    """Why a library has no program for an entry of a scene, whatever its numbers are; empty if it has one."""
    optimizer = OPTIMIZERS[optimizer_of(entry)]
    if library not in optimizer.elsewhere:
        what = "Not available: {library} has no {optimizer} of this form."
        return Text(what, library=LIBRARIES[library], optimizer=Text(optimizer.name))
    if library == "torch" and _batched(scene):
        return Text("Not available in PyTorch with batches: they are drawn by JAX's generator.")
    if library == "torch" and scene.values["noise"] > 0:
        return Text("Not available in PyTorch with gradient noise: it is drawn by JAX's generator.")
    return ""


def grade_of(optimizer: Optimizer, library: str) -> str:
    """A sentence on how a library's program reproduces the rule of an optimizer that it has."""
    elsewhere = optimizer.elsewhere[library]
    adapted = elsewhere.each or elsewhere.point != "w"
    return Text(
        "Identical with the adapter shown: {library} has the rule in another form." if adapted else "Identical.",
        library=LIBRARIES[library],
    )


def parts_of(scene: Scene, entry: str, library: str) -> Parts:
    """The source of an entry's run in a library that does not lack it."""
    elsewhere = OPTIMIZERS[optimizer_of(entry)].elsewhere[library]
    module = "torch" if library == "torch" else "jnp"
    objective, hypers = _surface(scene, module)
    point = _plain(elsewhere.point, library)
    there = f"jnp.asarray({elsewhere.point})" if library == "keras" else elsewhere.point
    loop = _memory(scene) + _LOOPS[library].format(
        make=elsewhere.make,
        start=np.asarray(scene.start).tolist(),
        begin=f"{elsewhere.begin}\n" if elsewhere.begin else "",
        rate=_rate(scene, there),
        at=elsewhere.at,
        more=elsewhere.more,
        each=textwrap.indent(elsewhere.each + "\n", "    ") if elsewhere.each else "",
    )
    loss = f"f({point if library == 'torch' else there}{hypers})"
    return Parts(IMPORTS[library], objective, _schedule(scene), loop, loss, f"np.asarray({point})")


# The flag that engine.device.configure sets.
_ROUNDING = """if platform.machine().lower() in {"x86_64", "amd64"}:  # as on the page: without fused multiply-add
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_max_isa=AVX")"""

IMPORTS = {
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


def _surface(scene: Scene, module: str) -> tuple[str, str]:
    """f and the objective of step t; and the arguments with which f is called beside the point."""
    surface, batched = surface_of(scene), _batched(scene)
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
    called = f", {hypers}" if hypers else ""
    value = "value" if batched else f"f(w{called})"
    if noise > 0:
        model = NOISES[scene.noise_model]
        lines += ["from jax.flatten_util import ravel_pytree"]
        lines += [_source(part, module) for part in (model.draw, model.perturb)]
        value = f"{model.perturb.__name__}({value}, w, {noise!r} * {model.draw.__name__}(key, w))"
    lines += ["def objective(w, t):\n" + textwrap.indent("\n".join([*body, f"return {value}"]), "    ")]
    return "\n\n\n".join(lines), called


def _batched(scene: Scene) -> bool:
    """Whether steps see less than all examples."""
    surface = surface_of(scene)
    return surface.data is not None and scene.values["batch"] < len(surface.data.train.x)


def _tensor(module: str) -> str:
    return "tensor" if module == "torch" else "array"


def _schedule(scene: Scene) -> str:
    rule = SCHEDULES[scene.schedule]
    if rule.react:
        memory = f"from typing import Any, NamedTuple\n\n\n{_source(Memory, 'np')}"
        return f"{memory}\n\n\n{_source(rule.react, 'np')}"
    return "" if _never_changes(scene) else _source(rule.factor, "np")


def _memory(scene: Scene) -> str:
    """The statement with which a schedule that reacts to the run begins."""
    rule = SCHEDULES[scene.schedule]
    if not rule.react:
        return ""
    remembers = ", ".join(f"{name}=float({str(value)!r})" for name, value in rule.memory._asdict().items())
    return f"memory = Memory({remembers})\n"


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
