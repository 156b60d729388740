"""Plans over time as comparisons: lines by month, and groups at one date."""

import math
from collections.abc import Container, Sequence
from functools import partial

import numpy as np
import pandas as pd

from dashboard import workings
from dashboard.catalog import Catalog
from dashboard.compare import COLUMNS, METHOD, Comparison, estimate_levels, source_names
from dashboard.estimates.ask import BASES, BASIS_NAMES, Basis
from dashboard.estimates.questions import with_article, with_parents
from dashboard.estimates.readings import Reading, day_moment, moment, outsiders
from dashboard.estimates.series import LINES, NOT_NAMED, Line, Series, SiteStates, Timeline
from dashboard.records import Claim, Milestone
from dashboard.units import given_text, ladder, magnitude, quantity, reader_text, spread_text

GIGA = 1000.0
MOST_GROUPS = 12
MOST_NAMED = 5  # grids in a sentence on what they do not carry
TOLD, LAST = "2030-12", "2035-12"  # the month that answers and passports tell, and the last of the series
MEANING = (
    "Announced and energised: as published or observed, other bases converted to facility power, with the error of "
    "those who estimate what operators do not publish. Likely: after odds, delay and filling."
)
BESIDE = 0.012  # how near the share of outcomes with nothing is to the lower end's 0.05 where the seed decides that end
OUR_DATES = " Dates of ours: placeholders, mostly the end of a year, where none is published."

READ_AS = {basis: f"read as {BASIS_NAMES[basis]}" for basis in BASES} | {"unknown": "its basis not being stated"}


def lines_over_time(group: Series, title: str, plans: Timeline, catalog: Catalog, by: str = "") -> Comparison:
    """The announced, likely and energised lines of one group of sites at the facility's meter, by month.

    Of a user or operator it is told which of its sites stand under another, as `by` says.
    """
    rows, told = [], said(group, plans, catalog)
    others = "" if told.startswith("announced") else f" Announced here means {told}."
    edge = f" {rough}" if (rough := rough_end(group, plans)) else ""
    shared = under_another(group.name, by, plans)
    elsewhere = f" Not in it but under another {by}: {'; '.join(shared)}." if shared else ""
    greatest = float(np.nanmax([group.lines[line] for line in ("announced", "likely")]))
    unit, divisor = ladder(max(greatest, 1.0), "MW")
    first = next((i for i, band in enumerate(group.lines["announced"]) if band[2] > 0), 0)
    for line in LINES:
        for month, band in list(zip(plans.months, group.lines[line], strict=True))[max(0, first - 1) :]:
            if not math.isnan(band[2]):
                levels = tuple(float(value) / divisor for value in band)
                rows.append(estimate_levels(month, levels, unit, basis=line, date=month))
    return Comparison(
        id="timeline",
        title=title,
        answer=_timeline_answer(group, told, plans),
        axis=f"Facility capacity at the end of each month, {unit}",
        unit=unit,
        base="GW",
        kind="capacity",
        table=pd.DataFrame(rows, columns=COLUMNS),
        sources=source_names(catalog, group.source_ids),
        method=f"{MEANING}{others}{OUR_DATES if dated_by_us(group, plans, LAST) else ''}{edge}{elsewhere} As known on "
        f"{plans.as_of:%-d %B %Y}.",
        version=catalog.version,
        form="series",
        basis="facility power",
        worked=partial(workings.of_lines, [group], plans, TOLD, catalog),
    )


def under_another(name: str, by: str, plans: Timeline) -> list[str]:
    """The sites with a size that name a user or operator too, but after another under whom they stand."""
    sites = [state.site for state in plans.states.values()] if by in ("user", "operator") else []
    named = {site.name: (site.user if by == "user" else site.operator).split(";") for site in sites}
    return [site for site, names in named.items() if name in map(str.strip, names[1:])]


def _timeline_answer(group: Series, said: str, plans: Timeline) -> str:
    announced, likely = group.at("announced", TOLD), group.at("likely", TOLD)
    if not announced[2]:
        later = reader_text(group.at("announced", LAST)[2], "MW")
        return f"Nothing is dated before 2031; {later} by the end of 2035{_our_dates(group, plans, LAST)}."
    begun = f"{reader_text(announced[2], 'MW')} {said} by the end of 2030{_our_dates(group, plans, TOLD)}"
    if not likely[4]:
        undated = dated_by_us(group, plans, TOLD) > 0
        return f"{begun}; {'how much is likely is not known' if undated else 'none likely by then'}."
    return f"{begun}; {spread_text(likely[0], likely[2], likely[4], 'MW')} likely."


