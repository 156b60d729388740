"""The questions that readers ask of a load, each with the one kind of load that it may be asked of.

Source: method section 5.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from dashboard.catalog import Catalog
from dashboard.core import energy, power
from dashboard.core.draws import Draws
from dashboard.core.pairing import Kind, PairingError, require
from dashboard.estimates.estimate import Estimate, quantiles
from dashboard.estimates.inputs import DrawnNormals, Inputs, Medians, Step
from dashboard.records import Equivalent, Grid, Parameter
from dashboard.units import Quantity, magnitude, number_text, quantity, range_text, reader_text, spread_text

CARRIES = "carries the load"
IN_PART = "carries it only in part, for some of its sites make power of their own"
OWN_POWER = "the load makes power of its own: this grid is given for scale only"
FOR_SCALE = "for scale only: this grid does not carry the load"
NOT_PLACED = "for scale only: no one grid is known to carry all of it"
FOUND = "highest peak found"  # of a grid whose record is not known, so a share of it is the most that it can be
PLANTS = {"nuclear": "nuclear", "gas-cc": "combined-cycle gas", "wind": "wind", "solar": "solar"}
ADEQUACY = {"firm": "firm plant", "solar-storage": "solar with storage", "wind": "wind", "solar": "solar"}


@dataclass(frozen=True)
class Load:
    """A load of one kind in draws, and the grids that carry it (none where it is not known).

    `own_power` are the grids around those of its sites that make power of their own: they carry the others alone.
    """

    label: str
    kind: Kind
    value: Quantity
    carried_by: frozenset[str] = frozenset()
    own_power: frozenset[str] = frozenset()
    source_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """The answer to one question: draws, in a unit for readers, and a sentence."""

    question: str
    value: Quantity
    unit: str
    sentence: str
    for_scale_only: bool
    source_ids: tuple[str, ...]

    @property
    def levels(self) -> tuple[float, ...]:
        """5th, 25th, 50th, 75th and 95th percentile in `unit`."""
        return quantiles(magnitude(self.value, self.unit))


class Strain(NamedTuple):
    """The sites planned on a grid beside its peak, in MW and per cent; levels are those of `quantiles`."""

    grid: Grid
    peak: float
    load: str
    sites: int
    capacity: tuple[float, ...]
    highest_hour: tuple[float, ...]
    share: tuple[float, ...]
    stands: str
    source_ids: tuple[str, ...]


def loads(answer: Estimate, catalog: Catalog, grid_ids: Collection[str] = ()) -> dict[Kind, Load]:
    """One estimate as its four kinds of load: facility capacity, highest hour, average and a year's energy."""
    p = Inputs(catalog, answer.ask, DrawnNormals(Draws(answer.draws, answer.seed), answer.ask, catalog))
    capacity = answer.results["facility_peak"]
    return placed(kinds_of(answer, power.average_power(capacity, p("peak_share"))), catalog, grid_ids)


def kinds_of(answer: Estimate, highest_hour: Quantity) -> dict[Kind, Load]:
    """An estimate with its highest hour as the four kinds of load."""
    values: Mapping[Kind, Quantity] = {
        "capacity": answer.results["facility_peak"],
        "peak": highest_hour,
        "average": answer.results["facility_average"],
        "energy": answer.results["annual_energy"],
    }
    return {kind: Load(answer.ask.text, kind, value, source_ids=answer.source_ids) for kind, value in values.items()}


def placed(
    found: Mapping[Kind, Load], catalog: Catalog, grid_ids: Collection[str], own_power: Collection[str] = ()
) -> dict[Kind, Load]:
    """A load with the grids that carry it, and those around its sites that make power of their own."""
    carriers, around = (
        frozenset(name for grid_id in ids for name in with_parents(grid_id, catalog)) for ids in (grid_ids, own_power)
    )
    return {kind: replace(load, carried_by=carriers, own_power=around) for kind, load in found.items()}


def with_highest_hour(answer: Estimate, catalog: Catalog) -> tuple[Step, ...]:
    """The steps of an estimate, each facility peak followed by the highest hour that it makes: κ P_pk."""
    medians = Inputs(catalog, answer.ask, Medians())
    share = medians("peak_share")
    found: list[Step] = []
    for step in answer.steps:
        found.append(step)
        if step.name == "facility_peak":
            label = step.label.replace("Facility peak", "Highest hour")
            value = power.average_power(step.result, share)
            medians.step("highest_hour", label, "{P_pk} × {κ}", value, P_pk=step.result, κ=share)
            found.append(medians.steps[-1])
    return tuple(found)


