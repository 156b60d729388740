"""Rows of another publisher into our tables: matched, added, changed or left out, each told; our own rows stay."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from dashboard import sheets
from dashboard.checks.reading import Table

MATCHED, CHANGED, ADDED = "matched", "changed", "added"
LEFT_OUT, UNREAD = "left out", "cannot be read"  # on purpose; or something in the file is wrong, and nothing is applied
STATUSES = (MATCHED, CHANGED, ADDED, LEFT_OUT, UNREAD)
Doubt = tuple[str, str, str]  # why a row does not go in: LEFT_OUT or UNREAD, the reason, and what stood there
PREFIX = "epoch-"
OF_THE_COPY = ("source_id", "vintage")


@dataclass(frozen=True)
class Entry:
    """What became of one upstream row, or of all rows of one country."""

    status: str
    name: str
    reason: str = ""
    rows: int = 1
    value: str = ""


@dataclass(frozen=True)
class Publisher:
    """Who made an upstream file, under which licence, and how the credit must read."""

    name: str
    work: str
    licence: str
    credit: str
    slug: str
    address: str = ""
    tier: str = "compilation"
    forecasts: bool = False


@dataclass
class Merge:
    """Our tables while an import goes into them."""

    tables: Mapping[str, Table]
    publisher: Publisher
    as_of: date
    address: str = ""
    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _rows: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rows = {name: table.by_id() for name, table in self.tables.items()}

    @property
    def source_id(self) -> str:
        """The source row of this copy."""
        return f"{self.publisher.slug}-{self.as_of.isoformat()}"

    def is_copy(self, source_id: str) -> bool:
        """Whether a source is a copy of the same work, imported or entered by hand."""
        address = self.rows("sources").get(source_id, {}).get("address", "")
        ours = self.publisher.address
        return source_id.startswith(f"{self.publisher.slug}-") or bool(ours and address.startswith(ours))

    def newest_copy(self) -> tuple[str, str]:
        """The day on which the newest copy that is here was taken, and its source; empty where there is none."""
        copies = [(row["accessed"], key) for key, row in self.rows("sources").items() if self.is_copy(key)]
        return max(copies, default=("", ""))

    def rows(self, table: str) -> Mapping[str, dict[str, str]]:
        """The rows of a table as they are now, by id."""
        return self._rows[table]

    def tell(self, status: str, name: str, reason: str = "", rows: int = 1, value: str = "") -> None:
        """Note what became of an upstream row."""
        self.entries.append(Entry(status, name, reason, rows, value[:200]))

    def doubt(self, name: str, doubt: Doubt, rows: int = 1) -> None:
        """Note why an upstream row does not go in."""
        self.tell(doubt[0], name, doubt[1], rows, doubt[2])

    def take_out(self, table: str, key: str, reason: str) -> None:
        """Take a new row out again, and tell what put it in as left out."""
        del self._rows[table][key]
        self.entries = [Entry(LEFT_OUT, e.name, reason, e.rows) if e.reason == key else e for e in self.entries]

    def put(self, table: str, row: Mapping[str, str]) -> str:
        """Put a row in; one that differs only in what is of its copy stays as it is. Returns what became of it."""
        header = self.tables[table].header
        key = row[header[0]]
        full = {column: row.get(column, "") for column in header}
        old = self._rows[table].get(key)
        if old is not None and _content(old, header) == _content(row, header):
            return MATCHED
        self._rows[table][key] = full
        return ADDED if old is None else CHANGED

    def newest(self, table: str, key: str) -> dict[str, str] | None:
        """The newest row of a thing: of those with its id, or with its id and their vintage."""
        rows = (row for name, row in self._rows[table].items() if name in (key, f"{key}-{row['vintage']}"))
        return max(rows, key=lambda row: row["vintage"], default=None)

    def put_vintage(self, table: str, row: Mapping[str, str]) -> str:
        """As `put`, but what another vintage said stays: what differs from the newest is a row with its own vintage."""
        header = self.tables[table].header
        key = row[header[0]]
        old = self.newest(table, key)
        if old is None or old["vintage"] == row["vintage"]:
            return self.put(table, {**row, header[0]: old[header[0]] if old else key})
        if _content(old, header) == _content(row, header):
            return MATCHED
        return self.put(table, {**row, header[0]: f"{key}-{row['vintage']}"})

    def finish(self) -> tuple[dict[str, bytes], frozenset[str]]:
        """The tables that changed as CSV, and the ids of sources that nothing cites any longer."""
        before, after = (_cited(rows) for rows in (self._before(), self._rows))
        if self.source_id in after and self.source_id not in self._rows["sources"]:
            self._rows["sources"][self.source_id] = self._source_row()
        dropped = frozenset(before - after)
        for source_id in dropped:
            self._rows["sources"].pop(source_id, None)
        changed = [name for name, rows in self._rows.items() if rows != self.tables[name].by_id()]
        return {name: self._csv(name) for name in changed}, dropped

    def _before(self) -> dict[str, dict[str, dict[str, str]]]:
        return {name: table.by_id() for name, table in self.tables.items()}

    def _csv(self, name: str) -> bytes:
        header = self.tables[name].header
        return sheets.csv_text(header, ([row[c] for c in header] for row in self._rows[name].values())).encode()

    def _source_row(self) -> dict[str, str]:
        known = {
            "source_id": self.source_id,
            "title": f"{self.publisher.work}, copy of {self.as_of.isoformat()}",
            "publisher": self.publisher.name,
            "accessed": self.as_of.isoformat(),
            "address": self.address or self.publisher.address,
            "licence": self.publisher.licence,
            "tier": self.publisher.tier,
        }
        return {column: known.get(column, "") for column in self.tables["sources"].header}

    def counts(self) -> dict[str, int]:
        """Upstream rows by what became of them."""
        found: Counter[str] = Counter()
        for entry in self.entries:
            found[entry.status] += entry.rows
        return {status: found[status] for status in STATUSES}


def _content(row: Mapping[str, str], header: Sequence[str]) -> list[str]:
    return [row.get(column, "") for column in header[1:] if column not in OF_THE_COPY]


def _cited(tables: Mapping[str, Mapping[str, Mapping[str, str]]]) -> set[str]:
    return {
        source_id
        for name, rows in tables.items()
        if name != "sources"
        for row in rows.values()
        for column, cell in row.items()
        if column in ("source_id", "source_ids") or column.endswith("_source_id")
        for source_id in cell.split("; ")
        if source_id
    }


def slug(text: str) -> str:
    """A name as a part of an id: lower-case letters, digits and single hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def words(*texts: str) -> set[str]:
    """The words of names, lower-case, without marks."""
    return {word for text in texts for word in slug(text).split("-") if word}


def unique(key: str, taken: Iterable[str]) -> str:
    """The key, with -2, -3 and so on where it is taken."""
    used = set(taken)
    return next(name for n in range(1, 10_000) if (name := key if n == 1 else f"{key}-{n}") not in used)
