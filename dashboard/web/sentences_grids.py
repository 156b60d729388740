"""What `/grids` says of a load in sentences, its estimates marked."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from dash import html

from dashboard import compare_grids
from dashboard.catalog import Catalog
from dashboard.compare import Comparison
from dashboard.estimates import Estimate, questions
from dashboard.estimates.estimate import quantiles
from dashboard.estimates.inputs import Step
from dashboard.estimates.planned import Total
from dashboard.estimates.questions import CARRIES, IN_PART, Load
from dashboard.estimates.report import what_would_change
from dashboard.units import exact, magnitude, spread_text
from dashboard.web import components_plans as parts

# 22 GW (16–30), 31 % (23–42 %), 58 %, and the range of a share that stands behind the name of its grid
_NUMBERS = re.compile(r"([\d.,]+\s(?:%|[kMGT]?W)(?: \([\d.,–]+(?:\s%)?\))?|\([\d.,–]+\s%\))")
# Beside numbers that were given or published: 20 GW (15–28), 180 TWh (130–240), 41–64 TWh
RANGED = re.compile(r"([\d.,]+\s[kMGT]?Wh?\s\([\d.,–]+\)|[\d.,]+–[\d.,]+\s[kMGT]?Wh?)")
HOSTED = "A grid that does not host the load is shown for scale only."
UNHOSTED = "No one of these grids is known to host all of the load{}: every share is for scale only."
ELSEWHERE = "None of these grids hosts it{}: every share is for scale only."
OWN_POWER = "The load makes power of its own: every share is for scale only."
WHOLES = {"world": "the world as a whole does", "usa": "the United States as a whole may"}  # where they are shown
PLANNED = "The planned capacity is"
DOUBTED = f"{PLANNED} itself"  # where it has a range of its own
NOT_KNOWN = "Likely by then: not known, for its date is ours"
FOR_SCALE = "for scale only"
_HOSTS = {compare_grids.STANDINGS[told] for told in (CARRIES, IN_PART)}
ALL_AT_ONCE = " Both ends are taken at all of its sites at once; the ranges reckon with sites that differ."
PEAKS = ("peak", "adequacy")
TOGETHER = (
    "The load is taken to have its highest hour when the grid has its own: where it has not, it adds less to the peak."
)
ADDED = "Of several sites the highest hours are added, as if they fell together too."
RESULT_SYMBOLS = {
    "P": "announced power",
    "C_IT": "critical IT capacity",
    "P_rated": "IT power at rating",
    "P_pk": "facility peak capacity",
    "P_IT,avg": "IT average",
    "P_avg": "facility average",
    "PUE_pk": "power usage effectiveness at the worst hour, 1 + h",
    "E": "energy in a year",
}


def headline(label: str, answer: str) -> list[Any]:
    """The load by its name, whose numbers are as given, and what the answer says of it."""
    if answer.startswith(label):
        return [label, *marked(answer.removeprefix(label))]
    return [f"{label}: ", *marked(answer)]


def marked(text: str, numbers: re.Pattern[str] = _NUMBERS) -> list[Any]:
    """The sentence with its shares, powers and energies, each with its range, marked as estimates."""
    told = numbers.split(text)
    return [html.Span(part, className="estimated") if i % 2 else part for i, part in enumerate(told)]


def standings(comparison: Comparison, load: Load, countries: Collection[str], catalog: Catalog) -> str:
    """How the grids shown stand to the load, where not all do alike; that none hosts it or is known to, else.

    A whole that does or may is named then; a country may only where no site of the load is known to lie abroad.
    """
    found = {compare_grids.standing(row.note) for row in comparison.rows}
    if found & _HOSTS:
        return HOSTED
    if found - {compare_grids.ONLY_SCALE}:
        return OWN_POWER
    shown = {row.label for row in comparison.rows}
    may = {"world", *(["usa"] if set(countries) <= {"usa"} else [])}
    wholes = " and ".join(
        told for grid_id, told in WHOLES.items() if grid_id in may and parts.place(catalog, grid_id) in shown
    )
    told = ELSEWHERE if load.carried_by or load.own_power else UNHOSTED
    return told.format(f" ({wholes})" if wholes else "")


def planned(capacity: Load, *, parts: bool) -> str:
    """What is planned, with its doubt, which no assumption of the chain holds; of a grid that has parts, of all."""
    low, _, middle, _, high = quantiles(magnitude(capacity.value, "MW"))
    there = "as its parts on the page of plans together" if parts else "as on the page of plans"
    return f"{PLANNED if exact(low, high) else DOUBTED} {spread_text(low, middle, high, 'MW')}, {there}"


def decisive(answer: Estimate, question: str, planned: str, likely: str) -> str:
    """The assumption that decides most, of the year's energy: said so where the question is another."""
    told = what_would_change(answer)
    if planned:
        ends = ALL_AT_ONCE if isinstance(answer, Total) and answer.concentration < 1 else ""
        likely = likely if likely == NOT_KNOWN else f"{likely}, as there"
        if not planned.startswith(DOUBTED):
            return f"{planned}. {likely}. {told}{ends}"
        told = f"{told[0].lower()}{told[1:]}{ends}"
        return f"{planned}; that doubt is in every range here. {likely}. Of the rest, {told}"
    if question in PEAKS:
        return f"Of the year’s energy, not of the peak: {told[0].lower()}{told[1:]}"
    return told


def cautions(comparison: Comparison) -> list[tuple[str, str]]:
    """What to mind of each row, without what is said once above them: that it is for scale only.

    That the load makes its own power is said above only where no grid shown hosts any of it.
    """
    above = {FOR_SCALE}
    if not {compare_grids.standing(row.note) for row in comparison.rows} & _HOSTS:
        above.add(questions.OWN_POWER)
    said = [
        (row.label, "; ".join(part for part in row.note.split("; ") if part not in above)) for row in comparison.rows
    ]
    return [(label, note) for label, note in said if note]


def together(answer: Estimate, question: str) -> str:
    """That highest hours are taken to fall together, where the question is one of a peak."""
    if question not in PEAKS:
        return ""
    several = isinstance(answer, Total) and answer.concentration < 1
    return f"{TOGETHER} {ADDED}" if several else TOGETHER


def symbols(answer: Estimate, steps: Sequence[Step], catalog: Catalog) -> str:
    """What the letters of the formulas stand for, in the order in which they are met."""
    share = catalog.parameter("peak_share")
    named = {row.factor.symbol: row.factor.label for row in answer.assumptions}
    named = RESULT_SYMBOLS | named | {share.symbol: share.name}
    met = dict.fromkeys(letter for step in steps for letter in step.formula.replace("(", "").replace(")", "").split())
    return f"Letters: {'; '.join(f'{letter} = {named[letter]}' for letter in met if named.get(letter))}."
