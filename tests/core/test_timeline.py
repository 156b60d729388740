import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.core import timeline
from dashboard.core.draws import Draws
from dashboard.core.spread import Spread
from dashboard.units import DimensionError, Quantity, quantity

MONTH = quantity(1.0, "month")
DELAY = Spread(quantity(20.0, "day"), quantity(110.0, "day"), quantity(380.0, "day"))


@pytest.mark.parametrize(("months", "share"), [(-3, 0.0), (0, 0.0), (2, 0.632), (6, 0.950), (60, 1.0)])
def test_a_block_fills_smoothly(months, share):
    """A block of six months' ramp holds nothing before its start and 95 % after six months."""
    assert timeline.ramp(months * MONTH, 6 * MONTH).m == pytest.approx(share, abs=1e-3)


@given(st.floats(0, 200), st.floats(0, 200), st.floats(0.5, 40))
@settings(deadline=None)
def test_a_block_never_empties(first, second, ramp):
    """A later month has no less of a block."""
    earlier, later = sorted((first, second))

    assert timeline.ramp(later * MONTH, ramp * MONTH).m >= timeline.ramp(earlier * MONTH, ramp * MONTH).m


def test_a_ramp_of_nothing_is_refused():
    """A block that takes no time to fill is refused, not divided by."""
    with pytest.raises(ValueError, match="fill_ramp must be above 0"):
        timeline.ramp(MONTH, 0 * MONTH)


def test_a_fifth_of_milestones_come_in_time():
    """With the odds and the range of the method, 20 % have no delay and the median of the others is 110 days."""
    draws = Draws()
    none = Quantity(0.2, "")
    late = timeline.lateness(draws("delay"), draws.uniform("delay_none"), DELAY, none).m_as("day")

    assert np.mean(late == 0) == pytest.approx(0.2, abs=0.001)
    assert np.median(late[late > 0]) == pytest.approx(110, rel=0.03)


def test_several_readings_of_a_campus_are_states_and_not_parts():
    """206, 618 and 824 MW make 824, not 1,648; a smaller later reading takes nothing away."""
    states = quantity(np.array([206.0, 618.0, 600.0, 824.0]), "MW")

    assert timeline.increments(states).m.sum() == 824
    assert timeline.increments(states).m.min() == 0


def test_openai_between_its_year_ends():
    """1.9 GW in 2025 and 30 GW in 2030 grow by 1.74 a year: 5.7 GW at the end of 2027."""
    known = quantity(np.array([0.2, 0.6, 1.9, 30.0]), "GW")
    at = np.array([2024.0, 2025.0, 2026.0, 2028.0, 2031.0])
    years = np.array([2024.0, 2025.0, 2026.0, 2031.0])

    total = timeline.geometric(known, years, at).m

    np.testing.assert_allclose(total, [0.2, 0.6, 1.9, 1.9 * (30 / 1.9) ** 0.4, 30.0])


def test_nothing_is_said_outside_the_known_dates():
    """Before the first and after the last known total there is no figure, not a guess."""
    known = quantity(np.array([1.0, 2.0]), "GW")

    assert np.isnan(timeline.geometric(known, np.array([2025.0, 2026.0]), np.array([2024.0, 2027.0])).m).all()


def test_the_path_strays_most_half_way():
    """At a known date there is no doubt of the path; half-way it is widest."""
    width = timeline.bridge_width(0.3, np.array([2025.0, 2029.0]), np.array([2025.0, 2026.0, 2027.0, 2029.0]))

    assert width[0] == width[3] == 0
    assert width[2] > width[1] > 0


def test_an_energy_is_no_block():
    """The size of a block is a power; an energy is refused."""
    with pytest.raises(DimensionError, match=r"size must be \[power\]"):
        timeline.block_load(Quantity(1.0, "TWh"), Quantity(1.0, ""), MONTH, MONTH)
