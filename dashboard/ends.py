"""How commands end where something is wrong: one line, and an exit code that says whose it is."""

import codecs
import contextlib
import errno
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

INPUT_WRONG, MACHINE_LACKS = 1, 3
FAULTS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EBADF)  # of the machine

FILE = click.Path(readable=False, path_type=Path)  # somebody's own, of which `store.read_bytes` says what is wrong


def or_exit(work: Callable[[], Any]) -> Any:
    """What `work` returns; a wrong input ends the command with its one line and exit code 1."""
    try:
        return work()
    except ValueError as error:
        click.echo(f"error: {error}", err=True)
        cause = error.__cause__
        sys.exit(MACHINE_LACKS if isinstance(cause, OSError) and cause.errno in FAULTS else INPUT_WRONG)


class Commands(click.Group):
    """The commands; where the machine cannot take what they write, one line says so."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run one; letters that the coding of standard output lacks are written out."""
        codecs.register_error("as in JSON", _escaped)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="as in JSON")
        try:
            return super().main(*args, **options)
        except PermissionError as error:
            reason = f"cannot be used: {error.strerror}; see its owner and its rights, and of the folders above it"
            click.echo(f"error: {error.filename or 'standard output'}: {reason}", err=True)
            sys.exit(INPUT_WRONG)
        except OSError as error:
            if error.errno not in FAULTS:
                raise
            place = error.filename or "standard output"
            click.echo(f"error: {place}: cannot be written: {error.strerror}", err=True)
            with contextlib.suppress(OSError), Path(os.devnull).open("w") as nowhere:  # what is left in it is let go
                os.dup2(nowhere.fileno(), sys.stdout.fileno())
            sys.exit(MACHINE_LACKS)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """What a terminal's coding lacks, written so that JSON stays JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


class Place(click.Path):
    """A path that is not empty: pathlib would take that for the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """As click does it, but for nothing."""
        if value == "":
            self.fail("must be a path, got nothing", param, ctx)
        return super().convert(value, param, ctx)
