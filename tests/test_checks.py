import ast
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from frictionless import Package

from dashboard import catalog, updates
from dashboard.__main__ import main
from dashboard.checks import check, named
from dashboard.estimates import estimate, read_ask
from dashboard.estimates.owning import owned
from tests.hostile.make import AWS, AZURE, CASES, HERE, RAINIER, Case, cell, linked, make


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, hidden ones too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_shipped_tables_are_in_order() -> None:
    """The tables that we ship have no problem, and are as many as promised."""
    tables = catalog.load()

    assert check(catalog.SHIPPED) == []
    counts = {name: len(getattr(tables, name)) for name in ("accelerators", "commitments", "milestones", "grids")}
    assert counts["accelerators"] >= 70
    assert counts["commitments"] >= 100
    assert counts["milestones"] >= 140
    assert counts["grids"] >= 190
    assert len(tables.equivalents) >= 40
    assert len(tables.claims) >= 35


def test_shipped_package_is_valid_to_frictionless_alone() -> None:
    """The descriptor and the tables satisfy the library as it comes."""
    report = Package(str(catalog.SHIPPED / "datapackage.json")).validate()

    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])


def test_small_tables_are_in_order(folder: Path) -> None:
    """The tables that the hostile files are made from have no problem themselves."""
    found = check(folder)

    assert found == []


def test_corpus_is_as_made() -> None:
    """The committed hostile files are those of the list, and at least sixty."""
    files = {path.name: path.read_bytes() for path in HERE.glob("*--*.csv")}

    assert len(CASES) >= 60
    assert files == {case.file.name: make(case) for case in CASES}


def test_rows_that_must_stand_are_those_that_pages_call() -> None:
    """Every row that the check asks for is called by its id somewhere in the code: else it need not stand there."""
    code = Path(catalog.__file__).parent
    paths = [path for path in code.rglob("*.py") if "checks" not in path.relative_to(code).parts]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
    called = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}

    asked = {row for rows in named.NAMED.values() for row in rows} | {named.SERIES, *named.CHIPS}

    assert asked - called == set()
    assert {name for name, _ in named.PARAMETERS} - called == set()


@pytest.mark.parametrize("text", ["100000 H100", "30 GW", "38 billion USD over 7 years", "1.4 trillion USD"])
def test_every_parameter_that_an_estimate_asks_for_must_stand(text: str) -> None:
    """What any load is worked out with is asked for by the check: tables of before it cannot pass and then not draw."""
    tables = catalog.load(catalog.SHIPPED)
    answer = estimate(read_ask(text, tables), tables)
    asked = {factor.name for factor in (*answer.factors, *owned(answer, tables).factors)}
    rows = {row.quantity for row in tables.parameters.values()}

    assert (asked & rows) - {name for name, _ in named.PARAMETERS} == set()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.table}-{case.name}")
def test_hostile_file_is_refused_at_its_place(folder: Path, case: Case) -> None:
    """A hostile file is refused with its table, row and column, a line per problem, and changes no byte."""
    before = contents(folder)

    outcome = updates.update(folder, {case.table: case.file.read_bytes()}, apply=True, allow_removals=True)

    assert not outcome.applied
    told = [p for p in outcome.problems if (p.table, p.row, p.column) == (case.table, case.row, case.column)]
    assert any(case.reason in problem.reason for problem in told), [str(problem) for problem in outcome.problems]
    assert all("\n" not in str(problem) and str(problem).isprintable() for problem in outcome.problems)
    assert all(problem.mend for problem in outcome.problems)
    assert not any(problem.reason.endswith(": ") for problem in outcome.problems)
    assert contents(folder) == before


@pytest.mark.parametrize("case", CASES[::15], ids=lambda case: f"{case.table}-{case.name}")
def test_hostile_file_in_the_folder_is_found_by_check(folder: Path, case: Case) -> None:
    """The command names the place of a hostile file that already lies in the folder, and exits with 1."""
    (folder / f"{case.table}.csv").write_bytes(case.file.read_bytes())

    result = CliRunner().invoke(main, ["check", str(folder), "--json"])

    problems = json.loads(result.output)["problems"]
    assert result.exit_code == 1
    assert (case.table, case.row, case.column) in {(p["table"], p["row"], p["column"]) for p in problems}


