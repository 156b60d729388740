"""Some plans of a list worked together: the named doubts of each, and what the block adds to the sums.

Plans of one shape go through the same chain as a single estimate, a row of draws for each.
"""

import ctypes
import functools
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.catalog import Catalog
from dashboard.core.draws import Array, Draws, choice, item_name
from dashboard.core.spread import Spread
from dashboard.estimates.ask import Ask, basis_weights
from dashboard.estimates.chains import CHAINS
from dashboard.estimates.estimate import RESULT_UNITS, implausible, quick_levels, sector_energy, warnings_of
from dashboard.estimates.inputs import Factor, Inputs, choice_doubt
from dashboard.estimates.places import carbon_mix, place_with_mix
from dashboard.estimates.plans_read import Plan
from dashboard.estimates.readings import MONTHS
from dashboard.records import Parameter
from dashboard.units import Quantity, magnitude, quantity, unit

TOGETHER = 64  # plans of one shape worked in one go
MONTHLY = ("facility_peak", "facility_average")
ALL = ""
_GIVEN = {  # the result that is the amount of the row itself, in the same unit
    "chips": "chips",
    "it": "it_rated",
    "facility": "facility_peak",
    "grid": "grid_connection",
    "capex": "capex",
    "contract": "contract_value",
}

Single = NDArray[np.float32]
Columns = tuple[tuple[str, int], ...]  # columns to sum by, each with its place in a row
Cell = tuple[str, str]  # a column and one of its values; ("", "") is all rows
MonthCell = tuple[str, str, int]


@dataclass(frozen=True)
class PlanNormals:
    """The named doubts of several plans of one shape: a row of draws for each, or one row where all share it."""

    draws: Draws
    plans: Sequence[Plan]
    family: str
    region: str
    scopes: tuple[str, ...]
    catalog: Catalog
    known: dict[str, Any] = field(default_factory=dict)

    def normal(self, factor: Factor) -> Any:
        """As `DrawnNormals.normal`, for all plans at once."""
        row = factor.row
        if row is None:
            name = self.scopes[0] if self.scopes else ""
            return self.draws(f"{factor.name} of {name}").astype(np.float32)
        return self._linked(row)

    def _linked(self, row: Parameter) -> Any:
        own = self._own(row)
        if not row.linked_quantity or row.linked_correlation is None:
            return own
        partner = self.catalog.parameter_or_none(row.linked_quantity, *self.scopes)
        if partner is None:
            return own
        weight = row.linked_correlation
        return weight * self._linked(partner) + (1 - weight**2) ** 0.5 * own

    @functools.cached_property
    def _items(self) -> list[str]:
        return [item_name(plan.item) for plan in self.plans]

    def _own(self, row: Parameter) -> Any:
        if row.parameter_id not in self.known:
            self.known[row.parameter_id] = self._correlated(row)
        return self.known[row.parameter_id]

    def _correlated(self, row: Parameter) -> Any:
        groups = self._groups(row.shared_by)
        if not groups[0] or row.correlation == 0:
            return self.draws.many(row.quantity, self._items)
        shared = self._shared(row.quantity, groups)
        if row.correlation == 1:
            return shared
        own = self.draws.many(row.quantity, self._items)
        weight = row.correlation**0.5
        own *= (1 - weight**2) ** 0.5
        own += weight * shared
        return own

    def _shared(self, quantity: str, groups: list[str]) -> Any:
        """The common draws: one row where all plans share them, else one for each plan."""
        if len(set(groups)) == 1:
            return self.draws(f"{quantity} of {groups[0]}").astype(np.float32)
        return self.draws.many(quantity, groups)

    def _groups(self, shared_by: str) -> list[str]:
        if shared_by == "operator":
            return [f"operator {plan.operator}" if plan.operator else f"operator of {plan.item}" for plan in self.plans]
        fixed = {
            "chip_family": f"family {self.family}" if self.family else "",
            "region": f"region {self.region}",
            "all": "all",
        }
        return [fixed.get(shared_by, "")] * len(self.plans)

    def category(self, name: str, weights: tuple[float, ...]) -> Any:
        """The category per plan and draw."""
        doubt = choice_doubt(name)
        uniforms = np.array([self.draws.uniform(f"{doubt} of {item}") for item in self._items])
        return choice(uniforms, weights)


@dataclass(frozen=True)
class BlockSums:
    """What one block adds: results by group, and steps up and down by group and month, summed inside each draw.

    `warnings` are what the chain of each plan has to tell.
    """

    totals: Mapping[Cell, Mapping[str, Array]]
    holders: Mapping[Cell, Mapping[str, int]]
    edge_cells: tuple[MonthCell, ...]
    edges: Single
    rows: tuple[Mapping[str, Array], ...]
    warnings: tuple[tuple[str, ...], ...]


