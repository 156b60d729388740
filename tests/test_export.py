"""Exports: what a file says of itself, what is refused, whole or not at all, the same bytes each time."""

import asyncio
import csv
import io
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
from datetime import date
from xml.etree import ElementTree as ET

import pypdf
import pytest
from click.testing import CliRunner
from PIL import Image

from dashboard import captions
from dashboard.__main__ import main
from dashboard.compare import row_text, value_text
from dashboard.export import browser, command, notes, shots, writing
from dashboard.export.changes import changes
from dashboard.web import exits, packs
from dashboard.web.addresses import comparison_named, comparisons_at
from dashboard.web.pages import PAGES

FORK = multiprocessing.get_context("fork")  # a child that can be killed without starting all over
FIGURES = [figure for page in PAGES for figure in page.FIGURES]


def _run(*words):
    return CliRunner().invoke(main, ["export", *map(str, words)])


def _squeezed(text):
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def comparisons(catalog):
    """The comparison of every figure, at the plain address of its page."""
    return {item.id: item for page in PAGES for item in comparisons_at(page.PATH, catalog)}


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", FIGURES)
def test_words_hold_number_range_unit_and_source(figure, comparisons):
    """The text for those who do not see it and the caption have the leading number with its range, unit and source."""
    comparison = comparisons[figure]
    alt, caption = _squeezed(captions.alt(comparison)), _squeezed(captions.caption(comparison))

    assert comparison.title in alt
    assert _squeezed(comparison.answer) in alt
    for text in (alt, caption):
        assert comparison.sources[0] in text
        assert re.search(r"\d", text)
    assert f"Unit: {comparison.unit}" in alt
    assert comparison.version in caption
    assert comparison.address in caption
    if comparison.form == "dots":
        assert re.search(r"about \S+ \S+, very likely \S+–\S+ ", caption)
    else:
        row = captions.lead(comparison)
        ranged = row.q05 == row.q05 and row.q95 > row.q05 * 1.02
        told = value_text(row, comparison)
        assert _squeezed(told) in caption
        assert not ranged or re.search(r"\S+–\S+", told)


def test_caption_of_a_ledger_leads_with_the_total_counted_once(comparisons):
    """The deals counted once with their range come first, then what is likely, before any layer of them."""
    ledger = comparisons["ledger"]
    best, likely = (next(row for row in ledger.rows if row.label.startswith(name)) for name in ("Best", "Likely"))
    said = captions.caption(ledger).partition(" – ")[2]

    assert said.startswith(f"{best.label}: {row_text(best, 'GW')}; {likely.label}: {row_text(likely, 'GW')}")
    assert best.q05 < best.value < best.q95
    assert {row.nature for row in ledger.rows} == {"estimate", "sum"}  # what nobody published never looks published


def test_no_estimate_has_more_figures_than_it_is_good_for(comparisons):
    """No estimate is told to more than the four significant figures of a sum of announcements."""
    for comparison in comparisons.values():
        for row in comparison.rows:
            told = "" if row.nature != "estimate" else row_text(row, comparison.unit)
            numbers = [number.replace(",", "").replace(".", "").strip("0") for number in re.findall(r"[\d.,]+", told)]

            assert max(map(len, numbers), default=0) <= 4, told


@pytest.mark.parametrize(
    ("figure", "query", "led"),
    [
        ("chain", {}, "from IT to the grid – Facility peak: 180 MW"),
        ("plans-by", {}, "at the end of 2030 – Google: "),
        ("plans-by", {"by": "country", "name": "Germany"}, "at the end of 2030 – Germany: "),
    ],
)
def test_caption_leads_with_what_the_answer_leads_with(catalog, figure, query, led):
    """A caption begins with the power at the meter, with the largest group that has a name, or with the one chosen."""
    assert led in captions.caption(comparison_named(figure, catalog, query))


@pytest.mark.parametrize("figure", FIGURES)
def test_caption_has_two_sentences(figure, comparisons):
    """A caption is one sentence for what is seen and one for where it is from."""
    caption = captions.caption(comparisons[figure])

    assert caption.endswith(".")
    assert len(re.findall(r"\.\s(?:Ranges|Values)", caption)) == 1
    assert len(re.findall(r"(?<=[^.])\.(?=\s[A-Z])", caption)) <= 2


