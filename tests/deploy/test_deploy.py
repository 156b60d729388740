"""The recipe in deploy/: nginx takes its configuration, which agrees with the server; a fresh worker serves all."""

import base64
import importlib.util
import json
import os
import re
import runpy
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashboard.catalog import SHIPPED
from dashboard.web import callbacks, create_app, guard

ROOT = Path(__file__).parents[2]


def _fleet():
    spec = importlib.util.spec_from_file_location("fleet", ROOT / "deploy" / "fleet.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["fleet"] = module
    spec.loader.exec_module(module)
    return module


fleet = _fleet()


def test_nginx_takes_the_configuration(tmp_path):
    """`nginx -t` finds the configuration of three instances in order."""
    if not Path(fleet.nginx_command(tmp_path)[0]).exists():
        pytest.skip("nginx is not on this machine")
    (tmp_path / "tmp").mkdir()
    (tmp_path / "nginx.conf").write_text(fleet.nginx_conf([8101, 8102, 8103], listen="127.0.0.1:8080", run=tmp_path))
    found = subprocess.run([*fleet.nginx_command(tmp_path), "-t"], capture_output=True, text=True, check=False)

    assert "test is successful" in found.stderr


def test_configuration_agrees_with_the_server(tmp_path):
    """Nginx refuses bodies at the server's own limit, knows every instance, and retries what is asked by POST too."""
    conf = fleet.nginx_conf([8101, 8102], listen="127.0.0.1:8080", run=tmp_path)

    assert f"client_max_body_size {guard.MAX_BODY};" in conf
    assert f"at most {guard.MAX_BODY:,} bytes" in conf
    assert re.findall(r"server 127\.0\.0\.1:(\d+) ", conf) == ["8101", "8102"]
    assert re.search(r"proxy_next_upstream .*\bnon_idempotent;", conf)
    assert "%{" not in conf


def test_nginx_closes_idle_connections_before_gunicorn(tmp_path):
    """A connection kept to an instance is closed by nginx, so no request is sent into one that is being closed."""
    kept = re.search(r"keepalive_timeout (\d+)s;", fleet.nginx_conf([8101], listen="127.0.0.1:8080", run=tmp_path))

    assert int(kept[1]) < runpy.run_path(str(ROOT / "gunicorn.conf.py"))["keepalive"]


def test_gunicorn_leaves_long_queries_to_the_server():
    """What is longer than a query may be reaches the server, whose refusal is a line of JSON."""
    assert runpy.run_path(str(ROOT / "gunicorn.conf.py"))["limit_request_line"] >= 2 * guard.MAX_QUERY


def test_gunicorn_without_a_worker_ends(capsys):
    """It would listen and answer nobody: one line before it listens, and exit code 1."""
    starting = runpy.run_path(str(ROOT / "gunicorn.conf.py"))["on_starting"]
    starting(SimpleNamespace(cfg=SimpleNamespace(workers=1)))

    with pytest.raises(SystemExit) as ended:
        starting(SimpleNamespace(cfg=SimpleNamespace(workers=0)))

    assert ended.value.code == 1
    assert capsys.readouterr().err == "error: WEB_CONCURRENCY or --workers: must be 1 or more, got 0\n"


def test_a_fleet_listens_once_nginx_does(tmp_path, capsys):
    """Where nginx ends, as it does without instances, an error is told and never that the fleet listens."""
    if not Path(fleet.nginx_command(tmp_path)[0]).exists():
        pytest.skip("nginx is not on this machine")

    with pytest.raises(RuntimeError, match="nginx: must run, but ended"):
        fleet.Fleet(instances=0, listen=f"127.0.0.1:{fleet.free_port()}", run=tmp_path, step=1).start()
    assert "listening" not in capsys.readouterr().out


@pytest.mark.parametrize("words", [("--instances", "0"), ("--instances", "-1"), ("--step", "x")])
def test_a_fleet_of_none_is_refused(words, monkeypatch, capsys):
    """Counts are whole numbers from 1 on: exit code 2 and one line."""
    monkeypatch.setattr(sys, "argv", ["fleet.py", *words])

    with pytest.raises(SystemExit) as ended:
        fleet.main()

    assert ended.value.code == 2
    assert f'argument {words[0]}: must be a whole number from 1 on, got "{words[1]}"' in capsys.readouterr().err


def _failed_start(folder, **variables):
    """How a gunicorn that is started in a folder ends by itself: exit code, and the lines of ours on standard error."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASHBOARD_DATASETS": str(SHIPPED), **variables}
    command = fleet.gunicorn_command(fleet.free_port())
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _, told = process.communicate(timeout=60)
    finally:
        process.terminate()
    lines = told.decode().splitlines()
    return process.returncode, [line for line in lines if not re.match(r"\[\d{4}-", line)]


def test_folders_made_at_the_start_go_with_the_process(tmp_path):
    """Not with a worker, which is a fork of it."""
    code = (
        "import os, runpy, sys; runpy.run_path(sys.argv[1]); worker = os.fork()\n"
        "if worker: os.waitpid(worker, 0); print(len(os.listdir(os.environ['TMPDIR'])))\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "DASHBOARD_PACKED"}
    environment |= {"TMPDIR": str(tmp_path), "DASHBOARD_METRICS": "1"}
    words = [sys.executable, "-c", code, str(ROOT / "gunicorn.conf.py")]
    told = subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout

    assert told == "2\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("variables", "ours", "code", "told"),
    [
        ({"DASHBOARD_LIMITS": "-1"}, True, 1, "DASHBOARD_LIMITS: must be a number from 0 on"),
        ({"DASHBOARD_LIMITS": "-1"}, False, 3, "DASHBOARD_LIMITS: must be a number from 0 on"),
        ({"DASHBOARD_LIMITS_STORAGE": "mongodb://x"}, True, 3, "mongodb:// needs the library pymongo"),
    ],
    ids=["value", "value-without-our-configuration", "library"],
)
def test_a_setting_that_cannot_be_ends_gunicorn(variables, ours, code, told, tmp_path):
    """One line and no traceback; 3 where a library lacks, and where another code would start a worker for ever."""
    found, lines = _failed_start(ROOT if ours else tmp_path, **variables)

    assert found == code
    assert len(lines) == 1
    assert told in lines[0]


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """An instance as the recipe starts it: its first process, and its address; nobody has asked it anything."""
    port = fleet.free_port()
    with (tmp_path_factory.mktemp("instance") / "log").open("wb") as log:
        environment = {**os.environ, "DASHBOARD_DATASETS": str(SHIPPED)}
        command = fleet.gunicorn_command(port)
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        assert process.wait(30) == 0


def _status(address, process, wanted=(200,)):
    """The first status that is wanted, else the last one: the instance may still be starting."""
    found, until = None, time.monotonic() + 60
    while found not in wanted and process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - our own address
                found = answer.status
        except urllib.error.HTTPError as error:
            found = error.code
        except OSError:
            time.sleep(0.05)
    return found


def _children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_fresh_worker_serves_the_scripts_of_a_page_from_another(instance):
    """The first request of a worker may be for a script that a page from another worker named."""
    process, address = instance
    page = create_app(SHIPPED).server.test_client().get("/").text
    script = re.search(r'src="(/_dash-component-suites/dash/deps/react@[^"]+)"', page)[1]

    assert _status(address + script, process, wanted=range(200, 600)) == 200


def test_tables_are_checked_beside_the_answers(instance):
    """A process of the worker checks uploads and ends with it; where it was killed, the worker checks them."""
    process, address = instance
    assert _status(f"{address}/healthz", process) == 200
    (worker,) = _children(process.pid)
    (orphan,) = _children(worker)
    os.kill(worker, signal.SIGKILL)
    _wait(lambda: not Path(f"/proc/{orphan}").exists() and _children(process.pid) not in ([], [worker]))
    assert _status(f"{address}/healthz", process) == 200
    (worker,) = _children(process.pid)
    (checker,) = _children(worker)

    before = _ticks(checker)
    first = _upload(address)
    worked = _ticks(checker) - before
    os.kill(checker, signal.SIGKILL)

    assert "What it would change" in first
    assert worked > 0
    assert _upload(address) == first


def _wait(done):
    until = time.monotonic() + 60
    while not done():
        assert time.monotonic() < until
        time.sleep(0.05)


def _ticks(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _upload(address):
    """What the page says to the claims with one more, which is their last row of another subject."""
    lines = (SHIPPED / "claims.csv").read_bytes().splitlines(keepends=True)
    more = b"another-" + lines[-1].replace(b",", b",Another ", 1)
    contents = "data:text/csv;base64," + base64.b64encode(b"".join([*lines, more])).decode()
    question = {
        "output": "..data-report.children...data-candidate.data..",
        "outputs": [{"id": "data-report", "property": "children"}, {"id": "data-candidate", "property": "data"}],
        "inputs": [{"id": "data-file", "property": "data", "value": {"contents": contents}}],
        "state": [{"id": "data-table", "property": "value", "value": "claims"}],
    }
    sent = urllib.request.Request(  # noqa: S310 - our own address
        address + callbacks.ROUTE, json.dumps(question).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(sent, timeout=60) as answer:  # noqa: S310
        return answer.read().decode()
