"""Laws across the whole chain: threads do not mix scenarios, more gives more, doubts widen."""

import sys
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
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # at this pace one in five conversions by a pint context went wrong
    try:
        with ThreadPoolExecutor(max_workers=4) as pool:
            together = list(pool.map(work, range(40)))
    finally:
        sys.setswitchinterval(usual)

    assert all(found == alone[i % 4] for i, found in enumerate(together))


UP, DOWN = 1, -1
ONWARD = {"mature_load": UP, "peak_overhead": UP, "overhead_ratio": UP}
# Which way a year's energy goes when one factor of a chain is made larger. PUE is added to IT, and taken off facility.
WAYS = [
    ("100000 H100", "it", ONWARD | dict.fromkeys(("it_power", "model_error", "draw_ratio"), UP)),
    ("30 GW", "it", ONWARD),
    ("30 GW", "facility", ONWARD | {"peak_overhead": DOWN}),
    ("30 GW", "grid", ONWARD | {"peak_overhead": DOWN, "peak_over_grid": UP}),
    ("1.4 trillion USD", "it", ONWARD | {"capex_per_it_power": DOWN}),
    (
        "38 billion USD over 7 years",
        "it",
        ONWARD
        | dict.fromkeys(("accelerator_share", "ramp_loss", "it_power", "model_error"), UP)
        | dict.fromkeys(("chip_price", "contract_revenue"), DOWN),
    ),
]


@pytest.mark.parametrize(("text", "basis", "ways"), WAYS, ids=[f"{text} {basis}" for text, basis, _ in WAYS])
def test_each_assumption_moves_the_energy_its_own_way(catalog, text, basis, ways):
    """From the low to the high end of a factor all levels go up or down as they must, or stay if it has no part."""
    factors = estimate(read_ask(text, catalog, basis=basis), catalog).factors

    def energy(factor, end):
        settings = {factor.name: f"{end.m_as(factor.spread.central.u):.12f}"}
        return np.array(
            estimate(read_ask(text, catalog, basis=basis, settings=settings), catalog).quantiles("annual_energy")
        )

    for factor in factors:
        moved = energy(factor, factor.spread.high) - energy(factor, factor.spread.low)

        assert (np.sign(moved) == ways.get(factor.name, 0)).all(), factor.name


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("grid_intensity", "emissions"),
        ("site_water", "water"),
        ("power_water", "water"),
        ("electricity_price", "electricity_cost"),
        ("capex_per_it_power", "capex"),
    ],
)
def test_what_follows_from_energy_rises_with_its_factor(catalog, name, result):
    """Emissions with the grid's intensity, the bill with the price, water with either use, cost with cost per power."""
    row = catalog.parameter(name, "usa")
    low, high = (
        estimate(read_ask("100000 H100", catalog, settings={name: str(value)}), catalog).quantiles(result)
        for value in (row.low, row.high)
    )

    assert all(a < b for a, b in zip(low, high, strict=True))


@pytest.mark.parametrize(
    "texts",
    [
        ("30 GW", "30,000 MW", "30000000 kW", "0.03 TW"),
        ("400k GB200", "400,000 GB200", "400000 gb200", "0.4M GB200"),
        ("$38bn over 7 years", "38 billion USD over 7 years", "38,000 million USD for 7 years", "$0.038tn in 7 yrs"),
        ("$1.4tn", "1.4 trillion USD", "1,400 billion dollars", "US$1400bn"),
    ],
    ids=lambda texts: texts[0],
)
def test_an_amount_in_other_words_is_the_same_answer(catalog, texts):
    """Power, chips, contracts and capital: each written four ways has one set of results."""
    found = [estimate(read_ask(text, catalog), catalog) for text in texts]

    for name in found[0].results:
        assert all(one.quantiles(name) == pytest.approx(found[0].quantiles(name), rel=1e-9) for one in found), name


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ("100000 H100", "200000 H100"),
        ("30 GW", "60 GW"),
        ("$38bn over 7 years", "$76bn over 7 years"),
        ("$700bn", "$1.4tn"),
    ],
)
def test_twice_the_amount_is_twice_of_everything(catalog, text, twice):
    """Every level of every result doubles: no part of a chain has a constant beside its factors."""
    one, two = (estimate(read_ask(words, catalog), catalog) for words in (text, twice))

    for name in one.results:
        assert np.array(two.quantiles(name)) == pytest.approx(2 * np.array(one.quantiles(name))), name


@pytest.mark.parametrize("text", ["100000 H100", "30 GW", "$38bn over 7 years", "$1.4tn"])
def test_levels_ascend(catalog, text):
    """The five levels of every result are in order."""
    answer = estimate(read_ask(text, catalog), catalog)

    assert all(list(answer.quantiles(name)) == sorted(answer.quantiles(name)) for name in answer.results)


