import csv
import io
import re
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from click.testing import CliRunner

from dashboard import catalog, importers
from dashboard.__main__ import main
from dashboard.checks import check
from dashboard.estimates.series import timeline
from dashboard.importers import ImportFileError, Result, run, upstream

AS_OF = "2026-08-22"
OWID_DAY = "2026-11-24"  # that of the copy which the folder holds
OWID = """country,year,iso_code,population,carbon_intensity_elec,electricity_demand
Africa (EI),2024,,1500000000,,900
Italy,2024,ITA,58900000,290.1,312.4
Italy,2025,ITA,58800000,284.78,311.6
Germany,2025,DEU,84000000,329.65,530.5
France,2025,FRA,66000000,,
France,2024,FRA,66000000,42.1,470
Iceland,2023,ISL,380000,28.1,20.1
Antarctica,2025,ATA,,,
Nowhere,2025,NOW,1,1,
World,2025,,8100000000,458.29,31772.35
"""
CENTERS = """Name,Current H100 equivalents,Current power (MW),Owner,Users,\
Selected Sources,Project,Current chip types,Country,Address
OpenAI Stargate Abilene,1,421,Oracle #confident,OpenAI #confident,"- [Filing](https://example.org)
- [A press sentence that must not be carried](https://example.org)",Stargate #confident,"B200,B300",United States,
Testco Plainville,1,120,Testco #confident,\
"Alpha #confident, Beta #likely, Gamma #speculative",,,B200,United States,Plainville
Emptyville,1,5,,,,,B200,United States,
Atlantis One,1,5,Poseidon #confident,,,,B200,Atlantis,
"""
TIMELINES = """Data center,Date,Construction status,IT power (MW),Power (MW)
Testco Plainville,2024-01-01,"A press sentence that must not be carried.",0.0,0.0
Testco Plainville,2025-03-01,Building 1.,60.0,80.0
Testco Plainville,2027-03-01,Building 2.,120.0,160.0
Testco Plainville,2025-04-01,Building 3.,,170.0
Unknown Place,2025-03-01,Building 1.,60.0,80.0
"""
CHIPS = """Handle,Data center,Date,Chip type,Number of Units,Number of Units source
x,Testco Plainville,2025-03-01,B200,30000,Company disclosure
x,Testco Plainville,2025-03-01,B200,1000,Estimate
x,Testco Plainville,2027-03-01,B300,60000,Estimate
x,Testco Plainville,2025-03-01,B300,0.0,Estimate
x,,2025-03-01,B200,1,Estimate
"""
CLUSTER_COLUMNS = (
    "Name,Status,Certainty,Chip type (primary),Chip quantity (primary),First Operational Date,Note,Hardware note,Quote,"
    "Possible Duplicate,Chip type (secondary),Chip quantity (secondary),Exclude,Reported Power Capacity (MW),Source 1"
)
CLUSTERS = f"""{CLUSTER_COLUMNS}
Good One,Existing,Confirmed,NVIDIA H100 SXM5 80GB,10000,2024-06-01,,,\
"A press sentence that must not be carried",,,,,16.5,
Planned One,Planned,Likely,NVIDIA GB200,100000,2027-01-01,,,,,,,,200,
Double One,Existing,Confirmed,NVIDIA H100,1000,2024-06-01,,,,True,,,,1.5,
Left Out One,Existing,Confirmed,NVIDIA H100,1000,2024-06-01,,,,,,,Yes,1.5,
Listed One,Existing,Confirmed,NVIDIA V100,1000,2020-06-01,From Top500,,,,,,,0.5,
Guessed One,Existing,Confirmed,NVIDIA H100,1000,2024-06-01,Chip count estimated from the site,,,,,,,1.5,
Oak Ridge NL Summit,Existing,Confirmed,NVIDIA V100,27648,2018-06-01,,,,,,,,13,
Silent One,Existing,Confirmed,NVIDIA H100,1000,2024-06-01,,,,,,,,,
Mixed One,Existing,Confirmed,NVIDIA H100,1000,2024-06-01,,,,,NVIDIA H200,500,,2,
Strange One,Existing,Confirmed,Zuse Z4,1000,2024-06-01,,,,,,,,2,
"""


