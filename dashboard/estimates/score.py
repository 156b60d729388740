"""Our estimates against published pairs of chip count and power: accuracy and calibration.

Source: method section 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.catalog import Catalog, DataError, Problem, UnknownChipError, rows
from dashboard.core.draws import Draws
from dashboard.estimates.ask import Ask, basis_weights
from dashboard.estimates.chains import published_state
from dashboard.estimates.estimate import quantiles
from dashboard.estimates.inputs import DrawnNormals, Inputs
from dashboard.estimates.score_checks import pit, without_family
from dashboard.records import Chip
from dashboard.units import Quantity, QuantityError, UnitError, magnitude, quantity, read_cell

BASES = ("it_rated", "it_busy", "it_average", "facility_peak", "facility_average", "grid_connection", "unknown")
COLUMNS = ("case_id", "chip", "chip_count", "power", "unit", "power_basis")


@dataclass(frozen=True)
class Case:
    """One published pair, read from a row; `line` is where an editor shows it."""

    case_id: str
    line: int
    chip_name: str
    chips: Quantity
    power: Quantity
    basis: str


@dataclass(frozen=True)
class Scored:
    """One pair beside our estimate, in MW."""

    case: Case
    chip: Chip
    published: float
    levels: tuple[float, ...]
    rank: float

    @property
    def ratio(self) -> float:
        """Estimate over published."""
        return self.levels[2] / self.published


@dataclass(frozen=True)
class Score:
    """All pairs: those scored, and those whose chip no table row goes by."""

    scored: tuple[Scored, ...]
    unmatched: tuple[tuple[Case, str], ...]


def read_pairs(content: bytes, name: str = "pairs") -> list[Case]:
    """The cases of a CSV with the columns case_id, chip, chip_count, power, unit, power_basis (others ignored).

    Raises:
        DataError: a column is missing or a cell cannot be read; every problem with its row and column.
    """
    problems: list[Problem] = []
    cases: list[Case] = []
    for line, row in rows(name, content, problems):
        missing = [column for column in COLUMNS if column not in row]
        if missing:
            reason = f"header: must have {', '.join(COLUMNS)}; missing: {', '.join(missing)}"
            raise DataError([Problem(name, 1, "", "", reason)])
        case = _case(line, row, name, problems)
        if case is not None:
            cases.append(case)
    if not cases and not problems:
        problems.append(Problem(name, None, "", "", "must hold at least one row"))
    if problems:
        raise DataError(problems)
    return cases


def _case(line: int, row: dict[str, str], name: str, problems: list[Problem]) -> Case | None:
    before = len(problems)

    def positive(column: str) -> float:
        try:
            number = read_cell(row[column].strip())
            if number > 0:
                return number
            reason = f"must be above 0, got {number:g}"
        except QuantityError as error:
            reason = str(error)
        problems.append(Problem(name, line, column, row[column], reason))
        return 1.0

    count, value = positive("chip_count"), positive("power")
    basis = row["power_basis"].strip()
    if basis not in BASES:
        problems.append(Problem(name, line, "power_basis", basis, f'must be one of {", ".join(BASES)}, got "{basis}"'))
    try:
        power = quantity(value, row["unit"].strip())
        if not power.check("[power]"):
            raise UnitError(f'must be a unit of power, got "{row["unit"]}"')
    except UnitError as error:
        problems.append(Problem(name, line, "unit", row["unit"], str(error)))
        return None
    if len(problems) > before:
        return None
    return Case(row["case_id"], line, row["chip"], Quantity(count, "chip"), power, basis)


def score(cases: Sequence[Case], catalog: Catalog, draws: Draws | None = None) -> Score:
    """Each case estimated from its chips alone; a chip that no row goes by is listed, never guessed."""
    draws = draws or Draws()
    scored, unmatched = [], []
    for case in cases:
        try:
            chip = catalog.chip(case.chip_name)
        except UnknownChipError as error:
            unmatched.append((case, str(error)))
            continue
        scored.append(_scored(case, chip, catalog, draws))
    return Score(tuple(scored), tuple(unmatched))


def _scored(case: Case, chip: Chip, catalog: Catalog, draws: Draws) -> Scored:
    ask = Ask("chips", case.chips, chip, "it", basis_weights("unknown", catalog), item=case.case_id)
    drawn = magnitude(published_state(ask, Inputs(catalog, ask, DrawnNormals(draws, ask, catalog)), case.basis), "MW")
    published = float(magnitude(case.power, "MW"))
    return Scored(case, chip, published, quantiles(drawn), float(np.mean(drawn < published)))


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
        except ValueError as error:
            lost.append((row.case, str(error)))
    return Score(tuple(scored), tuple(lost))


def full_summary(result: Score, catalog: Catalog) -> dict[str, Any]:
    """`summary` with the score that leaves out each family in turn, and the place of the truth in our draws."""
    left_out = summary(leave_one_family_out(result, catalog))
    cases = left_out.pop("cases")
    errors = {row["case_id"]: row["error"] for row in cases}
    plain = summary(result)
    ranks = pit([row.rank for row in result.scored])
    return {**plain, "pit": ranks, "leave_one_family_out": {**left_out, "errors": errors}}


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
    }
