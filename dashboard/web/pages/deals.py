"""`/deals`: who sells chips, houses and invests in whom, and what a user's deals make when counted once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import Input, html

from dashboard import compare_deals, workings
from dashboard.catalog import Catalog, nearest
from dashboard.compare import Comparison, row_text
from dashboard.compare_deals import BASIS_WORDS
from dashboard.estimates.cross_check import Check, cross_checks
from dashboard.estimates.estimate import quantiles
from dashboard.estimates.ledger import BASES, Basis, Entry, Ledger, openai_ledger, user_ledger, users_of
from dashboard.estimates.ledger_rows import ended
from dashboard.estimates.readings import first_name
from dashboard.estimates.series import Series, timeline
from dashboard.records import Commitment
from dashboard.units import magnitude, quantity, spread_text
from dashboard.web import components as ui
from dashboard.web.cache import by_version
from dashboard.web.live import Live

PATH, NAME, TITLE = "/deals", "Deals", "Who buys from whom, and how much is it when nothing is counted twice?"
FIGURES = ("ledger", "flows")
EVERYBODY = "everybody"
METHOD_LEDGER = "OpenAI, early 2026"
FIRST = 4  # users told in words where everybody is shown
UNITS = {"GW": "gigawatts (IT)", "billion USD": "dollars"}


@dataclass(frozen=True)
class Choice:
    """Whose deals are shown, in which unit, and the ledger's basis."""

    user: str = "OpenAI"
    unit: str = "GW"
    basis: Basis = "stated"

    def query(self) -> str:
        """The choice as the query of the address."""
        return ui.query_text(
            {
                "user": "" if self.user == "OpenAI" else self.user,
                "unit": "" if self.unit == "GW" else self.unit,
                "basis": "" if self.basis == "stated" else self.basis,
            }
        )


@by_version
def users(catalog: Catalog) -> tuple[str, ...]:
    """Users with at least two deals, most deals first, then the ledger of the method and, of several, everybody."""
    ranked = users_of(catalog)
    return (*ranked, METHOD_LEDGER, *([EVERYBODY] if len(ranked) > 1 else []))


def choose(query: Mapping[str, str], catalog: Catalog) -> tuple[Choice, list[str]]:
    """The choice in a query; what is not possible falls back and is told."""
    notices = []
    user, unit, basis = query.get("user", "OpenAI"), query.get("unit", "GW"), query.get("basis", "stated")
    if user not in users(catalog):
        near = nearest(user, {name: name for name in users(catalog)})
        names = ", ".join(f"“{name}”" for name in users(catalog))
        notices.append(f'user: must be one of {names}, got "{user[:40]}"{near}; OpenAI is shown')
        user = "OpenAI"
    if unit not in UNITS:
        notices.append(f'unit: must be one of {", ".join(UNITS)}, got "{unit[:40]}"; GW are shown')
        unit = "GW"
    known: Basis = next((name for name in BASES if name == basis), "stated")
    if known != basis:
        notices.append(f'basis: must be one of {", ".join(BASIS_WORDS)}, got "{basis[:40]}"; shown as stated')
    return Choice(user, unit, known), notices


@by_version
def book(catalog: Catalog, user: str) -> Ledger:
    """The ledger of a user as of the tables' day, or the worked one of the method."""
    return openai_ledger(catalog) if user == METHOD_LEDGER else user_ledger(catalog, user, catalog.as_of)


def books_of(catalog: Catalog, choice: Choice) -> dict[str, Ledger]:
    """The ledgers of a choice by user: of everybody, one for each."""
    everybody = [name for name in users(catalog) if name not in (METHOD_LEDGER, EVERYBODY)]
    return {name: book(catalog, name) for name in (everybody if choice.user == EVERYBODY else [choice.user])}


