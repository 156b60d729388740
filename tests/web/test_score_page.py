"""The page on the score: its sentence, its misses first, its limits with their counts, and its two figures."""

import csv
import dataclasses
import io
import itertools
import json
import re

import numpy as np
import pytest

from dashboard import figures
from dashboard.catalog import SHIPPED
from dashboard.compare_score import BASIS_WORDS, MISS, SITES, Share, by_error, inside, misses
from dashboard.estimates.score import full_summary, summary
from dashboard.figures import size_named
from dashboard.figures.scatter import BAND, Scale
from dashboard.figures.text import width as text_width
from dashboard.web import components_score as parts
from dashboard.web import create_app
from dashboard.web.pages import score

WINDOW = {"theme": "light", "width": 1080}
INDEPENDENT = score.Choice()


@pytest.fixture(scope="module")
def client():
    """A client of a dashboard on the shipped tables."""
    return create_app(SHIPPED).server.test_client()


@pytest.fixture(scope="module")
def drawn(catalog):
    """The two comparisons of the independent pairs, by id."""
    return {item.id: item for item in score.comparisons(catalog, {})}


def words(parts):
    """What a part of a page says, as JSON."""
    return json.dumps(parts, default=lambda part: part.to_plotly_json(), ensure_ascii=False)


def test_page_answers(client):
    """The address answers 200."""
    assert client.get("/score").status_code == 200


@pytest.mark.parametrize("rows", list(score.ROWS))
def test_answer_has_the_numbers_of_the_score(catalog, rows):
    """Median error, bias, coverage and number of pairs in the first sentence are those of `score --json`."""
    choice = score.Choice(rows)
    result = score.view(catalog, choice)
    found = summary(result)
    said = words(score.render(catalog, choice, WINDOW)[0])

    assert f"{100 * found['median_ape']:.1f}\u00a0%" in said
    assert f"{100 * abs(found['bias'] - 1):.0f}\u00a0% too high" in said
    assert f"of {found['scored']} cases, {100 * found['coverage_90']:.0f}\u00a0%" in said


def test_switch_chooses_the_rows(catalog):
    """Independent pairs are a part of all; leaving families out changes the estimates, not the pairs."""
    independent, everything, left_out = (score.view(catalog, score.Choice(rows)) for rows in score.ROWS)
    wanted = {pair.case_id for pair in catalog.pairs.values() if pair.independent}

    assert {row.case.case_id for row in independent.scored} == wanted
    assert len(everything.scored) == len(catalog.pairs)
    assert {row.case.case_id for row in left_out.scored} == wanted
    assert summary(left_out)["median_ape"] == full_summary(independent, catalog)["leave_one_family_out"]["median_ape"]


def test_broken_choice_falls_back_and_says_so(catalog):
    """An unknown choice of rows is told, and the independent pairs are shown."""
    assert score.choose({"rows": "best"})[0] == INDEPENDENT
    assert "rows: must be one of" in words(score.layout(catalog, {"rows": "best"}))


def test_misses_come_first_and_worst_first(catalog):
    """The first table holds just the pairs off by more than the band, by falling error, each with its source."""
    result = score.view(catalog, INDEPENDENT)
    off = [abs(np.log(row.ratio)) for row in by_error(result)]
    worst = misses(result)
    page = words(score.render(catalog, INDEPENDENT, WINDOW))

    assert off == sorted(off, reverse=True)
    assert len(worst) == sum(value > np.log(MISS) for value in off)
    assert page.index("misses, worst first") < page.index(f"The other {len(off) - len(worst)} pairs")
    for row in worst:
        pair = catalog.pairs[row.case.case_id]
        assert pair.name in page
        assert catalog.source(pair.source_id).address in page


def test_a_range_that_misses_names_its_end():
    """Whether a figure lies in our range can be read off the row, though the range is told to two figures."""
    assert parts._inside(150, 152.4, 420) == "no, below 152 MW"
    assert parts._inside(0.103, 0.054, 0.101) == "no, above 101 kW"
    assert parts._inside(150, 150, 420) == "yes"
    assert (parts._factor(1.45), parts._factor(0.5)) == ("× 1.45", "÷ 2.00")


