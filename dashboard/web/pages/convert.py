"""`/convert`: chips, dollars or gigawatts typed in; every reading, the chain, the assumptions, all in the address."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import ALL, Input, Output, State, html

from dashboard import compare_chain
from dashboard.catalog import Catalog, UnknownChipError
from dashboard.compare import Comparison
from dashboard.estimates import Estimate, estimate, read_ask
from dashboard.estimates.ask import BASES, setting_name
from dashboard.estimates.estimate import RESULT_UNITS
from dashboard.estimates.inputs import Factor, NoPowerError
from dashboard.estimates.limits import limit, limit_text, share_text, shares_above
from dashboard.estimates.owning import owned
from dashboard.estimates.report import LABELS, lowered, steps_apart, what_would_change
from dashboard.units import exact, given_text, magnitude, range_text, reader_text
from dashboard.web import components as ui
from dashboard.web.components_convert import owning, side_by_side
from dashboard.web.live import Live

PATH, NAME, TITLE = "/convert", "Convert", "What do these chips, dollars or gigawatts mean?"
FIGURES = ("chain", "outcomes-annual-energy", "outcomes-facility-peak", "tornado", "year-cost")
EXAMPLES = ("100000 H100", "400k GB200", "30 GW", "38 billion USD over 7 years", "1.4 trillion USD")
BASIS_LABELS = {"unknown": "not stated", "it": "IT power", "facility": "facility power", "grid": "grid connection"}
CARDS = (
    ("chips", "money"),
    ("it_rated", "capacity"),
    ("facility_peak", "capacity"),
    ("grid_connection", "capacity"),
    ("facility_average", "average"),
    ("annual_energy", "energy"),
    ("emissions", "energy"),
    ("water", "energy"),
    ("electricity_cost", "money"),
    ("capex", "money"),
    ("contract_value", "money"),
)
PREFIX = "set."
NOTHING_OPEN = "no range: every assumption is set"


@dataclass(frozen=True)
class Choice:
    """What the reader typed and set."""

    text: str = EXAMPLES[0]
    basis: str = "unknown"
    chip: str = ""
    other: str = ""
    above: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)

    def query(self) -> str:
        """The choice as the query of the address."""
        basis = "" if self.basis == "unknown" else self.basis
        named = {"text": self.text, "basis": basis, "chip": self.chip, "other": self.other, "above": self.above}
        return ui.query_text(named | {PREFIX + name: value for name, value in self.settings.items()})


def choose(query: Mapping[str, str]) -> Choice:
    """The choice in a query; texts are taken as they stand and judged by `view`."""
    settings = {key.removeprefix(PREFIX): value for key, value in query.items() if key.startswith(PREFIX)}
    text, basis = query.get("text", EXAMPLES[0]), query.get("basis", "unknown")
    chip, other, above = (query.get(key, "") for key in ("chip", "other", "above"))
    return Choice(text, basis, chip, other, above, settings)


def view(catalog: Catalog, choice: Choice) -> Estimate:
    """The estimate of what was typed.

    Raises:
        ValueError: it cannot be read; the message is one line for the reader.
    """
    ask = read_ask(choice.text, catalog, basis=choice.basis, chip=choice.chip, settings=choice.settings)
    return estimate(ask, catalog)


def comparisons(catalog: Catalog, query: Mapping[str, str]) -> tuple[Comparison, ...]:
    """The page's comparisons for a query, for files and exports."""
    choice = choose(query)
    return _comparisons(view(catalog, choice), catalog, _other(catalog, choice))


def _other(catalog: Catalog, choice: Choice) -> Estimate | None:
    """The estimate of the second scenario; none where nothing is typed."""
    return view(catalog, dataclasses.replace(choice, text=choice.other)) if choice.other else None


def _comparisons(answer: Estimate, catalog: Catalog, other: Estimate | None) -> tuple[Comparison, ...]:
    tornado = compare_chain.tornado_of(answer, catalog)
    return (
        compare_chain.chain_of(answer, catalog, other),
        compare_chain.outcomes_of(answer, "annual_energy", catalog),
        compare_chain.outcomes_of(answer, "facility_peak", catalog),
        *([] if tornado.table.empty else [tornado]),
        compare_chain.year_cost_of(answer, owned(answer, catalog), catalog),
    )


