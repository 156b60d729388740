"""Sites over time: announced, likely and energised, and the path to a claimed total."""

from collections.abc import Sequence

import numpy as np

from dashboard.catalog import Catalog
from dashboard.core import timeline as time
from dashboard.core.draws import Array
from dashboard.estimates.estimate import middle_of
from dashboard.estimates.inputs import Factor
from dashboard.estimates.readings import dropped, moment
from dashboard.estimates.series import Block, Series, Timeline
from dashboard.records import Claim, Milestone
from dashboard.units import Quantity, given_text, magnitude, quantity
from dashboard.workings.lines import GIGA, MOST_LINES, Used, Worked, Working, factors_of, megawatts, number, sum_text

BASIS_NAMES = {"it": "IT", "facility": "facility", "grid": "grid connection", "unknown": "basis not stated"}


def of_lines(groups: Sequence[Series], plans: Timeline, month: str, catalog: Catalog) -> Worked:
    """Announced, likely and energised of groups of sites at the end of a month, and the milestones behind them."""
    single = len(groups) == 1
    formulas: list[Working] = []
    for group in groups[:MOST_LINES]:
        label = f"Likely by {month}" if single else f"{group.name}: likely by {month}"
        formulas.append(_likely(label, group, plans, month))
        if single:
            formulas.insert(0, _announced(f"Announced by {month}", group, plans, month))
            formulas.append(_energised("Energised now", group, plans))
    return _with_milestones(formulas, groups, plans, catalog)


def of_map(sites: Sequence[Series], plans: Timeline, month: str) -> Worked:
    """The announced capacity of each site: its largest published state by the end of a month."""
    ranked = sorted(sites, key=lambda group: -group.at("announced", month)[2])
    return _with_milestones([_announced(site.name, site, plans, month) for site in ranked[:MOST_LINES]], ranked, plans)


def of_claim(
    claims: Sequence[Claim], claimed: Series, group: Series, plans: Timeline, month: str, catalog: Catalog
) -> Worked:
    """The claimed path between its dated totals, and what the sites of the tables make likely."""
    dated = sorted((claim for claim in claims if claim.until), key=lambda claim: moment(claim.until))
    at = moment(month)
    right = next((i for i, claim in enumerate(dated) if moment(claim.until) >= at), len(dated) - 1)
    pair = dated[max(0, right - 1) : right + 1]
    numbers = _path_numbers(pair, at, claimed.at("announced", month)[2])
    formula = "P₀ × (P₁ ÷ P₀)^((t − t₀) ÷ (t₁ − t₀)) × facility power per claimed power"
    path = Working(f"Claimed, at the meter in {month}", formula, numbers, megawatts(claimed.at("announced", month)))
    worked = of_lines([group], plans, month, catalog)
    said = tuple(
        Used(claim.statement, given_text(claim.value, claim.unit), claim.basis, claim.said, (claim.source_id,))
        for claim in dated
    )
    h, s = catalog.parameter("peak_overhead"), catalog.parameter("peak_over_grid")
    return Worked((path, *worked.formulas), (*said, *worked.rows), (*factors_of([h, s]), *worked.factors))


def _path_numbers(pair: Sequence[Claim], at: float, result: float) -> str:
    """The path between two dated totals in GW and years, times the facility power per claimed power of its median."""
    first, last = pair[0], pair[-1]
    start, end = (float(magnitude(quantity(claim.value, claim.unit), "GW")) for claim in (first, last))
    years, whole = ((date - moment(first.until)) / 12 for date in (at, moment(last.until)))
    power = start * (end / start) ** (years / whole) if whole > 0 else end
    path = f"{number(start)} × ({number(end)} ÷ {number(start)})^({number(years)} ÷ {number(whole)})"
    return f"{path} × {number(result / GIGA / power)}"


def _announced(label: str, group: Series, plans: Timeline, month: str) -> Working:
    end = plans.months.index(month) + 1
    held = [_state(plans.states[site_id].announced, end) for site_id in group.site_ids]
    numbers = sum_text((value / GIGA for value in held if value > 0), "sites")
    return Working(
        label, "Σ sites, the largest state published for then", numbers, megawatts(group.at("announced", month))
    )


