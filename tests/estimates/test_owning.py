"""What owning a load costs in a year, against the published breakdown that the method takes its lives from."""

import re

import numpy as np
import pytest

from dashboard import compare, passports
from dashboard.compare_chain import year_cost_of
from dashboard.core import money
from dashboard.estimates import estimate, read_ask
from dashboard.estimates.chains import OWNING
from dashboard.estimates.estimate import quantiles
from dashboard.estimates.owning import CHIP_HOUR, EMBODIED, PARTS, TOTAL, carbon_texts, chip_hour_text, owned
from dashboard.units import magnitude, quantity

SERVERS_AND_NETWORK, HALLS, RUNNING = 26.1, 11.8, 0.9  # billion dollars a gigawatt of IT, as Epoch AI breaks 37.9 down


def _cost(text, catalog, **settings):
    answer = estimate(read_ask(text, catalog, settings=settings), catalog)
    return answer, owned(answer, catalog)


@pytest.mark.parametrize(("life", "published"), [(5, 8.5), (3, 12), (7, 7)])
def test_the_published_breakdown_is_met(life, published, catalog):
    """With our cost of capital and life of buildings its 37.9 billion dollars make its own totals of a year."""
    rate = quantity(catalog.parameter("cost_of_capital").central, "fraction")
    years = quantity(catalog.parameter("building_life").central, "year")
    equipment = money.yearly_capital(quantity(SERVERS_AND_NETWORK, "billion USD"), quantity(life, "year"), rate)
    halls = money.yearly_capital(quantity(HALLS, "billion USD"), years, rate)

    assert magnitude(equipment + halls, "billion USD") + RUNNING == pytest.approx(published, rel=0.015)


def test_interest_and_a_short_life_cost_more():
    """Paid back over its life, a sum costs more than itself; without interest it would cost just that."""
    amount, five = quantity(100.0, "USD"), quantity(5.0, "year")
    yearly = [magnitude(money.yearly_capital(amount, five, quantity(i, "fraction")), "USD") for i in (1e-9, 0.05, 0.1)]

    assert yearly[0] == pytest.approx(20)
    assert yearly[0] < yearly[1] < yearly[2]
    assert yearly[2] == pytest.approx(100 / sum(1.1**-year for year in range(1, 6)))  # worth the sum on its first day


@pytest.mark.parametrize("text", ["100000 H100", "30 GW", "38 billion USD over 7 years", "1.4 trillion USD"])
def test_parts_make_the_whole_in_each_draw(text, catalog):
    """Never percentiles of parts; the bill is the estimate's own, and electricity the smaller part of the cost."""
    answer, cost = _cost(text, catalog)
    parts = [magnitude(cost.results[name], "USD") for name in PARTS]

    assert np.allclose(sum(parts), magnitude(cost.results[TOTAL], "USD"))
    assert np.array_equal(magnitude(cost.results["electricity_cost"], "USD"), answer.results["electricity_cost"].m)
    assert quantiles(cost.electricity_share.m_as(""))[4] < 0.15
    ends = [level for _, levels in cost.levels.values() for level in levels]
    assert all(np.isfinite(ends))
    names = ["yearly_it", "yearly_building", "yearly_running", TOTAL, CHIP_HOUR, EMBODIED]
    assert [step.name for step in cost.steps] == [name for name in names if name in cost.results]


def test_an_assumption_of_the_cost_is_set_by_hand_like_any_other(catalog):
    """A life of three years raises the cost and no watt, and is told where it was set."""
    usual, cost = _cost("1 GW", catalog)
    short, dearer = _cost("1 GW", catalog, it_life="3")

    assert short.quantiles("annual_energy") == usual.quantiles("annual_energy")
    assert quantiles(dearer.results[TOTAL].m)[2] > 1.2 * quantiles(cost.results[TOTAL].m)[2]
    assert "set by hand: Life of IT equipment = 3 years, where the tables have 3 / 5 / 7 years" in short.warnings
    shown = year_cost_of(short, dearer, catalog)
    assert "Set by hand, not ours: Life of IT equipment = 3 years" in shown.foot


def test_the_figure_names_all_that_it_rests_on(catalog):
    """A contract's own payment stands beside its owner's cost; the passport has every assumption and its sources."""
    answer, cost = _cost("38 billion USD over 7 years", catalog)
    shown = year_cost_of(answer, cost, catalog)
    facts = passports.facts(shown, catalog)
    rows = {row.label: row for row in shown.rows}

    assert compare.row_text(rows["What the contract pays"], "USD") == "$5.43 billion"
    assert "where the contract pays $5.43 billion. Electricity is 5.2 % (2." in shown.answer
    assert next(iter(rows)) == "Cost of a year"
    names = {row["label"] for row in facts["assumptions"]}
    assert {catalog.parameter(name).name for name in (*OWNING, "capex_per_it_power")} <= names
    assert {"Cost of a year", "CO₂ of making it, once"} <= {line["label"] for line in facts["formulas"]}
    assert "Payments of one year" in facts["not_this"][0]
    assert any("not independent of them" in text for text in facts["not_this"])
    assert "not independent of them" in shown.foot
    assert "not independent" not in year_cost_of(*_cost("1 GW", catalog), catalog).foot
    assert not any("contract" in row.label for row in year_cost_of(*_cost("1 GW", catalog), catalog).rows)


def test_a_chip_hour_is_what_renting_one_costs(catalog):
    """An hour of an H100 costs its owner what it is rented for over years, 1.7 to 2.35 dollars, within our range."""
    _, cost = _cost("100000 H100", catalog)
    low, _, middle, _, high = cost.levels[CHIP_HOUR][1]

    assert low < 1.7 < 2.35 < high
    assert middle == pytest.approx(quantiles(cost.results[TOTAL].m)[2] / 100_000 / 8_760)
    assert chip_hour_text(cost).startswith("$1.5 (0.")
    assert CHIP_HOUR not in _cost("1 GW", catalog)[1].levels
    assert chip_hour_text(_cost("1 GW", catalog)[1]) == ""


def test_the_carbon_of_making_a_load_is_a_part_of_its_life(catalog):
    """On the mean US grid it is what some months of running emit: in the middle 5 to 15 % of five years."""
    _, cost = _cost("100000 H100", catalog)
    years = quantiles(cost.years_of_running.m_as(""))

    assert 0.05 * 5 < years[2] < 0.15 * 5
    made, time = carbon_texts(cost)
    assert made.startswith("0.16 Mt (0.06")
    assert re.fullmatch(r"5\.\d months \(2\.\d–1\d\)", time)
    assert re.fullmatch(
        r"6\.\d years \(2\.\d–1\d\)", carbon_texts(_cost("100000 H100", catalog, grid_intensity="30")[1])[1]
    )
    assert carbon_texts(_cost("100000 H100", catalog, grid_intensity="0")[1]) == (made, "")
