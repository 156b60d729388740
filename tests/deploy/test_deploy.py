"""The recipe in deploy/: nginx takes its configuration, which agrees with the server; a fresh worker serves all."""

import importlib.util
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from dashboard.catalog import SHIPPED
from dashboard.web import create_app, guard

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

    assert int(kept[1]) < fleet.KEEP_ALIVE


def test_a_fresh_worker_serves_the_scripts_of_a_page_from_another(tmp_path):
    """The first request of a worker may be for a script that a page from another worker named."""
    page = create_app(SHIPPED).server.test_client().get("/").text
    script = re.search(r'src="(/_dash-component-suites/dash/deps/react@[^"]+)"', page)[1]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (tmp_path / "log").open("wb") as log:
        environment = {**os.environ, "DASHBOARD_DATASETS": str(SHIPPED)}
        command = fleet.gunicorn_command(port)
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        assert _first_status(f"http://127.0.0.1:{port}{script}", process) == 200
    finally:
        process.terminate()
        process.wait(30)


def _first_status(address, process):
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - our own address
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            time.sleep(0.05)
    return None
