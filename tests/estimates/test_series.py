import dataclasses
import itertools
from datetime import date

import numpy as np
import pytest

from dashboard.estimates.ask import basis_weights
from dashboard.estimates.readings import MONTHS, moment, month_names, outsiders, readings
from dashboard.estimates.series import GROUPINGS, claimed_total, timeline

TODAY = date(2026, 11, 24)
ABILENE = "Stargate Abilene"


@pytest.fixture(scope="module")
def seen(catalog):
    """All shipped sites as of November 2026."""
    return timeline(catalog, TODAY)


def _rows(catalog, site_id):
    return [row for row in catalog.milestones.values() if row.site_id == site_id]


def test_months_run_from_2020_to_2035():
    """192 months, the first 2020-01 and the last 2035-12."""
    assert (MONTHS, month_names()[0], month_names()[-1]) == (192, "2020-01", "2035-12")


def test_a_grid_figure_of_the_same_campus_is_never_added(catalog):
    """Abilene: 206 MW of IT, 590 at the meter, 618 and 824 of IT are its states; its connection is left out."""
    chosen = readings(_rows(catalog, "abilene"), TODAY)

    assert [r.milestone.power for r in chosen if r.used] == [206, 590, 618, 824]
    assert all("never added" in r.why for r in chosen if not r.used)


def test_a_dropped_plan_stands_until_it_was_dropped(catalog):
    """Cheyenne's 1,800 MW for 2027 stand before June 2026 and not after, and again once they are planned anew."""
    rows = _rows(catalog, "tembo")
    first = next(row for row in rows if row.power == 1800)
    anew = dataclasses.replace(first, milestone_id="anew", vintage="2026-10", power=900.0)
    told = {
        when: {r.milestone.power: r.why for r in readings(rows_then, day) if r.milestone.date == first.date and r.used}
        for when, rows_then, day in (
            ("before", rows, date(2026, 5, 31)),
            ("after", rows, TODAY),
            ("anew", [*rows, anew], TODAY),
        )
    }
    line = {
        day: timeline(catalog, day, sites=["tembo"])
        .by("site")[catalog.sites["tembo"].name]
        .at("announced", "2027-12")[2]
        for day in (date(2026, 5, 31), TODAY)
    }

    assert [list(powers) for powers in told.values()] == [[1800], [0], [900]]
    assert told["after"][0] == "the plan for this date is dropped"
    assert list(line.values()) == [pytest.approx(1800), 0]


def test_abilene_ends_at_its_eight_buildings(seen):
    """The announced line of Abilene ends at 824 MW of IT at the meter, 1,070 MW, not at 2,000 or more."""
    abilene = seen.by("site")["Stargate Abilene"]

    assert abilene.at("announced", "2035-12")[2] == pytest.approx(824 * 1.30, rel=0.03)


def test_a_site_has_the_overhead_that_was_published_with_it(seen):
    """New Carlisle: 2,310 MW at the meter with 1,925 of IT, as Epoch AI has both; not 1,925 × 1.3."""
    site = seen.by("site")["Project Rainier, New Carlisle"]

    assert site.at("announced", "2030-12")[2] == pytest.approx(2310, rel=0.01)


def test_campus_ia_grows_with_its_connection(catalog):
    """Fouju: 240 MW in 2028, 700 by the end of 2029, 1,400 in 2033, as contracted; nobody dated all of it to 2030."""
    told = [(r.milestone.date[:4], r.milestone.power) for r in readings(_rows(catalog, "fouju"), TODAY) if r.used]

    assert told == [("2028", 240), ("2029", 700), ("2033", 1400)]


def test_what_was_observed_is_held(seen):
    """Energised and likely agree up to today, and Abilene stands at 618 MW of IT in October 2026."""
    abilene = seen.by("site")["Stargate Abilene"]
    month = month_names().index("2026-10")

    np.testing.assert_array_equal(abilene.lines["likely"][: month + 1], abilene.lines["energised"][: month + 1])
    assert abilene.at("energised", "2026-10")[2] == pytest.approx(618 * 1.30, rel=0.03)