def saved(tmp_path: Path, text: str, name: str = "upstream.csv") -> str:
    """The path of an upstream file with this text."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def told(result: Result) -> dict[str, tuple[str, str]]:
    """What became of each upstream row, by its name: status and reason."""
    return {entry.name: (entry.status, entry.reason) for entry in result.entries}


def test_owid_takes_the_latest_year_with_a_demand(folder: Path, tmp_path: Path) -> None:
    """Germany is revised, Iceland added, Italy matched, and France keeps its newer year."""
    result = run("owid-energy", [saved(tmp_path, OWID)], folder, as_of=OWID_DAY, apply=True)

    grids = catalog.load(folder).grids
    assert result.outcome.applied
    assert f"{grids['deu'].demand:~}" == "530.5 TWh"
    assert (grids["deu"].demand_source_id, grids["isl"].year) == (f"owid-energy-{OWID_DAY}", "2023")
    assert told(result)["Italy"][0] == told(result)["France"][0] == told(result)["World"][0] == "matched"
    assert "ours is of 2025 and stays" in told(result)["France"][1]
    assert check(folder) == []


def test_owid_accounts_for_every_row(folder: Path, tmp_path: Path) -> None:
    """Each row is matched, changed, added or listed as left out, with the reason."""
    result = run("owid-energy", [saved(tmp_path, OWID)], folder, as_of=OWID_DAY)

    assert sum(result.counts.values()) == 10
    assert "a group of countries" in told(result)["Africa (EI)"][1]
    assert "no electricity demand above 0 in any year" in told(result)["Antarctica"][1]
    assert "no electricity demand above 0 in any year" in told(result)["Nowhere"][1]


def test_owid_second_time_changes_nothing(folder: Path, tmp_path: Path) -> None:
    """The same file again, on another day, finds everything as it is."""
    file = saved(tmp_path, OWID)
    run("owid-energy", [file], folder, as_of=OWID_DAY, apply=True)

    again = run("owid-energy", [file], folder, as_of="2026-11-28")

    assert again.outcome.empty


def test_owid_keeps_a_demand_of_our_own(folder: Path, tmp_path: Path) -> None:
    """A demand from another source stays, and the listing says both numbers."""
    grids = (folder / "grids.csv").read_text()
    own = grids.replace(
        "520.27,81,,lower bound,,329.65,owid-2026-our-world-data-energy-dataset",
        "525,81,,lower bound,,329.65,bundesregierung-de-undated-spitzenlast",
    )
    (folder / "grids.csv").write_text(own)
    assert check(folder) == []

    result = run("owid-energy", [saved(tmp_path, OWID)], folder, as_of=OWID_DAY)

    assert "530.5 TWh; our own 525 TWh of 2025 stays" in told(result)["Germany"][1]
    assert "deu" not in {key for d in result.outcome.differences for key in d.changed}


@pytest.mark.parametrize(
    ("before", "after", "name", "message"),
    [
        ("329.65,530.5", "n/a,530.5", "Germany 2025 (row 5)", "cannot be read: carbon_intensity_elec must be: n/a"),
        ("329.65,530.5", "329.65,about 5", "Germany 2025 (row 5)", "cannot be read: electricity_demand must: about 5"),
        ("Germany,2025", "Germany,٢٠٢٥", "Germany ٢٠٢٥ (row 5)", "cannot be read: year must have four digits: ٢٠٢٥"),
        ("Germany,2025", "Germany,2027", "Germany 2027 (row 5)", "left out: must be no later than 2026, the: "),
        ("Germany,2025", '"Ger\nmany",2025', "Ger many 2025 (row 5)", "cannot be read: country must be a: Ger\nmany"),
        (
            "Germany,2025,",
            "Germany,2025,DEU,1,329.65,400\nGermany,2025,",
            "Germany 2025",
            "left out: rows of one country and: 400.0 TWh with 329.65 g/kWh, 530.5 TWh with 329.65 g/kWh",
        ),
    ],
)
def test_owid_row_that_does_not_go_in_changes_nothing(
    folder: Path, tmp_path: Path, before: str, after: str, name: str, message: str
) -> None:
    """What cannot be read, contradicts itself or lies after the copy is told, and our row stays as it is."""
    result = run("owid-energy", [saved(tmp_path, OWID.replace(before, after, 1))], folder, as_of=OWID_DAY)

    (entry,) = [entry for entry in result.entries if entry.name == name]
    status, reason, value = message.split(": ", 2)
    assert (entry.status, entry.value) == (status, value)
    assert entry.reason.startswith(reason)
    assert "deu" not in {key for d in result.outcome.differences for key in d.changed}
    assert sum(result.counts.values()) == 10 + after.count("DEU")  # the twin is a row more


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("owid-energy", OWID.replace(",", ";").replace(".", ",")),
        ("owid-energy", OWID.replace("530.5", '"530,5"')),
        ("epoch-clusters", CLUSTERS.replace(",16.5,", ',"16,5",')),
        ("epoch-sites", CENTERS.replace("Plainville,1,120,", 'Plainville,1,"120,5",')),
    ],
)
def test_file_with_decimal_commas_is_refused(folder: Path, tmp_path: Path, kind: str, text: str) -> None:
    """Where numbers cannot be read nothing is applied, the mend is said once, and the command exits with 1."""
    before = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    options = ["--datasets", str(folder), "--as-of", OWID_DAY, "--apply"]

    result = CliRunner().invoke(main, ["import", kind, saved(tmp_path, text), *options])

    assert result.exit_code == 1
    assert re.search(r"Refused: \d rows? cannot be read; decimal commas: save with points; nothing", result.output)
    assert result.output.count("decimal commas") == 1
    assert len(re.findall(r"  cannot be read \(", result.output)) <= 2  # one line for each column, whatever the values
    assert {path.name: path.read_bytes() for path in folder.glob("*.csv")} == before


def test_owid_code_of_another_country_is_left_out(folder: Path, tmp_path: Path) -> None:
    """Germany's demand under the code of France goes into neither: the name has a grid of ours, with another id."""
    text = OWID.replace("Germany,2025,DEU", "Germany,2026,FRA")

    result = run("owid-energy", [saved(tmp_path, text)], folder, as_of=OWID_DAY)

    (entry,) = [entry for entry in result.entries if entry.name == "Germany"]
    assert (entry.status, entry.value) == ("left out", "FRA")
    assert entry.reason == "iso_code must be that of our grid deu, which has this name"
    assert not any({"deu", "fra"} & d.changed.keys() for d in result.outcome.differences)