def with_parents(grid_id: str, catalog: Catalog) -> list[str]:
    """A grid and the larger ones it is part of; the world is left out, for it carries everything and nothing."""
    found: list[str] = []
    while grid_id and grid_id not in found and grid_id != "world":
        found.append(grid_id)
        grid_id = catalog.grids[grid_id].parent if grid_id in catalog.grids else ""
    return found


def _on(load: Load, grid: Grid) -> bool:
    return grid.grid_id in load.carried_by


def standing(load: Load, grid: Grid) -> str:
    """How a grid stands to a load: carries it, or a part of it, or is given for scale, and why."""
    makes = grid.grid_id in load.own_power
    if _on(load, grid):
        return IN_PART if makes else CARRIES
    return OWN_POWER if makes else FOR_SCALE if load.carried_by or load.own_power else NOT_PLACED


def _tail(load: Load, grid: Grid) -> str:
    told = standing(load, grid)
    return {CARRIES: "", IN_PART: f"; this grid {IN_PART}"}.get(told, f"; {told}")


def with_article(name: str) -> str:
    """The name of a grid as it stands in a sentence."""
    return f"the {name}" if name.startswith(("United ", "World", "European Union")) else name


def _highest_hour(load: Load) -> str:
    """A peak in words: the highest metered hour, which is less than the peak that a facility is built for."""
    low, _, middle, _, high = quantiles(magnitude(load.value, "MW"))
    return f"highest hour, {spread_text(low, middle, high, 'MW')}"


def share_of_energy(load: Load, grid: Grid) -> Answer:
    """A year's energy over the grid's yearly demand, in per cent.

    Raises:
        PairingError: the load is no energy, or the grid has no published demand.
    """
    question = f"share of the yearly demand of {grid.name}"
    require("energy", load.kind, load.value, question)
    if grid.demand is None:
        raise PairingError(f"{question}: no demand is published; its peak is not comparable with an energy")
    share = (load.value / grid.demand).to("percent")
    low, _, middle, _, high = quantiles(share.m)
    span = f"{number_text(low)}–{number_text(high)} %"
    text = f"{number_text(middle)} % of the demand of {with_article(grid.name)} in {grid.year} ({span})"
    return _answer(question, share, "percent", text + _tail(load, grid), load, grid, grid.demand_source_id)


def strain_on_peak(load: Load, grid: Grid) -> Answer:
    """The load's highest hour over the grid's record peak, in per cent: κ P_pk / record.

    Raises:
        PairingError: the load is no peak (a nameplate is none), or the grid has no published peak.
    """
    lower, name = grid.peak_kind == "lower bound", with_article(grid.name)
    known = f"{FOUND} for {name}" if lower else f"record peak of {name}"
    question = f"strain on the {known}"
    require("peak", load.kind, load.value, question)
    if grid.peak is None:
        raise PairingError(f"{question}: no peak is published; its demand is not comparable with a peak")
    share = (load.value / grid.peak).to("percent")
    low, _, middle, _, high = quantiles(share.m)
    percent, span = f"{number_text(middle)} %", f"({number_text(low)}–{number_text(high)} %)"
    if lower:
        told = f"{percent} {span} or less of the {known}, for the true peak may be higher"
    else:
        told = f"{percent} of the {known} {span}, if both fall together"
    text = f"Its {_highest_hour(load)}, is {told}"
    return _answer(question, share, "percent", text + _tail(load, grid), load, grid, grid.peak_source_id)


def _answer(question: str, value: Quantity, unit: str, text: str, load: Load, grid: Grid, source: str) -> Answer:
    return Answer(question, value, unit, f"{text}.", not _on(load, grid), (*load.source_ids, source))


def _percent(row: Parameter) -> str:
    """A share of the tables in per cent as it stands there, with its range where it has one."""
    low, middle, high = (f"{100 * share:.4g}" for share in (row.low, row.central, row.high))
    return f"{middle}\u00a0%" if low == high else f"{middle}\u00a0% ({low}–{high}\u00a0%)"


def plants_for_energy(load: Load, plant: str, catalog: Catalog, draws: Draws | None = None) -> Answer:
    """Nameplate of plants that make the load's energy in a year: average / capacity factor.

    Raises:
        PairingError: the load is not an average.
    """
    question = f"{plant} plants for the energy"
    require("average", load.kind, load.value, question)
    row = catalog.parameter("capacity_factor", plant)
    factor = row.spread.at((draws or Draws())(f"capacity_factor of {plant}"))
    value = energy.plant_capacity(load.value, factor)
    low, _, middle, _, high = quantiles(magnitude(value, "MW"))
    size, share = spread_text(low, middle, high, "MW"), _percent(row)
    text = f"{size} of {PLANTS[plant]} would make as much energy in a year, at a capacity factor of {share}."
    return Answer(question, value, "MW", text, for_scale_only=False, source_ids=(*load.source_ids, *row.source_ids))


