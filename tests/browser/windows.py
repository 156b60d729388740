"""A window of the dashboard in a real Chromium, and what is heard to go wrong in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request

SHOWN = ", ".join(f"#content {part}" for part in (".js-plotly-plot .main-svg", ".problem", "ul", ".ag-row"))


@dataclass
class Window:
    """A page, with whatever went wrong in it."""

    page: Page
    address: str
    wrong: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to an address of the dashboard and wait until a figure or a notice is drawn."""
        self.front()
        self.page.goto(self.address + path)
        self.page.wait_for_selector(SHOWN, state="attached")

    def front(self) -> None:
        """Before the others: a page behind another is painted once a second, and each click waits for it."""
        self.page.bring_to_front()


Kind = TypeVar("Kind", bound=Window)


_FREE: list[Page] = []  # left by a test; a new one would be a new process, which takes a third of a page's time


@contextmanager
def opened(context: BrowserContext, address: str, width: int, scheme: str, kind: type[Kind]) -> Iterator[Kind]:
    """A window of a width, light or dark, that knows nothing of the one before; what goes wrong is kept in `wrong`."""
    page = _FREE.pop() if _FREE else context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    window = kind(page, address)

    def heard(asked: Request) -> None:
        if not asked.url.startswith((address, "data:", "blob:")):
            window.wrong.append(f"asked for {asked.url}")

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            window.wrong.append(message.text)

    def failed(error: Error) -> None:
        window.wrong.append(str(error))

    page.on("request", heard)
    page.on("console", said)
    page.on("pageerror", failed)
    yield window
    page.remove_listener("request", heard)
    page.remove_listener("console", said)
    page.remove_listener("pageerror", failed)
    if page.url.startswith(address):
        page.evaluate("localStorage.clear(); sessionStorage.clear()")  # colours and tables that a test chose
        page.unroute_all()
        _FREE.append(page)
    else:
        page.close()
