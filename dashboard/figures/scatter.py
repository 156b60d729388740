"""Estimates over published figures, both axes logarithmic: the diagonal is agreement, the misses are named."""

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from dashboard.compare import ESTIMATE, Comparison, row_text
from dashboard.figures.frame import Frame, Size, frame
from dashboard.figures.legend import draw_legend, legend_rows
from dashboard.figures.names import Box, Name, near, place, short, size_of
from dashboard.figures.plots import Spec, tick_text
from dashboard.figures.series import faded
from dashboard.figures.text import escaped, note, width
from dashboard.units import reader_text

BAND = 1.25  # estimates within this factor of the published figure lie in the band
KEYS = (
    ("circle", "Our estimate, median"),
    ("thin", "90\u00a0% range"),
    ("line", "equal to the published figure"),
    ("band", f"within {BAND:g} times"),
)
LEADER = 4  # longest line from a mark to its name, in font sizes
UPWARD = "Our estimate, upwards"  # an arrow is no glyph of Open Sans, so each machine would draw its own
BODY = 34  # height of the plot in font sizes, where the size leaves it open


@dataclass(frozen=True)
class Scale:
    """The one logarithmic scale of both axes, in powers of ten, and the pixels of the plot."""

    low: float
    high: float
    wide: float
    tall: float

    def x(self, value: float) -> float:
        """Pixels from the left."""
        return (math.log10(value) - self.low) / (self.high - self.low) * self.wide

    def y(self, value: float) -> float:
        """Pixels from the top."""
        return (self.high - math.log10(value)) / (self.high - self.low) * self.tall

    def value_across(self, x: float) -> float:
        """The value at so many pixels from the left."""
        return float(10 ** (self.low + x / self.wide * (self.high - self.low)))

    def value_down(self, y: float) -> float:
        """The value at so many pixels from the top."""
        return float(10 ** (self.high - y / self.tall * (self.high - self.low)))

    def holds(self, box: Box) -> bool:
        """Whether a rectangle lies inside the plot."""
        return box.left > 2 and box.right < self.wide - 2 and box.top > 2 and box.bottom < self.tall - 2

    def clear(self, box: Box, side: int) -> bool:
        """Whether a rectangle lies above (-1) or below (1) the band around the diagonal."""
        half = math.log10(BAND) / (self.high - self.low) * self.tall
        x, y = (box.right, box.bottom) if side < 0 else (box.left, box.top)
        return side * (y - self.tall * (1 - x / self.wide)) > half


def scatter(comparison: Comparison, size: Size, theme: str) -> Spec:
    """One circle a pair, its published figure across and our estimate up; `note` pairs the two rows of a case."""
    base = size.font
    pairs = _pairs(comparison.table)
    keys = legend_rows(KEYS, size)
    body = min(base * BODY, (size.width - base * 6) * 1.05)
    box = frame(comparison, size, theme, left=base * 4.6, right=base * 1.6, body=body, legend_lines=len(keys))
    ink = {text: box.theme.published for _, text in KEYS[2:]}
    draw_legend(box, keys, comparison.kind, ink)
    scale = _scale(pairs, box)
    names = _named(pairs, scale, base)
    box.layout["annotations"] += [_upward_title(box), *(_note(name, scale, box) for name in names)]
    data = [*_agreement(scale, box), _leaders(names, scale, box), *_estimates(pairs, comparison, box)]
    return {"data": data, "layout": box.layout | _axes(comparison, scale, box)}


def _pairs(table: pd.DataFrame) -> list[Any]:
    """One row a case: the estimate with `published` beside it, in the order of the table."""
    ours = table[table.nature == ESTIMATE]
    theirs = table[table.nature != ESTIMATE][["note", "value"]].rename(columns={"value": "published"})
    return list(ours.merge(theirs, on="note").itertuples(index=False))


def _scale(pairs: list[Any], box: Frame) -> Scale:
    lows = [min(row.q05, row.published) for row in pairs]
    highs = [max(row.q95, row.published) for row in pairs]
    low, high = math.log10(min(lows)) - 0.12, math.log10(max(highs)) + 0.12
    low = min(low, math.floor(high))  # a power of ten at least, to read the axes by
    return Scale(low, high, box.inner_width, box.inner_height)


def _agreement(scale: Scale, box: Frame) -> list[Spec]:
    ends = [10**scale.low, 10**scale.high]
    line: Any = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False}
    ink = box.theme.published
    xs = [*ends, *reversed(ends)]
    ys = [BAND * end for end in ends] + [end / BAND for end in reversed(ends)]
    band = line | {"name": KEYS[3][1], "x": xs, "y": ys, "fill": "toself", "fillcolor": faded(ink, 0.16)}
    same = line | {"name": KEYS[2][1], "x": ends, "y": ends, "line": {"color": ink, "width": box.size.font * 0.12}}
    return [band | {"line": {"width": 0}}, same]


