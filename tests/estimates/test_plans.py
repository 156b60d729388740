import codecs
import csv
import json
import os
import random
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from dashboard import sheets
from dashboard.__main__ import main
from dashboard.catalog import DataError, rows
from dashboard.core.draws import Draws
from dashboard.core.spread import Spread
from dashboard.estimates import Ask, estimate, plans_report, read_ask
from dashboard.estimates.ask import basis_weights
from dashboard.estimates.places import OTHER_NAMES
from dashboard.estimates.plans import ALL, MAX_GROUPS, estimate_plans, month_rows
from dashboard.estimates.plans_notes import told
from dashboard.estimates.plans_read import read_plans
from dashboard.estimates.readings import month_names
from dashboard.units import Quantity, quantity

ROOT = Path(__file__).parents[2]
HEADER = "id,chip,chip_count,power,unit,power_basis,amount,currency,term_years,operator,country,grid,start,end,remark\n"
FIVE = HEADER + (
    "a,H100,100000,,,,,,,Acme,usa,,2027-01,2030,mine\n"
    "b,,,1.2,GW,facility,,,,Beta,fra,,2028-06,,\n"
    "c,,,,,,38,billion USD,7,Acme,,,,,\n"
    "d,,,,,,10000000000,USD,,Acme,deu,,2029,,\n"
    "e,NVIDIA GB200,8,,,,,,,Acme,usa,ercot,2029,,\n"
)
ENERGIES_A_YEAR = ("TWh/year", "kWh/year", "GWh/yr", "TWh per year")


def _read(text, catalog):
    return read_plans(text.encode(), catalog)


def _told(plans):
    return told(plan.notes for plan in plans.plans)


def _many(count, seed=1):
    """A list of plans of several kinds, operators and dates."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    rows = [HEADER]
    for i in range(count):
        operator, country = f"operator {chance.randint(1, 9)}", chance.choice(["usa", "usa", "fra", "ind"])
        start = f"{chance.randint(2024, 2031)}-{chance.randint(1, 12):02}"
        end = f"{chance.randint(2032, 2035)}" if chance.random() < 0.3 else ""
        if chance.random() < 0.6:
            basis = chance.choice(["it", "facility", "grid", "unknown"])
            size = f",,{chance.randint(5, 900)},MW,{basis},,,"
        else:
            size = f"{chance.choice(['H100', 'GB200', 'TPU v7'])},{chance.randint(100, 99_000)},,,,,,"
        rows.append(f"s{i},{size},{operator},{country},,{start},{end},\n")
    return "".join(rows)


# --- reading ----------------------------------------------------------------------------------------------------------


def test_every_problem_is_reported_by_line_and_column(catalog):
    """A list is refused whole, with each bad cell and its line."""
    text = HEADER + (
        "a,H1000,100,,,,,,,Acme,usa,,2027-13,2030,\n"
        "b,,,1e3,GW,peak,,,,Beta,,,2028-06,2027,\n"
        "c,,,,,,38,EUR,7,Acme,,,,,\n"
        "d,,,5,mW,,,,,Acme,,,,,\n"
        "e,,,,,,,,,Acme,,,,,\n"
        "f,,100,,,,,,,Acme,,,,,\n"
        "g,,,-5,MW,,,,,Acme,,,,,\n"
    )
    with pytest.raises(DataError) as refused:
        _read(text, catalog)
    places = {(problem.row, problem.column) for problem in refused.value.problems}

    assert places == {
        *((2, "chip"), (2, "start"), (3, "power"), (3, "power_basis"), (3, "end")),
        *((4, "currency"), (5, "unit"), (6, "power"), (7, "chip"), (8, "power")),
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "got an empty file"),
        ("id,power,unit\n", "must hold at least one row"),
        ("id,remark\na,b\n", "must have at least one of chip_count, power, amount"),
        ("id,power,unit\na,5\n", "must have 3 cells"),
        ("id,power,unit\na,5,MW\na,6,MW\n", 'must be unique, got "a" of line 2 again'),
        ("power,unit\n5,TWh\n", "must be a unit of power"),
        ("power,unit\n5–6,MW\n", "must be a plain number"),
    ],
)
def test_a_file_that_is_no_list_is_refused(catalog, text, reason):
    """What is wrong with a file is said in one line."""
    with pytest.raises(DataError, match=reason.replace("(", r"\(")):
        _read(text, catalog)


def test_what_plays_no_part_in_a_row_is_told(catalog):
    """A second amount, a basis or unit of chips, a term or currency of power, a place unknown: each is counted."""
    text = HEADER + (
        "a,H100,100000,1,GW,it,38,billion USD,7,,,,,,\n"
        "b,H100,10,,MW,it,,,,,Atlantis,,,,\n"
        "c,H100,10,,,it,,,,,Italy,ita,,,\n"
        "d,H100,10,,,,,,,,,ERCOT (Texas),,,\n"
        "e,H100,10,,,,,,,,Italy,Padania,,,\n"
    )
    plans = _read(text, catalog)

    assert _told(plans) == [
        "power_basis is not used beside chip_count: 2 rows",
        "chip_count is not used beside power: 1 row",
        "amount is not used beside power: 1 row",
        "currency is not used beside power: 1 row",
        "term_years is not used beside power: 1 row",
        'no country of grids.csv is called "Atlantis": the world\'s carbon mix is taken: 1 row',
        "unit is not used beside chip_count: 1 row",
        'no grid of grids.csv is called "Padania": the other place\'s mix is taken: 1 row',
    ]
    assert [(plan.country, plan.grid) for plan in plans.plans[2:4]] == [("ita", "ita"), ("", "ercot")]


def test_a_point_that_may_be_meant_for_thousands_is_told(catalog):
    """The amounts of a row with three decimals are counted in one line, as their columns are."""
    text = (
        HEADER
        + "a,,,1.200,MW,it,,,,,,,,,\nb,,,12.345,MW,it,,,,,,,,,\nc,,,0.345,MW,it,,,,,,,,,\n"
        + "d,,,,,,1.500,billion USD,7.250,,,,,,\n"
    )
    told = "{}: a point sets decimals apart, 1.200 is read as 1.2; for thousands write 1200"

    assert _told(_read(text, catalog)) == [f"{told.format('power')}: 2 rows", f"{told.format('amount')}: 1 row"]


def test_a_contract_stands_until_its_term_is_over(catalog):
    """Sixty months from its start, unless its end is told; power without an end stays."""
    text = HEADER + (
        "a,,,,,,5,billion USD,5,,,,2026-06,,\nb,,,,,,5,billion USD,5,,,,2026-06,2029-12,\nc,,,1,GW,it,,,,,,,2026-06,,\n"
    )
    plans = _read(text, catalog)
    first, second, third = plans.plans

    assert (first.start, first.end - first.start + 1) == (77, 60)
    assert second.end == 119
    assert third.end >= 192
    assert _told(plans) == ["a contract without an end stands until its term is over: 1 row"]


def test_a_list_saved_by_a_spreadsheet_is_read_whole(catalog):
    """A mark at the front of the file is no part of the first column's name, nor CRLF of the last cell."""
    text = "power_basis,power,unit\ngrid,1000,MW\n"
    saved = codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode()

    assert read_plans(saved, catalog) == _read(text, catalog)