def test_foot_ends_with_version_and_address(catalog):
    """The last line of a picture names the data version and the address with its query."""
    comparison = comparison_named("energy", catalog, {"basis": "facility", "size": "slide", "utm": "x"})

    assert comparison.foot.endswith(f"Data version {catalog.version}, address /?basis=facility")


def test_pictures_name_what_a_reader_set_by_hand(catalog):
    """Foot, caption and words of a picture say which assumptions are not ours; of many the first three."""
    usual = {"text": "38 billion USD over 7 years"}
    names = ("mature_load", "chip_price", "model_error", "site_water")
    few, many = (usual | {f"set.{name}": "0.901" for name in names[:count]} for count in (1, 4))
    told = "et by hand, not ours: Average IT load over critical IT capacity, mature = 0.901"

    assert "by hand" not in comparison_named("tornado", catalog, usual).foot
    assert "by hand" not in comparison_named("grids-energy", catalog, {"load": "user:OpenAI"}).foot  # of its countries
    for figure in ("chain", "outcomes-annual-energy", "tornado"):
        comparison = comparison_named(figure, catalog, few)
        assert f" S{told}. Data version" in comparison.foot
        assert all(told in words for words in (captions.caption(comparison), captions.alt(comparison)))
    assert "; and 1 more in the address. Data version" in comparison_named("chain", catalog, many).foot


def test_the_ends_of_what_decides_are_those_of_the_table(catalog):
    """The sentence on what would change a result gives its assumption's ends as the table has them."""
    answer = comparison_named("tornado", catalog, {"text": "38 billion USD over 7 years"}).answer

    assert "6.5 and 14.5 million USD/MW/year" in answer


def test_bibtex_escapes_what_tex_would_run(comparisons):
    """Per cent, ampersand and underscore in a title are escaped, and braces stay paired."""
    entry = captions.bibtex(comparisons["grid-share"], date(2026, 11, 24))

    assert not re.search(r"(?<!\\)[%&#]", entry)
    assert entry.count("{") == entry.count("}")


def test_passport_can_make_the_picture_again(catalog):
    """A passport has the seed, the data version, every assumption with its range, and a link that pins them."""
    comparison = comparison_named("chain", catalog, {"text": "30 GW", "set.draw_ratio": "0.7"})
    passport = packs.passport(comparison, catalog)
    (estimate,) = passport["estimates"]

    assert passport["link"].startswith(
        f"/convert?text=30+GW&set.draw_ratio=0.7&data={catalog.version}&seed={passport['seed']}&figure=chain&was="
    )
    assert passport["data_version"] == catalog.version == estimate["data_version"]
    assert {"low", "central", "high", "sources"} <= set(estimate["assumptions"][0])


def test_own_tables_get_only_the_page_s_picture(comparisons):
    """Who looks at tables of their own is offered nothing that the server would make from the published ones."""
    own, published = (
        json.dumps(exits.bar(comparisons["energy"], "light", own=own).to_plotly_json(), default=_plain)
        for own in (True, False)
    )

    for action in ("csv", "link", "embed", "pack"):
        assert f'"data-exit": "{action}"' in published
        assert f'"data-exit": "{action}"' not in own
    assert '"data-exit": "png"' in own
    assert exits.OWN in own


