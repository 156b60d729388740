"""Tables that are extreme and in order: each passes check, and every page has an answer or says why there is none."""

import functools
import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from dashboard import catalog
from dashboard.checks import check
from dashboard.web.pages import PAGES
from tests.hostile.make import HERE, Change, cell, rows, text

WINDOW = {"theme": "light", "width": 1080}


def all_of(column: str, value: str) -> Change:
    """One column the same in every row."""
    return lambda content: functools.reduce(
        lambda made, row: cell(row, column, value)(made), range(2, len(rows(content)) + 1), content
    )


def again(row: int, times: int) -> Change:
    """One claim many times more, each with an id and a statement of its own."""

    def change(content: bytes) -> bytes:
        cells = rows(content)
        key, subject, statement, *rest = cells[row - 1]
        return text([*cells, *([f"again-{i}-{key}", subject, f"{statement} ({i})", *rest] for i in range(times))])

    return change


def both(*changes: Change) -> Change:
    """One change after the other."""
    return lambda content: functools.reduce(lambda made, change: change(made), changes, content)


TABLES: dict[str, dict[str, Change]] = {
    "nothing is sized": {
        "milestones": both(*(all_of(name, "") for name in ("power", "unit", "power_basis", "chip_count"))),
        "grids": both(all_of("demand [TWh]", ""), cell(4, "demand [TWh]", "4535.81"), cell(8, "demand [TWh]", "311.6")),
        "pairs": all_of("independent", "false"),
    },
    "one claim many times": {"claims": both(again(5, 40), again(6, 40)), "sites": all_of("user", "")},
    "one pair, and a story's deal in gigawatts": {
        "pairs": both(all_of("independent", "false"), cell(6, "independent", "true")),
        "commitments": both(
            cell(4, "power [GW]", "0.001"), cell(4, "power_basis", "it"), cell(4, "claim_type", "unknown")
        ),
    },
    "no deal yet": {"commitments": all_of("announced", "2040"), "sources": all_of("accessed", "2040-01-01")},
    "a contract within its ramp": {
        "commitments": both(cell(5, "term [year]", "0.1"), cell(5, "ledger", "cloud")),
        "milestones": both(all_of("date", "2040-12-31"), all_of("status", "building"), all_of("kind", "planned")),
    },
    "factors at their ends": {
        "parameters": both(*(cell(69, end, "0.01") for end in ("low", "central", "high"))),
        "claim_types": both(cell(8, "it_weight", "0"), cell(8, "facility_weight", "0"), cell(8, "grid_weight", "1")),
    },
}


def shown(parts: object) -> str:
    """What a page shows as text."""
    return json.dumps(parts, default=lambda part: part.to_plotly_json())


@pytest.mark.parametrize("changes", TABLES.values(), ids=TABLES)
def test_extreme_tables_are_shown(tmp_path: Path, changes: dict[str, Callable[[bytes], bytes]]) -> None:
    """Each page renders with tables at the ends of what check allows, and no figure holds a number that is none."""
    shutil.copytree(HERE / "good", tmp_path, dirs_exist_ok=True)
    shutil.copy(catalog.SHIPPED / "datapackage.json", tmp_path)
    for name, change in changes.items():
        path = tmp_path / f"{name}.csv"
        path.write_bytes(change(path.read_bytes()))
    assert [str(problem) for problem in check(tmp_path)] == []
    found = catalog.load(tmp_path)

    texts = list(_rendered(found))

    assert len(texts) == len(PAGES)
    assert not [text for text in texts if "NaN" in text or "Infinity" in text]


def _rendered(found: catalog.Catalog) -> Iterable[str]:
    for page in PAGES:
        layout = shown(page.layout(found, {}))
        yield layout + (shown(page.render(found, page.Choice(), WINDOW)) if hasattr(page, "render") else "")
