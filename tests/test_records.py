"""Rows to records: the unit stands in the header, a blank stays None, and a bad cell is told with its column."""

import dataclasses

import pytest

from dashboard import records
from dashboard.catalog import SHIPPED, DataError, build
from dashboard.core.spread import Spread
from dashboard.records import CellError, Chip, ClaimType, header_field, reader
from dashboard.units import Quantity

ODDS = {
    "claim_type": "campus",
    "name": "Campus headline",
    "it_weight": "0.15",
    "facility_weight": "0.70",
    "grid_weight": "0.15",
    "why": "Abilene",
    "source_ids": "first; second ;third",
}
ODDS_CSV = (",".join(ODDS) + "\n").encode()


def chip_row(**cells):
    """A row of accelerators.csv with every cell blank but its names and these; `tdp=("kW", "0.7")` sets the unit."""
    units = {"tdp": "W", "tdp_low": "W", "tdp_high": "W", "system_power": "kW", "compute": "TFLOP/s", "memory": "GB"}
    row = {}
    for field in dataclasses.fields(Chip):
        unit, cell = cells.get(field.name, (units.get(field.name, ""), ""))
        row[f"{field.name} [{unit}]" if unit else field.name] = cell
    return row


def chip(**cells):
    """The record of `chip_row`."""
    row = chip_row(**cells)
    return reader(Chip, list(row))(row)


def bare_tables():
    """The headers of the shipped tables, without a row."""
    return {name: (SHIPPED / f"{name}.csv").read_bytes().split(b"\n", 1)[0] + b"\n" for name in records.TABLES}


@pytest.mark.parametrize(
    ("column", "field", "unit"),
    [
        ("tdp [W]", "tdp", "W"),
        ("amount [billion USD]", "amount", "billion USD"),
        ("name", "name", ""),
        ("from", "from_", ""),
        ("TDP (W)", "TDP (W)", ""),
    ],
)
def test_a_header_is_a_field_and_its_unit(column, field, unit):
    """What stands in square brackets is the unit; what cannot be split is left as it is, to be told as unknown."""
    assert header_field(column) == (field, unit)


def test_one_power_in_any_header_unit_is_one_power():
    """700 under `[W]`, 0.7 under `[kW]` and 0.0007 under `[MW]` are the same chip."""
    found = [chip(tdp=("W", "700")).tdp, chip(tdp=("kW", "0.7")).tdp, chip(tdp=("MW", "0.0007")).tdp]

    assert [value.m_as("W") for value in found] == pytest.approx([700, 700, 700])


def test_a_blank_is_none_and_no_zero():
    """An empty cell is None, or no name at all; a zero is a zero."""
    blank = chip()

    assert blank.tdp is None
    assert blank.chips_per_system is None
    assert blank.aliases == ()
    assert blank.note == ""
    assert chip(tdp=("W", "0")).tdp == Quantity(0, "W")


def test_a_blank_where_a_number_must_stand_is_refused():
    """What may not be empty says so with its column; nothing is filled in."""
    with pytest.raises(CellError, match="must be a plain number") as refused:
        reader(ClaimType, list(ODDS))(ODDS | {"grid_weight": ""})

    assert (refused.value.column, refused.value.value) == ("grid_weight", "")


def test_a_list_in_a_cell_is_parted_at_semicolons():
    """`a; b ;c` are three ids, without the spaces."""
    assert reader(ClaimType, list(ODDS))(ODDS).source_ids == ("first", "second", "third")


@pytest.mark.parametrize("text", ["True", "yes", "1", ""])
def test_a_yes_or_no_is_true_or_false(text, catalog):
    """Only `true` and `false` are read; other words are told, not guessed."""
    deal = next(iter(catalog.commitments.values()))
    row = {field.name: "" for field in dataclasses.fields(deal)}
    header = {name: f"{name} [MW]" if name in ("amount", "term", "power") else name for name in row}
    row = {header[name]: cell for name, cell in row.items()} | {"aggregate": text}

    with pytest.raises(CellError, match="must be true or false, got"):
        reader(type(deal), list(row))(row)


@pytest.mark.parametrize(
    "cell", ["1,000", "1e3", "5–6", "NA", "nan", "700 W", " 700", "=700", "\uff17\uff10\uff10", "9**9**9"]
)
def test_a_cell_that_is_no_plain_number_names_its_column(cell):
    """The column's header, the cell and the reason come back; no expression is worked out."""
    with pytest.raises(CellError, match=r"must be a plain number such as 1000 or 0\.5, got") as refused:
        chip(tdp=("W", cell))

    assert (refused.value.column, refused.value.value) == ("tdp [W]", cell)


@pytest.mark.parametrize(
    ("column", "told"),
    [("tdp [mW]", "milliwatt"), ("tdp [w]", r"did you mean W\?"), ("tdp [horsepower]", "must be one of")],
)
def test_a_unit_that_is_not_in_the_list_is_refused(column, told):
    """The header's unit is of the closed list, in its case."""
    header = [column if name == "tdp [W]" else name for name in chip_row()]

    with pytest.raises(ValueError, match=told):
        reader(Chip, header)


def test_a_header_names_what_is_missing_and_what_is_unknown():
    """Both are told in one line."""
    header = [name for name in ODDS if name != "why"] + ["whim"]

    with pytest.raises(ValueError, match="missing: why; unknown: whim"):
        reader(ClaimType, header)


def test_records_cannot_be_changed(catalog):
    """A record is what the table says, for as long as it lives."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        catalog.accelerators["h100-sxm"].name = "H200"


def test_a_parameter_is_a_spread_in_its_unit(catalog):
    """low, central and high of a row are quantities in the row's own unit."""
    spread = catalog.parameter("it_power", "h100-sxm").spread

    assert isinstance(spread, Spread)
    assert [end.m_as("W/chip") for end in (spread.low, spread.central, spread.high)] == pytest.approx(
        [1250, 1390, 1500]
    )


def test_odds_stand_in_the_order_it_facility_grid():
    """A claim's weights come in the order in which the chain picks among its readings."""
    assert reader(ClaimType, list(ODDS))(ODDS).weights == (0.15, 0.70, 0.15)


def test_tables_may_be_empty():
    """A folder of headers alone is a catalog without rows."""
    found = build(bare_tables())

    assert all(len(getattr(found, name)) == 0 for name in records.TABLES)


def test_every_problem_of_every_table_is_told_with_its_line():
    """Two bad cells, a doubled id and a row too short, in two tables; a cell of two lines counts as two."""
    tables = bare_tables()
    tables["claim_types"] = ODDS_CSV + b"".join(
        (
            b'a,"A name\nof two lines",0.5,0.5,0,why,s\n',
            b"b,B,half,0.5,0,why,s\n",
            b"a,A,0.5,0.5,0,why,s\n",
            b"c,C,0.5,0.5,0,why\n",
        )
    )
    tables["parameters"] += b"k,it_power,,IT power,k,1,2,3,kW/chip,split-lognormal,O.9,all,,,estimated,s,why\n"

    with pytest.raises(DataError) as refused:
        build(tables)

    assert {(p.table, p.row, p.column) for p in refused.value.problems} == {
        ("claim_types", 4, "it_weight"),
        ("claim_types", 5, "claim_type"),
        ("claim_types", 6, ""),
        ("parameters", 2, "correlation"),
    }
    assert len(str(refused.value).splitlines()) == 4
