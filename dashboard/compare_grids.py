"""A load beside grids, question by question: each grid on a scale of its own."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd

from dashboard import workings
from dashboard.catalog import Catalog
from dashboard.compare import COLUMNS, METHOD, Comparison, deciding_sources, estimate_levels, source_names
from dashboard.estimates import questions
from dashboard.estimates.estimate import Estimate, quantiles
from dashboard.estimates.questions import Answer, Load, Strain
from dashboard.records import Grid
from dashboard.units import Quantity, magnitude, number_text, reader_text, spread_text

SCALED: dict[str, tuple[Callable[[Load, Grid], Answer], str, str, Callable[[Grid], Quantity | None]]] = {
    "energy": (questions.share_of_energy, "TWh", "yearly demand", lambda grid: grid.demand),
    "peak": (questions.strain_on_peak, "GW", "published peak", lambda grid: grid.peak),
}
LOWER, RECORD = "lower bound of the peak", "record peak"
TOGETHER = ", if both fall together"  # the highest hour of a load need not be the grid's
# How a grid stands to the load, by what its note says of it: few words, and how an answer ends that begins with it.
STANDINGS = {
    questions.CARRIES: ("carries the load", ""),
    questions.IN_PART: ("carries it only in part", ", which carries it only in part"),
    questions.OWN_POWER: ("makes its own power", ", for scale only: the load makes power of its own"),
}
PLANT_FOR = {
    "plants": "{} plant for as much energy in a year",
    "adequacy": "{} to cover the highest hour with reserve",
}
ONLY_SCALE = ("for scale only", ", for scale only")
NESTED = "Grids lie in each other, as Entergy in MISO: each row has all sites of its grid, so rows are never added."
TAKEN = "Highest hours are taken to fall together with the grid’s own."
AT_MOST = "At most: its record is not known, only a lower bound of it."
LEAST_DRAWN = 0.1  # of the greatest share: what is less could not be told from nothing beside it


def beside_grids(question: str, load: Load, answer: Estimate, grids: Sequence[Grid], catalog: Catalog) -> Comparison:
    """A panel for each grid of which our tables hold what the question needs: its own figure and the load beside it.

    The other grids are named in the foot.
    """
    ask, unit, what, published = SCALED[question]
    rows, used, beside = [], [], []
    for grid in grids:
        size = published(grid)
        if size is None:
            continue
        share = ask(load, grid)
        rows.append(_panel(grid, size, unit, what, share, questions.standing(load, grid)))
        used.append(share.source_ids[-1])
        beside.append((grid, _percent(rows[-1])))
    rows.sort(key=lambda row: _STANDS.index(standing(row["note"])))
    first = rows[0] if rows else None
    missing = not_published(question, grids, catalog)
    return Comparison(
        id=f"grids-{question}",
        title=f"{_before(load.label)} beside each grid’s {what}",
        answer=_sentence(first) if first else "Our tables hold it for none of these grids.",
        axis="each panel has a scale of its own",
        unit="%",
        kind="energy" if question == "energy" else "capacity",
        table=pd.DataFrame(rows, columns=[*COLUMNS, "published", "published_unit"]),
        sources=source_names(catalog, [*used, *deciding_sources(answer)]),
        method=f"{METHOD} Published bar: 100 % of the grid, each on a scale of its own. {missing}".strip(),
        version=catalog.version,
        form="panels",
        estimates=((load.label, answer),),
        worked=partial(workings.of_shares, load.value, unit, beside, what, catalog),
    )


def planned_on(found: Sequence[Strain], whose: str, year: str, catalog: Catalog) -> Comparison:
    """What is announced on each grid as a share of the highest load that the grid has had; `found` greatest first.

    Raises:
        ValueError: there is no grid to draw.
    """
    if not found:
        raise ValueError(f"none of {whose} announced for {year} stands on a grid with a published peak")
    top = found[0]
    drawn = [strain for strain in found if strain.share[2] >= LEAST_DRAWN * top.share[2]]
    small = ", ".join(strain.grid.name for strain in found if strain not in drawn)
    own = ", ".join(strain.grid.name for strain in drawn if strain.stands != questions.CARRIES)
    method = [
        METHOD,
        "Sites that only others expect are in it.",
        NESTED if len(found) > 1 else "",
        TAKEN,
        AT_MOST if any(_lower(strain.grid) for strain in drawn) else "",
        f"Some or all sites make power of their own on: {own}." if own else "",
        f"Below a tenth of the greatest, not drawn: {small}." if small else "",
    ]
    low, middle, high = (number_text(top.share[level]) for level in (0, 2, 4))
    of = f"or less of the {questions.FOUND} for it" if _lower(top.grid) else f"of its {RECORD}"
    on = f"{whose} announced on {questions.with_article(top.grid.name)} for {year}"
    return Comparison(
        id="grids-planned",
        title=f"{whose} announced for {year} beside the peak of each grid",
        answer=f"{on} would take {middle}\u00a0% ({low}–{high}\u00a0%) {of}{TOGETHER}.",
        axis="Share of the grid’s peak, %",
        unit="%",
        kind="capacity",
        table=pd.DataFrame(map(_strain_row, drawn), columns=COLUMNS),
        sources=source_names(catalog, [name for row in drawn for name in (row.grid.peak_source_id, *row.source_ids)]),
        method=" ".join(filter(None, method)),
        version=catalog.version,
        worked=partial(workings.of_strains, drawn, catalog),
    )


def _lower(grid: Grid) -> bool:
    return grid.peak_kind == "lower bound"


def _strain_row(strain: Strain) -> dict[str, Any]:
    grid, lower = strain.grid, _lower(strain.grid)
    low, _, middle, _, high = strain.highest_hour
    note = [f"highest hour {spread_text(low, middle, high, 'MW')}, beside {reader_text(strain.peak, 'MW', 3)}"]
    note += ["some or all of its sites make power of their own"] * (strain.stands != questions.CARRIES)
    note += ["no record: the true peak may be higher, and the share lower"] * lower
    label = f"{grid.name} (at most)" if lower else grid.name
    basis = f"highest hour over {LOWER if lower else RECORD}"
    return estimate_levels(label, strain.share, "%", basis=basis, date=grid.peak_date, note="; ".join(note))


def _before(label: str) -> str:
    """The name of a load as it stands before more of a sentence: `1 GW, basis not stated` with a second comma."""
    return f"{label}," if ", " in label else label


def _part(grid: Grid, published: Callable[[Grid], Quantity | None], catalog: Catalog) -> str:
    """The largest part of a grid with the figure in our tables, in brackets; the world's parts are no substitute."""
    if grid.grid_id == "world":
        return ""
    parts = [
        (size, part) for part in catalog.grids.values() if part.parent == grid.grid_id and (size := published(part))
    ]
    largest = max(parts, key=lambda pair: pair[0], default=None)
    return f" (its part “{largest[1].name}” has one)" if largest else ""


