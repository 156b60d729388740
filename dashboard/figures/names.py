"""Places for the names of marks: near their mark, on no other mark or name, and no leader through a name."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.figures.text import width

TALL = 1.3  # height of a name in font sizes of the figure


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels from the upper left corner of a plot."""

    left: float
    top: float
    right: float
    bottom: float

    def crossed(self, x: float, y: float, to: "Box") -> bool:
        """Whether the straight line from a point to the nearest of another rectangle crosses this one."""
        across, down = to.nearest(x, y)
        parts = [i / 16 for i in range(1, 17)]
        return any(
            self.left < x + across * part < self.right and self.top < y + down * part < self.bottom for part in parts
        )

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """From a point to the rectangle: how far across and down."""
        return min(max(self.left, x), self.right) - x, min(max(self.top, y), self.bottom) - y


@dataclass(frozen=True)
class Name:
    """A name in its place, with its mark's."""

    text: str
    x: float
    y: float
    box: Box


def place(
    text: str,
    mark: tuple[float, float],
    boxes: Iterable[Box],
    taken: Sequence[Box],
    names: Sequence[Name],
    free: Callable[[Box], bool],
    apart: Sequence[Box] = (),
) -> Name | None:
    """The first of some rectangles that is free, on nothing taken, and leads to its mark through no other's name.

    Nor does it lead through any of those that stand `apart` from the mark.
    """
    x, y = mark
    for box in _apart(list(boxes), taken):
        if not free(box) or any(other.crossed(x, y, box) for other in apart):
            continue
        if not any(other.box.crossed(x, y, box) or box.crossed(other.x, other.y, other.box) for other in names):
            return Name(text, x, y, box)
    return None


def _apart(boxes: Sequence[Box], taken: Sequence[Box]) -> list[Box]:
    """The rectangles that meet none of those taken: thousands of pairs at once."""
    if not boxes or not taken:
        return list(boxes)
    left, top, right, bottom = np.array([(box.left, box.top, box.right, box.bottom) for box in boxes]).T[:, :, None]
    lefts, tops, rights, bottoms = np.array([(box.left, box.top, box.right, box.bottom) for box in taken]).T
    met = ((left < rights) & (lefts < right) & (top < bottoms) & (tops < bottom)).any(axis=1)
    return [box for box, meets in zip(boxes, met.tolist(), strict=True) if not meets]


def size_of(text: str, base: float) -> tuple[float, float]:
    """Pixels across and down that a name takes, written at 0.88 of the font size."""
    return width(text, base * 0.88) + base * 0.5, base * TALL


def near(mark: tuple[float, float], size: tuple[float, float], side: int, reach: float, step: float) -> list[Box]:
    """The rectangles of a size up to `reach` pixels from a mark, a `step` apart, the nearest first.

    `side` is -1 for those above it or to its left, 1 for those below it or to its right.
    """
    (x, y), (wide, tall) = mark, size
    nears = (x + side * across * step for across in range(-int(wide / step) - 1, int(reach / step) + 1))
    lefts = [at - wide if side < 0 else at for at in nears]
    tops = [y + side * along * step - tall / 2 for along in range(-6, int(reach / step) + 2)]
    aside = [(dx, left) for left in lefts if abs(dx := min(max(left, x), left + wide) - x) < reach]
    aloft = [(dy, top) for top in tops if abs(dy := min(max(top, y), top + tall) - y) < reach]
    far = [(math.hypot(dx, dy), left, top) for dx, left in aside for dy, top in aloft]
    found = sorted((at for at in far if at[0] < reach), key=lambda at: at[0])
    return [Box(left, top, left + wide, top + tall) for _, left, top in found]


def short(labels: Sequence[str], limit: float, size: float) -> str:
    """A name that fits: what stands in brackets or after a comma goes first, then it is cut."""
    plain = [label.partition(" (")[0] for label in labels]
    first = [label.partition(",")[0] for label in plain]
    text = ""
    for names in (labels, plain, first):
        text = "; ".join(names)
        if width(text, size) <= limit:
            return text
    while text and width(text + "…", size) > limit:
        text = text[:-1]
    return text.rstrip() + "…"
