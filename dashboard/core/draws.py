"""Named doubts: for every name a seeded, evenly spread sample of a standard normal."""

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ORDERS = 128  # random orders of the points that names share; each name steps through one in a stride of its own

# The doubts that meet in one chain. Those of one thing (and those that all things share) are the columns of a lattice:
# taken two by two they fill the plane evenly, so that few draws tell the ends of a range well.
COLUMNS = (
    *("model_error", "draw_ratio", "mature_load", "peak_overhead", "overhead_ratio", "it_power", "busy_ratio"),
    *("peak_over_grid", "basis", "way", "contract_revenue", "chip_price", "accelerator_share", "ramp_loss"),
    *("capex_per_it_power", "server_ratio", "it_ratio", "system_rating", "tdp", "power_water", "site_water"),
    *("peak_share", "grid_intensity", "electricity_price", "realisation", "delay", "delay_none", "fill_ramp"),
    "outside_estimate",
)
GENERATOR = 1787  # of the lattice: its first 57 powers, mod 4096, have the best worst pair (Zaremba's index is 63)
_COLUMN = {name: 2 * i for i, name in enumerate(COLUMNS)}
EVERYONE = "all"
HOME = "region usa"  # of an ask that names no region: its doubts meet those of all in one chain

GROUPS = ("family ", "operator ", "region ")  # how the names of groups begin

Places = NDArray[Any]


@functools.lru_cache(maxsize=16)
def strata(count: int) -> Array:
    """The normal quantiles at the middle of `count` equally likely strata, in ascending order."""
    inverse: Callable[[float], float] = NormalDist().inv_cdf
    table = np.array([inverse((i + 0.5) / count) for i in range(count)])
    table.setflags(write=False)
    return table


@functools.lru_cache(maxsize=2)
def _single_strata(count: int) -> NDArray[np.float32]:
    """The same in single precision, for long lists."""
    return strata(count).astype(np.float32)


@functools.lru_cache(maxsize=8)
def _orders(count: int, seed: int) -> Places:
    """Random orders of the points, `ORDERS` rows."""
    generator = np.random.Generator(np.random.PCG64(seed))
    orders = np.array([generator.permutation(count) for _ in range(ORDERS)], dtype=_whole(count))
    orders.setflags(write=False)
    return orders


@functools.lru_cache(maxsize=16)
def _positions(count: int) -> Places:
    positions = np.arange(count, dtype=_whole(count))
    positions.setflags(write=False)
    return positions


def _whole(count: int) -> type[np.signedinteger[Any]]:
    """An integer that holds the square of the count."""
    return np.int32 if count <= 32_768 else np.int64


def _modulo(places: Places, count: int) -> Places:
    return places & (count - 1) if count.bit_count() == 1 else places % count


@functools.lru_cache(maxsize=8)
def _points_of(count: int, seed: int, owners: tuple[str, ...]) -> Places:
    """The order of the points of each owner, one below the other."""
    return np.array([_points(count, seed, owner) for owner in owners])


@functools.lru_cache(maxsize=64)
def _points(count: int, seed: int, owner: str) -> Places:
    """An order of the points: ascending for what has no owner, is shared by all or at home, else one by its name.

    A permutation of its own for each owner would say the same and take five times as long.
    """
    if owner in ("", EVERYONE, HOME):
        return _positions(count)
    row, start, stride = _hashed(f"{seed}:{owner}", ORDERS, count, count)
    return _orders(count, seed)[row].take(_modulo(_positions(count) * _coprime(stride, count) + start, count))


def _hashed(text: str, *below: int) -> list[int]:
    """Numbers that the text decides, each below its bound."""
    rest = int.from_bytes(blake2b(text.encode(), digest_size=12).digest(), "little")
    found = []
    for bound in below:
        rest, number = divmod(rest, bound)
        found.append(number)
    return found


def _coprime(stride: int, count: int) -> int:
    """The next stride that shares no factor with the count, so that every point comes once."""
    while math.gcd(stride, count) != 1:
        stride += 1
    return stride


