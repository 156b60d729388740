"""The parameters of the method as factors that can be drawn: unit, limits, and a shape that the three numbers fit."""

from collections.abc import Iterator, Mapping

from dashboard.catalog import Problem
from dashboard.checks.limits import FACTORS, Limit
from dashboard.checks.reading import Table
from dashboard.core.spread import SHAPES, Spread
from dashboard.units import QuantityError, quantity, read_cell

ENDS = ("low", "central", "high")


def factors(tables: Mapping[str, Table]) -> Iterator[Problem]:
    """Each parameter in the unit of its quantity, within the limits of that quantity, and of a shape that fits it."""
    for line, row in tables["parameters"].records() if "parameters" in tables else ():
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
