"""The command line: exit codes, one clear line for what is wrong, and the JSON that other programs read."""

import json
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from dashboard.__main__ import main

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
        (("--set", "k=9**9"), "plain number"),
        (("--basis", "moon"), "must be one of it, facility, grid, unknown"),
        (("--chip", "Titan X"), "must be one of"),
    ],
)
def test_bad_settings_are_told(words, told):
    """An assumption out of its range, an unknown one, an unknown basis or chip."""
    done = _run("estimate", "30 GW", *words)

    assert done.exit_code == 1
    assert told in done.stderr


def test_a_setting_changes_the_answer_and_says_so():
    """--set fixes an assumption: the energy moves, and the assumption is told as set by hand."""
    usual, fixed = (_json("estimate", "100000 H100", *words) for words in ((), ("--set", "draw_ratio=0.78")))
    row = next(row for row in fixed["assumptions"] if row["name"] == "draw_ratio")

    assert fixed["results"]["annual_energy"]["q50"] > 1.15 * usual["results"]["annual_energy"]["q50"]
    assert row["basis"] == "set by hand"
    assert row["low"] == row["high"] == 0.78


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
