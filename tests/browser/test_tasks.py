"""What readers come for: each task from the page to the number in its answer, and out with a picture or a file.

The numbers are worked out here from the shipped tables, by the estimates themselves, and looked for on the page.
"""

import csv
import io
import re
import zipfile
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from dashboard.catalog import SHIPPED, load
from dashboard.compare_method import widest, words_of
from dashboard.compare_score import inside, pairs_score
from dashboard.estimates import estimate, read_ask
from dashboard.estimates.ledger import user_ledger
from dashboard.estimates.questions import (
    households,
    loads,
    plants_for_adequacy,
    plants_for_energy,
    share_of_energy,
    strain_on_peak,
)
from dashboard.estimates.score import summary
from dashboard.units import number_text, range_text, reader_text, spread_text
from dashboard.web.misreadings import misreadings
from dashboard.web.pages import PAGES
from tests.browser.test_pages import TEXTS_OUTSIDE, WIDTHS
from tests.browser.windows import Window, opened

pytestmark = pytest.mark.browser

PAGE = {page.PATH: page for page in PAGES}
END = "2030-12"
TABLET, DESK = 768, 1280
SLIDE = (1600, 900)
MARK = re.compile(rb' d="[^"]+"')
SVG_TEXT = "{http://www.w3.org/2000/svg}text"


def plain(text: str) -> str:
    """A text with single, ordinary blanks."""
    return " ".join(text.split())


class Reader(Window):
    """Somebody at a window of the dashboard who clicks what is written on it."""

    def open(self, path: str) -> None:
        """Go to an address, and wait until Dash has drawn it."""
        super().open(path)
        self.drawn()

    def drawn(self) -> None:
        """Wait until figures, or rows where the page has no figure, are there and stay."""
        self.page.wait_for_selector("#content .main-svg, #content .ag-row", state="attached")
        self.page.evaluate("figureExits.drawn()")

    def at(self, path: str) -> "Reader":
        """On the page, by its link at the head of any other; who is there already stays."""
        if urlsplit(self.page.url).path != path:
            self.page.get_by_role("link", name=PAGE[path].NAME, exact=True).click()
            expect(self.page.locator("#content h1")).to_have_text(PAGE[path].TITLE)
            self.drawn()
        return self

    def fill(self, label: str, text: str) -> None:
        """Type into the box of a label, and leave it."""
        box = self.page.get_by_role("textbox", name=label)
        box.fill(text)
        box.press("Tab")

    def choose(self, label: str, option: str) -> None:
        """Pick an option from the list of a label."""
        box = self.page.get_by_role("textbox", name=label, exact=True)
        line = self.page.get_by_role("option", name=option, exact=True)
        box.click()
        expect(line).to_be_attached()  # what another list was just given may change this one's, and clear what is typed
        if box.is_editable():
            self.page.keyboard.type(option)
        line.click()

    def check(self, label: str) -> None:
        """Pick one of a few."""
        self.page.get_by_label(label, exact=True).check()

    def reads(self, *texts: str) -> None:
        """Find every text in the page's answer."""
        for text in texts:
            expect(self.page.locator("#content .answer")).to_contain_text(plain(text))

    def reads_row(self, *texts: str) -> None:
        """Find a row of a table that holds every text."""
        row = self.page.locator("#content tr")
        for text in texts:
            row = row.filter(has_text=plain(text))
        expect(row.first).to_be_attached()

    def take(self, figure: str, button: str) -> bytes:
        """What a button under a figure hands over."""
        bar = self.page.locator(f'.exits[data-figure="{figure}"]')
        return self._handed_over(bar.get_by_role("button", name=re.compile(f"^{button}:")))

    def take_file(self, name: str) -> bytes:
        """The file behind a link."""
        return self._handed_over(self.page.get_by_role("link", name=name, exact=True))

    def _handed_over(self, button: Locator) -> bytes:
        with self.page.expect_download() as taken:
            button.click()
        return Path(taken.value.path()).read_bytes()


