"""The chains: from chips, from announced power, from capital and from a contract to every reading of the load.

Each is a product of named factors that holds one number or 4,096 draws alike; `p` values the factors and keeps the
steps. Source: method section 1.
"""

import numpy as np

from dashboard.core import energy, money, power
from dashboard.estimates.ask import RENTED, Ask
from dashboard.estimates.inputs import Inputs, Proportion, is_one_system, ratio_scopes
from dashboard.units import Quantity

Results = dict[str, Quantity]

BASIS_CHOICE = "basis of the announced power"
ROUTE_CHOICE = "way from dollars to power"

OF_CAPACITY = ("it_rated", "facility_peak", "grid_connection", "capex")
# What turns the capital of any chain into a year's cost, and its power into the carbon of making it: `owning` draws it.
OWNING = ("it_capital_share", "it_life", "building_life", "cost_of_capital", "running_cost", "embodied_carbon")
OF_AVERAGE = ("it_average", "facility_average", "annual_energy", "emissions", "water", "electricity_cost")


def from_chips(ask: Ask, p: Inputs) -> Results:
    """N k e at rating; x (1 + h) at the peak; x d (1 + g h) on average."""
    assert ask.chip is not None
    n, k, e = p.chips(), p.it_power(ask.chip, ask.amount), p("model_error")
    rated = power.rated_it_power(n, k, e)
    p.step("it_rated", "IT power at rating", "{N} × {k} × {ε}", rated, N=n, k=k, ε=e)
    peak = _facility_peak(p, rated, *ratio_scopes(ask.chip))
    p.reach((*OF_CAPACITY, *OF_AVERAGE), Proportion("model_error"))
    d = p("draw_ratio")
    it_average = p.step(
        "it_average", "IT average", "{P_rated} × {d}", power.average_power(rated, d), P_rated=rated, d=d
    )
    return {"chips": n, **_onward(ask, p, rated, peak, it_average)}


def published_state(ask: Ask, p: Inputs, basis: str) -> Quantity:
    """The power that a publication with this basis would print for the chips of an ask.

    `it_busy` is flat out (a benchmark run) and `unknown` half IT, half facility. Raises KeyError for another basis.
    """
    assert ask.chip is not None
    chip, one = ask.chip, is_one_system(ask.chip, ask.amount)
    scopes = ratio_scopes(chip)
    state = basis.replace("_", "-") + ("-one-system" if one else "")
    rated = power.rated_it_power(ask.amount, p.it_power(chip, ask.amount), p("model_error", state))
    if basis == "it_rated":
        return rated
    if basis == "it_busy":
        return power.average_power(rated, p("busy_ratio", *(("one-system",) if one else scopes)))
    if basis == "it_average":
        return power.average_power(rated, p("draw_ratio"))
    h = p("peak_overhead", *scopes)
    if basis == "facility_average":
        average = power.average_power(rated, p("draw_ratio"))
        return power.facility_power(average, power.average_pue(h, p("overhead_ratio")))
    peak = power.facility_power(rated, power.peak_pue(h))
    if basis == "grid_connection":
        return power.grid_connection(peak, p("peak_over_grid"))
    if basis == "unknown":
        return power.by_basis(p.category(BASIS_CHOICE, ask.weights), rated, peak, peak)
    return {"facility_peak": peak}[basis]


def from_power(ask: Ask, p: Inputs) -> Results:
    """An announced figure read as IT, facility or grid connection; the load is u of the critical IT capacity."""
    basis = p.category(BASIS_CHOICE, ask.weights)
    h = p("peak_overhead", *_scopes(ask))
    pue = power.peak_pue(h)
    facility = ask.amount.to("MW")
    shares = [weight > 0 for weight in ask.weights]
    of_grid = power.peak_of_connection(ask.amount, p("peak_over_grid")) if shares[2] else facility
    readings = (facility, power.it_of_facility(facility, pue), power.it_of_facility(of_grid, pue))
    if isinstance(basis, int):
        capacity = _reading_step(p, basis, ask.amount, pue, readings[basis])
    else:
        capacity = power.by_basis(basis, *readings)
    p.reach(OF_AVERAGE, Proportion("mature_load"))
    return _from_capacity(ask, p, capacity)