def test_what_others_estimate_carries_their_error(seen):
    """442 MW at Pryor, by satellite, are 270 to 660; Oracle’s 618 of IT at Abilene stay narrow."""
    pryor, abilene = (seen.by("site")[name].at("energised", "2026-10") for name in ("Google Pryor (North)", ABILENE))
    low, high = 442 * 0.62, 442 * 1.5

    assert pryor[2] == pytest.approx(442, rel=0.02)
    assert low * 0.95 < pryor[0] < low * 1.05
    assert high * 0.95 < pryor[4] < high * 1.05
    assert abilene[4] / abilene[0] < 1.35


def test_who_errs_at_a_site_errs_alike_in_what_is_to_come(catalog):
    """Epoch AI's states of one site share one error: 274 of 411 MW in each draw, so that the step between is theirs."""
    state = timeline(catalog, TODAY, sites=["qts-eagle-mountain"]).states["qts-eagle-mountain"]
    (_, first), (_, whole) = state.announced

    np.testing.assert_allclose(first / whole, 274 / 411)
    assert np.quantile(whole, 0.95) / np.quantile(whole, 0.05) > 2


def test_who_tells_of_one_site_is_no_outsider(catalog, seen):
    """Epoch AI estimates many sites; a page with one estimate passes plans on as their owners tell them."""
    assert outsiders(catalog) == {"anonrish-2026-epoch-data-center-timelines"}
    assert seen.by("site")["Google and Tenaska, Nebraska (proposed)"].at("announced", "2030-12")[2] == pytest.approx(
        2700
    )


def test_a_later_copy_is_as_much_an_outsider_as_the_first(catalog):
    """A copy of November that brings one forecast errs as the copy of August with its many estimates does."""
    first, second, third = itertools.islice((r for r in catalog.milestones.values() if r.basis == "estimated"), 3)
    assert len({first.site_id, second.site_id}) == 2
    rows = (
        dataclasses.replace(first, source_id="table-2026-08-22"),
        dataclasses.replace(second, source_id="table-2026-08-22"),
        dataclasses.replace(third, source_id="table-2026-11-20", basis="forecast"),
    )

    found = outsiders(dataclasses.replace(catalog, milestones={row.milestone_id: row for row in rows}))

    assert found == {"table-2026-08-22", "table-2026-11-20"}


def test_nothing_is_energised_in_the_future(seen):
    """The energised line ends with the last full month; after it there is a blank, not a zero and not a guess."""
    total = seen.by("total")["all sites"]

    assert np.isfinite(total.lines["energised"][: month_names().index("2026-11")]).all()
    assert np.isnan(total.lines["energised"][month_names().index("2026-11") :]).all()


def test_lines_are_ordered(seen):
    """At every month and level, what is likely is no more than what is announced."""
    for series in seen.by("user").values():
        assert (series.lines["likely"] <= series.lines["announced"] * 1.0001 + 0.01).all()


def test_bands_are_ordered(seen):
    """The five levels of each month ascend."""
    for grouping in GROUPINGS:
        for series in seen.by(grouping).values():
            assert (np.diff(series.lines["likely"], axis=1) >= 0).all()


def test_the_total_is_narrower_than_the_sum_of_the_ends(seen):
    """Percentiles are not added: the total's 95th lies below the sum of the sites' 95ths, the 5th above."""
    month = month_names().index("2030-12")
    sites = np.sum([s.lines["likely"][month] for s in seen.by("site").values()], axis=0)
    total = seen.by("total")["all sites"].lines["likely"][month]

    assert sites[0] < total[0] < total[4] < sites[4]


def test_groups_make_the_total(seen):
    """Each grouping holds every site once."""
    for grouping in GROUPINGS:
        members = [site for series in seen.by(grouping).values() for site in series.site_ids]

        assert sorted(members) == sorted(seen.states)


def test_a_site_without_any_size_is_named(seen):
    """Sites without power and chips stand in no line and are listed with the reason."""
    assert seen.left_out["west-memphis"] == "no power and no chips published"


