"""Figures as files: an address and a figure's id to PNG, SVG, PDF or CSV, the same bytes each time.

Kaleido draws with one warm browser; files appear whole or not at all.
"""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from dashboard import figures
from dashboard.catalog import Catalog
from dashboard.compare import Comparison
from dashboard.figures import Size, size_named
from dashboard.web.pages import PAGES
from dashboard.web.routes import csv_text

FORMATS = ("png", "svg", "pdf", "csv")


class AddressError(ValueError):
    """An address is not one of the dashboard's."""


class NoBrowserError(RuntimeError):
    """There is no Chrome or Chromium on the machine."""


@dataclass(frozen=True)
class Shot:
    """One picture to be made."""

    address: str
    comparison: Comparison
    format: str
    size: Size
    theme: str

    @property
    def file_name(self) -> str:
        """Named by address, figure, size, theme and data version."""
        query = re.sub(r"[^A-Za-z0-9]+", "-", urlsplit(self.address).query).strip("-")[:60]
        parts = [self.comparison.id, query, self.size.name, self.theme, self.comparison.version]
        return "_".join(part for part in parts if part) + f".{self.format}"


def shots(
    addresses: Sequence[str], catalog: Catalog, *, figure: str = "", formats: Sequence[str], size: str, theme: str
) -> list[Shot]:
    """What is to be made for the addresses: their figures (or the named one) in each format.

    Raises:
        ValueError: an address, figure, format, size or theme that is not ours; the message lists what is.
    """
    for name in formats:
        if name not in FORMATS:
            raise ValueError(f'format: must be one of {", ".join(FORMATS)}, got "{name}"')
    if theme not in ("light", "dark"):
        raise ValueError(f'theme: must be light or dark, got "{theme[:20]}"')
    box = size_named(size)
    found = []
    for address in addresses:
        for comparison in _comparisons(address, catalog, figure):
            found += [Shot(address, comparison, name, box, theme) for name in formats]
    return found


def _comparisons(address: str, catalog: Catalog, figure: str) -> list[Comparison]:
    page, query = page_of(address)
    if figure and figure not in page.FIGURES:
        raise ValueError(f'figure: {page.PATH} has {", ".join(page.FIGURES)}; got "{figure[:40]}"')
    return [item for item in page.comparisons(catalog, query) if not figure or item.id == figure]


def page_of(address: str) -> tuple[ModuleType, Mapping[str, str]]:
    """The page and the query of an address such as `/convert?text=30+GW`; a local host before it is ignored.

    Raises:
        AddressError: another host, or no such page.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("", "http") or parts.hostname not in (None, "localhost", "127.0.0.1"):
        raise AddressError(f'address: must be one of the dashboard\'s own such as "/?basis=it", got "{address[:60]}"')
    path = parts.path.rstrip("/") or "/"
    page = next((page for page in PAGES if path == page.PATH), None)
    if page is None:
        raise AddressError(f'address: must be one of {", ".join(page.PATH for page in PAGES)}, got "{path[:60]}"')
    return page, dict(parse_qsl(parts.query, max_num_fields=60))


def write(wanted: Sequence[Shot], folder: Path) -> Iterator[Path]:
    """Make the files one by one, each whole or not at all; yields each path.

    Raises:
        NoBrowserError: pictures were asked for and there is no Chrome.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pictures = any(shot.format != "csv" for shot in wanted)
    with _browser() if pictures else contextlib.nullcontext():
        for shot in wanted:
            content = csv_text(shot.comparison).encode() if shot.format == "csv" else _picture(shot)
            yield _whole(folder / shot.file_name, content)


def _whole(path: Path, content: bytes) -> Path:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as part:
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


@contextlib.contextmanager
def _browser() -> Iterator[None]:
    """One warm browser for all pictures."""
    import kaleido

    try:
        kaleido.start_sync_server(silence_warnings=True, mathjax=False)
    except Exception as error:
        raise _lacking(error) from error
    try:
        yield
    finally:
        kaleido.stop_sync_server(silence_warnings=True)


def _lacking(error: Exception) -> NoBrowserError:
    del error
    return NoBrowserError(
        "browser: pictures need Chrome or Chromium: install Debian's package chromium, or set BROWSER_PATH to one"
    )


def _picture(shot: Shot) -> bytes:
    import kaleido

    spec = figures.figure(shot.comparison, shot.size, shot.theme)
    layout = spec["layout"]
    options: dict[str, Any] = {"format": shot.format, "width": layout["width"], "height": layout["height"]}
    if shot.format == "png":
        options["scale"] = 2
    try:
        content: bytes = kaleido.calc_fig_sync(spec, opts=options)
    except RuntimeError as error:
        if "chrome" in str(error).lower():
            raise _lacking(error) from error
        raise
    return _steady_svg(content) if shot.format == "svg" else content


def _steady_svg(content: bytes) -> bytes:
    """The SVG with its one random id replaced, so that the same figure has the same bytes."""
    match = re.search(rb'id="defs-([0-9a-f]{6})"', content)
    return content.replace(match[1], b"figure") if match else content
