"""The numbers that readers quote: what an update of the tables would move. To add one, add a line to `HEADLINES`."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dashboard.catalog import Catalog
from dashboard.estimates.ask import BASES, BASIS_NAMES, Ask, basis_weights
from dashboard.estimates.deals import commitment_ask
from dashboard.estimates.estimate import Estimate, estimate, quantiles
from dashboard.estimates.ledger import openai_ledger, user_ledger, users_of
from dashboard.estimates.score import case_of, score, summary
from dashboard.estimates.series import timeline
from dashboard.units import magnitude

CLAIM = "agg-openai-2025-10"
STORY = {"openai-aws-2025": "AWS for OpenAI", "anthropic-rainier-2025": "Rainier for Anthropic"}
MONTH = "2030-12"
GRIDS = ("ita", "usa", "deu", "fra", "gbr", "irl", "world")


@dataclass(frozen=True)
class Headline:
    """One quoted number: its middle, and its 5th and 95th percentile where it has a range."""

    name: str
    unit: str
    value: float
    low: float | None = None
    high: float | None = None


class HeadlineError(ValueError):
    """A headline cannot be worked out from these tables."""


Work = Callable[[Catalog], Iterator[Headline]]
FAULTS = (LookupError, ValueError, ArithmeticError, TypeError, AssertionError)  # what rows that do not fit may raise


def headlines(catalog: Catalog, *, plans: bool = False) -> tuple[Headline, ...]:
    """The headline numbers of a catalog, with those of its sites where `plans` are asked for, which take a second.

    Raises:
        HeadlineError: one cannot be worked out, such as when the row it stands on is gone.
    """
    found: list[Headline] = []
    for name, work in (HEADLINES | ({"plans": site_totals} if plans else {})).items():
        try:
            found += work(catalog)
        except FAULTS as error:
            missing = isinstance(error, KeyError)
            reason = f"there is no row {error}" if missing else str(error) or type(error).__name__
            raise HeadlineError(f"headline {name}: must be possible to work out, but {reason}") from error
    for headline in found:
        if not all(math.isfinite(end) for end in (headline.value, headline.low or 0, headline.high or 0)):
            raise HeadlineError(f"headline {headline.name}: must be a finite number, got {headline.value}")
    return tuple(found)


def _claim(catalog: Catalog, basis: str) -> Estimate:
    deal = catalog.commitments[CLAIM]
    if deal.power is None:
        raise HeadlineError(f"{CLAIM} has no power")
    weights = basis_weights(basis, catalog)
    return estimate(Ask("power", deal.power, None, basis, weights, operator="openai"), catalog)  # type: ignore[arg-type]


def _headline(name: str, answer: Estimate, result: str, unit: str) -> Headline:
    low, _, middle, _, high = answer.quantiles(result)
    return Headline(name, unit, middle, low, high)


def thirty_gigawatts(catalog: Catalog) -> Iterator[Headline]:
    """OpenAI's 30 GW in TWh a year, on each basis."""
    for basis in BASES:
        yield _headline(f"OpenAI's 30 GW, {BASIS_NAMES[basis]}", _claim(catalog, basis), "annual_energy", "TWh")


def story_deals(catalog: Catalog) -> Iterator[Headline]:
    """The story's deals at the meter and in a year."""
    for deal_id, label in STORY.items():
        ask = commitment_ask(catalog.commitments[deal_id], catalog, prefer="chips", least=True)
        if ask is None:
            raise HeadlineError(f"{deal_id} has no power, chips or dollars that can be read")
        answer = estimate(ask, catalog)
        yield _headline(f"{label}, facility peak", answer, "facility_peak", "MW")
        yield _headline(f"{label}, energy a year", answer, "annual_energy", "TWh")


def ledger_total(catalog: Catalog) -> Iterator[Headline]:
    """What OpenAI was promised in all, no megawatt twice, and what of it is likely to come."""
    totals = openai_ledger(catalog).totals
    for basis, label in (("it", "IT power"), ("facility", "facility power")):
        found = totals[basis]  # type: ignore[index]
        for name, (low, _, middle, _, high) in (("promised", found.best), ("likely to come", found.realised)):
            yield Headline(f"OpenAI's ledger, {name}, {label}", "GW", middle, low, high)


def user_totals(catalog: Catalog) -> Iterator[Headline]:
    """The deals of each user counted once, as stated."""
    for user in users_of(catalog):
        low, _, middle, _, high = user_ledger(catalog, user, catalog.as_of).totals["stated"].best
        yield Headline(f"Deals of {user}, counted once", "GW", middle, low, high)


def site_totals(catalog: Catalog) -> Iterator[Headline]:
    """What all sites have announced and what is likely, at the end of 2030."""
    (total,) = timeline(catalog, catalog.as_of, groupings=("total",)).by("total").values()
    for line in ("announced", "likely"):
        low, _, middle, _, high = (level / 1000 for level in total.at(line, MONTH))
        yield Headline(f"All sites, {line} by the end of 2030", "GW", middle, low, high)


def plan_inputs(catalog: Catalog) -> tuple[object, ...]:
    """All that `site_totals` reads: they cannot move where this is the same."""
    read_until = max((row.accessed for row in catalog.sources.values()), default="")
    tables = (catalog.sites, catalog.milestones, catalog.parameters, catalog.accelerators, catalog.claim_types)
    return read_until, *(tuple(table.values()) for table in tables)


def grid_shares(catalog: Catalog) -> Iterator[Headline]:
    """OpenAI's 30 GW as a share of each grid's yearly demand."""
    energy = _claim(catalog, "unknown").results["annual_energy"]
    for grid_id in GRIDS:
        grid = catalog.grids[grid_id]
        if grid.demand is not None:
            low, _, middle, _, high = quantiles(100 * magnitude(energy / grid.demand, "ratio"))
            yield Headline(f"OpenAI's 30 GW as a share of {grid.name}", "%", middle, low, high)


def accuracy(catalog: Catalog) -> Iterator[Headline]:
    """Our estimates against the independent pairs, as the page of the score has them: median error and bias."""
    pairs = [pair for pair in catalog.pairs.values() if pair.independent]
    result = summary(score([case_of(pair) for pair in pairs], catalog))
    if result["scored"]:
        yield Headline("Score, pairs scored", "", float(result["scored"]))
        yield Headline("Score, median error", "%", 100 * result["median_ape"])
        yield Headline("Score, bias", "", result["bias"])


HEADLINES: dict[str, Work] = {
    "30 GW": thirty_gigawatts,
    "story deals": story_deals,
    "ledger": ledger_total,
    "users": user_totals,
    "grid shares": grid_shares,
    "score": accuracy,
}
