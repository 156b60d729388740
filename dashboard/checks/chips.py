"""Chips: their powers fit their systems and pairs, and a name leads to one of them wherever it stands."""

from collections.abc import Iterator, Mapping

from dashboard.catalog import Problem, name_key, sized_key
from dashboard.checks.limits import FACTORS, same_kind
from dashboard.checks.reading import Table, number, shown
from dashboard.units import UNITS, magnitude, quantity

Tables = Mapping[str, Table]


def systems(tables: Tables) -> Iterator[Problem]:
    """A system's power includes its chips, so it is at least TDP x chips."""
    for line, row in tables["accelerators"].records() if "accelerators" in tables else ():
        power, tdp = number(row["system_power [kW]"]), number(row["tdp [W]"])
        chips = number(row["chips_per_system"]) or 1
        if power and tdp and tdp * chips > power * 1000:
            most = f"{power * 1000 / chips:,.4g} W"
            what = f"must be at most {most}, as a system of {chips:g} has {power:g} kW, got {row['tdp [W]']}"
            yield Problem(
                "accelerators", line, "tdp [W]", row["tdp [W]"], what, "see the unit, and the system's columns"
            )


def chips_of_pairs(tables: Tables) -> Iterator[Problem]:
    """The power of a pair for each of its chips, within the limits of IT power for a chip."""
    limit = FACTORS["it_power"]
    for line, row in tables["pairs"].records() if "pairs" in tables else ():
        power, chips = number(row["power"]), number(row["chip_count"])
        if not power or not chips or row["unit"] not in UNITS or not same_kind(row["unit"], "kW"):
            continue
        each = magnitude(quantity(power, row["unit"]), "kW") / chips
        if not limit.low <= each <= limit.high:
            what = f"must give from {limit.low:g} to {limit.high:g} kW a chip with chip_count, got {each:,.3g}"
            yield Problem("pairs", line, "power", row["power"], what, "see the unit and the decimal point")


def aliases(tables: Tables) -> Iterator[Problem]:
    """No two chips by one name; a name with a memory size is held with it, for without it may be another's alias."""
    if (chips := tables.get("accelerators")) is None:
        return
    owners: dict[str, tuple[str, int]] = {}
    for line, row in chips.records():
        if "," in row["aliases"]:
            what = f'must have ; between names, got "{shown(row["aliases"])}"'
            yield Problem("accelerators", line, "aliases", row["aliases"], what, "put a semicolon for each comma")
        keys = [("aliases", name, name_key(name)) for name in (row["chip_id"], *_split(row["aliases"]))]
        for column, name, key in (*keys, ("name", row["name"], sized_key(row["name"]))):
            owner, first = owners.setdefault(key, (row["chip_id"], line))
            if owner != row["chip_id"]:
                what = f'must name one chip only, got "{name}", which names {owner} in row {first} too'
                yield Problem("accelerators", line, column, name, what, "leave the name with the more usual chip")


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]
