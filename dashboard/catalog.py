"""The tables of a folder as records, every problem at once, and a content hash as the data version."""

import csv
import difflib
import functools
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any

from dashboard import records, sheets, store
from dashboard.records import (
    CellError,
    Chip,
    Claim,
    ClaimType,
    Commitment,
    Equivalent,
    Evidence,
    Grid,
    Link,
    Milestone,
    Pair,
    Parameter,
    Site,
    Source,
)

SHIPPED = Path(__file__).resolve().parent.parent / "datasets"


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a table: where (the row as an editor counts it), what, why, and how to mend it.

    `table` is the name of one of our tables, or the name of somebody's own file as it is, known by its point.
    """

    table: str
    row: int | None
    column: str
    value: str
    reason: str
    mend: str = ""

    def __str__(self) -> str:
        """`table.csv:row: column: reason; mend`."""
        kind = "" if "." in self.table else ".json" if self.table == "datapackage" else ".csv"
        place = f"{self.table}{kind}" + (f":{self.row}" if self.row else "")
        text = ": ".join(part for part in (place, self.column, self.reason) if part)
        return one_line(f"{text}; {self.mend}" if self.mend else text)


def one_line(text: str) -> str:
    """The text with what would break or hide a line written out: a message is one line, whatever a cell holds."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


class DataError(ValueError):
    """A folder of tables cannot be used; `problems` holds everything that was found."""

    def __init__(self, problems: list[Problem]) -> None:
        shown = "\n".join(str(problem) for problem in problems[:20])
        more = f"\nand {len(problems) - 20} more" if len(problems) > 20 else ""
        super().__init__(shown + more)
        self.problems = problems


class UnknownChipError(ValueError):
    """No chip goes by this name."""


@dataclass(frozen=True, repr=False)
class Catalog:
    """All tables as records by id; immutable once made."""

    version: str
    sources: Mapping[str, Source]
    accelerators: Mapping[str, Chip]
    parameters: Mapping[str, Parameter]
    claim_types: Mapping[str, ClaimType]
    evidence: Mapping[str, Evidence]
    commitments: Mapping[str, Commitment]
    links: Mapping[str, Link]
    claims: Mapping[str, Claim]
    sites: Mapping[str, Site]
    milestones: Mapping[str, Milestone]
    grids: Mapping[str, Grid]
    equivalents: Mapping[str, Equivalent]
    pairs: Mapping[str, Pair]

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(getattr(self, name))} {name}" for name in records.TABLES)
        return f"Catalog({self.version}: {counts})"

    @functools.cached_property
    def as_of(self) -> date:
        """The day up to which the tables were read: the latest access to a source."""
        return max(date.fromisoformat(row.accessed) for row in self.sources.values() if len(row.accessed) == 10)

    def parameter(self, quantity: str, *scopes: str) -> Parameter:
        """The row of a quantity for the first of the scopes that has one, else the general row.

        Raises:
            KeyError: no such quantity.
        """
        found = self.parameter_or_none(quantity, *scopes)
        if found is None:
            raise KeyError(f"parameters: no row for {quantity} ({', '.join(scopes) or 'general'})")
        return found

    def parameter_or_none(self, quantity: str, *scopes: str) -> Parameter | None:
        """As `parameter`, None where there is no row."""
        rows = self._parameters_by_quantity.get(quantity, {})
        return next((rows[scope] for scope in (*scopes, "") if scope in rows), None)

    @functools.cached_property
    def _parameters_by_quantity(self) -> dict[str, dict[str, Parameter]]:
        index: dict[str, dict[str, Parameter]] = {}
        for row in self.parameters.values():
            index.setdefault(row.quantity, {})[row.scope] = row
        return index

    @functools.cached_property
    def _chip_names(self) -> dict[str, str]:
        return chip_names((chip.chip_id, chip.aliases, chip.name) for chip in self.accelerators.values())

    def chip(self, name: str) -> Chip:
        """The chip that goes by a free-text name such as `NVIDIA H100 SXM5 80GB`, through aliases; never guessed.

        Raises:
            UnknownChipError: none does (the message names the nearest), or the one that does has another memory.
        """
        key, size = name_key(name), _MEMORY.search(name)
        names = self._chip_names
        sized = names.get(sized_key(name)) if size else None
        found = sized or names.get(key) or (names.get(key[:-1]) if key.endswith("s") else None)
        if found is None:
            shown = {spelled: self.accelerators[chip].name for spelled, chip in names.items()}
            hint = nearest(key, shown) or "; see accelerators.csv for the names"
            raise UnknownChipError(
                f'chip: must be one of the {len(self.accelerators)} known, got "{_short(name)}"{hint}'
            )
        chip = self.accelerators[found]
        if size and not sized and chip.memory is not None and chip.memory.m != float(size[1]):
            raise UnknownChipError(
                f'chip: {chip.name} has {chip.memory:g~} of memory, got "{_short(name)}"; '
                "leave the size out if that one is meant"
            )
        return chip

    def source(self, source_id: str) -> Source:
        """The publication with this id."""
        return self.sources[source_id]


