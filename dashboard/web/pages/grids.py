"""`/grids`: a chosen load beside chosen grids, question by question, each grid on its own scale."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

import dash
import dash_mantine_components as dmc
from dash import Input, Output, State, html

from dashboard import compare_grids
from dashboard.catalog import Catalog, nearest
from dashboard.compare import Comparison
from dashboard.estimates import Estimate, estimate, questions, read_ask
from dashboard.estimates.ask import BASES, BASIS_NAMES
from dashboard.estimates.headlines import CLAIM
from dashboard.estimates.report import steps_apart
from dashboard.units import spread_text
from dashboard.web import components as ui
from dashboard.web import components_plans as parts
from dashboard.web import loads
from dashboard.web import sentences_grids as sentences
from dashboard.web.cache import by_version
from dashboard.web.components_grids import planned, strains_block
from dashboard.web.live import Live
from dashboard.web.pages import plans
from dashboard.web.sentences_plans import MONTH

PATH, NAME, TITLE = "/grids", "Grids", "What would this load be on a grid?"
FIGURES = ("grids-energy", "grids-peak", "grids-plants", "grids-adequacy", "grids-planned")
QUESTIONS = {
    "energy": "share of a year’s electricity",
    "peak": "strain on the record peak",
    "plants": "plants for the energy",
    "adequacy": "plants for the peak, with reserve",
}
MOST_GRIDS = 24
BASIS_LABELS = {"unknown": "not stated", "it": "IT", "facility": "facility", "grid": "grid connection"}
PAIRED = "Energy is set beside energy and the highest hour beside a peak, never a nameplate beside an average."
POOLED = "The range above pools all readings by their odds; its median lies between theirs or is one of them."


@dataclass(frozen=True)
class Choice:
    """What the reader chose: the load, its basis where it is typed GW, the grids (none are the usual), the question."""

    load: str = loads.DEFAULT_LOAD
    basis: str = "unknown"
    grids: tuple[str, ...] = ()
    question: str = "energy"

    def query(self) -> str:
        """The choice as the query of the address."""
        return ui.query_text(
            {
                "load": "" if self.load == loads.DEFAULT_LOAD else self.load,
                "basis": "" if self.basis == "unknown" else self.basis,
                "grids": ",".join(self.grids),
                "question": "" if self.question == "energy" else self.question,
            }
        )


def choose(query: Mapping[str, str], catalog: Catalog) -> tuple[Choice, list[str]]:
    """The choice in a query; what is not possible falls back and is told. The load is judged by `view`."""
    notices = []
    question, basis = query.get("question", "energy"), query.get("basis", "unknown")
    if question not in QUESTIONS:
        notices.append(f'question: must be one of {", ".join(QUESTIONS)}, got "{question[:40]}"; energy is shown')
        question = "energy"
    if basis not in BASES:
        notices.append(f'basis: must be one of {", ".join(BASES)}, got "{basis[:40]}"; shown as not stated')
        basis = "unknown"
    load = query.get("load", loads.DEFAULT_LOAD)
    basis = basis if loads.grouping(load) is None else "unknown"
    asked = tuple(dict.fromkeys(part for part in query.get("grids", "").split(",") if part))
    unknown = [grid for grid in asked if grid not in catalog.grids]
    if unknown:
        spelled = {
            word: f"{row.grid_id} ({row.name})" for row in catalog.grids.values() for word in (row.grid_id, row.name)
        }
        near = "".join(nearest(grid, spelled) for grid in unknown[:1])
        notices.append(f'grids: no grid is called "{", ".join(unknown)[:60]}"{near}; it is left out')
    known = tuple(grid for grid in asked if grid in catalog.grids)[:MOST_GRIDS]
    usual = known == loads.usual_grids(catalog, load)
    return Choice(load, basis, () if usual else known, question), notices


def shown(catalog: Catalog, choice: Choice) -> tuple[str, ...]:
    """The grids that the load is set beside."""
    return choice.grids or loads.usual_grids(catalog, choice.load)


def _unused(query: Mapping[str, str]) -> list[str]:
    """What an address asks for that its load makes no use of; a file of it is the one that was asked for."""
    basis = query.get("basis", "unknown")
    if loads.grouping(query.get("load")) is None or basis not in BASES or basis == "unknown":
        return []
    return [f"the basis {basis} is not used: each figure of a planned load is read on the basis that the tables have"]


@by_version
def worked(catalog: Catalog, choice: Choice) -> tuple[Estimate, dict[str, questions.Load]]:
    """The estimate of the chosen load and its four kinds, with the grids that carry it.

    Raises:
        ValueError: the load cannot be read, or nothing of that name is in the tables.
    """
    if loads.grouping(choice.load) is not None:
        return loads.worked(catalog, choice.load)
    kind, _, name = choice.load.partition(":")
    if re.fullmatch(r"[a-z]+", kind) and name:
        known = ", ".join(loads.PLANNED)
        raise ValueError(f'load: must be an amount, or begin with {known} and a colon, got "{kind[:20]}:"')
    ask = read_ask(choice.load, catalog, basis=choice.basis)
    label = ""
    if choice.load == loads.DEFAULT_LOAD:
        ask = replace(ask, source_ids=(catalog.commitments[CLAIM].source_id,))
        label = f"OpenAI’s 30 GW ({BASIS_NAMES[choice.basis]})"
    answer = estimate(ask, catalog)
    return answer, loads.named(questions.loads(answer, catalog), label or answer.ask.text)


def view(catalog: Catalog, choice: Choice) -> Comparison:
    """The comparison of the question.

    Raises:
        ValueError: the load cannot be read.
    """
    answer, kinds = worked(catalog, choice)
    grids = [catalog.grids[grid_id] for grid_id in shown(catalog, choice)]
    if asks_of_grids(choice.question):
        found = compare_grids.beside_grids(choice.question, kinds[choice.question], answer, grids, catalog)
    else:
        found = compare_grids.plants(choice.question, kinds, answer, catalog)
    told = [
        found.method,
        *(f"{part}." for part in (_planned_range(catalog, choice, kinds), _likely(catalog, choice)) if part),
    ]
    return replace(found, method=" ".join(told))


def _planned_range(catalog: Catalog, choice: Choice, kinds: dict[str, questions.Load]) -> str:
    """What is planned, with its doubt; empty for a load that was typed."""
    if loads.grouping(choice.load) is None:
        return ""
    return sentences.planned(kinds["capacity"], parts=loads.has_parts(catalog, choice.load))


def _warnings(answer: Estimate, choice: Choice) -> tuple[str, ...]:
    """What to mind of how a load was read; nothing of a planned one, which nobody typed."""
    return answer.warnings if loads.grouping(choice.load) is None else ()


def _likely(catalog: Catalog, choice: Choice) -> str:
    """How much of what is planned is likely by the end of 2030, where known; empty for a load that was typed."""
    if loads.grouping(choice.load) is None:
        return ""
    group = loads.group_of(catalog, choice.load)
    if len(loads.sites(catalog, choice.load)) == 1 and parts.undated(group, plans.plans_of(catalog), MONTH):
        return sentences.NOT_KNOWN
    low, _, middle, _, high = group.at("likely", MONTH)
    return f"Likely by then: {spread_text(low, middle, high, 'MW') if high else 'nothing'}"


def comparisons(catalog: Catalog, query: Mapping[str, str]) -> tuple[Comparison, ...]:
    """The page's comparisons for a query, the question shown first; then all that is planned."""
    choice = ui.certain(*choose(query, catalog))
    questions = sorted(QUESTIONS, key=lambda question: question != choice.question)
    asked = (view(catalog, Choice(choice.load, choice.basis, choice.grids, question)) for question in questions)
    return (*asked, *planned(catalog, choice.load))


