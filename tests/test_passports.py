"""Passports: each figure's formula with numbers, its inputs, its sources with tier and date, and what it is not."""

import json
import re

import pytest

from dashboard import passports
from dashboard.catalog import SHIPPED
from dashboard.units import reader_text, spread_text
from dashboard.web import create_app, packs
from dashboard.web.addresses import comparisons_at, pin_notices
from dashboard.web.pages import PAGES, deals, plans
from dashboard.web.pins import pinned
from dashboard.web.sentences_plans import MONTH

FIGURES = [figure for page in PAGES for figure in page.FIGURES]


@pytest.fixture(scope="module")
def client():
    """A client of a dashboard on the shipped tables."""
    return create_app(SHIPPED).server.test_client()


@pytest.fixture(scope="module")
def comparisons(catalog):
    """The comparison of every figure, at the plain address of its page."""
    return {item.id: item for page in PAGES for item in comparisons_at(page.PATH, catalog)}


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_has_a_whole_passport(figure, comparisons, catalog):
    """Formulas with numbers and a result, inputs with known sources, each source with its name, tier and date."""
    facts = passports.facts(comparisons[figure], catalog)
    known = {source["id"] for source in facts["sources"]}
    inputs = [*facts["assumptions"], *facts["rows"]]

    assert facts["formulas"]
    assert all(line["formula"] and line["result"] for line in facts["formulas"])
    assert any(re.search(r"\d", line["numbers"]) for line in facts["formulas"])
    assert inputs
    assert known
    assert {source for row in inputs for source in row["sources"]} <= known
    assert all((source["publisher"] or source["title"]) and source["tier"] for source in facts["sources"])
    assert all(source["accessed"] for source in facts["sources"])
    assert facts["not_this"]
    assert facts["data_version"] == catalog.version
    assert {"unit", "basis", "data_as_of", "seed", "draws"} <= set(facts)
    json.dumps(facts, allow_nan=False)


def test_best_is_both_layers_less_their_overlap(comparisons, catalog):
    """The ledger's line for the best total has the medians of its own layers, and its result is the figure's row."""
    totals = deals.book(catalog, "OpenAI").totals["stated"]
    lines = {line["label"]: line for line in passports.facts(comparisons["ledger"], catalog)["formulas"]}
    numbers = [float(text) for text in re.findall(r"[\d.]+", lines["Best"]["numbers"])]
    low, _, middle, _, high = (1000 * value for value in totals.best)

    assert lines["Best"]["formula"] == "A + B − AB"
    assert numbers == pytest.approx([totals.chips[2], totals.capacity[2], totals.both[2]], rel=0.005)
    assert lines["Best"]["result"] == spread_text(low, middle, high, "MW")


def test_likely_sums_to_what_the_figure_draws(comparisons, catalog):
    """Observed power and the steps still to come, each with its part realised by then, make the likely line."""
    (line,) = (
        line
        for line in passports.facts(comparisons["timeline"], catalog)["formulas"]
        if line["label"].startswith("Likely")
    )
    terms = [term.split(" × ") for term in line["numbers"].split(" + ")]
    total = sum(float(term[0].split()[0]) * (float(term[1]) if len(term) > 1 else 1.0) for term in terms)
    likely = plans.groups(catalog, "total")["all sites"].at("likely", MONTH)[2] / 1000

    assert total == pytest.approx(likely, rel=0.03)


def test_claimed_path_gives_the_claim(comparisons, catalog):
    """The claimed path worked by hand from its printed numbers is the figure's own value."""
    line = passports.facts(comparisons["claim-path"], catalog)["formulas"][0]
    start, end, again, years, whole, factor = (float(text) for text in re.findall(r"[\d.]+", line["numbers"]))
    value = start * (end / again) ** (years / whole) * factor

    assert float(line["result"].split()[0]) == pytest.approx(value, rel=0.03)


def test_assumptions_have_their_units_in_words(comparisons, catalog):
    """Days, months and years of an assumption stand in the plural, as on the page of the method."""
    told = {row["label"]: row["text"] for row in passports.facts(comparisons["claim-path"], catalog)["assumptions"]}

    assert told["Delay of a dated milestone, if any"] == "20 / 110 / 380 days"
    assert told["Time to fill a block after it is called operational"] == "2 / 6 / 18 months"


def test_shares_divide_what_they_say(comparisons, catalog):
    """Each grid's share is the printed load over the printed demand."""
    for figure in ("grid-share", "grids-energy", "grids-peak"):
        for line in passports.facts(comparisons[figure], catalog)["formulas"]:
            if line["formula"].startswith("load ÷"):
                load, size = (float(part.split()[0].replace(",", "")) for part in line["numbers"].split(" ÷ "))
                share = float(line["result"].split()[0].replace(",", ""))
                assert share == pytest.approx(100 * load / size, rel=0.06), (figure, line)