def test_the_estimates_of_a_list_open_in_the_spreadsheet_that_saved_it(catalog):
    """With the mark of UTF-8 where the list has one, and none where not: what was written is a list again."""
    text = "name,power,unit\nRéseau Zürich,5,MW\n"
    written = [
        plans_report.csv_text(estimate_plans(read_plans(mark + text.encode(), catalog), catalog, Draws(count=64)))
        for mark in (codecs.BOM_UTF8, b"")
    ]
    again = plans_report.csv_text(estimate_plans(_read(written[0], catalog), catalog, Draws(count=64)))

    assert written[0].encode().startswith(codecs.BOM_UTF8 + b"name,")
    assert written[1] == written[0].removeprefix("\ufeff")
    assert again == written[0]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        *(("Total,,300,MW,", "id"), (",Grand total:,300,MW,", "name"), ("c,Alpha Total,300,MW,Alpha", "name")),
        *(("Totals (2 sites),,,,", "id"), (",Summe,300,MW,", "name"), ("subtotal,,300,MW,", "id")),
    ],
)
def test_a_row_of_totals_is_no_plan(catalog, row, column):
    """A sum at the end of a list is not added to its own parts: it is refused in one line, whatever else it lacks."""
    with pytest.raises(DataError) as refused:
        _read(f"id,name,power,unit,operator\na,A,100,MW,Alpha\nb,Total Eren,200,MW,Total\n{row}\n", catalog)
    (problem,) = refused.value.problems

    assert (problem.row, problem.column) == (4, column)
    assert "a sum of others; take the row out or name it otherwise" in problem.reason


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("100,MW,,\n0.2,GW,,\n300,MW,,\n", True),
        (",,H100,100\n,,GB200,200\n,,H100,300\n", True),
        ("100,MW,,\n200,MW,,\n301,MW,,\n", False),
        ("100,MW,,\n100,MW,,\n", False),
        ("100,MW,,\n,,H100,200\n300,MW,,\n", False),
    ],
)
def test_a_last_row_that_is_the_sum_of_all_others_is_told(catalog, rows, told):
    """A total without a name cannot be told from a plan, so it is read, and said to be as much as all above it."""
    *_, last = _read(f"power,unit,chip,chip_count\n{rows}", catalog).plans
    notes = [note for note in last.notes if "as much as all rows above it" in note]

    sentence = f"line {last.line} is as much as all rows above it: if it is their total, take it out, or all is"

    assert notes == ([f"{sentence} counted twice"] if told else [])


@pytest.mark.parametrize(
    ("cells", "mend"),
    [
        *(
            (f'"{cell}",MW,,,', "thousands have no mark, decimals a point: 1234.5")
            for cell in ("1,5", "1,200", "1 200")
        ),
        *((f"{cell},MW,,,", "it must be one number, not a range") for cell in ("500-700", "500–700", "500 to 700 MW")),
        *((f"{cell},MW,,,", "leave it empty where nothing is known") for cell in ("n/a", "TBD", "-", "#N/A", "#REF!")),
        *(
            (f"{cell},MW,,,", "unit and currency have columns of their own")
            for cell in ("9 MW", "1.2GW", "50%", "~50", ">5")
        ),
        ("1E+05,MW,,,", "write it in full, without an exponent"),
        (",,€10bn,USD,", "unit and currency have columns of their own"),
        ("5,MW,,,IT", "did you mean it?"),
        (",,10,billion EUR,", "convert first"),
        *((f",,10,{currency},", "") for currency in ("usd", "bn USD", "$bn", "billion", "")),
        *((f"{cell},MW,,,", "") for cell in ("five", "9**9", "=A1*2")),
    ],
)
def test_how_a_cell_is_mended_is_told(catalog, cells, mend):
    """What people write in place of a number, a basis or a currency is refused with the way to write it."""
    with pytest.raises(DataError) as refused:
        _read(f"power,unit,amount,currency,power_basis\n{cells}\n", catalog)
    (problem,) = refused.value.problems

    assert problem.reason.endswith(f"; {mend}" if mend and not mend.startswith("unit and") else mend or '"')


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Plans of 2026,,\nid,power,unit\na,5,MW\n", "1: header: must name every column, got no name for columns 2, 3"),
        ("Plans of 2026\n\nid,power,unit\na,5,MW\n", "1: header: must have at least one of chip_count, power, amount"),
        ("sep=,\nid,power,unit\na,5,MW\n", '1: must begin with the header, got "sep="'),
        ("id,power,unit\na,5,MW\n\nb,5,MW\n", "3: must hold a row, got a blank line; remove the line"),
        ("id,power,unit\na,5,MW\n,,\n", "3: must hold a row, got only commas; remove the line"),
        ("id,power,unit\na,1,000,MW\n", "2: must have 3 cells as the header has, got 4; put a cell that holds a comma"),
    ],
    ids=["title with commas", "title", "sep", "blank line", "only commas", "comma in a cell"],
)
def test_what_a_spreadsheet_leaves_around_a_list_is_told(catalog, text, told):
    """A title above the header, empty columns and rows: one line, with its place and how to mend it."""
    with pytest.raises(DataError) as refused:
        _read(text, catalog)

    assert str(refused.value).startswith(f"plans.csv:{told}")
    assert len(refused.value.problems) == 1


