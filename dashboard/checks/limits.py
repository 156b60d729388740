"""How far a number may go before it is a slip of unit, decimal point or column. Wide on purpose."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dashboard.units import quantity


@dataclass(frozen=True)
class Limit:
    """Lowest and highest believable value; for a reading with its own unit, in `unit` and in these tables."""

    low: float
    high: float
    unit: str = ""
    tables: frozenset[str] = frozenset()
    or_zero: bool = False

    def holds(self, value: float) -> bool:
        """Whether a value is believable."""
        return self.low <= value <= self.high or (self.or_zero and value == 0)


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
            "demand": Limit(0.001, 40_000),
            "peak": Limit(0.001, 3_000),
            "capacity": Limit(0.001, 15_000),
            "carbon_intensity": Limit(2, 1_500, or_zero=True),  # one in kg is below 2
        },
        "pairs": {"chip_count": Limit(1, 20_000_000)},
        "links": {"share": Limit(0.001, 1)},
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

SYSTEM_OVER_CHIPS = 10.0  # times the TDP of its chips: no system was seen above 2.1

_CLAIMS = frozenset({"claims"})
MOST = 1e9  # of any other reading, in its own unit
QUANTITY_LIMITS: tuple[Limit, ...] = (
    Limit(1, 20_000, "MW", frozenset({"milestones"}), or_zero=True),
    Limit(0.0001, 20_000, "MW", frozenset({"pairs"})),
    Limit(0.0001, 10_000, "GW", _CLAIMS),
    Limit(0.001, 100_000, "TWh", _CLAIMS),
    Limit(0.001, 400, "billion USD/GW", _CLAIMS),
    Limit(1_000, 50e12, "USD", _CLAIMS),
    Limit(1, 100_000_000, "chips", _CLAIMS),
    Limit(0.01, 100, "year", _CLAIMS),
    Limit(0.01, 100, "percent", _CLAIMS),
)

# What a parameter is measured in, and how far its low, central and high may go; above 0 where something is divided by
# it, or where a load would be nothing.
FACTORS: Mapping[str, Limit] = MappingProxyType(
    {
        "it_power": Limit(0.01, 60, "kW/chip"),
        "server_ratio": Limit(0.5, 10, "ratio"),
        "it_ratio": Limit(0.5, 10, "ratio"),
        "model_error": Limit(0.1, 10, "ratio"),
        "system_rating": Limit(0.1, 10, "ratio"),
        "draw_ratio": Limit(0.01, 1, "fraction"),
        "busy_ratio": Limit(0.01, 1, "fraction"),
        "mature_load": Limit(0.01, 1, "fraction"),
        "peak_overhead": Limit(0.001, 5, "ratio"),
        "overhead_ratio": Limit(0.01, 1, "fraction"),
        "peak_share": Limit(0.01, 1, "fraction"),
        "peak_over_grid": Limit(0.01, 1, "fraction"),
        "capex_per_it_power": Limit(0.1, 200, "billion USD/GW"),
        "contract_revenue": Limit(0.1, 200, "million USD/MW/year"),
        "chip_price": Limit(0.01, 100, "USD/chip/hour"),
        "accelerator_share": Limit(0.01, 1, "fraction"),
        "ramp_loss": Limit(0.001, 5, "year"),
        "outside_estimate": Limit(0.1, 10, "ratio"),
        "fill_ramp": Limit(0.01, 120, "month"),
        "delay": Limit(0.1, 7_300, "day"),
        "delay_none": Limit(0, 1, "fraction"),
        "realisation": Limit(0, 1, "fraction"),
        "overlap": Limit(0, 1, "fraction"),
        "it_life": Limit(0.5, 50, "year"),
        "building_life": Limit(0.5, 100, "year"),
        "it_capital_share": Limit(0.01, 1, "fraction"),
        "cost_of_capital": Limit(0.0001, 1, "fraction"),
        "running_cost": Limit(0.0001, 100, "million USD/MW/year"),
        "embodied_carbon": Limit(0.0001, 100, "t/kW"),
        "grid_intensity": Limit(0.1, 1_500, "g/kWh"),
        "electricity_price": Limit(0.1, 1_000, "USD/MWh"),
        "site_water": Limit(0.0001, 20, "L/kWh"),
        "power_water": Limit(0.0001, 20, "L/kWh"),
        "load_factor": Limit(0.01, 1, "fraction"),
        "capacity_factor": Limit(0.01, 1, "fraction"),
        "accreditation": Limit(0.01, 1, "fraction"),
        "reserve_margin": Limit(0, 1, "fraction"),
    }
)

# The unit that a reading of some quantity must be convertible to.
KINDS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "claims": {
            "power": ("MW",),
            "money": ("USD",),
            "chips": ("chip", "chip/GW"),
            "energy": ("TWh",),
            "money_per_power": ("billion USD/GW", "billion USD/GW/year"),
            "term": ("year",),
            "share": ("percent",),
        },
        "equivalents": {
            "power": ("MW",),
            "energy": ("TWh/year",),
            "energy_per_use": ("kWh",),
            "energy_stored": ("kWh",),
            "energy_per_distance": ("kWh/km",),
            "carbon_intensity": ("gCO2/kWh",),
            "emissions": ("kgCO2/year",),
        },
    }
)


def same_kind(first: str, second: str) -> bool:
    """Whether two units measure the same."""
    return bool(quantity(1, first).dimensionality == quantity(1, second).dimensionality)
