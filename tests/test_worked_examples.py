"""The worked examples of the method, section 7: central values by hand, intervals sampled there, within 4 or 5 %."""

import numpy as np
import pytest

from dashboard.estimates import Ask, estimate, read_ask
from dashboard.estimates.chains import published_state
from dashboard.estimates.deals import commitment_ask
from dashboard.estimates.inputs import Inputs, Medians
from dashboard.estimates.questions import loads, plants_for_adequacy, plants_for_energy, strain_on_peak
from dashboard.units import Quantity


def _levels(catalog, text, name, **more):
    low, _, middle, _, high = estimate(read_ask(text, catalog, **more), catalog).quantiles(name)
    return [low, middle, high]


def test_example_1_a_hundred_thousand_h100(catalog):
    """IT 139 MW, peak 134 to 238 around 181, energy 0.62 to 1.26 TWh around 0.91."""
    assert _levels(catalog, "100000 H100", "it_rated")[1] == pytest.approx(139, rel=0.04)
    assert _levels(catalog, "100000 H100", "facility_peak") == pytest.approx([134, 181, 238], rel=0.04)
    assert _levels(catalog, "100000 H100", "annual_energy") == pytest.approx([0.62, 0.91, 1.26], rel=0.04)


def test_example_1_by_hand(catalog):
    """The steps at the medians are the hand calculation: 139, 180.7, 103.9 MW, 0.910 TWh."""
    steps = {step.name: step for step in estimate(read_ask("100000 H100", catalog), catalog).steps}

    assert steps["it_rated"].result.m_as("MW") == pytest.approx(139)
    assert steps["facility_peak"].result.m_as("MW") == pytest.approx(180.7)
    assert steps["facility_average"].result.m_as("MW") == pytest.approx(103.9, rel=1e-3)
    assert steps["annual_energy"].result.m_as("TWh") == pytest.approx(0.910, rel=1e-3)
    assert steps["it_rated"].numbers == "100,000 chips × 1.39 kW × 1"


def test_example_2_one_node_has_its_own_rating(catalog):
    """Eight H100 are one box of 10.2 kW, without a cluster's network."""
    ask = read_ask("8 H100", catalog)
    rated = published_state(ask, Inputs(catalog, ask, Medians()), "it_rated")

    assert rated.m_as("kW") == pytest.approx(10.2)


@pytest.mark.parametrize(("text", "rated"), [("72 MI455X", 235), ("100000 MI450", 350_000), ("100000 MI355X", 230_000)])
def test_a_rack_of_amd_has_its_own_rating_and_a_cluster_its_network(catalog, text, rated):
    """A Helios rack has between 225 and 245 kW; 100,000 of its chips 3.5 kW each, switches and storage with them."""
    ask = read_ask(text, catalog)

    assert published_state(ask, Inputs(catalog, ask, Medians()), "it_rated").m_as("kW") == pytest.approx(rated)


@pytest.mark.parametrize(
    ("chips", "rated", "peak", "energy"),
    [("500000 Trainium2", 435, 565.5, [1.9, 2.85, 4.1]), ("1000000 Trainium2", 870, 1131, [3.8, 5.70, 8.1])],
)
def test_example_3_rainier(catalog, chips, rated, peak, energy):
    """Half a million Trainium2 are 435 MW of IT and 2.85 TWh a year, a million twice that."""
    assert _levels(catalog, chips, "it_rated")[1] == pytest.approx(rated, rel=0.04)
    assert _levels(catalog, chips, "facility_peak")[1] == pytest.approx(peak, rel=0.04)
    assert _levels(catalog, chips, "annual_energy") == pytest.approx(energy, rel=0.05)


def test_example_4_abilene(catalog):
    """403,200 GB200 are 843 MW of IT and 5.52 TWh a year (3.7 to 7.6)."""
    assert _levels(catalog, "403200 GB200", "it_rated")[1] == pytest.approx(842.7, rel=0.04)
    assert _levels(catalog, "403200 GB200", "annual_energy") == pytest.approx([3.7, 5.52, 7.6], rel=0.05)


def test_example_5_the_aws_contract(catalog):
    """$38 billion over seven years rent 500 MW of IT (304 to 793): 3.4 TWh a year (1.9 to 5.7)."""
    text = "38 billion USD over 7 years"

    assert _levels(catalog, text, "it_rated") == pytest.approx([304, 500, 793], rel=0.05)
    assert _levels(catalog, text, "annual_energy") == pytest.approx([1.9, 3.4, 5.7], rel=0.05)


def test_example_5_by_hand(catalog):
    """By chips 214,500 and 461 MW, by revenue 543 MW, pooled 500 MW."""
    steps = {step.name: step for step in estimate(read_ask("38 billion USD over 7 years", catalog), catalog).steps}

    assert steps["chips"].result.m_as("chip") == pytest.approx(214_500, rel=1e-3)
    assert steps["it_by_chips"].result.m_as("MW") == pytest.approx(461, rel=1e-3)
    assert steps["it_by_revenue"].result.m_as("MW") == pytest.approx(543, rel=1e-3)
    assert steps["it_rated"].result.m_as("MW") == pytest.approx(500, rel=1e-3)


