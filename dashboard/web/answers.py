"""Answers kept in memory: static files, compressed once; and what was answered to the same question before.

Every answer to a question is a function of the question and the data version alone, so that the same bytes may be sent
again until the tables change. Nothing is kept that came with a visitor's own tables.
"""

import contextlib
import fcntl
import json
import os
import re
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

import brotli
import flask

from dashboard.web.live import Live

MOST_BYTES = 40_000_000
LONGEST_QUESTION = 4_000  # a longer body brings a visitor's own table
STATIC = ("/_dash-component-suites/", "/assets/", "/_favicon.ico")
QUESTIONS = ("/look.json", "/figure/", "/_dash-layout", "/_dash-dependencies")
FILES = ("/api/", "/figure/", "/data/")
CALLBACK = "/_dash-update-component"
PRIVATE = ("own", "data-")  # components that hold what a visitor brought
CODINGS = ("zstd", "br", "gzip", "deflate")
TEXTS = ("text/javascript", "application/javascript", "text/css")
QUALITY = 9  # of brotli: the level above takes twenty times as long for a tenth less
QUICK = 1  # while another file is being compressed well: it takes a tenth of the time and of the memory
FOREVER = 31_536_000
VERSIONED = re.compile(r"\.v\d\w*m\d+[.]")  # in the names that Dash gives to its files

Key = tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """The bytes of an answer and the headers that belong to them."""

    body: bytes
    headers: tuple[tuple[str, str], ...]


class Kept:
    """The last answers, at most `MOST_BYTES` of them."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        """Room for `most` bytes."""
        self._most = most
        self._held = 0
        self._answers: OrderedDict[Key, Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Answer | None:
        """The answer kept under a key, now the last to go."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: Key, answer: Answer) -> None:
        """Keep an answer; the longest unused make room for it."""
        with self._lock:
            if key not in self._answers and len(answer.body) <= self._most:
                self._answers[key] = answer
                self._held += len(answer.body)
            while self._held > self._most:
                self._held -= len(self._answers.popitem(last=False)[1].body)


def wire_known(server: flask.Flask, kept: Kept, live: Live) -> None:
    """Give kept answers; to be called last, when all that may refuse a request stands before it."""

    @server.before_request
    def known() -> flask.Response | None:
        _leave_away_refused_codings()
        key = _key(live)
        answer = kept.get(key) if key else None
        flask.g.answer_key = None if answer else key
        return flask.Response(answer.body, headers=list(answer.headers)) if answer else None


def wire_keeping(server: flask.Flask, kept: Kept) -> None:
    """Keep answers; to be called before compression is added, so that what is kept is compressed."""

    @server.after_request
    def keep(response: flask.Response) -> flask.Response:
        key = flask.g.get("answer_key")
        if key and response.status_code == 200 and not response.is_streamed:
            names = ("Content-Type", "Content-Encoding", "Vary", "ETag")
            headers = tuple((name, response.headers[name]) for name in names if name in response.headers)
            kept.put(key, Answer(response.get_data(), headers))
        return response


def wire_unchanged(server: flask.Flask) -> None:
    """Send a program no file that it has; to be called first, when what is kept is the whole answer."""

    @server.after_request
    def unchanged(response: flask.Response) -> flask.Response:
        request = flask.request
        if response.status_code == 200 and request.method in ("GET", "HEAD") and request.path.startswith(FILES):
            response.headers["Cache-Control"] = "no-cache"
            response.add_etag()
            response.make_conditional(request)
        return response


