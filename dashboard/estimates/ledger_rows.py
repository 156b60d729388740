"""Which rows of commitments.csv count together on a day, by their links; each other row with the reason.

Source: method section 4, rules 1 and 2.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    statements = _statements(catalog, as_of)
    rows = tuple(_without_restated(known, statements, left_out))
    stands = _stands(rows, statements, catalog, as_of)
    paid = (*_paid(known, catalog, as_of), *_equity(user, catalog, as_of))
    return Selection(rows, left_out, _parts(rows, catalog, stands), _fills(rows, catalog, stands), paid)


def _refusal(deal: Commitment, catalog: Catalog, as_of: date) -> str:
    if deal.aggregate or deal.layer == "user claim":
        return "a total of other rows: never added"
    if deal.layer == "investment":
        return "money put into a company"
    if not announced_by(deal, as_of):
        return "not yet announced on that day"
    return ended(deal, catalog, as_of)


def ended(deal: Commitment, catalog: Catalog, as_of: date) -> str:
    """Why a deal no longer stands on a day: replaced by another, paused or cancelled; empty where it stands.

    What replaces one statement of a deal replaces them all, but for later ones. Totals are not statements of one deal.
    """
    replaced = _replacements(deal, catalog)
    done = [link.from_id for link in replaced if announced_by(catalog.commitments[link.from_id], as_of)]
    if not done and not deal.aggregate:
        for other in sorted(_stated(deal, catalog, as_of)):
            after = (catalog.commitments[link.from_id] for link in _replacements(catalog.commitments[other], catalog))
            done += [row.commitment_id for row in after if announced_by(row, as_of) and row.announced > deal.announced]
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


def _statements(catalog: Catalog, as_of: date) -> dict[str, frozenset[str]]:
    """All statements of each deal that is known on a day."""
    known = (deal for deal in catalog.commitments.values() if announced_by(deal, as_of))
    return {deal.commitment_id: frozenset(_stated(deal, catalog, as_of)) for deal in known}


def _stated(deal: Commitment, catalog: Catalog, as_of: date) -> set[str]:
    """All statements of one deal that are known on a day, itself among them."""
    links = [link for link in catalog.links.values() if link.relation == "restates"]
    found = new = {deal.commitment_id}
    while new:
        near = {end for link in links for end in (link.from_id, link.to_id) if {link.from_id, link.to_id} & found}
        new = {i for i in near - found if announced_by(catalog.commitments[i], as_of)}
        found = found | new
    return found


def _without_restated(
    known: Sequence[Commitment], statements: Mapping[str, frozenset[str]], left_out: dict[str, str]
) -> Iterable[Commitment]:
    """One row for each deal that was stated more than once: the newest with a power, else the newest with a size."""
    newest_last = sorted(known, key=lambda deal: (_detail(deal), deal.announced))
    kept = {statements[deal.commitment_id]: deal.commitment_id for deal in newest_last}
    for deal in known:
        stated = kept[statements[deal.commitment_id]]
        if deal.commitment_id == stated:
            yield deal
        else:
            left_out[deal.commitment_id] = f"the same deal as {stated}, stated again: never added"


def _stands(
    rows: Iterable[Commitment], statements: Mapping[str, frozenset[str]], catalog: Catalog, as_of: date
) -> dict[str, str]:
    """The row that counts for each statement of a deal, and for each deal that another replaced."""
    found = {other: deal.commitment_id for deal in rows for other in statements[deal.commitment_id]}
    left = True
    while left:  # what replaced a deal may have been replaced or restated itself
        left = False
        for deal in catalog.commitments.values():
            for link in _replacements(deal, catalog):
                by = found.get(link.from_id)
                if by is not None and deal.commitment_id not in found and announced_by(deal, as_of):
                    found |= dict.fromkeys(statements[deal.commitment_id], by)
                    left = True
    return found


def _detail(deal: Commitment) -> int:
    return 2 if deal.power is not None else int(deal.amount is not None or deal.chip_count_low is not None)


def _paid(standing: Iterable[Commitment], catalog: Catalog, as_of: date | None = None) -> Iterable[Commitment]:
    """The rows whose dollars count: no dollars of a kind that a later statement of the same deal or its whole has.

    On a day, what replaced a deal is in the wholes of that deal, and holds its parts.
    """
    priced = [deal for deal in standing if deal.amount is not None]
    holders = {deal.commitment_id: _holders(deal.commitment_id, catalog, as_of) for deal in priced}

    def has(other: Commitment, deal: Commitment) -> bool:
        if other.money_kind != deal.money_kind or other.commitment_id not in holders[deal.commitment_id]:
            return False
        again = deal.commitment_id in holders[other.commitment_id]  # one deal, stated twice
        return not again or (other.announced, other.commitment_id) > (deal.announced, deal.commitment_id)

    return [deal for deal in priced if not any(has(other, deal) for other in priced)]


def _holders(deal_id: str, catalog: Catalog, as_of: date | None = None) -> set[str]:
    """A deal, the other statements of it, and the wholes that any of them is part of, however far.

    With a day, what had replaced a deal by then is as another statement of it.
    """
    same = ("restates",) if as_of is None else ("restates", "replaces")
    links = [
        link
        for link in catalog.links.values()
        if link.relation in (*same, "part of")
        and (as_of is None or announced_by(catalog.commitments[link.from_id], as_of))
    ]
    found, new = {deal_id}, {deal_id}
    while new:
        up = {link.to_id for link in links if link.from_id in new}
        new = (up | {link.from_id for link in links if link.to_id in new and link.relation in same}) - found
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


def _parts(
    rows: Iterable[Commitment], catalog: Catalog, stands: Mapping[str, str] | None = None
) -> dict[str, tuple[str, ...]]:
    """The parts of each whole among the rows; `stands` gives the row that counts for another statement of it."""
    found: dict[str, dict[str, None]] = {}
    for part, whole, _ in _among(rows, "part of", catalog, stands or {}):
        found.setdefault(whole, {})[part] = None
    return {whole: tuple(parts) for whole, parts in found.items()}


def _fills(rows: Iterable[Commitment], catalog: Catalog, stands: Mapping[str, str]) -> dict[tuple[str, str], float]:
    """The share of the chips of a row that another houses: by its own link, else by that of an earlier statement."""
    found: dict[tuple[str, str], float] = {}
    for chips, housing, link in _among(rows, "fills", catalog, stands):
        own = (link.from_id, link.to_id) == (chips, housing)
        if link.share is not None and (own or (chips, housing) not in found):
            found[chips, housing] = link.share
    return found


def _among(
    rows: Iterable[Commitment], relation: str, catalog: Catalog, stands: Mapping[str, str]
) -> Iterator[tuple[str, str, Link]]:
    """The links of a relation whose ends, or what stands for them, are two of the rows."""
    ids = {deal.commitment_id for deal in rows}
    for link in catalog.links.values():
        if link.relation == relation:
            start, end = (stands.get(end, end) for end in (link.from_id, link.to_id))
            if start != end and {start, end} <= ids:
                yield start, end, link
