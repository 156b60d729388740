"""What a working is made of, and how its numbers are written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.estimates.inputs import Factor, parameter_factor
from dashboard.records import Parameter
from dashboard.units import spread_text, trimmed

GIGA = 1000.0
MOST_TERMS = 8  # terms of a sum that are written out
MOST_LINES = 12  # lines of one kind: the largest


@dataclass(frozen=True)
class Working:
    """One line: what it gives, the formula, the same with its numbers, and the result as a reader sees it."""

    label: str
    formula: str
    numbers: str
    result: str


@dataclass(frozen=True)
class Used:
    """One row of a table that went in."""

    label: str
    value: str
    basis: str = ""
    date: str = ""
    source_ids: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Worked:
    """The workings of one comparison; `cautions` are what follows from its own rows."""

    formulas: tuple[Working, ...] = ()
    rows: tuple[Used, ...] = ()
    factors: tuple[Factor, ...] = ()
    cautions: tuple[str, ...] = ()


def factors_of(rows: Iterable[Parameter]) -> tuple[Factor, ...]:
    """Rows of parameters.csv as assumptions, each once."""
    unique = {row.parameter_id: row for row in rows}
    return tuple(parameter_factor(row, {}) for row in unique.values())


def number(value: float, figures: int = 3) -> str:
    """A number to so many figures, without trailing zeros."""
    return trimmed(float(value), figures)


def sum_text(values: Iterable[float], what: str) -> str:
    """`a + b + c` with the largest first; the rest by their count."""
    ordered = sorted((float(value) for value in values), reverse=True)
    terms = [number(value) for value in ordered[:MOST_TERMS]]
    rest = ordered[MOST_TERMS:]
    if rest:
        terms.append(f"{number(sum(rest))} ({len(rest)} more {what})")
    return " + ".join(terms) or "0"


def megawatts(levels: Sequence[float]) -> str:
    """Five levels in MW as a median with its range."""
    return spread_text(levels[0], levels[2], levels[4], "MW")
