"""The eight basic optimizers as a reader sees them who lacks one kind of cone: told apart, and clear of the ground."""

from itertools import combinations

import numpy as np
import pytest

from optimizers import OPTIMIZERS
from ui.theme import GROUND, look

# In linear sRGB, severity 1: Machado, Oliveira and Fernandes 2009, doi:10.1109/TVCG.2009.113.
SEEN = {
    "all cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# How far two colours are apart in OKLab at least. Of two patches side by side 0.02 can just be seen; lines are thin.
# Tritanopia is a thousand times as rare as the other two: there marks have to help sooner.
APART = {"all cones": 0.08, "protanopia": 0.05, "deuteranopia": 0.05, "tritanopia": 0.03}
# From linear sRGB to the cones, and from their cube roots to OKLab: Ottosson 2020, bottosson.github.io/posts/oklab.
CONES = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
OKLAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]
LOOKS = {optimizer.id: look(k) for k, optimizer in enumerate(OPTIMIZERS.values()) if optimizer.basic}
everyone = pytest.mark.parametrize("vision", SEEN)
both = pytest.mark.parametrize("scheme", GROUND)


def seen(color, vision):
    """A colour such as #a46200 as linear sRGB that gives everybody the same impression."""
    channels = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return np.clip(SEEN[vision] @ linear, 0, 1)


def oklab(linear):
    return OKLAB @ np.cbrt(CONES @ linear)


def contrast(one, other):
    """As WCAG 2.2 defines it, of two colours in linear sRGB."""
    low, high = sorted(float(linear @ [0.2126, 0.7152, 0.0722]) for linear in (one, other))
    return (high + 0.05) / (low + 0.05)


def test_the_eight_basic_optimizers_have_eight_marks():
    """Who sees no colour at all goes by them."""
    assert len(LOOKS) == 8
    assert len({one.mark for one in LOOKS.values()}) == 8


@everyone
@both
def test_no_two_of_them_have_the_same_colour(scheme, vision):
    colors = {id: oklab(seen(one.color_in(scheme), vision)) for id, one in LOOKS.items()}
    near = {pair: np.linalg.norm(colors[pair[0]] - colors[pair[1]]) for pair in combinations(colors, 2)}
    assert {pair: distance for pair, distance in near.items() if distance < APART[vision]} == {}


@everyone
@both
def test_each_is_clear_of_the_ground(scheme, vision):
    low = seen(GROUND[scheme].low, vision)
    ratios = {id: contrast(seen(one.color_in(scheme), vision), low) for id, one in LOOKS.items()}
    assert {id: ratio for id, ratio in ratios.items() if ratio < 3} == {}


@everyone
@both
def test_the_height_of_the_surface_is_a_matter_of_lightness(scheme, vision):
    low, high = (oklab(seen(color, vision))[0] for color in (GROUND[scheme].low, GROUND[scheme].high))
    assert abs(high - low) > 0.1
