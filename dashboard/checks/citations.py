"""Every value has a publication that stands in sources.csv, and every publication there is cited."""

from collections.abc import Iterator, Mapping

from dashboard.catalog import Problem
from dashboard.checks.reading import Table, shown

Tables = Mapping[str, Table]


def sources(tables: Tables) -> Iterator[Problem]:
    """Every row and every value with a source that exists."""
    if (known := tables.get("sources")) is None:
        return
    ids = known.by_id().keys() | known.broken_ids
    for name, line, column, row in _citations(tables):
        yield from _cited(name, line, column, _split(row[column]), ids, valued=_valued(column, row))


def unused_sources(tables: Tables) -> Iterator[Problem]:
    """No source that nothing cites."""
    if (known := tables.get("sources")) is None:
        return
    used = {source_id for _, _, column, row in _citations(tables) for source_id in _split(row[column])}
    for line, row in known.records():
        if row["source_id"] not in used:
            what = f'must be cited by a row of another table, got "{shown(row["source_id"])}", which none cites'
            yield Problem("sources", line, "source_id", row["source_id"], what, "cite it, or remove the row")


def _citations(tables: Tables) -> Iterator[tuple[str, int, str, Mapping[str, str]]]:
    for name, table in tables.items():
        columns = [c for c in table.header if c in ("source_id", "source_ids") or c.endswith("_source_id")]
        for line, row in table.records() if name != "sources" else ():
            for column in columns:
                yield name, line, column, row


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _valued(column: str, row: Mapping[str, str]) -> str:
    """What of the row needs this source: a value of its own, or the row itself."""
    values = {"demand_source_id": ("demand [TWh]",), "peak_source_id": ("peak [GW]",)}.get(column)
    if values is None:
        return "the row"
    return next((name for name in values if row.get(name)), "")


def _cited(name: str, line: int, column: str, cited: list[str], ids: set[str], *, valued: str) -> Iterator[Problem]:
    if not cited and valued:
        yield Problem(
            name, line, column, "", f"must name the source of {valued}, got nothing", "add the id of a source"
        )
    for source_id in cited:
        if source_id not in ids:
            what = f'must be an id of sources.csv, got "{shown(source_id)}"'
            mend = "add a row for it to sources.csv, or write the id as it stands there"
            yield Problem(name, line, column, source_id, what, mend)