def test_owid_blank_carbon_intensity_takes_nothing_away(folder: Path, tmp_path: Path) -> None:
    """A blank says nothing of the year that we have, and the same row twice is one row."""
    twice = OWID.replace("DEU,84000000,329.65,530.5\n", "DEU,84000000,,530.5\nGermany,2025,DEU,84000000,,530.5\n")

    run("owid-energy", [saved(tmp_path, twice)], folder, as_of=OWID_DAY, apply=True)

    grid = catalog.load(folder).grids["deu"]
    assert f"{grid.demand:~}" == "530.5 TWh"
    assert grid.carbon_intensity.magnitude == pytest.approx(329.65)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("electricity_demand", "electricity_demand_twh", 'the nearest is "electricity_demand_twh"'),
        (",electricity_demand", ",wind", 'must have the column "electricity_demand", got none of that name'),
        ("iso_code", "code", 'must have the column "iso_code"'),
        ("population", "year", 'must name each column once, got "year" 2 times'),
    ],
)
def test_owid_without_a_column_is_refused_by_its_name(
    folder: Path, tmp_path: Path, before: str, after: str, message: str
) -> None:
    """A missing, renamed or doubled column is named."""
    file = saved(tmp_path, OWID.replace(before, after, 1))

    with pytest.raises(ImportFileError, match=message):
        run("owid-energy", [file], folder, as_of=OWID_DAY)


def test_owid_in_another_dress_is_read(folder: Path, tmp_path: Path) -> None:
    """Semicolons, a byte order mark, CRLF, moved columns and an end within a line are read, and told."""
    rows = [row[::-1] for row in csv.reader(io.StringIO(OWID))]
    text = "\ufeff" + "\r\n".join(";".join(row) for row in rows)
    path = tmp_path / "dressed.csv"
    path.write_bytes(text.encode())

    result = run("owid-energy", [str(path)], folder, as_of=OWID_DAY)

    plain = run("owid-energy", [saved(tmp_path, OWID)], folder, as_of=OWID_DAY)
    notes = " ".join(result.notes)
    assert result.counts == plain.counts
    assert "separated by ;" in notes
    assert "byte order mark" in notes
    assert "ends within a line" in notes
    assert not any("ends within a line" in note for note in plain.notes)
    assert 'column "year" has moved before "country"' in notes


@pytest.mark.parametrize("year", ["2025", "2026"])
def test_owid_without_carbon_intensity_says_so(folder: Path, tmp_path: Path, year: str) -> None:
    """An optional column that is missing is told, and what we have stays, also beside a demand of a later year."""
    text = OWID.replace("carbon_intensity_elec", "co2").replace("Germany,2025", f"Germany,{year}")

    result = run("owid-energy", [saved(tmp_path, text)], folder, as_of=OWID_DAY)

    assert any('"carbon_intensity_elec", got none of that name' in note for note in result.notes)
    cells = next(d for d in result.outcome.differences if d.table == "grids").changed["deu"]
    assert {cell.column for cell in cells} - {"year"} == {"demand [TWh]", "demand_source_id"}


def test_owid_of_full_size_is_quick(folder: Path, tmp_path: Path) -> None:
    """A table of 130 columns and 23,000 rows is read in under 20 s."""
    names = [
        "country",
        "year",
        "iso_code",
        *(f"column_{n}" for n in range(125)),
        "carbon_intensity_elec",
        "electricity_demand",
    ]
    with (tmp_path / "full.csv").open("w") as file:
        file.write(",".join(names) + "\n")
        for n in range(23_000):
            land, year = divmod(n, 100)
            code = "".join("ABCDEFGHIJ"[int(digit)] for digit in f"{land:03d}")
            file.write(f"Land {code},{1926 + year},{code}," + "123.456," * 125 + f"400,{land + 1}.{year}\n")
    began = time.perf_counter()

    result = run("owid-energy", [str(tmp_path / "full.csv")], folder, as_of=OWID_DAY)

    assert time.perf_counter() - began < 20
    assert result.counts["added"] == 23_000
    assert len(next(d for d in result.outcome.differences if d.table == "grids").added) == 230


def test_licence_and_credit_are_said(folder: Path, tmp_path: Path) -> None:
    """Every import names publisher, licence and credit."""
    lines = importers.as_text(run("owid-energy", [saved(tmp_path, OWID)], folder, as_of=OWID_DAY))

    assert lines[0].startswith("Energy dataset (owid-energy-data.csv) by Our World in Data")
    assert lines[1].startswith("Licence CC BY 4.0. Credit: Our World in Data")


