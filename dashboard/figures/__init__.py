"""Comparison to figure: title, answer, unit, ranges, sources and data version inside the picture, at any size."""

from dashboard.figures.frame import SIZES, Size, size_named
from dashboard.figures.plots import figure

__all__ = ["SIZES", "Size", "figure", "size_named"]
