"""The app: one page frame, a page per address, figures and estimates as files, and what stands before every answer."""

from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import dash
import flask
from dash import Input, Output, State
from flask_compress import Compress

from dashboard.catalog import Catalog
from dashboard.estimates import ledger
from dashboard.estimates.ask import BASES
from dashboard.estimates.series import GROUPINGS
from dashboard.web import answers, components, first, guard, logs, metrics, routes, shell
from dashboard.web.addresses import AddressError, pin_notices, query_of
from dashboard.web.live import Live
from dashboard.web.own import usable
from dashboard.web.pages import PAGES, deals, home, plans
from dashboard.web.proof import unshown
from dashboard.web.settings import Settings


def create_app(folder: Path, settings: Settings = Settings()) -> dash.Dash:  # noqa: B008 # frozen
    """A dashboard over a folder of tables; any number can be made in one process.

    Raises:
        DataError: the tables cannot be used; every problem is listed.
    """
    live = Live(folder, proof=unshown)
    app = dash.Dash(
        __name__,
        title=first.SITE,
        update_title="",
        assets_ignore=first.OURS,
        suppress_callback_exceptions=True,
        health_endpoint="healthz",
        serve_locally=True,
    )
    logs.wire(app.server, proxied=settings.proxies > 0)
    if settings.metrics:
        metrics.wire(app.server)
    app.layout = lambda: shell.layout(PAGES)
    app.interpolate_index = partial(first.index, app, live, PAGES)  # type: ignore[method-assign] # how dash wants it
    first.wire(app.server, PAGES)
    _wire(app, live)
    for page in PAGES:
        page.wire(app, live)
    kept = answers.Kept()
    answers.wire_unchanged(app.server)
    answers.wire_keeping(app.server, kept)
    _compress(app.server)
    answers.wire_static(app.server, answers.Packed(settings.packed))
    routes.wire(app.server, live)
    guard.harden(app, settings)
    answers.wire_known(app.server, kept, live)
    app.server.extensions[__name__] = live
    return app


def begin(app: dash.Dash) -> None:
    """What a new worker does while it has one thread; then it works out its pages while it serves."""
    live: Live = app.server.extensions[__name__]
    live.look()
    live.aside.start()
    warm(app)


def warm(app: dash.Dash) -> Thread:
    """Work out what every page shows first, beside the serving; until that is done /readyz answers 503."""
    live: Live = app.server.extensions[__name__]
    live.warming = True

    def work() -> None:
        try:
            _ask_first(app, live.catalog)
        finally:
            live.warming = False

    thread = Thread(target=work, daemon=True)
    thread.start()
    return thread


def _ask_first(app: dash.Dash, catalog: Catalog) -> None:
    """What the first visitors ask: the pages' figures, then scripts and styles as browsers take them."""
    for page in PAGES:
        page.comparisons(catalog, {})
    deals.checks(catalog)
    for basis in BASES:
        home.comparisons(catalog, {"basis": basis})
    for ledger_basis in ledger.BASES:
        deals.comparisons(catalog, {"basis": ledger_basis})
    for grouping in GROUPINGS:
        plans.comparisons(catalog, {"by": grouping})
    client = app.server.test_client()
    for address in dict.fromkeys(first.scripts(client.get("/data").text)):
        client.get(address, headers={"Accept-Encoding": "br"})


def _wire(app: dash.Dash, live: Live) -> None:
    """Content by address; colour scheme and width of the window into `view`; the visitor's own tables."""

    @app.callback(
        Output("content", "children"), Input("address", "pathname"), Input("address", "search"), State("own", "data")
    )
    def content(path: str, search: str | None, mine: Any) -> object:
        return page_content(path, search or "", live.of(mine))

    @app.callback(Output("banner", "children"), Input("own", "data"), Input("address", "pathname"))
    def banner(mine: Any, _: str) -> object:
        tables = sorted(usable(mine)) if live.of(mine) is not live.catalog else []
        return shell.banner(tables, live.notice)

    @app.callback(Output("own", "data"), Input("leave", "n_clicks"), prevent_initial_call=True)
    def leave(clicks: int | None) -> object:
        return {} if clicks else dash.no_update

    app.clientside_callback(
        dash.ClientsideFunction("shell", "titled"), Output("content", "title"), Input("content", "children")
    )
    app.clientside_callback(
        dash.ClientsideFunction("shell", "view"),
        Output("view", "data"),
        Output("mantine", "forceColorScheme"),
        Input("scheme", "n_clicks"),
        State("view", "data"),
    )


def page_content(path: str, search: str, catalog: Catalog) -> object:
    """The layout of the page at an address, its state taken from the query; a designed notice where there is none."""
    page = next((page for page in PAGES if (path.rstrip("/") or "/") == page.PATH), None)
    if page is None:
        return shell.not_found(PAGES)
    try:
        query = query_of(search.removeprefix("?"))
        told = pin_notices(query, catalog)
    except AddressError as error:
        query, told = {}, [f"{error}; the page is shown as without a query"]
    notices = [components.problem(notice) for notice in told]
    return [*notices, page.layout(catalog, query)] if notices else page.layout(catalog, query)


def _compress(server: flask.Flask) -> None:
    server.config["COMPRESS_MIMETYPES"] = [
        "text/html",
        "text/css",
        "text/csv",
        "application/json",
        "application/javascript",
        "text/javascript",
    ]
    Compress(server)
