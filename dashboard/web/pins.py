"""Links to what stands on a page now: with the data version and the seed that made it, and the number it led with."""

from collections.abc import Iterable
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
        pins |= {"figure": comparison.id, "was": ":".join(f"{end:.10g}" for end in ends)}
    return f"{address}{'&' if '?' in address else '?'}{urlencode(pins, safe=':')}"


def headline(comparison: Comparison) -> tuple[float, ...]:
    """The number that a figure leads with (5th, 50th, 95th percentile, or one value), to four figures; none of pairs.

    So rounded, a number as published is not told as changed from what a link could carry of it.
    """
    if comparison.form == "scatter" or comparison.table.empty:
        return ()
    if comparison.form == "dots":
        return _rounded(comparison.table["value"].quantile([0.05, 0.5, 0.95]))
    row = captions.lead(comparison)
    return _rounded((row.q05, row.value, row.q95) if row.q05 == row.q05 else (row.value,))


def _rounded(ends: Iterable[float]) -> tuple[float, ...]:
    return tuple(rounded(float(end), 4) for end in ends)
