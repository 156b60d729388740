"""The files of a folder of tables: read as one state, and written whole or not at all.

New files are first written in full beside the old ones, under `.update/`. One file is then switched by one rename. For
several, a journal names them: from the moment that it stands there, every reader takes the new files, and whoever comes
next finishes the renames if the writer was killed. Without a journal, what lies in `.update/` counts for nothing.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

MAX_BYTES = 20_000_000
STAGING, JOURNAL = ".update", "journal.json"
_NAME = re.compile(r"[a-z0-9_]+\.(?:csv|json)")

Signature = tuple[tuple[int, int, int] | None, ...]


class FileError(ValueError):
    """A file of the folder cannot be read; `name` says which, `mend` what to do."""

    def __init__(self, name: str, reason: str, mend: str = "") -> None:
        super().__init__(f"{name}: {reason}; {mend}" if mend else f"{name}: {reason}")
        self.name, self.reason, self.mend = name, reason, mend


class BusyError(ValueError):
    """Another update holds the folder."""


class UnfinishedError(ValueError):
    """New files are decided, and read from now on, but could not all be put in their places."""


def read(folder: Path, names: Iterable[str]) -> dict[str, bytes | FileError]:
    """The bytes of the named files, all of one state of the folder; in place of a file that cannot be read, why.

    Raises:
        BusyError: the files kept changing while they were read.
        FileError: the journal of an update is damaged.
    """
    names = tuple(names)
    finish(folder)
    for _ in range(100):
        before = signature(folder, names)
        pending = _pending(folder)
        contents = {name: _read_one(folder, name, staged=name in pending) for name in names}
        if signature(folder, names) == before:
            return contents
    raise BusyError(f"{folder}: must hold still while it is read, but keeps changing; try again")


def signature(folder: Path, names: Iterable[str]) -> Signature:
    """What changes when a file of the folder does: identity, time and size of each, and of the journal."""
    return tuple(_stat(path) for path in (_journal(folder), *(folder / name for name in names)))


def _stat(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _journal(folder: Path) -> Path:
    return folder / STAGING / JOURNAL


def _pending(folder: Path) -> list[str]:
    """The files of a switch that was decided and not yet finished."""
    try:
        names = json.loads(_journal(folder).read_bytes())
    except FileNotFoundError:
        return []
    except OSError as error:
        reason, mend = f"cannot be read: {error.strerror or error}", "see its owner and its rights"
        raise FileError(str(_journal(folder)), reason, mend) from error
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) and _NAME.fullmatch(name) for name in names):
        mend = f"remove the folder {folder / STAGING} if no update is running"
        raise FileError(str(_journal(folder)), "must be a list of table files, got something else", mend)
    return names


def _read_one(folder: Path, name: str, *, staged: bool) -> bytes | FileError:
    try:
        if staged:
            with contextlib.suppress(FileNotFoundError):  # already switched
                return read_bytes(folder / STAGING / name, name)
        return read_bytes(folder / name, name)
    except FileNotFoundError:
        return FileError(name, f"must stand in {folder}, got none", "put the file there")
    except FileError as error:
        return error


def read_bytes(path: Path, name: str = "", *, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a regular file that is not too big; a pipe or a device is refused without opening it.

    Raises:
        FileError: it is none, is too big, or cannot be read.
        FileNotFoundError: there is none.
    """
    name = name or path.name
    try:
        kind = path.stat()
        if not stat.S_ISREG(kind.st_mode):
            raise FileError(name, f"must be a file, got {_kind(kind.st_mode)}", "name a CSV file")
        if kind.st_size > limit:
            size = f"must be at most {limit // 1_000_000} MB, got {kind.st_size / 1e6:,.0f} MB"
            raise FileError(name, size, "split it, or leave out the columns and rows that are not needed")
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise FileError(name, f"cannot be read: {error.strerror or error}", "see its owner and its rights") from error
    except ValueError as error:
        if isinstance(error, FileError):
            raise
        raise FileError(name, "must be a path without a NUL character", "name a CSV file") from error


