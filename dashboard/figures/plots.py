"""The marks: ranges and published points in rows, and twenty equally likely outcomes as dots."""

import math
from typing import Any

import numpy as np
import pandas as pd

from dashboard.compare import ESTIMATE, SUM, Comparison, row_text, value_text
from dashboard.figures.frame import Frame, Size, frame
from dashboard.figures.legend import LEGEND, SUMMED, TYPED, draw_legend, legend_rows
from dashboard.figures.text import escaped, fitted, fitting_size, lines_html, note, width, wrapped
from dashboard.units import ladder, number_text

# A tornado: each row is one assumption, its line the result between two ends, not a range of the draws.
ENDS = (LEGEND[0], ("thin", "from the assumption’s low to its high end"))
LOG_FROM = 40  # rows that span more than this go on a logarithmic axis
TENFOLD = (" (each line to the right is ten times more)", " (each line: × 10)", "")
HEADROOM = 1.7  # of font sizes above the dots, for the name of the line at their median
Spec = dict[str, Any]


def ranges(comparison: Comparison, size: Size, theme: str) -> Spec:
    """One row per load or grid: estimates as ranges with an open dot, published figures as solid squares."""
    table = comparison.table
    stacked = size.width < 560
    base = size.font
    texts = [value_text(row, comparison) for row in comparison.rows]
    labels = [_label(row) for row in comparison.rows]
    pad = base * 1.1
    if stacked:
        left, right = pad, base * 2.3
        lines = max(len(_stacked_lines(label, text, size)) for label, text in zip(labels, texts, strict=True))
        row_height = base * (3.4 + 1.3 * max(lines - 1, 1))
        least = row_height * 0.9
    else:
        left = pad + min(size.width * 0.3, max(width(label, base) for label in labels) + base * 1.2)
        right = pad + min(size.width * 0.27, max(width(text, base) for text in texts) + base * 1.2)
        row_height, least = base * 2.7, base
    keys = legend_rows(_keys(comparison), size)
    box = frame(
        comparison,
        size,
        theme,
        left=left,
        right=right,
        body=row_height * len(table) + base,
        least=least * len(table),
        legend_lines=len(keys),
    )
    draw_legend(box, keys, comparison.kind)
    positions = np.arange(len(table))[::-1].astype(float)
    scale = _scale(table)
    data = _marks(comparison, positions, box)
    _row_texts(box, labels, texts, positions, stacked=stacked)
    layout = box.layout | _axes(comparison, box, table, scale, stacked=stacked)
    return {"data": data, "layout": layout}


def _keys(comparison: Comparison) -> tuple[tuple[str, str], ...]:
    if comparison.form == "tornado":
        return ENDS
    natures = set(comparison.table.nature)
    others = [TYPED if comparison.typed else LEGEND[3]] if natures - {ESTIMATE, SUM} else []
    return (*LEGEND[:3], *others, *([SUMMED] if SUM in natures else []))


def _label(row: Any) -> str:
    return f"{row.label}, {row.date}" if row.date and row.nature != ESTIMATE else str(row.label)


def _scale(table: pd.DataFrame) -> str:
    lowest = _lowest(table)
    return "log" if lowest and table.value.max() / lowest > LOG_FROM else "linear"


def _lowest(table: pd.DataFrame) -> float:
    """The lowest end above 0, the only ones that a logarithmic axis can show; 0 where there is none."""
    lows = table.q05.fillna(table.value)
    return float(lows[lows > 0].min()) if (lows > 0).any() else 0.0


