"""What a callback may be asked: the inputs it has, each a value of the type that its function declares."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json import loads
from typing import Any, get_type_hints

import dash
import flask
import werkzeug.exceptions
from dash._utils import split_callback_id
from pydantic import TypeAdapter, ValidationError

ROUTE = "/_dash-update-component"
OWN = ("own", "data-candidate", "data-file")  # components that hold what a visitor brought
MAX_DEPTH = 24
MAX_PARTS = 20_000
MAX_TEXT = 20_000  # above what the pages themselves refuse with a line of their own
MAX_WHOLE = 2**53  # what a browser's numbers hold exactly


@dataclass(frozen=True)
class Slot:
    """One input or state of a callback; `key` the property and `wanted` what its function declares for it."""

    name: str
    key: str
    wanted: Any
    adapter: TypeAdapter[Any]

    @property
    def label(self) -> str:
        """What the slot is called in a message."""
        return f"{self.name}.{self.key}"

    @property
    def pattern(self) -> dict[str, Any] | None:
        """The id as a pattern that stands for many components; None for one."""
        return loads(self.name) if self.name.startswith("{") else None


@dataclass(frozen=True)
class Declared:
    """A callback as it was declared."""

    outputs: Any
    inputs: tuple[Slot, ...]
    state: tuple[Slot, ...]


def wire(app: dash.Dash) -> None:
    """Refuse with 400 and one line a body that no route was made for; call it when all callbacks are registered."""
    known = declared(app)

    @app.server.before_request
    def judge() -> None:
        if flask.request.method != "POST" or flask.request.routing_exception:
            return
        body = _json()
        to_callback = flask.request.path == ROUTE
        problem = plain_problem(body) or (problem_of(body, known) if to_callback else None)
        if problem:
            raise werkzeug.exceptions.BadRequest(problem)
        if to_callback:
            flask.g.callback = body["output"]
        flask.g.brought = brought(body) if to_callback else bool(body)


def _json() -> Any:
    """The body as JSON, which flask keeps for the route.

    Raises:
        BadRequest: it is not JSON.
    """
    try:
        return flask.request.get_json()
    except (werkzeug.exceptions.BadRequest, RecursionError) as error:
        raise werkzeug.exceptions.BadRequest(f"body: must be JSON at most {MAX_DEPTH} deep, got other text") from error


def brought(body: Mapping[str, Any]) -> bool:
    """Whether a callback is asked over tables of the visitor's own."""
    items = [*body.get("inputs", []), *body.get("state", [])]
    return any(isinstance(item, dict) and item["id"] in OWN and bool(item.get("value")) for item in items)


def declared(app: dash.Dash) -> dict[str, Declared]:
    """The callbacks that run here, by the text that the browser calls their outputs."""
    return {
        output: _declared(output, callback) for output, callback in app.callback_map.items() if "callback" in callback
    }


def _declared(output: str, callback: Mapping[str, Any]) -> Declared:
    function = inspect.unwrap(callback["callback"])
    hints = get_type_hints(function, include_extras=True)
    wanted = [hints.get(name, Any) for name in inspect.signature(function).parameters]
    slots = [
        Slot(item["id"], item["property"], hint, TypeAdapter(hint))
        for item, hint in zip([*callback["inputs"], *callback["state"]], wanted, strict=True)
    ]
    count = len(callback["inputs"])
    return Declared(split_callback_id(output), tuple(slots[:count]), tuple(slots[count:]))


def problem_of(body: Any, known: Mapping[str, Declared]) -> str | None:
    """The line that says why a body cannot be answered; None where it can."""
    if not isinstance(body, dict):
        return f"body: must be an object, got {_kind(body)}"
    output = body.get("output")
    if not isinstance(output, str) or output not in known:
        return "output: must be that of a callback of this page; load the page again"
    wanted = known[output]
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(item, str) for item in changed):
        return "changedPropIds: must be a list of texts"
    if body.get("outputs") != wanted.outputs:
        return "outputs: must be those that output names; load the page again"
    return _slots_problem("inputs", body.get("inputs", []), wanted.inputs) or _slots_problem(
        "state", body.get("state", []), wanted.state
    )


def _slots_problem(part: str, items: Any, slots: tuple[Slot, ...]) -> str | None:
    if not isinstance(items, list) or len(items) != len(slots):
        return f"{part}: must be a list of {len(slots)}, got {_kind(items)}; load the page again"
    return next(filter(None, map(_slot_problem, items, slots)), None)


def _slot_problem(item: Any, slot: Slot) -> str | None:
    if not _fits(item, slot):
        return f"{slot.label}: must be named so in its place; load the page again"
    value = [one.get("value") for one in item] if slot.pattern else item.get("value")
    if slot.wanted is not Any and any(isinstance(part, str) and len(part) > MAX_TEXT for _, part in _parts(value)):
        return f"{slot.label}: must be at most {MAX_TEXT:,} characters"
    try:
        slot.adapter.validate_python(value, strict=True)
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False, include_context=False)[0]["msg"]
        return f"{slot.label}: {told[:1].lower()}{told[1:]}, got {_kind(value)}"
    return None


def _fits(item: Any, slot: Slot) -> bool:
    pattern = slot.pattern
    if pattern is None:
        return isinstance(item, dict) and (item.get("id"), item.get("property")) == (slot.name, slot.key)
    return isinstance(item, list) and all(
        isinstance(one, dict) and one.get("property") == slot.key and _matches(one.get("id"), pattern) for one in item
    )


def _matches(name: Any, pattern: Mapping[str, Any]) -> bool:
    """Whether a component's id has the pattern's keys, a text where the pattern leaves it open, else the same value."""
    if not isinstance(name, dict) or name.keys() != pattern.keys():
        return False
    return all(
        isinstance(name[key], str) if isinstance(wanted, list) else name[key] == wanted
        for key, wanted in pattern.items()
    )


def plain_problem(body: Any) -> str | None:
    """What no page can mean, whoever asks: too deep, too many parts, numbers or texts that are none."""
    for count, (depth, part) in enumerate(_parts(body)):
        if depth > MAX_DEPTH:
            return f"body: must be at most {MAX_DEPTH} deep, got more"
        if count > MAX_PARTS or (isinstance(part, (dict, list)) and len(part) > MAX_PARTS):
            return f"body: must be at most {MAX_PARTS:,} parts, got more"
        if isinstance(part, str) and not _is_text(part):
            return "body: must hold Unicode text, got half a surrogate pair"
        if isinstance(part, (int, float)) and not abs(part) <= MAX_WHOLE:  # so written, nan is refused too
            return "body: must hold numbers up to 2^53, got one that is larger or none"
    return None


def _parts(value: Any) -> Iterator[tuple[int, Any]]:
    """Everything inside a JSON value with its depth; without recursion, and a level is only opened when asked for."""
    waiting = [(0, value)]
    while waiting:
        depth, part = waiting.pop()
        yield depth, part
        if isinstance(part, dict):
            waiting.extend((depth + 1, inner) for pair in part.items() for inner in pair)
        elif isinstance(part, list):
            waiting.extend((depth + 1, inner) for inner in part)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "a truth value", type(None): "nothing"}
    return f"a list of {len(value)}" if isinstance(value, list) else kinds.get(type(value), "a number")
