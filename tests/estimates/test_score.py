from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from dashboard.catalog import SHIPPED
from dashboard.core.draws import strata
from dashboard.estimates.score import full_summary, read_pairs, score
from dashboard.estimates.score_checks import crps, pit, without_family


@pytest.fixture(scope="module")
def shipped(catalog):
    """The score of the shipped pairs."""
    cases = read_pairs(Path(SHIPPED / "pairs.csv").read_bytes())
    return full_summary(score(cases, catalog), catalog)


def test_the_bar_is_met(shipped):
    """Median error at most 9 %, bias within 5 %, 90 % intervals hold 85 to 95 %, and are at most 1.9 wide."""
    assert shipped["scored"] >= 40
    assert shipped["median_ape"] <= 0.09
    assert abs(shipped["bias"] - 1) <= 0.05
    assert 0.85 <= shipped["coverage_90"] <= 0.95
    assert shipped["median_interval_ratio"] <= 1.9


def test_a_family_never_seen_is_still_met(shipped):
    """With each family of chips left out in turn, the median error stays at most 12 % and no case is lost."""
    left_out = shipped["leave_one_family_out"]

    assert left_out["scored"] == shipped["scored"]
    assert shipped["median_ape"] < left_out["median_ape"] <= 0.12


def test_leaving_a_family_out_leaves_its_class(catalog):
    """Without the H100 family its own rows and the ratings of its boxes are gone; other families are as they were."""
    tables = without_family(catalog, "h100")

    assert tables.parameter_or_none("it_power", "h100-sxm", "h100") is None
    assert tables.accelerators["h100-sxm"].system_power is None
    assert tables.accelerators["h100-sxm"].tdp is not None
    assert tables.parameter("it_power", "gb200-nvl72") == catalog.parameter("it_power", "gb200-nvl72")
    assert tables.parameter("server_ratio", "box8") == catalog.parameter("server_ratio", "box8")


def test_the_rank_of_a_figure_is_the_share_of_our_draws_below_it(catalog):
    """1 GW stands above all that we draw for 100,000 H100, 10 MW below all, 139 MW of IT near the middle."""
    lines = [f"{power},H100,100000,{power},MW,it_rated" for power in (10, 139, 1000)]
    text = "\n".join(["case_id,chip,chip_count,power,unit,power_basis", *lines])
    low, middle, high = (row.rank for row in score(read_pairs(text.encode()), catalog).scored)

    assert (low, high) == (0, 1)
    assert 0.4 < middle < 0.6


def test_even_ranks_pass_and_piled_ranks_fail():
    """Ranks that are even have a small distance and a large chance; ranks that pile up do not."""
    even = pit(((np.arange(100) + 0.5) / 100).tolist())
    piled = pit([0.5] * 100)

    assert even["histogram"] == [10] * 10
    assert even["p"] > 0.99
    assert piled["ks"] == 0.5
    assert piled["p"] < 0.001


@pytest.mark.parametrize("off", [0.0, 0.5, -2.0])
def test_crps_is_that_of_a_lognormal(off):
    """Of exp(s z) against exp(s a): s (a (2 Phi(a) - 1) + 2 phi(a) - 1 / sqrt(pi)); if right s / sqrt(pi)."""
    normal, sigma = NormalDist(), 0.2
    found, right = crps(np.exp(sigma * strata(4096)), float(np.exp(sigma * off)))
    wanted = off * (2 * normal.cdf(off) - 1) + 2 * normal.pdf(off) - np.pi**-0.5

    assert found == pytest.approx(sigma * wanted, abs=2e-4)
    assert right == pytest.approx(sigma * np.pi**-0.5, rel=2e-3)


def test_whole_ranges_are_better_than_their_medians(shipped):
    """A range that is worth its width is less off than its median alone, and near what it would be if it were right."""
    found = shipped["crps"]
    alone = np.mean([abs(np.log1p(row["error"])) for row in shipped["cases"]])

    assert found["log_power"] < 0.9 * alone
    assert found["log_power"] == pytest.approx(found["if_right"], rel=0.2)


def test_a_file_never_seen_is_scored(catalog):
    """Free-text names match through aliases, what does not match is listed, and nothing is guessed."""
    text = (
        "case_id,chip,chip_count,power,unit,power_basis,remark\n"
        "x,NVIDIA H100 SXM5 80GB,1024,1.4,MW,it_rated,\n"
        "y,Tesla V100,9216,4.4,MW,it_busy,\n"
        "z,Nonesuch 9000,10,1,MW,unknown,\n"
        "w,GB200,100000,300,MW,grid_connection,\n"
    )
    found = full_summary(score(read_pairs(text.encode()), catalog), catalog)

    assert (found["n"], found["scored"]) == (4, 3)
    assert found["unmatched"][0]["case_id"] == "z"
    assert found["leave_one_family_out"]["scored"] == 3


def test_a_file_without_a_match_has_no_score(catalog):
    """With no case scored there is no number, and no failure."""
    text = "case_id,chip,chip_count,power,unit,power_basis\nz,Nonesuch 9000,10,1,MW,unknown\n"
    found = full_summary(score(read_pairs(text.encode()), catalog), catalog)

    assert found["median_ape"] is None
    assert found["pit"]["ks"] is None
    assert found["crps"] == {"log_power": None, "if_right": None}
