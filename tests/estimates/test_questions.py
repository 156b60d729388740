"""Each question is asked of one kind of load; one test for each thing that must never happen (design section 5)."""

import csv

import numpy as np
import pytest

from dashboard import compare
from dashboard.core import power
from dashboard.core.draws import Draws
from dashboard.core.pairing import PairingError
from dashboard.estimates import estimate, read_ask
from dashboard.estimates import questions as ask
from dashboard.estimates.estimate import levels
from dashboard.estimates.ledger import openai_ledger
from dashboard.estimates.planned import planned
from dashboard.units import Quantity, quantity


@pytest.fixture(scope="module")
def thirty(catalog):
    """30 GW of facility power, on no grid."""
    return ask.loads(estimate(read_ask("30 GW", catalog, basis="facility"), catalog), catalog)


@pytest.fixture(scope="module")
def texan(catalog):
    """1 GW of facility power in Texas."""
    return ask.loads(estimate(read_ask("1 GW", catalog, basis="facility"), catalog), catalog, ["ercot"])


def test_thirty_gigawatts_are_half_of_italy(thirty, catalog):
    """158 TWh are 51 % of what Italy uses (39 to 63), for scale only (method, example 7)."""
    found = ask.share_of_energy(thirty["energy"], catalog.grids["ita"])

    assert found.levels[0] == pytest.approx(39, rel=0.05)
    assert found.levels[2] == pytest.approx(51, rel=0.05)
    assert found.levels[4] == pytest.approx(63, rel=0.05)
    assert found.for_scale_only
    assert "for scale only" in found.sentence


def test_thirty_gigawatts_at_the_peak(thirty, catalog):
    """22 GW in the highest hour are 2.9 % of the record of the Lower 48 (method, example 9)."""
    found = ask.strain_on_peak(thirty["peak"], catalog.grids["us-lower48"])

    assert found.levels[2] == pytest.approx(2.9, rel=0.05)


@pytest.mark.parametrize(
    ("text", "most"), [("30 GW", 0.005), ("38 billion USD over 7 years", 0.005), ("400k GB200", 0.01)]
)
def test_a_year_averages_less_than_its_highest_hour(catalog, text, most):
    """A fuller hall has a higher peak: average over highest hour spreads as load factors do, and hardly exceeds 1."""
    found = ask.loads(estimate(read_ask(text, catalog), catalog), catalog)
    factor = (found["average"].value / found["peak"].value).m_as("")
    published = catalog.parameter("load_factor")

    assert np.mean(factor > 1) < most
    assert np.quantile(factor, 0.5) == pytest.approx(published.central, abs=0.08)
    assert np.quantile(factor, 0.95) == pytest.approx(published.high, abs=0.02)


@pytest.mark.parametrize("basis", ["unknown", "it", "facility"])
def test_another_seed_changes_a_highest_hour_little(catalog, basis):
    """From seed to seed every level changes by less than 0.4 % (root mean square)."""
    asked = read_ask("30 GW", catalog, basis=basis)
    answers = (ask.loads(estimate(asked, catalog, Draws(seed=s)), catalog)["peak"] for s in range(12))
    found = np.array([levels(answer.value.m_as("GW")) for answer in answers])

    assert ((found / found.mean(axis=0)).std(axis=0) < 0.004).all()


def test_sites_together_average_less_than_their_highest_hours(plans_in_time, catalog):
    """In no draw is the average of all planned sites above the sum of their highest hours."""
    everything = plans_in_time.of("total", "all sites")
    total, highest_hour = planned(everything, plans_in_time, "2030-12", catalog)

    assert (total.results["facility_average"] < highest_hour).all()


def test_thirty_gigawatts_in_reactors(thirty, catalog):
    """20 reactors of 1 GW make the energy (15 to 24), not 30 (method, example 8)."""
    found = ask.plants_for_energy(thirty["average"], "nuclear", catalog)

    assert found.levels[0] == pytest.approx(15_000, rel=0.05)
    assert found.levels[2] == pytest.approx(20_000, rel=0.05)
    assert found.levels[4] == pytest.approx(24_000, rel=0.05)


def test_plants_for_adequacy_hold_the_reserve(thirty, catalog):
    """22.2 GW with 20 % reserve are 26.6 GW accredited, 28 GW of firm plant at 0.95 (method, example 9)."""
    found = ask.plants_for_adequacy(thirty["peak"], "firm", catalog)

    assert found.levels[2] == pytest.approx(26_600 / 0.95, rel=0.05)