def _plain(component):
    return component.to_plotly_json()


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[shot]]\naddress = 3", "shot 1: address: must be text"),
        ('[[shot]]\naddress = "/nowhere"', "shot 1: address: must be one of /"),
        ('[[shot]]\naddress = "/"\nfigure = "nonsense"', "shot 1: figure: / has energy"),
        ('[[shot]]\naddress = "/"\nsize = "poster"', "shot 1: size: must be one of slide"),
        ('[[shot]]\naddress = "/"\ncolour = "red"', "colour: no such key"),
        ('[[shot]]\naddress = "/"\nname = "../up"', "name: must be a plain file name"),
        ('[[shot]]\naddress = "/"\nname = "one"', "name: needs one figure"),
        ('[[shot]]\naddress = "/"\nscale = 9', "scale: must be 1, 2 or 3"),
        ('[[shot]]\naddress = "/"\npage = true\nformat = "svg"', "format: must be one of png, pdf"),
        ("shot = [1]", 'shot 1: must be a table of keys under [[shot]], got "1"'),
        ('[[shot]]\naddress = "/"\npage = "yes"', 'shot 1: page: must be true or false, got "yes"'),
        ('[[shot]]\naddress = "/"\nscale = true', 'shot 1: scale: must be 1, 2 or 3, got "True"'),
        ('[[shot]]\naddress = "/"\npage = true\nfigure = "energy"', "shot 1: figure: does not go with page"),
        ('[[shot]]\naddress = "/"\nformat = "csv"\nsize = "column"', "shot 1: size: does not go with format csv"),
        ('[[shot]]\naddress = "/"\nformat = "svg"\nscale = 3', "shot 1: scale: does not go with format svg"),
        ('[[shot]]\naddress = "/"\n' * 2, "two shots must not make one file"),
        ("[[shot", "must be TOML"),
        ("", "must hold [[shot]]"),
    ],
)
def test_shots_that_cannot_be_made_are_told(text, told, tmp_path):
    """A list of shots is refused as a whole, with the number of the shot and the reason in one line."""
    path = tmp_path / "shots.toml"
    path.write_text(text)

    done = _run("--shots", path, "--out", tmp_path / "out")

    assert done.exit_code == 1
    assert told in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "address", ["//evil.example/", "https://localhost/", "http://[", "/" + "x" * 5000, "ftp://localhost/"]
)
def test_addresses_of_others_are_refused(address, tmp_path):
    """Another host, scheme or an endless address is refused in one line."""
    done = _run(address, "--out", tmp_path)

    assert done.exit_code == 1
    assert done.stderr.startswith("error: address: ")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("/grids", "--all", "--size", "1x1", "--theme", "pink", "--format", "csv"),
            "--size, --theme do not go with --all, which makes every size and theme",
        ),
        (("--shots", "docs/shots.toml", "--format", "tiff"), "--format does not go with --shots"),
        (("/", "--shots", "docs/shots.toml", "--scale", "0"), "ADDRESS, --scale do not go with --shots"),
        (("/grids", "--page", "--figure", "nonsense"), "--figure does not go with --page"),
        (("/grids", "--page", "--all"), "--all does not go with --page of an ADDRESS"),
        (("/", "--format", "csv", "--size", "social"), "--size does not go with --format csv"),
        (("/", "--format", "csv", "--scale", "3", "--theme", "dark"), "--theme, --scale do not go with --format csv"),
        (("/", "--all", "--format", "csv", "--scale", "3"), "--scale does not go with --format csv"),
        (("/", "--format", "svg", "--format", "csv", "--scale", "3"), "--scale does not go with --format svg and csv"),
    ],
)
def test_options_without_a_use_are_told(words, told, tmp_path):
    """An option that the others leave without a use is a usage error that names it, whatever its value."""
    done = _run(*words, "--out", tmp_path / "out")

    assert done.exit_code == 2
    assert told in " ".join(done.stderr.split())


@pytest.mark.parametrize("words", [("/",), ("--out", "x"), ("/", "--out", "x", "--check", ".")])
def test_needs_an_address_and_one_way_out(words):
    """Without an address, or without exactly one of --out and --check, it is a usage error."""
    assert _run(*words).exit_code == 2


def test_unwritable_folder_is_told(tmp_path):
    """A folder that cannot be made ends with one line and exit code 1."""
    (tmp_path / "file").write_text("")

    done = _run("/", "--format", "csv", "--out", tmp_path / "file" / "out")

    assert done.exit_code == 1
    assert "cannot be written" in done.stderr


def test_full_disk_leaves_no_half_file(tmp_path):
    """When no more can be written, exit code 3 says so and nothing is left behind."""
    command = f"ulimit -f 1; exec {sys.executable} -m dashboard export / --figure energy --format csv --out {tmp_path}"

    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert "cannot be written" in done.stderr
    assert list(tmp_path.iterdir()) == []


# --- files ------------------------------------------------------------------------------------------------------------


