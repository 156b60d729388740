"""Milestones and blocks to monthly series, 2020 to 2035: announced, likely and energised, each with its band.

Every figure is the facility's capacity in MW at the end of a month. Sites are summed inside each draw.
Source: method section 4.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dashboard.catalog import Catalog
from dashboard.core import power
from dashboard.core import timeline as time
from dashboard.core.draws import Array, Draws, combined
from dashboard.estimates.ask import Ask, basis_weights
from dashboard.estimates.chains import BASIS_CHOICE
from dashboard.estimates.estimate import levels, middle_of, quick_levels
from dashboard.estimates.inputs import DrawnNormals, Inputs
from dashboard.estimates.questions import with_parents
from dashboard.estimates.readings import (
    MONTHS,
    START_YEAR,
    Reading,
    SitePower,
    day_moment,
    facility_readings,
    first_name,
    moment,
    month_names,
    outsiders,
    readings,
)
from dashboard.records import Claim, Milestone, Site
from dashboard.units import Quantity, magnitude, quantity

By = Literal["site", "operator", "user", "country", "grid", "total"]
GROUPINGS: tuple[By, ...] = ("total", "user", "operator", "country", "grid", "site")
Line = Literal["announced", "likely", "energised"]
Weights = tuple[float, float, float]
LINES: tuple[Line, ...] = ("announced", "likely", "energised")
CHUNK = 12  # months worked at a time, so that memory stays small; by one thread: two wait for each other
NOT_NAMED = "not named"

_GROUPS: Mapping[By, Callable[[Site], str]] = MappingProxyType(
    {
        "site": lambda site: site.name,
        "operator": lambda site: first_name(site.operator) or NOT_NAMED,
        "user": lambda site: first_name(site.user) or NOT_NAMED,
        "country": lambda site: site.country,
        "grid": lambda site: site.grid_id,
        "total": lambda _: "all sites",
    }
)


@dataclass(frozen=True)
class Block:
    """One step of a site that is still to come, as draws: how much, from when (months), and how it fills."""

    milestone: Milestone
    size: NDArray[np.float32]
    realised: NDArray[np.float32]
    start: NDArray[np.float32]
    ramp: NDArray[np.float32]


@dataclass(frozen=True)
class SiteStates:
    """A site's states in facility MW: observed ones, announced ones, and the blocks still to come."""

    site: Site
    readings: tuple[Reading, ...]
    observed: tuple[tuple[float, Array], ...]
    announced: tuple[tuple[float, Array], ...]
    blocks: tuple[Block, ...]
    warnings: tuple[str, ...]

    @functools.cached_property
    def sizes(self) -> tuple[tuple[float, float], ...]:
        """When how much is announced, as medians in MW."""
        return tuple((at, middle_of(mw)) for at, mw in self.announced)

    @functools.cached_property
    def tops(self) -> tuple[float, ...]:
        """The 95th percentile of each announced state in MW."""
        return tuple(float(np.quantile(mw, 0.95)) for _, mw in self.announced)

    def idle_share(self, month: str) -> float:
        """The share of the draws in which nothing runs at the end of a month."""
        if self.observed and np.any(self.observed[-1][1] > 0):
            return 0.0
        waiting = [(block.start >= moment(month)) | (block.size * block.realised == 0) for block in self.blocks]
        return float(np.mean(np.all(waiting, axis=0))) if waiting else 1.0


@dataclass(frozen=True)
class Series:
    """Monthly bands (5, 25, 50, 75, 95 %) in MW of a set of sites; `nan` where a line says nothing."""

    name: str
    site_ids: tuple[str, ...]
    lines: Mapping[Line, Array]
    source_ids: tuple[str, ...]

    def at(self, line: Line, month: str) -> tuple[float, ...]:
        """The five levels in MW at the end of a month such as `2030-12`."""
        return tuple(self.lines[line][month_names().index(month)].tolist())

    def newest(self, line: Line) -> tuple[float, ...]:
        """The five levels in MW of the last month that the line reaches; zeros where it reaches none."""
        return next((tuple(band) for band in reversed(self.lines[line].tolist()) if band[2] == band[2]), (0.0,) * 5)