def layout(catalog: Catalog, query: Mapping[str, str]) -> Any:
    """The page with its controls set from the query."""
    choice = choose(query)
    chips = [{"value": chip.chip_id, "label": f"{chip.name} ({chip.vendor})"} for chip in catalog.accelerators.values()]
    basis, chip, notices = _controls(catalog, choice)
    return html.Div(
        [
            html.H1(TITLE),
            *[ui.problem(notice) for notice in notices],
            html.Div(
                [
                    dmc.TextInput(
                        id="convert-text",
                        value=choice.text,
                        label="Chips, power or dollars",
                        description="for instance " + ", ".join(f"“{example}”" for example in EXAMPLES),
                        debounce=400,
                        w=480,
                    ),
                    dmc.TextInput(
                        id="convert-other",
                        value=choice.other,
                        label="Beside (a second scenario)",
                        placeholder="400k GB200",
                        debounce=400,
                        w=230,
                    ),
                    dmc.TextInput(
                        id="convert-above",
                        value=choice.above,
                        label="How often above",
                        placeholder="150 MW",
                        debounce=400,
                        w=150,
                    ),
                    dmc.Select(
                        id="convert-basis",
                        label="The GW are",
                        value=basis,
                        data=[{"value": key, "label": label} for key, label in BASIS_LABELS.items()],
                        allowDeselect=False,
                        w=190,
                    ),
                    dmc.Select(
                        id="convert-chip",
                        label="Chip for power or dollars",
                        value=chip or None,
                        data=chips,
                        placeholder="none",
                        searchable=True,
                        clearable=True,
                        w=260,
                    ),
                ],
                className="controls",
            ),
            html.P(html.A("Change the assumptions", href="#assumptions", className="jump")),
            dash.dcc.Store(id="convert-given", data=_named(choice.settings, catalog)),
            *ui.slot("convert"),
            html.H2("Assumptions", id="assumptions", tabIndex=-1),
            html.P(
                "Each is low : central : high, the 5th, 50th and 95th percentile. Type one number to fix it, three to "
                "give a range; clear the box to go back to the table’s value.",
                className="quiet",
            ),
            html.Div(id="convert-assumptions"),
            dash.dcc.Store(id="convert-query"),
        ]
    )


def _controls(catalog: Catalog, choice: Choice) -> tuple[str, str, list[str]]:
    """Basis and chip as the two lists know them, and what is told of an address that names others."""
    basis, chip, notices = choice.basis, "", []
    if basis not in BASES:
        notices.append(f'basis: must be one of {", ".join(BASES)}, got "{basis[:40]}"; shown as not stated')
        basis = "unknown"
    try:
        chip = catalog.chip(choice.chip).chip_id if choice.chip else ""
    except UnknownChipError as error:
        notices.append(f"{error}; shown without")
    return basis, chip, notices


def _named(settings: Mapping[str, str], catalog: Catalog) -> dict[str, str]:
    """The settings of an address by name, as the boxes have them; as they stand where one is given twice."""
    named = {setting_name(name, catalog): value for name, value in settings.items()}
    return named if len(named) == len(settings) else dict(settings)


def wire(app: dash.Dash, live: Live) -> None:
    """Typing redraws the page; the assumptions on show follow the chain in use; all of it is kept in the address."""
    typed = [Input(f"convert-{name}", "value") for name in ("text", "basis", "chip", "other", "above")]

    @ui.redrawn(app, "convert", *typed, Input("convert-given", "data"))
    def body(
        text: str | None,
        basis: str,
        chip: str | None,
        other: str | None,
        above: str | None,
        given: dict[str, str] | None,
        window: ui.View,
        mine: Any,
    ) -> ui.Redrawn:
        choice = Choice(text or "", basis, chip or "", other or "", above or "", given or {})
        return render(live.of(mine), choice, ui.seen(window, mine)), choice

    @app.callback(
        Output("convert-assumptions", "children"),
        Input("convert-text", "value"),
        Input("convert-basis", "value"),
        Input("convert-chip", "value"),
        Input("own", "data"),
        State("convert-given", "data"),
    )
    def assumptions(text: str | None, basis: str, chip: str | None, mine: Any, given: dict[str, str] | None) -> Any:
        return boxes(live.of(mine), Choice(text or "", basis, chip or "", settings=given or {}))

    @app.callback(
        Output("convert-given", "data"),
        Input({"type": "set", "name": ALL}, "value"),
        State({"type": "set", "name": ALL}, "id"),
        State("convert-given", "data"),
        prevent_initial_call=True,
    )
    def given(values: list[str | None], ids: list[dict[str, str]], before: dict[str, str] | None) -> Any:
        after = dict(before or {})
        names = [item["name"] for item in ids if "name" in item]
        if len(values) != len(names):
            raise dash.exceptions.PreventUpdate
        for value, name in zip(values, names, strict=True):
            after[name] = (value or "").replace(" ", "")
        kept = {name: value for name, value in after.items() if value}
        return kept if kept != (before or {}) else dash.no_update


