"""The page of grids: what a planned load is, how each grid stands to it, and which of its numbers are estimates."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dashboard import compare_grids, figures
from dashboard.core import power
from dashboard.core.draws import Draws
from dashboard.estimates import Ask, estimate, questions, read_ask
from dashboard.estimates.estimate import quantiles
from dashboard.estimates.inputs import DrawnNormals, Inputs
from dashboard.estimates.planned import announced, planned
from dashboard.estimates.questions import with_parents
from dashboard.estimates.readings import first_name
from dashboard.estimates.report import steps_apart
from dashboard.figures.frame import Size
from dashboard.units import Quantity, magnitude, spread_text
from dashboard.web import components_grids, loads, sentences_grids
from dashboard.web.addresses import comparisons_at
from dashboard.web.pages import grids, plans
from dashboard.web.sentences_plans import MONTH

WINDOW = {"theme": "light", "width": 1080}
PAGE = Size("page", 1080, None, 14.0)


@pytest.mark.parametrize(
    ("load", "grid", "few", "answer"),
    [
        (
            "site:Stargate Shackelford (Frontier)",
            "ercot",
            "makes its own power",
            "for scale only: the load makes power",
        ),
        ("site:Stargate Abilene", "ercot", "carries the load", ""),
        ("country:United States", "usa", "carries it only in part", "which carries it only in part"),
        ("country:France", "fra", "carries the load", ""),
        ("user:OpenAI", "ercot", "for scale only", "for scale only"),
    ],
)
def test_no_grid_is_said_to_carry_a_site_that_makes_its_own_power(catalog, load, grid, few, answer):
    """An off-grid site has its grid for scale, a country with such sites carries it in part: page, figure, CSV."""
    choice = grids.Choice(load, "unknown", (grid, "ita"), "energy" if grid in ("usa", "fra") else "peak")
    comparison = grids.view(catalog, choice)
    first = comparison.rows[0]
    drawn = str(figures.figure(comparison, PAGE, "light")["layout"]["annotations"])
    page = str(grids.render(catalog, choice, WINDOW))

    assert first.label == catalog.grids[grid].name
    assert compare_grids.standing(first.note)[0] == few
    assert f", {few}" in drawn
    assert answer in comparison.answer
    assert ("carries the load" in comparison.csv + page + drawn) == (few == "carries the load")
    assert ("The load makes power of its own" in page) == (few == "makes its own power")
    assert ("makes power of its own: this grid is given for scale only" in comparison.csv) == (few[:5] == "makes")


@pytest.mark.parametrize(
    ("load", "grid"), [("site:Stargate Abilene", "ercot"), ("site:Stargate Shackelford (Frontier)", "ercot")]
)
@pytest.mark.parametrize("order", [1, -1])
def test_the_grid_of_the_load_comes_first(catalog, load, grid, order):
    """In whatever order grids are chosen, the one that the load stands on is before those for scale."""
    chosen = grids.view(catalog, grids.Choice(load, "unknown", ("ita", grid, "fra")[::order], "peak"))

    assert chosen.rows[0].label == catalog.grids[grid].name
    assert {row.label for row in chosen.rows[1:]} == {"Italy", "France"}


def test_a_grid_without_a_figure_has_its_largest_part_named(catalog):
    """The United States have no peak of their own in the tables; of their parts that have, the Lower 48 are largest."""
    told = compare_grids.not_published("peak", [catalog.grids["usa"], catalog.grids["ita"]], catalog)

    assert "its part “United States, Lower 48” has one" in told
    assert "Italy" not in told


def test_a_site_alone_is_all_of_its_sum(catalog):
    """The doubts of one site are its own in full; of two alike each is half of the sum."""
    seen = plans.plans_of(catalog)
    alone = seen.by("site")["Stargate Abilene"]
    twin = replace(catalog.sites["abilene"], site_id="twin")
    again = replace(seen.states["abilene"], site=twin)
    both = replace(alone, site_ids=("abilene", "twin"))
    tables = replace(catalog, sites={**catalog.sites, "twin": twin})
    told = replace(seen, states={**seen.states, "twin": again})

    assert planned(alone, seen, "2030-12", catalog)[0].concentration == pytest.approx(1)
    assert planned(both, told, "2030-12", tables)[0].concentration == pytest.approx(0.5)


def test_a_sentence_of_a_load_tells_how_its_grid_stands_to_it(catalog):
    """Off the grid, in part on it and wholly on it are told apart in words, and only what is on it is no scale."""
    answer = estimate(read_ask("1 GW", catalog), catalog)
    load = questions.loads(answer, catalog)
    off, part = (questions.placed(load, catalog, ids, ["ercot"])["peak"] for ids in ((), ("ercot",)))
    told = [questions.strain_on_peak(load, catalog.grids["ercot"]) for load in (off, part)]

    assert told[0].for_scale_only
    assert told[0].sentence.endswith("; the load makes power of its own: this grid is given for scale only.")
    assert not told[1].for_scale_only
    assert "this grid carries it only in part" in told[1].sentence


def _one_by_one(catalog, name):
    """Average, energy and highest hour of each site of a user, as estimates by themselves, summed inside each draw."""
    sums = dict.fromkeys(("average", "energy", "peak"), 0.0)
    for site_id, size in announced(plans.groups(catalog, "user")[name], plans.plans_of(catalog), MONTH).items():
        site = catalog.sites[site_id]
        amount, operator = Quantity(size, "MW"), first_name(site.operator)
        ask = Ask("power", amount, None, "facility", (0.0, 1.0, 0.0), item=site_id, operator=operator)
        answer = estimate(ask, catalog)
        p = Inputs(catalog, ask, DrawnNormals(Draws(), ask, catalog))
        sums["average"] += magnitude(answer.results["facility_average"], "MW")
        sums["energy"] += magnitude(answer.results["annual_energy"], "TWh")
        sums["peak"] += magnitude(power.average_power(amount, p("peak_share")), "MW")
    return sums


def test_a_planned_load_is_the_sum_of_its_sites(catalog):
    """Every site has doubts of its own beside the shared ones, and sites are summed inside each draw (method 3.2)."""
    _, kinds = grids.worked(catalog, grids.Choice("user:OpenAI"))

    for kind, values in _one_by_one(catalog, "OpenAI").items():
        found = magnitude(kinds[kind].value, "TWh" if kind == "energy" else "MW")
        np.testing.assert_allclose(found, values, rtol=1e-4)


def test_sites_that_differ_make_a_narrower_sum(catalog):
    """A hundred sites are less in doubt together than one site of their size; what all share stays in doubt."""
    answer, kinds = grids.worked(catalog, grids.Choice("country:United States"))
    whole = grids.worked(catalog, grids.Choice(f"{magnitude(kinds['capacity'].value, 'MW').mean():.0f} MW", "facility"))
    widths = [np.ptp(np.log(np.quantile(found["average"].value.m, (0.05, 0.95)))) for found in (kinds, whole[1])]

    assert widths[0] == pytest.approx(widths[1], rel=0.3)
    assert widths[0] < 0.95 * widths[1]
    assert sum(row.share for row in answer.assumptions) == pytest.approx(1)
    assert answer.assumptions[0].factor.name == "mature_load"
    assert answer.assumptions[0].share > whole[0].assumptions[0].share + 0.02
    assert answer.quantiles("annual_energy")[2] == pytest.approx(np.median(magnitude(kinds["energy"].value, "TWh")))


def _carbon(answer):
    """The assumption of the carbon of a kilowatt-hour, and the step that uses it, in grams."""
    (row,) = (row for row in answer.assumptions if row.factor.name == "grid_intensity")
    (step,) = (step for step in answer.steps if step.name == "emissions")
    energy = next(step for step in answer.steps if step.name == "annual_energy").result
    return row.factor, (step.result / energy).m_as("gCO2e/kWh")


def test_a_planned_load_has_the_carbon_of_its_own_grid(catalog):
    """Reliance Jamnagar is worked with India's mix, a site in the United States with the range of its own."""
    factor, grams = _carbon(grids.worked(catalog, grids.Choice("site:Reliance Jamnagar"))[0])
    home, american = _carbon(grids.worked(catalog, grids.Choice("site:Stargate Abilene"))[0])
    india = catalog.grids["ind"]

    assert grams == pytest.approx(india.carbon_intensity.m_as("gCO2e/kWh"))
    assert (factor.label, factor.source_ids) == ("Carbon intensity of the grid, India", (india.demand_source_id,))
    assert american == pytest.approx(370)
    assert home.label == "Carbon intensity of the grid, United States"
    page = str(grids.render(catalog, grids.Choice("site:Reliance Jamnagar"), WINDOW))
    assert "I = Carbon intensity of the grid, India" in page
    assert "670 g/kWh" in page


