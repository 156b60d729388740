"""How rows stand to each other: links end at a row, come once, lead never back, and no deal stands in two houses."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from dashboard.catalog import Problem
from dashboard.checks.reading import Table, number, shown
from dashboard.units import QuantityError, read_cell

Tables = Mapping[str, Table]
Arrows = dict[tuple[str, str], int]  # from one id to another -> the row that says so
_INSIDE = dict.fromkeys(("part of", "fills"), '"part of" or "fills"')  # either way, the one stands in the other
SHOWN = 10  # loops told of one kind: each is looked for anew, and a table of nothing else would take minutes


def links(tables: Tables) -> Iterator[Problem]:
    """Links end at a row; a total is never a part, and no deal is linked to itself."""
    if (table := tables.get("links")) is None:
        return
    ends = {"commitment": tables.get("commitments"), "site": tables.get("sites")}
    known = {kind: end.by_id().keys() | end.broken_ids for kind, end in ends.items() if end is not None}
    totals = {
        key for key, row in (ends["commitment"].by_id() if ends["commitment"] else {}).items() if _is_total(key, row)
    }
    for line, row in table.records():
        if row["to_kind"] in known and row["to_id"] not in known[row["to_kind"]]:
            where = "commitments.csv" if row["to_kind"] == "commitment" else "sites.csv"
            what = f'must be an id of {where}, got "{shown(row["to_id"])}"'
            yield Problem("links", line, "to_id", row["to_id"], what, "write the id as it stands there")
        if row["from_id"] == row["to_id"]:
            yield Problem("links", line, "to_id", row["to_id"], "must be another row than from_id", "link two rows")
        if row["relation"] not in ("restates", "replaces"):
            for column in ("from_id", "to_id"):
                if row[column] in totals:
                    what = f'must not be a total (agg-) in "{row["relation"]}", got "{shown(row[column])}"'
                    mend = "a total is never a part: link the single deals, or use restates or replaces"
                    yield Problem("links", line, column, row[column], what, mend)


def _is_total(key: str, row: Mapping[str, str]) -> bool:
    return key.startswith("agg-") or row.get("aggregate") == "true"


def totals(tables: Tables) -> Iterator[Problem]:
    """Ids that begin with agg- are totals and say so."""
    if (table := tables.get("commitments")) is None:
        return
    for line, row in table.records():
        if row["commitment_id"].startswith("agg-") and row["aggregate"] == "false":
            what = "must be true, as the id begins with agg-, got false"
            yield Problem("commitments", line, "aggregate", "false", what, "correct the id or this column")


# What comes once, whatever the id of its row: the columns that tell it, of which the last is named.
ONCE = (
    ("links", ("from_id", "relation", "to_kind", "to_id"), "link"),
    ("parameters", ("quantity", "scope"), "quantity and scope"),
    *((table, ("name",), "name") for table in ("sites", "grids", "equivalents")),
    (
        "commitments",
        (
            *("buyer", "supplier", "user", "host", "kind", "layer", "amount [billion USD]", "power [GW]"),
            *("chip_name", "chip_count_low", "announced"),
        ),
        "deal",
    ),
    ("claims", ("subject", "statement", "quantity", "value", "unit", "basis", "until", "said"), "claim"),
    (
        "milestones",
        ("vintage", "site_id", "kind", "power", "unit", "power_basis", "chip_name", "chip_count", "date"),
        "state",
    ),
)


def twice(tables: Tables) -> Iterator[Problem]:
    """One row for a link, a name, a quantity and what it holds for; of one deal, claim or state both would count."""
    for name, columns, thing in ONCE:
        first: dict[tuple[str, ...], int] = {}
        for line, row in tables[name].records() if name in tables else ():
            told = tuple(row[column] for column in columns)
            if (known := first.setdefault(told, line)) != line:
                words = shown(" ".join(cell for cell in told if cell))
                what = f'must be another {thing} than that of row {known}, got "{words}" again'
                yield Problem(
                    name, line, columns[-1], row[columns[-1]], what, "keep one of the two rows, or tell them apart"
                )


def stated(tables: Tables) -> Iterator[Problem]:
    """Each site has a milestone: what is said of it, and the source, stand there."""
    states = tables.get("milestones")
    if states is None or states.cut_short or states.broken_ids:
        return
    known = {row["site_id"] for _, row in states.records()}
    for line, row in tables["sites"].records() if "sites" in tables else ():
        if row["site_id"] not in known:
            what = f'must have a milestone, got none of the site "{shown(row["site_id"])}"'
            yield Problem("sites", line, "", row["site_id"], what, "add one with its source, or remove the site")


def wholes(tables: Tables) -> Iterator[Problem]:
    """A deal is part of one whole: of two, each would count it, shares or none. Of one whole stated anew, all may."""
    again: dict[str, set[str]] = defaultdict(set)
    held: dict[str, tuple[int, str]] = {}
    rows = list(tables["links"].records()) if "links" in tables else []
    for _, row in rows:
        if row["relation"] in ("restates", "replaces"):
            again[row["from_id"]].add(row["to_id"])
            again[row["to_id"]].add(row["from_id"])
    for line, row in rows:
        if row["relation"] != "part of" or row["to_kind"] != "commitment":
            continue
        known, whole = held.setdefault(row["from_id"], (line, row["to_id"]))
        if row["to_id"] not in _reached(whole, again):
            what = (
                f'must be the one whole that "{shown(row["from_id"])}" is part of, got "{shown(row["to_id"])}" beside '
            )
            what += f'"{shown(whole)}" in row {known}: it would be counted in both'
            mend = "keep the link to the nearest whole; where that lies in the other, link the two"
            yield Problem("links", line, "to_id", row["to_id"], what, mend)


def marked(tables: Tables) -> Iterator[Problem]:
    """No two deals that `ledger` marks are one deal, or one in the other: that column adds what it marks.

    Only a part that is linked to its marked whole itself is taken into it.
    """
    deals = tables["commitments"].by_id() if "commitments" in tables else {}
    counted = {key for key, row in deals.items() if row["ledger"]}
    same, above = defaultdict(set), defaultdict(set)
    for _, row in tables["links"].records() if "links" in tables else ():
        if row["relation"] in ("restates", "replaces"):
            same[row["from_id"]].add(row["to_id"])
            same[row["to_id"]].add(row["from_id"])
        elif row["relation"] == "part of":
            above[row["from_id"]].add(row["to_id"])
    arrows = {key: same[key] | above[key] for key in {*same, *above}}
    for line, row in reversed([*tables["commitments"].records()] if counted else []):
        own = row["commitment_id"]
        if own not in counted:
            continue
        near = same[own] | (above[own] - counted)
        others = _reached(own, {**arrows, own: near}) if near else set()
        if other := min(others & counted - {own}, default=""):
            what = f'must be empty, for "{other}", which is or holds this deal, is marked too'
            what += f', got "{row["ledger"]}": the ledger would count it twice'
            yield Problem("commitments", line, "ledger", row["ledger"], what, "mark one of the two")
            counted.remove(own)


def _reached(start: str, arrows: Mapping[str, set[str]]) -> set[str]:
    found, new = {start}, {start}
    while new := {end for key in new for end in arrows.get(key, ())} - found:
        found |= new
    return found


def shares(tables: Tables) -> Iterator[Problem]:
    """The chips of a deal stand in one place: what it fills has shares of it that add up to 1 at most."""
    filled: dict[str, float] = defaultdict(float)
    for line, row in tables["links"].records() if "links" in tables else ():
        share = _share(row)
        filled[row["from_id"]] += share
        if share and filled[row["from_id"]] > 1 + 1e-9:
            deal, total = shown(row["from_id"]), filled[row["from_id"]]
            what = f'must add up to 1 at most with the other shares that "{deal}" fills, got {total:g}'
            mend = "correct the shares, or leave empty those that are not published"
            yield Problem("links", line, "share", row["share"], what, mend)


def _share(row: Mapping[str, str]) -> float:
    try:
        return read_cell(row["share"]) if row["relation"] == "fills" and row["share"] else 0.0
    except QuantityError:  # told by the rule of numbers
        return 0.0


def superseded(tables: Tables) -> Iterator[Problem]:
    """A claim takes the place of an earlier one of its own series, for another's still stands; the earlier yields."""
    claims = tables["claims"].by_id() if "claims" in tables else {}
    after = {row["supersedes"]: key for key, row in claims.items()}
    for line, row in tables["claims"].records() if "claims" in tables else ():
        if row["claim_id"] in after and row["preferred"] == "true":
            what = f'must be false, as "{shown(after[row["claim_id"]])}" supersedes this claim, got true'
            yield Problem("claims", line, "preferred", "true", what, "set it to false and say why in preference")
        old = claims.get(row["supersedes"])
        if old is None:
            continue
        length = min(len(row["said"]), len(old["said"]))  # 2026 is not before 2026-03
        if old["series"] != row["series"]:
            what = f'must be a claim of the series {row["series"]}, got "{row["supersedes"]}" of {old["series"]}'
            yield Problem("claims", line, "supersedes", row["supersedes"], what, "correct the id or the series")
        elif row["said"][:length] < old["said"][:length]:
            what = f'must be no later than this claim, of {row["said"]}, got "{row["supersedes"]}" of {old["said"]}'
            yield Problem("claims", line, "supersedes", row["supersedes"], what, "link the later one to the earlier")


