"""A table as its publisher ships it: fetched with limits, its columns found by name wherever they stand."""

import csv
import io
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from http.client import HTTPException
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

from dashboard.store import FileError, read_bytes

MAX_BYTES = 100_000_000
SECONDS = 60
_HANDLERS: tuple[Callable[[], urllib.request.BaseHandler], ...] = (
    urllib.request.ProxyHandler,
    urllib.request.HTTPHandler,
    urllib.request.HTTPSHandler,
    urllib.request.HTTPDefaultErrorHandler,
    urllib.request.HTTPRedirectHandler,
    urllib.request.HTTPErrorProcessor,
    urllib.request.UnknownHandler,
)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_NOT_CSV = {b"PK\x03\x04": "a zip archive", b"\x1f\x8b": "a gzip archive", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


class ImportFileError(ValueError):
    """An upstream file cannot be read as what it should be; the message says by name what is not there."""


@dataclass(frozen=True)
class Upstream:
    """Header and rows of an upstream file, with what was noticed in reading it."""

    name: str
    address: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    broken: list[tuple[int, str]]
    notes: list[str] = field(default_factory=list)

    def columns(self, wanted: Sequence[str], optional: Sequence[str] = (), order: Sequence[str] = ()) -> dict[str, int]:
        """Where each column stands; what is missing, renamed or moved is told by name.

        Raises:
            ImportFileError: a wanted column is not there.
        """
        missing = [column for column in wanted if column not in self.header]
        if missing:
            told = "; ".join(self._missing(column) for column in missing)
            raise ImportFileError(f"{self.name}: {told}")
        self.notes.extend(
            f"{self._missing(column)}: left as it is in our table" for column in optional if column not in self.header
        )
        found = {column: self.header.index(column) for column in (*wanted, *optional) if column in self.header}
        expected = [column for column in order or found if column in found]
        for before, after in pairwise(expected):
            if found[before] > found[after]:
                self.notes.append(f'column "{after}" has moved before "{before}": read by its name')
        if others := len(self.header) - len(found):
            self.notes.append(f"{others} other columns not used")
        return found

    def _missing(self, column: str) -> str:
        near = get_close_matches(column, self.header, n=1, cutoff=0.75)
        hint = f'; the nearest is "{near[0]}": give it its name if it is the same' if near else ""
        return f'must have the column "{column}", got none of that name{hint}'

    def records(self, found: dict[str, int]) -> Iterator[tuple[int, dict[str, str]]]:
        """Line and wanted cells of each row; a column that is not there is empty."""
        for line, row in zip(self.lines, self.rows, strict=True):
            yield line, {column: row[at].strip() for column, at in found.items()}


def number(text: str) -> float | None:
    """The number in an upstream cell, None where there is none that is sure."""
    return float(text) if _NUMBER.fullmatch(text) else None


def is_day(text: str) -> bool:
    """Whether a cell is a day of the calendar such as 2026-08-22."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def number_text(value: float) -> str:
    """A number as our tables print it: no exponent, at most six figures after the point."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def open_upstream(address: str) -> Upstream:
    """The table at a path or an http(s) address.

    Raises:
        ImportFileError: it cannot be fetched or read; too big, too slow, no CSV.
    """
    if re.match(r"[a-z][a-z0-9+.-]*://", address, re.IGNORECASE):
        return _parse(address.split("?", 1)[0].rsplit("/", 1)[-1] or address, address, _download(address))
    path = Path(address)
    try:
        content = read_bytes(path, address, limit=MAX_BYTES)
    except FileNotFoundError:
        raise ImportFileError(f"{address}: must be a file or an http(s) address, got none") from None
    except FileError as error:
        raise ImportFileError(str(error)) from error
    return _parse(path.name, "", content)


def _download(address: str) -> bytes:
    if not re.match(r"https?://", address, re.IGNORECASE):
        raise ImportFileError(f"{address}: must be an http or https address, got {address.split(':', 1)[0]}")
    opener = urllib.request.OpenerDirector()  # without the handlers of file:, ftp: and data: addresses
    for handler in _HANDLERS:
        opener.add_handler(handler())
    try:
        with opener.open(address, timeout=SECONDS / 2) as answer:
            return _received(address, answer)
    except urllib.error.HTTPError as error:
        with error:
            raise ImportFileError(f"{address}: must answer 200, got {error.code} {error.reason}") from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise ImportFileError(f"{address}: must be reachable, got: {reason}") from error


def _received(address: str, answer: Any) -> bytes:
    until = monotonic() + SECONDS
    content = bytearray()
    while chunk := answer.read1(1 << 16):
        content += chunk
        if len(content) > MAX_BYTES:
            raise ImportFileError(f"{address}: must be at most {MAX_BYTES // 1_000_000} MB, got more")
        if monotonic() > until:
            raise ImportFileError(f"{address}: must arrive in {SECONDS} seconds, took longer")
    told = answer.headers.get("Content-Length", "")
    if told.isdecimal() and len(content) < int(told):  # a connection that is cut ends as one that is done
        raise ImportFileError(
            f"{address}: must arrive whole, got {len(content):,} of {int(told):,} bytes: try it again"
        )
    return bytes(content)


def _parse(name: str, address: str, content: bytes) -> Upstream:
    notes: list[str] = []
    text = _text(name, content, notes)
    if not text.endswith(("\n", "\r")):
        notes.append("ends within a line: if the copy was cut short there, its last cell is too")
    separator = max(",;\t", key=text.split("\n", 1)[0].count)
    if separator != ",":
        notes.append(f"cells are separated by {'tab' if separator == chr(9) else separator}: read so")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    places: list[int] = []
    broken: list[tuple[int, str]] = []
    try:
        header = tuple(cell.strip() for cell in next(lines))
        line = lines.line_num + 1
        for row in lines:
            if not any(cell.strip() for cell in row):
                pass  # a blank line, or one of only commas
            elif len(row) == len(header):
                rows.append(row)
                places.append(line)
            else:
                broken.append((line, f"must have {len(header)} cells, got {len(row)}"))
            line = lines.line_num + 1
    except (csv.Error, StopIteration) as error:
        raise ImportFileError(
            f"{name}: line {lines.line_num}: must be CSV, got: {str(error) or 'an empty file'}"
        ) from error
    double = [column for column in dict.fromkeys(header) if header.count(column) > 1]
    if double:
        raise ImportFileError(f'{name}: must name each column once, got "{double[0]}" {header.count(double[0])} times')
    return Upstream(name, address, header, rows, places, broken, notes)


def _text(name: str, content: bytes, notes: list[str]) -> str:
    for start, what in _NOT_CSV.items():
        if content.startswith(start):
            raise ImportFileError(f"{name}: must be CSV text in UTF-8, got {what}")
    if content.startswith(b"\xef\xbb\xbf"):
        notes.append("begins with a byte order mark: left out")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ImportFileError(
            f"{name}: line {line}: must be UTF-8, got byte 0x{content[error.start]:02x}; save it again as UTF-8"
        ) from error
    if "\0" in text:
        raise ImportFileError(f"{name}: must be CSV text in UTF-8, got a NUL character")
    if not text.strip():
        raise ImportFileError(f"{name}: must hold a header and rows, got an empty file")
    return text
