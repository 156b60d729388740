"""Where published figures fall in our distributions: one column for each part, and the line of even shares."""

from typing import Any

from dashboard.compare import Comparison
from dashboard.figures.frame import Frame, Size, frame
from dashboard.figures.legend import draw_legend, legend_rows
from dashboard.figures.plots import Spec, nice_step
from dashboard.figures.series import faded
from dashboard.figures.text import escaped, note, width

KEYS = (
    ("band", "share of the published figures"),
    ("thin", "its error, 90\u00a0%"),
    ("line", "even: ranges are right"),
)
BODY = 19  # height of the plot in font sizes, where the size leaves it open


def calibration(comparison: Comparison, size: Size, theme: str) -> Spec:
    """One column a row, its count (`note`) above it; the rows are equal parts of the distribution, lowest first."""
    base = size.font
    keys = legend_rows(KEYS, size)
    box = frame(comparison, size, theme, left=base * 4.2, right=base * 1.6, body=base * BODY, legend_lines=len(keys))
    draw_legend(box, keys, comparison.kind, {KEYS[2][1]: box.theme.published})
    rows = comparison.rows
    even = 100 / len(rows)
    data = [_columns(rows, comparison, box), _errors(rows, comparison, box), _even(len(rows), even, box)]
    near = max(float(row.q95) for row in rows) * 1.5 * base / box.inner_height  # height of a count on this axis
    for i, row in enumerate(rows):
        clear = even if row.q95 < even < row.q95 + near else float(row.q95)  # no count across the line of even shares
        box.layout["annotations"].append(_count(i, row, clear, box))
    return {"data": data, "layout": box.layout | _axes(rows, comparison, box)}


def _columns(rows: list[Any], comparison: Comparison, box: Frame) -> Spec:
    colour = box.theme.kinds.get(comparison.kind, box.theme.ink)
    return {
        "type": "bar",
        "name": KEYS[0][1],
        "x": list(range(len(rows))),
        "y": [float(row.value) for row in rows],
        "width": 0.62,
        "marker": {"color": faded(colour, 0.3), "line": {"color": colour, "width": 1.6}},
        "text": [escaped(f"{row.label}: {row.note}, {row.value:.0f} % ({row.q05:.0f}–{row.q95:.0f})") for row in rows],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _errors(rows: list[Any], comparison: Comparison, box: Frame) -> Spec:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for i, row in enumerate(rows):
        xs += [i, i, None]
        ys += [float(row.q05), float(row.q95), None]
    line = {"color": box.theme.kinds.get(comparison.kind, box.theme.ink), "width": box.size.font * 0.16}
    return {"type": "scatter", "mode": "lines", "name": KEYS[1][1], "x": xs, "y": ys, "line": line, "hoverinfo": "skip"}


def _even(parts: int, even: float, box: Frame) -> Spec:
    line = {"color": box.theme.published, "width": box.size.font * 0.14}
    xs, ys = [-0.5, parts - 0.5], [even, even]
    return {"type": "scatter", "mode": "lines", "name": KEYS[2][1], "x": xs, "y": ys, "line": line, "hoverinfo": "skip"}


def _count(i: int, row: Any, y: float, box: Frame) -> Spec:
    base = box.size.font
    place = {"xref": "x", "yref": "y", "x": i, "y": y, "xanchor": "center", "yanchor": "bottom", "yshift": base * 0.25}
    return note(escaped(row.note), base * 0.92, box.theme.ink, **place)


def _axes(rows: list[Any], comparison: Comparison, box: Frame) -> Spec:
    base, theme = box.size.font, box.theme
    quiet = {"size": base * 0.88, "color": theme.quiet}
    part = 100 / len(rows)
    step = nice_step(max(float(row.q95) for row in rows) / 4)
    top = max(float(row.q95) for row in rows) + step * 0.45
    ticks = [step * i for i in range(int(top / step) + 1)]
    fits = width(comparison.axis, base * 0.88) < box.inner_width
    words = comparison.axis if fits else comparison.axis.partition(" (")[0]
    title: Any = {"text": escaped(words), "font": quiet, "standoff": base * 0.5}
    across = {
        "range": [-0.5, len(rows) - 0.5],
        "tickmode": "array",
        "tickvals": list(range(len(rows))),
        "ticktext": [f"{part * i:.0f}–{part * (i + 1):.0f}" for i in range(len(rows))],
        "tickfont": quiet,
        "title": title,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }
    upward = {
        "range": [0, top],
        "tickmode": "array",
        "tickvals": ticks,
        "ticktext": [f"{tick:g}\u00a0%" for tick in ticks],
        "tickfont": quiet,
        "gridcolor": theme.grid,
        "zeroline": False,
        "fixedrange": True,
    }
    return {"xaxis": across, "yaxis": upward, "hovermode": "closest"}
