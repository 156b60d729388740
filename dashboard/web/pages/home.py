"""`/`: OpenAI's 30 GW on a chosen basis, beside the deals of the story and the grids."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dash
from dash import Input, html

from dashboard import compare, compare_deals, compare_plans, workings
from dashboard.catalog import Catalog
from dashboard.compare import Comparison
from dashboard.estimates import Ask, Estimate, estimate
from dashboard.estimates.ask import BASES, BASIS_NAMES, Basis, basis_weights
from dashboard.estimates.deals import commitment_ask
from dashboard.estimates.dollars import with_term
from dashboard.estimates.estimate import RESULT_UNITS
from dashboard.estimates.headlines import CLAIM
from dashboard.estimates.owning import cost_texts, owned
from dashboard.estimates.questions import households, loads, plants_for_adequacy, plants_for_energy, strain_on_peak
from dashboard.estimates.report import what_would_change
from dashboard.estimates.series import claimed_total
from dashboard.records import Claim
from dashboard.units import exact, given_text, magnitude, quantity, range_text, reader_text, spread_text
from dashboard.web import components as ui
from dashboard.web.cache import by_version
from dashboard.web.live import Live
from dashboard.web.pages import deals as deals_page
from dashboard.web.pages import plans
from dashboard.web.sentences_plans import one_date

PATH, NAME, TITLE = "/", "30 GW", "How much power is OpenAI’s 30 GW?"
GIGAWATT = 1000  # MW; the story's deals are told in it beside its 30 GW
GRIDS = ("ita", "usa", "deu", "fra", "gbr", "irl", "world")
EQUIVALENTS = ("sector-datacentres-world", "us-nuclear-generation")
STORY = (
    ("openai-aws-2025", "AWS for OpenAI, $38 billion over 7 years"),
    ("anthropic-rainier-2025", "Rainier for Anthropic, 500,000 Trainium2"),
)
AZURE = "openai-azure-2025"
FIGURES = ("energy", "deals", "claim-path", "claim-ledger", "grid-share")
NOT_CONVERTED = {
    "anthropic-amazon-equity": "not converted: money put into a company",
    "rainier-power": "not converted: facility power already, of the full campus and not of the chips above",
    "rainier-money": "not converted: the plan of 2024, for 16 of some 30 buildings",
}
PLAIN = {
    "mature_load": "how much of the power installed for computers they draw on average, once the halls are full",
    "peak_over_grid": "how much of its grid connection a site takes at its busiest",
}
UNLIKE = "not like for like"  # of a note: two numbers that may not be set against each other
ACROSS = "Across AWS, not at one site"
ROUGH = re.compile(r"hundreds of thousands|(nearly|about|more than|up to) [\d.,]+( million)?", re.IGNORECASE)
LARGER = (
    "“Likely built” is more than what the sites above make likely by the end of 2030: it also holds deals for chips "
    "and clouds that have no site in the tables, takes sizes as stated, and has no date."
)
BASIS_LABELS = {"unknown": "Not stated", "it": "IT", "facility": "Facility", "grid": "Grid connection"}


@dataclass(frozen=True)
class Choice:
    """What the reader chose: how the 30 GW are read."""

    basis: Basis = "unknown"

    def query(self) -> str:
        """The choice as the query of the address."""
        return ui.query_text({"basis": "" if self.basis == "unknown" else self.basis})


def choose(query: Mapping[str, str]) -> tuple[Choice, list[str]]:
    """The choice in a query; what is not possible falls back and is told."""
    basis = query.get("basis", "unknown")
    if basis not in BASES:
        return Choice(), [f'basis: must be one of {", ".join(BASES)}, got "{basis[:40]}"; shown as not stated']
    return Choice(basis), []


@dataclass(frozen=True)
class View:
    """Everything the page shows, worked out."""

    claim: Estimate
    as_it: Estimate | None  # the claim read as IT power, where its basis is open
    deals: tuple[tuple[str, Estimate], ...]
    comparisons: tuple[Comparison, ...]
    converted: Mapping[str, Any]  # what a number of the story is in power, by claim
    beside: tuple[tuple[str, tuple[str, ...]], ...]  # the claim in words, with the sources of the other figures


@by_version
def view(catalog: Catalog, choice: Choice) -> View:
    """The claim on its basis, the story's deals, and the comparisons that the figures draw."""
    deal = catalog.commitments[CLAIM]
    assert deal.power is not None
    weights = basis_weights(choice.basis, catalog)
    ask = Ask("power", deal.power, None, choice.basis, weights, operator="openai", source_ids=(deal.source_id,))
    claim = estimate(ask, catalog)
    certain = dataclasses.replace(ask, basis="it", weights=basis_weights("it", catalog))
    as_it = estimate(certain, catalog) if choice.basis == "unknown" else None
    deals = tuple((label, _deal(deal_id, catalog)) for deal_id, label in STORY)
    label = f"OpenAI’s 30 GW ({BASIS_NAMES[choice.basis]})"
    grids = [catalog.grids[grid_id] for grid_id in GRIDS]
    things = [catalog.equivalents[thing] for thing in EQUIVALENTS]
    energy = compare.energy_beside_grids(
        "OpenAI’s 30 GW beside whole countries: electricity in a year",
        [(label, claim), *deals],
        grids,
        catalog,
        equivalents=things,
    )
    capacity = compare.capacity_of_loads("The story’s deals beside the 30 GW", [(label, claim), *deals], catalog)
    share = compare.share_of_grids(claim, label, grids[:-2], catalog)
    shown = (energy, capacity, _path(catalog, choice.basis), _ledger(catalog), share)
    return View(claim, as_it, deals, shown, _converted(catalog), _answers(claim, catalog))