def test_a_load_over_several_countries_weighs_their_carbon_by_energy(catalog):
    """CO₂ is summed over the sites inside each draw; the step has what that makes of a kilowatt-hour."""
    answer, _ = grids.worked(catalog, grids.Choice("user:Reliance"))
    several, kinds = grids.worked(catalog, grids.Choice("user:Microsoft"))
    factor, grams = _carbon(several)
    weighed = (several.results["emissions"] / kinds["energy"].value).m_as("gCO2e/kWh")

    assert _carbon(answer)[0].label == "Carbon intensity of the grid, India"
    assert factor.label.startswith("Carbon intensity of the grids of its sites, by their energy")
    assert factor.label.endswith("(United States by what is burnt alone, the others by the whole life cycle)")
    assert set(catalog.parameter("grid_intensity", "usa").source_ids) < set(factor.source_ids)
    assert grams == pytest.approx(np.median(weighed))
    assert 41 < grams < 670


@pytest.mark.parametrize(
    ("load", "said", "likely"),
    [
        ("site:Reliance Jamnagar", "Reliance Jamnagar, announced for 2030", True),
        ("site:Fairwater Mount Pleasant", "Fairwater Mount Pleasant, expected by others for 2030", True),
        ("user:Meta", "AI sites of Meta, announced or expected by others for 2030", True),
        ("site:Google Visakhapatnam AI hub", "Google Visakhapatnam AI hub, announced for 2030", False),
    ],
)
def test_a_planned_load_is_told_as_planned(catalog, load, said, likely):
    """Title, answer and list say who says so; page and figure what is likely by then, as the page of plans has it."""
    choice = grids.Choice(load)
    by, _, name = load.partition(":")
    comparison = grids.view(catalog, choice)
    page = _words(grids.render(catalog, choice, WINDOW))
    low, _, middle, _, high = plans.groups(catalog, by)[name].at("likely", MONTH)
    told = f"Likely by then: {spread_text(low, middle, high, 'MW') if likely else 'nothing'}"
    labels = {item["value"]: item["label"] for group in loads.choices(catalog) for item in group["items"]}

    assert comparison.title == f"{said}, beside each grid’s yearly demand"
    assert f"{told}." in comparison.foot
    assert f"{told}, as there." in page
    assert page.startswith(f"{said}: ")
    assert labels[load] == said.removeprefix("AI sites of ")
    assert (high > 0) == likely


