"""Sites on a map as a comparison: what is announced of each at one date, and what of it is energised."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

import pandas as pd

from dashboard import workings
from dashboard.catalog import Catalog
from dashboard.compare import COLUMNS, Comparison, source_names, summed_levels
from dashboard.compare_plans import GIGA, published_state, said_by
from dashboard.estimates.readings import outsiders
from dashboard.estimates.series import Series, SiteStates, Timeline
from dashboard.units import exact, magnitude, quantity, reader_text, spread_text

RUNS = (
    "announced, energised in whole or in part"  # what the column `energised` has is a part of the value, not the value
)
GEOMETRY = "Coastlines: Natural Earth; states: U.S. Census Bureau."


def sites_on_map(
    plans: Timeline, sites: Sequence[Series], month: str, catalog: Catalog, chosen: tuple[str, Sequence[str]] = ("", ())
) -> Comparison:
    """Each site with coordinates: its announced capacity at the end of a month, and how much of it is energised.

    `chosen` are the words for some of them, which are drawn apart, and their ids.
    """
    rows, drawn, missing, others = [], [], [], outsiders(catalog)
    for group in sites:
        site = plans.states[group.site_ids[0]].site
        band = group.at("announced", month)
        if site.latitude is None or site.longitude is None or not band[2] > 0:
            missing += [(band[2], site.name)] if band[2] > GIGA else []
            continue
        state = plans.states[site.site_id]
        now = group.newest("energised")
        row = summed_levels(
            site.name,
            tuple(value / GIGA for value in band),
            "GW",
            int(_as_published(state, month, band[2])),
            basis=RUNS if state.observed else "announced, nothing energised",
            date=month,
            sources="; ".join(group.source_ids),
            note=f"{_words(band)} {said_by(group, plans, others, month)} "
            f"by the end of {month[:4]}, {_words(now) if now[2] else 'nothing'} energised",
        )
        drawn.append(group)
        place = {"country": site.country, "longitude": float(site.longitude.m), "latitude": float(site.latitude.m)}
        apart = {"energised": now[2] / GIGA, "chosen": chosen[0] if site.site_id in chosen[1] else ""}
        rows.append(row | place | apart)
    largest = max((row["value"] for row in rows), default=0.0)
    running = sum(row["basis"] == RUNS for row in rows)
    return Comparison(
        id="sites-map",
        title=f"Where the capacity announced or expected for {month[:4]} stands",
        answer=f"{_drawn(len(rows), len(sites), month)}, the largest {reader_text(largest * GIGA, 'MW')}; "
        f"{running} of them run, wholly or in part.{_without_place(missing)}",
        axis="",
        unit="GW",
        kind="capacity",
        table=pd.DataFrame(rows, columns=[*COLUMNS, "country", "longitude", "latitude", "energised", "chosen"]),
        sources=source_names(catalog, _sources(drawn, plans, month)),
        method="Areas of circle and disc: facility capacity, on one scale; places to the town or county. As known on "
        f"{plans.as_of:%-d %B %Y}. {GEOMETRY}",
        basis="facility power",
        version=catalog.version,
        form="map",
        ends=(sum(row["value"] for row in rows),),
        worked=partial(workings.of_map, drawn, plans, month),
    )


def _sources(drawn: Sequence[Series], plans: Timeline, month: str) -> list[str]:
    """The sources of sites: first those of what is announced of each, by the capacity that they stand for."""
    carried: Counter[str] = Counter()
    for group in drawn:
        row = published_state(plans.states[group.site_ids[0]], month)
        if row is not None:
            carried[row.source_id] += round(group.at("announced", month)[2])
    return [*(source for source, _ in carried.most_common()), *(i for group in drawn for i in group.source_ids)]


def _words(band: tuple[float, ...]) -> str:
    return spread_text(band[0], band[2], band[4], "MW")


def _without_place(missing: Sequence[tuple[float, str]]) -> str:
    """The sites above a gigawatt that no map can show, for no town or county is published."""
    named = ", ".join(f"{name} ({reader_text(size, 'MW')})" for size, name in sorted(missing, reverse=True))
    return f" Without a place: {named}." if named else ""


def _drawn(drawn: int, sized: int, month: str) -> str:
    if drawn == sized:
        return f"All {sized} sites with a published size"
    return f"{drawn} of {sized} sites with a published size (the rest have no place, or nothing for {month[:4]})"


def _as_published(state: SiteStates, month: str, size: float) -> bool:
    """Whether a size in MW is what somebody published of a site, neither converted nor worked out by us."""
    row = published_state(state, month)
    if row is None or row.power is None or "power ours" in row.marks:
        return False
    published = magnitude(quantity(row.power, row.unit), "MW")
    return exact(published, size)
