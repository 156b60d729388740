"""Comparisons of one estimate: one unit for what stands together, and ends that are those of all draws."""

import csv
import dataclasses
import io
import json
import pickle
import re

import numpy as np
import pytest

from dashboard import captions, compare, compare_deals, compare_method, compare_plans, figures
from dashboard.estimates import estimate, ledger, questions, read_ask
from dashboard.estimates.headlines import accuracy
from dashboard.estimates.readings import MONTHS, Reading
from dashboard.estimates.report import LABELS
from dashboard.estimates.series import Series, SiteStates, timeline
from dashboard.figures.frame import size_named
from dashboard.units import counted, magnitude, quantity
from dashboard.web import pins
from dashboard.web.addresses import comparison_named, comparisons_at
from dashboard.web.components_score import pairs_table
from dashboard.web.pages import PAGES, convert, deals, grids, home, plans, score

UNITS = re.compile(r"\b(?:GW|MW|kW|W|TWh|GWh|MWh|kWh)\b")
ASKS = ("38 billion USD over 7 years", "100000 H100", "1 H100", "30 GW", "2 GB200 NVL72")


@pytest.mark.parametrize("text", ASKS)
def test_what_stands_together_has_one_unit(text, catalog):
    """Rows, caption, axis and table of a figure, and the tiles of the page, speak of power in one unit each."""
    query = {"text": text, "basis": "unknown"}
    chain, energy, peak, tornado, _ = convert.comparisons(catalog, query)

    for comparison in (chain, energy, peak, tornado):
        told = [compare.value_text(row, comparison) for row in comparison.rows]
        assert set(UNITS.findall(" ".join([*told, comparison.axis, comparison.measure]))) == {comparison.unit}
    assert chain.unit == peak.unit
    assert set(UNITS.findall(f"{chain.answer} {peak.answer}")) == {chain.unit}


def test_every_comparison_travels(catalog):
    """What a figure is drawn from can be sent to another process, and is shown without all the tables behind it."""
    all_of_them = [item for page in PAGES for item in page.comparisons(catalog, {})]
    assert all(item.rows is not None for item in all_of_them)  # as when they were drawn
    sent = pickle.loads(pickle.dumps(all_of_them))  # noqa: S301

    assert [item.csv for item in sent] == [item.csv for item in all_of_them]
    assert max(len(repr(item)) for item in all_of_them) < 10_000


def test_a_second_scenario_stands_in_the_figure(catalog):
    """Both loads in one unit, each reading beside the same of the other, with the numbers each has alone."""
    first, second = "100000 H100", "38 billion USD over 7 years"
    both = convert.comparisons(catalog, {"text": first, "other": second})[0]
    alone = [convert.comparisons(catalog, {"text": text})[0] for text in (first, second)]
    medians = [[magnitude(quantity(row.value, row.unit), "MW") for row in each.rows] for each in alone]

    shown = [magnitude(quantity(row.value, both.unit), "MW") for row in both.rows]
    assert shown == pytest.approx([value for pair in zip(*medians, strict=True) for value in pair])
    assert {row.unit for row in both.rows} == {"GW"}
    assert all("H100" in row.label for row in both.rows[::2])
    assert all("$38 billion" in row.label for row in both.rows[1::2])
    assert set(both.sources) == {name for each in alone for name in each.sources}
    assert [label for label, _ in both.estimates] == [each.estimates[0][0] for each in alone]


@pytest.mark.parametrize("name", ["annual_energy", "facility_peak"])
def test_the_line_in_the_dots_is_the_median_of_all_draws(name, catalog):
    """Twenty dots may leave a gap at the median; the line and a link stand where the answer says."""
    answer = convert.view(catalog, convert.Choice("30 GW"))
    found = next(item for item in convert.comparisons(catalog, {"text": "30 GW"}) if name[-4:] in item.id)
    spec = figures.figure(found, size_named("slide"))
    (line,) = (shape for shape in spec["layout"]["shapes"] if shape["type"] == "line")
    ends = answer.quantiles(name)

    assert magnitude(quantity(line["x0"], found.unit), found.base) == pytest.approx(ends[2])
    assert pins.headline(found) == pytest.approx([ends[0], ends[2], ends[4]], rel=1e-3)


