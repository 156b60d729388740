"""Which rows of commitments.csv count together on a day, by their links; each other row with the reason.

Source: method section 4, rules 1 and 2.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from dashboard.catalog import Catalog
from dashboard.estimates.readings import day_moment, moment_start
from dashboard.records import Commitment, Link


@dataclass(frozen=True)
class Selection:
    """Rows that count, rows that do not and why, what is part of what, and which chips fill what share of capacity."""

    rows: tuple[Commitment, ...]
    left_out: Mapping[str, str]
    parts: Mapping[str, tuple[str, ...]]
    fills: Mapping[tuple[str, str], float]


def tables_ledger(catalog: Catalog) -> Selection:
    """The rows that the column `ledger` marks: the worked ledger of the method."""
    rows = tuple(deal for deal in catalog.commitments.values() if deal.ledger)
    return Selection(rows, {}, _parts(rows, catalog), {})


def select(catalog: Catalog, user: str, as_of: date) -> Selection:
    """The rows of one user that stood on a day."""
    left_out: dict[str, str] = {}
    known: list[Commitment] = []
    for deal in catalog.commitments.values():
        if user in (deal.user, *deal.user.split("/")):
            reason = _refusal(deal, catalog, as_of)
            if reason:
                left_out[deal.commitment_id] = reason
            else:
                known.append(deal)
    rows = tuple(_without_restated(known, catalog, left_out))
    return Selection(rows, left_out, _parts(rows, catalog), _fills(rows, catalog))


def _refusal(deal: Commitment, catalog: Catalog, as_of: date) -> str:
    if deal.aggregate or deal.layer == "user claim":
        return "a total of other rows: never added"
    if deal.layer == "investment":
        return "money put into a company"
    if not announced_by(deal, as_of):
        return "not yet announced on that day"
    replaced = _replacements(deal, catalog)
    done = [link.from_id for link in replaced if announced_by(catalog.commitments[link.from_id], as_of)]
    if done:
        return f"replaced by {done[0]}"
    if deal.status == "paused" or (deal.status == "cancelled" and not replaced):
        return deal.status
    return ""


def announced_by(deal: Commitment, as_of: date) -> bool:
    """Whether a deal was public on a day."""
    return not deal.announced or moment_start(deal.announced) <= day_moment(as_of)


def _replacements(deal: Commitment, catalog: Catalog) -> list[Link]:
    return [
        link
        for link in catalog.links.values()
        if link.relation == "replaces" and link.to_kind == "commitment" and link.to_id == deal.commitment_id
    ]


def _without_restated(known: Iterable[Commitment], catalog: Catalog, left_out: dict[str, str]) -> Iterable[Commitment]:
    """One row for each deal that was stated more than once: the newest with a power, else the newest with a size."""
    rows = {deal.commitment_id: deal for deal in known}
    for link in catalog.links.values():
        if link.relation == "restates" and link.from_id in rows and link.to_id in rows:
            newer, older = rows[link.from_id], rows[link.to_id]
            keep, drop = (newer, older) if _detail(newer) >= _detail(older) else (older, newer)
            left_out[drop.commitment_id] = f"the same deal as {keep.commitment_id}, stated again: never added"
            del rows[drop.commitment_id]
    return rows.values()


def _detail(deal: Commitment) -> int:
    return 2 if deal.power is not None else int(deal.amount is not None or deal.chip_count_low is not None)


def _parts(rows: Iterable[Commitment], catalog: Catalog) -> dict[str, tuple[str, ...]]:
    ids = {deal.commitment_id for deal in rows}
    found: dict[str, list[str]] = {}
    for link in catalog.links.values():
        if link.relation == "part of" and {link.from_id, link.to_id} <= ids:
            found.setdefault(link.to_id, []).append(link.from_id)
    return {whole: tuple(parts) for whole, parts in found.items()}


def _fills(rows: Iterable[Commitment], catalog: Catalog) -> dict[tuple[str, str], float]:
    ids = {deal.commitment_id for deal in rows}
    return {
        (link.from_id, link.to_id): link.share
        for link in catalog.links.values()
        if link.relation == "fills" and link.share is not None and {link.from_id, link.to_id} <= ids
    }
