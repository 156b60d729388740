"""Several instances of the dashboard behind one nginx: start, watch, replace without a failed request, end.

    python deploy/fleet.py --instances 2 --listen 0.0.0.0:8080

stays in the foreground, as systemd and containers like it. SIGHUP replaces every instance, `--step` at a time, by one
that has the code and settings of now: a new one is started beside it, nginx is told once it is ready, and only then the
old one ends what it is doing. SIGTERM ends all. An instance that dies or no longer answers is replaced in the same way.
"""

import argparse
import contextlib
import os
import random
import shlex
import shutil
import signal
import socket
import string
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "deploy" / "nginx.conf.template"
HEALTHY, READY = "/healthz", "/readyz"
START, STOP, LOOK, MISSES = 60.0, 40.0, 2.0, 3  # seconds to get ready, to end, between looks; looks missed in a row
NO_NGINX = "nginx: must run, but ended; see what it wrote above"


class _Template(string.Template):
    """Placeholders as %{name}: nginx has its own uses for $ and @."""

    delimiter = "%"


@dataclass
class Instance:
    """One gunicorn with one worker on a loopback port."""

    port: int
    process: subprocess.Popen[bytes]
    missed: int = 0

    @property
    def ready(self) -> bool:
        """It has worked out its pages and can serve."""
        return self._answers(READY)

    @property
    def alive(self) -> bool:
        """It answers, if only slowly while a new worker gets ready."""
        return self._answers(HEALTHY)

    def _answers(self, path: str) -> bool:
        address = f"http://127.0.0.1:{self.port}{path}"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
        return False


def nginx_conf(ports: Sequence[int], *, listen: str, run: Path) -> str:
    """The configuration of nginx for instances on these ports."""
    servers = "\n".join(f"        server 127.0.0.1:{port} max_fails=0;" for port in ports)
    values = {"servers": servers, "listen": listen, "run": str(run.resolve())}
    return _Template(TEMPLATE.read_text()).substitute(values)


def nginx_command(run: Path) -> list[str]:
    """Nginx with the configuration in the folder; Debian keeps it where only root's PATH leads."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    return [program, "-p", str(run.resolve()), "-c", str(run.resolve() / "nginx.conf")]


def gunicorn_command(port: int) -> list[str]:
    """The `web` line of the Procfile on a loopback port, with one worker."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines() if ": " in line)
    name, *words = shlex.split(lines["web"])
    beside = Path(sys.executable).parent / name
    bind = ["--bind", f"127.0.0.1:{port}", "--workers", "1"]
    return [str(beside) if beside.exists() else name, *words, *bind]


