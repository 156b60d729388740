"""What a reader's browser asks of the dashboard, recorded from a real one, to be played again by many visitors."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request

NUMBER = "123457"  # typed where a visitor types a number of chips; each visitor puts one of their own in its place


@dataclass(frozen=True)
class Call:
    """One request; `body` is what a POST sends."""

    method: str
    target: str
    body: bytes | None = None


@dataclass
class Action:
    """What the browser asks after one move of the reader: waves of requests, each sent when the last is answered."""

    kind: str  # page, control, upload
    name: str
    waves: list[list[Call]] = field(default_factory=list)


@dataclass
class Script:
    """A page load and the moves that a reader makes on that page."""

    page: Action
    moves: list[Action] = field(default_factory=list)


def _picked(control: str, option: str) -> Callable[[Page], None]:
    def move(page: Page) -> None:
        page.locator(f"input#{control}").click()
        page.get_by_role("option", name=option, exact=True).click()

    return move


def _typed(control: str, text: str) -> Callable[[Page], None]:
    return lambda page: page.locator(f"input#{control}").fill(text)


def _switched(option: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("radio", name=option, exact=True).click()


def _uploaded(path: Path) -> Callable[[Page], None]:
    return lambda page: page.locator("#data-upload input[type=file]").set_input_files(path)


def _pressed(control: str) -> Callable[[Page], None]:
    return lambda page: page.locator(f"#{control}").click()


def moves(upload: Path) -> dict[str, list[tuple[str, str, Callable[[Page], None]]]]:
    """By page: kind, name and doing of each move. `upload` is a claims.csv with rows changed."""
    return {
        "/": [
            ("control", "home basis facility", _switched("Facility")),
            ("control", "home basis grid", _switched("Grid connection")),
            ("control", "home basis IT", _switched("IT")),
        ],
        "/convert": [
            ("control", "convert new text", _typed("convert-text", f"{NUMBER} H100")),
            ("control", "convert new text beside", _typed("convert-other", f"{NUMBER} GB200")),
            ("control", "convert 30 GW", _typed("convert-text", "30 GW")),
        ],
        "/plans": [
            ("control", "plans by country", _picked("plans-by", "country")),
            ("control", "plans by user", _picked("plans-by", "user")),
        ],
        "/deals": [
            ("control", "deals basis", _switched("facility power")),
            ("control", "deals unit", _switched("dollars")),
        ],
        "/grids": [
            ("control", "grids new text", _typed("grids-text", f"{NUMBER} H100")),
            ("control", "grids basis", _switched("facility")),
        ],
        "/score": [("control", "score rows", _switched("All pairs"))],
        "/data": [
            ("control", "data table sites", _picked("data-table", "Sites")),
            ("control", "data table claims", _picked("data-table", "Claims")),
            ("upload", "data upload checked", _uploaded(upload)),
            ("upload", "data upload used", _pressed("data-use")),
        ],
        "/method": [("control", "method words", _typed("method-find", "PUE"))],
    }


def record(browser: Browser, address: str, upload: Path) -> list[Script]:
    """Each page opened in an empty browser, and its moves made one after the other."""
    return [_script(browser, address, path, steps) for path, steps in moves(upload).items()]


def _script(browser: Browser, address: str, path: str, steps: list[tuple[str, str, Callable[[Page], None]]]) -> Script:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    page = context.new_page()
    traffic = _Traffic(page)
    page.goto(address + path)
    page.wait_for_selector(".js-plotly-plot .main-svg, .ag-row", state="attached")
    script = Script(traffic.action("page", path))
    for kind, name, move in steps:
        with page.expect_request(lambda request: request.method == "POST"):
            move(page)
        script.moves.append(traffic.action(kind, name))
    context.close()
    return script


class _Traffic:
    """The requests of a page, split into actions."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._open: set[Request] = set()
        self._done: list[Request] = []
        page.on("request", self._begun)
        page.on("requestfinished", self._finished)

    def _begun(self, request: Request) -> None:
        self._open.add(request)

    def _finished(self, request: Request) -> None:
        self._open.discard(request)
        self._done.append(request)

    def action(self, kind: str, name: str) -> Action:
        """Take what was asked until the page fell silent."""
        seen = -1
        while self._open or seen != len(self._done):
            seen = len(self._done)
            self._page.wait_for_timeout(400)
        action = Action(kind, name, list(_waves(self._done)))
        self._done.clear()
        return action


def _waves(heard: list[Request]) -> Iterator[list[Call]]:
    """Requests that began before any of their wave was answered go together; the next began after an answer."""
    wave: list[Call] = []
    answered = float("inf")
    for request in sorted(heard, key=lambda request: request.timing["startTime"]):
        begun = request.timing["startTime"]
        if wave and begun >= answered:
            yield wave
            wave, answered = [], float("inf")
        wave.append(_call(request))
        answered = min(answered, begun + max(request.timing["responseEnd"], 0))
    if wave:
        yield wave


def _call(request: Request) -> Call:
    parts = urlsplit(request.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    body = request.post_data_buffer if request.method == "POST" else None
    assert body is None or isinstance(json.loads(body), dict)
    return Call(request.method, target, body)
