"""Pages called as functions and over HTTP: state from the query, broken values told, files and the API."""

import dataclasses
import json
import re
from urllib.parse import urlencode

import dash.html
import numpy as np
import pytest

from dashboard import captions, compare_grids, compare_plans, figures, workings
from dashboard.catalog import SHIPPED
from dashboard.compare import row_text
from dashboard.compare_deals import RIBBONS
from dashboard.core.draws import Draws
from dashboard.estimates.ask import BASIS_NAMES
from dashboard.estimates.ledger import BASES
from dashboard.estimates.owning import cost_texts, owned
from dashboard.estimates.series import timeline
from dashboard.figures.frame import Size
from dashboard.units import reader_text, spread_text
from dashboard.web import components, components_plans, create_app
from dashboard.web.addresses import FORMS, PINS, AddressError, comparisons_at
from dashboard.web.app import page_content
from dashboard.web.openapi import description
from dashboard.web.pages import PAGES, convert, data, deals, grids, home, plans
from dashboard.web.pages.home import BASIS_LABELS
from dashboard.web.sentences_plans import MONTH, one_date

WINDOW = {"theme": "light", "width": 1080}


def _told(part):
    return json.dumps(part, default=lambda inner: inner.to_plotly_json(), ensure_ascii=False)


@pytest.fixture(scope="module")
def client():
    """A client of a dashboard on the shipped tables."""
    return create_app(SHIPPED).server.test_client()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.PATH)
def test_every_address_answers(client, page):
    """Each page's address answers 200 and its layout holds one h1."""
    assert client.get(page.PATH).status_code == 200
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.PATH)
def test_layout_has_one_headline(catalog, page):
    """The page's title is its only h1."""
    text = json.dumps(page.layout(catalog, {}).to_plotly_json(), default=lambda part: part.to_plotly_json())

    assert text.count('"type": "H1"') == 1
    assert page.TITLE.split()[0] in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.PATH)
def test_cells_of_tables_hold_plain_elements(catalog, page):
    """Ours draws cells as elements of HTML: a component of Dash in one of them would make the page draw without end."""
    choices = [page.Choice()] if hasattr(page, "render") else []
    if page is convert:
        choices.append(page.Choice(text="38 billion USD over 7 years", other="100000 H100"))
    drawn = [page.layout(catalog, {}), *(page.render(catalog, choice, WINDOW) for choice in choices)]
    tables = [part for part in _parts(json.loads(_told(drawn))) if part["type"] == "Table"]
    cells = [part for table in tables for part in _parts(table["props"]["rows"])]

    assert tables or page is data  # whose tables are grids
    assert {part["namespace"] for part in cells} <= {"dash_html_components"}


def _parts(told):
    """Every component in what a page tells as JSON, whatever it stands in."""
    if isinstance(told, list):
        return [part for one in told for part in _parts(one)]
    if not isinstance(told, dict):
        return []
    inner = [part for one in told.values() for part in _parts(one)]
    return [told, *inner] if "namespace" in told else inner


@pytest.mark.parametrize(
    ("page", "query", "told"),
    [
        (home, {"basis": "moon"}, "basis: must be one of"),
        (plans, {"by": "colour"}, "by: must be one of"),
        (plans, {"name": "<script>"}, "is called"),
        (plans, {"by": "total", "name": "OpenAI"}, "all sites have no name; give by=user"),
        (deals, {"user": "nobody"}, "user: must be one of"),
        (deals, {"user": "openai"}, "nearest: OpenAI"),
        (deals, {"unit": "kg"}, "unit: must be one of"),
        (grids, {"question": "why"}, "question: must be one of"),
        (plans, {"by": "site", "name": "hyperion"}, "nearest: Meta Hyperion, Richland Parish; all sites"),
        (grids, {"grids": "atlantis"}, "no grid is called"),
        (grids, {"grids": "italy"}, "nearest: ita (Italy); it is left out"),
        (data, {"table": "passwords"}, "table: must be one of"),
    ],
)
def test_broken_query_values_fall_back_and_say_so(catalog, page, query, told):
    """A value that is not possible is told in one line, and the page stands."""
    text = json.dumps(page.layout(catalog, query).to_plotly_json(), default=lambda part: part.to_plotly_json())

    assert told in text


def test_choices_survive_their_address(catalog):
    """What a choice writes into the address is what the page reads back."""
    from urllib.parse import parse_qsl

    typed = convert.Choice("400k GB200", "it", "h100-sxm", "30 GW", "2 GW", {"draw_ratio": "0.7"})
    by_site = plans.Choice("site", "Stargate Abilene")
    ledger = deals.Choice("Anthropic", "billion USD", "facility")

    assert convert.choose(dict(parse_qsl(typed.query()))) == typed
    assert plans.choose(dict(parse_qsl(by_site.query())), catalog)[0] == by_site
    assert deals.choose(dict(parse_qsl(ledger.query())), catalog)[0] == ledger


def test_a_key_given_twice_is_told(catalog):
    """Neither value is taken in silence: the page says so, and the exporter refuses as a file does."""
    text = str(page_content("/", "?basis=it&basis=facility", catalog))

    assert 'query: must have each key once, got "basis" 2 times; the page is shown as without a query' in text
    with pytest.raises(AddressError, match="must have each key once"):
        comparisons_at("/?basis=it&basis=facility", catalog, "energy")


def test_a_figures_file_takes_what_its_description_says(client):
    """Choices of its page and the marks of a link; any other key is refused, as the description has it."""
    address = "/figure/energy.csv"
    (marks,) = (
        one
        for one in description()["paths"][address.replace("energy", "{figure_id}")]["get"]["parameters"]
        if one["name"] == "marks"
    )

    for key in (*PINS, *FORMS, "utm_source", "zzz"):
        described = any(re.search(pattern, key) for pattern in marks["schema"]["patternProperties"])
        assert (client.get(address, query_string={key: "light"}).status_code == 200) == described
    assert marks["schema"]["additionalProperties"] is False


def test_unknown_address_is_a_designed_page(catalog):
    """Where there is no page, the others are offered."""
    text = json.dumps(
        page_content("/nowhere", "", catalog).to_plotly_json(), default=lambda part: part.to_plotly_json()
    )

    assert "There is no page" in text
    assert all(page.PATH in text for page in PAGES)


