"""Overlap of two layers of the same megawatts: chips that were bought, and the sites and clouds that house them.

Source: method section 4: Total = A + (1 - w) B.
"""

from dataclasses import dataclass

import numpy as np

from dashboard.units import Power, Quantity, Ratio, checked, unit


@checked
def matched(chips: Power, capacity: Power, overlap: Ratio) -> Power:
    """The part of the capacity layer that houses chips of the other: w B, and no more than there are chips.

    `capacity` and `overlap` have one row for each part of the layer (first axis); the parts share the chips in
    proportion where together they would take too many.

    >>> parts = Quantity(np.array([[8.0], [4.6]]), "GW")
    >>> shares = Quantity(np.array([[0.9], [0.5]]), "")
    >>> print(f"{matched(Quantity(28.75, 'GW'), parts, shares).sum():~.1f}")
    9.5 GW
    """
    wanted = (capacity * overlap).to(unit("GW"))
    total = np.sum(wanted.m, axis=0)
    available = np.asarray(chips.m_as(unit("GW")))
    return wanted * (available / np.maximum(np.maximum(total, available), np.finfo(float).tiny))


@checked
def union(chips: Power, capacity: Power, both: Power) -> Power:
    """What two overlapping layers make together: A + B - what is in both.

    >>> print(f"{union(Quantity(28.75, 'GW'), Quantity(12.6, 'GW'), Quantity(9.5, 'GW')):~.2f}")
    31.85 GW
    """
    return (chips + capacity - both).to(unit("GW"))


@checked
def floor(chips: Power, capacity: Power) -> Power:
    """The least that two layers can be: the larger one, with the other wholly inside it."""
    return Quantity(np.maximum(chips.m_as(unit("GW")), capacity.m_as(unit("GW"))), unit("GW"))


@checked
def ceiling(chips: Power, capacity: Power) -> Power:
    """The most that two layers can be: both in full, nothing shared."""
    return (chips + capacity).to(unit("GW"))


@checked
def whole_or_parts(whole: Power, parts: Power) -> Power:
    """A whole that contains named parts: whichever is larger, never their sum.

    >>> print(f"{whole_or_parts(Quantity(7, 'GW'), Quantity(5.7, 'GW')):~}")
    7.0 GW
    """
    return Quantity(np.maximum(whole.m_as(unit("GW")), parts.m_as(unit("GW"))), unit("GW"))


@dataclass(frozen=True)
class Disagreement:
    """Two readings of one amount: the ratio of the first to the second, and what to say about it."""

    low: float
    central: float
    high: float

    @property
    def agree(self) -> bool:
        """Whether 1 lies inside the 90 % range of the ratio."""
        return self.low <= 1 <= self.high


@checked
def disagreement(first: Power, second: Power) -> Disagreement:
    """The ratio of two readings of one amount, draw by draw, with its 90 % range.

    >>> disagreement(Quantity(np.array([2.0, 2.0]), "GW"), Quantity(np.array([1.0, 1.0]), "GW")).agree
    False
    """
    ratio = np.asarray((first / second).m_as(unit("1")), dtype=float)
    low, central, high = np.quantile(ratio, (0.05, 0.5, 0.95))
    return Disagreement(float(low), float(central), float(high))
