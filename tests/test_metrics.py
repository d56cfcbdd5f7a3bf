"""Numbers that tell what became of a run, where they have a closed form."""

import numpy as np
import pytest

from engine.metrics import steps_to


@pytest.mark.parametrize("k", [0, 1, 7, 30])
def test_a_gap_that_halves_is_within_two_to_the_minus_k_after_k_steps(k):
    gap = 0.5 ** np.arange(31)
    assert steps_to(gap, 0.5**k) == k  # the tolerance itself is within
    assert steps_to(gap, 0.75 * 0.5**k) == (k + 1 if k < 30 else None)


def test_the_first_visit_counts_and_not_the_last():
    assert steps_to(np.array([3.0, 1.0, 2.0, 0.5]), 1.0) == 1


@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_a_run_that_is_lost_is_never_within(lost):
    assert steps_to(np.array([2.0, lost, lost]), 1.0) is None
