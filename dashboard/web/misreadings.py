"""Common errors of press coverage: what was said or would be concluded, and what our own chain makes of the same rows.

Every number is a row of a table or comes out of the chain. Source: method section 5.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard.catalog import Catalog
from dashboard.core import energy
from dashboard.estimates import Ask, Estimate, estimate, questions, read_ask
from dashboard.estimates.ask import basis_weights
from dashboard.estimates.deals import commitment_ask
from dashboard.estimates.estimate import RESULT_UNITS, quantiles
from dashboard.estimates.vintages import first_day
from dashboard.records import Claim
from dashboard.units import given_text, magnitude, number_text, quantity, range_text, reader_text, spread_text
from dashboard.web.cache import by_version
from dashboard.web.pages import plans

CLAIM = "story-openai-power"
GRID, PLANT, HOME, REACTOR = "us-lower48", "nuclear", "household-us", 1.0


@dataclass(frozen=True)
class Misreading:
    """One error: its name, what is wrong, what is right (`ours` where we worked it out), why, the sources of both.

    `said` stands before what is right and is not ours.
    """

    name: str
    wrong: str
    right: str
    why: str
    source_ids: tuple[str, ...]
    ours: bool = True
    said: str = ""


@by_version
def misreadings(catalog: Catalog) -> tuple[Misreading, ...]:
    """All of them, those that the rows still allow; a visitor's own tables may lack some."""
    makers: tuple[Callable[[Catalog], Misreading], ...] = (
        _chips_alone,
        _sum_on_a_part,
        _capacity_as_energy,
        _homes,
        _nameplate_at_the_peak,
        _reactors,
        _secured_as_running,
        _delayed_as_cancelled,
        _misprint,
    )
    found = []
    for maker in makers:
        try:
            found.append(maker(catalog))
        except (KeyError, ValueError):
            continue
    return tuple(found)


def _power(claim: Claim, catalog: Catalog, basis: Any = "facility") -> Estimate:
    weights = basis_weights(basis, catalog)
    return estimate(Ask("power", quantity(claim.value, claim.unit), None, basis, weights), catalog)


def _spread(answer: Estimate, name: str) -> str:
    low, _, middle, _, high = answer.quantiles(name)
    return spread_text(low, middle, high, RESULT_UNITS[name], beside=answer.beside(name))


def _said(claim: Claim) -> str:
    return f"{claim.statement} ({claim.said_by})"


def _given(claim: Claim) -> str:
    return given_text(magnitude(quantity(claim.value, claim.unit), "MW"), "MW")


def _chips_alone(catalog: Catalog) -> Misreading:
    claim = catalog.claims["misread-h100-70"]
    answer = estimate(read_ask("100000 H100", catalog), catalog)
    chip = catalog.chip("H100")
    assert chip.tdp is not None
    right = f"{_spread(answer, 'it_rated')} of IT, {_spread(answer, 'facility_peak')} for the facility at its peak"
    why = (
        f"{given_text(magnitude(quantity(claim.value, claim.unit), 'MW'), 'MW')} is the design power of the chips "
        f"alone, {magnitude(chip.tdp, 'W'):.0f} W each. Servers, network and cooling come on top."
    )
    sources = (claim.source_id, chip.source_id)
    return Misreading("Chips taken for the data centre", _said(claim), right, why, sources)


def _sum_on_a_part(catalog: Catalog) -> Misreading:
    claim, deal = catalog.claims["misread-aws-30"], catalog.commitments["openai-aws-2025"]
    ask = commitment_ask(deal, catalog)
    if ask is None:
        raise ValueError("openai-aws-2025: makes no power")
    answer = estimate(ask, catalog)
    states = f"{_spread(answer, 'it_rated')} of IT, {_spread(answer, 'facility_peak')} for the facility at its peak"
    right = f"{answer.ask.text} is {states}"
    why = "The 30 GW belong to all of OpenAI’s commitments together. One contract is a small part of them."
    return Misreading("A sum pinned to one part", _said(claim), right, why, (claim.source_id, deal.source_id))


def _capacity_as_energy(catalog: Catalog) -> Misreading:
    claim = catalog.claims[CLAIM]
    full = magnitude(energy.annual_energy(quantity(claim.value, claim.unit)), "TWh")
    right = f"{_spread(_power(claim, catalog), 'annual_energy')}, if the {_given(claim)} are facility power"
    why = "A gigawatt is a capacity. Only a load makes it an energy, and no site draws its full capacity always."
    wrong = f"{_given(claim)} × 8,760 hours = {reader_text(full, 'TWh', 3)} a year"
    return Misreading("Capacity read as energy", wrong, right, why, (claim.source_id,))


def _homes(catalog: Catalog) -> Misreading:
    claim, home = catalog.claims["openai-nvidia-power"], catalog.equivalents[HOME]
    yearly = magnitude(quantity(home.value, home.unit) * quantity(1, "year"), "TWh")
    full = magnitude(energy.annual_energy(quantity(claim.value, claim.unit)), "TWh")
    load = questions.loads(_power(claim, catalog), catalog)["energy"]
    low, _, middle, _, high = (level / 1e6 for level in questions.households(load, home).levels)
    wrong = f"{_given(claim)} is the use of {number_text(full / yearly / 1e6)} million homes"
    span = f"{number_text(low)}–{number_text(high)}"
    right = f"about {number_text(middle)} million ({span}) if they are facility power, for scale only"
    why = f"The first figure needs full load all year. One US home uses {home.value:,.0f} {home.unit}."
    return Misreading("Homes counted at full load", wrong, right, why, (claim.source_id, home.source_id))