@pytest.mark.parametrize("text", ASKS)
def test_twenty_dots_are_the_middles_of_twentieths(text, catalog):
    """Each dot stands for a twentieth of the outcomes and in its middle, so that neither end has one more."""
    answer, found = convert.view(catalog, convert.Choice(text)), convert.comparisons(catalog, {"text": text})[1]
    wanted = np.quantile(magnitude(answer.results["annual_energy"], "TWh"), (np.arange(20) + 0.5) / 20)

    shown = [magnitude(quantity(row.value, found.unit), "TWh") for row in found.rows]
    assert shown == pytest.approx(wanted, rel=0.01)


@pytest.mark.parametrize("text", ASKS)
def test_the_line_in_the_tornado_is_in_its_unit(text, catalog):
    """The median of the answer lies between the ends of each assumption, in the unit that is drawn."""
    tornado = convert.comparisons(catalog, {"text": text})[-2]
    low, _, middle, _, high = convert.view(catalog, convert.Choice(text)).quantiles("annual_energy")

    assert [magnitude(quantity(end, tornado.unit), "TWh") for end in tornado.ends] == pytest.approx([low, middle, high])
    assert all(row.q05 < tornado.ends[1] * 1.2 and row.q95 > tornado.ends[1] * 0.8 for row in tornado.rows)


def test_what_changes_next_to_nothing_is_not_drawn(catalog):
    """An assumption that is set to within a hundredth of a per cent has no line in the tornado, and no share of 0 %."""
    query = {"text": "100000 H100", "set.overhead_ratio": "0.4999:0.5:0.5001"}
    tornado = convert.comparisons(catalog, query)[-2]

    assert next(row.share for row in tornado.estimates[0][1].assumptions if row.factor.name == "overhead_ratio") > 0
    assert [row.label for row in tornado.rows if "(0\u00a0%)" in row.label] == []


@pytest.mark.parametrize(
    ("basis", "name"), [("it", "it_rated"), ("facility", "facility_peak"), ("grid", "grid_connection")]
)
def test_what_was_given_is_no_estimate(basis, name, catalog):
    """The power that was typed is a claim without a range, in the chain and where it would be twenty equal dots."""
    chain, _, peak, *_ = convert.comparisons(catalog, {"text": "30 GW", "basis": basis})
    claims = [row for row in chain.rows if row.nature == compare.CLAIM]

    assert [(row.label, row.value) for row in claims] == [(LABELS[name], pytest.approx(30))]
    assert claims[0].q05 != claims[0].q05  # no number
    assert "As given" in json.dumps(figures.figure(chain, size_named("slide")))
    assert peak.form == ("ranges" if basis == "facility" else "dots")


def test_a_given_peak_has_no_outcomes(catalog):
    """One row as it was given, with words that say so and no source that it is not from; the page has it drawn."""
    query = {"text": "30 GW", "basis": "facility"}
    peak = comparison_named("outcomes-facility-peak", catalog, query)
    (row,) = csv.DictReader(io.StringIO(peak.csv))
    told = f"{peak.answer} {captions.alt(peak)} {captions.caption(peak)}"

    assert (row["nature"], row["value"], row["q05"], row["q95"]) == ("claim", "30.0", "", "")
    assert peak.answer == "30 GW, as given: there are no outcomes to draw."
    assert peak.sources == ("the amount as it was typed",)
    assert "likely" not in told
    assert (
        compare.row_text(comparison_named("chain", catalog, query | {"text": "1.2345 GW"}).rows[1], "GW") == "1.2345 GW"
    )
    assert "Values are as given" in told
    assert pins.headline(peak) == pytest.approx([30_000] * 3)
    assert "outcomes-facility-peak" in str(convert.render(catalog, convert.choose(query), {}))


def test_a_result_with_every_assumption_set_has_no_outcomes(catalog):
    """Worked out without a doubt, it is our estimate in one row without a range."""
    peak = convert.comparisons(catalog, {"text": "1 GW", "basis": "it", "set.peak_overhead": "0.3"})[2]

    assert [(row.nature, row.value) for row in peak.rows] == [(compare.ESTIMATE, pytest.approx(1.3))]
    assert peak.answer.startswith("1.3 GW, worked out, with nothing left open")


def test_the_ends_of_one_assumption_are_no_quartiles(catalog):
    """The CSV of what would change the answer has two ends and the median; its link has the range of all draws."""
    tornado = convert.comparisons(catalog, {"text": "100000 H100"})[-2]
    rows = list(csv.DictReader(io.StringIO(tornado.csv)))
    low, _, middle, _, high = convert.view(catalog, convert.Choice("100000 H100")).quantiles("annual_energy")

    assert {(row["q25"], row["q75"]) for row in rows} == {("", "")}
    assert all(row["q05"] and row["q95"] for row in rows)
    assert pins.headline(tornado) == pytest.approx([low, middle, high], rel=1e-3)


