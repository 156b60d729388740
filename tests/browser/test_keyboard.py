"""Two pages by Tab, arrows, Enter and Space alone, from the skip link on, with the focus always in sight."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from dashboard.estimates import estimate, read_ask
from dashboard.units import range_text, reader_text, spread_text

pytestmark = pytest.mark.browser

FURTHEST = 150  # steps of Tab from one stop of a walk to the next
END = "2030-12"
# What has the focus: its name as written, its state, and whether an outline or a ring shows that it has it.
FOCUSED = """() => {
  const node = document.activeElement;
  const labels = node.labels ? [...node.labels].map(label => label.textContent) : [];
  const box = node.getBoundingClientRect();
  const style = getComputedStyle(node);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const seen = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return {
    tag: node.tagName,
    name: [node.getAttribute("aria-label") || "", ...labels, node.textContent].find(text => text.trim()) || "",
    visible: outlined && seen,
  };
}"""


class Keyboard:
    """Somebody without a mouse."""

    def __init__(self, page: Page) -> None:
        """At the top of a page that is drawn."""
        self.page = page
        self.marked = page.locator("[role=option][data-combobox-selected]:visible")

    def tab_to(self, name: str) -> None:
        """Tab on until the focus is on what goes by a name that starts so; at every stop it must be seen."""
        passed = []
        for _ in range(FURTHEST):
            self.page.keyboard.press("Tab")
            focused = self.page.evaluate(FOCUSED)
            assert focused["visible"], f"the focus cannot be seen on {focused}"
            if focused["name"].strip().startswith(name):
                return
            passed.append(focused["name"].strip()[:30])
        raise AssertionError(f"{name}: must be within {FURTHEST} steps of Tab, got {passed}")

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Write in place of what stands in the box."""
        self.press("Control+a")
        self.page.keyboard.type(text)

    def pick(self, option: str) -> None:
        """Open the list that has the focus, and go down to an option."""
        self.press("Enter")
        for _ in range(FURTHEST):
            self.press("ArrowDown")
            if self.marked.inner_text() == option:
                return self.press("Enter")
        raise AssertionError(f"{option}: must be in the list")

    def take(self, key: str) -> Download:
        """The file that a key on a button hands over."""
        with self.page.expect_download() as taken:
            self.press(key)
        return taken.value

    def reads(self, *texts: str) -> None:
        """Find every text in the page's answer."""
        for text in texts:
            told = " ".join(text.split())
            expect(self.page.locator("#content .answer")).to_contain_text(told)


def _from_the_top(window, path: str) -> Keyboard:
    """Past the head of a page by its skip link."""
    window.open(path)
    window.page.evaluate("figureExits.drawn()")
    keyboard = Keyboard(window.page)
    keyboard.tab_to("Skip to the content")
    keyboard.press("Enter")
    return keyboard


def test_converter_by_keyboard(window, catalog):
    """Type a quantity, fix an assumption, open the passport, take the CSV."""
    keyboard = _from_the_top(window, "/convert")
    keyboard.tab_to("Chips, power or dollars")
    keyboard.type("400k GB200")
    answer = estimate(read_ask("400k GB200", catalog), catalog)
    keyboard.reads(reader_text(answer.quantiles("annual_energy")[2], "TWh"))

    keyboard.tab_to("CSV:")
    csv = Path(keyboard.take("Enter").path()).read_text(encoding="utf-8")
    keyboard.tab_to("Passport of this figure")
    keyboard.press("Enter")
    expect(window.page.locator("details.passport[open] section").first).to_be_visible()
    keyboard.press("Space")
    expect(window.page.locator("details.passport[open]")).to_have_count(0)

    keyboard.tab_to("Average draw over rated IT power")
    keyboard.type("0.7")
    keyboard.press("Enter")
    fixed = estimate(read_ask("400k GB200", catalog, settings={"draw_ratio": "0.7"}), catalog)
    low, _, middle, _, high = fixed.quantiles("annual_energy")
    keyboard.reads(reader_text(middle, "TWh"), range_text(low, high, "TWh"))

    assert "/convert?text=400k+GB200" in csv


def test_plans_by_keyboard(window, plans_in_time):
    """Choose a grouping and a site with the arrows, see its milestones, and reach the table of all sites."""
    keyboard = _from_the_top(window, "/plans")
    keyboard.tab_to("Group sites by")
    keyboard.pick("site")
    window.page.wait_for_url("**by=site*")
    keyboard.tab_to("Show")
    keyboard.type("Stargate Abilene")
    expect(window.page.locator("[role=option]:visible")).to_have_count(1)
    keyboard.press("ArrowDown")
    expect(keyboard.marked).to_have_text("Stargate Abilene")
    keyboard.press("Enter")
    window.page.wait_for_url(re.compile("name=Stargate"))
    low, _, middle, _, high = plans_in_time.by("site")["Stargate Abilene"].at("likely", END)
    keyboard.reads(spread_text(low, middle, high, "MW"))

    keyboard.tab_to("Milestones as published")
    keyboard.tab_to("Site")
    keyboard.press("Enter")  # sorts

    expect(window.page.get_by_role("columnheader", name="Site")).to_have_attribute("aria-sort", "ascending")