@pytest.fixture(scope="module")
def desk(context, address):
    """One window for the whole module: from the start page on, its reader walks by links."""
    with opened(context, address, DESK, "light", Reader) as reader:
        reader.open("/")
        yield reader


@pytest.fixture(scope="module")
def tablet_window(context, address):
    """One window as wide as a tablet."""
    with opened(context, address, TABLET, "light", Reader) as reader:
        yield reader


@pytest.fixture
def tablet(tablet_window):
    """A second reader, who opens links on a tablet; nothing may go wrong."""
    tablet_window.wrong.clear()
    yield tablet_window
    assert tablet_window.wrong == []


@pytest.fixture
def reader(desk):
    """The reader at the desk; nothing may go wrong during a task."""
    desk.wrong.clear()
    desk.front()
    yield desk
    assert desk.wrong == []


def picture_size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    return Image.open(io.BytesIO(png)).size


def words(svg: bytes) -> str:
    """Every text that an SVG draws."""
    drawn = ET.fromstring(svg).iter(SVG_TEXT)  # noqa: S314
    return plain(" ".join(piece for text in drawn for piece in text.itertext()))


def first_row(table: bytes) -> dict[str, str]:
    """The first row of a CSV."""
    return next(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))


def fits(page: Page) -> bool:
    """No sideways scroll, and no text outside its figure."""
    wide, seen = page.evaluate(WIDTHS)
    assert page.evaluate(TEXTS_OUTSIDE) == []
    return bool(wide <= seen)


def opens_the_same(reader: Reader, tablet: Reader, figure: str) -> str:
    """The texts of a figure, whose link gives the same texts and marks on a tablet, where the page fits."""
    ours = reader.take(figure, "SVG")
    tablet.open(reader.page.url.removeprefix(reader.address))
    theirs = tablet.take(figure, "SVG")

    assert fits(tablet.page)
    assert words(theirs) == words(ours)
    assert MARK.findall(theirs) == MARK.findall(ours)
    return words(ours)


def spread(levels, unit="MW"):
    """Five levels as a number with its 90 % range."""
    return plain(spread_text(levels[0], levels[2], levels[4], unit))


def about(answer, name, unit):
    """A result of an estimate as the pages tell it: the number, then the range, in the unit of the greatest."""
    low, _, middle, _, high = answer.quantiles(name)
    beside = answer.beside(name)
    return reader_text(middle, unit, beside=beside), range_text(low, high, unit, beside=beside)


@pytest.fixture
def worked(catalog):
    """What a text comes to, by the estimates themselves."""
    return lambda text, **more: estimate(read_ask(text, catalog, **more), catalog)


# --- the start page ---------------------------------------------------------------------------------------------------


def test_30_gw_as_it_power(reader, worked):
    """A reporter wants to know what 30 GW is if it means IT power, and takes the picture."""
    answer = worked("30 GW", basis="it")
    reader.at("/").check("IT")
    reader.reads(*about(answer, "annual_energy", "TWh"), *about(answer, "facility_average", "MW"))

    assert picture_size(reader.take("energy", "PNG")) == SLIDE


def test_30_gw_in_reactors_and_homes(reader, catalog, worked):
    """A teacher wants the 30 GW of the meter in nuclear plants and in homes, and takes the numbers of the grids."""
    answer = worked("30 GW", basis="facility")
    kinds = loads(answer, catalog)
    share = share_of_energy(kinds["energy"], catalog.grids["ita"]).levels
    reader.at("/").check("Facility")
    reader.reads(*about(answer, "annual_energy", "TWh"))
    reader.reads_row(plants_for_energy(kinds["average"], "nuclear", catalog).sentence)
    reader.reads_row(households(kinds["energy"], catalog.equivalents["household-us"]).sentence)
    row = first_row(reader.take("grid-share", "CSV"))

    assert (row["label"], row["unit"]) == (catalog.grids["ita"].name, "%")
    assert [float(row[name]) for name in ("q05", "value", "q95")] == pytest.approx([share[0], share[2], share[4]])