def _path(catalog: Catalog, basis: Basis) -> Comparison:
    """The claimed total by year, on a basis, beside what OpenAI's sites make likely."""
    claims = [catalog.claims["openai-power-2030"], *(c for c in catalog.claims.values() if c.series == "openai-in-use")]
    return compare_plans.claimed_and_likely(
        claimed_total(claims, catalog, weights=basis_weights(basis, catalog)),
        plans.plans_of(catalog).of("user", "OpenAI"),
        plans.plans_of(catalog),
        catalog,
        claims,
        basis,
    )


def _ledger(catalog: Catalog) -> Comparison:
    """The deals behind the claim counted once, as of its time."""
    book = deals_page.book(catalog, deals_page.METHOD_LEDGER)
    return dataclasses.replace(compare_deals.ledger_bars(book, "stated", catalog), id="claim-ledger")


def _deal(deal_id: str, catalog: Catalog) -> Estimate:
    ask = commitment_ask(catalog.commitments[deal_id], catalog, prefer="chips", least=True)
    assert ask is not None, deal_id
    return estimate(ask, catalog)


def comparisons(catalog: Catalog, query: Mapping[str, str]) -> tuple[Comparison, ...]:
    """The page's comparisons for a query, for files and exports."""
    return view(catalog, ui.certain(*choose(query))).comparisons


def layout(_: Catalog, query: Mapping[str, str]) -> Any:
    """The page with its switch set from the query."""
    choice, notices = choose(query)
    return html.Div(
        [
            html.H1(TITLE),
            *[ui.problem(notice) for notice in notices],
            html.Div(
                ui.radios("home-basis", "Read the 30 GW as", BASIS_LABELS, choice.basis),
                className="controls",
            ),
            *ui.slot("home"),
            dash.dcc.Store(id="home-query"),
        ]
    )


def wire(app: dash.Dash, live: Live) -> None:
    """The switch redraws the page and is kept in the address."""

    @ui.redrawn(app, "home", Input("home-basis", "value"))
    def body(basis: str, window: ui.View, mine: Any) -> ui.Redrawn:
        choice, _ = choose({"basis": basis})
        return render(live.of(mine), choice, ui.seen(window, mine)), choice


