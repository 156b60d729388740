"""An estimate as the one JSON object of the command line and of /api/estimate, and as lines of text."""

from typing import Any

from dashboard.catalog import Catalog
from dashboard.estimates.estimate import RESULT_UNITS, Assumption, Estimate, step_unit
from dashboard.estimates.inputs import PLAIN_UNITS, SET_FIGURES, Factor, Step
from dashboard.estimates.limits import limit_text, share_text, shares_above
from dashboard.estimates.owning import LABELS as OWNED_LABELS
from dashboard.estimates.owning import owned
from dashboard.units import Amount, exact, figures_apart, given_text, magnitude, range_text, reader_text, trimmed

LABELS = {
    "chips": "Chips",
    "it_rated": "IT power at rating",
    "it_average": "IT average",
    "facility_peak": "Facility peak",
    "facility_average": "Facility average",
    "grid_connection": "Grid connection",
    "annual_energy": "Energy a year",
    "emissions": "CO₂ a year",
    "water": "Water a year",
    "electricity_cost": "Electricity bill a year",
    "capex": "Capital cost",
    "contract_value": "Contract value",
}
_NAMES = ("q05", "q25", "q50", "q75", "q95")
APART = 0.05  # from which on the steps at the middles are told to end elsewhere


def as_json(text: str, answer: Estimate, catalog: Catalog, above: Amount | None = None) -> dict[str, Any]:
    """The object of `estimate --json`: input, reading, basis, results, steps, assumptions, sources, warnings.

    With an amount that was asked for, also `above`: the share of the outcomes above it, by result.
    """
    ask = answer.ask
    return {
        "input": text,
        "reading": {
            "text": ask.text,
            "kind": ask.kind,
            "chip": ask.chip.chip_id if ask.chip else None,
            "term_years": magnitude(ask.term, "year") if ask.term is not None else None,
        },
        "basis": ask.basis,
        "data_version": answer.data_version,
        "seed": answer.seed,
        "draws": answer.draws,
        "results": {name: _result(answer, name) for name in RESULT_UNITS if name in answer.results},
        "steps": [
            {
                "name": step.name,
                "label": step.label,
                "formula": step.formula,
                "numbers": step.numbers,
                "value": magnitude(step.result, step_unit(step)),
                "unit": step_unit(step),
            }
            for step in answer.steps
        ],
        "assumptions": [_assumption(row) for row in answer.assumptions],
        "sources": [_source(catalog, source_id) for source_id in answer.source_ids],
        "warnings": list(answer.warnings),
    } | ({} if above is None else {"above": _above(answer, above)})


def _above(answer: Estimate, above: Amount) -> dict[str, Any]:
    shares = shares_above(answer, above)
    unit = RESULT_UNITS[next(iter(shares))]
    return {"value": magnitude(above.quantity, unit), "unit": unit, "shares": shares}


def _result(answer: Estimate, name: str) -> dict[str, Any]:
    return {"unit": RESULT_UNITS[name], **dict(zip(_NAMES, answer.quantiles(name), strict=True))}


def _assumption(row: Assumption) -> dict[str, Any]:
    """An assumption; a choice between ways, whose odds its label has, is no number: its ends and unit are null."""
    factor = row.factor
    ends = {"low": factor.spread.low, "central": factor.spread.central, "high": factor.spread.high}
    return {
        "name": factor.name,
        "label": factor.label,
        "symbol": factor.symbol,
        **{name: None if factor.is_choice else magnitude(end, factor.unit) for name, end in ends.items()},
        "unit": None if factor.is_choice else factor.unit,
        "basis": factor.basis,
        "sources": list(factor.source_ids),
        "share": row.share,
    }


def _source(catalog: Catalog, source_id: str) -> dict[str, str]:
    source = catalog.source(source_id)
    return {"id": source_id, "title": source.title, "address": source.address, "tier": source.tier}


def as_text(answer: Estimate, catalog: Catalog, above: Amount | None = None) -> str:
    """What was understood, each result with its range, how often it is above an amount, what decides it, warnings."""
    lines = [f"{answer.ask.text}  (data {answer.data_version}, seed {answer.seed}, {answer.draws:,} draws)", ""]
    for name in RESULT_UNITS:
        if name in answer.results:
            low, _, middle, _, high = answer.quantiles(name)
            unit = RESULT_UNITS[name]
            beside, figures = answer.beside(name), figures_apart(low, high)
            text, span = (
                reader_text(middle, unit, figures, beside=beside),
                f"   5–95 %: {range_text(low, high, unit, figures, beside=beside)}",
            )
            if exact(low, high):
                text, span = given_text(middle, unit), ""
            lines.append(f"  {LABELS[name]:<24}{text:>16}{span}")
    lines += ["", "A year of owning it, and the carbon of making it", *_owning_lines(answer, catalog)]
    if above is not None:
        lines += ["", limit_text(above)]
        lines += [f"  {LABELS[name]:<24}{share_text(share):>16}" for name, share in shares_above(answer, above).items()]
    lines += ["", "How"] + [
        f"  {step.label}: {step.formula} = {step.numbers} = {step_value(step)}" for step in answer.steps
    ]
    if apart := steps_apart(answer):
        lines += [f"  {apart}"]
    lines += ["", what_would_change(answer)]
    return "\n".join(lines + [f"Note: {warning}." for warning in answer.warnings])


def _owning_lines(answer: Estimate, catalog: Catalog) -> list[str]:
    return [
        f"  {OWNED_LABELS[name]:<24}{reader_text(found[2], unit):>16}   5–95 %: {range_text(found[0], found[4], unit)}"
        for name, (unit, found) in owned(answer, catalog).levels.items()
    ]


def steps_apart(answer: Estimate) -> str:
    """Why the steps do not lead to the answer, where they end far from it; nothing of several readings."""
    ends = [step.result.m_as("TWh") for step in answer.steps if step.name == "annual_energy"]
    median = answer.quantiles("annual_energy")[2]
    if len(ends) != 1 or abs(ends[0] / median - 1) < APART:
        return ""
    told, found = (reader_text(value, "TWh", 3) for value in (ends[0], median))
    return f"Each assumption at its middle makes {told}; the answer is the median of all draws, {found}."


def step_value(step: Step) -> str:
    """A step's result for readers."""
    return reader_text(magnitude(step.result, step_unit(step)), step_unit(step), 3)


def lowered(label: str) -> str:
    """The label inside a sentence; an abbreviation such as IT keeps its capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def what_would_change(answer: Estimate) -> str:
    """One sentence naming the assumption that decides most; or that none is left open."""
    row = answer.assumptions[0]
    if not row.share:
        return "Every assumption behind the year’s energy is set by hand: none is left that would change it."
    low, high = sorted((row.at_low.m_as("TWh"), row.at_high.m_as("TWh")))
    ends = f"{range_text(low, high, 'TWh')} at its two ends{_ends_told(row.factor)}"
    share = f"{100 * row.share:.0f} % of the variance of a year’s energy"
    return f"What would change this most: {lowered(row.factor.label)} ({share}, {ends})."


def _ends_told(factor: Factor) -> str:
    """The two ends of an assumption in its own unit; nothing of a choice between ways."""
    if factor.spread.is_sure:
        return ""
    figures = SET_FIGURES if factor.given else 3
    low, high = (trimmed(magnitude(end, factor.unit), figures) for end in (factor.spread.low, factor.spread.high))
    unit = "" if factor.unit in PLAIN_UNITS else f" {factor.unit}"
    return f", {low} and {high}{unit}"
