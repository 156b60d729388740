"""Our estimates against published pairs of chip count and power: accuracy and calibration.

Source: method section 6.
"""

import math
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from dashboard.catalog import Catalog, DataError, Problem, UnknownChipError, rows
from dashboard.core.draws import Draws
from dashboard.estimates.ask import Ask, basis_weights, counted_as_chips, other_count
from dashboard.estimates.chains import published_state
from dashboard.estimates.estimate import quantiles
from dashboard.estimates.inputs import DrawnNormals, Inputs, NoPowerError
from dashboard.estimates.plans_columns import is_total
from dashboard.estimates.score_checks import crps, pit, without_family
from dashboard.records import Chip, Pair
from dashboard.units import (
    Quantity,
    QuantityError,
    magnitude,
    number_mend,
    out_of_bounds,
    quantity,
    read_cell,
    read_count,
    unit_of_capacity,
)

BASES = ("it_rated", "it_busy", "it_average", "facility_peak", "facility_average", "grid_connection", "unknown")
COLUMNS = ("case_id", "chip", "chip_count", "power", "unit", "power_basis")


@dataclass(frozen=True)
class Case:
    """One published pair, read from a row; `line` is where an editor shows it, `chip_id` the chip where it is told."""

    case_id: str
    line: int
    chip_name: str
    chips: Quantity
    power: Quantity
    basis: str
    chip_id: str = ""


@dataclass(frozen=True)
class Scored:
    """One pair beside our estimate, in MW; `crps` as the function has it, not a number where it was not worked out."""

    case: Case
    chip: Chip
    published: float
    levels: tuple[float, ...]
    rank: float
    crps: tuple[float, float] = (math.nan, math.nan)

    @property
    def notes(self) -> tuple[str, ...]:
        """How its count was read, where the published power fits a count of what holds several chips better."""
        each, _ = other_count(self.case.chip_name, self.chip)
        if abs(np.log(self.ratio * each)) > abs(np.log(self.ratio)):
            return ()
        return counted_as_chips(self.case.chip_name, self.case.chips, self.chip)

    @property
    def ratio(self) -> float:
        """Estimate over published."""
        return self.levels[2] / self.published


@dataclass(frozen=True)
class Score:
    """All pairs: those scored, and those whose chip no table row goes by or has no published power."""

    scored: tuple[Scored, ...]
    unmatched: tuple[tuple[Case, str], ...]


def case_of(pair: Pair, line: int = 0) -> Case:
    """The case of a row of pairs.csv."""
    chips, power = Quantity(pair.chip_count, "chip"), quantity(pair.power, pair.unit)
    return Case(pair.case_id, line, pair.chip, chips, power, pair.power_basis, pair.chip_id)


def read_pairs(content: bytes, name: str = "pairs.csv") -> list[Case]:
    """The cases of a CSV with the columns case_id, chip, chip_count, power, unit, power_basis.

    A cell in chip_id names the row of accelerators.csv where the chip's own name does not; other columns are ignored.

    Raises:
        DataError: a column is missing or a cell cannot be read; every problem with its row and column.
    """
    problems: list[Problem] = []
    cases: list[Case] = []
    seen: dict[str, int] = {}
    for line, row in rows(name, content.removeprefix(BOM_UTF8), problems):  # as spreadsheets begin a CSV
        missing = [column for column in COLUMNS if column not in row]
        if missing:
            reason = f"header: must have {', '.join(COLUMNS)}; missing: {', '.join(missing)}"
            raise DataError([Problem(name, 1, "", "", reason)])
        case = _case(line, row, name, seen, problems)
        if case is not None:
            cases.append(case)
    if not cases and not problems:
        problems.append(Problem(name, None, "", "", "must hold at least one row"))
    if problems:
        raise DataError(problems)
    return cases