def test_a_typed_load_is_not_told_as_planned(catalog):
    """What is typed has nothing likely, and its basis stands between commas in a title."""
    comparison = grids.view(catalog, grids.Choice("1 GW"))

    assert comparison.title == "1 GW, basis not stated, beside each grid’s yearly demand"
    assert "Likely" not in comparison.foot


def _words(parts):
    """The text of parts of a page, one after another."""
    if isinstance(parts, str):
        return parts
    if isinstance(parts, dict):
        return _words(parts["props"].get("children") or "")
    if isinstance(parts, (list, tuple)):
        return "".join(_words(part) for part in parts)
    return _words(getattr(parts, "children", None) or "")


def _by_id(layout):
    return {part.id: part for part in layout._traverse() if hasattr(part, "id")}


@pytest.mark.parametrize(("load", "used"), [("30 GW", True), ("user:OpenAI", False), ("site:Stargate Abilene", False)])
def test_the_basis_can_be_chosen_where_it_changes_the_answer(catalog, load, used):
    """Of a planned load the choice is hidden, told as not used and out of the address; its files are given."""
    query = {"load": load, "basis": "facility"}
    layout = grids.layout(catalog, query)
    choice, notices = grids.choose(query, catalog)
    plain = grids.comparisons(catalog, {"load": load})[0].csv

    assert _by_id(layout)["grids-read"].hidden != used
    assert ("the basis facility is not used" in _words(layout)) != used
    assert ("basis=facility" in choice.query()) == used
    assert not notices
    assert (grids.comparisons(catalog, query)[0].csv == plain) != used
    assert "is not used" not in _words(grids.layout(catalog, {"load": load}))