@pytest.mark.parametrize("name", ["commitments", "sites", "grids", "sources"])
def test_file_that_cannot_be_read_is_one_problem(folder: Path, name: str) -> None:
    """A table saved in another coding is told once: not by every source that none of its rows can cite."""
    table = folder / f"{name}.csv"
    table.write_bytes(table.read_bytes() + b"\xfc")

    (problem,) = check(folder)

    assert problem.table == name
    assert "got byte 0xfc" in problem.reason


def test_every_problem_is_told_at_once(folder: Path) -> None:
    """Three wrong tables give the problems of all three."""
    for name in ("latin-1", "na-number", "low-above-central"):
        case = next(case for case in CASES if case.name == name)
        (folder / f"{case.table}.csv").write_bytes(case.file.read_bytes())

    found = {(problem.table, problem.row) for problem in check(folder)}

    assert {("sites", 2), ("accelerators", 4), ("parameters", 2)} <= found


def test_rows_are_counted_as_an_editor_shows_them(folder: Path) -> None:
    """A row behind a cell of two lines is named by the line it stands in."""
    path = folder / "accelerators.csv"
    text = path.read_text()
    path.write_text(text.replace("vendor TDP,DGX-1", '"vendor\nTDP",DGX-1', 1).replace(",700,", ",7oo,", 1))

    found = [(problem.row, problem.value) for problem in check(folder)]

    assert found == [(5, "7oo")]


@pytest.mark.parametrize("kind", ["directory", "pipe", "big", "missing", "link to nothing"])
def test_what_is_no_file_is_refused_without_reading(folder: Path, kind: str) -> None:
    """A directory, a pipe, 200 MB and a missing file are one line each, and nothing hangs."""
    path = folder / "sites.csv"
    path.unlink()
    match kind:
        case "directory":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "big":
            with path.open("wb") as file:
                file.truncate(200_000_000)
        case "link to nothing":
            path.symlink_to("nowhere.csv")

    found = [problem for problem in check(folder) if problem.table == "sites"]

    words = {"directory": "got a directory", "pipe": "got a pipe", "big": "got 200 MB"}
    assert len(found) == 1
    assert words.get(kind, "must stand in") in found[0].reason


@pytest.mark.parametrize("kind", ["directory", "pipe", "big", "missing"])
def test_update_from_what_is_no_file_is_one_line(folder: Path, tmp_path: Path, kind: str) -> None:
    """The update command says in one line what is wrong with its file, and exits with 1."""
    path = tmp_path / "new.csv"
    match kind:
        case "directory":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "big":
            with path.open("wb") as file:
                file.truncate(200_000_000)
    before = contents(folder)

    result = CliRunner().invoke(main, ["update", "sites", str(path), "--datasets", str(folder), "--apply"])

    assert result.exit_code == 1
    assert result.output.startswith("error: ")
    assert result.output.count("\n") == 1
    assert contents(folder) == before


@pytest.mark.parametrize("table", ["../sites", "sites/../sites", "/etc/passwd", "sitse", ""])
def test_table_of_another_name_is_refused(folder: Path, table: str) -> None:
    """A table is one of those in the folder: a path is none."""
    before = contents(folder)

    new = str(folder / "sites.csv")
    result = CliRunner().invoke(main, ["update", table, new, "--datasets", str(folder), "--apply"])

    assert result.exit_code == 1
    assert "table: must be one of" in result.output
    assert contents(folder) == before


def test_resource_with_a_path_elsewhere_is_refused(folder: Path) -> None:
    """The descriptor may not point out of its folder."""
    descriptor = folder / "datapackage.json"
    descriptor.write_text(descriptor.read_text().replace('"path": "sites.csv"', '"path": "../sites.csv"'))

    found = [str(problem) for problem in check(folder)]

    assert any('resource sites: path must be "sites.csv", got "../sites.csv"' in line for line in found)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"resources": 7}', b'{"resources": [{}]}', b"\xff"])
def test_broken_descriptor_is_one_problem(folder: Path, content: bytes) -> None:
    """A descriptor that is none is told in one line."""
    (folder / "datapackage.json").write_bytes(content)

    found = check(folder)

    assert [problem.table for problem in found] == ["datapackage"]


def test_table_that_is_not_described_is_a_problem(folder: Path) -> None:
    """A stray CSV beside the tables is told."""
    (folder / "sites_old.csv").write_bytes((folder / "sites.csv").read_bytes())

    found = [(problem.table, problem.reason) for problem in check(folder)]

    assert found == [("sites_old", "must be described in datapackage.json, got no resource")]


