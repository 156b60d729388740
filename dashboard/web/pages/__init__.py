"""The pages: each with PATH, NAME, TITLE, FIGURES, a frozen Choice, pure `view` and `comparisons`, `layout`, `wire`."""

from types import ModuleType

from dashboard.web.pages import convert, data, deals, grids, home, plans

PAGES: tuple[ModuleType, ...] = (home, convert, plans, deals, grids, data)