def test_shot_is_named_by_address_and_version(catalog):
    """A file is named by figure, query, size, theme and data version."""
    (shot,) = shots(["/?basis=it"], catalog, figure="energy", formats=["png"], size="social", theme="dark")

    assert shot.file_name == f"energy_basis-it_social_dark_{catalog.version}.png"


def test_long_queries_that_differ_at_their_end_make_files_of_their_own(tmp_path):
    """What is cut from a file's name leaves its mark there; an address or a format given twice is made once."""
    first = "/convert?text=38+billion+USD+over+7+years&set.contract_revenue=9&set.chip_price=2"
    addresses = (first, first.replace("price=2", "price=4"), first, first.replace("+", "%20"))

    done = _run(*addresses, "--figure", "chain", "--format", "csv", "--format", "csv", "--out", tmp_path)

    told = [tmp_path / line.rpartition("/")[2] for line in done.stdout.splitlines()]
    assert sorted(told) == sorted(tmp_path.iterdir())
    assert len({path.read_bytes() for path in told}) == len(told) == 2


def test_two_addresses_never_make_one_file(tmp_path):
    """Queries that differ only in what no file name holds are refused by their file, before any is written."""
    one, other = "/convert?text=30+GW", "/convert?text=30++GW"

    done = _run(one, other, "--figure", "chain", "--format", "csv", "--out", tmp_path / "out")

    assert done.exit_code == 1
    assert "two shots must not make one file, got chain_text-30-GW_" in done.stderr
    assert not (tmp_path / "out").exists()


def test_csv_has_a_header_for_every_cell(comparisons):
    """Each row of each CSV is as long as its header, extra columns of maps and flows included."""
    for comparison in comparisons.values():
        head, *rows = csv.reader(io.StringIO(comparison.csv))
        assert {len(row) for row in rows} == {len(head)}, comparison.id


def test_check_tells_changed_numbers(tmp_path):
    """Against an earlier set, the same is the same; a changed number is told from old to new; exit code 1."""
    assert _run("/", "--format", "csv", "--out", tmp_path).exit_code == 0
    same = _run("/", "--format", "csv", "--check", tmp_path)
    path = next(tmp_path.glob("deals_*.csv"))
    before = path.read_text().splitlines()
    cells = before[1].split(",")
    cells[4] = "99.0"
    path.write_text("\n".join([before[0], ",".join(cells), *before[2:]]) + "\n")
    moved = _run("/", "--format", "csv", "--check", tmp_path)

    assert same.exit_code == 0
    assert "0 changed" in same.output
    assert moved.exit_code == 1
    assert re.search(r"changed +deals_.*99\.0 GW.* → ", moved.output)


def test_check_compares_each_of_two_rows_of_one_label(comparisons, catalog, tmp_path):
    """An estimate and the published figure beside it have one label; a change of either is told."""
    (shot,) = shots(["/score"], catalog, figure="score-pairs", formats=["csv"], size="slide", theme="light")
    whole = comparisons["score-pairs"].csv
    rows = list(csv.DictReader(io.StringIO(whole)))
    first, second = [line for line in whole.splitlines() if line.startswith(rows[0]["label"])][:2]
    for line, row in ((first, rows[0]), (second, next(r for r in rows[1:] if r["label"] == rows[0]["label"]))):
        moved = whole.replace(line, line.replace(f",{row['value']},", ",123456.0,", 1), 1)
        (tmp_path / shot.file_name).write_text(moved)
        (change,) = changes([(shot, whole.encode())], tmp_path)

        assert moved != whole
        assert "123,000" in str(change)


def test_options_with_a_use_are_none_without():
    """Beside numbers a picture is drawn in the size and theme; a PNG among others has the scale."""
    given = dict.fromkeys(("figure", "size", "theme", "scale", "shots")) | {"page": False, "everything": False}

    assert command.misfit(["/"], given | {"formats": ("csv", "svg"), "size": "social", "theme": "dark"}) == ""
    assert command.misfit(["/"], given | {"formats": ("csv", "png"), "scale": 3}) == ""
    assert command.misfit(["/"], given | {"formats": (), "scale": 3}) == ""


