"""Chips, dollars and gigawatts of one deal checked against each other: the disagreement is a result.

Source: method sections 1 and 4.
"""

import contextlib
import itertools
from dataclasses import dataclass

from dashboard.catalog import Catalog
from dashboard.core.draws import Draws
from dashboard.core.overlap import Disagreement, disagreement
from dashboard.estimates.ask import Ask
from dashboard.estimates.deals import commitment_ask
from dashboard.estimates.dollars import NoPower, power_of_dollars
from dashboard.estimates.estimate import estimate
from dashboard.records import Commitment
from dashboard.units import Quantity, number_text

WORDS = {"power": "the stated power is", "chips": "the chips make", "money": "the dollars buy"}
OBJECTS = {"chips": "what the chips make", "money": "what the dollars buy"}


@dataclass(frozen=True)
class Check:
    """Two statements of one deal as IT power, and how far they stand apart."""

    commitment_id: str
    first: str
    second: str
    ratio: Disagreement

    @property
    def sentence(self) -> str:
        """What a reader is told."""
        low, middle, high = (number_text(value) for value in (self.ratio.low, self.ratio.central, self.ratio.high))
        verdict = "they agree within their ranges" if self.ratio.agree else "they do not describe the same thing"
        return f"{WORDS[self.first].capitalize()} {middle} times {OBJECTS[self.second]} ({low}–{high}): {verdict}."


def it_readings(deal: Commitment, catalog: Catalog, draws: Draws) -> dict[str, Quantity]:
    """IT power by each statement that a deal makes: power, chips, money; in draws with shared doubts."""
    found: dict[str, Quantity] = {}
    for prefer, kind in (("power", "power"), ("chips", "chips")):
        ask = commitment_ask(deal, catalog, prefer=prefer)
        if isinstance(ask, Ask) and ask.kind == kind:
            found[kind] = estimate(ask, catalog, draws).results["it_rated"]
    with contextlib.suppress(ValueError):  # the ledger says why these dollars give no power
        money = power_of_dollars(deal, catalog, draws)
        if not isinstance(money, NoPower):
            found["money"] = money
    return found


def cross_check(deal: Commitment, catalog: Catalog, draws: Draws | None = None) -> tuple[Check, ...]:
    """Every two statements of a deal against each other; empty where it makes only one."""
    stated = it_readings(deal, catalog, draws or Draws())
    return tuple(
        Check(deal.commitment_id, first, second, disagreement(stated[first], stated[second]))
        for first, second in itertools.combinations(stated, 2)
    )


def cross_checks(catalog: Catalog, draws: Draws | None = None) -> tuple[Check, ...]:
    """The checks of all deals, those that disagree most first."""
    draws = draws or Draws()
    found = [
        c for deal in catalog.commitments.values() if not deal.aggregate for c in cross_check(deal, catalog, draws)
    ]
    return tuple(
        sorted(found, key=lambda check: (check.ratio.agree, -max(check.ratio.central, 1 / check.ratio.central)))
    )
