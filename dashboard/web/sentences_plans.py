"""What `/plans` says of a group of sites in sentences."""

from datetime import date
from typing import Any

import numpy as np
from dash import html

from dashboard import compare_plans
from dashboard.catalog import Catalog
from dashboard.estimates.readings import outsiders
from dashboard.estimates.series import Series, SiteStates, Timeline
from dashboard.records import Milestone
from dashboard.units import reader_text, spread_text
from dashboard.workings import BASIS_NAMES, milestone_text

MONTH, NEXT_YEAR, LAST = "2030-12", "2031-12", "2035-12"
CONVERTED = "a figure published on another basis is converted by us"
ONE_DATE_MW, ONE_DATE_SHARE = 1000, 1 / 3  # a step is told that is as large as this and as this share of all
ESTIMATED = " of it as others estimate"
OUTSIDE = f"{ESTIMATED}, mostly from satellite pictures and permits"  # so those who estimate many sites work


def answer(group: Series, plans: Timeline, catalog: Catalog) -> list[Any]:
    """What is announced, likely and energised of a group, the numbers marked as estimates."""
    now = group.newest("energised")
    return [
        *_planned(group, plans, catalog),
        f" On {plans.as_of:%-d %B %Y}, ",
        html.Strong(spread_text(now[0], now[2], now[4], "MW"), className="estimated") if now[2] else "nothing",
        " was handed over, which is counted here as energised" if handed_over(group, plans) else " was energised",
        *_outside(group, plans, now[2], catalog),
        ".",
    ]


def handed_over(group: Series, plans: Timeline) -> str:
    """The note of a site's newest state, where that was handed over and is counted as energised; else nothing."""
    state = plans.states[group.site_ids[0]]
    if len(group.site_ids) > 1 or not state.observed:
        return ""
    newest = [reading.milestone for reading in state.readings if reading.used and reading.at == state.observed[-1][0]]
    return next((row.note for row in newest if "handed over" in row.marks), "")


def _planned(group: Series, plans: Timeline, catalog: Catalog) -> list[Any]:
    """What is announced for the end of 2030 and likely by then; where that is nothing, what there is later."""
    announced, likely = group.at("announced", MONTH)[2], group.at("likely", MONTH)
    said = f" at the meter is {compare_plans.said(group, plans, catalog)} for the end of "
    if not announced:
        last = group.at("announced", LAST)[2]
        then = [
            "; ",
            html.Strong(reader_text(last, "MW"), className="estimated"),
            f"{said}{LAST[:4]}",
            *_our_dates(group, plans, LAST),
        ]
        return ["Nothing is dated before 2031", *(then if last else []), "."]
    begun = [
        html.Strong(reader_text(announced, "MW"), className="estimated"),
        f"{said}{MONTH[:4]}",
        *_our_dates(group, plans, MONTH),
    ]
    if likely[4]:
        return [*begun, "; ", _estimated(likely), " is likely by then."]
    why = ", as all of it is dated to that very month" if _late(group) > 0.99 * announced else ""
    later = group.at("likely", NEXT_YEAR)
    more = [" ", _estimated(later), " is likely by the end of 2031."] if later[4] else []
    told = "how much is likely by then is not known" if _our_dates(group, plans, MONTH) else "none is likely by then"
    return [*begun, f"; {told}{why}.", *more]


def _our_dates(group: Series, plans: Timeline, month: str) -> list[Any]:
    """How much of what is announced for the end of a month stands on dates of ours."""
    ours = compare_plans.dated_by_us(group, plans, month)
    if not ours:
        return []
    part = html.Strong(compare_plans.part_text(ours, group, month), className="estimated")
    return ["; ", part, " has no published date and stands on one of ours"]


def _estimated(band: tuple[float, ...]) -> Any:
    return html.Strong(spread_text(band[0], band[2], band[4], "MW"), className="estimated")


def _outside(group: Series, plans: Timeline, energised: float, catalog: Catalog) -> list[Any]:
    """How much of what is energised is others' estimate, and what operators publish of it."""
    estimated = compare_plans.unpublished(group, plans)
    if not estimated:
        return []
    how = ESTIMATED if compare_plans.estimators(group, plans).isdisjoint(outsiders(catalog)) else OUTSIDE
    own = compare_plans.connections(group, plans)
    why = ", where operators publish no power"
    if own and len(group.site_ids) == 1:
        why = f"; its operator publishes a connection of {milestone_text(own[0])}"
    elif own:
        why += f" or, at {len(own)} site{'s' * (len(own) > 1)}, a connection alone"
    if estimated > 0.99 * energised:
        return [", all", how, why]
    if estimated > 0.97 * energised or reader_text(estimated, "MW") == reader_text(energised, "MW"):
        return [", nearly all", how, why]
    return [
        ", about ",
        html.Strong(reader_text(estimated, "MW", beside=energised), className="estimated"),
        how,
        why,
    ]


