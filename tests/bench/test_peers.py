"""The first sight of this dashboard beside its peers', each on gunicorn with one worker, in one run.

Every round opens each address in a fresh profile, so that a slow minute of the machine falls on all of them.

No debugger listens, as with a reader: Playwright's does, and for every error that a script throws and catches V8 then
notes the places in its whole trace, for which it reads all of plotly.js again, three times (0.4 s at each address).
One more sight of each round is taken so, and stands in the table as what it is.
"""

import asyncio
import os
import shutil
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import choreographer
import pytest

from dashboard.catalog import SHIPPED
from tests.bench import results, servers

PYTHON = servers.ROOT / ".venv-peers" / "bin" / "python"
PEERS = {
    "bare Dash": "tests.bench.peers.bare:server",
    "Vizro": "tests.bench.peers.board:server",
    "carbonboard": "tests.bench.peers.carbon:server",
}
CARBON = "carbonboard (CodeCarbon 3.3.2) is as it ships: not compressed, and without its style, which is elsewhere."
OURS = "this dashboard"
ROUNDS = int(os.environ.get("PEER_ROUNDS", "9"))
# carbonboard asks another host for its style: nobody answers, as for a reader without a way out (loopback needs none).
NO_WAY_OUT = "127.0.0.1:9"
CHROMES = ("chromium", "chromium-browser", "google-chrome")
WINDOW = {"width": 1280, "height": 900}
LONGEST = 60  # seconds until a page has drawn
QUIET = 1  # second without a request: the page has all that it asks for once its first figure stands

# The moment at which a frame is drawn that has a figure in it, in milliseconds since the address was opened.
WATCH = """
const look = () => {
  if (document.querySelector(".js-plotly-plot .main-svg")) window.firstFigure = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


class Sight:
    """One page opened in a tab: when its figure was there, what it weighed."""

    def __init__(self):
        self.bytes, self.requests, self.figure = 0, 0, 0.0
        self._open = set()

    async def taken(self, tab, address, *, debugged):
        """Open the address in a fresh tab, with a debugger that listens or without, and wait until all is quiet."""
        tab.subscribe("Network.loadingFinished", self._loaded)
        tab.subscribe("Network.loadingFailed", self._failed)
        tab.subscribe("Network.requestWillBeSent", self._asked)
        for domain in ("Page", "Network", *(["Runtime"] if debugged else [])):
            await _told(tab, f"{domain}.enable")
        await _told(tab, "Emulation.setDeviceMetricsOverride", **WINDOW, deviceScaleFactor=1, mobile=False)
        await _told(tab, "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])
        await _told(tab, "Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        await _told(tab, "Page.navigate", url=address)
        async with asyncio.timeout(LONGEST):
            while not self.figure:
                await asyncio.sleep(0.25)
                found = await _told(tab, "Runtime.evaluate", expression="window.firstFigure || 0")
                self.figure = found["result"]["value"]
            before = None
            while self._open or before != self.requests:
                before = self.requests
                await asyncio.sleep(QUIET)
        return self

    async def _asked(self, event):
        if not event["params"]["request"]["url"].startswith(("data:", "blob:")):
            self.requests += 1
            self._open.add(event["params"]["requestId"])

    async def _loaded(self, event):
        self.bytes += event["params"]["encodedDataLength"]
        self._open.discard(event["params"]["requestId"])

    async def _failed(self, event):
        self._open.discard(event["params"]["requestId"])


async def _told(target, command, **parameters):
    """What the browser answers to a command of the Chrome DevTools Protocol."""
    answer = await target.send_command(command, parameters)
    assert "error" not in answer, (command, answer)
    return answer["result"]


async def _sights(browser, address, *, debugged, count):
    """So many sights of an address, one after the other, in one fresh profile."""
    profile = await _told(browser, "Target.createBrowserContext")
    found = []
    for _ in range(count):
        target = await _told(browser, "Target.createTarget", url="about:blank", **profile)
        await browser.populate_targets()
        found.append(await Sight().taken(browser.tabs[target["targetId"]], address, debugged=debugged))
        await browser.close_tab(target["targetId"])
    await _told(browser, "Target.disposeBrowserContext", **profile)
    return found


async def _measured(running, chrome):
    """Every measure of every address, one value for each round."""
    seen = defaultdict(lambda: defaultdict(list))
    async with choreographer.Browser(path=chrome, headless=True, proxy_server=NO_WAY_OUT) as browser:
        for turn in range(ROUNDS + 1):
            for name, server in running.items():
                address = f"{server.address}/"
                cold, warm = await _sights(browser, address, debugged=False, count=2)
                (debugged,) = await _sights(browser, address, debugged=True, count=1)
                server.note_memory()
                if turn:  # the first round warms the servers and the disk
                    seen[name]["first figure, ms"].append(cold.figure)
                    seen[name]["first figure again, ms"].append(warm.figure)
                    seen[name]["first figure under a debugger, ms"].append(debugged.figure)
                    seen[name]["cold, kB"].append(cold.bytes / 1000)
                    seen[name]["warm, kB"].append(warm.bytes / 1000)
                    seen[name]["requests"].append(cold.requests)
    return seen


@pytest.mark.skipif(not PYTHON.exists(), reason="make .venv-peers first: make bench does it")
def test_first_figure_beside_peers(tmp_path):
    """First figure, weight cold and warm, requests, start and memory: a table in results/peers.md."""
    chrome = os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, CHROMES)))
    with ExitStack() as stack:
        running = {OURS: stack.enter_context(servers.procfile(SHIPPED, tmp_path, workers=1))}
        for name, entry in PEERS.items():
            address = f"127.0.0.1:{servers.free_port()}"
            command = [str(PYTHON.with_name("gunicorn")), entry, "--bind", address]
            command += ["--worker-class", "gthread", "--threads", "4", "--config", os.devnull]  # not ours
            running[name] = stack.enter_context(servers.running(command, f"http://{address}", tmp_path / f"{name}.log"))
        seen = asyncio.run(_measured(running, chrome))
    rows = {name: {what: median(values) for what, values in found.items()} for name, found in seen.items()}
    for name, server in running.items():
        rows[name] |= {"start, s": server.started_in, "worker, MB": server.peak.get("rss_mb", float("nan"))}
    results.write("peers", {"rounds": ROUNDS, "medians": rows})
    (Path(results.__file__).parent / "peers.md").write_text(table(rows))
    print("\n" + table(rows))  # noqa: T201 - what the bench is run for

    ours, bare, vizro, carbon = (rows[name]["first figure, ms"] for name in (OURS, *PEERS))
    assert ours <= 0.9 * bare
    assert ours <= 0.6 * vizro
    assert ours <= 0.9 * carbon
    assert rows[OURS]["cold, kB"] <= 2_100
    assert rows[OURS]["warm, kB"] <= 80
    assert rows[OURS]["worker, MB"] <= 250
    assert rows[OURS]["start, s"] <= 2.5


def table(rows):
    """The medians as a table, with what they were measured on."""
    measures = list(next(iter(rows.values())))
    head = ["| |", *(f" {name} |" for name in rows)]
    lines = ["".join(head), "| --- |" + " ---: |" * len(rows)]
    lines += ["| " + what + " |" + "".join(f" {rows[name][what]:,.4g} |" for name in rows) for what in measures]
    told = f"Medians of {ROUNDS} rounds; when and on what: `load.json`, entry `peers`. {CARBON}"
    return "\n".join([*lines, "", told, ""])
