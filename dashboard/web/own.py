"""A visitor's own tables: a view for that visitor alone, carried by the visitor's browser and never kept here."""

from collections import OrderedDict
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

from dashboard import records, store
from dashboard.catalog import Catalog, DataError, build

MAX_TEXT = 2_000_000
KEPT = 6


class OwnTables:
    """Catalogs of a live folder with visitors' tables in place of its own; the last few are kept in memory."""

    def __init__(self, folder: Path) -> None:
        """Over the published tables of a folder."""
        self.folder = folder
        self._kept: OrderedDict[str, Catalog] = OrderedDict()
        self._lock = Lock()

    def catalog(self, own: Any, published: Catalog) -> Catalog:
        """The catalog for a visitor; the published one where the visitor brought nothing that can be used."""
        tables = usable(own)
        if not tables:
            return published
        key = f"{published.version} {fingerprint(tables)}"
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            found = self._build(tables) or published
            with self._lock:
                self._kept[key] = found
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return found

    def _build(self, tables: Mapping[str, str]) -> Catalog | None:
        files = store.read(self.folder, [f"{name}.csv" for name in records.TABLES])
        contents = {name: files[f"{name}.csv"] for name in records.TABLES}
        merged = {name: content for name, content in contents.items() if isinstance(content, bytes)}
        merged |= {name: text.encode() for name, text in tables.items()}
        try:
            return build(merged)
        except (DataError, KeyError):
            return None


def usable(own: Any) -> dict[str, str]:
    """A visitor's tables that have a known name, are text and not too big; a browser may send anything."""
    if not isinstance(own, dict):
        return {}
    return {
        name: text
        for name, text in own.items()
        if name in records.TABLES and isinstance(text, str) and len(text) <= MAX_TEXT
    }


def fingerprint(tables: Mapping[str, str]) -> str:
    """A hash of the tables."""
    digest = blake2b(digest_size=10)
    for name in sorted(tables):
        digest.update(name.encode() + b"\0" + tables[name].encode() + b"\0")
    return digest.hexdigest()
