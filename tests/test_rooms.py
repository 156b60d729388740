"""The order of the rooms: a room imports only from rooms above it, and each library has its room."""

import ast
import functools
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import dashboard

ROOT = Path(dashboard.__file__).parent
# From the top of the house down; a room may import from itself and from those before it.
ROOMS = (
    ("units",),
    ("core",),
    ("sheets", "store"),
    ("records",),
    ("catalog",),
    ("checks",),
    ("estimates",),
    ("workings",),
    (
        *("compare", "compare_chain", "compare_plans", "compare_map", "compare_deals"),
        *("compare_grids", "compare_score", "compare_method"),
    ),
    ("captions", "passports"),
    ("figures",),
    ("updates",),
    ("importers",),
    ("web",),
    ("export",),
    ("listening", "ends"),
    ("__main__",),
)
PLACE = {name: i for i, names in enumerate(ROOMS) for name in names}
LIBRARIES = {
    "pint": {"units"},
    "dash": {"web"},
    "plotly": {"figures"},
    "kaleido": {"export"},
    "click": {"ends", "__main__"},
}


def _modules():
    return [path for path in sorted(ROOT.rglob("*.py")) if path.name != "__init__.py" or path.parent != ROOT]


def _room(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@functools.cache
def _imports(path):
    return tuple(_imported(path))


def _imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "dashboard":
                yield from (f"dashboard.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_import_only_from_above(path):
    """No room imports from one below it."""
    room = _room(path)
    below = [
        name for name in _imports(path) if name.startswith("dashboard.") and PLACE[name.split(".")[1]] > PLACE[room]
    ]

    assert room in PLACE
    assert below == []


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_libraries_stay_in_their_rooms(path):
    """Only units knows pint, only figures may know plotly, only web dash, only export kaleido, only commands click."""
    used = {name.split(".")[0] for name in _imports(path)}
    strangers = [name for name in used & set(LIBRARIES) if _room(path) not in LIBRARIES[name]]

    assert strangers == []


PURE = [path for path in _modules() if _room(path) in ("core", "estimates")]


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT)))
def test_core_and_estimates_open_no_file_and_read_no_clock(path):
    """Physics and estimates see only what they are given."""
    calls = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    }
    forbidden = {"open", "time.time", "datetime.now", "date.today", "np.random.seed", "Path.open"}

    assert calls & forbidden == set()
    assert not any(call.endswith((".read_text", ".read_bytes", ".write_text", ".today", ".now")) for call in calls)


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_are_of_a_size_to_be_read(path):
    """A module becomes a folder at 400 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


QUIET = [path for path in _modules() if path != ROOT / "web" / "wsgi.py"]  # which makes the app for gunicorn


def _acts(statement):
    """Whether a statement of a module does something at import, rather than say what something is."""
    says = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    says += (ast.Assign, ast.AnnAssign, ast.AugAssign)
    if isinstance(statement, ast.If):
        return ast.unparse(statement.test) not in ("TYPE_CHECKING", "__name__ == '__main__'")
    docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return not (isinstance(statement, says) or docstring)


@pytest.mark.parametrize("path", QUIET, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_only_say_what_things_are(path):
    """At the top of a module stand imports, definitions and constants, no loop, no call for its effect."""
    acting = [ast.unparse(node)[:60] for node in ast.parse(path.read_text(encoding="utf-8")).body if _acts(node)]

    assert acting == []


def test_nothing_happens_at_import():
    """Importing every module but web/wsgi.py reads no table, writes nothing, asks nobody and starts no thread."""
    names = [
        ".".join(("dashboard", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
        for path in QUIET
    ]
    code = f"""
import importlib, sys, threading
seen = []
def note(event, args):
    if event == "open":
        path, mode = str(args[0]), str(args[1] or "")
        if path.startswith({str(ROOT.parent)!r}) and path.endswith((".csv", ".json")) and "site-packages" not in path:
            seen.append(path)
    elif event in ("socket.connect", "socket.bind", "subprocess.Popen", "os.mkdir", "os.remove", "os.rename"):
        seen.append(event + repr(args)[:80])
sys.addaudithook(note)
for name in {names!r}:
    importlib.import_module(name)
print(seen, threading.active_count())
"""
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)

    assert told.stdout.strip() == "[] 1"


def test_types_reach_who_calls_the_package():
    """Installed as pyproject.toml says, it is marked as typed and lies in a folder of the path, where mypy looks."""
    setuptools = tomllib.loads((ROOT.parent / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]

    assert (ROOT / "py.typed").exists()
    assert setuptools["package-dir"] == {"": "."}
