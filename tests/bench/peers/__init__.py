"""Other dashboards: two with three charts as their documentation builds them, and one as its project ships it."""