def test_30_gw_as_grid_connection(reader, tablet, worked):
    """An editor reads the 30 GW as grid connection and sends the link; on a tablet it is the same picture."""
    answer = worked("30 GW", basis="grid")
    reader.at("/").check("Grid connection")
    reader.reads(*about(answer, "annual_energy", "TWh"))

    assert spread(answer.quantiles("annual_energy"), "TWh") in opens_the_same(reader, tablet, "energy")


def test_fresh_start(reader, worked):
    """Who clicks the name of the page they are on gets it as it first was, and its address with it."""
    reader.at("/").check("Grid connection")
    reader.page.wait_for_url("**basis=grid")
    reader.page.get_by_role("link", name="30 GW", exact=True).click()
    reader.reads(*about(worked("30 GW"), "annual_energy", "TWh"))
    reader.drawn()

    assert urlsplit(reader.page.url).query == ""
    assert reader.page.get_by_label("Not stated", exact=True).is_checked()


# --- convert ----------------------------------------------------------------------------------------------------------


def test_chips_to_power(reader, worked):
    """A reporter has 100,000 H100 in a press release, wants the power of the site, and takes the picture."""
    answer = worked("100000 H100")
    reader.at("/convert").fill("Chips, power or dollars", "100000 H100")
    reader.reads(*about(answer, "facility_peak", "MW"), *about(answer, "annual_energy", "TWh"))

    assert picture_size(reader.take("chain", "PNG")) == SLIDE


def test_dollars_to_power(reader, worked):
    """An economist has 38 billion dollars over 7 years, wants chips and power, and takes the year's energy as SVG."""
    text = "38 billion USD over 7 years"
    answer = worked(text)
    reader.at("/convert").fill("Chips, power or dollars", text)
    reader.reads(*about(answer, "facility_peak", "MW"), *about(answer, "annual_energy", "TWh"))
    card = reader.page.locator(".card", has_text=re.compile("^Chips"))
    for told in about(answer, "chips", "chip"):
        expect(card).to_contain_text(plain(told))

    picture = words(reader.take("outcomes-annual-energy", "SVG"))

    assert all(plain(told) in picture for told in about(answer, "annual_energy", "TWh"))


def test_own_assumption(reader, tablet, worked):
    """An engineer fixes the draw of 400,000 GB200 at 0.7, and sends the link; on a tablet it is the same picture."""
    answer = worked("400k GB200", settings={"draw_ratio": "0.7"})
    reader.at("/convert").fill("Chips, power or dollars", "400k GB200")
    reader.reads(*about(worked("400k GB200"), "annual_energy", "TWh"))
    reader.fill("Average draw over rated IT power", "0.7")
    reader.page.wait_for_url("**set.draw_ratio=0.7*")
    reader.reads(*about(answer, "facility_peak", "MW"), *about(answer, "annual_energy", "TWh"))

    assert spread(answer.quantiles("facility_peak")) in opens_the_same(reader, tablet, "chain")


# --- plans ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def series(plans_in_time):
    """Every site over time, as known on the day of the tables."""
    return plans_in_time


def by_2030(group):
    """What the page must tell of a group: announced, and likely with its range."""
    return reader_text(group.at("announced", END)[2], "MW"), spread(group.at("likely", END))


def test_plans_of_a_country(reader, catalog, series):
    """A reporter in London wants to know what is announced and likely in the country by 2030, with the picture."""
    reader.at("/plans").choose("Group sites by", "country")
    reader.choose("Show", catalog.grids["gbr"].name)
    reader.reads(*by_2030(series.by("country")["gbr"]))

    assert picture_size(reader.take("timeline", "PNG")) == SLIDE


def test_plans_of_a_user(reader, series):
    """An analyst wants what is planned for one company, Anthropic, by month, and takes the CSV."""
    group = series.by("user")["Anthropic"]
    reader.at("/plans").choose("Group sites by", "user")
    reader.choose("Show", "Anthropic")
    reader.reads(*by_2030(group))
    rows = list(csv.DictReader(io.StringIO(reader.take("timeline", "CSV").decode("utf-8-sig"))))
    end = next(row for row in rows if (row["label"], row["basis"]) == (END, "likely"))
    scale = 1000 if end["unit"] == "GW" else 1
    low, _, middle, _, high = group.at("likely", END)

    assert [scale * float(end[name]) for name in ("q05", "value", "q95")] == pytest.approx([low, middle, high])


