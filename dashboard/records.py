"""What one row of each table means: frozen records, and the reading of a row into one.

A column `it_power [MW]` becomes the field `it_power`, a quantity in MW; a long row's `value` is typed as printed and
gets its unit from the row's own `unit` column. An empty cell is None (or an empty tuple), never a guess.
"""

import dataclasses
import functools
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from dashboard.core.spread import Spread
from dashboard.units import Quantity, read_cell, unit

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One publication."""

    source_id: str
    title: str
    publisher: str
    published: str
    accessed: str
    address: str
    licence: str
    tier: str


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One accelerator."""

    chip_id: str
    name: str
    vendor: str
    aliases: tuple[str, ...]
    family: str
    overhead_class: str
    released: str
    tdp: Quantity | None
    tdp_low: Quantity | None
    tdp_high: Quantity | None
    tdp_note: str
    system_name: str
    chips_per_system: float | None
    system_power: Quantity | None
    compute: Quantity | None
    memory: Quantity | None
    basis: str
    confidence: str
    source_id: str
    seen: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One doubtful factor of the method: a spread, how it is shared, and where it comes from."""

    parameter_id: str
    quantity: str
    scope: str
    name: str
    symbol: str
    low: float
    central: float
    high: float
    unit: str
    shape: str
    correlation: float
    shared_by: str
    linked_quantity: str
    linked_correlation: float | None
    basis: str
    source_ids: tuple[str, ...]
    reasoning: str

    @functools.cached_property
    def spread(self) -> Spread:
        """The range as quantities in the row's unit."""
        base = unit(self.unit)
        low, central, high = (Quantity(value, base) for value in (self.low, self.central, self.high))
        return Spread(low, central, high, self.shape)  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class ClaimType:
    """Where an announced GW of one kind usually sits: odds of IT, facility and grid connection."""

    claim_type: str
    name: str
    it_weight: float
    facility_weight: float
    grid_weight: float
    why: str
    source_ids: tuple[str, ...]

    @property
    def weights(self) -> tuple[float, float, float]:
        """The odds in the order IT, facility, grid."""
        return self.it_weight, self.facility_weight, self.grid_weight


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One published figure behind a parameter."""

    evidence_id: str
    quantity: str
    scope: str
    low: float | None
    central: float | None
    high: float | None
    unit: str
    year: str
    parameter_id: str
    source_id: str
    seen: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Commitment:
    """One deal: who buys what from whom, in dollars, chips or GW."""

    commitment_id: str
    buyer: str
    supplier: str
    user: str
    host: str
    kind: str
    money_kind: str
    layer: str
    aggregate: bool
    announced: str
    amount: Quantity | None
    term: Quantity | None
    power: Quantity | None
    power_basis: str
    claim_type: str
    chip_name: str
    chip_id: str
    chip_count_low: float | None
    chip_count_high: float | None
    start: str
    end: str
    status: str
    ledger: str
    story: bool
    source_id: str
    seen: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Link:
    """How one deal stands to another deal or to a site."""

    link_id: str
    from_id: str
    relation: str
    to_kind: str
    to_id: str
    share: float | None
    source_id: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One statement as published, with its date and who said it."""

    claim_id: str
    subject: str
    statement: str
    quantity: str
    value: float
    unit: str
    basis: str
    claim_type: str
    said: str
    said_by: str
    from_: str
    until: str
    series: str
    supersedes: str
    preferred: bool
    preference: str
    story: bool
    source_id: str
    seen: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Site:
    """One campus."""

    site_id: str
    name: str
    operator: str
    user: str
    country: str
    grid_id: str
    grid_operator: str
    region: str
    latitude: Quantity | None
    longitude: Quantity | None
    chip_name: str
    chip_id: str
    own_power: bool
    note: str


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """One dated state of a site, observed or planned."""

    milestone_id: str
    site_id: str
    date: str
    kind: str
    power: float | None
    unit: str
    power_basis: str
    chip_name: str
    chip_count: float | None
    capex: Quantity | None
    status: str
    basis: str
    vintage: str
    confidence: str
    source_id: str
    seen: str
    marks: tuple[str, ...]
    note: str