def test_a_share_of_a_lower_bound_is_the_most_that_it_can_be(catalog):
    """Words say so as the picture does; a share of a record is told as it is."""
    comparison = grids.view(catalog, grids.Choice(grids=("deu", "fra"), question="peak"))

    for text in (captions.alt(comparison), captions.caption(comparison)):
        assert re.search(r"Germany: [^;]*\) or less", text)
        assert not re.search(r"France: [^;]*or less", text)
    assert " %) or less of the highest peak found for Germany" in comparison.answer.replace("\u00a0", " ")


def test_what_reactors_make_is_no_demand(catalog):
    """A generation stands beside demands under its own basis."""
    bases = {row.label: row.basis for row in home.view(catalog, home.Choice()).comparisons[0].rows}

    assert bases["All US nuclear reactors"] == "generation"
    assert bases["Italy"] == "demand"


def test_a_csv_names_every_source(catalog):
    """A picture of many sites names the first sources; its CSV all of them, and the map's those of each site."""
    sites = comparison_named("sites-map", catalog, {})
    (timeline,) = (item for item in plans.comparisons(catalog, {}) if item.form == "series")
    rows = list(csv.DictReader(io.StringIO(timeline.csv)))

    assert len(rows[0]["figure_sources"].split("; ")) == len(timeline.sources) > 50
    assert f"and {len(timeline.sources) - 8} more in the CSV" in timeline.foot
    assert all(row.sources for row in sites.rows)
    assert {source for row in sites.rows for source in row.sources.split("; ")} <= set(catalog.sources)


@pytest.mark.parametrize(
    ("figure", "basis"),
    [
        ("timeline", "facility power"),
        ("claim-path", "facility power"),
        ("sites-map", "facility power"),
        ("flows", "IT power"),
    ],
)
def test_a_csv_says_what_its_gigawatts_are(catalog, figure, basis):
    """Where `basis` names the line or layer of a row, the CSV says in another whether it is IT or facility."""
    comparison = comparison_named(figure, catalog, {})
    rows = list(csv.DictReader(io.StringIO(comparison.csv)))

    assert {row["figure_basis"] for row in rows} == {basis}
    assert f"basis: {basis}." in comparison.foot
    assert "figure_basis" not in comparison_named("energy", catalog, {}).csv


def test_what_is_announced_of_a_site_is_not_called_energised(catalog):
    """The value of a site on the map is what is announced; what of it runs has a column of its own."""
    table = comparison_named("sites-map", catalog, {}).table
    runs = table.basis == "announced, energised in whole or in part"

    assert set(table.basis[~runs]) == {"announced, nothing energised"}
    assert (table.energised[~runs] == 0).all()
    assert 0 < table.energised.sum() < table.value[runs].sum()


def test_a_size_as_published_is_no_estimate(catalog):
    """On the map and in a ledger: one figure without a doubt is published, a sum of such is ours, else an estimate."""
    sites = {row.label: row for row in comparison_named("sites-map", catalog, {}).rows}
    chips, best = (comparison_named("ledger", catalog, {}).rows[i] for i in (0, 4))
    ours = {catalog.sites[row.site_id].name for row in catalog.milestones.values() if "power ours" in row.marks}
    published = {name for name, row in sites.items() if row.nature == "published"}

    assert sites["Stargate New Mexico (Project Jupiter)"].nature == "published"
    assert all(row.q05 < row.q95 for row in sites.values() if row.nature == "estimate" and row.label not in ours)
    assert len(published) < len(sites) / 4
    assert (chips.nature, chips.value, best.nature) == ("sum", 23.75, "estimate")
    assert chips.q05 != chips.q05  # no range of ours
    assert len(chips.sources.split("; ")) > 3


def test_overlap_and_odds_are_ours_whatever_their_width(catalog):
    """What two layers share and what is likely built are estimates, also where nothing is shared."""
    books = [ledger.user_ledger(catalog, user, catalog.as_of) for user in ledger.users_of(catalog)]
    rows = [row for book in books for row in compare_deals.ledger_bars(book, "stated", catalog).rows]
    ours = [row for row in rows if row.label in ("of which counted twice", "Likely built, by status")]

    assert {row.nature for row in ours} == {compare.ESTIMATE}
    assert any(row.q05 == row.q95 == 0 for row in ours)


