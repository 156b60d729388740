"""What stands before every route: headers, sizes, origin, limits per address, and one line for what is refused."""

import sys
from importlib.util import find_spec
from math import ceil
from time import time
from typing import Any
from urllib.parse import urlsplit

import dash
import flask
import werkzeug.exceptions as refusals
from dash.exceptions import DependencyException
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.errors import ConfigurationError
from werkzeug.middleware.proxy_fix import ProxyFix

from dashboard.web import callbacks, logs
from dashboard.web.settings import CLIENTS, LibraryMissingError, Settings

MAX_BODY = 8_000_000  # an upload of 2 MB in base64, or a few tables of a visitor's own
MAX_QUERY = 4_000
SAFE = ("GET", "HEAD", "OPTIONS")
# Requests a minute from one address, in each process unless DASHBOARD_LIMITS_STORAGE names a shared place. A reader's
# page asks for about five callbacks, so these stop a flood and nobody who reads.
CALLBACKS, FILES, UPLOADS = 6_000, 3_000, 60
NO_FILE = "/<path:path>"  # dash's rule for whatever no other is for: there it draws a page
FILE_ENDPOINTS = (
    *("/", NO_FILE),  # the pages, which say their answer in the HTML
    *("api_estimate", "first_look", "embed"),
    *("figure_csv", "figure_json", "figure_pack", "figure_passport"),
)
UPLOAD_OUTPUT = "data-report.children"
FILES_BELOW = ("/api/", "/figure/", "/embed/", "/data/")
# Seconds for which an answer waits for the place where limits are counted, by client library.
LONGEST = 0.5
_REDIS: Any = {"socket_connect_timeout": LONGEST, "socket_timeout": LONGEST}
TIMEOUTS = {"redis": _REDIS, "valkey": _REDIS, "pymemcache": {"connect_timeout": LONGEST, "timeout": LONGEST}}

LINES = {
    400: "request: must be one that this server understands",
    404: "address: must be one of the dashboard's, got another",
    413: f"body: must be at most {MAX_BODY:,} bytes, got more; nothing was read",
    414: f"query: must be at most {MAX_QUERY:,} characters, got more",
    415: "body: must be application/json, got another kind",
}
# No script stands in a page: Dash's own start is `assets/start.js`. Styles do, as its components need them.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def harden(app: dash.Dash, settings: Settings) -> None:
    """Put all of it before the app's routes; call it last, when every callback and route is there.

    Raises:
        LibraryMissingError: the limits are to be counted in a place whose client library is not installed.
        ValueError: the limits are to be counted at an address that cannot be read.
    """
    server = app.server
    server.config.update(DEBUG=False, MAX_CONTENT_LENGTH=MAX_BODY)
    if settings.proxies:
        count = settings.proxies
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=count, x_proto=count, x_host=count, x_prefix=0)
    _wire_headers(server)
    _wire_refusals(server)
    server.before_request(_refuse_long_queries)
    server.before_request(_refuse_foreign_posts)
    server.before_request(_refuse_no_files)
    callbacks.wire(app)
    if settings.limits:
        _wire_limits(server, settings)


def _wire_headers(server: flask.Flask) -> None:
    @server.after_request
    def headers(response: flask.Response) -> flask.Response:
        if "Content-Security-Policy" not in response.headers:  # a page made for others' frames brings its own
            response.headers["Content-Security-Policy"] = POLICY
            response.headers["X-Frame-Options"] = "DENY"
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if flask.request.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response


# --- refusals ---------------------------------------------------------------------------------------------------------


def _wire_refusals(server: flask.Flask) -> None:
    @server.errorhandler(refusals.HTTPException)
    def refused(error: refusals.HTTPException) -> Any:
        response = error.get_response()
        if error.response is not None or response.status_code < 400:
            return response
        response.set_data(flask.json.dumps({"error": line(error)}) + "\n")
        response.content_type = "application/json"
        return response

    @server.errorhandler(DependencyException)
    def no_such_script(_: DependencyException) -> Any:
        return {"error": LINES[404]}, 404

    @server.errorhandler(Exception)
    def broken(error: Exception) -> Any:
        logs.error(error)
        if flask.g.get("brought"):  # what the checks let through may still be more than a page can be worked out from
            return {
                "error": "own: this page cannot be worked out with your version of the tables; leave your view"
            }, 422
        told = f"server: could not answer; the fault is ours and was written down as {logs.request_id()}"
        return {"error": told}, 500


