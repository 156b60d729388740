"""Small multiples, each on a scale of its own: a grid's published figure and a load beside it."""

from typing import Any

from dashboard.compare import Comparison, bound
from dashboard.compare_grids import ONLY_SCALE, standing
from dashboard.figures.frame import FINEST, Frame, Size, frame
from dashboard.figures.legend import LEGEND, draw_legend, legend_rows
from dashboard.figures.plots import Spec
from dashboard.figures.series import faded
from dashboard.figures.text import escaped, note, shortened
from dashboard.units import number_text

ROW = 7.6  # height of a panel in font sizes


def panels(comparison: Comparison, size: Size, theme: str) -> Spec:
    """One panel a row: the published bar in full, the load's median and ranges under it, the share in words."""
    base, pad = size.font, size.font * 1.1
    rows = comparison.rows
    columns = 1 if size.width < 560 else 2 if size.width < 900 else 3
    lines = max(1, -(-len(rows) // columns))
    keys = legend_rows((("square", "Published figure of the grid"), *LEGEND[:3]), size)
    body = lines * base * ROW
    box = frame(
        comparison, size, theme, left=pad, right=pad, body=body, least=body * 0.9, legend_lines=len(keys), axis=False
    )
    draw_legend(box, keys, comparison.kind)
    width, height = box.inner_width / columns, box.inner_height / lines
    points, apart = [], any(standing(row.note) != ONLY_SCALE for row in rows)
    for i, row in enumerate(rows):
        left, top = (i % columns) * width, (i // columns) * height
        points.append(_panel(row, left, top, width - base * 2.2, box, comparison.kind, apart=apart))
    axis: Any = {"visible": False, "fixedrange": True}
    ranges = {
        "xaxis": axis | {"range": [0, box.inner_width]},
        "yaxis": axis | {"range": [box.inner_height, 0]},
        "hovermode": "closest",
    }
    return {"data": [_medians(points, box, comparison.kind)], "layout": box.layout | ranges}


def _panel(row: Any, left: float, top: float, width: float, box: Frame, kind: str, *, apart: bool) -> dict[str, Any]:
    """The shapes of a panel; how the grid stands to the load is said in it where not all stand alike."""
    base, theme = box.size.font, box.theme
    colour = theme.kinds.get(kind, theme.ink)
    scale = width / max(100.0, row.q95 * 1.02)
    title = shortened(row.label, width, base, bold=True)
    value = f"{number_text(row.published, 3)} {row.published_unit}" + (f", {row.date}" if row.date else "")
    share = f"{number_text(row.value)} % ({number_text(row.q05)}–{number_text(row.q95)}){bound(row)}"
    bar, line = top + base * 3.2, top + base * 4.55
    box.layout["shapes"] += [
        _bar(left, left + 100 * scale, bar, base * 0.33, theme.published),
        _bar(left + row.q05 * scale, left + row.q95 * scale, line, base * 0.11, colour),
        _bar(left + row.q25 * scale, left + row.q75 * scale, line, base * 0.31, faded(colour, 0.55)),
    ]
    words = f", {standing(row.note)[0]}" if apart else ""
    box.layout["annotations"] += [
        _note(f"<b>{escaped(title)}</b>", left, top + base * 0.9, base, theme.ink),
        _note(escaped(f"{row.basis} {value}"), left, top + base * 2.15, max(base * 0.85, FINEST), theme.quiet),
        _note(escaped(f"{share}{words}"), left, line + base * 1.2, base * 0.9, colour),
    ]
    return {"x": left + row.value * scale, "y": line, "text": escaped(f"{row.label}: {share}; {row.note}")}


def _bar(x0: float, x1: float, y: float, half: float, colour: str) -> dict[str, Any]:
    shape = {"type": "rect", "x0": x0, "x1": x1, "y0": y - half, "y1": y + half, "fillcolor": colour}
    return shape | {"line": {"width": 0}, "layer": "below"}


def _note(text: str, x: float, y: float, size: float, colour: str) -> dict[str, Any]:
    place = {"xref": "x", "yref": "y", "x": x, "y": y, "xanchor": "left", "yanchor": "middle", "align": "left"}
    return note(text, size, colour, **place)


def _medians(points: list[dict[str, Any]], box: Frame, kind: str) -> Spec:
    colour = box.theme.kinds.get(kind, box.theme.ink)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Our estimate, median",
        "x": [point["x"] for point in points],
        "y": [point["y"] for point in points],
        "text": [point["text"] for point in points],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"size": box.size.font * 0.8, "color": box.theme.paper, "line": {"color": colour, "width": 2.2}},
        "cliponaxis": False,
    }
