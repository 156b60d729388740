"""Named doubts: a seeded Latin-hypercube sample of a standard normal for every name."""

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


@functools.lru_cache(maxsize=16)
def _strata(count: int) -> Array:
    """The normal quantiles at the middle of `count` equally likely strata, in ascending order."""
    inverse: Callable[[float], float] = NormalDist().inv_cdf
    table = np.array([inverse((i + 0.5) / count) for i in range(count)])
    table.setflags(write=False)
    return table


TABLES = 128


@functools.lru_cache(maxsize=8)
def _orders(count: int, seed: int) -> NDArray[np.intp]:
    """Random orders of the strata, `TABLES` rows; a name picks one and steps through it in a stride of its own."""
    generator = np.random.Generator(np.random.PCG64(seed))
    orders = np.array([generator.permutation(count) for _ in range(TABLES)], dtype=np.intp)
    orders.setflags(write=False)
    return orders


@functools.lru_cache(maxsize=8)
def _tables(count: int, seed: int) -> Array:
    """The normals in each of the random orders."""
    tables = _strata(count)[_orders(count, seed)]
    tables.setflags(write=False)
    return tables


@functools.lru_cache(maxsize=2)
def _single_tables(count: int, seed: int) -> NDArray[np.float32]:
    """The same end to end in single precision, for long lists."""
    return _tables(count, seed).astype(np.float32).ravel()


@functools.lru_cache(maxsize=16)
def _positions(count: int) -> NDArray[np.intp]:
    positions = np.arange(count)
    positions.setflags(write=False)
    return positions


@dataclass(frozen=True)
class Draws:
    """Standard normals by name: the same name is the same doubt, in any order and in any process.

    Each name gives one value in each of `count` equally likely strata, in an order that only the seed and the name
    decide. Correlation inside a group is a name that all share combined with a name of one's own.

    >>> draws = Draws(count=8, seed=1)
    >>> bool((draws("load") == draws("load")).all()), bool((draws("load") == draws("pue")).all())
    (True, False)
    """

    count: int = 4096
    seed: int = 20261124

    def __call__(self, name: str) -> Array:
        """Standard normal draws of the doubt `name`, shape (count,)."""
        table, places = self._places(name)
        return _tables(self.count, self.seed)[table].take(places)

    def many(self, names: Sequence[str]) -> NDArray[np.float32]:
        """The draws of each name in single precision, shape (len(names), count): as one by one, in half the time."""
        whole: type[np.signedinteger[Any]] = np.int32 if self.count <= 32_768 else np.int64
        keys: NDArray[Any] = np.array([self._key(name) for name in names], dtype=whole).reshape(-1, 3)
        places = _positions(self.count).astype(whole) * keys[:, 2:] + keys[:, 1:2]
        places = places & (self.count - 1) if self.count.bit_count() == 1 else places % self.count
        return _single_tables(self.count, self.seed)[places + self.count * keys[:, :1]]

    def uniform(self, name: str) -> Array:
        """Draws in (0, 1) for a doubt between categories, shape (count,)."""
        table, places = self._places(name)
        return (_orders(self.count, self.seed)[table].take(places) + 0.5) / self.count

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

    def _places(self, name: str) -> tuple[int, NDArray[np.intp]]:
        """Which random order a name uses, and the places in it: (start + stride x i) mod count."""
        table, start, stride = self._key(name)
        places = _positions(self.count) * stride + start
        return table, places & (self.count - 1) if self.count.bit_count() == 1 else places % self.count

    def _key(self, name: str) -> tuple[int, int, int]:
        """Table, start and stride of a name.

        The stride has no factor in common with the count, so that every stratum comes once. A permutation of its own
        for each name would say the same and take five times as long.
        """
        digest = int.from_bytes(blake2b(f"{self.seed}:{name}".encode(), digest_size=12).digest(), "little")
        table, rest = digest % TABLES, digest // TABLES
        start, stride = rest % self.count, rest // self.count % self.count
        while math.gcd(stride, self.count) != 1:
            stride += 1
        return table, start, stride


def combined(common: Array, single: Array, weight: float) -> Array:
    """weight x common + sqrt(1 - weight^2) x single: standard normal again, correlated by `weight` with `common`."""
    return weight * common + (1 - weight**2) ** 0.5 * single


def choice(uniform: Array, weights: tuple[float, ...]) -> NDArray[np.intp]:
    """The index of the category that each draw falls into, with the odds in `weights` (any positive scale)."""
    edges = np.cumsum(np.asarray(weights, dtype=float))
    return np.minimum(np.searchsorted(edges / edges[-1], uniform, side="right"), len(weights) - 1)
