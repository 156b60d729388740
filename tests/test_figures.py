"""Figures carry their own truth: every size and theme, every text inside, no markup from a table."""

import dataclasses
import html
import re
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import ImageFont

from dashboard import compare, figures
from dashboard.compare import value_text
from dashboard.estimates import estimate, read_ask
from dashboard.figures import SIZES, size_named
from dashboard.figures.frame import FINEST, THEMES, Size
from dashboard.figures.text import escaped, width, wrapped
from dashboard.units import range_text
from dashboard.web.addresses import comparison_named
from dashboard.web.pages import PAGES
from dashboard.web.pins import headline

OPEN_SANS = Path("/usr/share/fonts/truetype/open-sans/OpenSans-Regular.ttf")


@pytest.fixture(scope="module")
def comparisons(catalog):
    """One comparison of every form that a page shows."""
    found = [item for page in PAGES for item in page.comparisons(catalog, {})]
    return {item.form: item for item in found}


def test_every_form_is_on_a_page(comparisons):
    """No way of drawing without a page, no page with an unknown one."""
    assert set(comparisons) == set(figures.FORMS)


def test_figures_have_ids_of_their_own(catalog):
    """An id names one figure, and FIGURES of a page lists just what it shows."""
    shown = [(page, [item.id for item in page.comparisons(catalog, {})]) for page in PAGES]

    assert all(list(page.FIGURES) == ids for page, ids in shown)
    every = [name for _, ids in shown for name in ids]
    assert len(set(every)) == len(every)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("form", list(figures.FORMS))
def test_figure_stands_alone(comparisons, form, size, theme):
    """Fixed size, title, answer, sources and data version inside, in every size and theme."""
    comparison = comparisons[form]
    spec = figures.figure(comparison, size_named(size), theme)
    layout = spec["layout"]
    words = re.sub(r"<[^>]+>", " ", " ".join(note["text"] for note in layout["annotations"])).replace("  ", " ")

    assert layout["width"] == SIZES[size].width
    assert layout["height"] == SIZES[size].height or SIZES[size].height is None
    assert layout["paper_bgcolor"] == THEMES[theme].paper
    for told in (comparison.title.split()[0], comparison.version, "Sources:"):
        assert told in words
    assert {trace["type"] for trace in spec["data"]} <= {"scatter", "bar"}
    assert len({trace["uid"] for trace in spec["data"]}) == len(spec["data"])
    assert layout["meta"]["alt"]


@pytest.mark.parametrize("size", ["300x300", "4000x300", "300x4000", "1200x500"])
@pytest.mark.parametrize("form", list(figures.FORMS))
def test_any_size_is_drawn_or_refused_with_the_least(comparisons, form, size):
    """A size without room for the marks beside the words is refused with the least height, which then is drawn."""
    try:
        layout = figures.figure(comparisons[form], size_named(size))["layout"]
    except ValueError as error:
        size = re.search(r"must be at least (\d+x\d+) ", str(error))[1]
        layout = figures.figure(comparisons[form], size_named(size))["layout"]

    assert f"{layout['width']}x{layout['height']}" == size
    assert layout["height"] - layout["margin"]["t"] - layout["margin"]["b"] >= 60


@pytest.mark.parametrize("unit", ["GW", "billion USD"])
@pytest.mark.parametrize("size", ["slide", "social"])
def test_ribbons_of_everybody_have_room_on_a_slide(catalog, size, unit):
    """The ribbons of all users are drawn on a slide, with bars that can be told apart and no label over another."""
    comparison = comparison_named("flows", catalog, {"user": "everybody", "unit": unit})
    layout = figures.figure(comparison, size_named(size))["layout"]
    bars = [shape["y1"] - shape["y0"] for shape in layout["shapes"] if shape["type"] == "rect"]
    labels = [note for note in layout["annotations"] if note.get("yref") == "y" and note["x"] == 0]
    places = sorted(note["y"] for note in labels)

    assert max(bars) > 8
    assert min(low - high for high, low in pairwise(places)) >= labels[0]["font"]["size"]


def test_a_refused_slide_is_drawn_at_the_least_height_told(comparisons):
    """The height that a refusal of a named size tells is enough where it is typed."""
    comparison = dataclasses.replace(comparisons["ranges"], answer="words " * 1500)
    with pytest.raises(ValueError, match="must be at least 1600x") as refused:
        figures.figure(comparison, size_named("slide"))
    least = re.search(r"at least (\d+x\d+) ", str(refused.value))[1]

    assert figures.figure(comparison, size_named(least))["layout"]["height"] == int(least.partition("x")[2])


