"""One ask through its chain: quantiles, steps, assumptions with their shares of the variance, sources, warnings."""

import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.catalog import Catalog
from dashboard.core.conditional import Way, percentiles
from dashboard.core.draws import Array, Draws, strata
from dashboard.core.spread import Z95, Spread
from dashboard.estimates.ask import Ask
from dashboard.estimates.chains import BASIS_CHOICE, CHAINS, OWNING
from dashboard.estimates.inputs import (
    DrawnNormals,
    Factor,
    Inputs,
    Medians,
    OneAtATime,
    Proportion,
    Step,
    parameter_factor,
)
from dashboard.units import Quantity, exact, magnitude, quantity, reader_text

RESULT_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "chips": "chips",
        "it_rated": "MW",
        "it_average": "MW",
        "facility_peak": "MW",
        "facility_average": "MW",
        "grid_connection": "MW",
        "annual_energy": "TWh",
        "emissions": "Mt",
        "water": "GL",
        "electricity_cost": "USD",
        "capex": "USD",
        "contract_value": "USD",
    }
)
SHARE_POINTS = 40  # at which each assumption is taken for its share
MANY = 8  # so many draws that equal one are no chance
SECTOR = "sector-datacentres-world"  # of equivalents.csv
SURE = 1e-18  # a log-variance below it is rounding: nothing is in doubt
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Assumption:
    """A factor, its share of the variance of the yearly energy, and that energy at its two ends (others at median)."""

    factor: Factor
    share: float
    at_low: Quantity
    at_high: Quantity


@dataclass(frozen=True, eq=False)
class Estimate:
    """The answer to one ask; `results` holds draws (or one number where there is no doubt)."""

    ask: Ask
    results: Mapping[str, Quantity]
    factors: tuple[Factor, ...] = field(repr=False)
    choices: Mapping[str, tuple[float, ...]]
    warnings: tuple[str, ...]
    seed: int
    draws: int
    data_version: str
    _catalog: Catalog = field(repr=False)
    _ways: tuple[Way, ...] = field(repr=False)
    _reached: tuple[str, ...] = field(repr=False)

    def quantiles(self, name: str) -> tuple[float, ...]:
        """5th, 25th, 50th, 75th and 95th percentile of a result, in its unit of `RESULT_UNITS`.

        Of an ask that stands alone they are averaged over one factor that the result is in proportion to, and
        move several times less from seed to seed than those of its draws; of an item they are those of its draws.
        """
        return self._quantiles[name]

    @functools.cached_property
    def _quantiles(self) -> dict[str, tuple[float, ...]]:
        drawn = {name: magnitude(value, RESULT_UNITS[name]) for name, value in self.results.items()}
        some = (name for name in self._reached if np.all(drawn[name] > 0))  # an intensity may be set to 0
        ends = {name: percentiles(drawn[name], self._ways, LEVELS) for name in some}
        return {name: tuple(ends[name].tolist()) if name in ends else quantiles(drawn[name]) for name in drawn}

    def beside(self, name: str) -> float:
        """The 95th percentile of a result; of a power, that of the greatest power: all are told in one unit."""
        powers = [other for other in self.results if RESULT_UNITS[other] == "MW"]
        return max(self.quantiles(other)[4] for other in (powers if name in powers else [name]))

    def is_given(self, name: str) -> bool:
        """Whether a result is the amount that was asked about, and so is no estimate."""
        low, *_, high = self.quantiles(name)
        amount = self.ask.amount
        if not exact(low, high) or amount.dimensionality != self.results[name].dimensionality:
            return False
        return exact(low, magnitude(amount, RESULT_UNITS[name]))

    def median(self, name: str) -> Quantity:
        """The 50th percentile of a result."""
        return quantity(self.quantiles(name)[2], RESULT_UNITS[name]).to(self.results[name].u)

    @functools.cached_property
    def steps(self) -> tuple[Step, ...]:
        """The chain at the medians, line by line."""
        return _steps(self.ask, self._catalog, self.choices)

    @functools.cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """The factors, largest share of the variance of the yearly energy first."""
        return _shares(self)

    @property
    def source_ids(self) -> tuple[str, ...]:
        """Sources of everything used, each once."""
        chip = (self.ask.chip.source_id,) if self.ask.chip else ()
        used = [source for factor in self.factors for source in factor.source_ids]
        return tuple(dict.fromkeys((*self.claim_source_ids, *chip, *used)))

    @property
    def claim_source_ids(self) -> tuple[str, ...]:
        """Where the amount itself was published; empty for an amount typed by hand."""
        return self.ask.source_ids