def _short(text: str) -> str:
    shown = text.encode("unicode_escape").decode("ascii")
    return shown if len(shown) <= 40 else shown[:37] + "..."


_MEMORY = re.compile(r"\b(\d+) ?gb\b", re.IGNORECASE)
_NOISE = re.compile(
    r"\b(?:nvidia|amd|intel|google|aws|amazon|huawei|microsoft|instinct|tesla|radeon|habana|gpus?|chips?|accelerators?)\b"
    r"|\b\d+ ?gb\b|\bhbm(?!2e)\d\w*"  # of two H100 only the card for PCIe has HBM2e, so that name is no noise
)


def nearest(asked: str, names: Mapping[str, str]) -> str:
    """A hint for a message: the names (as spelled -> as shown) that hold what was asked for, else those most like it.

    >>> nearest("hyperion", {"Meta Hyperion": "Meta Hyperion", "Colossus": "Colossus"})
    '; nearest: Meta Hyperion'
    """
    spelled = {name.casefold(): name for name in names}
    key = asked.casefold().strip()
    near = [name for name in spelled if key and key in name] or difflib.get_close_matches(
        key, spelled, n=4, cutoff=0.72
    )
    shown = dict.fromkeys(names[spelled[name]] for name in near[:4])
    return f"; nearest: {', '.join(shown)}" if near else ""


def name_key(name: str) -> str:
    """A chip's name without vendor, size and kind of memory, case, spaces and marks: what two spellings have in common.

    >>> name_key("NVIDIA H100 SXM5 80GB"), name_key("h100-sxm5"), name_key("NVIDIA H100 80GB HBM3")
    ('h100sxm5', 'h100sxm5', 'h100')
    """
    plain = re.sub(r"[^a-z0-9]+", " ", name.lower())
    key = re.sub(r"[^a-z0-9]", "", _NOISE.sub(" ", plain))
    return key or plain.replace(" ", "")


def sized_key(name: str) -> str:
    """As `name_key`, with the memory size.

    >>> sized_key("NVIDIA A100 SXM4 40GB")
    'a100sxm440'
    """
    return name_key(_MEMORY.sub(r"\1", name))


def chip_names(chips: Iterable[tuple[str, Sequence[str], str]]) -> dict[str, str]:
    """The chip that each key of a name leads to, of chips given by id, aliases and name."""
    names: dict[str, str] = {}
    chips = list(chips)
    for chip_id, aliases, _ in chips:
        for name in (chip_id, *aliases):
            names.setdefault(name_key(name), chip_id)
    for chip_id, _, name in chips:  # last: without its memory size it may be an alias
        names.setdefault(name_key(name), chip_id)
    return names