def conversion(group: Series, plans: Timeline) -> str:
    """How the announced figure stands to what was published: nobody need have published it in this form."""
    row = compare_plans.published_state(plans.states[group.site_ids[0]], MONTH) if len(group.site_ids) == 1 else None
    if row is None:
        return f"Power at the meter is facility power: {CONVERTED}."
    if row.power_basis == "facility":
        return f"Power at the meter as published: {published(row)}."
    origin = "a figure" if "power ours" in row.marks else "the figure as published"
    return f"Power at the meter is converted by us from {origin}: {published(row)}."


def share(group: Series, plans: Timeline, catalog: Catalog) -> str:
    """How much of what is announced is likely, and why not more; empty where the answer says that none is."""
    announced, likely = group.at("announced", MONTH)[2], group.at("likely", MONTH)
    if not announced or not likely[4]:
        return ""
    part, said = f"{100 * likely[2] / announced:.0f} %", compare_plans.said(group, plans, catalog)
    more = f" Its range holds the doubt of that figure too, so its top may lie above the median of what is {said}"
    more = f"{more.removesuffix(',')}."
    edge = f" {rough}" if (rough := compare_plans.rough_end(group, plans)) else ""
    return (
        f"The median of likely (less comes as often as more) is {part} of what is {said} for the end of 2030: each "
        "unfinished step is weighed by its status, its delay and the time it takes to fill (parameters realisation, "
        "delay and fill ramp)."
        f"{more if likely[4] > announced else ''}{_last_month(group, plans, said)}{edge}"
    )


def _late(group: Series) -> float:
    """MW of what is announced for the end of the year that is dated to its last month."""
    return group.at("announced", MONTH)[2] - group.at("announced", f"{MONTH[:4]}-11")[2]


def _last_month(group: Series, plans: Timeline, said: str) -> str:
    """How much of what is announced is dated to the very end of the year, when none of it can be likely yet."""
    late = _late(group)
    if late < 0.005 * group.at("announced", MONTH)[2] or not group.at("likely", MONTH)[4]:
        return ""
    ours = compare_plans.dated_by_us(group, plans, MONTH, after=f"{MONTH[:4]}-11")
    by_us = f" ({reader_text(ours, 'MW', beside=late)} of it by us)" if ours else ""
    return (
        f" {reader_text(late, 'MW')} of what is {said} is dated to the last month of {MONTH[:4]}{by_us}, often "
        "for want of a better date: it can hardly be likely on the last day."
    )


def one_date(group: Series, plans: Timeline, catalog: Catalog) -> str:
    """How much of what is announced comes at one date, where, and what that does to likely; empty where little does."""
    announced = group.lines["announced"][:, 2]
    rises = np.diff(announced, prepend=0.0) * (np.array(plans.months) > f"{plans.as_of:%Y-%m}")
    most = int(np.argmax(rises))
    if rises[most] < max(ONE_DATE_MW, ONE_DATE_SHARE * announced[-1]):
        return ""
    grown = {state.site.name: _rise(state, most) for state in (plans.states[i] for i in group.site_ids)}
    main = [name for name in sorted(grown, key=grown.__getitem__, reverse=True) if grown[name] > 0.1 * rises[most]]
    here = "these sites" if len(grown) > 1 else "this site"
    where = f" ({'; '.join(main)})" if main and len(grown) > 1 else ""
    part, whole = (reader_text(float(mw), "MW", beside=float(announced[-1])) for mw in (rises[most], announced[-1]))
    return (
        f"{part} of the {whole} {compare_plans.said(group, plans, catalog)} at {here} until the end of {LAST[:4]} "
        f"come at one date, {date.fromisoformat(f'{plans.months[most]}-01'):%B %Y}{where}: "
        "steps on the way there have no dates in the tables, so what is likely stands low until then."
    )


def _rise(state: SiteStates, month: int) -> float:
    """By how much what is announced of a site grows in a month, in MW."""
    before, after = (max((mw for at, mw in state.sizes if at <= end), default=0.0) for end in (month, month + 1))
    return after - before


def published(row: Milestone) -> str:
    """A milestone's figure as published, with its basis."""
    return milestone_text(row, BASIS_NAMES.get(row.power_basis, f"({BASIS_NAMES['unknown']})"))
