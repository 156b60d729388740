"""A visitor's own tables: a view for that visitor alone, carried by the visitor's browser and never kept here."""

import csv
import io
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import blake2b
from threading import Lock
from typing import Any

from dashboard import records, updates
from dashboard.catalog import Catalog
from dashboard.web.aside import Aside
from dashboard.web.checked import built

# What a visitor's table may measure, judged before anything is read: twice the rows of the largest that we publish,
# for every page is worked out with it while the visitor waits.
MAX_TEXT = 2_000_000
MAX_ROWS = 1_000
MAX_COLUMNS = 100
KEPT = 6


class OwnTables:
    """Catalogs of the published tables with visitors' own in place of some; the last few are kept in memory."""

    def __init__(self, aside: Aside) -> None:
        """Checked `aside`."""
        self._aside = aside
        self._kept: OrderedDict[str, Catalog] = OrderedDict()
        self._lock = Lock()
        self._building = Lock()

    def catalog(self, own: Any, published: Catalog, files: Mapping[str, bytes]) -> Catalog:
        """The catalog for a visitor: the files of the published one with the visitor's tables in place of some.

        The published one itself where the visitor brought nothing, or nothing that would be published as it is: pages
        count on that.
        """
        tables = usable(own)
        if not tables:
            return published
        key = f"{published.version} {fingerprint(tables)}"
        found = self._find(key)
        if found is None:
            with self._building:  # one at a time: a page asks several times at once, and checking takes a second
                found = self._find(key) or self._built(key, tables, files)
        return found or published

    def _find(self, key: str) -> Catalog | None:
        with self._lock:
            return self._kept.get(key)

    def _built(self, key: str, tables: Mapping[str, str], files: Mapping[str, bytes]) -> Catalog | None:
        """The catalog, which is kept; None if it cannot be had, which is not: next time it may be."""
        own = {f"{name}.csv": text.encode() for name, text in tables.items()}
        try:
            if self._aside.objection(files, own):
                return None
        except updates.UpdateError:
            return None
        catalog = built({**files, **own})
        with self._lock:
            self._kept[key] = catalog
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return catalog


def usable(own: Any) -> dict[str, str]:
    """A visitor's tables that have a known name, are text and not too big; a browser may send anything."""
    return {name: text for name, text in own.items() if not _misfit(name, text)} if isinstance(own, dict) else {}


def objection(own: Any, aside: Aside, published: Mapping[str, bytes]) -> str:
    """The first reason why what a visitor sends could not stand in place of published files; empty where it could."""
    if own is not None and not isinstance(own, dict):
        return "body: must be an object of tables, name to CSV, got another kind"
    told = next(filter(None, (_misfit(name, text) for name, text in (own or {}).items())), "")
    if own and not told:
        try:
            told = aside.objection(published, {f"{name}.csv": text.encode() for name, text in own.items()})
        except updates.UpdateError as error:
            told = str(error)
    return told.partition("\n")[0]


def _misfit(name: str, text: Any) -> str:
    """The line that says why this is no table of a visitor's; empty where it may be one."""
    if name not in records.TABLES:
        return f'table: must be one of {", ".join(records.TABLES)}, got "{name[:40]}"'
    if not isinstance(text, str):
        return f"{name}: must be the text of a CSV, got another kind"
    return too_big(text.encode())


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
