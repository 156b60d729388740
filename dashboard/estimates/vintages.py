"""What was said of one site when, and what became of it: each milestone by the day it was published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.catalog import Catalog
from dashboard.estimates.readings import day_moment, moment, moment_start
from dashboard.estimates.series import timeline
from dashboard.records import Milestone

ENERGISED = "energised"


@dataclass(frozen=True)
class Said:
    """A milestone and what the other rows say of it since.

    `again` is the next row on the same step and `slip` how many months later that one is; `ran` is the first row that
    observes the site running on or after the date; `overdue` tells a date that has passed without any.
    """

    milestone: Milestone
    again: Milestone | None = None
    slip: float = 0.0
    ran: Milestone | None = None
    overdue: bool = False


def said(rows: Sequence[Milestone], as_of: date) -> tuple[Said, ...]:
    """The rows in the order they were published; those without a day of publication first."""
    ordered = sorted(rows, key=lambda row: (_published(row), moment(row.date)))
    return tuple(_said(row, ordered, as_of) for row in ordered)


def _published(row: Milestone) -> float:
    return moment_start(row.vintage) if row.vintage else float("-inf")


def _said(row: Milestone, rows: Sequence[Milestone], as_of: date) -> Said:
    if row.status == ENERGISED:
        return Said(row)
    later = [other for other in rows if row.vintage and _published(other) > _published(row)]
    again = next((other for other in later if _same_step(row, other)), None)
    observed = [other for other in rows if other.status == ENERGISED and moment(other.date) >= moment(row.date)]
    ran = min(observed, key=lambda other: moment(other.date), default=None)
    slip = moment(again.date) - moment(row.date) if again else 0.0
    overdue = ran is None and again is None and moment(row.date) < day_moment(as_of)
    return Said(row, again, slip, ran, overdue)


def _same_step(row: Milestone, other: Milestone) -> bool:
    """The last step of a site is one step whatever its date; of the others only those for the same date surely are."""
    return other.status != ENERGISED and (
        row.kind == other.kind == "full_build" or (row.kind == other.kind and row.date == other.date)
    )


def known_then(rows: Sequence[Milestone], catalog: Catalog, month: str) -> dict[str, tuple[float, tuple[float, ...]]]:
    """By day of publication: the MW announced for the end of a month and the five levels of what was likely, as known.

    The odds, delays and filling are those of today's tables; only the milestones are those of the day.
    """
    found = {}
    for vintage in dict.fromkeys(row.vintage for row in rows if row.vintage):
        seen = timeline(catalog, first_day(vintage), sites=[rows[0].site_id])
        for group in seen.by("site").values():
            found[vintage] = (group.at("announced", month)[2], group.at("likely", month))
    return found


def first_day(text: str) -> date:
    """The first day of a date that may be only a year or a month.

    >>> first_day("2025"), first_day("2025-03")
    (datetime.date(2025, 1, 1), datetime.date(2025, 3, 1))
    """
    year, month, day = (int(part) for part in (*text.split("-"), "1", "1")[:3])
    return date(year, month, day)