def test_chips_stand_in_where_no_power_is_published(seen):
    """500,000 Trainium2 at New Carlisle are about 570 MW at the meter before more of it was seen to run."""
    site = next(s for s in seen.by("site").values() if s.site_ids == ("new-carlisle",))

    assert site.at("energised", "2025-11")[2] == pytest.approx(565, rel=0.05)


def test_forecasts_keep_their_vintage(catalog):
    """Seen from January 2026, what was published later is not known: Abilene had 206 MW and a connection of 1,200."""
    chosen = readings(_rows(catalog, "abilene"), date(2026, 1, 31))

    assert [r.milestone.power for r in chosen if r.used] == [206, 1200]


def test_an_overdue_plan_starts_its_delay_anew(catalog):
    """A plan of September 2026 without confirmation is announced, not energised, and comes after today if at all."""
    uae = timeline(catalog, TODAY, sites=["stargate-uae"]).by("site")["Stargate UAE"]

    assert uae.at("announced", "2026-10")[2] > 0
    assert uae.at("likely", "2026-10")[4] == 0
    assert uae.at("likely", "2027-12")[2] > 0


def alone(catalog, *states):
    """The tables with one site, whose states are these changes of 100 MW at the meter that run since June 2025."""
    like = next(row for row in catalog.milestones.values() if row.site_id == "helios")
    size = {"power": 100.0, "unit": "MW", "power_basis": "facility", "chip_count": None}
    said = {"status": "energised", "basis": "disclosed", "vintage": "", "confidence": "high", "marks": ()}
    row = dataclasses.replace(like, date="2025-06", **size, **said)
    rows = {f"s{i}": dataclasses.replace(row, milestone_id=f"s{i}", **state) for i, state in enumerate(states)}
    return dataclasses.replace(catalog, milestones=rows, sites={"helios": catalog.sites["helios"]})


def line_of(tables, line, month, day=TODAY):
    """The five levels of the one site at the end of a month, as known on a day."""
    return timeline(tables, day).by("total")["all sites"].at(line, month)


def test_what_runs_later_is_still_to_come(catalog):
    """Seen from January 2026, a hall that runs since June is a plan: nothing of it is likely by March."""
    tables, january = alone(catalog, {"date": "2026-06"}), date(2026, 1, 31)

    assert line_of(tables, "likely", "2026-03", january) == (0, 0, 0, 0, 0)
    assert 0 < line_of(tables, "likely", "2026-12", january)[2] <= 100
    assert line_of(tables, "likely", "2026-12") == (100, 100, 100, 100, 100)


def test_a_plan_long_overdue_is_no_nearer_than_one_of_today(catalog):
    """What should run since 2024 and does not is as likely from today on as what is due today."""
    overdue, due = (alone(catalog, {"status": "building", "date": day}) for day in ("2024-06", "2026-11-24"))

    for month in ("2026-12", "2027-12"):
        assert line_of(overdue, "likely", month) == line_of(due, "likely", month)


def test_a_plan_before_what_was_seen_adds_nothing(catalog):
    """300 MW planned for March of a campus that was seen to have 100 in June are not still to come."""
    tables = alone(catalog, {"date": "2026-06"}, {"date": "2026-03", "power": 300.0, "status": "building"})

    assert line_of(tables, "likely", "2030-12") == (100, 100, 100, 100, 100)
    assert line_of(tables, "announced", "2030-12")[2] == 300


def test_what_is_realised_less_comes_later(catalog):
    """The delay is linked with the odds, so that in the draws a larger part stands with an earlier start."""
    (block,) = timeline(alone(catalog, {"status": "signed", "date": "2027-06"}), TODAY).states["helios"].blocks

    assert np.corrcoef(block.realised, block.start)[0, 1] < -0.2