def test_a_workbook_is_told_as_one(catalog):
    """An .xlsx is a zip archive, which a planner is told and not a byte of it."""
    with pytest.raises(
        DataError, match="must be CSV text, got a workbook or a zip archive; save the sheet as CSV UTF-8"
    ):
        read_plans(b"PK\x03\x04\x14\x00\x06\xff", catalog, "plans.xlsx")


@pytest.mark.parametrize("column", ["Power_Basis", "power basis", " power_basis"])
def test_a_column_written_otherwise_is_refused(catalog, column):
    """A column that is all but one of ours would be passed over; it is named with how it is written."""
    with pytest.raises(DataError, match="header: power_basis must be written so, got"):
        _read(f"{column},power,unit\ngrid,1000,MW\n", catalog)


def test_the_notes_of_many_unknown_places_are_counted(catalog):
    """A list of places that no table has is told in some lines and a count, not in a line for each."""
    places = "".join(f"{number},H100,10,,,,,,,,Nowhere {number},,,,\n" for number in range(100))
    plans = _read(HEADER + places + "x,H100,10,,,,,,,,Nowhere 7,,,,\n", catalog)

    assert len(_told(plans)) == 21
    assert "Nowhere 7" in _told(plans)[0]
    assert _told(plans)[-1] == "80 more such notes, each of at most 1 row"


def test_notes_that_differ_in_numbers_alone_are_one(catalog):
    """A list of GB200 in many counts tells once how such a row is read, and still what is rare."""
    counts = "".join(f"{number},GB200,{number}0,,,,,,,,,,,,\n" for number in range(1, 30))
    plans = _read(HEADER + counts + "x,H100,10,,,,,,,,Nowhere 7,,,,\n", catalog)

    superchips, place = _told(plans)
    assert superchips.startswith("read as 10 chips, not superchips")
    assert superchips.endswith(": 1 row, and so with other numbers: 28 rows")
    assert '"Nowhere 7"' in place


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,,,1,GW,,,,,,USA,ita,,,", 'must lie in United States, the country beside it, got "ita"'),
        ("a,H100,1.5,,,,,,,,,,,,", "must be a whole number"),
        ("a,H100,100.000,,,,,,,,,,,,", "thousands are written 100000, got 100.000"),
        ("a,,,1,mW,,,,,,,,,,", "mW is a milliwatt"),
        ("a,,,,,,10,,,,,,,,", "currency: must be one of USD, million USD, billion USD, got"),
        ("a,TPU 8t,,,,,10,USD,,,,,,,", "chip: must have a published power, got TPU 8t"),
        ("a,,,1,GW,,,,,,,,2040,2030,", "end: must not lie before start (2040), got 2030"),
        ("a,,,1,GW,,,,,,,,2027-02,2027-01-31,", "end: must not lie before start (2027-02), got 2027-01-31"),
        ("a,,,1,GW,,,,,,,,2027-01-31,2027-01-01,", "end: must not lie before start (2027-01-31), got 2027-01-01"),
    ],
)
def test_rows_that_contradict_themselves_are_refused(catalog, row, reason):
    """A grid outside the country beside it, half a chip, a milliwatt, no currency, an end before the start."""
    with pytest.raises(DataError, match=re.escape(reason)):
        _read(HEADER + row + "\n", catalog)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        *(("2027-01-31", "2027-01-31"), ("2027-01-31", "2027-02-01"), ("2027-01-31", "2027-01")),
        *(("2027-06-15", "2027"), ("2027", "2027-01-01")),
    ],
)
def test_an_end_in_the_time_of_its_start_is_read(catalog, start, end):
    """The last day may be the first; where one of the two tells no day, or no month, none is made up to refuse it."""
    plan = _read(f"power,unit,start,end\n5,MW,{start},{end}\n", catalog).plans[0]

    assert plan.start <= plan.end


@pytest.mark.parametrize("unit", ["W", "kW", "MW", "GW", "TW"])
def test_a_power_is_read_in_its_unit(catalog, unit):
    """5 GW is 5,000 MW, and so for each of the five; spaces around a unit do not matter."""
    (plan,) = _read(f"power,unit\n5, {unit} \n", catalog).plans

    assert plan.amount == pytest.approx(quantity(5.0, unit).m_as("MW"))


