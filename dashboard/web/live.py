"""The catalog that a running server shows, and how it takes over a new data version."""

import logging
import math
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from dashboard import records, store
from dashboard.catalog import Catalog, DataError, Problem, build, load
from dashboard.checks import Files, check_files, file_names, read_files
from dashboard.checks.package import DESCRIPTOR
from dashboard.web.aside import Aside
from dashboard.web.own import OwnTables

EVERY = 1.0  # seconds between two looks at the files
_log = logging.getLogger(__name__)


class Live:
    """Hands out the catalog of a folder; each request takes it once, so that a page never mixes two versions.

    At most once a second a request looks at the times of the files; when they changed, that request reads and checks
    them while the others go on with the old catalog. Bad files change nothing but `notice`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], float] = monotonic,
        proof: Callable[[Catalog], Problem | None] = lambda _: None,
    ) -> None:
        """Load the folder; `proof` tells what stands against showing a newer catalog, which is then not taken over.

        Raises:
            DataError: its tables cannot be used.
        """
        self.folder = folder
        self._clock = clock
        self._proof = proof
        self._looking = threading.Lock()
        self._looked = clock()
        self._seen = self._signature()
        self._catalog = load(folder)
        self._notice = ""
        self.aside = Aside()
        self._own = OwnTables(folder, self.aside)
        self.warming = False  # whether the process still works out what its pages show first

    def of(self, own: Any) -> Catalog:
        """The catalog for a visitor who may have brought tables of their own (what `own` of the page holds)."""
        return self._own.catalog(own, self.catalog)

    @property
    def catalog(self) -> Catalog:
        """The catalog now: take it once for all that one answer shows."""
        self._look()
        return self._catalog

    @property
    def notice(self) -> str:
        """What readers must be told when newer files are not in order; empty where all is well."""
        return self._notice

    def look(self) -> None:
        """Take over newer files now: a worker has the catalog that was read before it was forked, maybe long ago."""
        self._looked = -math.inf
        self._look()

    def _signature(self) -> store.Signature:
        return store.signature(self.folder, file_names(self.folder))

    def _look(self) -> None:
        if self._clock() - self._looked < EVERY or not self._looking.acquire(blocking=False):
            return
        try:
            seen = self._signature()
            if seen != self._seen:
                self._take_over()
                self._seen = seen
            self._looked = self._clock()
        finally:
            self._looking.release()

    def _take_over(self) -> None:
        try:
            files = read_files(self.folder)
            problems = _problems(files)
            catalog = None if problems else build(_tables(files))
            if catalog is not None and (problem := self._proof(catalog)):
                problems, catalog = [problem], None
        except (DataError, store.BusyError, store.FileError) as error:
            problems, catalog = getattr(error, "problems", [Problem("tables", None, "", "", str(error))]), None
        if catalog is None:
            said = str(problems[0]).replace(str(self.folder), "the folder of tables")  # visitors read it
            self._notice = (
                f"Newer tables are not in order, so data version {self._catalog.version} is still shown: {said}"
            )
            _log.warning("%s: %d problems, data version %s stays", problems[0], len(problems), self._catalog.version)
        else:
            self._notice = ""
            if catalog.version != self._catalog.version:
                _log.warning("data version %s -> %s", self._catalog.version, catalog.version)
            self._catalog = catalog


def _problems(files: Files) -> list[Problem]:
    if isinstance(files[DESCRIPTOR], bytes):
        return check_files(files)
    errors = [file for name, file in files.items() if name != DESCRIPTOR and not isinstance(file, bytes)]
    return [Problem(Path(error.name).stem, None, "", "", error.reason, error.mend) for error in errors]


def _tables(files: Files) -> dict[str, bytes]:
    return {name: content for name in records.TABLES if isinstance(content := files[f"{name}.csv"], bytes)}
