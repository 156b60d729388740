"""What is asked: a text, a row or a record taken to one amount with its chip, basis, term and groups."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dashboard.catalog import Catalog, UnknownChipError
from dashboard.core.spread import Spread
from dashboard.records import Chip, Parameter
from dashboard.units import (
    Amount,
    Quantity,
    QuantityError,
    counted,
    given_text,
    magnitude,
    maybe_thousands,
    read_amount,
    read_cell,
    unit,
)

Basis = Literal["it", "facility", "grid", "unknown"]
BASES: tuple[Basis, ...] = ("it", "facility", "grid", "unknown")
BASIS_NAMES: Mapping[str, str] = {
    "it": "IT power",
    "facility": "facility power",
    "grid": "grid connection",
    "unknown": "basis not stated",
}


RENTED = "gb200-gb300"  # the chips that a contract rents where it names none: a scope of the parameters


class AskError(ValueError):
    """What was asked cannot be read, or does not fit together."""


@dataclass(frozen=True)
class Ask:
    """One amount to be carried through the chain.

    `kind` says which chain: chips, power, capex (dollars that build) or contract (dollars that rent over a term).
    Of chips told as a range, `amount` is the least and `most` the greatest count.
    `weights` are the odds of IT, facility, grid for an amount of power. `item` and `groups` name the doubts: own ones
    by the item, shared ones by chip family, operator and region. `overrides` are a reader's where they are `by_hand`,
    else those of the place.
    """

    kind: Literal["chips", "power", "capex", "contract"]
    amount: Quantity
    chip: Chip | None = None
    basis: Basis = "unknown"
    weights: tuple[float, float, float] = (1.0, 0.0, 0.0)
    term: Quantity | None = None
    most: Quantity | None = None
    item: str = ""
    operator: str = ""
    region: str = "usa"
    overrides: Mapping[str, Spread] = field(default_factory=dict)
    by_hand: bool = False
    source_ids: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def scopes(self) -> tuple[str, ...]:
        """Whose IT power per chip it is: the named chip's, or that of the chips that a contract is read as renting."""
        if self.chip is not None:
            return self.chip.chip_id, self.chip.family, self.chip.overhead_class
        return (RENTED,) if self.kind == "contract" else ()

    @property
    def text(self) -> str:
        """What was understood, in words."""
        chip = f" of {self.chip.name}" if self.chip else ""
        if self.kind == "chips":
            most = f" to {magnitude(self.most, 'chip'):,.0f}" if self.most is not None else ""
            return counted(f"{magnitude(self.amount, 'chip'):,.0f}{most}", "chips") + chip
        if self.kind == "power":
            amount = given_text(magnitude(self.amount, "MW"), "MW")
            return (
                f"{amount}, {BASIS_NAMES[self.basis]}"
                if self.basis == "unknown"
                else f"{amount} of {BASIS_NAMES[self.basis]}"
            )
        dollars = given_text(magnitude(self.amount, "USD"), "USD")
        if self.term is None:
            return f"{dollars} of capital cost"
        return f"{dollars} of cloud service over {given_text(magnitude(self.term, 'year'), 'years')}"


def read_ask(
    text: str, catalog: Catalog, *, basis: str = "unknown", chip: str = "", settings: Mapping[str, str] | None = None
) -> Ask:
    """The ask in a text such as `100000 H100`, `30 GW`, `38 billion USD over 7 years`, `1.4 trillion USD`.

    Raises:
        AskError, QuantityError, UnitError, UnknownChipError: what is wrong with it, in one line.
    """
    if basis not in BASES:
        raise AskError(f'basis: must be one of {", ".join(BASES)}, got "{basis[:40]}"')
    amount = read_amount(text)
    overrides = read_settings(settings or {}, catalog)
    named = catalog.chip(chip) if chip else None
    notes = (*filter(None, [maybe_thousands(text)]), *_beside_the_point(amount, basis, named))
    if amount.name:
        known = _named_chip(amount.name, catalog)
        notes += counted_as_chips(amount.name, amount.quantity, known)
        return Ask("chips", amount.quantity, chip=known, basis="it", overrides=overrides, by_hand=True, notes=notes)
    if amount.quantity.check("[power]"):
        weights = basis_weights(basis, catalog)
        return Ask("power", amount.quantity, named, basis, weights, overrides=overrides, by_hand=True, notes=notes)
    kind: Literal["contract", "capex"] = "contract" if amount.term is not None else "capex"
    return Ask(kind, amount.quantity, named, "it", term=amount.term, overrides=overrides, by_hand=True, notes=notes)


def _beside_the_point(amount: Amount, basis: str, named: Chip | None) -> tuple[str, ...]:
    """What was chosen beside the text and does not apply to it."""
    notes = []
    if basis != "unknown" and not amount.quantity.check("[power]"):
        notes.append(f"the basis {basis} is not used: it is one of announced power")
    if named is not None and amount.name:
        notes.append(f"the chip {named.name} is not used: the text names its own")
    return tuple(notes)