def plants_for_adequacy(load: Load, plant: str, catalog: Catalog, draws: Draws | None = None) -> Answer:
    """Plants that cover the load at the system's peak with reserve: κ P_pk (1 + reserve) / accredited share.

    Raises:
        PairingError: the load is not a peak.
    """
    question = f"{plant} plants for adequacy"
    require("peak", load.kind, load.value, question)
    draws = draws or Draws()
    reserve, credit = catalog.parameter("reserve_margin"), catalog.parameter("accreditation", plant)
    accredited = energy.accredited_capacity(load.value, reserve.spread.central)
    value = (accredited / credit.spread.at(draws(f"accreditation of {plant}"))).to("MW")
    low, _, middle, _, high = quantiles(magnitude(value, "MW"))
    share = _percent(reserve)
    size, counted = spread_text(low, middle, high, "MW"), f"counting {_percent(credit)} of the plant’s nameplate"
    text = f"{size} of {ADEQUACY[plant]} would cover its {_highest_hour(load)}, with {share} reserve, {counted}."
    sources = (*load.source_ids, *reserve.source_ids, *credit.source_ids)
    return Answer(question, value, "MW", text, for_scale_only=False, source_ids=sources)


def households(load: Load, household: Equivalent) -> Answer:
    """How many households use as much in a year: energy / energy of one household.

    Raises:
        PairingError: the load is no energy, or the other thing is no household.
    """
    question = f"as many as: {household.name}"
    require("energy", load.kind, load.value, question)
    if household.category != "household":
        raise PairingError(f"{question}: must be a household, got {household.category}")
    yearly = quantity(household.value, household.unit) * quantity(1, "year")
    value = (load.value / yearly).to("")
    low, _, middle, _, high = (level / 1e6 for level in quantiles(value.m))
    ends = f"{number_text(low)}–{number_text(high)}"
    text = f"What {number_text(middle)} million {_many(household.name)} use in a year ({ends} million); for scale only."
    return Answer(question, value, "1", text, for_scale_only=True, source_ids=(*load.source_ids, household.source_id))


def _many(name: str) -> str:
    """The name of a household in the plural: `Average US home, electricity in a year` as `average US homes`."""
    one = name.split(",", maxsplit=1)[0]
    many = re.sub(r"\b(home|household)\b", r"\1s", one.replace("family", "families"), count=1)
    return many[:1].lower() + many[1:]


def emissions(load: Load, intensity: Quantity, source_ids: tuple[str, ...]) -> Answer:
    """CO₂ of a year's energy at a grid's average intensity.

    Raises:
        PairingError: the load is no energy.
    """
    require("energy", load.kind, load.value, "emissions")
    value = energy.emissions(load.value, intensity)
    return _consequence("emissions", value, "Mt", "of CO₂ a year at the grid’s average mix", load, source_ids)


def water(load: Load, on_site: Quantity, at_plants: Quantity, source_ids: tuple[str, ...]) -> Answer:
    """Water of a year's energy, on site and at power plants.

    Raises:
        PairingError: the load is no energy.
    """
    require("energy", load.kind, load.value, "water")
    value = energy.water(load.value, on_site, at_plants)
    return _consequence("water", value, "GL", "of water a year, on site and at power plants", load, source_ids)


def electricity_cost(load: Load, price: Quantity, source_ids: tuple[str, ...]) -> Answer:
    """Bill of a year's energy.

    Raises:
        PairingError: the load is no energy.
    """
    require("energy", load.kind, load.value, "electricity cost")
    value = energy.electricity_cost(load.value, price)
    return _consequence("electricity cost", value, "USD", "for electricity a year", load, source_ids)


def _consequence(
    question: str, value: Quantity, unit: str, what: str, load: Load, source_ids: tuple[str, ...]
) -> Answer:
    low, _, middle, _, high = quantiles(magnitude(value, unit))
    text = f"{reader_text(middle, unit, beside=high)} {what} ({range_text(low, high, unit)})."
    return Answer(question, value, unit, text, for_scale_only=False, source_ids=(*load.source_ids, *source_ids))
