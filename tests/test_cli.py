"""The command line: exit codes, one clear line for what is wrong, and the JSON that other programs read."""

import errno
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from dashboard.__main__ import main
from dashboard.catalog import SHIPPED
from dashboard.listening import listening, place
from dashboard.web import create_app, guard
from tests.hostile.make import cell

KEYS = {
    "input",
    "reading",
    "basis",
    "data_version",
    "seed",
    "draws",
    "results",
    "steps",
    "assumptions",
    "sources",
    "warnings",
}
RESULTS = {
    "chips": "chips",
    "it_rated": "MW",
    "it_average": "MW",
    "facility_peak": "MW",
    "facility_average": "MW",
    "grid_connection": "MW",
    "annual_energy": "TWh",
    "emissions": "Mt",
    "water": "GL",
    "electricity_cost": "USD",
    "capex": "USD",
    "contract_value": "USD",
}
LEVELS = ("q05", "q25", "q50", "q75", "q95")


def _run(*words):
    return CliRunner().invoke(main, list(words))


def _json(*words):
    done = _run(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.mark.parametrize("text", ["100000 H100", "30 GW", "38 billion USD over 7 years", "1.4 trillion USD"])
def test_estimate_json_has_the_promised_form(text):
    """The keys of the contract, each result with its unit and five ordered levels."""
    found = _json("estimate", text)

    assert set(found) == KEYS
    assert found["input"] == text
    for name, result in found["results"].items():
        assert result["unit"] == RESULTS[name]
        assert [result[level] for level in LEVELS] == sorted(result[level] for level in LEVELS)
    assert sum(row["share"] for row in found["assumptions"]) == pytest.approx(1)
    assert {"name", "symbol", "low", "central", "high", "unit", "sources", "share"} <= set(found["assumptions"][0])
    assert all(source["title"] for source in found["sources"])


@pytest.mark.parametrize("text", ["30 GW", "38 billion USD over 7 years"])
def test_a_choice_between_ways_is_no_number_in_the_json(text):
    """Its ends and unit are null, its odds stand in its label, and its share of the variance is told."""
    choices = [row for row in _json("estimate", text)["assumptions"] if not row["symbol"]]

    assert len(choices) == 1
    assert {choices[0][key] for key in ("low", "central", "high", "unit")} == {None}
    assert re.search(r", odds \d+ : \d+", choices[0]["label"])
    assert choices[0]["share"] > 0


def test_shows_of_issue_3_hold():
    """100,000 H100: IT 139 MW, peak 134 to 238 around 181, energy 0.62 to 1.26 around 0.91, each within 4 %."""
    found = _json("estimate", "100000 H100")["results"]

    assert found["it_rated"]["q50"] == pytest.approx(139, rel=0.04)
    assert [found["facility_peak"][q] for q in ("q05", "q50", "q95")] == pytest.approx([134, 181, 238], rel=0.04)
    assert [found["annual_energy"][q] for q in ("q05", "q50", "q95")] == pytest.approx([0.62, 0.91, 1.26], rel=0.04)


HOSTILE = [
    ("100 H1000X", "nearest"),
    ("30 GX", "no unit either"),
    ("5–6 GW", "got a range"),
    ("9**9**9", "expression"),
    ("nan MW", "nan"),
    ("-3 GW", "minus"),
    ("", "got nothing"),
    ("x" * 10_000, "at most 200"),
    ("1e999999 W", "exponent"),
    ("30 mW", "milliwatt"),
]


@pytest.mark.parametrize(("text", "told"), HOSTILE, ids=range(len(HOSTILE)))
def test_what_cannot_be_read_is_one_line_and_exit_code_1(text, told):
    """Nothing hangs and nothing is guessed."""
    start = time.perf_counter()
    done = _run("estimate", "--", text)

    assert done.exit_code == 1
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--set", "draw_ratio=1.5"), "at most 1"),
        (("--set", "draw_ratio=0.7:0.6:0.8"), "low <= central <= high"),
        (("--set", "nonsense=1"), "must be one of"),
        (("--set", "draw_ratio=0"), "above 0"),
        (("--set", "k=2", "--set", "it_power=3"), "given once"),
        (("--set", "peak_overhead=5"), "ten times"),
        (("--set", "k=9**9"), "plain number"),
        (("--basis", "moon"), "must be one of it, facility, grid, unknown"),
        (("--basis", "moon" * 900), f'got "{"moon" * 10}"\n'),
        (("--chip", "Titan X"), "must be one of"),
    ],
)
def test_bad_settings_are_told(words, told):
    """An assumption out of its range, an unknown one, an unknown basis or chip."""
    done = _run("estimate", "30 GW", *words)

    assert done.exit_code == 1
    assert told in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("30 GW", "--set", "chip_price=3"), "not used for this: chip_price"),
        (("100000 H100", "--basis", "facility"), "basis facility is not used"),
        (("100000 H100", "--chip", "B200"), "the text names its own"),
        (("1000 GB200 NVL72",), "1,000 × GB200 NVL72 rack of 72 would be 72,000 chips"),
        (("38 billion USD over 7 years", "--chip", "H100"), "hourly price of GB200 and GB300"),
    ],
)
def test_what_is_given_and_not_used_is_told(words, told):
    """A choice that does not apply, a text that may mean racks, a price that is another chip's: each has a note."""
    assert told in " ".join(_json("estimate", *words)["warnings"])


