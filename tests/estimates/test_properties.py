"""Laws that hold for every ask: the same answer in any unit, more gives more, levels ascend, doubts add up."""

import dataclasses
import functools
import pickle
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.catalog import load
from dashboard.core.draws import Draws, strata
from dashboard.core.spread import Spread
from dashboard.estimates import Ask, estimate, read_ask
from dashboard.estimates.estimate import RESULT_UNITS, _of_factors, levels, quantiles, quick_levels, sector_energy
from dashboard.estimates.inputs import parameter_factor
from dashboard.estimates.report import as_text, steps_apart, what_would_change
from dashboard.units import DimensionError, Quantity, magnitude, quantity

FEW = settings(max_examples=25, deadline=None)
BASES = st.sampled_from(["it", "facility", "grid", "unknown"])
SMALL = Draws(count=256)
shipped = functools.cache(load)  # no fixture: hypothesis would print all of it beside a failing example


@given(st.integers(1, 5000), BASES)
@FEW
def test_the_same_answer_in_any_unit(gigawatts, basis):
    """N GW, N thousand MW and N million kW are one load."""
    texts = (f"{gigawatts} GW", f"{gigawatts * 1000} MW", f"{gigawatts * 1_000_000} kW")
    peaks = [
        estimate(read_ask(text, shipped(), basis=basis), shipped(), SMALL).quantiles("facility_peak") for text in texts
    ]

    assert peaks[1] == pytest.approx(peaks[0])
    assert peaks[2] == pytest.approx(peaks[0])


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.sampled_from(["H100", "GB200", "TPU v7", "V100", "MI300X"]))
@FEW
def test_more_chips_draw_more(few, more, chip):
    """For one kind of chip beyond one system, more chips have a larger load in every level."""
    few, more = sorted((few + 1000, few + 1000 + more))
    low, high = (estimate(read_ask(f"{n} {chip}", shipped()), shipped(), SMALL) for n in (few, more))

    for name in ("it_rated", "facility_peak", "annual_energy", "emissions"):
        assert all(a < b for a, b in zip(low.quantiles(name), high.quantiles(name), strict=True))


@given(st.integers(1, 10**5), BASES)
@FEW
def test_levels_ascend_and_the_chain_is_ordered(megawatts, basis):
    """The five levels ascend; average <= peak <= connection, and IT <= facility, in every draw."""
    answer = estimate(read_ask(f"{megawatts} MW", shipped(), basis=basis), shipped(), SMALL)
    r = {
        name: np.broadcast_to(value.m_as("MW"), (256,))
        for name, value in answer.results.items()
        if value.check("[power]")
    }

    for name in answer.results:
        assert list(answer.quantiles(name)) == sorted(answer.quantiles(name))
    assert (r["it_average"] <= r["facility_average"]).all()
    assert (r["facility_average"] <= r["facility_peak"]).all()
    assert (r["facility_peak"] <= r["grid_connection"] * (1 + 1e-12)).all()


@given(st.floats(0.01, 0.98), st.floats(0.01, 0.98), st.floats(0.01, 0.98))
def test_a_spread_hits_its_three_levels(first, second, third):
    """Both shapes go through low, central and high at the 5th, 50th and 95th percentile."""
    low, central, high = sorted((first, second, third))
    ends = [Quantity(value, "") for value in (low, central, high)]
    for shape in ("split-lognormal", "split-logit-normal"):
        at = Spread(*ends, shape).at(np.array([-1.6448536269514722, 0.0, 1.6448536269514722])).m

        np.testing.assert_allclose(at, [low, central, high], rtol=1e-9)


@given(st.lists(st.floats(1e-3, 1e6), min_size=20, max_size=200))
def test_quick_levels_are_levels(values):
    """The quick levels differ from the exact ones by no more than a few parts in 65,535 of the range."""
    row = np.array([values])

    assert np.abs(quick_levels(row) - levels(row)).max() <= 3 * np.ptp(row) / 65_535 + 1e-9


STANDARD = [("100000 H100", "it"), ("30 GW", "facility"), ("30 GW", "unknown"), ("38 billion USD over 7 years", "it")]


@pytest.mark.parametrize(("text", "basis"), STANDARD)
def test_another_seed_changes_little(catalog, text, basis):
    """From seed to seed both ends of every result change by less than 0.5 % (root mean square)."""
    ask = read_ask(text, catalog, basis=basis)
    answers = [estimate(ask, catalog, Draws(seed=s)) for s in range(16)]

    for name in answers[0].results:
        ends = np.array([answer.quantiles(name) for answer in answers])[:, [0, 4]]
        assert ((ends / ends.mean(axis=0)).std(axis=0) < 0.005).all(), name


