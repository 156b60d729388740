"""What a chain asks for: the value of each assumption, as draws, as medians, or one varied at a time.

A chain is written once and run three times: on the draws for the answer, on the medians for the steps that a reader
can follow by hand, and on a design that varies one assumption at a time for the shares and the tornado.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from dashboard.catalog import Catalog
from dashboard.core.draws import Array, Draws, choice, combined, item_name
from dashboard.core.spread import Spread
from dashboard.estimates.ask import Ask
from dashboard.records import Chip, Parameter
from dashboard.units import Quantity, counted, given_text, magnitude, reader_text, trimmed, unit

COUNT = "chip_count"
PLAIN_UNITS = ("1", "ratio", "fraction")  # of a number that is told without a unit
SET_FIGURES = 6  # of a number that a reader typed


class NoPowerError(ValueError):
    """A chip of which neither design power nor its system's power is published."""


def span_text(ends: Sequence[float], unit_name: str, figures: int = 3) -> str:
    """The ends of an assumption with its unit: `0.2 / 0.5 / 1 years`."""
    span = " / ".join(trimmed(end, figures) for end in ends)
    name = f"{unit_name}s" if unit_name in ("day", "month", "year") else unit_name
    return span if unit_name in PLAIN_UNITS else f"{span} {name}"


@dataclass(frozen=True)
class Factor:
    """One doubtful factor that a chain used: its spread and where it comes from."""

    name: str
    label: str
    symbol: str
    spread: Spread
    unit: str
    source_ids: tuple[str, ...]
    basis: str = "estimated"
    reasoning: str = ""
    given: bool = False
    row: Parameter | None = None

    @property
    def is_choice(self) -> bool:
        """Whether it is no number but a choice between ways of reading or of working it out, with its odds as label."""
        return not self.symbol and self.row is None

    @property
    def told(self) -> str:
        """Low, central and high with the unit, or the one value of what is sure; nothing of a choice between ways."""
        if self.is_choice:
            return ""
        ends = [magnitude(end, self.unit) for end in (self.spread.low, self.spread.central, self.spread.high)]
        figures = SET_FIGURES if self.given else 3
        return span_text(ends if ends[0] != ends[2] else ends[1:2], self.unit, figures)


@dataclass(frozen=True)
class Step:
    """One line of the chain: formula in symbols, the same with numbers, and the result at the medians."""

    name: str
    label: str
    formula: str
    numbers: str
    result: Quantity


@dataclass(frozen=True)
class Proportion:
    """What some results are in proportion to: one factor that nothing else on the way depends on, or its inverse.

    `capacity` is what this way leads to, where the draws choose between several that are equally likely; `off` are
    factors that only the others use.
    """

    factor: str
    inverse: bool = False
    capacity: Quantity | None = None
    off: tuple[str, ...] = ()


class Normals(Protocol):
    """Where a run gets its standard normals: per factor, and uniforms per choice between categories."""

    def normal(self, factor: Factor) -> Any:
        """Standard normals for a factor: an array, or 0 for the median."""

    def category(self, name: str, weights: tuple[float, ...]) -> Any:
        """The category per draw, or one for all."""


