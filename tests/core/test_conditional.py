import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.core.conditional import BINS_PER_LOG, Way, percentiles
from dashboard.core.draws import Draws

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
Z = np.array([-1.6448536, -0.6744898, 0.0, 0.6744898, 1.6448536])
NORMALS = Draws()("anything")
NONE = np.zeros(1)


@pytest.mark.parametrize(
    ("rest", "factor"), [(0.3, 0.4), (0.05, 0.4), (0.4, 0.05), (0.0, 0.2), (1.5, 2.0), (0.0, 2e-4), (1e-3, 5e-4)]
)
def test_two_lognormals_make_one(rest, factor):
    """The product of two independent lognormals is one whose variances of the logarithm add up."""
    found = percentiles(np.exp(rest * NORMALS), [Way(NONE, factor * np.sort(NORMALS))], LEVELS)

    assert np.log(found) == pytest.approx(np.hypot(rest, factor) * Z, abs=0.002 * (rest + factor))


def test_equal_ways_are_halves():
    """Of two ways a thousandfold apart each holds half: the quartiles are their medians."""
    near, far = (Way(np.full(9, level), np.log([0.98, 1.0, 1.02])) for level in (0.0, np.log(1000)))

    assert percentiles(np.ones(9), [near, far], [0.25, 0.75]) == pytest.approx([1, 1000], rel=0.002)


@given(
    st.lists(st.floats(0.01, 100), min_size=2, max_size=30),
    st.lists(st.floats(0.01, 100), min_size=2, max_size=30),
    st.floats(1e-6, 1e12),
)
@settings(max_examples=50, deadline=None)
def test_no_share_is_lost(rest, factor, scale):
    """Two bins beside any level lies its share of all products, from the least to the greatest, in any unit."""
    way = Way(np.zeros(len(rest)), np.log(factor))
    found = percentiles(scale * np.array(rest), [way], LEVELS)
    products = scale * np.outer(rest, factor).ravel()
    slack = np.exp(2 / BINS_PER_LOG)

    assert (np.diff(found) >= 0).all()
    for level, value in zip(LEVELS, found, strict=True):
        assert (products <= value * slack).mean() >= level - 1e-9
        assert (products < value / slack).mean() <= level + 1e-9
