"""New tables in place of old ones: checked, shown by row and headline number, then applied whole or not at all."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dashboard import catalog, records, sheets, store
from dashboard.catalog import Problem
from dashboard.checks import check_files, file_names
from dashboard.checks.package import DESCRIPTOR, read_descriptor
from dashboard.checks.reading import Table, columns_of, read_table
from dashboard.estimates.headlines import Headline, HeadlineError, headlines, plan_inputs
from dashboard.units import number_text

Row = Mapping[str, str]
Files = Mapping[str, bytes | store.FileError]
Proof = Callable[[catalog.Catalog], Problem | None]


_STATE = frozenset({"date", "power", "unit", "power_basis", "status"})  # what a later vintage says anew


class UpdateError(ValueError):
    """An update cannot be tried at all; the message says why."""


@dataclass(frozen=True)
class Cell:
    """One changed cell."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """What becomes of the rows of one table, by their id."""

    table: str
    added: Mapping[str, Row]
    changed: Mapping[str, tuple[Cell, ...]]
    removed: Mapping[str, Row]
    moved: bool = False

    @property
    def empty(self) -> bool:
        """Whether the rows stay as they are."""
        return not (self.added or self.changed or self.removed or self.moved)


@dataclass(frozen=True)
class Moved:
    """A headline number before and after."""

    name: str
    unit: str
    before: Headline | None
    after: Headline | None


@dataclass(frozen=True)
class Outcome:
    """What an update does: its differences, what it moves, what speaks against it, and whether it was applied."""

    differences: tuple[Difference, ...]
    headlines: tuple[Moved, ...]
    problems: tuple[Problem, ...]
    version_before: str
    version_after: str
    applied: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return all(difference.empty for difference in self.differences)


@dataclass(frozen=True)
class _Wanted:
    """The new tables, and which rows may go; None for any."""

    tables: Mapping[str, bytes]
    droppable: frozenset[str] | None
    proof: Proof


@dataclass(frozen=True)
class _Plan:
    outcome: Outcome
    files: Mapping[str, bytes]


def update(
    folder: Path,
    tables: Mapping[str, bytes],
    *,
    apply: bool = False,
    allow_removals: bool = False,
    droppable: frozenset[str] = frozenset(),
    proof: Proof = lambda _: None,
) -> Outcome:
    """The outcome of putting these tables (table name -> whole CSV) in place of the folder's; written with `apply`.

    Args:
        folder: the tables as they are.
        tables: the tables as they shall be.
        apply: write them, whole or not at all.
        allow_removals: let any row go that the new tables lack.
        droppable: ids of rows that may go in any case.
        proof: what else stands against the new catalog; asked once all is checked.

    Raises:
        UpdateError: no such table; the folder cannot be written; another update changed these tables meanwhile.
        store.UnfinishedError: the new tables count, but could not all be put in their places.
    """
    seen = _read(folder)
    wanted = _Wanted(tables, droppable if not allow_removals else None, proof)
    unknown = [name for name in tables if f"{name}.csv" not in seen]
    if unknown:
        raise UpdateError(_unknown_table(unknown[0], seen))
    if not apply:
        return _plan(seen, wanted).outcome
    try:
        with store.locked(folder):
            return _apply(folder, seen, wanted)
    except OSError as error:
        raise UpdateError(f"{folder}: cannot be written: {error.strerror or error}; nothing was changed") from error


def _read(folder: Path) -> Files:
    if not folder.is_dir():
        raise UpdateError(f"{folder}: must be a folder of tables, got none")
    return store.read(folder, file_names(folder))


def _unknown_table(name: str, files: Files) -> str:
    known = [Path(file).stem for file in files if file != DESCRIPTOR]
    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f'table: must be one of {", ".join(known)}; got "{name[:60]}"{hint}'


def _apply(folder: Path, seen: Files, wanted: _Wanted) -> Outcome:
    current = _read(folder)
    for name in wanted.tables:
        if _content(current, f"{name}.csv") != _content(seen, f"{name}.csv"):
            raise UpdateError(
                f"{name}.csv: must be as it was when this update began, but another update has changed it; "
                "nothing was changed: look at the difference again"
            )
    plan = _plan(current, wanted)
    outcome = plan.outcome
    if outcome.problems or outcome.empty:
        return outcome
    store.write(folder, plan.files)
    before, after = outcome.version_before, outcome.version_after
    return Outcome(outcome.differences, outcome.headlines, (), before, after, applied=True)


def _content(files: Files, name: str) -> bytes | str:
    found = files.get(name, b"")
    return found if isinstance(found, bytes) else found.reason


def _plan(current: Files, wanted: _Wanted) -> _Plan:
    descriptor = current[DESCRIPTOR]
    resources = read_descriptor(descriptor if isinstance(descriptor, bytes) else None, [])
    differences, written = [], {}
    problems = check_files({**current, **{f"{name}.csv": content for name, content in wanted.tables.items()}})
    for name, content in wanted.tables.items():
        columns = columns_of(resources.get(name, {}))
        new = read_table(name, content, columns, [])
        if new is None:
            continue
        difference = _difference(new, _old(current, name, columns))
        differences.append(difference)
        if not difference.empty:
            written[f"{name}.csv"] = sheets.csv_text(new.header, new.rows).encode()
        problems += _not_yet_read(new, difference)
        problems += _overwritten(new, difference)
        if wanted.droppable is not None:
            problems += _removals(difference, new.header[0], wanted.droppable)
    before = _catalog(current)
    after = _catalog({**current, **written}) if not problems else None
    moved: tuple[Moved, ...] = ()
    if written and after is not None:
        try:
            moved = _moved(before, after)
        except HeadlineError as error:
            mend = "keep the rows that the pages stand on"
            problems.append(Problem(differences[0].table, None, "", "", str(error), mend))
        else:
            problems += filter(None, [wanted.proof(after)])
    versions = (before.version if before else "", after.version if after else "")
    return _Plan(Outcome(tuple(differences), moved, tuple(problems), *versions), written)


def _old(current: Files, name: str, columns: list[str]) -> Table:
    content = current[f"{name}.csv"]
    old = read_table(name, content, columns, []) if isinstance(content, bytes) else None
    return old or Table(name, tuple(columns))


def _difference(new: Table, old: Table) -> Difference:
    before, after = old.by_id(), new.by_id()
    changed = {}
    for key in after.keys() & before.keys():
        cells = tuple(Cell(c, before[key][c], after[key][c]) for c in new.header if before[key][c] != after[key][c])
        if cells:
            changed[key] = cells
    order = [key for key in after if key in before] != [key for key in before if key in after]
    return Difference(
        new.name,
        {key: row for key, row in after.items() if key not in before},
        {key: changed[key] for key in after if key in changed},
        {key: row for key, row in before.items() if key not in after},
        moved=order or len(after) != len(new.rows),
    )


def today() -> date:
    """The day up to which something can have been read, in UTC."""
    return datetime.now(UTC).date()


def _not_yet_read(new: Table, difference: Difference) -> Iterator[Problem]:
    """A source cannot have been read after today: the latest such day is the day of all plans."""
    last = today().isoformat()
    for line, row in new.records() if new.name == "sources" else ():
        if row["accessed"] > last and (row["source_id"] in difference.added or row["source_id"] in difference.changed):
            what = f'must be {last} at the latest, today in UTC, got "{row["accessed"]}"'
            mend = "give the day on which the source was looked at"
            yield Problem("sources", line, "accessed", row["accessed"], what, mend)


def _overwritten(new: Table, difference: Difference) -> Iterator[Problem]:
    """A forecast in whose row a later one stands: what was expected before would be lost."""
    for line, row in new.records() if new.name == "milestones" else ():
        before = {cell.column: cell.before for cell in difference.changed.get(row["milestone_id"], ())}
        later = "vintage" in before and before["vintage"] < row["vintage"]
        if later and before.get("basis", row["basis"]) == "forecast" and before.keys() & _STATE:
            what = f"must keep the forecast of {before['vintage']}, got that of {row['vintage']} in its row"
            mend = "leave the row as it was and add one with an id of its own"
            yield Problem("milestones", line, "vintage", row["vintage"], what, mend)


def _removals(difference: Difference, column: str, droppable: frozenset[str]) -> list[Problem]:
    what = "must keep every row, but the row with this id is gone"
    mend = "put it back, or say --allow-removals"
    gone = [key for key in difference.removed if key not in droppable]
    return [Problem(difference.table, None, column, key, f'{what}: "{key}"', mend) for key in gone]


def _catalog(files: Files) -> catalog.Catalog | None:
    contents = {name: files.get(f"{name}.csv") for name in records.TABLES}
    try:
        return catalog.build({name: content for name, content in contents.items() if isinstance(content, bytes)})
    except (catalog.DataError, KeyError):
        return None


def _moved(before: catalog.Catalog | None, after: catalog.Catalog) -> tuple[Moved, ...]:
    plans = before is None or plan_inputs(before) != plan_inputs(after)
    new = {headline.name: headline for headline in headlines(after, plans=plans)}
    old: dict[str, Headline] = {}
    if before is not None:
        with contextlib.suppress(HeadlineError):  # the update may be what mends it
            old = {headline.name: headline for headline in headlines(before, plans=plans)}
    names = dict.fromkeys([*new, *old])
    return tuple(Moved(name, (new.get(name) or old[name]).unit, old.get(name), new.get(name)) for name in names)


# --- words -----------------------------------------------------------------------------------------------------------


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The object of `update --json`."""
    return {
        "applied": outcome.applied,
        "data_version": {"before": outcome.version_before, "after": outcome.version_after},
        "tables": [
            {
                "table": difference.table,
                "added": {key: dict(row) for key, row in difference.added.items()},
                "changed": {key: [vars(cell) for cell in cells] for key, cells in difference.changed.items()},
                "removed": {key: dict(row) for key, row in difference.removed.items()},
                "moved": difference.moved,
            }
            for difference in outcome.differences
        ],
        "headlines": [
            {"name": m.name, "unit": m.unit, "before": _numbers(m.before), "after": _numbers(m.after)}
            for m in outcome.headlines
        ],
        "problems": [vars(problem) for problem in outcome.problems],
    }


