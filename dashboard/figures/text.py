"""How wide a text is drawn, and where to break it: so that nothing is cut at any size."""

import functools
import html
import re
from typing import Any

# Advance widths of Open Sans in thousandths of the font size, measured, to the nearest ten; with 2 % in hand.
_GROUPS = {
    170: "’",
    250: "',ijl !.:;·\u00a0",
    280: "IJ()-",
    340: "[]ft“”/\\{}",
    410: 'r"?°',
    480: "zcsç_",
    500: "vy–",
    520: "FLkx",
    560: "^*STg|EYaeäéè",
    580: "$+0123456789<=>Z~×÷≥£X`€",
    610: "PVo₂öKbdhnpquüRμ",
    650: "AC#B",
    750: "&DGUHN",
    790: "OQw…%",
    930: "@MWm",
    1000: "—",
}
_UNITS = {letter: units for units, letters in _GROUPS.items() for letter in letters}
_OTHER = 700
_IN_HAND = 1.02
_KEPT = 4096  # texts whose width is remembered: most of a page's stay when one of its controls changes
_BOLD = 1.14
LINE = 1.32  # height of a line in font sizes


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels that a line of text takes at a font size."""
    return _pixels(_units(text), size, bold=bold)


@functools.lru_cache(_KEPT)
def _units(text: str) -> int:
    return sum([_UNITS.get(letter, _OTHER) for letter in text])


def _pixels(units: int, size: float, *, bold: bool) -> float:
    return units * _IN_HAND * size / 1000 * (_BOLD if bold else 1.0)


def wrapped(text: str, limit: float, size: float, *, bold: bool = False) -> list[str]:
    """The text in lines no wider than `limit` pixels; a single long word is broken."""
    return list(_wrapped(text, limit, size, bold=bold))


@functools.lru_cache(_KEPT)
def _wrapped(text: str, limit: float, size: float, *, bold: bool) -> tuple[str, ...]:
    lines: list[str] = []
    line, long = "", 0
    for word in _pieces(text, limit, size, bold=bold):
        longer = long + _UNITS[" "] + _units(word)
        if line and _pixels(longer, size, bold=bold) > limit:
            lines.append(line)
            line, long = word, _units(word)
        elif line:
            line, long = f"{line} {word}", longer
        else:
            line, long = word, _units(word)
    return (*lines, line) if line else tuple(lines)


def fitting_size(text: str, wide: float, high: float, size: float) -> float:
    """The font size at which the text fits a box in lines: smaller where it must be, down to 0.75."""
    sizes = (size, size * 0.9, size * 0.82)
    return next((font for font in sizes if len(wrapped(text, wide, font)) * font * LINE <= high), size * 0.75)


def fitted(text: str, wide: float, high: float, size: float) -> list[str]:
    """The text in the lines that a box has room for; what is too long for them ends with an ellipsis."""
    lines, most = wrapped(text, wide, size), max(1, int(high / (size * LINE)))
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1].rstrip(" ,") + "…"]


def shortened(text: str, limit: float, size: float, *, bold: bool = False) -> str:
    """The text in one line of at most `limit` pixels, with an ellipsis where something is left out."""
    if width(text, size, bold=bold) <= limit:
        return text
    kept = len(text)
    while kept > 1 and width(text[:kept].rstrip() + "…", size, bold=bold) > limit:
        kept -= 1
    return text[:kept].rstrip() + "…"


def _pieces(text: str, limit: float, size: float, *, bold: bool) -> list[str]:
    pieces = []
    for word in text.split(" "):
        rest = word
        while width(rest, size, bold=bold) > limit and len(rest) > 8:
            cut = max(4, int(len(rest) * limit / width(rest, size, bold=bold)) - 1)
            pieces.append(rest[:cut])
            rest = rest[cut:]
        pieces.append(rest)
    return pieces


def escaped(text: str) -> str:
    """Text from a table as plain text in a figure: no tag, no link, no template."""
    return re.sub(r"%\{", "% {", html.escape(text, quote=False))


def note(text: str, size: float, colour: str, **place: Any) -> dict[str, Any]:
    """An annotation without an arrow: a text, as HTML, at a place of the paper or, by `xref` and `yref`, on axes."""
    font = {"size": size, "color": colour}
    return {"text": text, "font": font, "showarrow": False, "borderpad": 0, "xref": "paper", "yref": "paper"} | place


def lines_html(lines: list[str], *, bold: bool = False) -> str:
    """Lines as one annotation text."""
    body = "<br>".join(escaped(line) for line in lines)
    return f"<b>{body}</b>" if bold else body
