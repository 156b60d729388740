"""What is to be made: a list of shots, from options, from a file of shots, or every figure in every size."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dashboard import captions
from dashboard.catalog import Catalog
from dashboard.compare import Comparison
from dashboard.figures import Size, size_named
from dashboard.web.addresses import comparisons_at, page_of, steady
from dashboard.web.exits import SIZES
from dashboard.web.pages import PAGES

FORMATS = ("png", "svg", "pdf", "csv")
PAGE_FORMATS = ("png", "pdf")
THEMES = ("light", "dark")
SCALES = (1, 2, 3)
PAGE_SIZE = "1280x900"


@dataclass(frozen=True)
class Shot:
    """One file to be made: of a figure, or of a whole page where there is no `comparison`."""

    address: str
    comparison: Comparison | None
    format: str
    size: Size
    theme: str
    version: str
    scale: int = 2
    name: str = ""

    @property
    def stem(self) -> str:
        """Address, figure, size and theme: what stays the same when the data moves on."""
        if self.name:
            return self.name
        parts = urlsplit(self.address)
        query = re.sub(r"[^A-Za-z0-9]+", "-", parts.query).strip("-")[:60]
        what = self.comparison.id if self.comparison else f"page-{parts.path.strip('/') or 'home'}"
        drawn = [] if self.format == "csv" else [self.size.name, self.theme]
        return "_".join(part for part in (what, query, *drawn) if part)

    @property
    def file_name(self) -> str:
        """The stem and the data version; a name from a list of shots stands as it is."""
        return f"{self.stem}.{self.format}" if self.name else f"{self.stem}_{self.version}.{self.format}"

    @property
    def title(self) -> str:
        """What the picture is called inside its file."""
        return self.comparison.title if self.comparison else str(page_of(self.address)[0].TITLE)

    @property
    def words(self) -> str:
        """The picture in words."""
        return captions.alt(self.comparison) if self.comparison else self.title

    @property
    def foot(self) -> str:
        """Where the picture is from."""
        if self.comparison:
            return self.comparison.foot
        return f"Data version {self.version}, address {self.address}"


def shots(
    addresses: Sequence[str],
    catalog: Catalog,
    *,
    figure: str = "",
    formats: Sequence[str],
    size: str,
    theme: str,
    scale: int = 2,
) -> list[Shot]:
    """What is to be made for the addresses: their figures (or the named one) in each format.

    Raises:
        ValueError: an address, figure, format, size or theme that is not ours; the message lists what is.
    """
    box = _checked(formats, FORMATS, size, theme, scale)
    return [
        Shot(item.address, item, name, box, theme, catalog.version, scale)
        for address in addresses
        for item in comparisons_at(address, catalog, figure)
        for name in formats
    ]


def page_shots(
    addresses: Sequence[str], catalog: Catalog, *, formats: Sequence[str], size: str, theme: str, scale: int = 1
) -> list[Shot]:
    """Whole pages at the width of a size.

    Raises:
        ValueError: an address, format, size or theme that is not ours.
    """
    box = _checked(formats, PAGE_FORMATS, size, theme, scale)
    places = [steady(*page_of(address)) for address in addresses]
    return [Shot(place, None, name, box, theme, catalog.version, scale) for place in places for name in formats]


def every_shot(
    addresses: Sequence[str], catalog: Catalog, *, figure: str = "", formats: Sequence[str], scale: int = 2
) -> list[Shot]:
    """Every figure of the addresses (of all pages where none is given) in every size and theme; a CSV once for each.

    Raises:
        ValueError: an address, figure or format that is not ours.
    """
    pictures = [name for name in formats if name != "csv"]
    found: list[Shot] = []
    for address in addresses or [page.PATH for page in PAGES]:
        if "csv" in formats:
            found += shots([address], catalog, figure=figure, formats=["csv"], size="column", theme="light")
        comparisons = comparisons_at(address, catalog, figure)
        for size in SIZES:
            for theme in THEMES:
                box = _checked(formats, FORMATS, size, theme, scale)
                found += [
                    Shot(item.address, item, name, box, theme, catalog.version, scale)
                    for item in comparisons
                    for name in pictures
                ]
    return found


KEYS = ("address", "figure", "size", "theme", "format", "scale", "name", "page")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def listed_shots(path: Path, catalog: Catalog) -> list[Shot]:
    """The shots of a TOML file: a `[[shot]]` each, with `address` and, as far as wanted, figure, size and the rest.

    Raises:
        ValueError: the file is not TOML, or a shot is not right; the message says which and why.
        OSError: the file cannot be read.
    """
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path}: must be TOML: {error}") from error
    rows = content.get("shot")
    if not isinstance(rows, list) or not rows or set(content) != {"shot"}:
        raise ValueError(f"{path}: must hold [[shot]] and nothing else, got {', '.join(content) or 'nothing'}")
    found: list[Shot] = []
    for i, row in enumerate(rows, 1):
        try:
            found += _listed(row, catalog)
        except ValueError as error:
            raise ValueError(f"{path}: shot {i}: {error}") from error
    names = [shot.file_name for shot in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{path}: two shots must not make one file, got {', '.join(twice)}")
    return found


def _listed(row: dict[str, Any], catalog: Catalog) -> list[Shot]:
    if unknown := sorted(set(row) - set(KEYS)):
        raise ValueError(f"{unknown[0]}: no such key; there are {', '.join(KEYS)}")
    if not isinstance(row.get("address"), str):
        raise ValueError('address: must be text such as "/?basis=it"')
    name = row.get("name", "")
    if name and not (isinstance(name, str) and _NAME.fullmatch(name)):
        raise ValueError(f'name: must be a plain file name without its ending, got "{str(name)[:60]}"')
    page = row.get("page", False) is True
    given: dict[str, Any] = {
        "formats": [str(row.get("format", "png"))],
        "size": str(row.get("size", PAGE_SIZE if page else "slide")),
        "theme": str(row.get("theme", "light")),
        "scale": row.get("scale", 1 if page else 2),
    }
    if page:
        made = page_shots([row["address"]], catalog, **given)
    else:
        made = shots([row["address"]], catalog, figure=str(row.get("figure", "")), **given)
    if name and len(made) > 1:
        raise ValueError(f'name: needs one figure; {row["address"]} has {len(made)}, so say which with "figure"')
    return [Shot(**{**vars(shot), "name": name}) for shot in made]


def _checked(formats: Sequence[str], known: Sequence[str], size: str, theme: str, scale: int) -> Size:
    for name in formats:
        if name not in known:
            raise ValueError(f'format: must be one of {", ".join(known)}, got "{name[:20]}"')
    if theme not in THEMES:
        raise ValueError(f'theme: must be light or dark, got "{theme[:20]}"')
    if scale not in SCALES:
        raise ValueError(f'scale: must be 1, 2 or 3, got "{str(scale)[:20]}"')
    return size_named(size)