def item_name(item: str) -> str:
    """The owner of an item's own doubts: its name, but for one that is called like a group, which owns none of them.

    >>> item_name("abilene"), item_name("all")
    ('abilene', 'item all')
    """
    return f"item {item}" if item == EVERYONE or item.startswith(("item ", *GROUPS)) else item


@dataclass(frozen=True)
class Draws:
    """Standard normals by name: the same name is the same doubt, in any order and in any process.

    Each name gives one value in each of `count` equally likely strata, in an order that only the seed and the name
    decide. A name is `doubt of owner`, or a doubt alone. Correlation inside a group is a name that all share combined
    with a name of one's own.

    Raises:
        ValueError: the count is below 1, or the seed is no whole number from 0 on.

    >>> draws = Draws(count=8, seed=1)
    >>> bool((draws("load") == draws("load")).all()), bool((draws("load") == draws("pue")).all())
    (True, False)
    """

    count: int = 4096
    seed: int = 20261124

    def __post_init__(self) -> None:
        """Refuse what makes no sample, or another one each time."""
        for name, least in (("count", 1), ("seed", 0)):
            value = getattr(self, name)
            if not isinstance(value, int | np.integer) or value < least:
                raise ValueError(f"draws: {name} must be a whole number from {least} on, got {value!r}")

    def __call__(self, name: str) -> Array:
        """Standard normal draws of the doubt `name`, shape (count,)."""
        return strata(self.count).take(self._places(name))

    def many(self, doubt: str, owners: Sequence[str]) -> NDArray[np.float32]:
        """The draws of `doubt of owner` for each owner, in single precision, shape (len(owners), count)."""
        keys = [self._step(doubt, owner) for owner in owners]
        points = _points_of(self.count, self.seed, tuple(owner for _, _, owner in keys))
        whole = points.dtype
        strides, starts = (np.array([key[i] for key in keys], dtype=whole)[:, None] for i in (0, 1))
        return _single_strata(self.count)[_modulo(points * strides + starts, self.count)]

    def uniform(self, name: str) -> Array:
        """Draws in (0, 1) for a doubt between categories, shape (count,)."""
        return (self._places(name) + 0.5) / self.count

    def shared(self, name: str, *, group: str, own: str, correlation: float) -> Array:
        """Draws of `name` for `own`, correlated by `correlation` with all others of the same `group`.

        Raises:
            ValueError: correlation is outside 0 to 1.
        """
        if not 0 <= correlation <= 1:
            raise ValueError(f"shared: correlation must be from 0 to 1, got {correlation}")
        if correlation == 1:
            return self(f"{name} of {group}")
        single = self(f"{name} of {own}" if own else name)
        if correlation == 0:
            return single
        return combined(self(f"{name} of {group}"), single, correlation**0.5)

    def _places(self, name: str) -> Places:
        """The stratum of each draw: (start + stride x point) mod count."""
        doubt, _, owner = name.partition(" of ")
        stride, start, points = self._step(doubt, owner)
        return _modulo(_points(self.count, self.seed, points) * stride + start, self.count)

    def _step(self, doubt: str, owner: str) -> tuple[int, int, str]:
        """Stride, start, and whose points are stepped through: the owner's for a doubt of the lattice, else its own."""
        name = f"{doubt} of {owner}" if owner else doubt
        start, hashed = _hashed(f"{self.seed}:start:{name}", self.count, self.count)
        column = _COLUMN.get(doubt)
        if column is None:
            return _coprime(hashed, self.count), start, name
        power = column + (owner == EVERYONE)
        return _coprime(pow(GENERATOR, power, self.count), self.count), start, owner


def combined(common: Array, single: Array, weight: float) -> Array:
    """weight x common + sqrt(1 - weight^2) x single: standard normal again, correlated by `weight` with `common`."""
    return weight * common + (1 - weight**2) ** 0.5 * single


def choice(uniform: Array, weights: tuple[float, ...]) -> NDArray[np.intp]:
    """The index of the category that each draw falls into, with the odds in `weights` (any positive scale)."""
    edges = np.cumsum(np.asarray(weights, dtype=float))
    return np.minimum(np.searchsorted(edges / edges[-1], uniform, side="right"), len(weights) - 1)
