"""The first sight of a page: title, answer and links are in the HTML itself, its first figure is drawn before the rest.

Dash needs its scripts, a layout and several answers before it can draw. Until then a reader has the page's own title,
its answer in words and the figure that `look` gave, drawn by `assets/first.js`; it gives way to the page once that has
drawn. A link that is shared shows the same words, and who has no JavaScript reads them and finds the numbers as files.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import dash
import flask

from dashboard import figures
from dashboard.captions import ended
from dashboard.catalog import Catalog
from dashboard.compare import ESTIMATE
from dashboard.web import components as ui
from dashboard.web import shell
from dashboard.web.addresses import AddressError, at, page_of, query_of, steady
from dashboard.web.cache import by_version
from dashboard.web.live import Live
from dashboard.web.pages import data

PLOTLY = f"/_dash-component-suites/plotly/package_data/plotly.min.js?v={version('plotly')}"
TABLES = ("/plans", "/deals", "/data")  # the pages with a big table, which alone need its script
OURS = r"view\.js|first\.js|start\.js"  # placed by hand: `view` first of all, `first` before Dash, `start` last
ANY_PAGE = "/<path:path>"  # Dash's name for what answers at every address that is no other's
_SOURCE = re.compile(r'<script[^>]* src="([^"]+)"')
_TABLE_SCRIPT = re.compile(r"<script[^>]*/dash_ag_grid/[^>]*></script>\s*")
SITE = "AI energy demand"
OURS_TOLD = "Estimates are ours."  # where nothing underlines them
ABOUT = "How much power and energy announced AI chips, dollars and gigawatts mean."

HEAD = """<!DOCTYPE html>
<html lang="en"{figures}>
<head>
{metas}
<meta name="description" content="{told}">
<meta property="og:type" content="website">
<meta property="og:site_name" content="{site}">
<meta property="og:title" content="{title}">
<meta property="og:description" content="{told}">
<meta name="twitter:card" content="summary">
<title>{heading}</title>
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
<div>{config}{scripts}<script id="_dash-renderer" type="later" src="{start}"></script></div>
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


class Words(NamedTuple):
    """What a page is called as it stands at an address, and what it answers in a sentence or two."""

    title: str
    told: str


@by_version
def words(catalog: Catalog, page: ModuleType, *choices: tuple[str, str]) -> Words:
    """Title and answer of a page at a query: of the figure that a copied link names, else of the first.

    Where nothing is chosen the page has its own title.
    """
    query = dict(choices)
    try:
        found = page.comparisons(catalog, query)
    except ValueError:  # the page itself says what is wrong
        found = ()
    if not found:
        return Words(page.TITLE, ABOUT)
    named = next((item for item in found if item.id == query.get("figure")), None)
    shown = named or found[0]
    told = f"{ended(shown.answer)} {OURS_TOLD}" if ESTIMATE in set(shown.table.nature) else shown.answer
    if named or steady(page, query) != page.PATH:
        return Words(shown.title, told)
    return Words(page.TITLE, f"{ended(shown.title)} {told}")


def index(app: dash.Dash, live: Live, pages: Sequence[ModuleType], **parts: str) -> str:
    """The HTML of the page asked for, from the parts that Dash made.

    Dash's scripts travel after the first figure is seen: on their way before, they hold up plotly.js, and the whole
    page stands no sooner. A server that still works out its pages does not let anybody wait for their words.
    """
    page = _page(pages)
    scripts = parts["scripts"].replace("<script src", '<script type="later" src')
    if page is not None and page.PATH not in TABLES:
        scripts = _TABLE_SCRIPT.sub("", scripts)
    query = _query()
    said = Words(SITE, ABOUT) if page is None else Words(page.TITLE, ABOUT)
    if page is not None and not live.warming:
        said = words(live.catalog, page, *query.items())
    return HEAD.format(
        **{name: parts[name] for name in ("metas", "favicon", "css", "app_entry", "config")},
        site=SITE,
        title=escape(said.title),
        told=escape(said.told),
        heading=SITE if page is None else f"{escape(said.title)} – {SITE}",
        scripts=scripts,
        figures=' data-figures="yes"' if page is not None and page.FIGURES else "",
        plotly=PLOTLY,
        tables=" ".join(TABLES),
        sight=_nowhere(pages) if page is None else _sight(pages, page, said, query),
        **{name: _asset(app, f"{name}.js") for name in ("view", "first", "start")},
    )


