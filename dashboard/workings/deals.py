"""Deals counted once, and who sells to whom."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboard.catalog import Catalog
from dashboard.core.draws import Array
from dashboard.estimates import dollars
from dashboard.estimates.estimate import middle_of, quantiles
from dashboard.estimates.ledger import STATUSES, Basis, Entry, Ledger
from dashboard.records import Commitment
from dashboard.units import given_text, magnitude, spread_text
from dashboard.workings.lines import GIGA, MOST_LINES, Used, Worked, Working, factors_of, number, sum_text

OWN_BUILDING = "own building"


def of_ledger(book: Ledger, basis: Basis, catalog: Catalog) -> Worked:
    """Layers, overlap, floor, best, ceiling and what is likely, with the deals and the odds behind them."""
    totals = book.totals[basis]
    chips = [entry for entry in book.entries if entry.is_chips]
    housing = [entry for entry in book.entries if not entry.is_chips]
    a, b, both = totals.chips[2], totals.capacity[2], totals.both[2]
    scopes = {entry.scope: catalog.parameter("overlap", entry.scope) for entry in housing if chips}
    shares = ", ".join(f"{number(row.central)} for {scope}" for scope, row in scopes.items())
    odds = [catalog.parameter("realisation", STATUSES[entry.deal.status]) for entry in book.entries]
    alone = 1 - both / a if a > 0 else 0.0
    homeless = (
        f" + (1 − {number(both)} ÷ {number(a)}) × ({_weighed(chips, basis, catalog)})"
        if chips and alone > 0.001
        else ""
    )
    bought, housed = (_terms(layer, basis) for layer in (chips, housing))
    shared = f"w = {shares or 'none'}; a link may state another"
    likely = f"{_weighed(housing, basis, catalog)}{homeless}"
    lines = (
        Working("A, chip deals", "Σ deals for chips", bought, _gigawatts(totals.chips)),
        Working("B, sites and clouds", "Σ deals for capacity", housed, _gigawatts(totals.capacity)),
        Working("AB, in both layers", "min(A, Σ w × B)", shared, _gigawatts(totals.both)),
        Working("Floor", "max(A, B)", f"max({number(a)}, {number(b)})", _gigawatts(totals.floor)),
        Working("Best", "A + B − AB", f"{number(a)} + {number(b)} − {number(both)}", _gigawatts(totals.best)),
        Working("Ceiling", "A + B", f"{number(a)} + {number(b)}", _gigawatts(totals.ceiling)),
        Working("Likely built", "Σ B × odds + (1 − AB ÷ A) × Σ A × odds", likely, _gigawatts(totals.realised)),
    )
    return Worked(
        formulas=lines,
        rows=tuple(_deal_row(entry, basis, catalog) for entry in _largest(book.entries, basis)),
        factors=factors_of([*scopes.values(), *odds]),
        cautions=_not_in(book.left_out.values()),
    )


def of_ledgers(books: Mapping[str, Ledger], basis: Basis, catalog: Catalog) -> Worked:
    """What each user's deals come to counted once, with the deals of all and the overlaps behind them."""
    lines = []
    for user, book in books.items():
        totals = book.totals[basis]
        terms = f"{number(totals.chips[2])} + {number(totals.capacity[2])} − {number(totals.both[2])}"
        lines.append(Working(user, "A + B − AB", terms, _gigawatts(totals.best)))
    entries = [entry for book in books.values() for entry in book.entries]
    scopes = dict.fromkeys(entry.scope for entry in entries if not entry.is_chips)
    return Worked(
        formulas=tuple(lines),
        rows=tuple(_deal_row(entry, basis, catalog) for entry in _largest(entries, basis)),
        factors=factors_of([catalog.parameter("overlap", scope) for scope in scopes]),
        cautions=(
            "A: chip deals; B: sites and clouds; AB: in both layers. Users are never added up.",
            *_not_in(why for book in books.values() for why in book.left_out.values()),
            "In no bar: the deals of users who have only one, and those without a named user.",
        ),
    )


# How a reason begins (`left_out` of a ledger), and what all rows with it are called.
GROUPS = {
    "a total": "totals of other rows",
    "part of": "parts of others",
    "replaced": "replaced",
    "the same deal": "stated again",
    "paused": "paused",
    "cancelled": "cancelled",
    "money": "money put into a company",
    "not yet": "announced later",
}