def work(
    blob: bytes, plans: Sequence[Plan], *, columns: Columns, dated: Columns, draws: Draws, keep: bool
) -> BlockSums:
    """One block of plans: what a worker does, here or elsewhere.

    Args:
        blob: the catalog, pickled.
        plans: the rows of the block.
        columns: columns to sum by.
        dated: those of them to sum by month too.
        draws: count and seed.
        keep: whether the levels of each row are wanted.
    """
    _keep_memory()
    catalog = _catalog(blob)
    totals: dict[Cell, dict[str, Array]] = {}
    holders: dict[Cell, dict[str, int]] = {}
    edges: dict[MonthCell, Array] = {}
    rows: dict[int, Mapping[str, Array]] = {}
    warnings: dict[int, tuple[str, ...]] = {}
    shapes: dict[tuple[object, ...], list[Plan]] = {}
    most = sector_energy(catalog)
    for plan in plans:
        shapes.setdefault(plan.shape, []).append(plan)
    for alike in shapes.values():
        for first in range(0, len(alike), TOGETHER):
            some = alike[first : first + TOGETHER]
            results, told = results_of(some, catalog, draws)
            warnings |= {
                plan.line: (*told, *implausible(energy, catalog)) if energy.max() > most else told
                for plan, energy in zip(some, results["annual_energy"], strict=True)
            }
            _add_totals(totals, holders, some, columns, results)
            _add_edges(edges, some, dated, results)
            if keep:
                rows |= _row_levels(some, results)
    shape = (len(edges), len(MONTHLY), draws.count)  # one array travels faster than thousands
    single = np.array(list(edges.values()), dtype=np.float32).reshape(shape)
    kept = tuple(rows[plan.line] for plan in plans) if keep else ()
    return BlockSums(totals, holders, tuple(edges), single, kept, tuple(warnings[plan.line] for plan in plans))


@functools.lru_cache(maxsize=1)
def _keep_memory() -> None:
    """Let glibc keep freed arrays for the next ones.

    Dask starts its workers with MALLOC_TRIM_THRESHOLD_, under which each array is given back to the system and asked
    for again: this work would take twice as long.
    """
    trim_threshold, mmap_threshold = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(trim_threshold, 256 << 20)
        library.mallopt(mmap_threshold, 32 << 20)


@functools.lru_cache(maxsize=1)
def _catalog(blob: bytes) -> Catalog:
    found = pickle.loads(blob)  # noqa: S301 - made by ourselves, a moment ago, for this very worker
    assert isinstance(found, Catalog)
    return found


def results_of(plans: Sequence[Plan], catalog: Catalog, draws: Draws) -> tuple[dict[str, Single], tuple[str, ...]]:
    """Every result of plans of one shape in its unit of `RESULT_UNITS`, a row of draws for each plan; and warnings."""
    ask = shape_ask(plans, catalog)
    chip = ask.chip
    normals = PlanNormals(draws, plans, chip.family if chip else "", ask.region, ask.scopes, catalog)
    inputs = Inputs(catalog, ask, normals)
    results = CHAINS[ask.kind](ask, inputs)
    shape = (len(plans), draws.count)
    drawn = {name: np.broadcast_to(magnitude(value, RESULT_UNITS[name]), shape) for name, value in results.items()}
    given = _GIVEN.get(ask.basis if ask.kind == "power" else ask.kind)
    if given is not None:  # in full: the draws have seven digits
        drawn[given] = np.broadcast_to(np.array([[plan.amount] for plan in plans]), shape)
    return drawn, warnings_of(inputs)


def shape_ask(plans: Sequence[Plan], catalog: Catalog) -> Ask:
    """One ask for plans of one shape, the amounts one below the other."""
    first = plans[0]
    chip = catalog.accelerators[first.chip_id] if first.chip_id else None
    column = [[plan.amount] for plan in plans]
    term = quantity(_single([[plan.term] for plan in plans]), "year") if first.kind == "contract" else None
    region, overrides = _region(first, catalog)
    return Ask(
        kind=first.kind,  # type: ignore[arg-type]
        amount=Quantity(_single(column), unit(first.unit)),
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

    Where none has one, the chain takes the world's, which the notes of the plan tell.
    """
    place = place_with_mix(plan.country, plan.grid, catalog)
    if catalog.parameter_or_none("grid_intensity", place):
        return place, {}
    mix = carbon_mix(place, catalog)
    return plan.country or plan.grid or "usa", {} if mix is None else {"grid_intensity": Spread.fixed(mix)}


def cells_of(plan: Plan, columns: Columns) -> list[Cell]:
    """The groups that a plan belongs to: one in each column, or all rows. Spaces around a cell make no other group."""
    return [(name, plan.cells[place].strip()) for name, place in columns] or [(ALL, ALL)]


def _add_totals(
    totals: dict[Cell, dict[str, Array]],
    holders: dict[Cell, dict[str, int]],
    plans: Sequence[Plan],
    columns: Columns,
    results: Mapping[str, Single],
) -> None:
    """Add each plan to its groups, and count how many plans of the group have a result at all."""
    for i, plan in enumerate(plans):
        for cell in cells_of(plan, columns):
            sums, counted = totals.setdefault(cell, {}), holders.setdefault(cell, {})
            for name, values in results.items():
                counted[name] = counted.get(name, 0) + 1
                if name in sums:
                    sums[name] += values[i]
                else:
                    sums[name] = values[i].astype(float)


def _add_edges(
    edges: dict[MonthCell, Array], plans: Sequence[Plan], columns: Columns, results: Mapping[str, Single]
) -> None:
    """A plan steps up at the start of its first month and down after its last."""
    for i, plan in enumerate(plans):
        if not plan.is_dated:
            continue
        both = [results[name][i] for name in MONTHLY]
        for cell in cells_of(plan, columns):
            for month, sign in ((plan.start, 1), (plan.end + 1, -1)):
                if month < MONTHS:
                    sums = edges.setdefault((*cell, month), np.zeros((len(MONTHLY), len(both[0]))))
                    for k, values in enumerate(both):
                        (np.add if sign > 0 else np.subtract)(sums[k], values, out=sums[k])


def _row_levels(plans: Sequence[Plan], results: Mapping[str, Single]) -> dict[int, Mapping[str, Array]]:
    found = {name: quick_levels(values) for name, values in results.items()}
    return {plan.line: {name: table[i] for name, table in found.items()} for i, plan in enumerate(plans)}