@pytest.mark.parametrize("figure", [name for page in PAGES for name in page.FIGURES])
def test_each_figure_is_a_csv_and_a_spec(client, figure):
    """The same comparison as numbers and as a plotly spec."""
    numbers, spec = client.get(f"/figure/{figure}.csv"), client.get(f"/figure/{figure}.json?size=social&theme=dark")

    assert numbers.status_code == spec.status_code == 200
    assert numbers.text.splitlines()[0].startswith("label,nature,q05")
    assert spec.get_json()["layout"]["width"] == 1200


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("/figure/nonsense.csv", 404, "must be one of"),
        ("/figure/energy.json?size=poster", 400, "size: must be one of"),
        ("/figure/energy.json?theme=blue", 400, "theme: must be light or dark"),
        ("/figure/chain.csv?text=9**9**9", 400, "expression"),
        ("/api/estimate", 400, "got nothing"),
        ("/api/estimate?text=30+mW", 400, "milliwatt"),
        ("/api/estimate?text=30+GW&seed=abc", 400, "seed: must be a whole number"),
        ("/api/estimate?text=30+GW&base=it", 400, "must be of text, basis, chip, above, seed"),
        ("/api/estimate?text=30+GW&set.draw_ratio=9", 400, "draw_ratio"),
        ("/data/passwd", 404, "must be a table"),
        ("/api/estimate?text=100+GW&text=5+GW", 400, 'query: must have each key once, got \\"text\\" 2 times'),
        ("/figure/energy.csv?basis=it&basis=facility", 400, "query: must have each key once"),
        ("/look.json?address=%2F%3Fbasis%3Dit%26basis%3Dfacility", 400, "query: must have each key once"),
    ],
)
def test_bad_addresses_get_one_line(client, address, status, told):
    """Neither a stack nor a guess: the status and one line."""
    found = client.get(address)

    assert found.status_code == status
    assert told in found.text


def test_no_path_leads_out_of_the_tables(client):
    """A path that climbs gets a page or nothing, never a file."""
    for address in ("/data/..%2f..%2fetc%2fpasswd", "/data/../../etc/passwd", "/assets/..%2f..%2fcatalog.py"):
        assert "root:" not in client.get(address).text
        assert "import" not in client.get(address).text.split("<script")[0]


def test_api_is_the_command_line(client):
    """/api/estimate answers with what `estimate --json` prints."""
    from click.testing import CliRunner

    from dashboard.__main__ import main

    printed = json.loads(CliRunner().invoke(main, ["estimate", "30 GW", "--basis", "it", "--json"]).stdout)

    assert client.get("/api/estimate?text=30+GW&basis=it").get_json() == printed


def test_headers_keep_strangers_out(client):
    """A strict policy, no sniffing, on pages and files alike."""
    for address in ("/", "/api/estimate?text=30+GW", "/figure/energy.csv"):
        headers = client.get(address).headers

        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe-eval" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_two_apps_in_one_process_both_work():
    """The second app has as many callbacks as the first."""
    first, second = (create_app(SHIPPED).server.test_client() for _ in range(2))

    assert len(first.get("/_dash-dependencies").get_json()) == len(second.get("/_dash-dependencies").get_json()) > 5


def test_big_tables_begin_with_what_is_said(client):
    """Statement, value, unit, date and source stand first, the id last, and numbers sort as numbers."""
    names = client.get("/data/claims.csv").text.splitlines()[0].split(",")
    order = data._ordered(names)
    grid = data._ordered(client.get("/data/grids.csv").text.splitlines()[0].split(","))

    assert order[:5] == ["statement", "value", "unit", "said", "source_id"]
    assert grid[:6] == ["name", "demand [TWh]", "year", "peak [GW]", "peak_date", "peak_kind"]
    assert order[-1] == "claim_id"
    assert sorted(order) == sorted(names)
    assert [data._number(text) for text in ("2.2", "", "about 3")] == [2.2, None, "about 3"]


def test_big_tables_link_their_sources(catalog):
    """A source is told by publisher, year and tier, with its address; marks in a name stay letters."""
    source = catalog.source("openai-2025-aws-openai-multi-year-partnership")
    named = dataclasses.replace(source, publisher="[a](javascript:b) *c*")

    shown = components.cited(f"{source.source_id}; none", catalog.sources)

    assert shown == f"[OpenAI 2025](<{source.address}>) (primary); none"
    assert components.cited("x", {"x": named}).startswith("[\\[a\\](javascript:b) \\*c\\* 2025](<https://")
    assert components.cited(source.address, {}) == f"<{source.address}>"


def test_tables_download_as_they_are(client):
    """A table's file reads back to the same rows."""
    import csv
    import io

    found = list(csv.DictReader(io.StringIO(client.get("/data/claims.csv").text)))
    shipped = list(csv.DictReader(io.StringIO((SHIPPED / "claims.csv").read_text())))

    assert found == shipped


def test_home_tells_every_number_of_the_story(catalog):
    """Each story claim is on the page with its number and source."""
    text = json.dumps(home.render(catalog, home.Choice(), WINDOW), default=lambda part: part.to_plotly_json())

    for claim in catalog.claims.values():
        if claim.story:
            assert claim.statement in text
            assert catalog.source(claim.source_id).address in text
    for number in ("$38 billion", "7 years", "$1.4 trillion", "30 GW", "$8 billion", "500,000 chips", "$250 billion"):
        assert number in text


def test_home_tells_what_superseded_a_claim_in_its_words(catalog):
    """The later statement and its day are named, and no id of a row; a term falls with its money."""
    text = json.dumps(home.render(catalog, home.Choice(), WINDOW), default=lambda part: part.to_plotly_json())
    older, later = catalog.claims["openai-money-600"], catalog.claims["openai-money-750"]

    assert later.supersedes == older.claim_id
    assert f"Superseded on {later.said} by \\u201c{later.statement}" in text
    assert later.claim_id not in text


def test_home_sets_no_unlike_dollars_against_each_other(catalog):
    """$1.4 trillion was followed by $600 billion, which is not like for like; second-hand words are told as that."""
    text = _told(home.render(catalog, home.Choice(), WINDOW))
    older, later = catalog.claims["story-openai-money"], catalog.claims["openai-money-600"]

    assert "not like for like with $1.4 trillion" in later.note
    assert f"Followed on {later.said} by “{later.statement}” (spending through 2030, not all obligations: not" in text
    assert f"Said of “{older.statement}” of {older.said}, which was followed" in text
    assert f"by “{later.statement}" not in text.replace(f"Followed on {later.said} by", "")
    assert '"Stands. Second-hand."' in text


def test_plain_elements_are_what_components_become():
    """An element written as JSON is the component's own JSON, so that the browser cannot tell them apart."""
    marks = {"className": "number", "data-label": "Value"}

    assert components.plain("Td", ["1", "2"], **marks) == dash.html.Td(["1", "2"], **marks).to_plotly_json()


@pytest.mark.parametrize("question", grids.QUESTIONS)
def test_every_question_of_a_grid_is_answered(catalog, question):
    """Each question has its page: a figure, the highest hour among the steps, and what the letters stand for."""
    text = json.dumps(
        grids.render(catalog, grids.Choice(question=question), WINDOW), default=lambda part: part.to_plotly_json()
    )

    assert f"figure-grids-{question}" in text
    answer = grids.render(catalog, grids.Choice(question=question), WINDOW)[0].children
    plain = "".join(part for part in answer[1:] if isinstance(part, str))
    assert not re.search(r"\d", plain)  # every number of the answer is marked as an estimate
    assert "Highest hour" in text
    assert "P_pk = facility peak capacity" in text


def test_grids_without_a_peak_in_our_tables_are_named(catalog):
    """Every chosen grid has a panel or its name in the foot and on the page, with the part of it that has a peak."""
    choice = grids.Choice(question="peak")
    comparison = grids.view(catalog, choice)
    text = json.dumps(grids.render(catalog, choice, WINDOW), default=lambda part: part.to_plotly_json())
    drawn = {row.label for row in comparison.rows}
    missing = [name for grid_id in grids.shown(catalog, choice) if (name := catalog.grids[grid_id].name) not in drawn]

    told = "our tables hold no peak of: United States (its part “United States, Lower 48” has one), World."
    assert missing == ["United States", "World"]
    assert told in comparison.foot
    assert told in text.encode().decode("unicode_escape")
    assert ") or less" in str(figures.figure(comparison, Size("page", 1080, None, 14.0), "light"))


