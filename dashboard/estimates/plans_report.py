"""The estimates of a list as one JSON object, as lines of text, and as the rows of a CSV."""

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dashboard import sheets
from dashboard.catalog import one_line
from dashboard.estimates.estimate import RESULT_UNITS
from dashboard.estimates.plans import PlanTotals, month_rows
from dashboard.estimates.plans_block import ALL, Cell
from dashboard.estimates.plans_columns import IN_CSV, NOTES, is_ours, not_read, result_columns
from dashboard.estimates.plans_notes import told
from dashboard.estimates.readings import END_YEAR, START_YEAR, month_names
from dashboard.estimates.report import LABELS
from dashboard.units import counted, decimal_text, exact, figures_apart, given_text, range_text, reader_text

NAMES = ("q05", "q25", "q50", "q75", "q95")


def as_json(name: str, totals: PlanTotals, *, rows: bool = True) -> dict[str, Any]:
    """File, version, seed, each row's results, the totals of each group, and the months in which plans run."""
    found: dict[str, Any] = {
        "file": name,
        "data_version": totals.data_version,
        "seed": totals.seed,
        "draws": totals.draws,
        "count": len(totals.plan_list.plans),
        "undated": totals.undated,
        "without_place": _without_place(totals),
        "warnings": list(totals.warnings),
        "columns_not_read": _without_part(totals),
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
    notes = [*_list_notes(totals), *told(totals.notes)]
    return "\n".join([*lines, *([""] if notes else []), *(one_line(f"Note: {note}.") for note in notes)])


def _list_notes(totals: PlanTotals) -> Iterator[str]:
    """What is to be told of the list as a whole."""
    if not any(set(totals.warnings) & set(notes) for notes in totals.notes):  # else told of a row already
        yield from (f"all plans together: {warning}" for warning in totals.warnings)
    if others := _without_part(totals):
        yield f"columns that are kept and play no part: {', '.join(column or '(no name)' for column in others)}"
    yield from _spellings(cell for cell in totals.levels if cell != (ALL, ALL))
    if count := _without_place(totals):
        yield f"plans with no country and no grid have the carbon mix of the United States: {count:,}"
    if totals.undated:
        yield f"plans with no start, or none of it in {START_YEAR}–{END_YEAR}, stand in no month: {totals.undated:,}"
    dated = [plan for plan in totals.plan_list.plans if plan.is_dated]
    if dated and max(plan.start for plan in dated) > min(plan.end for plan in dated):
        peaks = totals.monthly[ALL, ALL]["facility_peak"]
        month = int(peaks[:, 2].argmax())
        yield (
            "the sums above are of all plans, and some of them end before others start: the most in one month is a "
            f"facility peak of {_text(peaks[month], RESULT_UNITS['facility_peak'], 0)}, in {month_names()[month]}"
        )


def _without_part(totals: PlanTotals) -> list[str]:
    """The columns that are neither read nor summed by."""
    summed = {column for column, value in totals.levels if (column, value) != (ALL, ALL)}
    return [column for column in not_read(totals.plan_list.header) if column not in summed]


def _spellings(groups: Iterable[Cell]) -> Iterator[str]:
    """Groups of one column whose names differ in capitals alone: each is summed by itself."""
    alike: dict[Cell, list[str]] = {}
    for column, value in groups:
        alike.setdefault((column, value.casefold()), []).append(value)
    for (column, _), values in alike.items():
        if len(values) > 1:
            yield f"{column}: {', '.join(values)} are groups of their own"


def _without_place(totals: PlanTotals) -> int:
    return sum(not plan.country and not plan.grid for plan in totals.plan_list.plans)


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
    name = one_line(cell[1]) or "(blank)"
    count = counted(f"{totals.counts[cell]:,}", "plans")
    return f"  {name:<32}{count:>14}{_text(levels, 'MW', 12)}"


def csv_text(totals: PlanTotals) -> str:
    """The file's own columns, then `facility_peak_q50 [MW]` and its like, then notes; blank where a plan has none.

    What an earlier run wrote into the list gives way: those results, and their notes, are not the list's own. A list
    that a spreadsheet has marked as UTF-8 is written with that mark, without which Excel garbles its names.
    """
    names = [name for name in RESULT_UNITS if any(name in levels for levels in totals.rows)]
    header = totals.plan_list.header
    own = [place for place, column in enumerate(header) if not is_ours(column)]
    mark = BOM_UTF8.decode() if totals.plan_list.marked else ""
    return mark + sheets.csv_text(
        [*(header[place] for place in own), *(column for name in names for column in result_columns(name)), NOTES],
        _csv_rows(totals, own=own, names=names),
    )


def _csv_rows(totals: PlanTotals, *, own: Sequence[int], names: Sequence[str]) -> Iterator[list[str]]:
    for plan, notes, levels in zip(totals.plan_list.plans, totals.notes, totals.rows, strict=True):
        cells = [_cell(levels[n], i) if n in levels else "" for n in names for i in IN_CSV.values()]
        yield [*(plan.cells[place] for place in own), *cells, "; ".join(notes)]


def _cell(levels: Any, place: int) -> str:
    return decimal_text(levels[place], _figures(levels, 6))
