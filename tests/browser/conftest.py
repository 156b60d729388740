"""A real Chromium that may talk to nobody but the dashboard under test."""

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import BrowserContext, Page, Request, sync_playwright
from werkzeug.serving import make_server

from dashboard.catalog import SHIPPED
from dashboard.web import create_app

# No name but that of this machine can be looked up: routing requests instead would switch the cache off.
NOBODY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
SHOWN = ", ".join(f"#content {part}" for part in (".js-plotly-plot .main-svg", ".problem", "ul", ".ag-row"))
CHROMES = ("chromium", "chromium-browser", "google-chrome")


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
            args=["--no-sandbox", NOBODY],
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="UTC",
        )
        yield opened
        opened.close()


@dataclass
class Window:
    """A page, with whatever went wrong in it."""

    page: Page
    address: str
    wrong: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to an address of the dashboard and wait until a figure or a notice is drawn."""
        self.page.goto(self.address + path)
        self.page.wait_for_selector(SHOWN, state="attached")


@pytest.fixture
def window(request: pytest.FixtureRequest, context: BrowserContext, address: str) -> Iterator[Window]:
    """A fresh window; `@pytest.mark.parametrize("window", [(width, scheme)], indirect=True)` sets it."""
    width, scheme = getattr(request, "param", (1280, "light"))
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    opened = Window(page, address)

    def heard(asked: Request) -> None:
        if not asked.url.startswith((address, "data:", "blob:")):
            opened.wrong.append(f"asked for {asked.url}")

    page.on("request", heard)
    page.on("console", lambda said: opened.wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: opened.wrong.append(str(error)))
    yield opened
    if page.url.startswith(address):
        page.evaluate("localStorage.clear()")  # the colours that a test chose
    page.close()
    assert opened.wrong == []
