"""A list of plans to estimates per row and totals by group and month, here or on a Dask cluster.

Doubts have names, so a block of rows gives the same draws anywhere; blocks are added in their order, so that the sums
are the same to the last digit.
"""

import functools
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.catalog import Catalog
from dashboard.core.draws import Array, Draws
from dashboard.estimates.estimate import RESULT_UNITS, implausible, levels
from dashboard.estimates.plans_block import ALL, MONTHLY, BlockSums, Cell, Columns, MonthCell, cells_of, work
from dashboard.estimates.plans_read import Plan, PlanList
from dashboard.estimates.readings import MONTHS, month_names

BLOCK = 12_500  # rows in a block: what travels to a worker and is summed by itself
MAX_MONTHLY = 8_000  # sums by group and month that are held at once: 0.5 GB
MAX_GROUPS = 1_000


@dataclass(frozen=True)
class PlanTotals:
    """The estimates of a list: per row (where asked for), by group, and by group and month; five levels each.

    `levels` holds result -> (5,) in the units of `RESULT_UNITS`, `monthly` result -> (months, 5) in MW. `notes` tell of
    each plan how it was read and what its chain did not know, `warnings` of the sum of all.
    """

    plan_list: PlanList
    levels: Mapping[Cell, Mapping[str, tuple[float, ...]]]
    counts: Mapping[Cell, int]
    monthly: Mapping[Cell, Mapping[str, Array]]
    rows: tuple[Mapping[str, Array], ...]
    notes: tuple[tuple[str, ...], ...]
    warnings: tuple[str, ...]
    undated: int
    seed: int
    draws: int
    data_version: str


# --- the whole list ---------------------------------------------------------------------------------------------------

Submit = Callable[..., Any]


def estimate_plans(
    plan_list: PlanList,
    catalog: Catalog,
    draws: Draws | None = None,
    *,
    by: Sequence[str] = (),
    group_months: bool = True,
    keep_rows: bool = True,
    client: Any = None,
    done: Callable[[int], None] = lambda _: None,
    block: int = BLOCK,
) -> PlanTotals:
    """The estimates of a list.

    Args:
        plan_list: the rows.
        catalog: the tables.
        draws: count and seed.
        by: columns whose values make groups; each column is summed by itself.
        group_months: whether the months of each group are wanted too, beside those of all rows.
        keep_rows: whether the levels of each row are wanted too.
        client: a `distributed.Client`; without one the blocks run here, on two threads.
        done: called with the count of rows of each block that has been added.
        block: rows in a block.

    Raises:
        ValueError: a column of `by` is not in the file, or makes more groups than can be held.
    """
    draws = draws or Draws()
    columns = tuple((name, plan_list.column(name)) for name in dict.fromkeys(by))
    dated = columns if group_months else ()
    _refuse_too_many(plan_list.plans, columns, dated)
    blob = pickle.dumps(catalog)
    blocks = [plan_list.plans[i : i + block] for i in range(0, len(plan_list.plans), block)]
    totals: dict[Cell, dict[str, Array]] = {}
    holders: dict[Cell, dict[str, int]] = {}
    edges: dict[MonthCell, Array] = {}
    rows: list[Mapping[str, Array]] = []
    notes: list[tuple[str, ...]] = []
    job = functools.partial(work, columns=columns, dated=dated, draws=draws, keep=keep_rows)
    for some, sums in zip(blocks, _in_order(job, blob, blocks, client), strict=True):
        _merge(totals, holders, edges, sums)
        rows += sums.rows
        notes += [(*plan.notes, *warnings) for plan, warnings in zip(some, sums.warnings, strict=True)]
        done(len(some))
    counts = _counts(plan_list.plans, columns)
    complete = {
        cell: {name: sums[name] for name in RESULT_UNITS if holders[cell].get(name) == counts[cell]}
        for cell, sums in totals.items()
    }
    everything = _with_all(complete)
    return PlanTotals(
        plan_list=plan_list,
        levels={cell: _levels(sums) for cell, sums in everything.items()},
        counts=counts,
        monthly=_monthly(edges, plan_list.plans, dated),
        rows=tuple(rows),
        notes=tuple(notes),
        warnings=implausible(everything[ALL, ALL]["annual_energy"], catalog),
        undated=sum(not plan.is_dated for plan in plan_list.plans),
        seed=draws.seed,
        draws=draws.count,
        data_version=catalog.version,
    )


def _in_order(
    job: Callable[..., BlockSums], blob: bytes, blocks: Sequence[Sequence[Plan]], client: Any
) -> Iterator[BlockSums]:
    """The sums of each block in the order of the blocks; a few are under way at a time, so that memory is bounded."""
    if client is None:
        with ThreadPoolExecutor(max_workers=2) as pool:
            yield from _windowed(lambda some: pool.submit(job, blob, some), blocks, 3)
    else:
        workers = max(1, len(client.scheduler_info()["workers"]))
        submit = functools.partial(client.submit, pure=False)
        yield from _windowed(lambda some: submit(job, blob, some), blocks, 2 * workers)


