"""AI energy demand: from announced chips, dollars and gigawatts to power, energy and grids, with ranges and sources."""
