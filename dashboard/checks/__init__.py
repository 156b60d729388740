"""Whether a folder of tables can be published: every problem at once, with its place and how to mend it."""

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dashboard import records, store
from dashboard.catalog import DataError, Problem, build
from dashboard.checks import citations, rules
from dashboard.checks.package import DESCRIPTOR, package_problems, read_descriptor
from dashboard.checks.reading import Table, columns_of, read_table

__all__ = ["Files", "check", "check_files", "file_names", "read_files"]

Files = Mapping[str, bytes | store.FileError]


def check(folder: Path) -> list[Problem]:
    """Every problem of a folder's tables; empty where all is well."""
    return check_files(read_files(folder))


def read_files(folder: Path) -> dict[str, bytes | store.FileError]:
    """The descriptor and every table of a folder, all of one state."""
    return store.read(folder, file_names(folder))


def file_names(folder: Path) -> list[str]:
    """The files that belong together: the descriptor, the tables that we know, and any other CSV beside them."""
    names = [DESCRIPTOR, *(f"{name}.csv" for name in records.TABLES)]
    with contextlib.suppress(PermissionError):  # told by each file when it is read
        names += sorted(path.name for path in folder.glob("*.csv"))
    return list(dict.fromkeys(names))


def check_files(files: Files) -> list[Problem]:
    """Every problem of tables given as bytes (file name -> content)."""
    problems: list[Problem] = []
    descriptor = files.get(DESCRIPTOR)
    if not isinstance(descriptor, bytes):
        reason = descriptor.reason if descriptor else "must stand beside the tables, got none"
        return [Problem("datapackage", None, "", "", reason, "take datapackage.json from the last good version")]
    resources = read_descriptor(descriptor, problems)
    if not resources:
        return problems
    tables = _tables(files, resources, problems)
    kinds = {name: _kinds(resources[name]) for name in tables}
    found = [
        *rules.numbers(tables, kinds),
        *rules.cells(tables, kinds),
        *(p for rule in rules.RULES for p in rule(tables)),
    ]
    found += package_problems(tables, resources)
    problems += _once(problem for problem in found if not _follows(problem, tables))
    if tables.keys() == resources.keys() and not any(_hides_citations(problem) for problem in problems):
        problems += citations.unused_sources(tables)
    if not problems:
        problems += _build_problems(files)
    position = {name: i for i, name in enumerate(resources)}
    return sorted(problems, key=lambda p: (position.get(p.table, -1), p.table, p.row or 0))


def _tables(files: Files, resources: Mapping[str, Any], problems: list[Problem]) -> dict[str, Table]:
    tables = {}
    mend = "describe it there with all its columns, or move the file away"
    stray = sorted({Path(file).stem for file in files if file != DESCRIPTOR} - resources.keys())
    what = "must be described in datapackage.json, got no resource"
    problems.extend(Problem(name, None, "", "", what, mend) for name in stray)
    for name, resource in resources.items():
        content = files.get(f"{name}.csv", store.FileError(f"{name}.csv", "must stand in the folder, got none"))
        if isinstance(content, store.FileError):
            problems.append(Problem(name, None, "", "", content.reason, content.mend))
            continue
        table = read_table(name, content, columns_of(resource), problems)
        if table is not None:
            tables[name] = table
    return tables


def _kinds(resource: Mapping[str, Any]) -> dict[str, str]:
    fields = resource["schema"]["fields"]
    return {
        field["name"]: "choice" if "enum" in field.get("constraints", {}) else field.get("type", "string")
        for field in fields
    }


def _once(problems: Iterable[Problem]) -> list[Problem]:
    """One problem a cell: the first that was found says it best."""
    cells: dict[tuple[str, int | None, str, str], Problem] = {}
    for problem in problems:
        value = problem.value if problem.row is None or problem.column in ("aliases", "source_ids") else ""
        cells.setdefault((problem.table, problem.row, problem.column, value), problem)
    return list(cells.values())


def _follows(problem: Problem, tables: Mapping[str, Table]) -> bool:
    """Whether an id is only missing because its row could not be read, which has its own problem."""
    if not problem.reason.startswith("must be an id of "):
        return False
    return any(
        problem.value in table.broken_ids or (table.cut_short and f" {table.name}.csv" in problem.reason)
        for table in tables.values()
    )


def _hides_citations(problem: Problem) -> bool:
    """Whether a row that cites a source may not have been read, or may have meant to cite another."""
    return not problem.column or problem.row in (None, 1) or "source_id" in problem.column or "cells" in problem.reason


def _build_problems(files: Files) -> list[Problem]:
    contents = {name: content for name in records.TABLES if isinstance(content := files[f"{name}.csv"], bytes)}
    try:
        build(contents)
    except DataError as error:
        return error.problems
    return []
