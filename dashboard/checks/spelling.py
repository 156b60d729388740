"""One spelling for each firm: a deal of "Openai" would be no deal of OpenAI and count for nobody that readers know."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from dashboard.catalog import Problem
from dashboard.checks.reading import Table, shown

# Columns of the firms by which deals, sites and claims are gathered; several in one cell stand between semicolons.
FIRMS: Mapping[str, tuple[str, ...]] = {
    "accelerators": ("vendor",),
    "commitments": ("buyer", "supplier", "user", "host"),
    "claims": ("subject",),
    "sites": ("operator", "user", "grid_operator"),
}


def spelled(tables: Mapping[str, Table]) -> Iterator[Problem]:
    """No name that is another's but for case, spaces and marks; the spelling of most rows is the right one."""
    found = list(_names(tables))
    spellings: dict[str, Counter[str]] = {}
    for *_, name in found:
        spellings.setdefault(_letters(name), Counter())[name] += 1
    for table, line, column, cell, name in found:
        usual = spellings[_letters(name)].most_common(1)[0][0]
        if name != usual:
            what = f'must spell the name as the other rows do, "{shown(usual)}", got "{shown(name)}"'
            yield Problem(table, line, column, cell, what, "write it as there")


def _names(tables: Mapping[str, Table]) -> Iterator[tuple[str, int, str, str, str]]:
    for table, columns in FIRMS.items():
        for line, row in tables[table].records() if table in tables else ():
            for column in columns:
                for name in filter(None, map(str.strip, row[column].split(";"))):
                    yield table, line, column, row[column], name


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold()) or name