def test_plans_of_a_site(reader, tablet, catalog, series):
    """A neighbour of Stargate Abilene wants its milestones, and sends the link; on a tablet it is the same picture."""
    group = series.by("site")["Stargate Abilene"]
    rows = [row for row in catalog.milestones.values() if row.site_id == group.site_ids[0]]
    reader.at("/plans").choose("Group sites by", "site")
    reader.choose("Show", "Stargate Abilene")
    reader.reads(*by_2030(group))
    reader.reads_row(rows[0].date, rows[0].status)

    assert spread(group.at("likely", END)) in opens_the_same(reader, tablet, "timeline")


# --- deals ------------------------------------------------------------------------------------------------------------


def counted_once(book, basis):
    """What the page must tell of a ledger: the deals counted once, and what is likely of them."""
    totals = book.totals[basis]
    return [spread([1000 * level for level in levels]) for levels in (totals.best, totals.realised)]


def test_deals_counted_once(reader, catalog):
    """A reporter wants OpenAI's deals without double counting, and takes the press pack with its caption."""
    once, likely = counted_once(user_ledger(catalog, "OpenAI", catalog.as_of), "stated")
    reader.at("/deals").choose("Deals of", "OpenAI")
    reader.check("as stated")
    reader.reads(once, likely)
    pack = zipfile.ZipFile(io.BytesIO(reader.take("ledger", "Press pack")))

    assert once in words(pack.read("picture.svg"))
    assert "the deals counted once, as stated" in pack.read("caption.txt").decode("utf-8")


def test_deals_as_facility_power(reader, catalog):
    """A grid planner wants OpenAI's deals at the meter, and takes the picture as SVG."""
    once, likely = counted_once(user_ledger(catalog, "OpenAI", catalog.as_of), "facility")
    reader.at("/deals").choose("Deals of", "OpenAI")
    reader.check("facility power")
    reader.reads(once, likely)

    assert once in words(reader.take("ledger", "SVG"))


def test_deals_of_anthropic_in_dollars(reader, tablet, catalog):
    """A reader follows Anthropic's dollars, and sends the link; on a tablet the ribbons are the same picture."""
    book = user_ledger(catalog, "Anthropic", catalog.as_of)
    reader.at("/deals").choose("Deals of", "Anthropic")
    reader.check("as stated")
    reader.check("dollars")
    reader.page.wait_for_url("**unit=billion*")
    reader.reads(*counted_once(book, "stated"))

    assert "billion USD" in opens_the_same(reader, tablet, "flows")


# --- grids ------------------------------------------------------------------------------------------------------------


def percent(levels):
    """Five levels in per cent as the page's answer tells them: the number, then the range."""
    low, _, middle, _, high = (number_text(level) for level in levels)
    return f"{middle} % of", f"({low}–{high} %)"


def test_share_of_italy(reader, catalog, worked):
    """A reporter in Rome wants 30 GW of IT power beside a year of Italy's electricity, and takes the picture."""
    share = share_of_energy(loads(worked("30 GW", basis="it"), catalog)["energy"], catalog.grids["ita"]).levels
    reader.at("/grids").choose("Load", "OpenAI’s 30 GW")
    reader.check("IT")
    reader.check("share of a year’s electricity")
    reader.reads(*percent(share), "yearly demand of Italy")

    assert picture_size(reader.take("grids-energy", "PNG")) == SLIDE


def test_strain_on_a_peak(reader, tablet, catalog, worked):
    """An operator sets 400,000 GB200 beside record peaks, and sends the link; on a tablet it is the same picture."""
    strain = strain_on_peak(loads(worked("400k GB200"), catalog)["peak"], catalog.grids["ita"]).levels
    _typed_load(reader, "400k GB200")
    reader.check("strain on the record peak")
    reader.reads(*percent(strain), "record peak of Italy")

    assert spread(strain, "%") in opens_the_same(reader, tablet, "grids-peak")


