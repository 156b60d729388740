"""How often results are above an amount: by hand, in any unit, never for what is the amount itself; on every exit."""

import json
import re

import pytest
from click.testing import CliRunner

from dashboard.__main__ import main
from dashboard.catalog import SHIPPED
from dashboard.estimates import estimate, read_ask
from dashboard.estimates.limits import limit, shares_above
from dashboard.web import create_app
from dashboard.web.pages import convert


@pytest.fixture(scope="module")
def answer(catalog):
    """What 100,000 H100 are."""
    return estimate(read_ask("100000 H100", catalog), catalog)


def test_the_ends_of_a_range_hold_what_they_say(answer):
    """Above the 95th percentile lies one outcome in twenty, above the median half."""
    low, _, middle, _, high = answer.quantiles("facility_peak")
    for end, share in ((low, 0.95), (middle, 0.5), (high, 0.05)):
        assert shares_above(answer, limit(f"{end:.6f} MW"))["facility_peak"] == pytest.approx(share, abs=0.015)


def test_only_what_has_the_dimension_is_held_against_it(answer):
    """A power against the powers in any unit alike, dollars against dollars; less is never above more often."""
    powers, more, dollars = (shares_above(answer, limit(text)) for text in ("150 MW", "200 MW", "$5bn"))

    assert list(powers) == ["it_rated", "it_average", "facility_peak", "facility_average", "grid_connection"]
    assert list(dollars) == ["electricity_cost", "capex"]
    assert powers == shares_above(answer, limit("0.15 GW"))
    assert all(more[name] <= share for name, share in powers.items())
    assert powers["it_rated"] < powers["facility_peak"] < powers["grid_connection"]


def test_the_amount_itself_is_not_above_it(catalog):
    """30 GW of facility power are never more than 30 GW, and always more than a little less."""
    answer = estimate(read_ask("30 GW", catalog, basis="facility"), catalog)

    assert shares_above(answer, limit("30 GW"))["facility_peak"] == 0
    assert shares_above(answer, limit("29.999 GW"))["facility_peak"] == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("400k GB200", r'above: must be a power or dollars such as "150 MW" or "\$3bn", got "400k GB200"'),
        ("$38bn over 7 years", "above: must be a power or dollars"),
        ("5–6 GW", "above: .*got a range"),
        ("1 TWh", "above: .*an energy is no capacity"),
        ("", "above: .*got nothing"),
        ("x" * 10_000, "above: .*at most 200 characters"),
    ],
)
def test_what_is_no_limit_is_refused_in_one_line(text, told):
    """The line names the box, what was expected and what was got."""
    with pytest.raises(ValueError, match=told):
        limit(text)


def test_command_interface_and_page_say_the_same(answer, catalog):
    """The share that the command prints is that of the interface and of the page; none speaks of it unasked."""
    share = shares_above(answer, limit("150 MW"))["facility_peak"]
    runner, client = CliRunner(), create_app(SHIPPED).server.test_client()
    words = ["estimate", "100000 H100", "--above", "150 MW"]
    told = json.loads(runner.invoke(main, [*words, "--json"]).stdout)["above"]
    asked = client.get("/api/estimate?text=100000+H100&above=150+MW").get_json()
    page = convert.render(catalog, convert.choose({"text": "100000 H100", "above": "150 MW"}), {})

    assert told == asked["above"]
    assert (told["value"], told["unit"], told["shares"]["facility_peak"]) == (150, "MW", share)
    assert re.search(rf"\n  Facility peak +{100 * share:.0f} %\n", runner.invoke(main, words).stdout)
    assert "above" not in client.get("/api/estimate?text=100000+H100").get_json()
    assert any(f"facility peak ', Strong(children='{100 * share:.0f} %'" in str(part) for part in page)


@pytest.mark.parametrize("words", [["100000 H100", "--above", "5–6 GW"], ["100000 H100", "--above", ""]])
def test_a_wrong_limit_is_exit_1(words):
    """As every input that cannot be read; with a list of plans it is wrong usage."""
    done = CliRunner().invoke(main, ["estimate", *words])

    assert done.exit_code == 1
    assert done.stderr.startswith("error: above: ")
    assert CliRunner().invoke(main, ["estimate", "--file", "plans.csv", "--above", "1 GW"]).exit_code == 2