@pytest.mark.parametrize(
    ("unit", "told"),
    [
        *((unit, "; this is an energy a year, an average, not a capacity") for unit in ENERGIES_A_YEAR),
        ("MWh", "; this is an energy, not a capacity"),
        ("mW", "; mW is a milliwatt, a thousand-millionth of MW"),
        ("gw", "; did you mean GW?"),
        *(
            (f"{unit} IT", f"; the unit is {unit}, and whether it is IT, facility or grid goes into power_basis")
            for unit in ("MW", "GW")
        ),
        *((unit, "") for unit in ("kW/rack", "kW/chip", "megawatts", "MW peak", "USD", "1", "")),
    ],
)
def test_what_is_no_capacity_is_refused(catalog, unit, told):
    """TWh/year and kW/rack have the dimension of power, and are refused as an energy is."""
    with pytest.raises(DataError) as refused:
        _read(f"id,power,unit,power_basis\na,10,{unit},facility\n", catalog)

    assert str(refused.value) == f'plans.csv:2: unit: must be a unit of power (W, kW, MW, GW, TW), got "{unit}"{told}'


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,,,999999999999999,TW,,,,,,,,,,", "power: must be at most 100 TW, beyond anything on Earth; got 9999"),
        ("a,H100,100000000001,,,,,,,,,,,,", "chip_count: must be at most 100,000,000,000 chip"),
        ("a,,,,,,1000001,billion USD,,,,,,,", "amount: must be at most 1,000,000,000,000,000 USD"),
        ("a,,,0.5,W,,,,,,,,,,", "power: must be at least 1 W; got 0.5"),
        ("a,,,,,,1,USD,0.01,,,,,,", "term_years: must be at least 0.08, a month, got 0.01"),
        ("a,,,,,,1,USD,100000,,,,,,", "term_years: must be at most 99.99, got 100000"),
    ],
)
def test_a_list_has_the_bounds_of_a_single_amount(catalog, row, reason):
    """What TEXT refuses as beyond anything on Earth, a row does not bring in."""
    with pytest.raises(DataError, match=re.escape(reason)):
        _read(HEADER + row + "\n", catalog)


@pytest.mark.parametrize("day", ["2027-02-31", "2027-06-99", "2027-06-00", "0000", "2027-13", "1899", "2101", "2027-6"])
@pytest.mark.parametrize("column", ["start", "end"])
def test_a_day_that_never_comes_is_refused(catalog, day, column):
    """A date is one of the calendar, from 1900 to 2100."""
    with pytest.raises(DataError, match=rf"^plans\.csv:2: {column}: must be a date .* got \"{day}\"$"):
        _read(f"power,unit,{column}\n5,MW,{day}\n", catalog)


@pytest.mark.parametrize(
    ("column", "text", "mend"),
    [
        ("start", "Q3 2027", "for Q3 2027 write 2027-07"),
        ("end", "2027Q3", "for Q3 2027 write 2027-09"),
        ("end", "h1/2028", "for H1 2028 write 2028-06"),
        ("start", "06/2027", "the year comes first: 2027-06"),
        ("start", "30.06.2027", "the year comes first: 2027-06"),
        ("end", "1 June 2027", "the month is a number, the year first: 2027-06"),
    ],
)
def test_a_date_as_people_write_it_is_told_how_to_write(catalog, column, text, mend):
    """A quarter begins or ends with a month; another order of day, month and year is not guessed."""
    with pytest.raises(DataError, match=rf'{column}: must be a date .* got "{text}"; {mend}$'):
        _read(f"power,unit,{column}\n5,MW,{text}\n", catalog)


@pytest.mark.parametrize(
    ("start", "end", "term", "months"),
    [
        ("1999", "2005", "", (192, 192, "is over before 2020: it stands in no month")),
        ("1999", "2020-02-29", "", (0, 1, "")),
        ("2015-01", "", "2", (192, 192, "is over before 2020: it stands in no month")),
        ("2019-07", "", "1", (0, 5, "")),
        ("2027-03-31", "", "0.08", (86, 86, "")),
        ("2035-12-31", "2100", "", (191, 192, "")),
        ("2036", "", "", (192, 192, "starts after 2035: it stands in no month")),
        ("", "2030", "", (192, 192, "end is not used without start")),
    ],
)
def test_a_plan_stands_in_the_months_in_which_it_runs(catalog, start, end, term, months):
    """Months before 2020 and after 2035 are not moved into the series; a contract ends when its term does."""
    plan = _read(f"amount,currency,start,end,term_years\n5,billion USD,{start},{end},{term}\n", catalog).plans[0]
    notes = [note for note in plan.notes if not note.startswith("a contract without an end")]

    assert (plan.start, plan.end, *(notes or [""])) == months


def test_a_grid_without_a_carbon_mix_has_that_of_the_country_around_it(catalog):
    """ERCOT has none of its own: its plan emits what one in the United States does, and not what the world's would."""
    text = HEADER + "a,,,1,GW,it,,,,,,ercot,,,\n" + "b,,,1,GW,it,,,,,usa,,,,\n" + "c,,,1,GW,it,,,,,world,,,,\n"
    totals = estimate_plans(_read(text, catalog), catalog, by=("id",), keep_rows=True)
    ercot, usa, world = (levels["emissions"][2] for levels in totals.rows)

    assert catalog.grids["ercot"].carbon_intensity is None
    assert ercot == pytest.approx(usa, rel=0.02)
    assert world > 1.1 * usa


def test_the_carbon_mix_of_the_world_is_told_where_it_is_taken(catalog):
    """A place without a mix, or with a doubtful 0, has the world's and says so; a caution of a mix is told too."""
    text = "power,unit,power_basis,country,grid\n" + "".join(
        f"1,GW,it,{place}\n"
        for place in (
            "Central African Republic,",
            "Lesotho,",
            ",entsoe",
            "world,",
            "fra,",
            "Lesotho,Utopia",
            "uzb,",
            "Togo,",
        )
    )
    totals = estimate_plans(_read(text, catalog), catalog)
    central_africa, lesotho, entsoe, world, france, both, *_ = (levels["emissions"][2] for levels in totals.rows)
    told, kept = "no carbon mix of {} is known: the world's is taken", "the carbon mix of {} is taken as it stands: "
    of_generation = "the carbon intensity is of generation, not of supply"

    assert catalog.grids["caf"].carbon_intensity.m == 0
    assert [central_africa, lesotho, entsoe, both] == pytest.approx([world] * 4, rel=0.02)
    assert 0 < france < world / 4
    assert totals.notes == (
        (told.format("Central African Republic"),),
        (told.format("Lesotho"),),
        (told.format(catalog.grids["entsoe"].name),),
        (),
        (),
        ('no grid of grids.csv is called "Utopia": the world\'s carbon mix is taken', told.format("Lesotho")),
        (f"{kept.format('Uzbekistan')}the carbon intensity, printed as 1000.000, is doubtful",),
        (f"{kept.format('Togo')}large net trade (0.71 TWh generated): {of_generation}",),
    )


