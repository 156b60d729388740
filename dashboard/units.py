"""The unit registry, the closed list of unit names, and strict reading and writing of quantities.

Only this module imports pint. Text from people and from tables never reaches pint's expression parser: a number must
match a pattern and a unit must stand in a closed, case-sensitive list.
"""

import functools
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec, TypeAlias, TypeVar, get_type_hints

import numpy as np
import pint

_DEFINITIONS = (
    "chip = [chip] = chip = chips",
    "token = [token]",
    "FLOP = [operation]",
    "USD = [currency]",
    "thousand_USD = 1e3 * USD",
    "million_USD = 1e6 * USD",
    "billion_USD = 1e9 * USD",
    "trillion_USD = 1e12 * USD",
    "household = [household]",
    "gram_CO2e = [co2e] = gCO2e",
    "tonne_CO2e = 1e6 * gram_CO2e = tCO2e",
    "annum = 8760 * hour",  # the method's year; pint's own `year` is 8,766 h
    "month_of_hours = 730 * hour",
)


def _registry() -> pint.UnitRegistry[Any]:
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry()
    for definition in _DEFINITIONS:
        registry.define(definition)
    pint.set_application_registry(registry)  # type: ignore[no-untyped-call] # so that quantities travel between processes
    return registry


registry = _registry()
if TYPE_CHECKING:
    Quantity: TypeAlias = pint.Quantity[Any]
else:
    Quantity = registry.Quantity

YEAR = Quantity(1, "annum")

# As written in headers, in `unit` columns and by people -> as the registry spells it.
UNITS: dict[str, str] = {
    "1": "",
    "ratio": "",
    "fraction": "",
    "percent": "percent",
    "W": "W",
    "kW": "kW",
    "MW": "MW",
    "GW": "GW",
    "TW": "TW",
    "Wh": "Wh",
    "kWh": "kWh",
    "MWh": "MWh",
    "GWh": "GWh",
    "TWh": "TWh",
    "kWh/year": "kWh/annum",
    "TWh/year": "TWh/annum",
    "kWh/km": "kWh/km",
    "chip": "chip",
    "chips": "chip",
    "kW/chip": "kW/chip",
    "W/chip": "W/chip",
    "chip/GW": "chip/GW",
    "W/GPU": "W/chip",
    "kW/rack": "kW",
    "USD": "USD",
    "million USD": "million_USD",
    "billion USD": "billion_USD",
    "trillion USD": "trillion_USD",
    "billion USD/GW": "billion_USD/GW",
    "billion USD/GW/year": "billion_USD/GW/annum",
    "million USD/MW/year": "million_USD/MW/annum",
    "USD/chip/hour": "USD/chip/hour",
    "USD/MWh": "USD/MWh",
    "g/kWh": "gCO2e/kWh",
    "gCO2/kWh": "gCO2e/kWh",
    "kgCO2/year": "kgCO2e/annum",
    "Mt": "MtCO2e",
    "L/kWh": "L/kWh",
    "GL": "GL",
    "hour": "hour",
    "day": "day",
    "month": "month_of_hours",
    "year": "annum",
    "TFLOP/s": "TFLOP/s",
    "GB": "gigabyte",
    "deg": "degree",
}
_POWER_UNITS = ("W", "kW", "MW", "GW", "TW")
_ENERGY_UNITS = ("Wh", "kWh", "MWh", "GWh", "TWh")


@functools.cache
def unit(name: str) -> Any:
    """The registry's unit for a name of the closed list.

    Raises:
        UnitError: the name is not in the list; the message says what is, and warns of mW for MW.
    """
    if name not in UNITS:
        raise UnitError(f"unit: must be one of {', '.join(UNITS)}; got {_shown(name)}{_advice(name)}")
    return registry.Unit(UNITS[name])


def quantity(magnitude: Any, unit_name: str) -> Quantity:
    """magnitude x unit, with the unit taken from the closed list; no text is parsed.

    >>> print(f"{quantity(1.39, 'kW/chip'):~}")
    1.39 kW / chip
    """
    return Quantity(magnitude, unit(unit_name))


