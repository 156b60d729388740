"""A visitor's own tables: a view for that visitor alone, carried by the visitor's browser and never kept here."""

import csv
import io
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

from dashboard import records, store, updates
from dashboard.catalog import Catalog, DataError, build
from dashboard.web.aside import Aside

# What a visitor's table may measure, judged before anything is read: twice the rows of the largest that we publish,
# for every page is worked out with it while the visitor waits.
MAX_TEXT = 2_000_000
MAX_ROWS = 1_000
MAX_COLUMNS = 100
KEPT = 6


class OwnTables:
    """Catalogs of a live folder with visitors' tables in place of its own; the last few are kept in memory."""

    def __init__(self, folder: Path, aside: Aside) -> None:
        """Over the published tables of a folder, checked `aside`."""
        self.folder = folder
        self._aside = aside
        self._kept: OrderedDict[str, Catalog] = OrderedDict()
        self._lock = Lock()
        self._building = Lock()

    def catalog(self, own: Any, published: Catalog) -> Catalog:
        """The catalog for a visitor; the published one where the visitor brought nothing that can be used."""
        tables = usable(own)
        if not tables:
            return published
        key = f"{published.version} {fingerprint(tables)}"
        found = self._find(key)
        if found is None:
            with self._building:  # one at a time: a page asks several times at once, and checking takes a second
                found = self._find(key) or self._keep(key, self._build(tables) or published)
        return found

    def _find(self, key: str) -> Catalog | None:
        with self._lock:
            return self._kept.get(key)

    def _keep(self, key: str, catalog: Catalog) -> Catalog:
        with self._lock:
            self._kept[key] = catalog
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return catalog

    def _build(self, tables: Mapping[str, str]) -> Catalog | None:
        """The catalog with these tables; None where they would not be published as they are: pages count on that."""
        own = {name: text.encode() for name, text in tables.items()}
        try:
            if self._aside.outcome(self.folder, own).problems:
                return None
            files = store.read(self.folder, [f"{name}.csv" for name in records.TABLES])
            contents = {name: files[f"{name}.csv"] for name in records.TABLES}
            return build({name: content for name, content in contents.items() if isinstance(content, bytes)} | own)
        except (DataError, updates.UpdateError, KeyError):
            return None


def usable(own: Any) -> dict[str, str]:
    """A visitor's tables that have a known name, are text and not too big; a browser may send anything."""
    if not isinstance(own, dict):
        return {}
    return {
        name: text
        for name, text in own.items()
        if name in records.TABLES and isinstance(text, str) and not too_big(text.encode())
    }


def too_big(content: bytes) -> str:
    r"""The line that says which bound a table breaks; empty where none.

    >>> too_big(b"a,b\n" + b"1,2\n" * 6000)
    'file: must have at most 1,000 rows, got 6,000'
    """
    if len(content) > MAX_TEXT:
        return f"file: must be at most {MAX_TEXT:,} bytes, got {len(content):,}"
    lines = content.count(b"\n")
    if lines - 1 > MAX_ROWS:
        return f"file: must have at most {MAX_ROWS:,} rows, got {lines - 1:,}"
    try:
        columns = len(next(csv.reader(io.StringIO(content.decode("utf-8", "replace"), newline="")), []))
    except csv.Error:  # a cell beyond all measure: the check says where
        return ""
    return f"file: must have at most {MAX_COLUMNS} columns, got {columns:,}" if columns > MAX_COLUMNS else ""


def fingerprint(tables: Mapping[str, str]) -> str:
    """A hash of the tables."""
    digest = blake2b(digest_size=10)
    for name in sorted(tables):
        digest.update(name.encode() + b"\0" + tables[name].encode() + b"\0")
    return digest.hexdigest()
