"""Every page in a real Chromium: drawn, quiet, accessible, and with their state in the address."""

import os
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.baselines import pictures

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/convert?text=38+billion+USD+over+7+years",
    "/plans?by=site&name=Stargate+Abilene",
    "/deals",
    "/grids?question=peak",
    "/score",
    "/data?table=claims",
    "/method",
)
# Every page wide and light, narrow and dark; the first two the other way round as well, where every element and every
# colour was heard by axe before: its contrast takes longer than the page itself.
HEARD = ((1280, "light"), (390, "dark"))
WINDOWS = [
    *((path, window) for path in PAGES for window in HEARD),
    *((path, window) for path in PAGES[:2] for window in ((1280, "dark"), (390, "light"))),
]
BAD = ("serious", "critical")
WIDTHS = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
TEXTS_OUTSIDE = """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap(plot => {
  const frame = plot.getBoundingClientRect();
  const outside = box => box.left < frame.left - 1 || box.right > frame.right + 1
    || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
  return [...plot.querySelectorAll('text')].filter(text => text.textContent.trim())
    .filter(text => outside(text.getBoundingClientRect())).map(text => text.textContent);
})"""


@pytest.mark.parametrize(("path", "window"), WINDOWS, indirect=["window"], ids=str)
def test_page_fits_and_is_accessible(window, path, catalog, request, tmp_path_factory):
    """Looks as stored; no bad axe violation, no sideways scroll, no text cut: wide and narrow, light and dark."""
    window.open(path)
    window.page.evaluate("figureExits.drawn()")
    picture = pictures.taken(window.page)
    size = request.node.callspec.params["window"]
    found = _violations(window.page) if size in HEARD else []
    page_width, seen = window.page.evaluate(WIDTHS)

    assert [f"{item['id']}: {item['nodes'][0]['html'][:200]}" for item in found if item["impact"] in BAD] == []
    assert page_width <= seen
    assert window.page.evaluate(TEXTS_OUTSIDE) == []
    file = pictures.page_file(path, *size)
    _looks_as_stored(picture, file, catalog.version, tmp_path_factory)


def _violations(page):
    # `preload` asks for every style sheet again, for a rule on media that play and an experimental one that is off.
    return Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]


def _looks_as_stored(picture, file, version, folders):
    """The page is as in its stored picture; if not, a picture shows before, after and where."""
    if os.environ.get(pictures.ACCEPT) == "accept":
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(pictures.packed(picture, small=True))
        pictures.SHOWN.write_text(f"{version}\n")
    if pictures.SHOWN.read_text().strip() != version:
        pytest.skip(f"{file.name} shows other tables than these; `make baselines` stores it anew")
    share, sheet = pictures.difference(file.read_bytes(), pictures.packed(picture))
    if share > pictures.SHARE:
        place = folders.mktemp("pages") / file.name
        sheet.save(place)
        pytest.fail(f"{file.stem}: {100 * share:.1f} % differs, see {place}; `make baselines` accepts it")


def test_basis_switch_moves_answer_and_address(window):
    """Reading the 30 GW as IT power raises the answer, and the address says so."""
    window.open("/")
    before = window.page.inner_text(".answer")

    window.page.get_by_label("IT", exact=True).check()
    window.page.wait_for_function("before => document.querySelector('.answer').innerText !== before", arg=before)

    assert "210 TWh" in window.page.inner_text(".answer")
    expect(window.page.get_by_role("status").filter(has_text="TWh")).to_have_text(window.page.inner_text(".answer"))
    assert window.page.url.endswith("/?basis=it")


def test_deep_link_shows_its_state(window):
    """An address with a basis opens on that basis and stays as it was."""
    window.open("/?basis=facility")

    assert "160 TWh" in window.page.inner_text(".answer")
    assert window.page.get_by_label("Facility", exact=True).is_checked()
    assert window.page.url.endswith("/?basis=facility")


