import dataclasses
import hashlib
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from dashboard.core.draws import COLUMNS, Draws, choice, combined
from dashboard.estimates import estimate, read_ask
from dashboard.estimates.chains import OWNING


def test_same_name_is_the_same_doubt_in_any_order():
    """A name gives the same draws whatever was drawn before it."""
    first, second = Draws(), Draws()
    second("something else")

    np.testing.assert_array_equal(first("load of abilene"), second("load of abilene"))


def test_another_seed_is_another_sample():
    """Two seeds give different draws for one name."""
    assert not np.array_equal(Draws(seed=1)("load"), Draws(seed=2)("load"))


@pytest.mark.parametrize(
    "name", ["draw_ratio", "draw_ratio of all", "draw_ratio of abilene", "load", "load of abilene"]
)
@pytest.mark.parametrize("count", [1000, 4096])
def test_each_stratum_comes_once(name, count):
    """The draws of a name are the normal's own quantiles, each once: mean 0, and no two alike."""
    draws = np.sort(Draws(count=count)(name))

    assert len(np.unique(draws)) == count
    assert abs(draws.mean()) < 1e-12
    assert draws.std() == pytest.approx(1, abs=0.005)


def test_many_are_the_same_as_one_by_one():
    """A block of names holds, in single precision, what each name gives alone."""
    draws = Draws()
    owners = ["a", "b", "all", ""]
    names = ["draw_ratio of a", "draw_ratio of b", "draw_ratio of all", "draw_ratio"]

    expected = np.array([draws(name) for name in names], dtype=np.float32)

    np.testing.assert_array_equal(draws.many("draw_ratio", owners), expected)


def test_doubts_of_one_chain_are_independent():
    """No two of the doubts that meet in one chain are correlated by more than 4 %, neither they nor their squares."""
    draws = Draws()
    table = np.array([draws(name) for doubt in COLUMNS for name in (doubt, f"{doubt} of all")])
    pairs = np.triu_indices(len(table), 1)

    assert np.abs(np.corrcoef(table)[pairs]).max() < 0.04
    assert np.abs(np.corrcoef(table**2)[pairs]).max() < 0.04


def test_doubts_of_many_things_are_independent():
    """Own doubts of 300 sites have the pairwise correlation of chance, 1/64, and their sum the variance of 300."""
    draws = Draws()
    table = np.array([draws(f"draw_ratio of site {i}") for i in range(300)])
    correlation = np.corrcoef(table)[np.triu_indices(300, 1)]

    assert correlation.std() == pytest.approx(1 / 64, rel=0.1)
    assert table.sum(axis=0).std() == pytest.approx(300**0.5, rel=0.05)


def test_every_quantity_of_the_tables_has_a_column():
    """Each parameter with a doubt that a chain draws is a column of the lattice, or its draws would be less even."""
    from dashboard.catalog import load

    never_drawn_in_a_chain = {*OWNING, "load_factor", "capacity_factor", "accreditation", "reserve_margin", "overlap"}
    quantities = {row.quantity for row in load().parameters.values()}

    assert quantities - never_drawn_in_a_chain <= set(COLUMNS)


def test_correlation_is_that_asked_for():
    """Two owners of one group are correlated by what was asked."""
    draws = Draws()
    first, second = (draws.shared("load", group="all", own=own, correlation=0.6) for own in ("a", "b"))

    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0.6, abs=0.03)


def test_an_item_called_like_a_group_has_doubts_of_its_own(catalog):
    """A plan with the id `all` is as doubtful as any other; it does not add what all share to itself."""
    widths = []
    for item in ("all", "operator", "region usa", "a"):
        ask = dataclasses.replace(read_ask("100000 H100", catalog), item=item)
        low, *_, high = estimate(ask, catalog).quantiles("it_average")
        widths.append(high / low)

    assert widths == pytest.approx([widths[-1]] * 4, rel=0.03)


def test_correlation_above_one_is_refused():
    """A correlation outside 0 to 1 is refused."""
    with pytest.raises(ValueError, match=r"correlation must be from 0 to 1, got 1\.5"):
        Draws().shared("load", group="all", own="a", correlation=1.5)


def test_a_combination_is_a_standard_normal_again():
    """Weighted with its complement, the spread stays 1."""
    draws = Draws()

    assert combined(draws("a"), draws("b"), -0.5).std() == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(("correlation", "alike"), [(0.0, False), (1.0, True)])
def test_correlation_of_none_and_of_one(correlation, alike):
    """At 0 each owner has its own draws, at 1 all of a group have the same."""
    draws = Draws()
    first, second = (draws.shared("load", group="all", own=own, correlation=correlation) for own in ("a", "b"))

    assert np.array_equal(first, second) == alike
    if not alike:
        np.testing.assert_array_equal(first, draws("load of a"))


def test_same_name_is_the_same_doubt_in_another_process():
    """Another interpreter, with another seed of Python's own hashes, draws the same to the last bit."""
    names = ["load", "draw_ratio of abilene", "it_power of family h100", "own name of é"]
    code = (
        "import hashlib, sys; from dashboard.core.draws import Draws; draws = Draws()\n"
        f"for name in {names[::-1]!r}: print(hashlib.sha256(draws(name).tobytes()).hexdigest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": "1"}
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, env=environment)
    draws = Draws()

    assert told.stdout.split()[::-1] == [hashlib.sha256(draws(name).tobytes()).hexdigest() for name in names]


@pytest.mark.parametrize("weights", [(0.5, 0.4, 0.1), (5, 4, 1), (0.0, 0.2, 0.8), (1.0, 0.0, 0.0)])
def test_a_choice_falls_as_its_odds(weights):
    """Of all draws each category gets its share to one in four thousand, and what has no odds is never chosen."""
    picked = choice(Draws().uniform("basis"), weights)
    shares = np.bincount(picked, minlength=3) / len(picked)

    assert shares == pytest.approx(np.array(weights) / sum(weights), abs=1 / 4000)
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"count": 0}, "count must be a whole number from 1 on, got 0"),
        ({"count": 4096.0}, "count must be a whole number from 1 on, got 4096.0"),
        ({"seed": -1}, "seed must be a whole number from 0 on, got -1"),
        ({"seed": None}, "seed must be a whole number from 0 on, got None"),
    ],
)
def test_what_makes_no_sample_is_refused(wanted, told):
    """No draws, half a draw, and a seed that would be another one each time."""
    with pytest.raises(ValueError, match=re.escape(told)):
        Draws(**wanted)
