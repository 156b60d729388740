"""What is to be made: a list of shots, from options, from a file of shots, or every figure in every size."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dashboard import captions
from dashboard.catalog import Catalog
from dashboard.compare import Comparison
from dashboard.figures import Size, size_named
from dashboard.web.addresses import comparisons_at, page_of, steady
from dashboard.web.exits import SIZES

FORMATS = ("png", "svg", "pdf", "csv")
PAGE_FORMATS = ("png", "pdf")
THEMES = ("light", "dark")
SCALES = (1, 2, 3)
PAGE_SIZE = "1280x900"
LONGEST_QUERY = 60  # letters of a query in the name of a file


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
        query = _short(re.sub(r"[^A-Za-z0-9]+", "-", parts.query).strip("-"), parts.query)
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


def _short(name: str, query: str) -> str:
    """The name of a query, cut where it is long: then with a mark of the whole query, so that no other has it."""
    if len(name) <= LONGEST_QUERY:
        return name
    return f"{name[:LONGEST_QUERY].rstrip('-')}-{blake2b(query.encode(), digest_size=4).hexdigest()}"


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
    return _apart(
        Shot(item.address, item, name, box, theme, catalog.version, scale)
        for item in _comparisons(addresses, catalog, figure)
        for name in dict.fromkeys(formats)
    )


def _comparisons(addresses: Sequence[str], catalog: Catalog, figure: str) -> list[Comparison]:
    """The comparisons of the addresses, once each, in whatever spellings an address stands there again."""
    found = [item for address in dict.fromkeys(addresses) for item in comparisons_at(address, catalog, figure)]
    return list({(item.address, item.id): item for item in found}.values())


def page_shots(
    addresses: Sequence[str], catalog: Catalog, *, formats: Sequence[str], size: str, theme: str, scale: int = 1
) -> list[Shot]:
    """Whole pages at the width of a size.

    Raises:
        ValueError: an address, format, size or theme that is not ours.
    """
    box = _checked(formats, PAGE_FORMATS, size, theme, scale)
    places = dict.fromkeys(steady(*page_of(address)) for address in addresses)
    wanted = dict.fromkeys(formats)
    return _apart(Shot(place, None, name, box, theme, catalog.version, scale) for place in places for name in wanted)


def every_shot(
    addresses: Sequence[str], catalog: Catalog, *, figure: str = "", formats: Sequence[str], scale: int = 2
) -> list[Shot]:
    """Every figure of the addresses in every size and theme; a CSV once for each.

    Raises:
        ValueError: an address, figure or format that is not ours.
    """
    boxes = [_checked(formats, FORMATS, size, "light", scale) for size in SIZES]
    pictures = [name for name in dict.fromkeys(formats) if name != "csv"]
    found: list[Shot] = []
    for item in _comparisons(addresses, catalog, figure):
        if "csv" in formats:
            found.append(Shot(item.address, item, "csv", boxes[0], "light", catalog.version))
        found += [
            Shot(item.address, item, name, box, theme, catalog.version, scale)
            for box in boxes
            for theme in THEMES
            for name in pictures
        ]
    return _apart(found)


def _apart(found: Iterable[Shot]) -> list[Shot]:
    """The shots, none of which makes the file of another.

    Raises:
        ValueError: two would.
    """
    files: dict[str, Shot] = {}
    for shot in found:
        first = files.setdefault(shot.file_name, shot)
        if first is not shot:
            places = " and ".join(dict.fromkeys((first.address, shot.address)))
            raise ValueError(f"two shots must not make one file, got {shot.file_name} of {places}")
    return list(files.values())


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
    try:
        return _apart(found)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _listed(row: Any, catalog: Catalog) -> list[Shot]:
    _refuse(row)
    name, page = row.get("name", ""), row.get("page", False)
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


def _refuse(row: Any) -> None:
    """Raises a ValueError where a shot is no table, or has a key or a value that none can have."""
    if not isinstance(row, dict):
        raise ValueError(f'must be a table of keys under [[shot]], got "{str(row)[:60]}"')
    if unknown := sorted(set(row) - set(KEYS)):
        raise ValueError(f"{unknown[0]}: no such key; there are {', '.join(KEYS)}")
    if not isinstance(row.get("address"), str):
        raise ValueError('address: must be text such as "/?basis=it"')
    if "name" in row and not (isinstance(row["name"], str) and _NAME.fullmatch(row["name"])):
        raise ValueError(f'name: must be a plain file name without its ending, got "{str(row["name"])[:60]}"')
    if not isinstance(row.get("page", False), bool):
        raise ValueError(f'page: must be true or false, got "{str(row["page"])[:20]}"')
    if row.get("page") and "figure" in row:
        raise ValueError("figure: does not go with page, which is taken whole")
    drawn, name = {"csv": ("size", "theme", "scale"), "svg": ("scale",), "pdf": ("scale",)}, row.get("format", "png")
    if idle := next((key for key in drawn.get(str(name), ()) if key in row), ""):
        raise ValueError(f"{idle}: does not go with format {name}, which has none")


def _checked(formats: Sequence[str], known: Sequence[str], size: str, theme: str, scale: int) -> Size:
    for name in formats:
        if name not in known:
            raise ValueError(f'format: must be one of {", ".join(known)}, got "{name[:20]}"')
    if theme not in THEMES:
        raise ValueError(f'theme: must be light or dark, got "{theme[:20]}"')
    if type(scale) is not int or scale not in SCALES:  # true is no 1
        raise ValueError(f'scale: must be 1, 2 or 3, got "{str(scale)[:20]}"')
    return size_named(size)
