import csv
import dataclasses
import io
import json
import os
import re
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard import catalog, sheets, store, updates
from dashboard.__main__ import main
from dashboard.checks import check
from dashboard.estimates.headlines import HeadlineError, headlines, plan_inputs, site_totals
from dashboard.units import Quantity
from dashboard.updates import UpdateError, update
from tests.hostile.make import Change, cell, without

DEMAND = "demand [TWh]"
NEW_SITE = "epoch-test,Test Campus,Tester,,usa,usa,,,,,,,false,"
NEW_SOURCE = "zzz-2026-test,A test,Tester,2026,2026-11-24,https://example.org/test,,secondary"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, hidden ones too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def changed(folder: Path, table: str, change: Change) -> bytes:
    """A table of the folder with a change."""
    return change((folder / f"{table}.csv").read_bytes())


def with_source(folder: Path) -> dict[str, bytes]:
    """Two tables that are only in order together: a new source, and a milestone that cites it."""
    sources = (folder / "sources.csv").read_bytes() + NEW_SOURCE.encode() + b"\n"
    milestones = cell(2, "source_id", "zzz-2026-test")((folder / "milestones.csv").read_bytes())
    old = "crusoe-2025-crusoe-abilene-is-live"
    sources = b"".join(row for row in sources.splitlines(keepends=True) if not row.startswith(old.encode()))
    return {"sources": sources, "milestones": milestones}


def test_changed_added_and_removed_rows_are_shown(folder: Path) -> None:
    """The difference names each row by its id, and each changed cell before and after."""
    rows = list(csv.reader(io.StringIO((folder / "equivalents.csv").read_text())))
    rows[1][4] = "0.3"
    extra = ["test-kettle", *rows[2][1:]]
    content = sheets.csv_text(rows[0], [rows[1], *rows[3:], extra]).encode()

    outcome = update(folder, {"equivalents": content}, allow_removals=True)

    difference = outcome.differences[0]
    assert list(difference.added) == ["test-kettle"]
    assert list(difference.removed) == ["kettle-power"]
    assert difference.changed["ai-gemini-prompt"] == (updates.Cell("value", "0.24", "0.3"),)
    assert any('~ ai-gemini-prompt: value: "0.24" → "0.3"' in text for text in updates.as_text(outcome))


def test_headline_numbers_stand_before_and_after(folder: Path) -> None:
    """A larger demand of Italy makes the share of Italy smaller by as much, and moves no other headline."""
    content = changed(folder, "grids", cell(8, DEMAND, "450"))

    outcome = update(folder, {"grids": content})

    moved = [m for m in outcome.headlines if m.before != m.after]
    assert [m.name for m in moved] == ["OpenAI's 30 GW as a share of Italy"]
    before, after = moved[0].before, moved[0].after
    assert before is not None
    assert after is not None
    assert after.value == pytest.approx(before.value * 311.6 / 450)


def test_a_slip_in_a_site_or_a_deal_moves_a_headline(folder: Path) -> None:
    """What a milestone or a deal says of power is in the headlines: of all sites, and of the deals of its user."""
    sites = update(folder, {"milestones": changed(folder, "milestones", cell(2, "power", "9999"))}).headlines
    moved = {m.name for m in sites if m.before != m.after}

    assert "All sites, announced by the end of 2030" in moved
    rows = list(csv.DictReader(io.StringIO((folder / "commitments.csv").read_text())))
    line = next(i for i, row in enumerate(rows, 2) if row["commitment_id"] == "openai-aws-2025")
    content = changed(folder, "commitments", cell(line, "power [GW]", "245"))
    content = cell(line, "power_basis", "it")(cell(line, "claim_type", "unknown")(content))
    deals = update(folder, {"commitments": content}).headlines

    assert "Deals of OpenAI, counted once" in {m.name for m in deals if m.before != m.after}
    assert not any("All sites" in m.name for m in deals)


@pytest.mark.parametrize(
    ("table", "row", "column", "value"),
    [
        ("parameters", "realisation--building", "central", "0.72"),
        ("accelerators", "gb200-nvl72", "tdp_note", "another note"),
        ("claim_types", "campus", "why", "another reason"),
        ("sources", "owid-2026-our-world-data-energy-dataset", "accessed", "2026-11-25"),
    ],
)
def test_all_that_plans_rest_on_brings_their_headlines(
    folder: Path, table: str, row: str, column: str, value: str
) -> None:
    """Odds, chips, readings of a claim and the day of the tables: the totals of all sites stand before and after."""
    lines = (folder / f"{table}.csv").read_text().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if text.startswith(f"{row},"))

    outcome = update(folder, {table: changed(folder, table, cell(line, column, value))})

    assert outcome.problems == ()
    likely = next(m for m in outcome.headlines if m.name == "All sites, likely by the end of 2030")
    assert (likely.before != likely.after) is (table == "parameters")