def not_published(question: str, grids: Sequence[Grid], catalog: Catalog) -> str:
    """Names the grids of which our tables hold no figure for a question, so no panel; empty where there is none."""
    if question not in SCALED:
        return ""
    _, _, what, published = SCALED[question]
    names = [f"{grid.name}{_part(grid, published, catalog)}" for grid in grids if published(grid) is None]
    what = what.removeprefix("published ")
    return f"Not drawn, for our tables hold no {what} of: {', '.join(names)}." if names else ""


def standing(note: str) -> tuple[str, str]:
    """How a row's grid stands to the load, in few words and as the end of an answer."""
    return next((words for told, words in STANDINGS.items() if told in note.split("; ")), ONLY_SCALE)


_STANDS = (*STANDINGS.values(), ONLY_SCALE)


def _panel(grid: Grid, size: Quantity, unit: str, what: str, share: Answer, stands: str) -> dict[str, Any]:
    date = grid.year if unit == "TWh" else grid.peak_date
    told = grid.demand_caution if unit == "TWh" else grid.caution
    caution = [told.rstrip("."), stands if stands in STANDINGS else ONLY_SCALE[0]]
    basis = what
    if unit == "GW":
        basis = LOWER if _lower(grid) else RECORD
    if basis == LOWER:
        caution.append("no record: the true peak may be higher, and the share lower")
    note = "; ".join(part for part in caution if part)
    row = estimate_levels(grid.name, share.levels, "%", basis=basis, date=date, note=note)
    return row | {"published": float(magnitude(size, unit)), "published_unit": unit}


