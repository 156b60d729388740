"""How far a number may go before it is a slip of unit, decimal point or column. Wide on purpose."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Limit:
    """Lowest and highest believable value; for a reading with its own unit, in `unit` and in these tables."""

    low: float
    high: float
    unit: str = ""
    tables: frozenset[str] = frozenset()


LIMITS: Mapping[str, Mapping[str, Limit]] = MappingProxyType(
    {
        "accelerators": {
            "tdp": Limit(10, 25_000),
            "tdp_low": Limit(10, 25_000),
            "tdp_high": Limit(10, 25_000),
            "chips_per_system": Limit(1, 20_000),
            "system_power": Limit(0.1, 20_000),
            "compute": Limit(0.1, 500_000),
            "memory": Limit(0.1, 10_000),
        },
        "commitments": {
            "amount": Limit(0.001, 5_000),
            "term": Limit(0.1, 50),
            "power": Limit(0.001, 300),
            "chip_count_low": Limit(1, 100_000_000),
            "chip_count_high": Limit(1, 100_000_000),
        },
        "milestones": {"chip_count": Limit(1, 20_000_000), "capex": Limit(0.001, 1_000)},
        "grids": {
            "demand": Limit(0, 40_000),
            "peak": Limit(0.001, 3_000),
            "capacity": Limit(0.001, 15_000),
            "carbon_intensity": Limit(0, 1_500),
        },
        "pairs": {"chip_count": Limit(1, 20_000_000)},
        "links": {"share": Limit(0, 1)},
    }
)

# The columns low, central and high of a row, by its unit.
UNIT_LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "fraction": Limit(0, 1),
        "ratio": Limit(0, 20),
        "kW/chip": Limit(0.01, 60),
        "billion USD/GW": Limit(0.1, 200),
        "million USD/MW/year": Limit(0.1, 200),
        "USD/chip/hour": Limit(0.01, 100),
        "g/kWh": Limit(0, 1_500),
        "USD/MWh": Limit(0, 1_000),
        "L/kWh": Limit(0, 20),
    }
)

_POWER_TABLES = frozenset({"milestones", "pairs"})
QUANTITY_LIMITS: tuple[Limit, ...] = (
    Limit(0, 20_000, "MW", _POWER_TABLES),
    Limit(0, 400, "billion USD/GW", frozenset({"claims"})),
    Limit(0, 50e12, "USD", frozenset({"claims"})),
    Limit(0, 100_000_000, "chips", frozenset({"claims"})),
    Limit(0, 100, "year", frozenset({"claims"})),
)
