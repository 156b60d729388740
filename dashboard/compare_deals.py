"""Deals as comparisons: the ledger of one user or of each counted once, and who sells, houses and pays whom."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from dashboard import workings
from dashboard.catalog import Catalog
from dashboard.compare import COLUMNS, ESTIMATE, METHOD, Comparison, source_names, summed_levels
from dashboard.core.draws import Array
from dashboard.estimates.estimate import quantiles
from dashboard.estimates.ledger import Basis, Ledger
from dashboard.records import Commitment
from dashboard.units import counted, exact, given_text, magnitude, reader_text, spread_text
from dashboard.workings.lines import number

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
OWN = " (own use)"
SUMMED = {
    "GW": "Median of IT power, 90\u00a0% range in brackets; deals are summed in the draws, so medians do not add up.",
    "billion USD": "Dollars as published; the sum of several deals is ours.",
}
LEADS = ("Best: counted once", "Likely built, by status")
NEVER = {
    "GW": "The chips stand in the sites",
    "billion USD": "Capital, contracts, rent and money put into a company are different dollars",
}
BASIS_WORDS = {"stated": "as stated", "it": "IT power", "facility": "facility power"}


def ledger_bars(book: Ledger, basis: Basis, catalog: Catalog) -> Comparison:
    """Floor, best and ceiling of a user's deals in GW on one basis, with the layers and the overlap they rest on."""
    rows = [_part(book, name, label, basis) for name, label in PARTS]
    return Comparison(
        id="ledger",
        title=f"{book.title}: the deals counted once, {BASIS_WORDS[basis]}",
        answer=f"{_counted(book, basis)} counted once{''.join(mixed(book, basis))}. Added up blindly the deals make "
        f"{sum_text(book.totals[basis].ceiling)}.",
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
    rows = [_part(book, "best", user, basis) for user, book in ranked]
    first, second = (f"{user} {_counted(book, basis)}" for user, book in ranked[:2])
    used = [source for _, book in ranked for source in book.source_ids]
    return Comparison(
        id="ledger",
        title=f"The deals of {len(books)} users as of {catalog.as_of:%B %Y}, each counted once, {BASIS_WORDS[basis]}",
        answer=f"{first}, {second}{''.join(mixed_for(*ranked[0], basis))}. Users are never added up: what one builds "
        f"another may rent. {own_use('a company')}",
        axis=f"Capacity, GW, {BASIS_WORDS[basis]}",
        unit="GW",
        kind="capacity",
        table=pd.DataFrame(rows, columns=COLUMNS),
        sources=source_names(catalog, dict.fromkeys(used)),
        method=METHOD,
        version=catalog.version,
        worked=partial(workings.of_ledgers, dict(ranked), basis, catalog),
    )


def own_use(user: str) -> str:
    """What the deals of a user that builds for itself do not hold."""
    return f"What {user} builds for its own use is here only as far as it was announced as a commitment."


def _part(book: Ledger, name: str, label: str, basis: Basis) -> dict[str, object]:
    """A sum of a ledger: an estimate, but where every size in it was published on the basis."""
    layer = {"chips": True, "capacity": False}.get(name)
    deals = [entry.deal for entry in book.entries if layer in (None, entry.is_chips)]
    published = 0 if name in ("both", "realised") else len(deals)  # overlap and odds are ours
    levels, note = getattr(book.totals[basis], name), f"{len(deals)} deals"
    row = summed_levels(label, levels, "GW", published, basis=BASIS_WORDS[basis], note=note)
    return row if row["nature"] == ESTIMATE else row | _origin(deals)


def _origin(deals: Sequence[Commitment]) -> dict[str, str]:
    """The sources of deals, and the date of one."""
    sources = "; ".join(dict.fromkeys(deal.source_id for deal in deals))
    return {"date": deals[0].announced if len(deals) == 1 else "", "sources": sources}


def mixed(book: Ledger, basis: Basis) -> tuple[str, ...]:
    """What a sum of powers as stated is on one basis, words and numbers in turn; empty where all are of one basis."""
    others: tuple[Basis, ...] = ("it", "facility")
    if basis != "stated" or book.totals["stated"].best in [book.totals[other].best for other in others]:
        return ()
    return "; bases mixed: as IT ", _counted(book, "it"), ", as facility ", _counted(book, "facility")


def mixed_for(user: str, book: Ledger, basis: Basis) -> tuple[str, ...]:
    """The same of one of several users."""
    told = mixed(book, basis)
    return (*told, f" for {user}") if told else ()


def _counted(book: Ledger, basis: Basis) -> str:
    low, _, middle, _, high = (1000 * value for value in book.totals[basis].best)
    return spread_text(low, middle, high, "MW")


def sum_text(levels: Sequence[float]) -> str:
    """A sum in GW with its range; to three figures, as a picture has it, where it is a sum of published figures."""
    low, _, middle, _, high = (1000 * level for level in levels)
    return reader_text(middle, "MW", 3) if exact(low, high) else spread_text(low, middle, high, "MW")


Sized = tuple[Commitment, Array]  # a deal and its size in the unit of the ribbons, in draws


def flows(books: Sequence[Ledger], unit: str, title: str, catalog: Catalog) -> Comparison:
    """Who sells to whom, a ribbon for each pair and layer, in GW (IT) or billion dollars.

    Only deals that count are drawn, so that nothing is there twice in one layer; in dollars the ribbons are by kind of
    money, that put into the users among them. What all ribbons of a name and layer make stands in each of their rows.
    """
    sized = _gigawatts(books) if unit == "GW" else _dollars(books)
    found: dict[tuple[str, str, str], list[Sized]] = {}
    for deal, size in sized:
        giver, taker = _names(deal)
        found.setdefault((giver, taker, deal.layer if unit == "GW" else deal.money_kind), []).append((deal, size))
    largest = sorted(found.items(), key=lambda item: -_levels(item[1])[2])
    most = max((_levels(deals)[2] for deals in found.values()), default=0.0)
    rows = []
    for (giver, taker, layer), deals in largest:
        row = _flow(f"{giver} → {taker.removesuffix(OWN)}", deals, unit, layer) | {"giver": giver, "taker": taker}
        for side, end in enumerate(("giver", "taker")):
            own = [one for key, those in found.items() if (key[side], key[2]) == (row[end], layer) for one in those]
            row[f"{end}_total"] = _total(own, unit, most)
        rows.append(row)
    ribbons = {f"{giver} → {taker.removesuffix(OWN)}, {layer}": deals for (giver, taker, layer), deals in largest}
    never = f" {NEVER[unit]}, so ribbons of two colours are never added." if len({key[2] for key in found}) > 1 else ""
    return Comparison(
        id="flows",
        title=title,
        answer=f"{counted(f'{len(sized):,}', 'deals')}.{never}",
        axis=unit,
        unit=unit,
        kind="money" if unit == "billion USD" else "capacity",
        table=pd.DataFrame(rows, columns=[*COLUMNS, "giver", "taker", "giver_total", "taker_total"]),
        sources=source_names(catalog, [deal.source_id for deal, _ in sized]),
        method=SUMMED[unit] + (f" Drawn: the {RIBBONS} largest of {len(rows)} ribbons." if len(rows) > RIBBONS else ""),
        basis="IT power" if unit == "GW" else "",
        version=catalog.version,
        form="flows",
        worked=partial(workings.of_flows, ribbons, unit),
    )


def _gigawatts(books: Sequence[Ledger]) -> list[Sized]:
    return [(entry.deal, entry.sizes["it"]) for book in books for entry in book.entries]


def _dollars(books: Sequence[Ledger]) -> list[Sized]:
    return [
        (deal, np.array([magnitude(deal.amount, "billion USD")]))
        for book in books
        for deal in book.paid
        if deal.amount is not None
    ]


def _levels(deals: Sequence[Sized]) -> tuple[float, ...]:
    """The five levels of the sum of deals, made inside each draw."""
    return tuple(quantiles(sum(size for _, size in deals)))


def _total(deals: Sequence[Sized], unit: str, beside: float) -> str:
    """What the ribbons at one end make, as a reader sees it; of dollars also of how many deals it is our sum."""
    low, _, middle, _, high = _levels(deals)
    if unit == "billion USD":
        return f"${number(middle)} bn" + (f", sum of {len(deals)}" if len(deals) > 1 else "")
    return f"{number(middle)} {unit}" if exact(low, high) else spread_text(low, middle, high, unit, beside=beside)


def _flow(label: str, deals: Sequence[Sized], unit: str, layer: str) -> dict[str, object]:
    """A ribbon, with the dates and sources of its deals."""
    return summed_levels(
        label,
        _levels(deals),
        unit,
        len(deals),
        basis=layer,
        note=f"{len(deals)} deals" if len(deals) > 1 else "",
        **_origin([deal for deal, _ in deals]),
    )


def _names(deal: Commitment) -> tuple[str, str]:
    """Who gives and who takes: all suppliers in the order given, or the hosts where none is named or the user is.

    A site that the user builds itself is its own, whoever supplies the current.
    """
    taker = _first(deal.user or deal.buyer)
    if deal.kind == "site" and deal.host == taker and deal.supplier not in ("", taker):
        return f"{taker} itself", taker
    names = deal.supplier if deal.supplier not in ("", taker) else deal.host
    giver = names.replace(";", ",") or "not named"
    return giver, taker if taker != giver else f"{taker}{OWN}"


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
        invested = " of investment" if deal.money_kind == "investment" else ""
        parts.append(given_text(magnitude(deal.amount, "USD"), "USD") + invested + term)
    return "; ".join(parts) or "not published"


def _chips(deal: Commitment) -> str:
    """The count of a whole deal, and apart from it the kind, which may be that of a part only."""
    count = f"{deal.chip_count_low:,.0f}"
    if deal.chip_count_high is not None and deal.chip_count_high != deal.chip_count_low:
        count = f"{count} to {deal.chip_count_high:,.0f}"
    return f"{count} chips in all; kind: {deal.chip_name}" if deal.chip_name else f"{count} chips in all"
