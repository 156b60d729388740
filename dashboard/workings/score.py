"""Our estimates beside published pairs, and how wide the assumptions are."""

from collections.abc import Mapping, Sequence

from dashboard.catalog import Catalog
from dashboard.estimates.ask import Ask, basis_weights
from dashboard.estimates.chains import published_state
from dashboard.estimates.inputs import Factor, Inputs, Medians
from dashboard.estimates.score import Scored
from dashboard.estimates.score_checks import without_family
from dashboard.records import Parameter
from dashboard.units import given_text, magnitude, reader_text
from dashboard.workings.lines import Used, Worked, Working, factors_of, megawatts, number

SCORE_FORMULAS = {
    "it_rated": "{N} × {k} × {ε}",
    "it_busy": "{N} × {k} × {ε} × {b}",
    "it_average": "{N} × {k} × {ε} × {d}",
    "facility_peak": "{N} × {k} × {ε} × (1 + {h})",
    "facility_average": "{N} × {k} × {ε} × {d} × (1 + {g} × {h})",
    "grid_connection": "{N} × {k} × {ε} × (1 + {h}) ÷ {s}",
    "unknown": "{N} × {k} × {ε}, or that × (1 + {h})",
}
SYMBOLS = {
    "ε": "model_error",
    "b": "busy_ratio",
    "d": "draw_ratio",
    "h": "peak_overhead",
    "g": "overhead_ratio",
    "s": "peak_over_grid",
}


def of_score(rows: Sequence[Scored], catalog: Catalog, basis_words: Mapping[str, str], *, left_out: bool) -> Worked:
    """The formula of each basis with the numbers of one pair, every pair, and every assumption that they used.

    `left_out`: each pair is estimated from tables without its family of chips.
    """
    tables = {family: without_family(catalog, family) for family in {row.chip.family for row in rows} if left_out}
    lines: dict[str, Working] = {}
    factors: dict[tuple[str, str], Factor] = {}
    for row in rows:
        inputs, state = _medians(row, tables.get(row.chip.family, catalog))
        for factor in inputs.factors.values():
            factors.setdefault((factor.name, factor.label), factor)
        lines.setdefault(row.case.basis, _score_line(row, inputs, state, basis_words[row.case.basis], catalog))
    used = tuple(_pair_row(row, catalog, basis_words) for row in rows)
    return Worked(tuple(lines.values()), used, tuple(factors.values()))


def _medians(row: Scored, tables: Catalog) -> tuple[Inputs, float]:
    chip = tables.accelerators[row.chip.chip_id]
    ask = Ask("chips", row.case.chips, chip, "it", basis_weights("unknown", tables), item=row.case.case_id)
    inputs = Inputs(tables, ask, Medians())
    return inputs, float(magnitude(published_state(ask, inputs, row.case.basis), "MW"))


def _score_line(row: Scored, inputs: Inputs, state: float, words: str, catalog: Catalog) -> Working:
    formula = SCORE_FORMULAS[row.case.basis]
    chips = magnitude(row.case.chips, "chips")
    k = magnitude(inputs.it_power(inputs.catalog.accelerators[row.chip.chip_id], row.case.chips), "kW/chip")
    values = {"N": f"{chips:,.0f}", "k": f"{number(k)} kW"}
    known = {symbol: inputs.values[name] for symbol, name in SYMBOLS.items() if name in inputs.values}
    values |= {symbol: number(value.m_as("")) for symbol, value in known.items()}
    name = catalog.pairs[row.case.case_id].name
    plain = formula.replace("{", "").replace("}", "")
    return Working(f"{words}, for instance {name}", plain, formula.format(**values), reader_text(state, "MW", 3))


def _pair_row(row: Scored, catalog: Catalog, words: Mapping[str, str]) -> Used:
    pair = catalog.pairs[row.case.case_id]
    note = f"ours {megawatts(row.levels)}; {magnitude(row.case.chips, 'chips'):,.0f} {pair.chip}"
    value = given_text(row.published, "MW")
    return Used(pair.name, value, words[pair.power_basis], pair.year, (pair.source_id,), note)


def of_ranks(
    counts: Sequence[tuple[str, int]], rows: Sequence[Scored], catalog: Catalog, words: Mapping[str, str]
) -> Worked:
    """The share of published figures in each fifth of our distributions."""
    formula, of = "pairs whose published figure falls here ÷ all pairs", len(rows)
    lines = [Working(name, formula, f"{count} ÷ {of}", f"{number(100 * count / of)} %") for name, count in counts]
    return Worked(tuple(lines), tuple(_pair_row(row, catalog, words) for row in rows))


def of_spreads(rows: Sequence[Parameter]) -> Worked:
    """Each range in per cent of its central value."""
    lines = [
        Working(
            row.name,
            "100 × (5th, 95th percentile) ÷ central",
            f"100 × ({number(row.low)}, {number(row.high)}) ÷ {number(row.central)}",
            f"{number(100 * row.low / row.central)}–{number(100 * row.high / row.central)} %",
        )
        for row in rows
    ]
    return Worked(tuple(lines), (), factors_of(rows))
