"""What the documentation says to type works, and what it shows comes out.

The fenced blocks of a page are run one after another in a folder that holds a copy of datasets/: `sh`, `python`,
`csv NAME` (a file to be written), `http` (addresses to be asked), `text` (what the block before it shows; numbers are
not compared, `…` stands for anything). `sh not-run` marks what a test machine lacks, and the page says so.
"""

import contextlib
import io
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from dashboard.__main__ import main
from dashboard.web import create_app, guard, own
from dashboard.web.pages import PAGES
from tests.bench.servers import free_port

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = [README, *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
OURS = re.compile(r"(?:\.venv/bin/)?python -m dashboard(?= |$)")
SERVES = re.compile(r"gunicorn |python -m dashboard serve")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
READ_ELSEWHERE = ("toml", "not-run")


@dataclass(frozen=True)
class Block:
    """A fenced block: where it stands, its info string as words, its text."""

    where: str
    words: tuple[str, ...]
    text: str

    @property
    def commands(self) -> list[str]:
        """The commands of a shell block, continued lines joined."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line for line in lines if line.strip() and not line.startswith("#")]


def blocks(path: Path) -> list[Block]:
    """The blocks of a page in their order."""
    text = path.read_text(encoding="utf-8")
    return [
        Block(f"{path.name}:{text.count(chr(10), 0, found.start()) + 1}", tuple(found[1].split()), found[2])
        for found in FENCE.finditer(text)
    ]


class Reader:
    """Somebody who types what a page says, in a folder of their own, and keeps what was told last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told = ""
        self.port = str(free_port())
        self.names: dict[str, object] = {"__name__": "page"}  # what the page's Python has defined so far
        self.tables = folder / "datasets"
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        ours = {"PATH": path, "PYTHONPATH": str(ROOT), "DASHBOARD_DATASETS": str(self.tables), "TMPDIR": str(folder)}
        self.environment = os.environ | ours
        self.servers: list[subprocess.Popen] = []
        shutil.copytree(ROOT / "datasets", self.tables)
        for name in ("docs", "gunicorn.conf.py"):
            (folder / name).symlink_to(ROOT / name)

    @cached_property
    def visitor(self) -> FlaskClient:
        """Somebody who asks the dashboard over this folder's tables."""
        return create_app(self.tables).server.test_client()

    def does(self, block: Block) -> None:
        """Run a block of any kind."""
        match block.words:
            case ("sh",):
                self.told = "".join(self._types(command, block.where) for command in block.commands)
            case ("python",):
                self.told = self._python(block)
            case ("csv", name):
                (self.folder / name).write_text(block.text, encoding="utf-8")
            case ("http",):
                self.told = "".join(self._asks(line, block.where) for line in block.text.splitlines())
            case ("text",):
                self._compares(block)
            case _:
                assert set(block.words) & set(READ_ELSEWHERE), f"{block.where}: no test knows {block.words}"

    def _types(self, command: str, where: str) -> str:
        command = command.replace("8050", self.port)
        if command.startswith("make "):
            return self._shell(f"make --dry-run --silent --directory {shlex.quote(str(ROOT))} {command[5:]}", where)
        if SERVES.search(command):
            return self._serves(command)
        if OURS.match(command):
            return self._ours(command, where)
        return self._shell(command, where)

    def _ours(self, command: str, where: str) -> str:
        """Our own command line in this process, over the copy of the tables; a comment may say `exit code 1`."""
        command, _, comment = command.partition("  # ")
        words = shlex.split(command)[3:]
        expected = re.search(r"exit code (\d)", comment)
        done = CliRunner().invoke(main, [*words, "--datasets", str(self.tables)])

        assert done.exit_code == (int(expected[1]) if expected else 0), f"{where}: {command}\n{done.output}"
        return done.output

    def _shell(self, command: str, where: str) -> str:
        more = {"cwd": self.folder, "env": self.environment, "timeout": 60}
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, **more)

        assert done.returncode == 0, f"{where}: {command}\n{done.stdout}{done.stderr}"
        return done.stdout + ("" if done.stdout.endswith("\n") else "\n")

    def _serves(self, command: str) -> str:
        """Start a server and wait until it is well; the page's next commands may ask it."""
        with (self.folder / "server.log").open("w") as log:
            # `exec` puts the server in the place of the shell, so that it is what is ended.
            settings, program = re.fullmatch(r"((?:\w+=\S+ )*)(.*)", command).groups()
            words = ["bash", "-c", f"{settings}exec {program}"]
            more = {"cwd": self.folder, "env": self.environment, "start_new_session": True}
            self.servers.append(subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT, **more))
        until = time.monotonic() + 60
        while time.monotonic() < until and self.servers[-1].poll() is None:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz") as answer,
            ):
                assert answer.status == 200
                return ""
            time.sleep(0.1)
        raise AssertionError(f"{command}: never well\n{(self.folder / 'server.log').read_text()}")

    def _asks(self, line: str, where: str) -> str:
        """Ask the dashboard an address."""
        method, address = line.split(" ")
        answer = self.visitor.open(address, method=method)

        assert answer.status_code == 200, f"{where}: {line}\n{answer.text}"
        return answer.text

    def _python(self, block: Block) -> str:
        """A page's Python blocks follow on from each other, as its reader's do."""
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            exec(compile(block.text, block.where, "exec"), self.names)  # noqa: S102 # our own documentation
        return told.getvalue()

    def _compares(self, block: Block) -> None:
        """Each shown piece of each line stands in what was told, in this order, numbers apart."""
        told, at = _plain(self.told), 0
        for piece in (piece for line in block.text.splitlines() for piece in line.split("…")):
            wanted = _plain(piece)
            found = told.find(wanted, at)
            assert found >= 0, f'{block.where}: shows "{piece.strip()}", which was not told in this place:\n{self.told}'
            at = found + len(wanted)

    def leaves(self) -> None:
        """End the servers that were started, at once and with their workers: they hold nothing."""
        for server in self.servers:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait(20)


