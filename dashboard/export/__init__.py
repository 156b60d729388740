"""Addresses to files: figures and whole pages as PNG, SVG, PDF or CSV, the same bytes each time."""

from dashboard.export.browser import NoBrowserError
from dashboard.export.shots import FORMATS, Shot, every_shot, listed_shots, page_shots, shots
from dashboard.export.writing import write
from dashboard.web.addresses import AddressError

__all__ = [
    "FORMATS",
    "AddressError",
    "NoBrowserError",
    "Shot",
    "every_shot",
    "listed_shots",
    "page_shots",
    "shots",
    "write",
]
