"""One CSV file read strictly: every cell in its place, or a problem that says where the file goes wrong."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from dashboard import sheets
from dashboard.catalog import Problem
from dashboard.records import header_field
from dashboard.units import UNITS, QuantityError, read_cell

_STARTS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a zip archive or a workbook", "unpack it, or save the sheet as CSV UTF-8"),
    (b"\x1f\x8b", "a gzip archive", "unpack it first"),
    (b"%PDF", "a PDF", "save the table as CSV UTF-8"),
    (b"\xff\xfe", "UTF-16", "save it again as UTF-8"),
    (b"\xfe\xff", "UTF-16", "save it again as UTF-8"),
)
_MARK = b"\xef\xbb\xbf"
_SEPARATORS = {";": "separator ;", "\t": "separator tab", "|": "separator |"}
_CONFLICT = ("<<<<<<< ", "||||||| ", "=======", ">>>>>>> ")
_SAVE = "save it again with commas, in LibreOffice: Save as, Edit filter settings, Field delimiter ,"


@dataclass
class Table:
    """A well-formed table: header, rows of cells, and the line at which an editor shows each row."""

    name: str
    header: tuple[str, ...]
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    broken_ids: set[str] = field(default_factory=set)
    cut_short: bool = False

    @cached_property
    def _records(self) -> list[tuple[int, dict[str, str]]]:
        rows = (dict(zip(self.header, row, strict=True)) for row in self.rows)
        return list(zip(self.lines, rows, strict=True))

    def records(self) -> Sequence[tuple[int, Mapping[str, str]]]:
        """Line and cells by column of each row; to be asked once all rows are read."""
        return self._records

    def by_id(self) -> dict[str, dict[str, str]]:
        """The rows by the first column, as copies that may be changed."""
        return {row[self.header[0]]: dict(row) for _, row in self._records}


def read_table(name: str, content: bytes, columns: Sequence[str], problems: list[Problem]) -> Table | None:
    """The table in a file, or None where its header is not the wanted one; what is wrong goes to `problems`."""
    text = _text(name, content, problems)
    if text is None:
        return None
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(lines)
    except csv.Error as error:
        problems.append(_unclosed(name, 1, text, [], error))
        return None
    if not _header_fits(name, header, columns, problems):
        return None
    table = Table(name, tuple(header))
    line = lines.line_num + 1
    try:
        for cells in lines:
            _take(table, line, cells, problems)
            line = lines.line_num + 1
    except csv.Error as error:
        problems.append(_unclosed(name, line, text, header, error))
        table.cut_short = True
    if line == 2 and not table.rows and not any(problem.table == name for problem in problems):
        problems.append(Problem(name, 2, "", "", "must hold at least one row, got only a header", "add the rows"))
    return table


def _text(name: str, content: bytes, problems: list[Problem]) -> str | None:
    """The text with commas, LF and nothing before its header; of another form, all that is to be mended at once."""
    before = len(problems)
    if not content.strip():
        problems.append(
            Problem(name, 1, "", "", "must have a header row, got an empty file", "start from the old file")
        )
        return None
    for start, what, mend in _STARTS:
        if content.startswith(start):
            problems.append(Problem(name, 1, "", "", f"must be CSV text in UTF-8, got {what}", mend))
            return None
    nul = content.find(b"\0")
    if nul >= 0:
        what, mend = "must be CSV text in UTF-8, got a NUL byte", "save it again as UTF-8"
        problems.append(Problem(name, _line(content, nul), "", "\\x00", what, mend))
        return None
    if content.startswith(_MARK):
        what = "must be CSV text in UTF-8, got a byte order mark (BOM) before it"
        problems.append(Problem(name, 1, "", "", what, "save it again as UTF-8 without BOM"))
    try:
        text = content.removeprefix(_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        problems.append(_undecodable(name, content, error.start + len(content) - len(content.removeprefix(_MARK))))
        return None
    problems += _forms(name, text)
    return text if len(problems) == before else None


def _forms(name: str, text: str) -> Iterator[Problem]:
    """What a spreadsheet saves otherwise: line ends, a line that names the separator, the separator."""
    if "\r" in text:
        kind = "CRLF (Windows)" if "\r\n" in text else "CR (old Mac)"
        place = text[: text.index("\r")].count("\n") + 1
        what = f"must end its lines with LF, got {kind}"
        mend = "save it with Unix line ends, or run: sed -i 's/\\r$//' FILE"
        yield Problem(name, place, "", "\\r", what, mend)
    first, *others = text.splitlines()
    if first.lower().startswith("sep="):
        what = f'must begin with the header, got "{shown(first)}", a line for a spreadsheet alone'
        yield Problem(name, 1, "", first, what, "remove the line")
        first = others[0] if others else ","
    if "," not in first and (mark := next((mark for mark in _SEPARATORS if mark in first), "")):
        yield Problem(name, 1, "", mark, f"must have commas between cells, got {_SEPARATORS[mark]}", _SAVE)


def _line(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1


def _undecodable(name: str, content: bytes, position: int) -> Problem:
    """The first byte that is no UTF-8, with the row and the column it stands in."""
    before = content[:position].decode("utf-8")
    rows = list(csv.reader(io.StringIO(before, newline="")))
    header = rows[0] if rows else []
    column = header[len(rows[-1]) - 1] if len(rows) > 1 and 0 < len(rows[-1]) <= len(header) else ""
    byte = f"0x{content[position]:02x}"
    reason = f"must be UTF-8, got byte {byte}, as in Latin-1 or Windows-1252"
    return Problem(name, _line(content, position), column, byte, reason, "save it again as UTF-8")


def _header_fits(name: str, header: list[str], columns: Sequence[str], problems: list[Problem]) -> bool:
    before = len(problems)
    for column, count in Counter(filter(str.strip, header)).items():
        if count > 1:
            what = f'header: must name each column once, got "{column}" {count} times'
            problems.append(Problem(name, 1, column, column, what, "keep one of them"))
    fields = {header_field(column)[0]: column for column in columns}
    found = {header_field(column)[0]: column for column in header}
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in columns and header_field(column)[0] not in fields]
    nameless = [str(at) for at, column in enumerate(header, 1) if not column.strip()]
    if nameless:
        what = f"header: must name every column, got no name for column {' and '.join(nameless)}"
        mend = "name it if it is one of those that are missing; remove it if it is empty"
        problems.append(Problem(name, 1, "", "", what, mend))
    renamed = _renamed([c for c in missing if header_field(c)[0] not in found], [c for c in unknown if c.strip()])
    for column in missing:
        if column in renamed:
            what = f'header: must be "{column}", got "{renamed[column]}"'
            problems.append(Problem(name, 1, column, renamed[column], what, "rename it"))
        else:
            problems.append(_missing_column(name, column, found.get(header_field(column)[0])))
    others = [column for column in unknown if column.strip() and column not in renamed.values()]
    problems += [_unknown_column(name, column, columns) for column in others]
    if len(problems) == before and header != list(columns):
        at = next(i for i, column in enumerate(columns) if header[i] != column)
        what = f'header: must have "{columns[at]}" as column {at + 1}, got "{header[at]}"'
        problems.append(Problem(name, 1, columns[at], header[at], what, "put the columns in the order of the old file"))
    return len(problems) == before


def _renamed(missing: Sequence[str], unknown: Sequence[str]) -> dict[str, str]:
    """The unknown column that each missing one is most like: a bracket, a letter or a space apart."""
    spelled = {column.casefold().strip(): column for column in unknown}
    pairs = {}
    for column in missing:
        for near in get_close_matches(column.casefold(), spelled, n=1, cutoff=0.8):
            pairs[column] = spelled.pop(near)
    return pairs


def _missing_column(name: str, column: str, similar: str | None) -> Problem:
    if similar is None:
        what = f'header: must have the column "{column}", got none of that name'
        return Problem(name, 1, column, "", what, "add it, empty where nothing is known")
    unit = header_field(similar)[1]
    known = "" if not unit or unit in UNITS else f", and {unit} is no unit of the list"
    what = f'header: must be "{column}", got "{similar}"{known}'
    return Problem(name, 1, column, similar, what, "convert the numbers of the column, then give the header its unit")


def _unknown_column(name: str, column: str, columns: Sequence[str]) -> Problem:
    what = f'header: must be one of the columns in datapackage.json, got "{column}"'
    return Problem(name, 1, column, column, what, f"remove it; the columns are {', '.join(columns)}")


def _take(table: Table, line: int, cells: list[str], problems: list[Problem]) -> None:
    wanted, got = len(table.header), len(cells)
    if cells and not any(cells):
        what, mend = "must hold a row, got only commas", "remove the line"
        problems.append(Problem(table.name, line, "", "", what, mend))
        return
    if got == wanted:
        table.rows.append([sheets.plain(cell) for cell in cells])
        table.lines.append(line)
        return
    what = f"must have {wanted} cells as the header has, got {got}"
    if cells and cells[0].startswith(_CONFLICT):
        what, mend = (
            f'must hold a row, got "{shown(cells[0])}", a mark of a merge',
            "settle the merge, then remove the mark",
        )
        column, value = "", cells[0]
    elif not cells:
        what, mend, column, value = "must hold a row, got a blank line", "remove the line", "", ""
    elif got < wanted:
        column, value, mend = table.header[got], "", f'cells are missing from "{table.header[got]}" on: add the commas'
    else:
        column, value = table.header[-1], cells[wanted]
        mend = f'put a cell that holds a comma in quotes; "{value[:40]}" is one too many'
    table.broken_ids.update(cells[:1])
    problems.append(Problem(table.name, line, column, value, what, mend))


def _unclosed(name: str, line: int, text: str, header: list[str], error: csv.Error) -> Problem:
    rest = text.split("\n", line - 1)[-1]
    column = ""
    if "limit" not in str(error):
        cells = next(csv.reader(io.StringIO(rest, newline="")), [])
        column = header[len(cells) - 1] if 0 < len(cells) <= len(header) else ""
        what = (
            "must close the quote that opens here" if "end of data" in str(error) else "must be CSV with closed quotes"
        )
    else:
        what = "must have cells of at most 131,072 characters"
    mend = 'write a quote inside a cell twice, as in "a ""word"" in quotes"'
    return Problem(name, line, column, "", f"{what}, got: {error}", mend)


def number(cell: str) -> float | None:
    """The number in a cell, None where there is none: that has its own rule."""
    try:
        return read_cell(cell)
    except QuantityError:
        return None


def shown(cell: str) -> str:
    """A cell in a message: its beginning, if it is long."""
    return cell if len(cell) <= 60 else cell[:57] + "..."


def columns_of(resource: Mapping[str, object]) -> list[str]:
    """The column names of a resource of the descriptor, in order."""
    schema = resource.get("schema")
    fields = schema.get("fields", []) if isinstance(schema, dict) else []
    return [str(item.get("name", "")) for item in fields if isinstance(item, dict)]