@dataclass
class Inputs:
    """The assumptions of one ask, valued by `normals`; remembers which were used and which steps were taken."""

    catalog: Catalog
    ask: Ask
    normals: Normals
    factors: dict[str, Factor] = field(default_factory=dict)
    values: dict[str, Quantity] = field(default_factory=dict)
    choices: dict[str, tuple[float, ...]] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    ways: tuple[Proportion, ...] = ()
    reached: tuple[str, ...] = ()

    def reach(self, results: tuple[str, ...], *ways: Proportion) -> None:
        """Note the ways by which the results named are reached."""
        self.reached, self.ways = results, ways

    def __call__(self, name: str, *scopes: str) -> Quantity:
        """The value of the assumption `name` for the first scope that has a row; the same value at every call."""
        if name not in self.values:
            self._use(parameter_factor(self.catalog.parameter(name, *scopes), self.ask.overrides))
        return self.values[name]

    def chips(self) -> Quantity:
        """The count that is asked about; of one told as a range, a doubt between its ends."""
        least, most = self.ask.amount, self.ask.most
        if most is None:
            return least
        spread = Spread(least, (least * most) ** 0.5, most)
        basis = "least and greatest count that was told"
        return self._use(Factor(COUNT, "Chips, told as a range", "N", spread, "chip", self.ask.source_ids, basis))

    def it_power(self, chip: Chip, chips: Quantity | None = None) -> Quantity:
        """All-in rated IT power per chip: given by hand, or by the first of these that is known.

        One system's rating where the count is no more than one system (it has no network of its own); the row of the
        chip; the row of its family; its system's rating x IT ratio; TDP x server ratio x IT ratio.
        """
        given = self.ask.overrides.get("it_power")
        row = self.catalog.parameter_or_none("it_power", chip.chip_id, *_family_scope(chip))
        if given is None and is_one_system(chip, chips):
            return self._one_system(chip)
        if row is not None:  # a value set by hand keeps the row's doubt: what it shares with other chips and costs
            return self._use(parameter_factor(row, self.ask.overrides))
        if given is not None:
            return self._use(
                Factor("it_power", "IT power per chip", "k", given, "kW/chip", (), "set by hand", given=True)
            )
        scopes = ratio_scopes(chip)
        self.warnings.append(f"{chip.name}: no IT power per chip is published; worked out from {_fallback(chip)}")
        if chip.system_power is not None and chip.chips_per_system:
            return (self._system_power(chip) * self("it_ratio", *scopes)).to("kW/chip")
        return (self._tdp(chip) * self("server_ratio", *scopes) * self("it_ratio", *scopes)).to("kW/chip")

    def _one_system(self, chip: Chip) -> Quantity:
        if chip.system_power is not None and chip.chips_per_system:
            return (self._system_power(chip) * self("system_rating")).to("kW/chip")
        return (self._tdp(chip) * self("server_ratio", *ratio_scopes(chip))).to("kW/chip")

    def _tdp(self, chip: Chip) -> Quantity:
        if chip.tdp is None:
            raise NoPowerError(
                f"{chip.name}: neither its TDP nor its system's power is published; give its IT power in kW "
                "in the box of the page, with --set it_power=2.5 or in the address with &set.it_power=2.5"
            )
        ends = [chip.tdp_low or chip.tdp, chip.tdp, chip.tdp_high or chip.tdp]
        low, central, high = (Quantity(end.m_as("kW"), unit("kW/chip")) for end in ends)
        spread = Spread.fixed(central) if low.m == high.m else Spread(low, central, high)
        label = f"Design power (TDP) of {chip.name}"
        return self._use(Factor("tdp", label, "TDP", spread, "kW/chip", (chip.source_id,), chip.basis, chip.tdp_note))

    def _system_power(self, chip: Chip) -> Quantity:
        assert chip.system_power is not None
        assert chip.chips_per_system
        value = (chip.system_power / Quantity(chip.chips_per_system, "chip")).to("kW/chip")
        label = f"Rating of {chip.system_name or chip.name}, per chip"
        return self._use(
            Factor("system_power", label, "P_sys", Spread.fixed(value), "kW/chip", (chip.source_id,), chip.basis)
        )

    def _use(self, factor: Factor) -> Quantity:
        if factor.name not in self.values:
            self.factors[factor.name] = factor
            self.values[factor.name] = factor.spread.at(self.normals.normal(factor))
        return self.values[factor.name]

    def category(self, name: str, weights: tuple[float, ...]) -> Any:
        """The category per draw of a doubt between alternatives with the given odds."""
        if sum(weight > 0 for weight in weights) == 1:
            return int(np.argmax(weights))
        self.choices[name] = weights
        return self.normals.category(name, weights)

    def step(self, name: str, label: str, formula: str, result: Quantity, **parts: Quantity) -> Quantity:
        """Note one step and return its result; only a run on medians keeps it."""
        if np.ndim(result.m) == 0:
            numbers = formula.format(**{key: _part_text(value) for key, value in parts.items()})
            self.steps.append(Step(name, label, formula.replace("{", "").replace("}", ""), numbers, result))
        return result


def is_one_system(chip: Chip, chips: Quantity | None) -> bool:
    """Whether a count (or each of several) is at most one box, rack or pod of the chip."""
    if chips is None or chip.chips_per_system is None:
        return False
    return bool(np.all(chips.m_as(unit("chip")) <= chip.chips_per_system))


def ratio_scopes(chip: Chip) -> tuple[str, ...]:
    """Scopes of a ratio for a chip: its family (not for cards in ordinary servers), then its class of system."""
    return (*_family_scope(chip), chip.overhead_class)


def _family_scope(chip: Chip) -> tuple[str, ...]:
    return () if chip.overhead_class == "pcie" else (chip.family,)


def _fallback(chip: Chip) -> str:
    return f"the rating of {chip.system_name}" if chip.system_power is not None else "its TDP"


def _part_text(value: Quantity) -> str:
    number = float(np.asarray(value.m))
    name = f"{value.u:~P}"
    if name == "billion_USD":
        return given_text(1e9 * number, "USD")
    if name in _LADDERS:  # in the unit in which the line that gave it told it
        return reader_text(number, name, 3)
    text = trimmed(number, max(3, len(f"{abs(number):.0f}")))
    return counted(text, _UNIT_TEXT.get(name, name))