def test_epoch_sites_are_matched_added_or_listed(folder: Path, tmp_path: Path) -> None:
    """Our own site stays as it is, a new one gets an id of its own, and what is not sure is listed."""
    before = (folder / "sites.csv").read_text()

    result = run("epoch-sites", [saved(tmp_path, CENTERS)], folder, as_of=AS_OF, apply=True)

    site = catalog.load(folder).sites["epoch-testco-plainville"]
    assert {name: status for name, (status, _) in told(result).items()} == {
        "OpenAI Stargate Abilene": "matched",
        "Testco Plainville": "added",
        "Emptyville": "left out",
        "Atlantis One": "left out",
    }
    assert (site.operator, site.user, site.latitude) == ("Testco", "Alpha; Beta", None)
    assert site.note == "After Epoch AI. Users that Epoch AI holds only as speculative: Gamma."
    assert (folder / "sites.csv").read_text().startswith(before)


def test_epoch_current_power_is_it(folder: Path, tmp_path: Path) -> None:
    """`Current power (MW)` becomes an IT state of the copy's day."""
    run("epoch-sites", [saved(tmp_path, CENTERS)], folder, as_of=AS_OF, apply=True)

    state = catalog.load(folder).milestones[f"epoch-testco-plainville-{AS_OF}-it"]

    assert (state.power, state.unit, state.power_basis, state.basis) == (120, "MW", "it", "estimated")
    assert state.source_id == f"epoch-frontier-data-centers-{AS_OF}"


def test_epoch_dates_after_the_copy_are_forecasts(folder: Path, tmp_path: Path) -> None:
    """States and chips up to the copy's day are observed, later ones forecast; the power is that at the meter."""
    texts = {"centers": CENTERS, "timelines": TIMELINES, "chips": CHIPS}
    files = [saved(tmp_path, text, f"{name}.csv") for name, text in texts.items()]

    result = run("epoch-sites", files, folder, as_of=AS_OF, apply=True)

    states = catalog.load(folder).milestones
    seen = {date: (states[f"epoch-testco-plainville-{date}-it"]) for date in ("2025-03-01", "2027-03-01")}
    assert (seen["2025-03-01"].kind, seen["2025-03-01"].basis) == ("operating", "estimated")
    assert (seen["2027-03-01"].kind, seen["2027-03-01"].basis) == ("planned", "forecast")
    assert (seen["2025-03-01"].power, seen["2025-03-01"].power_basis) == (80, "facility")
    assert seen["2025-03-01"].note == "IT power 60 MW by the same model."
    assert states["epoch-testco-plainville-2025-03-01-b200"].basis == "disclosed"
    assert states["epoch-testco-plainville-2025-03-01-b200-2"].chip_count == 1000
    assert result.counts == {"matched": 1, "changed": 0, "added": 6, "left out": 7, "cannot be read": 0}
    assert check(folder) == []


def copies(tmp_path: Path, current: int, *states: str) -> list[str]:
    """Sites and timeline of a copy in which Plainville has these states and this current power."""
    centers = CENTERS.replace("Testco Plainville,1,120", f"Testco Plainville,1,{current}")
    rows = "".join(f"{state.replace('Plainville', 'Testco Plainville')}\n" for state in states)
    table = f"Data center,Date,IT power (MW)\n{rows}"
    return [saved(tmp_path, centers, "centers.csv"), saved(tmp_path, table, "timelines.csv")]


PLAINVILLE = "epoch-testco-plainville"
AUGUST = (
    "Plainville,2025-03-01,60",
    "Plainville,2026-10-01,90",
    "Plainville,2027-03-01,120",
    "Plainville,2027-06-01,150",
)
LATER = "2026-11-20"
NOVEMBER = (*AUGUST[:2], "Plainville,2027-03-01,100", "Plainville,2027-09-01,110")


def test_epoch_later_copy_keeps_what_was_said_before(folder: Path, tmp_path: Path) -> None:
    """What differs is a row of the later vintage: a date that has passed, a size revised, a forecast taken back."""
    run("epoch-sites", copies(tmp_path, 60, *AUGUST), folder, as_of=AS_OF, apply=True)
    before = catalog.load(folder).milestones

    result = run("epoch-sites", copies(tmp_path, 90, *NOVEMBER), folder, as_of=LATER, apply=True)

    after = catalog.load(folder).milestones
    assert {key: after[key] for key in before} == dict(before)
    assert {key: (after[key].power, after[key].basis) for key in after.keys() - before.keys()} == {
        f"{PLAINVILLE}-2026-10-01-it-{LATER}": (90, "estimated"),
        f"{PLAINVILLE}-2027-03-01-it-{LATER}": (100, "forecast"),
        f"{PLAINVILLE}-2027-06-01-it-{LATER}": (0, "forecast"),
        f"{PLAINVILLE}-2027-09-01-it": (110, "forecast"),
    }
    assert "states that run by now, beside what an earlier copy forecast: 1" in result.notes
    assert (
        f"{PLAINVILLE}-2027-06-01-it: forecast by an earlier copy, not in this one: a row with the power 0"
        in result.notes
    )


@pytest.mark.parametrize("day", [LATER, "2026-11-28"])
def test_epoch_same_copy_again_changes_nothing(folder: Path, tmp_path: Path, day: str) -> None:
    """No row is doubled, on the same day or on another."""
    run("epoch-sites", copies(tmp_path, 60, *AUGUST), folder, as_of=AS_OF, apply=True)
    run("epoch-sites", copies(tmp_path, 90, *NOVEMBER), folder, as_of=LATER, apply=True)

    again = run("epoch-sites", copies(tmp_path, 90, *NOVEMBER), folder, as_of=day)

    assert again.outcome.empty


