"""Deals as comparisons: the ledger of one user or of each counted once, and who sells, houses and pays whom."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from dashboard import workings
from dashboard.catalog import Catalog
from dashboard.compare import COLUMNS, ESTIMATE, METHOD, READING, Comparison, estimate_levels, reading_row, source_names
from dashboard.estimates.ledger import Basis, Ledger
from dashboard.records import Commitment
from dashboard.units import given_text, magnitude, quantity, reader_text, spread_text

RIBBONS = 28  # drawn; the table behind the figure has all
PARTS = (
    ("chips", "Chip deals, added up"),
    ("capacity", "Sites and clouds, added up"),
    ("both", "of which counted twice"),
    ("floor", "Floor: the larger layer alone"),
    ("best", "Best: counted once"),
    ("ceiling", "Ceiling: as if nothing overlapped"),
    ("realised", "Likely built, by status"),
)
LEADS = ("Best: counted once", "Likely built, by status")
NEVER = {
    "GW": "The chips stand in the sites",
    "billion USD": "Capital, contracts, rent and money put into a company are different dollars",
}
BASIS_WORDS = {"stated": "as stated", "it": "IT power", "facility": "facility power"}


def ledger_bars(book: Ledger, basis: Basis, catalog: Catalog) -> Comparison:
    """Floor, best and ceiling of a user's deals in GW on one basis, with the layers and the overlap they rest on."""
    totals = book.totals[basis]
    rows = [
        estimate_levels(label, getattr(totals, name), "GW", basis=BASIS_WORDS[basis], note=f"{len(book.entries)} deals")
        for name, label in PARTS
    ]
    return Comparison(
        id="ledger",
        title=f"{book.title}: the deals counted once, {BASIS_WORDS[basis]}",
        answer=f"{_counted(book, basis)} counted once; added up blindly the deals make "
        f"{reader_text(1000 * totals.ceiling[2], 'MW')}.",
        axis=f"Capacity, GW, {BASIS_WORDS[basis]}",
        unit="GW",
        kind="capacity",
        table=pd.DataFrame(rows, columns=COLUMNS),
        sources=source_names(catalog, book.source_ids),
        method=METHOD,
        version=catalog.version,
        worked=partial(workings.of_ledger, book, basis, catalog),
        leads=LEADS,
    )


def ledgers_beside(books: Mapping[str, Ledger], basis: Basis, catalog: Catalog) -> Comparison:
    """The deals of each user counted once, in GW on one basis, the largest first; users are never added up."""
    ranked = sorted(books.items(), key=lambda item: -item[1].totals[basis].best[2])
    rows = [
        estimate_levels(
            user, book.totals[basis].best, "GW", basis=BASIS_WORDS[basis], note=f"{len(book.entries)} deals"
        )
        for user, book in ranked
    ]
    first, second = (f"{user} {_counted(book, basis)}" for user, book in ranked[:2])
    used = [source for _, book in ranked for source in book.source_ids]
    return Comparison(
        id="ledger",
        title=f"The deals of {len(books)} users, each counted once, {BASIS_WORDS[basis]}",
        answer=f"{first}, {second}. Users are never added up: what one builds another may rent. What a company "
        "builds for its own use is here as far as it was announced as a commitment.",
        axis=f"Capacity, GW, {BASIS_WORDS[basis]}",
        unit="GW",
        kind="capacity",
        table=pd.DataFrame(rows, columns=COLUMNS),
        sources=source_names(catalog, dict.fromkeys(used)),
        method=METHOD,
        version=catalog.version,
        worked=partial(workings.of_ledgers, dict(ranked), basis, catalog),
    )


def _counted(book: Ledger, basis: Basis) -> str:
    low, _, middle, _, high = (1000 * value for value in book.totals[basis].best)
    return spread_text(low, middle, high, "MW")


