"""One estimate as comparisons: from IT to the grid, twenty outcomes, what would change it, what it costs a year."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from dashboard import workings
from dashboard.catalog import Catalog
from dashboard.compare import (
    CLAIM,
    COLUMNS,
    ESTIMATE,
    METHOD,
    Comparison,
    deciding_sources,
    estimate_levels,
    reading_row,
    source_names,
)
from dashboard.estimates.estimate import RESULT_UNITS, Estimate
from dashboard.estimates.owning import LABELS as OWNED_LABELS
from dashboard.estimates.owning import PARTS, TOTAL, Owned, cost_texts
from dashboard.estimates.report import LABELS, what_would_change
from dashboard.units import (
    exact,
    figures_apart,
    given_text,
    ladder,
    magnitude,
    quantity,
    range_text,
    reader_text,
    rounded,
    spread_text,
)

GIVEN, NOTHING_OPEN = "as given", "worked out, with nothing left open"
TYPED = "the amount as it was typed"  # the source of a figure that nobody is cited for
SAME_DOLLARS = "The load was worked out from the dollars of the contract, so that its cost is not independent of them."
TOLD = 0.005  # of the variance, below which an assumption changes nothing that is told


def chain_of(answer: Estimate, catalog: Catalog, other: Estimate | None = None) -> Comparison:
    """IT, facility and grid readings of one load in the unit that suits the greatest: capacities and averages apart.

    Of two loads, each reading of the one stands beside that of the other.
    """
    names = ("it_rated", "facility_peak", "grid_connection", "it_average", "facility_average")
    shown = [answer] if other is None else [answer, other]
    greatest = max(each.beside("facility_peak") for each in shown)
    unit, divisor = ladder(greatest, "MW")
    rows = [_chain_row(each, name, unit, divisor, alone=other is None) for name in names for each in shown]
    peaks = [_told_peak(each, greatest) for each in shown]
    return Comparison(
        id="chain",
        title=f"{' beside '.join(each.ask.text for each in shown)}: from IT to the grid",
        answer=f"At the meter, at full rating: {'; beside it '.join(peaks)}.",
        axis=f"Power, {unit}",
        unit=unit,
        base="MW",
        kind="capacity",
        table=pd.DataFrame(rows, columns=COLUMNS),
        sources=source_names(catalog, [source for each in shown for source in deciding_sources(each)]),
        method=METHOD,
        version=catalog.version,
        estimates=tuple((each.ask.text, each) for each in shown),
        leads=tuple(row["label"] for row in rows if row["label"].startswith(LABELS["facility_peak"])),
    )


def _chain_row(answer: Estimate, name: str, unit: str, divisor: float, *, alone: bool) -> dict[str, Any]:
    """One reading of a load; the one that was given stays a claim."""
    label = LABELS[name] if alone else f"{LABELS[name]}: {answer.ask.text}"
    basis = "average" if "average" in name else "capacity"
    if answer.is_given(name):
        return reading_row(label, answer.median(name), unit, CLAIM, basis=basis)
    return estimate_levels(label, [level / divisor for level in answer.quantiles(name)], unit, basis=basis)


def _told_peak(answer: Estimate, greatest: float) -> str:
    """The facility peak with its range, or why it has none."""
    low, _, middle, _, high = answer.quantiles("facility_peak")
    sure = GIVEN if answer.is_given("facility_peak") else NOTHING_OPEN
    meaning = sure if exact(low, high) else "a 90\u00a0% range"
    return f"{spread_text(low, middle, high, 'MW', beside=greatest)}, {meaning}"


def year_cost_of(answer: Estimate, owned: Owned, catalog: Catalog) -> Comparison:
    """A year's cost of owning the load, its parts, and beside a contract what that pays in a year."""
    levels = owned.levels
    rows = [estimate_levels(OWNED_LABELS[n], levels[n][1], "USD", basis="cost of a year") for n in (TOTAL, *PARTS)]
    paid = _paid_in_a_year(answer)
    if paid:
        told = {"basis": "a year’s payment of the contract", "note": SAME_DOLLARS}
        rows.insert(1, reading_row("What the contract pays", quantity(paid, "USD"), "USD", CLAIM, **told))
    total, electricity = cost_texts(owned)
    beside = f", where the contract pays {given_text(paid, 'USD')}" if paid else ""
    caution = f" {SAME_DOLLARS}" if paid else ""
    return Comparison(
        id="year-cost",
        title=f"{answer.ask.text}: what it costs its owner in a year",
        answer=f"About {total}{beside}. Electricity is {electricity} of that cost.",
        axis="Dollars a year",
        unit="USD",
        kind="money",
        table=pd.DataFrame(rows, columns=COLUMNS),
        sources=source_names(catalog, [*deciding_sources(answer), *owned.source_ids]),
        method=f"{METHOD} Capital is paid back over the life of what it bought, with interest.{caution}",
        version=catalog.version,
        estimates=((answer.ask.text, answer),),
        worked=partial(workings.of_year_cost, owned, cautions=(SAME_DOLLARS,) if paid else ()),
        leads=(OWNED_LABELS[TOTAL],),
    )


