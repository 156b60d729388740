"""Random questions to every route: queries by the OpenAPI description, bodies by what each callback declares.

`FUZZ=1000` makes a thousand of them for each route and each callback, else there are a handful.
"""

import string
from collections.abc import Iterable, Mapping
from dataclasses import fields
from types import UnionType
from typing import Any, Union, get_args, get_origin
from urllib.parse import urlencode

from hypothesis import strategies as st

from dashboard.web.callbacks import Declared, Slot

# What broke parsers before: expressions, markup, paths, formulas, templates, units, signs, sizes, other scripts.
NASTY = (
    "9**9**9", "30 GW", "100000 H100", "1e999 GW", "-0 GW", "NaN", "\uff11\uff10\uff10 GW", "30 mW", "5–6 GW",
    "W" * 3_000, "<script>alert(1)</script>", "../../etc/passwd", "=cmd|' /C calc'!A0", "{{7*7}}", "${7*7}", "%{x}",
    "%s%n", "\0", "__import__('os')", "'; drop table", "\u202e", "é" * 1_000, "0" * 3_000, "[" * 900, "it", "openai",
)  # fmt: skip

texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=40), st.text(string.digits + " .,:GWkMTx-", max_size=12))
numbers = st.one_of(
    st.integers(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.sampled_from([0, -1, 2**53, 2**63, 10**400, 1e308, 5e-324]),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=8,
)
windows = st.one_of(
    st.fixed_dictionaries({"theme": st.sampled_from(["light", "dark"]), "width": st.sampled_from([360, 1080])}),
    st.dictionaries(st.sampled_from(["theme", "width", "own"]), anything, max_size=3),
)
junk = st.one_of(st.none(), st.just({}), st.dictionaries(texts, scalars, max_size=2))


def addresses(pages: Iterable[Any]) -> st.SearchStrategy[str]:
    """Paths of the pages, and queries with the keys that they read."""
    keys = st.sampled_from(
        [field.name for page in pages for field in fields(page.Choice)] + ["data", "seed", "set.pue"]
    )
    queries = st.dictionaries(st.one_of(keys, keys, texts), texts, max_size=4).map(lambda query: "?" + urlencode(query))
    return st.one_of(st.sampled_from([page.PATH for page in pages]), queries, texts)


def tables(shipped: Mapping[str, str]) -> st.SearchStrategy[dict[str, str]]:
    """A reader's own tables: a shipped one with a cell, a line or a quote spoilt, or something else altogether."""

    def spoilt(name: str, at: int, cell: int, text: str, keep: int) -> dict[str, str]:
        lines = shipped[name].splitlines()
        line = 1 + at % (len(lines) - 1)
        cells = lines[line].split(",")
        cells[cell % len(cells)] = text
        lines[line] = ",".join(cells)
        return {name: "\n".join(lines[: max(1, keep % (2 * len(lines)))]) + "\n"}

    names, places = st.sampled_from(sorted(shipped)), st.integers(0, 10_000)
    cells = st.one_of(texts, st.sampled_from(["", "0", "-1", "1e300", "2030-01-01", '"', "1e-300", "99999999"]))
    other = st.dictionaries(st.one_of(names, texts), anything, max_size=2)
    # A table takes a second to check: one in ten.
    spoilt_tables = st.builds(spoilt, names, places, places, cells, places)
    return st.one_of(*[st.just({})] * 8, spoilt_tables, other)


def offered(layouts: list[Any]) -> dict[str, list[Any]]:
    """What the controls of the pages offer, by the component's id: with these a callback comes to its end."""
    found: dict[str, list[Any]] = {}
    for layout in layouts:
        for component in layout._traverse():
            name = getattr(component, "id", None)
            if isinstance(name, str) and hasattr(component, "value"):
                inner = [part for part in component._traverse() if hasattr(part, "value")]
                options = [
                    item.get("value") if isinstance(item, dict) else item for item in getattr(component, "data", [])
                ]
                found[name] = [component.value, *options, *(part.value for part in inner)]
    return found


def of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a declared type."""
    inner = get_args(hint)
    if hint is str:
        return texts
    if get_origin(hint) in (Union, UnionType):
        return st.one_of(*map(of, inner))
    if get_origin(hint) is list:
        return st.lists(of(inner[0]), max_size=4)
    if get_origin(hint) is dict:
        return st.dictionaries(of(inner[0]), of(inner[1]), max_size=4)
    return anything if hint is Any else st.from_type(hint)


def values(slot: Slot, options: Mapping[str, list[Any]], given: Mapping[str, st.SearchStrategy[Any]]) -> Any:
    """Values for a slot, such as it declares or its control offers."""
    known = [given[slot.name]] if slot.name in given else [of(slot.wanted)]
    return st.one_of(*([st.sampled_from(options[slot.name])] if slot.name in options else []), *known)


def item(slot: Slot, value: Any) -> Any:
    """A slot as a browser sends it; `value` for one component, or a list of them for a pattern."""
    pattern = slot.pattern
    if pattern is None:
        return st.fixed_dictionaries({"id": st.just(slot.name), "property": st.just(slot.key), "value": value})
    parts = {key: texts if isinstance(part, list) else st.just(part) for key, part in pattern.items()}
    value = st.one_of(of(get_args(slot.wanted)[0]), anything)
    one = {"id": st.fixed_dictionaries(parts), "property": st.just(slot.key), "value": value}
    return st.lists(st.fixed_dictionaries(one), max_size=3)


def bodies(output: str, declared: Declared, options: Mapping[str, list[Any]], given: Mapping[str, Any]) -> Any:
    """Bodies for a callback: as declared, with one value that may be anything, or broken in their frame."""

    def items(slots: tuple[Slot, ...]) -> Any:
        return st.tuples(*(item(slot, values(slot, options, given)) for slot in slots)).map(list)

    def spoil(body: dict[str, Any], part: str, at: int, value: Any) -> dict[str, Any]:
        slots = [dict(one) if isinstance(one, dict) else one for one in body[part]]
        if slots and isinstance(slots[at % len(slots)], dict):
            slots[at % len(slots)]["value"] = value
        return {**body, part: slots}

    whole = st.fixed_dictionaries(
        {
            "output": st.just(output),
            "outputs": st.just(declared.outputs),
            "inputs": items(declared.inputs),
            "state": items(declared.state),
            "changedPropIds": st.just([slot.label for slot in declared.inputs[:1]]),
        }
    )
    spoilt = st.builds(spoil, whole, st.sampled_from(["inputs", "state"]), st.integers(0, 9), anything)
    parts = st.sampled_from(["output", "outputs", "inputs", "state", "changedPropIds"])
    broken = st.builds(lambda body, part, value: {**body, part: value}, whole, parts, anything)
    return st.one_of(whole, whole, spoilt, broken)
