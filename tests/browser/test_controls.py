"""A changed control changes what differs and leaves the rest: open blocks, focus, big tables; links jump and pin."""

import re

import pytest
from playwright.sync_api import expect

from dashboard.estimates.ask import BASIS_NAMES

pytestmark = pytest.mark.browser

# Marks a node: it is lost where the node is built again.
MARK = "selector => { document.querySelector(selector).kept = true; }"
KEPT = "selector => document.querySelector(selector).kept === true"
NOT_STATED, IT = (f"OpenAI’s 30 GW ({BASIS_NAMES[basis]})" for basis in ("unknown", "it"))
FIGURE = "#figure-energy .js-plotly-plot"


def test_open_passport_and_copied_link_follow_the_control(window, catalog):
    """The figure is redrawn in its place, its open passport is filled anew, and its link is pinned to what is shown."""
    window.open("/")
    page = window.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    passport, bar = page.locator("#passport-energy"), page.locator("#exits-energy")
    passport.locator("summary").click()
    expect(passport).to_contain_text(NOT_STATED)
    page.evaluate(MARK, FIGURE)
    page.get_by_label("IT", exact=True).check()
    expect(passport).to_contain_text(IT)

    assert passport.get_attribute("open") is not None
    assert page.evaluate(KEPT, FIGURE)
    assert page.evaluate("document.activeElement.value") == "it"
    expect(page.locator(FIGURE)).to_contain_text(IT)

    bar.get_by_role("button", name="Copy link").click()
    expect(bar.locator(".exits-status")).to_contain_text("copied")
    link = page.evaluate("navigator.clipboard.readText()")
    pins = rf"data={catalog.version}&seed=\d+&figure=energy&was=[\d.]+:[\d.]+:[\d.]+"
    assert re.fullmatch(rf"{window.address}/\?basis=it&{pins}", link)
    assert page.url == f"{window.address}/?basis=it"

    page.get_by_label("Facility", exact=True).check()
    expect(bar.locator(".exits-status")).to_be_empty()


def test_another_group_of_sites_leaves_the_table_of_sites(window):
    """The table of all sites is not built again, the groups are, and one site's milestones come and go."""
    window.open("/plans")
    page = window.page
    page.wait_for_selector("#plans-table .ag-row")
    page.evaluate(MARK, "#plans-table .ag-row")
    page.evaluate(MARK, "#figure-timeline .js-plotly-plot")
    page.get_by_label("Group sites by").first.click()
    page.get_by_role("option", name="site", exact=True).click()
    expect(page.locator("#figure-plans-by")).to_contain_text("AI capacity by site")
    page.get_by_label("Show").first.click()
    page.get_by_role("option", name="Stargate Abilene", exact=True).click()
    expect(page.locator("#plans-body h2").first).to_have_text("Stargate Abilene")

    expect(page.locator("#figure-timeline")).to_contain_text("Stargate Abilene")
    assert page.evaluate(KEPT, "#plans-table .ag-row")
    assert page.evaluate(KEPT, "#figure-timeline .js-plotly-plot")


def test_a_list_changed_while_it_is_open_is_searched_by_what_is_typed(window):
    """On a slow line the names of another grouping come into the open list: what is typed is not put behind them."""
    held = []
    window.open("/plans?by=country&name=United+Kingdom")
    page = window.page
    page.route(
        "**/_dash-update-component**",
        lambda route: held.append(route) if "plans-name.data" in route.request.post_data else route.continue_(),
    )
    page.get_by_label("Group sites by").first.click()
    with page.expect_request(lambda asked: "plans-name.data" in (asked.post_data or "")):
        page.get_by_role("option", name="user", exact=True).click()
    box = page.get_by_role("textbox", name="Show", exact=True)
    box.click()
    held.pop().continue_()
    expect(page.get_by_role("option", name="Anthropic", exact=True)).to_be_visible()
    page.keyboard.type("Anth")

    expect(box).to_have_value("Anth")
    assert page.locator("[role=option]:visible").all_inner_texts() == ["Anthropic"]