def test_when_all_is_set_nothing_is_left_open():
    """With each assumption fixed the answer has no range, and none is named as deciding."""
    fixed = ("mature_load=0.6", "peak_overhead=0.3", "overhead_ratio=0.5", "grid_intensity=0", "site_water=0")
    words = ["estimate", "1 GW", "--basis", "it", *(word for name in fixed for word in ("--set", name))]
    answer = _json(*words)

    assert answer["results"]["annual_energy"]["q05"] == pytest.approx(answer["results"]["annual_energy"]["q95"])
    assert answer["results"]["emissions"]["q95"] == 0
    assert {row["share"] for row in answer["assumptions"]} == {0}
    assert "none is left that would change it" in _run(*words).output


def test_the_ends_of_a_range_differ(tmp_path):
    """Ends that round to one number, and the median before them, are told to as many figures as tell them apart."""
    one = _run("estimate", "1 GW", "--basis", "it", "--set", "peak_overhead=0.29:0.3:0.31").output
    many = tmp_path / "many.csv"
    many.write_text("power,unit,power_basis\n" + 1_500 * "100,MW,grid\n")
    listed = _run("estimate", "--file", str(many)).output
    ranges = re.findall(r"([\d.]+) \w+   5–95 %: ([\d.,]+)–([\d.,]+)", one + listed)

    assert re.search("Facility peak +1.30 GW   5–95 %: 1.29–1.31 GW", one)
    assert len(ranges) == 15
    assert all(low != high for _, low, high in ranges)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("400k GB200", "400,000 × GB200 superchip of 2 would be 800,000 chips"),
        ("1000 NVIDIA GB300", "1,000 × GB300 superchip of 2 would be 2,000 chips"),
        *((text, "") for text in ("400k GB200 GPUs", "1000 H100", "1000 GH200", "1000 B200", "1000 B300", "1 GW")),
    ],
)
def test_a_superchip_of_two_is_told(text, told):
    """GB200 is said of a GPU and of a superchip of two; of chips whose row does not say so nothing is told."""
    notes = [warning for warning in _json("estimate", text)["warnings"] if "superchip" in warning]

    assert len(notes) == bool(told)
    assert all(note.startswith("read as ") and note.endswith(told) for note in notes)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1.200 MW", "1.200 is read as 1.2; for thousands write 1,200"),
        ("$1.500 billion", "1.500 is read as 1.5; for thousands write 1,500"),
        ("250.000 MW", "250.000 is read as 250; for thousands write 250,000"),
        *((text, "") for text in ("0.500 MW", "1.20 MW", "1.2000 MW", "1200.500 MW", "1,200.500 MW", "010.500 MW")),
    ],
)
def test_a_point_that_may_be_meant_for_thousands_is_told(text, told):
    """Three decimals behind one to three digits may be thousands as half of Europe writes them; no others may."""
    warnings = _json("estimate", text)["warnings"]

    assert [warning for warning in warnings if "for thousands" in warning] == [told] * bool(told)


