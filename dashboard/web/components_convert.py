"""Parts of `/convert`: what owning a load costs in words, and a second scenario beside the first."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from dash import html

from dashboard.catalog import Catalog
from dashboard.estimates import Estimate, estimate
from dashboard.estimates.estimate import RESULT_UNITS, quantiles
from dashboard.estimates.owning import EMBODIED, TOTAL, Owned, carbon_texts, chip_hour_text, owned
from dashboard.estimates.owning import LABELS as OWNED_LABELS
from dashboard.estimates.report import LABELS
from dashboard.units import exact, number_text, spread_text
from dashboard.web import components as ui


def owning(cost: Owned) -> list[Any]:
    """What an hour of a chip costs; the carbon of making the load beside that of running it, named as a guess."""
    hour, (made, time) = chip_hour_text(cost), carbon_texts(cost)
    told, once, run = (html.Span(text, className="estimated") for text in (hour, made, time))
    beside: list[Any] = [", as much as ", run, " of running it on the grid’s average mix"] if time else []
    tail = ". Few have published such figures: this is a guess between them."
    return [
        html.P(["Owning it costs ", told, " for each hour of each chip, used or not."] if hour else []),
        html.P(["Making equipment and building emits about ", once, " of CO₂ once", *beside, tail]),
    ]


def side_by_side(catalog: Catalog, answer: Estimate, other: Estimate | None) -> list[Any]:
    """The second scenario beside the first, each as if alone, with the ratio of the two at two places in each draw."""
    if other is None:
        return []
    head = ["What", answer.ask.text, other.ask.text, "Second over first"]
    caption = "Taken as two different places: a doubt that both share moves both, one of their own moves one of them"
    body = [*_results(catalog, answer, other), *_owned(catalog, answer, other)]
    return [html.H2("Side by side"), ui.table(head, body, numbers=(1, 2, 3), caption=caption)]


def _results(catalog: Catalog, answer: Estimate, other: Estimate) -> Iterator[list[Any]]:
    elsewhere = _elsewhere(catalog, other)
    for name in RESULT_UNITS:
        if name in answer.results and name in other.results:
            ratio = _ratio(elsewhere.results[name] / answer.results[name])
            told = "other chips" if name == "chips" and answer.ask.chip != other.ask.chip else ratio
            beside = max(each.beside(name) for each in (answer, other))
            yield [LABELS[name], _spread(answer, name, beside), _spread(other, name, beside), told]


def _owned(catalog: Catalog, answer: Estimate, other: Estimate) -> Iterator[list[Any]]:
    """What each costs in a year, and the carbon of making it."""
    both, elsewhere = [owned(each, catalog) for each in (answer, other)], owned(_elsewhere(catalog, other), catalog)
    for name in (TOTAL, EMBODIED):
        levels = [cost.levels[name] for cost in both]
        greatest = max(found[4] for _, found in levels)
        texts = [spread_text(found[0], found[2], found[4], unit, beside=greatest) for unit, found in levels]
        ratio = _ratio(elsewhere.results[name] / both[0].results[name])
        yield [OWNED_LABELS[name], *(ui.plain("Span", text, className="estimated") for text in texts), ratio]


def _elsewhere(catalog: Catalog, other: Estimate) -> Estimate:
    return estimate(dataclasses.replace(other.ask, item="second scenario"), catalog)


def _ratio(draws: Any) -> str:
    low, _, middle, _, high = quantiles(draws.m_as(""))
    return f"× {number_text(middle)}" + ("" if exact(low, high) else f" ({number_text(low)}–{number_text(high)})")


def _spread(answer: Estimate, name: str, beside: float) -> Any:
    low, _, middle, _, high = answer.quantiles(name)
    told = spread_text(low, middle, high, RESULT_UNITS[name], beside=beside)
    return html.Span(told, className="" if answer.is_given(name) else "estimated")