def test_plants_for_a_load(reader, catalog, worked):
    """A utility wants the firm plant for the peak of 100,000 H100 with reserve, and takes the numbers."""
    firm = plants_for_adequacy(loads(worked("100000 H100"), catalog)["peak"], "firm", catalog).levels
    _typed_load(reader, "100000 H100")
    reader.check("plants for the peak, with reserve")
    reader.reads(f"{spread(firm)} of firm plant")
    row = first_row(reader.take("grids-adequacy", "CSV"))

    assert row["unit"] == "GW"
    assert [1000 * float(row[name]) for name in ("q05", "value", "q95")] == pytest.approx([firm[0], firm[2], firm[4]])


def _typed_load(reader: Reader, text: str) -> None:
    """Type a load of one's own, whatever the list holds."""
    reader.at("/grids").check("not stated")
    reader.fill("or your own load", text)


# --- score ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "rows"),
    [("Independent pairs", "independent"), ("All pairs", "all")],
)
def test_how_good_the_estimates_are(reader, catalog, label, rows):
    """A sceptic wants to know how far off the estimates are, by pairs that count and by all, and takes the picture."""
    result = pairs_score(catalog, rows)
    held = inside(result.scored, 90)
    reader.at("/score").check(label)
    reader.reads(
        f"{100 * summary(result)['median_ape']:.1f} %", f"{held.count} of {held.of} cases, {held.percent:.0f} %"
    )

    assert f"{held.count} of our 90 % ranges hold it" in words(reader.take("score-pairs", "SVG"))


def test_score_without_the_chip_family(reader, tablet, catalog):
    """A reviewer leaves each chip family out, and sends the link; on a tablet it is the same picture."""
    result = pairs_score(catalog, "left-out")
    held = inside(result.scored, 90)
    reader.at("/score").check("Independent, each with its chip family left out")
    reader.reads(f"{100 * summary(result)['median_ape']:.1f} %", f"{held.count} of {held.of} cases")

    assert f"{held.percent:.0f} %" in opens_the_same(reader, tablet, "score-calibration")


# --- data -------------------------------------------------------------------------------------------------------------


def test_table_of_deals(reader, catalog):
    """A student wants every deal in a table, and takes the CSV."""
    reader.at("/data").choose("Table", "Deals")
    expect(reader.page.locator("#content")).to_contain_text(f"{len(catalog.commitments):,} rows")
    rows = list(csv.DictReader(io.StringIO(reader.take_file("commitments.csv").decode("utf-8-sig"))))
    source = catalog.source(rows[0]["source_id"])

    assert len(rows) == len(catalog.commitments)
    assert reader.page.locator(".ag-row[row-index='0'] a").get_attribute("href") == source.address


def test_find_a_chip(reader, tablet, catalog):
    """A reader looks for GB200 among the chips, and sends the link; on a tablet the table has the same file."""
    reader.at("/data").choose("Table", "Chips")
    reader.page.wait_for_url("**table=accelerators")
    expect(reader.page.locator("#content")).to_contain_text(f"{len(catalog.accelerators):,} rows")
    reader.page.get_by_label("Name Filter Input").fill("GB200")
    names = [chip.name for chip in catalog.accelerators.values() if "GB200" in chip.name]
    expect(reader.page.locator("#content .ag-center-cols-container .ag-row")).to_have_count(len(names))
    ours = reader.take_file("accelerators.csv")
    tablet.open(reader.page.url.removeprefix(reader.address))

    assert fits(tablet.page)
    assert tablet.take_file("accelerators.csv") == ours


