"""What is planned on each grid beside the highest load that it has had, as one table."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from dash import html

from dashboard.catalog import Catalog
from dashboard.compare_grids import LOWER
from dashboard.estimates.estimate import quantiles
from dashboard.estimates.questions import CARRIES, standing, strain_on_peak
from dashboard.records import Grid
from dashboard.units import exact, magnitude, number_text, reader_text, spread_text
from dashboard.web import components as ui
from dashboard.web import loads
from dashboard.web.cache import by_version
from dashboard.web.sentences_plans import MONTH

NESTED = "Grids lie in each other, as Entergy in MISO: each row has all sites of its grid, so rows are never added."
TAKEN = (
    f"Highest hours are taken to fall together with the grid’s own. A {LOWER} makes a share the most that it can be."
)


class Strain(NamedTuple):
    """The sites planned on a grid beside its peak, in MW and per cent; levels are those of `quantiles`."""

    grid: Grid
    peak: float
    load: str
    sites: int
    capacity: tuple[float, ...]
    highest_hour: tuple[float, ...]
    share: tuple[float, ...]
    stands: str


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
        found.append(Strain(grid, known, load, len(sites), capacity, peak, share, standing(kinds["peak"], grid)))
    return tuple(sorted(found, key=lambda row: -row.share[2]))


def strains_table(catalog: Catalog) -> list[Any]:
    """The table of `strains`, each grid linked to its own page; nothing where there is none."""
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
        html.P(f"{NESTED} {TAKEN}", className="quiet"),
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
