"""What the data package says about the tables, held against them by the frictionless library, in our words."""

import contextlib
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from dashboard.catalog import Problem
from dashboard.checks.reading import Table, shown

DESCRIPTOR = "datapackage.json"
_DATE = "date such as 2025, 2025-10 or 2025-10-28"
_PATTERNS = {
    r"[a-z0-9]+(-[a-z0-9]+)*": "lower-case letters, digits and single hyphens",
    r"\d{4}(-\d{2}(-\d{2})?)?": f"a {_DATE}",
    r"\d{4}-\d{2}-\d{2}": "a day such as 2025-10-28",
    r"https?://[^\s]+": "a web address that begins with https:// or http://",
}


def read_descriptor(content: bytes | None, problems: list[Problem]) -> dict[str, dict[str, Any]]:
    """The resources of the descriptor by name."""
    try:
        package = json.loads(content or b"")
        resources = {str(resource["name"]): resource for resource in package["resources"]}
    except (ValueError, KeyError, TypeError):
        what = "must be a data package with named resources"
        problems.append(Problem("datapackage", None, "", "", what, "take datapackage.json from the last good version"))
        return {}
    for name, resource in resources.items():
        if resource.get("path") != f"{name}.csv":
            what = f'resource {name}: path must be "{name}.csv", got "{resource.get("path")}"'
            problems.append(Problem("datapackage", None, "path", str(resource.get("path")), what, "name the file so"))
    return resources


def package_problems(tables: Mapping[str, Table], resources: Mapping[str, dict[str, Any]]) -> list[Problem]:
    """Types, constraints, keys and foreign keys that do not hold."""
    from frictionless import FrictionlessException, Package, Resource, Schema

    schemas = {
        name: schema for name, table in tables.items() if (schema := _usable_schema(table, resources[name], tables))
    }
    marks = {name: _mark(tables[name], schema) for name, schema in schemas.items()}
    asked = {name for name, mark in marks.items() if mark not in _sound}
    asked |= {_target(key, name) for name in asked for key in schemas[name]["foreignKeys"]} & schemas.keys()
    try:
        package = Package(
            resources=[
                Resource(name=name, data=_cells(tables[name]), schema=Schema.from_descriptor(schema))
                for name, schema in schemas.items()
                if name in asked
            ]
        )
    except FrictionlessException as error:
        what = f"must be a valid data package, got: {error.error.message}"
        return [Problem("datapackage", None, "", "", what, "correct datapackage.json")]
    found = []
    for task in package.validate(limit_errors=1_000_000).tasks if asked else []:
        if not task.errors and not schemas[task.name]["foreignKeys"]:
            _remember(marks[task.name])
        for fault in task.errors:
            problem = _problem(tables[task.name], fault, resources[task.name])
            if problem is not None:
                found.append(problem)
    return found


# Tables that the library found in order on their own, with nothing left to look up in another: a change of one table
# asks it about that one alone.
_sound: set[bytes] = set()
_MOST = 500


def _cells(table: Table) -> list[list[str]]:
    """The table as the library takes it, header first."""
    return [list(table.header), *table.rows]


def _mark(table: Table, schema: Mapping[str, Any]) -> bytes:
    """Tells one table under one schema from any other."""
    return hashlib.sha256(json.dumps([table.name, table.header, table.rows, schema]).encode()).digest()


def _remember(mark: bytes) -> None:
    if len(_sound) >= _MOST:
        _sound.clear()
    _sound.add(mark)


def _usable_schema(table: Table, resource: dict[str, Any], tables: Mapping[str, Table]) -> dict[str, Any]:
    """The schema with those foreign keys that do not hold: for each one the library reads the whole other table again.

    A key into a table that could not be read to its end is left out too: that table has its own problem.
    """
    schema = dict(resource.get("schema", {}))
    schema["foreignKeys"] = [key for key in schema.get("foreignKeys", []) if not _holds(key, table, tables)]
    return schema