def test_minus_is_an_amount_and_no_option():
    """A negative amount is refused as one, without the two dashes that a shell would need."""
    found = _run("estimate", "-5 GW")

    assert found.exit_code == 1
    assert "above 0" in found.output


def test_a_setting_changes_the_answer_and_says_so():
    """--set fixes an assumption: the energy moves, and the assumption is told as set by hand."""
    usual, fixed = (_json("estimate", "100000 H100", *words) for words in ((), ("--set", "draw_ratio=0.78")))
    row = next(row for row in fixed["assumptions"] if row["name"] == "draw_ratio")

    assert fixed["results"]["annual_energy"]["q50"] > 1.15 * usual["results"]["annual_energy"]["q50"]
    assert row["basis"] == "set by hand"
    assert row["low"] == row["high"] == 0.78
    assert usual["warnings"] == []
    ours = "where the tables have 0.5 / 0.65 / 0.78"
    assert fixed["warnings"] == [f"set by hand: Average draw over rated IT power = 0.78, {ours}"]


def test_usage_errors_exit_2():
    """A command or option that is not there is usage, not input."""
    assert _run("nonsense").exit_code == 2
    assert _run("estimate").exit_code == 2
    assert _run("estimate", "30 GW", "--set", "draw_ratio").exit_code == 2


def test_check_is_green():
    """The shipped tables are in order."""
    done = _run("check")

    assert done.exit_code == 0
    assert "in order" in done.output


def test_score_on_the_shipped_pairs():
    """The contract's keys, errors and coverages as fractions; nobody unmatched."""
    found = _json("score", "datasets/pairs.csv")

    assert {"n", "scored", "unmatched", "median_ape", "mean_ape", "bias", "cases"} <= set(found)
    assert {"within_1_25", "within_1_5", "within_2", "coverage_50", "coverage_90", "median_interval_ratio"} <= set(
        found
    )
    assert found["unmatched"] == []
    assert found["n"] == found["scored"] >= 40


def test_racks_where_chips_are_counted_are_told(tmp_path):
    """A list says what a single estimate says of a text that may mean racks; `score` does where the power fits them."""
    (told,) = _json("estimate", "1000 GB200 NVL72")["warnings"]
    plans, pairs = tmp_path / "plans.csv", tmp_path / "pairs.csv"
    plans.write_text("id,chip,chip_count\na,GB200 NVL72,1000\n")
    pairs.write_text(
        "case_id,chip,chip_count,power,unit,power_basis\n"
        "racks,GB200 NVL72,10,1.2,MW,it_rated\nchips,GB200 NVL72,720,1.2,MW,it_rated\n"
    )
    (row,) = _json("estimate", "--file", str(plans))["rows"]
    notes = [case["notes"] for case in _json("score", str(pairs))["cases"]]

    assert told.startswith("read as 1,000 chips, not systems")
    assert row["notes"] == [told]
    assert [len(of_case) for of_case in notes] == [1, 0]
    assert f"note: racks: {notes[0][0]}" in _run("score", str(pairs)).output
    assert "10 × GB200 NVL72 rack of 72 would be 720 chips" in notes[0][0]
    assert "note:" not in _run("score", "datasets/pairs.csv").output


