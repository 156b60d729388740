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
    """Rows that count, rows that do not and why, what is part of what, and which chips fill what share of capacity.

    `paid` are the rows whose dollars count: not the same, for dollars of two kinds are never one amount.
    """

    rows: tuple[Commitment, ...]
    left_out: Mapping[str, str]
    parts: Mapping[str, tuple[str, ...]]
    fills: Mapping[tuple[str, str], float]
    paid: tuple[Commitment, ...] = ()


def tables_ledger(catalog: Catalog) -> Selection:
    """The rows that the column `ledger` marks: the worked ledger of the method."""
    rows = tuple(deal for deal in catalog.commitments.values() if deal.ledger)
    marked = {deal.commitment_id for deal in rows}
    told = [  # with what restates a marked row or a part of it
        deal
        for deal in catalog.commitments.values()
        if not deal.aggregate
        and deal.status not in ("cancelled", "paused")
        and marked & _holders(deal.commitment_id, catalog)
    ]
    equity = [
        deal for user in dict.fromkeys(row.user for row in rows) for deal in _equity(user, catalog, catalog.as_of)
    ]
    return Selection(rows, {}, _parts(rows, catalog), {}, (*_paid(told, catalog), *equity))


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
    paid = (*_paid(known, catalog), *_equity(user, catalog, as_of))
    return Selection(rows, left_out, _parts(rows, catalog), _fills(rows, catalog), paid)


def _refusal(deal: Commitment, catalog: Catalog, as_of: date) -> str:
    if deal.aggregate or deal.layer == "user claim":
        return "a total of other rows: never added"
    if deal.layer == "investment":
        return "money put into a company"
    if not announced_by(deal, as_of):
        return "not yet announced on that day"
    return ended(deal, catalog, as_of)


def ended(deal: Commitment, catalog: Catalog, as_of: date) -> str:
    """Why a deal no longer stands on a day: replaced by another, paused or cancelled; empty where it stands."""
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


def _paid(standing: Iterable[Commitment], catalog: Catalog) -> Iterable[Commitment]:
    """The rows whose dollars count: no dollars of a kind that a later statement of the same deal or its whole has."""
    priced = [deal for deal in standing if deal.amount is not None]
    holders = {deal.commitment_id: _holders(deal.commitment_id, catalog) for deal in priced}

    def has(other: Commitment, deal: Commitment) -> bool:
        if other.money_kind != deal.money_kind or other.commitment_id not in holders[deal.commitment_id]:
            return False
        again = deal.commitment_id in holders[other.commitment_id]  # one deal, stated twice
        return not again or (other.announced, other.commitment_id) > (deal.announced, deal.commitment_id)

    return [deal for deal in priced if not any(has(other, deal) for other in priced)]


def _holders(deal_id: str, catalog: Catalog) -> set[str]:
    """A deal, the other statements of it, and the wholes that any of them is part of, however far."""
    links = [link for link in catalog.links.values() if link.relation in ("restates", "part of")]
    found, new = {deal_id}, {deal_id}
    while new:
        up = {link.to_id for link in links if link.from_id in new}
        new = (up | {link.from_id for link in links if link.to_id in new and link.relation == "restates"}) - found
        found |= new
    return found


def _equity(user: str, catalog: Catalog, as_of: date) -> list[Commitment]:
    """Money put into a user, as far as it stood on a day."""
    return [
        deal
        for deal in catalog.commitments.values()
        if deal.layer == "investment"
        and (deal.user or deal.buyer) == user
        and deal.amount is not None
        and not deal.aggregate
        and announced_by(deal, as_of)
        and not ended(deal, catalog, as_of)
    ]


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
