"""Addresses of the dashboard: which page one names, what of its query counts, and the comparisons that stand there."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from types import ModuleType
from urllib.parse import parse_qsl, urlencode, urlsplit

from dashboard.catalog import Catalog
from dashboard.compare import Comparison
from dashboard.core.draws import Draws
from dashboard.units import given_text, spread_text
from dashboard.web.pages import PAGES
from dashboard.web.pins import headline

_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,9})?(?:e[+-]?\d{1,2})?", re.ASCII)
PINS = ("data", "seed", "figure", "was")  # what a copied link carries beside its page's own query
FORMS = ("size", "theme")  # how a figure's file is drawn
MARKED = "utm"  # how those begin who mark where a link was met
EMPTY = {  # why a page may lack one of its figures
    "tornado": "every assumption is given at this address; take one set.… out of it",
    "grids-planned": "none of these sites stands on a grid with a published peak",
}
LONGEST = 1_500  # characters of an address that fit into the foot of a picture


class AddressError(ValueError):
    """An address is not one of the dashboard's."""


class FigureError(LookupError):
    """No page has a figure of this name."""


def query_of(text: str) -> dict[str, str]:
    """The keys and values of a query such as `basis=it&theme=dark`, for pages and files alike.

    Raises:
        AddressError: a key is given twice, so that it would depend on the reader which one counts.
    """
    pairs = parse_qsl(text, keep_blank_values=True)
    key, times = max(Counter(key for key, _ in pairs).items(), key=lambda item: item[1], default=("", 0))
    if times > 1:
        raise AddressError(f'query: must have each key once, got "{key[:40]}" {times} times')
    return dict(pairs)


def page_of(address: str) -> tuple[ModuleType, Mapping[str, str]]:
    """The page and the query of an address such as `/convert?text=30+GW`; a local host before it is ignored.

    Raises:
        AddressError: another host, no such page, or a query that gives a key twice.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError as error:
        raise AddressError(f'address: must be one of the dashboard\'s own, got "{address[:60]}"') from error
    if parts.scheme not in ("", "http") or host not in (None, "localhost", "127.0.0.1"):
        raise AddressError(f'address: must be one of the dashboard\'s own such as "/?basis=it", got "{address[:60]}"')
    if len(address) > LONGEST:
        raise AddressError(f"address: must be at most {LONGEST:,} characters, got {len(address):,}")
    path = parts.path.rstrip("/") or "/"
    page = next((page for page in PAGES if path == page.PATH), None)
    if page is None:
        raise AddressError(f'address: must be one of {", ".join(page.PATH for page in PAGES)}, got "{path[:60]}"')
    return page, query_of(parts.query)


def page_with(figure_id: str) -> ModuleType:
    """The page that a figure stands on.

    Raises:
        FigureError: no page has it; the message lists what there is.
    """
    page = next((page for page in PAGES if figure_id in page.FIGURES), None)
    if page is None:
        known = ", ".join(figure_id for page in PAGES for figure_id in page.FIGURES)
        raise FigureError(f'figure: must be one of {known}; got "{figure_id[:40]}"')
    return page


def _refuse_idle(page: ModuleType, query: Mapping[str, str]) -> None:
    """A file must be what was asked for, so what its page would pass over is refused."""
    names = [field.name for field in fields(page.Choice)]
    idle = [name for name in query if name.startswith("set.")]
    if idle and "settings" not in names:
        raise AddressError(f'{idle[0][:40]}: assumptions are set on /convert alone, got one for "{page.PATH}"')
    known = [*(name for name in names if name != "settings"), *PINS, *FORMS]
    unknown = next((name for name in query if name not in known and not name.startswith(("set.", MARKED))), None)
    if unknown is not None:
        raise AddressError(f'query: must be of {", ".join(known)}, got "{unknown[:40]}"')


def steady(page: ModuleType, query: Mapping[str, str]) -> str:
    """The address of a page with the keys of its own `Choice` alone, as the page itself would write it."""
    names = {field.name for field in fields(page.Choice)}
    own = {name: value for name, value in query.items() if value and (name in names or name.startswith("set."))}
    return page.PATH + (f"?{urlencode(own)}" if own else "")


def at(page: ModuleType, query: Mapping[str, str], comparison: Comparison) -> Comparison:
    """The comparison with the address where it stands."""
    return replace(comparison, address=steady(page, query))


def comparisons_at(address: str, catalog: Catalog, figure: str = "") -> list[Comparison]:
    """The comparisons of an address, or the one with a figure's id.

    Raises:
        ValueError: the address is not ours, its page has no such figure, or its query cannot be read.
    """
    page, query = page_of(address)
    if figure and figure not in page.FIGURES:
        raise ValueError(f'figure: {page.PATH} has {", ".join(page.FIGURES) or "none"}; got "{figure[:40]}"')
    _refuse_idle(page, query)
    if figure:
        return [_drawn(page, query, figure, catalog)]
    return [at(page, query, item) for item in page.comparisons(catalog, query)]


def comparison_named(figure_id: str, catalog: Catalog, query: Mapping[str, str]) -> Comparison:
    """The comparison behind a figure, whichever page it stands on.

    Raises:
        FigureError: no page has it; the message lists what there is.
        ValueError: the query cannot be read.
    """
    page = page_with(figure_id)
    _refuse_idle(page, query)
    return _drawn(page, query, figure_id, catalog)


def _drawn(page: ModuleType, query: Mapping[str, str], figure: str, catalog: Catalog) -> Comparison:
    for item in page.comparisons(catalog, query):
        if item.id == figure:
            return at(page, query, item)
    raise ValueError(f"{figure}: has nothing to draw, for {EMPTY[figure]}")


def pin_notices(query: Mapping[str, str], catalog: Catalog) -> list[str]:
    """What a reader must be told whose link was pinned to another data version or seed than those served."""
    served = {"data": ("data version", catalog.version), "seed": ("seed", str(Draws().seed))}
    other = {key: pair for key, pair in served.items() if query.get(key, pair[1]) != pair[1]}
    moved = _moved(query, catalog) if other else ""
    return [
        f"This link was made with {words} {query[key][:20]}; what you see is of {words} {value}: {moved}"
        for key, (words, value) in other.items()
    ]


def _moved(query: Mapping[str, str], catalog: Catalog) -> str:
    """Before and after of the number that a pinned link carries, in the figure's own words."""
    before = query.get("was", "").split(":")
    if len(before) not in (1, 3) or not all(_NUMBER.fullmatch(end) for end in before):
        return "numbers may differ."
    try:
        comparison = comparison_named(query.get("figure", ""), catalog, query)
    except (FigureError, ValueError):
        return "numbers may differ."
    ends = headline(comparison)
    if not ends:
        return "numbers may differ."
    title = comparison.title.rstrip(".?")
    unit = comparison.base or comparison.unit
    then, now = _told([float(end) for end in before], unit), _told(ends, unit)
    return f"the answer is still {now} ({title})." if then == now else f"the answer changes. {title}: {then} → {now}."


def _told(ends: Sequence[float], unit: str) -> str:
    return spread_text(ends[0], ends[1], ends[2], unit) if len(ends) == 3 else given_text(ends[0], unit)