def step_unit(step: Step) -> str:
    """The unit in which a step's result is told."""
    kinds = {"[chip]": "chips", "[currency]": "USD", "[co2e]": "Mt"}
    return RESULT_UNITS.get(step.name, next((name for kind, name in kinds.items() if step.result.check(kind)), "MW"))


def quantiles(values: Any) -> tuple[float, ...]:
    """The five levels of draws, as `levels` has them; a single number five times."""
    return tuple(levels(np.asarray(values, dtype=float).ravel()).tolist())


def middle_of(values: Any) -> float:
    """The median of draws, as `levels` has it."""
    return quantiles(values)[2]


def levels(values: Any) -> Array:
    """The five levels along the last axis, which becomes five long: linearly between order statistics.

    Where a level falls on the edge of many equal draws, such as the half of an announcement that one reading leaves as
    it is, it is theirs: half the way to the next draw is a value of no reading, and moves with the count of draws.

    >>> float(levels(10 * [30.0] + [36 + 0.5 * i for i in range(10)])[2])
    30.0
    """
    return _levels_of(np.sort(values, axis=-1))[0]


def quick_levels(values: Any) -> Array:
    """As `levels` in a third of the time, to 1/65,535 of each row's range, far below the error of the sampling.

    Sixteen-bit numbers are sorted by radix; the ends of the range are exact.
    """
    low, high = (end[..., None].astype(float) for end in (values.min(axis=-1), values.max(axis=-1)))
    step = np.where(high > low, (high - low) / 65_535, 1.0).astype(values.dtype)
    codes = np.sort(((values - low.astype(values.dtype)) / step).astype(np.uint16), axis=-1, kind="stable")
    found, on_edge = _levels_of(codes)
    found = low + found * step
    doubtful = on_edge.any(axis=-1)  # equal as codes, perhaps not as draws
    if doubtful.any():
        found[doubtful] = levels(values[doubtful])
    return found


def _levels_of(ordered: Any) -> tuple[Array, NDArray[np.bool_]]:
    """The levels, and which of them fall on the edge of many equal draws."""
    last = ordered.shape[-1] - 1
    positions = np.array(LEVELS) * last
    low = np.floor(positions).astype(int)
    high = np.minimum(low + 1, last)
    before, after = np.maximum(low - MANY, 0), np.minimum(high + MANY, last)
    below, above = ordered[..., low], ordered[..., high]
    many_below = (below == ordered[..., before]) & (before < low)
    many_above = (above == ordered[..., after]) & (after > high)
    part = np.where(many_below, 0.0, np.where(many_above, 1.0, positions - low))
    found: Array = below.astype(float)
    return found + part * (above - found), (below != above) & (many_below | many_above)


def estimate(ask: Ask, catalog: Catalog, draws: Draws | None = None) -> Estimate:
    """The whole chain of an ask.

    Args:
        ask: the amount and whose doubts it carries.
        catalog: the tables; its version goes into the answer.
        draws: count and seed; the default where none is given.

    Raises:
        ValueError: the chain cannot be worked (a chip without any published power).
    """
    draws = draws or Draws()
    chain = CHAINS[ask.kind]
    drawn = Inputs(catalog, ask, DrawnNormals(draws, ask, catalog))
    results = chain(ask, drawn)
    _ = [drawn(name) for name in OWNING if name in ask.overrides]  # told with the rest that is set by hand
    ways = _conditioned(drawn, results)
    return Estimate(
        ask=ask,
        results=results,
        factors=tuple(drawn.factors.values()),
        choices=drawn.choices,
        warnings=(*warnings_of(drawn), *implausible(results["annual_energy"].m_as("TWh"), catalog)),
        seed=draws.seed,
        draws=draws.count,
        data_version=catalog.version,
        _catalog=catalog,
        _ways=ways,
        _reached=drawn.reached if ways else (),
    )


def _conditioned(drawn: Inputs, results: Mapping[str, Quantity]) -> tuple[Way, ...]:
    """The ways to the results; none if a factor that they are in proportion to is sure, or linked to another in use.

    An ask of an item has none: it keeps to its draws, which are what a list or a sum adds up.
    """
    if drawn.ask.item or not all(_is_free(way, drawn.factors) for way in drawn.ways):
        return ()
    return tuple(_way(way, drawn, results) for way in drawn.ways)