@pytest.mark.parametrize(("text", "basis"), [*STANDARD[:2], STANDARD[3], ("30 GW", "grid"), ("1.4 trillion USD", "it")])
def test_levels_are_those_of_many_draws(catalog, text, basis):
    """What is told of 4,096 draws is what 65,536 sorted draws show: the factor averaged over is independent."""
    ask = read_ask(text, catalog, basis=basis)
    few, many = estimate(ask, catalog), estimate(ask, catalog, Draws(count=65_536))

    for name, value in many.results.items():
        assert few.quantiles(name) == pytest.approx(quantiles(magnitude(value, RESULT_UNITS[name])), rel=0.01), name


@pytest.mark.parametrize(
    "changes", [{"item": "site a"}, {"overrides": {"model_error": Spread.fixed(Quantity(1.0, ""))}}]
)
def test_an_item_and_a_sure_factor_keep_to_the_draws(catalog, changes):
    """What a list adds up, and what has no doubt to average over, has the percentiles of its draws."""
    answer = estimate(dataclasses.replace(read_ask("100000 H100", catalog), **changes), catalog)

    assert answer.quantiles("annual_energy") == tuple(levels(answer.results["annual_energy"].m_as("TWh")))


def test_a_linked_factor_is_not_averaged_over(catalog):
    """Where tables tie another factor to the model error, averaging over it alone would leave out what they share."""
    tied = dataclasses.replace(catalog.parameter("draw_ratio"), linked_quantity="model_error", linked_correlation=0.9)
    tables = dataclasses.replace(catalog, parameters={**catalog.parameters, tied.parameter_id: tied})
    answer = estimate(read_ask("100000 H100", tables), tables)

    assert answer.quantiles("annual_energy") == tuple(levels(answer.results["annual_energy"].m_as("TWh")))


@pytest.mark.parametrize(
    ("text", "ends"), [("100000 H100", "0.78 and 1.28"), ("38 billion USD over 7 years", "6.5 and 14.5 million USD/MW")]
)
def test_the_ends_of_what_decides_most_are_those_of_the_table(catalog, text, ends):
    """An assumption is no estimate: its ends are not rounded as one."""
    assert f" at its two ends, {ends}" in what_would_change(estimate(read_ask(text, catalog), catalog))


@pytest.mark.parametrize("text", ["38 billion USD over 7 years", "100000 H100"])
def test_dear_gigawatts_go_with_thirsty_chips(catalog, text):
    """What a gigawatt costs is linked by 0.3 to a chip's power, also where a contract names no chip."""
    sure = {"model_error": Spread.fixed(Quantity(1.0, ""))}
    found = estimate(dataclasses.replace(read_ask(text, catalog), overrides=sure), catalog).results
    power = np.log((found["it_rated"] / found["chips"]).m)
    cost = np.log((found["capex"] / found["it_rated"]).m)

    assert np.corrcoef(power, cost)[0, 1] == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize(("rho", "low", "high"), [(0.0, 5.6, 6.4), (0.6, 4.9, 7.0), (1.0, 4.6, 7.3)])
def test_ten_sites_are_as_wide_as_their_correlation(catalog, rho, low, high):
    """Ten sites of 1 GW average 5.6-6.4 GW if independent, 4.9-7.0 at 0.6 and 4.6-7.3 if all move together."""
    rows = {
        name: dataclasses.replace(row, correlation=rho) if row.quantity in ("mature_load", "draw_ratio") else row
        for name, row in catalog.parameters.items()
    }
    tables = dataclasses.replace(catalog, parameters=rows)
    sure = {"peak_overhead": Spread.fixed(Quantity(0.30, "")), "overhead_ratio": Spread.fixed(Quantity(0.5, ""))}

    def average(i):
        ask = Ask("power", quantity(1.0, "GW"), None, "facility", (0.0, 1.0, 0.0), item=f"site {i}", overrides=sure)
        return estimate(ask, tables).results["facility_average"].m_as("GW")

    q05, q95 = np.quantile(sum(average(i) for i in range(10)), (0.05, 0.95))

    assert q05 == pytest.approx(low, abs=0.06)
    assert q95 == pytest.approx(high, abs=0.06)


def test_a_formula_refuses_the_wrong_dimension(catalog):
    """A power given as capital is refused by name."""
    with pytest.raises(DimensionError, match=r"amount must be \[currency\], got 1 GW"):
        estimate(Ask("capex", quantity(1.0, "GW")), catalog)


def test_shares_of_the_variance_add_to_one(catalog):
    """The tornado of every kind of ask names each doubt, with ends on both sides, and its shares add to 1."""
    for text in ("100000 H100", "30 GW", "38 billion USD over 7 years", "1.4 trillion USD"):
        rows = estimate(read_ask(text, catalog), catalog).assumptions

        assert sum(row.share for row in rows) == pytest.approx(1)
        assert rows[0].share == max(row.share for row in rows)
        assert rows[0].at_low != rows[0].at_high


