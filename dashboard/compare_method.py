"""How wide each assumption is: its range as a share of its central value."""

from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from dashboard import workings
from dashboard.catalog import Catalog
from dashboard.compare import COLUMNS, Comparison, estimate_levels, source_names
from dashboard.estimates.inputs import span_text
from dashboard.records import Parameter
from dashboard.units import number_text

Z25 = 0.6745
MOST = 12  # rows drawn: the widest
# In the method and its table, for a reader's own sums; no formula here asks for them.
KEPT = (("load_factor", ""), ("grid_intensity", "hyperscale"))


def drawn(row: Parameter) -> bool:
    """Whether an estimate may draw the parameter."""
    return (row.quantity, row.scope) not in KEPT


def widest(rows: Iterable[Parameter]) -> list[Parameter]:
    """The widest row of each quantity, the widest first; what is fixed or drawn by no estimate is left out."""
    ranked = sorted((row for row in rows if row.low < row.high and drawn(row)), key=lambda row: row.low / row.high)
    by_quantity: dict[str, Parameter] = {}
    for row in ranked:
        by_quantity.setdefault(row.quantity, row)
    return list(by_quantity.values())


def spreads_of(rows: Sequence[Parameter], catalog: Catalog, which: str) -> Comparison:
    """Each parameter's 5th to 95th percentile in per cent of its 50th.

    Raises:
        ValueError: there is no row to show.
    """
    if not rows:
        raise ValueError("parameters: none with a range that an estimate draws goes by this word")
    shown = rows[:MOST]
    levels = [_levels(row) for row in shown]
    same = "share of the central value"
    table = [
        estimate_levels(row.name, ends, "%", basis=same, sources="; ".join(row.source_ids), note=words_of(row))
        for row, ends in zip(shown, levels, strict=True)
    ]
    return Comparison(
        id="method-spreads",
        title=f"How wide the assumptions are: {which}",
        answer=f"The widest here, {shown[0].name[0].lower()}{shown[0].name[1:]}, runs from "
        f"{number_text(levels[0][0])} to {number_text(levels[0][4])}\u00a0% of its central value.",
        axis="Per cent of the central value, on a doubling scale",
        unit="%",
        kind="average",
        table=pd.DataFrame(table, columns=COLUMNS),
        sources=source_names(catalog, [source for row in shown for source in row.source_ids]),
        method="Values: 5th / 50th / 95th percentile.",
        version=catalog.version,
        form="spreads",
        worked=partial(workings.of_spreads, shown),
    )


def words_of(row: Parameter) -> str:
    """Low, central and high with the unit, or the one value of what is fixed."""
    ends = (row.low, row.central, row.high) if row.low < row.high else (row.central,)
    return span_text(ends, row.unit)


def _levels(row: Parameter) -> tuple[float, ...]:
    middle = row.spread.at(np.array([-Z25, Z25])).m
    q25, q75 = (float(value) for value in middle)
    return tuple(100 * value / row.central for value in (row.low, q25, row.central, q75, row.high))
