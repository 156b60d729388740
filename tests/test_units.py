"""Units: what must convert, what must not, and what people write."""

import pickle
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from dashboard import units
from dashboard.units import DimensionError, Power, Quantity, QuantityError, Ratio, UnitError, checked, read_amount

DASHBOARD = Path(units.__file__).parent


@pytest.mark.parametrize(
    ("text", "magnitude", "unit"),
    [
        ("1.2 GW", 1200, "MW"),
        ("1,000 MW", 1000, "MW"),
        ("30GW", 30, "GW"),
        ("38 billion USD", 38e9, "USD"),
        ("$38bn", 38e9, "USD"),
        ("$1.4tn", 1.4e12, "USD"),
        ("USD 5 million", 5e6, "USD"),
        ("400k GB200", 400_000, "chip"),
        ("100,000 H100", 100_000, "chip"),
        ("1M TPU v7", 1_000_000, "chip"),
        ("8 MI300X", 8, "chip"),
        ("10 gigawatts", 10_000, "MW"),
        ("5 Megawatt", 5, "MW"),
    ],
)
def test_amounts_are_read_as_people_write_them(text, magnitude, unit):
    """A number with thousands marks or a scale word, and a unit or a chip."""
    assert read_amount(text).quantity.m_as(unit) == pytest.approx(magnitude)


def test_name_and_term_travel_with_the_amount():
    """The chip's name stands apart from the count, the term apart from the dollars."""
    chips, dollars = read_amount("400k GB200"), read_amount("38 billion USD over 7 years")

    assert chips.name == "GB200"
    assert dollars.term is not None
    assert dollars.term.m_as("hour") == 7 * 8760


TRAPS = [
    ("1 000 GW", "got two"),
    ("5–6 GW", "got a range"),
    ("5-6 GW", "got a range"),
    ("5 to 6 GW", "got a range"),
    ("1.5 GW to 2 GW", "got a range"),
    ("100 MW for 3 years", "only dollars have a term"),
    ("≈5 GW", "must start with a number"),
    ("1e999999 W", "exponent"),
    ("nan W", "nan"),
    ("inf GW", "inf"),
    ("1e3_0 W", "exponent"),
    ("9**9**9", "expression"),
    ("-5 GW", "above 0"),
    ("0 GW", "above 0"),
    ("", "got nothing"),
    ("   ", "got nothing"),
    ("W" * 100_000, "at most 200 characters"),
    ("__import__('os').system('true')", "must start with a number"),
    ("\uff15 GW", "must start with a number"),
    ("30", "must have a unit"),
    ("38 billion", "must have a unit"),
    ("1.5.2 GW", "one number"),
    ("30,5 GW", "write decimals as 30.5"),
    ("$38xx", "must be dollars"),
    ("$5bn over 0 years", "above 0 years"),
    ("$38bn over 0.01 years", "the term must be at least 0.08 years, a month, got 0.01"),
    ("0.000000000001 W", "must be at least 1 W"),
    ("$0.01", "must be at least 1 USD"),
    ("38 billion USD over 84 months", "a term in years"),
    ("38 BILLION USD", "small letters"),
    ("30 GW facility", 'got "facility" more'),
    ("100.000 H100", "whole number of chips"),
    ("1.5 H100", "whole number of chips"),
    ("1.2345k H100", "whole number of chips"),
    ("30\nGW", "one line of text"),
    ("€38bn", '"€38bn"'),
]


@pytest.mark.parametrize(("text", "told"), TRAPS)
def test_traps_are_refused_at_once(text, told):
    """What an expression parser would misread or hang on is refused in one short line."""
    start = time.perf_counter()
    with pytest.raises(QuantityError, match=re.escape(told)) as refused:
        read_amount(text)

    assert time.perf_counter() - start < 1
    assert len(str(refused.value)) < 250
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("30 mW", "milliwatt"),
        ("30 gw", "did you mean GW"),
        ("160 TWh", "18 GW on average"),
        ("3 gigawatt-hours", "no capacity"),
        ("5 GWh", "no capacity"),
        ("38 billion EUR", "US dollars"),
    ],
)
def test_units_that_look_alike_are_told_apart(text, told):
    """mW is not MW, GWh is not GW, and euros are not dollars."""
    with pytest.raises(UnitError, match=told):
        read_amount(text)


@pytest.mark.parametrize(
    "cell", ["1,000", "1 000", "1e9", "NA", "nan", "inf", "5–6", "", "\uff11\uff10", "+5", "1_000", "0x10", "5 MW"]
)
def test_cells_hold_plain_numbers_only(cell):
    """A table's number is digits, one point, perhaps a minus."""
    with pytest.raises(QuantityError, match="must be a plain number"):
        units.read_cell(cell)


def test_closed_list_is_case_sensitive_and_gives_advice():
    """A unit that is not in the list is refused with the nearest."""
    with pytest.raises(UnitError, match="milliwatt"):
        units.unit("mW")
    with pytest.raises(UnitError, match="did you mean GWh"):
        units.unit("gwh")


def test_year_of_the_method_has_8760_hours():
    """Pint's own year has 8,766 hours; ours has 8,760."""
    assert units.quantity(1, "year").m_as("hour") == 8760
    assert units.YEAR.m_as("hour") == 8760