@by_version
def view(catalog: Catalog, choice: Choice) -> tuple[Comparison, ...]:
    """The page's comparisons: the ledger and the flows."""
    books = books_of(catalog, choice)
    ways = "sells to and houses" if choice.unit == "GW" else "sells to, houses and invests in"
    if choice.user == EVERYBODY:
        counted = compare_deals.ledgers_beside(books, choice.basis, catalog)
    else:
        counted = compare_deals.ledger_bars(books[choice.user], choice.basis, catalog)
        if own_sites(catalog, choice.user):
            counted = replace(counted, answer=f"{counted.answer} {compare_deals.own_use(choice.user)}")
    user, _, until = next(iter(books.values())).title.partition(", ")
    title = f"Who {ways} {'whom' if choice.user == EVERYBODY else user}, in {UNITS[choice.unit]}, {until}"
    return counted, compare_deals.flows(list(books.values()), choice.unit, title, catalog)


@by_version
def own_sites(catalog: Catalog, user: str) -> Series | None:
    """The sites that a user runs for itself or for nobody who is named, of which something is likely by 2030."""
    ids = [
        site.site_id
        for site in catalog.sites.values()
        if user in map(str.strip, site.operator.split(";")) and first_name(site.user) in ("", user)
    ]
    if not ids:
        return None
    found = timeline(catalog, catalog.as_of, sites=ids, groupings=("total",)).by("total")
    series = next(iter(found.values()), None)
    return series if series is not None and series.at("likely", "2030-12")[2] > 0 else None


def comparisons(catalog: Catalog, query: Mapping[str, str]) -> tuple[Comparison, ...]:
    """The page's comparisons for a query, for files and exports."""
    return view(catalog, ui.certain(*choose(query, catalog)))


def layout(catalog: Catalog, query: Mapping[str, str]) -> Any:
    """The page with its controls set from the query."""
    choice, notices = choose(query, catalog)
    return html.Div(
        [
            html.H1(TITLE),
            *[ui.problem(notice) for notice in notices],
            html.Div(
                [
                    dmc.Select(
                        id="deals-user",
                        label="Deals of",
                        value=choice.user,
                        data=list(users(catalog)),
                        allowDeselect=False,
                        searchable=True,
                        w=230,
                    ),
                    ui.radios("deals-basis", "Count on the basis", BASIS_WORDS, choice.basis),
                    ui.radios("deals-unit", "Ribbons in", UNITS, choice.unit),
                ],
                className="controls",
            ),
            *ui.slot("deals"),
            dash.dcc.Store(id="deals-query"),
        ]
    )


def wire(app: dash.Dash, live: Live) -> None:
    """The choices redraw the page and are kept in the address."""

    @ui.redrawn(app, "deals", *[Input(f"deals-{name}", "value") for name in ("user", "unit", "basis")])
    def body(user: str, unit: str, basis: str, window: ui.View, mine: Any) -> ui.Redrawn:
        catalog = live.of(mine)
        choice, _ = choose({"user": user, "unit": unit, "basis": basis}, catalog)
        return render(catalog, choice, ui.seen(window, mine)), choice


def render(catalog: Catalog, choice: Choice, window: dict[str, Any]) -> list[Any]:
    """Everything below the controls."""
    counted, ribbons = (ui.figure_block(item, window, f"/deals?{choice.query()}") for item in view(catalog, choice))
    books = books_of(catalog, choice).values()
    entries = [entry for ledger in books for entry in ledger.entries]
    paid = {deal.commitment_id for ledger in books for deal in ledger.paid}
    left_out = {
        deal_id: f"{why}; its dollars count" if deal_id in paid else why
        for ledger in books
        for deal_id, why in ledger.left_out.items()
    }
    return [
        html.P(_answers(catalog, choice), className="answer"),
        html.P(own := _own_use(catalog, choice), className="quiet", hidden=not own),
        counted,
        html.Div(
            [
                html.Details(
                    [html.Summary(f"The {len(entries)} deals that count"), _entries(entries, choice, catalog)]
                ),
                html.Details([html.Summary(f"The {len(left_out)} that do not, and why"), _left_out(left_out, catalog)])
                if left_out
                else None,
            ]
        ),
        ribbons,
        html.Div(_said(catalog, choice), id="deals-said"),
        html.H2("Do chips, dollars and gigawatts of one deal agree?"),
        html.P(
            "Each pair is brought to IT power by its own divisor: capital, contract and rent are different dollars.",
            className="quiet",
        ),
        _checks(catalog, choice),
        html.H2("Every deal"),
        _table(catalog, window),
    ]


