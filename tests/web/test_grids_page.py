"""The page of grids: what a planned load is, how each grid stands to it, and which of its numbers are estimates."""

import pytest

from dashboard import compare_grids, figures
from dashboard.estimates import estimate, questions, read_ask
from dashboard.figures.frame import Size
from dashboard.web.pages import grids

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


def test_a_sentence_of_a_load_tells_how_its_grid_stands_to_it(catalog):
    """Off the grid, in part on it and wholly on it are told apart in words, and only what is on it is no scale."""
    answer = estimate(read_ask("1 GW", catalog), catalog)
    off, part = (questions.loads(answer, catalog, ids, ["ercot"])["peak"] for ids in ((), ("ercot",)))
    told = [questions.strain_on_peak(load, catalog.grids["ercot"]) for load in (off, part)]

    assert told[0].for_scale_only
    assert told[0].sentence.endswith("; the load makes power of its own: this grid is given for scale only.")
    assert not told[1].for_scale_only
    assert "this grid carries it only in part" in told[1].sentence