def test_epoch_site_has_the_total_of_the_newest_copy(folder: Path, tmp_path: Path) -> None:
    """With both copies in, a site has the lines of the later one alone, and on an earlier day those of the first."""
    alone = tmp_path / "alone"
    shutil.copytree(folder, alone)
    run("epoch-sites", copies(tmp_path, 60, *AUGUST), folder, as_of=AS_OF, apply=True)
    first = timeline(catalog.load(folder), date(2026, 9, 1), sites=[PLAINVILLE])
    run("epoch-sites", copies(tmp_path, 90, *NOVEMBER), folder, as_of=LATER, apply=True)
    run("epoch-sites", copies(tmp_path, 90, *NOVEMBER), alone, as_of=LATER, apply=True)

    both, one = (timeline(catalog.load(tables), date(2026, 11, 24), sites=[PLAINVILLE]) for tables in (folder, alone))
    then = timeline(catalog.load(folder), date(2026, 9, 1), sites=[PLAINVILLE])

    for line in ("announced", "energised"):
        np.testing.assert_array_equal(*(seen.by("total")["all sites"].lines[line] for seen in (both, one)))
        np.testing.assert_array_equal(*(seen.by("total")["all sites"].lines[line] for seen in (first, then)))
    assert then.states[PLAINVILLE].announced[-1][1] == pytest.approx(first.states[PLAINVILLE].announced[-1][1])
    assert [r.milestone.power for r in both.states[PLAINVILLE].readings if r.used] == [60, 90, 100, 0, 110]


def test_epoch_forecast_taken_back_leaves_our_own_row(folder: Path, tmp_path: Path) -> None:
    """A row of ours for the same site and date is not dropped with the publisher's, and the listing says so."""
    ours = "OpenAI Stargate Abilene,2026-12-31,843"
    run("epoch-sites", copies(tmp_path, 60, ours), folder, as_of=AS_OF, apply=True)
    moved = copies(tmp_path, 60, ours.replace("2026-12-31", "2027-02-28"))

    result = run("epoch-sites", moved, folder, as_of=LATER)

    assert any("epoch-abilene-2026-12-31-it: not in this copy; it stays" in note for note in result.notes)
    assert [list(d.added) for d in result.outcome.differences if d.table == "milestones"] == [
        ["epoch-abilene-2027-02-28-it"]
    ]


def test_epoch_state_that_cannot_be_read_takes_nothing_back(folder: Path, tmp_path: Path) -> None:
    """Where a state of a site cannot be read, none of its forecasts is taken for gone."""
    run("epoch-sites", copies(tmp_path, 60, *AUGUST), folder, as_of=AS_OF, apply=True)
    unread = copies(tmp_path, 60, *AUGUST[:3], "Plainville,2027-0\u0666-01,150")

    result = run("epoch-sites", unread, folder, as_of=LATER)

    assert told(result)["Testco Plainville, 2027-0\u0666-01 (row 5)"][0] == "cannot be read"
    assert result.outcome.empty


@pytest.mark.parametrize("kind", ["epoch-sites", "epoch-clusters", "owid-energy"])
def test_earlier_copy_after_a_later_one_is_refused(folder: Path, tmp_path: Path, kind: str) -> None:
    """Copies go in in the order of their days, also after one that was entered by hand."""
    later, earlier = copies(tmp_path, 90, *NOVEMBER), copies(tmp_path, 60, *AUGUST)
    if kind == "epoch-clusters":
        later = earlier = [saved(tmp_path, CLUSTERS)]
    if kind == "owid-energy":
        earlier = [saved(tmp_path, OWID)]
    else:
        run(kind, later, folder, as_of=LATER, apply=True)

    with pytest.raises(ImportFileError, match=r"as-of: must be 2026-11-2\d at the earliest, the day of (owid|epoch)-"):
        run(kind, earlier, folder, as_of=AS_OF)


def test_epoch_columns_that_are_not_there_change_nothing(folder: Path, tmp_path: Path) -> None:
    """What a missing column would have said stays in our tables, as the listing says."""
    files = {"centers": CENTERS, "timelines": TIMELINES, "chips": CHIPS}
    run("epoch-sites", [saved(tmp_path, t, f"{n}.csv") for n, t in files.items()], folder, as_of=AS_OF, apply=True)
    run("epoch-clusters", [saved(tmp_path, CLUSTERS)], folder, as_of=AS_OF, apply=True)
    gone = re.compile(r",(?:Current chip types|Power \(MW\)|Number of Units source)(?=[,\n])")
    files = {name: gone.sub(",other", text, count=1) for name, text in files.items()}

    sites = run("epoch-sites", [saved(tmp_path, t, f"{n}.csv") for n, t in files.items()], folder, as_of=LATER)
    clusters = run("epoch-clusters", [saved(tmp_path, CLUSTERS.replace(",Note,", ",x,"))], folder, as_of=LATER)

    assert sum("left as it is in our table" in note for note in (*sites.notes, *clusters.notes)) == 4
    assert sites.outcome.empty
    assert clusters.outcome.empty


