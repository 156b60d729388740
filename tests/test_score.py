"""Scoring on published pairs: the promised keys, measures worked by hand, and refusals by row and column."""

import codecs
import dataclasses
import itertools
import json

import numpy as np
import pytest

from dashboard.catalog import SHIPPED, DataError
from dashboard.core.draws import Draws
from dashboard.estimates.score import BASES, Case, Scored, full_summary, read_pairs, score, summary
from dashboard.units import Quantity

KEYS = {
    *("n", "scored", "unmatched", "median_ape", "mean_ape", "bias", "within_1_25", "within_1_5", "within_2"),
    *("coverage_50", "coverage_90", "median_interval_ratio", "cases"),
}
HEADER = "case_id,chip,chip_count,power,unit,power_basis\n"


def pairs(*rows):
    """The cases of a small file with these rows."""
    return read_pairs((HEADER + "".join(f"{row}\n" for row in rows)).encode())


def medians(catalog, *rows):
    """Our median, in MW, for each row."""
    return [row.levels[2] for row in score(pairs(*rows), catalog).scored]


def made_up(catalog, ratios, levels=(0.5, 0.8, 1.0, 1.25, 2.0)):
    """A score whose estimates are `levels` MW and whose published figures are such that the ratios come out."""
    chip = catalog.accelerators["h100-sxm"]
    case = Case("x", 2, "H100", Quantity(1000, "chip"), Quantity(1, "MW"), "it_rated")
    return [
        Scored(dataclasses.replace(case, case_id=str(i)), chip, levels[2] / ratio, levels, 0.5)
        for i, ratio in enumerate(ratios)
    ]


@pytest.fixture(scope="module")
def shipped(catalog):
    """The score of the shipped pairs."""
    return score(read_pairs((SHIPPED / "pairs.csv").read_bytes()), catalog)


def test_the_promised_keys_are_there(shipped, catalog):
    """`summary` has the contract's keys and no others; what `score --json` adds stands beside them."""
    assert set(summary(shipped)) == KEYS
    assert set(full_summary(shipped, catalog)) == KEYS | {"pit", "crps", "leave_one_family_out"}


def test_the_shipped_pairs_meet_the_bar(shipped):
    """Median error at most 9 %, bias within 5 %, and the 90 % range holds 85 to 95 % of at least 40 cases."""
    found = summary(shipped)

    assert found["scored"] >= 40
    assert found["unmatched"] == []
    assert found["median_ape"] <= 0.09
    assert abs(found["bias"] - 1) <= 0.05
    assert 0.85 <= found["coverage_90"] <= 0.95


def test_errors_and_coverages_are_fractions(shipped):
    """0.09 and not 9: every share lies from 0 to 1, and the shares of cases within 1.25, 1.5 and 2 times ascend."""
    found = summary(shipped)
    shares = [found[name] for name in ("within_1_25", "within_1_5", "within_2")]

    assert 0 < found["median_ape"] < found["mean_ape"] < 1
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in (*shares, found["coverage_50"], found["coverage_90"]))


def test_the_measures_are_those_worked_by_hand(catalog):
    """Estimates of 1 MW beside 0.8, 1, 1.6 and 4 MW: errors 25, 0, 37.5, 75 %; the bias is the geometric mean."""
    rows = made_up(catalog, [1 / 0.8, 1.0, 1 / 1.6, 1 / 4])
    found = summary(dataclasses.replace(score([], catalog), scored=tuple(rows)))

    assert [case["error"] for case in found["cases"]] == pytest.approx([0.25, 0, -0.375, -0.75])
    assert found["median_ape"] == pytest.approx((0.25 + 0.375) / 2)
    assert found["mean_ape"] == pytest.approx((0.25 + 0 + 0.375 + 0.75) / 4)
    assert found["bias"] == pytest.approx((1 / (0.8 * 1 * 1.6 * 4)) ** 0.25)
    assert [found[name] for name in ("within_1_25", "within_1_5", "within_2")] == [0.5, 0.5, 0.75]
    assert (found["coverage_50"], found["coverage_90"]) == (0.5, 0.75)
    assert found["median_interval_ratio"] == 4


def test_an_over_and_an_under_estimate_of_one_factor_have_no_bias(catalog):
    """Twice and half cancel in the geometric mean, as they would not in the arithmetic one."""
    found = summary(dataclasses.replace(score([], catalog), scored=tuple(made_up(catalog, [2.0, 0.5]))))

    assert found["bias"] == pytest.approx(1)


def test_the_unit_of_a_pair_does_not_matter(catalog):
    """1.4 MW, in each of the five units of a capacity, is one published figure with one error."""
    powers = ("1400000,W", "1400,kW", "1.4,MW", "0.0014,GW", "0.0000014,TW")
    rows = [f"{i},H100,1000,{power},it_rated" for i, power in enumerate(powers)]
    found = summary(score(pairs(*rows), catalog))

    assert [case["published_mw"] for case in found["cases"]] == pytest.approx([1.4] * 5)


