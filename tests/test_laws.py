"""Laws across the whole chain: threads do not mix scenarios, more gives more, doubts widen."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dashboard.core.draws import Draws
from dashboard.estimates import estimate, read_ask, report

SCENARIOS = [
    ("100000 H100", {}),
    ("100000 H100", {"peak_overhead": "0.1"}),
    ("30 GW", {"mature_load": "0.9"}),
    ("38 billion USD over 7 years", {"chip_price": "2:3:5"}),
]


def test_four_threads_give_what_one_gives(catalog):
    """Four scenarios at once, many times over, are the same to the last digit as one by one."""

    def work(i):
        text, settings = SCENARIOS[i % 4]
        answer = estimate(read_ask(text, catalog, settings=settings), catalog)
        return report.as_json(text, answer, catalog)

    alone = [work(i) for i in range(4)]
    with ThreadPoolExecutor(max_workers=4) as pool:
        together = list(pool.map(work, range(40)))

    assert all(found == alone[i % 4] for i, found in enumerate(together))


@pytest.mark.parametrize("name", ["it_power", "draw_ratio", "peak_overhead", "overhead_ratio"])
def test_a_larger_assumption_gives_more_energy(catalog, name):
    """Energy rises with each factor of the chips chain."""
    low, high = (
        estimate(read_ask("100000 H100", catalog, settings={name: value}), catalog).quantiles("annual_energy")
        for value in ("0.4", "0.5")
    )

    assert all(a < b for a, b in zip(low, high, strict=True))


def test_a_basis_further_out_means_less_it(catalog):
    """The same GW are more IT power as IT than as facility, and least as a grid connection."""
    it, facility, grid = (
        estimate(read_ask("30 GW", catalog, basis=basis), catalog).quantiles("it_rated")[2]
        for basis in ("it", "facility", "grid")
    )

    assert it > facility > grid


def test_pue_is_taken_off_once(catalog):
    """A facility figure read back to the facility is itself."""
    answer = estimate(read_ask("30 GW", catalog, basis="facility"), catalog)

    np.testing.assert_allclose(answer.results["facility_peak"].m_as("GW"), 30, rtol=1e-12)


def test_shares_of_a_product_are_its_log_variances(catalog):
    """For chips the shares are model error 47 %, draw ratio 39 %, PUE and IT power 7 % each (method section 3)."""
    shares = {row.factor.name: row.share for row in estimate(read_ask("100000 H100", catalog), catalog).assumptions}

    assert shares["model_error"] == pytest.approx(0.47, abs=0.03)
    assert shares["draw_ratio"] == pytest.approx(0.39, abs=0.03)
    assert shares["peak_overhead"] + shares["overhead_ratio"] == pytest.approx(0.07, abs=0.02)
    assert shares["it_power"] == pytest.approx(0.07, abs=0.02)


def test_seed_moves_the_ends_little(catalog):
    """From seed to seed the ends of the range of 30 GW move by less than half a per cent (root mean square)."""
    ask = read_ask("30 GW", catalog, basis="facility")
    ends = np.array([estimate(ask, catalog, Draws(seed=seed)).quantiles("annual_energy")[::4] for seed in range(12)])

    assert (ends.std(axis=0) / ends.mean(axis=0) < 0.005).all()
