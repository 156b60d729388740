"""A planner's own list as plans: read strictly, every problem by line and column, no row skipped."""

import functools
import math
import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from dashboard.catalog import Catalog, DataError, Problem, UnknownChipError, rows
from dashboard.estimates.ask import counted_as_chips
from dashboard.estimates.inputs import is_one_system
from dashboard.estimates.places import mix_caution, place_with_mix, places
from dashboard.estimates.plans_columns import SIZES, date_mend, header_reasons, is_total, same_rows
from dashboard.estimates.questions import with_parents
from dashboard.estimates.readings import END_YEAR, MONTHS, START_YEAR
from dashboard.records import Chip
from dashboard.units import (
    LEAST_YEARS,
    MOST_YEARS,
    Quantity,
    QuantityError,
    UnitError,
    magnitude,
    maybe_thousands,
    number_mend,
    out_of_bounds,
    quantity,
    read_cell,
    read_count,
    unit,
    unit_of_capacity,
)

UNITS = MappingProxyType({"chips": "chip", "power": "MW", "capex": "USD", "contract": "USD"})  # of amounts, by kind
_SAME = "line {} says what line {} does, without an id: both are counted"
_SUM = "line {} is as much as all rows above it: if it is their total, take it out, or all is counted twice"
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
_DOLLARS = re.compile(r"usd|us\$|^\$|dollar|^(?:k|m|bn?|tn?|mn|thousand|million|billion|trillion)$", re.IGNORECASE)
CURRENCIES = ("USD", "million USD", "billion USD")
FIRST_YEAR, LAST_YEAR = 1900, 2100
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}")


@dataclass(frozen=True, slots=True)
class Plan:
    """One row: an amount in chips, MW or USD with what it is worth knowing to estimate it; `cells` as in the file.

    `start` and `end` are months of the series, `MONTHS` the one that never comes; `notes` tell how the row was read.
    """

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
    notes: tuple[str, ...] = ()

    @property
    def is_dated(self) -> bool:
        """Whether it stands in the monthly totals."""
        return self.start < MONTHS

    @property
    def unit(self) -> str:
        """What its amount is counted in."""
        return UNITS[self.kind]

    @property
    def shape(self) -> tuple[object, ...]:
        """What two plans must share to be worked in one go: the same chain with the same rows of parameters."""
        dated = self.kind == "contract"
        return self.kind, self.chip_id, self.basis, self.country, self.grid, self.one_system, dated


@dataclass(frozen=True)
class PlanList:
    """All plans of a file, with its header; `marked` as spreadsheets mark a CSV in UTF-8 at its front."""

    header: tuple[str, ...]
    plans: tuple[Plan, ...]
    marked: bool = field(default=False, compare=False)

    def column(self, name: str) -> int:
        """The place of a column.

        Raises:
            ValueError: the file has no such column, or it has no name.
        """
        if not name or name not in self.header:
            raise ValueError(f'by: must be one of {", ".join(filter(None, self.header))}; got "{name[:40]}"')
        return self.header.index(name)


def read_plans(content: bytes, catalog: Catalog, name: str = "plans.csv") -> PlanList:
    """The plans of a CSV with any of `plans_columns.COLUMNS`; other columns are kept as they are.

    Raises:
        DataError: every problem with its line and column.
    """
    problems: list[Problem] = []
    plans: list[Plan] = []
    seen: dict[str, int] = {}
    header: tuple[str, ...] = ()
    names = Names({}, places(catalog))
    fits = functools.partial(_refuse_header, name=name)
    for line, row in rows(name, content.removeprefix(BOM_UTF8), problems, fits):  # as spreadsheets begin a CSV
        header = header or tuple(row)
        plan = _Row(line, row, name, catalog, problems, names).plan()
        if plan is not None:
            if plan.item in seen:
                column, mend = ("id", "") if row.get("id") else ("name", "give each row an id")
                reason = f'must be unique, got "{plan.item}" of line {seen[plan.item]} again'
                problems.append(Problem(name, line, column, plan.item, reason, mend))
            seen[plan.item] = line
            plans.append(plan)
    if not plans and not problems:
        problems.append(Problem(name, None, "", "", "must hold at least one row"))
    if problems:
        raise DataError(problems)
    return PlanList(header, tuple(_beside_others(plans, header)), marked=content.startswith(BOM_UTF8))


def _beside_others(plans: Sequence[Plan], header: Sequence[str]) -> Iterator[Plan]:
    """The plans with what is to be told of them beside the others: that they may be counted twice."""
    same = same_rows(header, [plan.cells for plan in plans])
    *above, last = plans
    alike = [plan.amount for plan in above if plan.unit == last.unit]
    is_sum = len(alike) == len(above) > 1 and math.isclose(sum(alike), last.amount, rel_tol=1e-9)
    for place, plan in enumerate(plans):
        notes = [_SUM.format(plan.line)] if is_sum and plan is last else []
        notes += [_SAME.format(plan.line, plans[same[place]].line)] if place in same else []
        yield replace(plan, notes=(*plan.notes, *notes)) if notes else plan


