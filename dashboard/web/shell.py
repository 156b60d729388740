"""The frame around every page: head, skip link, navigation, main, foot; and the notice where there is no page."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.web import components as ui

NOWHERE = "There is no page at this address"
THEME: dict[str, Any] = {
    "fontFamily": "Open Sans, Helvetica Neue, Arial, sans-serif",
    "headings": {"fontFamily": "Open Sans, Helvetica Neue, Arial, sans-serif", "fontWeight": "700"},
    "primaryColor": "ink",
    "colors": {
        "ink": [
            "#eaf2fa", "#cfe2f3", "#9fc6e8", "#6ca8dc", "#428fd1",
            "#0b62a8", "#0b62a8", "#084f88", "#063c68", "#042947",
        ]
    },
    "defaultRadius": "sm",
    "respectReducedMotion": True,
}  # fmt: skip


def layout(pages: Sequence[ModuleType]) -> Any:
    """The whole frame; pages come into `content`."""
    return dmc.MantineProvider(
        [
            dcc.Location(id="address", refresh="callback-nav"),
            dcc.Store(id="view"),
            dcc.Store(id="own", storage_type="session"),
            html.Header(
                [
                    dcc.Link("AI energy demand", href="/", className="brand"),
                    html.Nav(
                        [dcc.Link(page.NAME, href=page.PATH, className="nav-link") for page in pages],
                        **ui.aria("Pages"),
                    ),
                    html.Button("Light / dark", id="scheme", n_clicks=0, type="button", className="scheme"),
                ],
                className="head",
            ),
            html.Div(id="banner", className="content", **ui.POLITE),
            html.P(id="said", className="hidden", role="status"),  # the answer alone is read out
            html.Main(html.Div(id="content", className="content"), id="main", tabIndex=-1),
            html.Div(
                [
                    html.P(
                        "Figures name their data version. Datasets CC BY 4.0; electricity data after Our World in Data "
                        "and Ember, site data partly after Epoch AI (CC BY). Estimates are ours, with their ranges; "
                        "in a text dots underline them."
                    )
                ],
                className="foot",
                role="contentinfo",
            ),
        ],
        id="mantine",
        theme=THEME,
    )


def banner(tables: Sequence[str], notice: str) -> Any:
    """What every page must say: newer files that are not in order, and that one's own tables are on show."""
    parts: list[Any] = [ui.problem(notice)] if notice else []
    if tables:
        told = f"You are looking at your own version of {', '.join(tables)}. Nobody else sees it."
        leave = html.Button("Leave my view", id="leave", type="button", className="scheme")
        parts.append(html.P([told, " ", leave], className="problem", role="status"))
    return parts


def not_found(pages: Sequence[ModuleType]) -> Any:
    """What is shown at an address that has no page."""
    return html.Div(
        [
            html.H1(NOWHERE),
            html.P("These are the pages:"),
            html.Ul([html.Li(dcc.Link(page.TITLE, href=page.PATH)) for page in pages]),
        ]
    )