def _kind(mode: int) -> str:
    kinds = ((stat.S_ISDIR, "a directory"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
    return next((name for is_kind, name in kinds if is_kind(mode)), "a device")


# --- writing ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def locked(folder: Path, *, seconds: float = 60) -> Iterator[None]:
    """The folder for one writer; ends by itself when the writer is killed.

    Raises:
        BusyError: another writer held it all the time.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _wait_for_lock(handle, folder, seconds)
        yield
    finally:
        os.close(handle)


def _wait_for_lock(handle: int, folder: Path, seconds: float) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise BusyError(f"{folder}: another update is being written; try again") from None
            time.sleep(0.01)


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Switch the named files to new bytes, all at one moment; the caller holds the lock.

    One rename decides: that of the one file, or of the journal of several.

    Raises:
        FileError: a file is a link: a rename would put another file in its place and leave what it leads to as it was.
        OSError: the disk is full, or the folder must not be written; the old files stand as before.
        UnfinishedError: the new files count, but something is left to be done; the next to come finishes it.
    """
    _recover(folder)
    for name in files:
        if (folder / name).is_symlink():
            mend = (
                f"name the folder {(folder / name).resolve().parent}, or put the file itself here; nothing was changed"
            )
            raise FileError(name, f"must be a file, got a link to {(folder / name).resolve()}", mend)
    staging = folder / STAGING
    try:
        staging.mkdir()
        for name, content in files.items():
            _write_synced(staging / name, content, like=folder / name)
        if len(files) > 1:
            _write_synced(staging / "journal.new", json.dumps(sorted(files)).encode())
        _sync(staging)
        _decide(folder, list(files))
    except OSError:
        _drop(folder)
        raise
    try:
        _sync(staging)
        _switch(folder, files)
    except OSError as error:
        what = (
            f"the new tables are read from now on, but could not all be put in their places: {error.strerror or error}"
        )
        raise UnfinishedError(f"{folder}: {what}; mend that, and the next command finishes it") from error


def _decide(folder: Path, names: list[str]) -> None:
    staging = folder / STAGING
    if len(names) > 1:
        (staging / "journal.new").rename(_journal(folder))
    elif names:
        (staging / names[0]).rename(folder / names[0])


def finish(folder: Path) -> None:
    """Finish a switch whose writer was killed; leave it to a writer that is still at it."""
    if _stat(_journal(folder)) is None:
        return
    with contextlib.suppress(BusyError, OSError), locked(folder, seconds=0):  # a reader may have no right to write
        _recover(folder)


def _recover(folder: Path) -> None:
    """Bring the folder to a state without `.update/`: forward if a switch was decided, else back."""
    _switch(folder, _pending(folder))


def _switch(folder: Path, names: Iterable[str]) -> None:
    staging = folder / STAGING
    if not staging.exists():
        return
    for name in names:
        with contextlib.suppress(FileNotFoundError):  # switched before the writer was killed
            (staging / name).rename(folder / name)
    _sync(folder)
    _drop(folder)


def _drop(folder: Path) -> None:
    """Remove `.update/`, the journal first: without it the rest counts for nothing."""
    _journal(folder).unlink(missing_ok=True)
    shutil.rmtree(folder / STAGING, ignore_errors=True)


def write_whole(path: Path, text: str) -> None:
    """Write a single file whole or not at all: beside its place, then moved there; into a pipe or device as it comes.

    Raises:
        FileError: it cannot be written.
    """
    place = path.resolve()  # a link stays one
    part = place.with_name(f".{os.getpid()}.part")
    straight = path.exists() and not path.is_file()
    try:
        try:
            (path if straight else part).write_text(text, encoding="utf-8", newline="")
            if not straight:
                part.replace(place)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise FileError(str(path), f"cannot be written: {error.strerror or error}") from error


def _write_synced(path: Path, content: bytes, like: Path | None = None) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        if like is not None and like.exists():
            os.fchmod(file.fileno(), stat.S_IMODE(like.stat().st_mode))
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
