"""A planner's own list as plans: read strictly, every problem by line and column, no row skipped."""

from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from dashboard.catalog import Catalog, DataError, Problem, UnknownChipError, rows
from dashboard.core.spread import Spread
from dashboard.estimates.ask import Ask, basis_weights
from dashboard.estimates.inputs import is_one_system
from dashboard.estimates.questions import with_parents
from dashboard.estimates.readings import MONTHS, moment
from dashboard.records import Chip
from dashboard.units import Quantity, counted, magnitude, quantity, read_cell, unit

COLUMNS = (
    *("id", "name", "chip", "chip_count", "power", "unit", "power_basis", "amount", "currency", "term_years"),
    *("operator", "country", "grid", "start", "end"),
)
SIZES = ("chip_count", "power", "amount")
MOST_NOTES = 20  # told one by one
BASES = MappingProxyType(
    {
        "": "unknown",
        "unknown": "unknown",
        "it": "it",
        "it_rated": "it",
        "facility": "facility",
        "facility_peak": "facility",
        "grid": "grid",
        "grid_connection": "grid",
    }
)
CURRENCIES = ("", "USD", "million USD", "billion USD")
_UNITS = {"chips": "chip", "power": "MW", "capex": "USD", "contract": "USD"}


@dataclass(frozen=True, slots=True)
class Plan:
    """One row: an amount in chips, MW or USD with what it is worth knowing to estimate it; `cells` as in the file."""

    line: int
    item: str
    kind: str
    chip_id: str
    amount: float
    basis: str
    term: float
    operator: str
    country: str
    grid: str
    start: int
    end: int
    one_system: bool
    cells: tuple[str, ...]

    @property
    def is_dated(self) -> bool:
        """Whether it stands in the monthly totals."""
        return self.start < MONTHS

    @property
    def shape(self) -> tuple[object, ...]:
        """What two plans must share to be worked in one go: the same chain with the same rows of parameters."""
        dated = self.kind == "contract"
        return self.kind, self.chip_id, self.basis, self.country, self.grid, self.one_system, dated


@dataclass(frozen=True)
class PlanList:
    """All plans of a file, with its header."""

    header: tuple[str, ...]
    plans: tuple[Plan, ...]
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> int:
        """The place of a column.

        Raises:
            ValueError: the file has no such column.
        """
        if name not in self.header:
            raise ValueError(f'by: must be one of {", ".join(self.header)}; got "{name[:40]}"')
        return self.header.index(name)


def read_plans(content: bytes, catalog: Catalog, name: str = "plans") -> PlanList:
    """The plans of a CSV with any of `COLUMNS`; other columns are kept as they are.

    Raises:
        DataError: every problem with its line and column.
    """
    problems: list[Problem] = []
    plans: list[Plan] = []
    seen: dict[str, int] = {}
    header: tuple[str, ...] = ()
    seen_names = Names({}, _places(catalog), Counter())
    for line, row in rows(name, content.removeprefix(BOM_UTF8), problems):  # as spreadsheets begin a CSV
        header = header or _header(tuple(row), name)
        plan = _Row(line, row, name, catalog, problems, seen_names).plan()
        if plan is not None:
            if plan.item in seen:
                reason = f'must be unique, got "{plan.item}" of line {seen[plan.item]} again'
                problems.append(Problem(name, line, "id" if row.get("id") else "name", plan.item, reason))
            seen[plan.item] = line
            plans.append(plan)
    if not plans and not problems:
        problems.append(Problem(name, None, "", "", "must hold at least one row"))
    if problems:
        raise DataError(problems)
    return PlanList(header, tuple(plans), _told(seen_names.notes))


def _told(notes: Counter[str]) -> tuple[str, ...]:
    """What plays no part, with its rows: the commonest, and how many more there are."""
    ranked = notes.most_common()
    told = [f"{note}: {counted(f'{count:,}', 'rows')}" for note, count in ranked[:MOST_NOTES]]
    rest = [count for _, count in ranked[MOST_NOTES:]]
    if rest:
        told.append(f"{len(rest):,} more such notes, each of at most {counted(f'{rest[0]:,}', 'rows')}")
    return tuple(told)


def _places(catalog: Catalog) -> dict[str, str]:
    """Id and name of each country and grid, in small letters, with its id."""
    return {word.casefold(): grid.grid_id for grid in catalog.grids.values() for word in (grid.name, grid.grid_id)}