def test_limits_say_that_campuses_are_not_shown(catalog):
    """How many rows are whole sites, and how many of them are misses, is counted and said."""
    result = score.view(catalog, INDEPENDENT)
    sites = [row for row in result.scored if row.case.basis in SITES]
    off = [row for row in misses(result) if row.case.basis in SITES]
    said = dict(score.limits(result, catalog))

    assert f"Only {len(sites)} are whole sites" in said["Campuses"]
    assert f"{len(off)} of those are off" in said["Campuses"]
    assert "not shown for campuses" in said["Campuses"]
    assert "no terawatt-hour" in said["Energy"]
    assert re.search(r"of the \d{3} dated plans in the tables only \d+ have fallen due", said["Plans"])


def test_whole_ranges_are_told_beside_their_medians(catalog):
    """How far medians and whole ranges are off, and ranges that were right, as `score --json` has it."""
    result = score.view(catalog, INDEPENDENT)
    found = full_summary(result, catalog)["crps"]
    said = words(score.render(catalog, INDEPENDENT, WINDOW))

    for number in found.values():
        assert f"{100 * np.expm1(number):.0f}\u00a0%" in words(score._whole(result))
    assert words(score._whole(result))[1:-1] in said
    assert "is very likely within" in said
    assert "machines that share nothing" in said


def test_a_table_without_a_known_chip_gets_one_line(catalog):
    """Where no pair can be scored the page says so, and each pair that is left out says why."""
    pair = next(iter(catalog.pairs.values()))
    odd = {pair.case_id: dataclasses.replace(pair, chip="Nonesuch 9000", chip_id="", independent=True)}
    empty = dataclasses.replace(catalog, pairs=odd, version="none-known")

    page = score.render(empty, INDEPENDENT, WINDOW)

    assert len(page) == 1
    assert "none of the independent pairs can be scored" in words(page)


def test_published_comparison_has_its_source(catalog):
    """The other method's errors stand beside ours with the table that they come from."""
    page = words(score.render(catalog, INDEPENDENT, WINDOW))

    assert "17.4\u00a0%" in page
    assert "10.6\u00a0%" in page
    cited = [claim.source_id for claim in catalog.claims.values() if claim.series == score.OTHERS]
    assert len(cited) == 2
    assert all(catalog.source(source_id).address in page for source_id in cited)


def test_pixels_of_a_scale_go_right_and_down():
    """The greatest value stands at the right and at the top, and a pixel leads back to its value."""
    scale = Scale(0, 2, 300, 200)

    assert [scale.x(value) for value in (1, 10, 100)] == pytest.approx([0, 150, 300])
    assert [scale.y(value) for value in (1, 10, 100)] == pytest.approx([200, 100, 0])
    assert [scale.value_across(scale.x(30)), scale.value_down(scale.y(30))] == pytest.approx([30, 30])


def test_scatter_pairs_estimates_with_published_figures(drawn):
    """Each case is one estimate and one published row under one note, in MW, the basis in words."""
    table = drawn["score-pairs"].table
    estimates, published = (table[table.nature == nature] for nature in ("estimate", "published"))

    assert list(estimates.note) == list(published.note)
    assert estimates.note.is_unique
    assert published.q05.isna().all()
    assert (published.sources != "").all()
    assert set(table.unit) == {"MW"}
    assert set(table.basis) <= set(BASIS_WORDS.values())


def names_apart(spec):
    """Whether the names of the misses lie inside the plot and no two of them overlap."""
    layout = spec["layout"]
    margin = layout["margin"]
    wide = layout["width"] - margin["l"] - margin["r"]
    tall = layout["height"] - margin["t"] - margin["b"]
    boxes = []
    for note in layout["annotations"]:
        if note["xanchor"] == "center":
            half, high = text_width(note["text"], note["font"]["size"]) / 2, note["font"]["size"] * 0.6
            x, y = note["x"] * wide, note["y"] * tall
            boxes.append((x - half, x + half, y - high, y + high))
    inside_plot = all(left >= 0 and right <= wide and low >= 0 and top <= tall for left, right, low, top in boxes)
    apart = all(
        a[1] <= b[0] or b[1] <= a[0] or a[3] <= b[2] or b[3] <= a[2] for a, b in itertools.combinations(boxes, 2)
    )
    return bool(boxes) and inside_plot and apart