def test_epoch_sites_need_the_day_of_the_copy(folder: Path, tmp_path: Path) -> None:
    """Today is not the day of an old copy: its forecasts would count as seen."""
    with pytest.raises(ImportFileError, match="as-of: must be the day of the copy, for epoch-sites holds forecasts"):
        run("epoch-sites", copies(tmp_path, 60, *AUGUST), folder)


def test_copy_of_a_day_to_come_is_refused(folder: Path, tmp_path: Path) -> None:
    """A copy cannot have been taken after today, and its day would be the day of all plans."""
    with pytest.raises(ImportFileError, match=r"as-of: must be \S+ at the latest, today in UTC, got 2040-01-01"):
        run("owid-energy", [saved(tmp_path, OWID)], folder, as_of="2040-01-01")


def test_epoch_state_above_the_current_power_is_a_forecast(folder: Path, tmp_path: Path) -> None:
    """What the copy does not call current does not run, whatever day is given for the copy."""
    files = copies(tmp_path, 60, *AUGUST)
    chips = saved(tmp_path, CHIPS.replace("2027-03-01", "2026-10-01"), "chips.csv")

    result = run("epoch-sites", [*files, chips], folder, as_of=LATER, apply=True)

    states = catalog.load(folder).milestones
    assert [key for key, row in states.items() if key.startswith("epoch-") and row.status == "energised"] == [
        f"{PLAINVILLE}-2025-03-01-it",
        f"{PLAINVILLE}-2025-03-01-b200",
        f"{PLAINVILLE}-2025-03-01-b200-2",
    ]
    assert "timelines.csv: dated up to the copy's day, but above the current power, so forecasts: 1" in result.notes


def test_epoch_states_of_one_day_that_differ_are_left_out(folder: Path, tmp_path: Path) -> None:
    """Neither of two powers of one site and day is taken, both are told, and nothing of the site is taken back."""
    twins = ("Plainville,2025-03-01,60", "Plainville,2025-03-01,80", "Plainville,2025-06-01,60")
    run("epoch-sites", copies(tmp_path, 60, *AUGUST), folder, as_of=AS_OF, apply=True)

    result = run("epoch-sites", copies(tmp_path, 60, *twins), folder, as_of=LATER)

    (entry,) = [entry for entry in result.entries if entry.name == f"{PLAINVILLE}, 2025-03-01 (rows 2, 3)"]
    assert (entry.status, entry.reason) == ("left out", "rows of one site and day differ")
    assert entry.value == "60 MW of IT, 80 MW of IT"
    (states,) = [d for d in result.outcome.differences if d.table == "milestones"]
    assert list(states.added) == [f"{PLAINVILLE}-2025-06-01-it"]
    assert not states.changed


def test_epoch_site_named_in_two_lines_cannot_be_read(folder: Path, tmp_path: Path) -> None:
    """A name must be one line."""
    file = saved(tmp_path, CENTERS.replace("Testco Plainville", '"Testco\nPlainville"'))

    result = run("epoch-sites", [file], folder, as_of=AS_OF)

    assert told(result)["Testco\nPlainville"] == ("cannot be read", "name, owner and users must each be one line")


def test_epoch_site_without_a_state_is_left_out(folder: Path, tmp_path: Path) -> None:
    """A site of which nothing has a power yet would stand without a source: it waits for a later copy."""
    result = run("epoch-sites", copies(tmp_path, 0, "Plainville,2026-03-01,0"), folder, as_of=LATER)

    assert told(result)["Testco Plainville"] == ("left out", "no state with a power or chips")
    assert result.outcome.empty


def test_epoch_press_sentences_are_not_carried(folder: Path, tmp_path: Path) -> None:
    """Words of the press stay with the publisher."""
    files = [saved(tmp_path, CENTERS, "centers.csv"), saved(tmp_path, TIMELINES, "timelines.csv")]
    run("epoch-sites", files, folder, as_of=AS_OF, apply=True)
    run("epoch-clusters", [saved(tmp_path, CLUSTERS)], folder, as_of=AS_OF, apply=True)

    everything = "".join(path.read_text() for path in folder.glob("*.csv"))

    assert "press sentence" not in everything


def test_epoch_timeline_alone_needs_its_sites(folder: Path, tmp_path: Path) -> None:
    """A timeline without the sites file is listed as left out, and read once the sites are in."""
    timelines = saved(tmp_path, TIMELINES, "timelines.csv")
    alone = run("epoch-sites", [timelines], folder, as_of=AS_OF)
    run("epoch-sites", [saved(tmp_path, CENTERS)], folder, as_of=AS_OF, apply=True)

    after = run("epoch-sites", [timelines], folder, as_of=AS_OF)

    assert alone.counts["left out"] == 5
    assert after.counts["added"] == 2