_LADDERS = ("MW", "TWh", "USD")
_UNIT_TEXT = {
    "kW/chip": "kW",
    "annum": "years",
    "chip": "chips",
    "billion_USD/GW": "billion USD/GW",
    "million_USD/MW/annum": "million USD/MW/year",
    "million_USD/annum/MW": "million USD/MW/year",
    "USD/chip/h": "USD/chip/h",
    "USD/h/chip": "USD/chip/h",
    "tCO2e": "t",
    "tCO2e/kW": "t/kW",
    "MtCO2e": "Mt",
    "gCO2e/kWh": "g/kWh",
    "gCO2e/h/kW": "g/kWh",
    "l/kWh": "L/kWh",
    "l/h/kW": "L/kWh",
}


def parameter_factor(row: Parameter, overrides: Mapping[str, Spread]) -> Factor:
    """A row of parameters.csv as a factor, with the spread set by hand where there is one."""
    given = overrides.get(row.quantity)
    return Factor(
        row.quantity,
        row.name,
        row.symbol,
        given or row.spread,
        row.unit,
        () if given else row.source_ids,
        "set by hand" if given else row.basis,
        row.reasoning,
        given is not None,
        row,
    )


# --- the three ways to value ------------------------------------------------------------------------------------------


def choice_doubt(name: str) -> str:
    """The doubt of a choice: the first word of its name, such as `basis` of `basis of the announced power`."""
    return name.split(maxsplit=1)[0]


@dataclass(frozen=True)
class DrawnNormals:
    """Named doubts: shared by chip family, operator, region or all, and own to the item."""

    draws: Draws
    ask: Ask
    catalog: Catalog

    def normal(self, factor: Factor) -> Array:
        """Draws of the factor, correlated with the factor it is linked to."""
        row = factor.row
        if row is None:
            chip = self.ask.chip if factor.name != COUNT else None
            return self.draws(f"{factor.name} of {chip.chip_id if chip else self._item}")
        return self._linked(row)

    def _linked(self, row: Parameter) -> Array:
        """Draws of a row: its own, tied to those of the quantity it is linked to, which may be linked in turn."""
        own = self._own(row)
        if not row.linked_quantity or row.linked_correlation is None:
            return own
        partner = self.catalog.parameter_or_none(row.linked_quantity, *self.ask.scopes)
        return own if partner is None else combined(self._linked(partner), own, row.linked_correlation)

    @functools.cached_property
    def _item(self) -> str:
        return item_name(self.ask.item)

    def _own(self, row: Parameter) -> Array:
        group = self._group(row.shared_by)
        name = row.quantity
        if not group:
            return self.draws(f"{name} of {self._item}" if self._item else name)
        if not self._item and row.correlation > 0:  # alone, with no item to tell apart: the group's own doubt
            return self.draws(f"{name} of {group}")
        return self.draws.shared(name, group=group, own=self._item, correlation=row.correlation)

    def _group(self, shared_by: str) -> str:
        chip = self.ask.chip
        groups = {
            "chip_family": f"family {chip.family}" if chip else "",
            "operator": f"operator {self.ask.operator}" if self.ask.operator else "",
            "region": f"region {self.ask.region}",
            "all": "all",
        }
        return groups.get(shared_by, "")

    def category(self, name: str, weights: tuple[float, ...]) -> Any:
        """The category per draw."""
        doubt = choice_doubt(name)
        return choice(self.draws.uniform(f"{doubt} of {self._item}" if self._item else doubt), weights)


@dataclass(frozen=True)
class Medians:
    """Every factor at its median, every choice at a given category."""

    categories: Mapping[str, int] = field(default_factory=dict)

    def normal(self, factor: Factor) -> float:
        """0: the median."""
        del factor
        return 0.0

    def category(self, name: str, weights: tuple[float, ...]) -> int:
        """The chosen category, else the likeliest."""
        return self.categories.get(name, int(np.argmax(weights)))


@dataclass(frozen=True)
class OneAtATime:
    """Blocks of one long array: in its own block a factor or a choice varies, elsewhere it is as given.

    Elsewhere a factor is at its median, and a choice at the category in `categories`.
    """

    names: Sequence[str]
    points: Array
    uniforms: Array
    categories: Mapping[str, int]

    def normal(self, factor: Factor) -> Array:
        """Zeros with the points in the factor's own block."""
        return self._block(factor.name, self.points, 0.0)

    def category(self, name: str, weights: tuple[float, ...]) -> Any:
        """The given category, varied by its odds in the choice's own block."""
        return self._block(name, choice(self.uniforms, weights), self.categories[name])

    def _block(self, name: str, values: Any, elsewhere: float) -> Any:
        table = np.full((len(self.names), len(values)), elsewhere, dtype=values.dtype)
        table[self.names.index(name)] = values
        return table.ravel()
