"""Work that depends on the tables and a choice alone, done once for each data version."""

import functools
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, ParamSpec, TypeVar

from dashboard.catalog import Catalog

P = ParamSpec("P")
R = TypeVar("R")
KEPT = 128


def by_version(function: Callable[P, R]) -> Callable[P, R]:
    """The function (catalog first, then hashable choices), its last results kept by data version and choices."""
    kept: OrderedDict[Any, R] = OrderedDict()
    lock = Lock()

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        catalog: Any = args[0]
        assert isinstance(catalog, Catalog)
        key = (catalog.version, args[1:], tuple(sorted(kwargs.items())))
        with lock:
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        result = function(*args, **kwargs)
        with lock:
            kept[key] = result
            while len(kept) > KEPT:
                kept.popitem(last=False)
        return result

    return call
