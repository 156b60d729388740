"""Links to what stands on a page now: with the data version and the seed that made it, and the number it led with."""

from urllib.parse import urlencode

from dashboard import captions
from dashboard.compare import Comparison
from dashboard.core.draws import Draws
from dashboard.units import magnitude, quantity, rounded


def pinned(comparison: Comparison) -> str:
    """The address with the data version and the seed that made a figure, and with the number that it led with."""
    address = comparison.address
    pins = {"data": comparison.version, "seed": str(Draws().seed)}
    if ends := headline(comparison):
        pins |= {"figure": comparison.id, "was": ":".join(f"{end:.10g}" for end in ends)}
    return f"{address}{'&' if '?' in address else '?'}{urlencode(pins, safe=':')}"


def headline(comparison: Comparison) -> tuple[float, ...]:
    """The number that a figure leads with (5th, 50th, 95th percentile, or one value), to four figures; none of pairs.

    So rounded, a number as published is not told as changed from what a link could carry of it.
    """
    if comparison.form == "scatter" or comparison.table.empty:
        return ()
    ends = comparison.ends
    if not ends:
        row = captions.lead(comparison)
        ends = (row.q05, row.value, row.q95) if row.q05 == row.q05 else (row.value,)
    # In one unit whatever the size, for the next tables may make it larger.
    factor = magnitude(quantity(1, comparison.unit), comparison.base) if comparison.base else 1.0
    return tuple(rounded(float(end) * factor, 4) for end in ends)
