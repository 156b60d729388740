"""Where a plan stands: countries and grids by the words used for them, and whose carbon mix is known."""

from types import MappingProxyType

from dashboard.catalog import Catalog
from dashboard.estimates.questions import with_parents
from dashboard.units import Quantity

# Countries as lists write them most, by the id of grids.csv; a name that may be another country's is none of them.
OTHER_NAMES = MappingProxyType(
    {
        "usa": ("US", "U.S.", "U.S.A.", "United States of America"),
        "gbr": ("UK", "U.K."),
        "are": ("UAE", "U.A.E."),
        "eu27": ("EU", "European Union"),
        "kor": ("Republic of Korea", "Korea, South"),
        "cze": ("Czech Republic",),
        "tur": ("Türkiye",),
    }
)
_MIX = "carbon intensity"  # in a caution that is about it


def places(catalog: Catalog) -> dict[str, str]:
    """Id, name and `OTHER_NAMES` of each country and grid, in small letters, with its id."""
    return {
        word.casefold(): grid.grid_id
        for grid in catalog.grids.values()
        for word in (*OTHER_NAMES.get(grid.grid_id, ()), grid.name, grid.grid_id)
    }


def place_with_mix(country: str, grid: str, catalog: Catalog) -> str:
    """The grid, or the country, or the first place around them whose carbon mix is known; blank where none is.

    A plan without a place stands in the United States.
    """
    places = (*with_parents(grid, catalog), *with_parents(country or grid or "usa", catalog))
    return next((place for place in places if _has_mix(place, catalog)), "")


def _has_mix(place: str, catalog: Catalog) -> bool:
    return catalog.parameter_or_none("grid_intensity", place) is not None or carbon_mix(place, catalog) is not None


def carbon_mix(place: str, catalog: Catalog) -> Quantity | None:
    """The carbon intensity of a row of grids.csv; None where it has none, or a 0 that its caution calls doubtful."""
    row = catalog.grids.get(place)
    if row is None or row.carbon_intensity is None:
        return None
    doubtful = row.carbon_intensity.m == 0 and _MIX in row.demand_caution
    return None if doubtful else row.carbon_intensity


def mix_caution(place: str, catalog: Catalog) -> str:
    """What grids.csv has to mind of the carbon mix of a place that is taken from it; empty where nothing."""
    if catalog.parameter_or_none("grid_intensity", place) is not None or carbon_mix(place, catalog) is None:
        return ""
    name, told = catalog.grids[place].name, catalog.grids[place].demand_caution
    if _MIX not in told:
        return ""
    return f"the carbon mix of {name} is taken as it stands: {told[0].lower()}{told[1:].rstrip('.')}"
