"""Readers whose circumstances differ: zoom of 400 %, larger letters, high contrast, a screen reader."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

NARROW = (
    *("/", "/convert?text=400k+GB200", "/plans?by=site&name=Stargate+Abilene", "/deals"),
    *("/grids?question=peak", "/score", "/data", "/method"),
)
# Figures wider than their place, texts outside it, texts too fine to read, and a page that scrolls sideways.
CUT = """() => {
  const cut = [];
  document.querySelectorAll("figure").forEach(figure => {
    const place = figure.getBoundingClientRect();
    figure.querySelectorAll("text").forEach(text => {
      const box = text.getBoundingClientRect();
      if (box.width && (box.left < place.left - 1 || box.right > place.right + 1)) cut.push(text.textContent);
      if (box.width && parseFloat(getComputedStyle(text).fontSize) < 11) cut.push("fine: " + text.textContent);
    });
    if (figure.scrollWidth > figure.clientWidth) cut.push("figure: " + figure.id);
  });
  if (document.documentElement.scrollWidth > innerWidth) cut.push("page");
  return cut;
}"""
NAMELESS = """() => [...document.querySelectorAll("table, [role=grid], [role=region], [role=radiogroup]")]
  .filter(part => !part.getAttribute("aria-label") && !part.getAttribute("aria-labelledby") && !part.caption)
  .map(part => part.outerHTML.slice(0, 120))"""
SPACED = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }"
COLOURS = """() => [getComputedStyle(document.body).backgroundColor,
  getComputedStyle(document.querySelector(".first-answer")).color]"""
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(21, 24, 28)"
SIZE = "element => parseFloat(getComputedStyle(element).fontSize)"
PAINT = "element => getComputedStyle(element, element.matches('.ag-icon') ? '::before' : null).backgroundColor"


@pytest.mark.parametrize("path", NARROW)
@pytest.mark.parametrize("window", [(320, "light")], indirect=True, ids=str)
def test_nothing_is_cut_or_nameless_at_four_hundred_per_cent(window, path):
    """In 320 pixels, a window of 1,280 at a zoom of 400 %, every figure is whole and its words can be read.

    Who does not see a table hears which it is; landmarks that are there once are there once.
    """
    window.open(path)
    window.page.evaluate("figureExits.drawn()")

    assert window.page.evaluate(CUT) == []
    assert window.page.evaluate(NAMELESS) == []
    for landmark in ("banner", "main", "contentinfo", "navigation"):
        expect(window.page.get_by_role(landmark)).to_have_count(1)


@pytest.mark.parametrize(("window", "paper"), [((1280, "dark"), DARK), ((390, "light"), LIGHT)], indirect=["window"])
def test_without_scripts_the_colours_are_the_readers_own(window, paper):
    """Who has no JavaScript reads the answer on the dark or the light that their machine asks for; paper is light."""
    page = window.page
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setScriptExecutionDisabled", {"value": True})
    page.goto(f"{window.address}/convert")
    painted, text = page.evaluate(COLOURS)
    page.emulate_media(media="print")
    printed, _ = page.evaluate(COLOURS)
    page.emulate_media(media="null")
    session.send("Emulation.setScriptExecutionDisabled", {"value": False})

    assert page.locator("#first .first-answer").is_visible()
    assert (painted, text != painted) == (paper, True)
    assert printed == LIGHT


@pytest.mark.parametrize("window", [(390, "dark")], indirect=True, ids=str)
def test_nothing_is_cut_by_wider_letters(window):
    """With the spacing of letters, words and lines of WCAG 1.4.12, which readers may set, no figure loses words."""
    window.open("/deals")
    window.page.add_style_tag(content=SPACED)

    assert window.page.evaluate(CUT) == []


def test_big_table_is_walked_by_arrows_and_left_by_tab(window):
    """Tab goes on behind the rows; Enter on a cell comes to its links, which open, and every stop can be seen."""
    window.open("/data?table=parameters")
    window.page.evaluate("addEventListener('click', event => { event.preventDefault(); opened = event.target.href; })")
    cell = window.page.locator(".ag-cell", has=window.page.locator("a + a, a ~ a")).first
    cell.locator("xpath=preceding-sibling::*[1]").focus()
    window.page.keyboard.press("ArrowRight")
    outline = cell.evaluate("cell => getComputedStyle(cell).outlineWidth")
    for key in ("Enter", "ArrowRight", "Enter"):
        window.page.keyboard.press(key)
    opened = window.page.evaluate("opened")
    window.page.keyboard.press("Tab")

    assert outline == "3px"
    assert opened == cell.locator("a").nth(1).get_attribute("href")
    assert window.page.evaluate("document.activeElement.closest('.ag-paging-panel') !== null")


def test_running_text_grows_with_the_readers_own_letters(window):
    """Letters of twice the size, as a browser can be told, hold for the text of a page and for its links."""
    window.open("/deals")
    parts = [
        window.page.locator(part).first for part in ("#content p.answer", "#content label", "summary", ".nav-link")
    ]
    before = [part.evaluate(SIZE) for part in parts]
    window.page.add_style_tag(content="html { font-size: 200%; }")

    assert [part.evaluate(SIZE) for part in parts] == [2 * size for size in before]


def test_high_contrast_shows_what_is_chosen_and_the_signs(window):
    """With forced colours the chosen option looks otherwise than the rest, and a sign otherwise than its page."""
    window.page.emulate_media(forced_colors="active")
    window.open("/deals")
    chosen, other = (window.page.get_by_role("radio", name=name) for name in ("as stated", "IT power"))
    sign = window.page.locator(".ag-icon-next").first

    assert chosen.evaluate(PAINT) != other.evaluate(PAINT)
    assert sign.evaluate(PAINT) != window.page.locator("body").evaluate(PAINT)
    window.page.emulate_media(forced_colors="none")


@pytest.mark.parametrize(("own", "shown"), [("null", True), ('{"claims": "claim_id"}', False)])
def test_on_a_slow_line_the_answer_is_read_first(window, own, shown):
    """Before a script of the page has come its answer stands there; not the published one for tables of one's own."""
    window.open("/nowhere")
    window.wrong.clear()  # the 404 of that address
    window.page.evaluate("own => sessionStorage.setItem('own', own)", own)
    window.page.route("**/_dash-layout", lambda _: None)  # on its way for as long as this test looks
    window.page.goto(f"{window.address}/grids?question=peak")

    expect(window.page.locator("h1")).to_be_visible()
    expect(window.page.locator(".first-answer")).to_be_visible(visible=shown)
    expect(window.page.locator(".first-answer")).to_contain_text("of the record peak of Italy")