def _not_in(reasons: Iterable[str]) -> tuple[str, ...]:
    """How many rows do not count and why, in one line; none where all count."""
    counts = Counter(
        next((name for begins, name in GROUPS.items() if why.startswith(begins)), "without a size") for why in reasons
    )
    each = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    return (f"Not in the sums, {counts.total()} rows: {each}.",) if counts else ()


def _terms(entries: Iterable[Entry], basis: Basis) -> str:
    return sum_text((entry.median(basis) for entry in entries), "deals")


def _gigawatts(levels: Sequence[float]) -> str:
    return spread_text(GIGA * levels[0], GIGA * levels[2], GIGA * levels[4], "MW")


def _largest(entries: Iterable[Entry], basis: Basis) -> list[Entry]:
    return sorted(entries, key=lambda entry: -entry.median(basis))


def _weighed(entries: Sequence[Entry], basis: Basis, catalog: Catalog) -> str:
    """Sizes by status, each times the central odds of that status."""
    sizes: dict[str, float] = {}
    for entry in entries:
        status = STATUSES[entry.deal.status]
        sizes[status] = sizes.get(status, 0.0) + entry.median(basis)
    terms = [
        f"{number(size)} × {number(catalog.parameter('realisation', status).central)}" for status, size in sizes.items()
    ]
    return " + ".join(terms) or "0"


def read_as(entry: Entry, catalog: Catalog) -> str:
    """By what a deal was sized; of a contract sized by its dollars also from where we have a term it does not state."""
    term = term_read(catalog.commitments[entry.deal.commitment_id], catalog)
    by_dollars = entry.deal.power is None and entry.deal.chip_count_low is None
    return f"{entry.reading}; {term}" if term and by_dollars else entry.reading


def term_read(deal: Commitment, catalog: Catalog) -> str:
    """The term of a contract whose row has none, and from where we have it; empty where the row has one."""
    if deal.money_kind != "contract" or deal.term is not None:
        return ""
    term, origin = dollars.term_read(deal, catalog)
    if term is None:
        return ""
    return f"term of {given_text(magnitude(term, 'year'), 'years')} read by us: {origin}"


def sides(deal: Commitment) -> str:
    """Who supplies whom; what a buyer builds without a named supplier is told as that."""
    return f"{deal.supplier or OWN_BUILDING} → {deal.buyer}"


def named(text: str, catalog: Catalog) -> str:
    """A text with each id of a deal in it as the deal's supplier, buyer and date."""

    def told(found: re.Match[str]) -> str:
        deal = catalog.commitments.get(found[0])
        return f"{sides(deal).replace(';', ',')} of {deal.announced}" if deal else found[0]

    return re.sub(r"[\w-]+", told, text)


def _deal_row(entry: Entry, basis: Basis, catalog: Catalog) -> Used:
    deal = entry.deal
    low, _, middle, _, high = (GIGA * value for value in quantiles(entry.sizes[basis]))
    holds = f"; holds {named('; '.join(entry.contains), catalog)}" if entry.contains else ""
    return Used(
        label=sides(deal),
        value=spread_text(low, middle, high, "MW"),
        basis=f"{deal.layer}, {deal.status}",
        date=deal.announced,
        source_ids=(deal.source_id,),
        note=f"read as {read_as(entry, catalog)}{holds}",
    )


def of_flows(ribbons: Mapping[str, Sequence[tuple[Commitment, Array]]], unit: str) -> Worked:
    """Each ribbon, the largest first, as the sum of its deals, made inside each draw."""
    lines = [
        Working(
            name,
            "Σ deals",
            sum_text((middle_of(size) for _, size in deals), "deals"),
            _in(sum(size for _, size in deals), unit),
        )
        for name, deals in itertools.islice(ribbons.items(), MOST_LINES)
    ]
    rows = [
        Used(name, _in(size, unit), f"{deal.layer}, {deal.status}", deal.announced, (deal.source_id,))
        for name, deals in ribbons.items()
        for deal, size in deals
    ]
    return Worked(tuple(lines), tuple(rows))


def _in(size: Any, unit: str) -> str:
    low, _, middle, _, high = quantiles(size)
    return spread_text(GIGA * low, GIGA * middle, GIGA * high, "MW") if unit == "GW" else given_text(middle, unit)