def rough_end(group: Series, plans: Timeline) -> str:
    """That the lower end of what is likely at a site stands beside outcomes with nothing; empty where it does not.

    From nothing to a block that is well filled there are few draws, so that another seed moves such an end far.
    """
    if len(group.site_ids) > 1 or not group.at("likely", TOLD)[2]:
        return ""
    idle = plans.states[group.site_ids[0]].idle_share(TOLD)
    if abs(idle - 0.05) > BESIDE:
        return ""
    return (
        f"In {100 * idle:.0f} % of the outcomes nothing runs by the end of {TOLD[:4]}: the lower end of the range "
        "stands at their edge and is rough."
    )


def _our_dates(group: Series, plans: Timeline, month: str) -> str:
    ours = dated_by_us(group, plans, month)
    return (
        f", {part_text(ours, group, month)} on {'a date' if len(group.site_ids) == 1 else 'dates'} of ours"
        if ours
        else ""
    )


def part_text(part: float, group: Series, month: str) -> str:
    """A part in MW of what is announced of a group for the end of a month, told to be all of it where it is."""
    whole = group.at("announced", month)[2]
    return "all of it" if part > 0.99 * whole else f"{reader_text(part, 'MW', beside=whole)} of it"


def dated_by_us(group: Series, plans: Timeline, month: str, after: str = "") -> float:
    """MW announced of a group for the end of a month whose only date is ours, reached after the end of another month.

    Sums of medians. A step of ours that a later state with a published date passes has that date.
    """
    first = moment(after) if after else -math.inf
    return sum(size for i in group.site_ids for at, size in _our_steps(plans.states[i], month) if at > first)


def _our_steps(state: SiteStates, month: str) -> list[tuple[float, float]]:
    """When and by how much, in MW, steps that are dated by us raise what is announced of a site.

    A state within the range of the one before is that, told on another basis.
    """
    dates = {reading.at: reading.milestone.marks for reading in state.readings if reading.used}
    steps: list[tuple[float, float]] = []
    held, most = 0.0, 0.0
    for (at, size), top in zip(state.sizes, state.tops, strict=True):
        if at <= moment(month) and size > held:
            if "date ours" not in dates[at]:
                steps = []
            elif size > most:
                steps = [*steps, (at, size - held)]
            held, most = size, top
    return steps


def said(group: Series, plans: Timeline, catalog: Catalog, month: str = TOLD) -> str:
    """Who says how much a group is to have: those who build it, others who expect or estimate it, or some of each."""
    return said_by(group, plans, outsiders(catalog), month)


def said_by(group: Series, plans: Timeline, others: Container[str], month: str) -> str:
    """As `said`, of a group among many: `others` are the sources that estimate what operators do not publish."""
    rows = (published_state(plans.states[site_id], month) for site_id in group.site_ids)
    found = {_teller(row, others) for row in rows if row is not None}
    return found.pop() if len(found) == 1 else "announced, or expected by others," if found else "announced"


def _teller(row: Milestone, others: Container[str]) -> str:
    if row.basis == "estimated":
        return "estimated by others"
    return "expected by others" if row.source_id in others else "announced"


def published_state(state: SiteStates, month: str) -> Milestone | None:
    """The milestone behind what is announced of a site for the end of a month: the first that reaches its size."""
    sizes = [(at, size) for at, size in state.sizes if at <= moment(month)]
    at = next((at for at, size in sizes if size >= sizes[-1][1]), None)
    return next((reading.milestone for reading in state.readings if reading.used and reading.at == at), None)


def unpublished(group: Series, plans: Timeline) -> float:
    """MW of what a group has energised that no operator published: medians of sites whose newest state is estimated."""
    states = (plans.states[site_id] for site_id in group.site_ids)
    return sum(float(np.median(state.observed[-1][1])) for state in states if _is_estimated(state))


def estimators(group: Series, plans: Timeline) -> set[str]:
    """The sources of what others estimate that a group has energised."""
    return {row.source_id for site_id in group.site_ids for row in _estimates(plans.states[site_id])}


def _is_estimated(state: SiteStates) -> bool:
    """Whether the newest state of a site is an estimate of others."""
    return bool(_estimates(state))


def _estimates(state: SiteStates) -> list[Milestone]:
    at = state.observed[-1][0] if state.observed else math.nan
    return [r.milestone for r in state.readings if r.used and r.at == at and r.milestone.basis == "estimated"]


def connections(group: Series, plans: Timeline) -> list[Milestone]:
    """The grid connections that operators publish of what runs at sites where an estimate of others counts."""
    states = (plans.states[site_id] for site_id in group.site_ids)
    own = ([r.milestone for r in s.readings if _is_connection(r, plans)] for s in states if _is_estimated(s))
    return [rows[-1] for rows in own if rows]