def test_an_empty_cell_of_ours_is_not_told_as_unpublished(catalog):
    """ERCOT and PJM publish their demand: that it is missing is said of our tables, beside other grids and alone."""
    beside = grids.view(catalog, grids.Choice())
    alone = grids.view(catalog, grids.Choice(grids=("ercot", "pjm")))
    told = "Not drawn, for our tables hold no yearly demand of: ERCOT (Texas), PJM Interconnection."

    assert told in beside.foot
    assert told in alone.foot
    assert alone.answer == "Our tables hold it for none of these grids."


@pytest.mark.parametrize(("question", "other"), [("plants", "average"), ("adequacy", "highest hour")])
def test_the_plants_of_a_load_can_be_worked_out_from_what_is_told(catalog, question, other):
    """Load, reserve and the share of the nameplate that counts stand beside each plant, and make its size."""
    kinds = grids.worked(catalog, grids.Choice())[1]
    load = float(re.search(rf"{other} ([\d.]+) GW", compare_grids.load_words(kinds))[1])
    rows = grids.view(catalog, grids.Choice(question=question)).rows

    assert len(rows) == 4
    for row in rows:
        size, share = re.search(r"^([\d.]+) GW .* (?:counting|factor of) ([\d.]+)\s%", row.note).groups()
        reserve = re.search(r"(\d+)\s% reserve", row.note)
        need = load * (1 + float(reserve[1]) / 100 if reserve else 1)
        assert float(size) == pytest.approx(need / float(share) * 100, rel=0.05), row.note
    assert ("reserve" in rows[0].note) == (question == "adequacy")
    assert question == "plants" or "PJM credits onshore wind with 0.41" in rows[2].note


def test_a_share_of_a_lower_bound_has_its_range_before_or_less(catalog):
    """No range stands above a maximum, and number and range are marked as one estimate."""
    answer = grids.render(catalog, grids.Choice(grids=("deu",), question="peak"), WINDOW)[0].children
    _, _, number, after = answer

    assert re.fullmatch(r"\d+\s% \(\d+–\d+\s%\)", number.children)
    assert after == " or less of the highest peak found for Germany, for scale only."


@pytest.mark.parametrize(
    ("load", "text", "changed", "shown"),
    [
        ("30 GW", "400k GB200", "grids-text", (None, dash.no_update)),
        ("user:Meta", "400k GB200", "grids-load", ("user:Meta", "")),
        (None, "asdf", "grids-text", (None, dash.no_update)),
        (None, "", "grids-text", ("30 GW", dash.no_update)),
        (None, "  ", "grids-text", ("30 GW", dash.no_update)),
        ("user:Meta", "", "grids-text", ("user:Meta", dash.no_update)),
    ],
)
def test_of_list_and_box_the_one_changed_last_stays(load, text, changed, shown):
    """What is typed clears the list, what is chosen clears the box, and an emptied box has the first of the list."""
    assert grids.one_load(load, text, changed) == shown


@pytest.mark.parametrize(
    ("query", "listed", "typed"),
    [
        ({}, "30 GW", ""),
        ({"load": ""}, "30 GW", ""),
        ({"load": "user:Meta"}, "user:Meta", ""),
        ({"load": "400k GB200"}, None, "400k GB200"),
        ({"load": "user:Nobody"}, None, "user:Nobody"),
    ],
)
def test_a_link_shows_its_load_in_the_list_or_in_the_box(catalog, query, listed, typed):
    """The load of the address is in the one or the other, also one that is in no table."""
    controls = [
        part for part in grids.layout(catalog, query)._traverse() if hasattr(part, "id") and hasattr(part, "value")
    ]
    values = {part.id: part.value for part in controls}

    assert (values["grids-load"], values["grids-text"]) == (listed, typed)


@pytest.mark.parametrize("question", grids.QUESTIONS)
def test_grids_can_be_chosen_where_they_change_the_answer(catalog, question):
    """The box of the grids is hidden just where the answer is the same with others, and keeps its value there."""
    parts = {
        part.id: part
        for part in grids.layout(catalog, {"question": question, "grids": "irl"})._traverse()
        if hasattr(part, "id")
    }
    here, there = (grids.view(catalog, grids.Choice(question=question, grids=(name,))).csv for name in ("irl", "ita"))

    assert parts["grids-which"].hidden == (here == there)
    assert parts["grids-grids"].value == ["irl"]


def test_plans_tell_the_published_figure_behind_a_converted_one(catalog):
    """A site's announced power names the figure that somebody published, with its basis and without an id of a row."""
    choice = plans.Choice("site", "Stargate Abilene")
    text = json.dumps(plans.render(catalog, choice, WINDOW), default=lambda part: part.to_plotly_json())
    row = next(row for row in plans.site_rows(catalog) if row["Site"] == "Stargate Abilene")

    assert "converted by us from a figure: 824 MW IT (our arithmetic)." in text
    assert row["Published as"] == "IT"
    assert not any(milestone_id in text for milestone_id in catalog.milestones)


def test_grids_within_grids_are_told_apart(catalog):
    """What lies in a grid beside a part of it with sites of its own is its rest; a country alone says so too."""
    names = set(plans.groups(catalog, "grid"))

    assert {"PJM Interconnection (rest)", "United States (grid not named)", "Dominion (DOM) zone, PJM"} <= names
    assert {"ERCOT (Texas)", "France"} <= names
    assert len(names) == len({site.grid_id for site in catalog.sites.values()} - {""})


@pytest.mark.parametrize(
    ("columns", "last"), [(components_plans.COLUMNS, "Likely 2030, MW"), (deals.COLUMNS, "Stated")]
)
def test_first_columns_are_whole_on_a_phone(columns, last):
    """A phone shows what its reader came for; no number is cut at the edge, where it would read as another."""
    shown, wide = (
        components.grid("t", columns, [], {"width": width}, name="t").children[0].columnDefs for width in (350, 1080)
    )

    assert shown[2]["field"] == last
    assert sum(column["width"] for column in shown[:3]) <= 348 < sum(column["width"] for column in wide[:3])


def test_a_large_step_at_one_date_is_told(catalog):
    """Of OpenAI's sites nearly half has one date; a site of its own needs no name, and all sites have no such step."""
    timeline = plans.plans_of(catalog)
    told = one_date(timeline.of("user", "OpenAI"), timeline, catalog)
    line = timeline.of("user", "OpenAI").lines["announced"][:, 2]
    before, after = (line[timeline.months.index(month)] for month in ("2032-11", "2032-12"))

    assert told.startswith(f"{reader_text(after - before, 'MW')} of the {reader_text(line[-1], 'MW')} announced")
    assert "December 2032 (PORTS-Pike (Piketon); Project Camellia" in told
    assert "December 2032: steps" in one_date(timeline.of("site", "PORTS-Pike (Piketon)"), timeline, catalog)
    assert one_date(timeline.of("total", "all sites"), timeline, catalog) == ""


