"""Figures carry their own truth: every size and theme, every text inside, no markup from a table."""

import dataclasses
import re

import pytest

from dashboard import compare, figures
from dashboard.estimates import estimate, read_ask
from dashboard.figures import SIZES, size_named
from dashboard.figures.frame import THEMES
from dashboard.figures.text import escaped, width, wrapped
from dashboard.web.pages import PAGES


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
