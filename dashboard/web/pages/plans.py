"""`/plans`: what is announced, likely and energised, when and where; by user, operator, country, grid or site."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import Input, Output, State, html

from dashboard import compare_map, compare_plans
from dashboard.catalog import Catalog, nearest
from dashboard.compare import Comparison
from dashboard.estimates.readings import Reading
from dashboard.estimates.series import GROUPINGS, By, Series, Timeline, timeline
from dashboard.estimates.vintages import Said, known_then, said
from dashboard.units import reader_text, spread_text
from dashboard.web import components as ui
from dashboard.web import components_plans as parts
from dashboard.web import sentences_plans as sentences
from dashboard.web.cache import by_version
from dashboard.web.live import Live
from dashboard.web.sentences_plans import MONTH
from dashboard.workings import date_text

PATH, NAME, TITLE = "/plans", "Plans", "How much AI power is planned, when, and how much of it is likely?"
FIGURES = ("timeline", "plans-by", "sites-map")
BY_LABELS: Mapping[By, str] = {
    "total": "all sites",
    "user": "user",
    "operator": "operator",
    "country": "country",
    "grid": "grid",
    "site": "site",
}
EVERYTHING = "all sites"
MEDIANS = (
    "it stands as its median, without its range. Likely holds the doubt of that conversion too, so the top of its "
    "range may lie above what is announced."
)


@dataclass(frozen=True)
class Choice:
    """What the reader chose: how sites are grouped, and which group is shown."""

    by: By = "user"
    name: str = EVERYTHING

    def query(self) -> str:
        """The choice as the query of the address."""
        return ui.query_text(
            {"by": "" if self.by == "user" else self.by, "name": "" if self.name == EVERYTHING else self.name}
        )


def choose(query: Mapping[str, str], catalog: Catalog) -> tuple[Choice, list[str]]:
    """The choice in a query; what is not possible falls back and is told."""
    notices = []
    asked = query.get("by", "user")
    by: By = next((grouping for grouping in GROUPINGS if grouping == asked), "user")
    if by != asked:
        notices.append(f'by: must be one of {", ".join(GROUPINGS)}, got "{asked[:40]}"; shown by user')
    name = query.get("name", EVERYTHING)
    if name != EVERYTHING and name not in (known := groups(catalog, by)):
        near = nearest(name, {group: group for group in known})
        reason = "all sites have no name; give by=user for" if by == "total" else f"no {BY_LABELS[by]} is called"
        notices.append(f'name: {reason} "{name[:60]}"{near}; all sites are shown')
        name = EVERYTHING
    return Choice(by, name), notices


@by_version
def plans_of(catalog: Catalog) -> Timeline:
    """All sites' series as known on the day of the tables."""
    return timeline(catalog, catalog.as_of)


@by_version
def groups(catalog: Catalog, by: By) -> dict[str, Series]:
    """The groups of sites by name, countries and grids under their full names."""
    found = plans_of(catalog).by(by)
    if by not in ("country", "grid"):
        return found
    places = {
        name: parts.grid_place(catalog, name, found) if by == "grid" else parts.place(catalog, name) for name in found
    }
    return {places[name]: _renamed(series, places[name]) for name, series in found.items()}


def _renamed(series: Series, name: str) -> Series:
    return Series(name, series.site_ids, series.lines, series.source_ids)


def shown(catalog: Catalog, choice: Choice) -> Series:
    """The group that the timeline shows."""
    if choice.name == EVERYTHING:
        return groups(catalog, "total")[EVERYTHING]
    return groups(catalog, choice.by)[choice.name]


@by_version
def view(catalog: Catalog, choice: Choice) -> tuple[Comparison, ...]:
    """The page's comparisons: the chosen group over time, the groups at one date, the map.

    Raises:
        ValueError: no site has a size.
    """
    if not plans_of(catalog).states:
        raise ValueError("sites: none has a milestone with a power or a chip count, so there is nothing to draw")
    plans, group = plans_of(catalog), shown(catalog, choice)
    told = compare_plans.said(group, plans, catalog)
    word = "announced" if told.endswith(",") else told
    title = f"{parts.sites_of(choice.by, group.name)}: {word}, likely, energised"
    if choice.name == EVERYTHING:
        title = f"All {len(plans.states)} AI sites with a size in the tables: announced, likely, energised"
    by = choice.by if choice.by != "total" else "user"
    chosen = ("", ()) if choice.name == EVERYTHING else (parts.sites_of(choice.by, group.name), group.site_ids)
    return (
        compare_plans.lines_over_time(group, title, plans, catalog, choice.by if choice.name != EVERYTHING else ""),
        compare_plans.groups_at(list(groups(catalog, by).values()), BY_LABELS[by], MONTH, plans, catalog, choice.name),
        compare_map.sites_on_map(plans, list(groups(catalog, "site").values()), MONTH, catalog, chosen),
    )


