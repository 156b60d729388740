"""One load: beside grids and plants, its outcomes, and what would change it."""

from collections.abc import Mapping, Sequence

from dashboard.catalog import Catalog
from dashboard.estimates.estimate import Estimate, middle_of, step_unit
from dashboard.estimates.owning import Owned
from dashboard.estimates.questions import Load, Strain
from dashboard.records import Grid
from dashboard.units import Quantity, given_text, magnitude, range_text, reader_text
from dashboard.workings.lines import MOST_LINES, Used, Worked, Working, factors_of, number


def of_shares(load: Quantity, unit: str, beside: Sequence[tuple[Grid, str]], what: str, catalog: Catalog) -> Worked:
    """The load over each grid's own figure; `beside` gives each grid with the share as told."""
    middle = middle_of(magnitude(load, unit))
    energy = unit == "TWh"
    told = reader_text(middle, unit, 3)
    rows, lines = [], [Working("The load", "median of its draws", "over every reading of it", told)]
    for grid, share in beside:
        size = grid.demand if energy else grid.peak
        assert size is not None
        value = given_text(magnitude(size, unit), unit)
        lines.append(Working(grid.name, f"load ÷ {what}", f"{told} ÷ {value}", share))
        date, source = (grid.year, grid.demand_source_id) if energy else (grid.peak_date, grid.peak_source_id)
        rows.append(Used(grid.name, value, what, date, (source,), grid.demand_caution if energy else grid.caution))
    kappa = [] if energy else [catalog.parameter("peak_share")]
    return Worked(tuple(lines), tuple(rows), factors_of(kappa))


def of_strains(found: Sequence[Strain], catalog: Catalog) -> Worked:
    """The highest hour of what is planned on each grid over the grid's peak."""
    rows, lines = [], []
    for strain in found:
        grid, peak = strain.grid, reader_text(strain.peak, "MW", 3)
        hour = reader_text(strain.highest_hour[2], "MW", 3)
        low, middle, high = map(number, strain.share[::2])
        lines.append(
            Working(
                grid.name,
                "highest hour of its sites ÷ published peak",
                f"{hour} ÷ {peak}",
                f"{middle} % ({low}–{high})",
            )
        )
        rows.append(Used(grid.name, peak, "published peak", grid.peak_date, (grid.peak_source_id,), grid.caution))
    return Worked(tuple(lines), tuple(rows), factors_of([catalog.parameter("peak_share")]))


def of_plants(question: str, load: Load, results: Mapping[str, tuple[str, str]], catalog: Catalog) -> Worked:
    """Nameplate of each kind of plant; `results` gives its name and nameplate in words by the plant's id."""
    middle = reader_text(middle_of(magnitude(load.value, "MW")), "MW", 3)
    quantity_name = "capacity_factor" if question == "plants" else "accreditation"
    reserve = catalog.parameter("reserve_margin")
    used = [catalog.parameter(quantity_name, plant) for plant in results]
    lines = []
    for row, (label, result) in zip(used, results.values(), strict=True):
        if question == "plants":
            lines.append(Working(label, "P_avg ÷ capacity factor", f"{middle} ÷ {number(row.central)}", result))
        else:
            numbers = f"{middle} × (1 + {number(reserve.central)}) ÷ {number(row.central)}"
            lines.append(Working(label, "P_peak × (1 + reserve) ÷ accredited share", numbers, result))
    more = [] if question == "plants" else [reserve, catalog.parameter("peak_share")]
    return Worked(tuple(lines), (), factors_of([*used, *more]))


def of_tornado(answer: Estimate) -> Worked:
    """A year's energy at the two ends of each assumption."""
    lines = []
    for row in answer.assumptions[:MOST_LINES]:
        low, high = sorted(float(end.m_as("TWh")) for end in (row.at_low, row.at_high))
        spread, name = row.factor.spread, row.factor.symbol or row.factor.label
        ends = " and ".join(number(magnitude(end, row.factor.unit)) for end in (spread.low, spread.high))
        formula = f"E({name} at its ends, all others at medians)"
        lines.append(Working(row.factor.label, formula, ends, range_text(low, high, "TWh")))
    return Worked(tuple(lines))


def of_dots(answer: Estimate, label: str) -> Worked:
    """Twenty of the draws in order, evenly spaced."""
    formula = "draws in order, at (i − ½) ÷ 20"
    return Worked((Working(f"Dot i: {label}", formula, f"i = 1 … 20 of {answer.draws:,} draws", "20 outcomes"),))


def of_year_cost(owned: Owned, *, cautions: tuple[str, ...]) -> Worked:
    """Each part of a year's cost, their sum, and the carbon of making the load, at the medians."""
    lines = [
        Working(
            step.label,
            step.formula,
            step.numbers,
            reader_text(magnitude(step.result, step_unit(step)), step_unit(step), 3),
        )
        for step in owned.steps
    ]
    return Worked(tuple(lines), (), (*owned.of_capital, *owned.factors), cautions)
