"""Sites on two maps, the United States and the rest, from our own geometry: no page asks another host for one.

Sources: coastlines after Natural Earth, state borders after the U.S. Census Bureau, both in the public domain.
"""

import functools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dashboard.compare import Comparison
from dashboard.figures.frame import Frame, Size, frame
from dashboard.figures.legend import draw_legend, legend_rows
from dashboard.figures.names import Box, Name, near, place, short, size_of
from dashboard.figures.plots import Spec
from dashboard.figures.series import faded
from dashboard.figures.text import escaped, note

FOLDER = Path(__file__).parent
Point = tuple[float, float]
Ring = tuple[Point, ...]

AT_HOME = "usa"
MAINLAND = (-130.0, 50.0)  # west and north end of the states that their map shows; Alaska and Hawaii are on the other
VIEW = (-168.0, 191.0, -56.0, 78.0)  # west, east, south, north: the land but Antarctica
FLAT = 1.25  # a degree of latitude over one of longitude, about right at 37°
PARALLELS = (29.5, 45.5)  # of the equal-area cone, the usual ones for these states
CENTRE = (-96.0, 37.5)

BESIDE = 58  # font sizes: a figure wider than that has its maps side by side
SHARE = 0.58  # of the width for the United States then
CIRCLE = 1 / 17  # of that map's width for the largest circle
KEPT = 64  # maps whose names stay in their places: one for each width and choice in use
NAMED = 10  # so many of the largest sites of each map are named, where there is room
REACH = 0.1  # longest line from a circle to its name, as a part of the map's width
LEAST_DISC = 1.0  # pixels of a radius that is seen
CHOSEN = "energy"  # the colour of the kind that no map shows
KEYED = (1.0, 0.25)  # GW of the circles in the key


@functools.cache
def geometry(name: str) -> Mapping[str, tuple[Ring, ...]]:
    """The `rings` of `land` or `states` and the `lines` between the latter, longitude and latitude in degrees."""
    content = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return {part: tuple(tuple((x, y) for x, y in line) for line in content[part]) for part in ("rings", "lines")}


def albers(longitude: float, latitude: float) -> Point:
    """A place on the equal-area cone, in radii of the earth. Source: Snyder 1987, Map Projections, page 100."""
    first, second, north = (math.radians(angle) for angle in (*PARALLELS, CENTRE[1]))
    cone = (math.sin(first) + math.sin(second)) / 2
    constant = math.cos(first) ** 2 + 2 * cone * math.sin(first)
    away = math.sqrt(constant - 2 * cone * math.sin(math.radians(latitude))) / cone
    turn = cone * math.radians(longitude - CENTRE[0])
    return away * math.sin(turn), math.sqrt(constant - 2 * cone * math.sin(north)) / cone - away * math.cos(turn)


def plain(longitude: float, latitude: float) -> Point:
    """A place on a map whose degrees are of equal length everywhere."""
    return longitude, latitude * FLAT


STATES = plain(-100.0, 39.5)  # where the world's map says that the states have one of their own


@functools.cache
def _drawn(name: str, part: str) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    """Rings or lines as one line with gaps, projected, in numbers as short as the eye allows: all go to the browser."""
    project, digits = PROJECTIONS[name]
    xs: list[float | None] = []
    ys: list[float | None] = []
    for line in geometry(name)[part]:
        points = [project(*point) for point in line]
        xs += [round(x, digits) for x, _ in points] + [None]
        ys += [round(y, digits) for _, y in points] + [None]
    return tuple(xs), tuple(ys)


def _on_paper(longitude: float, latitude: float) -> Point:
    """A place on the map of the states, which is some 1,500 units wide."""
    x, y = albers(longitude, latitude)
    return 2000 * x, 2000 * y


PROJECTIONS: Mapping[str, tuple[Callable[[float, float], Point], int | None]] = MappingProxyType(
    {"states": (_on_paper, None), "land": (plain, 1)}
)


