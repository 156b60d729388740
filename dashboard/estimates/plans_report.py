"""The estimates of a list as one JSON object, as lines of text, and as the rows of a CSV."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dashboard import sheets
from dashboard.estimates.estimate import RESULT_UNITS
from dashboard.estimates.plans import PlanTotals, month_rows
from dashboard.estimates.plans_block import ALL, Cell
from dashboard.estimates.plans_read import told
from dashboard.estimates.readings import END_YEAR, START_YEAR
from dashboard.estimates.report import LABELS
from dashboard.units import counted, decimal_text, exact, figures_apart, given_text, range_text, reader_text

NAMES = ("q05", "q25", "q50", "q75", "q95")
IN_CSV = {"q05": 0, "q50": 2, "q95": 4}
NOTES = "estimate_notes"


def as_json(name: str, totals: PlanTotals, *, rows: bool = True) -> dict[str, Any]:
    """File, version, seed, each row's results, the totals of each group, and the months in which plans run."""
    found: dict[str, Any] = {
        "file": name,
        "data_version": totals.data_version,
        "seed": totals.seed,
        "draws": totals.draws,
        "count": len(totals.plan_list.plans),
        "undated": totals.undated,
        "notes": told(totals.notes),
        "totals": [_total(totals, cell) for cell in totals.levels],
    }
    if rows:
        found["rows"] = [
            {"line": plan.line, "id": plan.item, "kind": plan.kind, "notes": list(notes), "results": _results(levels)}
            for plan, notes, levels in zip(totals.plan_list.plans, totals.notes, totals.rows, strict=True)
        ]
    return found


def _total(totals: PlanTotals, cell: Cell) -> dict[str, Any]:
    column, value = cell
    months = month_rows(totals, cell) if cell in totals.monthly else []
    return {
        "by": column or None,
        "value": value if column else None,
        "count": totals.counts[cell],
        "results": _results(totals.levels[cell]),
        "months": [
            {"month": row["month"], **{k: _named("MW", v) for k, v in row.items() if k != "month"}} for row in months
        ],
    }


def _results(levels: Any) -> dict[str, Any]:
    return {name: _named(RESULT_UNITS[name], levels[name]) for name in RESULT_UNITS if name in levels}


def _named(unit: str, levels: Any) -> dict[str, Any]:
    figures = _figures(levels, 7)
    return {"unit": unit, **dict(zip(NAMES, (float(f"{level:.{figures}g}") for level in levels), strict=True))}


def _figures(levels: Any, figures: int) -> int:
    """So many figures of an estimate; all that a number has where nothing is in doubt, for then it was given."""
    return figures if levels[0] != levels[4] else 15


def as_text(totals: PlanTotals) -> str:
    """Totals of all rows with their ranges, then one line for each group, the largest first."""
    count = len(totals.plan_list.plans)
    lines = [
        f"{counted(f'{count:,}', 'plans')}  (data {totals.data_version}, seed {totals.seed}, {totals.draws:,} draws)",
        "",
    ]
    for name, levels in totals.levels[(ALL, ALL)].items():
        unit = RESULT_UNITS[name]
        lines.append(f"  {LABELS[name]:<24}{_text(levels, unit, 16)}")
    groups = [cell for cell in totals.levels if cell != (ALL, ALL)]
    for column in dict.fromkeys(column for column, _ in groups):
        lines += ["", f"Facility peak by {column}"]
        ranked = sorted((c for c in groups if c[0] == column), key=lambda c: -totals.levels[c]["facility_peak"][2])
        lines += [_group_line(totals, cell) for cell in ranked]
    if totals.undated:
        what = f"plans with no start, or none of it in {START_YEAR}–{END_YEAR}, stand in no month"
        lines += ["", f"Note: {what}: {totals.undated:,}."]
    return "\n".join(lines + [f"Note: {note}." for note in told(totals.notes)])


def _text(levels: Any, unit: str, width: int) -> str:
    """The median in `width` columns, and its range where there is one."""
    if exact(levels[0], levels[4]):
        return f"{given_text(float(levels[2]), unit):>{width}}"
    low, _, middle, _, high = levels
    figures = figures_apart(low, high)
    return (
        f"{reader_text(middle, unit, figures, beside=high):>{width}}   5–95 %: {range_text(low, high, unit, figures)}"
    )


def _group_line(totals: PlanTotals, cell: Cell) -> str:
    levels = totals.levels[cell]["facility_peak"]
    name = cell[1] or "(blank)"
    count = counted(f"{totals.counts[cell]:,}", "plans")
    return f"  {name[:30]:<32}{count:>14}{_text(levels, 'MW', 12)}"


def csv_text(totals: PlanTotals) -> str:
    """The file's own columns, then `facility_peak_q50 [MW]` and its like, then notes; blank where a plan has none.

    What an earlier run wrote into the list gives way: those results, and their notes, are not the list's own.
    """
    names = [name for name in RESULT_UNITS if any(name in levels for levels in totals.rows)]
    earlier, header = {*_columns(RESULT_UNITS), NOTES}, totals.plan_list.header
    own = [place for place, column in enumerate(header) if column not in earlier]
    return sheets.csv_text(
        [*(header[place] for place in own), *_columns(names), NOTES], _csv_rows(totals, own=own, names=names)
    )


def _columns(names: Iterable[str]) -> list[str]:
    return [f"{name}_{level} [{RESULT_UNITS[name]}]" for name in names for level in IN_CSV]


def _csv_rows(totals: PlanTotals, *, own: Sequence[int], names: Sequence[str]) -> Iterator[list[str]]:
    for plan, notes, levels in zip(totals.plan_list.plans, totals.notes, totals.rows, strict=True):
        cells = [_cell(levels[n], i) if n in levels else "" for n in names for i in IN_CSV.values()]
        yield [*(plan.cells[place] for place in own), *cells, "; ".join(notes)]


def _cell(levels: Any, place: int) -> str:
    return decimal_text(levels[place], _figures(levels, 6))
