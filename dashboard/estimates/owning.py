"""What a load costs whoever owns it in a year, and the carbon of making it: what follows from an estimate's capital.

Capital becomes a yearly payment over the life of what it bought, with interest; a bill and a payment of one year may be
added, where capital and contracts may not. Source: method section 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dashboard.catalog import Catalog
from dashboard.core import energy, money
from dashboard.core.draws import Draws
from dashboard.estimates.chains import OWNING
from dashboard.estimates.estimate import Estimate, quantiles
from dashboard.estimates.inputs import DrawnNormals, Factor, Inputs, Medians, Step
from dashboard.units import Quantity, magnitude, spread_text, unit

LONG = 2  # years, from which on a time is not told in months
HOURS = 8_760  # of a year
PARTS = {
    "yearly_it": "Chips and other IT",
    "yearly_building": "Building and its plant",
    "electricity_cost": "Electricity",
    "yearly_running": "Upkeep, taxes, staff",
}
TOTAL, CHIP_HOUR, EMBODIED = "yearly_cost", "chip_hour", "embodied"
LABELS = {TOTAL: "Cost of a year", **PARTS, CHIP_HOUR: "Cost of a chip-hour", EMBODIED: "CO₂ of making it, once"}


@dataclass(frozen=True, eq=False)
class Owned:
    """Draws of each part of a year's cost, of their sum, and of the carbon of making the load once."""

    results: Mapping[str, Quantity]
    factors: tuple[Factor, ...]
    steps: tuple[Step, ...]
    of_capital: tuple[Factor, ...]  # what the estimate itself took its capital and its bill from

    @property
    def levels(self) -> dict[str, tuple[str, tuple[float, ...]]]:
        """Unit and five percentiles of a year's cost and its parts, of a chip-hour, and of the carbon of making it."""
        units = dict.fromkeys((name for name in LABELS if name in self.results), "USD") | {EMBODIED: "Mt"}
        return {name: (to, quantiles(magnitude(self.results[name], to))) for name, to in units.items()}

    @property
    def electricity_share(self) -> Quantity:
        """Of a year's cost that part which is electricity, in each draw."""
        return self.results["electricity_cost"] / self.results[TOTAL]

    @property
    def years_of_running(self) -> Quantity:
        """Years of running that emit as much as making the load once, in each draw."""
        return self.results[EMBODIED] / self.results["emissions"]

    @property
    def source_ids(self) -> tuple[str, ...]:
        """Sources of a year's cost: of what turns capital into years, and of capital and price."""
        used = [factor for factor in (*self.factors, *self.of_capital) if factor.name != "embodied_carbon"]
        return tuple(dict.fromkeys(source for factor in used for source in factor.source_ids))


def owned(answer: Estimate, catalog: Catalog) -> Owned:
    """A year's cost of owning the load of an estimate, and the carbon of making it.

    The draws are those of the estimate: the same seed, the same count, its own capital and bill.
    """
    drawn = Inputs(catalog, answer.ask, DrawnNormals(Draws(answer.draws, answer.seed), answer.ask, catalog))
    results = _chain(drawn, answer.results)
    middle = Inputs(catalog, answer.ask, Medians())
    _chain(middle, {name: answer.median(name) for name in (*_FROM, "chips") if name in answer.results})
    used = {factor.name: factor for factor in answer.factors}
    capital = [used[name] for name in ("capex_per_it_power", "electricity_price") if name in used]
    return Owned(
        {**results, "emissions": answer.results["emissions"]},
        tuple(drawn.factors.values()),
        tuple(middle.steps),
        tuple(capital),
    )


def cost_texts(cost: Owned) -> tuple[str, str]:
    """A year's cost of owning the load, and the share of it that is electricity, each with its range."""
    dollars, (low, _, middle, _, high) = cost.levels[TOTAL]
    least, _, share, _, most = quantiles(100 * cost.electricity_share.m_as(""))
    return spread_text(low, middle, high, dollars), spread_text(least, share, most, "%")


def chip_hour_text(cost: Owned) -> str:
    """What each hour of each chip costs its owner, with its range; empty where no chips were worked out."""
    if CHIP_HOUR not in cost.results:
        return ""
    dollars, (low, _, middle, _, high) = cost.levels[CHIP_HOUR]
    return spread_text(low, middle, high, dollars)


def carbon_texts(cost: Owned) -> tuple[str, str]:
    """The carbon of making the load, and how long it runs to emit as much, each with its range.

    The second is empty where running emits nothing: an intensity may be set to 0.
    """
    carbon, (low, _, middle, _, high) = cost.levels[EMBODIED]
    if not np.all(cost.results["emissions"].m > 0):
        return spread_text(low, middle, high, carbon), ""
    least, _, years, _, most = quantiles(cost.years_of_running.m_as(""))
    in_one, name = (1, "years") if years >= LONG else (12, "months")
    return spread_text(low, middle, high, carbon), spread_text(in_one * least, in_one * years, in_one * most, name)


def _chain(p: Inputs, results: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """V s i / (1 - (1 + i)^-L) for the equipment, the rest for the building, and what running it costs."""
    capital, rated, bill = (results[name].to(unit(to)) for name, to in _FROM.items())
    s, life, building, i, o, m = (p(name) for name in OWNING)
    rest = Quantity(1.0, "") - s
    found = {
        "yearly_it": money.yearly_capital(capital * s, life, i),
        "yearly_building": money.yearly_capital(capital * rest, building, i),
        "electricity_cost": bill,
        "yearly_running": money.running_cost(rated, o),
    }
    found[TOTAL] = sum(found.values(), start=Quantity(0.0, unit("USD")))
    found[EMBODIED] = energy.embodied(rated, m)
    years, halls = (Quantity(value.m_as(unit("year")), "") for value in (life, building))
    paid = "{V} × {s} × {i} ÷ (1 − (1 + {i})^−{L})"
    _step(p, "yearly_it", paid, found, V=capital, s=s, i=i, L=years)
    of_halls = paid.replace("{s}", "(1 − {s})").replace("{L}", "{L_b}")
    _step(p, "yearly_building", of_halls, found, V=capital, s=s, i=i, L_b=halls)
    _step(p, "yearly_running", "{C_IT} × {o}", found, C_IT=rated, o=o)
    letters = dict(zip("ABCD", (found[name] for name in PARTS), strict=True))
    _step(p, TOTAL, "{A} + {B} + {C} + {D}", found, **letters)
    if "chips" in results:  # in dollars for each of them and each hour, used or not
        chips = results["chips"]
        found[CHIP_HOUR] = found[TOTAL] / (chips.m_as(unit("chip")) * HOURS)
        _step(p, CHIP_HOUR, "{F} ÷ ({N} × 8,760 h)", found, F=found[TOTAL], N=chips)
    _step(p, EMBODIED, "{C_IT} × {m}", found, C_IT=rated, m=m)
    return found


_FROM = {"capex": "USD", "it_rated": "MW", "electricity_cost": "USD"}


def _step(p: Inputs, name: str, formula: str, found: Mapping[str, Quantity], **parts: Quantity) -> None:
    p.step(name, LABELS[name], formula, found[name], **parts)
