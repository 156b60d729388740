"""Parts that every page uses: figure with caption and table, steps, assumptions, sources, problems."""

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlencode

import dash
import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html

from dashboard import figures
from dashboard.catalog import Catalog
from dashboard.compare import CLAIM, ESTIMATE, NATURES, Comparison, row_text
from dashboard.estimates.estimate import Estimate
from dashboard.estimates.inputs import Factor, Step
from dashboard.estimates.report import step_value
from dashboard.figures.frame import Size
from dashboard.records import Source
from dashboard.units import exact, range_text, reader_text
from dashboard.web import exits, passport

C = TypeVar("C")

GRAPH_CONFIG: Any = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "responsive": False,
    "staticPlot": False,
}


View = dict[str, Any] | None  # the browser's window; None before it has said
Redrawn = tuple[list[Any], Any]  # parts of a page, and the choice that they show

DOUBT = "/method#doubt"  # where it says how doubt is carried
MOST_ROWS = 100  # a longer table is a series of months: its years are shown
POLITE: Any = {"aria-live": "polite"}
_MARKUP = re.compile(r"[\\`*_\[\]<>#]")


def aria(label: str) -> dict[str, Any]:
    """The accessible name of an element."""
    return {"aria-label": label}


def slot(name: str, **more: Any) -> list[Any]:
    """Where the parts of a page come: `<name>-parts` takes them from the server, `<name>-body` shows them."""
    return [html.Div(id=f"{name}-body", **more), dcc.Store(id=f"{name}-parts")]


def redrawn(app: dash.Dash, name: str, *controls: Input) -> Callable[[Callable[..., Redrawn]], None]:
    """Have a function redraw a page's slot when a control, the window or the visitor's tables change.

    It takes their values in this order, and gives the parts of the slot and the choice, which is kept in the address.
    """

    def wired(body: Callable[..., Redrawn]) -> None:
        @app.callback(
            Output(f"{name}-parts", "data"),
            Output(f"{name}-query", "data"),
            *controls,
            Input("view", "data"),
            Input("own", "data"),
        )
        @functools.wraps(body)  # whose types say what may be sent
        def answer(*given: Any) -> tuple[Any, str]:
            *_, window, _ = given
            if window is None:
                raise dash.exceptions.PreventUpdate
            found, choice = body(*given)
            return parts(name, found), choice.query()

        # Show what came, and of what stands there already only what differs.
        app.clientside_callback(
            dash.ClientsideFunction("parts", "shown"),
            Output(f"{name}-body", "children"),
            Input(f"{name}-parts", "data"),
            State(f"{name}-body", "children"),
            State(f"{name}-query", "data"),
        )
        remember(app, name)

    return wired


def remember(app: dash.Dash, name: str) -> None:
    """Keep a page's query in the address."""
    app.clientside_callback(
        dash.ClientsideFunction("shell", "remember"), Output(f"{name}-query", "id"), Input(f"{name}-query", "data")
    )


def parts(name: str, found: Iterable[Any]) -> list[Any]:
    """The parts of a page, each with an id by which the browser can change it alone.

    What comes and goes with a choice belongs into one part, or all that follow would be taken for others.
    """
    shown = [part for part in found if part is not None]
    for place, part in enumerate(shown):
        properties = part["props"] if isinstance(part, dict) else part.__dict__
        properties.setdefault("id", f"{name}-part-{place}")
    return shown


def sized(view: View) -> tuple[Size, str]:
    """Figure size and theme for a browser window; a middle width before the window has said."""
    view = view or {}
    raw = view.get("width", 1080)
    width = int(max(280, min(1080, raw if isinstance(raw, (int, float)) else 1080)))
    font = 12.5 if width < 560 else 13.5 if width < 900 else 14.0
    theme = "dark" if view.get("theme") == "dark" else "light"
    return Size("page", width, None, font), theme


def seen(window: View, mine: Any) -> dict[str, Any]:
    """The browser's window, and whether the visitor looks at tables of their own, which no file on the server knows."""
    return {**(window or {}), "own": bool(mine)}


def figure_block(comparison: Comparison, view: dict[str, Any] | None, address: str) -> Any:
    """A figure as a named group: the graph, its words for those who do not see it, its exits, the table behind it."""
    size, theme = sized(view)
    own = bool((view or {}).get("own"))
    if not own:
        comparison = replace(comparison, address=address.rstrip("?"))
    spec = figures.figure(comparison, size, theme)
    height = spec["layout"]["height"]
    return html.Div(
        [
            html.Figure(
                [
                    dcc.Graph(
                        id=f"figure-{comparison.id}",
                        figure=spec,
                        config=GRAPH_CONFIG,
                        style={"height": f"{height}px", "width": f"{size.width}px"},
                    ),
                    html.Figcaption(spec["layout"]["meta"]["alt"], id=f"words-{comparison.id}", className="hidden"),
                ],
                id=f"frame-{comparison.id}",
                role="group",
                **aria(comparison.title),
            ),
            exits.bar(comparison, theme, own=own),
            html.Details([html.Summary("The numbers behind the figure"), comparison_table(comparison)]),
            passport.block(comparison, address, own=own),
        ]
    )


