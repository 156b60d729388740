"""The pages: each with PATH, NAME, TITLE, a frozen Choice, a pure `view`, `layout` and `wire`."""