def _is_free(way: Proportion, factors: Mapping[str, Factor]) -> bool:
    rows = {name: factor.row for name, factor in factors.items() if factor.row and name not in way.off}
    own = rows.get(way.factor)
    linked = {row.linked_quantity for row in rows.values()}
    return not (
        factors[way.factor].spread.is_sure or way.factor in linked or (own is not None and own.linked_quantity in rows)
    )


def _way(way: Proportion, drawn: Inputs, results: Mapping[str, Quantity]) -> Way:
    sign = -1.0 if way.inverse else 1.0
    rest = -sign * np.log(drawn.values[way.factor].m)
    if way.capacity is not None:
        rest = rest + np.log((way.capacity / results["it_rated"]).m_as(""))
    return Way(rest, sign * np.log(drawn.factors[way.factor].spread.at(strata(1024)).m))


def _steps(ask: Ask, catalog: Catalog, choices: Mapping[str, tuple[float, ...]]) -> tuple[Step, ...]:
    """The chain at the medians; an announcement of unknown basis is taken through each possible reading."""
    weights = choices.get(BASIS_CHOICE, ())
    runs = [index for index, weight in enumerate(weights) if weight > 0] or [0]
    steps: list[Step] = []
    for index in runs:
        medians = Inputs(catalog, ask, Medians({BASIS_CHOICE: index}))
        CHAINS[ask.kind](ask, medians)
        title = f"If {('IT', 'facility', 'grid')[index]}: " if len(runs) > 1 else ""
        steps += [Step(s.name, title + s.label, s.formula, s.numbers, s.result) for s in medians.steps]
    return tuple(steps)


def warnings_of(drawn: Inputs) -> tuple[str, ...]:
    """What is to be told of an answer: how the ask was read, and what its chain did not know or did not use."""
    ask = drawn.ask
    own = [_beside_ours(factor) for factor in drawn.factors.values() if factor.given and ask.by_hand]
    return (*ask.notes, *_reading_warnings(ask), *dict.fromkeys(drawn.warnings), *own, *_idle(ask, drawn))


def implausible(energy: Any, catalog: Catalog) -> tuple[str, ...]:
    """Where the median of a year's energy in TWh is more than all data centers of the world use: that it is."""
    most = sector_energy(catalog)
    if np.max(energy) <= most or np.median(energy) <= most:
        return ()
    told = f"{reader_text(most, 'TWh', 3)} of all data centers of the world in {catalog.equivalents[SECTOR].year}"
    return (f"a year’s energy is more than the {told}: check the amount, its unit and its term",)


def sector_energy(catalog: Catalog) -> float:
    """What all data centers of the world use in a year, in TWh."""
    world = catalog.equivalents[SECTOR]
    return float(magnitude(quantity(world.value, world.unit) * quantity(1, "year"), "TWh"))


def _beside_ours(factor: Factor) -> str:
    """An assumption set by hand, beside the range of the tables where they have one."""
    ours = f", where the tables have {parameter_factor(factor.row, {}).told}" if factor.row else ""
    return f"set by hand: {factor.label} = {factor.told}{ours}"


def _idle(ask: Ask, drawn: Inputs) -> tuple[str, ...]:
    """The assumptions set by hand that the chain of this ask does not use."""
    unused = [name for name in ask.overrides if name not in drawn.factors]
    return (f"set by hand and not used for this: {', '.join(unused)}",) if unused else ()


def _reading_warnings(ask: Ask) -> tuple[str, ...]:
    if ask.kind == "capex":
        return (
            "dollars without a term are read as capital cost; a cloud contract needs its term, as in 'over 7 years'",
        )
    if ask.kind == "power" and ask.basis == "unknown":
        odds = list(zip(("IT", "facility", "grid connection"), ask.weights, strict=True))
        used = " or ".join(f"{name} ({100 * weight:.0f} %)" for name, weight in odds if weight)
        unused = "".join(f"; {name} is given no weight" for name, weight in odds if not weight)
        return (f"the basis of the GW is not stated: read as {used}{unused}",)
    return ()