def _said(catalog: Catalog, choice: Choice) -> Any:
    """What else was said of a user's dollars: totals, parts and later amounts, beside the deals as announced."""
    said = [c for c in catalog.claims.values() if c.quantity == "money" and c.preferred and c.subject == choice.user]
    if choice.unit == "GW" or not said:
        return None
    drawn = [(deal.announced, deal.amount) for deal in book(catalog, choice.user).paid if deal.amount is not None]
    claims = [c for c in said if (c.said, quantity(c.value, c.unit)) not in drawn]
    if not claims:
        return None
    told = "Deals are drawn as announced. These say some of the same dollars again, in total or later: never added."
    body = [
        [claim.said, claim.statement, claim.said_by, claim.note, ui.source_links([claim.source_id], catalog)]
        for claim in sorted(claims, key=lambda claim: claim.said, reverse=True)
    ]
    table = ui.table(["Date", "What was said", "By", "Note", "Source"], body, caption=told)
    return html.Details([html.Summary(f"What else was said of {choice.user}’s dollars: {len(claims)}"), table])


def _own_use(catalog: Catalog, choice: Choice) -> list[Any]:
    """What the deals of a user that builds itself leave out, with what its sites make likely."""
    own = own_sites(catalog, choice.user)
    if own is None:
        return []
    low, _, middle, _, high = own.at("likely", "2030-12")
    by = "user" if any(first_name(catalog.sites[site_id].user) for site_id in own.site_ids) else "operator"
    address = f"/plans?{ui.query_text({'by': by, 'name': choice.user})}"
    return [
        f"{compare_deals.own_use(choice.user)} Site by site, ",
        html.Strong(spread_text(low, middle, high, "MW"), className="estimated"),
        " at the meter is likely by the end of 2030 at those that it runs for itself: see ",
        dash.dcc.Link("its plans", href=address),
        ".",
    ]


def _answers(catalog: Catalog, choice: Choice) -> list[Any]:
    if choice.user != EVERYBODY:
        return _answer(book(catalog, choice.user), choice)
    ranked = view(catalog, choice)[0].rows[:FIRST]
    told = [[f"{row.label} ", html.Strong(row_text(row, "GW"), className="estimated"), ", "] for row in ranked]
    first = ranked[0].label
    words = [part for parts in told for part in parts][:-1]
    return [
        f"As of {catalog.as_of:%B %Y}, {BASIS_WORDS[choice.basis]} and each counted once: ",
        *words,
        *_marked(compare_deals.mixed_for(first, book(catalog, first), choice.basis)),
        ". Users are never added up: what one builds another may rent.",
    ]


def _answer(ledger: Ledger, choice: Choice) -> list[Any]:
    totals = ledger.totals[choice.basis]
    best, likely = ([1000 * value for value in part] for part in (totals.best, totals.realised))
    floor, ceiling = map(compare_deals.sum_text, (totals.floor, totals.ceiling))
    return [
        f"{ledger.title}: ",
        html.Strong(spread_text(best[0], best[2], best[4], "MW"), className="estimated"),
        f" {BASIS_WORDS[choice.basis]} counted once",
        *_marked(compare_deals.mixed(ledger, choice.basis)),
        *_marked((". The floor is ", floor, ", the ceiling ", ceiling)),
        "; by the status of each deal ",
        html.Strong(spread_text(likely[0], likely[2], likely[4], "MW"), className="estimated"),
        " is likely to be built.",
    ]


def _marked(told: Sequence[str]) -> list[Any]:
    """Words and numbers in turn, the numbers marked as estimates."""
    return [html.Span(part, className="estimated") if i % 2 else part for i, part in enumerate(told)]