def test_sites_that_nothing_is_likely_of_are_told_and_dated_late(catalog):
    """A site whose likely power is 0 has every step up to then in the last month, and the page says so."""
    rows = plans.site_rows(catalog)
    late = {row["Site"] for row in rows if row["Announced 2030, MW"] and not row["95th percentile, MW"]}
    ids = {site_id for site_id, site in catalog.sites.items() if site.name in late}
    dates = {
        row.date[:7] for row in catalog.milestones.values() if row.site_id in ids and row.power and row.date < "2031"
    }
    text = json.dumps(plans.render(catalog, plans.Choice(), WINDOW), default=lambda part: part.to_plotly_json())

    assert late
    assert dates == {"2030-12"}
    assert f"Nothing is likely yet of {len(late)} of them" in text


def test_a_date_of_ours_makes_no_sure_nothing(catalog):
    """Where the last day of 2030 is our placeholder, Likely is blank and the sites are named; published, it is 0."""
    rows = {row["Site"]: row for row in plans.site_rows(catalog)}
    columns = ("Likely 2030, MW", "5th percentile, MW", "95th percentile, MW")
    blank = [name for name, row in rows.items() if [row[column] for column in columns] == [None] * 3]

    assert blank == [
        "Google and Tenaska, Nebraska (proposed)",
        "IREN Kiowa",
        "Colchis",
        "IREN Bundey",
        "Ferrera Erbognone AI campus",
        "Stargate Argentina",
    ]
    assert [rows["Google Visakhapatnam AI hub"][column] for column in columns] == [0, 0, 0]
    assert f"That day is ours, for want of a published one, for {'; '.join(blank)} (6.8 GW)" in _told(
        plans.render(catalog, plans.Choice(), WINDOW)
    )
    assert "params.value == null" in components_plans.MEGAWATTS["valueFormatter"]["function"]


def test_each_layer_has_a_bar_of_its_own(catalog):
    """Where ribbons of two layers end at one name there are two bars, each with its own sum, and none of both."""
    counted, ribbons = deals.view(catalog, deals.Choice(basis="it"))
    layers = {"chips": "Chip deals, added up", "capacity": "Sites and clouds, added up"}
    sums = {layer: row_text(next(r for r in counted.rows if r.label == layers[layer]), "GW") for layer in layers}
    texts = str(figures.figure(ribbons, Size("page", 1080, None, 14.0), "light")["layout"]["annotations"]).replace(
        "\\xa0", " "
    )

    assert all(f"OpenAI, {layer} {total}" in texts for layer, total in sums.items())
    assert texts.count("'OpenAI, ") == 2
    assert ribbons.table.q05.notna().any()


def test_a_sum_of_published_dollars_is_told_as_ours(catalog):
    """$38 and $100 billion from AWS: nobody published their sum, which has the sources of both and is marked."""
    ribbons = deals.view(catalog, deals.Choice(unit="billion USD"))[1]
    rows = {row.label: row for row in ribbons.rows}
    both, one = rows["Amazon AWS → OpenAI"], rows["Oracle → OpenAI"]

    assert (both.nature, both.value, both.giver_total) == ("sum", 138, "$138 bn, sum of 2")
    assert set(both.sources.split("; ")) == {
        catalog.commitments[name].source_id for name in ("openai-aws-2025", "openai-aws-2026")
    }
    assert (one.nature, one.value, one.date) == ("published", 300, "2025-09-23")
    assert one.taker_total == "$730 bn, sum of 6"
    assert "our sum of published figures" in _told(components.comparison_table(ribbons))
    assert "sums of them ours" in captions.caption(ribbons)


def test_amounts_said_later_stand_beside_the_deals(catalog):
    """In dollars a user's page tells what the prospectus of September 2026 has; in gigawatts it does not."""
    prospectus = catalog.claims["anthropic-google-111"].statement

    assert prospectus in _told(deals._said(catalog, deals.Choice("Anthropic", "billion USD")))
    assert deals._said(catalog, deals.Choice("Anthropic")) is None


def test_deals_that_ended_are_marked_and_stand_last(catalog):
    """NVIDIA's letter and the first Cerebras contract are checked, but say what took their place."""
    rows = deals._checks(catalog, deals.Choice())["props"]["rows"]
    status = [row[3] for row in rows]

    assert status[-2:] == [
        "replaced by Cerebras → OpenAI of 2026-04-17",
        "replaced by NVIDIA → OpenAI of 2026-02-27",
    ]
    assert not any("replaced" in told for told in status[:-2])
    assert "$100 billion of investment" in rows[-1][1]


@pytest.mark.parametrize("user", ["OpenAI", "everybody"])
def test_a_sum_of_mixed_bases_says_what_it_is_on_one(catalog, user):
    """As stated, the answer tells the same deals as IT and as facility power; on one basis it does not."""
    stated, it, facility = (deals.view(catalog, deals.Choice(user, basis=basis))[0] for basis in BASES)
    best = [next(row for row in item.rows if row.label in ("Best: counted once", "OpenAI")) for item in (it, facility)]
    words = f"bases mixed: as IT {row_text(best[0], 'GW')}, as facility {row_text(best[1], 'GW')}"

    assert words in stated.answer
    assert "mixed" not in it.answer + facility.answer
    said = deals._answers(catalog, deals.Choice(user))
    marked = {part.children for part in said if not isinstance(part, str) and part.className == "estimated"}
    assert words in "".join(part if isinstance(part, str) else part.children for part in said)
    assert {row_text(row, "GW") for row in best} <= marked


@pytest.mark.parametrize("basis", BASES)
def test_everybody_s_deals_are_counted_user_by_user(catalog, basis):
    """Each user stands once with what their own ledger says, the largest first, and nobody adds them up."""
    choice = deals.Choice("everybody", basis=basis)
    counted, _ = deals.view(catalog, choice)
    own = {row.label: deals.view(catalog, deals.Choice(row.label, basis=basis))[0] for row in counted.rows}
    told = json.dumps(deals.render(catalog, choice, WINDOW), default=lambda part: part.to_plotly_json())
    worked = counted.worked()

    assert sorted(own) == sorted(set(deals.users(catalog)) - {deals.METHOD_LEDGER, "everybody"})
    for row in counted.rows:
        (best,) = (part for part in own[row.label].rows if part.label.startswith("Best"))
        np.testing.assert_equal((row.q05, row.value, row.q95), (best.q05, best.value, best.q95))
    assert list(counted.table.value) == sorted(counted.table.value, reverse=True)
    assert [line.label for line in worked.formulas] == list(counted.table.label)
    assert "never added up" in told
    assert "early 2026" not in told.split("Who sells to", 1)[0]


def test_units_stand_whole_at_the_head_of_a_table():
    """A unit is not broken into words, as the grid would by itself."""
    assert data._column("demand [TWh]", True, phone=False, first=True)["headerName"] == "Demand [TWh]"
    assert data._column("tdp_note", False, phone=False, first=False)["headerName"] == "TDP note"


