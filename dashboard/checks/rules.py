"""What the data package cannot say: units, ends of ranges, dates, places and sources."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import pairwise

from dashboard.catalog import Problem
from dashboard.checks.chips import aliases, chips_of_pairs, names_of_chips, systems
from dashboard.checks.citations import sources
from dashboard.checks.factors import factors, scopes
from dashboard.checks.limits import KINDS, LIMITS, MOST, QUANTITY_LIMITS, UNIT_LIMITS, Limit, same_kind
from dashboard.checks.links import inside, links, loops, marked, shares, stated, superseded, totals, twice, wholes
from dashboard.checks.named import named_rows
from dashboard.checks.reading import Table, number, shown
from dashboard.checks.rows import rows
from dashboard.checks.spelling import spelled
from dashboard.checks.times import DATE, times
from dashboard.records import header_field
from dashboard.units import UNITS, QuantityError, UnitError, magnitude, quantity, read_cell, unit

Tables = Mapping[str, Table]
Kinds = Mapping[str, Mapping[str, str]]  # table -> column -> number, integer, boolean, string, choice
Rule = Callable[[Tables], Iterator[Problem]]

LAST_YEAR, LAST_END = 2040, 2060  # leases of buildings run longest
LONGEST = 4_000
DATES = frozenset(
    "published accessed released announced start end said from until date vintage peak_date year".split()  # noqa: SIM905
)
_NOTHING = frozenset({"na", "n/a", "nan", "null", "none", "nil", "-", "--", "–", "?", "tbd", "unknown."})
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|#+)", re.IGNORECASE)
_PLAIN = re.compile(r'[!"$-~](?:[ !"$-~]{0,999}[!"$-~])?')  # what no rule of cells but that of words for nothing doubts
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u00a0\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff\ufffd]")
# Letters outside ASCII as they look after UTF-8 was read as Windows-1252: é as Ã©, ’ as â€™.
_CONTINUED = re.escape("".join(bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xC0)))
_MISREAD = re.compile(f"[Â-ß][{_CONTINUED}]|[à-ï][{_CONTINUED}]{{2}}")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d\d0")  # a power is round, and its decimals end in no 0
_ADDRESS = re.compile(r"https?://[^\s/:@\"'<>\\^`{|}]+(?::\d+)?(?:[/?#][^\s\"<>\\^`{|}]*)?", re.IGNORECASE)
_ORDERED = (
    ("low", "central", "high"),
    ("tdp_low", "tdp", "tdp_high"),
    ("chip_count_low", "chip_count_high"),
    ("start", "end"),
    ("from", "until"),
)


def cells(tables: Tables, kinds: Kinds) -> Iterator[Problem]:
    """Words for nothing, errors of a spreadsheet, spaces around, characters that nobody sees, lines outside notes."""
    for table in tables.values():
        words = {column for column in table.header if kinds[table.name].get(column) == "choice"}
        for line, row in table.records():
            for column, cell in row.items():
                if cell and (doubt := _cell_doubt(cell, choice=column in words, note=column.endswith("note"))):
                    yield Problem(table.name, line, column, cell if len(cell) <= LONGEST else shown(cell), *doubt)


def _cell_doubt(cell: str, *, choice: bool, note: bool) -> tuple[str, str] | None:
    """What a cell of any column must not be, and how to mend it; None where it is in order."""
    if _PLAIN.fullmatch(cell) and cell.lower() not in _NOTHING:
        return None
    error, hidden, misread = _ERROR.search(cell), _HIDDEN.search(cell), _MISREAD.search(cell)
    got = f'got "{shown(cell)}"'
    doubts = (
        (
            cell.lower() in _NOTHING and not choice,
            f"must be left empty where nothing is known, {got}",
            "empty the cell",
        ),
        (error, f'must hold no error of a spreadsheet, got "{error and error[0]}"', "put back what stood there"),
        (cell != cell.strip(), f"must not begin or end with a space, {got}", "remove the space"),
        ("\n" in cell and not note, f"must be one line, {got}", "put a space for the line break"),
        (len(cell) > LONGEST, f"must be at most {LONGEST:,} characters, got {len(cell):,}", "shorten the text"),
        (hidden, f"must hold plain spaces and whole letters only, got {_code(hidden)}", "type the cell again"),
        (
            misread,
            f'must have its letters as they were, got "{misread and misread[0]}", UTF-8 read as Windows-1252',
            "take the old file, and open it as UTF-8",
        ),
    )
    return next(((what, mend) for wrong, what, mend in doubts if wrong), None)


def _code(found: re.Match[str] | None) -> str:
    return f"U+{ord(found[0]):04X}" if found else ""


def numbers(tables: Tables, kinds: Kinds) -> Iterator[Problem]:
    """Numbers in full, finite, no minus before a zero; whole where the column counts."""
    for table in tables.values():
        columns = [c for c in table.header if kinds[table.name].get(c) in ("number", "integer")]
        for line, row in table.records():
            for column in columns:
                reason = _number_reason(row[column], kinds[table.name][column])
                if reason:
                    mend = "write digits and at most one point, such as 1000 or 0.5; leave it empty if not known"
                    yield Problem(table.name, line, column, row[column], reason, mend)


def _number_reason(cell: str, kind: str) -> str:
    if cell == "":
        return ""
    try:
        number = read_cell(cell)
    except QuantityError as error:
        return str(error)
    if number == 0 and cell.startswith("-"):
        return f'must be 0 without a minus, got "{shown(cell)}"'
    if kind == "integer" and "." in cell:
        return f'must be a whole number, got "{shown(cell)}"'
    return ""


def header_units(tables: Tables) -> Iterator[Problem]:
    """Units in headers, from the closed list."""
    for table in tables.values():
        for column in table.header:
            name = header_field(column)[1]
            if name and name not in UNITS:
                yield Problem(table.name, 1, column, name, *_unit_reason(name))


def _unit_reason(name: str) -> tuple[str, str]:
    try:
        unit(name)
    except UnitError as error:
        return str(error), "convert the numbers and name the unit as the list does"
    return "", ""


def cell_units(tables: Tables) -> Iterator[Problem]:
    """Units in the `unit` column, from the closed list; a number has one."""
    for table in tables.values():
        if "unit" not in table.header:
            continue
        number = next((c for c in ("value", "power", "central") if c in table.header), "")
        for line, row in table.records():
            if row["unit"] and row["unit"] not in UNITS:
                yield Problem(table.name, line, "unit", row["unit"], *_unit_reason(row["unit"]))
            elif number and row[number] and not row["unit"]:
                yield Problem(
                    table.name, line, "unit", "", f'must name the unit of {number} "{row[number]}"', "fill it in"
                )


def units_of_quantities(tables: Tables) -> Iterator[Problem]:
    """A reading in a unit of its quantity: a power in watts, money in dollars."""
    for name, kinds in KINDS.items():
        for line, row in tables[name].records() if name in tables else ():
            wanted = kinds.get(row["quantity"], ())
            if wanted and row["unit"] in UNITS and not any(same_kind(row["unit"], other) for other in wanted):
                what = f'must be a unit of {row["quantity"]}, such as {wanted[0]}, got "{row["unit"]}"'
                yield Problem(name, line, "unit", row["unit"], what, "see the column quantity")


def order(tables: Tables) -> Iterator[Problem]:
    """The ends of ranges and of times in order."""
    for table in tables.values():
        fields = {header_field(column)[0].rstrip("_"): column for column in table.header}
        for names in _ORDERED:
            columns = [fields[name] for name in names if name in fields]
            if len(columns) == len(names):
                yield from _out_of_order(table, columns)


def _out_of_order(table: Table, columns: list[str]) -> Iterator[Problem]:
    for line, row in table.records():
        known = [(column, value) for column in columns if (value := _sortable(row[column])) is not None]
        for (before, low), (column, high) in pairwise(known):
            if _is_above(low, high):
                what = f'must be at least {before} "{shown(row[before])}", got "{shown(row[column])}"'
                yield Problem(table.name, line, column, row[column], what, "put low, central and high in order")


def _sortable(cell: str) -> float | str | None:
    if DATE.fullmatch(cell) and "-" in cell:
        return cell
    try:
        return read_cell(cell)
    except QuantityError:
        return None


def _is_above(low: float | str, high: float | str) -> bool:
    if isinstance(low, float) and isinstance(high, float):
        return low > high
    low, high = (f"{v:.0f}" if isinstance(v, float) else v for v in (low, high))
    length = min(len(low), len(high))  # 2026 and 2026-03 are not in the wrong order
    return low[:length] > high[:length]


def limits(tables: Tables) -> Iterator[Problem]:
    """Numbers that no reader would believe, column by column."""
    for name, table in tables.items():
        wanted = {column: LIMITS[name][field] for column, field in _limited(name, table)}
        dollars = [column for column in table.header if header_field(column)[1] == "billion USD"]
        for line, row in table.records():
            for column, limit in wanted.items():
                if (value := number(row[column])) is not None and not limit.holds(value):
                    yield _beyond(name, line, column, row[column], limit, header_field(column)[1])
            for column in dollars:
                if _THOUSANDS.fullmatch(row[column]):
                    yield _maybe_thousands(name, line, column, row[column])
            yield from _long_row(name, line, row)
            yield from _spread_row(name, line, row)


def _limited(name: str, table: Table) -> Iterator[tuple[str, str]]:
    for column in table.header:
        field = header_field(column)[0]
        if field in LIMITS.get(name, {}):
            yield column, field


def _long_row(name: str, line: int, row: Mapping[str, str]) -> Iterator[Problem]:
    """A reading with its own unit: held against the limit of its dimension."""
    column = "value" if "value" in row else "power" if "power" in row and "unit" in row else ""
    said = number(row.get(column, ""))
    if said is None or row["unit"] not in UNITS:
        return
    value = quantity(said, row["unit"])
    if name in ("milestones", "pairs") and row["unit"] == "MW" and _THOUSANDS.fullmatch(row[column]):
        yield _maybe_thousands(name, line, column, row[column])
        return
    for limit in QUANTITY_LIMITS:
        if name in limit.tables and value.dimensionality == quantity(1, limit.unit).dimensionality:
            if not limit.holds(magnitude(value, limit.unit)):
                shown = f"{row[column]} {row['unit']}"
                yield _beyond(name, line, column, shown, limit, limit.unit)
            return
    if name in KINDS and not 0 < said <= MOST:
        what = f"must be above 0 and at most {MOST:,.0f}, got {row[column]}"
        yield Problem(name, line, column, row[column], what, "see the unit and the decimal point")


def _maybe_thousands(name: str, line: int, column: str, cell: str) -> Problem:
    what = f'must have no point that may be meant for thousands, got "{cell}"'
    mend = f"write {cell.replace('.', '')}, or {float(cell):g} where the point sets decimals apart"
    return Problem(name, line, column, cell, what, mend)


def _spread_row(name: str, line: int, row: Mapping[str, str]) -> Iterator[Problem]:
    """A range with its own unit, such as a PUE or a load."""
    limit = UNIT_LIMITS.get(row.get("unit", ""))
    for column in ("low", "central", "high") if limit else ():
        value = number(row.get(column, ""))
        if limit and value is not None and not limit.low <= value <= limit.high:
            yield _beyond(name, line, column, row[column], limit, row["unit"])


def _beyond(name: str, line: int, column: str, value: str, limit: Limit, unit_name: str) -> Problem:
    zero = "0 or " if limit.or_zero else ""
    what = f"must be {zero}from {limit.low:,g} to {limit.high:,g} {unit_name}".rstrip() + f", got {value}"
    return Problem(name, line, column, value, what, "see the unit and the decimal point")


def dates(tables: Tables) -> Iterator[Problem]:
    """Dates that exist, from 1900 to 2040."""
    for table in tables.values():
        columns = [column for column in table.header if column in DATES]
        for line, row in table.records():
            for column in columns:
                reason = _date_reason(row[column], LAST_END if column in ("end", "until") else LAST_YEAR)
                if reason:
                    yield Problem(table.name, line, column, row[column], reason, "write 2025, 2025-10 or 2025-10-28")


def _date_reason(cell: str, last: int) -> str:
    if not cell:
        return ""
    match = DATE.fullmatch(cell)
    if match is None:
        return f'must be a date such as 2025, 2025-10 or 2025-10-28, got "{shown(cell)}"'
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        date(year, month, day)
    except ValueError:
        return f'must be a date that exists, got "{shown(cell)}"'
    if not 1900 <= year <= last:
        return f'must be from 1900 to {last}, got "{shown(cell)}"'
    return ""


def addresses(tables: Tables) -> Iterator[Problem]:
    """Web addresses: http or https, a host, nothing that a page would run."""
    if (table := tables.get("sources")) is None:
        return
    for line, row in table.records():
        address = row["address"]
        if address and not _ADDRESS.fullmatch(address):
            what = f'must be a web address that begins with https:// or http://, got "{shown(address)}"'
            yield Problem("sources", line, "address", address, what, "copy the address from the browser")
        if not address and row["tier"] in ("primary", "secondary"):
            what = f"must be filled in for a {row['tier']} source, got nothing"
            yield Problem("sources", line, "address", "", what, "add the address, or set tier to general knowledge")


def places(tables: Tables) -> Iterator[Problem]:
    """Coordinates inside the box of the stated country."""
    if (sites := tables.get("sites")) is None or (boxes := tables.get("bounds")) is None:
        return
    known = boxes.by_id()
    for line, row in sites.records():
        box = known.get(row["country"])
        at = [number(row[f"{name} [deg]"]) for name in ("latitude", "longitude")]
        if box is None or None in at:
            yield from _unplaced(line, row, box)
            continue
        for name, value, (low, high) in zip(("latitude", "longitude"), at, _ends(box), strict=True):
            assert value is not None
            if not (low <= value <= high if low <= high else value >= low or value <= high):
                what = f"must be from {low:g} to {high:g} in {row['country']}, got {value:g}"
                mend = "see the sign, the order of latitude and longitude, and the country"
                yield Problem("sites", line, f"{name} [deg]", row[f"{name} [deg]"], what, mend)


def _unplaced(line: int, row: Mapping[str, str], box: Mapping[str, str] | None) -> Iterator[Problem]:
    latitude, longitude = row["latitude [deg]"], row["longitude [deg]"]
    if bool(latitude) != bool(longitude):
        column = "longitude [deg]" if latitude else "latitude [deg]"
        yield Problem(
            "sites", line, column, "", "must be filled in beside the other coordinate", "fill in both or none"
        )
    if box is None and latitude and row["country"]:
        what = f'must be a country of bounds.csv, got "{row["country"]}"'
        yield Problem("sites", line, "country", row["country"], what, "add the country's box to bounds.csv")


def _ends(box: Mapping[str, str]) -> tuple[tuple[float, float], tuple[float, float]]:
    south, north, west, east = (number(box[f"{side} [deg]"]) or 0.0 for side in ("south", "north", "west", "east"))
    return (south - 0.1, north + 0.1), (west - 0.1, east + 0.1)


def grids_of_sites(tables: Tables) -> Iterator[Problem]:
    """A site's grid lies in the site's country."""
    if (sites := tables.get("sites")) is None or (grids := tables.get("grids")) is None:
        return
    known = grids.by_id()
    for line, row in sites.records():
        country = _country(row["grid_id"], known)
        if country and country != row["country"]:
            what = f'must be a grid of {shown(row["country"])}, got "{row["grid_id"]}", which lies in {country}'
            yield Problem("sites", line, "grid_id", row["grid_id"], what, "correct the grid or the country")


def _country(grid_id: str, grids: Mapping[str, Mapping[str, str]]) -> str:
    """The country that a grid is or lies in; nothing for one of several countries."""
    for _ in range(10):  # parents that make a loop have their own rule
        if grid_id not in grids or grids[grid_id]["kind"] == "country":
            break
        grid_id = grids[grid_id]["parent"]
    return grid_id if grids.get(grid_id, {}).get("kind") == "country" else ""


def load_factors(tables: Tables) -> Iterator[Problem]:
    """Demand over 8,766 h x peak from 0.45 to 0.90, where both are of one area; a lower bound up to 1.10."""
    if (grids := tables.get("grids")) is None:
        return
    for line, row in grids.records():
        demand, peak = number(row["demand [TWh]"]), number(row["peak [GW]"])
        told = row["perimeter"] or "load factor" in f"{row['caution']} {row['demand_caution']}".lower()
        if not demand or not peak or told:
            continue
        factor = demand * 1000 / (8766 * peak)
        most = 1.1 if row["peak_kind"] == "lower bound" else 0.9
        if not 0.45 <= factor <= most:
            what = f"must give a load factor from 0.45 to {most:.2f} with the demand, got {factor:.2f}"
            mend = (
                "correct it; or say in perimeter of which area the peak is, or in caution why the load factor is such"
            )
            yield Problem("grids", line, "peak [GW]", row["peak [GW]"], what, mend)


def weights(tables: Tables) -> Iterator[Problem]:
    """The odds of IT, facility and grid add up to 1."""
    if (table := tables.get("claim_types")) is None:
        return
    for line, row in table.records():
        parts = [number(row[f"{name}_weight"]) for name in ("it", "facility", "grid")]
        if None not in parts and abs(sum(part for part in parts if part is not None) - 1) > 1e-9:
            total = sum(part for part in parts if part is not None)
            what = f"must add up to 1 with the other two weights, got {total:g}"
            yield Problem("claim_types", line, "it_weight", row["it_weight"], what, "correct the three weights")


RULES: tuple[Rule, ...] = (
    header_units, cell_units, rows, stated, order, limits, dates, times, addresses, places, grids_of_sites,
    systems, chips_of_pairs, names_of_chips, load_factors, aliases, links, twice, wholes, marked, shares, loops,
    superseded, inside, totals, weights, sources, units_of_quantities, factors, scopes, named_rows, spelled,
)  # fmt: skip