@pytest.mark.parametrize(
    ("word", "place"),
    [
        ("US", "usa"),
        ("u.s.", "usa"),
        ("UK", "gbr"),
        ("UAE", "are"),
        ("EU", "eu27"),
        ("Türkiye", "tur"),
        ("Korea", "korea"),
    ],
)
def test_a_country_goes_by_the_name_that_lists_have(catalog, word, place):
    """Common short names lead to their country, no other row goes by them, and Korea (one of two) to none."""
    (plan,) = _read(f"power,unit,country\n5,MW,{word}\n", catalog).plans
    known = {word.casefold() for grid in catalog.grids.values() for word in (grid.name, grid.grid_id)}

    assert plan.country == place
    assert bool(plan.notes) == (place not in catalog.grids)
    assert set(OTHER_NAMES) <= set(catalog.grids)
    assert known.isdisjoint(name.casefold() for names in OTHER_NAMES.values() for name in names)


def test_other_columns_are_kept(catalog):
    """A column that we do not read stands in the output as it was."""
    plans = _read(FIVE, catalog)
    written = list(csv.DictReader(plans_report.csv_text(estimate_plans(plans, catalog)).splitlines()))

    assert [row["remark"] for row in written] == ["mine", "", "", "", ""]
    assert 170 < float(written[0]["facility_peak_q50 [MW]"]) < 190


def test_the_results_of_an_earlier_run_are_replaced(catalog):
    """What was written is a list again: worked anew, changed or not, it has each column once and loses none of its own.

    Results that the changed list has no more, and notes that no longer hold, are gone.
    """
    first = plans_report.csv_text(estimate_plans(_read(FIVE, catalog), catalog, Draws(count=64)))
    again = plans_report.csv_text(estimate_plans(_read(first, catalog), catalog, Draws(count=64)))
    header, _, row_b = first.splitlines()[:3]
    changed = _read(f"{header},after\n{row_b.replace(',1.2,GW,', ',2.4,GW,')},kept\n", catalog)
    ((_, twice),) = rows("out.csv", plans_report.csv_text(estimate_plans(changed, catalog)).encode(), [])
    before = dict(zip(header.split(","), row_b.split(","), strict=True))

    assert again == first
    assert "chips_q50 [chips]" in header
    assert "chips_q50 [chips]" not in twice
    assert [twice[column] for column in (*HEADER.split(",")[:3], "after")] == ["b", "", "", "kept"]
    assert float(twice["facility_peak_q50 [MW]"]) == pytest.approx(
        2 * float(before["facility_peak_q50 [MW]"]), rel=0.01
    )


def test_no_cell_or_column_of_a_list_is_run_by_a_spreadsheet(catalog):
    """A formula in a cell or a header is written as text, and reads back as the list had it."""
    plans = _read('name,power,unit,\'=cmd,+x\n\'=1+1,5,MW,"=HYPERLINK(""http://x"")",-2\n', catalog)
    text = plans_report.csv_text(estimate_plans(plans, catalog, Draws(count=64)))
    (_, again), *_ = rows("out.csv", text.encode(), [])

    assert [sheets.safe(cell) for line in csv.reader(text.splitlines()) for cell in line if cell[:1] in "=+@"] == []
    assert list(again.items())[:5] == list(zip(plans.header, plans.plans[0].cells, strict=True))
    assert (plans.header[3], plans.plans[0].cells[0], again["+x"]) == ("=cmd", "=1+1", "-2")


def test_what_was_given_stands_in_the_results_as_it_was(catalog):
    """An amount has all its digits in a CSV, in JSON and in the totals, and no number of a CSV has an exponent."""
    text = HEADER + (
        "a,H100,12345678,,,,,,,Acme,,,,,\n"
        "b,,,1234.56789,MW,it,,,,Acme,,,,,\n"
        "c,,,0.57,GW,facility,,,,Acme,,,,,\n"
        "d,,,1,W,grid,,,,Acme,,,,,\n"
        "e,,,,,,1234567890.12,USD,,Acme,,,,,\n"
        "f,,,,,,98.7654321,billion USD,5,Acme,,,,,\n"
        "g,H100,33333333333,,,,,,,Acme,,,,,\n"
    )
    totals = estimate_plans(_read(text, catalog), catalog, Draws(count=64))
    written = list(csv.DictReader(plans_report.csv_text(totals).splitlines()))
    worked = [{name: row[name] for name in row if name.endswith("]") and row[name]} for row in written]
    given = {
        "chips": ("12345678", "", "", "", "", None, "33333333333"),
        "it_rated": (None, "1234.56789"),
        "facility_peak": (None, None, "570"),
        "grid_connection": (None, None, None, "0.000001"),
        "capex": (None, None, None, None, "1234567890.12"),
        "contract_value": ("", "", "", "", "", "98765432100", ""),
    }
    rows_told = plans_report.as_json("plans.csv", totals)["rows"]

    assert all(re.fullmatch(r"\d+(\.\d+)?", cell) for row in worked for cell in row.values())
    for name, cells in given.items():
        for place, cell in enumerate(cells):
            if cell is not None:
                (unit,) = {column.split(" ")[1] for column in written[0] if column.startswith(f"{name}_q")}
                assert {written[place][f"{name}_{level} {unit}"] for level in ("q05", "q50", "q95")} == {cell}
            if cell:
                assert rows_told[place]["results"][name]["q50"] == float(cell)
    alone = estimate_plans(_read("chip,chip_count\n" + 3 * "H100,12345679\n", catalog), catalog, Draws(count=64))
    assert alone.levels[ALL, ALL]["chips"] == (37037037,) * 5


# --- estimates --------------------------------------------------------------------------------------------------------


