"""A range of belief, low / central / high, and the two shapes that turn normal draws into values."""

import functools
import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from dashboard.units import Quantity

Shape = Literal["split-lognormal", "split-logit-normal", "fixed"]
SHAPES: tuple[Shape, ...] = ("split-lognormal", "split-logit-normal", "fixed")

Z95 = 1.6448536269514722  # the standard normal's 95th percentile


@dataclass(frozen=True)
class Spread:
    """5th, 50th and 95th percentile of a doubtful quantity; it has no arithmetic.

    `split-lognormal` is for positive factors, `split-logit-normal` for fractions; both hit the three percentiles
    exactly and need no hard ends. `fixed` has no width.

    Raises:
        ValueError: no such shape, or the three are out of order or lie outside what the shape can take.
    """

    low: Quantity
    central: Quantity
    high: Quantity
    shape: Shape = "split-lognormal"

    def __post_init__(self) -> None:
        """Refuse what could not be drawn from."""
        if self.shape not in SHAPES:
            raise ValueError(f'spread: shape must be one of {", ".join(SHAPES)}, got "{self.shape}"')
        low, central, high = self._numbers
        if not low <= central <= high:
            raise ValueError(f"spread: low <= central <= high must hold, got {low:g}, {central:g}, {high:g}")
        if self.shape == "split-lognormal" and low <= 0:
            raise ValueError(f"spread: {self.shape} must be above 0, got low = {low:g}")
        if self.shape == "split-logit-normal" and not (low > 0 and high < 1):
            raise ValueError(f"spread: {self.shape} must lie between 0 and 1, got {low:g} to {high:g}")
        if self.shape == "fixed" and not low == central == high:
            raise ValueError(f"spread: fixed must have low = central = high, got {low:g}, {central:g}, {high:g}")

    @classmethod
    def fixed(cls, value: Quantity) -> "Spread":
        """A spread without width."""
        return cls(value, value, value, "fixed")

    @property
    def is_sure(self) -> bool:
        """Whether it has no width."""
        return self._numbers[0] == self._numbers[2]

    @functools.cached_property
    def _numbers(self) -> tuple[float, float, float]:
        base = self.central.u
        return float(self.low.m_as(base)), float(self.central.m), float(self.high.m_as(base))

    def at(self, normals: Any) -> Quantity:
        """The values at the given standard normals (a number or an array, whose precision is kept); central at 0.

        Source: method section 2: x = m exp(sigma z), sigma from q05 below the median and from q95 above it.
        """
        low, central, high = self._numbers
        if self.shape == "fixed" or low == high:
            return Quantity(central + 0.0 * np.asarray(normals), self.central.u)
        if self.shape == "split-lognormal":
            return Quantity(np.exp(self._split(normals)), self.central.u)
        return Quantity(1.0 / (1.0 + np.exp(-self._split(normals))), self.central.u)

    def _split(self, normals: Any) -> Any:
        """Piecewise linear in the normals, through low, central and high at -Z95, 0 and Z95."""
        start, below, above = self._slopes
        z = np.asarray(normals)
        return start + np.maximum(z, 0.0) * above + np.minimum(z, 0.0) * below

    @functools.cached_property
    def _slopes(self) -> tuple[float, float, float]:
        transform = math.log if self.shape == "split-lognormal" else _logit
        low, central, high = (transform(number) for number in self._numbers)
        return central, (central - low) / Z95, (high - central) / Z95


def _logit(p: float) -> float:
    return math.log(p / (1 - p))