def test_example_6_a_gigawatt_in_chips(catalog):
    """One GW holds 478,000 GB200 on the IT basis and 368,000 on the facility basis."""
    assert _levels(catalog, "1 GW", "chips", basis="it", chip="GB200")[1] == pytest.approx(478_000, rel=0.04)
    assert _levels(catalog, "1 GW", "chips", basis="facility", chip="GB200")[1] == pytest.approx(368_000, rel=0.04)


@pytest.mark.parametrize(
    ("basis", "energy"),
    [("facility", [121, 158, 196]), ("it", [155, 206, 255]), ("unknown", [128, 180, 244])],
)
def test_example_7_thirty_gigawatts(catalog, basis, energy):
    """158 TWh a year on the facility basis, 206 on the IT basis, 180 where the basis is not known."""
    assert _levels(catalog, "30 GW", "annual_energy", basis=basis) == pytest.approx(energy, rel=0.05)


def test_example_7_in_shares_and_emissions(catalog):
    """51 % of Italy's demand (39 to 63); the IT basis gives 76 Mt at 370 g."""
    answer = estimate(read_ask("30 GW", catalog, basis="facility"), catalog)
    share = (answer.results["annual_energy"] / catalog.grids["ita"].demand).to("").m
    steps = {step.name: step for step in estimate(read_ask("30 GW", catalog, basis="it"), catalog).steps}

    assert np.quantile(share, [0.05, 0.5, 0.95]) == pytest.approx([0.39, 0.51, 0.63], rel=0.05)
    assert steps["emissions"].result.m_as("MtCO2e") == pytest.approx(76, rel=0.02)


@pytest.mark.parametrize(("basis", "reactors"), [("facility", [15, 20, 24]), ("it", [19, 25.5, 32])])
def test_example_8_in_reactors(catalog, basis, reactors):
    """30 GW are the energy of 20 reactors of 1 GW on the facility basis, 25.5 on the IT basis."""
    found = loads(estimate(read_ask("30 GW", catalog, basis=basis), catalog), catalog)
    low, _, middle, _, high = plants_for_energy(found["average"], "nuclear", catalog).levels

    assert [low / 1000, middle / 1000, high / 1000] == pytest.approx(reactors, rel=0.06)


def test_example_9_at_the_peak(catalog):
    """22.2 GW at the peak (18 to 26), 2.9 % of the US record; with reserve 26.6 GW of accredited plant."""
    found = loads(estimate(read_ask("30 GW", catalog, basis="facility"), catalog), catalog)
    peak = np.quantile(found["peak"].value.m_as("GW"), [0.05, 0.5, 0.95])
    strain = strain_on_peak(found["peak"], catalog.grids["us-lower48"]).levels[2]
    firm = (
        plants_for_adequacy(found["peak"], "firm", catalog).levels[2]
        * catalog.parameter("accreditation", "firm").central
    )

    assert peak == pytest.approx([18, 22.2, 26], rel=0.05)
    assert strain == pytest.approx(2.9, rel=0.05)
    assert firm / 1000 == pytest.approx(26.6, rel=0.05)


def test_example_10_water(catalog):
    """158 TWh take 47 GL on site and 711 GL at power plants: 758 together."""
    steps = {step.name: step for step in estimate(read_ask("30 GW", catalog, basis="facility"), catalog).steps}

    assert steps["water"].result.m_as("GL") == pytest.approx(758, rel=0.01)


def test_example_12_world_cross_check(catalog):
    """30 GW of rated AI chips at a facility capacity factor of 0.61 are 160 TWh a year."""
    answer = estimate(read_ask("30 GW", catalog, basis="facility"), catalog)
    factor = (answer.results["facility_average"] / answer.results["facility_peak"]).to("").m

    assert np.quantile(factor, [0.05, 0.5, 0.95]) == pytest.approx([0.46, 0.61, 0.75], rel=0.05)


def test_money_check_of_the_claim(catalog):
    """$1.4 trillion of capital build 33 GW of IT (23 to 50)."""
    low, middle, high = _levels(catalog, "1.4 trillion USD", "it_rated")

    assert [low / 1000, middle / 1000, high / 1000] == pytest.approx([23, 33, 50], rel=0.05)


def test_story_deals_are_the_typed_ones(catalog):
    """The row of the AWS deal gives what its words give."""
    deal = commitment_ask(catalog.commitments["openai-aws-2025"], catalog, prefer="chips")
    typed = read_ask("38 billion USD over 7 years", catalog)

    assert isinstance(deal, Ask)
    assert deal.kind == typed.kind == "contract"
    assert deal.amount == typed.amount
    assert deal.term == typed.term == Quantity(7, "annum")
