"""The WSGI entry for gunicorn; DASHBOARD_DATASETS names another folder of tables, `settings.py` the other variables."""

import os
from pathlib import Path

from dashboard.catalog import SHIPPED
from dashboard.web import create_app, logs, warm
from dashboard.web.settings import Settings

logs.to_stdout()
folder = Path(os.environ.get("DASHBOARD_DATASETS", SHIPPED))
server = create_app(folder, Settings.of(os.environ)).server
warm(folder)