def _estimated(parts):
    """What is marked as an estimate in parts of a page."""
    if isinstance(parts, (list, tuple)):
        return [text for part in parts for text in _estimated(part)]
    if getattr(parts, "className", "") == "estimated":
        return [parts.children]
    return _estimated(getattr(parts, "children", None) or [])


@pytest.mark.parametrize(
    ("load", "basis", "estimates"),
    [
        ("30 GW", "unknown", 4),
        ("30 GW", "facility", 3),  # its capacity is what was given
        ("user:OpenAI", "unknown", 4),
    ],
)
def test_every_estimate_of_a_load_has_its_range_and_is_marked(catalog, load, basis, estimates):
    """Capacity, highest hour, average and energy are told with their ranges and marked; what was given is neither."""
    choice = grids.Choice(load, basis)
    _, kinds = grids.worked(catalog, choice)
    _, words, decisive, *_ = grids.render(catalog, choice, WINDOW)
    energy = np.quantile(magnitude(kinds["energy"].value, "TWh"), (0.05, 0.5, 0.95))

    assert len(_estimated(words)) == estimates
    assert spread_text(*energy, "TWh") in _estimated(words)
    assert ("facility capacity 30 GW;" in _words(words)) == (basis == "facility")
    assert len(_estimated(decisive)) == (3 if load == "user:OpenAI" else 1)


@pytest.mark.parametrize(("question", "each"), [("plants", 1), ("adequacy", 2)])
def test_plants_not_to_be_misread_are_marked_as_estimates(catalog, question, each):
    """The nameplate of each kind of plant, and the highest hour it covers, have their ranges and are marked."""
    page = grids.render(catalog, grids.Choice(question=question), WINDOW)
    listed = next(part for part in page if type(part).__name__ == "Ul")
    rows = grids.view(catalog, grids.Choice(question=question)).rows

    assert len(_estimated(listed)) == 4 * each
    for row in rows:
        assert spread_text(1000 * row.q05, 1000 * row.value, 1000 * row.q95, "MW") in _estimated(listed)


@pytest.mark.parametrize(
    ("load", "question", "told"),
    [
        (
            "30 GW",
            "plants",
            r"OpenAI’s 30 GW \(basis not stated\) would take {} of nuclear plant for as much energy in a year.",
        ),
        ("30 GW", "adequacy", r"OpenAI’s 30 GW .* would take {} of firm plant to cover the highest hour with reserve."),
        (
            "user:Meta",
            "plants",
            r"AI sites of Meta, announced .* for 2030, would take {} of nuclear plant for .* a year.",
        ),
    ],
)
def test_the_plants_of_a_load_are_answered_in_a_sentence(catalog, load, question, told):
    """Page and picture say what would take how much of which plant; the name is there once and its GW are as given."""
    choice = grids.Choice(load, question=question)
    comparison = grids.view(catalog, choice)
    shown = grids.render(catalog, choice, WINDOW)[0]
    (size,) = _estimated(shown)

    assert re.fullmatch(told.format(re.escape(size)), comparison.answer)
    assert re.fullmatch(r"\d+ GW \(\d+–\d+\)|\d\.\d GW \(.*\)", size)
    assert _words(shown) == comparison.answer


