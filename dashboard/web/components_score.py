"""Parts of the pages on the score and the method: pairs as rows, quantities and equations in readable type."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from dash import html

from dashboard.catalog import Catalog
from dashboard.compare_method import drawn, words_of
from dashboard.compare_score import BASIS_WORDS
from dashboard.estimates.inputs import PLAIN_UNITS
from dashboard.estimates.score import Scored
from dashboard.records import Evidence, Parameter
from dashboard.units import reader_text, rounded, spread_text, trimmed
from dashboard.web import components as ui

SHARED_BY = {
    "chip_family": "chips of one family",
    "operator": "sites of one operator",
    "region": "sites of one region",
    "all": "all sites",
    "none": "",
    "": "",
}
SHAPES = {"split-lognormal": "split lognormal", "split-logit-normal": "split logit-normal", "fixed": "fixed"}
_ABBREVIATION = re.compile(r"\b(?:gpu|it|pue|tdp|wue)\b")
LOW = {"lineHeight": 0}
_SYMBOL = re.compile(r"8,760 h|(?P<name>[A-Za-zα-ω]+)(?:_(?P<low>[A-Za-z]+(?:,[A-Za-z]+)?))?")


def estimated(text: str) -> Any:
    """A number that is ours, marked as such."""
    return html.Span(text, className="estimated")


def signed(error: float) -> str:
    """An error with its sign, in per cent.

    >>> signed(0.744)[:3], signed(-0.28)[:3]
    ('+74', '−28')
    """
    return f"{'+' if error >= 0 else '−'}{100 * abs(error):.0f}\u00a0%"


def pairs_table(rows: Sequence[Scored], catalog: Catalog, caption: str) -> Any:
    """Pairs with the published power, our estimate and its range, the error, and where each is from."""
    head = [
        "Machine",
        "Published",
        "Our estimate (90 % range)",
        "Error (factor)",
        "In our range",
        "Basis",
        "Chips",
        "Source",
        "Remark",
    ]
    return ui.table(head, [_pair_row(row, catalog) for row in rows], numbers=(1, 2, 3), caption=caption, wide=True)


def _pair_row(row: Scored, catalog: Catalog) -> list[Any]:
    pair = catalog.pairs[row.case.case_id]
    low, _, middle, _, high = row.levels
    misread = (rounded(low) <= row.published <= rounded(high)) != (low <= row.published <= high)
    return [
        f"{pair.name}, {pair.year}",
        reader_text(row.published, "MW", 3),
        estimated(spread_text(low, middle, high, "MW", 3 if misread else 2)),
        f"{signed(row.ratio - 1)} ({_factor(row.ratio)})",
        _inside(row.published, low, high),
        BASIS_WORDS[pair.power_basis] + ("" if pair.independent else "; behind a parameter"),
        f"{pair.chip_count:,.0f} {row.chip.name}",
        ui.source_links([pair.source_id], catalog),
        pair.note,
    ]


def _factor(ratio: float) -> str:
    """How many times too much (×) or too little (÷): by this the misses are sorted."""
    return f"× {ratio:.2f}" if ratio >= 1 else f"÷ {1 / ratio:.2f}"


def _inside(published: float, low: float, high: float) -> str:
    """Whether a figure is in our range; if not, the end that it misses, to three figures."""
    if published < low:
        return f"no, below {reader_text(low, 'MW', 3)}"
    return "yes" if published <= high else f"no, above {reader_text(high, 'MW', 3)}"


def equation(text: str) -> Any:
    """An equation as books set it: variables in italics, `P_pk` as P with pk set low, units and names upright.

    >>> equation("E = P_avg · 8,760 h").children
    [I('E'), ' = ', Span([I('P'), Sub(children='avg', style={'lineHeight': 0})]), ' · 8,760 h']
    """
    return html.Span(_typeset(text, italics=True))


def with_subscripts(text: str) -> Any:
    """Words in which `s_grid` is shown as s with grid set low."""
    return html.Span(_typeset(text, italics=False)) if text else ""


def _typeset(text: str, *, italics: bool) -> list[Any]:
    parts: list[Any] = []
    end = 0
    for match in _SYMBOL.finditer(text):
        letters, low = match["name"] or "", match["low"]
        if not low and not (italics and len(letters) == 1):
            continue
        name = html.I(letters) if len(letters) == 1 else letters
        parts += [text[end : match.start()], html.Span([name, html.Sub(low, style=LOW)]) if low else name]
        end = match.end()
    return [part for part in [*parts, text[end:]] if part != ""]


def shared_words(row: Parameter) -> str:
    """How far the doubt is one and the same for many sites, and what else it moves with."""
    parts = []
    if row.correlation > 0:
        parts.append(f"ρ {row.correlation:g} among {SHARED_BY.get(row.shared_by, row.shared_by)}")
    if row.linked_quantity and row.linked_correlation is not None:
        sign = "+" if row.linked_correlation > 0 else "−"
        parts.append(f"{sign}{abs(row.linked_correlation):g} with {row.linked_quantity.replace('_', ' ')}")
    return "; ".join(parts) or "each site on its own"


def parameters_table(rows: Iterable[Parameter], catalog: Catalog, caption: str) -> Any:
    """Parameters with range, shape, sharing, basis, sources and reasoning."""
    body = [
        [
            row.name,
            equation(row.symbol) if row.symbol else "",
            words_of(row),
            SHAPES.get(row.shape, row.shape),
            shared_words(row),
            row.basis,
            ui.source_links(row.source_ids, catalog),
            row.reasoning if drawn(row) else f"No estimate draws it. {row.reasoning}",
        ]
        for row in rows
    ]
    head = ["Parameter", "Symbol", "5th / 50th / 95th percentile", "Shape", "Shared", "Basis", "Sources", "Reasoning"]
    return ui.table(head, body, caption=caption, wide=True)


def evidence_table(rows: Iterable[Evidence], catalog: Catalog, caption: str) -> Any:
    """Published figures behind parameters, as they stand in evidence.csv."""
    body = []
    for row in rows:
        values = " / ".join(trimmed(value) for value in (row.low, row.central, row.high) if value is not None)
        unit = "" if row.unit in PLAIN_UNITS else f" {row.unit}"
        source = ui.source_links([row.source_id], catalog)
        body.append(
            [
                row.scope,
                _ABBREVIATION.sub(lambda found: found[0].upper(), row.quantity.replace("_", " ")),
                values + unit,
                row.year,
                source,
                row.note,
            ]
        )
    head = ["Published for", "What", "Value", "Date", "Source", "Remark"]
    return ui.table(head, body, numbers=(2,), caption=caption)
