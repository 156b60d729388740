"""Dollars to power and back: capital cost and what it is a year, and cloud contracts by chips and by revenue.

Capital, service over years and rent are different dollars and use different divisors (method section 1).
"""

import numpy as np

from dashboard.units import (
    YEAR,
    ChipPrice,
    Chips,
    Duration,
    Money,
    MoneyPerPower,
    Power,
    Quantity,
    Ratio,
    checked,
    unit,
)


@checked
def it_power_of_capex(amount: Money, capex_per_it_power: MoneyPerPower) -> Power:
    """IT capacity that a capital sum builds: amount / capex_per_it_power (C_IT = $ / c)."""
    return (amount / capex_per_it_power).to(unit("MW"))


@checked
def capex(it_capacity: Power, capex_per_it_power: MoneyPerPower) -> Money:
    """Capital cost of an IT capacity: it_capacity x capex_per_it_power."""
    return (it_capacity * capex_per_it_power).to(unit("USD"))


@checked
def lost_to_ramp(term: Duration, ramp_loss: Duration) -> Duration:
    """Years that are not billed while chips are switched on: half of a ramp, which ends before the contract does."""
    return np.minimum(ramp_loss, term / 2).to(unit("year"))


@checked
def rented_chips(
    amount: Money, accelerator_share: Ratio, chip_price: ChipPrice, term: Duration, ramp_loss: Duration
) -> Chips:
    """Chips that a cloud contract rents: V a / (p x (T - ramp loss)), every hour billed (take or pay)."""
    return (amount * accelerator_share / (chip_price * (term - ramp_loss))).to(unit("chip"))


@checked
def it_power_of_contract(amount: Money, term: Duration, revenue: Quantity) -> Power:
    """IT capacity that a contract's yearly revenue pays for: V / (T r), r in dollars per MW(IT) and year."""
    return (amount / (term * revenue)).to(unit("MW"))


@checked
def yearly_capital(amount: Money, life: Duration, cost_of_capital: Ratio) -> Money:
    """The same payment every year that pays a sum back over its life with interest: V i / (1 - (1 + i)^-L).

    >>> print(f"{yearly_capital(Quantity(38, 'USD'), Quantity(5, 'annum'), Quantity(0.065, '')):~.2f}")
    9.14 USD
    """
    rate = cost_of_capital.m_as("")
    share = rate / -np.expm1(-life.m_as(unit("year")) * np.log1p(rate))
    return (amount * Quantity(share, "")).to(unit("USD"))


@checked
def running_cost(it_capacity: Power, per_year: Quantity) -> Money:
    """Upkeep, taxes and staff of a year: it_capacity x per_year, in dollars per MW(IT) and year."""
    return (it_capacity * per_year * YEAR).to(unit("USD"))
