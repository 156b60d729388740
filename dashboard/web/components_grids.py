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
from dashboard.web.components_plans import sites_of
from dashboard.web.sentences_plans import MONTH


@by_version
def strains(catalog: Catalog, load: str = "") -> tuple[Strain, ...]:
    """Each grid with a peak on which anything is announced for the end of 2030, of a planned load or of all.

    The greatest share comes first.
    """
    found = []
    named = {grid.name: grid for grid in catalog.grids.values()}
    for name in loads.groups(catalog, "grid"):
        grid = named[name]
        standing_on = loads.on_grid(catalog, name, load) if grid.peak is not None else None
        if grid.peak is None or standing_on is None:
            continue
        group, kinds = standing_on
        capacity, peak = (quantiles(magnitude(kinds[kind].value, "MW")) for kind in ("capacity", "peak"))
        share = strain_on_peak(kinds["peak"], grid).levels
        known = float(magnitude(grid.peak, "MW"))
        stands, count = standing(kinds["peak"], grid), len(group.site_ids)
        found.append(Strain(grid, known, f"grid:{name}", count, capacity, peak, share, stands, group.source_ids))
    return tuple(sorted(found, key=lambda row: -row.share[2]))


def _subject(load: str) -> tuple[str, str]:
    """Whose sites stand on the grids, as a load and in words: those of a user or a country, else all."""
    by, name = loads.grouping(load), load.partition(":")[2]
    return (load, sites_of(by, name)) if by in ("user", "country") else ("", "AI sites")


@by_version
def planned(catalog: Catalog, load: str = "") -> tuple[Comparison, ...]:
    """The figure of `strains`; none where nothing that could be drawn is planned."""
    load, whose = _subject(load)
    found = strains(catalog, load)
    return (planned_on(found, whose, MONTH[:4], catalog),) if found else ()


def strains_block(catalog: Catalog, load: str, window: dict[str, Any], address: str) -> list[Any]:
    """The figure of `strains` and their table, each grid linked to its own page; nothing where there is none."""
    of, whose = _subject(load)
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
        for row in strains(catalog, of)
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
    nested = f"{NESTED} " if len(body) > 1 else ""
    caption = f"{whose} announced, or expected by others, for {MONTH[:4]}, the greatest share first"
    return [
        html.H2(f"{whose} on each grid" if of else "AI load planned on each grid"),
        *[ui.figure_block(comparison, window, address) for comparison in planned(catalog, load)],
        html.P(f"{nested}{TAKEN} A {LOWER} makes a share the most that it can be.", className="quiet"),
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
