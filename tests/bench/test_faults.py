"""What visitors see while something breaks under them."""

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

import aiohttp
import pytest

from tests.bench import servers
from tests.bench.results import write
from tests.bench.test_load import run

SECONDS, VISITORS = int(os.environ.get("FAULT_SECONDS", "30")), 100
SCRIPT = "/_dash-component-suites/plotly/package_data/plotly.min.js"
HEAD = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"


def at(second, act):
    """A coroutine that does something in a thread of its own at a second of the run."""

    async def later():
        await asyncio.sleep(second)
        await asyncio.to_thread(act)

    return later()


def update(datasets, table):
    """`update claims --apply`, as a curator runs it."""
    words = ["update", "claims", str(table), "--allow-removals", "--apply", "--datasets", str(datasets)]
    command = [sys.executable, "-m", "dashboard", *words]
    return subprocess.run(command, cwd=servers.ROOT, capture_output=True, text=True, check=False)


def test_a_worker_is_killed(tables, scripts, tmp_path):
    """A worker of two dies by -9 under 100 visitors: nobody sees an error, and another takes its place."""
    with servers.procfile(tables, tmp_path, workers=2) as server:
        before = server.workers()
        kill = at(SECONDS / 3, lambda: os.kill(before[0], signal.SIGKILL))
        seen = run("procfile, 2 workers, one killed", server, scripts, SECONDS, VISITORS, [kill])

        assert seen.errors == []
        assert len(server.workers()) == 2
        assert set(server.workers()) != set(before)


def test_an_instance_is_killed(tables, scripts):
    """Behind nginx a worker dies, then a whole instance: nobody sees an error, and both are replaced."""
    with servers.fleet(tables, instances=2) as server:
        worker, instance = server.workers()[0], server.masters()[1]
        faults = [
            at(SECONDS / 4, lambda: os.kill(worker, signal.SIGKILL)),
            at(SECONDS / 2, lambda: os.kill(instance, signal.SIGKILL)),
        ]
        seen = run("nginx, 2 instances, a worker and an instance killed", server, scripts, SECONDS, VISITORS, faults)

        assert seen.errors == []
        assert len(server.masters()) == 2
        assert instance not in server.masters()


def test_rolling_restart_while_tables_change(tables, scripts, changed_claims):
    """Every instance is replaced while the tables change: no error, no answer of two versions, nobody goes back."""
    with servers.fleet(tables, instances=2) as server:
        before = set(server.masters())
        faults = [
            at(SECONDS / 5, lambda: server.process.send_signal(signal.SIGHUP)),
            at(SECONDS / 4, lambda: update(tables, changed_claims)),
        ]
        seen = run("nginx, 2 instances, rolled while tables change", server, scripts, SECONDS, VISITORS, faults)

        assert seen.errors == []
        assert seen.mixed_answers == []
        assert seen.went_back == []
        assert len(seen.versions) == 2
        assert not before & set(server.masters())


def test_tables_change(tables, scripts, tmp_path, changed_claims):
    """`update --apply` under load: both versions are seen, no answer mixes them, nobody waits for the change."""
    with servers.procfile(tables, tmp_path, workers=2) as server:
        change = at(SECONDS / 3, lambda: update(tables, changed_claims))
        seen = run("procfile, 2 workers, tables change", server, scripts, SECONDS, VISITORS, [change])

        assert seen.errors == []
        assert seen.mixed_answers == []
        assert len(seen.versions) == 2


def test_a_half_written_table(tables, scripts, tmp_path):
    """A table cut in half stays out: the old version is shown, and the whole table is taken when it comes."""
    claims = tables / "claims.csv"
    whole = claims.read_bytes()
    with servers.procfile(tables, tmp_path, workers=2) as server:
        faults = [
            at(SECONDS / 3, lambda: claims.write_bytes(whole[: len(whole) // 2])),
            at(SECONDS / 2, lambda: claims.write_bytes(whole)),
        ]
        seen = run("procfile, 2 workers, a table half-written", server, scripts, SECONDS, VISITORS, faults)

        assert seen.errors == []
        assert len(seen.versions) == 1


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a full and a read-only folder")
@pytest.mark.parametrize("fault", ["full", "read-only"])
def test_a_folder_that_cannot_be_written(fault, tmp_path, changed_claims, tables):
    """An update that finds the disk full or read-only says so in one line; the server serves what it had."""
    folder = tmp_path / "mounted"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(folder)], check=True)
    try:
        shutil.copytree(tables, folder, dirs_exist_ok=True)
        if fault == "read-only":
            subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        else:
            _fill(folder / "filler")
        with servers.procfile(folder, tmp_path, workers=1) as server:
            before = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
            told = update(folder, changed_claims)

            assert told.returncode in (1, 3)
            assert len(told.stderr.splitlines()) == 1
            assert {path.name: path.read_bytes() for path in folder.glob("*.csv")} == before
            assert not (folder / ".update").exists()
            servers.wait_for(server.address + servers.READY, server.process, server.log, 5)
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _fill(path):
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))


