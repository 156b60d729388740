"""Energy over a year and what follows from it: emissions, water, cost of electricity, plants.

Source: method sections 1 and 5.
"""

from dashboard.units import (
    YEAR,
    CarbonIntensity,
    CarbonPerPower,
    Emissions,
    Energy,
    Money,
    MoneyPerEnergy,
    Power,
    Quantity,
    Ratio,
    Volume,
    WaterIntensity,
    checked,
    unit,
)


@checked
def annual_energy(average: Power) -> Energy:
    """Energy of one year of 8,760 h: average x year. Only an average converts to energy.

    >>> print(f"{annual_energy(Quantity(1, 'GW')):~.2f}")
    8.76 TWh
    """
    return (average * YEAR).to(unit("TWh"))


@checked
def emissions(energy: Energy, grid_intensity: CarbonIntensity) -> Emissions:
    """CO2 equivalent of a year's energy: energy x grid_intensity.

    >>> print(f"{emissions(Quantity(158, 'TWh'), Quantity(370, 'gCO2e/kWh')):~.1f}")
    58.5 MtCO2e
    """
    return (energy * grid_intensity).to(unit("Mt"))


@checked
def embodied(it_capacity: Power, per_power: CarbonPerPower) -> Emissions:
    """CO2 equivalent of making equipment and building, once: it_capacity x per_power.

    >>> print(f"{embodied(Quantity(1, 'GW'), Quantity(1.2, 'tCO2e/kW')):~.1f}")
    1.2 MtCO2e
    """
    return (it_capacity * per_power).to(unit("Mt"))


@checked
def water(energy: Energy, site_water: WaterIntensity, power_water: WaterIntensity) -> Volume:
    """Water used on site and at power plants: energy x (site_water + power_water)."""
    return (energy * (site_water + power_water)).to(unit("GL"))


@checked
def electricity_cost(energy: Energy, price: MoneyPerEnergy) -> Money:
    """Bill for a year's energy: energy x price.

    >>> print(f"{electricity_cost(Quantity(1, 'TWh'), Quantity(60, 'USD/MWh')):~.0f}")
    60000000 USD
    """
    return (energy * price).to(unit("USD"))


@checked
def plant_capacity(average: Power, capacity_factor: Ratio) -> Power:
    """Nameplate of plants that make as much energy in a year: average / capacity_factor."""
    return (average / capacity_factor).to(unit("MW"))


@checked
def accredited_capacity(load_at_peak: Power, reserve_margin: Ratio) -> Power:
    """Firm capacity that a load at the system's peak asks for: load x (1 + reserve)."""
    return (load_at_peak * (Quantity(1, "") + reserve_margin)).to(unit("MW"))
