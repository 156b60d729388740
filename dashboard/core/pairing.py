"""What may be set beside what: capacity, peak, average and a year's energy are four things.

Power and energy differ in dimension, but capacity, peak and average do not, and neither does TWh a year: the kind is
checked by name. Source: method section 5.
"""

from typing import Literal

from dashboard.units import Quantity, registry

Kind = Literal["capacity", "peak", "average", "energy"]
KINDS: dict[Kind, str] = {
    "capacity": "a capacity (what could be drawn)",
    "peak": "a load at its highest metered hour",
    "average": "an average load",
    "energy": "the energy of a year",
}
_UNITS: dict[Kind, str] = {"capacity": "MW", "peak": "MW", "average": "MW", "energy": "TWh"}


class PairingError(ValueError):
    """Two quantities were set side by side that must not be, such as a capacity and an energy."""


def require(wanted: Kind, kind: Kind, value: Quantity, question: str) -> None:
    """Refuse a load of another kind, or of a dimension that its kind cannot have.

    Raises:
        PairingError: the question needs another kind of load.

    >>> require("energy", "capacity", Quantity(30, "GW"), "share of demand")
    Traceback (most recent call last):
    dashboard.core.pairing.PairingError: share of demand: must be asked of the energy of a year, got a capacity ...
    """
    if kind != wanted:
        raise PairingError(f"{question}: must be asked of {KINDS[wanted]}, got {KINDS[kind]}")
    if value.dimensionality != registry.get_dimensionality(registry.Unit(_UNITS[kind])):
        raise PairingError(f"{question}: {KINDS[kind]} must be in {_UNITS[kind]}, got {value.u:~P}")
