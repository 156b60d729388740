"""What the header and the labels of a planner's list say: our columns, those that are not read, and rows of totals."""

import re
from collections.abc import Sequence

from dashboard.estimates.estimate import RESULT_UNITS
from dashboard.units import CAPACITY_UNITS

COLUMNS = (
    *("id", "name", "chip", "chip_count", "power", "unit", "power_basis", "amount", "currency", "term_years"),
    *("operator", "country", "grid", "start", "end"),
)
SIZES = ("chip_count", "power", "amount")  # the first without decimals
_MEASURED = (*SIZES, "term_years", "start", "end")  # what may have a unit or a remark in brackets behind it
NOTES = "estimate_notes"
IN_CSV = {"q05": 0, "q50": 2, "q95": 4}
_UNITS = "|".join(CAPACITY_UNITS)
_WITH_UNIT = re.compile(rf"(?P<name>.*?)(?: *[\[(](?P<unit>.*)[\])]|[ _](?P<bare>{_UNITS}))", re.IGNORECASE)
_WORD = r"(?:grand ?|sub[ -]?)?tot(?:als?|ale|aal)"
_TOTAL = re.compile(
    rf"(?:.+ )?{_WORD}\W*|{_WORD}(?: (?:of|for|in|all)\b.*| ?\(.*\)| (?:{_UNITS}))"
    r"|(?:all )?sum(?:me|ma)?\W*|som(?:me|a)\W*|suma\W*|(?:gesamt|insgesamt)(?:summe|ergebnis)?\W*",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?P<part>[QH][1-4]) ?[-/’']? ?(?P<year>20\d\d)|(?P<year_>20\d\d) ?[-/]? ?(?P<part_>[QH][1-4])", re.IGNORECASE
)
_MONTHS_OF = {"Q": 3, "H": 6}
LONGEST_TOTAL = 60  # letters: more is a sentence about something else


def header_reasons(header: Sequence[str]) -> list[str]:
    """Why a header is none of a list of plans; empty where it is one.

    >>> header_reasons(["id", "Power", "Unit"])
    ['header: power must be written so, got "Power"', 'header: unit must be written so, got "Unit"']
    >>> header_reasons(["id", "power [MW]"])
    ['header: power must be written so, got "power [MW]"; MW goes into a column unit, in each row']
    """
    reasons = [reason for column in header if (reason := _written_otherwise(column, header))]
    if not reasons and not set(SIZES) & set(header):
        got = ", ".join(header)[:100]
        reasons.append(f"header: must have at least one of {', '.join(SIZES)}; got {got} as the first row")
    return reasons


def _written_otherwise(column: str, header: Sequence[str]) -> str:
    """How a column is written that is all but one of ours; blank where it is one, or none."""
    meant, behind = _key(column), ""
    if told := _WITH_UNIT.fullmatch(column.strip()):
        name = _key(told["name"])
        if name in _MEASURED and name not in header:
            meant, behind = name, told["unit"] or told["bare"]
    if column in COLUMNS or meant not in COLUMNS:
        return ""
    beside = {"power": "unit", "amount": "currency"}.get(meant, "") if behind else ""
    mend = f"; {behind[:20]} goes into a column {beside}, in each row" if beside else ""
    return f'header: {meant} must be written so, got "{column[:40]}"{mend}'


def _key(column: str) -> str:
    return column.strip().casefold().replace(" ", "_")


def result_columns(name: str) -> list[str]:
    """The columns that the results of one kind have in the CSV of a list.

    >>> result_columns("facility_peak")
    ['facility_peak_q05 [MW]', 'facility_peak_q50 [MW]', 'facility_peak_q95 [MW]']
    """
    return [f"{name}_{level} [{RESULT_UNITS[name]}]" for level in IN_CSV]


def is_ours(column: str) -> bool:
    """Whether an earlier run wrote the column."""
    return column == NOTES or column in {found for name in RESULT_UNITS for found in result_columns(name)}


def not_read(header: Sequence[str]) -> list[str]:
    """The columns of a list that are kept and play no part in its estimates.

    >>> not_read(["id", "power", "unit", "basis", "facility_peak_q50 [MW]"])
    ['basis']
    """
    return [column for column in header if column not in COLUMNS and not is_ours(column)]


def same_rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[int, int]:
    """The place of each row that has no id or name and says what an earlier one does, with the place of that one.

    >>> same_rows(["power", "unit"], [("5", "MW"), ("6", "MW"), (" 5", "MW")])
    {2: 0}
    """
    labels = [place for place, column in enumerate(header) if column in ("id", "name")]
    own = [place for place, column in enumerate(header) if not is_ours(column)]
    first: dict[tuple[str, ...], int] = {}
    found = {}
    for place, row in enumerate(rows):
        if not any(row[label].strip() for label in labels):
            earlier = first.setdefault(tuple(row[column].strip() for column in own), place)
            if earlier != place:
                found[place] = earlier
    return found


def is_total(label: str) -> bool:
    """Whether a row calls itself a sum of others, as spreadsheets end a list.

    >>> [is_total(label) for label in ("Total", "Grand total:", "Alpha Total", "Total (3 sites)", "Summe", "Totals MW")]
    [True, True, True, True, True, True]
    >>> [is_total(label) for label in ("TotalEnergies Normandy", "Total Eren hall 2", "Summit", "a total of two halls")]
    [False, False, False, False]
    """
    return len(label) <= LONGEST_TOTAL and _TOTAL.fullmatch(label.strip()) is not None


def date_mend(text: str, column: str) -> str:
    """How a quarter, a half of a year or a date in another order is written; blank of anything else.

    >>> date_mend("Q3 2027", "start"), date_mend("2027-H2", "end")
    ('; for Q3 2027 write 2027-07', '; for H2 2027 write 2027-12')
    >>> date_mend("30/06/2027", "end"), date_mend("June 2027", "start"), date_mend("Q5 2027", "start")
    ('; the year comes first: 2027-06', '; the month is a number, the year first: 2027-06', '')
    """
    found = _PART.fullmatch(text)
    if found:
        part, year = (found["part"] or found["part_"]).upper(), found["year"] or found["year_"]
        long = _MONTHS_OF[part[0]]
        last = int(part[1]) * long
        return (
            f"; for {part} {year} write {year}-{last if column == 'end' else last - long + 1:02d}" if last <= 12 else ""
        )
    if re.fullmatch(r"(?:\d{1,2}[./-])?\d{1,2}[./-]20\d\d", text):
        return "; the year comes first: 2027-06"
    return "; the month is a number, the year first: 2027-06" if re.search(r"(?i)[a-z]{3}.*20\d\d", text) else ""
