"""Lines over time with their bands: one colour per line, the middle drawn, 50 and 90 % shaded."""

import math
from typing import Any

import pandas as pd

from dashboard.compare import Comparison, value_text
from dashboard.figures.frame import Frame, Size, frame
from dashboard.figures.legend import draw_legend, legend_rows
from dashboard.figures.plots import Spec, nice_step
from dashboard.figures.text import escaped, width
from dashboard.units import trimmed

DOTTED = ("announced", "claimed")  # what somebody said
BANDED = "likely"  # the line whose ranges are shaded
BODY = 24  # height of the plot in font sizes, where the size leaves it open


def series(comparison: Comparison, size: Size, theme: str) -> Spec:
    """One line per `basis` of the rows, over the months in `label`, each labelled at its end."""
    base = size.font
    names = list(dict.fromkeys(comparison.table.basis))
    bands = [("band", "50\u00a0% range"), ("faint", "90\u00a0% range")]
    keys = legend_rows((*(("dotted" if name in DOTTED else "line", name) for name in names), *bands), size)
    box = frame(comparison, size, theme, left=base * 4.6, right=base * 2.2, body=base * BODY, legend_lines=len(keys))
    colours = dict(zip(names, _colours(box, names), strict=True))
    draw_legend(box, keys, "capacity", colours)
    data: list[Spec] = []
    for name in names:
        rows = comparison.table[comparison.table.basis == name].dropna(subset=["value"])
        told = [value_text(row, comparison) for row in comparison.rows if row.basis == name and row.value == row.value]
        data += _line(rows, colours[name], name, box, told)
    return {"data": data, "layout": box.layout | _axes(comparison, box)}


def _colours(box: Frame, names: list[str]) -> list[str]:
    theme = box.theme
    known = {
        "announced": theme.quiet,
        "claimed": theme.quiet,
        "likely": theme.kinds["capacity"],
        "energised": theme.ink,
    }
    spare = iter([theme.kinds["average"], theme.kinds["money"], theme.kinds["energy"]])
    return [known.get(name) or next(spare, theme.ink) for name in names]


def _line(rows: pd.DataFrame, colour: str, name: str, box: Frame, told: list[str]) -> list[Spec]:
    months = [f"{label}-01" for label in rows.label]
    middle = {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": months,
        "y": [float(value) for value in rows.value],
        "line": {
            "color": colour,
            "width": box.size.font * 0.18,
            "dash": "dot" if name in DOTTED else "solid",
        },
        "text": [escaped(text) for text in told],
        "hovertemplate": f"%{{x|%b %Y}}: %{{text}}<extra>{escaped(name)}</extra>",
    }
    if name != BANDED:
        return [middle]
    wide = _band(rows, months, ("q05", "q95"), colour, 0.15, edged=0.6)
    return [*wide, *_band(rows, months, ("q25", "q75"), colour, 0.3), middle]


def _band(
    rows: pd.DataFrame, months: list[str], ends: tuple[str, str], colour: str, opacity: float, *, edged: float = 0
) -> list[Spec]:
    """A band between two columns; its edges are drawn where its fill alone is hardly seen."""
    low, high = ends
    line = {"width": edged, "color": faded(colour, 0.7)}
    edge: Any = {"type": "scatter", "mode": "lines", "x": months, "line": line, "hoverinfo": "skip"}
    fill = faded(colour, opacity)
    upper = edge | {"y": [float(value) for value in rows[high]], "name": high}
    lower = edge | {"y": [float(value) for value in rows[low]], "name": low, "fill": "tonexty", "fillcolor": fill}
    return [upper, lower]


def faded(colour: str, opacity: float) -> str:
    """A hex colour made see-through."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def _axes(comparison: Comparison, box: Frame) -> Spec:
    return {"xaxis": _years(comparison, box), "yaxis": _values(comparison, box)}


def _years(comparison: Comparison, box: Frame) -> Spec:
    base, theme = box.size.font, box.theme
    font = {"size": base * 0.88, "color": theme.quiet}
    labels = comparison.table.label
    start, end = str(labels.min()), str(labels.max())
    first, last = int(start[:4]), int(end[:4])
    spacing = max(1, round((last - first) / (4 if box.inner_width < 420 else 8)))
    shown = range(first, last + 1, spacing)
    fits = width(comparison.axis, base * 0.92) < box.inner_width
    title = comparison.axis if fits else comparison.axis.split(" (")[0]
    return {
        "type": "date",
        "range": [f"{start}-01", f"{end}-28"],
        "tickmode": "array",
        "tickvals": [f"{year}-01-01" for year in shown],
        "ticktext": [str(year) for year in shown],
        "tickfont": font,
        "showgrid": False,
        "showline": True,
        "linecolor": theme.quiet,
        "ticks": "outside",
        "tickcolor": theme.quiet,
        "fixedrange": True,
        "title": {"text": escaped(title), "font": font, "standoff": base * 0.5},
    }


def _values(comparison: Comparison, box: Frame) -> Spec:
    theme = box.theme
    table = comparison.table
    high = float(max(table.value.max(), table.q95.where(table.basis == BANDED).max()))
    step = nice_step(high / 5)
    ticks = [step * i for i in range(max(1, math.ceil(high / step)) + 1)]
    return {
        "range": [0, ticks[-1] * 1.03],
        "tickmode": "array",
        "tickvals": ticks,
        "ticktext": [f"{trimmed(tick)} {comparison.unit}" if tick else "0" for tick in ticks],
        "tickfont": {"size": box.size.font * 0.88, "color": theme.quiet},
        "ticklabelstandoff": round(box.size.font * 0.4),
        "gridcolor": theme.grid,
        "zeroline": False,
        "fixedrange": True,
    }
