"""Strict reading of amounts and cells: a number must match a pattern, and a unit must stand in the closed list."""

import functools
import re
from dataclasses import dataclass
from typing import Any

from dashboard.units.registry import YEAR, Quantity, UnitError, advice, quantity, shown
from dashboard.units.writing import reader_text

CAPACITY_UNITS = ("W", "kW", "MW", "GW", "TW")
_ENERGY_UNITS = ("Wh", "kWh", "MWh", "GWh", "TWh")
MAX_TEXT = 200
_NUMBER = r"(?P<number>(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,15})(?:\.[0-9]{1,12})?)"
_AMOUNT = re.compile(rf"(?P<sign>US\$|\$|USD )?{_NUMBER}(?P<rest>.*)", re.ASCII)
_POINT = re.compile(r"(?:US\$|\$|USD )?(?P<number>[1-9][0-9]{0,2}\.[0-9]{3})(?![0-9])", re.ASCII)
_CELL = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?", re.ASCII)
_SCALES = {
    **dict.fromkeys(("k", "K", "thousand"), 1e3),
    **dict.fromkeys(("m", "M", "mn", "million"), 1e6),
    **dict.fromkeys(("b", "B", "bn", "billion"), 1e9),
    **dict.fromkeys(("t", "tn", "trillion"), 1e12),
}
_SCALE = r"(?P<scale>" + "|".join(sorted(_SCALES, key=len, reverse=True)) + r")?"
_MONEY = re.compile(
    rf" ?{_SCALE}(?: ?(?P<unit>USD|US dollars|dollars|dollar))?"
    r"(?: (?:over|for|in) (?P<term>[0-9]{1,2}(?:\.[0-9]{1,2})?)[ -]?(?:years?|yrs?|y))?",
    re.ASCII,
)
_COUNT = re.compile(r"(?:(?P<scale>k|K|thousand|m|M|mn|million)\b)? ?(?P<name>.*)", re.ASCII)
_UNIT_OF = {"watt": "W", "kilowatt": "kW", "megawatt": "MW", "gigawatt": "GW", "terawatt": "TW"}
_WORDS = re.compile(r"^((?:[Kk]ilo|[Mm]ega|[Gg]iga|[Tt]era)?[Ww]att)(?:s|([ -]?hours?))?\b", re.ASCII)
_MEANS_MONEY = re.compile(r"\b(?:USD|dollars?)\b", re.IGNORECASE)
_OTHER_MONEY = re.compile(r"€|£|¥|\b(?:EUR|GBP|JPY|CNY|RMB|euros?|pounds?|yen|yuan)\b", re.IGNORECASE)
_BASIS = re.compile(r"([kMGT]?W)[ _(-]*(?:of |critical )?(?:IT|facility|grid)\b.*", re.ASCII | re.IGNORECASE)
LEAST = (Quantity(1, "W"), Quantity(1, "USD"), Quantity(1, "chip"))
_ENERGY = re.compile(r"[kMGT]?Wh( ?(?:/|per|a) ?(?:year|yr|y|annum|a))?", re.ASCII | re.IGNORECASE)
MOST = (Quantity(100, "TW"), Quantity(1e15, "USD"), Quantity(1e11, "chip"))
LEAST_YEARS = 0.08  # of a term: a month
MOST_YEARS = 99.99  # of a term: what two digits and two decimals can say


class QuantityError(ValueError):
    """A text is not one quantity that can be read without guessing."""


@dataclass(frozen=True)
class Amount:
    """What a person wrote, taken apart: a quantity, and the name or the term that stood with it."""

    quantity: Quantity
    name: str = ""
    term: Quantity | None = None


def read_amount(text: str) -> Amount:
    """One amount of power, money or chips as people write it: `1.2 GW`, `400k GB200`, `$38bn over 7 years`.

    A text that is neither power nor money is a count, and what follows the number is its `name`.

    Raises:
        QuantityError: empty, longer than 200 characters, a range, an expression, an exponent, zero, negative, nan...
        UnitError: an energy, another currency, or a unit in the wrong case.
    """
    text = _plain(text)
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise QuantityError(f"{shown(text)}: must start with a number such as 100000, 1,000 or 1.4{_hint(text)}")
    number = float(match["number"].replace(",", ""))
    rest = match["rest"]
    _refuse_rest(text, rest)
    if number == 0:
        raise QuantityError(f"{shown(text)}: must be above 0, got 0")
    amount = _money(text, match["sign"], number, rest) or _power(number, rest.strip()) or _count(text, number, rest)
    if reason := out_of_bounds(amount.quantity):
        raise QuantityError(f"{shown(text)}: {reason}")
    return amount


def out_of_bounds(amount: Quantity) -> str:
    """Why an amount of power, money or chips is not read: it is more than `MOST` or less than `LEAST`; else blank.

    >>> out_of_bounds(Quantity(101, "TW")), out_of_bounds(Quantity(99, "TW"))
    ('must be at most 100 TW, beyond anything on Earth', '')
    >>> out_of_bounds(Quantity(0.5, "W"))
    'must be at least 1 W'
    """
    (least, low), (most, high) = _bounds(amount.u)
    if amount.m < low:
        return f"must be at least {least:~,.0f}"
    return f"must be at most {most:~,.0f}, beyond anything on Earth" if amount.m > high else ""


