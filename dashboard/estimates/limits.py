"""How often results are above an amount that a reader names, such as a connection of 150 MW: method section 3."""

from collections.abc import Mapping

import numpy as np

from dashboard.estimates.estimate import RESULT_UNITS, Estimate
from dashboard.units import Amount, given_text, magnitude, read_amount


def limit(text: str) -> Amount:
    """The power or the dollars that results are held against.

    Raises:
        ValueError: it is neither; the message is one line for the reader.
    """
    try:
        read = read_amount(text)
    except ValueError as error:
        raise ValueError(f"above: {error}") from error
    if read.name or read.term is not None:
        raise ValueError(f'above: must be a power or dollars such as "150 MW" or "$3bn", got "{text[:40]}"')
    return read


def shares_above(answer: Estimate, bound: Amount) -> Mapping[str, float]:
    """The share of the outcomes above an amount, of each result of its dimension, in the order of the results."""
    names = [name for name in RESULT_UNITS if name in answer.results]
    alike = [name for name in names if answer.results[name].is_compatible_with(bound.quantity)]
    return {name: _share(answer, name, magnitude(bound.quantity, RESULT_UNITS[name])) for name in alike}


def _share(answer: Estimate, name: str, bound: float) -> float:
    """An amount that is the result itself, but for the last bit, is not below it."""
    drawn = np.atleast_1d(magnitude(answer.results[name], RESULT_UNITS[name]))
    return float(np.mean((drawn > bound) & ~np.isclose(drawn, bound, rtol=1e-9, atol=0)))


def share_text(share: float) -> str:
    """A share of the outcomes for readers, in whole per cent.

    >>> [share_text(share) for share in (0, 0.001, 0.314, 0.9996, 1)]
    ['none', 'under 1 %', '31 %', 'over 99 %', 'all']
    """
    if share in (0, 1):
        return "all" if share else "none"
    if not 0.005 <= share < 0.995:
        return "over 99 %" if share > 0.5 else "under 1 %"
    return f"{100 * share:.0f} %"


def limit_text(bound: Amount) -> str:
    """What shares are of: `Share of the outcomes above 150 MW`."""
    unit = "USD" if bound.quantity.is_compatible_with("USD") else "MW"
    return f"Share of the outcomes above {given_text(magnitude(bound.quantity, unit), unit)}"
