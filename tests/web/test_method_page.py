"""The page on the method: every parameter with its sources, equations in type, and errors whose right side is ours."""

import json

import pytest

from dashboard import figures
from dashboard.catalog import SHIPPED
from dashboard.compare_method import MOST, drawn, spreads_of, widest, words_of
from dashboard.estimates import estimate, read_ask
from dashboard.figures import size_named
from dashboard.units import reader_text
from dashboard.web import components_score as parts
from dashboard.web import create_app
from dashboard.web.misreadings import misreadings
from dashboard.web.pages import method

WINDOW = {"theme": "light", "width": 1080}


@pytest.fixture(scope="module")
def client():
    """A client of a dashboard on the shipped tables."""
    return create_app(SHIPPED).server.test_client()


@pytest.fixture(scope="module")
def errors(catalog):
    """The misreadings by name."""
    return {error.name: error for error in misreadings(catalog)}


def words(part):
    """What a part of a page says, as JSON."""
    return json.dumps(part, default=lambda inner: inner.to_plotly_json(), ensure_ascii=False)


def test_page_answers(client):
    """The address answers 200."""
    assert client.get("/method").status_code == 200


def test_every_parameter_is_shown_with_range_reason_and_source(catalog):
    """No parameter is left out, and each has its numbers, its reasoning and the addresses of its sources."""
    page = words(method.render(catalog, method.Choice(), WINDOW))

    for row in catalog.parameters.values():
        assert json.dumps(row.name, ensure_ascii=False) in page
        assert words_of(row) in page
        assert json.dumps(row.reasoning, ensure_ascii=False)[1:] in page  # behind a mark, where no estimate draws it
        assert all(catalog.source(source_id).address in page for source_id in row.source_ids)


def test_every_published_figure_is_shown(catalog):
    """All evidence stands on the page, under its parameter or under the others."""
    page = words(method.render(catalog, method.Choice(), WINDOW))

    assert all(json.dumps(row.scope, ensure_ascii=False) in page for row in catalog.evidence.values())


def test_words_narrow_the_parameters(catalog):
    """Every word must be found, in any case and order; what is found is shown open, with its own picture."""
    found = method.view(catalog, method.Choice("GB200 per CHIP"))
    top, body = method.render(catalog, method.Choice("water"), WINDOW)

    assert found
    assert all("gb200" in method._text(row, catalog) for row in found)
    assert top == []
    assert '"open": true' in words(body)
    assert "figure-method-spreads" in words(body)


def test_nothing_found_is_said(catalog):
    """A word that no parameter holds gets one line; a long one is cut and told."""
    _, body = method.render(catalog, method.Choice("zebra"), WINDOW)

    assert "No parameter holds “zebra”" in words(body)
    assert "find: must be at most" in words(method.layout(catalog, {"find": "x" * 5_000}))


def test_only_fixed_values_have_no_picture(catalog):
    """Where all that is found is fixed, the values are shown and a line stands for the picture."""
    fixed = method.Choice("capacity factor nuclear")
    _, body = method.render(catalog, fixed, WINDOW)

    assert "no range to show" in words(body)
    with pytest.raises(ValueError, match="none with a range that an estimate draws"):
        method.comparisons(catalog, {"find": fixed.find})


def test_choice_survives_its_address(catalog):
    """What the choice writes into the address is what the page reads back."""
    from urllib.parse import parse_qsl

    choice = method.Choice("GB200 & water")

    assert method.choose(dict(parse_qsl(choice.query()))) == (choice, [])
    assert method.comparisons(catalog, {"find": "water"})[0].title.endswith("“water”")


def test_spreads_are_shares_of_the_central_value(catalog):
    """One row a quantity, widest first; its ends are the row's own, its middle 100 %, the values stand beside it."""
    rows = widest(catalog.parameters.values())
    comparison = spreads_of(rows, catalog, "all")
    first = comparison.rows[0]

    assert len({row.quantity for row in rows}) == len(rows)
    assert len(comparison.rows) == min(len(rows), MOST)
    assert first.value == 100
    assert first.q05 == pytest.approx(100 * rows[0].low / rows[0].central)
    assert all(row.q05 < row.q25 < 100 < row.q75 < row.q95 for row in comparison.rows)
    assert first.note == words_of(rows[0])


def test_what_no_estimate_draws_is_called_so(catalog):
    """No formula asks for the load factor and the carbon at hyperscale sites: they are marked and not counted."""
    package = SHIPPED.parent / "dashboard"
    files = [path for room in ("core", "estimates", ".") for path in (package / room).glob("*.py")]
    code = "".join(path.read_text("utf-8") for path in files if path.stem != "compare_method")
    rows = list(catalog.parameters.values())
    kept = [row for row in rows if not drawn(row)]
    table = words(parts.parameters_table(kept, catalog, "kept"))

    assert {row.quantity for row in rows if f'"{row.quantity}"' not in code} == {"load_factor"}
    assert '"hyperscale"' not in code
    assert [row.parameter_id for row in kept] == ["grid-intensity--hyperscale", "load-factor"]
    assert table.count("No estimate draws it.") == len(kept)
    assert not {row.quantity for row in widest(rows)} & {"load_factor"}
    assert f"{len(kept)} more are listed below that no estimate draws." in words(method.layout(catalog, {}))


