"""The shipped tables, read once for the session, and a small folder of tables to be changed."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from dashboard.catalog import SHIPPED, Catalog, load
from dashboard.estimates.series import Timeline
from tests.hostile.make import HERE

# The same examples every time, and no clock in a test: a slow machine is no failure.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog of datasets/."""
    return load()


@pytest.fixture(scope="session")
def plans_in_time(catalog: Catalog) -> Timeline:
    """Every site over time, as known on the day of the tables; the pages have the same."""
    from dashboard.web.pages import plans  # not at the top: most tests need no page

    return plans.plans_of(catalog)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small valid folder of tables."""
    found = tmp_path / "datasets"
    shutil.copytree(HERE / "good", found)
    shutil.copy(SHIPPED / "datapackage.json", found)
    return found


@pytest.fixture
def stranger():
    """Root may look into everything, so from when it is called root is nobody, until the test ends."""
    root = os.geteuid() == 0
    yield lambda: os.seteuid(65534) if root else None
    if root:
        os.seteuid(0)
