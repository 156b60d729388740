"""Servers under test, started as their recipes start them, and what their processes use."""

import contextlib
import os
import runpy
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEALTHY, READY = "/healthz", "/readyz"
TICKS = os.sysconf("SC_CLK_TCK")
free_port = runpy.run_path(str(ROOT / "deploy" / "fleet.py"))["free_port"]  # a port that nobody listens at


@dataclass
class Server:
    """A running server: its address, its first process, and the seconds until it answered and until it was ready."""

    address: str
    process: subprocess.Popen[bytes]
    started_in: float
    ready_in: float
    log: Path
    peak: dict[str, float] = field(default_factory=dict)

    def workers(self) -> list[int]:
        """Processes that answer requests: gunicorn's children."""
        return [pid for pid in descendants(self.process.pid) if _generation(pid) == 1]

    def masters(self) -> list[int]:
        """The gunicorns of a fleet."""
        return [pid for pid in descendants(self.process.pid) if _generation(pid) == 0]

    def note_memory(self) -> None:
        """Keep the highest memory so far in MB: of any worker, and of all processes together (shared parts once)."""
        everybody = {pid: memory(pid) for pid in [self.process.pid, *descendants(self.process.pid)]}
        seen = [everybody[pid] for pid in self.workers() if pid in everybody]
        found = {name: max(one.get(name, 0.0) for one in seen) for name in ("rss_mb", "pss_mb") if seen}
        found["all_pss_mb"] = sum(one.get("pss_mb", 0.0) for one in everybody.values())
        for name, value in found.items():
            self.peak[name] = max(self.peak.get(name, 0), value)

    def cpu(self) -> float:
        """CPU seconds of the server and all its processes so far."""
        return sum(_cpu(pid) for pid in [self.process.pid, *descendants(self.process.pid)])


@contextlib.contextmanager
def procfile(datasets: Path, folder: Path, *, workers: int, environment: Mapping[str, str] = {}) -> Iterator[Server]:
    """The `web` line of the Procfile, as a platform would start it."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines() if ": " in line)
    port = free_port()
    words = shlex.split(lines["web"])
    command = [str(Path(sys.executable).parent / words[0]), *words[1:]]
    asked = {"PORT": str(port), "WEB_CONCURRENCY": str(workers), "DASHBOARD_DATASETS": str(datasets)}
    with running(command, f"http://127.0.0.1:{port}", folder / "gunicorn.log", {**asked, **environment}) as server:
        yield server


@contextlib.contextmanager
def fleet(datasets: Path, *, instances: int) -> Iterator[Server]:
    """deploy/fleet.py: instances behind nginx."""
    with tempfile.TemporaryDirectory() as run:
        Path(run).chmod(0o755)  # nginx's workers are another user when it is started by root
        at = f"127.0.0.1:{free_port()}"
        command = [sys.executable, "deploy/fleet.py", "--instances", str(instances), "--listen", at, "--run", run]
        log = datasets.parent / "fleet.log"
        with running(command, f"http://{at}", log, {"DASHBOARD_DATASETS": str(datasets)}) as server:
            yield server


@contextlib.contextmanager
def running(command: list[str], address: str, log: Path, environment: Mapping[str, str] = {}) -> Iterator[Server]:
    """The command from its start until it is ready to its end by SIGTERM."""
    begun = time.perf_counter()
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=out)
    try:
        seconds = []
        for path in (HEALTHY, READY):
            wait_for(address + path, process, log)
            seconds.append(time.perf_counter() - begun)
        yield Server(address, process, *seconds, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 30) -> None:
    """Ask until it answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.02)
    raise AssertionError(f"{address}: must answer 200 within {seconds} s; {log.read_text()[-2000:]}")


def descendants(pid: int) -> list[int]:
    """Children of a process, and theirs."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
    return found


def _is_gunicorn(pid: int) -> bool:
    try:
        return "/gunicorn" in Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False


def _generation(pid: int) -> int:
    """0 for a gunicorn's first process, 1 for its workers, 2 for those that check tables for them; -1 for others."""
    if not _is_gunicorn(pid):
        return -1
    try:
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return -1
    return 1 + _generation(parent)


def memory(pid: int) -> dict[str, float]:
    """Resident and proportional memory of a process in MB (10^6 bytes); empty when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return {}
    kilobytes = {line.split()[0]: int(line.split()[1]) for line in lines}
    return {"rss_mb": kilobytes["Rss:"] * 1.024e-3, "pss_mb": kilobytes["Pss:"] * 1.024e-3}


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS
