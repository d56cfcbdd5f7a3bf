"""How the names of equations are drawn: each as what it is, to where its own numbers lead."""

import numpy as np
import pytest

from engine.equations import KEPT, EquationError, Equations
from engine.pictured import pictured
from optimizers import OPTIMIZERS
from tests.test_inside import answer_of, every_optimizer, numbers_at

# Of some optimizers, what every name is drawn as that is not w, w_next or g; a minus where the opposite is drawn.
KNOWN = {
    "momentum": {"v_": "-move", "v": "-move"},
    "nesterov": {"v_": "-move", "y": "point", "g_tilde": "-direction", "v": "-move"},
    "nesterov_iterate": {"v_": "-move", "v": "-move"},
    "momentum_ema": {"m_": "-direction", "m": "-direction"},
    "newton": {"H": "model"},
    "saddle_free_newton": {"H": "model", "A": "model"},
    "rmsprop": {"v_": "sizes", "v": "sizes"},
    "adadelta": {"v_": "sizes", "u_": "sizes", "v": "sizes", "d": "-direction", "u": "sizes"},
    "adam_l2": {
        **{"m_": "-direction", "v_": "sizes", "g_tilde": "-direction", "m": "-direction", "v": "sizes"},
        **{"m_hat": "-direction", "v_hat": "sizes"},
    },
    "yogi": {
        **{"m_": "-direction", "v_": "sizes", "m": "-direction", "v": "sizes"},
        **{"m_hat": "-direction", "v_hat": "sizes"},
    },
    "rprop": {"g_bar_": "-direction", "r_": "sizes", "r": "sizes", "g_bar": "-direction"},
    "conjugate_gradient": {
        **{"g_": "-direction", "d_": "direction", "d_tilde": "direction", "d": "direction", "a": "trials"},
    },
    "bfgs": {"w_": "point", "g_": "-direction", "s": "move", "y": "-direction", "d": "direction", "a": "trials"},
    "lookahead": {"phi_": "point", "w_tilde_next": "point", "phi": "point"},
    "sam": {"u_": "move", "u": "move", "w_hat": "point", "g_tilde": "-direction"},
    "schedule_free": {
        **{"z_": "point", "u_": "move", "u": "move", "y": "point", "g_tilde": "-direction", "z": "point"},
    },
}


@pytest.mark.parametrize("id", KNOWN)
def test_each_name_is_drawn_as_what_it_is(id):
    marks = pictured(OPTIMIZERS[id].system)
    found = {name: "-" * (drawn.sign < 0) + drawn.mark for name, drawn in marks.items()}
    assert found == {"w": "point", "w_next": "point", "g": "-direction", **KNOWN[id]}


@every_optimizer
def test_every_vector_and_every_search_is_drawn(id):
    system = OPTIMIZERS[id].system
    searches = {equation.name for equation in system.equations if equation.measured in KEPT}
    vectors = {name for name, about in system.names.items() if about.shape == (2,)}
    assert vectors | searches <= pictured(system).keys()


@every_optimizer
def test_what_is_added_to_the_point_leads_to_the_next_and_directions_lead_downhill(id):
    head, arrays = answer_of("rosenbrock", id)
    numbers = numbers_at(0, head, arrays)
    names = {name: (about["drawn"], about["sign"]) for name, about in head["names"].items() if "drawn" in about}
    (last,) = [equation["tree"] for equation in head["equations"] if equation["name"] == "w_next"]
    for name, (mark, sign) in names.items():
        if mark == "move" and last in (["-", "w", name], ["+", "w", name]):
            np.testing.assert_allclose(numbers["w"] + sign * numbers[name], numbers["w_next"], rtol=1e-12)
        if mark == "direction" and np.any(numbers[name]):
            assert sign * np.dot(numbers[name], numbers["g"]) < 0, name
        if mark == "sizes":
            assert np.all(numbers[name] >= 0), name
        if mark == "point":
            assert np.hypot(*(numbers[name] - numbers["w"])) <= 2 * np.hypot(*(numbers["w_next"] - numbers["w"])) + 0.1


def test_a_point_that_is_not_there_is_refused():
    with pytest.raises(EquationError, match="points must be names that are known; z is not"):
        Equations(("w_next = w - g",), points=("z",), state=lambda state: {}).read({}, lambda params: ())
