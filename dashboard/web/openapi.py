"""The addresses for programs as an OpenAPI 3.1 description: `/api/openapi.json`."""

from dataclasses import fields
from typing import Any

from dashboard import records
from dashboard.estimates.ask import BASES
from dashboard.figures import SIZES
from dashboard.web.addresses import FORMS, MARKED, PINS
from dashboard.web.guard import MAX_QUERY
from dashboard.web.pages import PAGES

TEXT = {"type": "string", "maxLength": MAX_QUERY}
ERROR = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
SETTING = r"^set\.[a-z_]+$"
JSON, CSV, HTML, PLAIN = "application/json", "text/csv", "text/html", "text/plain"
REFUSALS = {
    "400": "the query (each key once) or the body cannot be read; one line says where, what was expected and what came",
    "404": "there is nothing by this name; the line says what there is",
    "413": "the body is too big",
    "414": "the query is too long",
    "415": "the body is not JSON",
    "429": "too many requests from one address; Retry-After says in how many seconds to go on",
}


def description() -> dict[str, Any]:
    """The whole description; every figure and table by its name."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "AI energy demand", "version": "1", "license": {"name": "MIT", "identifier": "MIT"}},
        "paths": {**_pages(), **_figures(), **_data(), **_probes()},
    }


def _pages() -> dict[str, Any]:
    return {page.PATH: _get(page.TITLE, HTML, [*_choices(page), _ignored()]) for page in PAGES}


def _figures() -> dict[str, Any]:
    names = sorted(name for page in PAGES for name in page.FIGURES)
    figure = _parameter("figure_id", "path", {"type": "string", "enum": names})
    choices = list({item["name"]: item for page in PAGES for item in _choices(page)}.values())
    asked = [figure, *choices, _marks()]
    drawn = [
        _parameter("size", "query", TEXT | {"examples": list(SIZES)}),
        _parameter("theme", "query", {"type": "string", "enum": ["light", "dark"]}),
    ]
    tables = {name: {"type": "string"} for name in records.TABLES}
    mine = {"type": ["object", "null"], "properties": tables, "additionalProperties": False}
    passport = _get("What a figure is made of", JSON, asked)
    passport["post"] = _get("The same over a reader's own tables (name to CSV)", JSON, asked)["get"] | {
        "requestBody": {"required": True, "content": {JSON: {"schema": mine}}}
    }
    return {
        "/figure/{figure_id}.csv": _get("A figure's numbers", CSV, asked),
        "/figure/{figure_id}.json": _get("A figure's plotly spec", JSON, [*asked, *drawn]),
        "/figure/{figure_id}.pack.json": _get("The texts of a press pack", JSON, asked),
        "/figure/{figure_id}.passport.json": passport,
        "/embed/{figure_id}": _get("A page with one figure, for a frame", HTML, asked),
        "/look.json": _get(
            "The first figure of a page",
            JSON,
            [_parameter(name, "query", TEXT) for name in ("address", "width", "theme")],
        ),
    }


def _data() -> dict[str, Any]:
    files = [*(f"{name}.csv" for name in records.TABLES), "datapackage.json"]
    text = _parameter("text", "query", TEXT | {"examples": ["100000 H100", "30 GW", "38 billion USD over 7 years"]})
    basis = _parameter("basis", "query", {"type": "string", "enum": list(BASES)})
    more = (
        _parameter("chip", "query", TEXT),
        _parameter("above", "query", TEXT | {"examples": ["150 MW", "$3bn"]}),
        _parameter("seed", "query", {"type": "integer", "minimum": 0, "maximum": 10**12 - 1}),
    )
    return {
        "/api/estimate": _get("`estimate --json`", JSON, [text, basis, *more, _settings()]),
        "/api/openapi.json": _get("This description", JSON, []),
        "/data/{name}": _get("A table", (CSV, JSON), [_parameter("name", "path", {"type": "string", "enum": files})]),
    }


def _probes() -> dict[str, Any]:
    ready = _get("Which tables are shown, and why newer ones are not", JSON, [])
    ready["get"]["responses"]["503"] = _refused("the pages are not worked out yet; Retry-After says when to ask again")
    return {
        "/healthz": _get("Whether the process answers", (PLAIN, HTML), []),
        "/readyz": ready,
    }


def _choices(page: Any) -> list[dict[str, Any]]:
    return [_parameter(field.name, "query", TEXT) for field in fields(page.Choice) if field.name != "settings"]


def _parameter(name: str, place: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _ignored() -> dict[str, Any]:
    return _more("others", "set.PARAMETER=VALUE, and any other key, which is ignored", {}, others=True)


def _settings() -> dict[str, Any]:
    return _more("settings", "set.PARAMETER=VALUE; another key is refused", {SETTING: {"type": "string"}})


def _marks() -> dict[str, Any]:
    """What a figure's file takes beside the choices of its page."""
    marks = (*PINS, *FORMS)
    told = (
        f"set.PARAMETER=VALUE for a figure of /convert; {', '.join(marks)} and {MARKED}…, as links carry them; "
        "another key, or a choice of another page, is refused"
    )
    return _more("marks", told, {SETTING: {"type": "string"}, f"^({'|'.join(marks)}|{MARKED}.*)$": {"type": "string"}})


def _more(name: str, told: str, patterns: dict[str, Any], *, others: bool = False) -> dict[str, Any]:
    schema = {
        "type": "object",
        "patternProperties": patterns,
        "additionalProperties": {"type": "string"} if others else False,
    }
    return {"name": name, "in": "query", "style": "form", "explode": True, "description": told, "schema": schema}


def _get(summary: str, kinds: str | tuple[str, ...], parameters: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    content = {kind: {"schema": {"type": ["object", "array"] if kind == JSON else "string"}} for kind in kinds}
    responses: dict[str, Any] = {"200": {"description": "as asked", "content": content}}
    for status, told in REFUSALS.items():
        responses[status] = _refused(told)
    return {"get": {"summary": summary, "parameters": parameters, "responses": responses}}


def _refused(told: str) -> dict[str, Any]:
    return {"description": told, "content": {JSON: {"schema": ERROR}}}
