"""Which published states of a site count: one reading for each date, and every state in facility MW.

Several milestones of one site are cumulative states of one campus, often on several bases; they are never added.
"""

import calendar
import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from dashboard.catalog import Catalog, UnknownChipError, name_key
from dashboard.core import power
from dashboard.core.draws import Array, Draws
from dashboard.estimates.ask import Ask
from dashboard.estimates.chains import BASIS_CHOICE
from dashboard.estimates.inputs import DrawnNormals, Inputs
from dashboard.records import Chip, Milestone, Site
from dashboard.units import Quantity, magnitude, quantity

START_YEAR, END_YEAR = 2020, 2035
MONTHS = 12 * (END_YEAR - START_YEAR + 1)
SAME_STATE = 6.0  # months within which a grid figure is taken as the same state as a figure of the load
LOAD_BASES = ("it", "facility")


def month_names() -> tuple[str, ...]:
    """`2020-01` to `2035-12`."""
    return tuple(f"{START_YEAR + i // 12}-{i % 12 + 1:02}" for i in range(MONTHS))


def moment(text: str) -> float:
    """Months from the start of 2020 to the end of a date; a year or a month alone stands for its last day.

    >>> moment("2020-01-31"), moment("2021"), moment("2020-02")
    (1.0, 24.0, 2.0)
    """
    parts = [int(part) for part in text.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    length = calendar.monthrange(year, month)[1]
    day = parts[2] if len(parts) > 2 else length
    return 12 * (year - START_YEAR) + month - 1 + day / length


def day_moment(day: date) -> float:
    """As `moment`, of a day."""
    return moment(day.isoformat())


@dataclass(frozen=True)
class Reading:
    """One milestone, whether it counts as a state of its site, and why."""

    milestone: Milestone
    why: str
    used: bool = False

    @property
    def at(self) -> float:
        """Its date in months."""
        return moment(self.milestone.date)


def known_by(row: Milestone, as_of: date) -> bool:
    """Whether a forecast had been published by a day; a row without a vintage counts as known."""
    return not row.vintage or moment_start(row.vintage) <= day_moment(as_of)


def moment_start(text: str) -> float:
    """As `moment`, but a year or a month alone stands for its first day."""
    return moment("-".join([text, *["01"] * (2 - text.count("-"))]))


def readings(milestones: Sequence[Milestone], as_of: date) -> tuple[Reading, ...]:
    """The states of one site in order of date, the best reading of each, the others with the reason they are left out.

    At one date what runs goes before what is planned, then a figure of the load (IT or facility) before a grid
    connection, a figure of unknown basis and a count of chips, then the better confidence, then the newer vintage.
    A row that says that a plan is dropped goes before all that was said until then. A grid connection within half a
    year of such a figure of the load is the same campus on another basis.
    """
    known = [row for row in milestones if known_by(row, as_of)]
    later = [Reading(row, "not yet published on that day") for row in milestones if not known_by(row, as_of)]
    blank = [Reading(row, "no power and no chips published") for row in known if not _has_size(row)]
    sized = [row for row in known if _has_size(row)]
    best: dict[str, Milestone] = {}
    for row in sorted((row for row in sized if not dropped(row)), key=_rank):
        best.setdefault(row.date, row)
    for row in filter(dropped, sized):
        if all(_known_from(other) <= _known_from(row) for other in sized if other.date == row.date):
            best[row.date] = row
    loads = [moment(row.date) for row in best.values() if row.power_basis in LOAD_BASES]
    chosen = [_judged(row, best[row.date], loads) for row in sized]
    return tuple(sorted([*chosen, *blank, *later], key=lambda reading: (reading.at, not reading.used)))


def _judged(row: Milestone, best: Milestone, loads: Sequence[float]) -> Reading:
    if row is not best and dropped(best):
        return Reading(row, f"dropped, as known on {best.vintage}")
    if row is not best and dropped(row):
        return Reading(row, f"planned again, as known on {best.vintage}")
    if row is not best:
        return Reading(
            row, f"the same state as {_words(best)} for the same date, which is the better reading; never added"
        )
    if dropped(row):
        return Reading(row, "the plan for this date is dropped", used=True)
    near = any(abs(at - moment(row.date)) <= SAME_STATE for at in loads)
    if row.power_basis == "grid" and near:
        return Reading(row, "the grid connection of a state that is also given as a load; never added")
    return Reading(row, f"the best reading of this date: {_words(row)}", used=True)


def dropped(row: Milestone) -> bool:
    """Whether the row says that what was planned for its date will not be: a power of 0."""
    return row.power is not None and row.power == 0


def _words(row: Milestone) -> str:
    return (
        {
            "it": "an IT load",
            "facility": "a facility load",
            "grid": "a grid connection",
            "": "a count of chips",
        }.get(row.power_basis, "a figure of unknown basis")
        if row.power is not None
        else "a count of chips"
    )


def _has_size(row: Milestone) -> bool:
    return row.power is not None or row.chip_count is not None


_BASIS_RANK = {"it": 0, "facility": 0, "grid": 1}
_CONFIDENCE = {"high": 0, "medium": 1, "low": 2}


def _rank(row: Milestone) -> tuple[int, int, int, float]:
    basis = 3 if row.power is None else _BASIS_RANK.get(row.power_basis, 2)
    return int(row.status != "energised"), basis, _CONFIDENCE.get(row.confidence, 3), -_known_from(row)


def _known_from(row: Milestone) -> float:
    return moment_start(row.vintage) if row.vintage else 0.0


@dataclass
class SitePower:
    """Milestones of one site in facility MW, with the site's own doubts: the same for all its states.

    `outsiders` are the sources that estimate what operators do not publish: see `outsiders`.
    """

    catalog: Catalog
    site: Site
    draws: Draws
    outsiders: frozenset[str] = frozenset()
    warnings: list[str] = field(default_factory=list)

    @functools.cached_property
    def inputs(self) -> Inputs:
        """The site's assumptions, shared with other sites by name."""
        amount = quantity(1.0, "MW")
        weights = self.catalog.claim_types["campus"].weights
        ask = Ask("power", amount, None, "unknown", weights, item=self.site.site_id, operator=self.operator)
        return Inputs(self.catalog, ask, DrawnNormals(self.draws, ask, self.catalog))

    @property
    def operator(self) -> str:
        """The first operator named."""
        return first_name(self.site.operator)

    def facility(self, row: Milestone) -> Array | None:
        """Facility peak in MW per draw; None where only chips of an unknown kind are given."""
        said = self._said(row)
        if said is None or not self._is_outside(row):
            return said
        return said * magnitude(self.inputs("outside_estimate"), "1")

    def _is_outside(self, row: Milestone) -> bool:
        """Whether somebody estimated the size who does not run the site: one error for all that they say of it."""
        return row.basis == "estimated" or (row.basis == "forecast" and row.source_id in self.outsiders)

    def _said(self, row: Milestone) -> Array | None:
        if row.power is None:
            return self._of_chips(row)
        amount = quantity(row.power, row.unit).to("MW")
        p = self.inputs
        pue = power.peak_pue(p("peak_overhead"))
        if row.power_basis == "it":
            return self._full(power.facility_power(amount, pue))
        if row.power_basis == "facility":
            return self._full(amount)
        if row.power_basis == "grid":
            return self._full(power.peak_of_connection(amount, p("peak_over_grid")))
        return self._full(power.by_basis(p.category(BASIS_CHOICE, p.ask.weights), *facility_readings(p, amount)))

    def _of_chips(self, row: Milestone) -> Array | None:
        k = self._it_power(row)
        if k is None:
            self.warnings.append(f"{row.milestone_id}: chips of no single known kind ({row.chip_name})")
            return None
        p = self.inputs
        rated = power.rated_it_power(Quantity(row.chip_count, "chip"), k, p("model_error"))
        return self._full(power.facility_power(rated, power.peak_pue(p("peak_overhead"))))

    def _it_power(self, row: Milestone) -> Quantity | None:
        name = row.chip_name or self.site.chip_name
        chip = self._chip(name)
        if chip is not None:
            return self.inputs.it_power(chip)
        scopes = {name_key(p.scope): p.scope for p in self.catalog.parameters.values() if p.quantity == "it_power"}
        scope = scopes.get(name_key(name))
        return self.inputs("it_power", scope) if scope else None

    def _chip(self, name: str) -> Chip | None:
        if self.site.chip_id:
            return self.catalog.accelerators.get(self.site.chip_id)
        try:
            return self.catalog.chip(name.removesuffix(" (assumed)"))
        except UnknownChipError:
            return None

    def _full(self, value: Quantity) -> Array:
        return np.array(np.broadcast_to(magnitude(value, "MW"), (self.draws.count,)), dtype=float)


def outsiders(catalog: Catalog) -> frozenset[str]:
    """Sources that estimate what runs at several sites; what they expect at a site they estimated as well.

    A later copy of a table is judged with the earlier ones, for it brings only the rows that changed.
    """
    rows = catalog.milestones.values()
    estimated = {(_work(row.source_id), row.site_id) for row in rows if row.basis == "estimated"}
    sites = Counter(work for work, _ in estimated)
    return frozenset(row.source_id for row in rows if sites[_work(row.source_id)] > 1)


def _work(source_id: str) -> str:
    """What a source is a copy of: its id without the day of the copy."""
    return re.sub(r"-\d{4}-\d{2}-\d{2}$", "", source_id)


def facility_readings(p: Inputs, amount: Quantity) -> tuple[Quantity, Quantity, Quantity]:
    """Facility peak behind an announced amount, if it is IT power, facility power or a grid connection."""
    of_it = power.facility_power(amount, power.peak_pue(p("peak_overhead")))
    return of_it, amount.to("MW"), power.peak_of_connection(amount, p("peak_over_grid"))


def first_name(names: str) -> str:
    """The first of a list of names: a megawatt has one operator and one user."""
    return names.split(";", maxsplit=1)[0].strip()