def comparison_table(comparison: Comparison) -> Any:
    """The rows of a comparison as a table, estimates told apart from what was published."""
    unit, beside = comparison.unit, comparison.greatest
    half, most = ("", "At the two ends") if comparison.form == "tornado" else ("50 % range", "90 % range")
    head = ["What", "Value", *filter(None, (half, most)), "Kind", "Basis", "Date"]
    body = []
    rows = comparison.rows
    months = len(rows) > MOST_ROWS
    for row in [row for row in rows if row.label.endswith("-12")] if months else rows:
        claim, ours = row.nature == CLAIM, row.nature == ESTIMATE
        spread = row.q05 == row.q05 and not exact(row.q05, row.q95)
        body.append(
            [
                row.label,
                row_text(row, unit) if claim else reader_text(row.value, unit, 2 if ours else 4, beside=beside),
                *([range_text(row.q25, row.q75, unit, beside=beside) if spread else ""] if half else []),
                range_text(row.q05, row.q95, unit, beside=beside) if spread else "",
                NATURES[row.nature],
                row.basis,
                row.date,
            ]
        )
    caption = "Ends of years; the CSV has every month" if months else ""
    named: Any = {"caption": caption, "name": f"Numbers: {comparison.title}", "id": f"numbers-{comparison.id}"}
    return table(head, body, numbers=(1, 2, 3) if half else (1, 2), **named)


def plain(tag: str, content: Any, **properties: Any) -> dict[str, Any]:
    """An element of HTML as its JSON: what a component becomes, in a small part of the time, for cells of tables."""
    return {"type": tag, "namespace": "dash_html_components", "props": {"children": content, **properties}}


def table(
    head: Sequence[str], body: Iterable[Sequence[Any]], *, numbers: tuple[int, ...] = (), caption: str = "", **more: Any
) -> Any:
    """A plain HTML table that scrolls sideways by itself where it is wider than the page, drawn by `assets/table.js`.

    Who does not see it hears its caption or, where that would say what stands above already, its `name`. It is one
    component of ours, for as a component for each cell Dash takes as long as for all the rest of a page.
    """
    properties = {"caption": caption, "head": list(head), "rows": list(body), "numbers": list(numbers)}
    return {"type": "Table", "namespace": "dashboard_parts", "props": {**properties, **more}}


def steps_table(steps: Sequence[Step]) -> Any:
    """Each step of the chain: formula, the same with its numbers, result at the medians."""
    body = [
        [
            step.label,
            plain("Span", step.formula, className="formula"),
            plain("Span", step.numbers, className="formula"),
            step_value(step),
        ]
        for step in steps
    ]
    caption = (
        "The chain with each assumption at its central value. Headline numbers are medians of the draws, so they "
        "differ somewhat; the ranges come from the draws too."
    )
    return table(["Step", "Formula", "With its numbers", "Result"], body, numbers=(3,), caption=caption)


def assumptions_table(answer: Estimate, catalog: Catalog) -> Any:
    """Each assumption: range, share of the variance, kind, sources."""
    body = []
    for row in answer.assumptions:
        *told, kind, sources = _factor_cells(row.factor, catalog)
        body.append([*told, f"{100 * row.share:.0f} %", kind, sources])
    head = [*FACTOR_HEAD[:3], "Share of the variance", *FACTOR_HEAD[3:]]
    caption = (
        "5th, 50th and 95th percentile of each assumption. Share of the variance: of a year’s energy, so what acts on "
        "other results alone has 0 %."
    )
    return table(head, body, numbers=(3,), caption=caption)


FACTOR_HEAD = ["Assumption", "Symbol", "Low / central / high", "Kind", "Sources"]


def factors_table(factors: Sequence[Factor], catalog: Catalog, caption: str) -> Any:
    """Assumptions that stand beside a chain: range, kind, sources."""
    return table(FACTOR_HEAD, [_factor_cells(factor, catalog) for factor in factors], caption=caption)


def _factor_cells(factor: Factor, catalog: Catalog) -> list[Any]:
    return [
        factor.label,
        plain("Span", factor.symbol, className="formula") if factor.symbol else "",
        _ends_of(factor),
        factor.basis,
        plain("A", "our choice: see the method", href=DOUBT)
        if factor.is_choice
        else source_links(factor.source_ids, catalog),
    ]


