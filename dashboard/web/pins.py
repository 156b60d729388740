"""Links to what stands on a page now: with the data version and the seed that made it, and the number it led with."""

from urllib.parse import urlencode

from dashboard import captions
from dashboard.compare import Comparison
from dashboard.core.draws import Draws
from dashboard.units import rounded


def pinned(comparison: Comparison) -> str:
    """The address with the data version and the seed that made a figure, and with the number that it led with."""
    address = comparison.address
    pins = {"data": comparison.version, "seed": str(Draws().seed)}
    if ends := headline(comparison):
        pins |= {"figure": comparison.id, "was": ":".join(f"{rounded(end, 4):.10g}" for end in ends)}
    return f"{address}{'&' if '?' in address else '?'}{urlencode(pins, safe=':')}"


def headline(comparison: Comparison) -> tuple[float, ...]:
    """The number that a figure leads with (5th, 50th, 95th percentile, or one as published); none of many pairs."""
    if comparison.form == "scatter":
        return ()
    if comparison.form == "dots":
        low, middle, high = comparison.table["value"].quantile([0.05, 0.5, 0.95])
        return float(low), float(middle), float(high)
    row = captions.lead(comparison)
    ends = (row.q05, row.value, row.q95) if row.q05 == row.q05 else (row.value,)
    return tuple(float(end) for end in ends)
