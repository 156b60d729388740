"""The passport of a figure: formula with its numbers, inputs, sources with tier and date, and what it is not."""

from collections.abc import Iterator, Sequence
from typing import Any

from dashboard.catalog import Catalog
from dashboard.compare import CLAIM, ESTIMATE, Comparison
from dashboard.core.draws import Draws
from dashboard.estimates.estimate import Assumption, Estimate, step_unit
from dashboard.estimates.inputs import Factor
from dashboard.units import magnitude, reader_text
from dashboard.workings import Used, Worked

# Steps and assumptions that follow from a load and lead to no figure.
AFTER = ("emissions", "water", "electricity_cost", "capex")
AFTER_FACTORS = ("grid_intensity", "electricity_price", "site_water", "power_water")
MEDIANS = "Numbers are medians; sums are made inside each draw, so medians of parts need not add up to the whole."
WITH_RANGE = ", with a 90\u00a0% range"
KINDS = {
    "capacity": "Capacity, not energy: it does not say how many hours it is used.",
    "energy": "A year’s energy, not a capacity: a plant of as many gigawatts is another question.",
    "money": "Dollars of different kinds are never added, and no dollar here is a watt.",
    "average": "Ranges of assumptions, not of results.",
}
UNLIKE = {
    "USD": "Payments of one year: capital as it is paid back over its life, not capital itself; no dollar is a watt.",
    "%": "A share, not an amount: what it is a share of differs from row to row, and shares are not added.",
}
FORMS = {
    "dots": "A dot is one of twenty equally likely outcomes, not a site or a year.",
    "map": "The area of a circle is what was announced, not what runs.",
    "flows": "Ribbons of two colours are never added: one megawatt may lie in both.",
    "scatter": "Estimates come from the chip count alone; a hit on IT power says little about whole campuses.",
    "calibration": "Shares of few pairs: each fifth may be off by its thin line.",
}
# Words in the bases of the rows, and what a figure with them is not.
BASES = {
    "as stated": "As stated mixes bases: some deals are IT power, some the whole facility.",
    "IT power": "IT power, not facility: cooling and losses come on top.",
    "facility": "Facility, not IT: chips alone draw less, and a grid connection is usually larger.",
    "nameplate": "Nameplate of plants, not what they make in an hour.",
    "announced": "Announced is not energised: a plan is no load until it runs.",
    "likely": "Likely is our estimate, not anybody’s plan; its line is a median: less comes as often as more.",
    "claimed": "A claim, not a count of sites.",
    "planned": "Announced is not energised: a plan is no load until it runs.",
    "average": "An average and a capacity are different rows: the highest hour is above the average.",
    "record peak": "A share of a peak holds if load and grid have their highest hours together; else it is smaller.",
    "lower bound of the peak": "A lower bound of a peak is no record: the true strain may be smaller.",
}


def facts(comparison: Comparison, catalog: Catalog) -> dict[str, Any]:
    """All that is needed to check a figure by hand, as plain values; texts are ready to be shown."""
    worked = comparison.worked()
    answers = _distinct(comparison)
    draws = Draws()
    rows = [*worked.rows, *_published(comparison, worked)]
    return {
        "figure": comparison.id,
        "title": comparison.title,
        "answer": comparison.answer,
        "unit": comparison.unit,
        "basis": _bases(comparison),
        "not_this": list(_cautions(comparison, worked)),
        "formulas": [*_steps(answers), *({"of": "", **vars(line)} for line in worked.formulas)],
        "formulas_note": MEDIANS,
        "assumptions": _assumptions(answers, worked),
        "rows": [_row(row) for row in rows],
        "sources": _sources(catalog, comparison, answers, worked, rows),
        "data_version": comparison.version,
        "data_as_of": catalog.as_of.isoformat(),
        "seed": draws.seed,
        "draws": draws.count,
        "tables": "/data/datapackage.json",
        "method": comparison.method,
    }


def _bases(comparison: Comparison) -> list[str]:
    return list(dict.fromkeys(str(basis) for basis in comparison.table.basis if basis))


def _distinct(comparison: Comparison) -> list[tuple[str, Estimate]]:
    """The estimates, each once; a claim that stands on its own amount too."""
    return list({id(answer): (label, answer) for label, answer in comparison.estimates}.values())


# --- what it is not ---------------------------------------------------------------------------------------------------


def _cautions(comparison: Comparison, worked: Worked) -> Iterator[str]:
    """From kind, unit, form, basis and nature of the rows, each sentence once."""
    natures, bases = set(comparison.table.nature), _bases(comparison)
    said = [
        UNLIKE.get(comparison.unit) or KINDS[comparison.kind],
        FORMS.get(comparison.form, ""),
        *(told for words, told in BASES.items() if any(words in basis for basis in bases)),
        "For scale only where a row says so: that grid does not carry the load, or not all of it."
        if _for_scale(comparison)
        else "",
        _of_estimates(comparison) if ESTIMATE in natures else "",
        "A claim is shown as it was made; it was not checked on site." if CLAIM in natures else "",
        *worked.cautions,
    ]
    yield from dict.fromkeys(text for text in said if text)