def _is_connection(reading: Reading, plans: Timeline) -> bool:
    row = reading.milestone
    runs = row.status == "energised" and reading.at <= day_moment(plans.as_of)
    return runs and row.power is not None and row.power_basis == "grid" and row.basis in ("disclosed", "measured")


def published_as(row: Milestone | None, others: Container[str]) -> str:
    """The basis of the figure behind a site's power, and whether others than its builders told it."""
    if row is None:
        return ""
    basis = "chips"
    if row.power is not None:
        basis = workings.BASIS_NAMES.get(row.power_basis, workings.BASIS_NAMES["unknown"])
    told = _teller(row, others)
    return basis if told == "announced" else f"{basis}, {told}"


def _leader(ranked: Sequence[Series], by: str, month: str, plans: Timeline, catalog: Catalog) -> str:
    """The largest group that has a name, and what nobody's name is on."""
    named = next((group for group in ranked if group.name != NOT_NAMED), ranked[0])
    words = said(named, plans, catalog, month).removesuffix(",")
    name = with_article(named.name) if by == "country" else named.name
    name = name[:1].upper() + name[1:]
    told = f"{name} leads with {_words(named, 'likely', month)}; {_announced(named, month)} is {words}."
    lowest = named.at("likely", month)[0]
    level = [g for g in ranked if g is not named and g.name != NOT_NAMED and g.at("likely", month)[2] > lowest]
    if level:
        names = " and ".join(
            f"{with_article(g.name) if by == 'country' else g.name} with {_likely(g, month)}" for g in level[:2]
        )
        told = f"{name} has the most, {_words(named, 'likely', month)}, but hardly more than {names}."
    unnamed = next((group for group in ranked if group.name == NOT_NAMED), named)
    if unnamed is named:
        return told
    return f"{told} {_words(unnamed, 'likely', month)} is at sites whose {by} is not named."


def _wholes(groups: Sequence[Series], month: str, plans: Timeline, catalog: Catalog) -> str:
    """The grids that are drawn in parts, where all of one would stand beside the largest."""
    grids = {plans.states[group.site_ids[0]].site.grid_id: group for group in groups}
    largest = max((group.at("likely", month) for group in grids.values()), key=lambda levels: levels[2])
    told = []
    for grid_id in dict.fromkeys(whole for name in grids for whole in with_parents(name, catalog)):
        grid = catalog.grids.get(grid_id)
        parts = [group for other, group in grids.items() if grid_id in with_parents(other, catalog)]
        total = sum(group.at("likely", month)[2] for group in parts)
        if grid is not None and grid.kind != "country" and len(parts) > 1 and total > largest[0]:
            told.append(f" {grid.name}, drawn in {len(parts)} parts, has about {reader_text(total, 'MW')} together.")
    return "".join(told)


def own_plants(groups: Sequence[Series], month: str, plans: Timeline) -> str:
    """How much of what is likely in grids is at sites that make power of their own; empty where none does."""
    made = {i: size for group in groups for i, size in _own_power(group, month, plans).items()}
    if not made:
        return ""
    sizes = [(sum(_own_power(group, month, plans).values()), group) for group in groups]
    parts = sorted(((size, group) for size, group in sizes if size > 0), key=lambda part: -part[0])
    named, rest = parts[:MOST_NAMED], [size for size, _ in parts[MOST_NAMED:]]
    told = [f"{_part_of(size, group.at('likely', month)[2])} in {with_article(group.name)}" for size, group in named]
    told += [f"{reader_text(sum(rest), 'MW', beside=sum(made.values()))} in {len(rest)} more"] if rest else []
    most = max(made, key=lambda site_id: made[site_id])
    return (
        f"About {reader_text(sum(made.values()), 'MW')} of what is likely is at sites off the grid or with generation "
        f"of their own, which it need not carry in full: {', '.join(told)}. The largest: "
        f"{plans.states[most].site.name}, {reader_text(made[most], 'MW')}."
    )


def _own_power(group: Series, month: str, plans: Timeline) -> dict[str, float]:
    """The median likely MW of each site of a group that makes power of its own."""
    own = [plans.states[site_id].site for site_id in group.site_ids if plans.states[site_id].site.own_power]
    found = {site.site_id: plans.of("site", site.name).at("likely", month)[2] for site in own}
    return {site_id: size for site_id, size in found.items() if size > 0}


def _part_of(part: float, whole: float) -> str:
    """`2.0 of 2.7 GW`."""
    return f"{reader_text(part, 'MW', beside=whole).split()[0]} of {reader_text(whole, 'MW')}"


def _likely(group: Series, month: str) -> str:
    return reader_text(group.at("likely", month)[2], "MW")


def _announced(group: Series, month: str) -> str:
    return reader_text(group.at("announced", month)[2], "MW")


