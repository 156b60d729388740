"""The WSGI entry for gunicorn; DASHBOARD_DATASETS names another folder of tables."""

import os
from pathlib import Path

from dashboard.catalog import SHIPPED
from dashboard.web import create_app, warm

folder = Path(os.environ.get("DASHBOARD_DATASETS", SHIPPED))
server = create_app(folder).server
warm(folder)
