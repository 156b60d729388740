"""One warm Chromium: Kaleido draws figures in it, and pages are opened in tabs of the same browser."""

import asyncio
import base64
import contextlib
import json
import threading
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

T = TypeVar("T")

LONGEST = 120  # seconds after which a picture is given up; nothing waits for it when all is well
FONT = "Open Sans"
# Two families that surely differ: where Open Sans is there, it is drawn whichever of them stands behind it.
_HAS_FONT = """(() => {
  const pen = document.createElement("canvas").getContext("2d");
  const width = family => { pen.font = "40px " + family; return pen.measureText("Watts 1,000 mmm iii").width; };
  return width('"Open Sans", monospace') === width('"Open Sans", serif');
})()"""
_DRAWN = """new Promise(resolve => {
  const look = () => window.figureExits ? window.figureExits.drawn().then(resolve) : requestAnimationFrame(look);
  look();
})"""
_EXTENT = "JSON.stringify([document.documentElement.scrollWidth, document.documentElement.scrollHeight])"


class NoBrowserError(RuntimeError):
    """There is no Chrome or Chromium on the machine, or it ended."""


class Browser:
    """A browser on a loop in a thread of its own, so that it can be used from anywhere."""

    def __init__(self) -> None:
        """Start it.

        Raises:
            NoBrowserError: there is none that starts.
        """
        import kaleido

        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="browser", daemon=True)
        self._thread.start()
        try:
            self._kaleido = self._run(self._opened(kaleido))
        except BaseException:
            self._end()
            raise

    @staticmethod
    async def _opened(kaleido: Any) -> Any:
        browser = kaleido.Kaleido(n=1, mathjax=False, timeout=LONGEST)
        await browser.open()
        return browser

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        from kaleido import errors

        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop).result(LONGEST)
        except errors.ChromeNotFoundError as error:
            raise NoBrowserError(
                "browser: pictures need Chrome or Chromium: install Debian's package chromium, "
                "or set BROWSER_PATH to one"
            ) from error
        except (errors.BrowserClosedError, errors.BrowserFailedError) as error:
            raise NoBrowserError(
                "browser: Chrome ended before the picture was drawn: try again, or set BROWSER_PATH to another"
            ) from error
        except TimeoutError as error:
            raise NoBrowserError(f"browser: Chrome drew nothing in {LONGEST} s: try again") from error

    def close(self) -> None:
        """End the browser and its thread."""
        with contextlib.suppress(NoBrowserError):
            self._run(self._kaleido.close())
        self._end()

    def _end(self) -> None:
        asyncio.run_coroutine_threadsafe(_left(), self._loop).result(LONGEST)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def picture(self, spec: dict[str, Any], kind: str, scale: int) -> bytes:
        """A figure as PNG, SVG or PDF, as Kaleido makes it."""
        layout = spec["layout"]
        options: dict[str, Any] = {"format": kind, "width": layout["width"], "height": layout["height"]}
        if kind == "png":
            options["scale"] = scale
        return self._run(self._kaleido.calc_fig(spec, opts=options))

    def has_font(self) -> bool:
        """Whether the one font that pictures are drawn in is on the machine."""
        return self._run(self._in_tab("about:blank", self._font))

    @staticmethod
    async def _font(tab: Any) -> bool:
        return await _value(tab, _HAS_FONT) is True

    def page(self, address: str, *, width: int, theme: str, kind: str, scale: int) -> bytes:
        """A whole page as PNG or PDF, taken when the page itself says that it is drawn."""
        view = {"width": width, "height": 900, "deviceScaleFactor": scale, "mobile": False}
        wishes = {"prefers-color-scheme": theme, "prefers-reduced-motion": "reduce"}
        media = [{"name": name, "value": value} for name, value in wishes.items()]

        async def taken(tab: Any) -> bytes:
            await _command(tab, "Emulation.setDeviceMetricsOverride", view)
            await _command(tab, "Emulation.setEmulatedMedia", {"features": media})
            await _command(tab, "Page.navigate", {"url": address})
            await _value(tab, _DRAWN)
            if kind == "pdf":
                await _value(tab, "figureExits.printAsShown = true")  # the theme was asked for
                options = {"printBackground": True, "preferCSSPageSize": True}
                return base64.b64decode((await _command(tab, "Page.printToPDF", options))["data"])
            _, height = json.loads(await _value(tab, _EXTENT))
            await _command(tab, "Emulation.setDeviceMetricsOverride", view | {"height": height})
            await _value(tab, _DRAWN)
            shot = await _command(tab, "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True})
            return base64.b64decode(shot["data"])

        return self._run(self._in_tab("about:blank", taken))

    async def _in_tab(self, address: str, work: Any) -> Any:
        tab = await self._kaleido.create_tab(address, window=True)  # a tab behind another draws no frames
        try:
            return await work(tab)
        finally:
            await self._kaleido.close_tab(tab)


async def _left() -> None:
    """Nothing is left to be done on the loop: a browser that ended by itself leaves the watch over it behind."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for other in others:
        other.cancel()
    await asyncio.wait(others) if others else None


async def _command(tab: Any, name: str, options: dict[str, Any]) -> Any:
    answer = await tab.send_command(name, options)
    if "error" in answer:
        raise RuntimeError(f"{name}: {answer['error'].get('message', 'refused')}")
    return answer["result"]


async def _value(tab: Any, script: str) -> Any:
    options = {"expression": script, "awaitPromise": True, "returnByValue": True}
    answer = await _command(tab, "Runtime.evaluate", options)
    return answer["result"].get("value")


@contextlib.contextmanager
def warm_browser() -> Iterator[Browser]:
    """A browser for many pictures, ended with the block."""
    browser = Browser()
    try:
        yield browser
    finally:
        browser.close()