def render(catalog: Catalog, choice: Choice, window: dict[str, Any]) -> list[Any]:
    """Everything below the switch."""
    seen = view(catalog, choice)
    address = f"/?{choice.query()}"
    openai = plans.plans_of(catalog).of("user", "OpenAI")
    energy, capacity, path, ledger, share = (ui.figure_block(item, window, address) for item in seen.comparisons)
    return [
        html.P(_answer(seen.claim), className="answer"),
        html.P(f"{_plainly(seen.claim)}{what_would_change(seen.claim)}", className="quiet"),
        energy,
        html.H2("The story of 3 November 2025, in its own numbers"),
        _story(catalog, seen),
        capacity,
        html.P(_dear(seen.deals[0][1], catalog)),
        html.H2("What became of the claim"),
        _restatements(catalog),
        path,
        html.P(step := one_date(openai, plans.plans_of(catalog), catalog), className="quiet", hidden=not step),
        html.H2("The deals behind it, counted once"),
        html.P(
            [
                "The deals announced up to February 2026 sit inside each other: one contract buys chips, another ",
                "houses them. This is a worked selection of them; NVIDIA’s letter counts with its 10 GW, which became ",
                "5 GW at the end of that month. For smaller and later ones see the ",
                dash.dcc.Link("page of deals", href="/deals?user=OpenAI%2C+early+2026"),
                f". {LARGER}",
            ]
        ),
        ledger,
        html.H2("What it is beside grids, plants and homes"),
        share,
        _beside(catalog, seen),
        html.H2("How it was worked out"),
        html.P("A gigawatt is a capacity, not an energy: nothing here multiplies it by 8,760 hours without a load."),
        html.Details([html.Summary("Each step with its numbers"), ui.steps_table(seen.claim.steps)]),
        html.Details([html.Summary("Assumptions and their sources"), ui.assumptions_table(seen.claim, catalog)]),
        html.Div([html.P(f"Note: {warning}.", className="quiet") for warning in seen.claim.warnings]),
    ]


def _answer(claim: Estimate) -> list[Any]:
    low, _, middle, _, high = claim.quantiles("annual_energy")
    average = claim.quantiles("facility_average")
    return [
        "Running for a year, about ",
        html.Strong(reader_text(middle, "TWh", beside=high), className="estimated"),
        f" of electricity, very likely {range_text(low, high, 'TWh')}: an average of ",
        html.Strong(reader_text(average[2], "MW", beside=average[4]), className="estimated"),
        f" at the meter ({range_text(average[0], average[4], 'MW')}). ",
        "Dotted underlines mark our estimates, here and in the table of the story.",
    ]


def _dear(deal: Estimate, catalog: Catalog) -> list[Any]:
    """What owning the computers of the first deal costs in a year, and how little of it is electricity."""
    alone = estimate(dataclasses.replace(deal.ask, item="", operator=""), catalog)  # as the page of its parts draws it
    cost, share = (ui.plain("Span", text, className="estimated") for text in cost_texts(owned(alone, catalog)))
    link = dash.dcc.Link("its parts", href="/convert?text=38+billion+USD+over+7+years")
    return [
        "Owning the computers and halls that AWS rents to OpenAI costs about ",
        *(cost, " in a year, of which electricity is "),
        *(share, " ("),
        *(link, "): power holds such plans up where it cannot be had, hardly by its price."),
    ]


def _plainly(claim: Estimate) -> str:
    """What the assumption that decides most is, in words that need no other page."""
    words = PLAIN.get(claim.assumptions[0].factor.name)
    return f"Most hangs on {words}. " if words else ""


def _story(catalog: Catalog, seen: View) -> Any:
    """Every number of the story, each converted by itself; what cannot be converted says why."""
    body = []
    for claim in catalog.claims.values():
        if claim.story:
            power = _conversion(claim, seen) or "—"
            body.append([claim.statement, _value(claim), power, claim.said, _cited(claim, catalog)])
    head = ["What was said", "Number", "What it is in power", "Date", "Source"]
    return ui.table(head, body, numbers=(1,), caption="Every number of the story")