def _energised(label: str, group: Series, plans: Timeline) -> Working:
    bands = [tuple(band) for band in group.lines["energised"].tolist() if band[2] == band[2]]
    held = [_state(plans.states[site_id].observed, np.inf) for site_id in group.site_ids]
    numbers = sum_text((value / GIGA for value in held if value > 0), "sites")
    return Working(label, "Σ sites, the last state observed", numbers, megawatts(bands[-1]) if bands else "nothing")


def _state(states: Sequence[tuple[float, Array]], end: float) -> float:
    return next((middle_of(mw) for at, mw in reversed(states) if at <= end), 0.0)


def _likely(label: str, group: Series, plans: Timeline, month: str) -> Working:
    """Observed, plus by status the steps still to come times the part of them that is realised and filled by then."""
    end = plans.months.index(month) + 1
    states = [plans.states[site_id] for site_id in group.site_ids]
    observed = sum(_state(state.observed, np.inf) for state in states) / GIGA
    terms = [number(observed)]
    for status in ("building", "signed", "request"):
        blocks = [block for state in states for block in state.blocks if block.milestone.status == status]
        size = sum(float(block.size.mean()) for block in blocks) / GIGA
        if size > 0:
            part = sum(_filled(block, end) for block in blocks) / GIGA / size
            terms.append(f"{number(size)} {status} × {number(part, 2)}")
    formula = "observed + Σ steps to come, of any date, × part realised and filled by then"
    return Working(label, formula, " + ".join(terms), megawatts(group.at("likely", month)))


def _filled(block: Block, end: int) -> float:
    """Mean load of a block at the end of a month, in MW."""
    size, realised = quantity(block.size, "MW"), Quantity(block.realised, "")
    elapsed, ramp = quantity(end - block.start, "month"), quantity(block.ramp, "month")
    return float(time.block_load(size, realised, elapsed, ramp).m.mean())


def _with_milestones(
    formulas: Sequence[Working], groups: Sequence[Series], plans: Timeline, catalog: Catalog | None = None
) -> Worked:
    used = [
        (plans.states[site_id].site.name, reading.milestone)
        for group in groups
        for site_id in group.site_ids
        for reading in plans.states[site_id].readings
        if reading.used
    ]
    factors: tuple[Factor, ...] = ()
    if catalog is not None:
        statuses = dict.fromkeys(row.status for _, row in used if row.status != "energised")
        names = ("outside_estimate", "delay", "delay_none", "fill_ramp", "peak_overhead", "peak_over_grid")
        odds = [catalog.parameter("realisation", status) for status in statuses]
        factors = factors_of([*odds, *(catalog.parameter(name) for name in names)])
    left = (
        f"In no total, for no size of theirs is published: {len(plans.left_out)} of all sites."
        if plans.left_out
        else ""
    )
    return Worked(tuple(formulas), tuple(_milestone_row(name, row) for name, row in used), factors, (left,))


def _milestone_row(site: str, row: Milestone) -> Used:
    basis = f"{BASIS_NAMES.get(row.power_basis, 'chips')}, {row.status}"
    said = f"said {row.vintage}" if row.vintage else ""
    return Used(site, milestone_text(row), basis, date_text(row), (row.source_id,), said)


def date_text(row: Milestone) -> str:
    """The date of a milestone, told to be ours where it is a placeholder."""
    return f"{row.date}, date ours" if "date ours" in row.marks else row.date


def milestone_text(row: Milestone, basis: str = "") -> str:
    """Power (with its basis) and chips of a milestone as published, or marked as ours; empty where neither was."""
    if dropped(row):
        return "dropped"
    power = ""
    if row.power is not None:
        power = f"{given_text(magnitude(quantity(row.power, row.unit), 'MW'), 'MW')} {basis}".strip()
    chips = f"{row.chip_count:,.0f} {row.chip_name}".strip() if row.chip_count else ""
    ours = " (our arithmetic)" if "power ours" in row.marks else ""
    return " / ".join(part for part in (power, chips) if part) + ours
