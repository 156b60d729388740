"""Our estimates beside published pairs of chip count and power: each pair, and how often our ranges hold the truth."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from dashboard import workings
from dashboard.catalog import Catalog
from dashboard.compare import COLUMNS, Comparison, estimate_levels, reading_row, source_names
from dashboard.estimates.score import Score, Scored, case_of, leave_one_family_out, score
from dashboard.estimates.score_checks import pit
from dashboard.records import Pair

MISS = 1.25  # a pair that is off by more than this factor is a miss
FIFTHS = ("lowest fifth", "second fifth", "middle fifth", "fourth fifth", "highest fifth")
Z50, Z90 = 0.6745, 1.645
BASIS_WORDS = {
    "it_rated": "IT at rating",
    "it_busy": "IT flat out",
    "it_average": "IT on average",
    "facility_peak": "facility peak",
    "facility_average": "facility average",
    "grid_connection": "grid connection",
    "unknown": "not stated",
}
SITES = ("facility_peak", "facility_average", "grid_connection", "unknown")


@dataclass(frozen=True)
class Share:
    """So many of so many, with the error of having seen only these."""

    count: int
    of: int

    @property
    def percent(self) -> float:
        """The share seen, in per cent."""
        return 100 * self.count / self.of

    def ends(self, z: float = Z90) -> tuple[float, float]:
        """Wilson's interval of the share, in per cent; by default its 90 % interval.

        >>> [round(end) for end in Share(42, 46).ends()]
        [82, 96]
        """
        n, p = self.of, self.count / self.of
        middle, half = p + z * z / (2 * n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
        return max(0.0, 100 * (middle - half) / (1 + z * z / n)), min(100.0, 100 * (middle + half) / (1 + z * z / n))

    def verdict(self, promised: float) -> str:
        """What the share says of ranges that promised so many per cent."""
        low, high = self.ends()
        return "too wide" if low > promised else "too narrow" if high < promised else "about right"


def pairs_score(catalog: Catalog, rows: str) -> Score:
    """The score of the table's pairs: `independent`, `all`, or `left-out` (independent, each without its chip family).

    Raises:
        KeyError: no such choice of rows.
    """
    wanted = {"independent": False, "left-out": False, "all": True}[rows]
    found = score([case_of(pair, line) for line, pair in _numbered(catalog) if wanted or pair.independent], catalog)
    return leave_one_family_out(found, catalog) if rows == "left-out" else found


def _numbered(catalog: Catalog) -> enumerate[Pair]:
    return enumerate(catalog.pairs.values(), start=2)


def misses(result: Score) -> tuple[Scored, ...]:
    """The pairs that are off by more than `MISS`, worst first."""
    return tuple(row for row in by_error(result) if _off(row) > np.log(MISS))


def by_error(result: Score) -> tuple[Scored, ...]:
    """The pairs, the one that is off by the largest factor first."""
    return tuple(sorted(result.scored, key=_off, reverse=True))


def _off(row: Scored) -> float:
    return float(abs(np.log(row.ratio)))


def inside(rows: Sequence[Scored], level: int) -> Share:
    """How many published figures lie in our 50 or 90 % ranges."""
    low, high = {50: (1, 3), 90: (0, 4)}[level]
    return Share(sum(row.levels[low] <= row.published <= row.levels[high] for row in rows), len(rows))


def scatter_of(result: Score, catalog: Catalog, words: str, *, left_out: bool = False) -> Comparison:
    """Each pair as two rows, our estimate and the published figure, told apart by nature and paired by `note`."""
    rows: list[dict[str, Any]] = []
    for found in by_error(result):
        pair = catalog.pairs[found.case.case_id]
        more = {"basis": BASIS_WORDS[pair.power_basis], "note": pair.case_id}
        rows.append(estimate_levels(pair.name, found.levels, "MW", **more))
        rows.append(
            reading_row(pair.name, found.case.power, "MW", date=pair.year, sources=pair.source_id, **more),
        )
    off = len(misses(result))
    held = inside(result.scored, 90)
    return Comparison(
        id="score-pairs",
        title="Our estimate of each machine beside its published power",
        answer=f"{held.of - off} of {held.of} are within {MISS:g} times of the published figure, "
        f"{held.count} of our 90\u00a0% ranges hold it ({words}).",
        axis="Published power (each line is ten times more)",
        unit="MW",
        kind="capacity",
        table=pd.DataFrame(rows, columns=COLUMNS),
        sources=_sources(result, catalog),
        method="Estimates from the chip count alone: circle = median, line = 90\u00a0% range.",
        version=catalog.version,
        form="scatter",
        worked=partial(workings.of_score, by_error(result), catalog, BASIS_WORDS, left_out=left_out),
    )


def _sources(result: Score, catalog: Catalog) -> tuple[str, ...]:
    """The publications behind the pairs, those behind most of them first."""
    counted = Counter(catalog.pairs[row.case.case_id].source_id for row in result.scored)
    return source_names(catalog, [source_id for source_id, _ in counted.most_common()])


def calibration_of(result: Score, catalog: Catalog, words: str) -> Comparison:
    """The share of published figures in each fifth of our distributions: 20 % in each if the ranges are right."""
    ranks = np.array([row.rank for row in result.scored])
    counts, _ = np.histogram(ranks, bins=len(FIFTHS), range=(0, 1))
    rows = []
    fifths = list(zip(FIFTHS, counts.tolist(), strict=True))
    for label, count in fifths:
        share = Share(count, len(ranks))
        (q25, q75), (q05, q95) = share.ends(Z50), share.ends()
        levels = (q05, q25, share.percent, q75, q95)
        rows.append(
            estimate_levels(label, levels, "%", basis="share of the published figures", note=f"{count} of {share.of}")
        )
    return Comparison(
        id="score-calibration",
        title="Where the published figures fall in our ranges",
        answer=calibration_words(result) + f" ({words[:1].lower()}{words[1:]}).",
        axis="Percentile of our distribution (low: our estimate was too high)",
        unit="%",
        kind="capacity",
        table=pd.DataFrame(rows, columns=COLUMNS),
        sources=_sources(result, catalog),
        method="Thin lines: the 90\u00a0% error of having seen only these pairs.",
        version=catalog.version,
        form="calibration",
        worked=partial(workings.of_ranks, fifths, by_error(result), catalog, BASIS_WORDS),
    )


def calibration_words(result: Score) -> str:
    """What the coverage says of the ranges, without a full stop."""
    half, most = inside(result.scored, 50), inside(result.scored, 90)
    first, second = half.verdict(50), most.verdict(90)
    held = f"our 50\u00a0% ranges hold {half.percent:.0f}\u00a0% of the published figures, "
    tail = f"our 90\u00a0% ranges {most.percent:.0f}\u00a0%"
    close = f"both are {first}" if first == second else f"the former are {first}, the latter {second}"
    return f"{held[:1].upper()}{held[1:]}{tail}: {close}"


def evenness(result: Score) -> tuple[float, float]:
    """Kolmogorov-Smirnov distance of the ranks from even ones, and the chance of at least that if they are even."""
    found = pit([row.rank for row in result.scored])
    return float(found["ks"]), float(found["p"])