def test_a_row_is_what_a_single_estimate_gives(catalog):
    """Each row has the levels of the single estimate of the same item, to 0.1 %, and is told what that is told."""
    dollars = "f,H100,,,,,38,billion USD,7,Acme,,,,,\n" + "g,MI250X,,,,,1,billion USD,,Acme,,,,,\n"
    totals = estimate_plans(_read(FIVE + dollars, catalog), catalog)
    france = {"grid_intensity": Spread.fixed(catalog.grids["fra"].carbon_intensity)}
    chip = catalog.chip("H100")
    asks = {
        0: Ask(
            "chips", Quantity(100_000.0, "chip"), chip, "it", basis_weights("it", catalog), item="a", operator="Acme"
        ),
        1: Ask(
            "power",
            quantity(1200.0, "MW"),
            None,
            "facility",
            (0.0, 1.0, 0.0),
            item="b",
            operator="Beta",
            region="fra",
            overrides=france,
        ),
        2: Ask("contract", Quantity(38e9, "USD"), basis="it", term=quantity(7, "year"), item="c", operator="Acme"),
        5: Ask("contract", Quantity(38e9, "USD"), chip, "it", term=quantity(7, "year"), item="f", operator="Acme"),
        6: Ask("capex", Quantity(1e9, "USD"), catalog.chip("MI250X"), "it", item="g", operator="Acme"),
    }
    for place, ask in asks.items():
        answer = estimate(ask, catalog)
        for name, levels in totals.rows[place].items():
            assert levels == pytest.approx(answer.quantiles(name), rel=1e-3), name
        assert totals.notes[place] == answer.warnings
    assert [len(totals.notes[place]) for place in asks] == [0, 0, 1, 1, 2]


def test_more_than_all_data_centers_use_is_told(catalog):
    """The bound is on what comes out, of a text and of each row by itself, whatever the amount was given in."""
    asked = estimate(read_ask("$1.4tn over 0.5 years", catalog), catalog)
    text = "id,power,unit,power_basis\na,30,GW,it\nb,300,GW,it\n"
    usual, beyond = estimate_plans(_read(text, catalog), catalog, Draws(count=64)).notes
    told = (
        "a year’s energy is more than the 485 TWh of all data centers of the world in 2025: "
        "check the amount, its unit and its term"
    )

    assert catalog.equivalents["sector-datacentres-world"].value == 485
    assert told in asked.warnings
    assert (usual, beyond) == ((), (told,))
    assert told not in estimate(read_ask("1.4 trillion USD", catalog), catalog).warnings


def test_more_than_all_data_centers_use_is_told_of_a_sum(catalog):
    """A list in kW that is read as MW: no row is beyond belief, all together are; a row that is, is told alone."""
    text = "id,power,unit,power_basis\na,30000,MW,it\nb,30000,MW,it\nc,30000,MW,it\n"
    totals = estimate_plans(_read(text, catalog), catalog, Draws(count=64))
    told = "Note: all plans together: a year’s energy is more than the 485 TWh of all data centers of the world in 2025"
    usual, row = (
        plans_report.as_text(estimate_plans(_read(text.replace("30000", power), catalog), catalog, Draws(count=64)))
        for power in ("30", "300000")
    )

    assert totals.notes == ((), (), ())
    assert told in plans_report.as_text(totals)
    assert plans_report.as_json("plans.csv", totals)["warnings"] == list(totals.warnings)
    assert "all plans together" not in usual + row
    assert "more than the 485 TWh" in row


def test_doubts_are_shared_by_name(catalog):
    """Two rows of the same chips move together: their sum is wider than if they were independent."""
    same = HEADER + "a,H100,100000,,,,,,,Acme,,,,,\n" + "b,H100,100000,,,,,,,Acme,,,,,\n"
    totals = estimate_plans(_read(same, catalog), catalog)
    low, high = totals.rows[0]["annual_energy"][0], totals.rows[0]["annual_energy"][4]
    both = totals.levels[ALL, ALL]["annual_energy"]

    assert both[4] - both[0] < 2 * (high - low)
    assert both[4] - both[0] > 2**0.5 * (high - low)


def test_groups_make_the_total(catalog):
    """The median of all lies near the sum of the groups' medians, and counts add up."""
    totals = estimate_plans(_read(_many(60), catalog), catalog, by=("operator", "country"))
    for column in ("operator", "country"):
        groups = [cell for cell in totals.levels if cell[0] == column]
        middle = sum(totals.levels[cell]["facility_peak"][2] for cell in groups)

        assert sum(totals.counts[cell] for cell in groups) == 60
        assert middle == pytest.approx(totals.levels[ALL, ALL]["facility_peak"][2], rel=0.03)


def test_spaces_around_a_name_make_no_group(catalog):
    """`Alpha` and `Alpha ` share their doubts and are one group of totals, months and counts; cells stay as given."""
    alpha, spaced, blank, other = "Alpha", " Alpha ", "  ", "alpha"
    text = "power,unit,operator,start\n" + "".join(f"5,MW,{name},2027\n" for name in (alpha, spaced, "", blank, other))
    totals = estimate_plans(_read(text, catalog), catalog, Draws(count=64), by=("operator",), block=1)
    groups = [("operator", name) for name in ("Alpha", "", "alpha")]

    assert list(totals.levels) == list(totals.monthly) == [(ALL, ALL), *groups]
    assert [totals.counts[cell] for cell in groups] == [2, 2, 1]
    assert [plan.cells[2] for plan in totals.plan_list.plans] == [alpha, spaced, "", blank, other]


def test_groups_that_differ_in_capitals_alone_are_told(catalog):
    """`Meta` and `META` are two names, each with its own sum and doubts; a column may have no name."""
    text = ",power,unit,operator\n0,5,MW,Meta\n1,5,MW,META\n2,5,MW,Beta\n"
    told = plans_report.as_text(estimate_plans(_read(text, catalog), catalog, Draws(count=64), by=("operator",)))

    assert (
        "Note: columns that are kept and play no part: (no name).\nNote: operator: Meta, META are groups of their"
        in told
    )