def line(error: refusals.HTTPException) -> str:
    """The one line that a refusal says: our own where we raised it, else that of its status."""
    if isinstance(error, refusals.MethodNotAllowed):
        taken = " or ".join(sorted({*(error.valid_methods or ())} - {"OPTIONS"}))
        return f"method: must be {taken}, which this address takes, got {flask.request.method[:20]}"
    told = error.description != type(error).description and not isinstance(error, refusals.UnsupportedMediaType)
    ours = error.description if told else None
    return ours or LINES.get(error.code or 0, f"request: {error.name}")


def _refuse_long_queries() -> None:
    if len(flask.request.query_string) > MAX_QUERY:
        raise refusals.RequestURITooLarge


def _refuse_no_files() -> None:
    """404 in one line where a program looks for a file; elsewhere a reader finds a page that leads on."""
    path, rule = flask.request.path, flask.request.url_rule
    if rule is not None and rule.rule == NO_FILE and path.startswith(FILES_BELOW) and path != "/data/":
        raise refusals.NotFound


def _refuse_foreign_posts() -> None:
    """403 for a browser that another site told to send something.

    Browsers always say where such a request comes from, and a page cannot make them lie. What says nothing is no
    browser, could say anything, and has no cookie or login of ours to abuse: it is let through.
    """
    request = flask.request
    if request.method in SAFE:
        return
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "same-origin")
    if site != "same-origin" or (origin is not None and _host(origin) != request.host):
        raise refusals.Forbidden("origin: must be this dashboard's own page, got another site's")


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


# --- limits -----------------------------------------------------------------------------------------------------------


def uncounted(server: flask.Flask) -> str:
    """What operators must be told when limits cannot be counted where they should be; empty where all is well."""
    lost = any(limiter._storage_dead for limiter in server.extensions.get("limiter", ()))
    return "limits: DASHBOARD_LIMITS_STORAGE cannot be reached, so each process counts by itself" if lost else ""


def _limiter(server: flask.Flask, storage: str) -> Limiter:
    """Counts in `storage`; while it cannot be reached each process counts by itself, and tries it again."""
    kind = storage.partition("://")[0]
    library = CLIENTS[kind]
    if library and find_spec(library) is None:
        raise LibraryMissingError(
            f"DASHBOARD_LIMITS_STORAGE: {kind}:// needs the library {library}, which is not installed: "
            f"pip install {library}"
        )
    try:
        return Limiter(
            get_remote_address,
            app=server,
            storage_uri=storage,
            storage_options=TIMEOUTS.get(library, {}),
            in_memory_fallback_enabled=True,
            swallow_errors=True,  # of the requests that were waiting when another one found it lost
        )
    except (ConfigurationError, ValueError) as error:  # whose words may hold the address, and that a password
        raise ValueError(
            f"DASHBOARD_LIMITS_STORAGE: must be {kind}:// and the address of a server as the limits library takes it, "
            "got another: https://limits.readthedocs.io/en/stable/storage.html"
        ) from error
    except _errors_of(library) as error:
        raise ValueError(
            f"DASHBOARD_LIMITS_STORAGE: must be a place that answers at the start, as {kind}:// asks it then, got none "
            f"({type(error).__name__}): see its address and password, and whether it runs"
        ) from error


def _errors_of(library: str) -> tuple[type[Exception], ...]:
    """What a client library raises, whatever it derives that from: a cluster is asked when its client is made."""
    module = sys.modules.get(f"{library}.exceptions")
    found = vars(module).values() if module else ()
    return tuple(item for item in found if isinstance(item, type) and issubclass(item, Exception))


def _wire_limits(server: flask.Flask, settings: Settings) -> None:
    """Count the costly requests of each address: callbacks, files that are worked out, uploads."""
    limiter = _limiter(server, settings.storage)

    def limited(endpoint: str, a_minute: int, scope: str, **rules: Any) -> None:
        limit: Any = limiter.shared_limit(f"{max(1, round(a_minute * settings.limits))} per minute", scope, **rules)
        server.view_functions[endpoint] = limit(server.view_functions[endpoint])

    limited(callbacks.ROUTE, UPLOADS, "uploads", exempt_when=lambda: UPLOAD_OUTPUT not in flask.g.get("callback", ""))
    limited(callbacks.ROUTE, CALLBACKS, "callbacks")
    for endpoint in FILE_ENDPOINTS:
        limited(endpoint, FILES, "files")

    @server.errorhandler(refusals.TooManyRequests)
    def too_many(_: refusals.TooManyRequests) -> Any:
        current = limiter.current_limit
        seconds = max(1, ceil(current.reset_at - time())) if current else 60
        told = f"requests: too many from one address; go on in {seconds} s"
        return {"error": told}, 429, {"Retry-After": str(seconds)}
