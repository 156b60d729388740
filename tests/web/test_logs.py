"""What is written down: one JSON line a request, errors with their place, never what a visitor typed; the counts."""

import io
import json
import logging
import os
import re
import subprocess
import sys

import pytest

from dashboard.catalog import SHIPPED
from dashboard.web import create_app, logs, warm
from dashboard.web.settings import Settings

TYPED = "a visitor wrote this"
GUNICORN = logging.getLogger("gunicorn.error")


@pytest.fixture
def written():
    """The lines that the access and the error log write meanwhile, read as JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter())
    for log in (logs.ACCESS, logs.ERRORS, GUNICORN):
        log.addHandler(handler)
        log.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for log in (logs.ACCESS, logs.ERRORS, GUNICORN):
        log.removeHandler(handler)


def test_a_request_is_one_line_without_what_was_typed(written):
    """Time, id, method, rule, status, milliseconds and bytes; the query, the path and a strange method stay out."""
    client = create_app(SHIPPED).server.test_client()

    answer = client.get("/figure/typed.csv", query_string={"text": TYPED})
    client.open("/healthz", method="TYPED")

    lines = written()
    assert len(lines) == 2
    assert {key: lines[0][key] for key in ("method", "route", "status", "bytes", "level")} == {
        "method": "GET",
        "route": "/figure/<figure_id>.csv",
        "status": 404,
        "bytes": len(answer.data),
        "level": "INFO",
    }
    assert lines[0]["request_id"] == answer.headers["X-Request-Id"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", lines[0]["time"])
    assert 0 <= lines[0]["ms"] < 60_000
    assert "typed" not in json.dumps(lines).lower()
    assert TYPED not in json.dumps(lines)


def test_what_gunicorn_refuses_is_told_without_who_and_what(written):
    """Its own lines name the address and quote the request; here they say what was wrong with it."""
    GUNICORN.warning(f"Invalid request from ip=203.0.113.9: Invalid HTTP request line: 'GET /{TYPED}'")
    GUNICORN.warning("Invalid request from ip=2001:db8::9: limit request headers fields size")
    GUNICORN.error("Error handling request %s %s", "GET", f"/?text={TYPED}")
    GUNICORN.info("Listening at: http://127.0.0.1:8000 (7)")

    assert [line["message"] for line in written()] == [
        "Invalid request: Invalid HTTP request line",
        "Invalid request: limit request headers fields size",
        "Error handling request",
        "Listening at: http://127.0.0.1:8000 (7)",
    ]


def test_a_fault_of_ours_is_found_by_its_id(written):
    """500 with one line and an id; under it the log has where it broke, without the message that quotes a visitor."""
    app = create_app(SHIPPED)

    def broken(name):
        try:
            raise KeyError(name)
        except KeyError as error:
            raise RuntimeError(f"cannot work with {name}") from error

    app.server.view_functions["data_file"] = broken

    answer = app.server.test_client().get(f"/data/{TYPED}")

    error = next(line for line in written() if line["level"] == "ERROR")
    assert answer.status_code == 500
    assert error["request_id"] == answer.headers["X-Request-Id"]
    assert error["request_id"] in answer.get_json()["error"]
    assert error["route"] == "/data/<name>"
    assert error["traceback"].endswith("KeyError")
    assert "RuntimeError\nwhich came from\n" in error["traceback"]
    assert "test_logs.py" in error["traceback"]
    assert TYPED not in json.dumps(written())
    assert TYPED not in answer.text


def test_a_page_over_a_visitors_own_table_that_cannot_be_worked_out_is_not_our_outage(written):
    """422, with the fault written down all the same."""
    app = create_app(SHIPPED)

    def broken(figure_id):
        raise ZeroDivisionError(figure_id)

    app.server.view_functions["figure_passport"] = broken

    answer = app.server.test_client().post("/figure/energy.passport.json", json={"claims": "x"})

    assert answer.status_code == 422
    assert "your version of the tables" in answer.get_json()["error"]
    assert [line["message"] for line in written() if line["level"] == "ERROR"] == ["ZeroDivisionError"]


@pytest.mark.parametrize(
    ("proxies", "given", "kept"),
    [(1, "0b27e3d2-1c0e-4a5b-9a53-bb6f2a1c9d11", True), (1, "write this; down", False), (0, "0b27e3d21c0e4a5b", False)],
)
def test_a_proxy_may_name_a_request(proxies, given, kept):
    """Its id is kept where one stands before us and gave nothing but digits; else there is a new one."""
    client = create_app(SHIPPED, Settings(proxies=proxies)).server.test_client()

    answer = client.get("/healthz", headers={"X-Request-Id": given})

    assert (answer.headers["X-Request-Id"] == given) is kept


def test_probes_tell_process_and_tables(catalog):
    """/healthz answers, /readyz names the tables, /metrics is not there until it is asked for."""
    client = create_app(SHIPPED).server.test_client()

    assert client.get("/healthz").text == "OK"
    assert client.get("/readyz").get_json() == {"data_version": catalog.version, "notice": ""}
    assert "dashboard_requests" not in client.get("/metrics").text


def test_ready_once_the_pages_are_worked_out(catalog):
    """While a new process works out its pages it answers, and says that it is not ready; then it is."""
    app = create_app(SHIPPED)
    client = app.server.test_client()
    working = warm(app)
    early = client.get("/readyz")  # at once: the pages and their scripts take a second
    alive = client.get("/healthz")
    working.join()

    assert early.status_code == 503
    assert "ask again" in early.get_json()["error"]
    assert alive.status_code == 200
    assert client.get("/readyz").get_json() == {"data_version": catalog.version, "notice": ""}


def test_metrics_count_by_rule():
    """Requests by method, rule and status, and their seconds; whatever is asked for, no new name appears."""
    client = create_app(SHIPPED, Settings(metrics=True)).server.test_client()

    for name in ("claims.csv", "typed", "typed-too"):
        client.get(f"/data/{name}")

    text = client.get("/metrics").text
    assert 'dashboard_requests_total{method="GET",route="/data/<name>",status="200"} 1.0' in text
    assert 'dashboard_requests_total{method="GET",route="/data/<name>",status="404"} 2.0' in text
    assert 'dashboard_request_seconds_count{route="/data/<name>"} 3.0' in text
    assert "typed" not in text


def test_several_workers_are_counted_together(tmp_path):
    """Each process counts into a shared folder, and any of them tells the sum; a file just made counts nothing yet."""
    code = (
        "import flask, os; from dashboard.web import logs, metrics\n"
        "server = flask.Flask('x'); logs.wire(server); metrics.wire(server)\n"
        "child = os.fork(); client = server.test_client(); client.get('/metrics')\n"
        "if child: os.waitpid(child, 0); print(client.get('/metrics').text)\n"
    )
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    (tmp_path / "counter_1.db").touch()

    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert 'route="/metrics",status="200"} 2.0' in told.stdout