def _ends_of(factor: Factor) -> str:
    """Low, central and high with the unit; of a choice between ways, whose odds its label has, that it is one."""
    return factor.told or "one way or another, drawn by these odds"


def publication(source: Source) -> str:
    """A publication as a table names it: publisher and year."""
    return f"{source.publisher or source.title} {source.published[:4]}".strip()


def source_links(source_ids: Iterable[str], catalog: Catalog) -> Any:
    """Publications by publisher and year, linked where they have an address; the tier is said."""
    parts: list[Any] = []
    for source_id in source_ids:
        source = catalog.source(source_id)
        text = publication(source)
        known = {"href": source.address, "title": source.title, "rel": "noreferrer"}
        parts += [plain("A", text, **known) if source.address else text]
        parts += [plain("Span", f" ({source.tier})", className="quiet"), "; "]
    return plain("Span", parts[:-1]) if parts else ""


def cited(ids: str, sources: Mapping[str, Source]) -> str:
    """Source ids, or an address, as links in the Markdown of a `grid`: publisher, year, tier; what is neither stays."""
    parts = []
    for text in filter(None, map(str.strip, ids.split(";"))):
        source = sources.get(text)
        if source is None:
            parts.append(f"<{text}>" if "://" in text else text)
            continue
        name = _MARKUP.sub(r"\\\g<0>", publication(source))
        parts.append(f"{f'[{name}](<{source.address}>)' if source.address else name} ({source.tier})")
    return "; ".join(parts)


def problem(message: str) -> Any:
    """One thing that is wrong with the input, in one line."""
    return html.P(message, className="problem", role="alert")


def query_text(query: dict[str, str]) -> str:
    """A query without blanks, in a steady order."""
    return urlencode({key: value for key, value in query.items() if value})


def certain(choice: C, notices: Sequence[str]) -> C:
    """A page's choice for a file, which must be what was asked for: what a page would fall back from is refused.

    Raises:
        ValueError: something in the query is not possible; the first notice, without what a page shows instead.
    """
    if notices:
        raise ValueError(notices[0].rpartition("; ")[0])
    return choice


def radios(component_id: str, label: str, options: Mapping[str, str], value: str) -> Any:
    """A labelled choice between a few options."""
    buttons = [dmc.Radio(label=text, value=key) for key, text in options.items()]
    return dmc.RadioGroup(dmc.Group(buttons, gap="md"), id=component_id, label=label, value=value)


# Kinds of columns of a `grid`: text that can be looked for, in lines that are never cut, with links.
TEXT: dict[str, Any] = {"filter": "agTextColumnFilter"}
WRAPPED: dict[str, Any] = {"wrapText": True, "autoHeight": True}
LINKED: dict[str, Any] = {"cellRenderer": "markdown"}
PHONE = 600  # windows below this have the widths named `phone`, and show the filters without their buttons


def is_phone(window: View) -> bool:
    """Whether a window is as narrow as a phone's."""
    return sized(window)[0].width < PHONE


def grid(
    component_id: str, columns: Sequence[Mapping[str, Any]], rows: list[dict[str, Any]], window: Any, *, name: str
) -> Any:
    """A big table that sorts, filters and pages; columns as AG Grid wants them, its colours those of the page.

    AG Grid takes no name for those who do not see it: `assets/app.js` gives it. A column may say how wide it is on a
    phone, as `phone`. The grid's own style leaves it out of a print: that is told.
    """
    phone = is_phone(window)
    fitted = [
        {key: value for key, value in column.items() if key != "phone"}
        | ({"width": column.get("phone", column["width"])} if phone else {})
        for column in columns
    ]
    table_grid = dag.AgGrid(
        id=component_id,
        rowData=rows,
        columnDefs=fitted,
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "floatingFilter": True,
            "wrapHeaderText": True,
            "autoHeaderHeight": True,
            "suppressFloatingFilterButton": phone,
            "suppressHeaderFilterButton": phone,
        },
        dashGridOptions={
            "pagination": True,
            "paginationPageSize": 20,
            "domLayout": "autoHeight",
            "alwaysShowHorizontalScroll": True,
            "animateRows": False,
            "tabToNextCell": {"function": "false"},  # Tab leaves the rows, which arrows walk
        },
        style={"height": None},
    )
    mode: Any = {"data-ag-theme-mode": "dark" if (window or {}).get("theme") == "dark" else "light", "data-name": name}
    told = (
        f"The table of {len(rows):,} rows is not printed: it is on the page, and its rows as files on the page of data."
    )
    return html.Div([table_grid, html.P(told, className="printed")], **mode)