def test_the_name_of_a_group_stands_in_full(catalog):
    """Two names alike in their first thirty letters are told apart, and one of two lines breaks none."""
    names = [f"Consolidated Transmission Holding {end}" for end in ("North", "South\nWest")]
    text = "power,unit,operator\n" + "".join(f'5,MW,"{name}"\n' for name in names)
    told = plans_report.as_text(estimate_plans(_read(text, catalog), catalog, Draws(count=64), by=("operator",)))

    assert [line.split("  ")[1] for line in told.splitlines() if "Consolidated" in line] == [
        f"{name.replace(chr(10), chr(92) + 'n')}" for name in names
    ]


def test_spaces_do_not_count_towards_too_many_groups(catalog):
    """As many names as can be summed, each also with a space behind it, are no more."""
    names = [f"n{i}" for i in range(MAX_GROUPS)]
    text = "power,unit,operator\n" + "".join(f"5,MW,{name}{end}\n" for name in names for end in ("", " "))
    totals = estimate_plans(_read(text, catalog), catalog, Draws(count=16), by=("operator",), keep_rows=False)

    assert len(totals.levels) == MAX_GROUPS + 1


def test_a_result_that_only_some_rows_have_is_no_total(catalog):
    """Chips of some rows are not shown as the chips of all."""
    totals = estimate_plans(_read(FIVE, catalog), catalog)

    assert "chips" in totals.rows[0]
    assert "chips" not in totals.levels[ALL, ALL]
    assert "facility_peak" in totals.levels[ALL, ALL]


def test_months_hold_what_runs(catalog):
    """A plan counts from the month of its start to that of its end; without a start it stands in no month."""
    text = HEADER + "a,,,100,MW,facility,,,,A,,,2027-03,2028-02,\n" + "b,,,50,MW,facility,,,,A,,,,,\n"
    totals = estimate_plans(_read(text, catalog), catalog)
    band = totals.monthly[ALL, ALL]["facility_peak"][:, 2]
    running = [month for month, value in zip(month_names(), band, strict=True) if value > 0]

    assert (running[0], running[-1], len(running)) == ("2027-03", "2028-02", 12)
    assert set(band.round(6)) == {0.0, 100.0}
    assert totals.undated == 1
    assert len(month_rows(totals, (ALL, ALL))) == 12


def test_what_the_totals_hold_is_told(catalog):
    """Columns that play no part, plans without a place, and sums of plans that never run together, in text and JSON."""
    text = (
        "power,unit,power_basis,start,end,country,basis,start_date,estimate_notes\n"
        "100,MW,facility,2026,2027-06,,IT,2030,\n300,MW,facility,2028,,usa,IT,2030,\n20,MW,facility,2029,,,IT,2030,\n"
    )
    totals = estimate_plans(_read(text, catalog), catalog, Draws(count=64))
    lines, found = plans_report.as_text(totals).splitlines(), plans_report.as_json("plans.csv", totals)
    most = "the sums above are of all plans, and some of them end before others start: the most in one month is"
    together = estimate_plans(_read(text.replace("2027-06", ""), catalog), catalog, Draws(count=64))
    by_basis = estimate_plans(_read(text, catalog), catalog, Draws(count=64), by=("basis",))

    assert lines[-3:] == [
        "Note: columns that are kept and play no part: basis, start_date.",
        "Note: plans with no country and no grid have the carbon mix of the United States: 2.",
        f"Note: {most} a facility peak of 320 MW, in 2029-01.",
    ]
    assert "Facility peak                     420 MW" in "\n".join(lines)
    assert (found["columns_not_read"], found["without_place"]) == (["basis", "start_date"], 2)
    assert "play no part: start_date." in plans_report.as_text(by_basis)
    assert most not in plans_report.as_text(together)


def test_a_column_that_is_not_there_is_refused(catalog):
    """`by` names a column of the file."""
    with pytest.raises(ValueError, match="by: must be one of id, chip"):
        estimate_plans(_read(FIVE, catalog), catalog, by=("planet",))
    with pytest.raises(ValueError, match='by: must be one of power, unit; got ""'):  # as the name of all rows is
        estimate_plans(_read(",power,unit\na,5,MW\n,6,MW\n", catalog), catalog, by=("",))


def test_too_many_groups_are_refused(catalog):
    """Memory is bounded: a column with thousands of values makes no groups."""
    rows = "".join(f"s{i},,,5,MW,it,,,,,,,,,\n" for i in range(MAX_GROUPS + 1))
    with pytest.raises(ValueError, match="by: id has 1,001 different values; at most 1,000"):
        estimate_plans(_read(HEADER + rows, catalog), catalog, by=("id",))


def test_the_months_of_many_groups_are_summed_only_where_wanted(catalog, monkeypatch):
    """More sums by group and month than can be held are refused; without months, groups and all rows are as before."""
    plans, draws = _read(_many(40), catalog), Draws(count=64)
    whole = estimate_plans(plans, catalog, draws, by=("operator",), keep_rows=False)
    monkeypatch.setattr("dashboard.estimates.plans.MAX_MONTHLY", 50)
    with pytest.raises(
        ValueError, match=r"by: \d+ sums by group and month; at most 50 .*fewer values, or leave the months"
    ):
        estimate_plans(plans, catalog, draws, by=("operator",))
    monkeypatch.setattr("dashboard.estimates.plans.MAX_MONTHLY", 80)
    grouped = estimate_plans(plans, catalog, draws, by=("operator",), group_months=False, keep_rows=False)

    assert grouped.levels == whole.levels
    assert list(grouped.monthly) == [(ALL, ALL)]
    for name, band in grouped.monthly[ALL, ALL].items():
        np.testing.assert_allclose(band, whole.monthly[ALL, ALL][name], rtol=1e-6)