@pytest.mark.parametrize("size", ["phone", "column", "page", "slide"])
def test_spreads_are_drawn_on_a_logarithmic_axis(catalog, size):
    """All central values lie above each other at 100 %, the axis ends with its unit, and every label is drawn."""
    (comparison,) = method.comparisons(catalog, {})
    spec = figures.figure(comparison, size_named(size))
    axis = spec["layout"]["xaxis"]
    texts = " ".join(note["text"] for note in spec["layout"]["annotations"])

    assert axis["type"] == "log"
    assert axis["title"]["text"] == "Per cent of the central value, on a doubling scale"
    assert "100\u00a0%" in axis["ticktext"]
    assert spec["data"][2]["x"] == [100.0] * len(comparison.rows)
    assert all(row.label.split()[0] in texts for row in comparison.rows)


def test_right_side_of_an_error_is_our_own_chain(catalog, errors):
    """100,000 H100 are 140 MW of IT and 180 MW at the peak, as the chain has it, not the 70 MW of the claim."""
    answer = estimate(read_ask("100000 H100", catalog), catalog)
    found = errors["Chips taken for the data centre"]

    assert "70 MW" in found.wrong
    assert reader_text(answer.quantiles("it_rated")[2], "MW") in found.right
    assert reader_text(answer.quantiles("facility_peak")[2], "MW") in found.right
    assert found.ours


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("Capacity read as energy", "263 TWh", "160 TWh (120–200)"),
        ("A gigawatt, a reactor", "30 reactors", "about 20 "),
        ("A sum pinned to one part", "30 GW", "0.50 GW"),
        ("Nameplate set beside a peak", "4.0 %", "22 GW (18–26)"),
        ("Homes counted at full load", "8.3 million", "5.1 million (3.8–6.2) if they are facility power"),
        ("Delayed read as cancelled", "30 to 50 %", "8.0–11 GW of 16 GW"),
    ],
)
def test_errors_agree_with_the_worked_examples(errors, name, wrong, right):
    """Wrong and right are those of method sections 5 and 7."""
    assert wrong in errors[name].wrong
    assert right in errors[name].right


def test_errors_have_sources_and_all_are_shown(catalog, errors):
    """Nine errors, each with its sources, wrong and right side by side on the page."""
    page = words(method.layout(catalog, {}))

    assert len(errors) == 9
    for error in errors.values():
        assert error.wrong in page
        assert error.right in page
        assert error.source_ids
        assert all(source_id in catalog.sources for source_id in error.source_ids)


def test_a_group_of_parameters_is_named_for_all_of_them(catalog):
    """The heading over two values of one quantity is not the name of the first of them."""
    (name,) = (
        name for name, rows in method.grouped(list(catalog.parameters.values())).items() if rows[0].symbol == "ω"
    )

    assert name == "Part that houses chips counted in chip deals"


def test_what_is_observed_is_told_from_what_we_assume(catalog, errors):
    """The counted slips stand apart from the parameter; what was secured is no number of ours, and has its month."""
    why, then = errors["Delayed read as cancelled"].why, errors["Secured read as running"]

    assert "Observed: 25 milestones" in why
    assert f"we assume that 80 % of dated steps slip, and these by {catalog.parameter('delay').central:g} days" in why
    assert then.said.endswith("at the end of April 2026: ")
    assert then.right.endswith("of facility peak")
    assert "secured" not in then.right


def test_a_misprint_is_not_marked_as_ours(errors):
    """What was published is no estimate of ours."""
    assert not errors["A unit or a point slipped"].ours


def test_odds_of_claims_are_shown(catalog):
    """Each kind of claim has its three odds, which make 100 %."""
    table = words(method.claims_table(catalog))

    assert all(row.name in table and row.why in table for row in catalog.claim_types.values())
    assert all(sum(row.weights) == pytest.approx(1) for row in catalog.claim_types.values())


def test_equations_are_type_not_pictures():
    """Variables are italic, indices low, units and names upright; nothing but text."""
    shown = words(parts.equation("P_pk = C_IT · (1 + h) · 8,760 h"))

    assert shown.count('"type": "Sub"') == 2
    assert shown.count('"type": "I"') == 3
    assert "8,760 h" in shown


def test_figure_is_a_file(client):
    """The picture's numbers and spec can be fetched, with and without a word."""
    for query in ("", "?find=water"):
        assert client.get(f"/figure/method-spreads.csv{query}").status_code == 200
        assert client.get(f"/figure/method-spreads.json{query}").status_code == 200
    assert client.get("/figure/method-spreads.csv?find=zebra").status_code == 400
