"""The shipped tables, read once for the session."""

import pytest
from hypothesis import settings

from dashboard.catalog import Catalog, load

# The same examples every time, and no clock in a test: a slow machine is no failure.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog of datasets/."""
    return load()