def test_window_is_called_after_what_is_chosen(window):
    """Titles tell the states of a page apart, also on the way back; with nothing chosen a page has its own."""
    window.open("/grids?question=peak")
    expect(window.page).to_have_title(re.compile("beside each grid’s published peak"))
    window.page.get_by_label("share of a year’s electricity").check()
    expect(window.page).to_have_title(re.compile("^What would this load be"))
    window.page.get_by_label("strain on the record peak").check()
    expect(window.page).to_have_title(re.compile("beside each grid’s published peak"))
    window.page.get_by_role("link", name="Method", exact=True).click()
    expect(window.page).to_have_title(re.compile("^How are these numbers"))
    expect(window.page.get_by_role("status").filter(has_text="How are these numbers")).to_have_count(1)  # is read out
    window.page.go_back()

    expect(window.page).to_have_title(re.compile("beside each grid’s published peak"))


def test_pages_with_a_table_open_from_any_other(window):
    """A page without the tables' script opens one that needs it; back and forth each has its title and its content."""
    window.open("/grids")
    window.page.get_by_role("link", name="Data", exact=True).click()
    window.page.wait_for_selector("#content .ag-row")
    window.page.get_by_role("link", name="Score", exact=True).click()
    expect(window.page).to_have_title(re.compile("How close"))
    window.page.go_back()
    window.page.wait_for_selector("#content .ag-row")
    window.page.go_back()
    window.page.wait_for_selector("#content .main-svg")

    assert window.page.title().startswith("What would this load be on a grid?")


def test_typing_is_kept_in_the_address_and_survives_a_reload(window):
    """What is typed into the converter is answered, put into the address, and still there after a reload."""
    window.open("/convert")

    window.page.get_by_label("Chips, power or dollars").fill("400k GB200")
    window.page.wait_for_url(re.compile(r"text=400k"))
    expect(window.page.locator(".answer")).to_contain_text("400,000 chips of GB200")
    window.page.reload()
    window.page.wait_for_selector(".answer")

    assert "400,000 chips of GB200" in window.page.inner_text(".answer")


def test_assumption_changes_the_answer_and_the_address(window):
    """A number typed for the draw ratio fixes it: the energy moves and the address carries it."""
    window.open("/convert?text=100000+H100")

    box = window.page.get_by_label("Average draw over rated IT power")
    box.fill("0.78")
    box.press("Tab")
    window.page.wait_for_url(re.compile(r"set\.draw_ratio=0\.78"))
    expect(window.page.locator(".answer")).to_contain_text("1.1 TWh")

    assert "set by hand" in window.page.inner_text("main")


HOSTILE = (
    ("5–6 GW", "got a range"),
    ("9**9**9", "got an expression"),
    ("100 H1000X", "nearest"),
    ("30 mW", "milliwatt"),
    ("-3 GW", "above 0"),
    ("x" * 10_000, "at most 200 characters"),
    ("<img src=x onerror=alert(1)>", "must start with a number"),
)


def test_hostile_texts_get_one_line_each(window):
    """What cannot be read is told in one line on the page; nothing hangs and nothing is drawn."""
    window.open("/convert")

    for text, told in HOSTILE:
        window.page.get_by_label("Chips, power or dollars").fill(text)
        window.page.keyboard.press("Tab")
        window.page.locator(".problem", has_text=told).wait_for()
        assert window.page.locator(".js-plotly-plot").count() == 0


def test_unknown_page_offers_the_others(window):
    """An address without a page answers with the list of pages."""
    window.open("/nowhere")

    assert "no page at this address" in window.page.inner_text("main").lower()
    assert window.page.locator("main a").count() >= 2
    (told,) = window.wrong
    assert "404" in told  # so the browser's console says, and nothing else
    window.wrong.clear()


def test_who_comes_back_stands_where_they_stood(window):
    """Back from another page, from another document and after a reload a page is at the place that was read."""
    page = window.page
    place = "() => Math.abs(scrollY - 900) < 3"
    window.open("/score")
    page.evaluate("figureExits.drawn()")
    page.evaluate("scrollTo(0, 900)")
    page.get_by_role("link", name="Method", exact=True).dispatch_event("click")
    expect(page).to_have_title(re.compile("^How are these numbers"))
    assert page.evaluate("scrollY") == 0
    page.go_back()
    expect(page).to_have_title(re.compile("How close"))
    page.wait_for_function(place)

    page.goto(f"{window.address}/method")
    page.go_back()
    page.wait_for_function(place)
    page.reload()
    page.wait_for_function(place)
    page.mouse.wheel(0, -900)
    page.wait_for_function("() => scrollY < 3")  # nobody is held at a place
