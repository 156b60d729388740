"""The catalog that a running server shows, and how it takes over a new data version."""

import logging
import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

import flask

from dashboard import store
from dashboard.catalog import Catalog, DataError, Problem
from dashboard.checks import file_names
from dashboard.web.aside import Aside
from dashboard.web.checked import catalog_of, files_of
from dashboard.web.own import OwnTables

EVERY = 1.0  # seconds between two looks at the files
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shown:
    """What answers are made from: the catalog, the files it was read from, and what readers must be told."""

    catalog: Catalog
    files: Mapping[str, bytes]
    notice: str = ""


class Live:
    """Hands out the catalog of a folder; a request gets the same one throughout, so no answer mixes two versions.

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
        """Read and check the folder; `proof` tells what stands against a newer catalog, which is then not taken over.

        Raises:
            DataError: its tables cannot be used.
        """
        self.folder = folder
        self._clock = clock
        self._proof = proof
        self._looking = threading.Lock()
        self._looked = clock()
        self._seen = self._signature()
        self._shown = self._read()
        self.aside = Aside()
        self._own = OwnTables(self.aside)
        self.warming = False  # whether the process still works out what its pages show first

    def of(self, own: Any) -> Catalog:
        """The catalog for a visitor who may have brought tables of their own (what `own` of the page holds)."""
        shown = self.shown
        return self._own.catalog(own, shown.catalog, shown.files)

    @property
    def shown(self) -> Shown:
        """What is shown now; within a request what it began with, whatever other threads take over meanwhile."""
        if not flask.has_request_context():
            return self._now()
        if "shown" not in flask.g:
            flask.g.shown = self._now()
        found: Shown = flask.g.shown
        return found

    @property
    def catalog(self) -> Catalog:
        """The catalog that is shown."""
        return self.shown.catalog

    @property
    def notice(self) -> str:
        """What readers must be told when newer files are not in order; empty where all is well."""
        return self.shown.notice

    def _now(self) -> Shown:
        self._look()
        return self._shown

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

    def _read(self) -> Shown:
        files = files_of(self.folder)
        return Shown(catalog_of(files), files)

    def _take_over(self) -> None:
        old = self._shown
        try:
            new = self._read()
            problem = self._proof(new.catalog)
            problems = [problem] if problem else []
        except (DataError, store.BusyError, store.FileError) as error:
            new, problems = old, getattr(error, "problems", [Problem("tables", None, "", "", str(error))])
        version = old.catalog.version
        if problems:
            said = str(problems[0]).replace(str(self.folder), "the folder of tables")  # visitors read it
            told = f"Newer tables are not in order, so data version {version} is still shown: {said}"
            self._shown = replace(old, notice=told)
            _log.warning("%s: %d problems, data version %s stays", problems[0], len(problems), version)
            return
        if new.catalog.version != version:
            _log.warning("data version %s -> %s", version, new.catalog.version)
        self._shown = new
