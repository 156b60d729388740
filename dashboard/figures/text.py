"""How wide a text is drawn, and where to break it: so that nothing is cut at any size."""

import html
import re

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
_WIDTHS = {letter: units * 1.02 for units, letters in _GROUPS.items() for letter in letters}
_OTHER = 700
_BOLD = 1.08


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels that a line of text takes at a font size."""
    units = sum(_WIDTHS.get(letter, _OTHER) for letter in text)
    return units * size / 1000 * (_BOLD if bold else 1.0)


def wrapped(text: str, limit: float, size: float, *, bold: bool = False) -> list[str]:
    """The text in lines no wider than `limit` pixels; a single long word is broken."""
    lines: list[str] = []
    line = ""
    for word in _pieces(text, limit, size, bold=bold):
        candidate = f"{line} {word}" if line else word
        if line and width(candidate, size, bold=bold) > limit:
            lines.append(line)
            line = word
        else:
            line = candidate
    return [*lines, line] if line else lines


def fitted(text: str, wide: float, high: float, size: float) -> tuple[list[str], float]:
    """The text in lines that fit a box, and their font size: smaller down to 0.75, and then cut with an ellipsis."""
    for font in (size, size * 0.9, size * 0.82, size * 0.75):
        lines = wrapped(text, wide, font)
        if len(lines) * font * 1.32 <= high:
            return lines, font
    most = max(1, int(high / (font * 1.32)))
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1].rstrip(" ,") + "…"]
    return lines, font


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


def lines_html(lines: list[str], *, bold: bool = False) -> str:
    """Lines as one annotation text."""
    body = "<br>".join(escaped(line) for line in lines)
    return f"<b>{body}</b>" if bold else body