def test_everybody_is_offered_where_there_are_several(catalog):
    """Tables with the deals of one user alone offer no comparison of users."""
    one = {name: deal for name, deal in catalog.commitments.items() if deal.user == "OpenAI"}
    few = dataclasses.replace(catalog, version="one user", commitments=one)

    assert deals.users(few) == ("OpenAI", deals.METHOD_LEDGER)
    assert deals.choose({"user": "everybody"}, few)[1]


@pytest.mark.parametrize(("question", "told"), [("energy", "demand_caution"), ("peak", "caution")])
def test_a_grid_s_caution_is_on_the_figure_shown(catalog, question, told):
    """Beside a year's demand stands what is to be minded of it, beside a peak what is of the peak."""
    comparison = grids.view(catalog, grids.Choice(question=question, grids=("ita", "gbr")))
    notes = {row.label: row.note for row in comparison.rows}
    other = "caution" if told == "demand_caution" else "demand_caution"

    for grid in (catalog.grids[name] for name in ("ita", "gbr")):
        assert not getattr(grid, told) or getattr(grid, told).rstrip(".") in notes[grid.name]
        assert not getattr(grid, other) or getattr(grid, other).rstrip(".") not in notes[grid.name]
    assert catalog.grids["ita"].demand_caution
    assert catalog.grids["ita"].caution


@pytest.mark.parametrize(("text", "given"), [("5 GW", True), ("100000 H100", False)])
def test_a_peak_that_was_typed_is_not_told_as_an_estimate(catalog, text, given):
    """Facility power that was given stands as given, in the answer and in the figure; chips make an estimate."""
    choice = convert.choose({"text": text, "basis": "facility"})
    shown = json.dumps(convert.render(catalog, choice, WINDOW), default=lambda part: part.to_plotly_json())
    chain = convert.comparisons(catalog, {"text": text, "basis": "facility"})[0]

    assert ("at the meter at full rating (as given)" in shown) == given
    assert ("as given" in chain.answer) == given
    assert ("range" in chain.answer) != given


@pytest.mark.parametrize(("by", "name"), [("site", "Google Pryor (North)"), ("user", "Meta")])
def test_a_planned_load_is_as_doubtful_on_a_grid_as_among_the_plans(catalog, by, name):
    """The capacity set beside grids has the range of /plans, not its median alone."""
    band = plans.groups(catalog, by)[name].at("announced", MONTH)
    _, kinds = grids.worked(catalog, grids.Choice(f"{by}:{name}"))
    seen = np.quantile(kinds["capacity"].value.m_as("MW"), [0.05, 0.5, 0.95])

    np.testing.assert_allclose(seen, [band[0], band[2], band[4]], rtol=0.01)
    told = f"The planned capacity is itself {spread_text(band[0], band[2], band[4], 'MW')}, as on the page of plans"
    parts = grids.render(catalog, grids.Choice(f"{by}:{name}"), WINDOW)[2].children
    shown = "".join(part if isinstance(part, str) else part.children for part in parts)
    assert f"{told}; that doubt is in every range here" in shown
    assert told in grids.view(catalog, grids.Choice(f"{by}:{name}")).method
    assert "planned capacity" not in grids.view(catalog, grids.Choice()).method


def test_plans_tell_how_much_of_what_runs_nobody_published(catalog):
    """Estimates of others stand apart from what operators say: by site none, all or, in a group, their sum."""
    seen = plans.plans_of(catalog)
    sites = {series.site_ids[0]: series for series in seen.by("site").values()}
    meta = seen.of("user", "Meta")
    told = {
        name: json.dumps(
            plans.render(catalog, plans.Choice(by, name), WINDOW), default=lambda part: part.to_plotly_json()
        )
        for by, name in (("site", sites["pryor"].name), ("site", sites["abilene"].name), ("country", "Germany"))
    }

    assert compare_plans.unpublished(sites["abilene"], seen) == 0
    assert compare_plans.unpublished(sites["pryor"], seen) == pytest.approx(442, rel=0.02)
    assert compare_plans.unpublished(meta, seen) == pytest.approx(
        sum(compare_plans.unpublished(sites[name], seen) for name in meta.site_ids)
    )
    assert " at the meter is estimated by others for the end of 2030" in told[sites["pryor"].name]
    assert (
        '", all", " of it as others estimate, mostly from satellite pictures and permits", ", where operators publish'
        in (told[sites["pryor"].name])
    )
    assert " at the meter is announced for the end of 2030" in told[sites["abilene"].name]
    assert "satellite pictures" not in told[sites["abilene"].name].split("Milestones", 1)[0]
    assert '", all", " of it as others estimate", ", where operators publish' in told["Germany"]  # one of no pictures


def test_converter_with_nothing_left_open(catalog):
    """What is worked out of set numbers is not called given; no figure of what would change it is drawn."""
    query = {"text": "1 GW", "basis": "it"} | {f"set.{name}": "0.5" for name in ("mature_load", "peak_overhead", "g")}
    choice = convert.choose(query | {"set.peak_overhead": "0.3"})
    text = str(convert.render(catalog, choice, {}))

    assert "1.3 GW" in text
    assert text.count("'as given'") == 1  # the IT power, which was typed
    assert convert.NOTHING_OPEN in text
    assert [item.id for item in convert.comparisons(catalog, query)][-1] != "tornado"


@pytest.mark.parametrize(("text", "apart"), [("10000 tpu-v4", True), ("100000 H100", False)])
def test_converter_says_why_its_steps_end_elsewhere(catalog, text, apart):
    """Under the steps stands that each at its middle makes 34 GWh where the answer is 30, not where they meet."""
    told = str(convert.render(catalog, convert.choose({"text": text}), WINDOW))

    assert ("makes 34.3 GWh; the answer is the median of all draws, 30.2 GWh." in told) == apart
    assert ("Each assumption at its middle" in told) == apart


def test_a_figure_without_anything_to_draw_is_told(client, catalog):
    """Where every assumption is set there is no figure of what would change it: its files and an export say so."""
    given = {f"set.{name}": "0.5" for name in ("mature_load", "peak_overhead", "overhead_ratio")}
    query = {"text": "1 GW", "basis": "it"} | given
    answer = client.get("/figure/tornado.csv", query_string=query)

    assert answer.status_code == 400
    assert "tornado: has nothing to draw" in answer.json["error"]
    with pytest.raises(ValueError, match="tornado: has nothing to draw"):
        comparisons_at(f"/convert?{urlencode(query)}", catalog, "tornado")


def test_chip_and_basis_of_an_address_stand_in_the_lists(catalog):
    """A chip by its usual name is chosen in its list, as files and answers read it; what the lists lack is told."""
    known = str(convert.layout(catalog, {"text": "$38bn over 7 years", "chip": "H100"}))
    odd = str(convert.layout(catalog, {"text": "1 GW", "chip": "zzz", "basis": "IT"}))

    assert "value='h100-sxm'" in known
    assert 'got "zzz"' in odd
    assert 'got "IT"; shown as not stated' in odd


@pytest.mark.parametrize(
    ("other", "ratio"), [("38 billion USD over 7 years", "other chips"), ("250k Trainium2", "× 0.50")]
)
def test_chips_of_another_kind_are_not_divided(catalog, other, ratio):
    """Beside a count of Trainium2 what dollars rent is of other chips; a count of the same kind has its ratio."""
    told = str(convert.render(catalog, convert.choose({"text": "500k Trainium2", "other": other}), WINDOW))

    assert f"'{ratio}'" in told.split("Side by side", 1)[1].split("IT power at rating", 1)[0]


