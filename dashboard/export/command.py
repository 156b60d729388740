"""What the command `export` does once its options are read; errors are its exit codes."""

import errno
import signal
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
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
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
Say = Callable[[str], None]


def wanted(
    addresses: Sequence[str],
    catalog: Catalog,
    *,
    figure: str | None,
    formats: Sequence[str],
    size: str | None,
    theme: str | None,
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
    given: dict[str, Any] = {"formats": formats or ["png"]}
    given |= {} if scale is None else {"scale": scale}
    places = addresses or [page.PATH for page in PAGES]
    if everything and not page:
        return every_shot(places, catalog, figure=figure or "", **given)
    given["theme"] = "light" if theme is None else theme
    if page:
        return page_shots(places, catalog, size=PAGE_SIZE if size is None else size, **given)
    return pick_shots(places, catalog, figure=figure or "", size="slide" if size is None else size, **given)


def misfit(addresses: Sequence[str], options: Mapping[str, Any]) -> str:
    """Which options were given that the others leave without a use, in words; empty where there are none."""
    given = {"ADDRESS": bool(addresses), "--all": options["everything"], "--page": options["page"]}
    given |= {f"--{name}": options[name] is not None for name in ("figure", "size", "theme", "scale")}
    given["--format"] = bool(options["formats"])
    if options["shots"] is not None:
        chief, others = "--shots, which says it in its file", list(given)
    elif options["page"]:
        chief, others = ("--page of an ADDRESS", ["--figure", "--all"]) if addresses else ("--page", ["--figure"])
    elif options["everything"]:
        chief, others = "--all, which makes every size and theme", ["--size", "--theme"]
    else:
        chief, others = "", []
    for reason, names in ((chief, others), _drawn(options["formats"] or ["png"])):
        if unused := [name for name in names if given[name]]:
            return f"{', '.join(unused)} {'do' if len(unused) > 1 else 'does'} not go with {reason}"
    return ""


def _drawn(formats: Sequence[str]) -> tuple[str, list[str]]:
    """The formats, and the options that none of them has a use for: numbers are not drawn, only a PNG has a scale."""
    chief = f"--format {' and '.join(dict.fromkeys(formats))}"
    if set(formats) == {"csv"}:
        return f"{chief}, which is not drawn", ["--size", "--theme", "--scale"]
    return f"{chief} without png", ["--scale"] if set(formats) <= {"svg", "pdf", "csv"} else []


def make(wanted: Sequence[Shot], out: Path, *, datasets: Path | None, say: Say, warn: Say) -> int:
    """Write the shots into a folder; returns the exit code."""

    def work() -> int:
        for path in _bar(write(wanted, out, datasets=datasets, told=warn), wanted):
            say(str(path))
        return 0

    return _guarded(work, f"{out}", warn, failed="cannot be written")


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

    return _guarded(work, f"{earlier}", warn, failed="cannot be compared")


def _bar(made: Iterable[Any], wanted: Sequence[Shot]) -> Iterable[Any]:
    return tqdm(made, total=len(wanted), unit=" files", disable=len(wanted) < MANY, file=sys.stderr)


def _guarded(work: Callable[[], int], place: str, warn: Say, *, failed: str) -> int:
    """The exit code of the work; a signal to end lets the file at hand be put away first."""
    before = signal.signal(signal.SIGTERM, _ended)
    try:
        return work()
    except NoBrowserError as error:
        warn(f"error: {error}")
        return LACKING
    except OSError as error:
        warn(f"error: {error.filename or place}: {failed}: {error.strerror or error}")
        return LACKING if error.errno in _FULL else WRONG
    except ValueError as error:  # a picture has no room for its words
        warn(f"error: {error}")
        return WRONG
    finally:
        signal.signal(signal.SIGTERM, before)


def _ended(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)
