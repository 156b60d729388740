"""What leaves a page: pictures that agree with the command line's, press packs, links, frames, print; and all boxes."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import plotly
import pypdf
import pytest
from PIL import Image
from playwright.sync_api import expect

from dashboard import captions, figures, passports
from dashboard.catalog import SHIPPED
from dashboard.compare import row_text
from dashboard.export.browser import warm_browser
from dashboard.export.shots import shots
from dashboard.export.writing import content
from dashboard.figures.frame import PAPER
from dashboard.web.addresses import comparisons_at
from dashboard.web.exits import SIZES
from dashboard.web.pages import PAGES
from tests.baselines import pictures

pytestmark = pytest.mark.browser

DRAWN = [page.PATH for page in PAGES if page.FIGURES]
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
BOXES = Path(__file__).with_name("boxes.js")
SVG = "{http://www.w3.org/2000/svg}"
FOREIGN = re.compile(r"#[0-9a-fA-F]{6}|rgba?\([^)]*\)")


@pytest.fixture(scope="module")
def warm():
    """The command line's browser, warm."""
    with warm_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def stage(context):
    """An empty page with plotly.js and what looks for cut and covered boxes."""
    page = context.new_page()
    page.set_viewport_size({"width": 1700, "height": 1200})
    page.set_content('<div id="stage"></div>')
    page.add_script_tag(path=PLOTLY)
    page.evaluate(BOXES.read_text(encoding="utf-8"))
    yield page
    page.close()


@pytest.fixture
def open_page(window):
    """Opens an address and waits until the page says that it is drawn."""

    def opened(path):
        window.open(path)
        window.page.evaluate("figureExits.drawn()")
        return window.page

    return opened


def _bars(page):
    return page.locator(".exits").all()


def _taken(page, bar, action):
    with page.expect_download() as taken:
        bar.locator(f'button[data-exit="{action}"]').click()
    return taken.value


