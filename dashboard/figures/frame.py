"""The frame that all figures share: sizes, themes, title, answer, legend room, axis, foot."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dashboard import captions
from dashboard.compare import Comparison
from dashboard.figures.text import lines_html, note, wrapped

LEAST = 6  # font sizes: no marks can be read that have less height
FINEST = 11  # pixels: no words can be read that are smaller
FONT = "Open Sans, Helvetica Neue, Arial, sans-serif"


@dataclass(frozen=True)
class Size:
    """Width and, where fixed, height in pixels, with the base font size."""

    name: str
    width: int
    height: int | None
    font: float


SIZES: Mapping[str, Size] = MappingProxyType(
    {
        size.name: size
        for size in (
            Size("slide", 1600, 900, 22),
            Size("social", 1200, 675, 17),
            Size("square", 1080, 1080, 20),
            Size("column", 700, None, 13.5),
            Size("page", 1080, None, 14),
            Size("phone", 350, None, 12.5),
        )
    }
)


def size_named(name: str) -> Size:
    """A size by its name, or `WxH` in pixels.

    Raises:
        ValueError: neither; the message lists the names.
    """
    if name in SIZES:
        return SIZES[name]
    width, mark, height = name.partition("x")
    numbers = mark and width.isdecimal() and height.isdecimal() and name.isascii() and len(name) < 12
    if numbers and 300 <= int(width) <= 4000 and 300 <= int(height) <= 4000:
        return Size(name, int(width), int(height), _font(int(width)))
    raise ValueError(f'size: must be one of {", ".join(SIZES)} or WxH from 300 to 4000 pixels, got "{name[:40]}"')


def _font(width: int) -> float:
    """The base font of a width: that of the wide size which has it, whose least height is told by this name."""
    wide = (size.font for size in SIZES.values() if size.height and size.height < size.width == width)
    return next(wide, max(12.0, min(width / 70, 24.0)))


@dataclass(frozen=True)
class Theme:
    """Colours of one theme; `kinds` has one per kind of quantity."""

    paper: str
    ink: str
    quiet: str
    grid: str
    published: str
    kinds: Mapping[str, str]


THEMES: Mapping[str, Theme] = MappingProxyType(
    {
        "light": Theme(
            "#ffffff",
            "#1a1d21",
            "#565d66",
            "#dfe3e8",
            "#3b4149",
            {"capacity": "#0b62a8", "average": "#00725c", "energy": "#b8440a", "money": "#7b3f98"},
        ),
        "dark": Theme(
            "#15181c",
            "#f1f3f5",
            "#aeb6bf",
            "#333a42",
            "#c9d0d8",
            {"capacity": "#5fb0f0", "average": "#3fc7a6", "energy": "#ff9457", "money": "#c79be6"},
        ),
    }
)


def _on_paper() -> dict[str, str]:
    """The light colour in place of each dark one, so that what is shown dark can be printed light."""
    dark, light = THEMES["dark"], THEMES["light"]
    names = ("paper", "ink", "quiet", "grid", "published")
    pairs = {getattr(dark, name): getattr(light, name) for name in names}
    return pairs | {colour: light.kinds[kind] for kind, colour in dark.kinds.items()}


PAPER: Mapping[str, str] = MappingProxyType(_on_paper())


@dataclass(frozen=True)
class Frame:
    """Where things go: pixel margins and the layout with title, answer and foot placed in them."""

    size: Size
    theme: Theme
    left: float
    right: float
    top: float
    bottom: float
    height: float
    layout: dict[str, Any]

    @property
    def inner_width(self) -> float:
        """Pixels between the left and right margins."""
        return self.size.width - self.left - self.right

    @property
    def inner_height(self) -> float:
        """Pixels between the top and bottom margins."""
        return self.height - self.top - self.bottom


def frame(
    comparison: Comparison,
    size: Size,
    theme_name: str,
    *,
    left: float,
    right: float,
    body: float,
    least: float | None = None,
    legend_lines: int = 1,
    axis: bool = True,
) -> Frame:
    """The layout with its texts; `body` is the height the marks want where the size leaves it open.

    `least` is the height below which they cannot be told apart; `axis` keeps room for an axis with its title below.

    Raises:
        ValueError: no such theme, or the size has no room for the marks beside the words.
    """
    if theme_name not in THEMES:
        raise ValueError(f'theme: must be light or dark, got "{theme_name[:20]}"')
    theme, base, pad = THEMES[theme_name], size.font, size.font * 1.1
    room = size.width - 2 * pad
    title = wrapped(comparison.title, room, base * 1.45, bold=True)
    answer = wrapped(comparison.answer, room, base * 1.08)
    fine = max(base * 0.78, FINEST)
    foot = wrapped(comparison.foot, room, fine)
    title_h, answer_h = len(title) * base * 1.45 * 1.3, len(answer) * base * 1.08 * 1.35
    legend_h = legend_lines * base * 1.75
    top = pad + title_h + answer_h + base * 0.5 + legend_h + base * 0.7
    foot_h = len(foot) * fine * 1.35
    bottom = base * (3.6 if axis else 1.2) + foot_h + pad * 0.6
    height = size.height or round(top + body + bottom)
    needed = top + bottom + (base * LEAST if least is None else least)
    if height < needed:
        raise ValueError(
            f"size: {comparison.id} must be at least {size.width}x{math.ceil(needed)} to have room for its words, "
            f'got {size.name}; or take "column", which is as high as it must be'
        )
    side = {"x": 0, "xanchor": "left", "xshift": -left + pad, "align": "left"}
    above = side | {"y": 1, "yanchor": "top"}
    texts = [
        note(lines_html(title, bold=True), base * 1.45, theme.ink, yshift=top - pad, **above),
        note(lines_html(answer), base * 1.08, theme.quiet, yshift=top - pad - title_h - base * 0.1, **above),
        note(
            lines_html(foot),
            fine,
            theme.quiet,
            yshift=-bottom + pad * 0.6,
            **side,
            y=0,
            yanchor="bottom",
            name="foot",
        ),
    ]
    layout = _layout(comparison, size, theme, height, (left, right, top, bottom))
    layout["annotations"] = texts
    return Frame(size, theme, left, right, top, bottom, height, layout)


def _layout(
    comparison: Comparison, size: Size, theme: Theme, height: float, margins: tuple[float, float, float, float]
) -> dict[str, Any]:
    left, right, top, bottom = margins
    return {
        "template": None,
        "width": size.width,
        "height": height,
        "autosize": False,
        "margin": {"l": left, "r": right, "t": top, "b": bottom, "pad": 0, "autoexpand": False},
        "paper_bgcolor": theme.paper,
        "plot_bgcolor": theme.paper,
        "font": {"family": FONT, "size": size.font, "color": theme.ink},
        "hoverlabel": {"font": {"family": FONT, "size": size.font}},
        "showlegend": False,
        "shapes": [],
        "dragmode": False,
        "meta": {
            "id": comparison.id,
            "title": comparison.title,
            "alt": captions.alt(comparison),
            "answer": comparison.answer,
            "foot": comparison.foot,
            "version": comparison.version,
            "paper": dict(PAPER),
        },
    }
