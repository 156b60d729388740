"""Tables of other publishers as they ship them, taken over through the same checks and differences as any update."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dashboard import records, updates
from dashboard.catalog import DataError, one_line
from dashboard.checks import check_files, read_files
from dashboard.checks.package import DESCRIPTOR, read_descriptor
from dashboard.checks.reading import Table, columns_of, read_table
from dashboard.importers import epoch_clusters, epoch_sites, owid
from dashboard.importers.merging import LEFT_OUT, UNREAD, Entry, Merge, Publisher
from dashboard.importers.upstream import ImportFileError, Upstream, open_upstream

__all__ = ["KINDS", "ImportFileError", "Result", "as_json", "as_text", "run"]

Kind = tuple[Publisher, Callable[[list[Upstream], Merge], None]]
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "owid-energy": (owid.PUBLISHER, owid.merge),
        "epoch-sites": (epoch_sites.PUBLISHER, epoch_sites.merge),
        "epoch-clusters": (epoch_clusters.PUBLISHER, epoch_clusters.merge),
    }
)


@dataclass(frozen=True)
class Result:
    """What an import found in the upstream files, and what it would make of our tables."""

    kind: str
    publisher: Publisher
    as_of: date
    counts: Mapping[str, int]
    entries: tuple[Entry, ...]
    notes: tuple[str, ...]
    outcome: updates.Outcome

    @property
    def refused(self) -> bool:
        """Whether nothing can be applied: a row cannot be read, or our tables would not be in order."""
        return bool(self.counts[UNREAD] or self.outcome.problems)


def run(
    kind: str,
    addresses: Sequence[str],
    folder: Path,
    *,
    as_of: str = "",
    apply: bool = False,
    proof: updates.Proof = lambda _: None,
) -> Result:
    """Take over files at paths or http(s) addresses; the folder changes only with `apply`.

    And only where nothing speaks against it: a row that cannot be read, a problem of the tables or one of `proof`.

    Raises:
        ImportFileError: no such kind, or no day of a copy with forecasts; the day is to come, or before that of a copy
            that is here; a file cannot be read, a column is not there.
        DataError: our own tables are not in order.
    """
    if kind not in KINDS:
        raise ImportFileError(f'kind: must be one of {", ".join(KINDS)}, got "{kind[:40]}"')
    publisher, merge = KINDS[kind]
    if publisher.forecasts and not as_of:
        raise ImportFileError(f"as-of: must be the day of the copy, for {kind} holds forecasts, got none")
    day = _day(as_of)
    files = [open_upstream(address) for address in addresses]
    into = Merge(_our_tables(folder), publisher, day, next((file.address for file in files if file.address), ""))
    last, copy = into.newest_copy()
    if last > day.isoformat():
        raise ImportFileError(f"as-of: must be {last} at the earliest, the day of {copy} that is here, got {day}")
    merge(files, into)
    for file in files:
        for line, reason in file.broken:
            into.tell(UNREAD, f"{file.name} row {line}", reason)
        into.notes += [f"{file.name}: {note}" for note in file.notes]
    tables, dropped = into.finish()
    apply = apply and not into.counts()[UNREAD]
    outcome = updates.update(folder, tables, apply=apply, droppable=dropped, proof=proof)
    return Result(kind, publisher, day, into.counts(), tuple(into.entries), tuple(into.notes), outcome)


def _day(text: str) -> date:
    today = updates.today()
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        raise ImportFileError(f'as-of: must be a day such as 2026-08-22, got "{text[:40]}"') from None
    if day > today:
        raise ImportFileError(f"as-of: must be {today} at the latest, today in UTC, got {day}")
    return day


def _our_tables(folder: Path) -> dict[str, Table]:
    files = read_files(folder)
    problems = check_files(files)
    if problems:
        raise DataError(problems)
    descriptor = files[DESCRIPTOR]
    assert isinstance(descriptor, bytes)
    resources = read_descriptor(descriptor, [])
    tables = {}
    for name in records.TABLES:
        content = files[f"{name}.csv"]
        assert isinstance(content, bytes)
        table = read_table(name, content, columns_of(resources[name]), [])
        assert table is not None
        tables[name] = table
    return tables


# --- words -----------------------------------------------------------------------------------------------------------

SHOWN = 40


def as_json(result: Result) -> dict[str, Any]:
    """The object of `import --json`."""
    return {
        "kind": result.kind,
        "publisher": result.publisher.name,
        "licence": result.publisher.licence,
        "credit": result.publisher.credit,
        "as_of": result.as_of.isoformat(),
        "rows": dict(result.counts),
        "entries": [vars(entry) for entry in result.entries],
        "notes": list(result.notes),
        "update": updates.as_json(result.outcome),
    }


def as_text(result: Result) -> list[str]:
    """The import as lines: licence, what was noticed, what became of the rows, then the update."""
    lines = [
        f"{result.publisher.work} by {result.publisher.name}, read as of {result.as_of.isoformat()}",
        f"Licence {result.publisher.licence}. Credit: {result.publisher.credit}",
        *(f"  {note}" for note in result.notes),
        f"{sum(result.counts.values())} rows: {', '.join(f'{n} {status}' for status, n in result.counts.items())}",
    ]
    reasons: dict[tuple[str, str], list[Entry]] = {}
    for entry in result.entries:
        if entry.status in (LEFT_OUT, UNREAD):
            reasons.setdefault((entry.status, entry.reason), []).append(entry)
    for (status, reason), entries in sorted(reasons.items(), key=lambda item: -len(item[1])):
        names = ", ".join(_named(entry) for entry in entries[:SHOWN])
        more = f" and {len(entries) - SHOWN} more; --json has all" if len(entries) > SHOWN else ""
        lines.append(one_line(f"  {status} ({sum(entry.rows for entry in entries)}): {reason}: {names}{more}"))
    lines += ["", *updates.as_text(result.outcome)]
    if unread := result.counts[UNREAD]:
        decimals = any(e.status == UNREAD and _DECIMAL_COMMA.fullmatch(e.value) for e in result.entries)
        mend = "decimal commas: save with points" if decimals else "mend the file"
        lines[-1] = f"Refused: {unread} row{'s' * (unread > 1)} cannot be read; {mend}; nothing was changed."
    return lines


_DECIMAL_COMMA = re.compile(r"-?[0-9.]*[0-9],[0-9]+")


def _named(entry: Entry) -> str:
    return f'{entry.name} "{entry.value}"' if entry.value else entry.name
