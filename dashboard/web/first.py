"""The first sight of a page: title and links are in the HTML itself, and its first figure is drawn before the rest.

Dash needs its scripts, a layout and several answers before it can draw. Until then a reader has the page's own title
and the figure that `look` gave, drawn by `assets/first.js`; it gives way to the page once that has drawn.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import dash
import flask

from dashboard import figures
from dashboard.catalog import Catalog
from dashboard.web import components as ui
from dashboard.web.addresses import at, page_of

PLOTLY = f"/_dash-component-suites/plotly/package_data/plotly.min.js?v={version('plotly')}"
TABLES = ("/plans", "/deals", "/data")  # the pages with a big table, which alone need its script
OURS = r"view\.js|first\.js|start\.js"  # placed by hand: `view` first of all, `first` before Dash, `start` last
ANY_PAGE = "/<path:path>"  # Dash's name for what answers at every address that is no other's
_SOURCE = re.compile(r'<script[^>]* src="([^"]+)"')
_TABLE_SCRIPT = re.compile(r"<script[^>]*/dash_ag_grid/[^>]*></script>\s*")

HEAD = """<!DOCTYPE html>
<html lang="en"{figures}>
<head>
{metas}
<meta name="description" content="How much power and energy announced AI chips, dollars and gigawatts mean.">
<title>{title}</title>
<script src="{view}"></script>
<script defer fetchpriority="high" src="{plotly}"></script>
<script defer src="{first}"></script>
{favicon}
{css}
</head>
<body data-tables="{tables}">
<a class="skip" href="#main">Skip to the content</a>
{sight}
{app_entry}
<footer>{config}{scripts}<script id="_dash-renderer" type="later" src="{start}"></script></footer>
</body>
</html>"""


def look(catalog: Catalog, query: Mapping[str, str]) -> dict[str, Any]:
    """The first figure of the page at `address`, as wide as `width` and in the colours of `theme`.

    Raises:
        ValueError: the address is not ours, its query cannot be read, or its page has no figure.
    """
    page, choices = page_of(query.get("address", "/"))
    comparison = next((at(page, choices, item) for item in page.comparisons(catalog, choices)), None)
    if comparison is None:
        raise ValueError(f"address: {page.PATH} has no figure")
    width = query.get("width", "")
    size, theme = ui.sized({"width": int(width[:5]) if width.isdecimal() else 1080, "theme": query.get("theme", "")})
    return {"title": comparison.title, "spec": figures.figure(comparison, size, theme)}


def index(app: dash.Dash, pages: Sequence[ModuleType], **parts: str) -> str:
    """The HTML of the page asked for, from the parts that Dash made.

    Dash's scripts travel after the first figure is seen: on their way before, they hold up plotly.js, and the whole
    page stands no sooner.
    """
    page = _page(pages)
    scripts = parts["scripts"].replace("<script src", '<script type="later" src')
    if page is not None and page.PATH not in TABLES:
        scripts = _TABLE_SCRIPT.sub("", scripts)
    return HEAD.format(
        **{name: parts[name] for name in ("metas", "favicon", "css", "app_entry", "config")},
        title=parts["title"] if page is None else f"{escape(page.TITLE)} – {parts['title']}",
        scripts=scripts,
        figures=' data-figures="yes"' if page is not None and page.FIGURES else "",
        plotly=PLOTLY,
        tables=" ".join(TABLES),
        sight="" if page is None else _sight(pages, page),
        **{name: _asset(app, f"{name}.js") for name in ("view", "first", "start")},
    )


def wire(server: flask.Flask, pages: Sequence[ModuleType]) -> None:
    """Status 404 for the HTML at an address that has no page; what it shows then says so and leads to the pages."""

    @server.after_request
    def status(response: flask.Response) -> flask.Response:
        if flask.request.endpoint == ANY_PAGE and response.status_code == 200 and _page(pages) is None:
            response.status_code = 404
        return response


def _page(pages: Sequence[ModuleType]) -> ModuleType | None:
    """The page at the address that is asked for."""
    path = flask.request.path.rstrip("/") or "/"
    return next((page for page in pages if path == page.PATH), None)


def scripts(html: str) -> list[str]:
    """The addresses of the scripts in a page."""
    return _SOURCE.findall(html)


def _asset(app: dash.Dash, name: str) -> str:
    return f"{app.get_asset_url(name)}?m={(Path(app.config.assets_folder) / name).stat().st_mtime}"


def _sight(pages: Sequence[ModuleType], page: ModuleType) -> str:
    here = {page.PATH: ' aria-current="page"'}
    links = "".join(
        f'<a class="nav-link"{here.get(item.PATH, "")} href="{item.PATH}">{escape(item.NAME)}</a>' for item in pages
    )
    figure = '<figure class="first-figure" role="group"></figure>' if page.FIGURES else ""
    scheme = '<span class="scheme" aria-hidden="true">Light / dark</span>'
    return (
        f'<div id="first" aria-busy="true"><header class="head"><a class="brand" href="/">AI energy demand</a>'
        f'<nav aria-label="Pages">{links}</nav>{scheme}</header><div class="first-main"><div class="content">'
        f"<h1>{escape(page.TITLE)}</h1>{figure}</div></div></div>"
    )