def _same(first, second):
    assert first.levels == second.levels
    assert first.monthly.keys() == second.monthly.keys()
    for cell, bands in first.monthly.items():
        for name, band in bands.items():
            np.testing.assert_array_equal(band, second.monthly[cell][name])
    for one, other in zip(first.rows, second.rows, strict=True):
        for name, levels in one.items():
            np.testing.assert_array_equal(levels, other[name])


def test_the_same_list_gives_the_same_digits(catalog):
    """Two runs on threads agree to the last digit."""
    plans = _read(_many(300), catalog)
    first, second = (estimate_plans(plans, catalog, Draws(count=512), by=("operator",), block=64) for _ in range(2))

    _same(first, second)


# --- the command ------------------------------------------------------------------------------------------------------


def _run(*arguments, cwd=ROOT):
    command = [sys.executable, "-m", "dashboard", "estimate", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_estimates_a_file(tmp_path):
    """`estimate --file` prints totals by operator, writes each row, and gives one JSON object."""
    path, out = tmp_path / "plans.csv", tmp_path / "out.csv"
    path.write_text(FIVE)
    told = _run("--file", path, "--by", "operator", "--out", out)
    answer = json.loads(_run("--file", path, "--json").stdout)

    assert told.returncode == 0, told.stderr
    assert "Facility peak by operator" in told.stdout
    assert len(out.read_text().splitlines()) == 6
    assert "no chip named: the contract is read as rented GB200 or GB300: 1 row" in told.stdout
    assert "dollars without a term are read as capital cost" in answer["rows"][3]["notes"][0]
    assert len(answer["rows"]) == answer["count"] == 5
    assert answer["totals"][0]["results"]["facility_peak"]["unit"] == "MW"


def test_the_command_reports_bad_rows(tmp_path):
    """A list with bad rows ends with exit code 1 and a line for each."""
    path = tmp_path / "plans.csv"
    path.write_text("power,unit\nfive,MW\n5,MWh\n10,TWh/year\n")
    told = _run("--file", path)

    assert told.returncode == 1
    assert "plans.csv:2: power: must be a plain number" in told.stderr
    assert "plans.csv:3: unit: must be a unit of power" in told.stderr
    assert "plans.csv:4: unit: must be a unit of power" in told.stderr


def test_what_is_written_is_another_file_and_whole(tmp_path, monkeypatch):
    """The list itself is never written over, and what stood at --out stands until the new file is complete."""
    path, link, out = tmp_path / "list.txt", tmp_path / "link.csv", tmp_path / "out.csv"
    path.write_text("power,unit\n5,MW\n")
    link.symlink_to(path)
    out.write_text("before")
    same = [CliRunner().invoke(main, ["estimate", "--file", str(path), "--out", str(to)]) for to in (path, link)]
    with monkeypatch.context() as patched:

        def break_off(*_):
            raise KeyboardInterrupt

        patched.setattr(Path, "replace", break_off)
        broken = CliRunner().invoke(main, ["estimate", "--file", str(path), "--out", str(out)])
    before = out.read_text()
    done = CliRunner().invoke(main, ["estimate", "--file", str(path), "--out", str(out)])

    assert [(told.exit_code, "--out must be another file" in told.output) for told in same] == [(2, True)] * 2
    assert path.read_text() == "power,unit\n5,MW\n"
    assert (broken.exit_code, before, done.exit_code) == (1, "before", 0)
    assert out.read_text().startswith("power,unit,it_rated_q05 [MW]")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["link.csv", "list.txt", "out.csv"]


@pytest.mark.parametrize(("name", "place"), [("list.txt", "list.txt:2: "), ("list", "./list:2: ")])
def test_a_problem_is_told_by_the_name_of_the_file(tmp_path, name, place):
    """A list need not be called .csv, and is not told as if it were."""
    path = tmp_path / name
    path.write_text("power,unit\n-5,MW\n")

    assert CliRunner().invoke(main, ["estimate", "--file", str(path)]).stderr.startswith(f"error: {place}power: ")


@pytest.mark.parametrize("arguments", [(), ("1 GW", "--file", "x.csv"), ("1 GW", "--by", "operator")])
def test_wrong_usage_is_refused(arguments):
    """TEXT or --file, and --by only with --file: else exit code 2."""
    assert _run(*arguments).returncode == 2


# --- a cluster --------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("default")  # distributed warns of what is not ours
def test_a_cluster_gives_the_same_digits_though_a_worker_dies(catalog, monkeypatch, tmp_path):
    """Two worker processes, one killed half-way: the list is finished with the digits of one machine.

    The engineers' page has the command for it; with this cluster's address it tells what it tells without a cluster.
    """
    import distributed

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    plans = _read(_many(600), catalog)
    how = {"by": ("operator",), "block": 50}
    draws = Draws(count=1024)
    killed = []
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        victim = min(client.run(os.getpid).values())

        def kill_half_way(_: int, seen: list[int] = []) -> None:  # noqa: B006 - counts over the calls
            seen.append(1)
            if len(seen) == 6:
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)

        there = estimate_plans(plans, catalog, draws, client=client, done=kill_half_way, **how)
        _as_documented(cluster.scheduler_address, tmp_path)
    here = estimate_plans(plans, catalog, draws, **how)

    assert killed
    _same(there, here)


def _as_documented(address, folder):
    page = (ROOT / "docs" / "engineers.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^python -m dashboard (estimate .*) --scheduler tcp://[0-9.:]+$", page, re.MULTILINE)
    path = folder / "plans.csv"
    path.write_text(FIVE)
    words = shlex.split(command.replace("plans.csv", shlex.quote(str(path))))
    there, here = (CliRunner().invoke(main, [*words, *more]) for more in (["--scheduler", address], []))

    assert there.exit_code == 0, there.output
    assert "Facility peak by operator" in there.output
    assert there.output == here.output
