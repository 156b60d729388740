"""A real Chromium that may talk to nobody but the dashboard under test."""

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright
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
def browser() -> Iterator[Browser]:
    """One Chromium for the session."""
    path = os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, CHROMES)), None)
    assert path, "install Debian's chromium, or set BROWSER_PATH"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", NOBODY])
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


@pytest.fixture(scope="session")
def contexts() -> Iterator[dict[tuple[int, str], BrowserContext]]:
    """One browser context for each width and colour scheme: its windows share a cache, as a reader's do."""
    opened: dict[tuple[int, str], BrowserContext] = {}
    yield opened
    for context in opened.values():
        context.close()


@pytest.fixture
def window(
    request: pytest.FixtureRequest, browser: Browser, contexts: dict[tuple[int, str], BrowserContext], address: str
) -> Iterator[Window]:
    """A fresh window; `@pytest.mark.parametrize("window", [(width, scheme)], indirect=True)` sets it."""
    width, scheme = getattr(request, "param", (1280, "light"))
    if (width, scheme) not in contexts:
        contexts[width, scheme] = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="UTC",
        )
    page = contexts[width, scheme].new_page()
    opened = Window(page, address)

    def heard(asked: Request) -> None:
        if not asked.url.startswith((address, "data:", "blob:")):
            opened.wrong.append(f"asked for {asked.url}")

    page.on("request", heard)
    page.on("console", lambda said: opened.wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: opened.wrong.append(str(error)))
    yield opened
    page.close()
    assert opened.wrong == []
