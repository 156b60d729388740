"""Rows that pages call by name: the claim, the story's deals, the grids and things beside them, the method's factors.

Without one of them a page would have no answer. A row that a page can do without is not here.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from dashboard.catalog import Problem, name_key
from dashboard.checks.reading import Table

Tables = Mapping[str, Table]
Cells = Mapping[str, str]  # column -> what must stand there; FILLED for any value
FILLED = "…"

_POWER = {"quantity": "power", "until": "2030-12-31"}  # the month that the page tells
_HOUSEHOLD = {"quantity": "energy", "category": "household"}
NAMED: Mapping[str, Mapping[str, Cells]] = MappingProxyType(
    {
        "commitments": {
            "agg-openai-2025-10": {"power [GW]": FILLED},
            "openai-aws-2025": {"money_kind": "contract", "amount [billion USD]": FILLED, "term [year]": FILLED},
            "anthropic-rainier-2025": {"chip_id": FILLED, "chip_count_low": FILLED},
        },
        "claims": {"openai-power-2030": _POWER},
        "grids": {
            "ita": {"demand [TWh]": FILLED, "peak [GW]": FILLED},
            "usa": {"demand [TWh]": FILLED},
            **{name: {} for name in ("deu", "fra", "gbr", "irl", "world")},
            **{name: {"peak [GW]": FILLED} for name in ("us-lower48", "ercot")},
        },
        "equivalents": {
            **{name: {"quantity": "energy"} for name in ("sector-datacentres-world", "us-nuclear-generation")},
            **dict.fromkeys(("household-us", "household-eu", "household-italy"), _HOUSEHOLD),
        },
        "claim_types": {"unknown": {}, "campus": {}},
    }
)
SERIES = "openai-in-use"  # the way to openai-power-2030 begins at one of these claims
CHIPS = ("H100", "Trainium2")
PARAMETERS: tuple[tuple[str, str], ...] = (
    *(
        (name, "")
        for name in (
            *("server_ratio", "it_ratio", "system_rating", "model_error", "draw_ratio", "busy_ratio", "mature_load"),
            *("peak_overhead", "overhead_ratio", "peak_share", "peak_over_grid", "capex_per_it_power", "chip_price"),
            *("contract_revenue", "accelerator_share", "ramp_loss", "fill_ramp", "delay", "delay_none"),
            *("electricity_price", "site_water", "power_water", "reserve_margin", "outside_estimate"),
            *("it_capital_share", "it_life", "building_life", "cost_of_capital", "running_cost", "embodied_carbon"),
        )
    ),
    ("it_power", "gb200-gb300"),
    ("grid_intensity", "world"),
    *(("realisation", status) for status in ("energised", "building", "signed", "request")),
    *(("overlap", place) for place in ("stargate", "cloud")),
    *(("capacity_factor", plant) for plant in ("nuclear", "gas-cc", "wind", "solar")),
    *(("accreditation", plant) for plant in ("firm", "solar-storage", "solar", "wind")),
)


def named_rows(tables: Tables) -> Iterator[Problem]:
    """The rows that pages stand on, and in them what the pages read."""
    for name, rows in NAMED.items():
        if (table := tables.get(name)) is not None:
            yield from _rows(table, rows)
    yield from _way_to_the_claim(tables)
    yield from _said_twice(tables)
    yield from _chips(tables)
    yield from _parameters(tables)
    yield from _ledgers(tables)


def _rows(table: Table, rows: Mapping[str, Cells]) -> Iterator[Problem]:
    found = {row[table.header[0]]: (line, row) for line, row in table.records()}
    for key, cells in rows.items():
        if key in table.broken_ids or table.cut_short:
            continue
        if key not in found:
            what = f'must have the row "{key}", which a page stands on, got none'
            yield Problem(table.name, None, table.header[0], key, what, "put the row back")
            continue
        line, row = found[key]
        for column, wanted in cells.items():
            if not row[column] or wanted not in (FILLED, row[column]):
                words = "be filled in" if wanted is FILLED else f'be "{wanted}"'
                what = f'must {words} in the row "{key}", which a page stands on, got "{row[column][:40]}"'
                yield Problem(table.name, line, column, row[column], what, "put the value back")


def _way_to_the_claim(tables: Tables) -> Iterator[Problem]:
    """A second claim of power at another date, between which the claimed total grows."""
    table = tables.get("claims")
    goal = table.by_id().get("openai-power-2030") if table is not None else None
    if table is None or goal is None or table.cut_short:
        return
    for row in table.by_id().values():
        if row["series"] == SERIES and row["quantity"] == "power" and row["until"][:7] not in ("", goal["until"][:7]):
            return
    what = f"must have a claim of power in the series {SERIES} with another date than openai-power-2030, got none"
    yield Problem("claims", None, "series", SERIES, what, "put the row back")


def _said_twice(tables: Tables) -> Iterator[Problem]:
    """The claim of 28 October 2025 stands among the deals and among the claims: pages read one here, one there."""
    deals, claims = tables.get("commitments"), tables.get("claims")
    if deals is None or claims is None:
        return
    total = deals.by_id().get("agg-openai-2025-10")
    for line, row in claims.records():
        if total is None or row["claim_id"] != "story-openai-power":
            continue
        wanted, got = f"{total['power [GW]']} GW", f"{row['value']} {row['unit']}"
        if got != wanted:
            what = f'must be the {wanted} of the commitment "agg-openai-2025-10", got {got}'
            yield Problem("claims", line, "value", row["value"], what, "the same words: change both or neither")


def _chips(tables: Tables) -> Iterator[Problem]:
    table = tables.get("accelerators")
    if table is None or table.cut_short or table.broken_ids:
        return
    names = {
        name_key(name)
        for row in table.by_id().values()
        for name in (row["chip_id"], row["name"], *row["aliases"].split(";"))
    }
    for name in CHIPS:
        if name_key(name) not in names:
            what = f'must have a chip that goes by the name "{name}", which a page stands on, got none'
            yield Problem("accelerators", None, "aliases", name, what, "put the row or the alias back")


def _parameters(tables: Tables) -> Iterator[Problem]:
    table = tables.get("parameters")
    if table is None or table.cut_short or table.broken_ids:
        return
    found = {(row["quantity"], row["scope"]) for row in table.by_id().values()}
    for name, scope in PARAMETERS:
        if (name, scope) not in found:
            what = f"must have a row of {name} with {f'the scope {scope}' if scope else 'an empty scope'}, got none"
            yield Problem("parameters", None, "quantity", name, what, "put the row back")


def _ledgers(tables: Tables) -> Iterator[Problem]:
    """Deals of the ledger's chips are chips: capacity overlaps as that of sites or of clouds."""
    table = tables.get("commitments")
    for line, row in table.records() if table is not None else ():
        if row["ledger"] == "chips" and row["layer"] != "chips":
            what = f'must be stargate or cloud where the layer is {row["layer"]}, got "chips"'
            yield Problem("commitments", line, "ledger", "chips", what, "see the column layer")
