"""The first sight of a page: what stands in its HTML, in which order scripts come, and the figure sent ahead."""

import re
from html import unescape
from pathlib import Path

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


STATES = ("/convert?text=400k+GB200", "/plans?name=OpenAI", "/grids?load=30+GW&question=peak", "/method?find=GB200")


def _told(text, name):
    return unescape(re.search(rf'<meta (?:name|property)="{name}" content="([^"]*)">', text)[1])


@pytest.mark.parametrize("address", STATES)
def test_shared_link_says_what_it_shows(client, catalog, address):
    """A page at a chosen state is called after its first figure and described by that one's answer, in every tag.

    Nothing underlines an estimate there, so it is said whose it is.
    """
    text = client.get(address).text
    shown = comparisons_at(address, catalog)[0]

    assert _told(text, "og:title") == shown.title
    assert _told(text, "og:description") == _told(text, "description") == f"{shown.answer} {first.OURS_TOLD}"
    assert unescape(re.search("<title>(.*?)</title>", text)[1]) == f"{shown.title} – AI energy demand"
    assert (_told(text, "og:type"), _told(text, "og:site_name")) == ("website", "AI energy demand")
    assert _told(text, "twitter:card") == "summary"
    assert f"{shown.title}. {shown.answer}" in unescape(text.split("<h1>")[1])


def test_copied_link_says_what_its_figure_shows(client, catalog):
    """A link copied from a figure further down is told by that one."""
    text = client.get("/plans?name=OpenAI&seed=20261124&figure=sites-map&was=1").text
    shown = comparisons_at("/plans?name=OpenAI", catalog, "sites-map")[0]

    assert _told(text, "og:title") == shown.title
    assert _told(text, "og:description") == f"{shown.answer} {first.OURS_TOLD}"


def test_question_asked_is_drawn_first(client):
    """On a slow line the first figure is of the question that the address asks."""
    look = client.get("/look.json", query_string={"address": "/grids?question=peak"})

    assert "published peak" in look.json["title"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.PATH)
def test_link_without_a_choice_has_the_title_of_its_page(client, page):
    """Nothing chosen, or only where the link was met: the page's title, and what its first figure answers."""
    plain, marked = client.get(page.PATH).text, client.get(f"{page.PATH}?utm_source=mail").text

    assert _told(plain, "og:title") == _told(marked, "og:title") == page.TITLE
    assert (_told(plain, "og:description") == first.ABOUT) == (not page.FIGURES)


@pytest.mark.parametrize("address", ["/convert?text=<b>", "/plans?by=x", "/deals?user=a&user=b", "/nowhere"])
def test_link_that_cannot_be_read_promises_nothing(client, address):
    """No tag repeats what was typed; the page itself says what is wrong."""
    head = client.get(address).text.split("</head>")[0]

    assert "<b>" not in head
    assert _told(head, "og:title") in {first.SITE, *(page.TITLE for page in PAGES)}


def test_nobody_waits_for_words_while_the_pages_are_worked_out():
    """A server that has just begun sends its pages at once, under their own titles."""
    app = create_app(SHIPPED)
    app.server.extensions["dashboard.web.app"].warming = True
    text = app.server.test_client().get("/plans?name=OpenAI").text

    assert _told(text, "og:description") == first.ABOUT
    assert "/figure/timeline.csv?name=OpenAI" in text


@pytest.mark.parametrize("address", ["/", "/data", "/deals?user=OpenAI"])
def test_without_scripts_the_numbers_are_found_as_files(client, address):
    """What a browser shows that runs no script leads to files that are there, of the state that was asked for."""
    told = re.search("<noscript>(.*?)</noscript>", client.get(address).text)[1]
    links = [unescape(link) for link in re.findall('href="(.*?)"', told)]

    assert links
    assert all(client.get(link).mimetype == "text/csv" for link in links)
    assert all(("?user=OpenAI" in link) == ("?" in address) for link in links)


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
    """Nothing is promised where there is no page; who runs no script is told so and led to the pages."""
    text = client.get("/nowhere").text
    told = re.search("<noscript>(.*?)</noscript>", text)[1]

    assert 'id="first"' not in text
    assert "no page at this address" in told
    assert re.findall('href="(.*?)"', told) == [page.PATH for page in PAGES]


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


def test_dark_colours_are_the_same_without_scripts():
    """CSS cannot say the dark palette once for the chosen scheme and for a reader without scripts: the two agree."""
    style = Path(first.__file__).with_name("assets").joinpath("style.css").read_text(encoding="utf-8")
    chosen, unscripted = (
        re.findall(r"--[a-z]+: #[0-9a-f]{6}", style[style.index(start) :].partition("}")[0])
        for start in (':root[data-mantine-color-scheme="dark"] {', ":root:not([data-mantine-color-scheme])")
    )

    assert len(chosen) > 5
    assert chosen == unscripted