def _of_estimates(comparison: Comparison) -> str:
    ranged = comparison.form != "tornado" and (comparison.table.q05 < comparison.table.q95).any()
    return f"Estimates are ours{WITH_RANGE if ranged else ''}: nobody published them."


def _for_scale(comparison: Comparison) -> bool:
    return "for scale only" in comparison.answer or bool(
        comparison.table.note.astype(str).str.contains("for scale only").any()
    )


# --- formulas and inputs ----------------------------------------------------------------------------------------------


def _steps(answers: Sequence[tuple[str, Estimate]]) -> Iterator[dict[str, str]]:
    for label, answer in answers:
        for step in answer.steps:
            if step.name not in AFTER:
                unit = step_unit(step)
                yield {
                    "of": label if len(answers) > 1 else "",
                    "label": step.label,
                    "formula": step.formula,
                    "numbers": step.numbers,
                    "result": reader_text(magnitude(step.result, unit), unit, 3),
                }


def _leading(answer: Estimate) -> list[Assumption]:
    """The assumptions that a load rests on, without those of what follows from it."""
    after = AFTER_FACTORS if answer.ask.kind == "capex" else (*AFTER_FACTORS, "capex_per_it_power")
    return [row for row in answer.assumptions if row.factor.name not in after]


def _assumptions(answers: Sequence[tuple[str, Estimate]], worked: Worked) -> list[dict[str, Any]]:
    """Each once, with its share of the variance where there is one estimate alone."""
    if len(answers) == 1:
        shared = [_factor(row.factor) | {"share": round(row.share, 4)} for row in _leading(answers[0][1])]
    else:
        shared = [_factor(row.factor) for _, answer in answers for row in _leading(answer)]
    found = [*shared, *(_factor(factor) for factor in worked.factors)]
    return list({(row["label"], row["text"]): row for row in reversed(found)}.values())[::-1]


def _factor(factor: Factor) -> dict[str, Any]:
    ends = [
        float(magnitude(end, factor.unit)) for end in (factor.spread.low, factor.spread.central, factor.spread.high)
    ]
    return {
        "label": factor.label,
        "symbol": factor.symbol,
        "low": ends[0],
        "central": ends[1],
        "high": ends[2],
        "unit": factor.unit,
        "text": factor.told,  # of a choice the odds stand in the label
        "basis": factor.basis,
        "sources": list(factor.source_ids),
    }


def _published(comparison: Comparison, worked: Worked) -> list[Used]:
    """Rows that the figure itself draws as published, where the workings name none."""
    if worked.rows:
        return []
    return [
        Used(
            row.label,
            reader_text(row.value, comparison.unit, 4),
            row.basis,
            row.date,
            tuple(filter(None, str(row.sources).split("; "))),
            row.note,
        )
        for row in comparison.rows
        if row.nature != ESTIMATE
    ]


def _row(row: Used) -> dict[str, Any]:
    return {
        "label": row.label,
        "value": row.value,
        "basis": row.basis,
        "date": row.date,
        "sources": [source_id for source_id in row.source_ids if source_id],
        "note": row.note,
    }


# --- sources ----------------------------------------------------------------------------------------------------------


def _sources(
    catalog: Catalog, comparison: Comparison, answers: Sequence[tuple[str, Estimate]], worked: Worked, rows: list[Used]
) -> list[dict[str, str]]:
    """Every publication that something above names, each once: what was given first, then the assumptions'."""
    given = [source for _, answer in answers for source in answer.claim_source_ids]
    chips = [answer.ask.chip.source_id for _, answer in answers if answer.ask.chip]
    named = [source for _, answer in answers for row in _leading(answer) for source in row.factor.source_ids]
    drawn = [source for cell in comparison.table.sources for source in str(cell).split("; ")]
    used = [source for row in rows for source in row.source_ids]
    parameters = [source for factor in worked.factors for source in factor.source_ids]
    ids = dict.fromkeys(source for source in (*given, *used, *drawn, *chips, *named, *parameters) if source)
    return [_source(catalog, source_id) for source_id in ids]


def _source(catalog: Catalog, source_id: str) -> dict[str, str]:
    source = catalog.source(source_id)
    return {
        "id": source_id,
        "publisher": source.publisher,
        "title": source.title,
        "published": source.published,
        "accessed": source.accessed,
        "tier": source.tier,
        "licence": source.licence,
        "address": source.address,
    }
