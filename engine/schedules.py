"""Learning-rate schedules: a factor on the optimizer's own learning rate. t = 0 at the first step."""

from typing import Any, NamedTuple

import jax.numpy as jnp

from engine.registry import Registry
from engine.spec import Hyper, Reference, Schedule

T = Hyper("T", 200.0, 10.0, 2000.0, log=True, name="decay time T", tex="T")
W = Hyper("W", 20.0, 1.0, 1000.0, log=True, name="warm-up steps W", tex="W")
GAMMA = Hyper("gamma", 0.5, 0.01, 1.0, name="drop to", tex=r"\gamma")
POWER = Hyper("p", 2.0, 0.5, 5.0, name="power", tex="p")
STEPS_BEFORE_DROP = Hyper("patience", 10, 1, 200, log=True, whole=True, name="patience", tex="P")


def constant(t):
    return jnp.ones_like(t, dtype=float)


def step(t, *, T, gamma):
    return gamma ** jnp.floor(t / T)


def inverse_time(t, *, T):
    return 1 / (1 + t / T)


def exponential(t, *, T):
    return jnp.exp(-t / T)


def linear(t, *, T):
    return jnp.maximum(0.0, 1 - t / T)  # stays at 0 after T


def polynomial(t, *, T, p):
    return jnp.maximum(0.0, 1 - t / T) ** p


def cosine(t, *, T):
    return (1 + jnp.cos(jnp.pi * jnp.minimum(1.0, t / T))) / 2  # stays at 0 after T; it does not rise again


def warmup_cosine(t, *, T, W):
    return jnp.minimum(1.0, (t + 1) / W) * (1 + jnp.cos(jnp.pi * jnp.clip((t - W) / T, 0.0, 1.0))) / 2


def one_cycle(t, *, T):
    up = jnp.minimum(1.0, t / (0.3 * T))  # it rises from 1/25 to 1 in the first 30 %, then falls to 4e-6
    down = jnp.clip((t / T - 0.3) / 0.7, 0.0, 1.0)
    rise = 1 / 25 + (1 - 1 / 25) * (1 - jnp.cos(jnp.pi * up)) / 2
    fall = 4e-6 + (1 - 4e-6) * (1 + jnp.cos(jnp.pi * down)) / 2
    return jnp.where(t < 0.3 * T, rise, fall)


class Memory(NamedTuple):
    best: Any  # the lowest loss so far
    bad: Any  # steps in a row without a new lowest loss, from 0 again after a drop
    factor: Any  # on the learning rate


def plateau(loss, memory, *, gamma, patience):
    better = loss < memory.best
    bad = jnp.where(better, 0.0, memory.bad + 1)
    drop = bad > patience
    factor = jnp.where(drop, gamma * memory.factor, memory.factor)
    return factor, Memory(jnp.where(better, loss, memory.best), jnp.where(drop, 0.0, bad), factor)