def test_plan_inputs_are_all_that_the_plans_read(folder: Path) -> None:
    """No table that the totals of all sites read is left out of what tells whether they can move."""
    found = catalog.load(folder)
    seen: set[str] = set()

    class Watched(catalog.Catalog):
        def __getattribute__(self, name: str) -> object:
            seen.add(name)
            return super().__getattribute__(name)

    tables = {field.name for field in dataclasses.fields(found)} - {"version"}
    watched = Watched(**{field.name: getattr(found, field.name) for field in dataclasses.fields(found)})
    list(site_totals(watched))
    read = seen & tables
    seen.clear()
    plan_inputs(watched)

    assert {"milestones", "parameters", "sources"} <= read <= seen


def test_source_read_in_the_future_is_refused(folder: Path) -> None:
    """The latest day on which a source was read is the day of all plans: it cannot lie after today."""
    tomorrow = (updates.today() + timedelta(days=1)).isoformat()

    outcome = update(folder, {"sources": changed(folder, "sources", cell(5, "accessed", tomorrow))}, apply=True)

    assert [(p.row, p.column, p.value) for p in outcome.problems] == [(5, "accessed", tomorrow)]
    assert f"must be {updates.today()} at the latest" in outcome.problems[0].reason
    assert not outcome.applied


def test_source_read_today_is_taken(folder: Path) -> None:
    """Today is no day to come."""
    content = changed(folder, "sources", cell(5, "accessed", updates.today().isoformat()))

    assert update(folder, {"sources": content}, apply=True).applied


def test_what_changes_nothing_is_not_called_applied(folder: Path) -> None:
    """The same rows again leave the files as they were, and that is told."""
    before = store.signature(folder, ["grids.csv"])
    outcome = update(folder, {"grids": (folder / "grids.csv").read_bytes()}, apply=True)

    assert (outcome.empty, outcome.applied, outcome.headlines) == (True, False, ())
    assert store.signature(folder, ["grids.csv"]) == before


def test_headlines_cover_claim_deals_grids_and_score(folder: Path) -> None:
    """The headlines hold the 30 GW on each basis, the story's deals, the grids and the score."""
    content = changed(folder, "grids", cell(8, DEMAND, "310"))

    outcome = update(folder, {"grids": content})
    names = [m.name for m in outcome.headlines]
    told = "\n".join(updates.as_text(outcome))

    assert re.search(r"OpenAI's 30 GW, facility power: 1\d\d(\.\d)? \(1\d\d–1\d\d\) TWh\n", told)
    assert re.search(r"Score, pairs scored: \d+\n", told)
    for wanted in ("30 GW, IT power", "30 GW, grid connection", "AWS for OpenAI, facility peak", "of United States"):
        assert any(wanted in name for name in names), wanted
    assert "OpenAI's ledger, promised, IT power" in names
    share = next(m for m in outcome.headlines if m.name == "OpenAI's 30 GW as a share of Italy")
    assert share.before.low < 100 * 180 / 311.6 < share.before.high  # the worked example's 180 TWh, of no stated basis
    assert share.after.value == pytest.approx(share.before.value * 311.6 / 310)
    assert "Score, median error" in names
    assert "Score, bias" in names


def test_nothing_is_written_without_apply(folder: Path) -> None:
    """A trial leaves the folder as it was."""
    before = contents(folder)

    outcome = update(folder, {"grids": changed(folder, "grids", cell(8, DEMAND, "310"))})

    assert not outcome.applied
    assert contents(folder) == before


def test_apply_writes_the_table_and_nothing_else(folder: Path) -> None:
    """One table is new, every other file is byte-identical, and the folder passes check."""
    before = contents(folder)
    content = changed(folder, "grids", cell(8, DEMAND, "310"))

    outcome = update(folder, {"grids": content}, apply=True)

    assert outcome.applied
    assert contents(folder) == before | {"grids.csv": content}
    assert check(folder) == []
    assert catalog.load(folder).version == outcome.version_after != outcome.version_before