@pytest.mark.parametrize(
    ("load", "told"),
    [
        ("country:Canada", "None of these grids hosts it (the world as a whole does): every share"),
        ("site:Stargate Argentina", "None of these grids hosts it (the world as a whole does): every share"),
        ("user:Naver", "No one of these grids is known to host all of the load (the world as a whole does): every"),
        ("user:OpenAI", "No one of these grids is known to host all of the load (the world as a whole does): every"),
        ("user:Anthropic", "(the world as a whole does and the United States as a whole may)"),
        ("1 GW", "(the world as a whole does and the United States as a whole may)"),
    ],
)
def test_a_load_abroad_is_not_said_to_be_hosted_by_the_united_states(catalog, load, told):
    """The United States as a whole may host what has no known place or none abroad; a known place is told as known."""
    assert told in _words(grids.render(catalog, grids.Choice(load, grids=loads.DEFAULT_GRIDS), WINDOW))


@pytest.mark.parametrize(
    ("load", "own"),
    [
        ("30 GW", []),
        ("user:OpenAI", []),
        ("country:Canada", ["can"]),
        ("site:Meta Hyperion, Richland Parish", ["entergy-louisiana", "entergy", "miso", "usa"]),
        ("grid:Entergy system", ["entergy", "miso", "usa"]),
        ("grid:no such grid", []),
    ],
)
def test_where_none_are_chosen_the_grids_that_carry_a_load_come_first(catalog, load, own):
    """A planner asks of the own grid; the address stays without grids, and says those that are chosen."""
    usual = loads.usual_grids(catalog, load)
    choice, _ = grids.choose({"load": load, "grids": ",".join(usual)}, catalog)
    fewer, _ = grids.choose({"load": load, "grids": ",".join(usual[1:])}, catalog)

    assert usual == tuple(dict.fromkeys([*own, *loads.DEFAULT_GRIDS]))
    assert "grids" not in choice.query()
    assert fewer.grids == usual[1:]


def test_a_grid_has_the_sites_of_all_its_parts(catalog):
    """The sites of MISO are those of Entergy too, and no part of it is said to carry them all."""
    whole_name = "MISO (Midcontinent ISO)"
    names = [site.site_id for site in loads.sites(catalog, f"grid:{whole_name}")]
    _, kinds = loads.worked(catalog, f"grid:{whole_name}")
    series = plans.plans_of(catalog)
    whole, state = series.within(catalog)["miso"], series.states["hyperion"].site
    parts = [site_id for site_id, state in series.states.items() if "miso" in with_parents(state.site.grid_id, catalog)]

    pages = [
        _words(grids.render(catalog, grids.Choice(f"grid:{name}"), WINDOW)) for name in (whole_name, "ERCOT (Texas)")
    ]

    assert "as its parts on the page of plans together" in pages[0]
    assert "as on the page of plans" in pages[1]
    assert state.grid_id == "entergy-louisiana"
    assert "hyperion" in names
    assert sorted(whole.site_ids) == sorted(parts)
    assert kinds["peak"].carried_by == {"miso", "usa"}
    assert quantiles(magnitude(kinds["capacity"].value, "MW")) == pytest.approx(whole.at("announced", MONTH), rel=1e-3)


@pytest.mark.parametrize(
    ("load", "apart"), [("10000 tpu-v4", True), ("site:Abilene campus 2 (Microsoft)", True), ("30 GW", False)]
)
def test_steps_that_end_far_from_the_answer_say_why(catalog, load, apart):
    """A chain of middles is not the median of all draws, of a typed load and of a planned one."""
    answer, _ = grids.worked(catalog, grids.Choice(load))
    page = _words(grids.render(catalog, grids.Choice(load), WINDOW))

    assert ("Each assumption at its middle makes" in page) == apart
    assert steps_apart(answer) in page


