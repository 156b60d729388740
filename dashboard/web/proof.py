"""The last look at a catalog before it is shown or published: every page is drawn from it once."""

from dashboard.catalog import Catalog, Problem
from dashboard.estimates.headlines import FAULTS
from dashboard.web.pages import PAGES

VIEW = {"theme": "light", "width": 1080}


def unshown(catalog: Catalog) -> Problem | None:
    """What stands against showing a catalog: the first page that cannot be drawn from it; None if all can."""
    for page in PAGES:
        try:
            page.layout(catalog, {})
            if hasattr(page, "render"):
                page.render(catalog, page.Choice(), VIEW)
        except FAULTS as error:
            told = f"the page at {page.PATH} must be drawn from the tables, but {type(error).__name__}: {error}"
            return Problem("tables", None, "", "", told, "take back what changed last, and report it: check missed it")
    return None
