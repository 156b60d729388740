"""Other dashboards with three charts, as their own documentation builds them."""