def _marks(comparison: Comparison, positions: Any, box: Frame) -> list[Spec]:
    table, keys = comparison.table, dict(_keys(comparison))
    colour, base = box.theme.kinds.get(comparison.kind, box.theme.ink), box.size.font
    estimates = (table.nature == ESTIMATE).to_numpy()
    rows, where = table[estimates], positions[estimates]
    faint = {"opacity": 0.55}
    traces = [
        segments(keys["thin"], rows.q05, rows.q95, where, colour, base * 0.22),
        *([segments(keys["thick"], rows.q25, rows.q75, where, colour, base * 0.62) | faint] if "thick" in keys else []),
        _points("Our estimate, median", rows, where, box.theme.paper, colour, "circle", base * 0.85, 2.2),
    ]
    sums = (table.nature == SUM).to_numpy()
    ink, paper = box.theme.published, box.theme.paper
    named = keys.get("square", "")
    for name, those, fill, line in ((named, ~estimates & ~sums, ink, 0), (SUMMED[1], sums, paper, 2)):
        if those.any():
            traces.append(_points(name, table[those], positions[those], fill, ink, "square", base * 0.75, line))
    return traces


def segments(name: str, low: Any, high: Any, where: Any, colour: str, thickness: float) -> Spec:
    """Level lines from a low to a high end, each at its height."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for a, b, y in zip(low, high, where, strict=True):
        xs += [float(a), float(b), None]
        ys += [float(y), float(y), None]
    line = {"color": colour, "width": thickness}
    return {"type": "scatter", "mode": "lines", "name": name, "x": xs, "y": ys, "line": line, "hoverinfo": "skip"}


def _points(
    name: str, rows: pd.DataFrame, where: Any, fill: str, edge: str, symbol: str, size: float, line: float
) -> Spec:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [float(value) for value in rows.value],
        "y": [float(y) for y in where],
        "text": [escaped(f"{_label(row)}: {row_text(row, row.unit)}") for row in list[Any](rows.itertuples())],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"symbol": symbol, "size": size, "color": fill, "line": {"color": edge, "width": line}},
        "cliponaxis": False,
    }


def _row_texts(box: Frame, labels: list[str], texts: list[str], positions: Any, *, stacked: bool) -> None:
    base = box.size.font
    if stacked:
        for label, text, y in zip(labels, texts, positions, strict=True):
            line = "<br>".join(_stacked_lines(label, text, box.size))
            note = _row_note(line, float(y), 0, base * 0.96, box)
            box.layout["annotations"].append(
                note
                | {"xanchor": "left", "yanchor": "bottom", "yshift": base * 0.55, "align": "left"}
                | {"bgcolor": box.theme.paper}  # grid lines end at the words
            )
        return
    high = box.inner_height / len(labels)
    sides = ((labels, 0, "right", -1, box.left - base * 1.9), (texts, 1, "left", 1, box.right - base * 1.7))
    font = min(fitting_size(words, wide, high, base) for column, *_, wide in sides for words in column)
    for column, place, align, way, wide in sides:
        for words, y in zip(column, positions, strict=True):
            note = _row_note(lines_html(fitted(words, wide, high, font)), float(y), place, font, box)
            box.layout["annotations"].append(
                note | {"xanchor": align, "yanchor": "middle", "xshift": way * base * 0.8, "align": align}
            )


def _row_note(text: str, y: float, place: int, font: float, box: Frame) -> Spec:
    """A text at the height of a row, at the left (0) or right (1) edge of the marks."""
    return note(text, font, box.theme.ink, x=place, yref="y", y=y)


def _stacked_lines(label: str, text: str, size: Size) -> list[str]:
    """Label and value above their marks: in one line where they fit, else the value in a line of its own."""
    room = size.width - 2.2 * size.font
    if width(f"{label}  {text}", size.font) * 1.04 <= room:
        return [f"<b>{escaped(label)}</b>  {escaped(text)}"]
    labels = [f"<b>{escaped(line)}</b>" for line in wrapped(label, room, size.font * 0.96, bold=True)]
    return [*labels, *(escaped(line) for line in wrapped(text, room, size.font * 0.96))]


def _axes(comparison: Comparison, box: Frame, table: pd.DataFrame, scale: str, *, stacked: bool) -> Spec:
    base, theme = box.size.font, box.theme
    high = float(table.q95.fillna(table.value).max())
    axis: Spec = {
        "title": {
            "text": escaped(_axis_title(comparison, box, scale)),
            "font": {"size": base * 0.92, "color": theme.quiet},
        },
        "tickfont": {"size": base * 0.88, "color": theme.quiet},
        "gridcolor": theme.grid,
        "zeroline": False,
        "showline": False,
        "fixedrange": True,
        "ticks": "",
    }
    axis["title"]["standoff"] = base * 0.5
    if scale == "log":
        first, last = math.floor(math.log10(_lowest(table))), math.ceil(math.log10(high * 1.02))
        ticks = [10.0**power for power in range(first, last + 1)]
        axis |= {"type": "log", "range": [first - 0.02, last + 0.02], "tickmode": "array", "tickvals": ticks}
        axis["ticktext"] = [tick_text(value, comparison.unit) for value in ticks]
        if box.inner_width / len(ticks) < base * 4:
            axis["ticktext"] = [text if i % 2 == 0 else "" for i, text in enumerate(axis["ticktext"])]
    else:
        step = nice_step(high / (3 if box.inner_width < 400 else 5))
        top = step * max(1, math.ceil(high * 1.001 / step))
        axis |= {"type": "linear", "range": [0, top], "tickmode": "array"}
        axis["tickvals"] = [step * i for i in range(round(top / step) + 1)]
        axis["ticktext"] = [tick_text(value, comparison.unit) for value in axis["tickvals"]]
    _drop_what_is_cut(axis["ticktext"], box)
    span = [-0.6, len(table) - 0.4 + (0.35 if stacked else 0)]
    return {"xaxis": axis, "yaxis": {"visible": False, "range": span, "fixedrange": True}}


def _drop_what_is_cut(texts: list[str], box: Frame) -> None:
    """Leave out what stands at an end of the axis and is wider than the margin there: its line stays."""
    for place, margin in ((0, box.left), (-1, box.right)):
        if width(texts[place], box.size.font * 0.88) / 2 > margin:
            texts[place] = ""


def _axis_title(comparison: Comparison, box: Frame, scale: str) -> str:
    """What the axis measures and, where its lines are powers of ten, that they are: in as many words as fit."""
    words = [f"{comparison.axis}{tail}" for tail in (TENFOLD if scale == "log" else ("",))]
    words.append(comparison.axis.partition(" (")[0])
    room = box.inner_width + box.right * 0.8
    return next((text for text in words if width(text, box.size.font * 0.92) < room), words[-1])


def tick_text(value: float, unit: str) -> str:
    """A value at an axis, without its unit where the axis title has it."""
    if value == 0:
        return "0"
    if unit == "%":
        return f"{value:g} %"
    name, divisor = ladder(value, unit)
    text = number_text(value / divisor, 3)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if unit == "USD":
        return f"${text} {name}".strip()
    return text if unit in ("TWh", "GW") else f"{text} {name}"


def nice_step(step: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten; 1 where all is nothing."""
    if step <= 0:
        return 1.0
    power = 10 ** math.floor(math.log10(step))
    return next(float(power * m) for m in (1, 2, 2.5, 5, 10) if power * m >= step * 0.999)