def _nameplate_at_the_peak(catalog: Catalog) -> Misreading:
    claim, grid = catalog.claims[CLAIM], catalog.grids[GRID]
    if grid.peak is None:
        raise ValueError(f"{GRID}: no peak")
    answer = _power(claim, catalog)
    load = questions.loads(answer, catalog)["peak"]
    naive = 100 * magnitude((quantity(claim.value, claim.unit) / grid.peak).to(""), "1")
    low, _, middle, _, high = questions.strain_on_peak(load, grid).levels
    ends = quantiles(magnitude(load.value, "MW"))
    wrong = f"{_given(claim)} is {number_text(naive)} % of the record peak of {questions.with_article(grid.name)}"
    right = (
        f"its highest hour is {spread_text(ends[0], ends[2], ends[4], 'MW')}: {number_text(middle)} % "
        f"({number_text(low)}–{number_text(high)} %), if {_given(claim)} are facility power and both fall together"
    )
    why = "A nameplate is not a metered peak. Sites rarely reach what they were built for, and not all at one hour."
    return Misreading("Nameplate set beside a peak", wrong, right, why, (claim.source_id, grid.peak_source_id))


def _reactors(catalog: Catalog) -> Misreading:
    claim = catalog.claims[CLAIM]
    factor = catalog.parameter("capacity_factor", PLANT)
    load = questions.loads(_power(claim, catalog), catalog)["average"]
    found = questions.plants_for_energy(load, PLANT, catalog)
    low, _, middle, _, high = (level / 1000 / REACTOR for level in found.levels)
    count = magnitude(quantity(claim.value, claim.unit), "GW") / REACTOR
    wrong = f"{_given(claim)} = {count:.0f} reactors of {REACTOR:g} GW"
    span = f"{number_text(low)}–{number_text(high)}"
    right = f"about {number_text(middle)} for the energy ({span}), if the {_given(claim)} are facility power"
    why = (
        f"The load averages less than its capacity, and a reactor gives {100 * factor.central:.0f} % of its own. For "
        "the peak with its reserve the count is another one: see the page on grids."
    )
    return Misreading("A gigawatt, a reactor", wrong, right, why, (claim.source_id, *factor.source_ids))


def _secured_as_running(catalog: Catalog) -> Misreading:
    claim, origin = catalog.claims["openai-us-90-days-online"], catalog.claims["openai-us-90-days"]
    group = plans.plans_of(catalog).of("user", "OpenAI")
    low, _, middle, _, high = group.at("energised", claim.until[:7])
    day = first_day(claim.until)
    known = (
        f"{origin.statement} ({origin.said_by}), that is secured; energised at its own sites in our tables, rented "
        f"clouds not counted, at the end of {day:%B %Y}: "
    )
    right = f"{spread_text(low, middle, high, 'MW')} of facility peak"
    why = "Land, contracts and permits are not load. Our tables count what has been switched on, site by site."
    sources = (claim.source_id, origin.source_id, *group.source_ids[:2])
    return Misreading("Secured read as running", _said(claim), right, why, sources, said=known)


def _delayed_as_cancelled(catalog: Catalog) -> Misreading:
    total, low, high = (catalog.claims[name] for name in ("pipeline-16", "pipeline-slip-low", "pipeline-slip-high"))
    delay, none = catalog.parameter("delay"), catalog.parameter("delay_none")
    size = magnitude(quantity(total.value, total.unit), "MW")
    ends = [size * (1 - share.value / 100) for share in (high, low)]
    wrong = f"{low.value:g} to {high.value:g} % of the data centres due in {total.until[:4]} are cancelled"
    year = total.until[:4]
    right = (
        f"they may slip past the end of {year}: {range_text(ends[0], ends[1], 'MW')} of {_given(total)} still come in "
        f"{year}, most others later"
    )
    seen = delay.reasoning.removeprefix("Our calculation: ").partition(";")[0]
    why = (
        f"A slip within the year is not counted there. Observed: {seen}. From that we assume that "
        f"{100 * (1 - none.central):.0f} % of dated steps slip, and these by {delay.central:g} days in the median "
        f"({delay.low:g}–{delay.high:g})."
    )
    return Misreading("Delayed read as cancelled", wrong, right, why, (low.source_id, *delay.source_ids))


def _misprint(catalog: Catalog) -> Misreading:
    claim, origin = catalog.claims["misread-14tn"], catalog.claims["story-openai-money"]
    ours, theirs = (magnitude(quantity(row.value, row.unit), "USD") for row in (origin, claim))
    right = f"{given_text(ours, 'USD')}, as said on {origin.said}"
    why = f"A factor of {theirs / ours:.0f}. MW printed for GW is the same slip, a thousand times over."
    sources = (claim.source_id, origin.source_id)
    return Misreading("A unit or a point slipped", _said(claim), right, why, sources, ours=False)