@dataclass(frozen=True)
class Timeline:
    """All sites as seen on one day. `by` groups them; sites without any size are in `left_out` with the reason."""

    as_of: date
    states: Mapping[str, SiteStates]
    bands: Mapping[tuple[str, ...], Mapping[Line, Array]]
    left_out: Mapping[str, str]
    seed: int
    draws: int
    data_version: str

    months = property(lambda self: month_names(), doc="The months of every line.")  # noqa: ARG005

    def by(self, grouping: By) -> dict[str, Series]:
        """The series of each group, by name."""
        return {name: self._series(name, ids) for name, ids in _members(self.states, grouping).items()}

    def of(self, grouping: By, name: str) -> Series:
        """The series of one group, all zero where none of the sites is of it."""
        ids = _members(self.states, grouping).get(name, ())
        if ids:
            return self._series(name, ids)
        return Series(name, (), {line: np.zeros((MONTHS, 5)) for line in LINES}, ())

    def within(self, catalog: Catalog) -> dict[str, Series]:
        """The series of each grid with all its parts, by id: a site stands in its own and in those around it."""
        return {name: self._series(name, ids) for name, ids in _within(self.states, catalog).items()}

    def _series(self, name: str, ids: tuple[str, ...]) -> Series:
        return Series(name, ids, self.bands[ids], self.sources(ids))

    def sources(self, ids: Iterable[str]) -> tuple[str, ...]:
        """The sources of the readings that are used of some sites."""
        used = (r.milestone.source_id for site in ids for r in self.states[site].readings if r.used)
        return tuple(dict.fromkeys(used))


def timeline(
    catalog: Catalog,
    as_of: date,
    draws: Draws | None = None,
    *,
    sites: Sequence[str] = (),
    groupings: Sequence[By] = GROUPINGS,
) -> Timeline:
    """The series of all sites (or of those given) in all groupings (or those given) as known on a day, by no clock.

    Observed states are held at what was observed. A plan that is overdue starts its delay anew on that day.
    """
    draws = draws or Draws()
    wanted = [catalog.sites[site_id] for site_id in sites] or list(catalog.sites.values())
    by_site: dict[str, list[Milestone]] = {}
    for row in catalog.milestones.values():
        by_site.setdefault(row.site_id, []).append(row)
    others = outsiders(catalog)
    everything = {
        s.site_id: _states(SitePower(catalog, s, draws, others), by_site.get(s.site_id, []), as_of) for s in wanted
    }
    states = {site_id: state for site_id, state in everything.items() if state.announced}
    left_out = {site_id: _missing(state) for site_id, state in everything.items() if not state.announced}
    sets = {ids for grouping in groupings for ids in _members(states, grouping).values()}
    sets |= set(_within(states, catalog).values()) if "grid" in groupings else set()
    return Timeline(
        as_of=as_of,
        states=states,
        bands=_bands(states, sorted(sets), day_moment(as_of), draws.count),
        left_out=left_out,
        seed=draws.seed,
        draws=draws.count,
        data_version=catalog.version,
    )


def _missing(state: SiteStates) -> str:
    reasons = [*state.warnings, *(reading.why for reading in state.readings)]
    return reasons[0] if reasons else "no milestone"


def _members(states: Mapping[str, SiteStates], grouping: By) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for site_id, state in states.items():
        found.setdefault(_GROUPS[grouping](state.site), []).append(site_id)
    return {name: tuple(ids) for name, ids in found.items()}


def _within(states: Mapping[str, SiteStates], catalog: Catalog) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for site_id, state in states.items():
        for grid_id in with_parents(state.site.grid_id, catalog):
            found.setdefault(grid_id, []).append(site_id)
    return {name: tuple(ids) for name, ids in found.items()}


# --- one site ---------------------------------------------------------------------------------------------------------