def load(folder: Path = SHIPPED) -> Catalog:
    """The catalog of a folder.

    Raises:
        DataError: a table is missing or a row cannot be read; every problem is listed.
    """
    return build(contents(folder))


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of all tables, of one state of the folder even while an update is being written.

    Raises:
        DataError: a table is missing or cannot be read.
    """
    found = store.read(folder, [f"{name}.csv" for name in records.TABLES])
    errors = [content for content in found.values() if isinstance(content, store.FileError)]
    if errors:
        raise DataError([Problem(Path(e.name).stem, None, "", "", e.reason, e.mend) for e in errors])
    return {Path(name).stem: content for name, content in found.items() if isinstance(content, bytes)}


def build(contents: Mapping[str, bytes]) -> Catalog:
    """The catalog of tables given as bytes (table name -> CSV).

    Raises:
        DataError: as `load`.
    """
    read = {name: _records(name, contents[name]) for name in records.TABLES}
    tables = {name: dict(found) for name, (found, _) in read.items()}
    problems = [problem for _, problems in read.values() for problem in problems]
    if problems:
        raise DataError(problems)
    return Catalog(version=version(contents), **tables)


def version(contents: Mapping[str, bytes]) -> str:
    """Ten hexadecimal digits of the hash of all tables: the same bytes have the same version."""
    digest = blake2b(digest_size=5)
    for name in sorted(contents):
        digest.update(name.encode() + b"\0" + blake2b(contents[name]).digest())
    return digest.hexdigest()


_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def rows(
    table: str, content: bytes, problems: list[Problem], fits: Callable[[list[str]], None] = lambda _: None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of each row of a CSV; what is malformed goes to `problems`. `fits` judges the header."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        problems.append(
            Problem(table, content[: error.start].count(b"\n") + 1, "", "", _encoding_reason(content, error))
        )
        return
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(lines, None)
        if header is None:
            problems.append(Problem(table, None, "", "", "must have a header row, got an empty file"))
            return
        header = [sheets.plain(column) for column in header]
        if told := _no_header(header):
            problems.append(Problem(table, 1, "", "", *told))
            return
        fits(header)
        line = lines.line_num + 1
        for cells in lines:
            if told := _no_row(cells, len(header)):
                problems.append(Problem(table, line, "", "", *told))
            else:
                yield line, dict(zip(header, map(sheets.plain, cells), strict=True))
            line = lines.line_num + 1
    except csv.Error as error:
        problems.append(Problem(table, lines.line_num, "", "", f"must be CSV with closed quotes, got: {error}"))


def _no_header(header: Sequence[str]) -> tuple[str, str] | None:
    """Why a first row names no columns, and how to mend it; one column may go without a name, as that of an index."""
    other = next((mark for mark in _SEPARATORS if len(header) == 1 and mark in header[0]), "")
    if other:
        return f"must have commas between cells, got {_SEPARATORS[other]}", "save it again with commas"
    if header[:1] and header[0].lower().startswith("sep="):
        return f'must begin with the header, got "{header[0][:40]}", a line for a spreadsheet alone', "remove the line"
    nameless = [str(place) for place, column in enumerate(header, 1) if not column.strip()]
    if len(nameless) > 1:
        some = ", ".join(nameless[:10]) + (", ..." if len(nameless) > 10 else "")
        mend = "remove what stands above the header, and columns that are empty"
        return f"header: must name every column, got no name for columns {some}", mend
    twice = ", ".join(f'"{column[:40]}" {n} times' for column, n in Counter(header).items() if n > 1)
    return (f"header: must name each column once, got {twice[:200]}", "keep one of them") if twice else None


def _no_row(cells: Sequence[str], wanted: int) -> tuple[str, str] | None:
    """Why a line is no row of a table, and how to mend it."""
    if not cells:
        return "must hold a row, got a blank line", "remove the line"
    if not any(cells):
        return "must hold a row, got only commas", "remove the line"
    if len(cells) == wanted:
        return None
    mend = "put a cell that holds a comma in quotes" if len(cells) > wanted else "add the commas of the empty cells"
    return f"must have {wanted} cells as the header has, got {len(cells)}", mend


def _encoding_reason(content: bytes, error: UnicodeDecodeError) -> str:
    if content.startswith(b"PK\x03\x04"):
        return "must be CSV text, got a workbook or a zip archive; save the sheet as CSV UTF-8"
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "must be UTF-8, got UTF-16; save it again as UTF-8"
    return f"must be UTF-8, got byte 0x{content[error.start]:02x} at position {error.start}; save it again as UTF-8"


@functools.lru_cache(maxsize=2 * len(records.TABLES))  # an update is the same tables but for one or two, read thrice
def _records(table: str, content: bytes) -> tuple[Mapping[str, Any], tuple[Problem, ...]]:
    """The records of a table by id, and what speaks against it; the same bytes are read once."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    header = next(csv.reader(io.StringIO(content.split(b"\n", 1)[0].decode("utf-8", "replace"))), [])
    try:
        read = records.reader(records.TABLES[table], header) if header else None
    except ValueError as error:
        return {}, (Problem(table, 1, "", "", str(error)),)
    for line, row in rows(table, content, problems):
        if read is None:
            continue
        key = header[0]
        try:
            record = read(row)
        except CellError as error:
            problems.append(Problem(table, line, error.column, error.value, error.reason))
            continue
        except ValueError as error:
            problems.append(Problem(table, line, "", "", str(error)))
            continue
        if row[key] in found:
            problems.append(Problem(table, line, key, row[key], f'must be unique, got "{row[key]}" again'))
        found[row[key]] = record
    return found, tuple(problems)
