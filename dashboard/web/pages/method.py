"""`/method`: what the words mean, the equations, every parameter with its sources, the common errors of coverage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import Input, Output, dcc, html

from dashboard import compare_method
from dashboard.catalog import Catalog
from dashboard.compare import Comparison
from dashboard.core.draws import Draws
from dashboard.estimates import Estimate, estimate, read_ask
from dashboard.records import Parameter
from dashboard.web import components as ui
from dashboard.web import components_score as parts
from dashboard.web.cache import by_version
from dashboard.web.live import Live
from dashboard.web.misreadings import misreadings

PATH, NAME, TITLE = "/method", "Method", "How are these numbers worked out?"
FIGURES = ("method-spreads",)
EXAMPLE = "100000 H100"
LONGEST = 60
OPEN_BELOW = 7  # so many groups or fewer are shown open

# What the words mean: name, symbol, unit, in plain words.
DEFINITIONS = (
    (
        "Design power of a chip",
        "TDP",
        "W",
        "The heat that its cooling is built for. Not what the chip draws; processor, memory, network come on top.",
    ),
    (
        "IT power per chip, all in",
        "k",
        "kW/chip",
        "All that computes, stores or switches in the hall, at its rating, divided by the chips.",
    ),
    ("IT power at rating", "P_rated", "MW", "The sum of the ratings: what the purchase order says."),
    ("Critical IT capacity", "C_IT", "MW", "What the halls can power and cool. We take it as the IT power at rating."),
    ("IT average", "P_IT,avg", "MW", "The mean over a year, idle hours and outages included."),
    (
        "Facility peak",
        "P_pk",
        "MW",
        "IT at its rating, cooling and conversion in the worst hour: what the site is built for.",
    ),
    ("Highest hour", "P_real = κ · P_pk", "MW", "The highest metered hour. It stays below the facility peak."),
    ("Grid connection", "P_grid", "MW", "The size of contract, substation or permit. It may hold later phases."),
    ("Facility average", "P_avg", "MW", "The mean over a year at the meter. Only this one becomes an energy."),
    ("Energy a year", "E", "TWh", "The facility average over the 8,760 hours of a year."),
)

RATIOS = (
    ("Draw ratio", "d = P_IT,avg ÷ P_rated", "average of the IT over its rating"),
    ("Capacity factor of a facility", "CF = P_avg ÷ P_pk", "average over what it was built for"),
    ("Load factor", "LF = P_avg ÷ P_real", "average over its own highest hour"),
)

EQUATIONS = (
    ("Chips to IT power", "P_rated = N · k · ε", "N: chips; k: IT power of each; ε: what the method itself gets wrong"),
    ("Where k is not known", "k = TDP · s · n", "s: server over chip; n: all IT over servers"),
    ("IT to facility peak", "P_pk = C_IT · (1 + h)", "h: overhead in the worst hour; 1 + h is the PUE then"),
    ("IT to its average", "P_IT,avg = P_rated · d", "from chips; d: the draw ratio"),
    (
        "Capacity to its average",
        "P_IT,avg = C_IT · u",
        "from gigawatts; u: the load of a site that has filled up over its capacity",
    ),
    ("IT average to facility average", "P_avg = P_IT,avg · (1 + g · h)", "g: the mean overhead over the worst"),
    ("Average to energy", "E = P_avg · 8,760 h", "the hours of a year"),
    ("Announced as facility power", "C_IT = P ÷ (1 + h)", "P: the figure announced; as IT power it is C_IT itself"),
    ("Announced as grid connection", "C_IT = P · s_grid ÷ (1 + h)", "s_grid: facility peak over connection"),
    ("Power to chips", "N = C_IT ÷ k", "the chips that fill the halls"),
    (
        "Capital cost to power",
        "C_IT = V ÷ c",
        "V: the sum; c: cost per IT power; only for money that builds, never for rent",
    ),
    (
        "Rent to chips",
        "N = V · a ÷ (p · 8,760 h · (T − y))",
        "a: accelerators’ share; p: price of a chip-hour; T: years; y: years lost to the ramp, at most T ÷ 2",
    ),
    (
        "Rent to power, the other way",
        "C_IT = V ÷ (T · r)",
        "r: revenue per MW per year; each of the two ways is as likely",
    ),
    ("Emissions", "M = E · I", "I: CO₂ per kWh at the grid’s average mix"),
    ("Water", "W = E · (w + v)", "w: per kWh on site; v: at the power plants"),
    ("Electricity bill", "B = E · q", "q: price of electricity"),
    ("Capital to its cost in a year", "V · i ÷ (1 − (1 + i)⁻ᴸ)", "V: the part s_IT of IT, or the rest; L: its life"),
    ("Running it, in a year", "C_IT · o", "o: upkeep, taxes, staff; with the bill and both capitals a year’s cost"),
    ("Carbon of making it, once", "C_IT · m", "m: of equipment and building, per IT power"),
)


@dataclass(frozen=True)
class Choice:
    """What the reader chose: a word that the parameters shown must hold."""

    find: str = ""

    def query(self) -> str:
        """The choice as the query of the address."""
        return ui.query_text({"find": self.find})


def choose(query: Mapping[str, str]) -> tuple[Choice, list[str]]:
    """The choice in a query; what is too long is cut and told."""
    find = " ".join(query.get("find", "").split())
    if len(find) > LONGEST:
        told = f"find: must be at most {LONGEST} characters, got {len(find):,}; the rest is left out"
        return Choice(find[:LONGEST].strip()), [told]
    return Choice(find), []


@by_version
def view(catalog: Catalog, choice: Choice) -> tuple[Parameter, ...]:
    """The parameters whose name, symbol, sources or reasoning hold every word of the choice."""
    words = choice.find.lower().split()
    return tuple(row for row in catalog.parameters.values() if all(word in _text(row, catalog) for word in words))


def _text(row: Parameter, catalog: Catalog) -> str:
    sources = [catalog.source(source_id) for source_id in row.source_ids]
    named = [f"{source.publisher} {source.title}" for source in sources]
    fields = (row.parameter_id, row.quantity, row.scope, row.name, row.symbol, row.unit, row.basis, row.reasoning)
    return " ".join([*fields, *named]).lower()


def comparisons(catalog: Catalog, query: Mapping[str, str]) -> tuple[Comparison, ...]:
    """The page's comparison for a query, for files and exports.

    Raises:
        ValueError: no parameter goes by the word.
    """
    return (_comparison(catalog, ui.certain(*choose(query))),)


def _comparison(catalog: Catalog, choice: Choice) -> Comparison:
    rows = compare_method.widest(view(catalog, choice))
    which = (
        f"“{choice.find}”"
        if choice.find
        else f"the {min(len(rows), compare_method.MOST)} widest, one for each quantity"
    )
    return compare_method.spreads_of(rows, catalog, which)


def layout(catalog: Catalog, query: Mapping[str, str]) -> Any:
    """The page: words, equations and errors as they are, the parameters below their text box."""
    choice, notices = choose(query)
    example = estimate(read_ask(EXAMPLE, catalog), catalog)
    return html.Div(
        [
            html.H1(TITLE),
            html.P(_answer(catalog), className="answer"),
            *[ui.problem(notice) for notice in notices],
            _contents(),
            html.Div(id="method-picture"),
            html.H2("Common errors of coverage, and what is right", id="errors"),
            html.P(
                "Dotted underlines mark what we worked out. Where a wrong figure was said, the brackets tell by whom."
            ),
            errors_table(catalog),
            html.H2("What the words mean", id="words"),
            definitions_table(),
            html.P("Three ratios that must never be mixed. Uptime is a fourth and says nothing about power."),
            ui.table(
                ["Ratio", "Equation", "Meaning"],
                [[name, parts.equation(text), words] for name, text, words in RATIOS],
                caption="Ratios",
            ),
            html.H2("The equations", id="equations"),
            equations_table(),
            html.H3(f"The same with numbers: {example.ask.text}"),
            ui.steps_table(example.steps),
            html.H2("How doubt is carried", id="doubt"),
            *_doubt(example),
            html.H2("Where an announced gigawatt sits", id="claims"),
            claims_table(catalog),
            html.H2("Every parameter", id="parameters"),
            html.Div(
                dmc.TextInput(
                    id="method-find",
                    label="Show parameters with these words",
                    description="in name, symbol, sources or reasoning; for instance “GB200”, “PUE”, “water”",
                    value=choice.find,
                    debounce=400,
                    w=420,
                ),
                className="controls",
            ),
            html.Div(id="method-body", **ui.POLITE),
            dcc.Store(id="method-query"),
        ]
    )


def wire(app: dash.Dash, live: Live) -> None:
    """The text box redraws the parameters and is kept in the address."""

    @app.callback(
        Output("method-picture", "children"),
        Output("method-body", "children"),
        Output("method-query", "data"),
        Input("method-find", "value"),
        Input("view", "data"),
        Input("own", "data"),
    )
    def body(find: str | None, window: dict[str, Any] | None, mine: Any) -> tuple[Any, Any, str]:
        if window is None:
            raise dash.exceptions.PreventUpdate
        choice, _ = choose({"find": find or ""})
        picture, body = render(live.of(mine), choice, ui.seen(window, mine))
        return picture, body, choice.query()

    ui.remember(app, "method")


def render(catalog: Catalog, choice: Choice, window: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """The picture at the head of the page, and the parameters; where a word is looked for, the picture goes to them."""
    rows = view(catalog, choice)
    if not rows:
        told = f"No parameter holds “{choice.find}”. Clear the box to see all {len(catalog.parameters)}."
        return [], [ui.problem(told)]
    picture, groups = _figure(catalog, choice, window), grouped(rows)
    opened = len(groups) <= OPEN_BELOW
    body = [
        html.P(f"{len(rows)} of {len(catalog.parameters)} parameters, in {len(groups)} groups.", className="quiet"),
        *[_group(name, members, catalog, opened=opened) for name, members in groups.items()],
    ]
    return ([], [*picture, *body]) if choice.find else (picture, [*body, *_other_evidence(catalog)])


def _figure(catalog: Catalog, choice: Choice, window: dict[str, Any]) -> list[Any]:
    try:
        return [ui.figure_block(_comparison(catalog, choice), window, f"/method?{choice.query()}")]
    except ValueError:
        return [
            html.P("All of these are fixed, or no estimate draws them: there is no range to show.", className="quiet")
        ]


def _other_evidence(catalog: Catalog) -> list[Any]:
    """Published figures that no parameter rests on."""
    rows = [row for row in catalog.evidence.values() if not row.parameter_id]
    if not rows:
        return []
    table = parts.evidence_table(rows, catalog, "Published figures that no parameter rests on")
    return [html.Details([html.Summary(f"Other published figures: {len(rows)}"), table])]


def grouped(rows: Sequence[Parameter]) -> dict[str, list[Parameter]]:
    """Parameters by quantity, under the name of the general one."""
    by_quantity: dict[str, list[Parameter]] = {}
    for row in rows:
        by_quantity.setdefault(row.quantity, []).append(row)
    return {_group_name(members): members for members in by_quantity.values()}


def _group_name(members: list[Parameter]) -> str:
    general = next((row.name for row in members if not row.scope), "")
    return general or (members[0].name.split(",", maxsplit=1)[0] if len(members) > 1 else members[0].name)


def _group(name: str, members: list[Parameter], catalog: Catalog, *, opened: bool) -> Any:
    ids = {row.parameter_id for row in members}
    evidence = [row for row in catalog.evidence.values() if row.parameter_id in ids]
    count = f"{len(members)} values" if len(members) > 1 else compare_method.words_of(members[0])
    behind = f", {len(evidence)} published figures" if len(evidence) > 1 else ", 1 published figure" if evidence else ""
    content = [parts.parameters_table(members, catalog, f"{name}: the range, and where it is from")]
    if evidence:
        content.append(parts.evidence_table(evidence, catalog, f"{name}: published figures behind it"))
    symbol = [" ", parts.equation(members[0].symbol)] if members[0].symbol else []
    summary = html.Summary([name, *symbol, f": {count}{behind}"])
    return html.Details([summary, *content], open=opened)


def _answer(catalog: Catalog) -> str:
    rows = [row for row in catalog.parameters.values() if compare_method.drawn(row)]
    used = {source for row in rows for source in row.source_ids}
    ranges = sum(row.low < row.high for row in rows)
    draws = Draws()
    return (
        "From chips, dollars or announced gigawatts, by a chain of products, to power and energy. Of its "
        f"{len(rows)} parameters {ranges} are ranges, from {len(used)} sources in all. The chain runs on "
        f"{draws.count:,} draws of them; the range of a result is read off at the end. "
        f"{len(catalog.parameters) - len(rows)} more are listed below that no estimate draws."
    )


def _contents() -> Any:
    chapters = {
        "errors": "Common errors",
        "words": "Words",
        "equations": "Equations",
        "doubt": "Doubt",
        "claims": "Claims",
        "parameters": "Every parameter",
    }
    links: list[Any] = []
    for anchor, name in chapters.items():
        links += [html.A(name, href=f"#{anchor}"), " · "]
    return html.P(links[:-1])


def errors_table(catalog: Catalog) -> Any:
    """Wrong and right beside each other, each number from a row or from the chain."""
    body = [
        [
            error.name,
            error.wrong,
            [error.said, parts.estimated(error.right)] if error.ours else error.right,
            error.why,
            ui.source_links(error.source_ids, catalog),
        ]
        for error in misreadings(catalog)
    ]
    return ui.table(["Error", "Wrong", "Right", "Why", "Sources"], body, caption="Wrong and right beside each other")


def definitions_table() -> Any:
    """The quantities in plain words."""
    body = [[name, parts.equation(symbol), unit, words] for name, symbol, unit, words in DEFINITIONS]
    return ui.table(["Quantity", "Symbol", "Unit", "Meaning"], body, caption="From the chip to a year’s energy")


def equations_table() -> Any:
    """The equations of the chain."""
    body = [[name, parts.equation(text), parts.with_subscripts(words)] for name, text, words in EQUATIONS]
    return ui.table(
        ["Step", "Equation", "Note"],
        body,
        caption="All steps multiply or divide, overheads as 1 + h, so that doubts multiply",
    )


def claims_table(catalog: Catalog) -> Any:
    """Kinds of claims with the odds of what their gigawatts mean."""
    body = [
        [
            row.name,
            *(f"{100 * weight:.0f}\u00a0%" for weight in row.weights),
            row.why,
            ui.source_links(row.source_ids, catalog),
        ]
        for row in catalog.claim_types.values()
    ]
    head = ["Kind of claim", "IT", "Facility", "Grid connection", "Why", "Sources"]
    return ui.table(head, body, numbers=(1, 2, 3), caption="Odds of each reading, where the speaker does not say")


def _doubt(example: Estimate) -> list[Any]:
    top = example.assumptions[:2]
    named = " and ".join(
        f"{row.factor.label[0].lower()}{row.factor.label[1:]} ({100 * row.share:.0f} %)" for row in top
    )
    return [
        html.P(
            "A parameter is three numbers: a 1-in-20 chance that it is below the first, an even chance that it is "
            "below the second, a 19-in-20 chance that it is below the third. Positive factors follow a split "
            "lognormal, shares a split logit-normal; both pass through all three and need no hard ends."
        ),
        html.P(
            "Doubts have names. What two sites share, such as the draw of one family of chips, moves both in the same "
            "draw; how far is the ρ of each parameter. Some move with another too: a fuller site has a higher peak. "
            "Sites are added inside each draw. Percentiles are never added."
        ),
        html.P(
            "The chain being a product, its logarithm is a sum, and each parameter’s share of the variance of that "
            "sum can be stated; every share of a variance told here is one of these. "
            f"For {example.ask.text} most of it comes from {named}. Whether a gigawatt is IT, facility or connection "
            "is drawn too, by the odds below; and by which of two ways dollars become power, each as often as the "
            "other, for nothing published says which is right."
        ),
        html.P(["How close this comes to published figures: ", dcc.Link("the score", href="/score"), "."]),
    ]