def test_each_basis_has_its_own_estimate(catalog):
    """Of one machine: average < busy < rated < facility peak < connection, and the unknown lies among them."""
    found = dict(zip(BASES, medians(catalog, *(f"{basis},H100,100000,150,MW,{basis}" for basis in BASES)), strict=True))
    ascending = ("it_average", "it_busy", "it_rated", "facility_peak", "grid_connection")

    assert all(found[a] < found[b] for a, b in itertools.pairwise(ascending))
    assert found["it_average"] < found["facility_average"] < found["facility_peak"]
    assert found["it_rated"] < found["unknown"] < found["grid_connection"]


def test_the_power_of_a_pair_is_never_looked_at(catalog):
    """The estimate is of the chips alone: another published power leaves it as it is."""
    one, other = (medians(catalog, f"a,H100,1000,{power},MW,it_rated") for power in ("1.4", "99"))

    assert one == other


def test_more_chips_of_one_kind_score_higher(catalog):
    """Ten times the chips are ten times the power."""
    (few,), (many,) = (medians(catalog, f"a,H100,{count},1,MW,it_rated") for count in (1000, 10_000))

    assert many == pytest.approx(10 * few)


@pytest.mark.parametrize("name", ["Mystery 9000", "H1000", "NVIDIA", "=cmd()", "<script>", ""])
def test_a_chip_that_is_not_matched_is_listed_and_not_guessed(catalog, name):
    """It counts in n and not in scored, with its row as an editor shows it and the reason."""
    found = summary(score(pairs("a,H100,1000,1.4,MW,it_rated", f"b,{name},1000,1.4,MW,it_rated"), catalog))

    assert (found["n"], found["scored"], [case["case_id"] for case in found["cases"]]) == (2, 1, ["a"])
    assert [(row["case_id"], row["row"], row["chip"]) for row in found["unmatched"]] == [("b", 3, name)]
    assert "must be one of" in found["unmatched"][0]["reason"]


def test_a_chip_without_published_power_is_listed(catalog):
    """It does not end the score: it counts in n, with its row and the reason, also where its family is left out."""
    found = full_summary(score(pairs("a,H100,1000,1.4,MW,it_rated", "b,TPU 8t,1000,2,MW,it_rated"), catalog), catalog)

    assert (found["n"], found["scored"], found["leave_one_family_out"]["scored"]) == (2, 1, 1)
    assert [(row["case_id"], row["row"]) for row in found["unmatched"]] == [("b", 3)]
    assert found["unmatched"][0]["reason"].endswith("neither its TDP nor its system's power is published")


def test_a_score_of_nothing_has_no_numbers(catalog):
    """Where no case matches, measures are null and never nan: it stays JSON."""
    found = full_summary(score(pairs("b,Mystery 9000,1000,1.4,MW,it_rated"), catalog), catalog)

    assert (found["n"], found["scored"], found["bias"]) == (1, 0, None)
    assert "NaN" not in json.dumps(found)


BAD = [
    ("a,H100,1 000,1.4,MW,it_rated", "chip_count", "must be a plain number"),
    ("a,H100,-5,1.4,MW,it_rated", "chip_count", "must be above 0"),
    ("a,H100,0,1.4,MW,it_rated", "chip_count", "must be above 0"),
    ("a,H100,1000,5–6,MW,it_rated", "power", "must be a plain number"),
    ("a,H100,1000,nan,MW,it_rated", "power", "must be a plain number"),
    ("a,H100,1000,9**9**9,MW,it_rated", "power", "must be a plain number"),
    ("a,H100,1000,,MW,it_rated", "power", "must be a plain number"),
    ("a,H100,1000,1.4,mW,it_rated", "unit", "milliwatt"),
    ("a,H100,1000,1.4,GWh,it_rated", "unit", "must be a unit of power"),
    ("a,H100,1000,1.4,,it_rated", "unit", 'must be a unit of power (W, kW, MW, GW, TW), got ""'),
    ("a,H100,1000,1.4,TWh/year,it_rated", "unit", "an energy a year, an average, not a capacity"),
    ("a,H100,1000,1.4,kWh/year,it_rated", "unit", "an energy a year, an average, not a capacity"),
    ("a,H100,1000,1.4,kW/rack,it_rated", "unit", 'must be a unit of power (W, kW, MW, GW, TW), got "kW/rack"'),
    ("a,H100,1000,1.4,MW,it peak", "power_basis", "must be one of it_rated"),
    ("a,H100,1000,1.4,MW,IT_RATED", "power_basis", "must be one of it_rated"),
    ("a,H100,1000,1.4,MW", "", "must have 6 cells"),
    ("good,B200,1000,2.4,MW,it_rated", "case_id", 'must be unique, got "good" of line 2 again'),
    (" ,H100,1000,1.4,MW,it_rated", "case_id", "must name the case, got nothing"),
    ("Total,H100,1000,1.4,MW,it_rated", "case_id", 'must be one pair, got "Total", a sum of others'),
    ("a,H100,1000,1.4 MW,MW,it_rated", "power", "the number alone: unit and currency have columns of their own"),
    ("a,H100,0.5,1.4,kW,it_rated", "chip_count", "must be a whole number, got 0.5"),
    ("a,H100,1.000,1,MW,it_rated", "chip_count", "without a point; thousands are written 100000, got 1.000"),
    ("a,H100,999999999999,1.4,kW,it_rated", "chip_count", "must be at most 100,000,000,000 chip"),
    ("a,H100,1000,999999999999999,TW,it_rated", "power", "must be at most 100 TW"),
]


