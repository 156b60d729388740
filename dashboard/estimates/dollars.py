"""Dollars of four kinds to IT power: each kind has its own divisor, and money put into a company has none.

Capital buys buildings and chips; a contract rents a service, chips included; rent pays for a shell without chips.
Source: method sections 1 and 2.
"""

import dataclasses
import statistics
from dataclasses import dataclass

from dashboard.catalog import Catalog
from dashboard.core.draws import Draws
from dashboard.core.power import it_of_facility, peak_pue
from dashboard.core.spread import Spread
from dashboard.estimates.ask import Ask
from dashboard.estimates.estimate import estimate
from dashboard.estimates.readings import moment
from dashboard.records import Commitment
from dashboard.units import Quantity, magnitude, quantity

RELATIONS_OF_ONE_DEAL = ("restates",)


@dataclass(frozen=True)
class NoPower:
    """Why an amount of money gives no power."""

    reason: str


def term_of(deal: Commitment, catalog: Catalog) -> Quantity | None:
    """The term of a deal: as stated, or as `term_read` has it."""
    return deal.term if deal.term is not None else term_read(deal, catalog)[0]


def term_read(deal: Commitment, catalog: Catalog) -> tuple[Quantity | None, str]:
    """The term of a deal that states none, and from where we have it, by the first of these that is known.

    From start to end; from its announcement to the end that a restatement gives; the median of the terms of all
    contracts in the table.
    """
    if deal.start and deal.end:
        years = quantity(round((moment(deal.end) - moment(deal.start)) / 12, 1), "year")
        return years, f"from its start, {deal.start}, to its end, {deal.end}"
    ends = [row.end for row in _same_deal(deal, catalog) if row.end]
    if ends and deal.announced:
        years = quantity(round((moment(max(ends)) - moment(deal.announced)) / 12, 1), "year")
        return years, f"to the {max(ends)} of the amended deal"
    terms = [
        magnitude(row.term, "year")
        for row in catalog.commitments.values()
        if row.term is not None and row.money_kind == "contract" and not row.aggregate
    ]
    median = quantity(statistics.median(terms), "year") if terms else None
    return median, "the median of all contracts in the table"


def _same_deal(deal: Commitment, catalog: Catalog) -> list[Commitment]:
    return [
        catalog.commitments[link.from_id]
        for link in catalog.links.values()
        if link.relation in RELATIONS_OF_ONE_DEAL and link.to_id == deal.commitment_id
    ]


def money_ask(deal: Commitment, catalog: Catalog) -> Ask | NoPower:
    """The ask of a deal's dollars where they are capital or a service; `NoPower` with the reason where not."""
    if deal.amount is None:
        return NoPower("no amount of money is published")
    if deal.money_kind == "investment" or deal.layer == "investment":
        return NoPower("money put into a company buys no power by itself")
    if deal.money_kind == "rent":
        return NoPower("rent of a shell: use `rent_power`, whose divisor comes from other leases")
    if deal.money_kind == "capex" and deal.kind == "chips":
        return NoPower("the price of chips alone: no divisor for it is in the table")
    doubts = {"item": deal.commitment_id, "operator": deal.host or deal.supplier, "source_ids": (deal.source_id,)}
    if deal.money_kind == "capex":
        return Ask("capex", deal.amount.to("USD"), basis="it", **doubts)  # type: ignore[arg-type]
    term = term_of(deal, catalog)
    if term is None:
        return NoPower("a service contract without a term")
    return Ask("contract", deal.amount.to("USD"), basis="it", term=term, **doubts)  # type: ignore[arg-type]


def rent_per_power(catalog: Catalog, without: str = "") -> Spread | None:
    """Yearly rent of a shell per IT power, lowest, median and highest of the leases that state both; None below three.

    `without` leaves one lease out, so that it is not measured by itself.
    """
    found = []
    for deal in catalog.commitments.values():
        term = deal.term
        sized = deal.power is not None and deal.power_basis in ("it", "facility", "unknown")
        other = deal.money_kind == "rent" and deal.commitment_id != without
        if other and sized and deal.amount is not None and term is not None:
            found.append((deal.amount / (_it_power(deal, catalog) * term)).to("million_USD/MW/annum"))
    if len(found) < 3:
        return None
    found.sort(key=lambda value: float(value.m))
    return Spread(found[0], Quantity(statistics.median(value.m for value in found), found[0].u), found[-1])


def _it_power(lease: Commitment, catalog: Catalog) -> Quantity:
    """The IT power of a lease: what its halls feed, so a power of no stated basis is read as that."""
    assert lease.power is not None
    overhead = catalog.parameter("peak_overhead").spread.central
    return it_of_facility(lease.power, peak_pue(overhead)) if lease.power_basis == "facility" else lease.power


def rent_power(deal: Commitment, catalog: Catalog, draws: Draws) -> Quantity | NoPower:
    """IT power behind the rent of a shell: amount / (term x rent per power), or the reason why there is none."""
    if deal.amount is None or deal.term is None:
        return NoPower("a lease without its sum or its term")
    spread = rent_per_power(catalog, without=deal.commitment_id)
    if spread is None:
        return NoPower("fewer than three other leases state both rent and power")
    divisor = spread.at(draws.shared("rent_per_power", group="all", own=deal.commitment_id, correlation=0.5))
    return (deal.amount / (deal.term * divisor)).to("MW")


def power_of_dollars(deal: Commitment, catalog: Catalog, draws: Draws | None = None) -> Quantity | NoPower:
    """IT power behind a deal's dollars by the divisor of their kind, in draws; or why there is none."""
    draws = draws or Draws()
    if deal.money_kind == "rent":
        return rent_power(deal, catalog, draws)
    ask = money_ask(deal, catalog)
    return ask if isinstance(ask, NoPower) else estimate(ask, catalog, draws).results["it_rated"]


def with_term(deal: Commitment, catalog: Catalog) -> Commitment:
    """The deal with its term filled in by `term_of` where it is a contract without one."""
    if deal.money_kind != "contract" or deal.term is not None:
        return deal
    return dataclasses.replace(deal, term=term_of(deal, catalog))
