"""The closed block under a figure that opens to its passport: `assets/passport.js` asks for it when it is opened."""

from typing import Any

from dash import html

from dashboard.compare import Comparison

SUMMARY = "Passport of this figure"


def block(comparison: Comparison, address: str, *, own: bool) -> Any:
    """An empty `details` that knows which passport is its own; nothing of the passport is on the page until it opens.

    A visitor who looks at tables of their own (`own`) sends them along, as with every change of a control.
    """
    _, _, query = address.partition("?")
    marks: Any = {
        "data-figure": comparison.id,
        "data-query": query,
        "data-version": comparison.version,
        "data-own": "yes" if own else "no",
    }
    name: Any = {"aria-label": f"{SUMMARY}: {comparison.title}"}
    key = f"passport-{comparison.id}"
    summary, body = html.Summary(SUMMARY, id=f"{key}-summary", **name), html.Div(className="passport-body")
    return html.Details([summary, body], id=key, className="passport", **marks)
