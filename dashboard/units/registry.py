"""The unit registry, and the closed list of unit names: no unit is ever read by pint's expression parser."""

import functools
from typing import TYPE_CHECKING, Any, TypeAlias

import pint

# All that stands behind UNITS. Pint's own list of a thousand units takes a third of a second to read at every start.
_DEFINITIONS = (
    "kilo- = 1e3 = k-",
    "mega- = 1e6 = M-",
    "giga- = 1e9 = G-",
    "tera- = 1e12 = T-",
    "milli- = 1e-3 = m-",
    "second = [time] = s",
    "minute = 60 * second = min",
    "hour = 60 * minute = h",
    "day = 24 * hour = d",
    "annum = 8760 * hour",  # the method's year; pint's own `year` is 8,766 h
    "month_of_hours = 730 * hour",
    "meter = [length] = m",
    "gram = [mass] = g",
    "liter = 1e-3 * meter ** 3 = L",
    "[energy] = [mass] * [length] ** 2 / [time] ** 2",
    "[power] = [energy] / [time]",
    "joule = kilogram * meter ** 2 / second ** 2 = J",
    "watt = joule / second = W",
    "watt_hour = watt * hour = Wh",
    "radian = []",
    "degree = π / 180 * radian = deg",
    "percent = 0.01 = %",
    "bit = []",
    "byte = 8 * bit = B",
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
)


def _registry() -> pint.UnitRegistry[Any]:
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(_DEFINITIONS)
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
    "t/kW": "tCO2e/kW",
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


@functools.cache
def unit(name: str) -> Any:
    """The registry's unit for a name of the closed list.

    Raises:
        UnitError: the name is not in the list; the message says what is, and warns of mW for MW.
    """
    if name not in UNITS:
        raise UnitError(f"unit: must be one of {', '.join(UNITS)}; got {shown(name)}{advice(name)}")
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


def advice(name: str) -> str:
    """What may have been meant by a name that is not in the list, with a semicolon before it; or nothing."""
    if name == "mW":
        return "; mW is a milliwatt, a thousand-millionth of MW"
    near = [known for known in UNITS if known.lower() == name.lower() and known != name]
    return f"; did you mean {near[0]}?" if near else ""


def shown(text: str) -> str:
    """A text of somebody else in quotes, for a message: at most 40 characters, all of them printable."""
    shortened = text if len(text) <= 40 else text[:37] + "..."
    return '"' + "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in shortened) + '"'
