"""Writing of quantities for readers: few figures, the unit that suits the size, and the range beside the number."""

import numpy as np

_LADDERS: dict[str, tuple[tuple[str, float], ...]] = {
    "MW": (("GW", 1e3), ("MW", 1.0), ("kW", 1e-3), ("W", 1e-6)),
    "TWh": (("TWh", 1.0), ("GWh", 1e-3), ("MWh", 1e-6), ("kWh", 1e-9)),
    "USD": (("trillion", 1e12), ("billion", 1e9), ("million", 1e6), ("", 1.0)),
    "Mt": (("Mt", 1.0), ("kt", 1e-3), ("t", 1e-6)),
    "GL": (("GL", 1.0), ("ML", 1e-3), ("m³", 1e-6)),
    "chips": (("million chips", 1e6), ("chips", 1.0)),
}
_ONE = {"chips": "chip", "years": "year", "rows": "row", "plans": "plan", "deals": "deal"}
_FROM = {"TWh": 0.1, "Mt": 0.1, "GL": 0.1}  # tenths of a TWh read better than hundreds of GWh


def rounded(value: float, figures: int = 2) -> float:
    """The number to so many significant figures; 0 stays 0."""
    return float(f"{value:.{figures}g}") if value else 0.0


def number_text(value: float, figures: int = 2) -> str:
    """A number for readers: significant figures, thousands separated, no exponent.

    >>> number_text(157.6), number_text(214_500), number_text(0.0512)
    ('160', '210,000', '0.051')
    """
    value = rounded(value, figures)
    if value == 0:
        return "0"
    decimals = max(0, figures - 1 - int(np.floor(np.log10(abs(value)))))
    return f"{value:,.{decimals}f}"


def trimmed(value: float, figures: int = 3) -> str:
    """A number for readers without trailing zeros, as people give an assumption.

    >>> trimmed(1.28), trimmed(14.5), trimmed(0.9)
    ('1.28', '14.5', '0.9')
    """
    text = number_text(value, figures)
    return text.rstrip("0").rstrip(".") if "." in text else text


def decimal_text(value: float, figures: int) -> str:
    """A value for a cell that programs read: significant figures, no exponent and nothing between thousands.

    >>> decimal_text(12_345_678, 6), decimal_text(12_345_678, 15), decimal_text(0.00000512, 2)
    ('12345700', '12345678', '0.0000051')
    """
    text = f"{value:.{figures}g}"
    return str(np.format_float_positional(float(text), trim="-")) if "e" in text else text


def ladder(value: float, unit_name: str) -> tuple[str, float]:
    """The unit a reader would use for a value given in `unit_name`, and what to divide by."""
    steps = _LADDERS.get(unit_name, ((unit_name, 1.0),))
    return next((step for step in steps if abs(value) >= step[1] * _FROM.get(step[0], 1.0)), steps[-1])


def reader_text(value: float, unit_name: str, figures: int = 2, *, beside: float = 0) -> str:
    """A value for readers in the unit that suits its size, or that of a greater one that it stands beside.

    >>> reader_text(181.2, "MW"), reader_text(30_000, "MW"), reader_text(1.4e12, "USD")
    ('180 MW', '30 GW', '$1.4 trillion')
    >>> reader_text(500, "MW", beside=1_700)
    '0.50 GW'
    """
    name, divisor = ladder(max(abs(value), beside), unit_name)
    return _with_unit(number_text(value / divisor, figures), name, unit_name)


def given_text(value: float, unit_name: str) -> str:
    """A value as somebody gave it, to six figures: `$38 billion`, `1.2 GW`, `100,000 chips`."""
    name, divisor = ladder(value, unit_name)
    return _with_unit(f"{round(value / divisor, 6):,.6g}", name, unit_name)


def _with_unit(text: str, name: str, unit_name: str) -> str:
    """A number's text beside the unit of its ladder; dollars stand before it."""
    if unit_name == "USD":
        return f"${text} {name}".strip()
    return counted(text, name)


def counted(number: str, name: str) -> str:
    """A number's text beside its unit, one of which is no plural.

    >>> counted("7", "years"), counted("1", "chips"), counted("1", "GW")
    ('7 years', '1 chip', '1 GW')
    """
    return f"{number} {_ONE.get(name, name) if number == '1' else name}".strip()


def exact(low: float, high: float) -> bool:
    """Whether two ends are one value but for rounding: no doubt between them.

    >>> exact(0.3, 0.1 + 0.2), exact(1.0, 1.001)
    (True, False)
    """
    return abs(high - low) <= 1e-9 * abs(high)


def figures_apart(low: float, high: float, figures: int = 2) -> int:
    """How many figures tell two ends apart: those given, or more, up to four.

    >>> figures_apart(121, 196), figures_apart(1_470, 1_490)
    (2, 3)
    """
    return next((n for n in range(figures, 4) if rounded(low, n) != rounded(high, n)), 4)


def spread_text(low: float, middle: float, high: float, unit_name: str, figures: int = 2, *, beside: float = 0) -> str:
    """A median with its range in one unit, to as many figures as tell the ends apart; without a width, as given.

    >>> spread_text(121, 158, 196, "TWh"), spread_text(1_470, 1_480, 1_490, "MW")
    ('160 TWh (120–200)', '1.48 GW (1.47–1.49)')
    """
    if exact(low, high):
        return given_text(middle, unit_name)
    name, divisor = ladder(max(high, beside), unit_name)
    figures = figures_apart(low / divisor, high / divisor, figures)
    text = number_text(middle / divisor, figures)
    ends = f"({number_text(low / divisor, figures)}–{number_text(high / divisor, figures)})"
    return f"{'$' if unit_name == 'USD' else ''}{text} {name}".strip() + f" {ends}"


def range_text(low: float, high: float, unit_name: str, figures: int = 2, *, beside: float = 0) -> str:
    """Two ends for readers in one unit, to as many figures as tell them apart; one number where they are one.

    >>> range_text(121, 196, "TWh"), range_text(1_290, 1_310, "MW"), range_text(26.4e9, 57e9, "USD")
    ('120–200 TWh', '1.29–1.31 GW', '$26–57 billion')
    """
    if exact(low, high):
        return reader_text(high, unit_name, figures, beside=beside)
    name, divisor = ladder(max(high, beside), unit_name)
    figures = figures_apart(low / divisor, high / divisor, figures)
    return _with_unit(f"{number_text(low / divisor, figures)}–{number_text(high / divisor, figures)}", name, unit_name)
