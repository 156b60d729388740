"""One estimate as comparisons: its chain from IT to the grid, twenty outcomes, and what would change it."""

from functools import partial

import numpy as np
import pandas as pd

from dashboard import workings
from dashboard.catalog import Catalog
from dashboard.compare import (
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
from dashboard.estimates.report import LABELS, what_would_change
from dashboard.units import exact, figures_apart, ladder, magnitude, quantity, range_text, reader_text, spread_text

TOLD = 0.005  # of the variance, below which an assumption changes nothing that is told


def chain_of(answer: Estimate, catalog: Catalog, other: Estimate | None = None) -> Comparison:
    """IT, facility and grid readings of one load in the unit that suits the greatest: capacities and averages apart.

    Of two loads, each reading of the one stands beside that of the other.
    """
    names = ("it_rated", "facility_peak", "grid_connection", "it_average", "facility_average")
    shown = [answer] if other is None else [answer, other]
    greatest = max(each.beside("facility_peak") for each in shown)
    unit, divisor = ladder(greatest, "MW")
    rows = [
        estimate_levels(
            LABELS[name] if other is None else f"{LABELS[name]}: {each.ask.text}",
            [level / divisor for level in each.quantiles(name)],
            unit,
            basis="average" if "average" in name else "capacity",
        )
        for name in names
        for each in shown
    ]
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
    )


def _told_peak(answer: Estimate, greatest: float) -> str:
    """The facility peak with its range, or why it has none."""
    low, _, middle, _, high = answer.quantiles("facility_peak")
    worked_out = "worked out, with nothing left open" if not answer.is_given("facility_peak") else "as given"
    meaning = worked_out if exact(low, high) else "a 90\u00a0% range"
    return f"{spread_text(low, middle, high, 'MW', beside=greatest)}, {meaning}"


def outcomes_of(answer: Estimate, name: str, catalog: Catalog) -> Comparison:
    """Twenty equally likely outcomes of one result, to be drawn as twenty dots."""
    base = RESULT_UNITS[name]
    greatest = answer.beside(name)
    unit, divisor = ladder(greatest, base)
    values = np.sort(np.atleast_1d(magnitude(answer.results[name], base))) / divisor
    if values.size == 1:
        values = values.repeat(20)
    picks = [float(values[int((i + 0.5) / 20 * values.size)]) for i in range(20)]
    rows = [
        reading_row(f"outcome {i + 1} of 20", quantity(value, unit), unit, ESTIMATE, basis=LABELS[name])
        for i, value in enumerate(picks)
    ]
    low, _, middle, _, high = answer.quantiles(name)
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
        axis=f"Energy a year, {unit}, at the two ends of each assumption",
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
