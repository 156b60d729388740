"""What was said of a site when: slips, restatements, what ran, what is overdue, and 2030 as it was known."""

import dataclasses
from datetime import date

import pytest

from dashboard.estimates.series import timeline
from dashboard.estimates.vintages import known_then, said
from dashboard.web.pages import plans

DAY = date(2026, 11, 24)


@pytest.fixture
def row(catalog):
    """Makes a milestone of one site from another, with other cells."""
    first = next(row for row in catalog.milestones.values() if row.status == "building")
    return lambda **cells: dataclasses.replace(first, **cells)


def test_slip_is_told_in_months(row):
    """The last step said again for a later date has slipped by so many months; the newer row is no slip."""
    early = row(kind="full_build", vintage="2025-03", date="2027-06-30")
    late = row(kind="full_build", vintage="2026-02", date="2028-06-30")
    first, second = said([late, early], DAY)

    assert (first.milestone, first.again) == (early, late)
    assert first.slip == pytest.approx(12)
    assert second.again is None


def test_steps_of_other_dates_are_other_steps(row):
    """A planned step for another date is not the same step said again."""
    one = row(kind="planned", vintage="2025-03", date="2027-06-30")
    other = row(kind="planned", vintage="2026-02", date="2028-06-30")

    assert [step.again for step in said([one, other], DAY)] == [None, None]


@pytest.mark.parametrize(("day", "overdue"), [("2026-11-23", True), ("2026-11-25", False), ("2026", False)])
def test_passed_date_without_a_running_state_is_overdue(row, day, overdue):
    """A year alone stands for its last day, so it has not passed before."""
    (step,) = said([row(kind="planned", vintage="2025-03", date=day)], DAY)

    assert step.overdue is overdue


def test_what_ran_later_is_told(row):
    """A forecast with a later observation is not overdue, and says which."""
    plan = row(kind="planned", vintage="2025-03", date="2026-03-31")
    ran = row(kind="operating", status="energised", vintage="2026-09", date="2026-08-31")
    step = next(step for step in said([plan, ran], DAY) if step.milestone is plan)

    assert step.ran is ran
    assert not step.overdue


def test_blank_vintage_comes_first_and_is_never_said_again(row):
    """Nobody knows when it was said, so nothing can be said to have come after."""
    blank = row(kind="full_build", vintage="", date="2027-06-30")
    later = row(kind="full_build", vintage="2026-02", date="2028-06-30")
    first, _ = said([later, blank], DAY)

    assert first.milestone is blank
    assert first.again is None


def test_known_then_is_the_timeline_of_that_day(catalog):
    """A site's 2030 as known on a day has only the rows that had been published by then."""
    rows = [row for row in catalog.milestones.values() if row.site_id == "milam"]
    known = known_then(rows, catalog, "2030-12")
    seen = timeline(catalog, date(2026, 1, 9), sites=["milam"])
    used = [reading.milestone.vintage for reading in seen.states["milam"].readings if reading.used]

    assert set(known) == {row.vintage for row in rows}
    assert set(used) == {"2026-01-09"}
    assert known["2026-01-09"] != known["2026-09-21"]


def test_every_site_can_be_shown(catalog):
    """Each site's own view has its vintages; what is blank in the table stays blank."""
    sites = list(catalog.sites)
    shown = {site_id: plans.vintages(catalog, site_id) for site_id in sites[:12]}

    for steps, known in shown.values():
        assert "" not in known
        assert [step.milestone.vintage for step in steps] == sorted(step.milestone.vintage for step in steps)