def _numbers(headline: Headline | None) -> dict[str, float | None] | None:
    return None if headline is None else {"value": headline.value, "q05": headline.low, "q95": headline.high}


SHOWN = 200


def as_text(outcome: Outcome) -> list[str]:
    """The outcome as lines: rows, headline numbers, problems, and what was done."""
    lines = [line for difference in outcome.differences for line in _difference_lines(difference)]
    if outcome.headlines:
        lines += ["", f"Headline numbers, data version {outcome.version_before} → {outcome.version_after}:"]
        lines += [f"  {_moved_text(moved)}" for moved in outcome.headlines]
    lines += [str(problem) for problem in outcome.problems]
    if outcome.problems:
        count = len(outcome.problems)
        return [*lines, f"Refused: {count} problem{'s' * (count > 1)}; nothing was changed."]
    if outcome.empty:
        return [*lines, "Nothing changes."]
    return [*lines, "Applied." if outcome.applied else "Nothing was written yet: say --apply to do it."]


def _difference_lines(difference: Difference) -> list[str]:
    counts = f"{len(difference.added)} added, {len(difference.changed)} changed, {len(difference.removed)} removed"
    order = "; other order" if difference.moved else ""
    rows = [f"  + {key}: {_row_text(row)}" for key, row in difference.added.items()]
    for key, cells in difference.changed.items():
        rows += [f'  ~ {key}: {cell.column}: "{cell.before}" → "{cell.after}"' for cell in cells]
    rows += [f"  - {key}: {_row_text(row)}" for key, row in difference.removed.items()]
    more = [f"  … and {len(rows) - SHOWN} more lines; --json has all"] if len(rows) > SHOWN else []
    return [f"{difference.table}: {counts}{order}", *(catalog.one_line(row) for row in rows[:SHOWN]), *more]


def _row_text(row: Row) -> str:
    cells = [f"{column} {cell}" for column, cell in list(row.items())[1:] if cell and column != "note"]
    text = ", ".join(cells)
    return text if len(text) <= 160 else text[:157] + "..."


def _moved_text(moved: Moved) -> str:
    before, after = (_headline_text(headline) for headline in (moved.before, moved.after))
    values = before if before == after else f"{before} → {after}"
    return f"{moved.name}: {values} {moved.unit}".rstrip()


def _headline_text(headline: Headline | None) -> str:
    if headline is None:
        return "–"
    text = f"{headline.value:.4g}" if abs(headline.value) < 10_000 else f"{headline.value:,.0f}"
    if headline.low is None or headline.high is None:
        return text
    return f"{text} ({number_text(headline.low, 3)}–{number_text(headline.high, 3)})"
