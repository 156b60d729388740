import dataclasses
import itertools
import logging
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from dashboard import catalog, store
from dashboard.checks import check
from dashboard.updates import UpdateError, update
from dashboard.web import create_app, shell
from dashboard.web.aside import Aside
from dashboard.web.live import Live
from dashboard.web.own import OwnTables
from dashboard.web.proof import unshown
from tests.hostile.make import AWS, AZURE, cell, linked

DEMAND = "demand [TWh]"


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def new_demand(folder: Path, value: str) -> None:
    """Another demand of Italy, by an update."""
    content = cell(8, DEMAND, value)((folder / "grids.csv").read_bytes())
    assert update(folder, {"grids": content}, apply=True).applied


def test_new_version_is_taken_over_after_a_second(folder: Path) -> None:
    """The old catalog is shown until the next look, a second later; then the new one."""
    clock = Clock()
    live = Live(folder, clock=clock)
    old = live.catalog
    new_demand(folder, "310")

    clock.now = 0.9
    still = live.catalog
    clock.now = 1.1
    new = live.catalog

    assert still is old
    assert new.version == catalog.load(folder).version != old.version
    assert f"{new.grids['ita'].demand:~}" == "310.0 TWh"


def test_catalog_in_use_stays_as_it_is(folder: Path) -> None:
    """An answer that took the old catalog finishes on it."""
    clock = Clock()
    live = Live(folder, clock=clock)
    taken = live.catalog
    new_demand(folder, "310")
    clock.now = 2

    assert live.catalog is not taken
    assert f"{taken.grids['ita'].demand:~}" == "311.6 TWh"


@pytest.mark.parametrize(
    ("table", "change", "told"),
    [
        ("grids", cell(8, DEMAND, "NA"), "grids.csv:8: demand [TWh]"),
        ("milestones", cell(2, "source_id", "hearsay"), "milestones.csv:2: source_id"),
        ("grids", cell(2, "parent", "eu27"), "must not lead back in parent"),
        ("links", linked((AWS, "part of", AZURE, ""), (AZURE, "part of", AWS, "")), 'must not lead back in "part of"'),
        ("sites", lambda _: b"", "sites.csv:1: must have a header row"),
    ],
)
def test_bad_files_leave_the_old_version_with_a_notice(
    folder: Path, caplog: pytest.LogCaptureFixture, table: str, change: object, told: str
) -> None:
    """Newer files that are not in order change nothing but the notice and one log line, until they are mended."""
    clock = Clock()
    live = Live(folder, clock=clock)
    old = live.catalog
    path = folder / f"{table}.csv"
    good = path.read_bytes()
    path.write_bytes(change(good))  # type: ignore[operator]

    with caplog.at_level(logging.WARNING):
        for clock.now in (2, 4, 6):
            assert live.catalog is old

    assert live.notice.startswith(f"Newer tables are not in order, so data version {old.version} is still shown: ")
    assert told in live.notice
    assert len(caplog.records) == 1
    assert told in caplog.text
    path.write_bytes(good)
    clock.now = 8
    assert live.catalog.version == old.version
    assert live.notice == ""


def test_tables_that_draw_no_page_leave_the_old_version(folder: Path) -> None:
    """What check let through is still not shown if a page cannot be drawn from it; the notice names the page."""
    clock = Clock()
    live = Live(folder, clock=clock, proof=lambda new: unshown(without_claim(new)))
    old = live.catalog
    new_demand(folder, "310")
    clock.now = 2

    assert live.catalog is old
    assert "the page at / must be drawn from the tables, but KeyError" in live.notice


def without_claim(tables: catalog.Catalog) -> catalog.Catalog:
    """The tables as they would be if check did not look for the 30 GW."""
    deals = {key: row for key, row in tables.commitments.items() if key != "agg-openai-2025-10"}
    own = tables.version[::-1]  # another test may have drawn pages from the tables of the version as it is
    return dataclasses.replace(tables, commitments=deals, version=own)


def test_update_publishes_only_what_draws_every_page(folder: Path) -> None:
    """An update whose tables draw no page is refused with the page's address, and changes nothing."""
    content = cell(8, DEMAND, "310")((folder / "grids.csv").read_bytes())
    before = (folder / "grids.csv").read_bytes()

    refused = update(folder, {"grids": content}, apply=True, proof=lambda new: unshown(without_claim(new)))
    unchanged = (folder / "grids.csv").read_bytes()
    applied = update(folder, {"grids": content}, apply=True, proof=unshown)

    assert "the page at /" in str(refused.problems[0])
    assert unchanged == before
    assert applied.applied


@pytest.mark.parametrize("name", ["grids.csv", "datapackage.json"])
def test_missing_file_leaves_the_old_version(folder: Path, name: str) -> None:
    """A table that is gone is a notice, not an error; without the descriptor nothing is taken over unchecked."""
    clock = Clock()
    live = Live(folder, clock=clock)
    old = live.catalog
    new_demand(folder, "310")
    (folder / name).unlink()
    clock.now = 2

    assert live.catalog is old
    assert f"{name}: must stand in the folder of tables, got none" in live.notice
    assert str(folder) not in live.notice


def test_a_folder_that_is_closed_leaves_the_old_version(folder: Path, stranger: Callable[[], None]) -> None:
    """Who may no longer look into the folder goes on with what was read, says why, and goes on when that is mended."""
    clock = Clock()
    live = Live(folder, clock=clock)
    old = live.catalog
    folder.parent.chmod(0o755)
    folder.chmod(0)
    stranger()
    clock.now = 2.0

    assert live.catalog is old
    assert "cannot be read: Permission denied" in live.notice

    if os.getuid() == 0:
        os.seteuid(0)
    folder.chmod(0o755)
    clock.now = 4.0

    assert live.catalog.version == old.version
    assert live.notice == ""


