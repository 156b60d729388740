"""The shipped tables, read once for the session."""

import pytest

from dashboard.catalog import Catalog, load


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog of datasets/."""
    return load()
