"""Visitors who play a recorded script against a running dashboard, and what they saw."""

import asyncio
import random
import re
import resource
import statistics
import time
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import brotli
from backports import zstd

from tests.bench.recording import NUMBER, Action, Call, Script

# As Chromium 156 sends it to this machine itself.
BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd", "User-Agent": "tests/bench", "Accept": "*/*"}
THINK = (3.0, 13.0)  # seconds between two moves of a reader, evenly distributed
NEWCOMER = 0.3  # share of page loads made with an empty browser cache
VERSION = re.compile(rb'(?:"data-version": ?|"data_version": ?|data version )"?([0-9a-f]{10})(?![0-9a-f])')
EXPORTS = (
    "/figure/energy.csv",
    "/figure/energy.json?size=slide&theme=light",
    "/figure/deals.json?size=social&theme=dark",
    "/figure/energy.pack.json",
    "/figure/chain.csv?text=30+GW",
    "/figure/tornado.pack.json?text=100000+H100",
    "/api/estimate?text=30+GW&basis=facility",
    "/data/claims.csv",
)


@dataclass
class Seen:
    """What the visitors saw: seconds by kind, errors, data versions."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    resent: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    mixed_answers: list[str] = field(default_factory=list)
    mixed_visits: list[str] = field(default_factory=list)
    went_back: list[str] = field(default_factory=list)
    versions: Counter[str] = field(default_factory=Counter)
    slowest: list[tuple[float, str]] = field(default_factory=list)

    def percentile(self, kind: str, share: float) -> float:
        """Milliseconds within which this share of a kind was answered."""
        values = sorted(self.seconds[kind])
        return 1e3 * values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")

    def table(self) -> dict[str, dict[str, float]]:
        """Count, median, 99th percentile and maximum in ms by kind."""
        return {
            kind: {
                "n": len(values),
                "p50_ms": round(self.percentile(kind, 0.50), 1),
                "p99_ms": round(self.percentile(kind, 0.99), 1),
                "max_ms": round(1e3 * max(values), 1),
                "mean_ms": round(1e3 * statistics.fmean(values), 1),
            }
            for kind, values in sorted(self.seconds.items())
        }


@dataclass
class _Cached:
    etag: str
    until: float


class Visitor:
    """One reader with an address and a browser cache of their own."""

    def __init__(self, number: int, base: str, scripts: Sequence[Script], seen: Seen, *, seed: int = 1) -> None:
        """Visitor `number` comes from 127.1.0.`number`, so that the server tells visitors apart."""
        self._chance = random.Random(f"{seed} {number}")  # noqa: S311 - no secret
        self._base, self._scripts, self._seen = base, scripts, seen
        self._home = f"127.1.{number // 250}.{number % 250 + 1}"
        self._cache: dict[str, _Cached] = {}
        self._last_version = b""
        self._older: set[bytes] = set()

    async def stay(self, until: float, *, arrive: float) -> None:
        """Come within `arrive` seconds, then read and move until the clock says `until`."""
        await asyncio.sleep(self._chance.uniform(0, arrive))
        connector = aiohttp.TCPConnector(limit=6, local_addr=(self._home, 0))
        async with aiohttp.ClientSession(
            connector=connector, headers=BROWSER, auto_decompress=False, timeout=aiohttp.ClientTimeout(total=60)
        ) as session:
            while time.monotonic() < until:
                await self._visit(session, until)

    async def _visit(self, session: aiohttp.ClientSession, until: float) -> None:
        """A page, then moves on it in the order of the script, and now and then a file to take away."""
        if self._chance.random() < NEWCOMER:
            self._cache.clear()
        script = self._chance.choice(self._scripts)
        number = str(self._chance.randint(100_000, 900_000)).encode()
        versions: set[bytes] = set()
        await self._act(session, script.page, number, versions)
        if len(versions) > 1:
            self._seen.mixed_visits.append(f"{script.page.name}: {b' '.join(sorted(versions)).decode()}")
        for move in script.moves:
            await asyncio.sleep(self._chance.uniform(*THINK))
            if time.monotonic() >= until:
                return
            if self._chance.random() < 0.15:
                await self._one(session, Call("GET", self._chance.choice(EXPORTS)), "export", number, set())
            await self._act(session, move, number, set())
        await asyncio.sleep(self._chance.uniform(*THINK))

    async def _act(self, session: aiohttp.ClientSession, action: Action, number: bytes, versions: set[bytes]) -> None:
        """The waves of an action; its time is that of the waves that the reader waits for."""
        took = 0.0
        for wave in action.waves:
            begun = time.perf_counter()
            calls = [self._one(session, call, _kind(call, action), number, versions) for call in wave]
            await asyncio.gather(*calls)
            if any("favicon" not in call.target for call in wave):
                took += time.perf_counter() - begun
        self._seen.seconds[f"{action.kind}, whole"].append(took)
        self._seen.slowest = sorted([*self._seen.slowest, (took, action.name)])[-12:]

    async def _one(
        self, session: aiohttp.ClientSession, call: Call, kind: str, number: bytes, versions: set[bytes]
    ) -> None:
        headers: dict[str, str] = {}
        cached = self._cache.get(call.target) if call.method == "GET" else None
        if cached and cached.until > time.monotonic():
            return
        if cached:
            headers["If-None-Match"] = cached.etag
        body = call.body.replace(NUMBER.encode(), number) if call.body else None
        if body and kind == "upload, callback":
            body = body.replace(b64encode(NUMBER.encode()), b64encode(number))
        if body:
            headers["Content-Type"] = "application/json"
        begun = time.perf_counter()
        for last in (False, True):
            try:
                async with session.request(call.method, self._base + call.target, data=body, headers=headers) as answer:
                    content = await answer.read()
                break
            except (aiohttp.ClientError, TimeoutError) as error:
                # Browsers send again what a kept connection lost before any of the answer came.
                if last or not isinstance(error, (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
                    self._seen.errors.append(f"{call.method} {call.target[:60]}: {type(error).__name__}: {error}"[:200])
                    return
                self._seen.resent += 1
        self._seen.seconds[kind].append(time.perf_counter() - begun)
        self._note(call, kind, answer, content, versions)

    def _note(
        self, call: Call, kind: str, answer: aiohttp.ClientResponse, content: bytes, versions: set[bytes]
    ) -> None:
        self._seen.statuses[str(answer.status)] += 1
        if answer.status not in (200, 204, 304):
            self._seen.errors.append(f"{call.method} {call.target[:60]}: {answer.status}")
            return
        if call.method == "GET":
            self._keep(call, answer)
        if kind != "upload, callback" and (call.body or call.target.startswith(("/figure", "/api"))):
            self._judge(call, _plain(answer, content), versions)

    def _keep(self, call: Call, answer: aiohttp.ClientResponse) -> None:
        control = answer.headers.get("Cache-Control", "")
        age = re.search(r"max-age=(\d+)", control)
        if "no-store" not in control and (age or "ETag" in answer.headers):
            until = time.monotonic() + int(age[1]) if age and "no-cache" not in control else 0.0
            self._cache[call.target] = _Cached(answer.headers.get("ETag", ""), until)

    def _judge(self, call: Call, text: bytes, versions: set[bytes]) -> None:
        """No answer names two data versions, no page load does, and nobody goes back to an older one."""
        found = set(VERSION.findall(text))
        for version in found:
            self._seen.versions[version.decode()] += 1
        versions |= found
        if len(found) > 1:
            self._seen.mixed_answers.append(f"{call.target[:60]}: {b' '.join(sorted(found)).decode()}")
        elif found:
            (version,) = found
            if version in self._older:
                self._seen.went_back.append(f"{call.target[:60]}: {version.decode()}")
            elif self._last_version not in (b"", version):
                self._older.add(self._last_version)
            self._last_version = version


def _kind(call: Call, action: Action) -> str:
    if call.method == "POST":
        return f"{action.kind}, callback"
    return "page, document" if call.target.split("?")[0] == action.name else "page, file"


def _plain(answer: aiohttp.ClientResponse, content: bytes) -> bytes:
    coding = answer.headers.get("Content-Encoding", "")
    plain = {"zstd": zstd.decompress, "br": brotli.decompress}.get(coding, bytes)(content)
    assert coding in ("", "zstd", "br"), coding
    return plain


async def visit(
    base: str, scripts: Sequence[Script], *, visitors: int, seconds: float, others: Iterable[Any] = ()
) -> Seen:
    """So many visitors for so long, and beside them the `others` (coroutines: faults, probes)."""
    seen = Seen()
    until = time.monotonic() + seconds
    crowd = [Visitor(i, base, scripts, seen).stay(until, arrive=min(THINK[1], seconds / 3)) for i in range(visitors)]
    await asyncio.gather(*crowd, *others)
    return seen


def own_seconds() -> float:
    """CPU seconds of this process so far: the driver shares the machine with the server."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