# --- twenty outcomes --------------------------------------------------------------------------------------------------


def dots(comparison: Comparison, size: Size, theme: str) -> Spec:
    """Twenty equally likely outcomes as a dot plot: each dot one in twenty."""
    base = size.font
    shown = comparison.table.value.to_numpy()
    body = base * (13 + HEADROOM)
    box = frame(comparison, size, theme, left=base * 1.6, right=base * 1.6, body=body, legend_lines=0)
    xs, ys, diameter = _stacked(shown, box)
    colour = box.theme.kinds.get(comparison.kind, box.theme.ink)
    trace = {
        "type": "scatter",
        "mode": "markers",
        "name": "one outcome in twenty",
        "x": xs,
        "y": ys,
        "marker": {"size": diameter, "color": colour, "line": {"width": 1.5, "color": box.theme.paper}},
        "hovertemplate": "one in twenty: %{text}<extra></extra>",
        "text": [escaped(value_text(row, comparison)) for row in comparison.rows],
        "cliponaxis": False,
        "showlegend": False,
    }
    layout = box.layout | _dot_axes(comparison, box, shown, max(ys))
    _mark_middle(comparison.ends[1], max(ys) + 0.5 + HEADROOM * base / diameter, box, layout)
    return {"data": [trace], "layout": layout}