@pytest.mark.parametrize(("text", "basis"), [("100000 H100", "it"), ("30 GW", "grid"), ("$1.4tn", "it")])
def test_without_doubt_the_answer_is_the_steps(catalog, text, basis):
    """With each factor fixed at its central value no result has a width, and each is what its step shows."""
    factors = estimate(read_ask(text, catalog, basis=basis), catalog).factors
    settings = {f.name: f"{f.spread.central.m:.12f}" for f in factors}
    sure = estimate(read_ask(text, catalog, basis=basis, settings=settings), catalog)
    usual = {step.name: step.result for step in estimate(read_ask(text, catalog, basis=basis), catalog).steps}

    for name, value in sure.results.items():
        levels = sure.quantiles(name)
        assert levels[0] == pytest.approx(levels[4]), name
        if name in usual:
            assert float(np.max(value.m_as(usual[name].u))) == pytest.approx(float(usual[name].m)), name


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


@pytest.mark.parametrize("text", ["30 GW", "38 billion USD over 7 years"])
def test_ends_of_a_factor_lie_around_the_answer(catalog, text):
    """Where the reading itself is a doubt, a factor is varied in every reading, and those of one reading count too."""
    answer = estimate(read_ask(text, catalog), catalog)
    middle = answer.median("annual_energy")
    told = {row.factor.name: row for row in answer.assumptions if row.share > 0.01}

    for row in told.values():
        assert min(row.at_low, row.at_high) < middle < max(row.at_low, row.at_high), row.factor.label
    if answer.ask.kind == "contract":
        assert {"contract_revenue", "chip_price"} <= told.keys()


def test_seed_moves_the_ends_little(catalog):
    """From seed to seed the ends of the range of 30 GW move by less than half a per cent (root mean square)."""
    ask = read_ask("30 GW", catalog, basis="facility")
    ends = np.array([estimate(ask, catalog, Draws(seed=seed)).quantiles("annual_energy")[::4] for seed in range(12)])

    assert (ends.std(axis=0) / ends.mean(axis=0) < 0.005).all()


def test_same_bill_over_fewer_years_is_more_power(catalog):
    """However short the term: the ramp that is lost from it ends before the contract does."""
    terms = ("0.1 years", "1 year", "2 years", "5 years", "20 years")
    found = [estimate(read_ask(f"$1bn over {term}", catalog), catalog).quantiles("it_rated") for term in terms]

    assert np.all(np.diff(found, axis=0) < 0)
    assert np.all(np.array(found) > 0)


@pytest.mark.parametrize("chip", ["h100-sxm", "mi300a", "gb200-nvl72"])
def test_chips_to_power_and_back_are_as_many(catalog, chip):
    """The peak of 40,000 chips, announced as facility power with the chip named, is of about as many chips."""
    there = estimate(read_ask(f"40000 {chip}", catalog, settings={"model_error": "1"}), catalog)
    peak = f"{there.median('facility_peak').m_as('MW'):.6f} MW"
    back = estimate(read_ask(peak, catalog, basis="facility", chip=chip), catalog)

    assert back.median("chips").m_as("chip") == pytest.approx(40_000, rel=0.02)


def test_what_a_bill_rents_is_not_moved_by_the_error_of_the_power(catalog):
    """The error multiplies the power of a chip and no count: with a larger one as many chips are rented."""
    sure, unsure = (
        estimate(read_ask("38 billion USD over 7 years", catalog, settings={"model_error": error}), catalog)
        for error in ("1", "0.5:1:2")
    )

    assert unsure.quantiles("chips") == pytest.approx(sure.quantiles("chips"), rel=1e-9)
    assert unsure.quantiles("it_rated")[0] < sure.quantiles("it_rated")[0]


def test_the_tables_own_values_set_by_hand_change_nothing(catalog):
    """An assumption set to the three values of its row keeps its doubts: capital cost moves with the power."""
    row = catalog.parameter("it_power", "h100-sxm").spread
    same = ":".join(f"{end.m:g}" for end in (row.low, row.central, row.high))
    plain, by_hand = (
        estimate(read_ask("100000 H100", catalog, settings=settings), catalog) for settings in ({}, {"it_power": same})
    )

    for name in plain.results:
        assert by_hand.quantiles(name) == pytest.approx(plain.quantiles(name), rel=1e-9)


def test_one_chip_more_than_a_system_is_no_less_power(catalog):
    """What joins systems comes on top of them: from a full box or rack to a cluster the power never falls."""
    fallen = []
    for chip in catalog.accelerators.values():
        if chip.chips_per_system and (chip.tdp is not None or chip.system_power is not None):
            full, more = (
                estimate(read_ask(f"{chip.chips_per_system + joined:.0f} {chip.chip_id}", catalog), catalog)
                for joined in (0, 1)
            )
            if more.median("it_rated") < full.median("it_rated"):
                fallen.append(chip.chip_id)

    assert fallen == []