def _reading_step(p: Inputs, basis: int, amount: Quantity, pue: Quantity, capacity: Quantity) -> Quantity:
    if basis == 0:
        return p.step("it_rated", "Critical IT capacity", "{P}", capacity, P=amount)
    if basis == 1:
        return p.step("it_rated", "Critical IT capacity", "{P} ÷ {PUE_pk}", capacity, P=amount, PUE_pk=pue)
    s = p("peak_over_grid")
    return p.step(
        "it_rated", "Critical IT capacity", "{P} × {s_grid} ÷ {PUE_pk}", capacity, P=amount, s_grid=s, PUE_pk=pue
    )


def from_capex(ask: Ask, p: Inputs) -> Results:
    """$ / c of IT capacity."""
    c = p("capex_per_it_power")
    capacity = money.it_power_of_capex(ask.amount, c)
    p.step("it_rated", "IT capacity that the sum builds", "{V} ÷ {c}", capacity, V=ask.amount.to("billion_USD"), c=c)
    p.reach(OF_AVERAGE, Proportion("mature_load"))
    return {**_from_capacity(ask, p, capacity), "capex": ask.amount}


MIDDLE = "middle of the two ways, each as likely"
PRICED = ("gb200", "gb300")  # the families whose hours chip_price is the price of


def from_contract(ask: Ask, p: Inputs) -> Results:
    """Two ways, by the chips that the bill rents and by revenue per MW-year; which one is right is itself a doubt."""
    assert ask.term is not None
    v, t = ask.amount.to("billion_USD"), ask.term
    a, price, y = p("accelerator_share"), p("chip_price"), money.lost_to_ramp(t, p("ramp_loss"))
    chips = money.rented_chips(ask.amount, a, price, t, y)
    p.step("chips", "Chips rented", "{V} × {a} ÷ ({p} × 8,760 h × ({T} − {y}))", chips, V=v, a=a, p=price, T=t, y=y)
    k, e = _contract_it_power(ask, p), p("model_error")
    if ask.chip is not None and ask.chip.family not in PRICED and "chip_price" not in ask.overrides:
        p.warnings.append(
            f"the chips rented are counted at the hourly price of GB200 and GB300: set chip_price for {ask.chip.name}"
        )
    by_chips = power.rated_it_power(chips, k, e)
    p.step("it_by_chips", "IT power of those chips", "{N} × {k} × {ε}", by_chips, N=chips, k=k, ε=e)
    r = p("contract_revenue")
    by_revenue = money.it_power_of_contract(ask.amount, t, r)
    p.step("it_by_revenue", "IT power by revenue", "{V} ÷ ({T} × {r})", by_revenue, V=v, T=t, r=r)
    others = power.chip_count(by_revenue, k)
    p.step("chips_by_revenue", "Chips of that power", "{C_IT} ÷ {k}", others, C_IT=by_revenue, k=k)
    route = p.category(ROUTE_CHOICE, (0.5, 0.5))
    if isinstance(route, int):
        pooled = ((by_chips * by_revenue) ** 0.5).to("MW")
        capacity = p.step("it_rated", f"IT power, {MIDDLE}", "√({A} × {B})", pooled, A=by_chips, B=by_revenue)
        chips = p.step("chips_pooled", f"Chips, {MIDDLE}", "√({A} × {B})", (chips * others) ** 0.5, A=chips, B=others)
    else:
        capacity = power.by_basis(route, by_chips, by_revenue, by_revenue)
        chips = Quantity(np.where(route == 0, chips.m, others.m_as(chips.u)), chips.u)
    ways = (
        Proportion("model_error", capacity=by_chips),
        Proportion("contract_revenue", inverse=True, capacity=by_revenue, off=("chip_price",)),
    )
    p.reach((*OF_CAPACITY, *OF_AVERAGE), *ways)
    return {**_from_capacity(ask, p, capacity), "chips": chips, "contract_value": ask.amount}