def _percent(row: dict[str, Any]) -> str:
    low, middle, high = (number_text(row[name]) for name in ("q05", "value", "q95"))
    return f"{middle} % ({low}–{high})"


def _sentence(row: dict[str, Any]) -> str:
    low, middle, high = (number_text(row[name]) for name in ("q05", "value", "q95"))
    _, scale = standing(str(row["note"]))
    share, span, name = f"{middle}\u00a0%", f"({low}–{high}\u00a0%)", questions.with_article(row["label"])
    if row["basis"] == LOWER:
        return f"{share} {span} or less of the {questions.FOUND} for {name}{scale}."
    ends = [scale, TOGETHER if row["basis"] == RECORD else ""]  # "which" goes with the grid, "for scale" with the whole
    told = "".join(ends if scale.startswith(", which") else reversed(ends))
    return f"{share} of the {row['basis']} of {name} {span}{told}."


def plants(question: str, loads: dict[str, Load], answer: Estimate, catalog: Catalog) -> Comparison:
    """Nameplate of plants of each kind for the load's energy, or accredited plant for its peak with reserve."""
    rows: list[dict[str, Any]] = []
    used: list[str] = []
    kinds = questions.PLANTS if question == "plants" else questions.ADEQUACY
    for plant, label in kinds.items():
        if question == "plants":
            found, told = questions.plants_for_energy(loads["average"], plant, catalog), "capacity factor"
        else:
            found, told = questions.plants_for_adequacy(loads["peak"], plant, catalog), "accreditation"
        levels = tuple(level / 1000 for level in found.levels)
        why = catalog.parameter(told.replace(" ", "_"), plant).reasoning
        note = f"{found.sentence} {told.capitalize()}: {why}"
        rows.append(estimate_levels(label, levels, "GW", basis="nameplate", note=note))
        used += [source for source in found.source_ids if source not in loads["peak"].source_ids]
    first = rows[0]
    results = {plant: (row["label"], _gigawatts(row)) for plant, row in zip(kinds, rows, strict=True)}
    name = loads["peak"].label
    return Comparison(
        id=f"grids-{question}",
        title=f"Plants that would make the energy of {name}"
        if question == "plants"
        else f"Plants that would cover the peak of {_before(name)} with reserve",
        answer=f"{_before(name)} would take {_gigawatts(first)} of {PLANT_FOR[question].format(first['label'])}.",
        axis="Nameplate, GW",
        unit="GW",
        kind="capacity",
        table=pd.DataFrame(rows, columns=COLUMNS),
        sources=source_names(catalog, [*used, *deciding_sources(answer)]),
        method=METHOD,
        version=catalog.version,
        estimates=((name, answer),),
        worked=partial(
            workings.of_plants, question, loads["average" if question == "plants" else "peak"], results, catalog
        ),
    )


def _gigawatts(row: dict[str, Any]) -> str:
    return spread_text(1000 * row["q05"], 1000 * row["value"], 1000 * row["q95"], "MW")


def load_words(loads: dict[str, Load]) -> str:
    """The four kinds of one load in a sentence, each with its range: capacity, highest hour, average, a year's energy.

    A capacity that was given has none.
    """
    parts = []
    for kind, words in (("capacity", "facility capacity"), ("peak", "highest hour"), ("average", "average")):
        parts.append(f"{words} {_spread(loads[kind], 'MW')}")
    return "; ".join([*parts, f"a year {_spread(loads['energy'], 'TWh')}"])


def _spread(load: Load, unit: str) -> str:
    low, _, middle, _, high = quantiles(magnitude(load.value, unit))
    return spread_text(low, middle, high, unit)
