"""The catalog that a running server shows."""

import functools
from pathlib import Path

from dashboard.catalog import Catalog, load


class Live:
    """Hands out the catalog of a folder; each request takes it once, so that a page never mixes two versions."""

    def __init__(self, folder: Path) -> None:
        """Load the folder.

        Raises:
            DataError: its tables cannot be used.
        """
        self.folder = folder
        self._catalog = load(folder)

    @property
    def catalog(self) -> Catalog:
        """The catalog now."""
        return self._catalog


@functools.lru_cache(maxsize=1)
def shown_version(catalog: Catalog) -> str:
    """The data version as pages print it."""
    return catalog.version