def _contract_it_power(ask: Ask, p: Inputs) -> Quantity:
    if ask.chip is not None:
        return p.it_power(ask.chip)
    p.warnings.append("no chip named: the contract is read as rented GB200 or GB300")
    return p("it_power", RENTED)


def _from_capacity(ask: Ask, p: Inputs, capacity: Quantity) -> Results:
    peak = _facility_peak(p, capacity, *_scopes(ask))
    u = p("mature_load")
    it_average = p.step(
        "it_average", "IT average", "{C_IT} × {u}", power.average_power(capacity, u), C_IT=capacity, u=u
    )
    results = _onward(ask, p, capacity, peak, it_average)
    if ask.chip is not None and ask.kind != "contract":
        k = p.it_power(ask.chip)
        chips = power.chip_count(capacity, k)
        results["chips"] = p.step("chips", f"{ask.chip.name} that fill it", "{C_IT} ÷ {k}", chips, C_IT=capacity, k=k)
    return results


def _scopes(ask: Ask) -> tuple[str, ...]:
    """Whose cooling it is, where a chip is named."""
    return ratio_scopes(ask.chip) if ask.chip is not None else ()


def _facility_peak(p: Inputs, capacity: Quantity, *scopes: str) -> Quantity:
    h = p("peak_overhead", *scopes)
    peak = power.facility_power(capacity, power.peak_pue(h))
    return p.step("facility_peak", "Facility peak", "{C_IT} × (1 + {h})", peak, C_IT=capacity, h=h)


def _onward(ask: Ask, p: Inputs, rated: Quantity, peak: Quantity, it_average: Quantity) -> Results:
    """What follows from IT capacity, peak and average, whatever the chain began with."""
    h, g = p("peak_overhead"), p("overhead_ratio")
    average = power.facility_power(it_average, power.average_pue(h, g))
    parts = {"P_IT,avg": it_average, "g": g, "h": h}
    p.step("facility_average", "Facility average", "{P_IT,avg} × (1 + {g} × {h})", average, **parts)
    yearly = energy.annual_energy(average)
    p.step("annual_energy", "Energy a year", "{P_avg} × 8,760 h", yearly, P_avg=average)
    s = p("peak_over_grid")
    results = {
        "it_rated": rated,
        "it_average": it_average,
        "facility_peak": peak,
        "facility_average": average,
        "grid_connection": power.grid_connection(peak, s),
        "annual_energy": yearly,
    }
    p.step("grid_connection", "Grid connection", "{P_pk} ÷ {s_grid}", results["grid_connection"], P_pk=peak, s_grid=s)
    return results | _consequences(ask, p, rated, yearly)


def _consequences(ask: Ask, p: Inputs, rated: Quantity, yearly: Quantity) -> Results:
    intensity, price = p("grid_intensity", ask.region, "world"), p("electricity_price")
    w_site, w_power = p("site_water"), p("power_water")
    results = {
        "emissions": energy.emissions(yearly, intensity),
        "water": energy.water(yearly, w_site, w_power),
        "electricity_cost": energy.electricity_cost(yearly, price),
    }
    p.step("emissions", "CO₂ of the grid’s average mix", "{E} × {I}", results["emissions"], E=yearly, I=intensity)
    p.step(
        "water",
        "Water, on site and at power plants",
        "{E} × ({w} + {v})",
        results["water"],
        E=yearly,
        w=w_site,
        v=w_power,
    )
    p.step("electricity_cost", "Electricity bill", "{E} × {q}", results["electricity_cost"], E=yearly, q=price)
    if ask.kind != "capex":
        c = p("capex_per_it_power")
        results["capex"] = money.capex(rated, c)
        p.step("capex", "Capital cost, chips and buildings", "{C_IT} × {c}", results["capex"], C_IT=rated, c=c)
    return results


CHAINS = {"chips": from_chips, "power": from_power, "capex": from_capex, "contract": from_contract}
