"""Makes the hostile files from the small tables of `good/`, each with the place that must be named.

Run it after a column was added: `python tests/hostile/make.py`. A test holds the files to this list.
"""

import csv
import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
Change = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Case:
    """One hostile file: what was done to which table, and where and how the problem must be told."""

    name: str
    table: str
    change: Change
    row: int | None
    column: str
    reason: str

    @property
    def file(self) -> Path:
        """Where the file lies."""
        return HERE / f"{self.table}--{self.name}.csv"


def rows(content: bytes) -> list[list[str]]:
    """The cells of a table, header first."""
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def text(cells: list[list[str]]) -> bytes:
    """Cells as a table."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(cells)
    return out.getvalue().encode()


def cell(row: int, column: str, value: str) -> Change:
    """One cell set; row 1 is the header."""

    def change(content: bytes) -> bytes:
        cells = rows(content)
        cells[row - 1][cells[0].index(column)] = value
        return text(cells)

    return change


def header(before: str, after: str) -> Change:
    """One column with another header."""
    return cell(1, before, after)


def replaced(before: bytes, after: bytes) -> Change:
    """The first such bytes put for others."""

    def change(content: bytes) -> bytes:
        assert before in content, before
        return content.replace(before, after, 1)

    return change


def columns(order: Callable[[list[str]], list[str]]) -> Change:
    """Every row with its cells in another order or number."""
    return lambda content: text([order(row) for row in rows(content)])


def line(number: int, new: Callable[[list[str]], list[str]]) -> Change:
    """One row with other cells."""

    def change(content: bytes) -> bytes:
        cells = rows(content)
        cells[number - 1] = new(cells[number - 1])
        return text(cells)

    return change


def without(number: int) -> Change:
    """One row less."""
    return lambda content: text([row for at, row in enumerate(rows(content), 1) if at != number])


def added(*cells: str) -> Change:
    """One row more."""
    return lambda content: content + text([list(cells)])


def again(row: int) -> Change:
    """One row once more at the end, under another id."""
    return lambda content: content + text([["another", *rows(content)[row - 1][1:]]])


def linked(*ends: tuple[str, str, str, str]) -> Change:
    """More links, from row 4 on: from_id, relation, to_id and share of each."""
    more = [
        [f"more-{i}", start, what, "commitment", end, share, SOURCE, ""]
        for i, (start, what, end, share) in enumerate(ends)
    ]
    return lambda content: content + text(more)


def percent(value: str) -> Change:
    """The first claim as a share."""

    def change(content: bytes) -> bytes:
        for column, new in (("quantity", "share"), ("unit", "percent"), ("value", value)):
            content = cell(2, column, new)(content)
        return content

    return change


def zipped(content: bytes) -> bytes:
    """The table inside a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("sites.csv"), content)
    return out.getvalue()


# The milestone in row 2 and the site in row 2 are of Abilene; the chip in row 4 is the H100.
SITES, CHIPS, STATES, DEALS = "sites", "accelerators", "milestones", "commitments"
NUMBER, DATE = "must be a plain number", "must be a date"
POWER, TDP, LATITUDE = "power", "tdp [W]", "latitude [deg]"
AWS_MONEY = "story-aws-money"
TIED, BY = "linked_quantity", "linked_correlation"
SYSTEM, CARBON = "system_power [kW]", "carbon_intensity [g/kWh]"
FACTORS, THINGS = "parameters", "equivalents"
AWS, AZURE, RAINIER = "openai-aws-2025", "openai-azure-2025", "anthropic-rainier-2025"
SOURCE = "aboutamazon-2025-project-rainier-online"

