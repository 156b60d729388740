"""How a comparison's rows were worked out: named formulas with their numbers, and the rows and assumptions used.

Only a passport asks for them, so they are made when one is opened and not with every figure. Sums are made inside each
draw; the numbers shown are medians, and medians of parts need not add up to the median of the whole.
"""

from dashboard.workings.deals import OWN_BUILDING, named, of_flows, of_ledger, of_ledgers, read_as, sides, term_read
from dashboard.workings.lines import Used, Worked, Working, number
from dashboard.workings.loads import of_dots, of_plants, of_shares, of_strains, of_tornado, of_year_cost
from dashboard.workings.plans import BASIS_NAMES, date_text, milestone_text, of_claim, of_lines, of_map
from dashboard.workings.score import of_ranks, of_score, of_spreads

__all__ = [
    "BASIS_NAMES",
    "OWN_BUILDING",
    "Used",
    "Worked",
    "Working",
    "date_text",
    "milestone_text",
    "named",
    "number",
    "of_claim",
    "of_dots",
    "of_flows",
    "of_ledger",
    "of_ledgers",
    "of_lines",
    "of_map",
    "of_plants",
    "of_ranks",
    "of_score",
    "of_shares",
    "of_spreads",
    "of_strains",
    "of_tornado",
    "of_year_cost",
    "read_as",
    "sides",
    "term_read",
]
