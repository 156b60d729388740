"""Which pictures would change against an earlier set: in pixels, and in the numbers that they carry inside."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dashboard.export.notes import numbers_in
from dashboard.export.shots import Shot
from dashboard.units import number_text

MOST = 6  # changed numbers that are told for a picture


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
        old = before.read_bytes()
        if old == content:
            yield Change(shot.file_name, "same")
        else:
            how = (*_pixels(old, content, shot.format), *_numbers(old, content, shot.format))
            yield Change(shot.file_name, "changed", how or ("other bytes, same numbers",))
    for path in sorted(earlier.iterdir()):
        if path.suffix[1:] in ("png", "svg", "pdf", "csv") and path not in seen:
            yield Change(path.name, "gone", ("not in this set",))


def _before(shot: Shot, folder: Path) -> Path | None:
    """The earlier file of a shot: of the same name, or of another data version, the newest first."""
    exact = folder / shot.file_name
    if exact.is_file():
        return exact
    length = len(shot.stem) + 1 + len(shot.version) + 1 + len(shot.format)
    named = [path for path in folder.glob(f"*.{shot.format}") if path.name.startswith(f"{shot.stem}_")]
    found = [path for path in named if len(path.name) == length]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def _pixels(old: bytes, new: bytes, kind: str) -> tuple[str, ...]:
    if kind != "png":
        return ()
    try:
        from PIL import Image, ImageChops
    except ModuleNotFoundError:
        return ("other bytes (pixels are counted where pillow is installed)",)
    before, after = (Image.open(io.BytesIO(content)).convert("RGB") for content in (old, new))
    if before.size != after.size:
        return (f"size {before.width}×{before.height} → {after.width}×{after.height}",)
    moved = ImageChops.difference(before, after).convert("L").point(lambda value: 255 if value > 8 else 0)
    count = moved.histogram()[255]
    if not count:
        return ("the same pixels",)
    return (f"{count:,} pixels ({100 * count / (before.width * before.height):.2g} %) in {moved.getbbox()}",)


def _numbers(old: bytes, new: bytes, kind: str) -> tuple[str, ...]:
    before, after = (_rows(numbers_in(content, kind)) for content in (old, new))
    told = [f"{key}: new" for key in after if key not in before]
    told += [f"{key}: gone" for key in before if key not in after]
    for key, (value, unit) in after.items():
        if key in before and before[key] != (value, unit):
            told.append(f"{key}: {_said(*before[key])} → {_said(value, unit)}")
    more = [f"and {len(told) - MOST} more numbers"] if len(told) > MOST else []
    return (*told[:MOST], *more)


def _rows(text: str) -> dict[str, tuple[str, str]]:
    """Value and range of each row by its label and basis."""
    rows = csv.DictReader(io.StringIO(text))
    return {
        f"{row['label']} ({row['basis']})": (f"{row['value']} {row['q05']} {row['q95']}", row["unit"])
        for row in rows
        if {"label", "basis", "value", "q05", "q95", "unit"} <= set(row)
    }


def _said(values: str, unit: str) -> str:
    value, *ends = values.split(" ")
    low, high = (number_text(float(end), 3) if end else "" for end in ends)
    return f"{number_text(float(value), 3)} {unit}" + (f" ({low}–{high})" if low else "")