def comparisons(catalog: Catalog, query: Mapping[str, str]) -> tuple[Comparison, ...]:
    """The page's comparisons for a query, for files and exports."""
    return view(catalog, ui.certain(*choose(query, catalog)))


def layout(catalog: Catalog, query: Mapping[str, str]) -> Any:
    """The page with its controls set from the query."""
    choice, notices = choose(query, catalog)
    return html.Div(
        [
            html.H1(TITLE),
            *[ui.problem(notice) for notice in notices],
            html.Div(
                [
                    dmc.Select(
                        id="plans-by",
                        label="Group sites by",
                        value=choice.by,
                        data=[{"value": key, "label": label} for key, label in BY_LABELS.items() if key != "total"],
                        allowDeselect=False,
                        w=180,
                    ),
                    dmc.Select(
                        id="plans-name",
                        label="Show",
                        value=choice.name,
                        data=_names(catalog, choice.by),
                        allowDeselect=False,
                        searchable=True,
                        w=320,
                    ),
                ],
                className="controls",
            ),
            *ui.slot("plans"),
            dash.dcc.Store(id="plans-query"),
        ]
    )


def _names(catalog: Catalog, by: By) -> list[str]:
    ranked = sorted(groups(catalog, by).values(), key=lambda group: -group.at("announced", MONTH)[2])
    return [EVERYTHING, *(group.name for group in ranked if group.name != EVERYTHING)]


def wire(app: dash.Dash, live: Live) -> None:
    """The choices redraw the page and are kept in the address."""

    @app.callback(
        Output("plans-name", "data"),
        Output("plans-name", "value"),
        Input("plans-by", "value"),
        State("own", "data"),
        prevent_initial_call=True,
    )
    def names(by: By, mine: Any) -> tuple[list[str], str]:
        return _names(live.of(mine), by), EVERYTHING

    @ui.redrawn(app, "plans", Input("plans-by", "value"), Input("plans-name", "value"))
    def body(by: str, name: str | None, window: ui.View, mine: Any) -> ui.Redrawn:
        catalog = live.of(mine)
        choice, _ = choose({"by": by, "name": name or EVERYTHING}, catalog)
        return render(catalog, choice, ui.seen(window, mine)), choice


def render(catalog: Catalog, choice: Choice, window: dict[str, Any]) -> list[Any]:
    """Everything below the controls."""
    try:
        found = view(catalog, choice)
    except ValueError as error:
        return [ui.problem(str(error)), _left_out(catalog)]
    over_time, by_group, on_map = (ui.figure_block(item, window, f"/plans?{choice.query()}") for item in found)
    group = shown(catalog, choice)
    return [
        html.P(sentences.answer(group, plans_of(catalog), catalog), className="answer"),
        html.P(sentences.conversion(group, plans_of(catalog)), className="quiet"),
        html.P(sentences.share(group, plans_of(catalog), catalog), className="quiet"),
        html.P(step := sentences.one_date(group, plans_of(catalog), catalog), className="quiet", hidden=not step),
        html.P(note := sentences.handed_over(group, plans_of(catalog)), className="quiet", hidden=not note),
        over_time,
        html.Div(_site(catalog, group) if len(group.site_ids) == 1 else []),
        by_group,
        html.P(_shared(catalog, choice.by), className="quiet"),
        on_map,
        html.H2("Every site"),
        html.P(
            [f"Announced 2030 is facility power: {sentences.CONVERTED}; {MEDIANS}", parts.unfilled(site_rows(catalog))],
            className="quiet",
        ),
        ui.grid("plans-table", parts.COLUMNS, site_rows(catalog), window, name="Every site"),
        _left_out(catalog),
    ]


