"""A comparison in words: text for those who do not see it, a caption of two sentences, and how to cite it."""

from datetime import date
from typing import Any

from dashboard.compare import ESTIMATE, READING, SUM, Comparison, value_text

PUBLISHER = "AI energy demand"
TOLD_UNTIL = "2030-12"  # the month at which lines over time are read out
MOST = 14  # rows that are read out; the table behind the figure has all


def alt(comparison: Comparison) -> str:
    """The picture in words: title, answer, the rows that it draws, unit and basis, sources."""
    told = _told(comparison)
    rows = "; ".join(f"{_name(row, comparison)}: {value_text(row, comparison)}" for row in told)
    more = len(comparison.table) - len(told)
    rest = f"; and {more} more in the table" if more and comparison.form not in ("series", "dots") else ""
    drawn = f" {rows}{rest}." if rows else ""
    sources = f"Sources: {comparison.few_sources}."
    by_hand = f" S{comparison.by_hand[1:]}." if comparison.by_hand else ""
    return f"{ended(comparison.title)} {comparison.answer}{drawn} {comparison.measure}{by_hand} {sources}"


def caption(comparison: Comparison) -> str:
    """Two sentences: what the picture shows with its leading number, range and unit; and where that is from."""
    title = comparison.title.rstrip(".?")
    if comparison.form == "dots" or comparison.table.empty:
        said = f"{title}: {comparison.answer[0].lower()}{comparison.answer[1:]}".rstrip(".")
    else:
        rows = _leads(comparison)
        basis = f", {rows[0].basis}" if rows[0].basis and comparison.form != "series" else ""
        named = "; ".join(f"{_name(row, comparison)}: {value_text(row, comparison)}" for row in rows)
        said = f"{title} – {named}{basis}"
    where = f" ({comparison.address})" if comparison.address else ""
    source = f"sources: {comparison.few_sources}; {PUBLISHER}{where}, data version {comparison.version}"
    by_hand = f"; {comparison.by_hand}" if comparison.by_hand else ""
    return f"{said}. {_what(comparison)}{by_hand}; {source}."


def _what(comparison: Comparison) -> str:
    """What the values and ranges of a picture are."""
    ours = comparison.table[comparison.table.nature == ESTIMATE]
    if ours.empty and comparison.typed:
        return "Values are as given"
    if ours.empty:
        return f"Values are as published{', sums of them ours' if SUM in set(comparison.table.nature) else ''}"
    if comparison.form == "tornado":
        return "Ranges are the results at the two ends of an assumption"
    ranged = comparison.form == "dots" or ours.q05.notna().any()
    return "Ranges are 90\u00a0% ranges" if ranged else "Values are medians of our estimates"


def _leads(comparison: Comparison) -> list[Any]:
    """The rows that a caption names, the leading one first."""
    named = {row.label: row for row in comparison.rows}
    return [named[label] for label in comparison.leads] or [lead(comparison)]


def lead(comparison: Comparison) -> Any:
    """The row that a caption leads with: the one so marked, the first estimate, the last likely month, the largest."""
    if comparison.leads:
        return next(row for row in comparison.rows if row.label == comparison.leads[0])
    told = _told(comparison) or comparison.rows
    if comparison.form == "series":
        return next((row for row in told if row.basis == "likely"), told[-1])
    if comparison.form == "ranges":
        return next((row for row in told if row.nature != READING), told[0])
    return told[0]


def _told(comparison: Comparison) -> list[Any]:
    """The rows that words name: the end of each line, the largest circles and ribbons, every bar."""
    rows = comparison.rows
    if comparison.form == "dots":
        return []
    if comparison.form == "series":
        return list({row.basis: row for row in rows if row.label <= TOLD_UNTIL}.values())
    if comparison.form in ("map", "flows"):
        return sorted(rows, key=lambda row: -row.value)[: MOST // 2]
    return rows[:MOST]


def _name(row: Any, comparison: Comparison) -> str:
    return f"{row.basis} in {row.label}" if comparison.form == "series" else str(row.label)


def ended(text: str) -> str:
    """A title as a sentence before another."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def citation(comparison: Comparison, day: date) -> str:
    """The picture as a line in a list of references."""
    return (
        f"{PUBLISHER} ({day.year}): {ended(comparison.title)} Data version {comparison.version} of "
        f"{day:%-d %B %Y}, {comparison.address or '/'}. After {comparison.few_sources}."
    )


def bibtex(comparison: Comparison, day: date) -> str:
    """The picture as a BibTeX entry."""
    fields = {
        "title": f"{{{_tex(comparison.title)}}}",
        "author": f"{{{PUBLISHER}}}",
        "year": str(day.year),
        "month": str(day.month),
        "version": comparison.version,
        "howpublished": _tex(comparison.address or "/"),
        "note": _tex(f"Data version {comparison.version}. After {comparison.few_sources}"),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{ai-energy-demand-{comparison.id}-{comparison.version},\n{lines}\n}}\n"


_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_SPECIAL |= {letter: f"\\{letter}" for letter in "&%$#_{}"}


def _tex(text: str) -> str:
    return "".join(_SPECIAL.get(letter, letter) for letter in text)