def _plain(text: str) -> str:
    return " ".join(NUMBER.sub("#", text).split())


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A reader in an own folder, whose servers end with the test."""
    monkeypatch.chdir(tmp_path)
    somebody = Reader(tmp_path)
    yield somebody
    somebody.leaves()


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_what_a_page_says_to_type_works(path, reader):
    """Each block of a page runs, in the page's order, and shows what the page shows."""
    assert blocks(path)

    for block in blocks(path):
        reader.does(block)


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_what_is_not_run_says_so(path):
    """At most one block of a page is not run, and the words before it admit it."""
    text = path.read_text(encoding="utf-8")

    assert text.count("```sh not-run") <= 1
    assert all(re.search(r"No test runs|no test runs", part[-300:]) for part in text.split("```sh not-run")[:-1])


@pytest.mark.parametrize("path", [*DOCS, ROOT / "datasets" / "README.md"], ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    """Each file that a page links to, names or shows exists, and has the heading that is named."""
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"`((?:dashboard|datasets|docs|tests|deploy)/[\w./]+)`", text)
    assert [name for name in named if not (ROOT / name).exists()] == []
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        name, _, heading = target.partition("#")
        file = path.parent / name if name else path

        assert file.exists(), f"{path.name}: {target}"
        assert not heading or heading in _headings(file), f"{path.name}: {target}"


def _headings(path: Path) -> set[str]:
    lines = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines}


