"""What gunicorn takes from here when it is started in this folder; the command line goes before it.

The first process reads code and tables, and every worker is a fork of it: all share what they only read, and one that
replaces another answers at once. New code needs new first processes (docs/operators.md).
"""

import atexit
import ctypes
import gc
import os
import shutil
import sys
import tempfile
import threading
from typing import Any

preload_app = True
keepalive = 75  # seconds; longer than a proxy keeps an idle connection, so that the proxy is the one who closes
limit_request_line = 8190  # the most that it takes: a query that is too long is refused in our words
control_socket_disable = True
accesslog = None  # dashboard/web/logs.py writes a line for each request, without what a visitor typed
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "dashboard.web.logs.formatter"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stdout"}},
    "root": {"level": "INFO", "handlers": ["out"]},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["out"], "propagate": False}},
}

# Several workers share compressed scripts, and add up their counts, each through a folder that is new at each start.
made: list[str] = []


def _make(variable: str, prefix: str) -> None:
    if variable not in os.environ:
        os.environ[variable] = tempfile.mkdtemp(prefix=prefix)
        made.append(os.environ[variable])


def _remove(process: int) -> None:
    """The folders made here go with the process that made them, also where the start fails; not with a worker.

    A gunicorn that takes over (USR2) makes its own: it starts with the variables that this one started with.
    """
    if os.getpid() == process:
        for folder in made:
            shutil.rmtree(folder, ignore_errors=True)


atexit.register(_remove, os.getpid())
_make("DASHBOARD_PACKED", "dashboard-packed-")
if os.environ.get("DASHBOARD_METRICS") == "1":
    _make("PROMETHEUS_MULTIPROC_DIR", "dashboard-metrics-")


def on_starting(server: Any) -> None:
    """Without a worker gunicorn would listen and answer nobody; with --daemon it is another process from here on."""
    atexit.register(_remove, os.getpid())
    if server.cfg.workers < 1:
        sys.stderr.write(f"error: WEB_CONCURRENCY or --workers: must be 1 or more, got {server.cfg.workers}\n")
        sys.exit(1)


def when_ready(_: Any) -> None:
    """Before the first fork: no other thread may hold a lock then, and what is shared is not counted through."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(5)
    gc.collect()
    gc.freeze()
    _share_freed_memory()


def _share_freed_memory() -> None:
    """glibc keeps a heap for each thread, and in each what was freed there: two for all threads take 40 MB less."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        arena_max = -8  # M_ARENA_MAX of malloc.h
        library.mallopt(arena_max, 2)


def post_worker_init(_: Any) -> None:
    """A worker works out what its pages show first, while it answers; then /readyz says that it is ready."""
    from dashboard.web import begin, wsgi

    begin(wsgi.app)


def child_exit(_: Any, worker: Any) -> None:
    """What a worker that ended was measuring at that moment is no longer counted."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)