def _with_a_word(text):
    head, first, rest = text.split("\n", 2)
    cells = first.split(",")
    cells[4] = "abc"
    return "\n".join([head, ",".join(cells), rest])


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (_with_a_word, 'line 2: value: must be a number, got "abc"'),
        (lambda text: text[: text.index("\n") + 1] + "a,b\n", 'line 2: value: must be a number, got ""'),
        (lambda _: "", "must have the column label, got none"),
    ],
)
def test_check_goes_on_behind_a_damaged_table(damage, why, tmp_path):
    """An earlier CSV that cannot be read is a change that says why; the others are compared; exit code 1."""
    assert _run("/", "--format", "csv", "--out", tmp_path).exit_code == 0
    path = next(tmp_path.glob("deals_*.csv"))
    path.write_text(damage(path.read_text()))

    done = _run("/", "--format", "csv", "--check", tmp_path)

    assert done.exit_code == 1
    assert f"changed {path.name}: the earlier {path.name} cannot be read: {why}" in done.stdout
    assert re.search(r"[1-9]\d* same, 1 changed, 0 new, 0 gone", done.stdout)
    assert done.stderr == ""


def _picture(text):
    made = io.BytesIO()
    Image.effect_noise((60, 60), 50).save(made, "png")
    return notes.noted(made.getvalue(), "png", {notes.NUMBERS: text})


def _paper(text):
    made, writer = io.BytesIO(), pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(made)
    return notes.noted(
        made.getvalue(), "pdf", {notes.TITLE: "", notes.WORDS: "", notes.SOURCE: "", notes.NUMBERS: text}
    )


