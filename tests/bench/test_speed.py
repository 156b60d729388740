"""Times beside a NumPy floor of the same arithmetic, in one run so that the load of the machine cancels."""

import random
import resource
import time
from datetime import date

import numpy as np
import pytest

from dashboard.estimates import estimate, read_ask
from dashboard.estimates.ledger import openai_ledger
from dashboard.estimates.plans import estimate_plans
from dashboard.estimates.plans_read import read_plans
from dashboard.estimates.series import GROUPINGS, timeline

DRAWS = 4096
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def floor_of_an_estimate(strata, generator):
    """What one estimate from chips costs in plain NumPy: 12 permuted normals, 12 factors, 12 products, 12 quantiles."""
    factors = [np.exp(np.where(z < 0, 0.2, 0.3) * z) for z in (generator.permutation(strata) for _ in range(12))]
    results, value = [], np.full(DRAWS, 139.0)
    for factor in factors:
        value = value * factor
        results.append(value)
    return [np.quantile(result, LEVELS) for result in results]


def _answer(ask, catalog):
    answer = estimate(ask, catalog)
    return [answer.quantiles(name) for name in answer.results]


def _best(work, rounds=30):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.parametrize("text", ["100000 H100", "30 GW", "38 billion USD over 7 years"])
def test_one_estimate(benchmark, catalog, text):
    """One estimate with all its levels takes at most 5 ms and 3 times its floor."""
    ask = read_ask(text, catalog)
    strata, generator = np.sort(np.random.default_rng(1).standard_normal(DRAWS)), np.random.default_rng(2)
    floor = _best(lambda: floor_of_an_estimate(strata, generator))
    ours = _best(lambda: _answer(ask, catalog))
    benchmark.extra_info |= {"floor_ms": 1e3 * floor, "ratio": ours / floor}
    benchmark(_answer, ask, catalog)

    assert ours <= 0.005
    assert ours <= 3 * floor


def test_all_sites(benchmark, catalog):
    """All shipped sites, series and totals take at most a second; the ledger at most a quarter of one."""

    def everything():
        seen = timeline(catalog, date(2026, 11, 24))
        return [seen.by(grouping) for grouping in GROUPINGS]

    benchmark.pedantic(everything, rounds=5, warmup_rounds=1)

    assert _best(everything, 3) <= 1.0
    assert _best(lambda: openai_ledger(catalog), 3) <= 0.25


def _plans(count):
    chance = random.Random(1)  # noqa: S311 - no secret
    rows = ["id,power,unit,power_basis,chip,chip_count,operator,country,start,end\n"]
    for i in range(count):
        operator, start = (
            f"operator {chance.randint(1, 20)}",
            f"{chance.randint(2024, 2031)}-{chance.randint(1, 12):02}",
        )
        if chance.random() < 0.6:
            size = f"{chance.randint(5, 900)},MW,{chance.choice(['it', 'facility', 'grid', 'unknown'])},,"
        else:
            size = f",,,{chance.choice(['H100', 'GB200', 'TPU v7', 'Trainium2'])},{chance.randint(100, 99_000)}"
        rows.append(f"s{i},{size},{operator},usa,{start},\n")
    return "".join(rows).encode()


def floor_of_plans(count):
    """What a list costs in plain NumPy: 8 own normals, 8 factors and 16 sums a row, in single precision."""
    generator = np.random.default_rng(1)
    strata = np.sort(generator.standard_normal(DRAWS)).astype(np.float32)
    total = np.zeros(DRAWS)
    for _ in range(count):
        value = np.full(DRAWS, 100.0, dtype=np.float32)
        for _ in range(8):
            z = generator.permutation(strata)
            value = value * np.exp(np.where(z < 0, np.float32(0.2), np.float32(0.3)) * z)
        for _ in range(16):
            total += value
    return total


def test_a_hundred_thousand_plans(benchmark, catalog):
    """100,000 rows of 4,096 draws by operator and month take at most 60 s and 2 GB; the cost is linear in rows."""
    many, quarter = (read_plans(_plans(count), catalog) for count in (100_000, 25_000))
    start = time.perf_counter()
    estimate_plans(quarter, catalog, by=("operator",), keep_rows=False)
    short = time.perf_counter() - start
    start = time.perf_counter()
    floor_of_plans(1_000)
    floor = 100 * (time.perf_counter() - start)
    found = benchmark.pedantic(
        estimate_plans, args=(many, catalog), kwargs={"by": ("operator",), "keep_rows": False}, rounds=1
    )
    took = benchmark.stats.stats.max
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    benchmark.extra_info |= {"floor_s": floor, "ratio": took / floor, "linear": took / (4 * short), "peak_gb": peak}

    assert len(found.monthly) == 21
    assert took <= 60
    assert took <= 5 * short
    assert peak <= 2


def test_a_hundred_thousand_plans_on_a_cluster(benchmark, catalog, monkeypatch):
    """Two single-thread workers take at most 1.3 times as long as this process, and give the same digits."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setenv("PYTHONPATH", ".")
    many = read_plans(_plans(100_000), catalog)
    start = time.perf_counter()
    here = estimate_plans(many, catalog, by=("operator",), keep_rows=False)
    alone = time.perf_counter() - start
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        there = benchmark.pedantic(
            estimate_plans,
            args=(many, catalog),
            kwargs={"by": ("operator",), "keep_rows": False, "client": client},
            rounds=1,
        )
    took = benchmark.stats.stats.max
    benchmark.extra_info |= {"here_s": alone, "ratio": took / alone}

    assert there.levels == here.levels
    assert took <= 1.3 * alone