CASES: tuple[Case, ...] = (
    # the file as a whole
    Case("utf-16", SITES, lambda c: c.decode().encode("utf-16"), 1, "", "got UTF-16"),
    Case("utf-16-big-endian", SITES, lambda c: b"\xfe\xff" + c.decode().encode("utf-16-be"), 1, "", "got UTF-16"),
    Case("utf-16-without-mark", SITES, lambda c: c.decode().encode("utf-16-le"), 1, "", "got a NUL byte"),
    Case("latin-1", SITES, replaced(b"Crusoe; Oracle", b"Crus\xe9; Oracle"), 2, "operator", "got byte 0xe9"),
    Case("windows-1252", SITES, replaced(b"1 GW Stargate", b"1 GW \x93Stargate\x94"), 3, "note", "got byte 0x93"),
    Case("byte-order-mark", SITES, lambda c: b"\xef\xbb\xbf" + c, 1, "", "got a byte order mark"),
    Case("semicolons", "bounds", lambda c: c.replace(b",", b";"), 1, "", "got separator ;"),
    Case("tabs", "bounds", lambda c: c.replace(b",", b"\t"), 1, "", "got separator tab"),
    Case("bars", "bounds", lambda c: c.replace(b",", b"|"), 1, "", "got separator |"),
    Case("sep-line", SITES, lambda c: b"sep=,\n" + c, 1, "", 'must begin with the header, got "sep=,"'),
    Case("crlf", SITES, lambda c: c.replace(b"\n", b"\r\n"), 1, "", "got CRLF"),
    Case("old-mac", SITES, lambda c: c.replace(b"\n", b"\r"), 1, "", "got CR"),
    Case("empty", SITES, lambda _: b"", 1, "", "got an empty file"),
    Case("blank", SITES, lambda _: b" \n\n", 1, "", "got an empty file"),
    Case("header-only", "equivalents", lambda c: c.split(b"\n")[0] + b"\n", 2, "", "got only a header"),
    Case("zip", SITES, zipped, 1, "", "got a zip archive"),
    Case("gzip", SITES, lambda c: gzip.compress(c, mtime=0), 1, "", "got a gzip archive"),
    Case("pdf", SITES, lambda c: b"%PDF-1.7\n" + c, 1, "", "got a PDF"),
    Case("nul-byte", SITES, replaced(b"Stargate UAE", b"Stargate\0UAE"), 3, "", "got a NUL byte"),
    Case("json", SITES, lambda _: b'[{"site_id": "abilene"}]\n', 1, "site_id", 'must have the column "site_id"'),
    # rows and columns
    Case(
        "unclosed-quote", SITES, replaced(b'"Project Rainier, New Carlisle"', b'"Project Rainier'), 4, "name", "quote"
    ),
    Case("stray-quote", SITES, replaced(b'"Project Rainier, New', b'"Project" Rainier, New'), 4, "", "closed quotes"),
    Case(
        "extra-cell", SITES, line(3, lambda r: [*r, "more"]), 3, "note", "must have 14 cells as the header has, got 15"
    ),
    Case(
        "missing-cells",
        SITES,
        line(3, lambda r: r[:-2]),
        3,
        "own_power",
        "must have 14 cells as the header has, got 12",
    ),
    Case("decimal-comma", SITES, replaced(b",32.449,", b",32,449,"), 2, "note", "got 15"),
    Case("blank-line", SITES, replaced(b"\nstargate-uae", b"\n\nstargate-uae"), 3, "", "got a blank line"),
    Case("only-commas", SITES, lambda c: c + b"," * 13 + b"\n", 5, "", "got only commas"),
    Case("only-more-commas", SITES, lambda c: c + b"," * 20 + b"\n", 5, "", "got only commas"),
    Case("duplicate-header", SITES, header("region", "country"), 1, "country", 'got "country" 2 times'),
    Case("missing-column", SITES, columns(lambda r: r[:5] + r[6:]), 1, "grid_id", "got none of that name"),
    Case("unknown-column", SITES, header("note", "remark"), 1, "remark", "must be one of the columns"),
    Case("empty-header", SITES, header("note", ""), 1, "note", "got none of that name"),
    Case(
        "header-other-brackets",
        DEALS,
        header("amount [billion USD]", "amount (billion USD)"),
        1,
        "amount [billion USD]",
        'must be "amount [billion USD]", got "amount (billion USD)"',
    ),
    Case(
        "header-misspelled", SITES, header("grid_operator", "Grid operator"), 1, "grid_operator", 'got "Grid operator'
    ),
    Case("columns-without-a-name", SITES, columns(lambda r: [*r, "", ""]), 1, "", "got no name for column 15 and 16"),
    Case("columns-moved", SITES, columns(lambda r: [r[1], r[0], *r[2:]]), 1, "site_id", 'got "name"'),
    Case("duplicate-id", SITES, cell(3, "site_id", "abilene"), 3, "site_id", "must be unique"),
    Case("empty-id", SITES, cell(3, "site_id", ""), 3, "site_id", "must not be empty"),
    Case("id-with-space", SITES, cell(3, "site_id", "stargate uae"), 3, "site_id", "lower-case letters, digits"),
    Case("id-in-capitals", SITES, cell(3, "site_id", "Stargate-UAE"), 3, "site_id", "lower-case letters, digits"),
    # numbers
    Case("na-number", CHIPS, cell(4, TDP, "NA"), 4, TDP, 'got "NA"'),
    Case("na-text", CHIPS, cell(4, "system_name", "N/A"), 4, "system_name", "must be left empty"),
    Case("null-text", CHIPS, cell(4, "tdp_note", "null"), 4, "tdp_note", "must be left empty"),
    Case("thousands-comma", CHIPS, cell(4, TDP, "1,000"), 4, TDP, NUMBER),
    Case("thousands-space", CHIPS, cell(4, TDP, "1 000"), 4, TDP, NUMBER),
    Case("thousands-thin-space", CHIPS, cell(4, TDP, "1\u202f000"), 4, TDP, NUMBER),
    Case("full-width-digits", CHIPS, cell(4, TDP, "\uff17\uff10\uff10"), 4, TDP, NUMBER),
    Case("arabic-digits", CHIPS, cell(4, TDP, "\u0667\u0660\u0660"), 4, TDP, NUMBER),
    Case("huge-exponent", CHIPS, cell(4, TDP, "1e999"), 4, TDP, NUMBER),
    Case("exponent", CHIPS, cell(4, TDP, "7e2"), 4, TDP, NUMBER),
    Case("infinite", CHIPS, cell(4, TDP, "inf"), 4, TDP, NUMBER),
    Case("not-a-number", CHIPS, cell(4, TDP, "nan"), 4, TDP, NUMBER),
    Case(
        "minus-zero",
        "grids",
        cell(2, "carbon_intensity [g/kWh]", "-0"),
        2,
        "carbon_intensity [g/kWh]",
        "without a minus",
    ),
    Case("hexadecimal", CHIPS, cell(4, TDP, "0x2bc"), 4, TDP, NUMBER),
    Case("expression", CHIPS, cell(4, TDP, "=7*100"), 4, TDP, NUMBER),
    Case("hanging-expression", CHIPS, cell(4, TDP, "9**9**9"), 4, TDP, NUMBER),
    Case("plus-sign", CHIPS, cell(4, TDP, "+700"), 4, TDP, NUMBER),
    Case("about", CHIPS, cell(4, TDP, "≈700"), 4, TDP, NUMBER),
    Case("range", CHIPS, cell(4, TDP, "600–700"), 4, TDP, NUMBER),
    Case("unit-in-cell", CHIPS, cell(4, TDP, "700 W"), 4, TDP, NUMBER),
    Case("space-before", CHIPS, cell(4, TDP, " 700"), 4, TDP, NUMBER),
    Case(
        "fraction-of-a-chip", CHIPS, cell(4, "chips_per_system", "8.5"), 4, "chips_per_system", "must be a whole number"
    ),
    Case("negative", CHIPS, cell(4, TDP, "-700"), 4, TDP, "must be from 10 to 25,000"),
    Case("long-number", CHIPS, cell(4, TDP, "7" * 400), 4, TDP, NUMBER),
    # units
    Case("header-kilowatts", CHIPS, header(TDP, "tdp [kW]"), 1, TDP, 'must be "tdp [W]", got "tdp [kW]"'),
    Case("header-milliwatts", DEALS, header("power [GW]", "power [mW]"), 1, "power [GW]", "no unit of the list"),
    Case("header-without-unit", CHIPS, header(TDP, "tdp"), 1, TDP, 'got "tdp"'),
    Case("header-invented-unit", CHIPS, header(TDP, "tdp [horses]"), 1, TDP, "horses is no unit"),
    Case("unit-unknown", "evidence", cell(2, "unit", "furlong"), 2, "unit", "unit: must be one of"),
    Case("unit-in-wrong-case", "pairs", cell(2, "unit", "mW"), 2, "unit", "milliwatt"),
    Case("unit-of-energy", "claims", cell(2, "unit", "billion usd"), 2, "unit", "did you mean billion USD"),
    Case("unit-missing", STATES, cell(2, "unit", ""), 2, "unit", "must name the unit of power"),
    # bounds and order
    Case("share-in-per-mille", "claims", percent("390"), 2, "value", "must be from 0.01 to 100 percent"),
    Case("kilowatts-in-watts", CHIPS, cell(4, TDP, "0.7"), 4, TDP, "must be from 10 to 25,000"),
    Case("milliwatts-in-watts", CHIPS, cell(4, TDP, "700000"), 4, TDP, "must be from 10 to 25,000"),
    Case("milestone-of-25-gw", STATES, cell(2, POWER, "25000"), 2, POWER, "must be 0 or from 1 to 20,000 MW"),
    Case("gigawatts-as-megawatts", DEALS, cell(2, "power [GW]", "30000"), 2, "power [GW]", "must be from 0.001 to 300"),
    Case(
        "demand-of-50000", "grids", cell(2, "demand [TWh]", "50000"), 2, "demand [TWh]", "must be from 0.001 to 40,000"
    ),
    Case(
        "carbon-of-kilograms",
        "grids",
        cell(4, "carbon_intensity [g/kWh]", "384400"),
        4,
        "carbon_intensity [g/kWh]",
        "1,500",
    ),
    Case(
        "load-factor",
        "grids",
        cell(10, "peak [GW]", "60.24"),
        10,
        "peak [GW]",
        "must give a load factor from 0.45 to 0.90",
    ),
    Case(
        "load-factor-with-a-caution", "grids", cell(8, "peak [GW]", "30"), 8, "peak [GW]", "with the demand, got 1.18"
    ),
    Case("load-factor-below", "grids", cell(5, "demand [TWh]", "53.1"), 5, "peak [GW]", "with the demand, got 0.07"),
    Case("tdp-above-the-system", CHIPS, cell(2, TDP, "700"), 2, TDP, "at most 437.5 W, as a system of 8 has 3.5 kW"),
    Case("system-in-watts", CHIPS, cell(4, SYSTEM, "10200"), 4, SYSTEM, "10 times the TDP of its chips, got 10200"),
    Case("carbon-in-kilograms", "grids", cell(4, CARBON, "0.3844"), 4, CARBON, "must be 0 or from 2 to 1,500"),
    Case("point-for-thousands", STATES, cell(2, POWER, "1.200"), 2, POWER, "no point that may be meant for thousands"),
    Case(
        "dollars-with-a-point-for-thousands",
        DEALS,
        cell(2, "amount [billion USD]", "1.400"),
        2,
        "amount [billion USD]",
        "no point that may be meant for thousands",
    ),
    Case(
        "capex-with-a-point-for-thousands",
        STATES,
        cell(2, "capex [billion USD]", "1.400"),
        2,
        "capex [billion USD]",
        "no point that may be meant for thousands",
    ),
    Case("pair-with-a-point-for-thousands", "pairs", cell(5, POWER, "1.200"), 5, POWER, "meant for thousands"),
    Case("gigawatts-in-megawatts", STATES, cell(2, POWER, "0.421"), 2, POWER, "must be 0 or from 1 to 20,000 MW"),
    Case("pair-in-the-wrong-unit", "pairs", cell(2, "unit", "MW"), 2, POWER, "kW a chip with chip_count"),
    Case("correlation-above-1", "parameters", cell(2, "correlation", "1.9"), 2, "correlation", "must be at most 1"),
    Case("low-above-central", "parameters", cell(2, "low", "1.45"), 2, "central", 'must be at least low "1.45"'),
    Case("central-above-high", "parameters", cell(2, "high", "1.3"), 2, "high", 'must be at least central "1.39"'),
    Case("rating-below-its-low", CHIPS, cell(4, "tdp_low [W]", "900"), 4, TDP, "must be at least tdp_low [W]"),
    Case("weights-above-1", "claim_types", cell(2, "it_weight", "0.7"), 2, "it_weight", "must add up to 1"),
    Case(
        "power-per-chip-in-watts", "parameters", cell(2, "high", "1500"), 2, "high", "must be from 0.01 to 60 kW/chip"
    ),
    Case("ratio-in-per-cent", "evidence", cell(2, "central", "203"), 2, "central", "must be from 0 to 20 ratio"),
    Case("logit-of-one", FACTORS, cell(40, "high", "1"), 40, "shape", "must lie between 0 and 1, got 0.5 to 1"),
    Case("fixed-with-a-range", FACTORS, cell(52, "shape", "fixed"), 52, "shape", "fixed must have low = central"),
    Case("factor-of-nothing", FACTORS, cell(69, "low", "0"), 69, "low", "must be from 0.01 to 1 fraction"),
    Case("days-as-months", FACTORS, cell(52, "unit", "month"), 52, "unit", 'must be day for delay, got "month"'),
    Case("power-in-dollars", "claims", cell(5, "unit", "billion USD"), 5, "unit", "must be a unit of power"),
    Case("claim-of-nothing", "claims", cell(5, "value", "0"), 5, "value", "must be from 0.0001 to 10,000 GW"),
    Case("energy-of-no-year", THINGS, cell(6, "unit", "kWh"), 6, "unit", "must be a unit of energy, such as TWh/year"),
    Case("claim-of-another-year", "claims", cell(5, "until", "1900"), 5, "until", 'must be "2030-12-31" in the row'),
    Case("energy-of-carbon", THINGS, cell(4, "unit", "kgCO2/year"), 4, "unit", "must be a unit of energy"),
    Case("thing-of-nothing", THINGS, cell(6, "value", "0"), 6, "value", "must be above 0"),
    Case("grid-of-nothing", "grids", cell(4, "demand [TWh]", "0"), 4, "demand [TWh]", "must be from 0.001 to 40,000"),
    Case("pair-of-nothing", "pairs", cell(2, "power", "0"), 2, "power", "must be from 0.0001 to 20,000 MW"),
    # rows that pages stand on
    Case(
        "claim-told-in-two-sizes", "claims", cell(7, "value", "40"), 7, "value", "must be the 30 GW of the commitment"
    ),
    Case("grid-without-demand", "grids", cell(8, "demand [TWh]", ""), 8, "demand [TWh]", "must be filled in"),
    Case("no-claim-for-2030", "claims", without(5), None, "claim_id", 'must have the row "openai-power-2030"'),
    Case("no-way-to-the-claim", "claims", cell(6, "series", "other"), None, "series", "series openai-in-use"),
    Case("claim-without-power", DEALS, cell(2, "power [GW]", ""), 2, "power [GW]", "must be filled in"),
    Case("household-no-more", THINGS, cell(6, "category", "vehicle"), 6, "category", 'must be "household" in the row'),
    Case(
        "no-odds-unknown", "claim_types", cell(8, "claim_type", "nobody"), None, "claim_type", 'have the row "unknown"'
    ),
    Case("no-h100", CHIPS, cell(4, "aliases", "Hopper"), None, "aliases", 'by the name "H100"'),
    Case(
        "no-ramp-loss", FACTORS, cell(50, "scope", "nobody"), None, "quantity", "a row of ramp_loss with an empty scope"
    ),
    Case("capacity-as-chips", DEALS, cell(4, "ledger", "chips"), 4, "ledger", "must be stargate or cloud"),
    # dates
    Case("end-before-start", DEALS, cell(2, "end", "2020"), 2, "end", "must be at least start"),
    Case("no-such-day", STATES, cell(2, "date", "2025-02-30"), 2, "date", "must be a date that exists"),
    Case("no-such-month", STATES, cell(2, "date", "2025-13"), 2, "date", "must be a date that exists"),
    Case("date-in-words", STATES, cell(2, "date", "Oct 2025"), 2, "date", DATE),
    Case("date-of-a-spreadsheet", STATES, cell(2, "date", "30/09/2025"), 2, "date", DATE),
    Case("date-as-number", STATES, cell(2, "date", "45930"), 2, "date", DATE),
    Case("date-after-2040", STATES, cell(2, "date", "2099"), 2, "date", "must be from 1900 to 2040"),
    Case("energised-in-2029", STATES, cell(2, "date", "2029"), 2, "date", "2026-11-23 at the latest"),
    Case("energised-after-its-vintage", STATES, cell(2, "date", "2025-10"), 2, "date", "in 2025-09 at the latest"),
    Case("vintage-to-come", STATES, cell(4, "vintage", "2031"), 4, "vintage", "2026-11-23 at the latest"),
    Case("said-in-2035", "claims", cell(2, "said", "2035"), 2, "said", "2026-11-23 at the latest"),
    Case("announced-in-2031", DEALS, cell(2, "announced", "2031"), 2, "announced", "2026-11-23 at the latest"),
    Case("published-after-it-was-read", "sources", cell(2, "published", "2027"), 2, "published", "at the latest"),
    Case("demand-of-2035", "grids", cell(5, "year", "2035"), 5, "year", "2026-11-24 at the latest"),
    Case("peak-of-2030", "grids", cell(8, "peak_date", "2030-07"), 8, "peak_date", "2026-11-24 at the latest"),
    # cells of one row, and rows that need each other
    Case("planned-but-energised", STATES, cell(2, "kind", "planned"), 2, "status", 'where kind is "planned"'),
    Case("operating-but-building", STATES, cell(2, "status", "building"), 2, "status", 'where kind is "operating"'),
    Case("energised-forecast", STATES, cell(2, "basis", "forecast"), 2, "basis", 'where status is "energised"'),
    Case("energised-at-0", STATES, cell(2, POWER, "0"), 2, POWER, "must be empty or above 0"),
    Case("power-of-no-basis", STATES, cell(2, "power_basis", ""), 2, "power_basis", "must be filled in where power is"),
    Case("unit-of-nothing", STATES, cell(2, POWER, ""), 2, "unit", "must be empty where power is empty"),
    Case("basis-of-nothing", STATES, cell(2, POWER, ""), 2, "power_basis", "must be empty where power is empty"),
    Case(
        "site-without-a-state",
        SITES,
        added("atlantis", "Atlantis", "Nemo", "", "usa", *[""] * 7, "false", ""),
        5,
        "",
        "must have a milestone",
    ),
    Case("site-twice", SITES, cell(3, "name", "Stargate Abilene"), 3, "name", "another name than that of row 2"),
    Case("deal-again", DEALS, again(4), 8, "announced", "must be another deal than that of row 4"),
    Case("claim-again", "claims", again(5), 8, "said", "must be another claim than that of row 5"),
    Case("state-again", STATES, again(2), 10, "date", "must be another state than that of row 2"),
    Case("gigawatts-of-no-basis", DEALS, cell(7, "power_basis", ""), 7, "power_basis", "must be filled in where power"),
    Case("gigawatts-of-no-type", DEALS, cell(7, "claim_type", ""), 7, "claim_type", "must be filled in where power"),
    Case("basis-without-gigawatts", DEALS, cell(7, "power [GW]", ""), 7, "power_basis", "must be empty where power"),
    Case("chips-as-capacity", DEALS, cell(4, "kind", "chips"), 4, "layer", 'where kind is "chips", got "capacity"'),
    Case("dollars-of-no-kind", DEALS, cell(4, "money_kind", ""), 4, "money_kind", "must be filled in where amount"),
    Case("power-said-of-no-basis", "claims", cell(5, "basis", ""), 5, "basis", 'where quantity is "power"'),
    Case("power-said-of-no-type", "claims", cell(5, "claim_type", ""), 5, "claim_type", 'where quantity is "power"'),
    Case(
        "dollars-of-a-type", "claims", cell(2, "claim_type", "campus"), 2, "quantity", "must be power where claim_type"
    ),
    Case("supersedes-another", "claims", cell(5, "supersedes", "story-aws-money"), 5, "supersedes", "of openai-aws"),
    Case("superseded-and-preferred", "claims", cell(3, "supersedes", AWS_MONEY), 2, "preferred", "must be false, as"),
    Case("supersedes-a-later", "claims", cell(5, "said", "2025-09"), 5, "supersedes", "must be no later than"),
    Case("share-of-0", "links", cell(3, "share", "0"), 3, "share", "must be from 0.001 to 1"),
    Case("site-that-is-filled", "links", cell(3, "relation", "fills"), 3, "to_kind", 'where relation is "fills"'),
    Case("hosted-at-a-deal", "links", linked((AWS, "hosted at", AZURE, "")), 4, "to_kind", "must be site where"),
    Case(
        "part-of-what-fills-it",
        "links",
        linked((AWS, "part of", AZURE, ""), (AZURE, "fills", AWS, "")),
        5,
        "to_id",
        'must not lead back in "part of" or "fills"',
    ),
    Case("demand-of-no-year", "grids", cell(5, "year", ""), 5, "year", "must be filled in where demand [TWh]"),
    Case("peak-of-no-kind", "grids", cell(8, "peak_kind", ""), 8, "peak_kind", "must be filled in where peak [GW]"),
    Case("lower-bound-below-the-mean", "grids", cell(5, "peak [GW]", "50"), 5, "peak [GW]", "to 1.10 with the demand"),
    Case("more-than-the-whole", "grids", cell(2, "demand [TWh]", "4000"), 4, "demand [TWh]", "at most the 4000 TWh"),
    # addresses
    Case("address-javascript", "sources", cell(2, "address", "javascript:alert(1)"), 2, "address", "web address"),
    Case("address-file", "sources", cell(2, "address", "file:///etc/passwd"), 2, "address", "web address"),
    Case("address-ftp", "sources", cell(2, "address", "ftp://example.org/a"), 2, "address", "web address"),
    Case(
        "address-with-quote", "sources", cell(2, "address", 'https://example.org/"onload='), 2, "address", "web address"
    ),
    Case("address-without-host", "sources", cell(2, "address", "https:///page"), 2, "address", "web address"),
    Case("address-missing", "sources", cell(2, "address", ""), 2, "address", "must be filled in for a primary source"),
    # places
    Case("latitude-95", SITES, cell(2, LATITUDE, "95"), 2, LATITUDE, "must be"),
    Case("coordinates-swapped", SITES, cell(3, LATITUDE, "54.6"), 3, LATITUDE, "in are, got 54.6"),
    Case("sign-lost", SITES, cell(2, "longitude [deg]", "99.733"), 2, "longitude [deg]", "in usa, got 99.733"),
    Case("country-wrong", SITES, cell(2, "country", "are"), 2, LATITUDE, "in are"),
    Case("country-unknown", SITES, cell(2, "country", "xxx"), 2, "country", "must be"),
    Case("half-a-place", SITES, cell(2, "longitude [deg]", ""), 2, "longitude [deg]", "beside the other coordinate"),
    Case("grid-elsewhere", SITES, cell(2, "grid_id", "deu"), 2, "grid_id", "must be a grid of usa"),
    Case("operator-elsewhere", SITES, cell(3, "grid_id", "ercot"), 3, "grid_id", '"ercot", which lies in usa'),
    # ids that lead elsewhere
    Case("alias-twice", CHIPS, cell(4, "aliases", "H100; A100 40"), 4, "aliases", "must name one chip only"),
    Case("alias-in-other-words", CHIPS, cell(4, "aliases", "NVIDIA gb-200"), 5, "aliases", "must name one chip only"),
    Case("name-of-another", CHIPS, cell(2, "name", "NVIDIA H100"), 4, "aliases", "which names v100-sxm2 in row 2 too"),
    Case("name-twice", CHIPS, cell(2, "name", "A100 SXM4 40GB"), 3, "aliases", "which names v100-sxm2 in row 2 too"),
    Case("alias-of-commas", CHIPS, cell(2, "aliases", "V100, V100 SXM2"), 2, "aliases", "must have ; between names"),
    Case("pair-of-another-chip", "pairs", cell(4, "chip_id", "gb200-nvl72"), 4, "chip_id", "h100-sxm or of its family"),
    Case("deal-of-another-chip", DEALS, cell(7, "chip_id", "h100-sxm"), 7, "chip_id", 'as chip_name is "Trainium2"'),
    Case("site-of-another-chip", SITES, cell(3, "chip_id", "trainium2"), 3, "chip_id", 'as chip_name is "GB300"'),
    Case(
        "parameter-twice",
        FACTORS,
        cell(3, "scope", "h100-sxm"),
        3,
        "scope",
        "another quantity and scope than that of row 2",
    ),
    Case("parameter-of-no-chip", FACTORS, cell(2, "scope", "h100-sxmm"), 2, "scope", "a chip_id of accelerators.csv"),
    Case("parameter-of-no-use", FACTORS, cell(52, "scope", "ercot"), 52, "scope", "must be empty for delay"),
    Case(
        "part-of-two-wholes",
        "links",
        linked((AWS, "part of", RAINIER, "0.5"), (AWS, "part of", AZURE, "0.5")),
        5,
        "to_id",
        f'got "{AZURE}" beside "{RAINIER}" in row 4',
    ),
    Case(
        "part-of-a-whole-and-its-whole",
        "links",
        linked((AWS, "part of", AZURE, ""), (AZURE, "part of", RAINIER, ""), (AWS, "part of", RAINIER, "")),
        6,
        "to_id",
        "would be counted in both",
    ),
    Case("total-as-a-part", "links", cell(2, "relation", "part of"), 2, "from_id", "must not be a total"),
    Case("total-filled", "links", cell(3, "to_kind", "commitment"), 3, "to_id", "must be an id of commitments.csv"),
    Case("link-to-itself", "links", cell(2, "to_id", "agg-openai-2025-10b"), 2, "to_id", "another row"),
    Case("link-to-nothing", "links", cell(3, "to_id", "atlantis"), 3, "to_id", "must be an id of sites.csv"),
    Case(
        "link-twice",
        "links",
        linked((AWS, "expands", AZURE, ""), (AWS, "expands", AZURE, "1")),
        5,
        "to_id",
        "must be another link than that of row 4",
    ),
    Case(
        "shares-above-1",
        "links",
        linked((AWS, "fills", AZURE, "0.6"), (AWS, "fills", RAINIER, "0.41")),
        5,
        "share",
        'must add up to 1 at most with the other shares that "openai-aws-2025" fills, got 1.01',
    ),
    Case(
        "parts-of-each-other",
        "links",
        linked((AWS, "part of", AZURE, ""), (AZURE, "part of", AWS, "")),
        5,
        "to_id",
        'in "part of" or "fills", got openai-aws-2025 → openai-azure-2025 → openai-aws-2025 in row 4, 5',
    ),
    Case(
        "three-that-replace-in-a-ring",
        "links",
        linked((AWS, "replaces", AZURE, ""), (RAINIER, "replaces", AWS, ""), (AZURE, "replaces", RAINIER, "")),
        6,
        "to_id",
        'must not lead back in "replaces"',
    ),
    Case(
        "claim-in-place-of-itself",
        "claims",
        cell(2, "supersedes", "story-aws-money"),
        2,
        "supersedes",
        "story-aws-money → story-aws-money in row 2",
    ),
    Case(
        "claims-in-place-of-each-other",
        "claims",
        cell(7, "supersedes", "openai-power-2030"),
        7,
        "supersedes",
        "must not lead back in supersedes",
    ),
    Case("doubt-that-moves-with-itself", FACTORS, cell(41, TIED, "mature_load"), 41, TIED, "→ mature_load in row 41"),
    Case("doubt-that-moves-by-nothing", FACTORS, cell(41, BY, ""), 41, BY, 'in beside linked_quantity "draw_ratio"'),
    Case("doubt-that-moves-with-nothing", FACTORS, cell(40, BY, "0.8"), 40, TIED, 'beside linked_correlation "0.8"'),
    Case("grids-in-each-other", "grids", cell(2, "parent", "eu27"), 3, "parent", "world → eu27 → world in row 2, 3"),
    Case("total-not-marked", DEALS, cell(2, "aggregate", "false"), 2, "aggregate", "must be true"),
    Case("site-unknown", STATES, cell(2, "site_id", "atlantis"), 2, "site_id", "must be an id of sites.csv"),
    Case("chip-unknown", "pairs", cell(2, "chip_id", "z80"), 2, "chip_id", "must be an id of accelerators.csv"),
    Case("source-unknown", STATES, cell(2, "source_id", "hearsay"), 2, "source_id", "must be an id of sources.csv"),
    Case("source-missing", STATES, cell(2, "source_id", ""), 2, "source_id", "must name the source"),
    Case(
        "source-of-demand-missing",
        "grids",
        cell(2, "demand_source_id", ""),
        2,
        "demand_source_id",
        "must name the source",
    ),
    Case("source-in-a-list-unknown", "claim_types", cell(2, "source_ids", "hearsay"), 2, "source_ids", "must be an id"),
    Case(
        "source-cited-by-none",
        "sources",
        added("aaa", "A", "B", "", "2026-01-01", "https://example.org", "", "secondary"),
        105,
        "source_id",
        "none cites",
    ),
    # words
    Case("boolean-yes", SITES, cell(2, "own_power", "yes"), 2, "own_power", "must be true or false"),
    Case("boolean-capital", SITES, cell(2, "own_power", "TRUE"), 2, "own_power", "must be true or false"),
    Case(
        "choice-unknown", STATES, cell(2, "power_basis", "nameplate"), 2, "power_basis", "must be one of it, facility"
    ),
    Case("name-missing", SITES, cell(2, "name", ""), 2, "name", "must not be empty"),
    Case("invisible-space", SITES, cell(2, "name", "Stargate\u200bAbilene"), 2, "name", "got U+200B"),
    Case("no-break-space", SITES, cell(2, "name", "Stargate\u00a0Abilene"), 2, "name", "got U+00A0"),
    Case("lost-character", SITES, cell(2, "operator", "Cruso\ufffd; Oracle"), 2, "operator", "got U+FFFD"),
    Case("letters-misread", SITES, cell(2, "operator", "Crus\u00c3\u00b3e"), 2, "operator", "read as Windows-1252"),
    Case("firm-in-other-letters", DEALS, cell(4, "user", "Open AI"), 4, "user", '"OpenAI", got "Open AI"'),
    Case("merge-not-settled", SITES, added("<<<<<<< HEAD"), 5, "", 'got "<<<<<<< HEAD", a mark of a merge'),
    Case("two-lines", SITES, cell(2, "name", "Stargate\nAbilene"), 2, "name", "must be one line"),
    Case("error-of-a-spreadsheet", SITES, cell(2, "note", "see #REF! there"), 2, "note", 'got "#REF!"'),
    Case("no-value-of-a-spreadsheet", SITES, cell(2, "user", "#N/A"), 2, "user", 'got "#N/A"'),
    Case("hashes-of-a-spreadsheet", SITES, cell(2, "user", "#####"), 2, "user", "no error of a spreadsheet"),
    Case("text-turned-round", SITES, cell(2, "name", "Stargate\u202eenelibA"), 2, "name", "got U+202E"),
    Case("escape-character", SITES, cell(2, "name", "Stargate\x1b[31m"), 2, "name", "got U+001B"),
    Case("space-behind", SITES, cell(2, "operator", "Crusoe "), 2, "operator", "must not begin or end with a space"),
    Case("cell-of-20000-letters", SITES, cell(2, "note", "a" * 20_000), 2, "note", "must be at most 4,000"),
)


def make(case: Case) -> bytes:
    """The bytes of one hostile file."""
    return case.change((HERE / "good" / f"{case.table}.csv").read_bytes())


if __name__ == "__main__":
    for old in HERE.glob("*--*.csv"):
        old.unlink()
    for made in CASES:
        made.file.write_bytes(make(made))
