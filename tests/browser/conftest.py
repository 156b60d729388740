"""A real Chromium that may talk to nobody but the dashboard under test."""

import os
import shutil
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect, sync_playwright
from werkzeug.serving import make_server

from dashboard.catalog import SHIPPED
from dashboard.web import create_app
from tests.browser.windows import Window, opened

# No name but that of this machine can be looked up: routing requests instead would switch the cache off.
NOBODY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
ONE_PROCESS_LESS = "--in-process-gpu"  # no graphics card draws here: a process for it only takes a tenth of the time
# A page lives for seconds here: what is compiled for long runs costs a fifth of its time and is thrown away with it.
NOT_FOR_LONG = "--js-flags=--no-maglev --no-turbofan"
CHROMES = ("chromium", "chromium-browser", "google-chrome")

expect.set_options(timeout=30_000)  # ms, as everything else in Playwright waits: a busy machine is slow, not wrong


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a dashboard on the shipped tables."""
    server = make_server("127.0.0.1", 0, create_app(SHIPPED).server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """One Chromium for the session, with a profile: it keeps scripts compiled, which halves a page load."""
    path = os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, CHROMES)), None)
    assert path, "install Debian's chromium, or set BROWSER_PATH"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=path,
            args=["--no-sandbox", NOBODY, ONE_PROCESS_LESS, NOT_FOR_LONG],
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="UTC",
        )
        yield opened
        opened.close()


@pytest.fixture
def window(request: pytest.FixtureRequest, context: BrowserContext, address: str) -> Iterator[Window]:
    """A fresh window; `@pytest.mark.parametrize("window", [(width, scheme)], indirect=True)` sets it."""
    width, scheme = getattr(request, "param", (1280, "light"))
    with opened(context, address, width, scheme, Window) as shown:
        yield shown
    assert shown.wrong == []
