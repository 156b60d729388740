"""A hundred visitors for a minute: on the Procfile's server, and behind nginx as deploy/ sets it up."""

import asyncio
import os

import pytest

from tests.bench import load, servers
from tests.bench.results import keep

SECONDS, VISITORS = int(os.environ.get("LOAD_SECONDS", "60")), 100


async def _watched(server, scripts, seconds, visitors, faults):
    async def watch():
        for _ in range(int(seconds)):
            await asyncio.sleep(1)
            server.note_memory()

    return await load.visit(server.address, scripts, visitors=visitors, seconds=seconds, others=[watch(), *faults])


def run(name, server, scripts, seconds=SECONDS, visitors=VISITORS, faults=()):
    """Load the server, with faults on the way, keep the figures under a name, and hand back what the visitors saw."""
    own, theirs = load.own_seconds(), server.cpu()
    seen = asyncio.run(_watched(server, scripts, seconds, visitors, faults))
    keep(name, server, seen, seconds, visitors, load.own_seconds() - own, server.cpu() - theirs)
    return seen


def fast_and_whole(seen):
    """What every run must show: no error, no mixed version, changed controls in time."""
    assert seen.errors == []
    assert seen.mixed_answers == []
    assert seen.percentile("control, callback", 0.50) <= 40
    assert seen.percentile("control, callback", 0.99) <= 200


@pytest.mark.parametrize("workers", [1, 2])
def test_a_hundred_visitors(workers, tables, scripts, tmp_path):
    """One worker and two bear 100 visitors for a minute; two are fast: p50 at most 40 ms, p99 200 ms, 250 MB each."""
    with servers.procfile(tables, tmp_path, workers=workers) as server:
        seen = run(f"procfile, {workers} workers", server, scripts)

        assert seen.errors == []
        assert server.peak["rss_mb"] <= 250
        if workers == 2:
            fast_and_whole(seen)


def test_a_hundred_visitors_behind_nginx(tables, scripts):
    """Two instances behind nginx are as fast."""
    with servers.fleet(tables, instances=2) as server:
        seen = run("nginx, 2 instances", server, scripts)

        fast_and_whole(seen)
        assert server.peak["rss_mb"] <= 250


def test_start(tables, tmp_path):
    """The server answers within 2.5 s of its start."""
    with servers.procfile(tables, tmp_path, workers=2) as server:
        assert server.started_in <= 2.5
