"""The announced capacity of several sites as one load, each site with its own doubts, summed inside each draw.

Source: method section 3.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from dashboard.catalog import Catalog
from dashboard.core.draws import Array, Draws
from dashboard.core.spread import Spread
from dashboard.estimates.estimate import RESULT_UNITS, Assumption, Estimate, estimate, quantiles
from dashboard.estimates.inputs import Factor, Inputs
from dashboard.estimates.plans_block import TOGETHER, PlanNormals, results_of, shape_ask
from dashboard.estimates.plans_read import Plan
from dashboard.estimates.readings import MONTHS, first_name, moment
from dashboard.estimates.series import By, Series, Timeline
from dashboard.records import Site
from dashboard.units import Quantity, exact, magnitude, quantity

PEAK_SHARE, INTENSITY = "peak_share", "grid_intensity"
MIXED = "Carbon intensity of the grids of its sites, by their energy"


@dataclass(frozen=True, eq=False)
class Total(Estimate):
    """A sum of sites. What each has for itself evens out, so an assumption keeps ρ + (1 − ρ) Σ w² of its variance.

    `concentration` is Σ w², w being a site’s part of the capacity: 1 of one site alone.
    """

    concentration: float = 1.0

    @functools.cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """The factors, largest share of the variance of the yearly energy first."""
        rows = super().assumptions
        kept = [row.share * self._kept(row.factor) for row in rows]
        whole = sum(kept) or 1.0
        shared = [replace(row, share=share / whole) for row, share in zip(rows, kept, strict=True)]
        return tuple(sorted(shared, key=lambda row: -row.share))

    def _kept(self, factor: Factor) -> float:
        common = factor.row.correlation if factor.row else 0.0
        return common + (1 - common) * self.concentration


def planned(group: Series, plans: Timeline, month: str, catalog: Catalog) -> tuple[Total, Quantity]:
    """What is announced of a group for the end of a month, and its highest hour, from those of each site in it.

    Raises:
        ValueError: nothing is announced by then.
    """
    sizes = announced(group, plans, month)
    if not sizes:
        raise ValueError(f"load: nothing is announced for {group.name} by the end of {month[:4]}")
    sites, capacity = [catalog.sites[site_id] for site_id in sizes], np.array(list(sizes.values()))
    sums = _sums(sites, capacity, catalog, Draws(plans.draws, plans.seed))
    highest_hour = Quantity(sums.pop(PEAK_SHARE), "MW")
    results = {name: quantity(values, RESULT_UNITS[name]) for name, values in sums.items()}
    results["facility_peak"] = Quantity(capacity.sum(axis=0), "MW")
    middles = np.median(capacity, axis=1)
    concentration = float((middles**2).sum() / middles.sum() ** 2)
    return _total(group, sites, results, concentration, catalog), highest_hour


def announced(group: Series, plans: Timeline, month: str) -> dict[str, Array]:
    """Facility MW of each site that has any announced for the end of the month, in draws, as the page of plans has."""
    found = {}
    for site_id in group.site_ids:
        held = [mw for at, mw in plans.states[site_id].announced if at <= moment(month)]
        if held and np.median(held[-1]) > 0:
            found[site_id] = held[-1]
    return found


def _sums(sites: Sequence[Site], capacity: Array, catalog: Catalog, draws: Draws) -> dict[str, Array]:
    """Every result of the sites and their highest hours, in proportion to capacity, summed inside each draw."""
    sums: dict[str, Array] = {}
    for places, plans in _alike(sites):
        per_megawatt, _ = results_of(plans, catalog, draws)
        for name, values in (per_megawatt | {PEAK_SHARE: _peak_shares(plans, catalog, draws)}).items():
            sums[name] = sums.get(name, 0.0) + np.einsum("ij,ij->j", values, capacity[places])
    return sums


def _alike(sites: Sequence[Site]) -> Iterator[tuple[list[int], list[Plan]]]:
    """A megawatt of facility power at each site as plans, those of one shape together, with their places."""
    shapes: dict[tuple[object, ...], list[int]] = {}
    plans = [_plan(place, site) for place, site in enumerate(sites)]
    for place, plan in enumerate(plans):
        shapes.setdefault(plan.shape, []).append(place)
    for places in shapes.values():
        for first in range(0, len(places), TOGETHER):
            some = places[first : first + TOGETHER]
            yield some, [plans[place] for place in some]


def _plan(line: int, site: Site) -> Plan:
    return Plan(
        line=line,
        item=site.site_id,
        kind="power",
        chip_id="",
        amount=1.0,
        basis="facility",
        term=0.0,
        operator=first_name(site.operator),
        country=site.country,
        grid=site.grid_id,
        start=MONTHS,
        end=MONTHS,
        one_system=False,
        cells=(),
    )


def _peak_shares(plans: Sequence[Plan], catalog: Catalog, draws: Draws) -> Array:
    """The highest hour of each plan over its capacity."""
    ask = shape_ask(plans, catalog)
    p = Inputs(catalog, ask, PlanNormals(draws, plans, "", ask.region, (), catalog))
    shape = (len(plans), draws.count)
    found: Array = np.broadcast_to(magnitude(p(PEAK_SHARE), "1"), shape)
    return found


def _total(
    group: Series, sites: Sequence[Site], results: Mapping[str, Quantity], concentration: float, catalog: Catalog
) -> Total:
    """The sum as an estimate, whose steps start from the median of the capacity and use the carbon of its grids."""
    ask = replace(
        shape_ask([_plan(0, sites[0])], catalog),
        amount=quantity(float(np.median(results["facility_peak"].m)), "MW"),
        item=f"plans of {group.name}",
        source_ids=group.source_ids[:4],
    )
    countries = sorted({site.country for site in sites})
    if len(countries) > 1:
        ask = replace(ask, overrides={INTENSITY: _weighed(results)})
    answer = estimate(ask, catalog)
    parts = {field.name: getattr(answer, field.name) for field in fields(answer)}
    if INTENSITY in ask.overrides:
        parts["factors"] = tuple(_of_grids(factor, countries, catalog) for factor in answer.factors)
    return Total(**parts | {"results": results}, concentration=concentration)


def _weighed(results: Mapping[str, Quantity]) -> Spread:
    """The carbon of a kilowatt-hour over all sites: their emissions by their energy, in each draw."""
    levels = quantiles((results["emissions"] / results["annual_energy"]).m_as("gCO2e/kWh"))
    low, _, middle, _, high = (Quantity(level, "gCO2e/kWh") for level in levels)
    return Spread.fixed(middle) if exact(levels[0], levels[-1]) else Spread(low, middle, high)


def _of_grids(factor: Factor, countries: Sequence[str], catalog: Catalog) -> Factor:
    """The carbon of a kilowatt-hour as that of the countries' grids, by parameter or table; any other as it is."""
    if factor.name != INTENSITY:
        return factor
    grids = [catalog.grids[name] for name in countries if name in catalog.grids]
    rows = {grid.grid_id: catalog.parameter_or_none(INTENSITY, grid.grid_id) for grid in grids}
    burnt = [grid.name for grid in grids if rows[grid.grid_id] is not None]
    kinds = f" ({', '.join(burnt)} by what is burnt alone, the others by the whole life cycle)" if burnt else ""
    label = f"Carbon intensity of the grid, {grids[0].name}" if len(grids) == 1 else f"{MIXED}{kinds}"
    used = [row.source_ids if (row := rows[grid.grid_id]) else (grid.demand_source_id,) for grid in grids]
    sources = tuple(dict.fromkeys(name for names in used for name in names if name))
    return replace(factor, label=label, source_ids=sources, basis="estimated", reasoning="", given=False)


def hosts(by: By, sites: Sequence[Site]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The grids of sites, of those that carry them and of those whose sites make power of their own; of users none."""
    if by == "user":
        return (), ()
    places = [(site.country if by == "country" else site.grid_id, site.own_power) for site in sites]
    carried, around = ({place for place, own in places if own is makes} for makes in (False, True))
    return tuple(sorted(carried)), tuple(sorted(around))
