"""Comparison to figure: title, answer, unit, ranges, sources and data version inside the picture, at any size."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from dashboard.compare import Comparison
from dashboard.figures.calibration import calibration
from dashboard.figures.flows import flows
from dashboard.figures.frame import SIZES, Size, size_named
from dashboard.figures.maps import sites_map
from dashboard.figures.panels import panels
from dashboard.figures.plots import Spec, dots, ranges
from dashboard.figures.scatter import scatter
from dashboard.figures.series import series
from dashboard.figures.spreads import spreads

__all__ = ["FORMS", "SIZES", "Size", "figure", "size_named"]

# How a comparison can be drawn: its `form` names one.
FORMS: Mapping[str, Callable[[Comparison, Size, str], Spec]] = MappingProxyType(
    {
        "ranges": ranges,
        "tornado": ranges,
        "dots": dots,
        "series": series,
        "map": sites_map,
        "flows": flows,
        "panels": panels,
        "scatter": scatter,
        "calibration": calibration,
        "spreads": spreads,
    }
)


def figure(comparison: Comparison, size: Size, theme: str = "light") -> Spec:
    """The figure of a comparison as a plotly spec (`data`, `layout`) of fixed size, texts included.

    Raises:
        ValueError: no such theme.
    """
    spec = FORMS[comparison.form](comparison, size, theme)
    for i, trace in enumerate(spec["data"]):
        trace["uid"] = f"{comparison.id}-{i}"  # plotly would make a random one, and no two SVGs would be alike
    return spec