def magnitude(value: Quantity, unit_name: str) -> Any:
    """The plain number (or array) of a quantity in a named unit."""
    return value.m_as(unit(unit_name))


class UnitError(ValueError):
    """A unit is not known, or is not one of those that fit."""


class QuantityError(ValueError):
    """A text is not one quantity that can be read without guessing."""


# --- dimensions at the signature -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dimension:
    """The dimension that an argument must have, e.g. `Dimension("[power]")`."""

    name: str


Ratio = Annotated[Quantity, Dimension("[]")]
Power = Annotated[Quantity, Dimension("[power]")]
Energy = Annotated[Quantity, Dimension("[energy]")]
Duration = Annotated[Quantity, Dimension("[time]")]
Chips = Annotated[Quantity, Dimension("[chip]")]
Money = Annotated[Quantity, Dimension("[currency]")]
PowerPerChip = Annotated[Quantity, Dimension("[power]/[chip]")]
MoneyPerPower = Annotated[Quantity, Dimension("[currency]/[power]")]
MoneyPerEnergy = Annotated[Quantity, Dimension("[currency]/[energy]")]
ChipPrice = Annotated[Quantity, Dimension("[currency]/[chip]/[time]")]
Emissions = Annotated[Quantity, Dimension("[co2e]")]
CarbonIntensity = Annotated[Quantity, Dimension("[co2e]/[energy]")]
Volume = Annotated[Quantity, Dimension("[volume]")]
WaterIntensity = Annotated[Quantity, Dimension("[volume]/[energy]")]

_P = ParamSpec("_P")
_R = TypeVar("_R")


