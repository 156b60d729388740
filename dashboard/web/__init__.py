"""The dashboard: `create_app` makes one that serves a folder of tables. Only this room knows dash."""

from dashboard.web.app import begin, create_app, warm

__all__ = ["begin", "create_app", "warm"]
