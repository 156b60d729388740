"""`/data`: every table, searchable and downloadable; and a CSV dropped here becomes the visitor's own view."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html

from dashboard import records, sheets, updates
from dashboard.catalog import Catalog, Problem, rows
from dashboard.checks.package import DESCRIPTOR
from dashboard.compare import Comparison
from dashboard.web import components as ui
from dashboard.web.live import Live
from dashboard.web.own import MAX_TEXT, too_big, usable

PATH, NAME, TITLE = "/data", "Data", "Where does each number come from?"
FIGURES: tuple[str, ...] = ()
NAMES: Mapping[str, str] = {
    "sources": "Sources",
    "accelerators": "Chips",
    "parameters": "Parameters",
    "claim_types": "Kinds of claims",
    "evidence": "Evidence behind the parameters",
    "commitments": "Deals",
    "links": "Links between deals",
    "claims": "Claims",
    "sites": "Sites",
    "milestones": "Milestones of sites",
    "grids": "Grids",
    "equivalents": "Equivalents",
    "pairs": "Pairs to score on",
}
# What a reader looks for first, in this order; a table's own id, its first column, comes last.
FIRST = (
    *("statement", "name", "title", "site_id", "buyer", "supplier", "quantity", "scope"),
    *(
        "low",
        "central",
        "high",
        "value",
        "amount [billion USD]",
        "power [GW]",
        "power",
        "unit",
        "power_basis",
        "announced",
        "aggregate",
        "status",
    ),
    *("demand [TWh]", "year", "peak [GW]", "peak_date", "peak_kind", "tdp [W]", "system_power [kW]", "said", "date"),
    *("chip_count", "released", "published", "publisher"),
    *("source_id", "source_ids", "demand_source_id", "address"),
)
CITED = {
    "source_id": "Source",
    "source_ids": "Sources",
    "demand_source_id": "Source of the demand",
    "peak_source_id": "Source of the peak",
    "address": "Address",
}
HEADERS = {("grids", "year"): "Demand year"}  # where a name alone would be taken for another's
ADDED = {
    "grids": "Some of the highest loads are lower bounds and no records: the kind of the peak says which.",
    "claims": "Where words were said, such as “hundreds of thousands”, the value is our low reading, as its note says.",
}
NAMED = frozenset(("statement", "name", "title"))  # with one of these, what was measured is said already
LONG = ("note", "statement", "title", "reasoning", "address", "why")
WIDTHS = {
    "value": 110,
    "unit": 110,
    "power": 90,
    "amount [billion USD]": 130,
    "power [GW]": 110,
    "power_basis": 130,
    "announced": 115,
    "aggregate": 110,
    "said": 115,
    "date": 115,
    "year": 90,
    "low": 90,
    "central": 90,
    "high": 90,
}
PHONE_WIDTHS = {  # beside the name of a site, or of both sides of a deal: all of a size at one look
    "power": 78,
    "unit": 62,
    "power_basis": 96,
    "buyer": 88,
    "supplier": 98,
    "amount [billion USD]": 86,
    "power [GW]": 76,
}
WHOLE = "params.value == null ? '' : d3.format(',')(params.value)"
SHOWN_PROBLEMS = 50


@dataclass(frozen=True)
class Choice:
    """Which table is shown."""

    table: str = "claims"

    def query(self) -> str:
        """The choice as the query of the address."""
        return ui.query_text({"table": "" if self.table == "claims" else self.table})


def choose(query: Mapping[str, str]) -> tuple[Choice, list[str]]:
    """The choice in a query; what is not possible falls back and is told."""
    table = query.get("table", "claims")
    if table not in NAMES:
        return Choice(), [f'table: must be one of {", ".join(NAMES)}, got "{table[:40]}"; the claims are shown']
    return Choice(table), []


def comparisons(_: Catalog, __: Mapping[str, str]) -> tuple[Comparison, ...]:
    """The page has no figure."""
    return ()


def layout(catalog: Catalog, query: Mapping[str, str]) -> Any:
    """The page with its table from the query."""
    choice, notices = choose(query)
    total = sum(len(getattr(catalog, name)) for name in NAMES)
    return html.Div(
        [
            html.H1(TITLE),
            *[ui.problem(notice) for notice in notices],
            html.P(
                f"{total:,} rows in {len(NAMES)} tables, each published value with its source; data version "
                f"{catalog.version}, read up to {catalog.as_of:%-d %B %Y}. Not shown: one more table, of boxes around "
                "countries, which only catches coordinates that were typed wrong.",
                className="answer",
            ),
            html.Div(
                dmc.Select(
                    id="data-table",
                    label="Table",
                    value=choice.table,
                    data=[{"value": name, "label": label} for name, label in NAMES.items()],
                    allowDeselect=False,
                    w=280,
                ),
                className="controls",
            ),
            html.Div(id="data-body"),
            html.H2("Try a table of your own"),
            html.P(
                "Drop the same table with rows changed, added or removed. It is checked here, with row and column; "
                "then you can look at every page with it. Nothing is kept on the server and nobody else sees it.",
            ),
            dcc.Upload(
                html.Button(
                    f"Choose or drop a CSV (up to {MAX_TEXT // 1_000_000} MB)", type="button", className="scheme"
                ),
                id="data-upload",
                max_size=-1,
                className="drop",
            ),
            dcc.Store(id="data-file"),
            dcc.Store(id="data-candidate"),
            dcc.Loading(html.Div(id="data-report", **ui.POLITE), type="dot"),
            dcc.Store(id="data-query"),
        ]
    )


def wire(app: dash.Dash, live: Live) -> None:
    """Table by choice; an upload is measured in the browser, checked here, and used on request."""

    @app.callback(
        Output("data-body", "children"),
        Output("data-query", "data"),
        Input("data-table", "value"),
        Input("own", "data"),
        Input("view", "data"),
    )
    def body(table: str, mine: Any, window: dict[str, Any] | None) -> tuple[Any, str]:
        if window is None:
            raise dash.exceptions.PreventUpdate
        choice, _ = choose({"table": table})
        return table_view(live, choice.table, usable(mine), window), choice.query()

    app.clientside_callback(
        dash.ClientsideFunction("shell", "measure"),
        Output("data-file", "data"),
        Output("data-upload", "contents"),
        Input("data-upload", "contents"),
        State("data-upload", "filename"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output("data-report", "children"),
        Output("data-candidate", "data"),
        Input("data-file", "data"),
        State("data-table", "value"),
        prevent_initial_call=True,
    )
    def report(file: Any, table: str) -> tuple[Any, Any]:
        return examined(live, table, file)

    @app.callback(
        Output("own", "data", allow_duplicate=True),
        Input("data-use", "n_clicks"),
        State("data-candidate", "data"),
        State("own", "data"),
        prevent_initial_call=True,
    )
    def use(clicks: int | None, candidate: Any, mine: Any) -> Any:
        if not clicks:
            raise dash.exceptions.PreventUpdate
        merged = usable(mine) | usable(candidate)
        return merged if live.of(merged) is not live.catalog else dash.no_update

    ui.remember(app, "data")


def table_view(live: Live, table: str, mine: Mapping[str, str], window: Any) -> list[Any]:
    """What the table is, its files, and its rows."""
    content = mine[table].encode() if table in mine else live.shown.files[f"{table}.csv"]
    found = [row for _, row in rows(table, content, [])]
    fields = _fields(live, table)
    described = {name: field.get("description", "") for name, field in fields.items()}
    numbers = [name for name, field in fields.items() if field.get("type") in ("number", "integer") and name != "year"]
    phone = ui.is_phone(window)
    columns = [
        _column(name, name in numbers, phone=phone, first=place < 3)
        | {"headerTooltip": described.get(name, "")}
        | ({"headerName": HEADERS[table, name]} if (table, name) in HEADERS else {})
        for place, name in enumerate(_ordered(found[0] if found else {}))
    ]
    known = live.of(mine).sources
    cited = [column["field"] for column in columns if column["field"] in CITED]
    cells: list[dict[str, Any]] = [
        {**row}
        | {name: _number(row[name]) for name in numbers if name in row}
        | {name: ui.cited(row[name], known) for name in cited}
        for row in found
    ]
    whose = "Your own version of this table." if table in mine else ""
    return [
        html.P([f"{_described(live, table)} {ADDED.get(table, '')} ", html.Strong(whose)]),
        html.P(
            [
                html.A(f"{table}.csv", href=f"/data/{table}.csv"),
                " · ",
                html.A("datapackage.json", href="/data/datapackage.json"),
                f" · {len(found):,} rows",
            ],
            className="quiet",
        ),
        ui.grid("data-rows", columns, cells, window, name=NAMES[table]),
    ]


def _resource(live: Live, table: str) -> dict[str, Any]:
    """What datapackage.json says of a table; nothing where it does not know it."""
    resources = json.loads(live.shown.files[DESCRIPTOR])["resources"]
    return next((item for item in resources if item["name"] == table), {})


def _described(live: Live, table: str) -> str:
    return str(_resource(live, table).get("description", ""))


def _fields(live: Live, table: str) -> dict[str, dict[str, Any]]:
    """Columns by name, each with type and description."""
    return {field["name"]: field for field in _resource(live, table).get("schema", {}).get("fields", ())}


def _ordered(names: Iterable[str]) -> list[str]:
    """Columns as a reader looks for them: what is said, its number, date and source, the rest; the id last."""
    own, *rest = list(names) or [""]
    told = not NAMED.isdisjoint(rest)
    known = [name for name in FIRST if name in rest and not (told and name in ("quantity", "scope"))]
    return [name for name in (*known, *(name for name in rest if name not in known), own) if name]


def _column(name: str, number: bool, *, phone: bool, first: bool) -> dict[str, Any]:  # noqa: FBT001 # a pair with the name
    # Said here, because the grid's own reading of a field breaks its unit: "T Wh".
    words = name.replace("_", " ")
    header = CITED.get(name) or (words[:1].upper() + words[1:]).replace("Tdp", "TDP")
    column: dict[str, Any] = {"field": name, "headerName": header, "width": _width(name, phone=phone)}
    if number:
        return column | {
            "type": "rightAligned",
            "filter": "agNumberColumnFilter",
            "valueFormatter": {"function": WHOLE},
        }
    # On a phone what is out of sight at first must not make every row tall.
    wraps = name in NAMED or first or (name in CITED and not phone)
    return column | ui.TEXT | (ui.WRAPPED if wraps else {}) | (ui.LINKED if name in CITED else {})


def _width(name: str, *, phone: bool) -> int:
    long, short = (190, 112) if phone else (320, 160)
    widths = WIDTHS | PHONE_WIDTHS if phone else WIDTHS
    return widths.get(name, long if name in LONG else 260 if name in CITED else short)


def _number(text: str) -> float | str | None:
    """A cell as a number, so that it sorts as one; what is none stays as it is."""
    try:
        return float(text) if text else None
    except ValueError:
        return text


# --- an upload --------------------------------------------------------------------------------------------------------


def examined(live: Live, table: str, file: Any) -> tuple[list[Any], dict[str, str] | None]:
    """What an uploaded file would change, or what is wrong with it; and the table to use, where it can be."""
    try:
        content = _content(file)
        outcome = live.aside.outcome(live.folder, {table: content})
    except (ValueError, KeyError) as error:
        return [ui.problem(str(error))], None
    if outcome.problems:
        return _refused(table, outcome.problems), None
    lines = updates.as_text(outcome)
    changes = [html.Pre("\n".join(lines[:-1]), className="formula scroll", tabIndex=0)]
    if outcome.empty:
        return [html.P("The table is the same as the published one.")], None
    publish = f"python -m dashboard update {table} FILE.csv --allow-removals --apply"
    return [
        html.H3("What it would change"),
        *changes,
        html.Button("Use it in my view", id="data-use", type="button", className="scheme"),
        html.P(["To publish it: ", html.Code(publish)], className="quiet"),
    ], {table: content.decode()}


def _content(file: Any) -> bytes:
    if not isinstance(file, dict) or not isinstance(file.get("contents"), str):
        raise ValueError("file: must be a CSV, got nothing that can be read")
    if file.get("error"):
        raise ValueError(str(file["error"])[:200])
    try:
        content = base64.b64decode(file["contents"].partition(",")[2], validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("file: must come whole, got broken data; try again") from error
    told = too_big(content)
    if told:
        raise ValueError(told)
    return sheets.as_ours(content)


def _refused(table: str, problems: tuple[Problem, ...]) -> list[Any]:
    body = [[str(p.row or ""), p.column, p.value[:80], p.reason, p.mend] for p in problems[:SHOWN_PROBLEMS]]
    more = len(problems) - SHOWN_PROBLEMS
    return [
        ui.problem(
            f"{table}: {len(problems)} problem{'s' * (len(problems) > 1)}; the published table is shown as before."
        ),
        ui.table(["Row", "Column", "Value", "What is wrong", "How to mend it"], body, caption="Problems by row"),
        html.P(f"and {more} more") if more > 0 else None,
    ]


def table_file(live: Live, name: str) -> tuple[bytes, str] | None:
    """The bytes and the kind of a published file: a table or the descriptor; None for any other name."""
    if name == DESCRIPTOR:
        return live.shown.files[name], "application/json"
    table = name.removesuffix(".csv")
    if table not in records.TABLES or name != f"{table}.csv":
        return None
    found = [(list(row), list(row.values())) for _, row in rows(table, live.shown.files[name], [])]
    return sheets.csv_text(found[0][0], [cells for _, cells in found]).encode(), "text/csv"