def test_a_month_under_the_pointer_has_its_range_in_the_unit_of_the_axis(catalog):
    """A month of less than a gigawatt is told in gigawatts with its range, as the picture's words tell the last one."""
    comparison = comparison_named("timeline", catalog, {"name": "OpenAI"})
    lines = [trace for trace in figures.figure(comparison, size_named("page"))["data"] if "hovertemplate" in trace]

    assert [line["name"] for line in lines] == ["announced", "likely", "energised"]
    for line in lines:
        assert len(line["text"]) == len(line["x"]) == len(line["y"])
        assert line["hovertemplate"].startswith("%{x|%b %Y}: %{text}<extra>")
        assert value_text([row for row in comparison.rows if row.basis == line["name"]][-1], comparison) in line["text"]
    few = comparison_named("timeline", catalog, {"by": "country", "name": "Germany"})
    ticks = figures.figure(few, size_named("page"))["layout"]["yaxis"]["ticktext"]
    assert (few.unit, comparison.unit) == ("MW", "GW")
    assert few.axis.endswith(", MW")
    assert ticks[-1] == "30 MW"
    assert headline(few)[1] == pytest.approx(0.018, abs=0.0005)
    assert re.fullmatch(r"0\.\d\d GW \(0\.\d\d–\d\.\d+\)", lines[-1]["text"][-1])


def test_text_from_a_table_is_never_markup(catalog):
    """A tag, a link and a template in a label are shown as they stand."""
    answer = estimate(read_ask("30 GW", catalog), catalog)
    grid = dataclasses.replace(catalog.grids["ita"], name='<a href="https://x.org">%{x}</a><script>')
    comparison = compare.energy_beside_grids("T", [("<b>load</b>", answer)], [grid], catalog)

    spec = figures.figure(comparison, size_named("column"))
    texts = [note["text"] for note in spec["layout"]["annotations"]] + [
        text for trace in spec["data"] for text in trace.get("text", [])
    ]

    assert not any("<a" in text or "<script" in text or "<b>load" in text or "%{" in text for text in texts)
    assert escaped("%{x}<") == "% {x}&lt;"