@pytest.mark.parametrize("first", [0, 1])
def test_what_runs_goes_before_what_is_planned_for_the_same_day(catalog, first):
    """120 MW of connection that run, not the IT load that was planned for that day, in whatever order they stand."""
    states = [{"power_basis": "grid", "power": 120.0}, {"power_basis": "it", "status": "building"}]
    tables = alone(catalog, *(states if first == 0 else reversed(states)))
    told = {r.milestone.power: (r.used, r.why) for r in readings(list(tables.milestones.values()), TODAY)}

    assert told == {
        120: (True, "the best reading of this date: a grid connection"),
        100: (False, "the same state as a grid connection for the same date, which is the better reading; never added"),
    }
    assert 0 < line_of(tables, "energised", "2026-10")[2] <= 120


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_totals_for_one_day_the_one_said_last_counts(catalog, order):
    """20 GW said in 2026 take the place of 30 said in 2025 for the same day, in whatever order they stand."""
    (first, *_), goal = [c for c in catalog.claims.values() if c.series == "openai-in-use"], "openai-power-2030"
    told = dataclasses.replace(catalog.claims[goal], said="2025-10", basis="facility")
    again = dataclasses.replace(told, said="2026-06", value=20.0, unit="GW")

    series = claimed_total([first, *[told, again][::order]], catalog)

    assert series.at("announced", "2030-12")[2] == pytest.approx(20_000)


def test_no_doubt_at_all_gives_the_announced_line(catalog):
    """With no delay, certain realisation and a ramp of a day, likely becomes announced."""
    sure = {"realisation": (1, 1, 1), "fill_ramp": (0.03, 0.03, 0.03)}
    rows = {}
    for name, row in catalog.parameters.items():
        low, central, high = sure.get(row.quantity, (row.low, row.central, row.high))
        shape = "fixed" if row.quantity in sure else row.shape
        rows[name] = dataclasses.replace(row, low=low, central=central, high=high, shape=shape)
    rows["delay-none"] = dataclasses.replace(rows["delay-none"], low=1, central=1, high=1)
    certain = dataclasses.replace(catalog, parameters=rows)

    series = timeline(certain, TODAY, sites=["helios", "hawesville"]).by("total")["all sites"]

    assert series.at("likely", "2030-12") == pytest.approx(series.at("announced", "2030-12"), rel=1e-3)


def test_openai_from_its_own_totals(catalog):
    """0.2, 0.6 and 1.9 GW in 2023 to 2025 and 30 GW in 2030, widened between and blank outside."""
    claims = [c for c in catalog.claims.values() if c.series == "openai-in-use"]
    claims.append(catalog.claims["openai-power-2030"])
    series = claimed_total(claims, catalog)

    def ratio(month):
        levels = series.at("announced", month)
        return levels[4] / levels[0]

    assert series.at("announced", "2025-12")[1] == pytest.approx(1900)
    middle = [series.at("announced", f"{year}-12")[2] for year in range(2026, 2031)]
    assert ratio("2028-06") > ratio("2030-12")
    assert [late / early for early, late in itertools.pairwise(middle)] == pytest.approx([middle[-1] / middle[-2]] * 4)
    assert np.isnan(series.at("announced", "2022-12")[0])


def test_totals_are_read_on_the_basis_asked_for(catalog):
    """As facility power a total stays what it was; as IT power it is more at the meter, as a connection less."""
    claims = [c for c in catalog.claims.values() if c.series == "openai-in-use"]
    claims.append(catalog.claims["openai-power-2030"])
    ends = {
        basis: claimed_total(claims, catalog, weights=basis_weights(basis, catalog)).at("announced", "2030-12")[2]
        for basis in ("it", "facility", "grid")
    }

    assert ends["facility"] == pytest.approx(30_000)
    assert ends["it"] > 1.2 * ends["facility"]
    assert ends["grid"] < 0.95 * ends["facility"]


def test_one_claim_makes_no_series(catalog):
    """A total cannot be drawn through one point."""
    with pytest.raises(ValueError, match="at least two claims"):
        claimed_total([catalog.claims["openai-power-2030"]], catalog)


def test_partial_dates_end_with_their_period():
    """A year stands for its last day, a month for its last day."""
    assert moment("2026") == moment("2026-12") == moment("2026-12-31") == 84