def _cited(claim: Claim, catalog: Catalog) -> Any:
    """Its source; where the press spoke and the source is the company itself, both are told."""
    links = ui.source_links([claim.source_id], catalog)
    told = claim.said_by == "the press" and catalog.source(claim.source_id).tier == "primary"
    return ["said by the press, after ", links] if told else links


def _beside(catalog: Catalog, seen: View) -> Any:
    """The claim as plants, as homes, as emissions and water: each with its question and its range."""
    body = [[sentence, ui.source_links(source_ids, catalog)] for sentence, source_ids in seen.beside]
    for sentence, names in (
        (f"{_spread(seen.claim, 'emissions')} of CO₂ a year on the average US grid.", ("grid_intensity",)),
        (
            f"{_spread(seen.claim, 'water')} of water a year, on site and at power plants.",
            ("site_water", "power_water"),
        ),
    ):
        found = [id_ for f in seen.claim.factors if f.name in names for id_ in f.source_ids]
        body.append([sentence, ui.source_links(dict.fromkeys(found), catalog)])
    total, electricity = cost_texts(owned(seen.claim, catalog))
    basis = seen.claim.ask.basis
    parts = ui.plain("A", "its parts and their sources", href=f"/convert?text=30+GW&basis={basis}")
    body.append([f"Owning it would cost {total} a year; electricity is {electricity} of that.", parts])
    caption = "The same load, asked in other ways: all are our estimates"
    return ui.table(["In words", "Source of the other figure"], body, caption=caption)


def _answers(claim: Estimate, catalog: Catalog) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Sentences on the claim beside plants, homes and peaks, each with the sources that are not the claim's own."""
    kinds = loads(claim, catalog)
    homes = [catalog.equivalents[name] for name in ("household-us", "household-eu", "household-italy")]
    answers = [
        *(plants_for_energy(kinds["average"], plant, catalog) for plant in ("nuclear", "gas-cc", "wind", "solar")),
        plants_for_adequacy(kinds["peak"], "firm", catalog),
        *(households(kinds["energy"], home) for home in homes),
        *(strain_on_peak(kinds["peak"], catalog.grids[grid]) for grid in ("ita", "us-lower48", "ercot")),
    ]
    own = len(claim.source_ids)  # an answer names the load's own sources first
    return tuple((answer.sentence, tuple(dict.fromkeys(answer.source_ids[own:]))) for answer in answers)


def _value(claim: Claim) -> Any:
    """A number as it was said; where it was said in words alone, these and how they are read."""
    if claim.quantity == "money":
        return given_text(magnitude(quantity(claim.value, claim.unit), "USD"), "USD")
    number = f"{claim.value:,.10g} {claim.unit}" + ("s" if claim.unit in ("chip", "year") and claim.value != 1 else "")
    words = ROUGH.search(claim.statement) if claim.quantity == "chips" else None
    return [words[0].lower(), ui.plain("Br", None), f"(read as {number})"] if words else number


@by_version
def _converted(catalog: Catalog) -> Mapping[str, Any]:
    """The story's dollars of capital and chips in power, by claim."""
    found: dict[str, Any] = {}
    for claim in catalog.claims.values():
        if claim.story and claim.series == "openai-total-money" and claim.quantity == "money":
            built = estimate(Ask("capex", quantity(claim.value, claim.unit).to("USD"), basis="it"), catalog)
            found[claim.claim_id] = ["as capital cost, ", _ours(built, "it_rated"), " of IT capacity"]
        if claim.story and claim.series == "rainier-chips" and claim.quantity == "chips":
            chip = catalog.chip("Trainium2")
            ran = estimate(Ask("chips", quantity(claim.value, "chip"), chip, "it", item=claim.claim_id), catalog)
            where = f" ({ACROSS[0].lower()}{ACROSS[1:]})" if ACROSS in claim.note else ""
            found[claim.claim_id] = ["peak ", _ours(ran, "facility_peak"), f" at the meter{where}"]
        if claim.story and claim.series == "openai-azure" and claim.quantity == "money":
            found[claim.claim_id] = _azure(catalog)
    return found


