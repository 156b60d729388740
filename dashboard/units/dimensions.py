"""Dimensions at the signature: what kind of quantity each argument must be, checked at every call."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ParamSpec, TypeVar, get_type_hints

import numpy as np

from dashboard.units.registry import Quantity, registry


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
CarbonPerPower = Annotated[Quantity, Dimension("[co2e]/[power]")]
CarbonIntensity = Annotated[Quantity, Dimension("[co2e]/[energy]")]
Volume = Annotated[Quantity, Dimension("[volume]")]
WaterIntensity = Annotated[Quantity, Dimension("[volume]/[energy]")]

_P = ParamSpec("_P")
_R = TypeVar("_R")


def checked(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The function, with the dimension of each annotated quantity checked at every call.

    Raises:
        DimensionError: (from the wrapped function) an argument has another dimension, or is a number without a unit.
    """
    names = tuple(inspect.signature(function).parameters)
    wanted = {
        name: hint.__metadata__[0].name
        for name, hint in get_type_hints(function, include_extras=True).items()
        if name != "return" and hasattr(hint, "__metadata__")
    }
    dimensions = {name: registry.get_dimensionality(_dimension_units(text)) for name, text in wanted.items()}

    @functools.wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        bound: dict[str, Any] = {**dict(zip(names, args, strict=False)), **kwargs}
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
