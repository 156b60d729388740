"""What the environment says about where the server stands; one place, read once by whoever starts it."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ON = {"1": True, "0": False, "": False}
# The places in which the library `limits` can count, by how their addresses begin, and the client library of each.
CLIENTS = {
    "memory": "",
    **dict.fromkeys(("redis", "rediss", "redis+unix", "redis+cluster", "redis+sentinel"), "redis"),
    **dict.fromkeys(("valkey", "valkeys", "valkey+unix", "valkey+cluster", "valkey+sentinel"), "valkey"),
    "memcached": "pymemcache",
    **dict.fromkeys(("mongodb", "mongodb+srv"), "pymongo"),
}
MEMORY = "memory://"


class LibraryMissingError(ModuleNotFoundError):
    """A setting needs a library that is not installed."""


@dataclass(frozen=True)
class Settings:
    """Where the server stands. `Settings()` is a server that visitors reach directly.

    Attributes:
        proxies: how many proxies stand before the server (DASHBOARD_PROXIES, default 0). Only then are X-Forwarded-For,
            -Proto and -Host believed, and only what those proxies added: without it every visitor could name an
            address of their own, with it the limits count visitors instead of the proxy.
        limits: how much wider than usual the limits per address are (DASHBOARD_LIMITS, default 1; 0 is no limit): for
            a newsroom behind one address, or a load test from this machine.
        storage: where the limits are counted (DASHBOARD_LIMITS_STORAGE, default `memory://`: each process by itself).
        metrics: whether /metrics is served (DASHBOARD_METRICS=1). Let the proxy keep it inside.
        packed: the folder through which the workers of one gunicorn share compressed scripts (DASHBOARD_PACKED, which
            gunicorn.conf.py sets to a new one); None is each process by itself.
    """

    proxies: int = 0
    limits: float = 1.0
    storage: str = MEMORY
    metrics: bool = False
    packed: Path | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings in these variables.

        Raises:
            ValueError: a variable has a value that is not possible.

        >>> Settings.of({"DASHBOARD_LIMITS": "10"}).limits
        10.0
        """
        metrics = _switch("DASHBOARD_METRICS", environment.get("DASHBOARD_METRICS", ""))
        if metrics and (counts := environment.get("PROMETHEUS_MULTIPROC_DIR")) is not None:
            _folder("PROMETHEUS_MULTIPROC_DIR", counts)
        packed = environment.get("DASHBOARD_PACKED")
        return cls(
            proxies=int(_number("DASHBOARD_PROXIES", environment.get("DASHBOARD_PROXIES", "0"), whole=True)),
            limits=_number("DASHBOARD_LIMITS", environment.get("DASHBOARD_LIMITS", "1")),
            storage=_storage("DASHBOARD_LIMITS_STORAGE", environment.get("DASHBOARD_LIMITS_STORAGE") or MEMORY),
            metrics=metrics,
            packed=_folder("DASHBOARD_PACKED", packed) if packed else None,
        )


def _number(name: str, text: str, *, whole: bool = False) -> float:
    try:
        found = float(int(text)) if whole else float(text)
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and found >= 0):
        raise ValueError(f'{name}: must be a {"whole " if whole else ""}number from 0 on, got "{text}"')
    return found


def _storage(name: str, text: str) -> str:
    kind, mark, _ = text.partition("://")
    if not mark or kind not in CLIENTS:  # of the address no more is told: it may hold a password
        kinds = "memory://, redis://, valkey://, memcached:// or mongodb://"
        raise ValueError(f'{name}: must be an address that begins with {kinds}, got "{kind[:40]}"')
    return text


def _folder(name: str, text: str) -> Path:
    """A folder through which workers share: where they cannot write to it, every answer would fail."""
    if not text or not Path(text).is_dir() or not os.access(text, os.W_OK | os.X_OK):
        raise ValueError(f'{name}: must be a folder that can be written to, got "{text}"')
    return Path(text)


def _switch(name: str, text: str) -> bool:
    if text not in ON:
        raise ValueError(f'{name}: must be 1 or 0, got "{text}"')
    return ON[text]
