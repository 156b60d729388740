"""What the documentation says to type works."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard.__main__ import main
from dashboard.web.pages import PAGES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\.venv/bin/python -m dashboard (.+)$", README, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_of_the_readme_run(command, tmp_path, monkeypatch):
    """Each command exits 0; its output folder is put elsewhere."""
    monkeypatch.chdir(ROOT)
    words = [str(tmp_path) if word == "out" else word for word in shlex.split(command)]

    done = CliRunner().invoke(main, words)

    assert done.exit_code == 0, done.output


def test_the_two_commands_come_first():
    """A newcomer sees `make run` and `make test` before anything else, and the Makefile has them."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert README.splitlines()[3].startswith("make run")
    assert README.splitlines()[4].startswith("make test")
    assert re.search(r"^run:", makefile, re.MULTILINE)
    assert re.search(r"^test:", makefile, re.MULTILINE)


def test_every_page_and_picture_is_there():
    """The table of pages lists each page, and every picture shown exists."""
    assert all(f"| `{page.PATH}` |" in README for page in PAGES)
    assert all((ROOT / name).is_file() for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README))


def test_procfile_serves_what_the_readme_says():
    """The web process is gunicorn with threads on our entry, the release step the check."""
    procfile = (ROOT / "Procfile").read_text(encoding="utf-8")

    assert re.search(r"^web: gunicorn dashboard\.web\.wsgi:server .*--threads", procfile, re.MULTILINE)
    assert re.search(r"^release: .*python -m dashboard check", procfile, re.MULTILINE)
