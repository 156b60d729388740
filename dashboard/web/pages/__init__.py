"""The pages: each with PATH, NAME, TITLE, FIGURES, a frozen Choice, pure `view` and `comparisons`, `layout`, `wire`."""

from types import ModuleType

from dashboard.web.pages import convert, data, deals, grids, home, method, plans, score

PAGES: tuple[ModuleType, ...] = (home, convert, plans, deals, grids, score, data, method)
