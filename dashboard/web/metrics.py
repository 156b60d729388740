"""/metrics for Prometheus, with DASHBOARD_METRICS=1 only: requests by route and status, and their seconds.

Several workers: `gunicorn.conf.py` names a folder in PROMETHEUS_MULTIPROC_DIR, through which the client adds them up.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter
from typing import cast

import flask
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, Metric, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from dashboard.web import logs

SECONDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def wire(server: flask.Flask) -> None:
    """Count every request by method, route and status, and serve the counts; routes are rules, so they are few."""
    registry = CollectorRegistry()
    requests = Counter("dashboard_requests", "Requests answered", ["method", "route", "status"], registry=registry)
    seconds = Histogram("dashboard_request_seconds", "Time to answer", ["route"], buckets=SECONDS, registry=registry)

    @server.after_request
    def count(response: flask.Response) -> flask.Response:
        method = flask.request.method if flask.request.method in logs.METHODS else "other"
        requests.labels(method, logs.route(), str(response.status_code)).inc()
        began = flask.g.get("began")
        if began is not None:
            seconds.labels(logs.route()).observe(perf_counter() - began)
        return response

    @server.get("/metrics")
    def metrics() -> flask.Response:
        return flask.Response(generate_latest(_all_workers(registry)), content_type=CONTENT_TYPE_LATEST)


def _all_workers(own: CollectorRegistry) -> CollectorRegistry:
    """The counts of every worker where they share a folder, else those of this process."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder is None:
        return own
    registry = CollectorRegistry()
    registry.register(_Workers(Path(folder)))
    return registry


class _Workers(Collector):
    """The client's own sum over a folder, less the files that a worker has made but not yet sized (0 bytes)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        counted = [str(path) for path in self._folder.glob("*.db") if path.stat().st_size]
        return cast("Iterable[Metric]", MultiProcessCollector.merge(counted))
