"""Sites on two maps: the projection, which map a site is on, circles to scale, names in the clear."""

import dataclasses
import math

import pytest

from dashboard import figures
from dashboard.figures import SIZES, maps, size_named
from dashboard.figures.names import Box, place
from dashboard.web.addresses import comparison_named


@pytest.fixture(scope="module")
def sites(catalog):
    """The map of sites as `/plans` shows it."""
    return comparison_named("sites-map", catalog, {})


def _traces(spec, name):
    return [trace for trace in spec["data"] if trace["name"] == name]


def _circles(spec, *, discs=False):
    """Each circle, or each disc of what is energised, as its text, axes and size."""
    return [
        (text, trace["xaxis"], size)
        for trace in _traces(spec, "site")
        for text, size, line in zip(
            trace["text"], trace["marker"]["size"], trace["marker"]["line"]["width"], strict=True
        )
        if (line == 0) == discs
    ]


def test_cone_agrees_with_snyder():
    """The worked example of Map Projections, page 291: 35° N 75° W, with the cone centred on 23° N."""
    x, y = maps.albers(-75, 35)
    centre = maps.albers(-96, 23)

    assert x == pytest.approx(0.2952720, abs=5e-7)
    assert y - centre[1] == pytest.approx(0.2416774, abs=5e-7)


def test_every_site_is_on_one_map(sites):
    """The contiguous states have theirs, whose borders enclose its sites; everything else is on the world's."""
    spec = figures.figure(sites, size_named("page"))
    circles = _circles(spec)
    at_home = {row.label for row in sites.rows if row.country == "usa"}

    assert len(circles) == len(sites.rows)
    assert {text.partition(":")[0] for text, axis, _ in circles if axis == "x"} == at_home
    (states,) = _traces(spec, "states rings")
    home = next(trace for trace in _traces(spec, "site") if trace["xaxis"] == "x")
    for along in "xy":
        edges = [value for value in states[along] if value is not None]
        assert min(edges) < min(home[along]) <= max(home[along]) < max(edges)


def test_the_map_names_who_published_its_sizes(sites):
    """The publishers of the largest sites stand in the foot, with how many more the CSV has; then the coastlines."""
    first, rest = sites.csv.splitlines()[1:3]

    assert len(sites.sources) > 50
    assert sites.sources[0].startswith("Epoch AI")  # expects the most
    assert f"Sources: {'; '.join(sites.sources[:8])}; and {len(sites.sources) - 8} more in the CSV." in sites.foot
    assert "Coastlines: Natural Earth; states: U.S. Census Bureau." in sites.foot
    assert sites.sources[-1] in first
    assert sites.sources[0] in rest


def test_only_a_gigawatt_without_a_place_is_named(catalog):
    """Two sites lose their place: Abilene, of more than a gigawatt, is named beside the map, Black Pearl is not."""
    lost = {
        name: dataclasses.replace(site, latitude=None, longitude=None)
        for name, site in catalog.sites.items()
        if site.name in ("Stargate Abilene", "Black Pearl")
    }
    told = comparison_named(
        "sites-map", dataclasses.replace(catalog, sites={**catalog.sites, **lost}, version="without places"), {}
    ).answer

    assert len(lost) == 2
    assert "Without a place: " in told
    assert "Stargate Abilene (1." in told
    assert "Black Pearl" not in told


def test_alaska_is_not_lost(sites):
    """A site outside the contiguous states is on the world's map, inside what it shows."""
    table = sites.table.copy()
    table.loc[0, ["longitude", "latitude"]] = [-149.9, 61.2]
    spec = figures.figure(dataclasses.replace(sites, table=table), size_named("page"))
    (circle,) = [circle for circle in _circles(spec) if circle[0].startswith(table.label[0])]
    west, east = spec["layout"]["xaxis2"]["range"]

    assert circle[1] == "x2"
    assert west < -149.9 < east