def test_several_tables_go_together(folder: Path) -> None:
    """A new source and the row that cites it are refused apart and taken together."""
    tables = with_source(folder)

    apart = [update(folder, {name: content}, allow_removals=True) for name, content in tables.items()]
    together = update(folder, tables, apply=True, allow_removals=True)

    assert all(outcome.problems for outcome in apart)
    assert together.applied
    assert check(folder) == []


def test_removals_need_leave(folder: Path) -> None:
    """A row that is gone is refused by its id unless removals are allowed."""
    content = changed(folder, "claims", lambda c: without(3)(without(3)(c)))
    before = contents(folder)

    refused = update(folder, {"claims": content}, apply=True)

    assert [p.value for p in refused.problems] == ["story-aws-term", "story-aws-chips"]
    assert "--allow-removals" in refused.problems[0].mend
    assert contents(folder) == before
    assert update(folder, {"claims": content}, allow_removals=True).problems == ()


def test_row_that_a_page_stands_on_cannot_go(folder: Path) -> None:
    """Tables without the story's deal would leave a page without its row: refused in one line."""
    old = (folder / "commitments.csv").read_bytes().splitlines(keepends=True)
    deals = b"".join(row for row in old if b"openai-aws-2025," not in row)

    outcome = update(folder, {"commitments": deals}, apply=True, allow_removals=True)

    assert 'must have the row "openai-aws-2025"' in outcome.problems[0].reason
    assert updates.as_text(outcome)[-1] == "Refused: 1 problem; nothing was changed."
    assert not outcome.applied


@pytest.mark.parametrize(
    ("demand", "told"), [(Quantity(10, "GW"), "Cannot convert"), (Quantity(float("nan"), "TWh"), "finite number")]
)
def test_headline_that_cannot_be_worked_out_is_one_line(folder: Path, demand: Quantity, told: str) -> None:
    """Whatever a row makes of a headline, it is told as one error that an update refuses, never as another."""
    found = catalog.load(folder)
    italy = dataclasses.replace(found.grids["ita"], demand=demand)

    with pytest.raises(HeadlineError, match=told):
        headlines(dataclasses.replace(found, grids={**found.grids, "ita": italy}))


@pytest.mark.parametrize(
    ("row", "column", "value", "vintage", "refused"),
    [
        (4, "power", "900", "2026-10-30", True),
        (4, "date", "2027-06-30", "2026-10-30", True),
        (4, "date", "2027-06-30", "2026-09-10", False),
        (4, "note", "Corrected.", "2026-10-30", False),
        (4, "power", "900", "2026-09-01", False),
        (3, "power", "700", "2026-10-30", False),
    ],
    ids=["power", "date", "a correction", "no state", "an earlier vintage", "an observation"],
)
def test_a_forecast_is_not_overwritten_by_the_next(
    folder: Path, row: int, column: str, value: str, vintage: str, *, refused: bool
) -> None:
    """A later forecast is a row of its own; a correction keeps the vintage or the state, what runs may be told anew."""
    content = cell(row, "vintage", vintage)(changed(folder, "milestones", cell(row, column, value)))
    found = update(folder, {"milestones": content}).problems

    assert [(problem.row, problem.column) for problem in found] == [(row, "vintage")] * refused
    assert all(
        str(problem)
        == "milestones.csv:4: vintage: must keep the forecast of 2026-09-10, got that of 2026-10-30 in its row; "
        "leave the row as it was and add one with an id of its own"
        for problem in found
    )


def test_same_rows_change_nothing(folder: Path) -> None:
    """Rows with other quoting are the same rows: nothing is written."""
    before = contents(folder)
    rows = list(csv.reader(io.StringIO((folder / "grids.csv").read_text())))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)

    outcome = update(folder, {"grids": out.getvalue().encode()}, apply=True)

    assert outcome.empty
    assert contents(folder) == before


