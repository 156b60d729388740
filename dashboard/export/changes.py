"""Which pictures would change against an earlier set: in pixels, and in the numbers that they carry inside."""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.catalog import one_line
from dashboard.export.notes import numbers_in
from dashboard.export.shots import Shot
from dashboard.units import number_text

MOST = 6  # changed numbers that are told for a picture
NUMBERS = ("value", "q05", "q95")
COLUMNS = ("label", "basis", *NUMBERS, "unit")
Rows = dict[
    str, tuple[str, str, str, str]
]  # value, both ends and unit of each row by its label, basis and, of several, nature


@dataclass(frozen=True)
class Change:
    """A picture set beside its earlier self: `same`, `new`, `gone` or `changed`, and how."""

    name: str
    kind: str
    how: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ": ".join(part for part in (f"{self.kind:<8}{self.name}", "; ".join(self.how)) if part)


def changes(made: Iterable[tuple[Shot, bytes]], earlier: Path) -> Iterator[Change]:
    """Each shot against the file of the same stem in the earlier folder, whatever data version that was of."""
    seen: set[Path] = set()
    for shot, content in made:
        before = _before(shot, earlier)
        if before is None:
            yield Change(shot.file_name, "new")
            continue
        seen.add(before)
        yield _compared(shot, content, before)
    for path in sorted(earlier.iterdir()):
        if path.suffix[1:] in ("png", "svg", "pdf", "csv") and path not in seen:
            yield Change(path.name, "gone", ("not in this set",))


def _compared(shot: Shot, content: bytes, before: Path) -> Change:
    """What became of an earlier file; one that cannot be read is a change that says so."""
    try:
        old = before.read_bytes()
        if old == content:
            return Change(shot.file_name, "same")
        was = _look(old, shot.format)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        return Change(shot.file_name, "changed", (one_line(f"the earlier {before.name} cannot be read: {why}"),))
    now = _look(content, shot.format)
    how = (*_pixels(was.image, now.image), *_numbers(was.numbers, now.numbers))
    return Change(shot.file_name, "changed", how or ("other bytes, same numbers",))


def _before(shot: Shot, folder: Path) -> Path | None:
    """The earlier file of a shot: of the same name, or of another data version, the newest first."""
    exact = folder / shot.file_name
    if exact.is_file():
        return exact
    length = len(shot.stem) + 1 + len(shot.version) + 1 + len(shot.format)
    named = [path for path in folder.glob(f"*.{shot.format}") if path.name.startswith(f"{shot.stem}_")]
    found = [path for path in named if len(path.name) == length]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


@dataclass(frozen=True)
class _Look:
    """What is compared of a file: the picture of a PNG, and the numbers."""

    image: Any
    numbers: Rows


def _look(content: bytes, kind: str) -> _Look:
    """What is compared of a file.

    Raises:
        ValueError: it is damaged.
    """
    text = numbers_in(content, kind)
    return _Look(_image(content) if kind == "png" else None, _rows(text) if text or kind == "csv" else {})


def _image(content: bytes) -> Any:
    """The picture of a PNG; where pillow is not installed, what is said instead of a count of pixels."""
    try:
        from PIL import Image
    except ModuleNotFoundError:
        return "other bytes (pixels are counted where pillow is installed)"
    try:
        return Image.open(io.BytesIO(content)).convert("RGB")
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("must be a PNG that can be drawn") from error


def _pixels(before: Any, after: Any) -> tuple[str, ...]:
    if after is None or isinstance(after, str):
        return () if after is None else (after,)
    from PIL import ImageChops

    if before.size != after.size:
        return (f"size {before.width}×{before.height} → {after.width}×{after.height}",)
    moved = ImageChops.difference(before, after).convert("L").point(lambda value: 255 if value > 8 else 0)
    count = moved.histogram()[255]
    if not count:
        return ("the same pixels",)
    return (f"{count:,} pixels ({100 * count / (before.width * before.height):.2g} %) in {moved.getbbox()}",)


def _numbers(before: Rows, after: Rows) -> tuple[str, ...]:
    told = [f"{key}: new" for key in after if key not in before]
    told += [f"{key}: gone" for key in before if key not in after]
    for key, cells in after.items():
        if key in before and before[key] != cells:
            told.append(f"{key}: {_said(*before[key])} → {_said(*cells)}")
    more = [f"and {len(told) - MOST} more numbers"] if len(told) > MOST else []
    return (*told[:MOST], *more)


def _rows(text: str) -> Rows:
    """Value and range of each row by its label and basis.

    Raises:
        ValueError: a column is missing, or a cell is no number.
    """
    rows = csv.DictReader(io.StringIO(text))
    found: Rows = {}
    try:
        if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
            raise ValueError(f"must have the column {missing[0]}, got none")
        for row in rows:
            value, low, high = (_number(row, name, rows.line_num) for name in NUMBERS)
            key = f"{row['label']} ({row['basis']})"
            if key in found:  # an estimate beside its published figure, or a thing told twice
                key = f"{key}, {row.get('nature') or 'again'}"
            while key in found:
                key += ", again"
            found[key] = (value, low, high, row["unit"] or "")
    except csv.Error as error:
        raise ValueError(f"line {rows.line_num}: {error}") from error
    return found


def _number(row: Mapping[str, str | None], name: str, line: int) -> str:
    """The text of a cell that is a number or empty."""
    cell = row[name]
    try:
        if cell is not None and math.isfinite(float(cell or 0)):
            return cell
    except ValueError:
        pass
    raise ValueError(f'line {line}: {name}: must be a number, got "{(cell or "")[:40]}"')


def _said(value: str, low: str, high: str, unit: str) -> str:
    value, low, high = (number_text(float(cell), 3) if cell else "" for cell in (value, low, high))
    return f"{value or 'none'} {unit}" + (f" ({low}–{high})" if low else "")