def test_score_lists_what_it_cannot_match(tmp_path):
    """A chip that no row goes by is listed with its row, never guessed; a bad cell is refused with its place."""
    good = tmp_path / "pairs.csv"
    good.write_text(
        "case_id,chip,chip_count,power,unit,power_basis,extra\n"
        "a,NVIDIA H100 SXM5 80GB,1000,1.4,MW,it_rated,x\n"
        "b,Mystery 9000,1000,1.4,MW,it_rated,x\n"
    )
    bad = tmp_path / "bad.csv"
    bad.write_text("case_id,chip,chip_count,power,unit,power_basis\na,H100,1 000,1.4,mW,peak\n")

    found, refused = _json("score", str(good)), _run("score", str(bad))

    assert (found["n"], found["scored"]) == (2, 1)
    assert found["unmatched"][0]["row"] == 3
    assert refused.exit_code == 1
    for told in ("bad.csv:2: chip_count", "bad.csv:2: unit", "bad.csv:2: power_basis"):
        assert told in refused.stderr


def test_no_browser_is_exit_code_3(tmp_path, monkeypatch):
    """Without Chrome one line names the package and the variable."""
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "nowhere"))
    monkeypatch.setenv("PATH", str(tmp_path))

    done = _run("export", "/", "--figure", "energy", "--out", str(tmp_path / "out"))

    assert done.exit_code == 3
    assert "chromium" in done.stderr
    assert "BROWSER_PATH" in done.stderr
    assert not list((tmp_path / "out").glob("*"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("https://example.com/",), "must be one of the dashboard's own"),
        (("/nowhere",), "must be one of /"),
        (("/", "--figure", "nonsense"), "/ has energy"),
        (("/", "--size", "poster"), "must be one of slide"),
        (("/", "--format", "gif"), "must be one of png"),
        (("/", "--theme", "blue"), "must be light or dark"),
    ],
)
def test_exports_that_are_not_ours_are_refused(words, told, tmp_path):
    """Another host, page, figure, size, format or theme is refused with the list of what there is."""
    done = _run("export", *words, "--out", str(tmp_path))

    assert done.exit_code == 1
    assert told in done.stderr


def test_help_imports_nothing_heavy():
    """--help is quick: it loads neither dash nor pandas nor pint."""
    code = (
        "import sys; from dashboard.__main__ import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print({'dash', 'pandas', 'pint', 'plotly'} & set(sys.modules))"
    )

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert out.strip().endswith("set()")


@pytest.mark.parametrize("command", ["", *main.commands])
def test_help_of_each_command_imports_nothing_heavy(command):
    """`--help` of each command ends with 0 and loads no library but click."""
    code = (
        "import sys; from dashboard.__main__ import main\n"
        f"try: main({[command, '--help'] if command else ['--help']!r})\n"
        "except SystemExit as end: print(end.code, {'dash', 'pandas', 'pint', 'plotly', 'numpy'} & set(sys.modules))"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "Usage:" in told
    assert told.strip().endswith("0 set()")


def test_the_program_itself_answers_in_json():
    """`python -m dashboard estimate … --json` writes one JSON object and nothing else, and ends with 0."""
    words = [sys.executable, "-m", "dashboard", "estimate", "30 GW", "--basis", "facility", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["results"]["annual_energy"]["q50"] == pytest.approx(158, rel=0.05)


def test_the_program_itself_refuses_in_one_line():
    """`python -m dashboard estimate 9**9**9` writes one line to stderr, nothing to stdout, and ends with 1."""
    words = [sys.executable, "-m", "dashboard", "estimate", "9**9**9"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=20)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "basis", "energy"),
    [
        ("30 GW", "facility", [121, 158, 196]),
        ("30 GW", "it", [155, 206, 255]),
        ("30 GW", "unknown", [128, 180, 244]),
    ],
)
def test_show_3_of_issue_3_holds_for_thirty_gigawatts(text, basis, energy):
    """30 GW are 158 TWh a year as facility power, 206 as IT power, 180 where nobody said, each within 5 %."""
    found = _json("estimate", text, "--basis", basis)["results"]["annual_energy"]

    assert [found[level] for level in ("q05", "q50", "q95")] == pytest.approx(energy, rel=0.05)


