"""Checks of visitors' tables beside the answering: a second's work each, in a process of its own for each worker.

In a thread of the worker a check would hold the interpreter from everybody else's answers.
"""

import logging
import os
import resource
import signal
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from hashlib import blake2b
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Lock, Thread
from typing import Any, TypeVar

from dashboard import store, updates
from dashboard.catalog import DataError
from dashboard.checks import file_names
from dashboard.estimates.headlines import HeadlineError, headlines
from dashboard.web.checked import catalog_of

LONGEST = 20  # seconds for a check; the largest table that is taken needs four
MOST_MEMORY = 4_000_000_000  # bytes of addresses, of which a check uses a tenth
NICENESS = 2  # less of the processor's time when answers want it too: two shares of five
PLANNED = frozenset(("sites.csv", "milestones.csv"))  # what the headlines of the plans hang on
KEPT = 8  # answers: what was shown to a visitor is asked again when it is used
R = TypeVar("R")
_log = logging.getLogger(__name__)


class Aside:
    """Where tables are checked: here, until `start` made a process for it."""

    def __init__(self) -> None:
        """Check here."""
        self._pool: ProcessPoolExecutor | None = None
        self._known: OrderedDict[object, Any] = OrderedDict()
        self._lock = Lock()

    def start(self) -> None:
        """Fork the process that checks; to be called while this process has one thread, or locks could stay held."""
        self._pool = ProcessPoolExecutor(1, get_context("fork"), initializer=_begin)
        self._pool.submit(os.getpid).result()

    def outcome(self, folder: Path, tables: Mapping[str, bytes]) -> updates.Outcome:
        """What these tables would change in the folder's, rows that are gone allowed; the last answers are kept.

        Raises:
            UpdateError: they cannot be tried, or not in time.
        """
        key = store.signature(folder, file_names(folder)), _fingerprint(tables)
        return self._known_or(key, partial(updates.update, folder, dict(tables), allow_removals=True))

    def objection(self, published: Mapping[str, bytes], own: Mapping[str, bytes]) -> str:
        """Why files with a visitor's own in place of some could not be published; empty where they could.

        Raises:
            UpdateError: it cannot be found out, or not in time.
        """
        files = {**published, **own}
        return self._known_or(_fingerprint(files), partial(_objection, files, plans=not PLANNED.isdisjoint(own)))

    def _known_or(self, key: object, work: Callable[[], R]) -> R:
        """What was found before; else what is found now."""
        with self._lock:
            if key in self._known:
                return self._known[key]
        found = self._worked_out(work)
        with self._lock:
            self._known[key] = found
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return found

    def _worked_out(self, work: Callable[[], R]) -> R:
        if self._pool is not None:
            try:
                return self._pool.submit(_bounded, work).result()
            except BrokenProcessPool:  # killed from outside; a new one cannot be forked among threads
                _log.warning("the process that checks tables is gone; this worker checks them itself from now on")
                self._pool = None
        return work()


def _objection(files: Mapping[str, bytes], *, plans: bool) -> str:
    try:
        headlines(catalog_of(files), plans=plans)
    except (DataError, HeadlineError) as error:
        return str(error)
    return ""


def _fingerprint(tables: Mapping[str, bytes]) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, blake2b(tables[name]).digest()) for name in sorted(tables))


def _begin() -> None:
    """End with the worker, leave its signals alone, give way to answers, and be bounded in memory."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP, signal.SIGWINCH):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, _too_long)
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    Thread(target=_end_with_worker, daemon=True).start()


def _end_with_worker() -> None:
    worker = parent_process()
    assert worker is not None
    worker.join()
    os._exit(0)


def _bounded(work: Callable[[], R]) -> R:
    signal.alarm(LONGEST)
    try:
        return work()
    except (ValueError, OSError, MemoryError) as error:  # as a kind that can be sent to the worker
        raise updates.UpdateError(str(error) or "table: must fit into memory while it is checked") from error
    finally:
        signal.alarm(0)


def _too_long(_: int, __: object) -> None:
    raise updates.UpdateError(f"table: must be checked within {LONGEST} s, and was not; give fewer rows")