class Packed:
    """Static files compressed well, once for all workers that share a folder, one file at a time.

    The folder is what this process may write and nobody else may (`tempfile.mkdtemp`); None is this process alone. A
    file there is named for what was compressed, so one that is there is right.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Compressed files are shared through `folder`."""
        self._folder = folder
        self._working = Lock()  # a crowd at a fresh worker made it hold 600 MB

    def pack(self, content: bytes) -> tuple[bytes, bool]:
        """The content as brotli, and whether it is worth keeping: while another is compressed well it is not."""
        path = self._folder / f"{blake2b(content, digest_size=20).hexdigest()}.br" if self._folder else None
        with contextlib.suppress(OSError):
            if path:
                return path.read_bytes(), True
        with self._turn() as ours:
            if not ours:
                return brotli.compress(content, quality=QUICK), False
            packed = brotli.compress(content, quality=QUALITY)
            with contextlib.suppress(OSError):  # a full disk: the next worker compresses it for itself
                if path:
                    _write(path, packed)
            return packed, True

    @contextlib.contextmanager
    def _turn(self) -> Iterator[bool]:
        """Whether nobody else, here or in another worker, is compressing well."""
        if not self._working.acquire(blocking=False):
            yield False
            return
        try:
            with contextlib.ExitStack() as stack:
                yield self._folder is None or _locked(self._folder / "lock", stack)
        finally:
            self._working.release()


def _locked(path: Path, stack: contextlib.ExitStack) -> bool:
    """Whether no other process holds the lock; where there can be none, each process is alone."""
    try:
        fcntl.flock(stack.enter_context(path.open("a")), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _write(path: Path, content: bytes) -> None:
    """Put the file there whole."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def wire_static(server: flask.Flask, packed: Packed) -> None:
    """Compress static files well and let browsers keep what has its version in its address; after compression."""

    @server.after_request
    def static(response: flask.Response) -> flask.Response:
        request = flask.request
        if response.status_code != 200 or not request.path.startswith(STATIC):
            return response
        lasting = {"m", "v"} & set(request.args) or VERSIONED.search(request.path)
        response.headers["Cache-Control"] = f"public, max-age={FOREVER}, immutable" if lasting else "no-cache"
        if response.mimetype in TEXTS and "br" in _codings().split() and "Content-Encoding" not in response.headers:
            response.direct_passthrough = False
            content, lasts = packed.pack(response.get_data())
            response.set_data(content)
            if not lasts:
                flask.g.answer_key = None
            response.headers["Content-Encoding"] = "br"
            response.set_etag(blake2b(content, digest_size=20).hexdigest())
            response.vary.add("Accept-Encoding")
        response.make_conditional(request)  # what a browser holds already is not sent again
        return response


def _codings() -> str:
    """The codings that a visitor can read: what is kept for one is sent to those alone who read the same ones."""
    return " ".join(coding for coding in CODINGS if flask.request.accept_encodings[coding] > 0)


def _leave_away_refused_codings() -> None:
    """Compression takes `gzip;q=0` for gzip: the answer, kept for those who can read none, was no text to them."""
    read = [(coding, quality) for coding, quality in flask.request.accept_encodings if quality > 0]
    flask.request.environ["HTTP_ACCEPT_ENCODING"] = ", ".join(f"{coding};q={quality:g}" for coding, quality in read)


def _key(live: Live) -> Key | None:
    """What an answer hangs on: of a file its path, of a question all of it and the data version."""
    request = flask.request
    if request.method == "GET" and request.path.startswith(STATIC):
        return request.path, _codings()
    if request.method == "GET" and request.path.startswith(QUESTIONS):
        return request.full_path, _codings(), live.catalog.version
    if request.method == "POST" and request.path == CALLBACK and (request.content_length or FOREVER) < LONGEST_QUESTION:
        body = request.get_data()
        return None if _private(body) else (blake2b(body).hexdigest(), _codings(), live.catalog.version, live.notice)
    return None


def _private(body: bytes) -> bool:
    """Whether a question brings something of the visitor's own; what cannot be read counts as such."""
    try:
        question = json.loads(body)
        given: list[Any] = [*question.get("inputs", []), *question.get("state", [])]
        each = [item for one in given for item in (one if isinstance(one, list) else [one])]
        return any(item.get("value") and str(item["id"]).startswith(PRIVATE) for item in each)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return True