def render(catalog: Catalog, choice: Choice, window: dict[str, Any]) -> list[Any]:
    """Answer, cards, figures and steps; or the one line that says what is wrong."""
    try:
        answer = view(catalog, choice)
    except ValueError as error:
        return [ui.problem(str(error))]
    try:
        other, wrong = _other(catalog, choice), ""
    except ValueError as error:
        other, wrong = None, str(error)
    cost = owned(answer, catalog)
    shown = _comparisons(answer, catalog, other)
    *figures, last = [ui.figure_block(item, window, f"/convert?{choice.query()}") for item in shown]
    return [
        html.P(_answer(answer), className="answer"),
        html.P(what_would_change(answer), className="quiet"),
        html.Div([html.P(f"Note: {warning}.", className="quiet") for warning in answer.warnings]),
        html.Div([_card(answer, name, kind) for name, kind in CARDS if name in answer.results], className="cards"),
        html.Div(_above(answer, choice.above)),
        html.Div(side_by_side(catalog, answer, other)),
        html.Div([html.H2("Beside it"), ui.problem(wrong)] if wrong else []),
        *figures,
        html.H2("What it costs in a year, and the carbon of making it"),
        last,
        *owning(cost),
        html.H2("Each step with its numbers"),
        ui.steps_table(answer.steps),
        *[html.P(told, className="quiet") for told in (steps_apart(answer),) if told],
        html.H2("What it rests on"),
        ui.assumptions_table(answer, catalog),
        ui.factors_table(cost.factors, catalog, "Of a year’s cost, and of the carbon of making it"),
    ]


def _answer(answer: Estimate) -> list[Any]:
    energy = answer.quantiles("annual_energy")
    return [
        f"{answer.ask.text}: ",
        *_full_rating(answer),
        " and ",
        html.Strong(reader_text(energy[2], "TWh", beside=energy[4]), className="estimated"),
        f" a year ({_range(answer, 'annual_energy')}).",
    ]


def _full_rating(answer: Estimate) -> list[Any]:
    """The facility peak with its range, or as it was given."""
    where, peak = " at the meter at full rating", answer.quantiles("facility_peak")
    beside = answer.beside("facility_peak")
    if answer.is_given("facility_peak"):
        return [html.Strong(given_text(peak[2], "MW")), f"{where} (as given)"]
    if exact(peak[0], peak[4]):
        told = html.Strong(reader_text(peak[2], "MW", beside=beside), className="estimated")
        return [told, f"{where} ({NOTHING_OPEN})"]
    told = html.Strong(reader_text(peak[2], "MW", beside=beside), className="estimated")
    return ["about ", told, f"{where} (very likely {range_text(peak[0], peak[4], 'MW', beside=beside)})"]


def _above(answer: Estimate, text: str) -> list[Any]:
    """How often each result is above the amount that was typed; empty where none was."""
    if not text:
        return []
    try:
        bound = limit(text)
    except ValueError as error:
        return [ui.problem(str(error))]
    parts: list[Any] = [limit_text(bound), ":"]
    for name, share in shares_above(answer, bound).items():
        parts += [f" {lowered(LABELS[name])} ", html.Strong(share_text(share), className="estimated"), ","]
    return [html.P([*parts[:-1], "."])]


def _range(answer: Estimate, name: str) -> str:
    (low, *_, high), unit = answer.quantiles(name), RESULT_UNITS[name]
    return NOTHING_OPEN if exact(low, high) else range_text(low, high, unit, beside=answer.beside(name))


def _card(answer: Estimate, name: str, kind: str) -> Any:
    middle, unit = answer.quantiles(name)[2], RESULT_UNITS[name]
    given = answer.is_given(name)
    value = given_text(middle, unit) if given else reader_text(middle, unit, beside=answer.beside(name))
    return html.Div(
        [
            html.Span(LABELS[name]),
            html.Span(html.Span(value, className="" if given else "estimated"), className="big"),
            html.Span("as given" if given else _range(answer, name), className="range"),
        ],
        className=f"card {kind}",
    )


def boxes(catalog: Catalog, choice: Choice) -> Any:
    """A text box for each assumption that the chain uses, the ones that decide first."""
    try:
        answer = view(catalog, Choice(choice.text, choice.basis, choice.chip))
    except NoPowerError:
        answer = view(catalog, Choice(choice.text, choice.basis, choice.chip, settings={"it_power": "1"}))
    except ValueError:
        return html.P("They stand here once the text above can be read.", className="quiet")
    used = [*(row.factor for row in answer.assumptions), *owned(answer, catalog).factors]
    rows = sorted((one for one in used if one.row is not None or one.given), key=lambda one: not one.given)
    return html.Div([_box(factor, choice.settings.get(factor.name, "")) for factor in rows], className="cards")


def _box(factor: Factor, value: str) -> Any:
    ends = "no value" if factor.given else ":".join(f"{magnitude(end, factor.unit):.4g}" for end in _ends(factor))
    unit = "" if factor.unit in ("1", "ratio", "fraction") else f", {factor.unit}"
    return dmc.TextInput(
        id={"type": "set", "name": factor.name},
        value=value,
        label=f"{factor.label}{unit}",
        description=f"table: {ends}",
        debounce=600,
    )


def _ends(factor: Factor) -> tuple[Any, Any, Any]:
    return factor.spread.low, factor.spread.central, factor.spread.high