def _texts(svg):
    """Every text of a picture, in order; those of the table that it carries inside are not drawn and not compared."""
    return ["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314


# --- one picture, two exits -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/plans", "/grids"])  # between them every form but the score's
def test_page_and_command_line_draw_the_same(path, open_page, warm, catalog):
    """For every figure on a page, its SVG and that of the command line have the same texts, foot and marks."""
    page = open_page(path)
    for bar in _bars(page):
        with_id = bar.get_attribute("data-figure")
        bar.locator('select[data-exit="size"]').select_option("column")
        bar.locator('select[data-exit="theme"]').select_option("dark")
        ours = Path(_taken(page, bar, "svg").path()).read_bytes()
        address = bar.get_attribute("data-address")
        (shot,) = shots([address], catalog, figure=with_id, formats=["svg"], size="column", theme="dark")
        theirs = content(shot, warm)

        assert _texts(ours) == _texts(theirs)
        assert shot.comparison.foot.endswith(f"address {address}")
        assert re.findall(rb' d="[^"]+"', ours) == re.findall(rb' d="[^"]+"', theirs)


def test_press_pack_opens_and_agrees(open_page, catalog):
    """The zip is sound; its caption, table, passport and picture have the same number, version and address."""
    page = open_page("/?basis=facility")
    taken = _taken(page, _bars(page)[0], "pack")
    packed = zipfile.ZipFile(taken.path())
    files = {name: packed.read(name) for name in packed.namelist()}
    shown = comparisons_at("/?basis=facility", catalog, "energy")[0]
    rows = list(csv.DictReader(io.StringIO(files["numbers.csv"].decode("utf-8-sig"))))
    texts = " ".join(_texts(files["picture.svg"])).replace("\u00a0", " ")
    passport = json.loads(files["passport.json"])

    assert packed.testzip() is None
    assert files["numbers.csv"] == b"\xef\xbb\xbf" + shown.csv.encode()  # by this mark Excel reads it as UTF-8
    assert taken.suggested_filename == f"press-pack_energy_{catalog.version}.zip"
    assert [row["label"] for row in rows] == list(shown.table.label)
    for row in shown.rows:
        assert row_text(row, shown.unit).replace("\u00a0", " ") in texts
    assert files["caption.txt"].decode().strip() == captions.caption(shown)
    assert row_text(captions.lead(shown), shown.unit) in files["caption.txt"].decode()
    assert files["alt.txt"].decode().strip() == captions.alt(shown)
    assert passport["estimates"][0]["results"]["annual_energy"]["q50"] == pytest.approx(float(rows[0]["value"]))
    assert urlsplit(files["link.txt"].decode().strip()).query.startswith(f"basis=facility&data={catalog.version}&seed=")
    assert Image.open(io.BytesIO(files["picture.png"])).size == (3200, 1800)
    assert b"@misc{" in files["citation.bib"]
    assert catalog.version.encode() in files["citation.txt"]


def test_picture_has_its_size(open_page):
    """A square is 1080 x 1080 pixels, twice that at 2x, from the keyboard alone; copied, it is a PNG."""
    page = open_page("/deals")
    bar = _bars(page)[0]
    bar.locator('select[data-exit="size"]').select_option("square")
    for action, side in (("png", 1080), ("png2", 2160)):
        bar.locator(f'button[data-exit="{action}"]').focus()
        with page.expect_download() as taken:
            page.keyboard.press("Enter")
        assert Image.open(taken.value.path()).size == (side, side)
    assert "is saved" in bar.locator(".exits-status").inner_text()
    bar.evaluate("bar => { bar.dataset.own = 'yes'; }")  # a visitor's own tables: the picture is the page's
    assert Image.open(_taken(page, bar, "png").path()).width == 1080
    bar.evaluate("bar => { bar.dataset.own = 'no'; }")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    bar.locator('button[data-exit="copy"]').click()
    expect(bar.locator(".exits-status")).to_contain_text("copied")

    assert page.evaluate("navigator.clipboard.read().then(items => items[0].types)") == ["image/png"]


def test_csv_and_link_are_of_what_is_shown(open_page, catalog):
    """The CSV is that of the address, the link leads back to it, and no two buttons have one name."""
    page = open_page("/convert?text=400k+GB200")
    names = page.locator("button[data-exit]").evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")
    bar = _bars(page)[0]
    table = Path(_taken(page, bar, "csv").path()).read_text(encoding="utf-8")
    shown = comparisons_at("/convert?text=400k+GB200", catalog)[0]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    bar.locator('button[data-exit="link"]').click()
    expect(bar.locator(".exits-status")).to_contain_text("copied")

    assert len(set(names)) == len(names) >= 9
    assert table == f"\ufeff{shown.csv}"  # by this mark Excel reads it as UTF-8
    assert f"/convert?text=400k+GB200&data={catalog.version}&" in page.evaluate("navigator.clipboard.readText()")


def test_without_a_clipboard_the_text_is_offered(open_page, window):
    """Where the clipboard is closed, the embed code stands in a box, selected; a frame with room draws the figure."""
    page = open_page("/?basis=it")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    bar = _bars(page)[0]
    bar.locator('button[data-exit="embed"]').click()
    code = bar.locator("textarea").input_value()
    frame = re.search(r'src="([^"]+)"', code)[1].replace("&amp;", "&")
    page.goto(frame)
    expect(page.locator("figure .js-plotly-plot")).to_contain_text("210 TWh")
    assert page.evaluate("getComputedStyle(document.body).overflow") == "hidden"
    page.set_viewport_size({"width": 900, "height": 300})
    page.goto(frame)
    expect(page.locator("figure")).to_contain_text("to have room for its words")
    window.wrong.clear()  # the browser's console says so too

    assert 'title="OpenAI' in code


def test_what_goes_wrong_is_told(open_page, window):
    """When the server does not answer, the line under the buttons says so, and the button can be used again."""
    page = open_page("/deals")
    page.route("**/figure/*.json?*", lambda route: route.fulfill(status=400, json={"error": "size: is wrong"}))
    bar = _bars(page)[0]
    bar.locator('button[data-exit="png"]').click()
    page.wait_for_selector(".exits-status.wrong")
    window.wrong.clear()

    assert bar.locator(".exits-status").inner_text() == "That did not work: size: is wrong"
    assert bar.locator('button[data-exit="png"]').get_attribute("aria-disabled") is None


def test_print_is_whole(open_page, catalog):
    """As a PDF the page has its figures with their feet, neither buttons nor controls, and a word on the big table."""
    page = open_page("/deals")
    pdf = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    text = "".join(part.extract_text() for part in pdf.pages)

    assert "Press pack" not in text
    assert f"The table of {len(catalog.commitments)} rows is not printed" in text
    assert not page.get_by_text("is not printed").is_visible()
    assert re.sub(r"\s", "", f"Data version {catalog.version}, address /deals") in re.sub(r"\s", "", text)


@pytest.mark.parametrize("window", [(1280, "dark")], indirect=True)
def test_dark_page_prints_light(open_page):
    """On paper a dark page has the light colours in text and figures, and afterwards it is as before."""
    page = open_page("/deals")
    page.evaluate("""() => {
      window.told = {};
      const look = () => {
        const colours = new Set();
        document.querySelectorAll(".js-plotly-plot *").forEach(node => {
          ["fill", "stroke", "background"].forEach(name => colours.add(node.style.getPropertyValue(name)));
        });
        return { colours: [...colours].sort(), paper: getComputedStyle(document.body).backgroundColor };
      };
      window.told.before = look();
      addEventListener("beforeprint", () => { window.told.paper = look(); });
      addEventListener("afterprint", () => { window.told.after = look(); });
    }""")
    pdf = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    told = page.evaluate("told")
    dark, light = ({_rgb(colour) for colour in colours} for colours in zip(*PAPER.items(), strict=True))

    assert len(pdf.pages) > 0
    assert told["before"] == told["after"]
    assert (told["before"]["paper"], told["paper"]["paper"]) == ("rgb(21, 24, 28)", "rgb(255, 255, 255)")
    assert set(told["before"]["colours"]) & dark
    assert not set(told["paper"]["colours"]) & dark
    assert set(told["paper"]["colours"]) & light


def _rgb(colour):
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"


@pytest.mark.parametrize("window", [(390, "dark")], indirect=True)
def test_passport_opens_and_follows_its_figure(open_page, catalog):
    """Opened, it has the formula, the inputs and the sources of its figure; of another figure, another's."""
    page = open_page("/deals")
    block = page.locator("details.passport").first
    block.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(block.locator("section")).to_have_count(5)
    facts = passports.facts(comparisons_at("/deals", catalog, "ledger")[0], catalog)
    shown = block.inner_text()

    assert all(line["result"] in shown for line in facts["formulas"])
    assert all(row["text"] in shown for row in facts["assumptions"])
    assert block.locator("ol li").count() == len(facts["sources"])
    assert all(f"({source['tier']}, seen {source['accessed']})" in shown for source in facts["sources"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    block.evaluate("block => { block.dataset.query = 'basis=facility'; }")  # as a control does that keeps the block
    expect(block).to_contain_text("basis: facility power")
    page.get_by_label("facility power").click()
    page.wait_for_selector('details.passport[data-query="basis=facility"]:not([open])')


def test_passport_of_own_tables(window, catalog):
    """Who looks at tables of their own gets the passport of those, and no link that would lead to others."""
    page = window.page
    text = (SHIPPED / "commitments.csv").read_text(encoding="utf-8").replace("2025-10-13", "2025-10-14")
    kept = json.dumps(json.dumps({"commitments": text}))
    window.open("/deals")
    page.evaluate(f"sessionStorage.setItem('own', {kept})")
    window.open("/deals")
    block = page.locator('details.passport[data-own="yes"]').first
    block.locator("summary").click()
    expect(block.locator("section")).to_have_count(5)

    assert "your own version of the tables" in block.inner_text()
    assert catalog.version not in block.inner_text()
    assert block.locator(".problem").count() == 0


def test_link_of_another_version_is_told(open_page):
    """A link pinned to another data version says so on the page, with what it said before and what is so now."""
    page = open_page("/deals?data=0000000000&figure=ledger&was=1:2:3")

    assert "made with data version 0000000000" in page.inner_text(".problem")
    assert "2.0 GW (1.0–3.0) → " in page.inner_text(".problem")


# --- boxes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", DRAWN)
def test_nothing_is_cut_or_covered(path, stage, catalog):
    """Every figure in every size: texts inside the frame, none on another, no mark on title, legend or foot."""
    wrong = {}
    for comparison in comparisons_at(path, catalog):
        for size in (*SIZES, "page", "phone"):
            spec = figures.figure(comparison, figures.SIZES[size], "light")
            if found := stage.evaluate("spec => wrongBoxes(spec)", spec):
                wrong[comparison.id, size] = found

    assert wrong == {}


@pytest.mark.parametrize("path", DRAWN)
def test_dark_differs_in_colour_alone(path, catalog):
    """In the dark a figure has the same boxes: but for its colours the spec is the same in every size."""
    for comparison in comparisons_at(path, catalog):
        for size in SIZES:
            light, dark = (
                FOREIGN.sub("", json.dumps(figures.figure(comparison, figures.SIZES[size], theme)))
                for theme in ("light", "dark")
            )
            assert light == dark, (comparison.id, size)


# --- stored pictures --------------------------------------------------------------------------------------------------


def test_every_form_has_a_stored_picture():
    """A new form needs its pictures: make baselines."""
    assert set(pictures.stored()) == set(figures.FORMS)


@pytest.mark.parametrize("theme", pictures.THEMES)
@pytest.mark.parametrize("form", figures.FORMS)
def test_figures_are_drawn_as_before(form, theme, warm, tmp_path_factory):
    """A form is drawn as in its stored picture; if not, a picture shows before, after and where."""
    if not warm.has_font():
        pytest.skip("Open Sans is missing: the letters would differ")
    before = (pictures.HERE / pictures.name(form, theme)).read_bytes()

    share, sheet = pictures.difference(before, pictures.drawn(warm, pictures.stored()[form], theme))
    if share > pictures.SHARE:
        place = tmp_path_factory.mktemp("pictures") / pictures.name(form, theme)
        sheet.save(place)
        pytest.fail(f"{form}, {theme}: {100 * share:.1f} % differs, see {place}; `make baselines` accepts it")