def test_the_load_shown_is_the_load_answered(window):
    """What is typed clears the list, what is chosen clears the box, nonsense is told, and a link opens the same."""
    window.open("/grids")
    page = window.page
    listed = page.get_by_role("textbox", name="Load", exact=True)
    typed = page.get_by_role("textbox", name="or your own load")
    answer = page.locator("#content .answer")
    expect(listed).to_have_value("OpenAI’s 30 GW")

    typed.fill("400k GB200")
    typed.press("Enter")
    expect(answer).to_contain_text("400,000 chips of GB200")
    expect(listed).to_have_value("")
    assert page.url == f"{window.address}/grids?load=400k+GB200"
    page.reload()
    expect(answer).to_contain_text("400,000 chips of GB200")
    expect(typed).to_have_value("400k GB200")
    expect(listed).to_have_value("")

    typed.fill("asdf")
    expect(page.locator("#content .problem")).to_contain_text('"asdf": must start with a number')
    listed.click()
    page.get_by_role("option", name=re.compile("^Meta, announced")).click()
    expect(answer).to_contain_text("AI sites of Meta, announced")
    expect(typed).to_have_value("")
    typed.fill("100000 H100")
    expect(answer).to_contain_text("100,000 chips of H100")
    typed.fill("")
    expect(answer).to_contain_text("OpenAI’s 30 GW")
    expect(listed).to_have_value("OpenAI’s 30 GW")


def test_a_load_with_a_place_is_set_beside_its_own_grids_first(window):
    """Until the reader chooses grids; the list is searched anew each time it opens, with the focus there or not."""
    window.open("/grids?question=peak")
    page = window.page
    listed, shown = page.get_by_role("textbox", name="Load", exact=True), page.locator("#grids-which")
    answer = page.locator("#content .answer")

    def pick(text: str) -> None:
        listed.click()
        page.keyboard.type(text)
        page.locator("[role=option]:visible").first.click()

    pick("Meta Hyperion")
    expect(answer).to_contain_text("Entergy Louisiana")
    expect(shown).to_contain_text(re.compile("^GridsEntergy LouisianaEntergy systemMISO"))
    pick("ERCOT")
    expect(answer).to_contain_text("of the record peak of ERCOT (Texas)")
    expect(shown).to_contain_text(re.compile(r"^GridsERCOT \(Texas\)United StatesItaly"))
    assert page.url == f"{window.address}/grids?load=grid%3AERCOT+%28Texas%29&question=peak"

    shown.locator("button").first.click()  # takes ERCOT out
    expect(answer).to_contain_text("Italy")
    pick("PJM Interconnection")
    expect(answer).to_contain_text("AI sites in PJM Interconnection")
    expect(shown).to_contain_text(re.compile("^GridsUnited StatesItaly"))


def test_the_basis_of_gigawatts_goes_with_a_planned_load(window):
    """A planned load hides the choice and leaves the address; typed gigawatts bring it back as it was."""
    window.open("/grids?load=user:OpenAI&basis=facility")
    page = window.page
    read = page.locator("#grids-read")
    expect(page.locator("#content .answer")).to_contain_text("AI sites of OpenAI")
    expect(read).to_be_hidden()
    expect(page.locator("#content .problem")).to_contain_text("the basis facility is not used")
    page.wait_for_url("**/grids?load=user%3AOpenAI")

    page.get_by_role("textbox", name="or your own load").fill("10 GW")
    expect(read).to_be_visible()
    page.get_by_label("IT", exact=True).check()
    page.wait_for_url("**/grids?load=10+GW&basis=it")


def test_grids_stand_where_the_question_asks_of_them(window):
    """Plants are the same beside any grid: the box goes, also on arrival, and comes back with what it held."""
    window.open("/grids?question=plants&grids=irl")
    page = window.page
    box = page.get_by_role("textbox", name="Grids", exact=True)
    expect(page.locator("#grids-which")).to_be_hidden()

    page.get_by_label("share of a year’s electricity", exact=True).check()
    expect(box).to_be_visible()
    expect(page.locator("#content .answer")).to_contain_text("Ireland")
    page.get_by_label("plants for the peak, with reserve", exact=True).check()
    expect(box).to_be_hidden()
    page.wait_for_url("**/grids?grids=irl&question=adequacy")


def test_converter_leads_to_its_assumptions_without_asking_again(window):
    """The link beside the form moves the focus to them; what was typed stays, in the box and in the address."""
    window.open("/convert")
    page = window.page
    page.get_by_label("Chips, power or dollars").fill("400k GB200")
    page.wait_for_url("**/convert?text=400k+GB200")
    page.wait_for_selector("#convert-assumptions input")
    page.evaluate(MARK, "#convert-assumptions input")
    page.get_by_role("link", name="Change the assumptions").press("Enter")

    assert page.evaluate("document.activeElement.id") == "assumptions"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.kept") is True
    assert page.url == f"{window.address}/convert?text=400k+GB200"
    assert page.get_by_label("Chips, power or dollars").input_value() == "400k GB200"