def _paid_in_a_year(answer: Estimate) -> float:
    """What a contract pays in a year, in dollars to three figures; 0 of anything else."""
    amount, term = answer.ask.amount, answer.ask.term
    if answer.ask.kind != "contract" or term is None:
        return 0.0
    return rounded(magnitude(amount, "USD") / magnitude(term, "year"), 3)


def outcomes_of(answer: Estimate, name: str, catalog: Catalog) -> Comparison:
    """Twenty equally likely outcomes of one result, to be drawn as twenty dots; one row where there is no doubt."""
    base = RESULT_UNITS[name]
    low, _, middle, _, high = answer.quantiles(name)
    if exact(low, high):
        return _sure_outcome(answer, name, catalog)
    greatest = answer.beside(name)
    unit, divisor = ladder(greatest, base)
    values = np.sort(magnitude(answer.results[name], base)) / divisor
    picks = [float(values[int((i + 0.5) / 20 * values.size)]) for i in range(20)]
    rows = [
        reading_row(f"outcome {i + 1} of 20", quantity(value, unit), unit, ESTIMATE, basis=LABELS[name])
        for i, value in enumerate(picks)
    ]
    figures = figures_apart(low, high)
    return Comparison(
        id=f"outcomes-{name.replace('_', '-')}",
        title=f"{answer.ask.text}: {LABELS[name].lower()}",
        answer=f"About {reader_text(middle, base, figures, beside=greatest)}, "
        f"very likely {range_text(low, high, base, figures, beside=greatest)}.",
        axis=f"{LABELS[name]}, {unit}: 20 equally likely outcomes",
        unit=unit,
        kind="energy" if base == "TWh" else "capacity",
        table=pd.DataFrame(rows, columns=COLUMNS),
        sources=source_names(catalog, deciding_sources(answer)),
        method="Each dot is one in twenty.",
        version=catalog.version,
        form="dots",
        ends=(low / divisor, middle / divisor, high / divisor),
        base=base,
        estimates=((answer.ask.text, answer),),
        worked=partial(workings.of_dots, answer, LABELS[name]),
    )


def _sure_outcome(answer: Estimate, name: str, catalog: Catalog) -> Comparison:
    """A result without a doubt: as it was given, or worked out with every assumption set."""
    base, given = RESULT_UNITS[name], answer.is_given(name)
    unit, divisor = ladder(answer.beside(name), base)
    middle = answer.median(name)
    told, nature, sources = GIVEN if given else NOTHING_OPEN, CLAIM if given else ESTIMATE, deciding_sources(answer)
    if given:
        sources = list(answer.claim_source_ids)
    end = magnitude(middle, base) / divisor
    number = (given_text if given else reader_text)(magnitude(middle, base), base)
    return Comparison(
        id=f"outcomes-{name.replace('_', '-')}",
        title=f"{answer.ask.text}: {LABELS[name].lower()}",
        answer=f"{number}, {told}: there are no outcomes to draw.",
        axis=f"{LABELS[name]}, {unit}",
        unit=unit,
        kind="energy" if base == "TWh" else "capacity",
        table=pd.DataFrame([reading_row(LABELS[name], middle, unit, nature, basis=LABELS[name])], columns=COLUMNS),
        sources=source_names(catalog, sources) or (TYPED,),
        method="One number, without a range.",
        version=catalog.version,
        ends=(end, end, end),
        base=base,
        estimates=((answer.ask.text, answer),),
    )


def tornado_of(answer: Estimate, catalog: Catalog) -> Comparison:
    """A year's energy at the two ends of each assumption, the others at their medians; largest share first."""
    middle = float(answer.median("annual_energy").m_as("TWh"))
    greatest = max(float(end.m_as("TWh")) for row in answer.assumptions[:8] for end in (row.at_low, row.at_high))
    unit, divisor = ladder(greatest, "TWh")
    rows = []
    for row in answer.assumptions[:8]:
        low, high = sorted((float(row.at_low.m_as("TWh")), float(row.at_high.m_as("TWh"))))
        label = f"{row.factor.label} ({100 * row.share:.0f}\u00a0%)"
        if not exact(low, high) and row.share >= TOLD:
            ends = [end / divisor for end in (low, np.nan, middle, np.nan, high)]
            rows.append(estimate_levels(label, ends, unit, basis="a year’s energy at both ends"))
    return Comparison(
        id="tornado",
        title=f"{answer.ask.text}: what would change the answer",
        answer=what_would_change(answer),
        axis=f"Energy a year, {unit} (at the two ends of each assumption)",
        unit=unit,
        kind="energy",
        table=pd.DataFrame(rows, columns=COLUMNS),
        sources=source_names(catalog, deciding_sources(answer)),
        method="Line: the result from an assumption’s low to its high end, all others at their medians; in brackets "
        "its share of the variance of the year’s energy, by which rows are sorted: a choice between ways is always at "
        "one end, so it weighs more than its line is long.",
        version=catalog.version,
        form="tornado",
        ends=tuple(answer.quantiles("annual_energy")[place] / divisor for place in (0, 2, 4)),
        base="TWh",
        estimates=((answer.ask.text, answer),),
        worked=partial(workings.of_tornado, answer),
    )
