"""Chips to IT power to the meter: capacities, averages and the three readings of an announced gigawatt.

Source: method sections 1 and 2.
"""

from typing import Any

import numpy as np

from dashboard.units import Chips, Power, PowerPerChip, Quantity, Ratio, checked, unit

ONE = Quantity(1.0, "")


@checked
def rated_it_power(chips: Chips, it_power: PowerPerChip, model_error: Ratio = ONE) -> Power:
    """IT power at rating, everything IT included: chips x it_power x model_error (P_rated = N k e).

    >>> print(f"{rated_it_power(Quantity(100_000, 'chip'), Quantity(1.39, 'kW/chip')).to('MW'):~}")
    139.0 MW
    """
    return (chips * it_power * model_error).to(unit("MW"))


@checked
def chip_count(it_capacity: Power, it_power: PowerPerChip) -> Chips:
    """How many chips fill an IT capacity: it_capacity / it_power (N = C_IT / k, no oversubscription).

    >>> print(f"{chip_count(Quantity(1, 'GW'), Quantity(2.0, 'kW/chip')):~.0f}")
    500000 chip
    """
    return (it_capacity / it_power).to(unit("chip"))


@checked
def peak_pue(peak_overhead: Ratio) -> Ratio:
    """PUE in the worst hour: 1 + h.

    Raises:
        ValueError: the overhead is negative.
    """
    if np.any(np.asarray(peak_overhead.m_as(unit("1"))) < 0):
        raise ValueError("peak_pue: peak_overhead must be 0 or more, got a negative value")
    return ONE + peak_overhead


@checked
def average_pue(peak_overhead: Ratio, overhead_ratio: Ratio) -> Ratio:
    """PUE over a year: 1 + g h, below the peak's by construction."""
    return ONE + overhead_ratio * peak_overhead


@checked
def facility_power(it_power: Power, pue: Ratio) -> Power:
    """Power at the facility's meter: it_power x pue.

    Raises:
        ValueError: pue is below 1.

    >>> print(f"{facility_power(Quantity(10, 'MW'), Quantity(1.2, '')):~}")
    12.0 MW
    """
    _refuse_below_one("facility_power", pue)
    return (it_power * pue).to(unit("MW"))


@checked
def it_of_facility(facility: Power, pue: Ratio) -> Power:
    """IT power behind a facility figure: facility / pue, so that PUE is taken off once.

    Raises:
        ValueError: pue is below 1.
    """
    _refuse_below_one("it_of_facility", pue)
    return (facility / pue).to(unit("MW"))


@checked
def average_power(it_power: Power, share: Ratio) -> Power:
    """Mean over a year: it_power x share (draw ratio of rated power, or load of critical capacity)."""
    return (it_power * share).to(unit("MW"))


@checked
def grid_connection(facility_peak: Power, peak_over_grid: Ratio) -> Power:
    """The connection that a peak would be given: facility_peak / (P_pk / P_grid)."""
    return (facility_peak / peak_over_grid).to(unit("MW"))


@checked
def peak_of_connection(connection: Power, peak_over_grid: Ratio) -> Power:
    """The facility peak behind a grid connection: connection x (P_pk / P_grid)."""
    return (connection * peak_over_grid).to(unit("MW"))


def by_basis(basis: Any, it: Quantity, facility: Quantity, grid: Quantity) -> Quantity:
    """Pick per draw among three readings of the same announcement; `basis` holds 0 (IT), 1 (facility) or 2 (grid)."""
    readings = [np.asarray(reading.m_as(unit("MW"))) for reading in (it, facility, grid)]
    return Quantity(np.choose(basis, readings), "MW")


def _refuse_below_one(function: str, pue: Quantity) -> None:
    lowest = float(np.min(np.asarray(pue.m_as(unit("1")))))
    if lowest < 1:
        raise ValueError(f"{function}: pue must be at least 1, got {lowest:g}")