def layout(catalog: Catalog, query: Mapping[str, str]) -> Any:
    """The page with its controls set from the query."""
    choice, notices = choose(query, catalog)
    listed, asked = loads.choices(catalog), choice.load or loads.DEFAULT_LOAD
    picked = any(asked == item["value"] for group in listed for item in group["items"])
    grids = [
        {"value": grid.grid_id, "label": grid.name}
        for grid in catalog.grids.values()
        if grid.demand is not None or grid.peak is not None
    ]
    return html.Div(
        [
            html.H1(TITLE),
            *[ui.problem(notice) for notice in (*notices, *_unused(query))],
            html.Div(
                [
                    dmc.Select(
                        id="grids-load",
                        label="Load",
                        value=asked if picked else None,
                        data=listed,
                        searchable=True,
                        allowDeselect=False,
                        placeholder="your own, typed beside",
                        w=420,
                    ),
                    dmc.TextInput(
                        id="grids-text",
                        label="or your own load",
                        value="" if picked else asked,
                        placeholder="100000 H100",
                        debounce=400,
                        w=200,
                    ),
                    html.Div(
                        ui.radios("grids-basis", "GW are read as", BASIS_LABELS, choice.basis),
                        id="grids-read",
                        hidden=loads.grouping(asked) is not None,
                    ),
                ],
                className="controls",
            ),
            html.Div(
                [
                    ui.radios("grids-question", "Question", QUESTIONS, choice.question),
                    html.Div(
                        dmc.MultiSelect(
                            id="grids-grids",
                            label="Grids",
                            value=list(shown(catalog, choice)),
                            data=grids,
                            searchable=True,
                            maxValues=MOST_GRIDS,
                        ),
                        id="grids-which",
                        hidden=not asks_of_grids(choice.question),
                        style={"width": "100%"},
                    ),
                ],
                className="controls",
            ),
            *ui.slot("grids"),
            dash.dcc.Store(id="grids-query"),
        ]
    )