def _case(line: int, row: Mapping[str, str], name: str, seen: dict[str, int], problems: list[Problem]) -> Case | None:
    """The case of a row; each has an id of its own, by which its doubts are drawn and its error is told."""
    found: dict[str, Any] = {}
    for column, read in _CELLS.items():
        try:
            found[column] = read(row[column].strip())
        except ValueError as error:
            problems.append(Problem(name, line, column, row[column], str(error)))
    first = seen.setdefault(found.get("case_id", ""), line)
    if "case_id" in found and first != line:
        reason = f'must be unique, got "{row["case_id"][:40]}" of line {first} again'
        problems.append(Problem(name, line, "case_id", row["case_id"], reason))
    if len(found) < len(_CELLS):
        return None
    power = found["power"] * found["unit"]
    if reason := out_of_bounds(power):
        problems.append(Problem(name, line, "power", row["power"], f"{reason}; got {row['power']}"))
    chip_id = row.get("chip_id", "").strip()
    return Case(row["case_id"], line, row["chip"], found["chip_count"], power, found["power_basis"], chip_id)


def _id(text: str) -> str:
    if not text:
        raise ValueError("must name the case, got nothing")
    if is_total(text):
        raise ValueError(f'must be one pair, got "{text[:40]}", a sum of others; take the row out or name it otherwise')
    return text


def _above_0(text: str) -> float:
    try:
        number = read_cell(text)
    except QuantityError as error:
        raise QuantityError(f"{error}{number_mend(text)}") from None
    if number <= 0:
        raise QuantityError(f"must be above 0, got {number:g}")
    return number


def _chips(text: str) -> Quantity:
    _above_0(text)
    chips = Quantity(read_count(text), "chip")
    if reason := out_of_bounds(chips):
        raise QuantityError(f"{reason}; got {text}")
    return chips


def _basis(text: str) -> str:
    if text not in BASES:
        raise ValueError(f'must be one of {", ".join(BASES)}, got "{text}"')
    return text


_CELLS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {"case_id": _id, "chip_count": _chips, "power": _above_0, "unit": unit_of_capacity, "power_basis": _basis}
)


def score(cases: Sequence[Case], catalog: Catalog, draws: Draws | None = None) -> Score:
    """Each case estimated from its chips alone; a chip unknown or of unknown power is listed, never guessed."""
    draws = draws or Draws()
    scored, unmatched = [], []
    for case in cases:
        try:
            scored.append(_scored(case, catalog.chip(case.chip_id or case.chip_name), catalog, draws))
        except (UnknownChipError, NoPowerError) as error:
            unmatched.append((case, _reason(error)))
    return Score(tuple(scored), tuple(unmatched))


def _reason(error: ValueError) -> str:
    """Why a case has no estimate; how a chip's power is given by hand does not help here."""
    return str(error).partition("; give")[0]


def _scored(case: Case, chip: Chip, catalog: Catalog, draws: Draws) -> Scored:
    ask = Ask("chips", case.chips, chip, "it", basis_weights("unknown", catalog), item=case.case_id)
    drawn = magnitude(published_state(ask, Inputs(catalog, ask, DrawnNormals(draws, ask, catalog)), case.basis), "MW")
    published = float(magnitude(case.power, "MW"))
    drawn = np.broadcast_to(drawn, (draws.count,))
    rank = float(np.mean(drawn < published))
    return Scored(case, chip, published, quantiles(drawn), rank, crps(drawn, published))


def leave_one_family_out(result: Score, catalog: Catalog, draws: Draws | None = None) -> Score:
    """The same cases, each estimated from tables in which its family of chips had never been measured.

    A case whose chip has neither a design power nor a rating left is listed as unmatched.
    """
    draws = draws or Draws()
    reduced = {family: without_family(catalog, family) for family in {row.chip.family for row in result.scored}}
    scored, lost = [], []
    for row in result.scored:
        tables = reduced[row.chip.family]
        try:
            scored.append(_scored(row.case, tables.accelerators[row.chip.chip_id], tables, draws))
        except NoPowerError as error:
            lost.append((row.case, _reason(error)))
    return Score(tuple(scored), tuple(lost))