def flows(books: Sequence[Ledger], unit: str, title: str, catalog: Catalog) -> Comparison:
    """Who sells to whom, a ribbon for each pair and layer, in GW (IT, median) or billion dollars.

    Only deals that count in the ledgers are drawn, so that nothing is there twice in one layer; in dollars the ribbons
    are by kind of money, and the money put into the users comes on top.
    """
    sized = _gigawatts(books) if unit == "GW" else _dollars(books, catalog)
    found: dict[tuple[str, str, str], list[tuple[Commitment, float]]] = {}
    for deal, size in sized:
        colour = deal.layer if unit == "GW" else deal.money_kind
        taker = _first(deal.user or deal.buyer)
        key = (_giver(deal, taker), taker, colour)
        found.setdefault(key, []).append((deal, size))
    summed = {key: sum(size for _, size in deals) for key, deals in found.items()}
    ribbons = {f"{giver} → {taker}, {layer}": deals for (giver, taker, layer), deals in found.items()}
    rows = []
    for (giver, taker, layer), size in sorted(summed.items(), key=lambda item: -item[1]):
        row = _flow(f"{giver} → {taker}", size, unit, layer)
        rows.append(row | {"giver": giver, "taker": taker if taker != giver else f"{taker} (own use)"})
    return Comparison(
        id="flows",
        title=title,
        answer=f"{len(sized)} deals. {NEVER[unit]}, so ribbons of two colours are never added.",
        axis=unit,
        unit=unit,
        kind="money" if unit == "billion USD" else "capacity",
        table=pd.DataFrame(rows, columns=[*COLUMNS, "giver", "taker"]),
        sources=source_names(catalog, [deal.source_id for deal, _ in sized]),
        method=("GW are medians of IT power worked out deal by deal." if unit == "GW" else "Dollars as published.")
        + (f" Drawn: the {RIBBONS} largest of {len(rows)} ribbons." if len(rows) > RIBBONS else ""),
        basis="IT power" if unit == "GW" else "",
        version=catalog.version,
        form="flows",
        worked=partial(workings.of_flows, ribbons, unit),
    )


def _gigawatts(books: Sequence[Ledger]) -> list[tuple[Commitment, float]]:
    return [(entry.deal, entry.median("it")) for book in books for entry in book.entries]


def _dollars(books: Sequence[Ledger], catalog: Catalog) -> list[tuple[Commitment, float]]:
    counted = [entry.deal for book in books for entry in book.entries]
    users = {deal.user for deal in counted}
    rows = catalog.commitments.values()
    equity = [deal for deal in rows if deal.layer == "investment" and (deal.user or deal.buyer) in users]
    return [
        (deal, float(magnitude(deal.amount, "billion USD")))
        for deal in [*counted, *equity]
        if deal.amount is not None and not deal.aggregate and deal.status not in ("cancelled", "paused")
    ]


def _flow(label: str, size: float, unit: str, layer: str) -> dict[str, object]:
    return reading_row(label, quantity(size, unit), unit, ESTIMATE if unit == "GW" else READING, basis=layer)


def _giver(deal: Commitment, taker: str) -> str:
    """All suppliers of a deal in the order given; its hosts where none is named or the user itself is."""
    names = deal.supplier if deal.supplier not in ("", taker) else deal.host
    return names.replace(";", ",") or "not named"


def _first(names: str) -> str:
    return names.split(";", maxsplit=1)[0].strip() or "not named"


def stated(deal: Commitment) -> str:
    """What a deal states: power with its basis, chips, dollars and term; told where it is nothing."""
    parts = []
    if deal.power is not None:
        basis = workings.BASIS_NAMES.get(deal.power_basis, workings.BASIS_NAMES["unknown"])
        parts.append(f"{given_text(magnitude(deal.power, 'MW'), 'MW')} ({basis})")
    if deal.chip_count_low is not None:
        parts.append(_chips(deal))
    if deal.amount is not None:
        term = f" over {given_text(magnitude(deal.term, 'year'), 'years')}" if deal.term is not None else ""
        parts.append(given_text(magnitude(deal.amount, "USD"), "USD") + term)
    return "; ".join(parts) or "not published"


def _chips(deal: Commitment) -> str:
    """The count of a whole deal, and apart from it the kind, which may be that of a part only."""
    count = f"{deal.chip_count_low:,.0f}"
    if deal.chip_count_high is not None and deal.chip_count_high != deal.chip_count_low:
        count = f"{count} to {deal.chip_count_high:,.0f}"
    return f"{count} chips in all; kind: {deal.chip_name}" if deal.chip_name else f"{count} chips in all"
