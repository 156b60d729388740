"""CSV text that a spreadsheet opens without running anything, and that reads back to the same cells.

Every CSV that we write goes through `csv_text`, and every table that we read through `plain`.
"""

import csv
import io
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from typing import Any

# Spreadsheets run what begins so; some programs take the full-width forms for the plain ones.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001
_ESCAPED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)


def safe(cell: Any) -> Any:
    """The cell, with an apostrophe before a text that a spreadsheet would run; numbers stay as they are.

    >>> safe("=SUM(A1)"), safe("-97.9"), safe(-97.9), safe("'=SUM(A1)")
    ("'=SUM(A1)", '-97.9', -97.9, "''=SUM(A1)")
    """
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def plain(cell: str) -> str:
    """The cell as it was before `safe`.

    >>> plain(safe("=SUM(A1)")), plain(safe("'=SUM(A1)")), plain("'tis")
    ('=SUM(A1)', "'=SUM(A1)", "'tis")
    """
    return cell[1:] if cell.startswith("'") and _ESCAPED.match(cell) else cell


def as_ours(content: bytes) -> bytes:
    r"""A CSV as we keep one: without the mark of UTF-8 and the CRLF that spreadsheets write, which harm nothing.

    >>> as_ours(b"\xef\xbb\xbfa,b\r\n1,2\r\n")
    b'a,b\n1,2\n'
    """
    return content.removeprefix(BOM_UTF8).replace(b"\r\n", b"\n")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Header and rows as CSV: commas, LF, quotes only where needed, every cell made safe."""
    out, line = io.StringIO(), io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n")  # so that a cell with either mark is quoted
    for row in (header, *rows):
        writer.writerow([safe(cell) for cell in row])
        out.write(line.getvalue()[:-2] + "\n")
        line.seek(0)
        line.truncate()
    return out.getvalue()