def inside(tables: Tables) -> Iterator[Problem]:
    """A grid has no more demand than the one that it lies in."""
    grids = tables["grids"].by_id() if "grids" in tables else {}
    above = {key: {row["parent"]} for key, row in grids.items()}
    column = "demand [TWh]"
    for line, row in tables["grids"].records() if "grids" in tables else ():
        own, whole = number(row[column]), number(grids.get(row["parent"], row)[column])
        if own is None or whole is None or row["grid_id"] in _reached(row["parent"], above):  # a loop has its own rule
            continue
        if own > whole:
            what = f"must be at most the {whole:g} TWh of {row['parent']}, in which it lies, got {row[column]}"
            yield Problem("grids", line, column, row[column], what, "see the unit of both, and the parent")


def loops(tables: Tables) -> Iterator[Problem]:
    """Nothing leads back to itself: no deal, claim, grid or quantity whose doubt moves with another's."""
    relations: dict[str, Arrows] = defaultdict(dict)
    for line, row in tables["links"].records() if "links" in tables else ():
        if row["to_kind"] == "commitment":
            relations[_INSIDE.get(row["relation"], f'"{row["relation"]}"')][row["from_id"], row["to_id"]] = line
    for relation, arrows in relations.items():
        yield from _loops("links", "to_id", relation, arrows)
    for name, column in (("claims", "supersedes"), ("grids", "parent")):
        rows = tables[name].records() if name in tables else ()
        above = {(row[f"{name[:-1]}_id"], row[column]): line for line, row in rows if row[column]}
        yield from _loops(name, column, column, above)
    rows, column = tables["parameters"].records() if "parameters" in tables else (), "linked_quantity"
    tied = {(row["quantity"], row[column]): line for line, row in rows if row[column]}
    yield from _loops("parameters", column, column, tied)


def _loops(name: str, column: str, relation: str, arrows: Arrows) -> Iterator[Problem]:
    """One problem for each loop, at its last row; the loop is then cut there to find the next."""
    for _ in range(SHOWN):
        if not (loop := _loop(arrows)):
            return
        last = max(pairwise(loop), key=arrows.__getitem__)
        rows = ", ".join(str(line) for line in sorted(arrows[step] for step in pairwise(loop)))
        what = f"must not lead back in {relation}, got {' → '.join(map(shown, loop))} in row {rows}"
        yield Problem(name, arrows.pop(last), column, last[1], what, "correct or remove one of these rows")


def _loop(arrows: Arrows) -> list[str]:
    """The ids of a loop, the first again at the end; nothing where there is none."""
    follows: dict[str, list[str]] = defaultdict(list)
    for start, end in arrows:
        follows[start].append(end)
    try:
        TopologicalSorter(follows).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []
