"""The fan of a slider: the paths at each of its stops, so that a drag makes no further request.

Paths are coded in 16-bit integers, as finely as a screen can show them: see `_coder`.
"""

from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

import jax
import jax.numpy as jnp
import numpy as np

from engine import Hyper, race_paths
from engine.device import rollout_device
from engine.programs import Program
from ui.entries import ENTRIES
from ui.paths import GRID, floor_of, landmarks, pack, race_of, values_on_grid
from ui.scene import Scene, controls, surface_of

STOPS = 101  # places of a slider at which its fan is computed
GROUND_EVERY = 5  # the surface itself is computed at every fifth of these places
FEWEST = 128  # rows of a path that are coded
STRIDES = (8, 4, 2)  # a smooth path is sent from every 8th, 4th or 2nd step
NEAR = 16384  # the code of a coordinate at the domain's edge; 0 is its middle
FAR = 89  # a coordinate beyond e**89 half domains, near the largest float32, is coded as NONE
NONE = -32768  # not a number
ZERO = -32700  # the code of a loss of 0: below every axis, above NONE
DECADE = 100  # codes in a decade of the loss
TOP = 65534  # the code of the highest height


def fan(scene: Scene, vary: str) -> bytes:
    """The paths of every run that the slider `vary` moves, at STOPS places of the slider.

    - Array stride (runs, stops) uint8: a path holds every stride-th step and its last one.
    - Array codes uint8: the paths by run and stop, each x, then y, then loss, as differences of the codes (int16) along
      the path; first the high bytes of all, then the low bytes.
    - Head: the slider's values; coding, the constants of the encoding; for each run and stop the first step outside the
      domain and the step from which it is not finite for good (null: never).

    A slider of the surface changes the surface, too:

    - Array ground, in the same encoding: the heights (GRID, GRID) at every GROUND_EVERY-th stop as differences along
      rows, from 0 for the lowest to TOP for the highest, and above it where f has no value.
    - Head: these lowest and highest heights, and the landmarks at every stop.
    """
    surface = surface_of(scene)
    values = _stops(controls(scene.surface, scene.on, scene.own)[vary])
    owner = vary.rpartition(".")[0]
    on = dragged(scene, vary)
    varied = MappingProxyType({**scene.values, vary: np.asarray(values)})
    entries, setting = race_of(replace(scene, on=on, values=varied))
    steps = setting.steps
    # STOPS runs even if the slider changes nothing for these entries.
    setting = replace(setting, start=np.broadcast_to(scene.start, (STOPS, 2)))
    changes = values if owner == "surface" else values[:1]  # of the surface, which no other slider moves
    scenes = [replace(scene, values={**scene.values, vary: value}) for value in changes]
    floors = np.broadcast_to([floor_of(other) for other in scenes], STOPS)
    bounded = np.broadcast_to([bool(surface.minima(**other.hypers("surface"))) for other in scenes], STOPS)

    rows = max(
        FEWEST, 1 << (steps + 1).bit_length()
    )  # more than a path has: up to there no other steps compile anything
    code, domain = Program(_coder, rows), np.array(surface.domain)
    runs, strides, pieces = [], [], []
    for id, block in zip(on, race_paths(setting, entries), strict=True):
        with jax.default_device(rollout_device()):
            coded = code(block, domain, floors, bounded, steps + 1)
        codes, stride, left, diverged = jax.device_get(coded)  # one entry after the other: a block takes 2.5 MB
        runs.append({"id": id, "left": _when(left, steps), "diverged": _when(diverged, steps)})
        strides.append(stride)
        pieces += _thinned(codes[..., : steps + 1], stride)
    coding = {"edge": NEAR, "e_folds": FAR, "none": NONE, "zero": ZERO, "decade": DECADE, "top": TOP}
    head = {"vary": vary, "values": values, "steps": steps, "runs": runs, "coding": coding}
    arrays = {"stride": np.array(strides, dtype="u1").reshape(-1, STOPS), "codes": _planes(pieces)}
    if owner == "surface":
        heights = np.array([_heights(other) for other in scenes[::GROUND_EVERY]])
        low, high = zip(*map(_range, heights), strict=True)
        grounds = map(_ground, heights, low, high)
        arrays["ground"] = _planes([_differences(ground.view("i2")).ravel() for ground in grounds])
        head |= {"low": low, "high": high, "landmarks": [landmarks(other) for other in scenes]}
    return pack(head, arrays)


def dragged(scene: Scene, vary: str) -> tuple[str, ...]:
    """The entries whose runs the slider `vary` moves."""
    owner = vary.rpartition(".")[0]
    return tuple(id for id in scene.on if id == owner or owner not in ENTRIES)


