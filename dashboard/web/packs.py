"""What leaves a page with a figure besides its picture: the press pack's texts, and the page that others embed."""

import html
import json
from typing import Any

from dashboard import captions, passports
from dashboard.catalog import Catalog
from dashboard.compare import Comparison
from dashboard.estimates import report
from dashboard.web.pins import pinned

# Anybody may put a figure into a frame; the frame itself asks nobody but us.
EMBED_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors *"
)
PLOTLY = "/_dash-component-suites/plotly/package_data/plotly.min.js"


def pack(comparison: Comparison, catalog: Catalog) -> dict[str, Any]:
    """The texts of a press pack by file name; the browser adds the pictures."""
    return {
        "name": f"{comparison.id}_{comparison.version}",
        "files": {
            "numbers.csv": comparison.csv,
            "alt.txt": captions.alt(comparison) + "\n",
            "caption.txt": captions.caption(comparison) + "\n",
            "citation.txt": captions.citation(comparison, catalog.as_of) + "\n",
            "citation.bib": captions.bibtex(comparison, catalog.as_of),
            "link.txt": pinned(comparison) + "\n",
            "passport.json": json.dumps(passport(comparison, catalog), ensure_ascii=False, indent=1) + "\n",
        },
    }


def passport(comparison: Comparison, catalog: Catalog) -> dict[str, Any]:
    """All that is needed to make the picture again: what stands under the figure, and each estimate in full."""
    return {
        **block(comparison, catalog),
        "estimates": [
            {"label": label, **report.as_json(answer.ask.text, answer, catalog)}
            for label, answer in comparison.estimates
        ],
    }


def block(comparison: Comparison, catalog: Catalog) -> dict[str, Any]:
    """The passport that stands under a figure, with the link that leads back to it."""
    return {
        **passports.facts(comparison, catalog),
        "address": comparison.address,
        "link": pinned(comparison),
    }


def embed(comparison: Comparison, query: str) -> str:
    """A page that holds one figure and nothing else, for a frame on somebody else's page."""
    spec = html.escape(f"/figure/{comparison.id}.json?{query}" if query else f"/figure/{comparison.id}.json")
    title, words = html.escape(comparison.title), html.escape(captions.alt(comparison))
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/assets/favicon.ico">
<link rel="stylesheet" href="/assets/export.css"></head>
<body class="embed"><figure data-embed="{spec}" role="group" aria-label="{title}">
<figcaption class="export-words">{words}</figcaption></figure>
<script src="{PLOTLY}"></script><script src="/assets/export.js"></script></body></html>
"""