def full_summary(result: Score, catalog: Catalog) -> dict[str, Any]:
    """`summary`, that with each family left out in turn, and the place of the truth in our draws and its distance."""
    left_out = summary(leave_one_family_out(result, catalog))
    cases = left_out.pop("cases")
    errors = {row["case_id"]: row["error"] for row in cases}
    plain = summary(result)
    ranks = pit([row.rank for row in result.scored])
    found, right = mean_crps(result)
    whole = {"log_power": found, "if_right": right}
    return {**plain, "pit": ranks, "crps": whole, "leave_one_family_out": {**left_out, "errors": errors}}


def mean_crps(result: Score) -> tuple[float | None, float | None]:
    """The mean `crps` of the pairs, and what it would be on average if each truth were a draw of ours."""
    if not result.scored:
        return None, None
    found, right = np.mean([row.crps for row in result.scored], axis=0).tolist()
    return found, right


def summary(result: Score) -> dict[str, Any]:
    """The measures of `score --json`: errors and coverages as fractions, bias the geometric mean of our over theirs."""
    ratios = np.array([row.ratio for row in result.scored])
    levels = np.array([row.levels for row in result.scored]).reshape(-1, 5)
    truth = np.array([row.published for row in result.scored])
    n = len(ratios)
    errors, off = np.abs(ratios - 1), np.abs(np.log(ratios))
    mean = (lambda values: float(np.mean(values))) if n else (lambda values: None)  # noqa: ARG005
    return {
        "n": n + len(result.unmatched),
        "scored": n,
        "unmatched": [
            {"case_id": case.case_id, "row": case.line, "chip": case.chip_name, "reason": reason}
            for case, reason in result.unmatched
        ],
        "median_ape": float(np.median(errors)) if n else None,
        "mean_ape": mean(errors),
        "bias": float(np.exp(np.log(ratios).mean())) if n else None,
        "within_1_25": mean(off <= np.log(1.25)),
        "within_1_5": mean(off <= np.log(1.5)),
        "within_2": mean(off <= np.log(2)),
        "coverage_50": mean((levels[:, 1] <= truth) & (truth <= levels[:, 3])),
        "coverage_90": mean((levels[:, 0] <= truth) & (truth <= levels[:, 4])),
        "median_interval_ratio": float(np.median(levels[:, 4] / levels[:, 0])) if n else None,
        "cases": [_case_row(row) for row in result.scored],
    }


def _case_row(row: Scored) -> dict[str, Any]:
    names = ("q05", "q25", "q50", "q75", "q95")
    return {
        "case_id": row.case.case_id,
        "chip": row.chip.chip_id,
        "power_basis": row.case.basis,
        "published_mw": row.published,
        **dict(zip(names, row.levels, strict=True)),
        "error": row.ratio - 1,
        "rank": row.rank,
        "notes": list(row.notes),
    }


def as_text(result: Mapping[str, Any]) -> list[str]:
    """A `full_summary` as lines for a terminal."""
    within = ("within_1_25", "within_1_5", "within_2")
    names = ("median_ape", "mean_ape", "bias", *within, "coverage_50", "coverage_90", "median_interval_ratio")
    left_out = result["leave_one_family_out"]
    return [
        f"{result['scored']} of {result['n']} pairs scored",
        *(_line(name, result) for name in names),
        "whole ranges: distance of the logarithm of power (CRPS, 0 is best), evenness of places (Kolmogorov-Smirnov)",
        *(_line(f"crps_{name}", {f"crps_{name}": value}) for name, value in result["crps"].items()),
        *(_line(f"pit_{name}", {f"pit_{name}": result["pit"][name]}) for name in ("ks", "p")),
        "each family of chips left out of the tables in turn",
        *(_line(name, left_out) for name in ("median_ape", "bias", "coverage_90")),
        *(f"  not matched: {row['case_id']} (row {row['row']}): {row['reason']}" for row in result["unmatched"]),
        *(f"  note: {row['case_id']}: {note}" for row in result["cases"] for note in row["notes"]),
    ]


def _line(name: str, result: Mapping[str, Any]) -> str:
    value = result[name]
    return f"  {name:<24}{'–' if value is None else f'{value:.3f}'}"