def _header(header: tuple[str, ...], name: str) -> tuple[str, ...]:
    if not set(SIZES) & set(header):
        reason = f"header: must have at least one of {', '.join(SIZES)}; got {', '.join(header)[:100]}"
        raise DataError([Problem(name, 1, "", "", reason)])
    for column in header:
        meant = column.strip().casefold().replace(" ", "_")
        if column not in COLUMNS and meant in COLUMNS:
            raise DataError([Problem(name, 1, "", "", f'header: {meant} must be written so, got "{column[:40]}"')])
    return header


@dataclass(frozen=True)
class Names:
    """What the rows of a list share: chips and places by the words used for them, and what is to be told of rows."""

    chips: dict[str, Chip | str]
    places: Mapping[str, str]
    notes: Counter[str]


class _Row:
    """One row being read; what is wrong goes to `problems`."""

    def __init__(
        self,
        line: int,
        row: Mapping[str, str],
        name: str,
        catalog: Catalog,
        problems: list[Problem],
        shared: Names,
    ) -> None:
        self.line, self.row, self.name, self.catalog, self.problems = line, row, name, catalog, problems
        self.chips, self.places, self.notes = shared.chips, shared.places, shared.notes
        self.before = len(problems)

    def plan(self) -> Plan | None:
        chip = self._chip()
        kind, amount = self._size(chip)
        start, end = self._dates()
        basis, term = self._basis(), self._positive("term_years")
        country, grid = self._where()
        if kind == "money":
            kind = "contract" if term else "capex"
        if len(self.problems) > self.before:
            return None
        self._tell_unused(kind)
        if kind == "contract" and start < MONTHS and not self._text("end"):
            end = min(MONTHS, start + round(12 * term) - 1)
            self.notes["a contract without an end stands until its term is over"] += 1
        named = chip if kind in ("chips", "power") and chip is not None else None
        return Plan(
            line=self.line,
            item=self._text("id") or self._text("name") or f"line {self.line}",
            kind=kind,
            chip_id=named.chip_id if named else "",
            amount=amount,
            basis="it" if kind == "chips" else basis,
            term=term,
            operator=self._text("operator"),
            country=country,
            grid=grid,
            start=start,
            end=end,
            one_system=kind == "chips" and named is not None and is_one_system(named, Quantity(amount, "chip")),
            cells=tuple(self.row.values()),
        )

    def _text(self, column: str) -> str:
        return self.row.get(column, "").strip()

    def _wrong(self, column: str, reason: str) -> None:
        self.problems.append(Problem(self.name, self.line, column, self._text(column), reason))

    def _positive(self, column: str) -> float:
        text = self._text(column)
        if not text:
            return 0.0
        try:
            number = read_cell(text)
        except ValueError as error:
            self._wrong(column, str(error))
            return 0.0
        if number <= 0:
            self._wrong(column, f"must be above 0, got {number:g}")
        return number

    def _chip(self) -> Chip | None:
        text = self._text("chip")
        if not text:
            return None
        if text not in self.chips:
            try:
                self.chips[text] = self.catalog.chip(text)
            except UnknownChipError as error:
                self.chips[text] = str(error).removeprefix("chip: ")
        found = self.chips[text]
        if isinstance(found, str):
            self._wrong("chip", found)
            return None
        return found

    def _size(self, chip: Chip | None) -> tuple[str, float]:
        """The kind and the amount: power goes before chips, chips before dollars."""
        power, count, amount = (self._positive(column) for column in ("power", "chip_count", "amount"))
        if power:
            return "power", power * self._unit()
        if count:
            self._judge_count(chip, count)
            return "chips", count
        if amount:
            currency = self._text("currency")
            if currency not in CURRENCIES:
                self._wrong("currency", f'must be one of {", ".join(CURRENCIES[1:])}; convert first, got "{currency}"')
                return "money", amount
            return "money", amount * float(magnitude(quantity(1.0, currency or "USD"), "USD"))
        if len(self.problems) == self.before:
            self._wrong("power", "must have a power, a chip_count or an amount, got none")
        return "power", 0.0

    def _judge_count(self, chip: Chip | None, count: float) -> None:
        if not self._text("chip"):
            self._wrong("chip", "must name the chip that is counted, got nothing")
        elif count != int(count):
            self._wrong("chip_count", f"must be a whole number, got {count:g}")
        elif chip is not None and not _has_power(chip, self.catalog):
            self._wrong("chip", f"{chip.name} has no published power; give the plan's power instead")

    def _unit(self) -> float:
        try:
            one = quantity(1.0, self._text("unit"))
            if one.check("[power]"):
                return float(magnitude(one, "MW"))
            hint = ""
        except ValueError as error:
            hint = str(error).rpartition('"')[2]
        self._wrong("unit", f'must be a unit of power (W, kW, MW, GW, TW), got "{self._text("unit")[:40]}"{hint}')
        return 1.0

    def _where(self) -> tuple[str, str]:
        """The ids of country and grid, given as id or name; a place that is not in the table keeps its own word."""
        words = {column: self._text(column) for column in ("country", "grid")}
        country, grid = (self.places.get(word.casefold(), word.casefold()) for word in words.values())
        found = zip(words, (country, grid), strict=True)
        unknown = [column for column, place in found if place not in self.catalog.grids]
        taken = "the world's carbon mix is taken" if len(unknown) == len(words) else "the other place's mix is taken"
        for column in filter(words.get, unknown):
            self.notes[f'no {column} of grids.csv is called "{words[column][:40]}": {taken}'] += 1
        if not unknown and country not in ("world", *with_parents(grid, self.catalog)):
            self._wrong("grid", f"must lie in {self.catalog.grids[country].name}, the country beside it")
        return country, grid

    def _tell_unused(self, kind: str) -> None:
        """Count what stands in the row and plays no part in it."""
        used = {"power": "power", "chips": "chip_count"}.get(kind, "amount")
        idle = [column for column in SIZES if column != used and self._text(column)]
        idle += ["power_basis"] if kind != "power" and self._text("power_basis") else []
        idle += ["term_years"] if used != "amount" and self._text("term_years") else []
        for column in idle:
            self.notes[f"{column} is not used beside {used}"] += 1

    def _basis(self) -> str:
        text = self._text("power_basis")
        if text not in BASES:
            self._wrong("power_basis", f'must be one of {", ".join(list(BASES)[1:])}, got "{text}"')
        return BASES.get(text, "unknown")

    def _dates(self) -> tuple[int, int]:
        start, end = self._month("start", first=True), self._month("end", first=False)
        if self._text("end") and end < start < MONTHS:
            self._wrong("end", "must not lie before start")
        return start, end

    def _month(self, column: str, *, first: bool) -> int:
        text = self._text(column)
        if not text:
            return MONTHS
        parts = text.split("-")
        well_formed = [len(part) for part in parts] in ([4], [4, 2], [4, 2, 2]) and all(map(str.isdecimal, parts))
        try:
            if not well_formed or not text.isascii():
                raise ValueError
            month = int(moment(f"{text}-01" if first and len(parts) == 1 else text) - 1e-9)
        except (ValueError, IndexError):
            self._wrong(column, f'must be a date such as 2027, 2027-06 or 2027-06-30, got "{text}"')
            return MONTHS
        return max(0, month)