class Fleet:
    """The instances and the nginx before them."""

    def __init__(self, *, instances: int, listen: str, run: Path, step: int) -> None:
        """Nothing is started yet; `run` is a folder for configuration, logs and nginx's temporary files."""
        self._count, self._listen, self._run, self._step = instances, listen, run, step
        self._instances: list[Instance] = []
        self._nginx: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """All instances, then nginx."""
        (self._run / "tmp").mkdir(parents=True, exist_ok=True)
        self._instances = self._new(self._count)
        self._write()
        self._nginx = subprocess.Popen([*nginx_command(self._run), "-g", "daemon off;"])
        while not _children(self._nginx.pid):  # its workers, once it has read its configuration and listens
            if not self.fronted:
                raise RuntimeError(NO_NGINX)
            time.sleep(0.02)
        _say(f"listening at {self._listen}, instances at {[instance.port for instance in self._instances]}")

    @property
    def fronted(self) -> bool:
        """Nginx runs."""
        return self._nginx is not None and self._nginx.poll() is None

    def look(self) -> None:
        """Replace instances that ended or missed several looks."""
        for instance in self._instances:
            instance.missed = 0 if instance.alive else instance.missed + 1
        lost = [item for item in self._instances if item.process.poll() is not None or item.missed >= MISSES]
        if lost:
            _say(f"replacing {[item.port for item in lost]}, which no longer answer")
            self._replace(lost)

    def roll(self) -> None:
        """Replace every instance, a step at a time."""
        old = list(self._instances)
        for at in range(0, len(old), self._step):
            self._replace(old[at : at + self._step])
        _say(f"rolled; instances at {[instance.port for instance in self._instances]}")

    def stop(self) -> None:
        """End nginx when its answers are out, then the instances."""
        if self._nginx is not None:
            self._nginx.send_signal(signal.SIGQUIT)
            _wait(self._nginx)
        _end(self._instances)

    def _replace(self, old: Sequence[Instance]) -> None:
        new = self._new(len(old))
        self._instances = [item for item in self._instances if item not in old] + new
        self._write()
        self._reload()
        _end(old)

    def _new(self, count: int) -> list[Instance]:
        """Instances that are ready.

        Raises:
            RuntimeError: one did not get ready; those started here are ended and the others serve on.
        """
        started = [self._spawn(free_port()) for _ in range(count)]
        until = time.monotonic() + START
        while not all(item.ready for item in started):
            if time.monotonic() > until or any(item.process.poll() is not None for item in started):
                _end(started)
                raise RuntimeError(f"instance: must answer {READY} within {START:.0f} s; see its log above")
            time.sleep(0.1)
        return started

    def _spawn(self, port: int) -> Instance:
        environment = {**os.environ, "DASHBOARD_PROXIES": os.environ.get("DASHBOARD_PROXIES", "1")}
        return Instance(port, subprocess.Popen(gunicorn_command(port), cwd=ROOT, env=environment))

    def _write(self) -> None:
        conf = nginx_conf([item.port for item in self._instances], listen=self._listen, run=self._run)
        (self._run / "nginx.conf").write_text(conf)

    def _reload(self) -> None:
        """Have nginx take the new configuration, and wait until its new workers are there."""
        assert self._nginx is not None
        before = _children(self._nginx.pid)
        self._nginx.send_signal(signal.SIGHUP)
        until = time.monotonic() + 10
        while not _children(self._nginx.pid) - before:
            if time.monotonic() > until:
                raise RuntimeError("nginx: must take its new configuration; see what it wrote above")
            time.sleep(0.02)


def _end(instances: Sequence[Instance]) -> None:
    """Let them answer what they have begun, and end."""
    for item in instances:
        item.process.terminate()
    for item in instances:
        _wait(item.process)


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _children(pid: int) -> set[str]:
    return set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def free_port() -> int:
    """A port that nobody listens at, below those that the kernel gives to connections: one of these may take it first.

    Raises:
        RuntimeError: a hundred ports in a row are taken.
    """
    for _ in range(100):
        port = random.randrange(10_000, 32_768)  # noqa: S311 - no secret
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("port: 127.0.0.1 must have a free one from 10000 to 32767, got 100 taken; end what holds them")


def _say(words: str) -> None:
    sys.stdout.write(f"fleet: {words}\n")
    sys.stdout.flush()


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'must be a whole number from 1 on, got "{text}"')
    return int(text)


def main() -> None:
    """Start, then wait for signals and look after the instances."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=_count, default=2)
    parser.add_argument("--listen", default="127.0.0.1:8080", metavar="ADDRESS:PORT")
    parser.add_argument("--run", type=Path, default=ROOT / ".fleet", help="folder for nginx's files")
    parser.add_argument("--step", type=_count, default=1, help="instances replaced at a time by SIGHUP")
    asked = parser.parse_args()
    told: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: told.put(number))
    fleet = Fleet(instances=asked.instances, listen=asked.listen, run=asked.run, step=asked.step)
    try:
        fleet.start()
        sys.exit(_serve(fleet, told))
    except (RuntimeError, OSError) as error:
        _say(f"error: {error}")
        sys.exit(3)
    finally:
        fleet.stop()


def _serve(fleet: Fleet, told: "SimpleQueue[int]") -> int:
    """Look after the fleet until a signal ends it; what fails on the way leaves the instances that serve."""
    while fleet.fronted:
        try:
            number = told.get(timeout=LOOK)
        except Empty:
            number = 0
        if number in (signal.SIGTERM, signal.SIGINT):
            return 0
        try:
            fleet.roll() if number else fleet.look()
        except RuntimeError as error:
            _say(f"error: {error}")
    _say(f"error: {NO_NGINX}")
    return 3


if __name__ == "__main__":
    main()