@pytest.mark.parametrize(
    ("load", "told"),
    [
        ("1.200 MW", "Note: 1.200 is read as 1.2; for thousands write 1,200."),
        ("100000 GB200", "Note: read as 100,000 chips, not superchips"),
        ("900 GW", "Note: a year’s energy is more than the 485 TWh of all data centers of the world"),
        ("user:OpenAI", ""),
    ],
)
def test_how_a_typed_load_was_read_is_told(catalog, load, told):
    """The notes of an estimate stand on the page as on the converter; a planned load was typed by nobody."""
    page = _words(grids.render(catalog, grids.Choice(load), WINDOW))

    assert told in page
    assert ("Note: " in page) == bool(told)


def test_a_planned_capacity_without_a_range_is_not_called_doubtful(catalog):
    """Of the 410 MW in Canada neither page nor picture speaks of a doubt of its own."""
    choice = grids.Choice("country:Canada")
    page, foot = _words(grids.render(catalog, choice, WINDOW)), grids.view(catalog, choice).method
    told = "The planned capacity is 410 MW, as on the page of plans. Likely by then: "

    assert told in page
    assert told in foot
    assert ", as there. What would change this most: " in page
    assert "that doubt" not in page
    assert "Of the rest" not in page


@pytest.mark.parametrize(
    ("load", "question", "said", "added"),
    [
        ("30 GW", "peak", True, False),
        ("30 GW", "adequacy", True, False),
        ("30 GW", "energy", False, False),
        ("user:OpenAI", "peak", True, True),
        ("site:Stargate Abilene", "peak", True, False),
    ],
)
def test_highest_hours_are_said_to_fall_together(catalog, load, question, said, added):
    """Where a load's highest hour is beside a grid's, page and picture say that both are taken to fall together."""
    choice = grids.Choice(load, question=question)
    page, picture = _words(grids.render(catalog, choice, WINDOW)), grids.view(catalog, choice).answer

    assert (sentences_grids.TOGETHER in page) == said
    assert (sentences_grids.ADDED in page) == added
    assert ("if both fall together" in picture) == (question == "peak")


def test_a_grid_that_carries_a_load_in_part_is_named_beside_it(catalog):
    """Of the sites on ERCOT some make their own power; that both peaks fall together is said of the whole."""
    told = grids.view(catalog, grids.Choice("grid:ERCOT (Texas)", question="peak")).answer

    assert re.search(r"of ERCOT \(Texas\) \(.*\), which carries it only in part, if both fall together\.$", told)


@pytest.mark.parametrize("question", ["energy", "peak"])
def test_what_is_said_of_own_power_is_said_once(catalog, question):
    """Where no grid hosts the load the line above tells its own power; beside one that does the row tells it."""
    choice = grids.Choice("site:Colossus 2 and Southaven", grids=("tva", "usa"), question=question)
    page = _words(grids.render(catalog, choice, WINDOW))
    alone = grids.view(catalog, choice)
    carries = compare_grids.questions.CARRIES
    table = pd.concat([alone.table, alone.table.assign(label="Italy", note=carries)])
    beside = sentences_grids.cautions(replace(alone, table=table))

    assert "The load makes power of its own: every share is for scale only." in page
    assert "this grid is given for scale only" not in page
    assert compare_grids.questions.OWN_POWER in "".join(note for _, note in beside)


@pytest.mark.parametrize(
    "load",
    [
        "site:Stargate Argentina",
        "site:Google and Tenaska, Nebraska (proposed)",
        "site:Ferrera Erbognone AI campus",
        "country:Argentina",
    ],
)
def test_nothing_is_said_to_be_likely_of_a_date_of_ours(catalog, load):
    """Where the list of /plans leaves Likely blank the page and the picture say that it is not known, and why."""
    choice = grids.Choice(load)
    told = "Likely by then: not known, for its date is ours."

    assert f"{told} " in _words(grids.render(catalog, choice, WINDOW))
    assert grids.view(catalog, choice).method.endswith(told)


