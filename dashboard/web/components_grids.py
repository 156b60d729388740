"""What is planned on each grid beside the highest load that it has had, as one table."""

from typing import Any
from urllib.parse import urlencode

from dash import html

from dashboard.catalog import Catalog
from dashboard.compare import Comparison
from dashboard.compare_grids import LOWER, NESTED, TAKEN, planned_on
from dashboard.estimates.estimate import quantiles
from dashboard.estimates.questions import CARRIES, Strain, standing, strain_on_peak
from dashboard.units import exact, magnitude, number_text, reader_text, spread_text
from dashboard.web import components as ui
from dashboard.web import loads
from dashboard.web.cache import by_version
from dashboard.web.sentences_plans import MONTH


@by_version
def strains(catalog: Catalog) -> tuple[Strain, ...]:
    """Each grid with a peak on which anything is announced for the end of 2030, the greatest share first."""
    found = []
    named = {grid.name: grid for grid in catalog.grids.values()}
    for name in loads.groups(catalog, "grid"):
        load, grid = f"grid:{name}", named[name]
        sites = loads.sites(catalog, load)
        if grid.peak is None or not sites:
            continue
        _, kinds = loads.worked(catalog, load)
        capacity, peak = (quantiles(magnitude(kinds[kind].value, "MW")) for kind in ("capacity", "peak"))
        share = strain_on_peak(kinds["peak"], grid).levels
        known = float(magnitude(grid.peak, "MW"))
        stands, used = standing(kinds["peak"], grid), kinds["peak"].source_ids
        found.append(Strain(grid, known, load, len(sites), capacity, peak, share, stands, used))
    return tuple(sorted(found, key=lambda row: -row.share[2]))


@by_version
def planned(catalog: Catalog) -> tuple[Comparison, ...]:
    """The figure of `strains`; none where nothing that could be drawn is planned."""
    try:
        return (planned_on(strains(catalog), MONTH[:4], catalog),)
    except ValueError:
        return ()


def strains_block(catalog: Catalog, window: dict[str, Any], address: str) -> list[Any]:
    """The figure of `strains` and their table, each grid linked to its own page; nothing where there is none."""
    body = [
        [
            ui.plain("A", row.grid.name, href=f"/grids?{urlencode({'load': row.load, 'question': 'peak'})}"),
            [_estimated(_percent(row.share)), *_beside(row)],
            _estimated(_spread(row.highest_hour)),
            f"{reader_text(row.peak, 'MW', 3)}, {row.grid.peak_date}",
            _spread(row.capacity) if exact(row.capacity[0], row.capacity[-1]) else _estimated(_spread(row.capacity)),
            str(row.sites),
            ui.source_links([row.grid.peak_source_id], catalog),
        ]
        for row in strains(catalog)
    ]
    if not body:
        return []
    head = [
        "Grid",
        "Share of its peak",
        "Highest hour",
        "Its peak, as published",
        "Facility capacity",
        "Sites",
        "Source of its peak",
    ]
    caption = f"AI sites announced, or expected by others, for {MONTH[:4]}, the greatest share first"
    return [
        html.H2("AI load planned on each grid"),
        *[ui.figure_block(comparison, window, address) for comparison in planned(catalog)],
        html.P(f"{NESTED} {TAKEN} A {LOWER} makes a share the most that it can be.", className="quiet"),
        ui.table(head, body, numbers=(2, 3, 4, 5), caption=caption),
    ]


def _estimated(text: str) -> Any:
    return ui.plain("Span", text, className="estimated")


def _spread(levels: tuple[float, ...]) -> str:
    return spread_text(levels[0], levels[2], levels[4], "MW")


def _percent(levels: tuple[float, ...]) -> str:
    low, middle, high = (number_text(levels[i]) for i in (0, 2, 4))
    return f"{middle}\u00a0% ({low}–{high})"


def _beside(row: Strain) -> list[str]:
    """What a share needs beside it: that the peak may be higher, and that sites make power of their own."""
    more = [" or less"] if row.grid.peak_kind == "lower bound" else []
    return more if row.stands == CARRIES else [*more, "; some or all of its sites make power of their own"]
