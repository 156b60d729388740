"""Shots to files, one by one, each whole or not at all."""

import contextlib
import fcntl
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from dashboard import figures
from dashboard.export import notes
from dashboard.export.browser import FONT, Browser, warm_browser
from dashboard.export.shots import Shot

Told = Callable[[str], None]
FONT_MISSING = (
    f"font: {FONT} is not on this machine, so pictures come out in another font: "
    "install Debian's package fonts-open-sans"
)
# Named so that nobody else's file is taken for one of ours.
PART, PART_END = ".dashboard-export-", ".part"


def write(wanted: Sequence[Shot], folder: Path, *, datasets: Path | None = None, told: Told = print) -> Iterator[Path]:
    """Make the files one by one, each whole or not at all; yields each path.

    Raises:
        NoBrowserError: pictures were asked for and there is no Chrome.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):  # so that what cannot be written is known before anything is drawn
        pass
    if count := swept(folder):
        told(f"{folder}: removed {count} unfinished file(s) that an export left when it was killed")
    for shot, content in contents(wanted, datasets=datasets, told=told):
        yield whole(folder / shot.file_name, content)


def contents(
    wanted: Sequence[Shot], *, datasets: Path | None = None, told: Told = print
) -> Iterator[tuple[Shot, bytes]]:
    """Each shot with the bytes of its file."""
    pictures = any(shot.format != "csv" for shot in wanted)
    pages = any(shot.comparison is None for shot in wanted)
    with contextlib.ExitStack() as stack:
        browser = stack.enter_context(warm_browser()) if pictures else None
        origin = stack.enter_context(_served(datasets)) if pages else ""
        if browser and not browser.has_font():
            told(FONT_MISSING)
        for shot in wanted:
            yield shot, content(shot, browser, origin)


def content(shot: Shot, browser: Browser | None, origin: str = "") -> bytes:
    """The bytes of a shot's file."""
    if shot.format == "csv":
        assert shot.comparison is not None
        return shot.comparison.csv.encode()
    assert browser is not None
    if shot.comparison is None:
        made = browser.page(
            origin + shot.address, width=shot.size.width, theme=shot.theme, kind=shot.format, scale=shot.scale
        )
    else:
        spec = figures.figure(shot.comparison, shot.size, shot.theme)
        made = browser.picture(spec, shot.format, shot.scale)
    numbers = shot.comparison.csv if shot.comparison else ""
    told = {notes.TITLE: shot.title, notes.WORDS: shot.words, notes.SOURCE: shot.foot, notes.NUMBERS: numbers}
    return notes.noted(made, shot.format, {key: text for key, text in told.items() if text})


@contextlib.contextmanager
def _served(datasets: Path | None) -> Iterator[str]:
    """The dashboard on a free port of this machine while its pages are taken."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    from dashboard.catalog import SHIPPED
    from dashboard.web import create_app

    class Quiet(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
            """Say nothing: standard error is for what is wrong."""

    app = create_app(datasets or SHIPPED)
    server = make_server("127.0.0.1", 0, app.server, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def whole(path: Path, content: bytes) -> Path:
    """The file written beside its place and moved there when it is complete."""
    with _part(path.parent) as part:
        try:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
            Path(part.name).chmod(0o644)
            Path(part.name).replace(path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
    return path


def _part(folder: Path) -> Any:
    """A file to be completed, locked while its process lives: so `swept` tells it from a dead one's."""
    while True:
        part = tempfile.NamedTemporaryFile(dir=folder, prefix=PART, suffix=PART_END, delete=False)  # noqa: SIM115
        fcntl.flock(part, fcntl.LOCK_EX)
        if Path(part.name).exists():
            return part
        part.close()  # swept between its making and its lock: make another


def swept(folder: Path) -> int:
    """Remove the unfinished files of exports that were killed; returns how many.

    The kernel drops the lock of a process that ends in whatever way; what is still locked is being written.
    """
    count = 0
    for path in folder.glob(f"{PART}*{PART_END}"):
        with contextlib.suppress(FileNotFoundError, PermissionError, BlockingIOError), path.open("rb") as part:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
            count += 1
    return count
