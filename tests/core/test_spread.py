"""Spreads: three percentiles hit exactly, and refusals."""

import numpy as np
import pytest

from dashboard.core.draws import Draws
from dashboard.core.spread import Z95, Spread
from dashboard.units import Quantity


def _spread(low, central, high, shape="split-lognormal"):
    return Spread(Quantity(low, ""), Quantity(central, ""), Quantity(high, ""), shape)


@pytest.mark.parametrize("shape", ["split-lognormal", "split-logit-normal"])
def test_three_percentiles_are_hit_exactly(shape):
    """At the normal's 5th, 50th and 95th percentile stand low, central and high."""
    values = _spread(0.5, 0.65, 0.78, shape).at(np.array([-Z95, 0.0, Z95]))

    assert values.m == pytest.approx([0.5, 0.65, 0.78], rel=1e-12)


def test_draws_show_the_percentiles():
    """The sample's 5th, 50th and 95th percentiles are the spread's, within a thousandth."""
    values = _spread(1.25, 1.39, 1.5).at(Draws()("k")).m

    assert np.quantile(values, [0.05, 0.5, 0.95]) == pytest.approx([1.25, 1.39, 1.5], rel=1e-3)


def test_fixed_has_no_width():
    """A fixed spread is one value, whatever the draw."""
    assert Spread.fixed(Quantity(0.92, "")).at(np.array([-3.0, 0.0, 3.0])).m.tolist() == [0.92] * 3


def test_fractions_stay_between_0_and_1():
    """A split logit-normal never leaves the open interval."""
    values = _spread(0.75, 0.9, 0.97, "split-logit-normal").at(np.linspace(-6, 6, 101)).m

    assert values.min() > 0
    assert values.max() < 1


@pytest.mark.parametrize(
    ("three", "shape", "told"),
    [
        ((2, 1, 3), "split-lognormal", "low <= central <= high"),
        ((0, 1, 3), "split-lognormal", "above 0"),
        ((0.5, 0.7, 1.0), "split-logit-normal", "between 0 and 1"),
        ((1, 1, 2), "fixed", "low = central = high"),
        ((0.2, 0.5, 0.8), "triangular", 'shape must be one of .*, got "triangular"'),
    ],
)
def test_impossible_spreads_are_refused(three, shape, told):
    """What could not be drawn from is refused with what came."""
    with pytest.raises(ValueError, match=told):
        _spread(*three, shape)