def test_epoch_clusters_are_never_independent_by_themselves(folder: Path, tmp_path: Path) -> None:
    """No row says whose figure its power is, so none is scored; what else is doubtful stands in the note."""
    result = run("epoch-clusters", [saved(tmp_path, CLUSTERS)], folder, as_of=AS_OF, apply=True)

    pairs = catalog.load(folder).pairs
    notes = {key: pair.note for key, pair in pairs.items() if key.startswith("epoch-")}
    unsaid = "Not independent: the file does not say whose figure the power is"
    assert notes == {
        "epoch-good-one": f"{unsaid}.",
        "epoch-planned-one": f"{unsaid}; planned, so the count may be guessed from the power; not confirmed.",
        "epoch-double-one": f"{unsaid}; a possible duplicate.",
        "epoch-left-out-one": f"{unsaid}; excluded by Epoch AI.",
        "epoch-listed-one": f"{unsaid}; power from the TOP500 list, raised.",
        "epoch-guessed-one": f"{unsaid}; count or power is worked out.",
    }
    assert not any(pairs[key].independent for key in notes)
    assert "our own pair summit-linpack" in told(result)["Oak Ridge NL Summit (row 8)"][1]
    assert told(result)["Silent One (row 9)"] == ("left out", "no reported power")
    assert told(result)["Strange One (row 11)"][1] == "chip must be one of accelerators.csv"
    assert sum(result.counts.values()) == 10


@pytest.mark.parametrize(
    ("ours", "theirs", "chips", "same"),
    [
        ("MareNostrum 5 ACC", "Mare Nostrum 5,Existing,Confirmed,NVIDIA H100", 4480, True),
        ("Mare Nostrum 5", "BSC MARENOSTRUM5,Existing,Confirmed,NVIDIA H100", 4480, True),
        ("HiPerGator AI", "University of Florida HiPerGator 3.0 Superpod,Existing,Confirmed,NVIDIA H100", 1120, True),
        ("Adastra", "GENCI Adastra 2,Existing,Confirmed,NVIDIA V100", 1120, False),
        ("HoreKa-Teal", "Karlsruher HoreKa,Existing,Confirmed,NVIDIA H100", 1120, False),
    ],
)
def test_epoch_machine_that_we_hold_comes_in_once(
    folder: Path, tmp_path: Path, ours: str, theirs: str, chips: int, same: bool
) -> None:
    """A name with other spaces, case, suffix or partition is the same machine; another machine is not."""
    pairs = (folder / "pairs.csv").read_text()
    (folder / "pairs.csv").write_text(pairs.replace("MareNostrum 5 ACC", ours))
    row = f"{theirs},{chips},2024-06-01,,,,,,,,6,\n"

    result = run("epoch-clusters", [saved(tmp_path, f"{CLUSTER_COLUMNS}\n{row}")], folder, as_of=AS_OF)

    ((status, reason),) = told(result).values()
    assert status == ("matched" if same else "added")
    assert ("our own pair marenostrum5-linpack" in reason) is same


def test_epoch_machine_with_another_form_of_the_chip_is_the_same(tmp_path: Path) -> None:
    """An A100 whose form is not named may be the A100 40GB of our Selene; one whose memory is named is that card."""
    text = f"{CLUSTER_COLUMNS}\nNVIDIA Selene Phase 1,Existing,Confirmed,NVIDIA A100,2240,2020-06-22,,,,,,,,2.4,\n"
    text += "Other One,Existing,Confirmed,NVIDIA A100 SXM4 40 GB,768,2020-06-22,,,,,,,,0.7,\n"

    result = run("epoch-clusters", [saved(tmp_path, text)], catalog.SHIPPED, as_of=AS_OF)

    assert "our own pair selene-linpack" in told(result)["NVIDIA Selene Phase 1 (row 2)"][1]
    pairs = next(d for d in result.outcome.differences if d.table == "pairs")
    assert pairs.added["epoch-other-one"]["chip_id"] == "a100-sxm-40"


def test_epoch_pair_with_a_source_of_its_own_is_ours(folder: Path, tmp_path: Path) -> None:
    """What a curator has found a source for, and so made independent, stays through the next copy."""
    file = saved(tmp_path, CLUSTERS)
    run("epoch-clusters", [file], folder, as_of=AS_OF, apply=True)
    rows = (folder / "pairs.csv").read_text().splitlines()
    decided = [
        row.replace(f"false,epoch-gpu-clusters-{AS_OF}", "true,top500-2024-top500-list-june-2024")
        if row.startswith("epoch-good-one,")
        else row
        for row in rows
    ]
    (folder / "pairs.csv").write_text("\n".join(decided) + "\n")

    again = run("epoch-clusters", [file], folder, as_of="2026-11-01")

    assert "our own pair epoch-good-one" in told(again)["Good One (row 2)"][1]
    assert again.outcome.empty


def test_epoch_cluster_in_two_lines_or_other_digits_cannot_be_read(folder: Path, tmp_path: Path) -> None:
    """A name must be one line, a year in ASCII digits."""
    text = CLUSTERS.replace("Good One", '"Good\nOne"').replace("1000,2020-06-01", "1000,202\u0660-06-01")

    result = run("epoch-clusters", [saved(tmp_path, text)], folder, as_of=AS_OF)

    assert told(result)["Good\nOne (row 2)"] == ("cannot be read", "its name must be one line")
    assert told(result)["Listed One (row 7)"] == ("cannot be read", "year of operation must be from 2010 to 2049")