def test_wrapped_lines_fit():
    """No line is wider than asked, and no word is lost."""
    text = "the quick brown fox jumps over the lazy dog " * 5 + "W" * 60
    lines = wrapped(text, 200, 14)

    assert all(width(line, 14) <= 200 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("name", ["poster", "1600x", "10x10", "99999x99999", "1e3x900"])
def test_unknown_sizes_are_refused(name):
    """What is no size is refused with the list."""
    with pytest.raises(ValueError, match="slide, social, square"):
        size_named(name)


def test_alt_and_table_hold_the_same_numbers(comparisons):
    """The words for those who do not see the picture carry every row's value with its unit."""
    comparison = comparisons["panels"]
    alt = figures.figure(comparison, size_named("column"))["layout"]["meta"]["alt"]

    assert all(f"{row.label}" in alt for row in comparison.rows)
    assert compare.row_text(comparison.rows[0], comparison.unit) in alt


def contrast(one, other):
    """The contrast ratio of two hex colours (WCAG)."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", list(THEMES))
def test_chart_text_can_be_read(theme):
    """Ink and quiet text reach 4.5 to 1 on the paper, every kind's colour 3 to 1 at least."""
    colours = THEMES[theme]

    assert contrast(colours.ink, colours.paper) >= 7
    assert contrast(colours.quiet, colours.paper) >= 4.5
    assert all(contrast(colour, colours.paper) >= 4.5 for colour in colours.kinds.values())


# --- nothing is cut, nothing is markup --------------------------------------------------------------------------------

HOSTILE = '<a href="https://x.org">%{x}</a><script>alert(1)</script>'
OURS = re.compile(r"</?b>|<br>|<extra>|</extra>")
WORDS = ("label", "note", "giver", "taker", "published_unit")


@pytest.fixture(scope="module")
def every(catalog):
    """All figures of all pages as they open."""
    return [item for page in PAGES for item in page.comparisons(catalog, {})]


def shown(spec):
    """Every text of a figure that plotly could take for markup or for a template."""
    layout = spec["layout"]
    axes = [part for name, part in layout.items() if name.startswith(("xaxis", "yaxis"))]
    yield from (note["text"] for note in layout["annotations"])
    yield from (axis["title"]["text"] for axis in axes if "title" in axis)
    yield from (text for axis in axes for text in axis.get("ticktext", []))
    for trace in spec["data"]:
        yield trace["name"]
        yield from trace.get("text", [])


def plain(text):
    """The words that a reader sees: our own tags off, the escapes turned back, spaces as one."""
    return " ".join(html.unescape(OURS.sub(" ", text)).split())


def ends(note, layout):
    """Pixels of the left and the right end of an annotation, from the left edge of the figure."""
    left, right = layout["margin"]["l"], layout["width"] - layout["margin"]["r"]
    part = note["x"]
    if note["xref"] == "x":
        low, high = layout["xaxis"]["range"]
        part = (note["x"] - low) / (high - low)
    size, bold = note["font"]["size"], note["text"].startswith("<b>")
    wide = max(width(plain(line), size, bold=bold) for line in note["text"].split("<br>"))
    anchored = {"left": 0.0, "center": wide / 2, "right": wide}[note["xanchor"]]
    start = left + part * (right - left) + note.get("xshift", 0) + note.get("ax", 0) - anchored
    return start, start + wide


@pytest.mark.parametrize("size", [*SIZES, "300x1600", "2400x1400"])
def test_no_text_is_wider_than_the_frame(every, size):
    """Each line of each text of each figure ends inside its frame, in its own font size, at every size."""
    cut = []
    for comparison in every:
        layout = figures.figure(comparison, size_named(size))["layout"]
        for note in layout["annotations"]:
            start, end = ends(note, layout)
            if start < 0 or end > layout["width"]:
                cut.append((comparison.id, round(start), round(end), plain(note["text"])[:60]))

    assert cut == []


NARROWEST = Size("narrowest", 280, None, 12.5)  # what a page of 320 pixels has room for: one at 400 % zoom


def test_narrowest_window_has_room_for_every_word(every):
    """In a window of 320 pixels no text, and no title of an axis, is wider than its figure."""
    cut = []
    for comparison in every:
        layout = figures.figure(comparison, NARROWEST)["layout"]
        spans = [(*ends(note, layout), note["text"]) for note in layout["annotations"]]
        axes = [layout[name]["title"] for name in layout if name.startswith("xaxis") and "title" in layout[name]]
        middle = (layout["margin"]["l"] + layout["width"] - layout["margin"]["r"]) / 2
        for title in axes:
            half = width(plain(title["text"]), title["font"]["size"]) / 2
            spans.append((middle - half, middle + half, title["text"]))
        cut += [(comparison.id, told) for start, end, told in spans if start < 0 or end > layout["width"] + 2]

    assert cut == []


@pytest.mark.parametrize(
    "size", [NARROWEST, SIZES["phone"], SIZES["column"], SIZES["page"]], ids=lambda size: size.name
)
def test_no_words_are_too_fine_to_read(every, size):
    """No text of a figure is smaller than 11 pixels, its sources not either."""
    for comparison in every:
        layout = figures.figure(comparison, size)["layout"]

        assert min(note["font"]["size"] for note in layout["annotations"]) >= FINEST, comparison.id


@pytest.mark.parametrize("size", list(SIZES))
def test_title_answer_and_foot_are_in_the_picture_whole(every, size):
    """At any size every word of the title and the answer, each source, and the data version can be read."""
    for comparison in every:
        layout = figures.figure(comparison, size_named(size))["layout"]
        words = " ".join(plain(note["text"]) for note in layout["annotations"]).replace(" ", "")

        for told in (comparison.title, comparison.answer, comparison.foot, *comparison.sources[:8], comparison.version):
            assert plain(told).replace(" ", "") in words, (comparison.id, told)
        assert comparison.sources, comparison.id


def test_the_marks_fit_the_height_that_is_left(every):
    """Title and foot never take so much of a fixed height that no room is left for the marks."""
    for comparison in every:
        for size in SIZES:
            layout = figures.figure(comparison, size_named(size))["layout"]
            room = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]

            assert room > 0.3 * layout["height"], (comparison.id, size)


def test_data_that_look_like_markup_are_shown_as_they_stand(comparisons):
    """In each form no word of a table, title, axis or source becomes a tag, a link or a template."""
    for form, comparison in comparisons.items():
        table = comparison.table.copy()
        for column in WORDS:
            if (
                column in table
                and not (column == "label" and form == "series")
                and not (
                    column == "note" and form == "scatter"  # there it pairs the rows
                )
            ):
                table[column] = [f"{HOSTILE} {i}" for i in range(len(table))]
        hostile = dataclasses.replace(
            comparison, table=table, title=HOSTILE, answer=HOSTILE, axis=HOSTILE, sources=(HOSTILE,), method=HOSTILE
        )
        texts = list(shown(figures.figure(hostile, size_named("column"))))

        assert not [text for text in texts if re.search(r"<(?!/?b>|br>)|%\{", text)], form
        assert any("&lt;script" in text for text in texts), form


def lines(trace):
    """The ends and the height of each level line of a trace."""
    xs, ys = trace["x"], trace["y"]
    return {(xs[i], xs[i + 1], ys[i]) for i in range(0, len(xs), 3) if xs[i] == xs[i]}


