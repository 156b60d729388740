"""Work that depends on the tables and a choice alone, done once for each data version."""

import functools
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock, RLock
from typing import Any, ParamSpec, TypeVar

from dashboard.catalog import Catalog

P = ParamSpec("P")
R = TypeVar("R")
K = TypeVar("K")
V = TypeVar("V")
KEPT = 128  # results of a function for one version
VERSIONS = 2  # the published tables and one visitor's own: what the pages work out from one version fills some 20 MB


def by_version(function: Callable[P, R]) -> Callable[P, R]:
    """The function (catalog first, then hashable choices), its last results kept for the last two data versions.

    One result is worked out at a time: side by side, threads would do the same work, each with arrays of its own.
    """
    kept: OrderedDict[str, OrderedDict[Any, R]] = OrderedDict()
    lock, working = Lock(), RLock()

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        catalog: Any = args[0]
        assert isinstance(catalog, Catalog)
        key = (args[1:], tuple(sorted(kwargs.items())))

        def known() -> list[R]:
            with lock:
                results = _last(kept, catalog.version, OrderedDict(), VERSIONS)
                return [_last(results, key, results[key], KEPT)] if key in results else []

        if found := known():
            return found[0]
        with working:
            if found := known():
                return found[0]
            result = function(*args, **kwargs)
            with lock:
                return _last(_last(kept, catalog.version, OrderedDict(), VERSIONS), key, result, KEPT)

    return call


def _last(kept: OrderedDict[K, V], key: K, value: V, most: int) -> V:
    """What is kept under a key, else the value, now the last to go; the longest unused make room."""
    found = kept.setdefault(key, value)
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
    return found