def one_load(load: str | None, text: str | None, changed: str | None) -> tuple[Any, Any]:
    """The values of the list and of the box after one of them changed: the other gives way, and one is always set.

    The box is left alone while somebody types in it.
    """
    if load and changed == "grids-load":
        return load, ""
    return None if _typed(text) else load or loads.DEFAULT_LOAD, dash.no_update


def _typed(text: str | None) -> str:
    return (text or "").strip()


def asks_of_grids(question: str) -> bool:
    """Whether the answer hangs on the grids; the plants of a load are the same beside any."""
    return question in compare_grids.SCALED


def wire(app: dash.Dash, live: Live) -> None:
    """The choices redraw the page and are kept in the address; each control stands only where it says something."""

    @app.callback(
        Output("grids-load", "value"),
        Output("grids-text", "value"),
        Input("grids-load", "value"),
        Input("grids-text", "value"),
        prevent_initial_call=True,
    )
    def one(load: str | None, text: str | None) -> tuple[Any, Any]:
        return one_load(load, text, dash.ctx.triggered_id)

    @app.callback(
        Output("grids-grids", "value"),
        Input("grids-load", "value"),
        Input("grids-text", "value"),
        State("grids-query", "data"),
        State("own", "data"),
        prevent_initial_call=True,
    )
    def beside(load: str | None, text: str | None, query: str | None, mine: Any) -> Any:
        if "grids" in parse_qs(query or ""):  # chosen by the reader, for whatever load
            return dash.no_update
        picked, typed = one_load(load, text, dash.ctx.triggered_id)
        return list(loads.usual_grids(live.of(mine), picked or _typed(typed if isinstance(typed, str) else text)))

    @app.callback(Output("grids-which", "hidden"), Input("grids-question", "value"), prevent_initial_call=True)
    def which(question: str) -> bool:
        return not asks_of_grids(question)

    @app.callback(
        Output("grids-read", "hidden"),
        Input("grids-load", "value"),
        Input("grids-text", "value"),
        prevent_initial_call=True,
    )
    def read(load: str | None, text: str | None) -> bool:
        return loads.grouping(_typed(text) or load) is not None

    @ui.redrawn(
        app, "grids", *[Input(f"grids-{name}", "value") for name in ("load", "text", "basis", "grids", "question")]
    )
    def body(
        load: str | None,
        text: str | None,
        basis: str,
        grids: list[str] | None,
        question: str,
        window: ui.View,
        mine: Any,
    ) -> ui.Redrawn:
        catalog = live.of(mine)
        asked = {"load": _typed(text) or load or loads.DEFAULT_LOAD, "basis": basis, "question": question}
        choice, _ = choose(asked | ({"grids": ",".join(grids)} if grids else {}), catalog)
        return render(catalog, choice, ui.seen(window, mine)), choice


def render(catalog: Catalog, choice: Choice, window: dict[str, Any]) -> list[Any]:
    """Answer, figure and what is not to be misread; or the one line that says what is wrong."""
    try:
        answer, kinds = worked(catalog, choice)
        comparison = view(catalog, choice)
    except ValueError as error:
        return [ui.problem(str(error))]
    missing = compare_grids.not_published(
        choice.question, [catalog.grids[grid_id] for grid_id in shown(catalog, choice)], catalog
    )
    steps = questions.with_highest_hour(answer, catalog)
    shares = ""
    if asks_of_grids(choice.question):
        shares = sentences.standings(
            comparison, kinds[choice.question], {site.country for site in loads.sites(catalog, choice.load)}, catalog
        )
    return [
        html.P(sentences.headline(kinds["capacity"].label, comparison.answer), className="answer"),
        html.P(sentences.marked(f"The load: {compare_grids.load_words(kinds)}.", sentences.RANGED), className="quiet"),
        html.P(
            sentences.marked(
                sentences.decisive(
                    answer, choice.question, _planned_range(catalog, choice, kinds), _likely(catalog, choice)
                ),
                sentences.RANGED,
            ),
            className="quiet",
        ),
        html.Div([html.P(f"Note: {warning}.", className="quiet") for warning in _warnings(answer, choice)]),
        ui.figure_block(comparison, window, f"/grids?{choice.query()}"),
        html.Div([html.P(missing)] if missing else []),
        html.H2("Do not misread"),
        html.P(" ".join(told for told in (PAIRED, sentences.together(answer, choice.question), shares) if told)),
        html.Ul(
            [
                html.Li([html.Strong(f"{name}: "), *sentences.marked(note, sentences.RANGED)])
                for name, note in sentences.cautions(comparison)
            ]
        ),
        html.H2("How the load was worked out"),
        ui.steps_table(steps),
        *[html.P(told, className="quiet") for told in (steps_apart(answer),) if told],
        html.P(f"{sentences.symbols(answer, steps, catalog)} {POOLED if answer.choices else ''}", className="quiet"),
        *strains_block(catalog, choice.load, window, f"/grids?{choice.query()}"),
    ]
