"""What the cells of one row must be to each other, as a table: where one says this, another must say that."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dashboard.catalog import Problem
from dashboard.checks.reading import Table, number, shown

FILLED, EMPTY, ABOVE_0 = "filled in", "empty", "above 0"


@dataclass(frozen=True)
class Rule:
    """Where `column` of a table has one of `cells`, `other` must be one of `wanted`; both may be FILLED or EMPTY."""

    table: str
    column: str
    cells: tuple[str, ...]
    other: str
    wanted: tuple[str, ...]
    mend: str


POWER, MONEY, DEMAND, PEAK = "power [GW]", "amount [billion USD]", "demand [TWh]", "peak [GW]"
_STATE = "what runs is operating and energised, what does not is planned or full_build and not energised"
_SEEN = "what runs was seen or disclosed: correct the status or the basis"
_OFF = "leave the power empty where it is not known; what is given up is not energised"
_LAYER = "chips and what houses them are two layers, and money put into a firm is none of them"
_ALONE = "fill in both or neither"
_END = "see how the relation is described in datapackage.json"
RULES = (
    Rule("milestones", "kind", ("operating",), "status", ("energised",), _STATE),
    Rule("milestones", "kind", ("planned", "full_build"), "status", ("building", "signed", "request"), _STATE),
    Rule("milestones", "status", ("energised",), "basis", ("measured", "disclosed", "estimated"), _SEEN),
    Rule("milestones", "status", ("energised",), "power", (EMPTY, ABOVE_0), _OFF),
    Rule("milestones", "power", (FILLED,), "power_basis", (FILLED,), "say it, or write unknown"),
    Rule("milestones", "power", (EMPTY,), "power_basis", (EMPTY,), _ALONE),
    Rule("milestones", "power", (EMPTY,), "unit", (EMPTY,), _ALONE),
    Rule("commitments", POWER, (FILLED,), "power_basis", (FILLED,), "say it, or write unknown"),
    Rule("commitments", POWER, (FILLED,), "claim_type", (FILLED,), "say it, or write unknown"),
    Rule("commitments", POWER, (EMPTY,), "power_basis", (EMPTY,), _ALONE),
    Rule("commitments", POWER, (EMPTY,), "claim_type", (EMPTY,), _ALONE),
    Rule("commitments", "kind", ("chips",), "layer", ("chips", "user claim"), _LAYER),
    Rule("commitments", "kind", ("site",), "layer", ("capacity", "user claim"), _LAYER),
    Rule("commitments", "kind", ("investment",), "layer", ("investment",), _LAYER),
    Rule("commitments", "layer", ("investment",), "kind", ("investment",), _LAYER),
    Rule(
        "commitments", MONEY, (FILLED,), "money_kind", (FILLED,), "say what the dollars are: each kind has its divisor"
    ),
    Rule("claims", "quantity", ("power",), "basis", (FILLED,), "say it, or write unknown"),
    Rule("claims", "quantity", ("power",), "claim_type", (FILLED,), "say it, or write unknown"),
    Rule("claims", "claim_type", (FILLED,), "quantity", ("power",), "only power is read by its type: empty the type"),
    Rule("links", "relation", ("hosted at",), "to_kind", ("site",), _END),
    Rule(
        "links", "relation", ("fills", "expands", "replaces", "part of", "restates"), "to_kind", ("commitment",), _END
    ),
    Rule("grids", DEMAND, (FILLED,), "year", (FILLED,), "say of which year it is"),
    Rule("grids", PEAK, (FILLED,), "peak_kind", (FILLED,), "say whether it is a record or a lower bound"),
    Rule("grids", PEAK, (EMPTY,), "peak_kind", (EMPTY,), _ALONE),
)


def rows(tables: Mapping[str, Table]) -> Iterator[Problem]:
    """No row that contradicts itself, or says half of what belongs together."""
    for rule in RULES:
        for line, row in tables[rule.table].records() if rule.table in tables else ():
            cell, other = row[rule.column], row[rule.other]
            if _is_one(cell, rule.cells) and not _is_one(other, rule.wanted):
                where = f'{rule.column} is "{shown(cell)}"' if cell else f"{rule.column} is empty"
                what = f'must be {" or ".join(rule.wanted)} where {where}, got "{shown(other)}"'
                yield Problem(rule.table, line, rule.other, other, what, rule.mend)


def _is_one(cell: str, wanted: tuple[str, ...]) -> bool:
    """Whether a cell is one of these; a number that cannot be read has its own problem."""
    kinds = {FILLED: bool(cell), EMPTY: not cell, ABOVE_0: bool(cell) and number(cell) != 0}
    return any(kinds.get(word, cell == word) for word in wanted)
