"""Records and core to estimates: draws, steps with the numbers filled in, assumptions and sources."""

from dashboard.estimates.ask import Ask, AskError, read_ask
from dashboard.estimates.estimate import Assumption, Estimate, estimate

__all__ = ["Ask", "AskError", "Assumption", "Estimate", "estimate", "read_ask"]
