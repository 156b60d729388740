"""One JSON line for each request and each error, never with a visitor's text, and an id that finds them together."""

import logging
import re
import traceback
from time import perf_counter
from typing import Any, TextIO
from uuid import uuid4

import flask
from pythonjsonlogger.json import JsonFormatter

ACCESS = logging.getLogger("dashboard.access")
ERRORS = logging.getLogger("dashboard.error")
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
MOST_CAUSES = 5
# What a proxy may call a request; anything else could carry a visitor's text into the log.
GIVEN_ID = re.compile(r"[0-9A-Fa-f-]{8,64}")


def write_to(stream: TextIO) -> None:
    """Write every log of this process as JSON lines; called once by whoever starts a server."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # its access lines hold whole queries


def formatter() -> logging.Formatter:
    """A log record as one line of JSON: time (UTC), level, logger, message, and what the record carries besides."""
    return _Lines(
        ["asctime", "levelname", "name", "message"],
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        datefmt="%Y-%m-%dT%H:%M:%S%z",
    )


# What gunicorn says of a request that it refuses itself: who sent it, why, and then what was sent.
_REFUSED = re.compile(r"(?P<what>Invalid request) from ip=.*?: (?P<why>[^:'\"]*)|Error handling request", re.DOTALL)


class _Lines(JsonFormatter):
    def format(self, record: logging.LogRecord) -> str:
        """The line; in one of gunicorn's the visitor's address and text are left away."""
        if record.name == "gunicorn.error" and (found := _REFUSED.match(record.getMessage())):
            told = ": ".join(filter(None, found.groups())).strip() or found[0]
            record = logging.makeLogRecord({**vars(record), "msg": told, "args": ()})
        return super().format(record)


def wire(server: flask.Flask, *, proxied: bool = False) -> None:
    """Number and time each request; its line is written when all else is done with the answer.

    Call it before any other `after_request`: flask runs the first one last. A request's id is kept where a proxy gave
    one (`proxied`), and goes back as X-Request-Id.
    """

    @server.before_request
    def begin() -> None:
        given = flask.request.headers.get("X-Request-Id", "") if proxied else ""
        flask.g.request_id = given if GIVEN_ID.fullmatch(given) else uuid4().hex
        flask.g.began = perf_counter()

    @server.after_request
    def end(response: flask.Response) -> flask.Response:
        response.headers["X-Request-Id"] = request_id()
        ACCESS.info("request", extra=_line(response))
        return response


def request_id() -> str:
    """The id of the request that is being answered."""
    return str(flask.g.get("request_id", ""))


def error(problem: BaseException) -> None:
    """Write where an error came from: kinds, files and lines. Its message may quote a visitor, so it stays out."""
    ERRORS.error(
        type(problem).__name__,
        extra={"request_id": request_id(), "route": route(), "traceback": trace(problem)},
    )


def trace(problem: BaseException) -> str:
    """The traceback of an error and of what it came from, without any message."""
    parts: list[str] = []
    at: BaseException | None = problem
    while at is not None and len(parts) < MOST_CAUSES:
        parts.append("".join(traceback.format_tb(at.__traceback__)) + type(at).__name__)
        at = at.__cause__ or at.__context__
    return "\nwhich came from\n".join(parts)


def route() -> str:
    """The rule of the address, such as `/figure/<figure_id>.csv`: what a visitor typed into it does not show."""
    rule = flask.request.url_rule
    return rule.rule if rule else "none"


def _line(response: flask.Response) -> dict[str, Any]:
    began = flask.g.get("began")
    line = {
        "request_id": request_id(),
        "method": flask.request.method if flask.request.method in METHODS else "other",
        "route": route(),
        "status": response.status_code,
        "ms": round((perf_counter() - began) * 1000, 1) if began is not None else None,
        "bytes": 0 if response.status_code == 304 else response.content_length,
    }
    callback = flask.g.get("callback")
    return line | {"callback": callback} if callback else line
