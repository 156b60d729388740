"""Checks on the score: each family of chips left out in turn, where the truth falls in our draws, and how far from all.

Source: method section 6.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from dashboard.catalog import Catalog
from dashboard.core.draws import Array

BINS = 10
FAMILY_QUANTITIES = ("it_power", "busy_ratio", "server_ratio", "it_ratio", "peak_overhead")


def without_family(catalog: Catalog, family: str) -> Catalog:
    """The catalog as if a family of chips had never been measured: only its design power and its class are known.

    Its rows of IT power per chip and of busy draw are gone, and so are the ratings of its boxes and racks.
    """
    chips = {chip_id for chip_id, chip in catalog.accelerators.items() if chip.family == family}
    classes = {chip.overhead_class for chip in catalog.accelerators.values()}
    own = {family, *chips} - classes
    rated = {
        chip_id: dataclasses.replace(chip, system_power=None) if chip_id in chips and chip.tdp is not None else chip
        for chip_id, chip in catalog.accelerators.items()
    }
    kept = {
        name: row
        for name, row in catalog.parameters.items()
        if not (row.quantity in FAMILY_QUANTITIES and (row.scope in own or _names_of(row.scope) & own))
    }
    return dataclasses.replace(catalog, accelerators=rated, parameters=kept)


def _names_of(scope: str) -> set[str]:
    """The families that a mixed scope such as `gb200-gb300` names."""
    return set(scope.split("-"))


def pit(ranks: Sequence[float]) -> dict[str, Any]:
    """Where the truth falls in our draws (0 to 1; even if we are calibrated): ten bins, and a Kolmogorov-Smirnov test.

    >>> pit([0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95])["ks"]
    0.05
    """
    n = len(ranks)
    if not n:
        return {"histogram": [0] * BINS, "ks": None, "p": None}
    ordered = np.sort(np.asarray(ranks, dtype=float))
    steps = np.arange(n + 1) / n
    distance = float(max(np.max(steps[1:] - ordered), np.max(ordered - steps[:-1])))
    counts, _ = np.histogram(ordered, bins=BINS, range=(0, 1))
    return {"histogram": counts.tolist(), "ks": round(distance, 4), "p": _kolmogorov(distance, n)}


def _kolmogorov(distance: float, n: int) -> float:
    """Chance of at least this distance if the ranks are even (Stephens' approximation of Kolmogorov's series)."""
    scaled = (n**0.5 + 0.12 + 0.11 / n**0.5) * distance
    if scaled < 0.2:
        return 1.0
    k = np.arange(1, 101)
    return float(np.clip(2 * np.sum((-1.0) ** (k - 1) * np.exp(-2 * (k * scaled) ** 2)), 0, 1))


def crps(draws: Array, truth: float) -> tuple[float, float]:
    """How far a whole distribution lies from the truth, in logarithms of power: E|ln X - ln y| - E|ln X - ln X'| / 2.

    0 is a sure hit, and what has no width scores |ln x - ln y|: the continuous ranked probability score. The second
    number is what the same distribution scores on average where the truth is one of its own draws: E|ln X - ln X'| / 2.

    >>> [round(part, 3) for part in crps(np.full(9, 2.0), 4.0)]
    [0.693, 0.0]
    """
    logs = np.sort(np.log(draws))
    n = len(logs)
    within = float((2 * np.arange(n) - n + 1) @ logs) / n**2
    return float(np.abs(logs - np.log(truth)).mean()) - within, within