def test_what_is_planned_on_each_grid_is_what_its_own_page_says(catalog):
    """The table has each grid with a peak and sites once, the greatest share first, as its own page has it."""
    rows = components_grids.strains(catalog)
    told = str(components_grids.strains_block(catalog, "30 GW", WINDOW, "/grids")[-1]["props"]["rows"])
    louisiana = next(row for row in rows if row.grid.grid_id == "entergy-louisiana")
    ercot = next(row for row in rows if row.grid.grid_id == "ercot")
    page = grids.view(catalog, grids.Choice("grid:ERCOT (Texas)", question="peak")).rows[0]

    assert [row.share[2] for row in rows] == sorted((row.share[2] for row in rows), reverse=True)
    assert len({row.grid.grid_id for row in rows}) == len(rows) > 15
    assert not {"usa", "irl"} & {row.grid.grid_id for row in rows}
    assert (page.q05, page.value, page.q95) == pytest.approx((ercot.share[0], ercot.share[2], ercot.share[4]))
    assert ercot.sites == len(loads.sites(catalog, "grid:ERCOT (Texas)"))
    assert components_grids._beside(louisiana) == [" or less"]
    assert components_grids._beside(ercot) == ["; some or all of its sites make power of their own"]
    assert "load=grid%3AEntergy+Louisiana&question=peak" in told


def test_what_is_planned_on_each_grid_is_a_figure(catalog):
    """Of the grids in the table those near the greatest, in its order; where the record is not known, it says so."""
    rows = components_grids.strains(catalog)
    (figure,) = components_grids.planned(catalog)
    drawn = [row for row in rows if row.share[2] >= rows[0].share[2] / 10]
    lower = [row.grid.name for row in drawn if row.grid.peak_kind == "lower bound"]

    assert [row.label.removesuffix(" (at most)") for row in figure.rows] == [row.grid.name for row in drawn]
    assert [row.value for row in figure.rows] == [row.share[2] for row in drawn]
    assert [row.label for row in figure.rows if "at most" in row.label] == [f"{name} (at most)" for name in lower]
    assert {row.basis for row in figure.rows if "at most" in row.label} == {"highest hour over lower bound of the peak"}
    assert figure.answer.startswith("AI sites announced on Entergy Louisiana for 2030 would take 19")
    assert "or less of the highest peak found" in figure.answer
    for left in rows[len(drawn) :]:
        assert left.grid.name in figure.method


def test_sites_of_a_user_stand_on_their_grids(catalog):
    """Of a user each grid has those sites alone that stand on it, never more than all sites there are."""
    all_sites = {row.grid.grid_id: row for row in components_grids.strains(catalog)}
    rows = {row.grid.grid_id: row for row in components_grids.strains(catalog, "user:OpenAI")}
    (figure,) = components_grids.planned(catalog, "user:OpenAI")
    ercot = [site.site_id for site in loads.sites(catalog, "grid:ERCOT (Texas)")]
    own = [site.site_id for site in loads.sites(catalog, "user:OpenAI") if site.site_id in ercot]

    assert 3 < len(rows) < len(all_sites)
    assert rows["ercot"].sites == len(own) < all_sites["ercot"].sites
    for grid_id, row in rows.items():
        assert row.sites <= all_sites[grid_id].sites
        assert row.share[2] <= all_sites[grid_id].share[2]
        assert set(row.source_ids) <= set(all_sites[grid_id].source_ids)
    assert figure.title == "AI sites of OpenAI announced for 2030 beside the peak of each grid"
    words = _words(grids.render(catalog, grids.Choice("user:OpenAI"), WINDOW))
    assert "AI sites of OpenAI on each grid" in words


def test_figure_of_all_grids_is_left_out_where_nothing_is_planned(catalog):
    """A user whose sites stand on no grid with a peak has no such figure; a file of it says why."""
    load = next(
        item["value"]
        for group in loads.choices(catalog)
        for item in group["items"]
        if item["value"].startswith("country:")
        and not components_grids.strains(catalog, item["value"])
        and loads.sites(catalog, item["value"])
    )

    assert components_grids.planned(catalog, load) == ()
    assert len(grids.comparisons(catalog, {"load": load})) == len(grids.QUESTIONS)
    with pytest.raises(
        ValueError, match="grids-planned: has nothing to draw, for none of these sites stands on a grid"
    ):
        comparisons_at(f"/grids?load={load}".replace(" ", "+"), catalog, "grids-planned")