def _coder(size: int):
    """The codes (stops, 3, size) int16 of the first rows of many paths, their strides, and when they left and diverged.

    A coordinate is coded linearly inside the domain (codes are a 32768th of it apart) and logarithmically outside
    (0.5 % apart), so that a line leaves the picture in the right direction. A loss is coded as DECADE log10 of its
    distance from the lowest minimum, or as sign(f) DECADE log10(1 + |f|) if no minimum is declared.
    """

    def whole(a):
        return jnp.where(jnp.abs(a) < -NONE, jnp.rint(a), NONE).astype(jnp.int16)  # nan compares false

    def one(rows, domain, floor, bounded, n):
        rows, (low, high) = rows[:size], domain.T
        place = (rows[:, :2] - (low + high) / 2) / ((high - low) / 2)
        far = jnp.abs(place)
        beyond = NEAR + jnp.log(jnp.maximum(far, 1)) * ((-NONE - 1 - NEAR) / FAR)
        xy = whole(jnp.sign(place) * jnp.where(far <= 1, NEAR * far, beyond))
        gap = rows[:, 2] - floor
        least = ZERO / DECADE
        log = jnp.log10(jnp.where(bounded, gap, 1 + jnp.abs(gap)))  # nan below the floor
        above = jnp.where(gap > 0, jnp.maximum(log, least), jnp.where(gap <= 0, least, jnp.nan))
        loss = whole(DECADE * jnp.where(bounded, above, jnp.sign(gap) * log))
        codes = jnp.stack([xy[:, 0], xy[:, 1], loss])

        t = jnp.arange(size)
        counts = t < n
        finite = (codes != NONE).all(axis=0)
        last = codes[:, n - 1, None]

        def smooth(stride):
            """Whether every step lies less than half a pixel of a large screen beside the line between two kept."""
            pieces = codes.reshape(3, -1, stride)
            begin = stride * jnp.arange(pieces.shape[1])
            ahead = jnp.concatenate([pieces[:, 1:, 0], last], axis=1)
            after = jnp.where(begin + stride < n, ahead, last)[..., None]
            width = jnp.clip(n - 1 - begin, 1, stride)[:, None]
            u = jnp.arange(stride) / width
            error = jnp.abs(pieces[..., :1] * (1 - u) + after * u - pieces)
            return ((error <= jnp.array([8, 8, 1])[:, None, None]) | ~counts.reshape(-1, stride)).all()

        straight = jnp.stack([smooth(stride) for stride in STRIDES]) & jnp.where(counts, finite, True).all()
        stride = jnp.select(list(straight), STRIDES, 1)
        left = jnp.argmin(jnp.where(counts, (far <= 1).all(axis=1), False))
        diverged = jnp.max(jnp.where(counts & jnp.isfinite(rows).all(axis=1), t + 1, 0))
        return codes, stride, left, diverged  # the last as engine.metrics has it

    return jax.vmap(one, in_axes=(0, None, 0, 0, None))


@lru_cache(maxsize=256)
def _stops(hyper: Hyper) -> tuple[float, ...]:
    """The values at the places of a slider."""
    return tuple(hyper.at(k / (STOPS - 1)) for k in range(STOPS))


def _when(steps: np.ndarray, last: int) -> list[int | None]:
    return [int(t) if t <= last else None for t in steps]


def _thinned(codes: np.ndarray, strides: np.ndarray) -> list[np.ndarray]:
    """The differences of the codes (stops, 3, steps + 1) along each path, of every stride-th step and the last one."""
    last = codes.shape[-1] - 1
    pieces = []
    for alike in np.split(np.arange(len(codes)), np.flatnonzero(np.diff(strides)) + 1):
        kept = [*range(0, last, strides[alike[0]]), last]
        pieces.append(_differences(codes[alike[0] : alike[-1] + 1][..., kept]).ravel())
    return pieces


def _differences(codes: np.ndarray) -> np.ndarray:
    return np.diff(codes, axis=-1, prepend=np.int16(0))  # modulo 2**16, as the sums in the browser


def _planes(pieces: list[np.ndarray]) -> np.ndarray:
    """All high bytes, then all low bytes: they pack to a third of the size, as neighbours are alike."""
    words = np.concatenate([np.zeros(0, "<i2"), *pieces])
    return words.view("u1").reshape(-1, 2).T[::-1].ravel()  # the high bytes first


def _heights(scene: Scene) -> np.ndarray:
    """The heights on the coarse grid, also for a surface with a fine one: while it moves the difference is not seen."""
    f = values_on_grid(surface_of(scene), scene.hypers("surface"))
    every = (len(f) - 1) // (GRID - 1)
    f = f[::every, ::every]
    with np.errstate(all="ignore"):  # a formula may have no value somewhere
        return np.log10(1 + f - floor_of(scene)) if surface_of(scene).log_height else f


def _range(heights: np.ndarray) -> tuple[float, float]:
    """The lowest and the highest of the heights; 0 where f has no value at all."""
    finite = heights[np.isfinite(heights)]
    return (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)


def _ground(heights: np.ndarray, low: float, high: float) -> np.ndarray:
    """The codes of heights (n, n): from 0 for the lowest to TOP for the highest, and above it where f has no value."""
    share = (heights - low) / (high - low or 1.0)  # all heights of a plane are the same
    return np.where(np.isfinite(heights), np.rint(TOP * share), TOP + 1).astype("u2")
