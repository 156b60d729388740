"""Estimates and published readings in one unit: the one place where units come off.

A `Comparison` holds the rows that a figure draws, a table shows and a CSV carries; the three cannot differ.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from functools import cache, cached_property, partial
from itertools import chain, repeat
from typing import Any

import numpy as np
import pandas as pd

from dashboard import sheets, workings
from dashboard.catalog import Catalog
from dashboard.core.pairing import PairingError
from dashboard.estimates.estimate import Estimate, quantiles
from dashboard.estimates.questions import with_article
from dashboard.records import Equivalent, Grid
from dashboard.units import (
    Quantity,
    exact,
    given_text,
    magnitude,
    number_text,
    quantity,
    range_text,
    reader_text,
    spread_text,
)

ESTIMATE, CLAIM, READING, SUM = "estimate", "claim", "published", "sum"
NATURES = {ESTIMATE: "our estimate", CLAIM: "claim", READING: "published", SUM: "our sum of published figures"}
COLUMNS = ["label", "nature", "q05", "q25", "value", "q75", "q95", "unit", "basis", "date", "sources", "note"]
FEW_SET = 3  # assumptions set by hand that a picture names
ALL_SOURCES, FEW_SOURCES = 16, 8  # so many are named in a picture; of more than that, so few


@dataclass(frozen=True)
class Comparison:
    """Rows in one unit, with what a figure needs to stand alone: title, answer, axis, sources, version."""

    id: str
    title: str
    answer: str
    axis: str
    unit: str
    kind: str
    table: pd.DataFrame
    sources: tuple[str, ...]
    method: str
    version: str
    form: str = "ranges"
    address: str = ""
    estimates: tuple[tuple[str, Estimate], ...] = ()
    worked: Callable[[], workings.Worked] = field(default=workings.Worked, repr=False)
    leads: tuple[str, ...] = ()  # labels of the rows that a caption names, where these are not the first
    ends: tuple[float, ...] = ()  # 5th, 50th and 95th percentile of all draws, or the sum, where no row is that
    base: str = ""  # the unit of the same figure whatever its size, where `unit` is the one that suits this one
    basis: str = ""  # of all rows, where the column `basis` tells lines, layers or states apart

    def __getstate__(self) -> dict[str, Any]:
        """What travels to another process: the fields; what was worked out from them is there again when asked for."""
        return {part.name: getattr(self, part.name) for part in fields(self)}

    @cached_property
    def rows(self) -> list[Any]:
        """The rows one by one, cells as attributes."""
        names = tuple(self.table.columns)
        return list(map(_row_type(names)._make, zip(*(self.table[name].tolist() for name in names), strict=True)))

    @cached_property
    def measure(self) -> str:
        """The unit and what is measured in it."""
        bases = [self.basis] if self.basis else dict.fromkeys(str(basis) for basis in self.table.basis if basis)
        return f"Unit: {self.unit}; basis: {', '.join(bases)}." if bases else f"Unit: {self.unit}."

    @cached_property
    def greatest(self) -> float:
        """The greatest number of rows that stand on one axis and share a unit; 0 where each has its own."""
        together = self.form in ("ranges", "dots", "tornado")
        return float(np.nanmax(self.table[["value", "q95"]].to_numpy(), initial=0)) if together else 0.0

    @cached_property
    def typed(self) -> bool:
        """Whether what is not ours in it is an amount that a reader gave, and so nowhere published."""
        others = set(self.table.nature) - {ESTIMATE, SUM}
        return others == {CLAIM} and not any(answer.claim_source_ids for _, answer in self.estimates)

    @cached_property
    def by_hand(self) -> str:
        """The assumptions that a reader set: what rests on them is not what the tables make. Of many the first."""
        asked = [answer for _, answer in self.estimates if answer.ask.by_hand]
        factors = (factor for answer in asked for factor in answer.factors if factor.given)
        told = list(dict.fromkeys(f"{factor.label} = {factor.told}" for factor in factors))
        more = [f"and {len(told) - FEW_SET} more in the address"] if len(told) > FEW_SET else []
        return f"set by hand, not ours: {'; '.join([*told[:FEW_SET], *more])}" if told else ""

    @property
    def foot(self) -> str:
        """Unit and basis, sources, method, data version and address: what a picture says of itself."""
        where = f", address {self.address}" if self.address else ""
        by_hand = f" S{self.by_hand[1:]}." if self.by_hand else ""
        return f"{self.measure} Sources: {self.few_sources}. {self.method}{by_hand} Data version {self.version}{where}"

    @property
    def few_sources(self) -> str:
        """The names of the sources; of very many the first, with how many more the CSV has."""
        if len(self.sources) <= ALL_SOURCES:
            return "; ".join(self.sources)
        return "; ".join((*self.sources[:FEW_SOURCES], f"and {len(self.sources) - FEW_SOURCES} more in the CSV"))

    @property
    def csv(self) -> str:
        """The rows as CSV, with sources, data version and address in the last columns of each.

        Where the column `basis` tells lines or states apart, `figure_basis` says what all of them measure. Of very many
        sources the first row has all: in every row they would be nine tenths of the file.
        """
        few = self.few_sources.replace("in the CSV", "in the first row")
        sources = chain(["; ".join(self.sources)], repeat(few))
        basis = [self.basis] if self.basis else []
        rows = (
            [*map(_cell, row), *basis, named, self.version, self.address]
            for row, named in zip(self.rows, sources, strict=False)
        )
        last = [*(["figure_basis"] if basis else []), "figure_sources", "data_version", "address"]
        return sheets.csv_text([*self.table.columns, *last], rows)


def _cell(value: Any) -> Any:
    """A cell of a CSV: blank where there is no number, and without the last bits of a division."""
    if not isinstance(value, float):
        return value
    return "" if value != value else float(f"{value:.12g}")


@cache
def _row_type(names: tuple[str, ...]) -> Any:
    """The type of a row; pandas would make one anew each time, which takes longer than the rows."""
    return namedtuple("Row", names)


def row_text(row: Any, unit: str, *, beside: float = 0) -> str:
    """A row's value with its range, as a reader sees it, in the unit of the greatest it stands beside."""
    if row.nature == CLAIM:
        return given_text(row.value, unit)
    if pd.isna(row.q05):
        return reader_text(row.value, unit, 2 if row.nature == ESTIMATE else 3, beside=beside)
    return spread_text(row.q05, row.value, row.q95, unit, beside=beside)