def _shares(answer: Estimate) -> tuple[Assumption, ...]:
    """Shares of the variance of the logarithm of the yearly energy, and what each assumption's two ends make of it.

    The chain is a product in each way of reading, so that its logarithm is a sum over the assumptions, each varied
    with the others at their medians. What an assumption does in all ways is its own share; what it does in some ways
    more than in others is shared evenly with the doubt which way holds; what two linked assumptions do together,
    between the two. These are the Shapley values of a sum: they make 1, whatever is linked.

    The ends are pooled over the ways by their odds as a geometric mean, so that they lie around the answer.
    """
    points: Array = np.concatenate([strata(SHARE_POINTS), [0.0, -Z95, Z95]])
    uniforms: Array = np.concatenate([(np.arange(SHARE_POINTS) + 0.5) / SHARE_POINTS, [0.5, 0.05, 0.95]])
    names = [factor.name for factor in answer.factors] + list(answer.choices)
    count = len(answer.factors)
    ways = list(_ways(answer.choices))
    odds = np.array([chance for _, chance in ways])
    logs = np.stack([_one_at_a_time(answer, names, points, uniforms, categories) for categories, _ in ways])
    effects = logs[:, :count, :SHARE_POINTS] - logs[:, :count, SHARE_POINTS, None]
    centred = effects - effects.mean(axis=-1, keepdims=True)
    common = np.tensordot(odds, centred, 1)
    own, shared = _of_factors(answer.factors, common), odds @ _of_factors(answer.factors, centred - common)
    middles = logs[:, 0, SHARE_POINTS] + effects.mean(axis=-1).sum(axis=-1)
    which = float(odds @ (middles - odds @ middles) ** 2)
    values = np.append(own + shared / 2, [which + shared.sum() / 2] if answer.choices else [])
    total = values.sum()
    shares = values / total if total > SURE else np.zeros_like(values)
    pooled = np.exp(np.tensordot(odds, logs[:, :, -2:], 1))
    rows = [
        Assumption(factor, float(share), *(Quantity(float(end), "TWh") for end in ends))
        for factor, share, ends in zip(_all_factors(answer), shares, pooled, strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: -row.share))


def _one_at_a_time(
    answer: Estimate, names: list[str], points: Array, uniforms: Array, categories: dict[str, int]
) -> Array:
    """Logarithm of the yearly energy in TWh, in one way, with each assumption at each of the points: a row for each."""
    design = Inputs(answer._catalog, answer.ask, OneAtATime(names, points, uniforms, categories))
    energy = CHAINS[answer.ask.kind](answer.ask, design)["annual_energy"].m_as("TWh")
    shape = (len(names), len(points))
    found: Array = np.log(np.broadcast_to(np.asarray(energy), (math.prod(shape),))).reshape(shape)
    return found


def _of_factors(factors: Sequence[Factor], effects: Array) -> Array:
    """The part of the variance of a sum of effects that falls to each factor; links add what both do together.

    Of two linked by a correlation r, with slopes a and b along their normals, the first has its own variance,
    + r a b + r² (b² - a²) / 2: half of what knowing it alone takes away, half of what it takes away as the second.
    """
    found: Array = effects.var(axis=-1)
    normals = strata(SHARE_POINTS)
    slopes = effects @ normals / (SHARE_POINTS * normals.std())
    places = {factor.name: place for place, factor in enumerate(factors)}
    for place, factor in enumerate(factors):
        row = factor.row
        other = places.get(row.linked_quantity) if row else None
        if row is None or other is None or row.linked_correlation is None:
            continue
        r, a, b = row.linked_correlation, slopes[..., place], slopes[..., other]
        moved = r * r * (b * b - a * a) / 2
        found[..., place] += r * a * b + moved
        found[..., other] += r * a * b - moved
    return found


def _ways(choices: Mapping[str, tuple[float, ...]]) -> Iterator[tuple[dict[str, int], float]]:
    """Each category of the one doubt between ways that a chain may have, with its odds; one of odds 1 without it."""
    if not choices:
        yield {}, 1.0
        return
    ((name, weights),) = choices.items()
    for category, weight in enumerate(weights):
        if weight > 0:
            yield {name: category}, weight / sum(weights)


def _all_factors(answer: Estimate) -> list[Factor]:
    """The factors, and each choice between categories as a factor with its odds in words."""
    choices = [_choice_factor(name, weights) for name, weights in answer.choices.items()]
    return [*answer.factors, *choices]


def _choice_factor(name: str, weights: tuple[float, ...]) -> Factor:
    odds = " : ".join(f"{100 * weight / sum(weights):.0f}" for weight in weights)
    one = Quantity(1.0, "")
    return Factor(name.replace(" ", "_"), f"{name[0].upper()}{name[1:]}, odds {odds}", "", Spread.fixed(one), "1", ())
