"""Chips: their powers fit their systems and pairs, and a name leads to one of them wherever it stands."""

from collections.abc import Iterator, Mapping

from dashboard.catalog import Problem, chip_names, name_key, sized_key
from dashboard.checks.limits import FACTORS, SYSTEM_OVER_CHIPS, same_kind
from dashboard.checks.reading import Table, number, shown
from dashboard.units import UNITS, magnitude, quantity

Tables = Mapping[str, Table]
# The name of a chip as printed, beside its chip_id.
NAMES = (("pairs", "chip"), ("commitments", "chip_name"), ("sites", "chip_name"))


def systems(tables: Tables) -> Iterator[Problem]:
    """A system's power includes its chips, so it is at least TDP x chips; many times that is a slip of unit."""
    for line, row in tables["accelerators"].records() if "accelerators" in tables else ():
        power, tdp = number(row["system_power [kW]"]), number(row["tdp [W]"])
        chips = number(row["chips_per_system"]) or 1
        if power and tdp and tdp * chips > power * 1000:
            most = f"{power * 1000 / chips:,.4g} W"
            what = f"must be at most {most}, as a system of {chips:g} has {power:g} kW, got {row['tdp [W]']}"
            yield Problem(
                "accelerators", line, "tdp [W]", row["tdp [W]"], what, "see the unit, and the system's columns"
            )
        elif power and tdp and power * 1000 > SYSTEM_OVER_CHIPS * tdp * chips:
            most = f"{SYSTEM_OVER_CHIPS * tdp * chips / 1000:,.4g} kW, {SYSTEM_OVER_CHIPS:g} times the TDP of its chips"
            what = f"must be at most {most}, got {row['system_power [kW]']}"
            mend = "see the unit, the decimal point and chips_per_system"
            yield Problem("accelerators", line, "system_power [kW]", row["system_power [kW]"], what, mend)


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


def names_of_chips(tables: Tables) -> Iterator[Problem]:
    """The chip_id beside a name that leads to a chip is that chip, or one of its family and class of system."""
    table = tables.get("accelerators")
    if table is None or table.cut_short or table.broken_ids:
        return
    chips = table.by_id()
    names = chip_names((key, _split(row["aliases"]), row["name"]) for key, row in chips.items())
    kinds = {key: (row["family"], row["overhead_class"]) for key, row in chips.items()}
    for name, column in NAMES:
        for line, row in tables[name].records() if name in tables else ():
            told = names.get(name_key(row[column]))
            if told and kinds.get(row["chip_id"], kinds[told]) != kinds[told]:
                what = f'must be {told} or of its family and class, as {column} is "{shown(row[column])}", got '
                what += f'"{row["chip_id"]}"'
                yield Problem(name, line, "chip_id", row["chip_id"], what, "correct the name or the id")