def _azure(catalog: Catalog) -> Any:
    """The contract with Microsoft in power, by the term that the page of deals takes for it."""
    deal = catalog.commitments.get(AZURE)
    rented = commitment_ask(with_term(deal, catalog), catalog) if deal else None
    if deal is None or rented is None:
        return "not converted: no term was stated"
    term = workings.term_read(deal, catalog)
    peak = _ours(estimate(rented, catalog), "facility_peak")
    return ["peak ", peak, f" at the meter; {term}" if term else " at the meter"]


def _ours(answer: Estimate, name: str) -> Any:
    """A result with its range, underlined as an estimate; as it was given, where that is all there is to it."""
    low, *_, high = answer.quantiles(name)
    return _spread(answer, name) if exact(low, high) else ui.plain("Span", _spread(answer, name), className="estimated")


def _conversion(claim: Claim, seen: View) -> Any:
    if claim.series in NOT_CONVERTED:
        return NOT_CONVERTED[claim.series]
    if claim.series == "openai-total-power" and claim.quantity == "power":
        peak, average = _ours(seen.as_it or seen.claim, "facility_peak"), _ours(seen.claim, "facility_average")
        if seen.as_it:  # the middle of two readings apart from each other is neither
            stated = given_text(magnitude(seen.claim.ask.amount, "MW"), "MW")
            return [f"peak at the meter {stated} if facility power, ", peak, " if IT power; average ", average]
        return ["peak ", peak, ", average ", average, " at the meter"]
    if claim.series == "openai-aws" and claim.quantity == "money":
        return ["peak ", _ours(seen.deals[0][1], "facility_peak"), " at the meter"]
    if claim.series == "openai-aws" and claim.quantity == "chips" and "chips" in seen.deals[0][1].results:
        return ["not converted: the dollars above would rent ", _ours(seen.deals[0][1], "chips")]
    return seen.converted.get(claim.claim_id, "")


def _spread(answer: Estimate, name: str) -> str:
    low, _, middle, _, high = answer.quantiles(name)
    unit = RESULT_UNITS[name]
    return spread_text(low, middle, high, unit, beside=GIGAWATT if unit == "MW" else 0)


def _standing(claim: Claim, catalog: Catalog) -> str:
    """Whether a claim still stands, and by which words and of what day it was superseded or, where unlike, followed."""
    rows = catalog.claims.values()
    later = next((row for row in rows if row.supersedes == claim.claim_id), None)
    if later and UNLIKE in later.note:
        return f"Followed on {later.said} by “{later.statement}” ({later.note[:1].lower()}{later.note[1:].rstrip('.')})"
    if later:
        return f"Superseded on {later.said} by “{later.statement}”"
    if claim.quantity == "term":
        money = [
            row for row in rows if (row.series, row.quantity) == (claim.series, "money") and row.said <= claim.said
        ]
        of = max(money, key=lambda row: row.said, default=None)
        if of and not of.preferred:
            return f"Said of “{of.statement}” of {of.said}, which was {_standing(of, catalog).split()[0].lower()}"
    return claim.preference or f"Stands. {claim.note}".removesuffix(". ")


def _restatements(catalog: Catalog) -> Any:
    series = ("openai-total-power", "openai-total-money")
    rows = sorted((claim for claim in catalog.claims.values() if claim.series in series), key=lambda claim: claim.said)
    body = [
        [c.said, _value(c), c.statement, _standing(c, catalog), ui.source_links([c.source_id], catalog)] for c in rows
    ]
    return ui.table(
        ["Date", "Number", "What was said", "Standing", "Source"],
        body,
        numbers=(1,),
        caption="30 GW and $1.4 trillion, and how they were restated",
    )