def test_area_is_the_value_and_the_key_says_so(sites):
    """Circles of both maps are of one scale: the key's of 1 GW is as large as that of a site of 1 GW."""
    spec = figures.figure(sites, size_named("page"))
    values = {f"{row.label}: {row.note}": row.value for row in sites.rows}
    per_root = [size / math.sqrt(values[text]) for text, _, size in _circles(spec) if values[text] > 0.5]
    rings = [shape for shape in spec["layout"]["shapes"] if shape["type"] == "circle"]
    keyed = sorted(round(shape["x1"] - shape["x0"], 6) for shape in rings)

    assert max(per_root) == pytest.approx(min(per_root), rel=1e-3)  # sizes are told to the hundredth of a pixel
    assert keyed[-1] == pytest.approx(per_root[0], rel=1e-3)
    assert keyed[0] == pytest.approx(per_root[0] / 2, rel=1e-3)  # 0.25 GW


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_disc_is_what_is_energised(sites, theme):
    """Each disc takes the part of its circle's area that runs, on top of its own circle alone; hover tells both."""
    spec = figures.figure(sites, size_named("page"), theme)
    rows = {row.label: row for row in sites.rows}
    circles = {text.partition(":")[0]: (text, size) for text, _, size in _circles(spec)}
    discs = {text.partition(":")[0]: size for text, _, size in _circles(spec, discs=True)}
    texts = " ".join(str(note["text"]) for note in spec["layout"]["annotations"])

    assert set(discs) == {name for name, row in rows.items() if row.energised > 0}
    for name, size in discs.items():
        part = rows[name].energised / rows[name].value
        assert size == pytest.approx(max(2.0, circles[name][1] * min(1, part) ** 0.5), abs=0.02), name
    assert discs["Start Campus, Sines"] < 0.2 * circles["Start Campus, Sines"][1]
    assert "announced by the end of 2030, 40 MW (25–60) energised" in circles["Start Campus, Sines"][0]
    assert "by the end of 2030, nothing energised" in circles["Monarch Compute Campus"][0]
    for trace in _traces(spec, "site"):
        for i, width in enumerate(trace["marker"]["line"]["width"]):
            assert width or trace["text"][i] == trace["text"][i - 1]
    assert "of it energised" in texts
    assert "announced or expected" in texts


@pytest.mark.parametrize("size", list(SIZES))
def test_maps_keep_their_shape_and_stay_inside(sites, size):
    """Both maps lie in the plot, beside each other or one above the other, and a degree is as wide as it should be."""
    spec = figures.figure(sites, size_named(size))
    layout = spec["layout"]
    wide = layout["width"] - layout["margin"]["l"] - layout["margin"]["r"]
    tall = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]
    boxes = []
    for number in ("", "2"):
        x, y = layout[f"xaxis{number}"], layout[f"yaxis{number}"]
        across, down = ((axis["domain"][1] - axis["domain"][0]) for axis in (x, y))
        assert across * wide / (x["range"][1] - x["range"][0]) == pytest.approx(
            down * tall / (y["range"][1] - y["range"][0]), rel=0.01
        )
        assert min(*x["domain"], *y["domain"]) > -1e-9
        assert max(*x["domain"], *y["domain"]) < 1 + 1e-9
        boxes.append(Box(x["domain"][0], y["domain"][0], x["domain"][1], y["domain"][1]))
    assert not _meet(*boxes)


def _meet(one, other):
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


def test_names_are_the_largest_sites_and_in_the_clear(sites):
    """No name lies on a circle, on another name or outside its map."""
    width, height = 600.0, 375.0
    panel = maps.Panel("states", "", "", (-740, 740, -460, 460), Box(0, 0, width, height))
    rows = sorted((row for row in sites.rows if row.country == "usa"), key=lambda row: -row.value)
    here = [maps.Site(row, *panel.spot(row), 12 * math.sqrt(row.value)) for row in rows]
    names = maps._named(here, panel, 14)

    assert len(names) >= 5
    assert {name.text for name in names} <= {row.label for row in rows[: maps.NAMED]}
    for i, name in enumerate(names):
        assert panel.shows(name.box)
        assert not any(_meet(name.box, other.box) for other in names[:i])
        assert not any(_meet(name.box, site.box) for site in here)
        (own,) = (site for site in here if site.row.label.startswith(name.text.split("…")[0]))
        others = [site for site in here if math.dist((own.x, own.y), (site.x, site.y)) > own.radius + site.radius]
        assert not any(site.box.crossed(name.x, name.y, name.box) for site in others)


def test_no_place_is_no_name():
    """Where nothing is free there is no name, rather than one on top of another."""
    everything = Box(-1e3, -1e3, 1e3, 1e3)

    assert place("name", (0, 0), [Box(1, 1, 9, 9)], [everything], [], lambda box: box.left < 9) is None


def test_chosen_sites_are_drawn_apart_and_named(catalog):
    """The sites of a user have a colour of their own, a key with their words, lie on the others and are named first."""
    chosen = comparison_named("sites-map", catalog, {"by": "user", "name": "OpenAI"})
    names = {row.label for row in chosen.rows if row.chosen}
    spec = figures.figure(chosen, size_named("slide"), "light")
    circles = [trace for trace in spec["data"] if trace.get("name") == "site"]
    texts = " ".join(str(note["text"]) for note in spec["layout"]["annotations"])

    assert names == {site.name for site in catalog.sites.values() if site.user.startswith("OpenAI")} & {
        row.label for row in chosen.rows
    }
    assert "AI sites of OpenAI" in texts
    assert "Stargate Abilene" in texts
    for trace in circles:
        lines = trace["marker"]["line"]["color"]
        assert len(set(lines)) == 2
        assert lines == sorted(lines, key=lambda colour: colour != lines[0])