@pytest.mark.parametrize(("row", "column", "told"), BAD, ids=[f"{i}-{bad[1]}" for i, bad in enumerate(BAD)])
def test_a_bad_cell_is_told_by_row_and_column(row, column, told):
    """Nothing is read in its place."""
    with pytest.raises(DataError, match=r"pairs\.csv:3: ") as refused:
        pairs("good,H100,1000,1.4,MW,it_rated", row)

    problem = refused.value.problems[0]
    assert (problem.row, problem.column) == (3, column)
    assert told in problem.reason


def test_every_bad_cell_is_told_at_once():
    """Three bad cells of one row and one of another are four problems."""
    with pytest.raises(DataError) as refused:
        pairs("a,H100,1 000,1.4,mW,peak", "b,H100,1000,1.4,MW,it_rated", "c,H100,1000,0,MW,it_rated")

    places = [(problem.row, problem.column) for problem in refused.value.problems]
    assert sorted(places) == [(2, "chip_count"), (2, "power_basis"), (2, "unit"), (4, "power")]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "must have a header row, got an empty file"),
        (HEADER.encode(), "must hold at least one row"),
        (b"case_id,chip,power,unit\na,H100,1,MW\n", "missing: chip_count, power_basis"),
        (HEADER.replace("unit", "power").encode(), 'header: must name each column once, got "power" 2 times'),
        (HEADER.encode() + b"a,H100,1000,1.4,M\xb5W,it_rated\n", "must be UTF-8, got byte 0xb5"),
        (HEADER.encode("utf-16"), "must be UTF-8, got UTF-16"),
    ],
    ids=["empty", "header alone", "column missing", "column twice", "latin-1", "utf-16"],
)
def test_a_file_that_is_no_list_of_pairs_is_refused(content, told):
    """The reason is one line."""
    with pytest.raises(DataError, match=told) as refused:
        read_pairs(content)

    assert len(str(refused.value).splitlines()) == 1


def test_pairs_saved_by_a_spreadsheet_are_read_whole():
    """A mark at the front of the file and CRLF at the ends of its lines are no part of a name or a cell."""
    text = f"{HEADER}a,H100,1000,1.4,MW,it_rated\nb,H100,10,14,kW,it_busy\n"
    saved = codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode()

    assert read_pairs(saved) == read_pairs(text.encode())


def test_a_problem_in_pairs_saved_by_a_spreadsheet_has_its_line():
    """CRLF ends one line and not two."""
    text = HEADER + "a,H100,1,1,MW,it_rated\nb,H100,1,1,MW,peak\n"
    saved = codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode()

    with pytest.raises(DataError, match=r"^pairs\.csv:3: power_basis: must be one of .*, got \"peak\"$"):
        read_pairs(saved)


def test_columns_in_another_order_and_others_beside_are_read(catalog):
    """The six columns are found by name; what else a file holds is left alone."""
    content = b"note,unit,power,power_basis,chip_count,chip,case_id\n5 GW?,MW,1.4,it_rated,1000,H100,a\n"

    assert medians(catalog, "a,H100,1000,1.4,MW,it_rated") == [
        row.levels[2] for row in score(read_pairs(content), catalog).scored
    ]


def test_the_same_pairs_have_the_same_score(catalog):
    """Twice, and in another order, the same numbers for each case; another seed moves them a little."""
    rows = ("a,H100,1000,1.4,MW,it_rated", "b,Tesla V100,9216,4.4,MW,it_busy", "c,TPU v4,4096,1.5,MW,unknown")
    one, other = (
        {row.case.case_id: row.levels for row in score(pairs(*order), catalog).scored} for order in (rows, rows[::-1])
    )
    seeded = {row.case.case_id: row.levels for row in score(pairs(*rows), catalog, Draws(seed=7)).scored}

    assert one == other
    assert all(np.allclose(one[name], seeded[name], rtol=0.02) and one[name] != seeded[name] for name in one)


def test_an_id_names_the_chip_that_its_name_does_not(catalog):
    """A custom part of another memory is scored as the row that its `chip_id` names; without one it is listed."""
    head = "case_id,chip,chip_id,chip_count,power,unit,power_basis\n"
    rows = "a,NVIDIA H100 64GB,h100-sxm,4480,4159,kW,it_busy\nb,NVIDIA H100 64GB,,4480,4159,kW,it_busy\n"
    found = score(read_pairs((head + rows).encode()), catalog)

    assert [row.case.case_id for row in found.scored] == ["a"]
    assert [case.case_id for case, _ in found.unmatched] == ["b"]