def value_text(row: Any, comparison: "Comparison") -> str:
    """What a picture writes beside a row: its value with the range; of a tornado, the two ends, for all share one."""
    unit, beside = comparison.unit, comparison.greatest
    if comparison.form == "tornado":
        return range_text(row.q05, row.q95, unit, beside=beside)
    return row_text(row, unit, beside=beside) + bound(row)


def bound(row: Any) -> str:
    """What stands behind a share of a lower bound, which is the most that it can be."""
    return " or less" if row.basis.startswith("lower bound") else ""


def estimate_row(label: str, value: Quantity, unit: str, **more: str) -> dict[str, Any]:
    """A row of percentiles from draws."""
    return estimate_levels(label, quantiles(_number(value, unit, label)), unit, **more)


def estimate_levels(label: str, levels: Sequence[float], unit: str, **more: str) -> dict[str, Any]:
    """A row of five levels (5, 25, 50, 75, 95 %) that are already in the unit."""
    q05, q25, q50, q75, q95 = levels
    return _row(label, ESTIMATE, q50, unit, q05=q05, q25=q25, q75=q75, q95=q95, **more)


def summed_levels(label: str, levels: Sequence[float], unit: str, published: int, **more: str) -> dict[str, Any]:
    """A row of five levels: without a doubt one published figure or our sum of so many, else an estimate."""
    if not published or not exact(levels[0], levels[4]):
        return estimate_levels(label, levels, unit, **more)
    return _row(label, READING if published == 1 else SUM, levels[2], unit, **more)


def reading_row(label: str, value: Quantity, unit: str, nature: str = READING, **more: str) -> dict[str, Any]:
    """A row as published: one number, no range of ours."""
    return _row(label, nature, float(_number(value, unit, label)), unit, **more)


