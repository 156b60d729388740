"""The shipped tables, read once; tables that may be changed; and what a reader's browser asks."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from dashboard.catalog import SHIPPED, Catalog, load
from tests.bench import servers
from tests.bench.recording import NUMBER, Script, record

CHROMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog of datasets/."""
    return load()


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of datasets/ that may be changed."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "datasets"))


@pytest.fixture(scope="session")
def changed_claims(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The claims without their last row, and a number in a note, which each visitor makes their own: a data version."""
    lines = (SHIPPED / "claims.csv").read_bytes().splitlines(keepends=True)
    text = b"".join(lines[:-1]).rstrip() + b" "
    text += b"0" * (-len(text) % 3)  # so that the number stands by itself in base64 too
    path = tmp_path_factory.mktemp("upload") / "claims.csv"
    path.write_bytes(text + NUMBER.encode() + b"\n")
    return path


@pytest.fixture(scope="session")
def scripts(changed_claims: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Script]:
    """What a browser asked of the dashboard, page by page."""
    path = os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, CHROMES)), None)
    assert path, "install Debian's chromium, or set BROWSER_PATH"
    folder = tmp_path_factory.mktemp("recording")
    with servers.procfile(SHIPPED, folder, workers=1) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        recorded = record(browser, server.address, changed_claims)
        browser.close()
    return recorded
