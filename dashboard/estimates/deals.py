"""A commitment of the tables as an ask: by its power, else its chips, else its dollars."""

import dataclasses
from typing import Any

from dashboard.catalog import Catalog
from dashboard.estimates.ask import Ask, basis_weights
from dashboard.records import Chip, Commitment
from dashboard.units import Quantity


def commitment_ask(deal: Commitment, catalog: Catalog, *, prefer: str = "power", least: bool = False) -> Ask | None:
    """The ask of one deal. Money put into a company, the price of chips alone and dollars without a term: None.

    Args:
        deal: the row.
        catalog: for the chip and the odds of the basis.
        prefer: `power`, or `chips` where a chip count shall go before the stated GW.
        least: of a range of counts only the least, with which the deal begins.
    """
    doubts = {"item": deal.commitment_id, "operator": deal.host or deal.supplier, "source_ids": (deal.source_id,)}
    ways = {"power": _by_power, "chips": _by_chips}
    first, second = (ways[prefer], ways["chips" if prefer == "power" else "power"])
    ask = first(deal, catalog, doubts) or second(deal, catalog, doubts) or _by_dollars(deal, doubts)
    return dataclasses.replace(ask, most=None) if least and ask is not None else ask


def _by_power(deal: Commitment, catalog: Catalog, doubts: dict[str, Any]) -> Ask | None:
    if deal.power is None or deal.layer == "investment":
        return None
    basis = deal.power_basis if deal.power_basis in ("it", "facility", "grid") else "unknown"
    weights = basis_weights(basis, catalog)
    if basis == "unknown" and deal.claim_type:
        weights = catalog.claim_types[deal.claim_type].weights
    chip = _sized_chip(deal.chip_id, catalog)
    return Ask("power", deal.power, chip, basis, weights, **doubts)  # type: ignore[arg-type]


def _sized_chip(chip_id: str, catalog: Catalog) -> Chip | None:
    """The chip, where some power of it is published, so that the deal's GW can be turned into chips."""
    chip = catalog.accelerators.get(chip_id)
    if chip is None or chip.tdp is not None or chip.system_power is not None:
        return chip
    return chip if catalog.parameter_or_none("it_power", chip.chip_id, chip.family) else None


def _by_chips(deal: Commitment, catalog: Catalog, doubts: dict[str, Any]) -> Ask | None:
    chip = _sized_chip(deal.chip_id, catalog)
    if chip is None or deal.chip_count_low is None:
        return None
    least, most = (Quantity(count or 0.0, "chip") for count in (deal.chip_count_low, deal.chip_count_high))
    return Ask("chips", least, chip, "it", most=most if most > least else None, **doubts)


def _by_dollars(deal: Commitment, doubts: dict[str, Any]) -> Ask | None:
    if deal.amount is None or deal.money_kind not in ("contract", "capex"):
        return None
    if deal.money_kind == "capex" and deal.kind == "chips":  # what a GW costs has its building in it
        return None
    if deal.money_kind == "capex":
        return Ask("capex", deal.amount.to("USD"), basis="it", **doubts)
    if deal.term is None:
        return None
    return Ask("contract", deal.amount.to("USD"), basis="it", term=deal.term, **doubts)