def _entries(entries: list[Entry], choice: Choice, catalog: Catalog) -> Any:
    body = []
    for entry in sorted(entries, key=lambda entry: -entry.median(choice.basis)):
        low, _, middle, _, high = _levels(entry.sizes[choice.basis])
        inside = f" (holds {workings.named('; '.join(entry.contains), catalog)})" if entry.contains else ""
        body.append(
            [
                f"{workings.sides(entry.deal)}{inside}",
                entry.deal.layer,
                spread_text(low, middle, high, "MW"),
                workings.read_as(entry, catalog),
                entry.deal.status,
                entry.deal.announced,
                ui.source_links([entry.deal.source_id], catalog),
            ]
        )
    head = ["Deal", "Layer", "Size", "Read as", "Status", "Date", "Source"]
    return ui.table(head, body, numbers=(2,), name="The deals that count")


def _levels(sizes: Any) -> tuple[float, ...]:
    return tuple(1000 * value for value in quantiles(sizes))


def _left_out(left_out: Mapping[str, str], catalog: Catalog) -> Any:
    body = []
    for deal_id, why in left_out.items():
        deal = catalog.commitments[deal_id]
        reason = workings.named(why, catalog)
        body.append([workings.sides(deal), compare_deals.stated(deal), reason, deal.announced])
    return ui.table(["Deal", "Stated", "Why it does not count", "Date"], body, name="The deals that do not count")


@by_version
def checks(catalog: Catalog) -> tuple[Check, ...]:
    """Every deal whose statements can be checked against each other."""
    return cross_checks(catalog)


def _checks(catalog: Catalog, choice: Choice) -> Any:
    standing: list[list[str]] = []
    over: list[list[str]] = []  # replaced, paused or cancelled: after those that stand
    for check in checks(catalog):
        deal = catalog.commitments[check.commitment_id]
        name = "OpenAI" if choice.user == METHOD_LEDGER else choice.user
        if name in (EVERYBODY, deal.user, deal.buyer):
            row = [workings.sides(deal), compare_deals.stated(deal), check.sentence]
            over_now = ended(deal, catalog, catalog.as_of)
            (over if over_now else standing).append([*row, _status(deal, catalog), deal.announced])
    if not standing and not over:
        return html.P("None of these deals states two of the three.", className="quiet")
    head = ["Deal", "Stated", "What it comes to", "Status", "Date"]
    return ui.table(head, standing + over, name="Chips, dollars and gigawatts of one deal")


def _status(deal: Commitment, catalog: Catalog) -> str:
    """What took a deal's place, where something did; else its status."""
    return workings.named(ended(deal, catalog, catalog.as_of), catalog) or deal.status


# A phone shows the first three, whole, in 348 pixels.
COLUMNS: list[dict[str, Any]] = [
    {"field": "Buyer", "pinned": "left", "width": 110, "phone": 98} | ui.TEXT | ui.WRAPPED,
    {"field": "Supplier", "width": 120, "phone": 105} | ui.TEXT | ui.WRAPPED,
    {"field": "Stated", "width": 230, "phone": 145} | ui.TEXT | ui.WRAPPED,
    {"field": "Announced", "width": 118} | ui.TEXT,
    {"field": "Status", "width": 165} | ui.TEXT | ui.WRAPPED,
    {"field": "Layer", "width": 165} | ui.TEXT,
    {"field": "Source", "width": 300} | ui.TEXT | ui.LINKED,
    {"field": "Billion USD", "filter": "agNumberColumnFilter", "width": 120, "type": "rightAligned"},
    {"field": "Note", "width": 500} | ui.TEXT,
]


def _table(catalog: Catalog, window: dict[str, Any]) -> Any:
    rows = [
        {
            "Buyer": deal.buyer,
            "Supplier": deal.supplier or workings.OWN_BUILDING,
            "Layer": "total, never added" if deal.aggregate else deal.layer,
            "Stated": compare_deals.stated(deal),
            "Billion USD": float(magnitude(deal.amount, "billion USD")) if deal.amount is not None else None,
            "Source": ui.cited(deal.source_id, catalog.sources),
            "Status": _status(deal, catalog),
            "Announced": deal.announced,
            "Note": deal.note,
        }
        for deal in catalog.commitments.values()
    ]
    latest: list[Any] = sorted(rows, key=lambda row: str(row["Announced"]), reverse=True)
    return ui.grid("deals-table", COLUMNS, latest, window, name="Every deal")