def groups_at(
    groups: Sequence[Series], by: str, month: str, plans: Timeline, catalog: Catalog, chosen: str = ""
) -> Comparison:
    """The likely capacity of each of the largest groups at the end of a month, and of the chosen one after them."""
    some = [group for group in groups if group.at("likely", month)[2] > 0] or groups
    ranked = sorted(some, key=lambda group: -group.at("likely", month)[2])[:MOST_GROUPS]
    shown = f"the {len(ranked)} largest of {len(some)}" if len(some) > len(ranked) else "all that have any"
    last = [group for group in groups if group.name == chosen and group not in ranked]
    shown += f", and {chosen}" if last else ""
    rows = [
        estimate_levels(
            group.name,
            tuple(value / GIGA for value in group.at("likely", month)),
            "GW",
            basis="likely facility capacity",
            date=month,
            note=f"announced {_announced(group, month)}",
        )
        for group in (*ranked, *last)
    ]
    used = [source for group in (*ranked, *last) for source in group.source_ids]
    drawn = [group.name for group in (*ranked, *last)]
    named = next((name for name in drawn if name != NOT_NAMED), drawn[0])
    return Comparison(
        id="plans-by",
        title=f"Likely AI capacity by {by} at the end of {month[:4]}",
        answer=_leader(ranked, by, month, plans, catalog)
        + (_wholes(some, month, plans, catalog) if by == "grid" else ""),
        axis="Facility capacity, GW",
        unit="GW",
        kind="capacity",
        table=pd.DataFrame(rows, columns=COLUMNS),
        sources=source_names(catalog, used),
        method=f"{METHOD} Drawn: {shown}, as known on {plans.as_of:%-d %B %Y}."
        + (f" A site with several {by}s stands under the one named first." if by in ("user", "operator") else "")
        + (f" {own}" if by == "grid" and (own := own_plants(some, month, plans)) else ""),
        version=catalog.version,
        worked=partial(workings.of_lines, [*ranked, *last], plans, month, catalog),
        leads=(chosen if chosen in drawn else named,),
    )


def _words(group: Series, line: Line, month: str) -> str:
    band = group.at(line, month)
    return spread_text(band[0], band[2], band[4], "MW")


def _goal(claims: Sequence[Claim]) -> str:
    """The power of the claim that lies furthest ahead, as it was stated."""
    last = max((claim for claim in claims if claim.until), key=lambda claim: claim.until, default=None)
    return f"{given_text(magnitude(quantity(last.value, last.unit), 'MW'), 'MW')} " if last else ""


def claimed_and_likely(
    claimed: Series,
    group: Series,
    plans: Timeline,
    catalog: Catalog,
    claims: Sequence[Claim] = (),
    basis: Basis = "unknown",
) -> Comparison:
    """A user's claimed total, growing evenly between its dates, beside what its sites in the tables make likely."""
    rows = []
    for line, bands in (
        ("claimed", claimed.lines["announced"]),
        ("likely", group.lines["likely"]),
        ("energised", group.lines["energised"]),
    ):
        for month, band in zip(plans.months, bands, strict=True):
            if month >= "2023-12" and not math.isnan(band[2]):
                levels = tuple(float(value) / GIGA for value in band)
                rows.append(estimate_levels(month, levels, "GW", basis=line, date=month))
    goal, likely, now = claimed.at("announced", "2030-12"), group.at("likely", "2030-12"), group.newest("energised")
    shared = under_another(claimed.name, "user", plans)
    elsewhere = f", nor what stands under another user ({'; '.join(shared)})" if shared else ""
    return Comparison(
        id="claim-path",
        title=f"{claimed.name}: the way to the claim, and what its sites make likely",
        answer=f"{claimed.name} claims {_goal(claims)}by the end of 2030, at the meter "
        f"{spread_text(goal[0], goal[2], goal[4], 'MW')}, {READ_AS[basis]}; its {len(group.site_ids)} sites in the "
        f"tables make {spread_text(likely[0], likely[2], likely[4], 'MW')} likely by then and have "
        f"{spread_text(now[0], now[2], now[4], 'MW')} energised.",
        axis="Facility capacity at the end of each month, GW",
        unit="GW",
        kind="capacity",
        table=pd.DataFrame(rows, columns=COLUMNS),
        sources=source_names(catalog, [*claimed.source_ids, *group.source_ids]),
        method="Claimed: even growth between published totals. Likely: after odds, delay and filling; rented clouds "
        f"without a site of their own are not in it{elsewhere}. As known on {plans.as_of:%-d %B %Y}.",
        version=catalog.version,
        form="series",
        basis="facility power",
        worked=partial(workings.of_claim, claims, claimed, group, plans, TOLD, catalog),
    )