def test_what_owning_costs_is_the_same_on_both_pages(catalog):
    """The start page says of the AWS deal and of the 30 GW what the page says that it leads to."""
    told = str(home.render(catalog, home.Choice(), WINDOW))

    for text in ("38 billion USD over 7 years", "30 GW"):
        for part in cost_texts(owned(convert.view(catalog, convert.Choice(text)), catalog)):
            assert part in told


def test_a_second_scenario_has_its_cost_beside_the_first(catalog):
    """Twice the chips cost about twice as much in a year: what both share is the same doubt and falls out."""
    told = str(convert.render(catalog, convert.choose({"text": "100000 H100", "other": "200000 H100"}), WINDOW))
    rows = told.split("Side by side", 1)[1].split("from IT to the grid", 1)[0]
    ratio = re.search(r"Cost of a year.*?× ([\d.]+) \(([\d.]+)–([\d.]+)\)", rows)
    low, middle, high = map(float, ratio.group(2, 1, 3))

    assert middle == pytest.approx(2, rel=0.02)
    assert low < middle < high
    assert high / low < 3
    assert "CO₂ of making it, once" in rows


def test_chip_without_published_power_has_a_box_for_it(catalog):
    """The converter cannot work it out, says so, and asks for its power among the assumptions; then it answers."""
    choice = convert.choose({"text": "100000 TPU 8t"})
    told = str(convert.render(catalog, choice, WINDOW))
    given = convert.choose({"text": "100000 TPU 8t", "set.k": "2.5"})

    assert "it_power=2.5" in told
    assert "'name': 'it_power'" in str(convert.boxes(catalog, choice))
    assert convert.boxes(catalog, choice).children[0].value == ""
    assert "250 MW" in str(convert.render(catalog, given, WINDOW))


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/figure/energy.csv?basis=IT", "basis: must be one of"),
        ("/figure/timeline.csv?by=site&name=abilene", "nearest: Stargate Abilene"),
        ("/figure/ledger.csv?user=zzz", "user: must be one of"),
        ("/figure/grids-energy.csv?grids=zzz", "no grid is called"),
        ("/figure/chain.csv?text=1+GW&other=5%E2%80%936+GW", "got a range"),
        ("/figure/energy.csv?set.mature_load=0.5", "set.mature_load: assumptions are set on /convert alone"),
    ],
)
def test_file_of_another_question_than_asked_is_refused(client, address, told):
    """Where a page falls back and says so, a file would carry the wrong address: it is refused."""
    answer = client.get(address)

    assert answer.status_code == 400
    assert told in answer.json["error"]
    assert "shown" not in answer.json["error"]


@pytest.mark.parametrize(
    ("load", "told"),
    [("operator:Oracle", "begin with user, country, grid, site"), ("country:united states", "nearest: United States")],
)
def test_load_of_no_group_is_told(client, load, told):
    """A grouping that the page does not have is no amount; a name in small letters has its nearest."""
    answer = client.get("/figure/grids-energy.csv", query_string={"load": load})

    assert answer.status_code == 400
    assert told in answer.json["error"]


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        (
            plans.Choice("operator", "OpenAI"),
            ("Nothing is dated before 2031", "; ", " at the meter is announced for the end of 2035"),
        ),
        (
            plans.Choice("site", "Google Visakhapatnam AI hub"),
            ("all of it is dated to that very month", " is likely by the end of 2031"),
        ),
    ],
    ids=lambda choice: getattr(choice, "name", None),
)
def test_plans_of_which_nothing_is_likely_by_2030_say_why(catalog, choice, told):
    """A site dated later, or to the very end of 2030, is not told as 0 kW: what is there later is said."""
    said = str(plans.render(catalog, choice, WINDOW)[0])

    assert all(words in said for words in told)
    assert "0 kW" not in said


def test_plans_tell_what_stands_on_dates_of_ours(catalog):
    """Page and figure say how much has no published date, of all sites and of one; a later published date ends it."""
    seen = plans.plans_of(catalog)
    steps = {
        site_id: compare_plans.dated_by_us(seen.of("site", state.site.name), seen, MONTH)
        for site_id, state in seen.states.items()
    }
    marked = {row.site_id for row in catalog.milestones.values() if "date ours" in row.marks and row.date < "2031"}
    total = spread_text(*[sum(steps.values())] * 3, "MW").split(" ")[0]
    everything, proposed = (plans.Choice(), plans.Choice("site", "Google and Tenaska, Nebraska (proposed)"))

    assert steps["jamnagar"] == pytest.approx(2712, rel=0.02)
    assert steps["google-tenaska"] == pytest.approx(2700)
    assert {site_id for site_id, size in steps.items() if size} <= marked
    assert steps["narvik"] == pytest.approx(520 - 124, rel=0.01)  # all but what Epoch AI dates
    assert steps["abilene"] == steps["new-carlisle"] == 0  # no mark; a mark that published states had passed
    assert f"{float(total):.0f} GW of it on dates of ours" in plans.view(catalog, everything)[0].answer
    assert "placeholders" in plans.view(catalog, everything)[0].foot
    assert "of ours" not in plans.view(catalog, plans.Choice("site", "Stargate Abilene"))[0].foot
    told = _told(plans.render(catalog, everything, WINDOW))
    assert f'"{float(total):.0f} GW of it"' in told
    assert "has no published date and stands on one of ours" in told
    assert "of it by us), often for want of a better date" in told
    assert "all of it on a date of ours; how much is likely is not known" in plans.view(catalog, proposed)[0].answer
    assert "how much is likely by then is not known" in _told(plans.render(catalog, proposed, WINDOW))


def test_a_connection_that_an_operator_publishes_is_told(catalog):
    """Of Fairwater an estimate of others counts, but Microsoft publishes its connection."""
    one = _told(plans.render(catalog, plans.Choice("site", "Fairwater Mount Pleasant"), WINDOW)[0])
    several = _told(plans.render(catalog, plans.Choice("user", "Microsoft"), WINDOW)[0])

    assert "; its operator publishes a connection of 400 MW" in one
    assert "publish no power" not in one
    assert "where operators publish no power or, at 1 site, a connection alone" in several


def test_two_numbers_never_run_together(catalog):
    """No year stands before a number of power in the answer, and a date ends with a comma."""
    of_one = (plans.Choice("operator", "OpenAI"), plans.Choice("site", "Google Visakhapatnam AI hub"))
    for choice in (plans.Choice(), *of_one):
        parts = plans.render(catalog, choice, WINDOW)[0].children
        said = "".join(part if isinstance(part, str) else part.children for part in parts)

        assert not re.search(r"\b20\d\d [\d.]", said)
        assert f"On {catalog.as_of:%-d %B %Y}, " in said


