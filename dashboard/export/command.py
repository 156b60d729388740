"""What the command `export` does once its options are read; errors are its exit codes."""

import errno
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from tqdm import tqdm

from dashboard.catalog import Catalog
from dashboard.export.browser import NoBrowserError
from dashboard.export.changes import changes
from dashboard.export.shots import PAGE_SIZE, Shot, every_shot, listed_shots, page_shots
from dashboard.export.shots import shots as pick_shots
from dashboard.export.writing import contents, write
from dashboard.web.pages import PAGES

WRONG, LACKING = 1, 3
MANY = 8  # pictures from which a progress bar helps
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
Say = Callable[[str], None]


def wanted(
    addresses: Sequence[str],
    catalog: Catalog,
    *,
    figure: str,
    formats: Sequence[str],
    size: str | None,
    theme: str,
    scale: int | None,
    page: bool,
    everything: bool,
    shots: Path | None,
) -> list[Shot]:
    """The shots that the options ask for.

    Raises:
        ValueError: one of them is not ours, or the file of shots cannot be read.
    """
    if shots is not None:
        try:
            return listed_shots(shots, catalog)
        except OSError as error:
            raise ValueError(f"{shots}: cannot be read: {error.strerror or error}") from error
    if page:
        places = addresses or [page.PATH for page in PAGES]
        given: dict[str, Any] = {"formats": formats, "theme": theme, "scale": scale or 1}
        return page_shots(places, catalog, size=size or PAGE_SIZE, **given)
    if everything:
        return every_shot(addresses, catalog, figure=figure, formats=formats, scale=scale or 2)
    given = {"formats": formats, "theme": theme, "scale": scale or 2}
    return pick_shots(addresses, catalog, figure=figure, size=size or "slide", **given)


def make(wanted: Sequence[Shot], out: Path, *, datasets: Path | None, say: Say, warn: Say) -> int:
    """Write the shots into a folder; returns the exit code."""

    def work() -> int:
        for path in _bar(write(wanted, out, datasets=datasets, told=warn), wanted):
            say(str(path))
        return 0

    return _guarded(work, f"{out}", warn)


def compare(wanted: Sequence[Shot], earlier: Path, *, datasets: Path | None, say: Say, warn: Say) -> int:
    """Say which shots would change against an earlier folder; exit code 1 where any would."""

    def work() -> int:
        counts = dict.fromkeys(("same", "changed", "new", "gone"), 0)
        for change in changes(_bar(contents(wanted, datasets=datasets, told=warn), wanted), earlier):
            counts[change.kind] += 1
            if change.kind != "same":
                say(str(change))
        say(", ".join(f"{count} {kind}" for kind, count in counts.items()))
        return WRONG if counts["changed"] + counts["new"] + counts["gone"] else 0

    return _guarded(work, f"{earlier}", warn)


def _bar(made: Iterable[Any], wanted: Sequence[Shot]) -> Iterable[Any]:
    return tqdm(made, total=len(wanted), unit=" files", disable=len(wanted) < MANY, file=sys.stderr)


def _guarded(work: Callable[[], int], place: str, warn: Say) -> int:
    """The exit code of the work; a signal to end lets the file at hand be put away first."""
    before = signal.signal(signal.SIGTERM, _ended)
    try:
        return work()
    except NoBrowserError as error:
        warn(f"error: {error}")
        return LACKING
    except OSError as error:
        warn(f"error: {error.filename or place}: cannot be written: {error.strerror or error}")
        return LACKING if error.errno in _FULL else WRONG
    except ValueError as error:  # a picture has no room for its words
        warn(f"error: {error}")
        return WRONG
    finally:
        signal.signal(signal.SIGTERM, before)


def _ended(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)