def _states(worked: SitePower, rows: list[Milestone], as_of: date) -> SiteStates:
    today = day_moment(as_of)
    chosen = readings(rows, as_of)
    sized = [(r, mw) for r in chosen if r.used and (mw := worked.facility(r.milestone)) is not None]
    observed = [(r.at, mw) for r, mw in sized if _is_observed(r, today)]
    last = observed[-1] if observed else (-np.inf, np.zeros(worked.draws.count))
    coming = [(r, mw) for r, mw in sized if not _is_observed(r, today) and r.at > last[0]]
    return SiteStates(
        site=worked.site,
        readings=chosen,
        observed=tuple(observed),
        announced=_cumulative([(r.at, mw) for r, mw in sized]),
        blocks=tuple(_blocks(coming, last[1], worked, today)),
        warnings=tuple(worked.warnings),
    )


def _is_observed(reading: Reading, today: float) -> bool:
    return reading.milestone.status == "energised" and reading.at <= today


def _cumulative(states: list[tuple[float, Array]]) -> tuple[tuple[float, Array], ...]:
    """Each state no lower than the ones before it."""
    if not states:
        return ()
    highest = np.maximum.accumulate(np.array([mw for _, mw in states]), axis=0)
    return tuple((at, mw) for (at, _), mw in zip(states, highest, strict=True))


def _blocks(coming: list[tuple[Reading, Array]], held: Array, worked: SitePower, today: float) -> Iterator[Block]:
    if not coming:
        return
    steps = time.increments(quantity(np.array([held, *(mw for _, mw in coming)]), "MW")).m[1:]
    for (reading, _), size in zip(coming, steps, strict=True):
        yield _block(reading, size, worked, today)


def _block(reading: Reading, size: Array, worked: SitePower, today: float) -> Block:
    """Realisation, delay and filling of one step; what is realised less also comes later (method section 2)."""
    row, catalog, draws = reading.milestone, worked.catalog, worked.draws
    odds = catalog.parameter("realisation", row.status)
    own = row.milestone_id
    z_odds = draws.shared("realisation", group="all", own=own, correlation=odds.correlation)
    delay = catalog.parameter("delay")
    z_delay = draws.shared("delay", group="all", own=own, correlation=delay.correlation)
    if delay.linked_quantity == "realisation" and delay.linked_correlation is not None:
        z_delay = combined(z_odds, z_delay, delay.linked_correlation)
    none = catalog.parameter("delay_none").spread.central
    late = time.lateness(z_delay, draws.uniform(f"delay_none of {own}"), delay.spread, none)
    fill = catalog.parameter("fill_ramp")
    z_fill = draws.shared("fill_ramp", group=f"operator {worked.operator}", own=own, correlation=fill.correlation)
    return Block(
        milestone=row,
        size=size.astype(np.float32),
        realised=odds.spread.at(z_odds).m.astype(np.float32),
        start=(max(reading.at, today) + magnitude(late, "month")).astype(np.float32),
        ramp=magnitude(fill.spread.at(z_fill), "month").astype(np.float32),
    )


# --- sums and bands ---------------------------------------------------------------------------------------------------


def _bands(
    states: Mapping[str, SiteStates], sets: list[tuple[str, ...]], today: float, count: int
) -> dict[tuple[str, ...], Mapping[Line, Array]]:
    """The bands of each set of sites on the three lines, some months at a time."""
    bands: dict[tuple[str, ...], Mapping[Line, Array]] = {
        ids: {line: np.zeros((MONTHS, 5)) for line in LINES} for ids in sets
    }
    first = int(today)  # the first month whose end lies after today
    for ids in sets:
        members = [states[site_id] for site_id in ids]
        _steps(bands[ids]["announced"], [state.announced for state in members], range(MONTHS))
        _steps(bands[ids]["energised"], [state.observed for state in members], range(first))
        bands[ids]["likely"][:first] = bands[ids]["energised"][:first]
        bands[ids]["energised"][first:] = np.nan
    for start in range(first, MONTHS, CHUNK):
        months = np.arange(start, min(start + CHUNK, MONTHS))
        likely = {site_id: _likely(state, months, count) for site_id, state in states.items()}
        for ids in sets:
            bands[ids]["likely"][months] = quick_levels(functools.reduce(np.add, [likely[site_id] for site_id in ids]))
    return bands


