"""CodeCarbon's own dashboard of a log of emissions, carbonboard, over a log as its tracker writes it."""

from dataclasses import fields

import pandas as pd
from codecarbon.output_methods.emissions_data import EmissionsData
from codecarbon.viz.carbonboard import render_app

RUNS = 60
SAME = {
    "country_name": "United States",
    "country_iso_code": "USA",
    "region": "virginia",
    "cloud_provider": "aws",
    "cloud_region": "us-east-1",
    "on_cloud": "Y",
    "os": "Linux",
    "tracking_mode": "machine",
    "pue": 1.0,
}


def run(number: int) -> dict[str, object]:
    """A run of an hour or so: every column of the tracker, a number in those that hold numbers."""
    filled = {field.name: "" if field.type is str else 1.0 + number % 7 for field in fields(EmissionsData)}
    begun = pd.Timestamp("2025-01-01") + pd.Timedelta(days=number)
    project = f"project {number % 3}"
    return {**filled, **SAME, "timestamp": begun.isoformat(), "project_name": project, "run_id": str(number)}


frame = pd.DataFrame([run(number) for number in range(RUNS)])
app = render_app(frame)
server = app.server
server.add_url_rule("/healthz", view_func=lambda: "OK")