def test_no_cell_has_the_last_bits_of_a_division(catalog):
    """A round number stays round in a CSV."""
    found = comparison_named("chain", catalog, {"text": "30 GW", "basis": "facility"})

    assert ",30.0," in found.csv
    assert not re.search(r"9{9}|0{9}[1-9]", found.csv)


def test_a_query_that_a_page_passes_over_is_refused_for_a_file(catalog):
    """A file must be what was asked for: a key that the page does not know is named, with those it does."""
    with pytest.raises(ValueError, match=r'must be of basis, .*got "Basis"'):
        comparisons_at("/?Basis=it", catalog)
    with pytest.raises(ValueError, match=r"name, .*whose"):
        comparison_named("sites-map", catalog, {"whose": "x"})
    assert comparisons_at("/?basis=it&data=0&seed=1&figure=energy&was=1&size=slide&theme=dark", catalog)


def test_the_widest_row_of_each_quantity_is_drawn(catalog):
    """No row of a drawn quantity is wider than the one that stands for it."""
    rows = [row for row in catalog.parameters.values() if row.low < row.high]
    for shown in compare_method.widest(rows):
        assert all(row.low / row.high >= shown.low / shown.high for row in rows if row.quantity == shown.quantity)


def test_a_grid_in_parts_is_told_where_it_would_stand_beside_the_largest(catalog):
    """The grids by likely capacity say what the parts of one come to, where that is beside the largest alone."""
    kept = {name: site for name, site in catalog.sites.items() if site.grid_id != "miso"}
    rows = {name: row for name, row in catalog.milestones.items() if row.site_id in kept}
    fewer = dataclasses.replace(catalog, sites=kept, milestones=rows, version="without MISO")
    by_grid, by_user = (plans.view(fewer, plans.Choice(by=by))[1] for by in ("grid", "user"))
    parts = [row.value for row in by_grid.rows if "PJM" in row.label]
    below = plans.view(catalog, plans.Choice(by="grid"))[1]
    first, *others = below.rows

    assert len(parts) == 2
    assert f"PJM Interconnection, drawn in 2 parts, has about {sum(parts):.2g} GW together." in by_grid.answer
    assert "drawn in" not in by_user.answer
    assert ("drawn in" in below.answer) is (sum(row.value for row in others if "PJM" in row.label) > first.q05)


def test_a_rounded_range_does_not_belie_the_verdict(catalog):
    """A published figure just outside a range is outside the range as printed, too."""
    rows = pairs_table(score.view(catalog, score.Choice("all")).scored, catalog, "")["props"]["rows"]
    for row in rows:
        published, unit = row[1].split()
        ends = re.search(rf"{unit} \(([\d.,]+)–([\d.,]+)\)", str(row[2]))
        if ends and row[4].startswith("no"):
            low, high = (float(end.replace(",", "")) for end in ends.groups())
            assert not low <= float(published) <= high, row[0]


def test_the_headline_of_the_score_counts_the_pairs_of_its_page(catalog):
    """`update` and /score have one number of pairs and one error."""
    told = {line.name: line.value for line in accuracy(catalog)}
    independent = [pair for pair in catalog.pairs.values() if pair.independent]

    assert told["Score, pairs scored"] == len(independent)


def test_results_of_an_ask_share_the_unit_of_the_greatest(catalog):
    """Powers are told beside the greatest of them; a bill is not told in the trillions of the capital."""
    answer = estimate(convert.view(catalog, convert.Choice("1000 H100")).ask, catalog)

    assert answer.beside("it_average") == answer.beside("facility_peak") == answer.quantiles("grid_connection")[4]
    assert answer.beside("electricity_cost") == answer.quantiles("electricity_cost")[4]
    assert answer.beside("annual_energy") == answer.quantiles("annual_energy")[4]


def test_a_site_that_its_user_builds_is_no_ribbon_from_the_utility(catalog):
    """Nobody but OpenAI houses Camellia, and its $20 billion are not Georgia Power's."""
    for unit in deals.UNITS:
        told = set(comparison_named("flows", catalog, {"unit": unit}).table["giver"])
        assert "Georgia Power" not in told
        assert "OpenAI itself" in told


def test_one_deal_is_no_plural(catalog):
    """The ribbons of a user of one deal say so."""
    answers = [
        comparison_named("flows", catalog, {"user": user, "unit": unit}).answer
        for user in ("OpenAI", "CoreWeave")
        for unit in deals.UNITS
    ]

    assert counted("1", "deals") == "1 deal"
    assert all(re.match(r"(?:1 deal|0 deals|(?!1 )\d+ deals)\.(?: |$)", answer) for answer in answers)


