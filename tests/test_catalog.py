"""Tables to records: units from headers, blanks kept, every problem at once, chips by the names people use."""

import pytest

from dashboard import catalog as catalogs
from dashboard import records
from dashboard.catalog import DataError, UnknownChipError, build, version
from dashboard.units import Quantity


def _shipped():
    return {name: (catalogs.SHIPPED / f"{name}.csv").read_bytes() for name in records.TABLES}


def test_units_come_from_the_header(catalog):
    """`tdp [W]` is a power, `amount [billion USD]` is money."""
    assert catalog.accelerators["h100-sxm"].tdp == Quantity(700, "W")
    assert catalog.commitments["openai-aws-2025"].amount.m_as("USD") == 38e9


def test_blank_stays_blank(catalog):
    """A deal without a stated power has none, not zero."""
    assert catalog.commitments["openai-aws-2025"].power is None


def test_every_problem_is_told_at_once_with_its_row():
    """Three bad cells in two tables are three problems, at the line an editor shows."""
    contents = _shipped()
    lines = contents["claim_types"].decode().splitlines()
    lines[1] = lines[1].replace("0.6", "six", 1)
    lines[3] = lines[3].replace("0.15", "1,5", 1)
    contents["claim_types"] = "\n".join(lines).encode()
    contents["pairs"] = contents["pairs"].replace(b"27648", b"NA", 1)

    with pytest.raises(DataError) as refused:
        build(contents)

    places = {(problem.table, problem.row) for problem in refused.value.problems}
    assert {("claim_types", 2), ("claim_types", 4), ("pairs", 2)} <= places


def test_a_wrong_unit_in_a_header_is_refused():
    """`tdp [mW]` is told as the unit it is."""
    contents = _shipped()
    contents["accelerators"] = contents["accelerators"].replace(b"tdp [W]", b"tdp [mW]", 1)

    with pytest.raises(DataError, match="milliwatt"):
        build(contents)


