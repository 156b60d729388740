"""How wide each assumption is: rows of ranges as shares of their central value, on a logarithmic axis."""

import math
from typing import Any

from dashboard.compare import Comparison
from dashboard.figures.frame import Frame, Size, frame
from dashboard.figures.legend import LEGEND, draw_legend, legend_rows
from dashboard.figures.plots import Spec, segments
from dashboard.figures.text import escaped, lines_html, note, width, wrapped

KEYS = (("circle", "Central value"), *LEGEND[1:3])
TICKS = (0.5, 1, 2, 5, 10, 25, 50, 100, 200, 400, 800, 1600)
SPARSE = (1, 5, 25, 100, 400, 1600)


def spreads(comparison: Comparison, size: Size, theme: str) -> Spec:
    """One range a row, all with their central values above each other; `note` has the values themselves."""
    rows, base, pad = comparison.rows, size.font, size.font * 1.1
    stacked = size.width < 560
    if stacked:
        left, right = pad, base * 2.2
        more = base * 1.25 * (max(len(_name(row, size)) for row in rows) - 1)  # where a name takes two lines
        tall, least = base * 4.3 + more, base * 3.9 + more
    else:
        left = pad + min(size.width * 0.34, max(width(row.label, base) for row in rows) + base * 1.2)
        right = pad + min(size.width * 0.27, max(width(row.note, base * 0.92) for row in rows) + base * 1.4)
        tall, least = base * 2.9, base * 1.3
    keys = legend_rows(KEYS, size)
    box = frame(
        comparison,
        size,
        theme,
        left=left,
        right=right,
        body=tall * len(rows) + base * 0.4,
        least=least * len(rows),
        legend_lines=len(keys),
    )
    draw_legend(box, keys, comparison.kind)
    heights = [len(rows) - 1.0 - i for i in range(len(rows))]
    lines = max(1, int(box.inner_height / len(rows) / (base * 1.3)))
    for row, y in zip(rows, heights, strict=True):
        box.layout["annotations"] += _stacked_words(row, y, box) if stacked else _words(row, y, box, lines)
    span = [-0.5, len(rows) - 0.5 + (0.35 if stacked else 0)]
    upward = {"visible": False, "range": span, "fixedrange": True}
    layout = box.layout | {"xaxis": _across(rows, comparison, box), "yaxis": upward, "hovermode": "closest"}
    return {"data": _marks(rows, heights, comparison, box), "layout": layout}


def _marks(rows: list[Any], heights: list[float], comparison: Comparison, box: Frame) -> list[Spec]:
    base, colour = box.size.font, box.theme.kinds.get(comparison.kind, box.theme.ink)
    table = comparison.table
    wide = segments(KEYS[2][1], table.q05, table.q95, heights, colour, base * 0.2)
    half = segments(KEYS[1][1], table.q25, table.q75, heights, colour, base * 0.6)
    middle = {
        "type": "scatter",
        "mode": "markers",
        "name": KEYS[0][1],
        "x": [float(row.value) for row in rows],
        "y": heights,
        "text": [escaped(f"{row.label}: {row.note}") for row in rows],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"size": base * 0.75, "color": box.theme.paper, "line": {"color": colour, "width": 2}},
        "cliponaxis": False,
    }
    return [wide, half | {"opacity": 0.55}, middle]


def _words(row: Any, y: float, box: Frame, lines: int) -> list[Spec]:
    base, theme = box.size.font, box.theme
    label = _lines(row.label, box.left - base * 1.9, base * 0.96, lines)
    values = _lines(row.note, box.right - base * 1.7, base * 0.92, lines)
    return [
        _note(label, y, 0, base * 0.96, theme.ink) | {"xanchor": "right", "xshift": -base * 0.8, "align": "right"},
        _note(values, y, 1, base * 0.92, theme.quiet) | {"xanchor": "left", "xshift": base * 0.8, "align": "left"},
    ]


def _lines(text: str, room: float, size: float, most: int) -> str:
    """The text in lines; what does not fit into so many ends in an ellipsis."""
    found = wrapped(text, room, size)
    if len(found) > most:
        found = [*found[: most - 1], wrapped(found[most - 1], room - size, size)[0].rstrip(",") + "…"]
    return lines_html(found)


def _stacked_words(row: Any, y: float, box: Frame) -> list[Spec]:
    base, theme = box.size.font, box.theme
    text = "<br>".join([*(f"<b>{escaped(line)}</b>" for line in _name(row, box.size)), escaped(row.note)])
    above = {"xanchor": "left", "yanchor": "bottom", "yshift": base * 0.55, "align": "left", "bgcolor": theme.paper}
    return [_note(text, y, 0, base * 0.92, theme.ink) | above]


def _name(row: Any, size: Size) -> list[str]:
    return wrapped(row.label, size.width - 2.3 * size.font, size.font * 0.92, bold=True)


def _note(text: str, y: float, x: float, size: float, colour: str) -> Spec:
    return note(text, size, colour, yref="y", x=x, y=y, yanchor="middle")


def _across(rows: list[Any], comparison: Comparison, box: Frame) -> Spec:
    base, quiet = box.size.font, {"size": box.size.font * 0.88, "color": box.theme.quiet}
    low, high = min(80.0, *(row.q05 for row in rows)) * 0.92, max(125.0, *(row.q95 for row in rows)) * 1.08
    shown = [tick for tick in TICKS if low <= tick <= high]
    if sum(width(f"{tick} %", base * 0.88) + base for tick in shown) > box.inner_width * 0.8:
        shown = [tick for tick in SPARSE if low <= tick <= high]
    return {
        "type": "log",
        "range": [math.log10(low), math.log10(high)],
        "tickmode": "array",
        "tickvals": shown,
        "ticktext": [f"{tick:g}\u00a0%" for tick in shown],
        "tickfont": quiet,
        "title": {"text": escaped(comparison.axis), "font": quiet, "standoff": base * 0.5},
        "gridcolor": box.theme.grid,
        "zeroline": False,
        "fixedrange": True,
    }