def _has_power(chip: Chip, catalog: Catalog) -> bool:
    if chip.tdp is not None or chip.system_power is not None:
        return True
    return catalog.parameter_or_none("it_power", chip.chip_id, chip.family) is not None


def shape_ask(plans: Sequence[Plan], catalog: Catalog) -> Ask:
    """One ask for plans of one shape, the amounts one below the other."""
    first = plans[0]
    chip = catalog.accelerators[first.chip_id] if first.chip_id else None
    column = [[plan.amount] for plan in plans]
    term = quantity(_single([[plan.term] for plan in plans]), "year") if first.kind == "contract" else None
    region, overrides = _region(first, catalog)
    return Ask(
        kind=first.kind,  # type: ignore[arg-type]
        amount=Quantity(_single(column), unit(_UNITS[first.kind])),
        chip=chip,
        basis=first.basis,  # type: ignore[arg-type]
        weights=basis_weights(first.basis, catalog),
        term=term,
        region=region,
        overrides=overrides,
    )


def _single(column: list[list[float]]) -> NDArray[np.float32]:
    return np.array(column, dtype=np.float32)


def _region(plan: Plan, catalog: Catalog) -> tuple[str, dict[str, Spread]]:
    """Whose grid it is, and its carbon intensity where the table has one; else that of the grid or country around it.

    Where none has one, the chain takes the world's.
    """
    region = plan.country or plan.grid or "usa"
    for place in (*with_parents(plan.grid, catalog), *with_parents(region, catalog)):
        if catalog.parameter_or_none("grid_intensity", place):
            return place, {}
        grid = catalog.grids.get(place)
        if grid is not None and grid.carbon_intensity is not None:
            return region, {"grid_intensity": Spread.fixed(grid.carbon_intensity)}
    return region, {}