CLOCK = """
import pathlib, time
real, file = time.time, pathlib.Path({file!r})
time.time = lambda: real() + float(file.read_text() or 0)
time.time_ns = lambda: int(1e9 * time.time())
"""


def test_the_clock_jumps(tables, scripts, tmp_path, changed_claims):
    """The clock jumps a day ahead and two days back under load: no error, and new tables are still noticed.

    The jump is in what Python code of the server's process, gunicorn and libraries too, reads as the time of day.
    """
    ahead = tmp_path / "ahead"
    ahead.write_text("0")
    (tmp_path / "sitecustomize.py").write_text(CLOCK.format(file=str(ahead)))
    with servers.procfile(tables, tmp_path, workers=2, environment={"PYTHONPATH": str(tmp_path)}) as server:
        before = set(server.workers())
        faults = [
            at(SECONDS / 4, lambda: ahead.write_text("86400")),
            at(SECONDS / 2, lambda: ahead.write_text("-86400")),
            at(SECONDS * 0.6, lambda: update(tables, changed_claims)),
        ]
        seen = run("procfile, 2 workers, clock jumps", server, scripts, SECONDS, 20, faults)

        assert seen.errors == []
        assert len(seen.versions) == 2
        assert set(server.workers()) == before


async def _slow(address, count, seconds, *, sends):
    """So many visitors who read an answer of more than a megabyte, or send a request, byte by byte."""
    host, port = address.removeprefix("http://").split(":")
    until = time.monotonic() + seconds

    async def one():
        own = socket.socket()
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # or the kernel would read for the slow one
        own.connect((host, int(port)))
        reader, writer = await asyncio.open_connection(sock=own, limit=1024)
        writer.write(HEAD % SCRIPT.encode() + (b"" if sends else b"\r\n"))
        while time.monotonic() < until:
            if sends:
                writer.write(b"X: 1\r\n")
            elif not await reader.read(1):
                break
            await asyncio.sleep(1)
        writer.close()

    await asyncio.gather(*(one() for _ in range(count)), return_exceptions=True)


async def _beside_slow(address, count, seconds, *, sends):
    """Milliseconds that others wait for /healthz meanwhile, asked four times a second."""
    waits = []

    async def probe():
        await asyncio.sleep(1)
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(force_close=True)) as session:
            until = time.monotonic() + seconds - 2
            while time.monotonic() < until:
                begun = time.perf_counter()
                try:
                    async with session.get(address + servers.READY) as answer:
                        assert answer.status == 200
                    waits.append(1e3 * (time.perf_counter() - begun))
                except (TimeoutError, aiohttp.ClientError):
                    waits.append(float("inf"))
                await asyncio.sleep(0.25)

    await asyncio.gather(_slow(address, count, seconds, sends=sends), probe())
    return sorted(waits)


@pytest.mark.parametrize("sends", [False, True], ids=["readers", "senders"])
def test_slow_visitors(tables, sends):
    """Behind nginx, 200 visitors who read or send byte by byte keep nobody waiting."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with servers.fleet(tables, instances=2) as server:
        waits = asyncio.run(_beside_slow(server.address, 200, 12, sends=sends))
        figures = {"slow": 200, "p50_ms": round(waits[len(waits) // 2], 1), "max_ms": round(waits[-1], 1)}
        write(f"nginx, 2 instances, slow {'senders' if sends else 'readers'}", figures)

        assert waits[-1] <= 1_000


@pytest.mark.parametrize("sends", [False, True], ids=["readers", "senders"])
def test_slow_visitors_without_nginx(tables, tmp_path, sends):
    """Without nginx each of them holds one of a worker's 4 threads: how others fare beside 16 is kept as a figure."""
    with servers.procfile(tables, tmp_path, workers=2) as server:
        waits = asyncio.run(_beside_slow(server.address, 16, 12, sends=sends))
        lost = sum(wait == float("inf") for wait in waits)
        figures = {"slow": 16, "p50_ms": round(waits[len(waits) // 2], 1), "of": len(waits), "lost": lost}
        write(f"procfile, 2 workers, slow {'senders' if sends else 'readers'}", figures)

        servers.wait_for(server.address + servers.READY, server.process, server.log, 10)
