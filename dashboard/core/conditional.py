"""Conditional Monte Carlo: percentiles of a product of which one factor is known in distribution.

Each draw of the other factors leaves the whole distribution of that one, not one number. The mean of these
distributions has no steps, so its ends move several times less from seed to seed than those of as many sorted draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dashboard.core.draws import Array

BINS_PER_LOG = 200  # bins of half a per cent, each value shared between the two beside it, so that their mean is kept
FEWEST_BINS = 256  # over the whole of a narrower product the bins are halved until there are as many
MOST_PER_LOG = BINS_PER_LOG << 40  # a product narrower than the rounding of its numbers is one number

Transform = NDArray[np.complex128]


@dataclass(frozen=True)
class Way:
    """A way to a result: draws of all factors but one, and equally likely values of that one, independent of them.

    Both are logarithms; `rest` is less those of the result itself, so that it serves every result of the way.
    """

    rest: Array
    factor: Array
    _transforms: dict[tuple[int, int], Transform] = field(default_factory=dict)

    def transform(self, bins: int, per_log: int) -> Transform:
        """The transform of the factor from its lowest value up; all results have it in common."""
        if (bins, per_log) not in self._transforms:
            self._transforms[bins, per_log] = _transform(self.factor - self.factor.min(), bins, per_log)
        return self._transforms[bins, per_log]


def percentiles(result: Array, ways: Sequence[Way], levels: Sequence[float]) -> Array:
    """Percentiles of a result by its equally likely ways: rest and factor convolved on one grid of logarithms.

    Args:
        result: its draws, above 0.
        ways: at least one.
        levels: from 0 to 1.

    >>> halves = np.full(9, 0.5)
    >>> percentiles(halves, [Way(np.zeros(9), np.log([2.0, 4.0, 8.0]))], [0.5]).round(3)
    array([2.])
    """
    logs = np.log(result)
    rests = [logs + (way.rest + way.factor.min()) for way in ways]
    low = min(rest.min() for rest in rests)
    width = max(rest.max() + np.ptp(way.factor) for rest, way in zip(rests, ways, strict=True)) - low
    per_log = BINS_PER_LOG
    while width * per_log < FEWEST_BINS and per_log < MOST_PER_LOG:
        per_log *= 2
    bins = 1 << (int(width * per_log) + 3).bit_length()
    parts = [
        _transform(rest - low, bins, per_log) * way.transform(bins, per_log)
        for rest, way in zip(rests, ways, strict=True)
    ]
    mass = np.maximum(np.fft.irfft(sum(parts), bins) / len(ways), 0.0)  # an empty bin is within 1e-16 of zero
    below = np.cumsum(mass) - mass / 2
    found: Array = np.exp(low + np.interp(levels, below, np.arange(bins)) / per_log)
    return found


def _transform(logs: Array, bins: int, per_log: int) -> Transform:
    """Fourier transform of the share of the logarithms, from 0 up, that falls to each bin."""
    places = logs * per_log
    first = places.astype(np.intp)
    places -= first
    upper = np.bincount(first, places, bins)
    shares = np.bincount(first, minlength=bins) - upper
    shares[1:] += upper[:-1]
    return np.fft.rfft(shares / len(logs))