def test_shares_of_a_contract_are_of_the_whole_variance(catalog):
    """Two ways and two linked prices: the load's share is its own variance over that of the draws; the prices lead."""
    answer = estimate(read_ask("38 billion USD over 7 years", catalog), catalog)
    shares = {row.factor.name: row.share for row in answer.assumptions}
    load = next(factor for factor in answer.factors if factor.name == "mature_load")
    whole = np.log(answer.results["annual_energy"].m).var()

    assert sum(shares.values()) == pytest.approx(1)
    assert shares["mature_load"] == pytest.approx(np.log(load.spread.at(strata(4096)).m).var() / whole, rel=0.05)
    assert [row.factor.name for row in answer.assumptions[:2]] == ["contract_revenue", "chip_price"]
    assert 0.4 < shares["contract_revenue"] + shares["chip_price"] < 0.51  # between what they do first and in all


@pytest.mark.parametrize(("r", "a", "b"), [(0.6, 1.0, 2.0), (-0.5, 3.0, 1.0), (0.8, -1.0, 0.5)])
def test_linked_shares_are_the_shapley_values_of_a_sum(catalog, r, a, b):
    """Of a x + b y with a correlation r each has its own variance, r a b, and half of what the other tells of it.

    From the definition: the mean of what a factor takes away as the first and as the last that becomes known.
    """
    price, revenue = (parameter_factor(catalog.parameter(name), {}) for name in ("chip_price", "contract_revenue"))
    row = dataclasses.replace(price.row, linked_quantity="contract_revenue", linked_correlation=r)
    effects = np.outer([a, b], strata(40)) / strata(40).std()
    whole, known = a * a + b * b + 2 * r * a * b, ((a + r * b) ** 2, (b + r * a) ** 2)
    expected = [(known[i] + whole - known[1 - i]) / 2 for i in (0, 1)]

    found = _of_factors([dataclasses.replace(price, row=row), revenue], effects)

    assert found == pytest.approx(expected)


def test_a_link_between_prices_is_part_of_their_shares(catalog):
    """Without the link of the two prices both count for less."""
    rows = {key: dataclasses.replace(row, linked_correlation=None) for key, row in catalog.parameters.items()}
    free = dataclasses.replace(catalog, parameters=rows)

    def prices(of):
        answer = estimate(read_ask("38 billion USD over 7 years", of), of)
        return sum(row.share for row in answer.assumptions if row.factor.name in ("contract_revenue", "chip_price"))

    assert prices(catalog) > prices(free)


@pytest.mark.parametrize("count", [512, 4096, 16_384])
def test_the_median_of_two_readings_is_one_of_them(count, catalog):
    """Half of the odds leave an announcement as it is: so does its median, however many draws there are."""
    answer = estimate(read_ask("30 GW", catalog), catalog, Draws(count=count))

    for name in ("facility_peak", "it_rated"):
        assert quantiles(answer.results[name].m_as("GW"))[2] == pytest.approx(30)


def test_what_is_given_is_not_worked_out_again(catalog):
    """No step makes the capital that was asked about from the IT power that was made from it."""
    answer = estimate(read_ask("1.4 trillion USD", catalog), catalog)

    assert answer.is_given("capex")
    assert "capex" not in {step.name for step in answer.steps}
    assert "capex" in {step.name for step in estimate(read_ask("30 GW", catalog), catalog).steps}


@pytest.mark.parametrize(("gigawatts", "told"), [(40, False), (80, False), (120, True)])
def test_more_than_all_data_centers_is_told_of_the_median(catalog, gigawatts, told):
    """80 GW, whose upper end alone is above what all data centers of the world use, are not called too much."""
    answer = estimate(read_ask(f"{gigawatts} GW", catalog, basis="facility"), catalog)
    most = sector_energy(catalog)
    _, _, middle, _, high = answer.quantiles("annual_energy")

    assert (middle > most) is told
    assert (high > most) is (gigawatts >= 80)
    assert any("all data centers" in warning for warning in answer.warnings) is told


def test_steps_that_end_elsewhere_say_why(catalog):
    """Of a contract of one year the middles make more than the median of the draws; of one of seven years the same."""
    short, long = (estimate(read_ask(f"1 billion USD over {term}", catalog), catalog) for term in ("1 year", "7 years"))

    assert re.fullmatch(r"Each .* makes 0\.8\d+ TWh; the answer is .*, 0\.7\d+ TWh\.", steps_apart(short))
    assert steps_apart(short) in as_text(short, catalog)
    assert steps_apart(long) == ""


@pytest.mark.parametrize("text", ["100000 H100", "30 GW", "38 billion USD over 7 years"])
def test_an_answer_travels(text):
    """An answer sent through a pickle is the same answer; as an object it can be compared, kept in a set and shown."""
    answer = estimate(read_ask(text, shipped()), shipped())
    sent = pickle.loads(pickle.dumps(answer))  # noqa: S301

    assert [sent.quantiles(name) for name in sent.results] == [answer.quantiles(name) for name in answer.results]
    assert sent.assumptions == answer.assumptions
    assert sent.steps == answer.steps
    assert answer in {answer}
    assert answer != sent
    assert len(repr(answer)) < 10_000
