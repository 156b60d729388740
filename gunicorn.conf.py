"""What gunicorn takes from here when it is started in this folder; the command line goes before it."""

import os
import tempfile
from typing import Any

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

# Several workers add up their counts through a folder, which must be new at each start.
if os.environ.get("DASHBOARD_METRICS") == "1":
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="dashboard-metrics-"))


def child_exit(_: Any, worker: Any) -> None:
    """What a worker that ended was measuring at that moment is no longer counted."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)