def test_show_3_of_issue_3_holds_for_the_contract():
    """$38 billion over 7 years are about 0.5 GW of IT, 0.30 to 0.79, within 5 %."""
    found = _json("estimate", "38 billion USD over 7 years")["results"]["it_rated"]

    assert [found[level] / 1000 for level in ("q05", "q50", "q95")] == pytest.approx([0.304, 0.500, 0.793], rel=0.05)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("100000 H100", set(RESULTS) - {"contract_value"}),
        ("30 GW", set(RESULTS) - {"chips", "contract_value"}),
        ("38 billion USD over 7 years", set(RESULTS)),
        ("1.4 trillion USD", set(RESULTS) - {"chips", "contract_value"}),
    ],
)
def test_only_what_can_be_worked_out_is_in_the_results(text, names):
    """No chips without a chip's name, no contract value without a contract; each with a unit and five levels alone."""
    found = _json("estimate", text)["results"]

    assert set(found) == names
    assert all(set(result) == {"unit", *LEVELS} for result in found.values())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("estimate", "--file", "{nowhere}"), "must be a file, got none"),
        (("estimate", "--file", "{folder}"), "must be a file, got a directory"),
        (("score", "{nowhere}"), "must be a file, got none"),
        (("update", "pairs", "{nowhere}"), "must be a file, got none"),
        (("update", "nonsense", "datasets/pairs.csv"), "table: must be one of sources"),
        (("update", "../pairs", "datasets/pairs.csv"), "table: must be one of sources"),
        (("import", "moon", "datasets/pairs.csv"), "kind: must be one of owid-energy"),
        (("import", "owid-energy", "{nowhere}"), "must be a file or an http(s) address, got none"),
        (("import", "owid-energy", "datasets/pairs.csv"), 'must have the column "country"'),
        (("score", "datasets/sites.csv"), "missing: case_id"),
    ],
)
def test_each_command_refuses_a_wrong_file_in_one_line(words, told, tmp_path):
    """A file that is not there, a folder, another table, another kind: exit code 1 and one line."""
    places = {"nowhere": tmp_path / "nowhere.csv", "folder": tmp_path}
    done = _run(*(word.format(**places) for word in words))

    assert done.exit_code == 1
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize("words", [("estimate", "30 GW"), ("score", "datasets/pairs.csv"), ("serve",)])
def test_a_folder_without_tables_is_told(words, tmp_path):
    """Each command takes --datasets; a folder without tables has exit code 1 and every table that lacks."""
    done = _run(*words, "--datasets", str(tmp_path))

    assert done.exit_code == 1
    assert all(f"{table}.csv: must stand in" in done.output for table in ("sources", "parameters", "pairs"))


@pytest.mark.parametrize("words", [("check",), ("serve",), ()])
def test_the_variable_names_the_folder_for_every_command(words, folder, monkeypatch):
    """DASHBOARD_DATASETS is taken where no folder is given, also by `check` before a release; empty is as none."""
    (folder / "claims.csv").unlink()
    told = {"DASHBOARD_DATASETS": str(folder)}
    monkeypatch.setattr("werkzeug.serving.make_server", lambda *_, **__: sys.exit("the variable is passed over"))

    named = CliRunner().invoke(main, words, env=told, default_map={"serve": {"port": 0}})
    beside = CliRunner().invoke(main, ["check", str(SHIPPED)], env=told)
    empty = CliRunner().invoke(main, ["check"], env={"DASHBOARD_DATASETS": ""})

    assert (named.exit_code, beside.exit_code, empty.exit_code) == (1, 0, 0)
    assert "claims.csv: must stand in" in named.output


def test_an_id_that_leads_nowhere_is_told(tmp_path):
    """Where an estimate cannot find a row, the line says which cell names it and that check has them all."""
    tables = shutil.copytree(SHIPPED, tmp_path / "datasets")
    rows = (tables / "sources.csv").read_text()
    (tables / "sources.csv").write_text(rows.replace("\narxiv-2023-polca-power-oversubscription,", "\npolca,"))

    done = _run("estimate", "30 GW", "--json", "--datasets", str(tables))

    assert done.exit_code == 1
    assert re.fullmatch(
        r"error: .+csv:\d+: source_ids?: must be an id of .+; for all problems run check\n", done.stderr
    )