@functools.cache  # by the unit alone: a quantity takes long to hash
def _bounds(of: Any) -> tuple[tuple[Quantity, float], ...]:
    """The least and the most of what a unit measures, each with its number in that unit."""
    limits = (next(limit for limit in ends if limit.is_compatible_with(of)) for ends in (LEAST, MOST))
    return tuple((limit, float(limit.m_as(of))) for limit in limits)


def _plain(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise QuantityError(f"text: must be at most {MAX_TEXT} characters, got {len(text):,}")
    if found := re.search(r"[\x00-\x1f\x7f]", text.strip()):
        raise QuantityError(f"{shown(text)}: must be one line of text, got {shown(found[0])} in it")
    text = " ".join(text.split(" ")).strip()
    if not text:
        raise QuantityError(
            'text: must be an amount such as "100000 H100", "30 GW" or "$38bn over 7 years", got nothing'
        )
    return text


def _hint(text: str) -> str:
    if text.startswith(("-", "−", "–")):
        return "; it must be above 0, got a minus sign"
    if text.lower().startswith(("nan", "inf")):
        return f"; got {text.split(maxsplit=1)[0][:12]}, which is no number"
    if _OTHER_MONEY.search(text):
        return "; amounts of money are read in US dollars only: convert first"
    return f"; got {shown(text[:1])} first"


def _refuse_rest(text: str, rest: str) -> None:
    if re.match(r"\s*(?:[-–—−~]|\.\.|(?:[A-Za-z]+ )?(?:to|or)\b)\s*\$?[0-9]", rest):
        raise QuantityError(f"{shown(text)}: must be one number, got a range; give each end by itself")
    if re.match(r"\s*[0-9]", rest):
        raise QuantityError(f"{shown(text)}: must be one number, got two; write thousands as 1,000 or 1000")
    if re.match(r"[eE][+-]?[0-9]", rest):
        raise QuantityError(f"{shown(text)}: must be a number written in full, got an exponent")
    if re.match(r",[0-9]", rest):
        raise QuantityError(f"{shown(text)}: must be one number, got a comma; write decimals as 30.5 and 1,000 or 1000")
    if re.match(r"\s*[*/+^%=().,;_]", rest):
        raise QuantityError(f"{shown(text)}: must be one number and one unit, got an expression at {shown(rest[:12])}")
    if _OTHER_MONEY.search(rest):
        raise UnitError(
            f"{shown(text)}: amounts of money must be in US dollars, got {shown(rest.strip())}; convert first"
        )


def _money(text: str, sign: str | None, number: float, rest: str) -> Amount | None:
    match = _MONEY.fullmatch(rest)
    if match is None or not (sign or match["unit"]):
        if sign or _MEANS_MONEY.search(rest):
            after = shown(rest.strip())
            raise QuantityError(
                f'{shown(text)}: must be dollars such as "$38bn over 7 years" or "38 billion USD" (thousand to '
                f"trillion in small letters, a term in years up to {MOST_YEARS}), got {after} after the number"
            )
        return None
    dollars = Quantity(number * _SCALES.get(match["scale"] or "", 1.0), "USD")
    term = quantity(float(match["term"]), "year") if match["term"] else None
    if term is not None and term.m == 0:
        raise QuantityError(f"{shown(text)}: the term must be above 0 years, got 0")
    if term is not None and term.m < LEAST_YEARS:
        raise QuantityError(f"{shown(text)}: the term must be at least {LEAST_YEARS} years, a month, got {term.m:g}")
    return Amount(dollars, term=term)


def _power(number: float, name: str) -> Amount | None:
    name = _WORDS.sub(lambda word: _UNIT_OF[word[1].lower()] + ("h" if word[2] else ""), name)
    if name in CAPACITY_UNITS:
        return Amount(quantity(number, name))
    if match := re.fullmatch(r"([kMGT]?W) ((?:for|over)\b.*)", name):
        raise QuantityError(
            f"{shown(name)}: must end after {match[1]}, got {shown(match[2])} more; only dollars have a term"
        )
    if match := re.match(r"([kMGT]?W)\b(.*)", name):
        raise QuantityError(
            f"{shown(name)}: must end after {match[1]}, got {shown(match[2].strip())} more; what the {match[1]} are "
            "(IT, facility, grid) and the chip are chosen apart"
        )
    if match := re.match(r"([kMGT]?Wh)\b", name):
        average = (quantity(number, match[1]) / YEAR).to("MW").m
        raise UnitError(
            f"{shown(name)}: must be a capacity in {', '.join(CAPACITY_UNITS)}; an energy is no capacity. In a year it "
            f"would be {reader_text(average, 'MW')} on average"
        )
    if name.lower() in {u.lower() for u in (*CAPACITY_UNITS, *_ENERGY_UNITS)}:
        raise UnitError(
            f"{shown(name)}: must be one of {', '.join(CAPACITY_UNITS)}, capital letters as here{advice(name)}"
        )
    return None


def _count(text: str, number: float, rest: str) -> Amount:
    match = _COUNT.fullmatch(rest.strip())
    name = match["name"].strip() if match else ""
    scale = match["scale"] if match else None
    if not name or name in _SCALES:
        raise QuantityError(
            f"{shown(text)}: must have a unit or a chip after the number, "
            'such as "30 GW", "100000 H100" or "38 billion USD", got none'
        )
    count = number * _SCALES.get(scale or "", 1.0)
    if abs(count - round(count)) > 1e-6 or (scale is None and "." in text[: -len(rest)]):
        raise QuantityError(f"{shown(text)}: must be a whole number of chips; thousands are written 100,000 or 100000")
    return Amount(Quantity(float(round(count)), "chip"), name=name)


def read_count(text: str) -> float:
    """A whole number of chips in a cell of a list; `100000.0`, as programs write it, is one.

    >>> read_count("100000.0")
    100000.0

    Raises:
        QuantityError: not a number, not whole, or with a point that may have been meant for thousands.
    """
    count = read_cell(text)
    if count != int(count):
        raise QuantityError(f"must be a whole number, got {count:g}")
    if maybe_thousands(text):
        raise QuantityError(f"must be a whole number without a point; thousands are written 100000, got {text.strip()}")
    return count


def maybe_thousands(text: str) -> str:
    """How a number such as `1.200` is read, where a point may have been meant for thousands; blank of any other.

    >>> maybe_thousands("1.200 MW")
    '1.200 is read as 1.2; for thousands write 1,200'
    >>> maybe_thousands("0.500 MW"), maybe_thousands("1.25 MW"), maybe_thousands("1,234.500 MW")
    ('', '', '')
    """
    match = _POINT.match(text.strip())
    if match is None:
        return ""
    number = match["number"]
    return f"{number} is read as {float(number):g}; for thousands write {number.replace('.', ',')}"


def read_cell(text: str) -> float:
    """The number in a cell of a table: digits, one point, perhaps a minus; nothing else.

    Raises:
        QuantityError: the cell holds anything else, such as `1,000`, `1e9`, `NA` or `5–6`.
    """
    if not _CELL.fullmatch(text):
        raise QuantityError(f"must be a plain number such as 1000 or 0.5, got {shown(text)}")
    return float(text)


# What people write in place of a number, and how it is mended in a list; the first that fits is told.
_NO_NUMBERS = (
    (
        r"[0-9]{1,3}(?:[,.'’\s][0-9]{3})+(?:[.,][0-9]+)?|[0-9]+,[0-9]+",
        "thousands have no mark, decimals a point: 1234.5",
    ),
    (r"[0-9.]+[eE][+-]?[0-9]+", "write it in full, without an exponent"),
    (r"[0-9.,]+ ?(?:[-–—~/]|to) ?[0-9.,]+.*", "it must be one number, not a range"),
    (r"(?:#?n/?a|nan|none|null|tb[acd]|unknown|[-–—?]+|#.*)", "leave it empty where nothing is known"),
    (
        r"\D*[0-9].*[a-z%€£$¥+].*|[a-z€£$¥~<>≈].*[0-9].*",
        "the number alone: unit and currency have columns of their own",
    ),
)
_NO_NUMBER = tuple((re.compile(pattern, re.IGNORECASE), mend) for pattern, mend in _NO_NUMBERS)


def number_mend(text: str) -> str:
    """How what stands in place of a number is mended, with a semicolon before it; blank where nothing fits.

    >>> number_mend("1,5"), number_mend("500-700")
    ('; thousands have no mark, decimals a point: 1234.5', '; it must be one number, not a range')
    >>> number_mend("five")
    ''
    """
    return next((f"; {mend}" for pattern, mend in _NO_NUMBER if pattern.fullmatch(text)), "")


def unit_of_capacity(text: str) -> Quantity:
    """One W, kW, MW, GW or TW; `TWh/year` and `kW/rack` have the dimension of power and are no capacity of a plan.

    Raises:
        UnitError: the text is anything else.

    >>> print(f"{unit_of_capacity('GW'):~}")
    1.0 GW
    """
    if text not in CAPACITY_UNITS:
        units = ", ".join(CAPACITY_UNITS)
        raise UnitError(f'must be a unit of power ({units}), got "{text[:40]}"{_why_no_capacity(text)}')
    return quantity(1.0, text)


def _why_no_capacity(text: str) -> str:
    if text == "mW":
        return "; mW is a milliwatt, a thousand-millionth of MW"
    if energy := _ENERGY.fullmatch(text):
        return f"; this is {'an energy a year, an average' if energy[1] else 'an energy'}, not a capacity"
    if basis := _BASIS.fullmatch(text):
        return f"; the unit is {basis[1]}, and whether it is IT, facility or grid goes into power_basis"
    near = [known for known in CAPACITY_UNITS if known.casefold() == text.casefold()]
    return f"; did you mean {near[0]}?" if near else ""
