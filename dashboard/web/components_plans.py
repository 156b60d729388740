"""The table of sites of `/plans`."""

from collections.abc import Collection, Container, Iterable, Sequence
from typing import Any

from dashboard import compare_plans
from dashboard.catalog import Catalog
from dashboard.estimates.questions import with_parents
from dashboard.estimates.readings import outsiders
from dashboard.estimates.series import NOT_NAMED, By, Series, Timeline
from dashboard.units import reader_text, rounded
from dashboard.web.components import TEXT, WRAPPED

ANNOUNCED, LIKELY, LOW, HIGH = "Announced 2030, MW", "Likely 2030, MW", "5th percentile, MW", "95th percentile, MW"
MEGAWATTS: dict[str, Any] = {
    "filter": "agNumberColumnFilter",
    "type": "rightAligned",
    "valueFormatter": {"function": "params.value == null ? '' : d3.format(',')(params.value)"},
}
WITH_ARTICLE = ("United ", "Netherlands", "Philippines")
DASH = "\u2060–\u2060"  # between the ends of a range that a line never breaks
RANGED: dict[str, Any] = {
    "headerName": "Likely 2030, MW (90\u00a0% range)",
    "valueFormatter": {"function": "params.value == null ? '' : d3.format(',')(params.value) + params.data.range"},
}
# What a reader came for first: a phone shows the first three, whole, in 348 pixels.
COLUMNS: Sequence[dict[str, Any]] = (
    {"field": "Site", "pinned": "left", "width": 165, "phone": 120} | TEXT | WRAPPED,
    {"field": ANNOUNCED, "headerName": ANNOUNCED, "width": 150, "phone": 105} | MEGAWATTS,
    {"field": LIKELY, "width": 210, "phone": 122} | MEGAWATTS | RANGED | WRAPPED,
    {"field": "Published as", "headerName": "Published as", "width": 150} | TEXT | WRAPPED,
    {"field": "Operator", "width": 190} | TEXT | WRAPPED,
    {"field": "User", "width": 150} | TEXT | WRAPPED,
    {"field": "Country", "width": 150} | TEXT | WRAPPED,
    {"field": "Grid", "width": 180} | TEXT | WRAPPED,
    {"field": "Own power", "width": 120} | TEXT,
)


def place(catalog: Catalog, name: str) -> str:
    """The full name of a country or grid, where it is in the table of grids."""
    grid = catalog.grids.get(name)
    return grid.name if grid else name


def grid_place(catalog: Catalog, name: str, others: Collection[str]) -> str:
    """The full name of a grid among those of other sites, which may lie within it and are then told apart.

    `Rest`: a part of it has sites of its own. `Grid not named`: of the sites only the country is known, and others in
    it are on grids.
    """
    full, grid = place(catalog, name), catalog.grids.get(name)
    if grid is None or not any(name in with_parents(other, catalog)[1:] for other in others):
        return full
    return f"{full} ({'grid not named' if grid.kind == 'country' else 'rest'})"


def sites_of(by: By, name: str) -> str:
    """The sites of a group, as a title begins.

    >>> sites_of("country", "United States"), sites_of("user", "Meta"), sites_of("user", "not named")
    ('AI sites in the United States', 'AI sites of Meta', 'AI sites whose user is not named')
    """
    if by == "site":
        return name
    if name == NOT_NAMED:
        return f"AI sites whose {by} is not named"
    article = "the " if name.startswith(WITH_ARTICLE) else ""
    return f"AI sites {'of' if by in ('user', 'operator') else 'in'} {article}{name}"


def site_rows(catalog: Catalog, plans: Timeline, sites: Iterable[Series], month: str) -> list[dict[str, Any]]:
    """A row for each site with its state at the end of a month in MW of facility power, the largest first."""
    others = outsiders(catalog)
    rows = [_row(catalog, plans, site, month, others) for site in sites]
    return sorted(rows, key=lambda row: -row[ANNOUNCED])


def _row(catalog: Catalog, plans: Timeline, group: Series, month: str, others: Container[str]) -> dict[str, Any]:
    state = plans.states[group.site_ids[0]]
    site, row = state.site, compare_plans.published_state(state, month)
    announced, levels = group.at("announced", month)[2], group.at("likely", month)
    blank = undated(group, plans, month)
    likely = [None if blank else round(rounded(mw)) for mw in levels]
    given = row is not None and row.power_basis == "facility"
    return {
        "Site": site.name,
        "Operator": site.operator,
        "User": site.user,
        "Country": place(catalog, site.country),
        "Grid": place(catalog, site.grid_id),
        ANNOUNCED: round(announced if given else rounded(announced)),
        "Published as": compare_plans.published_as(row, others),
        LIKELY: likely[2],
        LOW: likely[0],
        HIGH: likely[4],
        "range": "" if blank or likely[0] == likely[4] else f" ({likely[0]:,}{DASH}{likely[4]:,})",
        "Own power": "on site" if site.own_power else "",
    }


def undated(group: Series, plans: Timeline, month: str) -> bool:
    """Whether nothing can be said of a site's likely power: all of it has a date of ours, the last day of the month."""
    return not group.at("likely", month)[4] and compare_plans.dated_by_us(group, plans, month) > 0


def unfilled(rows: Sequence[dict[str, Any]]) -> str:
    """Why sites with an announcement have no likely power: a sentence with their number and size, if there are any."""
    late = [row for row in rows if row[ANNOUNCED] and not row[HIGH]]
    if not late:
        return ""
    size, ours = _size(late), [row for row in late if row[HIGH] is None]
    told = (
        f" Nothing is likely yet of {len(late)} of them ({size} announced): what is dated to the last day of the year "
    )
    told += "has not begun to fill on it."
    if not ours:
        return told
    names = "; ".join(row["Site"] for row in ours)
    return f"{told} That day is ours, for want of a published one, for {names} ({_size(ours)}): their Likely is blank."


def _size(rows: Sequence[dict[str, Any]]) -> str:
    return reader_text(sum(row[ANNOUNCED] for row in rows), "MW")