def _holds(key: Mapping[str, Any], table: Table, tables: Mapping[str, Table]) -> bool:
    target = tables.get(_target(key, table.name))
    if target is None or target.cut_short:
        return True
    column, other = (_only(fields) for fields in (key["fields"], key["reference"]["fields"]))
    if column not in table.header or other not in target.header:
        return False
    at, there = table.header.index(column), target.header.index(other)
    return {row[at] for row in table.rows} - {""} <= {row[there] for row in target.rows}


def _target(key: Mapping[str, Any], table: str) -> str:
    """The table that a foreign key of `table` leads into; none is named where it is the same."""
    return key["reference"].get("resource") or table


def _only(fields: str | list[str]) -> str:
    return fields if isinstance(fields, str) else fields[0] if len(fields) == 1 else ""


def _problem(table: Table, error: Any, resource: Mapping[str, Any]) -> Problem | None:
    made = _MAKERS.get(error.type)
    index = getattr(error, "row_number", 2) - 2
    line = table.lines[index] if 0 <= index < len(table.lines) else None
    if made is None:
        return Problem(table.name, line, "", "", f"must fit datapackage.json, got: {error.note or error.type}")
    column, value, reason, mend = made(table, index, error, resource)
    return Problem(table.name, line, column, value, reason, mend) if reason else None


Made = tuple[str, str, str, str]


def _type(_: Table, __: int, error: Any, resource: Mapping[str, Any]) -> Made:
    kind = next(f["type"] for f in resource["schema"]["fields"] if f["name"] == error.field_name)
    kinds = {"number": "a plain number such as 0.5", "integer": "a whole number", "boolean": "true or false"}
    reason = f'must be {kinds.get(kind, kind)}, got "{shown(error.cell)}"'
    return error.field_name, error.cell, reason, "write the value as the description of the column says"


def _constraint(_: Table, __: int, error: Any, resource: Mapping[str, Any]) -> Made:
    field = next(f for f in resource["schema"]["fields"] if f["name"] == error.field_name)
    rule = re.match(r'constraint "(\w+)"', error.note)
    name = rule[1] if rule else ""
    limit = field.get("constraints", {}).get(name)
    got = f'got "{shown(error.cell)}"'
    words: dict[str, tuple[str, str]] = {
        "required": ("must not be empty", "fill the cell in"),
        "enum": (
            f"must be one of {', '.join(map(str, limit)) if isinstance(limit, list) else ''}; {got}",
            "choose one",
        ),
        "minimum": (f"must be at least {limit}, {got}", "see the unit in the header"),
        "maximum": (f"must be at most {limit}, {got}", "see the unit in the header"),
        "pattern": (f"must be {_PATTERNS.get(str(limit), f'of the form {limit}')}, {got}", "write it in that form"),
    }
    reason, mend = words.get(name, (f"must fit {name} {limit}, {got}", "see the description of the column"))
    return error.field_name, str(error.cell), reason, mend


def _unique(_: Table, __: int, error: Any, ___: Mapping[str, Any]) -> Made:
    reason = f'must be unique, got "{shown(error.cell)}" again'
    return error.field_name, str(error.cell), reason, "give one of the rows another id, or remove it"


def _primary_key(table: Table, index: int, error: Any, resource: Mapping[str, Any]) -> Made:
    del error
    key = resource["schema"].get("primaryKey", table.header[0])
    column = key if isinstance(key, str) else key[0]
    value = ""
    with contextlib.suppress(ValueError, IndexError):
        value = table.rows[index][table.header.index(column)]
    if not value:
        return column, value, "must not be empty", "give the row an id"
    return column, value, f'must be unique, got "{shown(value)}" again', "give one of the rows another id, or remove it"


def _foreign_key(_: Table, __: int, error: Any, ___: Mapping[str, Any]) -> Made:
    column, value = error.field_names[0], str(error.field_cells[0])
    target = error.reference_name or "the same table"
    where = f"{target}.csv" if error.reference_name else target
    reason = f'must be an id of {where}, got "{shown(value)}"'
    return column, value, reason, f"add a row for it to {where}, or write the id as it stands there"


_MAKERS: dict[str, Callable[[Table, int, Any, Mapping[str, Any]], Made]] = {
    "type-error": _type,
    "constraint-error": _constraint,
    "unique-error": _unique,
    "primary-key": _primary_key,
    "foreign-key": _foreign_key,
}