SCHEDULES = Registry(
    "schedule",
    (
        Schedule(
            id="constant",
            name="constant",
            family="schedule",
            tex=r"\eta_t = \eta_0",
            reference=Reference("Robbins & Monro", 1951, "doi:10.1214/aoms/1177729586"),
            checked="its closed form in NumPy",
            factor=constant,
        ),
        Schedule(
            id="step",
            name="step",
            family="schedule",
            tex=r"\eta_t = \eta_0\, \gamma^{\lfloor t/T \rfloor}",
            reference=Reference("Krizhevsky, Sutskever & Hinton", 2012, "NIPS 25"),
            hypers=(
                T,
                GAMMA,
            ),
            checked="its closed form in NumPy",
            factor=step,
        ),
        Schedule(
            id="inverse_time",
            name="inverse time",
            family="schedule",
            tex=r"\eta_t = \frac{\eta_0}{1 + t/T}",
            reference=Reference("Darken, Chang & Moody", 1992, "doi:10.1109/NNSP.1992.253713"),
            hypers=(T,),
            checked="its closed form in NumPy",
            factor=inverse_time,
        ),
        Schedule(
            id="exponential",
            name="exponential",
            family="schedule",
            tex=r"\eta_t = \eta_0\, e^{-t/T}",
            reference=Reference("Senior et al.", 2013, "doi:10.1109/ICASSP.2013.6638963"),
            hypers=(T,),
            checked="its closed form in NumPy",
            factor=exponential,
        ),
        Schedule(
            id="linear",
            name="linear",
            family="schedule",
            tex=r"\eta_t = \eta_0 \max\left(0,\; 1 - \tfrac{t}{T}\right)",
            reference=Reference("Goodfellow, Bengio & Courville", 2016, "Deep Learning, section 8.3.1"),
            hypers=(T,),
            checked="its closed form in NumPy",
            factor=linear,
            whole_run=True,
        ),
        Schedule(
            id="polynomial",
            name="polynomial",
            family="schedule",
            tex=r"\eta_t = \eta_0 \max\left(0,\; 1 - \tfrac{t}{T}\right)^p",
            reference=Reference("Chen et al.", 2017, "arXiv:1706.05587"),
            hypers=(
                T,
                POWER,
            ),
            checked="its closed form in NumPy",
            factor=polynomial,
            whole_run=True,
        ),
        Schedule(
            id="cosine",
            name="cosine",
            family="schedule",
            tex=r"\eta_t = \tfrac{\eta_0}{2} \left(1 + \cos \pi \min(1, \tfrac{t}{T})\right)",
            reference=Reference("Loshchilov & Hutter", 2016, "arXiv:1608.03983"),
            hypers=(T,),
            checked="its closed form in NumPy",
            factor=cosine,
            whole_run=True,
        ),
        Schedule(
            id="warmup_cosine",
            name="warm-up, then cosine",
            family="schedule",
            tex=(
                r"\eta_t = \eta_0 \begin{cases} \min(1, \tfrac{t+1}{W}) & t < W \\"
                r"\tfrac12 \left(1 + \cos \pi \min(1, \tfrac{t-W}{T})\right) & t \ge W \end{cases}"
            ),
            reference=Reference("Goyal et al.", 2017, "arXiv:1706.02677"),
            hypers=(
                T,
                W,
            ),
            checked="its closed form in NumPy",
            factor=warmup_cosine,
            whole_run=True,
        ),
        Schedule(
            id="one_cycle",
            name="one cycle",
            family="schedule",
            tex=(
                r"\eta_t = \eta_0 \begin{cases} c\left(\tfrac1{25}, 1; \tfrac{t}{0.3 T}\right) & t < 0.3\, T \\"
                r"c\left(1, 4 \cdot 10^{-6}; \min(1, \tfrac{t - 0.3 T}{0.7 T})\right) & t \ge 0.3\, T \end{cases} \\"
                r"c(a, b; u) = b + (a - b)\, \tfrac12 (1 + \cos \pi u)"
            ),
            reference=Reference("Smith & Topin", 2017, "arXiv:1708.07120"),
            hypers=(T,),
            checked="its closed form in NumPy",
            factor=one_cycle,
            whole_run=True,
        ),
        Schedule(
            id="plateau",
            name="reduce on plateau",
            family="schedule",
            tex=r"\eta_{t} = \gamma\, \eta_{t-1} \text{ after more than } P \text{ steps without a new least loss}",
            reference=Reference("Goodfellow, Bengio & Courville", 2016, "Deep Learning, section 8.3.1"),
            hypers=(
                GAMMA,
                STEPS_BEFORE_DROP,
            ),
            checked="torch.optim.lr_scheduler.ReduceLROnPlateau by hand in NumPy",
            memory=Memory(best=float("inf"), bad=0.0, factor=1.0),
            react=plateau,
        ),
    ),
)
