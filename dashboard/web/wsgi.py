"""The WSGI entry for gunicorn; DASHBOARD_DATASETS names another folder of tables, `settings.py` the other variables."""

import os
import sys
from pathlib import Path

from dashboard.catalog import SHIPPED
from dashboard.web import create_app, logs
from dashboard.web.settings import Settings

logs.write_to(sys.stdout)
folder = Path(os.environ.get("DASHBOARD_DATASETS") or SHIPPED)
app = create_app(folder, Settings.of(os.environ))
server = app.server
with server.test_request_context():
    app.index()  # dash serves a script once a page named it: here the page may have come from another worker