def test_check_of_a_folder_without_tables_names_the_descriptor(tmp_path):
    """What is told first is the file by which the others are known, by its own name."""
    done = _run("check", str(tmp_path))

    assert done.exit_code == 1
    assert done.stdout.startswith(f"datapackage.json: must stand in {tmp_path}, got none; ")


def test_update_shows_and_changes_nothing():
    """The table as it is, is no change: exit code 0."""
    done = _run("update", "pairs", "datasets/pairs.csv")

    assert done.exit_code == 0
    assert "Nothing changes." in done.stdout


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, 3), (errno.EROFS, 3), (errno.EACCES, 1)])
def test_what_the_machine_cannot_write_is_exit_code_3(number, code, folder, monkeypatch):
    """A disk that is full or read-only is the machine's, a folder with other rights the caller's: one line each."""

    def refuse(_):
        raise OSError(number, os.strerror(number))

    changed = folder.parent / "changed.csv"
    changed.write_bytes(cell(8, "demand [TWh]", "310")((folder / "grids.csv").read_bytes()))
    monkeypatch.setattr(os, "fsync", refuse)

    done = _run("update", "grids", str(changed), "--apply", "--datasets", str(folder))

    assert done.exit_code == code
    assert done.stderr == f"error: {folder}: cannot be written: {os.strerror(number)}; nothing was changed\n"


def test_an_output_in_no_folder_is_told_before_the_work(tmp_path):
    """A long list is not worked for minutes to be thrown away: neither is it read."""
    (tmp_path / "plans.csv").write_text("nothing of a list\n")

    done = _run("estimate", "--file", str(tmp_path / "plans.csv"), "--out", str(tmp_path / "none" / "out.csv"))

    assert done.exit_code == 1
    assert done.stderr == f"error: {tmp_path}/none/out.csv: must lie in a folder that is there; make it first\n"


def test_an_output_that_takes_nothing_is_exit_code_3():
    """One line names it, for a command's file and for standard output; a reader that went away is no fault."""
    words = [sys.executable, "-m", "dashboard", "check", "--json"]
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    full_disk = os.strerror(errno.ENOSPC)
    assert (done.returncode, done.stderr) == (3, f"error: standard output: cannot be written: {full_disk}\n")


def test_a_terminal_that_lacks_letters_gets_them_as_json_writes_them():
    """What the coding of the output lacks is written out, and JSON stays JSON."""
    runner = CliRunner(charset="latin-1")
    text, answer = (runner.invoke(main, ["estimate", "30 GW", *more]) for more in ((), ("--json",)))

    assert (text.exit_code, answer.exit_code) == (0, 0)
    assert "\\u2013" in text.output
    assert json.loads(answer.output) == _json("estimate", "30 GW")


def test_serve_on_a_port_in_use_is_told():
    """Exit code 1 and the option that helps."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = _run("serve", "--port", str(port))

    assert done.exit_code == 1
    assert f"port: 127.0.0.1:{port} must be free, got one in use; give another with --port" in done.stderr


def test_ipv6_stands_in_brackets():
    """The address that `serve` prints can be opened as it stands."""
    assert place("::1", 8050) == "[::1]:8050"
    assert place("localhost", 8050) == "localhost:8050"


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("nope.invalid", "host: nope.invalid must be a name or an address that can be looked up"),
        ("x" * 80 + ".com", "must be a name or an address that can be looked up"),
        ("unix:///tmp/x", "must be a name or an address that can be looked up"),
        ("192.0.2.7", "host: 192.0.2.7:0 must be of this machine, got another's address"),
    ],
)
def test_serve_at_a_host_that_cannot_be_is_told(host, told):
    """The program itself says in one line that it is the host, and never that a port is in use."""
    words = [sys.executable, "-m", "dashboard", "serve", "--host", host, "--port", "0"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stdout) == (1, "")
    assert told in done.stderr
    assert done.stderr.endswith("; give another with --host\n")
    assert done.stderr.count("\n") == 1


def test_listening_at_no_host_is_refused():
    """It would be all of the machine's addresses, with an address to open that none can open."""
    with pytest.raises(ValueError, match=r"^host: must be a name or an address .* got nothing; give one with --host$"):
        listening("", 0)