def test_every_column_is_told_to_curators():
    """The list of columns in datasets/README.md has each column of each table, and no other table."""
    text = (ROOT / "datasets" / "README.md").read_text(encoding="utf-8")
    text = text[text.index("### Columns") : text.index("## Words")]
    listed = re.findall(r"^- \*\*(\w+)\*\*: (.*?)(?=^- |\Z)", text, re.MULTILINE | re.DOTALL)
    told = {name: set(re.findall(r"`([^`]+)`", words)) for name, words in listed}
    tables = json.loads((ROOT / "datasets" / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    columns = {table["name"]: [field["name"] for field in table["schema"]["fields"]] for table in tables}
    everywhere = {"source_id", "seen", "note"}

    assert told.keys() == columns.keys()
    assert [
        f"{name}.{column}" for name in told for column in columns[name][1:] if column not in told[name] | everywhere
    ] == []


def test_readme_tells_where_everything_is():
    """Each file and folder of the package stands in the README's table."""
    text = README.read_text(encoding="utf-8")
    rows = [line for line in text[text.index("| place |") :].splitlines() if line.startswith("|")]
    told = [Path(name).name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]
    paths = [path.name for path in (ROOT / "dashboard").iterdir() if path.suffix == ".py" or path.is_dir()]
    there = set(paths) - {"__init__.py", "__pycache__"}

    assert {name for name in there if not any(fnmatch(name, pattern) for pattern in told)} == set()


def test_readme_leads_to_every_page():
    """A newcomer finds the page written for them."""
    text = README.read_text(encoding="utf-8")

    assert all(f"(docs/{path.name})" in text for path in DOCS[1:])


def test_the_two_commands_come_first():
    """A newcomer sees `make run` and `make test` before anything else."""
    lines = README.read_text(encoding="utf-8").splitlines()

    assert lines[3].startswith("make run")
    assert lines[4].startswith("make test")


@pytest.mark.parametrize("name", ["README.md", "docs/readers.md"])
def test_every_page_of_the_dashboard_is_told(name):
    """The tables of pages list each page."""
    text = (ROOT / name).read_text(encoding="utf-8")

    assert [page.PATH for page in PAGES if f"| `{page.PATH}` |" not in text] == []


def test_every_command_is_told():
    """Each command of the command line stands in a block of some page that is run; `make run` serves."""
    told = "\n".join(block.text for path in DOCS for block in blocks(path) if "not-run" not in block.words)

    missing = [name for name in main.commands if not re.search(rf"python -m dashboard {name}\b", told)]

    assert missing == ["serve"]
    assert "make run " in told


def test_every_setting_is_told():
    """Each variable that the server reads stands in the operators' table, and no other."""
    read = "".join((ROOT / "dashboard" / "web" / name).read_text() for name in ("settings.py", "wsgi.py"))
    told = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")

    assert set(re.findall(r'"(DASHBOARD_\w+)"', read)) == set(re.findall(r"^\| `(DASHBOARD_\w+)`", told, re.MULTILINE))


def test_limits_are_told_as_they_are():
    """The operators' table has the numbers of the code."""
    told = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    numbers = (guard.MAX_BODY, guard.MAX_QUERY, guard.CALLBACKS, guard.FILES, guard.UPLOADS)
    numbers += (own.MAX_TEXT, own.MAX_ROWS, own.MAX_COLUMNS)

    assert [number for number in numbers if f" {number:,} " not in told] == []


def test_procfile_serves_what_the_operators_page_says():
    """The page starts the same server with the same workers, and both check the tables first."""
    procfile = (ROOT / "Procfile").read_text(encoding="utf-8")
    told = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    command = re.search(r"gunicorn dashboard\.web\.wsgi:server .*--threads \d+", told)

    assert command
    assert f"web: {command[0]}" in procfile
    assert re.search(r"^release: .*python -m dashboard check", procfile, re.MULTILINE)


def test_shots_shown_are_those_made():
    """The engineers' page shows docs/shots.toml as it is."""
    shown = next(block for block in blocks(ROOT / "docs" / "engineers.md") if block.words == ("toml",))

    assert tomllib.loads(shown.text) == tomllib.loads((ROOT / "docs" / "shots.toml").read_text(encoding="utf-8"))
