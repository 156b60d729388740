"""The ways out of a page for a figure: pictures, numbers, link, frame, press pack. `assets/export.js` does the work."""

from typing import Any

from dash import html

from dashboard.compare import Comparison
from dashboard.web.pins import pinned

# What a picture is for, with the size that the figures know it by.
SIZES = {
    "slide": "Slide, 1600 × 900",
    "social": "Social, 1200 × 675",
    "square": "Square, 1080 × 1080",
    "column": "Column, 700 wide",
}
PICTURES = {"png": "PNG", "png2": "PNG 2×", "svg": "SVG", "copy": "Copy image"}
FILES = {"csv": "CSV", "link": "Copy link", "embed": "Embed code", "pack": "Press pack", "print": "Print or PDF"}
OWN = "These show your own version of the tables; a CSV, a link and a press pack exist for the published ones."


def bar(comparison: Comparison, theme: str, *, own: bool) -> Any:
    """Buttons under a figure, a choice of size and theme, and a line that says what was done.

    A visitor who looks at tables of their own (`own`) gets the picture as it stands on the page and nothing that the
    server would have to make, for it never kept those tables.
    """
    _, _, query = comparison.address.partition("?")
    marks: dict[str, Any] = {
        "aria-label": f"Take away: {comparison.title}",
        "data-figure": comparison.id,
        "data-query": query,
        "data-address": comparison.address,
        "data-link": pinned(comparison),
        "data-version": comparison.version,
        "data-own": "yes" if own else "no",
    }
    choices = [] if own else [_choice("size", "Size", SIZES), _choice("theme", "Colours", _themes(theme))]
    words = {**PICTURES, "print": FILES["print"]} if own else {**PICTURES, **FILES}
    buttons = [_button(action, text, comparison) for action, text in words.items()]
    status: Any = {"role": "status", "aria-live": "polite"}
    return html.Div(
        [
            html.Div([*choices, *buttons], className="exits-row"),
            html.P(OWN, className="quiet") if own else None,
            html.P("", className="exits-status", **status),
        ],
        id=f"exits-{comparison.id}",
        className="exits",
        role="group",
        **marks,
    )


def _themes(theme: str) -> dict[str, str]:
    """The colours on show first."""
    return {"dark": "Dark", "light": "Light"} if theme == "dark" else {"light": "Light", "dark": "Dark"}


def _choice(name: str, label: str, options: dict[str, str]) -> Any:
    marks: Any = {"data-exit": name}
    items = [html.Option(text, value=value) for value, text in options.items()]
    return html.Label([html.Span(f"{label} "), html.Select(items, **marks)])


def _button(action: str, text: str, comparison: Comparison) -> Any:
    marks: Any = {"data-exit": action, "aria-label": f"{text}: {comparison.title}"}
    return html.Button(text, id=f"exit-{action}-{comparison.id}", type="button", className="exit", **marks)
