"""Who has been promised how much: floor, best and ceiling of any set of deals, no megawatt twice.

A megawatt has one user, one host and one chip supplier. Deals stand in two layers, chips and the capacity that houses
them; links say what replaces, restates, contains or fills what. Odds of realisation come after the overlap.
Source: method section 4.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from graphlib import TopologicalSorter
from typing import Literal

import numpy as np

from dashboard.catalog import Catalog
from dashboard.core import overlap
from dashboard.core.draws import Array, Draws
from dashboard.estimates.deals import commitment_ask
from dashboard.estimates.dollars import with_term
from dashboard.estimates.estimate import estimate, levels, middle_of
from dashboard.estimates.ledger_rows import Selection, select, tables_ledger
from dashboard.records import Commitment
from dashboard.units import Quantity, magnitude, quantity

Basis = Literal["stated", "it", "facility"]
BASES: tuple[Basis, ...] = ("stated", "it", "facility")
STATUSES = {
    "operating": "energised",
    "under construction": "building",
    "signed": "signed",
    "announced": "request",
    "cancelled": "request",
    "paused": "request",
}


@dataclass(frozen=True)
class Entry:
    """One deal that counts: its layer, its size on each basis (GW, draws), its odds, and what is inside it."""

    deal: Commitment
    sizes: Mapping[Basis, Array]
    reading: str
    contains: tuple[str, ...] = ()

    @property
    def is_chips(self) -> bool:
        """Whether it is in the layer of chips."""
        return self.deal.layer == "chips"

    @property
    def scope(self) -> str:
        """Which overlap applies to capacity: that of sites, or that of rented clouds."""
        return self.deal.ledger or ("stargate" if self.deal.kind == "site" else "cloud")

    def median(self, basis: Basis) -> float:
        """Its size in GW."""
        return middle_of(self.sizes[basis])


@dataclass(frozen=True)
class Totals:
    """Sums in GW on one basis; each is five levels (5, 25, 50, 75, 95 %)."""

    chips: tuple[float, ...]
    capacity: tuple[float, ...]
    both: tuple[float, ...]
    floor: tuple[float, ...]
    best: tuple[float, ...]
    ceiling: tuple[float, ...]
    realised: tuple[float, ...]


@dataclass(frozen=True)
class Ledger:
    """The deals that count, those that do not with the reason, those whose dollars do, and the totals on each basis."""

    title: str
    entries: tuple[Entry, ...]
    paid: tuple[Commitment, ...]
    left_out: Mapping[str, str]
    totals: Mapping[Basis, Totals]
    source_ids: tuple[str, ...]
    seed: int
    draws: int
    data_version: str


def openai_ledger(catalog: Catalog, draws: Draws | None = None) -> Ledger:
    """The worked ledger of method section 4: the rows that the table marks for it, as announced up to February 2026."""
    return ledger(tables_ledger(catalog), catalog, "OpenAI, a selection up to February 2026", draws)


def users_of(catalog: Catalog) -> tuple[str, ...]:
    """Users with at least two deals, most deals first."""
    counts = Counter(deal.user for deal in catalog.commitments.values() if deal.user and not deal.aggregate)
    return tuple(name for name, count in counts.most_common() if count > 1)


def user_ledger(catalog: Catalog, user: str, as_of: date, draws: Draws | None = None) -> Ledger:
    """All deals of one user as they stood on a day: rows announced by then, replacements by then."""
    return ledger(select(catalog, user, as_of), catalog, f"{user}, as of {as_of:%B %Y}", draws)


def ledger(selection: Selection, catalog: Catalog, title: str, draws: Draws | None = None) -> Ledger:
    """The ledger of any selection of deals."""
    draws = draws or Draws()
    left_out = dict(selection.left_out)
    sized: dict[str, Entry] = {}
    for deal in selection.rows:
        try:
            entry = _entry(with_term(deal, catalog), catalog, draws)
        except ValueError as error:  # such as a contract that is not longer than its ramp
            left_out[deal.commitment_id] = str(error)
            continue
        if entry is None:
            left_out[deal.commitment_id] = "no power, chips or dollars that give a power"
        else:
            sized[deal.commitment_id] = entry
    made = _with_parts(sized, selection.parts)
    inside = {part: whole.deal.commitment_id for whole in made.values() for part in whole.contains}
    left_out |= {part: f"part of {whole}, which counts" for part, whole in inside.items()}
    entries = tuple(made[name] for name in sized if name not in inside)
    fills = tuple((made[chips], house, share) for (chips, house), share in selection.fills.items() if chips in made)
    totals = {basis: _totals(entries, basis, fills, catalog, draws) for basis in BASES}
    return Ledger(
        title=title,
        entries=entries,
        paid=selection.paid,
        left_out=left_out,
        totals=totals,
        source_ids=tuple(dict.fromkeys(entry.deal.source_id for entry in entries)),
        seed=draws.seed,
        draws=draws.count,
        data_version=catalog.version,
    )


def _entry(deal: Commitment, catalog: Catalog, draws: Draws) -> Entry | None:
    ask = commitment_ask(deal, catalog)
    if ask is None:
        return None
    results = estimate(ask, catalog, draws).results
    sizes = {"it": results["it_rated"], "facility": results["facility_peak"]}
    sizes["stated"] = ask.amount if ask.kind == "power" else results["it_rated"]
    arrays: dict[Basis, Array] = {basis: _gigawatts(sizes[basis], draws.count) for basis in BASES}
    return Entry(deal, arrays, ask.text)


def _gigawatts(value: Quantity, count: int) -> Array:
    return np.array(np.broadcast_to(magnitude(value, "GW"), (count,)), dtype=float)


def _with_parts(sized: Mapping[str, Entry], parts: Mapping[str, tuple[str, ...]]) -> dict[str, Entry]:
    """Each entry with its named parts taken in: whichever is larger counts, never their sum."""
    named = {whole: [part for part in parts.get(whole, ()) if part in sized] for whole in sized}
    made: dict[str, Entry] = {}
    for name in TopologicalSorter(named).static_order():  # parts before their wholes, however deep
        made[name] = _whole(sized[name], [made[part] for part in named[name]])
    return made


def _whole(entry: Entry, named: Sequence[Entry]) -> Entry:
    if not named:
        return entry
    sizes: dict[Basis, Array] = {
        basis: overlap.whole_or_parts(
            quantity(entry.sizes[basis], "GW"), quantity(sum(part.sizes[basis] for part in named), "GW")
        ).m
        for basis in BASES
    }
    within = [inner for part in named for inner in (part.deal.commitment_id, *part.contains)]
    return Entry(entry.deal, sizes, entry.reading, tuple(within))


# --- overlap, then odds -----------------------------------------------------------------------------------------------


Fill = tuple[Entry, str, float]  # chips, the house they stand in, and the share of them that does


def _totals(entries: Sequence[Entry], basis: Basis, fills: Sequence[Fill], catalog: Catalog, draws: Draws) -> Totals:
    chips = [entry for entry in entries if entry.is_chips]
    housing = [entry for entry in entries if not entry.is_chips]
    a = _sizes(chips, basis, draws.count)
    b = _sizes(housing, basis, draws.count)
    inside = _matched(a, housing, b, _linked(fills, basis, a, housing, b), catalog, draws)
    sum_a, sum_b = quantity(a.sum(axis=0), "GW"), quantity(b.sum(axis=0), "GW")
    best = overlap.union(sum_a, sum_b, quantity(inside.sum(axis=0), "GW"))
    realised = _realised(chips, housing, a, b, inside, catalog, draws)
    return Totals(
        chips=_levels(sum_a),
        capacity=_levels(sum_b),
        both=_levels(quantity(inside.sum(axis=0), "GW")),
        floor=_levels(overlap.floor(sum_a, sum_b)),
        best=_levels(best),
        ceiling=_levels(overlap.ceiling(sum_a, sum_b)),
        realised=_levels(quantity(realised, "GW")),
    )


def _sizes(entries: Iterable[Entry], basis: Basis, count: int) -> Array:
    rows = [entry.sizes[basis] for entry in entries]
    return np.array(rows).reshape(len(rows), count)


def _levels(value: Quantity) -> tuple[float, ...]:
    return tuple(levels(np.asarray(value.m, dtype=float)).tolist())


def _linked(fills: Sequence[Fill], basis: Basis, a: Array, housing: Sequence[Entry], b: Array) -> Array:
    """The part of each capacity that links with a share fill; a house inside another fills that one."""
    linked = np.zeros_like(b)
    for chips, name, share in fills:
        for j, house in enumerate(housing):
            if chips.is_chips and name in (house.deal.commitment_id, *house.contains):
                linked[j] += np.minimum(share * chips.sizes[basis], b[j] - linked[j])
    bought = a.sum(axis=0)
    return linked * (bought / np.maximum(np.maximum(linked.sum(axis=0), bought), np.finfo(float).tiny))


def _matched(a: Array, housing: Sequence[Entry], b: Array, linked: Array, catalog: Catalog, draws: Draws) -> Array:
    """The part of each capacity that houses chips of the other layer: max(linked, w B), while there are chips.

    A link with a share tells where chips stand; the rest of that house keeps its overlap, so a link never adds.
    """
    if not a.size or not housing:
        return linked
    shares = np.array([_overlap(entry, catalog, draws) for entry in housing])
    free = quantity(np.maximum(shares * b - linked, 0.0), "GW")
    left = quantity(a.sum(axis=0) - linked.sum(axis=0), "GW")
    return linked + overlap.matched(left, free, Quantity(1.0, "")).m


def _overlap(entry: Entry, catalog: Catalog, draws: Draws) -> Array:
    row = catalog.parameter("overlap", entry.scope)
    return np.asarray(row.spread.at(draws(f"overlap of {entry.scope} of {entry.deal.user}")).m)


def _realised(
    chips: Sequence[Entry], housing: Sequence[Entry], a: Array, b: Array, inside: Array, catalog: Catalog, draws: Draws
) -> Array:
    """A megawatt of chips that has a house has the odds of the house; the rest of each layer has its own."""
    total = b * _odds(housing, catalog, draws)
    bought = a.sum(axis=0)
    homeless = np.where(bought > 0, 1 - inside.sum(axis=0) / np.where(bought > 0, bought, 1.0), 0.0)
    alone = a * homeless * _odds(chips, catalog, draws)
    return np.asarray(total.sum(axis=0) + alone.sum(axis=0))


def _odds(entries: Sequence[Entry], catalog: Catalog, draws: Draws) -> Array:
    rows = []
    for entry in entries:
        row = catalog.parameter("realisation", STATUSES[entry.deal.status])
        own = entry.deal.commitment_id
        rows.append(row.spread.at(draws.shared("realisation", group="all", own=own, correlation=row.correlation)).m)
    return np.array(rows).reshape(len(rows), draws.count)
