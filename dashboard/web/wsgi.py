"""The WSGI entry for gunicorn; DASHBOARD_DATASETS names another folder of tables, `settings.py` the other variables."""

import os
import sys
from pathlib import Path

from dashboard.catalog import SHIPPED
from dashboard.web import create_app, logs
from dashboard.web.settings import LibraryMissingError, Settings

logs.write_to(sys.stdout)
folder = Path(os.environ.get("DASHBOARD_DATASETS") or SHIPPED)
try:
    app = create_app(folder, Settings.of(os.environ))
except (LibraryMissingError, ValueError) as error:
    sys.stderr.write(f"error: {error}\n")
    # Without our gunicorn.conf.py this is a worker, and gunicorn starts another one for ever unless it ends with 3.
    first = getattr(sys.modules.get("__config__"), "preload_app", False)
    sys.exit(1 if first and isinstance(error, ValueError) else 3)
server = app.server
with server.test_request_context():
    app.index()  # dash serves a script once a page named it: here the page may have come from another worker
