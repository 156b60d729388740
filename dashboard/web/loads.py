"""The planned loads that `/grids` offers: the sites of a user, a country, a grid with its parts, or one alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dashboard import compare_plans
from dashboard.catalog import Catalog, nearest
from dashboard.core.pairing import Kind
from dashboard.estimates import Estimate
from dashboard.estimates.planned import announced, hosts, planned
from dashboard.estimates.questions import Load, kinds_of, placed, with_parents
from dashboard.estimates.series import NOT_NAMED, By, Series
from dashboard.records import Site
from dashboard.web import components_plans as parts
from dashboard.web.cache import by_version
from dashboard.web.pages import plans
from dashboard.web.sentences_plans import MONTH

PLANNED: Mapping[By, str] = {"user": "Users", "country": "Countries", "grid": "Grids", "site": "Sites"}
DEFAULT_LOAD = "30 GW"
DEFAULT_GRIDS = ("ita", "usa", "deu", "fra", "gbr", "irl", "ercot", "pjm", "world")


def grouping(load: str | None) -> By | None:
    """By what a planned load is grouped; none of a load that is typed."""
    kind = (load or "").partition(":")[0]
    return next((by for by in PLANNED if by == kind), None)


@by_version
def groups(catalog: Catalog, by: By) -> dict[str, Series]:
    """The groups of sites by name. Of grids each with all its parts, where `/plans` tells them apart; no countries."""
    if by != "grid":
        return plans.groups(catalog, by)
    found = plans.plans_of(catalog).within(catalog)
    grids = [catalog.grids[grid_id] for grid_id in found if grid_id in catalog.grids]
    return {grid.name: replace(found[grid.grid_id], name=grid.name) for grid in grids if grid.kind != "country"}


def group_of(catalog: Catalog, load: str) -> Series:
    """The sites of a planned load.

    Raises:
        ValueError: the tables have no such user, country, grid or site.
    """
    by, name = grouping(load), load.partition(":")[2]
    assert by is not None
    found = groups(catalog, by)
    if name not in found:
        near = nearest(name, {group: group for group in found})
        raise ValueError(f'load: no {by} of the tables is called "{name[:60]}"{near}')
    return found[name]


def has_parts(catalog: Catalog, load: str) -> bool:
    """Whether a load is that of a grid whose sites `/plans` tells apart by its parts."""
    return grouping(load) == "grid" and group_of(catalog, load).site_ids not in {
        series.site_ids for series in plans.groups(catalog, "grid").values()
    }


def sites(catalog: Catalog, load: str) -> list[Site]:
    """The sites of a planned load that have any capacity announced for the end of 2030; none of one that was typed."""
    if grouping(load) is None:
        return []
    series = group_of(catalog, load)
    return [catalog.sites[site_id] for site_id in announced(series, plans.plans_of(catalog), MONTH)]


def _hosts(catalog: Catalog, load: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """As `hosts`; all sites of a grid stand on it, whatever part of it they name."""
    by, name = grouping(load), load.partition(":")[2]
    assert by is not None
    return _hosts_of(by, name, sites(catalog, load), catalog)


def _hosts_of(by: By, name: str, standing: Sequence[Site], catalog: Catalog) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if by == "grid":
        whole = next(grid.grid_id for grid in catalog.grids.values() if grid.name == name)
        standing = [replace(site, grid_id=whole) for site in standing]
    return hosts(by, standing)


@by_version
def on_grid(catalog: Catalog, name: str, load: str = "") -> tuple[Series, dict[Kind, Load]] | None:
    """The sites announced on a grid and its parts, of a planned load those of it alone, and them as a load.

    Raises:
        ValueError: the tables have no such grid or load.
    """
    whole, timeline = group_of(catalog, f"grid:{name}"), plans.plans_of(catalog)
    own = set(group_of(catalog, load).site_ids if load else whole.site_ids)
    ids = tuple(site_id for site_id in announced(whole, timeline, MONTH) if site_id in own)
    if not ids:
        return None
    standing = replace(whole, site_ids=ids, source_ids=timeline.sources(ids))
    answer, highest_hour = planned(standing, timeline, MONTH, catalog)
    carriers = _hosts_of("grid", name, [catalog.sites[site_id] for site_id in ids], catalog)
    return standing, placed(kinds_of(answer, highest_hour), catalog, *carriers)


@by_version
def usual_grids(catalog: Catalog, load: str) -> tuple[str, ...]:
    """The grids that a load is set beside where none are chosen: those that it stands on come first."""
    try:
        carriers, around = ((), ()) if grouping(load) is None else _hosts(catalog, load)
    except ValueError:  # the page itself says what is wrong
        carriers = around = ()
    own = (
        grid_id for name in (*carriers, *around) for grid_id in with_parents(name, catalog) if grid_id in catalog.grids
    )
    known = (grid_id for grid_id in own if catalog.grids[grid_id].demand or catalog.grids[grid_id].peak)
    return tuple(dict.fromkeys([*known, *DEFAULT_GRIDS]))


@by_version
def choices(catalog: Catalog) -> list[dict[str, Any]]:
    """Loads to pick from: the claim, then whoever and whatever has sites with a size, and who says so of them."""
    found = [{"group": "Claims", "items": [{"value": DEFAULT_LOAD, "label": "OpenAI’s 30 GW"}]}]
    for by, label in PLANNED.items():
        series = groups(catalog, by)
        names = sorted(series, key=lambda name, of=series: -of[name].at("announced", MONTH)[2])  # type: ignore[misc]
        items = [
            {"value": f"{by}:{name}", "label": f"{name}, {_said(catalog, series[name])}"}
            for name in names
            if name != NOT_NAMED
        ]
        found.append({"group": label, "items": items})
    return found


def _said(catalog: Catalog, group: Series) -> str:
    """Who says how much a group is to have by the end of 2030."""
    if not group.at("announced", MONTH)[2]:
        return "nothing dated before 2031"
    who = compare_plans.said(group, plans.plans_of(catalog), catalog, MONTH).replace(", or", " or").removesuffix(",")
    return f"{who} for {MONTH[:4]}"


@by_version
def worked(catalog: Catalog, load: str) -> tuple[Estimate, dict[str, Load]]:
    """The capacity announced for the end of 2030, summed over its sites, beside the grids of those.

    Raises:
        ValueError: the tables have no such load, or nothing of it is announced by then.
    """
    group = group_of(catalog, load)
    answer, highest_hour = planned(group, plans.plans_of(catalog), MONTH, catalog)
    found = placed(kinds_of(answer, highest_hour), catalog, *_hosts(catalog, load))
    by, _, name = load.partition(":")
    return answer, named(found, f"{parts.sites_of(by, name)}, {_said(catalog, group)}")  # type: ignore[arg-type]


def named(found: Mapping[Kind, Load], label: str) -> dict[str, Load]:
    """Loads under a name."""
    return {kind: replace(load, label=label) for kind, load in found.items()}
