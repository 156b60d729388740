"""Our World in Data's energy table: each country's latest year with an electricity demand, into grids.csv."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.importers.merging import ADDED, CHANGED, LEFT_OUT, MATCHED, UNREAD, Doubt, Merge, Publisher
from dashboard.importers.upstream import Upstream, number, number_text

PUBLISHER = Publisher(
    name="Our World in Data",
    work="Energy dataset (owid-energy-data.csv)",
    licence="CC BY 4.0",
    credit="Our World in Data, energy dataset (electricity after Ember and the Energy Institute), CC BY 4.0",
    slug="owid-energy",
    address="https://github.com/owid/energy-data",
)
WANTED = ("country", "year", "iso_code", "electricity_demand")
CARBON = "carbon_intensity_elec"
OUR_CARBON = "carbon_intensity [g/kWh]"
ORDER = ("country", "year", "iso_code", CARBON, "electricity_demand")
_NAMED = {"World": "world", "European Union (27)": "eu27", "Kosovo": "xkx"}
_AREAS = ("world", "region", "country")
_KINDS = {"world": "world", "eu27": "region"}
MOST = 40_000  # TWh, above the demand of the world
_AS_PRINTED = 1e-5  # our table holds six figures


@dataclass
class _Area:
    name: str
    iso: str = ""
    rows: int = 0
    said: dict[int, list[tuple[float | None, float | None]]] = field(default_factory=dict)

    @property
    def years(self) -> dict[int, tuple[float, float | None]]:
        """Demand and carbon intensity of each year with a demand; one of 0 is none."""
        return {year: (said[0][0], said[0][1]) for year, said in self.said.items() if said[0][0]}


def merge(files: list[Upstream], into: Merge) -> None:
    """Put the latest demand and carbon intensity of every country into the grids."""
    for file in files:
        found = file.columns(WANTED, (CARBON,), ORDER)
        areas = _areas(file, found, into)
        for area in areas.values():
            _leave_out_twins(area, into)
            if area.rows:
                _put(area, into, with_carbon=CARBON in found)
        latest = Counter(max(area.years) for area in areas.values() if area.years)
        years = ", ".join(f"{year}: {count}" for year, count in sorted(latest.items(), reverse=True))
        into.notes.append(f"{file.name}: {latest.total()} areas with a demand, by their latest year {years}")


def _areas(file: Upstream, found: dict[str, int], into: Merge) -> dict[str, _Area]:
    areas: dict[str, _Area] = {}
    for line, row in file.records(found):
        if doubt := _doubt(row, into):
            into.doubt(" ".join(f"{row['country']} {row['year']} (row {line})".split()), doubt)
            continue
        area = areas.setdefault(row["country"], _Area(row["country"]))
        area.iso = area.iso or row["iso_code"]
        area.rows += 1
        said = number(row["electricity_demand"]), number(row.get(CARBON, ""))
        area.said.setdefault(int(row["year"]), []).append(said)
    return areas


def _doubt(row: Mapping[str, str], into: Merge) -> Doubt | None:
    """Why a row does not go in; None where it does."""
    name, year, demand, carbon = row["country"], row["year"], row["electricity_demand"], row.get(CARBON, "")
    if not name or not name.isprintable():
        return UNREAD, "country must be a name in one line", name
    if not re.fullmatch(r"[0-9]{4}", year):
        return UNREAD, "year must have four digits", year
    if int(year) > into.as_of.year:
        return LEFT_OUT, f"must be no later than {into.as_of.year}, the year of the copy", ""
    if demand and not _within(demand, MOST):
        return UNREAD, "electricity_demand must be a number of TWh", demand
    if carbon and not _within(carbon, math.inf):
        return UNREAD, f"{CARBON} must be a number of g/kWh", carbon
    return None


def _within(text: str, most: float) -> bool:
    value = number(text)
    return value is not None and 0 <= value <= most


def _leave_out_twins(area: _Area, into: Merge) -> None:
    for year in [year for year, said in area.said.items() if len(set(said)) > 1]:
        said = area.said.pop(year)
        area.rows -= len(said)
        told = ", ".join(f"{demand} TWh with {carbon} g/kWh" for demand, carbon in said)
        into.tell(LEFT_OUT, f"{area.name} {year}", "rows of one country and year differ", len(said), told)


def _put(area: _Area, into: Merge, *, with_carbon: bool) -> None:
    grid_id = _grid_id(area, into.rows("grids"))
    if not area.years:
        into.tell(LEFT_OUT, area.name, "has no electricity demand above 0 in any year", area.rows)
    elif grid_id is None:
        into.tell(LEFT_OUT, area.name, "is no country of ISO 3166 and no grid of ours: a group of countries", area.rows)
    elif (other := _named(area, into.rows("grids"))) not in (None, grid_id):
        reason = f"iso_code must be that of our grid {other}, which has this name"
        into.tell(LEFT_OUT, area.name, reason, area.rows, area.iso)
    else:
        year = max(area.years)
        demand, carbon = area.years[year]
        row = {"year": str(year), "demand [TWh]": number_text(demand), "demand_source_id": into.source_id}
        if with_carbon:
            row[OUR_CARBON] = "" if carbon is None else number_text(carbon)
        old = into.rows("grids").get(grid_id)
        if old is None:
            kind = _KINDS.get(grid_id, "country")
            parent = "world" if kind != "world" and "world" in into.rows("grids") else ""
            new = {"grid_id": grid_id, "name": area.name, "kind": kind, "parent": parent, "seen": "page"}
            into.put("grids", {**new, **row})
            into.tell(ADDED, area.name, f"{grid_id}, {year}: {row['demand [TWh]']} TWh", area.rows)
        else:
            _revise(area, grid_id, old, row, into)


def _grid_id(area: _Area, grids: Mapping[str, Mapping[str, str]]) -> str | None:
    if area.name in _NAMED:
        return _NAMED[area.name]
    iso = area.iso.lower()
    if len(iso) == 3 and iso.isalpha() and iso.isascii():
        return iso
    return _named(area, grids)


def _named(area: _Area, grids: Mapping[str, Mapping[str, str]]) -> str | None:
    """The grid of ours that has the name of the area."""
    return next((key for key, row in grids.items() if row["name"] == area.name and row["kind"] in _AREAS), None)


def _revise(area: _Area, grid_id: str, old: Mapping[str, str], row: dict[str, str], into: Merge) -> None:
    year, demand = row["year"], row["demand [TWh]"]
    shown = f"{grid_id}, {year}: {demand} TWh"
    if old["demand [TWh]"] and not _is_theirs(old["demand_source_id"], into):
        kept = f"our own {old['demand [TWh]']} TWh of {old['year']} stays, from {old['demand_source_id']}"
        into.tell(MATCHED, area.name, f"{shown}; {kept}", area.rows)
    elif old["year"] and int(old["year"]) > int(year):
        into.tell(MATCHED, area.name, f"{shown}; ours is of {old['year']} and stays", area.rows)
    else:
        if not row.get(OUR_CARBON) and old["year"] == year:
            row.pop(OUR_CARBON, None)
        changed = [c for c in row if c != "demand_source_id" and not _same(old[c], row[c])]
        if changed:
            into.put("grids", {**old, **{c: row[c] for c in changed}, "demand_source_id": into.source_id})
        into.tell(CHANGED if changed else MATCHED, area.name, shown, area.rows)


def _same(old: str, new: str) -> bool:
    before, after = number(old), number(new)
    if before is None or after is None:
        return old == new
    return math.isclose(before, after, rel_tol=_AS_PRINTED)


def _is_theirs(source_id: str, into: Merge) -> bool:
    source = into.rows("sources").get(source_id, {})
    return source.get("publisher") == PUBLISHER.name or into.is_copy(source_id)
