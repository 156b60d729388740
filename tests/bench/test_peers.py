"""The first sight of this dashboard beside its peers', each on gunicorn with one worker, in one run.

Every round opens each address once in a fresh window, so that a slow minute of the machine falls on all of them.
"""

import os
import shutil
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import sync_playwright

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
# carbonboard asks another host for its style: nobody answers, as for a reader without a way out.
ALONE = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
CHROMES = ("chromium", "chromium-browser", "google-chrome")

# The moment at which a frame is drawn that has a figure in it, in milliseconds since the address was opened.
WATCH = """
const look = () => {
  if (document.querySelector(".js-plotly-plot .main-svg")) window.firstFigure = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


class Sight:
    """One page opened in a window: when its figure was there, what it weighed."""

    def __init__(self, context, address):
        page = context.new_page()
        page.add_init_script(WATCH)
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        self.bytes, self.requests = 0, 0
        network.on("Network.loadingFinished", self._loaded)
        network.on("Network.requestWillBeSent", self._asked)
        page.goto(address)
        page.wait_for_function("() => window.firstFigure")
        page.wait_for_timeout(1000)  # what a page sends for once its first figure stands counts too
        page.wait_for_load_state("networkidle")
        self.figure = page.evaluate("window.firstFigure")
        page.close()

    def _loaded(self, event):
        self.bytes += event["encodedDataLength"]

    def _asked(self, event):
        self.requests += not event["request"]["url"].startswith(("data:", "blob:"))


@pytest.mark.skipif(not PYTHON.exists(), reason="make .venv-peers first: make bench does it")
def test_first_figure_beside_peers(tmp_path):
    """First figure, weight cold and warm, requests, start and memory: a table in results/peers.md."""
    chrome = os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, CHROMES)))
    seen = defaultdict(lambda: defaultdict(list))
    with ExitStack() as stack:
        running = {OURS: stack.enter_context(servers.procfile(SHIPPED, tmp_path, workers=1))}
        for name, entry in PEERS.items():
            address = f"127.0.0.1:{servers.free_port()}"
            command = [str(PYTHON.with_name("gunicorn")), entry, "--bind", address]
            command += ["--worker-class", "gthread", "--threads", "4", "--config", os.devnull]  # not ours
            running[name] = stack.enter_context(servers.running(command, f"http://{address}", tmp_path / f"{name}.log"))
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=chrome, args=ALONE)
        for turn in range(ROUNDS + 1):
            for name, server in running.items():
                context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
                cold, warm = (Sight(context, f"{server.address}/") for _ in range(2))
                context.close()
                server.note_memory()
                if turn:  # the first round warms the servers and the disk
                    seen[name]["first figure, ms"].append(cold.figure)
                    seen[name]["first figure again, ms"].append(warm.figure)
                    seen[name]["cold, kB"].append(cold.bytes / 1000)
                    seen[name]["warm, kB"].append(warm.bytes / 1000)
                    seen[name]["requests"].append(cold.requests)
        browser.close()
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