@pytest.mark.parametrize("theme", list(THEMES))
def test_the_marks_are_what_the_legend_says(every, theme):
    """From the top down as in the table: thin is the 90 % range, thick the 50 %; our medians and sums are open."""
    for comparison in (item for item in every if item.form in ("ranges", "spreads")):
        spec = figures.figure(comparison, SIZES["slide"], theme)
        rows = [(len(comparison.rows) - 1.0 - i, row) for i, row in enumerate(comparison.rows)]
        ranged = [(y, row) for y, row in rows if row.nature == compare.ESTIMATE and row.q05 == row.q05]
        named = {trace["name"]: trace for trace in spec["data"]}
        marks = {
            (x, y): (trace["marker"].get("symbol", "circle"), trace["marker"]["color"] == THEMES[theme].paper)
            for trace in spec["data"]
            if trace["mode"] == "markers"
            for x, y in zip(trace["x"], trace["y"], strict=True)
        }
        shapes = {compare.ESTIMATE: ("circle", True), compare.SUM: ("square", True)}

        assert lines(named["90\u00a0% range"]) == {(row.q05, row.q95, y) for y, row in ranged}
        assert lines(named["50\u00a0% range"]) == {(row.q25, row.q75, y) for y, row in ranged}
        assert marks == {(row.value, y): shapes.get(row.nature, ("square", False)) for y, row in rows}
        assert spec["layout"]["yaxis"]["range"][0] < 0 < spec["layout"]["yaxis"]["range"][1]


def test_what_differs_a_thousandfold_is_on_a_logarithmic_axis(every):
    """The world's 31,000 TWh beside a deal's 3 have an axis of powers of ten; deals of one size have not."""
    kinds = {item.id: figures.figure(item, SIZES["slide"])["layout"].get("xaxis", {}).get("type") for item in every}

    assert kinds["energy"] == "log"
    assert kinds["ledger"] == "linear"


def test_bands_over_time_are_those_of_the_table(comparisons):
    """The bands of what is likely are its 90 and its 50 % range, and a year stands at its first day."""
    comparison = comparisons["series"]
    spec = figures.figure(comparison, SIZES["slide"])
    likely = comparison.table[comparison.table.basis == "likely"]
    drawn = {trace["name"]: trace["y"] for trace in spec["data"]}
    axis = spec["layout"]["xaxis"]

    assert {name: drawn[name] for name in ("q05", "q25", "q75", "q95")} == {
        name: likely[name].tolist() for name in ("q05", "q25", "q75", "q95")
    }
    assert drawn["likely"] == likely.value.tolist()
    assert axis["tickvals"] == [f"{year}-01-01" for year in axis["ticktext"]]


def test_errors_of_a_share_are_those_of_the_table(comparisons):
    """A line on each column is the 90 % error of its share."""
    comparison = comparisons["calibration"]
    _, errors, _ = figures.figure(comparison, SIZES["slide"])["data"]

    assert [errors["y"][i : i + 2] for i in range(0, len(errors["y"]), 3)] == [
        [row.q05, row.q95] for row in comparison.rows
    ]


def test_tornado_has_a_key_of_its_own(comparisons):
    """A line is one assumption's two ends: no range of the draws is named or drawn, and each row tells its ends."""
    tornado = comparisons["tornado"]
    spec = figures.figure(tornado, size_named("slide"))
    texts = [note["text"] for note in spec["layout"]["annotations"]]
    row = tornado.rows[0]

    assert [trace["name"] for trace in spec["data"]] == [
        "from the assumption’s low to its high end",
        "Our estimate, median",
    ]
    assert not any("range" in text for text in texts)
    assert range_text(row.q05, row.q95, "TWh") in " ".join(texts)


@pytest.mark.skipif(not OPEN_SANS.exists(), reason="needs Debian's fonts-open-sans")
def test_on_a_phone_names_are_whole_and_on_paper(every):
    """A name above its marks wraps, has room above them, and no grid line runs through it."""
    for comparison in (item for item in every if item.form in ("spreads", "ranges")):
        layout = figures.figure(comparison, SIZES["phone"])["layout"]
        names = [note for note in layout["annotations"] if note.get("yref") == "y"]
        words = plain(" ".join(note["text"] for note in names))

        assert all(note["bgcolor"] == layout["paper_bgcolor"] for note in names)
        assert all(row.label.split()[-1] in words for row in comparison.rows)


def test_widths_are_never_below_the_font_s_own(every):
    """What is taken as the width of a text is at least what Open Sans takes, and at most a quarter more."""
    regular = ImageFont.truetype(OPEN_SANS, 1000)
    bold = ImageFont.truetype(OPEN_SANS.with_stem("OpenSans-Bold"), 1000)
    texts = [text for item in every for text in (item.answer, *item.sources, *map(str, item.table.label)) if text]

    ratios = [width(text, 1000) / regular.getlength(text) for text in texts]
    ratios += [width(item.title, 1000, bold=True) / bold.getlength(item.title) for item in every]
    assert min(ratios) > 0.995
    assert max(ratios) < 1.25