def _estimates(pairs: list[Any], comparison: Comparison, box: Frame) -> list[Spec]:
    base, colour = box.size.font, box.theme.kinds.get(comparison.kind, box.theme.ink)
    xs: list[float | None] = []
    ys: list[float | None] = []
    for row in pairs:
        xs += [float(row.published), float(row.published), None]
        ys += [float(row.q05), float(row.q95), None]
    ranges = {
        "type": "scatter",
        "mode": "lines",
        "name": KEYS[1][1],
        "x": xs,
        "y": ys,
        "line": {"color": colour, "width": base * 0.11},
        "hoverinfo": "skip",
    }
    medians = {
        "type": "scatter",
        "mode": "markers",
        "name": KEYS[0][1],
        "x": [float(row.published) for row in pairs],
        "y": [float(row.value) for row in pairs],
        "text": [escaped(_words(row, comparison.unit)) for row in pairs],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"size": base * 0.6, "color": box.theme.paper, "line": {"color": colour, "width": 1.8}},
        "cliponaxis": False,
    }
    return [ranges, medians]


def _words(row: Any, unit: str) -> str:
    published = reader_text(row.published, unit, 3)
    return f"{row.label} ({row.basis}): published {published}, ours {row_text(row, unit)}"


def _axes(comparison: Comparison, scale: Scale, box: Frame) -> Spec:
    base, theme = box.size.font, box.theme
    powers = range(math.ceil(scale.low), math.floor(scale.high) + 1)
    quiet = {"size": base * 0.88, "color": theme.quiet}
    texts = [tick_text(10.0**power, comparison.unit) for power in powers]
    named = [text if text[-1].isalpha() else f"{text} {comparison.unit}" for text in texts]
    common: Spec = {
        "type": "log",
        "range": [scale.low, scale.high],
        "tickmode": "array",
        "tickvals": [10.0**power for power in powers],
        "ticktext": named,
        "tickfont": quiet,
        "gridcolor": theme.grid,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
    }
    room = scale.wide / max(1, len(named))
    crowded = max(width(text, base * 0.88) for text in named) + base > room
    across = [text if i % 2 == 0 or not crowded else "" for i, text in enumerate(named)]
    title: Any = {"text": escaped(comparison.axis), "font": quiet, "standoff": base * 0.5}
    return {"xaxis": common | {"ticktext": across, "title": title}, "yaxis": common, "hovermode": "closest"}


def _upward_title(box: Frame) -> Spec:
    """The title of the upward axis, written level at its upper end."""
    base = box.size.font
    place = {"x": 0, "xanchor": "left", "xshift": base * 0.3, "y": 1, "yanchor": "top", "yshift": -base * 0.2}
    return note(UPWARD, base * 0.88, box.theme.quiet, **place)


# --- the names of the misses ------------------------------------------------------------------------------------------


def _named(pairs: list[Any], scale: Scale, base: float) -> list[Name]:
    """A place for the name of each miss that has room for one, the worst first; no name on a mark or on another."""
    taken = [_mark_box(row, scale, base) for row in pairs]
    taken.append(Box(0, 0, width(UPWARD, base * 0.88) + base, base * 1.6))
    names: list[Name] = []
    for row, labels in _misses(pairs, scale, base):
        mark = scale.x(row.published), scale.y(row.value)
        text = short(labels, scale.wide * 0.48, base * 0.88)
        side = -1 if row.value > row.published else 1  # up and left of the band, or down and right of it
        boxes = near(mark, size_of(text, base), side, base * LEADER, base * 0.5)
        found = place(text, mark, boxes, taken, names, partial(_beside_band, scale=scale, side=side))
        if found is not None:
            taken.append(found.box)
            names.append(found)
    return names


def _beside_band(box: Box, scale: Scale, side: int) -> bool:
    return scale.holds(box) and scale.clear(box, side)


def _misses(pairs: list[Any], scale: Scale, base: float) -> list[tuple[Any, list[str]]]:
    """The misses with their labels, the worst first; those on one spot share a name."""
    found: list[tuple[Any, list[str]]] = []
    for row in pairs:
        if abs(math.log(row.value / row.published)) > math.log(BAND):
            x, y = scale.x(row.published), scale.y(row.value)
            beside = (
                labels
                for other, labels in found
                if math.hypot(scale.x(other.published) - x, scale.y(other.value) - y) < base * 0.3
            )
            spot = next(beside, None)
            if spot is None:
                found.append((row, [row.label]))
            else:
                spot.append(row.label)
    return found


def _mark_box(row: Any, scale: Scale, base: float) -> Box:
    x = scale.x(row.published)
    return Box(x - base * 0.45, scale.y(row.q95) - 1, x + base * 0.45, scale.y(row.q05) + 1)


def _leaders(names: list[Name], scale: Scale, box: Frame) -> Spec:
    """Thin lines from the marks to their names."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for name in names:
        across, down = name.box.nearest(name.x, name.y)
        xs += [scale.value_across(name.x), scale.value_across(name.x + across), None]
        ys += [scale.value_down(name.y), scale.value_down(name.y + down), None]
    line = {"color": box.theme.quiet, "width": 1}
    return {"type": "scatter", "mode": "lines", "name": "leader", "x": xs, "y": ys, "line": line, "hoverinfo": "skip"}


def _note(name: Name, scale: Scale, box: Frame) -> Spec:
    x, y = (name.box.left + name.box.right) / 2 / scale.wide, 1 - (name.box.top + name.box.bottom) / 2 / scale.tall
    place = {"x": x, "xanchor": "center", "y": y, "yanchor": "middle"}
    return note(escaped(name.text), box.size.font * 0.88, box.theme.ink, **place)
