"""What was said stands in a source that was read later, and what runs was there when it was said to run."""

import re
from collections.abc import Iterator, Mapping

from dashboard.catalog import Problem
from dashboard.checks.reading import Table, shown

Tables = Mapping[str, Table]
DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
# A date that cannot be after the day on which the source of its row was last looked at.
SAID = (
    ("sources", "published", "source_id"),
    ("commitments", "announced", "source_id"),
    ("claims", "said", "source_id"),
    ("milestones", "vintage", "source_id"),
    ("grids", "year", "demand_source_id"),
    ("grids", "peak_date", "peak_source_id"),
)


def times(tables: Tables) -> Iterator[Problem]:
    """Nothing said or measured after its source was looked at, nothing energised after it was said to be."""
    read = {key: row["accessed"] for key, row in tables["sources"].by_id().items()} if "sources" in tables else {}
    for name, column, source in SAID:
        for line, row in tables[name].records() if name in tables else ():
            yield from _unread(name, line, column, row[column], read.get(row[source], ""))
    for line, row in tables["milestones"].records() if "milestones" in tables else ():
        if row["status"] == "energised":
            yield from _unread("milestones", line, "date", row["date"], read.get(row["source_id"], ""))
            yield from _not_yet(line, row)


def _unread(name: str, line: int, column: str, cell: str, accessed: str) -> Iterator[Problem]:
    if _is_after(cell, accessed):
        what = f'must be {accessed} at the latest, when its source was last looked at, got "{shown(cell)}"'
        mend = "correct the date, or `accessed` in sources.csv if the source was looked at again"
        yield Problem(name, line, column, cell, what, mend)


def _not_yet(line: int, row: Mapping[str, str]) -> Iterator[Problem]:
    """By the month: what is said on the 6th to run "in May" stands at the last of May."""
    if _is_after(row["date"][:7], row["vintage"][:7]):
        what = f'must be in {row["vintage"][:7]} at the latest, when it was said (vintage), got "{shown(row["date"])}"'
        mend = "what is still to come is not energised: correct the date, the vintage or the status"
        yield Problem("milestones", line, "date", row["date"], what, mend)


def _is_after(cell: str, other: str) -> bool:
    """Whether a date is later than another as far as both go: 2026 is not after 2026-03."""
    length = min(len(cell), len(other))
    return bool(DATE.fullmatch(cell) and DATE.fullmatch(other)) and cell[:length] > other[:length]