def _drawing(text):
    return notes.noted(b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>', "svg", {notes.NUMBERS: text})


@pytest.mark.parametrize(("kind", "make"), [("png", _picture), ("pdf", _paper), ("svg", _drawing)])
def test_damaged_pictures_are_told_one_by_one(kind, make, catalog, comparisons, tmp_path):
    """Cut short, or of other bytes, an earlier picture is a change that says it cannot be read."""
    (shot,) = shots(["/deals"], catalog, figure="ledger", formats=[kind], size="slide", theme="light")
    whole = make(comparisons["ledger"].csv)
    path = tmp_path / shot.file_name

    def told(content):
        path.write_bytes(content)
        return [str(change) for change in changes([(shot, whole)], tmp_path)]

    assert told(whole) == [f"same    {shot.file_name}"]
    assert "cannot be read" not in told(make(comparisons["ledger"].csv.replace("GW", "MW")))[0]
    for content in (b"", b"nonsense", whole[: len(whole) // 2], whole[:-3]):
        assert len(told(content)) == 1
        assert f"the earlier {shot.file_name} cannot be read: must be a" in told(content)[0]


@pytest.mark.browser
def test_two_processes_make_the_same_bytes(tmp_path):
    """PNG, SVG and PDF of figures are the same, byte for byte, from two processes."""
    formats = ("--format", "png", "--format", "svg", "--format", "pdf")
    command = [sys.executable, "-m", "dashboard", "export", "/deals", "--figure", "flows", *formats, "--out"]
    environment = os.environ | {"SOURCE_DATE_EPOCH": "1700000000"}
    runs = [subprocess.Popen([*command, tmp_path / run], env=environment) for run in ("a", "b")]
    assert [run.wait() for run in runs] == [0, 0]
    first, second = ({path.name: path.read_bytes() for path in (tmp_path / run).iterdir()} for run in ("a", "b"))

    assert len(first) == 3
    assert first == second
    for name, content in first.items():
        assert notes.numbers_in(content, name[-3:]).startswith("label,nature"), name
    pdf = pypdf.PdfReader(io.BytesIO(next(content for name, content in first.items() if name.endswith("pdf"))))
    assert len(pdf.pages) == 1
    assert pdf.metadata.title.startswith("Who sells to")
    assert pdf.metadata.creation_date.year == 2023
    assert "Data version" in pdf.pages[0].extract_text()


@pytest.mark.browser
def test_killed_half_way_leaves_whole_files(tmp_path):
    """Told to end in the middle of a batch, it leaves whole pictures alone, and the exit code says so."""
    words = ("/plans", "--all", "--out", tmp_path)
    run = subprocess.Popen([sys.executable, "-m", "dashboard", "export", *words], stdout=subprocess.PIPE, text=True)
    assert run.stdout.readline()
    run.send_signal(signal.SIGTERM)
    run.communicate()

    assert run.returncode == 128 + signal.SIGTERM
    assert [path for path in tmp_path.iterdir() if path.suffix != ".png"] == []
    for path in tmp_path.glob("*.png"):
        Image.open(path).load()


def _at_the_move(act):
    """Writes a file and acts when all is written and only the move to its place is left."""

    def work(path):
        sys.addaudithook(lambda event, _: act() if event == "os.rename" else None)
        writing.whole(path, b"whole")

    return work


def test_next_run_removes_what_a_killed_one_left(tmp_path):
    """kill -9 leaves a hidden unfinished file; the next export into the folder says so and removes it, and no other."""
    (tmp_path / ".notes.part").write_text("somebody else's")
    dead = FORK.Process(
        target=_at_the_move(lambda: os.kill(os.getpid(), signal.SIGKILL)), args=(tmp_path / "dead.csv",)
    )
    dead.start()
    dead.join()
    left = list(tmp_path.glob(".dashboard-export-*"))
    found = _run("/deals", "--figure", "ledger", "--format", "csv", "--out", tmp_path)

    assert dead.exitcode == -signal.SIGKILL
    assert len(left) == 1
    assert found.exit_code == 0
    assert "removed 1 unfinished" in found.output
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".csv", ".part"]
    assert not left[0].exists()


def test_what_another_run_is_writing_stays(tmp_path):
    """The unfinished file of a living process is let be, and comes whole to its place."""
    ready, go = FORK.Event(), FORK.Event()

    def wait():
        ready.set()
        go.wait(30)

    alive = FORK.Process(target=_at_the_move(wait), args=(tmp_path / "alive.csv",))
    alive.start()
    ready.wait(30)
    during = [path.name for path in tmp_path.iterdir()]
    count = writing.swept(tmp_path)
    go.set()
    alive.join()

    assert count == 0
    assert during[0].startswith(".dashboard-export-")
    assert [path.name for path in tmp_path.iterdir()] == ["alive.csv"]
    assert (tmp_path / "alive.csv").read_bytes() == b"whole"


@pytest.mark.browser
def test_page_is_taken_whole(tmp_path):
    """A page as PNG has the asked width and goes down to its end; as PDF its text can be read."""
    look = ("--size", "900x600", "--theme", "dark", "--format", "png", "--format", "pdf")
    done = _run("/convert", "--page", *look, "--out", tmp_path)
    assert done.exit_code == 0, done.output
    picture = Image.open(next(tmp_path.glob("*.png"))).convert("RGB")
    pdf = pypdf.PdfReader(next(tmp_path.glob("*.pdf")))

    assert picture.width == 900
    assert picture.height > 1500
    assert picture.getpixel((5, 5)) == (0x15, 0x18, 0x1C)
    assert "What it rests on" in "".join(page.extract_text() for page in pdf.pages)


def test_svg_notes_are_well_formed():
    """Title, words and numbers stand inside an SVG as text, whatever signs they hold."""
    told = {notes.TITLE: "A < B & C", notes.WORDS: "x > y", notes.NUMBERS: "label\n<b>&amp;"}

    made = notes.noted(b'<svg xmlns="http://www.w3.org/2000/svg"><g id="defs-0a1b2c"/></svg>', "svg", told)

    assert notes.numbers_in(made, "svg") == told[notes.NUMBERS]
    assert ET.fromstring(made)[0].text == "A < B & C"  # noqa: S314
    assert b"0a1b2c" not in made


def test_empty_style_of_an_svg_moves_nothing():
    """The browser writes an empty style before or behind the view box; the file is the same."""
    before, behind = (f"<svg {head}><g/></svg>".encode() for head in ('style="" viewBox="0"', 'viewBox="0" style=""'))

    assert notes.noted(before, "svg", {}) == notes.noted(behind, "svg", {}) == b'<svg viewBox="0"><g/></svg>'


def test_nothing_is_left_on_the_browsers_loop():
    """What still waits there is ended with the browser, so that no line about it follows the error's."""

    async def work():
        waiting = asyncio.create_task(asyncio.sleep(60))
        await asyncio.sleep(0)
        await browser._left()
        return waiting.cancelled()

    assert asyncio.run(work())