def wire(server: flask.Flask, pages: Sequence[ModuleType]) -> None:
    """Status 404 for the HTML at an address that has no page; what it shows then says so and leads to the pages."""

    @server.after_request
    def status(response: flask.Response) -> flask.Response:
        if flask.request.endpoint == ANY_PAGE and response.status_code == 200 and _page(pages) is None:
            response.status_code = 404
        return response


def _query() -> Mapping[str, str]:
    """The query that was asked; none where a key stands twice, as on the page."""
    try:
        return query_of(flask.request.query_string.decode("utf-8", "replace"))
    except AddressError:
        return {}


def _page(pages: Sequence[ModuleType]) -> ModuleType | None:
    """The page at the address that is asked for."""
    path = flask.request.path.rstrip("/") or "/"
    return next((page for page in pages if path == page.PATH), None)


def scripts(html: str) -> list[str]:
    """The addresses of the scripts in a page."""
    return _SOURCE.findall(html)


def _asset(app: dash.Dash, name: str) -> str:
    return f"{app.get_asset_url(name)}?m={(Path(app.config.assets_folder) / name).stat().st_mtime}"


def _sight(pages: Sequence[ModuleType], page: ModuleType, said: Words, query: Mapping[str, str]) -> str:
    here = {page.PATH: ' aria-current="page"'}
    links = "".join(
        f'<a class="nav-link"{here.get(item.PATH, "")} href="{item.PATH}">{escape(item.NAME)}</a>' for item in pages
    )
    answer = "" if said.told == ABOUT else f'<p class="first-answer">{escape(_sentence(page, said))}</p>'
    figure = '<figure class="first-figure" role="group"></figure>' if page.FIGURES else ""
    scheme = '<span class="scheme" aria-hidden="true">Light / dark</span>'
    return (
        f'<div id="first" aria-busy="true"><header class="head"><a class="brand" href="/">{SITE}</a>'
        f'<nav aria-label="Pages">{links}</nav>{scheme}</header><div class="first-main"><div class="content">'
        f"<h1>{escape(page.TITLE)}</h1>{answer}{figure}{_unscripted(page, query)}</div></div></div>"
    )


def _nowhere(pages: Sequence[ModuleType]) -> str:
    """What a reader without JavaScript finds at an address that has no page."""
    links = "".join(f'<li><a href="{page.PATH}">{escape(page.TITLE)}</a></li>' for page in pages)
    return f'<noscript><div class="content"><h1>{shell.NOWHERE}</h1><ul>{links}</ul></div></noscript>'


def _sentence(page: ModuleType, said: Words) -> str:
    """The answer, after what it is the answer to where the heading does not say that."""
    return said.told if said.title == page.TITLE else f"{ended(said.title)} {said.told}"


def _unscripted(page: ModuleType, query: Mapping[str, str]) -> str:
    """What a reader without JavaScript is told: where the numbers are that a script would have drawn."""
    asked = steady(page, query).removeprefix(page.PATH)
    files = [f"/figure/{figure}.csv{asked}" for figure in page.FIGURES] or [f"/data/{name}.csv" for name in data.NAMES]
    links = ", ".join(f'<a href="{escape(file)}">{escape(file.partition("?")[0])}</a>' for file in files)
    return f"<noscript><p>JavaScript draws the figures and tables of this page. Their numbers: {links}.</p></noscript>"