def test_tables_that_check_refuses_end_the_start(folder: Path) -> None:
    """A source that does not exist is told before anything is served."""
    path = folder / "milestones.csv"
    path.write_bytes(cell(2, "source_id", "hearsay")(path.read_bytes()))

    with pytest.raises(catalog.DataError, match=r"milestones\.csv:2: source_id: must be an id of sources\.csv"):
        create_app(folder)


def test_a_fault_of_ours_is_not_told_as_a_figure_that_is_none(folder: Path) -> None:
    """A row that is looked up in vain while a figure is drawn is an answer 500, not 404."""
    app = create_app(folder)
    live = app.server.extensions["dashboard.web.app"]
    live._shown = dataclasses.replace(live.shown, catalog=without_claim(live.catalog))

    assert app.server.test_client().get("/figure/energy.csv").status_code == 500


def test_own_view_outlasts_a_broken_folder(folder: Path) -> None:
    """It is made of what is published, not of what lies in the folder meanwhile; /data/ gives the same."""
    app = create_app(folder)
    live, client = app.server.extensions["dashboard.web.app"], app.server.test_client()
    mine = {"grids": cell(8, DEMAND, "310")((folder / "grids.csv").read_bytes()).decode()}
    published = client.get("/data/claims.csv").data
    (folder / "claims.csv").write_bytes(published[: len(published) // 2])
    live.look()

    assert live.notice
    assert f"{live.of(mine).grids['ita'].demand:~}" == "310.0 TWh"
    assert client.get("/data/claims.csv").data == published


class Hindered(Aside):
    """Too late with its first check, as on a machine that is busy."""

    late = True

    def objection(self, published: Mapping[str, bytes], own: Mapping[str, bytes]) -> str:
        """In time from the second on."""
        if self.late:
            self.late = False
            raise UpdateError("table: must be checked within 20 s, and was not; give fewer rows")
        return super().objection(published, own)


def test_own_view_is_tried_again(folder: Path) -> None:
    """A check that could not be made in time is no answer for good."""
    live = Live(folder)
    mine = {"grids": cell(8, DEMAND, "310")((folder / "grids.csv").read_bytes()).decode()}
    own = OwnTables(Hindered())
    first, second = (own.catalog(mine, live.catalog, live.shown.files) for _ in range(2))

    assert first is live.catalog
    assert f"{second.grids['ita'].demand:~}" == "310.0 TWh"


def test_unchanged_files_are_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at unchanged files costs their times only."""
    clock = Clock()
    live = Live(folder, clock=clock)
    monkeypatch.setattr(Live, "_take_over", lambda _: pytest.fail("read again"))

    for clock.now in range(1, 50, 2):
        assert live.catalog


def test_threads_never_see_a_mixture(folder: Path) -> None:
    """While two tables are switched together, each catalog that a thread takes has both old or both new.

    The files are written as `update` writes them once all is checked, so that the readers, who look at them at each
    call, need not share the processor with its checks.
    """
    live = Live(folder, clock=itertools.count().__next__)
    seen: set[tuple[str, str]] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.wait(0.0005):
            now = live.catalog
            seen.add((f"{now.grids['ita'].demand:~}", now.equivalents["kettle-power"].name))

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for turn in (1, 2):
        grids = cell(8, DEMAND, str(300 + turn))((folder / "grids.csv").read_bytes())
        things = cell(3, "name", f"Kettle {turn}")((folder / "equivalents.csv").read_bytes())
        with store.locked(folder):
            store.write(folder, {"grids.csv": grids, "equivalents.csv": things})
        for _ in range(1000):  # one of the readers takes it over
            if live.catalog.version == catalog.load(folder).version:
                break
            stop.wait(0.01)
        else:
            stop.set()
            pytest.fail(f"the tables of turn {turn} are never taken over: {live.notice}")
    stop.set()
    for thread in threads:
        thread.join()

    assert seen <= {
        ("311.6 TWh", "Electric kettle (230 V), power"),
        ("301.0 TWh", "Kettle 1"),
        ("302.0 TWh", "Kettle 2"),
    }
    assert check(folder) == []


def test_page_shows_the_notice(folder: Path) -> None:
    """The banner of every page carries the notice while the newer files are bad."""
    clock = Clock()
    live = Live(folder, clock=clock)
    (folder / "grids.csv").write_bytes(b"")
    clock.now = 2
    assert live.catalog

    shown = str(shell.banner([], live.notice))

    assert "Newer tables are not in order" in shown


def test_app_serves_the_new_version(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer after an update carries the new data version."""
    monkeypatch.setattr("dashboard.web.live.EVERY", 0)
    client = create_app(folder).server.test_client()
    before = client.get("/api/estimate?text=30+GW").get_json()["data_version"]
    new_demand(folder, "310")

    after = client.get("/api/estimate?text=30+GW").get_json()["data_version"]

    assert before != after == catalog.load(folder).version


def test_a_look_takes_over_at_once(folder: Path) -> None:
    """A process that got its catalog long ago need not wait for a request to see newer tables."""
    live = Live(folder, clock=Clock())
    old = live.catalog
    new_demand(folder, "310")
    live.look()

    assert live.catalog.version == catalog.load(folder).version != old.version