def test_epoch_second_copy_changes_only_what_changed(folder: Path, tmp_path: Path) -> None:
    """A later copy names the changed cells, and its source stands beside the first."""
    run("epoch-clusters", [saved(tmp_path, CLUSTERS)], folder, as_of=AS_OF, apply=True)
    later = saved(tmp_path, CLUSTERS.replace(",16.5,", ",17.5,"))

    result = run("epoch-clusters", [later], folder, as_of="2026-11-01", apply=True)

    pairs = next(d for d in result.outcome.differences if d.table == "pairs")
    assert {key: [c.column for c in cells] for key, cells in pairs.changed.items()} == {
        "epoch-good-one": ["power", "source_id"]
    }
    assert check(folder) == []


def test_wrong_kind_is_told(folder: Path, tmp_path: Path) -> None:
    """A kind that is none lists those that are."""
    with pytest.raises(ImportFileError, match="kind: must be one of owid-energy, epoch-sites, epoch-clusters"):
        run("owid", [saved(tmp_path, OWID)], folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "got an empty file"),
        (b"PK\x03\x04rest", "got a zip archive"),
        ("country,year\n".encode("utf-16"), "got UTF-16"),
        (b"country,year\nCura\xe7ao,2020\n", "line 2: must be UTF-8, got byte 0xe7"),
        (b'country,year\n"Italy,2020\n', "must be CSV"),
    ],
)
def test_file_that_is_no_table_is_told(folder: Path, tmp_path: Path, content: bytes, message: str) -> None:
    """A file that cannot be read is one line."""
    path = tmp_path / "upstream.csv"
    path.write_bytes(content)

    with pytest.raises(ImportFileError, match=message):
        run("owid-energy", [str(path)], folder)


def test_row_with_other_cells_is_listed(folder: Path, tmp_path: Path) -> None:
    """A row with a cell too many is listed by its row, and the rest is read."""
    result = run("owid-energy", [saved(tmp_path, OWID + "Peru,2025,PER,1,2,60,extra\n")], folder, as_of=OWID_DAY)

    assert told(result)["upstream.csv row 12"] == ("cannot be read", "must have 6 cells, got 7")


class _Upstream(BaseHTTPRequestHandler):
    """A publisher on the loopback."""

    answers: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {
        "/owid.csv": (200, {}, OWID.encode()),
        "/moved.csv": (302, {"Location": "/owid.csv"}, b""),
        "/file.csv": (302, {"Location": "file:///etc/passwd"}, b""),
        "/cut.csv": (200, {"Content-Length": "9000"}, OWID.encode()),
        "/big.csv": (200, {}, b"a,b\n" + b"1,2\n" * 1000),
    }

    def do_GET(self) -> None:
        """The answer for a path, 404 where there is none."""
        status, headers, body = self.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing to the test's output."""


@pytest.fixture(scope="module")
def publisher() -> Iterator[str]:
    """The address of the publisher."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Upstream) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("page", ["/owid.csv", "/moved.csv"])
def test_file_is_read_from_an_address(folder: Path, publisher: str, page: str) -> None:
    """An http address is read as a file is, also after a redirect."""
    result = run("owid-energy", [publisher + page], folder, as_of=OWID_DAY)

    assert sum(result.counts.values()) == 10


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("/none.csv", "must answer 200, got 404"),
        ("/file.csv", "file.*not allowed|must be reachable|must answer 200"),
        ("/cut.csv", "must arrive whole, got [0-9]+ of 9,000 bytes"),
    ],
)
def test_address_that_does_not_answer_is_told(folder: Path, publisher: str, page: str, message: str) -> None:
    """A missing page, a redirect to a file of this machine and half an answer are refused in one line."""
    with pytest.raises(ImportFileError, match=message):
        run("owid-energy", [publisher + page], folder)


def test_answer_that_is_too_big_is_refused(folder: Path, publisher: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """More bytes than allowed end the download."""
    monkeypatch.setattr(upstream, "MAX_BYTES", 1000)

    with pytest.raises(ImportFileError, match="must be at most 0 MB, got more"):
        run("owid-energy", [publisher + "/big.csv"], folder)


@pytest.mark.parametrize("address", ["ftp://example.org/a.csv", "file:///etc/passwd", "http://127.0.0.1:1/a.csv"])
def test_address_of_another_kind_is_refused(folder: Path, address: str) -> None:
    """Only http and https addresses are fetched; one that nobody serves is told."""
    with pytest.raises(ImportFileError, match="must be"):
        run("owid-energy", [address], folder)


def test_command_imports(folder: Path, tmp_path: Path) -> None:
    """`import KIND FILE --apply` writes the tables, `--json` tells the rows, a wrong file exits with 1."""
    file = saved(tmp_path, OWID)
    options = ["--datasets", str(folder), "--as-of", OWID_DAY]

    good = CliRunner().invoke(main, ["import", "owid-energy", file, *options, "--apply"])
    bad = CliRunner().invoke(main, ["import", "owid-energy", str(tmp_path), *options])
    late = CliRunner().invoke(main, ["import", "owid-energy", file, "--as-of", "soon"])
    none = CliRunner().invoke(main, ["import", "epoch-sites", saved(tmp_path, CENTERS, "centers.csv"), *options[:2]])

    assert good.exit_code == 0
    assert "Applied." in good.output
    assert (bad.exit_code, late.exit_code, none.exit_code) == (1, 1, 1)
    assert "as-of: must be the day of the copy" in none.output
    assert "got a directory" in bad.output
    assert catalog.load(folder).grids["isl"].name == "Iceland"
