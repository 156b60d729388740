"""Ribbons from givers to takers, as wide as their size, a colour for each layer; every name beside its bar.

Drawn as paths rather than as a Sankey trace, whose labels lie across the ribbons of small nodes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from dashboard.compare import Comparison, row_text
from dashboard.compare_deals import RIBBONS
from dashboard.figures.frame import Frame, Size, frame
from dashboard.figures.legend import draw_legend, legend_rows
from dashboard.figures.plots import Spec
from dashboard.figures.series import faded
from dashboard.figures.text import LINE as LEADING
from dashboard.figures.text import escaped, fitted, lines_html, note, width

LAYER_KINDS = {
    "chips": "capacity",
    "capacity": "average",
    "contract": "average",
    "capex": "capacity",
    "rent": "energy",
    "investment": "money",
}
ROUNDING = 1e-6  # pixels: where labels fill the height, their sum may be a hair above it
LINES = 6  # that a node's label may have
BESIDE = 0.27  # of the figure's width, at most, for the labels of one side
REST = "smaller ones, not drawn"
STUB = 0.09  # how far they reach towards the other side
LABEL, SMALL = 0.95, 0.82  # size of a label, in font sizes; the least of it, still above that of the foot


@dataclass
class Node:
    """A bar at one side, of one name and layer, for two layers are never added.

    `total` is of all its ribbons, `rest` of those that are too small to be drawn by themselves. It has the pixels that
    its label needs, its place from the top, and how much ribbons use so far.
    """

    name: str
    layer: str
    total: float
    rest: float
    lines: list[str]
    least: float
    top: float = 0.0
    used: float = 0.0


def flows(comparison: Comparison, size: Size, theme: str) -> Spec:
    """One ribbon a row, from its `giver` to its `taker`, coloured by layer (`basis`)."""
    try:
        return _drawn(comparison, size, theme, LABEL)
    except ValueError:  # a size that has no room for the labels; with small ones it may
        return _drawn(comparison, size, theme, SMALL)


def _drawn(comparison: Comparison, size: Size, theme: str, label: float) -> Spec:
    """The ribbons with labels of so many font sizes."""
    base = size.font
    rows = comparison.rows[:RIBBONS]
    beside = max((row.value for row in rows), default=0.0)
    layers = list(dict.fromkeys(row.basis for row in rows))
    left, right = (_nodes(comparison.rows, side, size, base * label) for side in ("giver", "taker"))
    rest = [REST] if any(node.rest for node in (*left, *right)) else []
    keys = legend_rows(tuple(("thick", layer) for layer in (*layers, *rest)), size)
    words = max(sum(node.least for node in nodes) for nodes in (left, right))
    margins = [base * 1.4 + max(map(width, _lines(nodes), repeat(base * label)), default=0) for nodes in (left, right)]
    box = frame(
        comparison,
        size,
        theme,
        left=base * 1.1 + margins[0],
        right=base * 1.1 + margins[1],
        body=max(base * 16, *(sum(node.least + base * 0.7 for node in nodes) for nodes in (left, right))),
        least=words * 0.85,
        legend_lines=len(keys),
        axis=False,
    )
    colours = {layer: box.theme.kinds.get(LAYER_KINDS.get(layer, ""), box.theme.quiet) for layer in layers}
    colours[REST] = box.theme.quiet
    draw_legend(box, keys, "capacity", colours)
    scale = _place(left, right, box)
    box.layout["shapes"] += [*_ribbons(rows, left, right, scale, colours), *_bars(left, right, scale, box)]
    box.layout["annotations"] += [*_names(left, box, 0, label), *_names(right, box, 1, label)]
    axis: Any = {"visible": False, "fixedrange": True}
    return {
        "data": [_hover(rows, left, right, comparison.unit, beside)],
        "layout": box.layout
        | {"xaxis": axis | {"range": [0, 1]}, "yaxis": axis | {"range": [box.inner_height, 0]}, "hovermode": "closest"},
    }


def _nodes(rows: list[Any], side: str, size: Size, font: float) -> list[Node]:
    """The bars of a side that have a ribbon, layer by layer, so that each runs as one bundle, and the largest first.

    A bar is as high as all its ribbons, drawn or not; so is its label, whose number is no sum of medians.
    """
    totals: dict[tuple[str, str], list[float]] = {}
    told: dict[tuple[str, str], str] = {}
    for place, row in enumerate(rows):
        key = getattr(row, side), row.basis
        if place < RIBBONS:
            totals.setdefault(key, [0.0, 0.0])
        if key in totals:
            totals[key][place >= RIBBONS] += row.value
        told[key] = getattr(row, f"{side}_total").replace(" ", "\u00a0", 1).replace("m of ", "m\u00a0of\u00a0")
    nodes = []
    for (name, layer), (drawn, rest) in totals.items():
        named = f"{name}, {layer}" if sum(name == other for other, _ in totals) > 1 else name
        label = f"{named} {told[name, layer]}"
        lines = fitted(label, size.width * BESIDE, LINES * font * LEADING, font)
        nodes.append(Node(name, layer, drawn + rest, rest, lines, font * LEADING * len(lines) + 0.25 * size.font))
    layers = list(dict.fromkeys(row.basis for row in rows))
    return sorted(nodes, key=lambda node: (layers.index(node.layer), -node.total))


def _lines(nodes: list[Node]) -> Iterable[str]:
    return (line for node in nodes for line in node.lines)


def _place(left: list[Node], right: list[Node], box: Frame) -> float:
    """Give every node its slot, as high as its label or more; returns pixels per unit, the same on both sides."""
    for nodes in (left, right):
        room = min(1.0, box.inner_height / max(sum(node.least for node in nodes), 1e-9))
        for node in nodes:
            node.least *= room
    low, high = 0.0, box.inner_height / max(sum(node.total for node in left), 1e-9)
    for _ in range(40):
        middle = (low + high) / 2
        fits = all(_height(nodes, middle) <= box.inner_height + ROUNDING for nodes in (left, right))
        low, high = (middle, high) if fits else (low, middle)
    for nodes in (left, right):
        top = (box.inner_height - _height(nodes, low)) / 2
        for node in nodes:
            slot = max(node.total * low + node.least * 0.35, node.least)
            node.top = top + (slot - node.total * low) / 2
            top += slot
    return low


def _height(nodes: list[Node], scale: float) -> float:
    return sum(max(node.total * scale + node.least * 0.35, node.least) for node in nodes)


def _ribbons(
    rows: list[Any], left: list[Node], right: list[Node], scale: float, colours: dict[str, str]
) -> list[dict[str, Any]]:
    """A shape for each row, from its place on the left bar to its place on the right one."""
    givers, takers = ({(node.name, node.layer): node for node in nodes} for nodes in (left, right))
    order = sorted(rows, key=lambda row: (takers[row.taker, row.basis].top, givers[row.giver, row.basis].top))
    ends = {}
    for row in order:
        giver, taker = givers[row.giver, row.basis], takers[row.taker, row.basis]
        ends[row.giver, row.taker, row.basis] = (giver.top + giver.used, taker.top + taker.used)
        giver.used += row.value * scale
        taker.used += row.value * scale
    drawn = [_ribbon(*ends[row.giver, row.taker, row.basis], row.value * scale, colours[row.basis]) for row in rows]
    return [
        *drawn,
        *(
            _stub(node, end, scale, colours[REST])
            for nodes, end in ((left, 0), (right, 1))
            for node in nodes
            if node.rest
        ),
    ]


def _stub(node: Node, end: int, scale: float, colour: str) -> dict[str, Any]:
    """The rest of a bar, below its ribbons: a wedge towards those at the other side."""
    top, bottom = node.top + node.used, node.top + node.used + node.rest * scale
    node.used += node.rest * scale
    x, tip = abs(end - 0.015), abs(end - STUB)
    path = f"M{x:.3f},{top:.2f} L{tip:.3f},{(top + bottom) / 2:.2f} L{x:.3f},{bottom:.2f} Z"
    return {"type": "path", "path": path, "fillcolor": faded(colour, 0.5), "line": {"width": 0}, "layer": "below"}


def _ribbon(start: float, end: float, thickness: float, colour: str) -> dict[str, Any]:
    a, b = start + thickness, end + thickness
    there = f"M0.015,{start:.2f} C0.5,{start:.2f} 0.5,{end:.2f} 0.985,{end:.2f}"
    path = f"{there} L0.985,{b:.2f} C0.5,{b:.2f} 0.5,{a:.2f} 0.015,{a:.2f} Z"
    return {"type": "path", "path": path, "fillcolor": faded(colour, 0.5), "line": {"width": 0}, "layer": "below"}


def _bars(left: list[Node], right: list[Node], scale: float, box: Frame) -> list[dict[str, Any]]:
    bars = []
    for nodes, x0, x1 in ((left, 0.0, 0.012), (right, 0.988, 1.0)):
        for node in nodes:
            height = max(node.total * scale, 1.0)
            bars.append(
                {
                    "type": "rect",
                    "x0": x0,
                    "x1": x1,
                    "y0": node.top,
                    "y1": node.top + height,
                    "fillcolor": box.theme.published,
                    "line": {"width": 0},
                }
            )
    return bars


def _names(nodes: list[Node], box: Frame, side: int, label: float) -> list[dict[str, Any]]:
    base = box.size.font
    return [
        note(
            lines_html(node.lines),
            base * label,
            box.theme.ink,
            align="left" if side else "right",
            yref="y",
            x=side,
            y=node.top + node.used / 2,
            xanchor="left" if side else "right",
            yanchor="middle",
            xshift=base * (0.6 if side else -0.6),
        )
        for node in nodes
    ]


def _hover(rows: list[Any], left: list[Node], right: list[Node], unit: str, beside: float) -> Spec:
    """An unseen point in the middle of each bar that tells its ribbons."""
    points = [(0.006, node, "giver") for node in left] + [(0.994, node, "taker") for node in right]
    texts = []
    for _, node, side in points:
        own = [row for row in rows if (getattr(row, side), row.basis) == (node.name, node.layer)]
        texts.append(
            "<br>".join(escaped(f"{row.label}: {row_text(row, unit, beside=beside)}, {row.basis}") for row in own)
        )
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "deals",
        "x": [x for x, _, _ in points],
        "y": [node.top + node.used / 2 for _, node, _ in points],
        "marker": {"size": 14, "opacity": 0},
        "text": texts,
        "hovertemplate": "%{text}<extra></extra>",
    }
