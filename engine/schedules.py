"""Learning-rate schedules: a factor on the optimizer's own learning rate; t = 0 at the first step."""

import jax.numpy as jnp

from engine.registry import Registry
from engine.spec import Hyper, Reference, Schedule

T = Hyper("T", 200.0, 10.0, 2000.0, log=True, name="decay time T", tex="T")


def constant(t):
    return jnp.ones_like(t, dtype=float)


def linear(t, *, T):
    return jnp.maximum(0.0, 1 - t / T)  # held at 0 once t reaches T


def exponential(t, *, T):
    return jnp.exp(-t / T)


SCHEDULES = Registry(
    "schedule",
    (
        Schedule(
            id="constant",
            name="constant",
            family="schedule",
            tex=r"\eta_t = \eta_0",
            reference=Reference("Robbins & Monro", 1951, "doi:10.1214/aoms/1177729586"),
            factor=constant,
        ),
        Schedule(
            id="linear",
            name="linear",
            family="schedule",
            tex=r"\eta_t = \eta_0 \max\left(0,\; 1 - \tfrac{t}{T}\right)",
            reference=Reference("Goodfellow, Bengio & Courville", 2016, "Deep Learning, section 8.3.1"),
            hypers=(T,),
            factor=linear,
        ),
        Schedule(
            id="exponential",
            name="exponential",
            family="schedule",
            tex=r"\eta_t = \eta_0\, e^{-t/T}",
            reference=Reference("Darken & Moody", 1990, "NIPS 3"),
            hypers=(T,),
            factor=exponential,
        ),
    ),
)