def group(name, low, middle, high, *site_ids):
    """A group of sites with so many MW likely, and announced, at every month."""
    band = np.tile([low, low, middle, high, high], (MONTHS, 1))
    return Series(name, site_ids, {"likely": band, "announced": band}, ())


@pytest.mark.parametrize(("second", "told"), [(1200, "hardly more than B with 1.2 GW"), (900, "leads with 2.0 GW")])
def test_a_leader_within_whose_range_another_stands_does_not_lead(catalog, plans_in_time, second, told):
    """The median of the next decides, not its upper end, whether it stands in the range of the largest."""
    groups = [group("A", 1000, 2000, 3000), group("B", 100, second, 5000)]

    found = compare_plans.groups_at(groups, "operator", "2030-12", plans_in_time, catalog)

    assert told in found.answer


@pytest.mark.parametrize(("each", "told"), [(450, False), (600, True), (1100, True)])
def test_the_parts_of_a_grid_stand_beside_the_largest_from_its_lower_end_on(catalog, plans_in_time, each, told):
    """Two parts of PJM are told together from where their sum is within the range of the largest grid."""
    sites = {state.site.grid_id: name for name, state in plans_in_time.states.items()}
    parts = [name for name in sites if "pjm" in questions.with_parents(name, catalog)]
    groups = [group("MISO", 1000, 2000, 3000, sites["miso"])]
    groups += [group(name, each, each, each, sites[name]) for name in parts]

    assert len(parts) == 2
    assert (
        "drawn in 2 parts" in compare_plans.groups_at(groups, "grid", "2030-12", plans_in_time, catalog).answer
    ) is told


@pytest.mark.parametrize(("second", "ours"), [(140, 0), (160, 60)])
def test_a_step_of_ours_is_one_that_the_range_before_does_not_hold(catalog, second, ours):
    """100 MW of IT, told again as 140 at the meter on a day of ours, are no step; 160, above their range, are one."""
    site = next(iter(catalog.sites.values()))
    draws = [np.linspace(50, 150, 101), np.full(101, float(second))]
    row = next(row for row in catalog.milestones.values() if row.site_id == site.site_id)
    rows = [dataclasses.replace(row, date="2027-12"), dataclasses.replace(row, date="2028-12", marks=("date ours",))]
    readings = tuple(Reading(row, "", used=True) for row in rows)
    announced = tuple((reading.at, mw) for reading, mw in zip(readings, draws, strict=True))
    seen = dataclasses.replace(
        timeline(catalog, catalog.as_of, sites=[site.site_id]),
        states={site.site_id: SiteStates(site, readings, (), announced, (), ())},
    )

    assert compare_plans.dated_by_us(group(site.name, 0, 0, 0, site.site_id), seen, "2030-12") == ours


def test_what_stands_beside_a_load_is_sorted(catalog):
    """Countries and plants beside 30 GW, and its shares of grids, stand with the largest first."""
    energy, shares = (comparison_named(name, catalog, {}) for name in ("energy", "grid-share"))
    published = [row.value for row in energy.rows if row.nature == compare.READING]

    assert len(published) > 5
    assert published == sorted(published, reverse=True)
    assert [row.value for row in shares.rows] == sorted((row.value for row in shares.rows), reverse=True)


def test_what_decides_an_answer_is_cited_in_its_picture(catalog):
    """100,000 H100: the chip, and what makes 5 % of the variance: model error, draw ratio, IT power (method, 3)."""
    answer = estimate(read_ask("100000 H100", catalog), catalog)
    factors = {factor.name: factor for factor in answer.factors}
    deciding = ("model_error", "draw_ratio", "it_power")

    assert set(compare.deciding_sources(answer)) == {
        answer.ask.chip.source_id,
        *(source for name in deciding for source in factors[name].source_ids[:2]),
    }


def test_what_others_expect_of_a_site_is_not_called_announced(catalog):
    """Microsoft has said nothing of Fairwater's 2.9 GW: the figure, its list and the total say who expects it."""
    query = {"by": "site", "name": "Fairwater Mount Pleasant"}
    rows = {row["Site"]: row for row in plans.site_rows(catalog)}

    assert " expected by others by the end of 2030" in comparison_named("timeline", catalog, query).answer
    assert " announced, or expected by others, by the end" in comparison_named("timeline", catalog, {}).answer
    assert rows["Fairwater Mount Pleasant"]["Published as"] == "facility, expected by others"
    assert "announced or expected" in comparison_named("sites-map", catalog, {}).title