def _steps(band: Array, members: list[tuple[tuple[float, Array], ...]], months: range) -> None:
    """Fill a band that changes only where one of the members does."""
    changes = sorted({max(0, int(np.ceil(at)) - 1) for states in members for at, _ in states})
    for month in changes:
        if month in months:
            held = [next((mw for at, mw in reversed(states) if at <= month + 1), None) for states in members]
            band[month : months.stop] = levels(sum(mw for mw in held if mw is not None))


def _likely(state: SiteStates, months: NDArray[np.intp], count: int) -> NDArray[np.float32]:
    """Load at the end of each of the months: what is observed plus the blocks still to come."""
    load = np.zeros((len(months), count), dtype=np.float32)
    if state.observed:
        load += state.observed[-1][1].astype(np.float32)
    ends = (months + 1).astype(np.float32)[:, None]
    for block in state.blocks:
        if block.start.min() >= months[-1] + 1:
            continue
        elapsed = quantity(ends - block.start, "month")
        size, realised = quantity(block.size, "MW"), Quantity(block.realised, "")
        load += time.block_load(size, realised, elapsed, quantity(block.ramp, "month")).m
    return load


# --- totals that somebody claimed -------------------------------------------------------------------------------------


def claimed_total(
    claims: Sequence[Claim], catalog: Catalog, draws: Draws | None = None, weights: Weights | None = None
) -> Series:
    """A total between year-end claims, growing by a constant factor between each pair, in facility MW.

    The band holds the doubt of the basis and, between the dates, a path that strays by the spread of the yearly growth
    rates themselves. Outside the claims there is nothing.
    `weights`, the odds of IT, facility and grid, take the place of those of the claims’ kind.

    Raises:
        ValueError: fewer than two claims with a power and a date.
    """
    draws = draws or Draws()
    told = sorted((c for c in claims if c.quantity == "power" and c.until), key=lambda claim: claim.said)
    by_date = {moment(claim.until): claim for claim in told}  # of several for one date the one said last
    dated = [by_date[at] for at in sorted(by_date)]
    if len(dated) < 2:
        raise ValueError(f"claimed_total: needs at least two claims with a power and a date, got {len(dated)}")
    subject = dated[0].subject
    known_at = np.array([START_YEAR + moment(claim.until) / 12 for claim in dated])
    months = START_YEAR + (np.arange(MONTHS) + 1) / 12
    known = np.array([magnitude(quantity(claim.value, claim.unit), "MW") for claim in dated])
    path = time.geometric(quantity(known, "MW"), known_at, months).m
    growth = np.diff(np.log(known)) / np.diff(known_at)
    yearly = float(np.std(growth, ddof=1)) if len(growth) > 1 else 0.0
    stray = time.bridge_width(yearly, known_at, months)[:, None] * draws(f"growth between claims of {subject}")
    factor = _basis_factor(dated[-1], catalog, draws, weights)
    facility = path[:, None] * np.exp(stray) * factor
    band = np.full((MONTHS, 5), np.nan)
    inside = ~np.isnan(path)
    band[inside] = levels(facility[inside])
    # Half of the odds lie on the basis that changes nothing, so the median of the product leaps to the other half as
    # soon as the path strays: the middle keeps to the constant growth and to one factor.
    band[inside, 2] = path[inside] * middle_of(factor)
    sources = tuple(dict.fromkeys(claim.source_id for claim in dated))
    return Series(subject, (), {"announced": band}, sources)


def _basis_factor(claim: Claim, catalog: Catalog, draws: Draws, weights: Weights | None) -> Array:
    """Facility peak per claimed MW: the same reading for all claims of one series."""
    one = quantity(1.0, "MW")
    if weights is None and claim.basis != "unknown":
        weights = basis_weights(claim.basis, catalog)
    weights = weights or catalog.claim_types[claim.claim_type or "unknown"].weights
    ask = Ask("power", one, None, "unknown", weights, item=f"claims of {claim.subject}")
    p = Inputs(catalog, ask, DrawnNormals(draws, ask, catalog))
    factor = power.by_basis(p.category(BASIS_CHOICE, ask.weights), *facility_readings(p, one))
    return np.array(np.broadcast_to(magnitude(factor, "MW"), (draws.count,)), dtype=float)