def test_consequences_of_a_year(thirty):
    """158 TWh at 370 g are 58 Mt, at 0.3 and 4.5 L/kWh 758 GL, at $75 $11.9 billion (method, examples 7 and 10)."""
    co2 = ask.emissions(thirty["energy"], Quantity(370.0, "gCO2e/kWh"), ())
    water = ask.water(thirty["energy"], Quantity(0.3, "L/kWh"), Quantity(4.5, "L/kWh"), ())
    bill = ask.electricity_cost(thirty["energy"], Quantity(75.0, "USD/MWh"), ())

    assert co2.levels[2] == pytest.approx(58.5, rel=0.05)
    assert water.levels[2] == pytest.approx(758, rel=0.05)
    assert bill.levels[2] == pytest.approx(11.9e9, rel=0.05)


def test_households_are_counted_by_energy(thirty, catalog):
    """158 TWh are what 63 million households of 2,500 kWh use."""
    found = ask.households(thirty["energy"], catalog.equivalents["household-uk"])

    assert found.levels[2] == pytest.approx(158e9 / 2500, rel=0.05)
    assert f"What {found.levels[2] / 1e6:.0f} million typical households" in found.sentence


def test_on_its_own_grid_it_is_no_scale_only(texan, catalog):
    """A load in Texas strains the grid of Texas, and its energy is used in the United States; Italy is for scale."""
    assert not ask.strain_on_peak(texan["peak"], catalog.grids["ercot"]).for_scale_only
    assert not ask.share_of_energy(texan["energy"], catalog.grids["usa"]).for_scale_only
    assert ask.share_of_energy(texan["energy"], catalog.grids["ita"]).for_scale_only


def test_a_share_of_the_world_is_for_scale_only(texan, catalog):
    """No load hangs on the grid of the world."""
    assert ask.share_of_energy(texan["energy"], catalog.grids["world"]).for_scale_only


# --- what must never happen -------------------------------------------------------------------------------------------

WRONG = [
    *((ask.share_of_energy, "ita", kind) for kind in ("capacity", "peak", "average")),
    *((ask.strain_on_peak, "ita", kind) for kind in ("capacity", "average", "energy")),
]


@pytest.mark.parametrize(("question", "grid", "kind"), WRONG)
def test_a_wrong_pairing_is_refused(thirty, catalog, question, grid, kind):
    """Capacity beside energy, a peak beside a mean, a nameplate beside a metered peak: each is refused."""
    with pytest.raises(PairingError, match="must be asked of"):
        question(thirty[kind], catalog.grids[grid])


@pytest.mark.parametrize("kind", ["capacity", "peak", "energy"])
def test_plants_for_energy_need_an_average(thirty, catalog, kind):
    """N GW are not N reactors: plants for energy are asked of the average only."""
    with pytest.raises(PairingError, match="an average load"):
        ask.plants_for_energy(thirty[kind], "nuclear", catalog)


@pytest.mark.parametrize("kind", ["capacity", "average", "energy"])
def test_plants_for_adequacy_need_a_peak(thirty, catalog, kind):
    """Plants for adequacy are asked of the highest hour only."""
    with pytest.raises(PairingError, match="highest metered hour"):
        ask.plants_for_adequacy(thirty[kind], "firm", catalog)


@pytest.mark.parametrize("kind", ["capacity", "peak", "average"])
def test_consequences_need_an_energy(thirty, catalog, kind):
    """Households, CO₂, water and the bill are asked of a year's energy only."""
    intensity, litres, price = Quantity(1.0, "gCO2e/kWh"), Quantity(1.0, "L/kWh"), Quantity(1.0, "USD/MWh")
    questions = [
        lambda load: ask.households(load, catalog.equivalents["household-uk"]),
        lambda load: ask.emissions(load, intensity, ()),
        lambda load: ask.water(load, litres, litres, ()),
        lambda load: ask.electricity_cost(load, price, ()),
    ]
    for question in questions:
        with pytest.raises(PairingError, match="the energy of a year"):
            question(thirty[kind])


def test_a_grid_without_the_figure_is_refused(thirty, catalog):
    """Where a grid has no demand, its peak does not stand in; where it has no peak, its demand does not."""
    with pytest.raises(PairingError, match="no demand is published"):
        ask.share_of_energy(thirty["energy"], catalog.grids["ercot"])
    with pytest.raises(PairingError, match="no peak is published"):
        ask.strain_on_peak(thirty["peak"], catalog.grids["usa"])