@pytest.mark.parametrize("size", ["phone", "column", "page", "slide", "square"])
def test_scatter_has_one_scale_and_its_names_are_apart(drawn, size):
    """Both axes share one logarithmic range; circles are open; names lie inside, apart, and off the band."""
    comparison = drawn["score-pairs"]
    spec = figures.figure(comparison, size_named(size))
    band, line, leaders, ranges, circles = spec["data"]
    across, up = spec["layout"]["xaxis"], spec["layout"]["yaxis"]

    assert across["type"] == up["type"] == "log"
    assert across["range"] == up["range"]
    assert across["title"]["text"] == "Published power (each line is ten times more)"
    assert line["x"] == line["y"]
    assert band["y"][0] == pytest.approx(BAND * band["x"][0])
    assert circles["marker"]["color"] == spec["layout"]["paper_bgcolor"]
    assert len(circles["x"]) == len(comparison.table) // 2
    assert len(ranges["x"]) == 3 * len(circles["x"])
    assert 1 <= len(leaders["x"]) // 3 <= len(circles["x"])
    assert names_apart(spec)
    for place in range(0, len(leaders["x"]), 3):  # from the mark to its name: both above the band, or both below
        mark, name = (leaders["y"][end] / leaders["x"][end] for end in (place, place + 1))
        assert name > BAND if mark > 1 else name < 1 / BAND


def test_calibration_counts_every_pair_once(catalog, drawn):
    """The five shares add up to all pairs, each within its own error, and the line of even shares is at 20 %."""
    comparison = drawn["score-calibration"]
    counts = [int(row.note.split()[0]) for row in comparison.rows]
    spec = figures.figure(comparison, size_named("column"))
    columns, errors, even = spec["data"]

    assert sum(counts) == len(score.view(catalog, INDEPENDENT).scored)
    assert sum(row.value for row in comparison.rows) == pytest.approx(100)
    assert all(row.q05 <= row.q25 <= row.value <= row.q75 <= row.q95 for row in comparison.rows)
    assert even["y"] == [20, 20]
    assert columns["type"] == "bar"
    assert len(errors["x"]) == 3 * len(counts)


def test_sampling_error_of_a_share():
    """Wilson's 90 % interval of 9 in 10 is 65 to 98 %; none leaves 0 to 100 %, and a verdict needs to be sure."""
    assert [round(end) for end in Share(9, 10).ends()] == [65, 98]
    assert Share(0, 5).ends()[0] == 0
    assert Share(5, 5).ends()[1] == pytest.approx(100)
    assert Share(45, 50).verdict(90) == "about right"
    assert Share(50, 50).verdict(50) == "too wide"
    assert Share(20, 50).verdict(90) == "too narrow"


def test_coverage_is_that_of_the_score(catalog):
    """The counted shares are the coverages of the score."""
    result = score.view(catalog, INDEPENDENT)

    assert inside(result.scored, 50).percent / 100 == pytest.approx(summary(result)["coverage_50"])
    assert inside(result.scored, 90).percent / 100 == pytest.approx(summary(result)["coverage_90"])


@pytest.mark.parametrize("figure", score.FIGURES)
@pytest.mark.parametrize("rows", list(score.ROWS))
def test_figures_are_files(client, figure, rows):
    """Each figure's numbers and spec can be fetched for each choice of rows."""
    numbers = client.get(f"/figure/{figure}.csv?rows={rows}")
    spec = client.get(f"/figure/{figure}.json?rows={rows}&size=phone")
    table = list(csv.DictReader(io.StringIO(numbers.text)))

    assert numbers.status_code == spec.status_code == 200
    assert table
    assert all(row["figure_sources"] for row in table)
    assert spec.get_json()["layout"]["width"] == 350