def test_own_figure_for_italy(reader, tmp_path, worked):
    """A planner has another figure for Italy's demand, sees every page with it, takes the picture and leaves again."""
    text = (SHIPPED / "grids.csv").read_text(encoding="utf-8")
    mine = re.sub(r"(?m)^(ita,(?:[^,\n]*,){4})[^,]*", r"\g<1>400", text)
    for name in SHIPPED.iterdir():
        if name.is_file():
            (tmp_path / name.name).write_bytes(name.read_bytes())
    (tmp_path / "grids.csv").write_text(mine, encoding="utf-8")
    own = load(tmp_path)
    share = share_of_energy(loads(worked("30 GW"), own)["energy"], own.grids["ita"]).levels
    reader.at("/data").choose("Table", "Grids")
    reader.page.wait_for_url("**table=grids")
    saved = tmp_path / "as Excel saves it.csv"
    saved.write_text(mine, encoding="utf-8-sig", newline="\r\n")
    reader.page.get_by_label("A CSV of your own").set_input_files(saved)
    reader.page.get_by_role("button", name="Use it in my view").click()
    expect(reader.page.locator("#banner")).to_contain_text("your own version of grids")
    reader.at("/grids").reads(*percent(share), "yearly demand of Italy")
    picture = words(reader.take("grids-energy", "SVG"))
    reader.page.get_by_role("button", name="Leave my view").click()
    expect(reader.page.locator("#banner")).to_be_empty()

    assert own.grids["ita"].demand.m_as("TWh") == pytest.approx(400)
    assert spread(share, "%") in picture


def test_a_file_is_examined_for_the_table_on_show(reader, tmp_path):
    """A curator takes the workbook, then the right file for the wrong table, and again for the right one."""
    page, report = reader.page, reader.page.locator("#data-report")
    book, saved = tmp_path / "grids.xlsx", tmp_path / "grids.csv"
    book.write_bytes(b"PK\x03\x04\xff")
    saved.write_bytes((SHIPPED / "grids.csv").read_bytes().replace(b",World,", b",The world,", 1))
    reader.at("/data").choose("Table", "Sites")
    page.wait_for_url("**table=sites")

    for file, told in ((book, "got a zip archive or a workbook"), (saved, 'must have the column "site_id"')):
        _take_up(page, file)
        expect(report).to_contain_text(told)
    reader.choose("Table", "Grids")
    page.wait_for_url("**table=grids")
    _take_up(page, saved)
    expect(report).to_contain_text("grids: 0 added, 1 changed, 0 removed")


def _take_up(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose or drop a CSV").click()
    chooser.value.set_files(file)


# --- method -----------------------------------------------------------------------------------------------------------


def test_where_an_error_comes_from(reader, catalog):
    """An editor checks a headline that took chips for the whole site, and takes the picture of the wide assumptions."""
    error = misreadings(catalog)[0]
    reader.at("/method").fill("Show parameters with these words", "")
    reader.reads_row(error.wrong, error.right)
    expect(reader.page.locator("#method-picture .main-svg").first).to_be_attached()

    assert picture_size(reader.take("method-spreads", "PNG")) == SLIDE


def test_range_of_pue(reader, catalog):
    """An engineer wants the range taken for the PUE at peak and where it is from, and takes the numbers."""
    row = catalog.parameter("peak_overhead")
    reader.at("/method").fill("Show parameters with these words", row.name)
    reader.page.wait_for_url("**find=Overhead*")
    reader.reads_row(row.name, words_of(row))
    taken = first_row(reader.take("method-spreads", "CSV"))

    assert taken["label"] == row.name
    assert [float(taken[name]) for name in ("q05", "value", "q95")] == pytest.approx(
        list(100 * np.array([row.low, row.central, row.high]) / row.central)
    )


def test_parameters_of_gb200(reader, tablet, catalog):
    """A modeller wants what is assumed of GB200, and sends the link; on a tablet it is the same picture."""
    found = PAGE["/method"].view(catalog, PAGE["/method"].Choice("GB200"))
    reader.at("/method").fill("Show parameters with these words", "GB200")
    counted = re.compile(rf"(?<!\d){len(found)} of {len(catalog.parameters)} parameters")
    expect(reader.page.locator("#method-body")).to_contain_text(counted)
    expect(reader.page).to_have_url(re.compile("find=GB200"))
    first = widest(found)[0]
    reader.reads_row(first.name, words_of(first))

    assert words_of(first) in opens_the_same(reader, tablet, "method-spreads")