def checked(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The function, with the dimension of each annotated quantity checked at every call.

    Raises:
        pint.DimensionalityError: (from the wrapped function) an argument has another dimension; it is a TypeError.
    """
    signature = inspect.signature(function)
    wanted = {
        name: hint.__metadata__[0].name
        for name, hint in get_type_hints(function, include_extras=True).items()
        if name != "return" and hasattr(hint, "__metadata__")
    }
    dimensions = {name: registry.get_dimensionality(_dimension_units(text)) for name, text in wanted.items()}

    @functools.wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        bound = signature.bind(*args, **kwargs).arguments
        for name, dimension in dimensions.items():
            value = bound.get(name)
            if value is not None and getattr(value, "dimensionality", None) != dimension:
                raise DimensionError(f"{function.__name__}: {name} must be {wanted[name]}, got {_described(value)}")
        return function(*args, **kwargs)

    return call


class DimensionError(TypeError):
    """A quantity of the wrong kind was given, such as an energy for a power."""


def _dimension_units(text: str) -> Any:
    names = {"[]": "", "[power]": "W", "[energy]": "Wh", "[time]": "hour", "[chip]": "chip", "[currency]": "USD"}
    names |= {"[co2e]": "gCO2e", "[volume]": "L"}
    parts = [names[part] for part in text.split("/")]
    return registry.Unit("/".join(parts)) if parts != [""] else registry.Unit("")


def _described(value: Any) -> str:
    if not isinstance(value, registry.Quantity):
        return f"{value!r} without a unit"
    shown = value if np.ndim(value.m) == 0 else Quantity(float(np.median(value.m)), value.u)
    return f"{shown:~g}" + ("" if np.ndim(value.m) == 0 else " (median of draws)")


# --- reading ---------------------------------------------------------------------------------------------------------

MAX_TEXT = 200
_NUMBER = r"(?P<number>(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,15})(?:\.[0-9]{1,12})?)"
_AMOUNT = re.compile(rf"(?P<sign>US\$|\$|USD )?{_NUMBER}(?P<rest>.*)", re.ASCII)
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
_OTHER_MONEY = re.compile(r"€|£|¥|\b(?:EUR|GBP|JPY|CNY|RMB|euros?|pounds?|yen|yuan)\b", re.IGNORECASE)


MOST = (Quantity(100, "TW"), Quantity(1e15, "USD"), Quantity(1e11, "chip"))


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
        raise QuantityError(f"{_shown(text)}: must start with a number such as 100000, 1,000 or 1.4{_hint(text)}")
    number = float(match["number"].replace(",", ""))
    rest = match["rest"]
    _refuse_rest(text, rest)
    if number == 0:
        raise QuantityError(f"{_shown(text)}: must be above 0, got 0")
    amount = _money(text, match["sign"], number, rest) or _power(number, rest.strip()) or _count(text, number, rest)
    most = next(limit for limit in MOST if limit.dimensionality == amount.quantity.dimensionality)
    if amount.quantity > most:
        raise QuantityError(f"{_shown(text)}: must be at most {most:~,.0f}, beyond anything on Earth")
    return amount


def _plain(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise QuantityError(f"text: must be at most {MAX_TEXT} characters, got {len(text):,}")
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
    return f"; got {_shown(text[:1])} first"


def _refuse_rest(text: str, rest: str) -> None:
    if re.match(r"\s*(?:[-–—−~]|to\b|or\b|\.\.)\s*\$?[0-9]", rest):
        raise QuantityError(f"{_shown(text)}: must be one number, got a range; give each end by itself")
    if re.match(r"\s*[0-9]", rest):
        raise QuantityError(f"{_shown(text)}: must be one number, got two; write thousands as 1,000 or 1000")
    if re.match(r"[eE][+-]?[0-9]", rest):
        raise QuantityError(f"{_shown(text)}: must be a number written in full, got an exponent")
    if re.match(r"\s*[*/+^%=().,;_]", rest):
        raise QuantityError(
            f"{_shown(text)}: must be one number and one unit, got an expression at {_shown(rest[:12])}"
        )
    if _OTHER_MONEY.search(rest):
        raise UnitError(
            f"{_shown(text)}: amounts of money must be in US dollars, got {_shown(rest.strip())}; convert first"
        )


def _money(text: str, sign: str | None, number: float, rest: str) -> Amount | None:
    match = _MONEY.fullmatch(rest)
    if match is None or not (sign or match["unit"]):
        if sign:
            raise QuantityError(
                f'{_shown(text)}: must be dollars such as "$38bn over 7 years", got {_shown(rest)} after it'
            )
        return None
    dollars = Quantity(number * _SCALES.get(match["scale"] or "", 1.0), "USD")
    term = quantity(float(match["term"]), "year") if match["term"] else None
    if term is not None and term.m == 0:
        raise QuantityError(f"{_shown(text)}: the term must be above 0 years, got 0")
    return Amount(dollars, term=term)


def _power(number: float, name: str) -> Amount | None:
    if name in _POWER_UNITS:
        return Amount(quantity(number, name))
    if re.match(r"[kMGT]?W\b", name):
        raise QuantityError(f"{_shown(name)}: must end after the unit, got more; the chip is named apart")
    if re.match(r"[kMGT]?Wh\b", name):
        raise UnitError(f"{_shown(name)}: must be a capacity in {', '.join(_POWER_UNITS)}; an energy is no capacity")
    if name.lower() in {u.lower() for u in (*_POWER_UNITS, *_ENERGY_UNITS)}:
        raise UnitError(f"{_shown(name)}: must be one of {', '.join(_POWER_UNITS)}, in this case{_advice(name)}")
    return None


def _count(text: str, number: float, rest: str) -> Amount:
    match = _COUNT.fullmatch(rest.strip())
    name = match["name"].strip() if match else ""
    if not name or name in _SCALES:
        raise QuantityError(
            f"{_shown(text)}: must have a unit or a chip after the number, "
            'such as "30 GW", "100000 H100" or "38 billion USD", got none'
        )
    return Amount(Quantity(number * _SCALES.get((match and match["scale"]) or "", 1.0), "chip"), name=name)


def read_cell(text: str) -> float:
    """The number in a cell of a table: digits, one point, perhaps a minus; nothing else.

    Raises:
        QuantityError: the cell holds anything else, such as `1,000`, `1e9`, `NA` or `5–6`.
    """
    if not _CELL.fullmatch(text):
        raise QuantityError(f"must be a plain number such as 1000 or 0.5, got {_shown(text)}")
    return float(text)


def _advice(name: str) -> str:
    if name == "mW":
        return "; mW is a milliwatt, a thousand-millionth of MW"
    near = [known for known in UNITS if known.lower() == name.lower() and known != name]
    return f"; did you mean {near[0]}?" if near else ""


def _shown(text: str) -> str:
    shortened = text if len(text) <= 40 else text[:37] + "..."
    return (
        '"' + shortened.encode("unicode_escape").decode("ascii").replace("\\u2013", "–").replace("\\u2014", "—") + '"'
    )


# --- writing ---------------------------------------------------------------------------------------------------------

_LADDERS: dict[str, tuple[tuple[str, float], ...]] = {
    "MW": (("GW", 1e3), ("MW", 1.0), ("kW", 1e-3)),
    "TWh": (("TWh", 1.0), ("GWh", 1e-3)),
    "USD": (("trillion", 1e12), ("billion", 1e9), ("million", 1e6), ("", 1.0)),
    "chips": (("million chips", 1e6), ("chips", 1.0)),
}
_FROM = {"TWh": 0.1}  # tenths of a TWh read better than hundreds of GWh


def rounded(value: float, figures: int = 2) -> float:
    """The number to so many significant figures; 0 stays 0."""
    return float(f"{value:.{figures}g}") if value else 0.0


def number_text(value: float, figures: int = 2) -> str:
    """A number for readers: significant figures, thousands separated, no exponent.

    >>> number_text(157.6), number_text(214_500), number_text(0.0512)
    ('160', '210,000', '0.051')
    """
    value = rounded(value, figures)
    if value == 0:
        return "0"
    decimals = max(0, figures - 1 - int(np.floor(np.log10(abs(value)))))
    return f"{value:,.{decimals}f}"


def ladder(value: float, unit_name: str) -> tuple[str, float]:
    """The unit a reader would use for a value given in `unit_name`, and what to divide by."""
    steps = _LADDERS.get(unit_name, ((unit_name, 1.0),))
    return next((step for step in steps if abs(value) >= step[1] * _FROM.get(step[0], 1.0)), steps[-1])


def reader_text(value: float, unit_name: str, figures: int = 2) -> str:
    """A value for readers in the unit that suits its size.

    >>> reader_text(181.2, "MW"), reader_text(30_000, "MW"), reader_text(1.4e12, "USD")
    ('180 MW', '30 GW', '$1.4 trillion')
    """
    name, divisor = ladder(value, unit_name)
    text = number_text(value / divisor, figures)
    return f"${text} {name}".strip() if unit_name == "USD" else f"{text} {name}"


def given_text(value: float, unit_name: str) -> str:
    """A value as somebody gave it, to six figures: `$38 billion`, `1.2 GW`, `100,000 chips`."""
    name, divisor = ladder(value, unit_name)
    text = f"{round(value / divisor, 6):,.6g}"
    return f"${text} {name}".strip() if unit_name == "USD" else f"{text} {name}"


def exact(low: float, high: float) -> bool:
    """Whether two ends are one value but for rounding: no doubt between them."""
    return abs(high - low) <= 1e-9 * abs(high)


def spread_text(low: float, middle: float, high: float, unit_name: str) -> str:
    """A median with its range in one unit: `160 TWh (120–200)`; without a width, the number alone to three figures."""
    if exact(low, high):
        return given_text(middle, unit_name)
    name, divisor = ladder(high, unit_name)
    text = number_text(middle / divisor)
    ends = f"({number_text(low / divisor)}–{number_text(high / divisor)})"
    return f"${text} {name} {ends}" if unit_name == "USD" else f"{text} {name} {ends}"


def range_text(low: float, high: float, unit_name: str, figures: int = 2) -> str:
    """Two ends for readers in one unit: `120–200 TWh`, `$26–57 billion`."""
    name, divisor = ladder(high, unit_name)
    ends = f"{number_text(low / divisor, figures)}–{number_text(high / divisor, figures)}"
    return f"${ends} {name}".strip() if unit_name == "USD" else f"{ends} {name}"
