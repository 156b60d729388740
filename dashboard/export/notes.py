"""What a file says of itself, and the same bytes each time: titles, words and numbers inside PNG, SVG and PDF."""

import html
import io
import os
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

TITLE, WORDS, SOURCE, NUMBERS = "Title", "Description", "Source", "Numbers"
_PNG_MARK = b"\x89PNG\r\n\x1a\n"
_ENDS = {"png": b"IEND\xaeB`\x82", "svg": b"</svg>", "pdf": b"%%EOF"}
_RANDOM = re.compile(rb'id="defs-([0-9a-f]{6})"')


def noted(content: bytes, kind: str, notes: Mapping[str, str]) -> bytes:
    """The file with its notes inside and without anything random or dated in it."""
    writers = {"png": _png, "svg": _svg, "pdf": _pdf}
    return writers[kind](content, notes) if kind in writers else content


def numbers_in(content: bytes, kind: str) -> str:
    """The CSV of the numbers that a file shows; empty where it has none.

    Raises:
        ValueError: the file is damaged.
    """
    if kind == "csv":
        return content.decode("utf-8")
    if not content.rstrip().endswith(_ENDS[kind]):
        raise ValueError(f"must be a {kind.upper()} up to its end, got {len(content):,} bytes without it")
    if kind == "png":
        return next((text for key, text in _png_texts(content) if key == NUMBERS), "")
    if kind == "svg":
        found = re.search(rb"<metadata>(.*?)</metadata>", content, re.DOTALL)
        return html.unescape(found[1].decode("utf-8")) if found else ""
    return _pdf_numbers(content)


# --- PNG: international text chunks after the header ------------------------------------------------------------------


def _png(content: bytes, notes: Mapping[str, str]) -> bytes:
    head = len(_PNG_MARK) + 25
    chunks = b"".join(_text_chunk(key, text) for key, text in notes.items())
    return content[:head] + chunks + content[head:]


def _text_chunk(key: str, text: str) -> bytes:
    body = key.encode("latin-1") + b"\0\1\0\0\0" + zlib.compress(text.encode(), 9)
    return struct.pack(">I", len(body)) + b"iTXt" + body + struct.pack(">I", zlib.crc32(b"iTXt" + body))


def _png_texts(content: bytes) -> Iterator[tuple[str, str]]:
    at = len(_PNG_MARK)
    while at + 12 <= len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        body = content[at + 8 : at + 8 + length]
        if content[at + 4 : at + 8] == b"iTXt" and b"\0\1\0\0\0" in body:
            key, _, text = body.partition(b"\0\1\0\0\0")
            try:
                yield key.decode("latin-1"), zlib.decompress(text).decode()
            except zlib.error as error:
                raise ValueError(f"its texts must be whole: {error}") from error
        at += 12 + length


# --- SVG: title, description and metadata ----------------------------------------------------------------------------


def _svg(content: bytes, notes: Mapping[str, str]) -> bytes:
    found = _RANDOM.search(content)
    steady = content.replace(found[1], b"figure") if found else content
    head = steady.index(b">") + 1
    root = steady[:head].replace(b' style=""', b"")  # put before or behind its neighbours, as it happens
    tags = ((TITLE, "title"), (WORDS, "desc"), (NUMBERS, "metadata"))
    inside = "".join(f"<{tag}>{html.escape(notes[key], quote=False)}</{tag}>" for key, tag in tags if notes.get(key))
    return root + inside.encode() + steady[head:]


# --- PDF: document information, dated by SOURCE_DATE_EPOCH if at all -------------------------------------------------


def _pdf(content: bytes, notes: Mapping[str, str]) -> bytes:
    import pypdf
    from pypdf.generic import ArrayObject, ByteStringObject

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(content))
    writer.metadata = {
        "/Title": notes[TITLE],
        "/Subject": notes[WORDS],
        "/Keywords": notes[SOURCE],
        "/Producer": "AI energy demand",
        **_dates(),
    }
    if notes.get(NUMBERS):
        writer.add_attachment("numbers.csv", notes[NUMBERS].encode())
    mark = ByteStringObject(zlib.crc32("".join(notes.values()).encode()).to_bytes(4, "big") * 4)
    writer._ID = ArrayObject([mark, mark])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _dates() -> dict[str, str]:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch.isascii() or not epoch.isdecimal():
        return {}
    text = datetime.fromtimestamp(int(epoch), UTC).strftime("D:%Y%m%d%H%M%SZ")
    return {"/CreationDate": text, "/ModDate": text}


def _pdf_numbers(content: bytes) -> str:
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        attached = pypdf.PdfReader(io.BytesIO(content)).attachments.get("numbers.csv")
    except (PyPdfError, zlib.error, AttributeError, LookupError, TypeError, RecursionError) as error:
        # pypdf looks for what a damaged object no longer has
        raise ValueError(f"must be a PDF that can be read: {error}") from error
    return attached[0].decode("utf-8") if attached else ""