@dataclass(frozen=True)
class Panel:
    """A map in its rectangle, in pixels from the upper left corner of the plot."""

    name: str
    title: str
    axes: str  # the number that plotly gives its axes
    view: tuple[float, float, float, float]  # west, east, south, north as projected
    box: Box

    def spot(self, row: Any) -> Point:
        """Where a row's site is, in pixels of the plot."""
        return self.pixel(*PROJECTIONS[self.name][0](float(row.longitude), float(row.latitude)))

    def pixel(self, x: float, y: float) -> Point:
        """Where a projected place is, in pixels of the plot."""
        west, east, south, north = self.view
        across, down = (x - west) / (east - west), (north - y) / (north - south)
        return (
            self.box.left + across * (self.box.right - self.box.left),
            self.box.top + down * (self.box.bottom - self.box.top),
        )

    def value(self, x: float, y: float) -> Point:
        """The projected place at so many pixels of the plot, to the hundredth of a unit: less than a pixel."""
        west, east, south, north = self.view
        across = (x - self.box.left) / (self.box.right - self.box.left)
        down = (y - self.box.top) / (self.box.bottom - self.box.top)
        return round(west + across * (east - west), 2), round(north - down * (north - south), 2)

    def shows(self, box: Box) -> bool:
        """Whether a rectangle lies on the map."""
        inside = self.box
        return (
            box.left > inside.left and box.right < inside.right and box.top > inside.top and box.bottom < inside.bottom
        )


@functools.cache
def _views() -> Mapping[str, tuple[float, float, float, float]]:
    xs, ys = ([value for value in values if value is not None] for values in _drawn("states", "rings"))
    (west, south), (east, north) = plain(VIEW[0], VIEW[2]), plain(VIEW[1], VIEW[3])
    return {"states": (min(xs), max(xs), min(ys), max(ys)), "land": (west, east, south, north)}


def sites_map(comparison: Comparison, size: Size, theme: str) -> Spec:
    """A circle for each row at its `longitude` and `latitude`, its area as the value, and in it a disc of `energised`.

    Rows of `country` "usa", but for Alaska and Hawaii, are on a map of the states, all others on one of the world.
    """
    base = size.font
    keyed = {f"{value:g}\N{NO-BREAK SPACE}{comparison.unit}": value for value in KEYED}
    chosen = dict.fromkeys(row.chosen for row in comparison.rows if row.chosen)
    states = [
        ("circle", "announced or expected"),
        ("disc", "of it energised"),
        *(("disc", words) for words in chosen),
    ]
    marks = (*states, *(("circle", text) for text in keyed))
    keys = legend_rows(marks, size)
    wanted = max(panel.box.bottom for panel in _arranged(size.width - 2.2 * base, math.inf, base))
    box = frame(
        comparison,
        size,
        theme,
        left=base * 1.1,
        right=base * 1.1,
        body=wanted,
        least=wanted * 0.55,
        legend_lines=len(keys),
        axis=False,
    )
    panels = _arranged(box.inner_width, box.inner_height, base)
    rows = sorted(comparison.rows, key=lambda row: (not row.chosen, -row.value))  # as they are named
    most = (panels[0].box.right - panels[0].box.left) * CIRCLE
    scale = most / math.sqrt(max((row.value for row in rows), default=1.0))
    apart = dict.fromkeys(chosen, box.theme.kinds[CHOSEN])
    draw_legend(
        box, keys, "capacity", apart, radii={text: scale * math.sqrt(value) / 2 for text, value in keyed.items()}
    )
    data: list[Spec] = []
    for panel in panels:
        here = [
            Site(row, *panel.spot(row), max(base * 0.45, scale * math.sqrt(row.value)) / 2)
            for row in rows
            if _on_mainland(row) == (panel.name == "states")
        ]
        names = _named(here, panel, base)
        data += [
            *_ground(panel, box),
            _circles(sorted(here, key=_layer), panel, box),
            _leaders(names, here, panel, box),
        ]
        box.layout["annotations"] += [*_titles(panel, len(here), box), *(_note(name, box) for name in names)]
        box.layout.update(_axes(panel, box))
    return {"data": data, "layout": box.layout}


def _on_mainland(row: Any) -> bool:
    west, north = MAINLAND
    return row.country == AT_HOME and float(row.longitude) > west and float(row.latitude) < north


