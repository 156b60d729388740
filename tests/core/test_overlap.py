import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.core import overlap
from dashboard.core.pairing import KINDS, PairingError, require
from dashboard.units import DimensionError, Quantity, quantity

GW = st.floats(0.001, 100)
SHARE = st.floats(0, 1)


def _union(a, parts, shares):
    chips, capacity = quantity(a, "GW"), quantity(np.array(parts)[:, None], "GW")
    inside = overlap.matched(chips, capacity, Quantity(np.array(shares)[:, None], ""))
    total = quantity(np.array([sum(parts)]), "GW")
    return float(overlap.union(chips, total, quantity(inside.m.sum(axis=0), "GW")).m[0])


def test_the_ledger_of_the_method_by_hand():
    """28.75 GW of chips, 8 GW of sites at 0.9 and 4.6 GW of clouds at 0.5 make 31.85 GW."""
    assert _union(28.75, [8.0, 4.6], [0.9, 0.5]) == pytest.approx(31.85)


@given(GW, GW, GW, SHARE, SHARE)
def test_the_union_lies_between_floor_and_ceiling(a, b, c, first, second):
    """Whatever overlaps, the total is at least the larger layer and at most both."""
    total = _union(a, [b, c], [first, second])

    assert max(a, b + c) - 1e-9 <= total <= a + b + c + 1e-9


@given(GW, GW, SHARE, SHARE)
def test_more_overlap_is_less_power(a, b, first, second):
    """A larger overlap never makes a larger total."""
    low, high = sorted((first, second))

    assert _union(a, [b], [high]) <= _union(a, [b], [low]) + 1e-9


def test_a_megawatt_is_not_housed_twice():
    """Two sites of 10 GW cannot both house the same 5 GW of chips: together they house 5."""
    inside = overlap.matched(
        quantity(5.0, "GW"), quantity(np.array([[10.0], [10.0]]), "GW"), Quantity(np.array([[0.9], [0.9]]), "")
    )

    assert inside.m.sum() == pytest.approx(5)


def test_a_whole_and_its_parts_never_add():
    """7 GW with named parts of 5.7 GW are 7 GW; with parts of 8 they are 8."""
    assert overlap.whole_or_parts(quantity(7.0, "GW"), quantity(5.7, "GW")).m == 7
    assert overlap.whole_or_parts(quantity(7.0, "GW"), quantity(8.0, "GW")).m == 8


def test_readings_that_disagree_say_by_how_much():
    """Twice as much is a ratio of 2, and 1 lies outside its range."""
    found = overlap.disagreement(quantity(np.full(9, 2.0), "GW"), quantity(np.full(9, 1.0), "GW"))

    assert (found.central, found.agree) == (2, False)


def test_layers_of_energy_are_refused():
    """Layers are powers; TWh are refused."""
    with pytest.raises(DimensionError, match=r"chips must be \[power\]"):
        overlap.union(Quantity(1.0, "TWh"), quantity(1.0, "GW"), quantity(1.0, "GW"))


@pytest.mark.parametrize("wanted", KINDS)
@pytest.mark.parametrize("kind", KINDS)
def test_only_its_own_kind_is_let_through(wanted, kind):
    """Capacity, peak, average and energy are four things, though three share a dimension."""
    value = Quantity(1.0, "TWh") if kind == "energy" else quantity(1.0, "GW")
    if wanted == kind:
        require(wanted, kind, value, "question")
        return

    with pytest.raises(PairingError, match="question: must be asked of"):
        require(wanted, kind, value, "question")


def test_a_rate_of_energy_does_not_pass_for_a_capacity():
    """TWh a year has the dimension of GW and passes as an average; as an energy it is refused."""
    with pytest.raises(PairingError, match="must be in TWh"):
        require("energy", "energy", quantity(10.0, "TWh/year"), "question")