_IN_TWOS = "superchips of two"  # in the note of a row of accelerators.csv whose name is used of both
_GPU = re.compile(r"\bgpus?\b", re.IGNORECASE)
_SYSTEM = re.compile(r"nvl ?\d+|dgx|hgx|\b(?:rack|pod|server|system|node)s?\b", re.IGNORECASE)


def counted_as_chips(name: str, chips: Quantity, chip: Chip) -> tuple[str, ...]:
    """Where the name that a chip goes by may mean racks, servers or superchips: how many chips those would be."""
    each, system = other_count(name, chip)
    if each == 1:
        return ()
    count = magnitude(chips, "chip")
    read, kind = counted(f"{count:,.0f}", "chips"), "superchips" if "superchip" in system else "systems"
    return (f"read as {read}, not {kind}: {count:,.0f} × {system} of {each:,} would be {count * each:,.0f} chips",)


def other_count(name: str, chip: Chip) -> tuple[int, str]:
    """What else a name may count: so many chips each, and what they are in; 1 where it is plain."""
    if _SYSTEM.search(name):
        return int(chip.chips_per_system or 1), chip.system_name or "system"
    if _IN_TWOS in chip.note and not _GPU.search(name):
        return 2, f"{chip.family.upper()} superchip"
    return 1, ""


def basis_weights(basis: str, catalog: Catalog) -> tuple[float, float, float]:
    """Odds of IT, facility and grid: certain for a stated basis, from claim_types.csv for an unknown one."""
    if basis == "unknown":
        return catalog.claim_types["unknown"].weights
    return float(basis == "it"), float(basis == "facility"), float(basis == "grid")


def _named_chip(name: str, catalog: Catalog) -> Chip:
    try:
        return catalog.chip(name)
    except UnknownChipError as error:
        if re.fullmatch(r"[A-Za-z]{1,3}", name) or "nearest" not in str(error):
            raise AskError(f"{error}; it is no unit either: power in W, kW, MW, GW, TW, money in USD") from error
        raise


def read_settings(settings: Mapping[str, str], catalog: Catalog) -> dict[str, Spread]:
    """Assumptions set by hand: `peak_overhead=0.2`, or `0.1:0.2:0.3` for low, central, high, in the table's unit.

    Raises:
        AskError: no such assumption, or the value is out of its range.
    """
    found = {}
    quantities: dict[str, list[Parameter]] = {}
    for row in catalog.parameters.values():
        quantities.setdefault(row.quantity, []).append(row)
    for name, text in settings.items():
        rows = quantities.get(setting_name(name, catalog))
        if rows is None:
            raise AskError(f'set: must be one of {", ".join(sorted(quantities))}; got "{name[:40]}"')
        if rows[0].quantity in found:
            raise AskError(f"set {name}: must be given once, got {rows[0].quantity} twice; leave one of them out")
        found[rows[0].quantity] = _setting(name, text, rows)
    return found


def setting_name(name: str, catalog: Catalog) -> str:
    """The assumption that a name or a symbol stands for; a name that is neither stays as it is."""
    by_symbol = {row.symbol: row.quantity for row in catalog.parameters.values() if row.symbol}
    return by_symbol.get(name, name)


def _setting(name: str, text: str, rows: Sequence[Parameter]) -> Spread:
    row = dataclasses.replace(rows[0], low=min(r.low for r in rows), high=max(r.high for r in rows))
    base = unit(row.unit)
    try:
        numbers = [read_cell(part.strip()) for part in text[:100].split(":")]
        if len(numbers) not in (1, 3):
            raise QuantityError("must be one number, or low:central:high")
        if len(numbers) == 1:
            _refuse_impossible(numbers[0], row)
            return Spread.fixed(Quantity(numbers[0], base))
        for number in numbers:
            _refuse_impossible(number, row)
        shape = "split-lognormal" if row.shape == "fixed" else row.shape
        low, central, high = (Quantity(number, base) for number in numbers)
        return Spread(low, central, high, shape)  # type: ignore[arg-type]
    except ValueError as error:
        raise AskError(
            f"set {name}: {error} (in {row.unit}; the table has from {row.low:g} to {row.high:g})"
        ) from error


MAY_BE_NOTHING = ("peak_overhead", "overhead_ratio", "grid_intensity", "electricity_price", "site_water", "power_water")


def _refuse_impossible(number: float, row: Parameter) -> None:
    if number < 0 or (number == 0 and row.quantity not in MAY_BE_NOTHING):
        raise QuantityError(f"must be above 0, got {number:g}")
    if row.unit == "fraction" and number > 1:
        raise QuantityError(f"must be at most 1, got {number:g}")
    if row.low > 0 and not row.low / 10 <= number <= row.high * 10 and number != 0:
        raise QuantityError(f"must be from a tenth of the table's low to ten times its high, got {number:g}")