@pytest.mark.parametrize(
    "words", [("export", "/", "--format", "csv", "--out", ""), ("export", "/", "--check", ""), ("check", "")]
)
def test_an_empty_path_is_refused(words, tmp_path, monkeypatch):
    """It is not the current folder: usage, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    done = _run(*words)

    assert done.exit_code == 2
    assert "must be a path, got nothing" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.EACCES, "port: 127.0.0.1:80 must be one that this user may open, got one that is not"),
        (errno.ENOBUFS, f"host: 127.0.0.1:80 cannot be listened at: {os.strerror(errno.ENOBUFS)}"),
    ],
)
def test_in_use_is_said_only_of_what_is(number, told, monkeypatch):
    """A port that needs more rights, or a machine that is at its end, is told as that."""

    def refuse(*_, **__):
        raise OSError(number, "")

    monkeypatch.setattr(socket, "create_server", refuse)

    with pytest.raises(ValueError, match=f"^{re.escape(told)}"):
        listening("127.0.0.1", 80)


def test_listening_takes_a_free_port():
    """Port 0 is any that is free."""
    with listening("127.0.0.1", 0) as bound:
        assert bound.family == socket.AF_INET
        socket.create_connection(("127.0.0.1", bound.getsockname()[1]), timeout=5).close()


@pytest.mark.parametrize(
    ("address", "code", "told"),
    [
        ("nonsense", 1, 'must be an address that begins with memory://, redis://, .* got "nonsense"'),
        ("http://user:secret@127.0.0.1", 1, 'got "http"'),
        ("async+memory://", 1, r'got "async\+memory"'),
        (
            "redis://:secret@127.0.0.1:1",
            3,
            "redis:// needs the library redis, which is not installed: pip install redis",
        ),
        ("mongodb://127.0.0.1:1", 3, "pip install pymongo"),
    ],
)
def test_serve_where_the_limits_cannot_be_counted_is_told(address, code, told, monkeypatch):
    """One line names the variable: exit code 1 for what is no such place, 3 for a library that lacks; no password."""
    monkeypatch.setenv("DASHBOARD_LIMITS_STORAGE", address)
    monkeypatch.setattr(guard, "find_spec", lambda _: None)

    done = _run("serve", "--port", "0")

    assert done.exit_code == code
    assert re.fullmatch(f"error: DASHBOARD_LIMITS_STORAGE: .*{told}.*\n", done.stderr)
    assert "secret" not in done.output


def test_serve_without_the_cluster_that_counts_is_told(tmp_path, monkeypatch):
    """The client of a cluster asks its servers when it is made; where none answers one line says so."""
    library = tmp_path / "redis"
    library.mkdir()
    (library / "__init__.py").write_text("__version__ = '6.0.0'\nfrom redis import cluster, exceptions\n")
    (library / "exceptions.py").write_text("class RedisClusterException(Exception): ...\n")
    (library / "cluster.py").write_text(
        "from redis.exceptions import RedisClusterException\n"
        "def ClusterNode(*_): ...\n"
        "def RedisCluster(*_, **__): raise RedisClusterException('no reachable node, password secret')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("DASHBOARD_LIMITS_STORAGE", "redis+cluster://:secret@127.0.0.1:1")

    done = _run("serve", "--port", "0")
    for name in [name for name in sys.modules if name.split(".")[0] == "redis"]:
        del sys.modules[name]

    assert done.exit_code == 1
    assert re.fullmatch("error: DASHBOARD_LIMITS_STORAGE: must be a place that answers at the start, .*\n", done.stderr)
    assert "secret" not in done.output


def test_the_docs_name_the_commands_with_json():
    """docs/engineers.md names those that have `--json`, and no other."""
    words = " ".join((SHIPPED.parent / "docs" / "engineers.md").read_text(encoding="utf-8").split())
    named = re.search(r"`--json` of ((?:`\w+`(?:, | and )?)+) is for programs", words)[1]
    having = {name for name, command in main.commands.items() if any("--json" in item.opts for item in command.params)}

    assert set(re.findall(r"`(\w+)`", named)) == having


def test_seeds_have_one_bound():
    """The largest seed of the command line is that of /api/estimate and of its description; one more is refused."""
    client = create_app(SHIPPED).server.test_client()
    described = client.get("/api/openapi.json").get_json()["paths"]["/api/estimate"]["get"]["parameters"]
    largest = next(item["schema"]["maximum"] for item in described if item["name"] == "seed")
    answers = [client.get(f"/api/estimate?text=30+GW&seed={seed}") for seed in (largest, f"0{largest}", largest + 1)]
    refused = _run("estimate", "30 GW", "--seed", str(largest + 1))

    assert [answer.status_code for answer in answers] == [200, 200, 400]
    assert answers[0].get_json()["seed"] == _json("estimate", "30 GW", "--seed", str(largest))["seed"] == largest
    assert f"must be a whole number from 0 to {largest}, got" in answers[2].get_json()["error"]
    assert refused.exit_code == 2
    assert str(largest) in refused.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("estimate", "30 GW", "--by", "operator"),
        ("estimate", "30 GW", "--file", "datasets/pairs.csv"),
        ("estimate", "--file", "datasets/pairs.csv", "--basis", "it"),
        ("estimate", "30 GW", "--seed", "x"),
        ("estimate", "30 GW", "--seed", "-1"),
        ("serve", "--port", "70000"),
        ("score",),
        ("update", "pairs"),
        ("import", "owid-energy"),
        ("export", "/"),
        ("check", "README.md"),
        ("check", "datasets", "--datasets", "docs"),
    ],
    ids=" ".join,
)
def test_what_the_usage_does_not_allow_exits_2(words):
    """Options that do not go together, and arguments that are missing or of another kind, are usage."""
    done = _run(*words)

    assert done.exit_code == 2
    assert "Usage:" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("check", "{}/tables"), "{}/tables/.update/journal.json: cannot be read"),
        (("estimate", "1 GW", "--datasets", "{}/tables"), "{}/tables/.update/journal.json: cannot be read"),
        (("estimate", "--file", "{}/plans.csv"), "{}/plans.csv: cannot be read"),
        (("estimate", "--file", str(SHIPPED / "pairs.csv"), "--out", "{}/tables/x.csv"), "{}/tables/x.csv: cannot be"),
        (("score", "{}/pairs.csv"), "{}/pairs.csv: cannot be read"),
        (("update", "claims", "{}/claims.csv"), "{}/claims.csv: cannot be read"),
        (("update", "claims", str(SHIPPED / "claims.csv"), "--datasets", "{}/tables"), "{}/tables: cannot be used"),
    ],
)
@pytest.mark.parametrize("part", ["folder", "file"])
def test_what_is_closed_to_us_is_told_in_one_line(tmp_path, stranger, words, told, part):
    """Exit code 1, the path and what to look at, whether it is the file or a folder above it; no traceback."""
    folder = tmp_path / "closed"
    shutil.copytree(SHIPPED, folder / "tables")
    for name in ("plans", "pairs", "claims"):
        (folder / f"{name}.csv").write_text("id\n")
    words = [word.format(folder) for word in words]
    _run(*words)  # reads our own code, which may be closed to a stranger too
    for path in [folder] if part == "folder" else [*folder.iterdir()]:
        path.chmod(0)
    tmp_path.chmod(0o755)
    stranger()
    done = _run(*words)

    assert (done.exit_code, done.stderr.count("\n"), done.exception.__class__) == (1, 1, SystemExit)
    assert told.format(folder) in done.stderr
    assert "see its owner and its rights" in done.stderr
