"""What the rows of a list have to be told, each kind of it once."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from dashboard.units import counted

MOST_NOTES = 20  # told one by one
_NUMBER = re.compile(r"(?P<name>\"[^\"]*\")|(?<!\w)\d[\d,.]*(?!\w)")  # not one in a name, as in GB200


def told(notes: Iterable[Sequence[str]]) -> list[str]:
    """The notes of rows, each kind once with the count of its rows: the commonest, and how many more there are.

    Notes that differ in their numbers alone are of one kind, told by the commonest of them.
    """
    kinds: dict[str, Counter[str]] = {}
    for note in (note for of_row in notes for note in of_row):
        kinds.setdefault(_NUMBER.sub(r"\g<name>", note), Counter())[note] += 1
    ranked = sorted(kinds.values(), key=Counter.total, reverse=True)
    lines = [_told(kind) for kind in ranked[:MOST_NOTES]]
    rest = [kind.total() for kind in ranked[MOST_NOTES:]]
    if rest:
        lines.append(f"{len(rest):,} more such notes, each of at most {counted(f'{rest[0]:,}', 'rows')}")
    return lines


def _told(kind: Counter[str]) -> str:
    ((note, count),) = kind.most_common(1)
    others = kind.total() - count
    more = f", and so with other numbers: {counted(f'{others:,}', 'rows')}" if others else ""
    return f"{note}: {counted(f'{count:,}', 'rows')}{more}"