def test_a_lower_end_beside_nothing_is_told_as_rough(catalog):
    """Where another seed moves the lower end by a third, page and figure say why; of all sites they say nothing."""
    seen, again = plans.plans_of(catalog), timeline(catalog, catalog.as_of, Draws(seed=1), groupings=("site",))
    names = again.by("site")
    lows = {name: [lines.of("site", name).at("likely", MONTH)[0] for lines in (seen, again)] for name in names}
    moved = {name for name, (low, other) in lows.items() if max(low, other) > 1.33 * min(low, other)}
    rough = {name for name in lows if compare_plans.rough_end(seen.of("site", name), seen)}
    childress = plans.Choice("site", "Crusoe/Lancium Childress")

    assert "Meta Lebanon" in moved <= rough
    assert len(rough) < 10
    assert " the lower end of the range stands at their edge and is rough." in plans.view(catalog, childress)[0].foot
    assert "is rough" in _told(plans.render(catalog, childress, WINDOW)[:3])
    assert "is rough" not in plans.view(catalog, plans.Choice())[0].foot


def test_what_others_expect_is_called_so_in_each_line(catalog):
    """Fairwater: title, share and answer have the same word, and the foot says which line it is."""
    choice = plans.Choice("site", "Fairwater Mount Pleasant")
    page, figure = _told(plans.render(catalog, choice, WINDOW)[:3]), plans.view(catalog, choice)[0]

    assert "of what is expected by others for the end of 2030" in page
    assert "above the median of what is expected by others." in page
    assert figure.title == "Fairwater Mount Pleasant: expected by others, likely, energised"
    assert "Announced here means expected by others." in figure.foot
    assert "announced, likely" in plans.view(catalog, plans.Choice())[0].title


def test_a_country_begins_a_sentence_with_its_article(catalog):
    """The United States leads; Malaysia's estimates are told beside what runs in one unit, China's as all of it."""
    assert plans.view(catalog, plans.Choice("country"))[1].answer.startswith("The United States leads with ")
    china, malaysia = (
        _told(plans.render(catalog, plans.Choice("country", name), WINDOW)[0]) for name in ("China", "Malaysia")
    )
    assert ", all" in china
    assert '"1.3 GW (0.84–1.9)"' in malaysia
    assert '"1.2 GW"' in malaysia


def test_likely_has_its_range_in_its_own_column(catalog):
    """The third column, which a phone shows whole, has median and range, and its head says of what."""
    column = components_plans.COLUMNS[2]
    row = next(row for row in plans.site_rows(catalog) if row["Site"] == "Fairwater Mount Pleasant")

    assert column["headerName"] == "Likely 2030, MW (90\u00a0% range)"
    assert "params.data.range" in column["valueFormatter"]["function"]
    assert row["range"].replace("\u2060", "") == f" ({row['5th percentile, MW']:,}–{row['95th percentile, MW']:,})"
    assert not any("ercentile" in column.get("headerName", column["field"]) for column in components_plans.COLUMNS)


def test_every_deal_says_what_took_its_place(catalog):
    """The table of all deals and that of the checks tell the same of a deal that was replaced."""
    rows = deals._table(catalog, WINDOW).children[0].rowData
    told = {(row["Supplier"], row["Announced"]): row["Status"] for row in rows if row["Buyer"] == "OpenAI"}

    assert told["NVIDIA", "2025-09-22"] == "replaced by NVIDIA → OpenAI of 2026-02-27"
    assert {"signed", "operating"} <= {row["Status"] for row in rows}


def test_what_a_buyer_builds_itself_has_a_supplier(catalog):
    """Meta's 5 GW at Hyperion name no supplier: own building, in each table, in a reason and in the passport."""
    shown = _told(deals.render(catalog, deals.Choice("Meta"), WINDOW))
    worked = _told([vars(row) for row in deals.view(catalog, deals.Choice("Meta"))[0].worked().rows])

    assert "own building → Meta" in shown
    assert '" → ' not in shown + worked
    assert all(row["Supplier"] for row in deals._table(catalog, WINDOW).children[0].rowData)
    assert workings.named("part of meta-hyperion-2026", catalog).startswith("part of own building → Meta of")


def test_grids_tell_what_sites_with_their_own_power_take(catalog):
    """Page and foot say how much of each grid is at sites that make their own power, with the largest."""
    choice = plans.Choice("grid")
    grids_of, seen = plans.groups(catalog, "grid"), plans.plans_of(catalog)
    sites = {series.site_ids[0]: series.at("likely", MONTH)[2] for series in seen.by("site").values()}
    own = {site_id: size for site_id, size in sites.items() if catalog.sites[site_id].own_power}
    foot = plans.view(catalog, choice)[1].foot
    most = catalog.sites[max(own, key=lambda site_id: own[site_id])]
    there = grids_of[catalog.grids[most.grid_id].name].at("likely", MONTH)[2] / 1000

    told = f"About {sum(own.values()) / 1000:.0f} GW of what is likely is at sites off the grid or with generation of"
    assert told in foot
    assert f"{own[most.site_id] / 1000:.1f} of {there:.1f} GW in {catalog.grids[most.grid_id].name}" in foot
    assert f"The largest: {most.name}, {own[most.site_id] / 1000:.1f} GW." in foot
    assert told in _told(plans.render(catalog, choice, WINDOW)[7])
    assert "off the grid" not in plans.view(catalog, plans.Choice("country"))[1].foot


def test_ribbons_that_are_too_many_stand_in_their_bars(catalog):
    """A bar is as high as what its label sums: ribbons that are not drawn are a grey wedge, and the key says so."""
    ribbons = deals.view(catalog, deals.Choice("everybody"))[1]
    spec = figures.figure(ribbons, Size("page", 1080, None, 14.0), "light")["layout"]
    shapes = [shape for shape in spec["shapes"] if shape["type"] == "path"]
    wedges = [shape for shape in shapes if shape["path"].count("L") == 2]
    bars = sorted(shape["y1"] - shape["y0"] for shape in spec["shapes"] if shape.get("x0") == 0.988)
    takers = ribbons.table.groupby(["taker", "basis"]).value.sum()
    drawn = ribbons.table[:RIBBONS].groupby(["taker", "basis"]).value.sum()
    scale = max(bars) / takers.max()

    assert len(ribbons.rows) > RIBBONS
    assert bars == pytest.approx(sorted(takers[key] * scale for key in drawn.index), abs=0.01)
    assert wedges
    assert any("smaller ones, not drawn" in str(note["text"]) for note in spec["annotations"])
    few = figures.figure(deals.view(catalog, deals.Choice("Meta"))[1], Size("page", 1080, None, 14.0), "light")[
        "layout"
    ]
    assert not any("not drawn" in str(note["text"]) for note in few["annotations"])


def test_ribbons_in_gigawatts_promise_no_investment(catalog):
    """Money put into a company has no gigawatts: the title in them does not say invests, in dollars it does."""
    titles = [deals.view(catalog, deals.Choice("everybody", unit))[1].title for unit in deals.UNITS]

    assert titles == [
        "Who sells to and houses whom, in gigawatts (IT), as of November 2026",
        "Who sells to, houses and invests in whom, in dollars, as of November 2026",
    ]