@pytest.mark.parametrize("relation", ["restates", "replaces"])
def test_part_of_a_whole_and_of_what_it_became_is_in_order(folder: Path, relation: str) -> None:
    """Of a whole that was stated anew, one statement counts on any day: a deal may be part of each."""
    links = folder / "links.csv"
    again, parts = (AWS, relation, AZURE, ""), ((RAINIER, "part of", whole, "") for whole in (AWS, AZURE))
    links.write_bytes(linked(again, *parts)(links.read_bytes()))
    twice = check(folder)
    deals = folder / "commitments.csv"
    deals.write_bytes(cell(5, "ledger", "")(deals.read_bytes()))

    found = check(folder)

    assert found == []
    assert [(p.table, p.row, p.column) for p in twice] == [("commitments", 5, "ledger")]


def test_part_of_a_part_is_not_marked_beside_the_whole(folder: Path) -> None:
    """A deal that lies in a marked one through one that is not marked would count in the ledger beside it."""
    links, deals = folder / "links.csv", folder / "commitments.csv"
    links.write_bytes(linked((AWS, "part of", RAINIER, ""), (RAINIER, "part of", AZURE, ""))(links.read_bytes()))
    (told,) = check(folder)
    deals.write_bytes(cell(7, "ledger", "cloud")(deals.read_bytes()))

    assert (told.table, told.row, told.column) == ("commitments", 4, "ledger")
    assert f'"{AZURE}", which is or holds this deal' in told.reason
    assert check(folder) == []


@pytest.mark.parametrize(("power", "inside"), [("5.6", True), ("56", True), ("5.5", False), ("57", False)])
def test_system_has_from_one_to_ten_times_the_power_of_its_chips(folder: Path, power: str, inside: bool) -> None:
    """Eight H100 of 700 W are 5.6 kW: their box has that at least, and 56 kW at most."""
    path = folder / "accelerators.csv"
    path.write_bytes(cell(4, "system_power [kW]", power)(path.read_bytes()))

    assert {(p.table, p.row) for p in check(folder)} == (set() if inside else {("accelerators", 4)})


def test_what_was_said_in_a_month_to_run_in_it_is_in_order(folder: Path) -> None:
    """Said on 6 September to run in September, a state stands at the last of the month."""
    path = folder / "milestones.csv"
    path.write_bytes(cell(2, "vintage", "2025-09-06")(path.read_bytes()))

    assert check(folder) == []


@pytest.mark.parametrize(("west", "inside"), [("50", True), ("54.6", True), ("60", False)])
def test_country_across_the_date_line_has_two_sides(folder: Path, west: str, inside: bool) -> None:
    """A box from 50 degrees east to 170 west holds 54.6 degrees east, and one from 60 does not."""
    path = folder / "bounds.csv"
    path.write_bytes(cell(2, "east [deg]", "-170")(cell(2, "west [deg]", west)(path.read_bytes())))

    found = check(folder)

    assert [(p.table, p.row, p.column) for p in found] == ([] if inside else [("sites", 3, "longitude [deg]")])


def test_form_of_a_spreadsheet_is_told_at_once(folder: Path) -> None:
    """Byte order mark, Windows line ends, a line for the separator and semicolons are mended in one saving anew."""
    path = folder / "bounds.csv"
    text = path.read_text().replace(",", ";").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + f"sep=;\r\n{text}".encode())

    found = [problem.reason for problem in check(folder)]

    words = ("a byte order mark", "got CRLF", 'got "sep=;"', "got separator ;")
    assert len(found) == len(words)
    assert all(word in reason for word, reason in zip(words, found, strict=True))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (b"amount [billion USD]", b"amount (billion USD)", [("amount [billion USD]", "rename it")]),
        (b"note\n", b"note,,\n", [("", "name it if it is one of those that are missing; remove it if it is empty")]),
    ],
)
def test_misspelled_or_empty_column_is_one_problem(
    folder: Path, before: bytes, after: bytes, told: list[tuple[str, str]]
) -> None:
    """A column by another name is to be renamed, not added empty beside it; empty names are told once."""
    path = folder / "commitments.csv"
    path.write_bytes(path.read_bytes().replace(before, after, 1))

    found = [(problem.column, problem.mend) for problem in check(folder)]

    assert found == told
