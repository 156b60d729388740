"""A map of the world drawn from our own coastline file, so that no page asks another host for one."""

import functools
import json
import math
from pathlib import Path
from typing import Any

from dashboard.compare import Comparison
from dashboard.figures.frame import Frame, Size, frame
from dashboard.figures.legend import draw_legend, legend_rows
from dashboard.figures.plots import Spec
from dashboard.figures.series import faded
from dashboard.figures.text import escaped

LAND = Path(__file__).with_name("land.json")
VIEW = (-168.0, 191.0, -56.0, 78.0)  # west, east, south, north: the land but Antarctica


@functools.cache
def coastline() -> tuple[str, tuple[tuple[tuple[float, float], ...], ...]]:
    """Credit and rings (longitude, latitude) of the land; Natural Earth, public domain."""
    content = json.loads(LAND.read_text(encoding="utf-8"))
    return content["credit"], tuple(tuple((x, y) for x, y in ring) for ring in content["rings"])


def sites_map(comparison: Comparison, size: Size, theme: str) -> Spec:
    """A circle for each row at its `longitude` and `latitude`, its area as the value; filled where energised."""
    base = size.font
    keys = legend_rows((("disc", "partly running"), ("circle", "not yet running")), size)
    body = (size.width - 2.2 * base) * 0.46
    box = frame(
        comparison, size, theme, left=base * 1.1, right=base * 1.1, body=body, legend_lines=len(keys), axis=False
    )
    draw_legend(box, keys, "capacity")
    return {"data": [_land(box), _circles(comparison, box)], "layout": box.layout | _axes()}


def _land(box: Frame) -> Spec:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for ring in coastline()[1]:
        xs += [x for x, _ in ring] + [None]
        ys += [y for _, y in ring] + [None]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "land",
        "x": xs,
        "y": ys,
        "fill": "toself",
        "fillcolor": box.theme.grid,
        "line": {"width": 0.6, "color": box.theme.quiet},
        "hoverinfo": "skip",
    }


def _circles(comparison: Comparison, box: Frame) -> Spec:
    rows = sorted(comparison.rows, key=lambda row: -row.value)
    largest = max((row.value for row in rows), default=1.0)
    most = min(box.inner_width, box.inner_height * 1.6) / 16
    colour = box.theme.kinds["capacity"]
    marker: Any = {
        "size": [max(box.size.font * 0.45, most * math.sqrt(row.value / largest)) for row in rows],
        "color": [colour if row.basis == "energised" else faded(colour, 0.15) for row in rows],
        "opacity": 0.85,
        "line": {"color": colour, "width": 1.6},
    }
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "site",
        "x": [float(row.longitude) for row in rows],
        "y": [float(row.latitude) for row in rows],
        "marker": marker,
        "text": [escaped(f"{row.label}: {row.note}") for row in rows],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _axes() -> Spec:
    west, east, south, north = VIEW
    hidden: Any = {"visible": False, "fixedrange": True, "constrain": "domain"}
    return {
        "xaxis": hidden | {"range": [west, east]},
        "yaxis": hidden | {"range": [south, north], "scaleanchor": "x", "scaleratio": 1.25},
    }