def _refuse_header(header: Sequence[str], name: str) -> None:
    if reasons := header_reasons(header):
        raise DataError([Problem(name, 1, "", "", reason) for reason in reasons])


@dataclass(frozen=True)
class Names:
    """What the rows of a list share: chips and places by the words used for them."""

    chips: dict[str, Chip | str]
    places: Mapping[str, str]


class _Row:
    """One row being read; what is wrong goes to `problems`, what is to be told to `notes`."""

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
        self.chips, self.places = shared.chips, shared.places
        self.notes: list[str] = []
        self.before = len(problems)

    def plan(self) -> Plan | None:
        if self._is_total():
            return None
        chip = self._chip()
        kind, amount = self._size()
        basis, term = self._basis(), self._term()
        country, grid = self._where()
        if kind == "money":
            kind = "contract" if term else "capex"
        start, end = self._months(term if kind == "contract" else 0.0)
        if len(self.problems) > self.before:
            return None
        self._tell_unused(kind)
        if kind == "chips" and chip is not None:
            self.notes += counted_as_chips(self._text("chip"), Quantity(amount, "chip"), chip)
        return Plan(
            line=self.line,
            item=self._text("id") or self._text("name") or f"line {self.line}",
            kind=kind,
            chip_id=chip.chip_id if chip else "",
            amount=amount,
            basis="it" if kind == "chips" else basis,
            term=term,
            operator=self._text("operator"),
            country=country,
            grid=grid,
            start=start,
            end=end,
            one_system=kind == "chips" and chip is not None and is_one_system(chip, Quantity(amount, "chip")),
            cells=tuple(self.row.values()),
            notes=tuple(self.notes),
        )

    def _is_total(self) -> bool:
        labels = ("id", "name", next(iter(self.row)))
        label = next((column for column in labels if is_total(self._text(column))), "")
        if label:
            told = self._text(label)[:40]
            self._wrong(
                label, f'must be one plan, got "{told}", a sum of others; take the row out or name it otherwise'
            )
        return bool(label)

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
            self._wrong(column, f"{error}{number_mend(text)}")
            return 0.0
        if number <= 0:
            self._wrong(column, f"must be above 0, got {number:g}")
        if column in SIZES[1:] and maybe_thousands(text):
            self.notes.append(f"{column}: a point sets decimals apart, 1.200 is read as 1.2; for thousands write 1200")
        return number

    def _chip(self) -> Chip | None:
        text = self._text("chip")
        if not text:
            return None
        if text not in self.chips:
            self.chips[text] = self._known_chip(text)
        found = self.chips[text]
        if isinstance(found, str):
            self._wrong("chip", found)
            return None
        return found

    def _known_chip(self, text: str) -> Chip | str:
        """The chip of that name, or why there is none to reckon with."""
        try:
            chip = self.catalog.chip(text)
        except UnknownChipError as error:
            return str(error).removeprefix("chip: ")
        if _has_power(chip, self.catalog):
            return chip
        return f"must have a published power, got {chip.name}, which has none; leave it out and give the plan's power"

    def _size(self) -> tuple[str, float]:
        """The kind and the amount: power goes before chips, chips before dollars."""
        power, count, amount = (self._positive(column) for column in ("power", "chip_count", "amount"))
        if power:
            return "power", self._limited("power", power * self._unit(), "MW")
        if count:
            self._judge_count()
            return "chips", self._limited("chip_count", count, "chip")
        if amount:
            currency = self._text("currency")
            if currency not in CURRENCIES:
                mend = "" if not currency or _DOLLARS.search(currency) else "; convert first"
                self._wrong("currency", f'must be one of {", ".join(CURRENCIES)}, got "{currency[:40]}"{mend}')
                return "money", amount
            return "money", self._limited("amount", amount * float(magnitude(quantity(1.0, currency), "USD")), "USD")
        if len(self.problems) == self.before:
            self._wrong("power", "must have a power, a chip_count or an amount, got none")
        return "power", 0.0

    def _limited(self, column: str, amount: float, unit_name: str) -> float:
        if amount > 0 and (reason := out_of_bounds(Quantity(amount, unit(unit_name)))):
            self._wrong(column, f"{reason}; got {self._text(column)}")
        return amount

    def _term(self) -> float:
        years = self._positive("term_years")
        if years > MOST_YEARS:
            self._wrong("term_years", f"must be at most {MOST_YEARS}, got {years:g}")
        if 0 < years < LEAST_YEARS:
            self._wrong("term_years", f"must be at least {LEAST_YEARS}, a month, got {years:g}")
        return years

    def _judge_count(self) -> None:
        if not self._text("chip"):
            self._wrong("chip", "must name the chip that is counted, got nothing")
            return
        try:
            read_count(self._text("chip_count"))
        except QuantityError as error:
            self._wrong("chip_count", str(error))

    def _unit(self) -> float:
        try:
            return _in_megawatts(self._text("unit"))
        except UnitError as error:
            self._wrong("unit", str(error))
            return 0.0

    def _where(self) -> tuple[str, str]:
        """The ids of country and grid, given as id or name; a place that is not in the table keeps its own word."""
        words = {column: self._text(column) for column in ("country", "grid")}
        country, grid = (self.places.get(word.casefold(), word.casefold()) for word in words.values())
        found = zip(words, (country, grid), strict=True)
        unknown = [column for column, place in found if place not in self.catalog.grids]
        mixed = place_with_mix(country, grid, self.catalog)
        self.notes += filter(None, [mix_caution(mixed, self.catalog)])
        taken = "the other place's mix is taken" if mixed else "the world's carbon mix is taken"
        for column in filter(words.get, unknown):
            self.notes.append(f'no {column} of grids.csv is called "{words[column][:40]}": {taken}')
        known = [self.catalog.grids[place].name for place in (grid, country) if place in self.catalog.grids]
        if known and not mixed and "world" not in (country, grid):
            self.notes.append(f"no carbon mix of {known[0]} is known: the world's is taken")
        if not unknown and country not in ("world", *with_parents(grid, self.catalog)):
            self._wrong(
                "grid", f'must lie in {self.catalog.grids[country].name}, the country beside it, got "{words["grid"]}"'
            )
        return country, grid

    def _tell_unused(self, kind: str) -> None:
        """Note what stands in the row and plays no part in it."""
        used = {"power": "power", "chips": "chip_count"}.get(kind, "amount")
        idle = [column for column in SIZES if column != used and self._text(column)]
        for size, beside in (("power", ("unit", "power_basis")), ("amount", ("currency", "term_years"))):
            idle += [column for column in beside if size != used and self._text(column)]
        self.notes += [f"{column} is not used beside {used}" for column in idle]

    def _basis(self) -> str:
        text = self._text("power_basis")
        if text not in BASES:
            mend = f"; did you mean {text.casefold()}?" if text.casefold() in BASES else ""
            self._wrong("power_basis", f'must be one of {", ".join(list(BASES)[1:])}, got "{text[:40]}"{mend}')
        return BASES.get(text, "unknown")

    def _months(self, term: float) -> tuple[int, int]:
        """First and last month; a contract of `term` years that tells no end stands until its term is over."""
        start, end = self._month("start", "01"), self._month("end", "12")
        if start is None:
            self.notes += ["end is not used without start"] if end is not None else []
            return MONTHS, MONTHS
        if not self._text("end") and term:
            end = start + max(1, round(12 * term)) - 1
            self.notes.append("a contract without an end stands until its term is over")
        first, last = self._text("start"), self._text("end")
        both = min(len(first), len(last))  # days are compared where both tell one, else months or years
        if end is not None and last[:both] < first[:both]:
            self._wrong("end", f"must not lie before start ({first}), got {last}")
        if start >= MONTHS or (end is not None and end < 0):
            where = f"starts after {END_YEAR}" if start >= MONTHS else f"is over before {START_YEAR}"
            self.notes.append(f"{where}: it stands in no month")
            return MONTHS, MONTHS
        return max(0, start), MONTHS if end is None else min(end, MONTHS)

    def _month(self, column: str, of_year: str) -> int | None:
        """Months from the start of the series, perhaps negative; a year alone stands for its month `of_year`."""
        text = self._text(column)
        try:
            day = date.fromisoformat(f"{text}-{of_year}-01"[:10]) if _DATE.fullmatch(text) else None
        except ValueError:
            day = None
        if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR:
            return 12 * (day.year - START_YEAR) + day.month - 1
        if text:
            forms = f"2027, 2027-06 or 2027-06-30, from {FIRST_YEAR} to {LAST_YEAR}"
            self._wrong(column, f'must be a date such as {forms}, got "{text[:40]}"{date_mend(text, column)}')
        return None


def _has_power(chip: Chip, catalog: Catalog) -> bool:
    if chip.tdp is not None or chip.system_power is not None:
        return True
    return catalog.parameter_or_none("it_power", chip.chip_id, chip.family) is not None


@functools.cache
def _in_megawatts(unit_name: str) -> float:
    return float(magnitude(unit_of_capacity(unit_name), "MW"))