def _shared(catalog: Catalog, by: By) -> str:
    """Which sites stand under the first of several names, for a megawatt is counted once; which grids carry not all."""
    if by == "grid":
        return compare_plans.own_plants(list(groups(catalog, by).values()), MONTH, plans_of(catalog))
    if by not in ("user", "total"):
        return ""
    names = [site.name for site in (state.site for state in plans_of(catalog).states.values()) if ";" in site.user]
    return f"A site with several users stands under the one named first: {', '.join(names)}." if names else ""


def _site(catalog: Catalog, group: Series) -> list[Any]:
    """One site's own view: every milestone with its vintage, whether it counts and why, and its source."""
    state = plans_of(catalog).states[group.site_ids[0]]
    site = state.site
    facts = [
        f"Operator: {site.operator or 'not named'}",
        f"user: {site.user or 'not named'}",
        f"grid: {site.grid_operator or parts.place(catalog, site.grid_id)}",
        "power made on site" if site.own_power else "",
    ]
    body = [_milestone(reading, catalog) for reading in state.readings]
    head = ["Date", "State", "Published", "Counts", "As known on", "Source"]
    return [
        html.H2(site.name),
        html.P("; ".join(fact for fact in facts if fact) + ". " + site.note),
        ui.table(head, body, caption="Milestones as published; states of one campus are never added"),
        html.H3("What was said when"),
        _vintages(catalog, site.site_id),
    ]


@by_version
def vintages(catalog: Catalog, site_id: str) -> tuple[tuple[Said, ...], Mapping[str, Any]]:
    """What was said of a site in the order of saying it, and what its rows of each day made of 2030."""
    rows = [row for row in catalog.milestones.values() if row.site_id == site_id]
    return said(rows, catalog.as_of), known_then(rows, catalog, MONTH)


def _vintages(catalog: Catalog, site_id: str) -> Any:
    """Each forecast by the day it was made, what became of it, and the site's 2030 as it was known on that day."""
    steps, known = vintages(catalog, site_id)
    body = []
    for step in steps:
        row = step.milestone
        then = known.get(row.vintage)
        body.append(
            [
                row.vintage,
                date_text(row),
                f"{row.kind.replace('_', ' ')}, {row.status}",
                sentences.published(row),
                reader_text(then[0], "MW") if then and then[0] else "",
                spread_text(then[1][0], then[1][2], then[1][4], "MW") if then and then[1][4] else "",
                _since(step),
            ]
        )
    head = ["Said on", "For", "State", "Published", "2030 announced", "2030 likely", "Since then"]
    if not any(row[-1] for row in body):
        head, body = head[:-1], [row[:-1] for row in body]
    caption = (
        "By the day it was said. The 2030 columns hold all that was known on that day, converted to facility power; "
        "odds and delays are those of today’s tables"
    )
    blank = "" if all(row[0] for row in body) else ". Blank where no day was published"
    return ui.table(head, body, numbers=(4, 5), caption=caption + blank)


def _since(step: Said) -> str:
    """What the tables say of a forecast after it was made."""
    parts = []
    if step.again is not None:
        months = round(step.slip)
        moved = f"{abs(months)} months {'later' if months > 0 else 'earlier'}" if months else "for the same date"
        parts.append(
            f"said again on {step.again.vintage}, {moved}: {sentences.published(step.again)}".removesuffix(": ")
        )
    if step.ran is not None:
        parts.append(f"running on {step.ran.date}: {sentences.published(step.ran)}".removesuffix(": "))
    if step.overdue:
        parts.append("its date has passed, and no row says that it runs")
    return "; ".join(parts)


def _milestone(reading: Reading, catalog: Catalog) -> list[Any]:
    row = reading.milestone
    used = "yes" if reading.used else "no"
    return [
        date_text(row),
        f"{row.kind.replace('_', ' ')}, {row.status}",
        sentences.published(row),
        f"{used}: {reading.why}",
        row.vintage,
        ui.source_links([row.source_id], catalog),
    ]


@by_version
def site_rows(catalog: Catalog) -> list[dict[str, Any]]:
    """The table of sites, the largest first."""
    return parts.site_rows(catalog, plans_of(catalog), groups(catalog, "site").values(), MONTH)


def _left_out(catalog: Catalog) -> Any:
    plans = plans_of(catalog)
    names = [f"{catalog.sites[site_id].name} ({why})" for site_id, why in plans.left_out.items()]
    return html.P(f"Without a size and so in no total: {'; '.join(names)}.", className="quiet") if names else None