@dataclass(frozen=True, kw_only=True)
class Grid:
    """One country, operator, utility, state or city with its yearly demand and record peak."""

    grid_id: str
    name: str
    kind: str
    parent: str
    year: str
    demand: Quantity | None
    peak: Quantity | None
    peak_date: str
    peak_kind: str
    capacity: Quantity | None
    carbon_intensity: Quantity | None
    demand_source_id: str
    peak_source_id: str
    seen: str
    perimeter: str
    demand_caution: str
    caution: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Equivalent:
    """One thing that readers know, with its power or its yearly energy."""

    equivalent_id: str
    name: str
    category: str
    quantity: str
    value: float
    unit: str
    year: str
    floor: bool
    conflict: str
    source_id: str
    seen: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One published power figure with an independent chip count, to score the estimates on."""

    case_id: str
    name: str
    chip: str
    chip_id: str
    chip_count: float
    power: float
    unit: str
    power_basis: str
    year: str
    status: str
    independent: bool
    source_id: str
    seen: str
    note: str


TABLES: Mapping[str, type[Any]] = types.MappingProxyType(
    {
        "sources": Source,
        "accelerators": Chip,
        "parameters": Parameter,
        "claim_types": ClaimType,
        "evidence": Evidence,
        "commitments": Commitment,
        "links": Link,
        "claims": Claim,
        "sites": Site,
        "milestones": Milestone,
        "grids": Grid,
        "equivalents": Equivalent,
        "pairs": Pair,
    }
)


class CellError(ValueError):
    """A cell cannot be read; carries the column's header."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


def header_field(column: str) -> tuple[str, str]:
    """The field and the unit of a column header: `tdp [W]` -> ("tdp", "W"), `name` -> ("name", "")."""
    match = re.fullmatch(r"([a-z0-9_]+)(?: \[(.+)\])?", column)
    if match is None:
        return column, ""
    name = {"from": "from_"}.get(match[1], match[1])
    return name, match[2] or ""


Reader = Callable[[Mapping[str, str]], T]


def reader(record: type[T], header: list[str]) -> Reader[T]:
    """A function that turns one row (column -> cell) of a table with this header into a record.

    Raises:
        ValueError: the header has a column too many or too few, or a unit that is not in the closed list.
    """
    hints = get_type_hints(record)
    wanted = [field.name for field in dataclasses.fields(record)]  # type: ignore[arg-type]
    columns = {header_field(column)[0]: column for column in header}
    missing = [name.rstrip("_") for name in wanted if name not in columns]
    unknown = [columns[name] for name in columns if name not in wanted]
    if missing or unknown:
        raise ValueError(
            f"header: must have {', '.join(wanted)}; "
            f"missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}"
        )
    converters = [(name, columns[name], _converter(hints[name], header_field(columns[name])[1])) for name in wanted]

    def read(row: Mapping[str, str]) -> T:
        values = {}
        for name, column, convert in converters:
            try:
                values[name] = convert(row[column])
            except ValueError as error:
                raise CellError(column, row[column], str(error)) from error
        return record(**values)

    return read


def _converter(hint: Any, unit_name: str) -> Callable[[str], Any]:
    optional = get_origin(hint) is types.UnionType
    inner = next(arg for arg in get_args(hint) if arg is not type(None)) if optional else hint
    convert = _plain_converter(inner, unit_name)
    if optional:
        return lambda text: None if text == "" else convert(text)
    return convert


def _plain_converter(hint: Any, unit_name: str) -> Callable[[str], Any]:
    plain: dict[Any, Callable[[str], Any]] = {str: str, float: read_cell, bool: _boolean}
    if hint in plain:
        return plain[hint]
    if get_origin(hint) is tuple:
        return lambda text: tuple(part.strip() for part in text.split(";") if part.strip())
    base = unit(unit_name)
    return lambda text: Quantity(read_cell(text), base)


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f'must be true or false, got "{text}"')
    return text == "true"