def _windowed(submit: Submit, blocks: Sequence[Sequence[Plan]], width: int) -> Iterator[BlockSums]:
    pending = [submit(some) for some in blocks[:width]]
    for i in range(len(blocks)):
        sums: BlockSums = pending[i].result()
        pending[i] = None
        if i + width < len(blocks):
            pending.append(submit(blocks[i + width]))
        yield sums


def _merge(
    totals: dict[Cell, dict[str, Array]],
    holders: dict[Cell, dict[str, int]],
    edges: dict[MonthCell, Array],
    sums: BlockSums,
) -> None:
    for cell, vectors in sums.totals.items():
        into = totals.setdefault(cell, {})
        for name, vector in vectors.items():
            into[name] = into[name] + vector if name in into else np.array(vector)
    for cell, counted in sums.holders.items():
        known = holders.setdefault(cell, {})
        for name, count in counted.items():
            known[name] = known.get(name, 0) + count
    for month_cell, step in zip(sums.edge_cells, sums.edges, strict=True):
        if month_cell in edges:
            edges[month_cell] += step
        else:
            edges[month_cell] = step.astype(float)


def _with_all(totals: Mapping[Cell, Mapping[str, Array]]) -> dict[Cell, Mapping[str, Array]]:
    """The groups and the sum of all rows: the sum of the groups of any one column, where each has the result."""
    if (ALL, ALL) in totals:
        return dict(totals)
    column = next(iter(totals))[0]
    groups = [vectors for (name, _), vectors in totals.items() if name == column]
    shared = [name for name in groups[0] if all(name in vectors for vectors in groups)]
    everything = {name: functools.reduce(np.add, [vectors[name] for vectors in groups]) for name in shared}
    return {(ALL, ALL): everything, **totals}


def _levels(sums: Mapping[str, Array]) -> dict[str, tuple[float, ...]]:
    return {name: tuple(levels(sums[name]).tolist()) for name in RESULT_UNITS if name in sums}


def _monthly(
    edges: Mapping[MonthCell, Array], plans: Sequence[Plan], columns: Columns
) -> dict[Cell, Mapping[str, Array]]:
    """The running sum of the steps, month by month, as levels; exactly 0 where no plan runs."""
    by_cell: dict[Cell, dict[int, Array]] = {}
    for (column, value, month), steps in edges.items():
        by_cell.setdefault((column, value), {})[month] = steps
    if columns:
        everything: dict[int, Array] = {}
        for (column, _), months in by_cell.items():
            if column == columns[0][0]:
                for month, steps in months.items():
                    everything[month] = everything[month] + steps if month in everything else steps
        by_cell = {(ALL, ALL): everything, **by_cell}
    running = _running(plans, columns)
    return {cell: _month_levels(months, running[cell]) for cell, months in by_cell.items() if months}


def _month_levels(months: Mapping[int, Array], running: NDArray[np.int64]) -> dict[str, Array]:
    bands = np.zeros((MONTHS, len(MONTHLY), 5))
    load: Any = 0.0
    for month in range(MONTHS):
        if month in months:
            load = load + months[month]
            bands[month:] = levels(load) if running[month] else 0.0
    return {name: bands[:, k] for k, name in enumerate(MONTHLY)}


def _running(plans: Sequence[Plan], columns: Columns) -> dict[Cell, NDArray[np.int64]]:
    """How many plans of each group run in each month."""
    steps: dict[Cell, NDArray[np.int64]] = {}
    for plan in plans:
        if plan.is_dated:
            for cell in {(ALL, ALL), *cells_of(plan, columns)}:
                counted = steps.setdefault(cell, np.zeros(MONTHS + 1, dtype=np.int64))
                counted[plan.start] += 1
                counted[min(plan.end + 1, MONTHS)] -= 1
    return {cell: np.cumsum(counted[:-1]) for cell, counted in steps.items()}


def _counts(plans: Sequence[Plan], columns: Columns) -> dict[Cell, int]:
    counts: dict[Cell, int] = {(ALL, ALL): len(plans)}
    for plan in plans:
        for cell in cells_of(plan, columns):
            if cell != (ALL, ALL):
                counts[cell] = counts.get(cell, 0) + 1
    return counts


def _refuse_too_many(plans: Sequence[Plan], columns: Columns, dated: Columns) -> None:
    for name, place in columns:
        groups = {cell for plan in plans for cell in cells_of(plan, ((name, place),))}
        if len(groups) > MAX_GROUPS:
            raise ValueError(f"by: {name} has {len(groups):,} different values; at most {MAX_GROUPS:,} can be summed")
    edges = {(*cell, m) for p in plans if p.is_dated for cell in cells_of(p, dated) for m in (p.start, p.end + 1)}
    if len(edges) > MAX_MONTHLY:
        most = f"at most {MAX_MONTHLY:,} can be held at once; take columns with fewer values, or leave the months out"
        raise ValueError(f"by: {len(edges):,} sums by group and month; {most} (no --json)")


def month_rows(plan_totals: PlanTotals, cell: Cell) -> list[dict[str, Any]]:
    """The months of one group in which a plan runs, with the levels of each result."""
    found = []
    for i, month in enumerate(month_names()):
        bands = {name: band[i].tolist() for name, band in plan_totals.monthly[cell].items()}
        if any(levels_[4] > 0 for levels_ in bands.values()):
            found.append({"month": month, **bands})
    return found