def test_update_that_lost_the_race_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the table changed between the look and the lock, the difference shown is stale: nothing is written."""
    first, second = (changed(folder, "grids", cell(8, DEMAND, value)) for value in ("300", "305"))
    lock = store.locked

    def late(place: Path) -> object:
        monkeypatch.setattr(store, "locked", lock)
        update(folder, {"grids": first}, apply=True)
        return lock(place)

    monkeypatch.setattr(store, "locked", late)

    with pytest.raises(UpdateError, match="another update has changed it"):
        update(folder, {"grids": second}, apply=True)
    assert (folder / "grids.csv").read_bytes() == first


# --- the command -----------------------------------------------------------------------------------------------------


def test_command_applies_with_sources(folder: Path, tmp_path: Path) -> None:
    """`update milestones NEW --sources NEW_SOURCES --apply` writes both; --json tells what was done."""
    for name, content in with_source(folder).items():
        (tmp_path / f"{name}.csv").write_bytes(content)
    new = [str(tmp_path / "milestones.csv"), "--sources", str(tmp_path / "sources.csv")]

    result = CliRunner().invoke(
        main, ["update", "milestones", *new, "--datasets", str(folder), "--apply", "--allow-removals", "--json"]
    )

    told = json.loads(result.output)
    assert result.exit_code == 0
    assert told["applied"]
    assert {table["table"] for table in told["tables"]} == {"milestones", "sources"}
    assert told["headlines"][0]["before"]["value"] == told["headlines"][0]["after"]["value"]


def test_command_refuses_with_exit_1(folder: Path, tmp_path: Path) -> None:
    """A table that is not in order exits with 1 and says that nothing was changed."""
    new = tmp_path / "grids.csv"
    new.write_bytes(changed(folder, "grids", cell(8, DEMAND, "NA")))

    result = CliRunner().invoke(main, ["update", "grids", str(new), "--datasets", str(folder), "--apply"])

    assert result.exit_code == 1
    assert 'grids.csv:8: demand [TWh]: must be a plain number such as 1000 or 0.5, got "NA"' in result.output
    assert "nothing was changed" in result.output


def test_command_takes_a_copy_as_a_spreadsheet_marks_it(folder: Path, tmp_path: Path) -> None:
    """A mark of UTF-8 and CRLF in a copy change nothing; what is written is as all tables are."""
    new = tmp_path / "grids.csv"
    command = ["update", "grids", str(new), "--datasets", str(folder), "--apply"]
    before = (folder / "grids.csv").read_bytes()
    told = []
    for content in (before, changed(folder, "grids", cell(8, DEMAND, "300"))):
        new.write_bytes(b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"))
        told.append(CliRunner().invoke(main, command).output.splitlines()[-1])

    assert told == ["Nothing changes.", "Applied."]
    assert (folder / "grids.csv").read_bytes() == content


def test_command_reads_also(tmp_path: Path) -> None:
    """`--also` without its = is a usage error, exit 2."""
    result = CliRunner().invoke(main, ["update", "grids", str(tmp_path), "--also", "sites"])

    assert result.exit_code == 2


def test_command_reads_the_names_of_tables_alike(folder: Path) -> None:
    """A table may be named with its ending wherever it is named; a second file for it is a usage error, exit 2."""
    also = ["--also", f"grids.csv={folder / 'grids.csv'}", "--datasets", str(folder)]

    alike = CliRunner().invoke(main, ["update", "claims.csv", str(folder / "claims.csv"), *also])
    twice = [
        CliRunner().invoke(main, ["update", table, "new.csv", *more, *also])
        for table, more in (("grids", ()), ("sources.csv", ("--sources", "b.csv")), ("claims", also[:2]))
    ]

    assert (alike.exit_code, alike.output.splitlines()[-1]) == (0, "Nothing changes.")
    assert [done.exit_code for done in twice] == [2, 2, 2]
    assert f"grids: must be given once, got new.csv and {folder / 'grids.csv'}" in twice[0].stderr


# --- whole or not at all ---------------------------------------------------------------------------------------------


def states(folder: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Three tables as they are and as they may become, both in order."""
    new = {f"{name}.csv": content for name, content in with_source(folder).items()}
    new["grids.csv"] = changed(folder, "grids", cell(8, DEMAND, "310"))
    old = {name: (folder / name).read_bytes() for name in new}
    for name, content in new.items():
        (folder / name).write_bytes(content)
    assert check(folder) == []
    for name, content in old.items():
        (folder / name).write_bytes(content)
    assert check(folder) == []
    return old, new