@pytest.mark.parametrize(
    ("one", "other"), [("chip", "USD"), ("chip", "W"), ("USD", "Wh"), ("household", "chip"), ("gCO2e", "gram")]
)
def test_own_dimensions_never_add(one, other):
    """Chips, dollars, homes and CO2 equivalents are dimensions of their own."""
    with pytest.raises(TypeError):
        Quantity(1, one) + Quantity(1, other)


@pytest.mark.parametrize(("value", "unit"), [("W", "Wh"), ("USD/MWh", "USD/MW"), ("chip", "")])
def test_wrong_conversions_fail(value, unit):
    """No context makes power into energy, or a count into nothing."""
    with pytest.raises(TypeError):
        Quantity(1, value).to(unit)


def test_no_pint_context_is_used_anywhere():
    """Contexts give wrong numbers under threads, so the code has none."""
    used = [
        path.name
        for path in DASHBOARD.rglob("*.py")
        if re.search(r"\.context\(|enable_contexts|add_context", path.read_text())
    ]

    assert used == []


def test_checked_refuses_an_energy_for_a_power():
    """The message names the function, the argument, what it must be and what came."""

    @checked
    def twice(it_power: Power, pue: Ratio) -> Power:
        return it_power * pue

    with pytest.raises(
        DimensionError,
        match=r"twice: it_power must be \[power\], got 10 MW.?h",
    ):
        twice(Quantity(10, "MWh"), Quantity(1.2, ""))
    with pytest.raises(DimensionError, match="without a unit"):
        twice(10, Quantity(1.2, ""))
    assert twice(Quantity(np.array([1.0, 2.0]), "MW"), Quantity(2, "")).m.tolist() == [2, 4]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: units.reader_text(181.2, "MW"), "180 MW"),
        (lambda: units.reader_text(30_000, "MW"), "30 GW"),
        (lambda: units.reader_text(0.898, "TWh"), "0.90 TWh"),
        (lambda: units.reader_text(8.35e-6, "TWh"), "8.3 MWh"),
        (lambda: units.reader_text(3.2e-6, "Mt"), "3.2 t"),
        (lambda: units.reader_text(37e-6, "GL"), "37 m³"),
        (lambda: units.given_text(1, "chips"), "1 chip"),
        (lambda: units.reader_text(1.4e12, "USD"), "$1.4 trillion"),
        (lambda: units.spread_text(121, 158, 196, "TWh"), "160 TWh (120–200)"),
        (lambda: units.spread_text(29_000, 29_000, 29_000, "MW"), "29 GW"),
        (lambda: units.given_text(38e9, "USD"), "$38 billion"),
        (lambda: units.range_text(134, 238, "MW"), "130–240 MW"),
        (lambda: units.range_text(1_290, 1_310, "MW"), "1.29–1.31 GW"),
        (lambda: units.range_text(1_300, 1_300, "MW"), "1.3 GW"),
        (lambda: units.number_text(0), "0"),
    ],
)
def test_readers_get_two_figures_in_a_unit_that_fits(call, text):
    """Estimates are rounded, what was given is not."""
    assert call() == text


def test_quantities_travel_between_processes():
    """A quantity that was pickled is of the same registry."""
    code = "import pickle, sys; from dashboard.units import Quantity; sent = pickle.dumps(Quantity(3, 'GW'));"
    code += "sys.stdout.buffer.write(sent)"
    sent = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout

    assert pickle.loads(sent) + Quantity(1, "GW") == Quantity(4, "GW")  # noqa: S301


def test_energy_a_year_and_power_are_one_dimension():
    """8.76 TWh a year is 1 GW to the registry, so only the closed lists keep an energy use from a capacity's place."""
    assert units.quantity(8.76, "TWh/year").m_as("GW") == pytest.approx(1)
    with pytest.raises(UnitError, match="an energy is no capacity"):
        read_amount("8.76 TWh/year")


@pytest.mark.parametrize("name", ["T", "B", "M", "kt", "flops", "GW; 2", "GW*2", "Gw", "megawatt", "MWe", ""])
def test_names_that_pint_reads_otherwise_are_not_in_the_list(name):
    """Tesla, byte, molar and knot are no units here, nor is any expression."""
    with pytest.raises(UnitError, match="unit: must be one of"):
        units.unit(name)


@pytest.mark.parametrize("name", units.UNITS)
def test_each_unit_of_the_list_is_known_to_the_registry(name):
    """Every name of the closed list is one unit, and one of it is one of what it is spelt as."""
    one = units.quantity(1.0, name)

    assert units.magnitude(one, name) == 1
    assert one == Quantity(1.0, units.UNITS[name])


@pytest.mark.parametrize(
    ("small", "large", "ratio"), [("mW", "MW", 1e9), ("kW", "MW", 1e3), ("GW", "TW", 1e3), ("kWh", "TWh", 1e9)]
)
def test_prefixes_differ_by_what_they_say(small, large, ratio):
    """A milliwatt is a thousand-millionth of a megawatt, and so on up."""
    assert Quantity(1, large).m_as(small) == pytest.approx(ratio)


@pytest.mark.parametrize("unit", ["MW", "GW", "kW", "W"])
def test_what_was_given_is_read_back(unit):
    """An amount as readers see it is the amount that was read."""
    text = units.given_text(read_amount(f"1,234.5 {unit}").quantity.m_as("MW"), "MW")

    assert read_amount(text).quantity.m_as(unit) == pytest.approx(1234.5, rel=1e-4)