def _arranged(wide: float, tall: float, base: float) -> tuple[Panel, Panel]:
    """The map of the states and that of the world, side by side or one above the other, as large as there is room."""
    views, head, gap = _views(), base * 1.7, base * 1.2
    beside = wide > BESIDE * base
    widths = [wide * SHARE - gap, wide * (1 - SHARE)] if beside else [wide, wide]
    heights = [w * (v[3] - v[2]) / (v[1] - v[0]) for w, v in zip(widths, views.values(), strict=True)]
    room = tall - head if beside else tall - 2 * head - gap
    room = max(room, base)  # a picture that is all text has maps of the size of a letter
    fits = min(1.0, room / (heights[0] if beside else sum(heights)))
    (wide_1, wide_2), (tall_1, tall_2) = [w * fits for w in widths], [h * fits for h in heights]
    left = wide_1 + gap if beside else 0.0
    if beside:
        wide_2 = wide - left  # what the states' map cannot take
        tall_2 = min(wide_2 * heights[1] / widths[1], room)
        wide_2 = tall_2 * widths[1] / heights[1]
    top = head if beside else head + tall_1 + gap + head
    titles = ("United States", "All other countries")
    boxes = (Box(0, head, wide_1, head + tall_1), Box(left, top, left + wide_2, top + tall_2))
    first, second = (
        Panel(name, title, axes, views[name], box)
        for name, title, axes, box in zip(("states", "land"), titles, ("", "2"), boxes, strict=True)
    )
    return first, second


@dataclass(frozen=True)
class Site:
    """A row with its circle: middle and radius in pixels of the plot."""

    row: Any
    x: float
    y: float
    radius: float

    @property
    def disc(self) -> float:
        """The radius of the disc of what is energised, which takes its part of the circle's area; 0 without any."""
        part = min(1.0, float(self.row.energised) / float(self.row.value))
        return max(self.radius * math.sqrt(part), LEAST_DISC) if part > 0 else 0.0

    @property
    def box(self) -> Box:
        """The square that its circle has for itself."""
        return _square(self.x, self.y, self.radius)


def _layer(site: Site) -> tuple[bool, float]:
    """Small circles lie on large ones, chosen ones on all others."""
    return bool(site.row.chosen), -float(site.row.value)


def _square(x: float, y: float, radius: float) -> Box:
    half = radius * 0.9
    return Box(x - half, y - half, x + half, y + half)


def _named(sites: Sequence[Site], panel: Panel, base: float) -> tuple[Name, ...]:
    """A place for the name of each of the largest that has room for one."""
    circles = tuple((site.x, site.y, site.radius) for site in sites)
    return _names_of(tuple(site.row.label for site in sites[:NAMED]), circles, panel, base)


def _gap(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """Pixels between the edges of two circles (middle and radius); less than 0 where they overlap."""
    return math.dist(one[:2], other[:2]) - one[2] - other[2]


@functools.lru_cache(KEPT)
def _names_of(
    labels: tuple[str, ...], circles: tuple[tuple[float, float, float], ...], panel: Panel, base: float
) -> tuple[Name, ...]:
    """The names of the first circles (middle and radius): the same map is drawn for every grouping of the sites."""
    taken = [_square(*circle) for circle in circles]
    if panel.name == "land":
        left, top = panel.pixel(*STATES)
        taken.append(Box(left - 2.5 * base, top - base * 0.6, left + 2.5 * base, top + base * 0.6))
    wide = panel.box.right - panel.box.left
    names: list[Name] = []
    for label, circle in zip(labels, circles[: len(labels)], strict=True):
        x, y, radius = circle
        text = short([label], wide * 0.5, base * 0.88)
        reach, mark = radius + wide * REACH, (x, y)
        boxes = [box for side in (1, -1) for box in near(mark, size_of(text, base), side, reach, base)]
        apart = [_square(*other) for other in circles if _gap(circle, other) > 0]
        found = place(text, mark, boxes, taken, names, panel.shows, apart)
        if found is not None:
            taken.append(found.box)
            names.append(found)
    return tuple(names)


def _ground(panel: Panel, box: Frame) -> list[Spec]:
    """The land, and the borders of the states on it."""
    on = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "xaxis": f"x{panel.axes}", "yaxis": f"y{panel.axes}"}
    traces = []
    for part, colour in (("rings", faded(box.theme.quiet, 0.5)), ("lines", box.theme.paper)):
        xs, ys = _drawn(panel.name, part)
        if xs:
            traces.append(
                on | {"name": f"{panel.name} {part}", "x": xs, "y": ys, "line": {"width": 0.8, "color": colour}}
            )
    return [traces[0] | {"fill": "toself", "fillcolor": box.theme.grid}, *traces[1:]]


