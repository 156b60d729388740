"""Addresses that are files: a figure's numbers, spec, press pack and frame for others, and an estimate as JSON."""

import json
import re
from collections.abc import Mapping
from typing import Any

import flask

from dashboard import figures
from dashboard.catalog import Catalog, one_line
from dashboard.compare import Comparison
from dashboard.core.draws import Draws
from dashboard.estimates import estimate, read_ask, report
from dashboard.estimates.limits import limit
from dashboard.figures import size_named
from dashboard.web import first, guard, openapi, own, packs
from dashboard.web.addresses import AddressError, FigureError, comparison_named, query_of
from dashboard.web.live import Live
from dashboard.web.pages import data


def wire(server: flask.Flask, live: Live) -> None:
    """Add the addresses to the server."""
    server.json.sort_keys = False  # type: ignore[attr-defined] # the order of the answer is for readers
    _wire_figures(server, live)
    _wire_readiness(server, live)

    @server.get("/data/<name>")
    def data_file(name: str) -> Any:
        found = data.table_file(live, name)
        if found is None:
            return refusal(f'file: must be a table such as claims.csv or datapackage.json, got "{name[:40]}"', 404)
        return flask.Response(found[0], mimetype=found[1])

    @server.get("/look.json")
    def first_look() -> Any:
        try:
            found = first.look(live.catalog, _query())
        except ValueError as error:
            return refusal(error)
        return flask.Response(json.dumps(found, ensure_ascii=False), mimetype="application/json")

    @server.get("/api/estimate")
    def api_estimate() -> Any:
        return api(live.catalog, _query())

    @server.get("/api/openapi.json")
    def api_description() -> Any:
        return openapi.description()


def _wire_readiness(server: flask.Flask, live: Live) -> None:
    @server.get("/readyz")
    def ready() -> Any:
        if live.warming:
            told = refusal("server: must have worked out its pages first; ask again in a second", 503)
            return *told, {"Retry-After": "1"}
        notices = [notice for notice in (live.notice, guard.uncounted(server)) if notice]
        return {"data_version": live.catalog.version, "notice": "; ".join(notices)}


def _wire_figures(server: flask.Flask, live: Live) -> None:
    """A figure's numbers, spec, press pack, and a page that others may frame."""

    @server.get("/figure/<figure_id>.csv")
    def figure_csv(figure_id: str) -> Any:
        found = _found(figure_id, live.catalog, _query())
        return flask.Response(found.csv, mimetype="text/csv")

    @server.get("/figure/<figure_id>.json")
    def figure_json(figure_id: str) -> Any:
        query = _query()
        found = _found(figure_id, live.catalog, query)
        try:
            size = size_named(query.get("size", "column"))
            spec = figures.figure(found, size, query.get("theme", "light"))
        except ValueError as error:
            return refusal(error)
        return flask.Response(json.dumps(spec, ensure_ascii=False), mimetype="application/json")

    @server.get("/figure/<figure_id>.pack.json")
    def figure_pack(figure_id: str) -> Any:
        return packs.pack(_found(figure_id, live.catalog, _query()), live.catalog)

    @server.route("/figure/<figure_id>.passport.json", methods=["GET", "POST"])
    def figure_passport(figure_id: str) -> Any:
        """A visitor with tables of their own posts them, as to every other answer; nothing of them is kept."""
        mine = flask.request.get_json(silent=True) if flask.request.method == "POST" else None
        if told := own.objection(mine, live.aside, live.shown.files):
            return refusal(told)
        catalog = live.of(mine)
        return packs.block(_found(figure_id, catalog, _query()), catalog)

    @server.get("/embed/<figure_id>")
    def embed(figure_id: str) -> Any:
        found = _found(figure_id, live.catalog, _query())
        page = flask.Response(packs.embed(found, flask.request.query_string.decode("ascii", "replace")))
        page.headers["Content-Security-Policy"] = packs.EMBED_POLICY
        return page


def _query() -> dict[str, str]:
    """The query that was asked; 400 with one line where a key stands twice."""
    try:
        return query_of(flask.request.query_string.decode("utf-8", "replace"))
    except AddressError as error:
        flask.abort(flask.make_response(refusal(error)))


def _found(figure_id: str, catalog: Catalog, query: Mapping[str, str]) -> Comparison:
    try:
        return comparison_named(figure_id, catalog, query)
    except FigureError as error:
        flask.abort(flask.make_response(refusal(error, 404)))
    except ValueError as error:
        flask.abort(flask.make_response(refusal(error)))


def refusal(told: object, status: int = 400) -> tuple[dict[str, str], int]:
    """An answer that says in one line why there is no other, whatever the visitor's text in it holds."""
    return {"error": one_line(str(told))}, status


KEYS = ("text", "basis", "chip", "above", "seed")
MAX_SEED = 10**12 - 1  # that of `estimate --seed` and of the description in openapi.py too


def api(catalog: Catalog, query: Mapping[str, str]) -> Any:
    """`estimate --json` for a query; 400 with one line where it cannot be read."""
    text = query.get("text", "")
    settings = {key.removeprefix("set."): value for key, value in query.items() if key.startswith("set.")}
    unknown = next((key for key in query if key not in KEYS and not key.startswith("set.")), None)
    if unknown is not None:
        return refusal(f'query: must be of {", ".join(KEYS)} and set.PARAMETER, got "{unknown[:40]}"')
    seed = query.get("seed", str(Draws().seed))
    if not re.fullmatch(r"0*[0-9]{1,12}", seed, re.ASCII):
        return refusal(f'seed: must be a whole number from 0 to {MAX_SEED}, got "{seed[:40]}"')
    try:
        ask = read_ask(
            text, catalog, basis=query.get("basis", "unknown"), chip=query.get("chip", ""), settings=settings
        )
        above = limit(query["above"]) if "above" in query else None
        return report.as_json(text, estimate(ask, catalog, Draws(seed=int(seed))), catalog, above)
    except ValueError as error:
        return refusal(error)