def _row(label: str, nature: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    blank = dict.fromkeys(("q05", "q25", "q75", "q95"), float("nan")) | dict.fromkeys(
        ("basis", "date", "sources", "note"), ""
    )
    return {**blank, "label": label, "nature": nature, "value": value, "unit": unit, **more}


def _number(value: Quantity, unit: str, label: str) -> Any:
    if value.dimensionality != quantity(1, unit).dimensionality:
        raise PairingError(f"{label}: must be comparable with {unit}, got {value.u:~P}; capacity and energy never mix")
    return magnitude(value, unit)


def _largest_first(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: -float(row["value"]))


def _table(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS)


def source_names(catalog: Catalog, source_ids: Iterable[str]) -> tuple[str, ...]:
    """Publisher and year of each source, each once, as a foot line shows them."""
    named = []
    for source_id in dict.fromkeys(source_ids):
        if source_id:
            source = catalog.source(source_id)
            year = source.published[:4] if source.published[:4].isdigit() else ""
            named.append(" ".join(part for part in (source.publisher or source.title, year) if part))
    return tuple(dict.fromkeys(named))


def deciding_sources(answer: Estimate) -> list[str]:
    """Sources of the amount, of the chip, and of the assumptions that hold at least 5 % of the variance."""
    chip = [answer.ask.chip.source_id] if answer.ask.chip else []
    deciding = [source for row in answer.assumptions if row.share >= 0.05 for source in row.factor.source_ids[:2]]
    return [*answer.claim_source_ids, *chip, *deciding]


METHOD = "Estimates: dot = median, thick = 50\u00a0%, thin = 90\u00a0% range, by the AI energy demand dashboard."


def energy_beside_grids(
    headline: str,
    loads: Sequence[tuple[str, Estimate]],
    grids: Sequence[Grid],
    catalog: Catalog,
    *,
    equivalents: Sequence[Equivalent] = (),
    figure_id: str = "energy",
) -> Comparison:
    """A year's energy of loads beside a year's demand of grids (energy with energy, TWh), the largest first."""
    rows, used, beside = [], [], []
    for label, answer in loads:
        rows.append(
            estimate_levels(
                label, answer.quantiles("annual_energy"), "TWh", basis="a year’s energy", date="at full use"
            )
        )
    for grid in grids:
        if grid.demand is not None:
            used.append(grid.demand_source_id)
            beside.append(
                reading_row(
                    grid.name, grid.demand, "TWh", date=grid.year, basis="demand", sources=grid.demand_source_id
                )
            )
    for thing in equivalents:
        if thing.quantity == "energy":
            used.append(thing.source_id)
            value = quantity(thing.value, thing.unit)
            made = "generation" if thing.category == "generation_plant" else "a year’s energy"
            year = value if value.check("[energy]") else (value * quantity(1, "year"))
            beside.append(reading_row(_thing(thing), year, "TWh", date=thing.year, basis=made, sources=thing.source_id))
    return Comparison(
        id=figure_id,
        title=headline,
        answer=_energy_answer(loads[0], grids),
        axis="Electricity in a year, TWh",
        unit="TWh",
        kind="energy",
        table=_table([*rows, *_largest_first(beside)]),
        sources=source_names(catalog, [*used, *_claim_sources(loads)]),
        method=METHOD,
        version=catalog.version,
        estimates=tuple(loads),
    )


def _thing(thing: Equivalent) -> str:
    """Its name where the title already says that all is a year's electricity."""
    return thing.name.removesuffix(", electricity in a year")


def _claim_sources(loads: Sequence[tuple[str, Estimate]]) -> list[str]:
    return [source for _, answer in loads for source in deciding_sources(answer)]


def _energy_answer(load: tuple[str, Estimate], grids: Sequence[Grid]) -> str:
    low, _, middle, _, high = load[1].quantiles("annual_energy")
    shares = []
    for grid in grids[:2]:
        if grid.demand is not None:
            share = 100 * middle / magnitude(grid.demand, "TWh")
            shares.append(f"{number_text(share)} % of what {with_article(grid.name)} used in {grid.year}")
    span = f"About {reader_text(middle, 'TWh', beside=high)} a year, very likely {range_text(low, high, 'TWh')}"
    return f"{span}: {' and '.join(shares)}."


def share_of_grids(answer: Estimate, label: str, grids: Sequence[Grid], catalog: Catalog) -> Comparison:
    """A load's yearly energy as a share of each grid's yearly demand, in per cent, the largest first."""
    rows, beside = [], []
    for grid in grids:
        if grid.demand is not None:
            share = (answer.results["annual_energy"] / grid.demand).to("") * 100
            rows.append(
                estimate_row(
                    grid.name, share, "1", basis="share of yearly demand", date=grid.year, sources=grid.demand_source_id
                )
            )
            told = f"{number_text(rows[-1]['value'])} % ({number_text(rows[-1]['q05'])}–{number_text(rows[-1]['q95'])})"
            beside.append((grid, told))
    first = rows[0]
    return Comparison(
        id="grid-share",
        title=f"{label} as a share of each grid’s yearly electricity",
        answer=f"{beside[0][1]} of {with_article(first['label'])}’s demand, for scale only: no grid here is known to "
        "carry all of it.",
        axis="Share of the grid’s yearly demand, %",
        unit="%",
        kind="energy",
        table=_table({**row, "unit": "%"} for row in _largest_first(rows)),
        sources=source_names(catalog, [*(row["sources"] for row in rows), *deciding_sources(answer)]),
        method=METHOD,
        version=catalog.version,
        estimates=((label, answer),),
        worked=partial(workings.of_shares, answer.results["annual_energy"], "TWh", beside, "yearly demand", catalog),
    )


def capacity_of_loads(headline: str, loads: Sequence[tuple[str, Estimate]], catalog: Catalog) -> Comparison:
    """Facility peak of each load in GW: one basis for all."""
    rows = [_load_row(label, answer) for label, answer in loads]
    first, second = rows[0], rows[1]
    return Comparison(
        id="deals",
        title=headline,
        answer=f"{second['label']} is about {number_text(second['value'])} GW at the meter: "
        f"about {number_text(100 * second['value'] / first['value'], 1)} % of the claimed 30 GW, "
        f"read as {number_text(first['value'])} GW there.",
        axis="Facility peak, GW",
        unit="GW",
        kind="capacity",
        table=_table(rows),
        sources=source_names(catalog, _claim_sources(loads)),
        method=METHOD,
        version=catalog.version,
        estimates=tuple(loads),
    )


def _load_row(label: str, answer: Estimate) -> dict[str, Any]:
    """The facility peak of a load; a claim that is read as just that stays a claim."""
    ends = answer.quantiles("facility_peak")
    more = {"basis": "facility peak", "note": answer.ask.text}
    if exact(ends[0], ends[4]):
        return reading_row(label, answer.median("facility_peak"), "GW", CLAIM, **more)
    return estimate_levels(label, [end / 1000 for end in ends], "GW", **more)
