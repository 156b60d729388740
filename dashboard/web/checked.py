"""A folder of tables as what may be shown: all its files in one state, and the catalog of those that are in order."""

import functools
from collections.abc import Mapping
from pathlib import Path

from dashboard import records, store
from dashboard.catalog import Catalog, DataError, Problem, build
from dashboard.checks import check_files, read_files


def files_of(folder: Path) -> dict[str, bytes]:
    """The descriptor and every table of a folder, all of one state.

    Raises:
        DataError: one is missing or cannot be read.
    """
    files = read_files(folder)
    errors = [file for file in files.values() if isinstance(file, store.FileError)]
    if errors:
        raise DataError([Problem(Path(error.name).stem, None, "", "", error.reason, error.mend) for error in errors])
    return {name: file for name, file in files.items() if isinstance(file, bytes)}


def catalog_of(files: Mapping[str, bytes]) -> Catalog:
    """The catalog of files that are in order; the same bytes are checked once in a process.

    Raises:
        DataError: `check` has something against them.
    """
    return _catalog_of(tuple(files.items()))


@functools.lru_cache(maxsize=2)  # the published tables and those before them, for whoever rolls back
def _catalog_of(files: tuple[tuple[str, bytes], ...]) -> Catalog:
    problems = check_files(dict(files))
    if problems:
        raise DataError(problems)
    return built(dict(files))


def built(files: Mapping[str, bytes]) -> Catalog:
    """The catalog of files that were found in order."""
    return build({name: files[f"{name}.csv"] for name in records.TABLES})