@pytest.mark.parametrize("basis", ["unknown", "it", "facility", "grid"])
def test_each_picture_of_the_claim_says_on_which_basis_it_is_read(catalog, basis):
    """What follows from the 30 GW names the reading chosen in title, answer or rows, the share of grids too."""
    found = {item.id: item for item in home.comparisons(catalog, {"basis": basis})}
    grids_too = grids.comparisons(catalog, {"load": "30 GW", "basis": basis, "grids": "ita"})[0]

    for name in ("energy", "deals", "claim-path", "grid-share"):
        told = " ".join((found[name].title, found[name].answer, *found[name].table.label))
        assert (BASIS_NAMES[basis] if basis != "unknown" else "basis not") in told.replace(
            "its basis not being", "basis not"
        )
    assert set(grids_too.sources) <= set(found["grid-share"].sources)


def test_pictures_name_the_sites_that_stand_under_another(catalog):
    """A user's or operator's picture names the sites that it shares and that are counted elsewhere; the claim's too."""
    shared = [site.name for site in catalog.sites.values() if site.user == "Microsoft; OpenAI"]
    path = next(item for item in home.comparisons(catalog, {}) if item.id == "claim-path")
    openai, groups, _ = plans.view(catalog, plans.Choice("user", "OpenAI"))
    nebius, by_operator, _ = plans.view(catalog, plans.Choice("operator", "Nebius"))
    energised = openai.table[openai.table.basis == "energised"].iloc[-1]

    assert len(shared) == 2
    assert f"nor what stands under another user ({'; '.join(shared)})" in path.method
    assert f"Not in it but under another user: {'; '.join(shared)}." in openai.method
    assert "Not in it but under another operator: Vineland;" in nebius.method
    assert "Not in it" not in plans.view(catalog, plans.Choice())[0].method
    assert "several users stands under the one named first" in groups.method
    assert "several operators stands under the one named first" in by_operator.method
    assert f"{spread_text(*(1000 * energised[['q05', 'value', 'q95']]), 'MW')} energised" in path.answer


def test_pictures_of_deals_have_their_date_and_one_colour_is_no_two(catalog):
    """Title of ledger and ribbons say up to when; where all ribbons are of one layer there are no two to be added."""
    for user, until in (("OpenAI", "as of November 2026"), (deals.METHOD_LEDGER, "a selection up to February 2026")):
        counted, ribbons = deals.view(catalog, deals.Choice(user))
        assert counted.title.startswith(f"OpenAI, {until}")
        assert ribbons.title == f"Who sells to and houses OpenAI, in gigawatts (IT), {until}"
        assert "two colours" in ribbons.answer
    assert "as of November 2026" in deals.view(catalog, deals.Choice("everybody"))[0].title
    assert deals.view(catalog, deals.Choice("CoreWeave"))[1].answer == "3 deals."


def test_a_sum_of_published_figures_is_one_number_wherever_it_is_told(catalog):
    """Floor, ceiling and blind sum of published figures have the three figures of the picture, in every sentence."""
    answers = {user: deals.view(catalog, deals.Choice(user))[0].answer for user in ("CoreWeave", deals.METHOD_LEDGER)}
    early = deals._answer(deals.book(catalog, deals.METHOD_LEDGER), deals.Choice(deals.METHOD_LEDGER))
    levels = deals.book(catalog, "CoreWeave").totals["stated"].ceiling

    assert levels[0] == levels[4]
    assert answers["CoreWeave"].startswith("1.79 GW counted once")
    assert answers["CoreWeave"].endswith("Added up blindly the deals make 1.79 GW.")
    assert "The floor is 28.8 GW, the ceiling 41 GW" in "".join(getattr(part, "children", part) for part in early)


def test_floor_and_ceiling_that_are_estimates_have_their_range(catalog):
    """Else the lower end of what is counted once stands below a floor without one, which cannot be."""
    told = deals._answer(deals.book(catalog, "OpenAI"), deals.Choice("OpenAI"))
    words = "".join(getattr(part, "children", part) for part in told)
    span = r"\d+ GW \(\d+–\d+\)"

    assert re.search(f"The floor is {span}, the ceiling {span};", words)
    assert re.search(f"Added up blindly the deals make {span}.$", deals.view(catalog, deals.Choice("OpenAI"))[0].answer)


@pytest.mark.parametrize(
    ("user", "by", "builds"),
    [
        ("Google", "user", True),
        ("Meta", "user", True),
        ("Amazon AWS", "operator", True),  # at sites whose user is not named, and not at Anthropic's
        ("Anthropic", "user", False),
        ("OpenAI", "user", False),  # its own site has nothing likely by then; the others are built for it
    ],
)
def test_deals_say_that_own_building_is_not_in_them(catalog, user, by, builds):
    """Of a user that builds for itself page and figure say that not all its sites are here, with a link to them."""
    page = _told(deals.render(catalog, deals.Choice(user), WINDOW)[1])
    own = deals.own_sites(catalog, user)
    likely = own.at("likely", MONTH) if own else (0.0,) * 5
    caveat = f"What {user} builds for its own use is here only as far as it was announced as a commitment."

    assert (caveat in page) == builds
    assert (caveat in deals.view(catalog, deals.Choice(user))[0].answer) == builds
    assert (f"/plans?by={by}&name={user.replace(' ', '+')}" in page) == builds
    assert (f"{spread_text(likely[0], likely[2], likely[4], 'MW')}" in page) == builds


def test_a_size_in_a_table_has_its_basis_and_a_deal_its_day_beside_it(client):
    """Of a milestone unit, basis, state and date stand before chips, two of them on a phone; of a deal, basis and day.

    Dollars and gigawatts of a deal stand beside its two sides, on a phone too.
    """
    names = {
        table: data._ordered(client.get(f"/data/{table}.csv").text.splitlines()[0].split(","))
        for table in ("milestones", "commitments")
    }
    phone = [sum(data._width(name, phone=True) for name in names[table][:4]) for table in names]
    deal = [
        "buyer",
        "supplier",
        "amount [billion USD]",
        "power [GW]",
        "power_basis",
        "announced",
        "aggregate",
        "status",
    ]

    assert names["milestones"][:7] == ["site_id", "power", "unit", "power_basis", "status", "date", "chip_count"]
    assert names["commitments"][:8] == deal
    assert sum(data._width(name, phone=False) for name in deal) <= 1080
    assert max(phone) <= 348


def test_what_else_was_said_is_no_drawn_deal(catalog):
    """A claim of the day and amount of a deal that is drawn is that deal, and is left out; others of the day stay."""
    told = _told(deals._said(catalog, deals.Choice("OpenAI", "billion USD")))
    mine = {c.claim_id: c.statement for c in catalog.claims.values() if c.subject == "OpenAI" and c.quantity == "money"}

    assert "What else was said of OpenAI’s dollars: 3" in told
    for name in ("story-aws-money", "story-azure-money", "stargate-us-goal-money", "stargate-oracle-money"):
        assert mine[name] not in told
    assert mine["stargate-us-7-money"] in told  # of the day of Oracle's contract, but another amount
    assert mine["openai-money-856"] in told


@pytest.mark.parametrize("basis", BASIS_LABELS)
def test_home_says_in_plain_words_what_would_change_it(catalog, basis):
    """Beside the name of the assumption that decides most stands what it is."""
    said = home.render(catalog, home.Choice(basis), WINDOW)[1].children

    assert re.match(r"Most hangs on how much of [a-z, ]+\. What would change this most: ", said)
