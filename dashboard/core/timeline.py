"""Time: how a block of load fills, how late it comes, and how a total grows between two known dates.

Source: method section 4.
"""

import numpy as np

from dashboard.core.draws import Array
from dashboard.core.spread import Spread
from dashboard.units import Duration, Power, Quantity, Ratio, checked, unit

FULL = 13.0  # ramps after which the part is 1 to the last bit; beyond, the exponential takes ten times as long
FILL = 3.0  # a block has reached 1 - exp(-3) = 95 % of its load after one ramp


@checked
def ramp(elapsed: Duration, fill_ramp: Duration) -> Ratio:
    """Part of a block that is in use: 1 - exp(-3 x elapsed / fill_ramp), 0 before its start.

    Raises:
        ValueError: the ramp is not above 0.

    >>> print(f"{ramp(Quantity(6, 'month_of_hours'), Quantity(6, 'month_of_hours')):~.2f}")
    0.95
    """
    if np.any(np.asarray(fill_ramp.m) <= 0):
        raise ValueError("ramp: fill_ramp must be above 0")
    share = (elapsed / fill_ramp).m_as(unit("1"))
    return Quantity(1.0 - np.exp(-FILL * np.clip(share, 0.0, FULL)), unit("1"))


@checked
def lateness(normals: Array, uniforms: Array, delay: Spread, none: Ratio) -> Quantity:
    """How late a dated milestone comes: not at all with the chance `none`, else by the spread `delay`.

    >>> days = Spread(Quantity(20, "day"), Quantity(110, "day"), Quantity(380, "day"))
    >>> late = lateness(np.zeros(2), np.array([0.1, 0.3]), days, Quantity(0.2, ""))
    >>> print(f"{late:~.0f}")
    [0 110] d
    """
    late = delay.at(normals)
    return Quantity(np.where(np.asarray(uniforms) < none.m_as(unit("1")), 0.0, late.m), late.u)


@checked
def block_load(size: Power, realised: Ratio, elapsed: Duration, fill_ramp: Duration) -> Power:
    """Load of one block: size x realised x ramp.

    >>> year = Quantity(1, "annum")
    >>> print(f"{block_load(Quantity(100, 'MW'), Quantity(0.9, ''), 10 * year, year):~.1f}")
    90.0 MW
    """
    return (size * realised * ramp(elapsed, fill_ramp)).to(unit("MW"))


@checked
def increments(states: Power) -> Power:
    """What each cumulative state adds to the ones before it (first axis: states in order of date), never below 0.

    A smaller later reading of the same campus takes nothing away.

    >>> print(f"{increments(Quantity(np.array([206.0, 618.0, 600.0, 824.0]), 'MW')):~}")
    [206.0 412.0 0.0 206.0] MW
    """
    highest = np.maximum.accumulate(np.asarray(states.m, dtype=float), axis=0)
    return Quantity(np.diff(highest, axis=0, prepend=np.zeros_like(highest[:1])), states.u)


@checked
def geometric(known: Power, known_at: Array, at: Array) -> Power:
    """A total between known values, growing by a constant factor between each pair; nothing outside them (nan).

    Args:
        known: the values, the first axis in order of date.
        known_at: their dates, as years.
        at: the dates asked for, as years.

    Raises:
        ValueError: a known value is not above 0.

    >>> ends = Quantity(np.array([1.9, 30.0]), "GW")
    >>> print(f"{geometric(ends, np.array([2026.0, 2031.0]), np.array([2028.5])):~.2f}")
    [7.55] GW
    """
    if np.any(np.asarray(known.m) <= 0):
        raise ValueError("geometric: known must be above 0")
    logs = np.log(np.asarray(known.m, dtype=float))
    right = np.clip(np.searchsorted(known_at, at, side="left"), 1, len(known_at) - 1)
    weight = (at - known_at[right - 1]) / (known_at[right] - known_at[right - 1])
    weight = np.where((weight < 0) | (weight > 1), np.nan, weight).reshape(-1, *[1] * (logs.ndim - 1))
    return Quantity(np.exp(logs[right - 1] + weight * (logs[right] - logs[right - 1])), known.u)


def bridge_width(yearly: float, known_at: Array, at: Array) -> Array:
    """How far a growth path may stray between known dates, in log units: 0 at the dates, widest half-way.

    `yearly` is the spread of the growth rate from year to year; the path between is a Brownian bridge.

    >>> bridge_width(0.3, np.array([2025.0, 2029.0]), np.array([2025.0, 2027.0])).round(2).tolist()
    [0.0, 0.3]
    """
    right = np.clip(np.searchsorted(known_at, at, side="left"), 1, len(known_at) - 1)
    left, end = known_at[right - 1], known_at[right]
    width: Array = yearly * np.sqrt(np.clip((at - left) * (end - at) / (end - left), 0.0, None))
    return width
