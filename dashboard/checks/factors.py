"""The parameters of the method as factors that can be drawn: what they hold for, unit, limits, and a fitting shape."""

from collections.abc import Iterator, Mapping
from itertools import permutations
from types import MappingProxyType

from dashboard.catalog import Problem
from dashboard.checks.limits import FACTORS, Limit
from dashboard.checks.reading import Table, shown
from dashboard.core.spread import SHAPES, Spread
from dashboard.units import QuantityError, quantity, read_cell

ENDS = ("low", "central", "high")
TIED = ("linked_quantity", "linked_correlation")

# What the scope of a quantity may name: columns of a table, and words of the method. Of any other quantity the general
# row alone is used.
_RATIOS = ("accelerators.family", "accelerators.overhead_class")
_BASES = ("it-rated", "it-busy", "it-average", "facility-peak", "facility-average", "grid-connection", "unknown")
SCOPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "it_power": ("accelerators.chip_id", "accelerators.family", "gb200-gb300"),
        "server_ratio": _RATIOS,
        "it_ratio": _RATIOS,
        "peak_overhead": _RATIOS,
        "busy_ratio": (*_RATIOS, "one-system"),
        "model_error": (*_BASES, *(f"{basis}-one-system" for basis in _BASES)),
        "realisation": ("energised", "building", "signed", "request"),
        "overlap": ("stargate", "cloud"),
        "grid_intensity": ("grids.grid_id", "hyperscale"),
        "capacity_factor": ("nuclear", "gas-cc", "wind", "solar"),
        "accreditation": ("firm", "solar-storage", "wind", "solar"),
    }
)


def scopes(tables: Mapping[str, Table]) -> Iterator[Problem]:
    """Each parameter is for something that the method asks about: a row for anything else is never used."""
    columns: dict[str, set[str] | None] = {}
    for line, row in tables["parameters"].records() if "parameters" in tables else ():
        wanted = SCOPES.get(row["quantity"], ())
        for name in wanted:
            columns.setdefault(name, _column(name, tables))
        known = [columns[name] for name in wanted]
        if not row["scope"] or row["quantity"] not in FACTORS or any(n is None or row["scope"] in n for n in known):
            continue
        words = ", ".join(_words(name) for name in wanted) or "empty"
        what = f'must be {words} for {row["quantity"]}, got "{shown(row["scope"])}", which nothing asks for'
        yield Problem("parameters", line, "scope", row["scope"], what, "write it as it stands there, or leave it empty")


def _column(name: str, tables: Mapping[str, Table]) -> set[str] | None:
    """What stands in a column of a table, or the word alone; None where the table could not be read to its end."""
    table, _, column = name.partition(".")
    if not column:
        return {name}
    found = tables.get(table)
    return None if found is None or found.cut_short or found.broken_ids else {row[column] for _, row in found.records()}


def _words(name: str) -> str:
    table, _, column = name.partition(".")
    return f"a {column} of {table}.csv" if column else name


def factors(tables: Mapping[str, Table]) -> Iterator[Problem]:
    """Each parameter in the unit of its quantity, within the limits of that quantity, and of a shape that fits it.

    What its doubt moves with, and how strongly, stand beside each other.
    """
    for line, row in tables["parameters"].records() if "parameters" in tables else ():
        for column, other in permutations(TIED):
            if row[other] and not row[column]:
                what = f'must be filled in beside {other} "{shown(row[other])}"'
                yield Problem("parameters", line, column, "", what, "fill in both or none")
        limit = FACTORS.get(row["quantity"])
        if limit is None:
            continue
        if row["unit"] != limit.unit:
            what = f'must be {limit.unit} for {row["quantity"]}, got "{row["unit"]}"'
            yield Problem("parameters", line, "unit", row["unit"], what, "convert the three numbers to that unit")
        else:
            yield from _numbers(line, row, limit)


def _numbers(line: int, row: Mapping[str, str], limit: Limit) -> Iterator[Problem]:
    try:
        ends = [read_cell(row[column]) for column in ENDS]
    except QuantityError:  # told by the rule of numbers
        return
    beyond = [column for column, end in zip(ENDS, ends, strict=True) if not limit.low <= end <= limit.high]
    for column in beyond:
        what = f"must be from {limit.low:g} to {limit.high:g} {limit.unit} for {row['quantity']}, got {row[column]}"
        yield Problem("parameters", line, column, row[column], what, "see the unit and the decimal point")
    if beyond or not ends[0] <= ends[1] <= ends[2] or row["shape"] not in SHAPES:
        return
    try:
        low, central, high = (quantity(end, limit.unit) for end in ends)
        Spread(low, central, high, row["shape"])
    except ValueError as error:
        what = f"must fit low, central and high, got: {error}"
        yield Problem("parameters", line, "shape", row["shape"], what, "choose another shape, or correct the numbers")