def _mark_middle(middle: float, top: float, box: Frame, layout: Spec) -> None:
    """A line behind the dots at their median up to a height in dots, with its name beside its end."""
    base, theme = box.size.font, box.theme
    start, end = layout["xaxis"]["range"]
    side = 1 if (middle - start) / (end - start) < 0.6 else -1
    line = {"color": theme.ink, "width": base * 0.1}
    layout["shapes"].append(
        {"type": "line", "layer": "below", "xref": "x", "yref": "y", "x0": middle, "x1": middle, "y0": 0, "y1": top}
        | {"line": line}
    )
    place = {"xref": "x", "yref": "y", "x": middle, "y": top, "yanchor": "top", "xshift": side * base * 0.4}
    anchor = "left" if side > 0 else "right"
    layout["annotations"].append(note("median", base * 0.88, theme.quiet, xanchor=anchor, **place))


def _stacked(values: Any, box: Frame) -> tuple[list[float], list[float], float]:
    """Dots piled in bins of one diameter; the diameter is what makes the highest pile fit."""
    low, high = float(values.min()), float(values.max())
    span = (high - low) or abs(high) or 1.0
    most = box.size.font * (6 if box.size.height else 4)  # where the height is given, dots fill it
    largest = (0.0, 2)
    for bins in range(5, 14):
        index = np.rint((values - low) / span * (bins - 1)).astype(int)
        tall = max(box.inner_height - HEADROOM * box.size.font, 1.0)  # a picture that is all text has tiny dots
        room = min(box.inner_width / 1.28 / bins, tall / (np.bincount(index).max() + 0.3))
        largest = max(largest, (min(room, most), bins))
    diameter, bins = largest
    index = np.rint((values - low) / span * (bins - 1)).astype(int)
    heights: dict[int, int] = {}
    ys = []
    for i in index:
        heights[i] = heights.get(i, 0) + 1
        ys.append(heights[i] - 0.5)
    return [low + float(i) * span / (bins - 1) for i in index], ys, diameter * 0.96


def _dot_axes(comparison: Comparison, box: Frame, shown: Any, tallest: float) -> Spec:
    base, theme = box.size.font, box.theme
    low, high = float(shown.min()), float(shown.max())
    span = (high - low) or abs(high) or 1.0
    step = nice_step(span / (3 if box.inner_width < 400 else 5))
    start, end = low - span * 0.14, high + span * 0.14
    ticks = [step * i for i in range(math.ceil(start / step), math.floor(end / step) + 1)]
    diameter = _stacked(shown, box)[2] / 0.96
    return {
        "xaxis": {
            "title": {
                "text": escaped(comparison.axis),
                "font": {"size": base * 0.92, "color": theme.quiet},
                "standoff": base * 0.5,
            },
            "range": [start, end],
            "tickmode": "array",
            "tickvals": ticks,
            "ticktext": [_plain(tick) for tick in ticks],
            "tickfont": {"size": base * 0.88, "color": theme.quiet},
            "showgrid": False,
            "showline": True,
            "linecolor": theme.quiet,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {"visible": False, "range": [0, max(box.inner_height / diameter, tallest + 0.5)], "fixedrange": True},
    }


def _plain(value: float) -> str:
    text = number_text(value, 3)
    return text.rstrip("0").rstrip(".") if "." in text else text
