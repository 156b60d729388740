"""Our World in Data's energy table: each country's latest year with an electricity demand, into grids.csv."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.importers.merging import ADDED, CHANGED, LEFT_OUT, MATCHED, Merge, Publisher
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
ORDER = ("country", "year", "iso_code", CARBON, "electricity_demand")
_NAMED = {"World": "world", "European Union (27)": "eu27", "Kosovo": "xkx"}
_KINDS = {"world": "world", "eu27": "region"}
_AS_PRINTED = 1e-5  # our table holds six figures


@dataclass
class _Area:
    name: str
    iso: str = ""
    rows: int = 0
    years: dict[int, tuple[float, float | None]] = field(default_factory=dict)


def merge(files: list[Upstream], into: Merge) -> None:
    """Put the latest demand and carbon intensity of every country into the grids."""
    for file in files:
        found = file.columns(WANTED, (CARBON,), ORDER)
        areas = _areas(file, found, into)
        for area in areas.values():
            _put(area, into, has_carbon=CARBON in found)
        latest = Counter(max(area.years) for area in areas.values() if area.years)
        years = ", ".join(f"{year}: {count}" for year, count in sorted(latest.items(), reverse=True))
        into.notes.append(f"{file.name}: {latest.total()} areas with a demand, by their latest year {years}")


def _areas(file: Upstream, found: dict[str, int], into: Merge) -> dict[str, _Area]:
    areas: dict[str, _Area] = {}
    for line, row in file.records(found):
        name, year, text = row["country"], row["year"], row["electricity_demand"]
        if not name or not year.isdecimal():
            into.tell(LEFT_OUT, f"row {line}", f'country and year must be given, got "{name}" and "{year}"')
            continue
        area = areas.setdefault(name, _Area(name))
        area.iso = area.iso or row["iso_code"]
        area.rows += 1
        demand = number(text)
        if text and (demand is None or not 0 <= demand <= 40_000):
            area.rows -= 1
            into.tell(LEFT_OUT, f"row {line}", f'{name} {year}: electricity_demand must be in TWh, got "{text[:40]}"')
        elif demand:
            area.years[int(year)] = demand, number(row.get(CARBON, ""))
    return areas


def _put(area: _Area, into: Merge, *, has_carbon: bool) -> None:
    grid_id = _grid_id(area, into.rows("grids"))
    if not area.years:
        into.tell(LEFT_OUT, area.name, "has no electricity demand in any year", area.rows)
    elif grid_id is None:
        into.tell(LEFT_OUT, area.name, "is no country of ISO 3166 and no grid of ours: a group of countries", area.rows)
    else:
        year = max(area.years)
        demand, carbon = area.years[year]
        row = {"year": str(year), "demand [TWh]": number_text(demand), "demand_source_id": into.source_id}
        row["carbon_intensity [g/kWh]"] = "" if carbon is None else number_text(carbon)
        old = into.rows("grids").get(grid_id)
        if old is None:
            kind = _KINDS.get(grid_id, "country")
            parent = "world" if kind != "world" and "world" in into.rows("grids") else ""
            new = {"grid_id": grid_id, "name": area.name, "kind": kind, "parent": parent, "seen": "page"}
            into.put("grids", {**new, **row})
            into.tell(ADDED, area.name, f"{grid_id}, {year}: {row['demand [TWh]']} TWh", area.rows)
        else:
            _revise(area, grid_id, old, row, into, has_carbon=has_carbon)


def _grid_id(area: _Area, grids: Mapping[str, Mapping[str, str]]) -> str | None:
    if area.name in _NAMED:
        return _NAMED[area.name]
    iso = area.iso.lower()
    if len(iso) == 3 and iso.isalpha() and iso.isascii():
        return iso
    return next((key for key, row in grids.items() if row["name"] == area.name and row["kind"] != "city"), None)


def _revise(
    area: _Area, grid_id: str, old: Mapping[str, str], row: dict[str, str], into: Merge, *, has_carbon: bool
) -> None:
    year, demand = row["year"], row["demand [TWh]"]
    shown = f"{grid_id}, {year}: {demand} TWh"
    if old["demand [TWh]"] and not _is_theirs(old["demand_source_id"], into):
        kept = f"our own {old['demand [TWh]']} TWh of {old['year']} stays, from {old['demand_source_id']}"
        into.tell(MATCHED, area.name, f"{shown}; {kept}", area.rows)
    elif old["year"] and int(old["year"]) > int(year):
        into.tell(MATCHED, area.name, f"{shown}; ours is of {old['year']} and stays", area.rows)
    else:
        if not has_carbon and old["year"] == year:
            row["carbon_intensity [g/kWh]"] = old["carbon_intensity [g/kWh]"]
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
    return source.get("publisher") == PUBLISHER.name or source.get("address", "").startswith(PUBLISHER.address)
