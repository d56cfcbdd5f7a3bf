"""Rosenbrock's valley walked down by a loop over steps in NumPy, Optax and PyTorch; a path is (steps + 1, 2)."""

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace

import jax
import numpy as np
import optax

A, B = 1.0, 100.0


def f(w):
    x, y = w
    return (A - x) ** 2 + B * (y - x**2) ** 2


def slope(w: np.ndarray) -> np.ndarray:
    x, y = w
    return np.array([-2 * (A - x) - 4 * B * x * (y - x**2), 2 * B * (y - x**2)])


def hessian(w: np.ndarray) -> np.ndarray:
    x, y = w
    return np.array([[2 - 4 * B * (y - 3 * x**2), -4 * B * x], [-4 * B * x, 2 * B]])


def numpy_path(id: str, hypers: dict[str, float], w: np.ndarray, steps: int) -> np.ndarray:
    p = SimpleNamespace(**hypers)
    m = u = v = np.zeros(2)
    rows = [w]
    for t in range(1, steps + 1):
        g = slope(w - p.momentum * v if id == "nesterov" else w)
        match id:
            case "sgd":
                d = p.lr * g
            case "momentum" | "nesterov":
                d = v = p.momentum * v + p.lr * g
            case "newton":
                d = p.lr * np.linalg.solve(hessian(w) + p.damping * np.eye(2), g)
            case "adagrad":
                v = v + g**2
                d = p.lr * g / np.sqrt(v + p.eps)
            case "rmsprop":
                v = p.rho * v + (1 - p.rho) * g**2
                d = p.lr * g / np.sqrt(v + p.eps)
            case "adadelta":
                v = p.rho * v + (1 - p.rho) * g**2
                d = np.sqrt(u + p.eps) / np.sqrt(v + p.eps) * g
                u = p.rho * u + (1 - p.rho) * d**2
                d = p.lr * d
            case _:  # Adam
                m = p.b1 * m + (1 - p.b1) * g
                v = p.b2 * v + (1 - p.b2) * g**2
                d = p.lr * (m / (1 - p.b1**t)) / (np.sqrt(v / (1 - p.b2**t)) + p.eps)
        w = w - d
        rows.append(w)
    return np.array(rows)


def optax_path(rule: optax.GradientTransformation) -> Callable[[np.ndarray, int], np.ndarray]:
    """One step, jitted once and called from Python for each step of each path."""

    @jax.jit
    def step(w, state):
        updates, state = rule.update(jax.grad(f)(w), state, w)
        return optax.apply_updates(w, updates), state

    def path(start: np.ndarray, steps: int) -> np.ndarray:
        w = jax.numpy.array(start)
        state, rows = rule.init(w), [w]
        for _ in range(steps):
            w, state = step(w, state)
            rows.append(w)
        return np.array(jax.device_get(rows))

    return path


TORCH = {  # in our names of the hypers
    "sgd": lambda optim, w, lr: optim.SGD(w, lr),
    "momentum": lambda optim, w, lr, momentum: optim.SGD(w, lr, momentum),
    "nesterov": lambda optim, w, lr, momentum: optim.SGD(w, lr, momentum, nesterov=True),
    "adagrad": lambda optim, w, lr, eps: optim.Adagrad(w, lr, eps=eps),
    "rmsprop": lambda optim, w, lr, rho, eps: optim.RMSprop(w, lr, alpha=rho, eps=eps),
    "adadelta": lambda optim, w, lr, rho, eps: optim.Adadelta(w, lr, rho, eps),
    "adam": lambda optim, w, lr, b1, b2, eps: optim.Adam(w, lr, (b1, b2), eps),
}


def torch_path(id: str, hypers: dict[str, float], start: np.ndarray, steps: int) -> np.ndarray:
    torch = import_module("torch")  # not among our requirements: whoever has it sees its figure
    w = torch.tensor(start, requires_grad=True)
    optimizer = TORCH[id](torch.optim, [w], **hypers)
    rows = [start]
    for _ in range(steps):
        optimizer.zero_grad()
        f(w).backward()
        optimizer.step()
        rows.append(w.detach().numpy().copy())
    return np.array(rows)
