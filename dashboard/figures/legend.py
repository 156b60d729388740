"""The legend, drawn in pixels above the marks so that it sits where its room was kept, at every size."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dashboard.figures.frame import Frame, Size
from dashboard.figures.text import escaped, note, width

LEGEND = (
    ("circle", "Our estimate, median"),
    ("thick", "50\u00a0% range"),
    ("thin", "90\u00a0% range"),
    ("square", "Published figure"),
)
TYPED = ("square", "As given")
SUMMED = ("open square", "Our sum of published figures")
Key = tuple[str, str, float]


def legend_rows(entries: tuple[tuple[str, str], ...], size: Size) -> list[list[Key]]:
    """The entries in as few lines as the width allows, each with its offset in pixels from the left."""
    font, pad = size.font * 0.88, size.font * 1.1
    rows: list[list[Key]] = [[]]
    x = 0.0
    for mark, text in entries:
        need = size.font * 2.3 + width(text, font) + size.font * 1.3
        if rows[-1] and x + need > size.width - 2 * pad:
            rows.append([])
            x = 0.0
        rows[-1].append((mark, text, x))
        x += need
    return rows


def draw_legend(
    box: Frame,
    rows: list[list[Key]],
    kind: str,
    colours: Mapping[str, str] = MappingProxyType({}),
    radii: Mapping[str, float] = MappingProxyType({}),
) -> None:
    """Put the legend's marks and texts into the frame's layout.

    `colours` by text where not that of the kind; `radii` by text, in pixels, of circles whose size says something.
    """
    base = box.size.font
    usual = box.theme.kinds.get(kind, box.theme.ink)
    for i, row in enumerate(rows):
        y = base * 1.05 + (len(rows) - 1 - i) * base * 1.75
        for mark, text, offset in row:
            x = offset - box.left + base * 1.1
            box.layout["shapes"].append(_mark(mark, x, y, box, colours.get(text, usual), radii.get(text)))
            box.layout["annotations"].append(_caption(text, x + base * 2.3, y, box))


# Half height of a bar in font sizes, and its opacity.
_BARS = {"thick": (0.31, 0.55), "thin": (0.11, 1.0), "line": (0.11, 1.0), "band": (0.42, 0.3), "faint": (0.42, 0.15)}


def _mark(mark: str, x: float, y: float, box: Frame, colour: str, radius: float | None) -> dict[str, Any]:
    base, theme = box.size.font, box.theme
    middle = x + base * 0.95
    if mark in ("circle", "disc"):
        fill = colour if mark == "disc" else theme.paper
        half = base * 0.42 if radius is None else radius
        return _shape("circle", middle, y, half, half, fill, colour, 2.2 if radius is None else 1.6)
    if mark == "square":
        return _shape("rect", middle, y, base * 0.37, base * 0.37, theme.published, theme.published, 0)
    if mark == "open square":
        return _shape("rect", middle, y, base * 0.33, base * 0.33, theme.paper, theme.published, 2)
    if mark == "dotted":
        line = {"color": colour, "width": base * 0.18, "dash": "dot"}
        return _shape("line", middle, y, base * 0.95, 0, colour, colour, 0) | {"line": line}
    half, opacity = _BARS[mark]
    return _shape("rect", middle, y, base * 0.95, base * half, colour, colour, 0) | {"opacity": opacity}


def _shape(
    kind: str, x: float, y: float, half_width: float, half_height: float, fill: str, edge: str, line: float
) -> dict[str, Any]:
    return {
        "type": kind,
        "xref": "paper",
        "yref": "paper",
        "xsizemode": "pixel",
        "ysizemode": "pixel",
        "xanchor": 0,
        "yanchor": 1,
        "x0": x - half_width,
        "x1": x + half_width,
        "y0": y - half_height,
        "y1": y + half_height,
        "fillcolor": fill,
        "line": {"color": edge, "width": line},
        "layer": "above",
    }


def _caption(text: str, x: float, y: float, box: Frame) -> dict[str, Any]:
    place = {"x": 0, "xanchor": "left", "xshift": x, "y": 1, "yanchor": "middle", "yshift": y}
    return note(escaped(text), box.size.font * 0.88, box.theme.quiet, **place)