def forked(work: Callable[[], object]) -> int:
    """A copy of this process that does the work and ends."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def write(folder: Path, files: dict[str, bytes]) -> None:
    """What `update --apply` does once all is checked."""
    with store.locked(folder):
        store.write(folder, files)


def test_killed_writers_leave_old_or_new(folder: Path) -> None:
    """60 writers of three tables, killed at moments from first to last: readers see all old or all new rows."""
    old, new = states(folder)
    turns = 60
    began = time.perf_counter()
    write(folder, new)
    write(folder, old)
    takes = (time.perf_counter() - began) / 2

    for turn in range(turns):
        child = forked(lambda wanted=new if turn % 2 == 0 else old: write(folder, wanted))
        time.sleep(1.5 * takes * turn / turns)  # a moment of the writing is what is tested
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found = store.read(folder, new)
        assert found in (old, new), turn
        assert {name: (folder / name).read_bytes() for name in new} == found

    write(folder, new)
    assert not (folder / store.STAGING).exists()
    assert check(folder) == []


def test_killed_updates_leave_old_or_new(folder: Path) -> None:
    """Whole updates with their checks, killed early, half-way and at their end: the folder holds old or new rows."""
    old, new = states(folder)
    tables = {name.removesuffix(".csv"): content for name, content in new.items()}
    began = time.perf_counter()
    assert not update(folder, tables, allow_removals=True).problems
    takes = time.perf_counter() - began

    for part in (0.1, 0.5, 0.9, 1.0):
        child = forked(lambda: update(folder, tables, apply=True, allow_removals=True))
        time.sleep(part * takes)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert store.read(folder, new) in (old, new)
    assert check(folder) == []


def test_writers_at_once_leave_one_of_both(folder: Path) -> None:
    """20 pairs of writers at once: the folder holds the rows of one of them, never a mixture."""
    old, new = states(folder)

    for _ in range(20):
        children = [forked(lambda wanted=wanted: write(folder, wanted)) for wanted in (old, new)]
        assert store.read(folder, new) in (old, new)
        for child in children:
            assert os.waitpid(child, 0)[1] == 0
        assert store.read(folder, new) in (old, new)

    assert not (folder / store.STAGING).exists()
    assert check(folder) == []


def test_updates_at_once_leave_one_of_both(folder: Path) -> None:
    """Two whole updates at once: one wins or both come after another; the folder passes check."""
    contents_of = [changed(folder, "grids", cell(8, DEMAND, value)) for value in ("300", "305")]

    children = [forked(lambda new=new: update(folder, {"grids": new}, apply=True)) for new in contents_of]
    for child in children:
        os.waitpid(child, 0)

    assert (folder / "grids.csv").read_bytes() in contents_of
    assert check(folder) == []


def test_decided_switch_is_read_and_finished(folder: Path) -> None:
    """From the moment of the journal readers take the new files, and the next one finishes the renames."""
    old, new = states(folder)
    staging = folder / store.STAGING
    staging.mkdir()
    for name, content in new.items():
        (staging / name).write_bytes(content)
    (staging / "grids.csv").rename(folder / "grids.csv")  # killed after the first of three renames
    (staging / store.JOURNAL).write_text(json.dumps(sorted(new)))

    found = store.read(folder, new)

    assert found == new != old
    assert {name: (folder / name).read_bytes() for name in new} == new
    assert not staging.exists()


def test_decided_switch_is_read_while_its_writer_lives(folder: Path) -> None:
    """A reader beside a living writer takes the new files from where they lie, and moves nothing."""
    old, new = states(folder)
    staging = folder / store.STAGING
    staging.mkdir()
    for name, content in new.items():
        (staging / name).write_bytes(content)
    (staging / store.JOURNAL).write_text(json.dumps(sorted(new)))

    with store.locked(folder):
        found = store.read(folder, new)

    assert found == new
    assert {name: (folder / name).read_bytes() for name in old} == old


def test_switch_that_cannot_be_finished_says_that_it_is_decided(folder: Path) -> None:
    """A rename that fails after the journal leaves the new rows in force: said so, and finished by the next command."""
    _, new = states(folder)
    (folder / "sources.csv").unlink()
    (folder / "sources.csv").mkdir()  # no file can be moved here

    with pytest.raises(store.UnfinishedError, match=r"are read from now on, .* next command finishes"):
        write(folder, new)

    assert store.read(folder, new) == new
    (folder / "sources.csv").rmdir()
    assert store.read(folder, new) == new == {name: (folder / name).read_bytes() for name in new}
    assert not (folder / store.STAGING).exists()


def test_one_table_that_cannot_be_moved_changes_nothing(folder: Path) -> None:
    """The one rename decides: where it fails nothing is new and nothing is left behind."""
    (folder / "grids.csv").unlink()
    (folder / "grids.csv").mkdir()

    with pytest.raises(IsADirectoryError):
        write(folder, {"grids.csv": b"new"})

    assert not (folder / store.STAGING).exists()


def test_damaged_journal_is_told_with_its_folder_and_the_mend(folder: Path) -> None:
    """The one line of a command names the journal by its path and says what to do."""
    (folder / store.STAGING).mkdir()
    (folder / store.STAGING / store.JOURNAL).write_text("{}")

    done = CliRunner().invoke(main, ["check", str(folder)])

    place = folder / store.STAGING
    assert done.exit_code == 1
    assert done.stderr == (
        f"error: {place / store.JOURNAL}: must be a list of table files, got something else; "
        f"remove the folder {place} if no update is running\n"
    )


def test_undecided_switch_counts_for_nothing(folder: Path) -> None:
    """New files without a journal are left alone by readers and cleared by the next writer."""
    old, new = states(folder)
    staging = folder / store.STAGING
    staging.mkdir()
    (staging / "grids.csv").write_bytes(new["grids.csv"])

    assert store.read(folder, new) == old
    write(folder, {"grids.csv": new["grids.csv"]})
    assert not staging.exists()


def test_second_writer_waits_and_says_so(folder: Path) -> None:
    """A writer that cannot get the folder in time says that another holds it."""
    with (
        store.locked(folder),
        pytest.raises(store.BusyError, match="another update is being written"),
        store.locked(folder, seconds=0),
    ):
        pass


# --- spreadsheets ----------------------------------------------------------------------------------------------------

MARKS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d")
TEXTS = (
    *(f"{mark}SUM(A1)" for mark in MARKS),
    "'=1",
    "''=1",
    "'quoted'",
    "-97.9",
    "+5",
    "1e5",
    "",
    "a=b",
    'a"b',
    "a,b\nc",
)


def test_cells_that_a_spreadsheet_would_run_are_written_safe() -> None:
    """No written cell begins as a formula unless it is a plain number."""
    written = sheets.csv_text(["text"], [[text] for text in TEXTS])

    for row in csv.reader(io.StringIO(written, newline="")):
        assert not row or not row[0].startswith(MARKS) or row[0] in ("-97.9", "+5")


def test_safe_cells_read_back_the_same() -> None:
    """What was written safe is read as it was."""
    written = sheets.csv_text(["text", "n"], [[text, "1"] for text in TEXTS])

    rows = list(csv.reader(io.StringIO(written, newline="")))[1:]

    assert tuple(sheets.plain(row[0]) for row in rows) == TEXTS


def test_formula_in_a_table_is_kept_as_text(folder: Path) -> None:
    """A note that begins as a formula is stored safe, and readers get the note as it was."""
    content = changed(folder, "sites", cell(2, "note", '=HYPERLINK("http://x","y")'))

    outcome = update(folder, {"sites": content}, apply=True)

    assert outcome.applied
    assert b"\"'=HYPERLINK(" in (folder / "sites.csv").read_bytes()
    assert catalog.load(folder).sites["abilene"].note == '=HYPERLINK("http://x","y")'
    assert update(folder, {"sites": content}).empty


def test_moved_rows_are_told(folder: Path) -> None:
    """The same rows in another order are a change of order only."""
    content = changed(folder, "bounds", lambda c: b"\n".join([*c.split(b"\n")[:1], *c.split(b"\n")[2:0:-1], b""]))

    difference = update(folder, {"bounds": content}).differences[0]

    assert difference.moved
    assert not difference.changed


def test_cells_cannot_break_the_lines_of_a_difference(folder: Path) -> None:
    """A line break or an escape in a cell is written out: each change is one line, and a terminal obeys none of it."""
    note = "two\nlines \x1b[31mred"
    content = cell(3, "note", note)(again := (folder / "equivalents.csv").read_bytes())
    rows = list(csv.reader(io.StringIO(again.decode())))
    content += sheets.csv_text(["test-kettle", note, *rows[2][2:]], []).encode()

    lines = updates.as_text(update(folder, {"equivalents": content}))

    assert sum(text.startswith(("  ~", "  +")) for text in lines) == 2
    assert all(text.isprintable() for text in lines)


def test_table_that_is_a_link_is_refused(folder: Path, tmp_path: Path) -> None:
    """A rename would replace the link and leave the file that it leads to as it was: nothing is changed."""
    content = changed(folder, "grids", cell(8, DEMAND, "310"))
    target = tmp_path / "elsewhere.csv"
    (folder / "grids.csv").rename(target)
    (folder / "grids.csv").symlink_to(target)
    before = target.read_bytes()

    with pytest.raises(store.FileError, match=r"grids\.csv: must be a file, got a link to .*elsewhere\.csv"):
        update(folder, {"grids": content}, apply=True)

    assert (folder / "grids.csv").is_symlink()
    assert target.read_bytes() == before
