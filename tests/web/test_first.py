"""The first sight of a page: what stands in its HTML, in which order scripts come, and the figure sent ahead."""

import re

import pytest

from dashboard.catalog import SHIPPED
from dashboard.web import create_app, first
from dashboard.web.addresses import comparisons_at
from dashboard.web.pages import PAGES


@pytest.fixture(scope="module")
def client():
    """A client of a dashboard on the shipped tables."""
    return create_app(SHIPPED).server.test_client()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.PATH)
def test_title_and_links_need_no_script(client, page):
    """The HTML itself has the page's title, once, and a link to every page; only pages of tables get their script."""
    text = client.get(page.PATH).text

    assert re.findall(r"<h1>(.*?)</h1>", text) == [page.TITLE]
    assert all(f'href="{other.PATH}">{other.NAME}</a>' in text for other in PAGES)
    assert re.findall(r'aria-current="page" href="(.*?)"', text) == [page.PATH]
    assert ("/dash_ag_grid/" in text) == (page.PATH in first.TABLES)
    assert ("first-figure" in text) == bool(page.FIGURES)


def test_dash_waits_for_the_first_figure(client):
    """Plotly, before all else, and what draws the first figure come at once; Dash's scripts travel and run later."""
    text = client.get("/").text
    now = re.findall(r'<script(?: defer| fetchpriority="high")* src="([^"]+)"', text)
    later = re.findall(r'<script[^>]* type="later" src="([^"]+)"', text)

    assert [re.search(r"(view|plotly|first)[.]", source)[1] for source in now] == ["view", "plotly", "first"]
    assert "start.js" in later[-1]
    assert re.findall(r'fetchpriority="high" src="[^"]*?(\w+)\.min', text) == ["plotly"]
    assert "preload" not in text
    assert not re.search(r"<script(?![^>]*\b(?:src|application/json))", text)  # nothing runs inline


@pytest.mark.parametrize("page", [page for page in PAGES if page.FIGURES], ids=lambda page: page.PATH)
def test_figure_sent_ahead_is_the_first_of_the_page(client, catalog, page):
    """It is the page's first figure, as wide and in the colours that were asked for."""
    answer = client.get("/look.json", query_string={"address": page.PATH, "width": "350", "theme": "dark"})
    shown = comparisons_at(page.PATH, catalog)[0]

    assert answer.json["title"] == shown.title
    assert answer.json["spec"]["layout"]["width"] == 350
    assert shown.foot.split(",")[0] in str(answer.json["spec"]["layout"])


@pytest.mark.parametrize("address", ["/data", "/nowhere", "//elsewhere.example/", "/convert?text=5–6 GW"])
def test_where_there_is_no_figure_a_line_says_so(client, address):
    """No figure, no page, another host, a text that cannot be read: 400 and one line."""
    answer = client.get("/look.json", query_string={"address": address})

    assert answer.status_code == 400
    assert answer.json["error"]


def test_unknown_address_has_no_first_sight(client):
    """Nothing is promised where there is no page."""
    assert 'id="first"' not in client.get("/nowhere").text


@pytest.mark.parametrize(
    ("address", "status"),
    [("/", 200), ("/plans", 200), ("/plans/", 200), ("/nowhere", 404), ("/plans/nowhere", 404), ("/favicon.ico", 404)],
)
def test_unknown_addresses_answer_404_with_a_page(client, address, status):
    """The same HTML with the same headers, from which the browser makes the page that leads to the others."""
    answer, known = client.get(address), client.get("/")

    assert answer.status_code == status
    assert "_dash-renderer" in answer.text
    assert answer.headers["Content-Security-Policy"] == known.headers["Content-Security-Policy"]
    assert answer.mimetype == "text/html"