@pytest.mark.parametrize(("mark", "told"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_a_list_with_other_separators_is_told_so(mark, told):
    """A list as many a spreadsheet saves it was told to lack every column."""
    problems: list[catalogs.Problem] = []

    assert list(catalogs.rows("x.csv", f"id{mark}chip\na{mark}H100\n".encode(), problems)) == []
    assert [str(p) for p in problems] == [
        f"x.csv:1: must have commas between cells, got {told}; save it again with commas"
    ]


def test_a_column_named_twice_is_refused():
    """Of two columns of one name neither is taken for the other."""
    content = b"a,'=b,power,power\n1,2,3,4\n"
    problems: list[catalogs.Problem] = []

    assert list(catalogs.rows("x.csv", content, problems)) == []
    assert [str(p) for p in problems] == [
        'x.csv:1: header: must name each column once, got "power" 2 times; keep one of them'
    ]
    assert list(catalogs.rows("x.csv", content.replace(b"power,power", b"c,d"), [])) == [
        (2, {"a": "1", "=b": "2", "c": "3", "d": "4"})
    ]


@pytest.mark.parametrize(
    ("table", "told"),
    [("pairs", "pairs.csv:2"), ("datapackage", "datapackage.json:2"), ("list.txt", "list.txt:2"), ("./my", "./my:2")],
)
def test_a_problem_names_the_file_as_it_is(table, told):
    """A table of ours by its file, somebody's own file by its own name."""
    assert str(catalogs.Problem(table, 2, "unit", "", "must be W")) == f"{told}: unit: must be W"


def test_version_is_the_hash_of_the_bytes():
    """The same bytes have the same version, one byte more another."""
    contents = _shipped()

    assert version(contents) == version(dict(reversed(contents.items())))
    assert version(contents) != version({**contents, "pairs": contents["pairs"] + b"\n"})


@pytest.mark.parametrize(
    ("name", "chip_id"),
    [
        ("H100", "h100-sxm"),
        ("NVIDIA H100 SXM5 80GB", "h100-sxm"),
        ("NVIDIA H100 80GB HBM3", "h100-sxm"),
        ("NVIDIA H200 141GB HBM3e", "h200-sxm"),
        ("nvidia h100s", "h100-sxm"),
        ("GB200", "gb200-nvl72"),
        ("NVIDIA Tesla V100 SXM2", "v100-sxm2"),
        ("AMD Instinct MI300X", "mi300x"),
        ("Google TPU v7", "tpu-v7"),
        ("Trainium2 chips", "trainium2"),
        ("Amazon Trainium2", "trainium2"),
        ("Huawei Ascend 910C", "ascend-910c"),
        ("NVIDIA A100 SXM4 40GB", "a100-sxm-40"),
        ("A100 40 GB", "a100-sxm-40"),
        ("A100", "a100-sxm-80"),
        ("H100 NVL 94GB", "h100-nvl"),
    ],
)
def test_chips_go_by_the_names_that_people_use(catalog, name, chip_id):
    """Vendor, case, marks and a plural do not matter; of two that differ in memory the one named is taken."""
    assert catalog.chip(name).chip_id == chip_id


@pytest.mark.parametrize("name", ["H1000", "GB2000", "Titan X", "<b>", "", "racks", "H100 80GB HBM2e"])
def test_unknown_chips_are_never_guessed(catalog, name):
    """A name that no row goes by is refused, with the nearest where there are any."""
    with pytest.raises(UnknownChipError, match="must be one of"):
        catalog.chip(name)


@pytest.mark.parametrize(("name", "memory"), [("A100 PCIe 40GB", "80 GB"), ("H100 94GB", "80 GB")])
def test_a_card_of_another_memory_is_not_taken_for_ours(catalog, name, memory):
    """The 40 GB card draws less than the 80 GB card that we have: its name is refused, not cut short."""
    with pytest.raises(UnknownChipError, match=rf"has {memory} of memory, got"):
        catalog.chip(name)


def test_every_row_cites_a_source_that_exists(catalog):
    """No record without its publication."""
    for table in ("accelerators", "commitments", "claims", "milestones", "evidence", "equivalents", "pairs"):
        for row in getattr(catalog, table).values():
            assert row.source_id in catalog.sources, (table, row)
    for row in catalog.parameters.values():
        assert row.source_ids
        assert set(row.source_ids) <= set(catalog.sources), row.parameter_id


def test_the_tables_are_as_large_as_promised(catalog):
    """At least 70 chips, 100 deals, 140 milestones, 190 grids, 40 equivalents, 35 claims."""
    assert len(catalog.accelerators) >= 70
    assert len(catalog.commitments) >= 100
    assert len(catalog.milestones) >= 140
    assert sum(grid.demand is not None for grid in catalog.grids.values()) >= 190
    assert len(catalog.equivalents) >= 40
    assert len(catalog.claims) >= 35


def test_one_publisher_goes_by_one_name(catalog):
    """Pages at one address carry one name, and no name stands in two spellings; hosts of many publishers excepted."""
    many = {"github.com", "arxiv.org", "sec.gov", "globenewswire.com", "eia.gov", "urdupoint.com", "bloomberg.com"}
    names: dict[str, set[str]] = {}
    for source in catalog.sources.values():
        host = source.address.partition("//")[2].partition("/")[0].removeprefix("www.")
        if host and host not in many:
            names.setdefault(host, set()).add(source.publisher)
    spelt = {source.publisher for source in catalog.sources.values()}

    assert not {host: found for host, found in names.items() if len(found) > 1}
    assert len({name.casefold().replace("'", "’") for name in spelt}) == len(spelt)
    assert "US SEC filing" not in spelt  # a filing is published by its company


@pytest.mark.parametrize(
    "series",
    [
        "abilene-expansion",
        "abilene-followon",
        "colossus-1-chips",
        "fairwater",
        "kenilworth",
        "milam",
        "project-jupiter",
        "saline-money",
    ],
)
def test_where_figures_disagree_one_stands_first(catalog, series):
    """One claim of such a series is preferred, and the others say why they are not."""
    claims = [claim for claim in catalog.claims.values() if claim.series == series]

    assert [claim.preferred for claim in claims].count(True) == 1
    assert all(claim.preference for claim in claims if not claim.preferred)


def test_what_is_being_built_is_not_only_announced(catalog):
    """Campuses whose ground was broken are so in both tables; a goal cites a page that has its gigawatts."""
    for milestone in ("vizag-2030-12-31-full-build", "harwood-2027-03-31-planned"):
        assert catalog.milestones[milestone].status == "building"
    for deal in ("google-vizag-2026", "mistral-ecodc-2026", "microsoft-nscale-2025"):
        assert catalog.commitments[deal].status == "under construction"
    for goal in (catalog.claims["stargate-us-goal"], catalog.commitments["openai-stargate-2025"]):
        assert goal.source_id == "openai-2025-stargate-advances-with-4-5"
    assert not catalog.commitments["campus-ia-2025"].user  # Mistral has priority there, not all of it


def test_places_are_spelt_as_they_are(catalog):
    """Names keep their accents and dots, as Bruyères does; the ids stay plain."""
    names = " ".join(f"{site.name} {site.region} {site.grid_operator}" for site in catalog.sites.values())

    assert all(name in names for name in ("Mäntsälä", "Béthune", "Borlänge", "Jülich", "Pecém", "Ceará", "Setúbal"))


def test_sites_lie_in_the_grid_of_their_supplier(catalog):
    """Oregon and Idaho are of the Northwest's region, Minnkota's cooperatives of MISO, Hyperion of Entergy."""
    northwest = {site.site_id for site in catalog.sites.values() if site.region in ("Oregon", "Idaho", "Washington")}

    assert {catalog.sites[name].grid_id for name in northwest} == {"us-pacific-northwest"}
    assert northwest >= {"the-dalles", "hillsboro", "kuna"}
    assert catalog.sites["harwood"].grid_id == "miso"
    entergy = {site.site_id: site.grid_id for site in catalog.sites.values() if "Entergy" in site.grid_operator}
    assert set(entergy.values()) == {"entergy", "entergy-louisiana"}
    assert entergy["hyperion"] == entergy["river-bend"] == "entergy-louisiana"


def test_what_is_hosted_is_no_more_than_the_deal(catalog):
    """The shares of a deal at its sites add up to 1 at most; a building let to another is a site of its own."""
    shares: dict[str, float] = {}
    for link in catalog.links.values():
        if link.relation == "hosted at":
            shares[link.from_id] = shares.get(link.from_id, 0) + (link.share or 0)

    assert max(shares.values()) < 1 + 1e-9
    assert shares["coreweave-core-2025"] == pytest.approx(1) == shares["amd-core-2026"]
    assert {catalog.sites[name].user for name in ("muskogee", "dalton")} == {"CoreWeave"}
    assert [catalog.sites[name].user for name in ("muskogee-2", "dalton-phase-3")] == ["AMD", ""]