def test_a_comparison_holds_one_dimension():
    """A figure's rows are in one unit; a capacity among energies is refused."""
    with pytest.raises(PairingError, match="capacity and energy never mix"):
        compare.estimate_row("30 GW", quantity(np.ones(9), "GW"), "TWh")


def test_overhead_is_applied_once(catalog):
    """Facility power is IT power times one overhead, and the way back takes off the same: nothing is applied twice."""
    answer = estimate(read_ask("30 GW", catalog, basis="facility"), catalog)
    pue = Quantity(1.3, "")

    round_trip = power.facility_power(power.it_of_facility(quantity(30.0, "GW"), pue), pue)

    assert round_trip.m_as("GW") == pytest.approx(30)
    np.testing.assert_allclose(answer.results["facility_peak"].m_as("GW"), 30)


def test_energy_has_overhead_as_power_has(catalog):
    """A year's energy is the facility's average times a year, so overhead is in it as it is in the power."""
    results = estimate(read_ask("100000 H100", catalog), catalog).results

    np.testing.assert_allclose(results["annual_energy"].m_as("TWh"), results["facility_average"].m_as("TW") * 8760)
    assert (results["facility_average"].m > results["it_average"].m).all()


def test_an_aggregate_is_never_added_to_its_parts(catalog):
    """No row that sums up others is in the ledger, and none is part of another."""
    parts = {link.from_id for link in catalog.links.values() if link.relation == "part of"}

    assert not [e for e in openai_ledger(catalog).entries if e.deal.aggregate]
    assert not [name for name in parts if catalog.commitments[name].aggregate]


def test_chips_alone_are_not_the_facility(catalog):
    """100,000 H100 are 70 MW of chips, 139 of IT and 181 at the meter: the answer names all but the first."""
    answer = estimate(read_ask("100000 H100", catalog), catalog)

    assert answer.quantiles("it_rated")[2] == pytest.approx(139, rel=0.05)
    assert answer.quantiles("facility_peak")[2] == pytest.approx(181, rel=0.05)


def test_every_answer_has_a_source(thirty, catalog):
    """Each answer carries the sources of the load and of what it is set beside, all of them in sources.csv."""
    found = ask.share_of_energy(thirty["energy"], catalog.grids["ita"])

    assert found.source_ids
    assert set(found.source_ids) <= set(catalog.sources)


def test_a_blank_stays_a_blank(catalog):
    """A deal without power, chips and dollars has no estimate: nothing stands in for what is not published."""
    from dashboard.estimates.deals import commitment_ask

    assert commitment_ask(catalog.commitments["openai-google-2025"], catalog) is None


def test_no_row_is_dropped_in_silence(tmp_path, catalog):
    """A list with a bad row is refused whole, with its line, not estimated without it."""
    from dashboard.catalog import DataError
    from dashboard.estimates.plans_read import read_plans

    path = tmp_path / "plans.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([["power", "unit"], ["5", "MW"], ["five", "MW"]])

    with pytest.raises(DataError, match=r"plans\.csv:3: power"):
        read_plans(path.read_bytes(), catalog)


def test_a_sentence_says_what_is_known_of_the_grid(thirty, texan, catalog):
    """Of a load whose place is not known no grid is said not to carry it; of one elsewhere it is."""
    unknown = ask.strain_on_peak(thirty["peak"], catalog.grids["ercot"]).sentence
    elsewhere = ask.share_of_energy(texan["energy"], catalog.grids["ita"]).sentence

    assert ask.NOT_PLACED in unknown
    assert ask.FOR_SCALE not in unknown
    assert ask.FOR_SCALE in elsewhere
    assert "highest hour, 22 GW" in unknown


def test_homes_are_told_in_a_sentence(thirty, catalog):
    """The name of the row stands in the plural, and its count before it."""
    assert (
        "average US homes use in a year"
        in ask.households(thirty["energy"], catalog.equivalents["household-us"]).sentence
    )


def test_the_highest_hour_is_a_step(catalog):
    """Each facility peak is followed by its highest hour, κ of it: 30 GW make 22.2 GW (method, example 9)."""
    answer = estimate(read_ask("30 GW", catalog, basis="facility"), catalog)
    steps = ask.with_highest_hour(answer, catalog)
    peak = next(i for i, step in enumerate(steps) if step.name == "facility_peak")

    assert [step for step in steps if step.name != "highest_hour"] == list(answer.steps)
    assert steps[peak + 1].result.m_as("GW") == pytest.approx(22.2)
    assert steps[peak + 1].formula == "P_pk × κ"