def _circles(sites: Sequence[Site], panel: Panel, box: Frame) -> Spec:
    """For each site a circle and, where something is energised, a disc in it: right behind it, below the next site."""
    marks = [(site, disc) for site in sites for disc in (False, True) if not disc or site.disc]
    colours = [box.theme.kinds[CHOSEN if site.row.chosen else "capacity"] for site, _ in marks]
    places = [panel.value(site.x, site.y) for site, _ in marks]
    marker: Any = {
        "size": [round(2 * (site.disc if disc else site.radius), 2) for site, disc in marks],
        "color": [colour if disc else faded(colour, 0.15) for colour, (_, disc) in zip(colours, marks, strict=True)],
        "opacity": 0.85,
        "line": {"color": colours, "width": [0 if disc else 1.6 for _, disc in marks]},
    }
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "site",
        "x": [x for x, _ in places],
        "y": [y for _, y in places],
        "xaxis": f"x{panel.axes}",
        "yaxis": f"y{panel.axes}",
        "marker": marker,
        "text": [escaped(f"{site.row.label}: {site.row.note}") for site, _ in marks],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _leaders(names: Sequence[Name], sites: Sequence[Site], panel: Panel, box: Frame) -> Spec:
    """Thin lines from the edges of the circles to their names."""
    radii = {(site.x, site.y): site.radius for site in reversed(sites)}
    xs: list[float | None] = []
    ys: list[float | None] = []
    for name in names:
        across, down = name.box.nearest(name.x, name.y)
        edge = radii[name.x, name.y] / math.hypot(across, down)
        if edge < 1:
            start, end = (panel.value(name.x + across * part, name.y + down * part) for part in (edge, 1))
            xs += [start[0], end[0], None]
            ys += [start[1], end[1], None]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "leader",
        "x": xs,
        "y": ys,
        "xaxis": f"x{panel.axes}",
        "yaxis": f"y{panel.axes}",
        "line": {"color": box.theme.quiet, "width": 1},
        "hoverinfo": "skip",
    }


def _titles(panel: Panel, count: int, box: Frame) -> list[Spec]:
    """The name of a map with the number of its sites above it, and on the world a word on where the states are."""
    base = box.size.font
    sites = f"{count} site{'s' if count != 1 else ''}"
    over = Box(panel.box.left, panel.box.top - base * 1.6, panel.box.right, panel.box.top)
    title = _text(f"<b>{panel.title}</b>, {sites}", over.left, (over.top + over.bottom) / 2, box, box.theme.ink)
    if panel.name == "states":
        return [title]
    x, y = panel.pixel(*STATES)
    side = "left" if panel.box.left > 0 else "above"
    return [title, _text(f"see {side}", x, y, box, box.theme.quiet) | {"xanchor": "center"}]


def _note(name: Name, box: Frame) -> Spec:
    x, y = (name.box.left + name.box.right) / 2, (name.box.top + name.box.bottom) / 2
    return _text(escaped(name.text), x, y, box, box.theme.ink) | {"xanchor": "center"}


def _text(text: str, x: float, y: float, box: Frame, colour: str) -> Spec:
    """A text with its left end at a place in pixels of the plot."""
    place = {"x": x / box.inner_width, "xanchor": "left", "y": 1 - y / box.inner_height, "yanchor": "middle"}
    return note(text, box.size.font * 0.88, colour, **place)


def _axes(panel: Panel, box: Frame) -> Spec:
    west, east, south, north = panel.view
    inside, wide, tall = panel.box, box.inner_width, box.inner_height
    hidden: Any = {"visible": False, "fixedrange": True}
    x = {"range": [west, east], "domain": [inside.left / wide, inside.right / wide], "anchor": f"y{panel.axes}"}
    y = {
        "range": [south, north],
        "domain": [1 - inside.bottom / tall, 1 - inside.top / tall],
        "anchor": f"x{panel.axes}",
    }
    return {f"xaxis{panel.axes}": hidden | x, f"yaxis{panel.axes}": hidden | y}