@pytest.mark.parametrize(("figure", "formula"), [("grids-plants", "P_avg ÷ "), ("grids-adequacy", "P_peak × (1 + ")])
def test_plants_are_worked_out_as_told(comparisons, catalog, figure, formula):
    """The printed load, with the reserve where it is for the peak, over the printed share makes the nameplate."""
    lines = passports.facts(comparisons[figure], catalog)["formulas"]
    plants = [line for line in lines if line["formula"].startswith(formula)]

    assert len(plants) == 4
    for line in plants:
        load, *reserve, share = (float(number) for number in re.findall(r"[\d.]+", line["numbers"]))
        assert " ÷ " in line["numbers"]
        assert float(line["result"].split()[0]) == pytest.approx(load * (sum(reserve) or 1) / share, rel=0.06), line


def test_score_formula_gives_the_median(comparisons, catalog):
    """The line of IT at rating multiplies to its result."""
    lines = passports.facts(comparisons["score-pairs"], catalog)["formulas"]
    line = next(line for line in lines if line["formula"] == "N × k × ε")
    chips, power, error = (float(part.split()[0].replace(",", "")) for part in line["numbers"].split(" × "))

    assert line["result"] == reader_text(chips * power * error / 1000, "MW", 3)


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ("chain", "Capacity, not energy"),
        ("energy", "A year’s energy, not a capacity"),
        ("timeline", "Announced is not energised"),
        ("deals", "Facility, not IT"),
        ("ledger", "As stated mixes bases"),
        ("flows", "never added"),
        ("grids-peak", "For scale only"),
        ("grids-adequacy", "Nameplate of plants"),
        ("claim-path", "A claim, not a count of sites"),
    ],
)
def test_passport_says_what_the_number_is_not(figure, words, comparisons, catalog):
    """From kind, basis and form of the figure itself."""
    told = passports.facts(comparisons[figure], catalog)["not_this"]

    assert any(words in text for text in told)
    assert len(set(told)) == len(told)


def test_pack_and_page_hold_the_same_facts(client):
    """The press pack's passport has all that the block under the figure has, at the same address."""
    address = "/figure/flows.{}?unit=billion+USD"
    shown = client.get(address.format("passport.json")).get_json()
    packed = json.loads(client.get(address.format("pack.json")).get_json()["files"]["passport.json"])

    assert shown == {key: packed[key] for key in shown}
    assert shown["unit"] == "billion USD"
    assert client.get("/figure/nonsense.passport.json").status_code == 404


def test_own_tables_get_a_passport_of_their_own(client, catalog):
    """Posted with the visitor's tables it is worked out from those, and the next visitor sees the published ones."""
    text = (SHIPPED / "grids.csv").read_text(encoding="utf-8")
    mine = {"grids": text.replace("2025,4535.81,", "2025,5000,")}
    posted = client.post("/figure/grid-share.passport.json", json=mine).get_json()
    asked = client.get("/figure/grid-share.passport.json").get_json()
    usa = [next(row for row in facts["rows"] if row["label"] == "United States") for facts in (posted, asked)]

    assert [row["value"] for row in usa] == ["5,000 TWh", "4,535.81 TWh"]
    assert posted["data_version"] != asked["data_version"] == catalog.version


# --- pinned links -----------------------------------------------------------------------------------------------------


def _query(link):
    from urllib.parse import parse_qsl, urlsplit

    return dict(parse_qsl(urlsplit(link).query))


@pytest.mark.parametrize("figure", FIGURES)
def test_link_of_older_data_tells_before_and_after(figure, comparisons, catalog):
    """Where a pinned link carries its number, the page says what it was and what it is now."""
    query = _query(pinned(comparisons[figure])) | {"data": "0123456789"}
    (same,) = pin_notices(query, catalog)

    assert "made with data version 0123456789" in same
    if "was" not in query:
        assert figure == "score-pairs"
        assert same.endswith("numbers may differ.")
        return
    moved = query | {"was": ":".join(f"{2 * float(end):g}" for end in query["was"].split(":"))}
    (told,) = pin_notices(moved, catalog)

    assert "the answer is still" in same
    assert re.search(r"the answer changes\. .*: .+ → .+\.$", told)


@pytest.mark.parametrize("was", ["", "much", "1:2", "1e999:1:1e1", "<b>1</b>", "nan", "1" * 40])
def test_forged_headlines_are_not_repeated(was, catalog):
    """What is no number is left out, and the version is told all the same."""
    (told,) = pin_notices({"data": "0123456789", "figure": "energy", "was": was}, catalog)

    assert told.endswith("numbers may differ.")


def test_link_of_this_version_says_nothing(comparisons, catalog):
    """No notice where data and seed are those served."""
    assert pin_notices(_query(pinned(comparisons["energy"])), catalog) == []
    assert packs.block(comparisons["energy"], catalog)["link"] == pinned(comparisons["energy"])
