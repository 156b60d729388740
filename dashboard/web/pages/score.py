"""`/score`: our estimates beside published pairs of chip count and power, the misses first, and the calibration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash
import numpy as np
from dash import Input, html

from dashboard import compare_score
from dashboard.catalog import Catalog
from dashboard.compare import Comparison
from dashboard.compare_score import BASIS_WORDS, MISS, SITES, inside
from dashboard.estimates.readings import day_moment, dropped, moment
from dashboard.estimates.score import Score, Scored, mean_crps, summary
from dashboard.web import components as ui
from dashboard.web import components_score as parts
from dashboard.web.cache import by_version
from dashboard.web.live import Live

PATH, NAME, TITLE = "/score", "Score", "How close do these estimates come to published figures?"
FIGURES = ("score-pairs", "score-calibration")
ROWS = {
    "independent": "Independent pairs",
    "all": "All pairs",
    "left-out": "Independent, each with its chip family left out",
}
WORDS = {
    "independent": "independent pairs",
    "all": "pairs in all",
    "left-out": "independent pairs, each with its chip family left out",
}

HELD_DOWN = "meta-gb200-150mw"  # a site whose operator says how far below its rating it runs the chips
# Published methods beside ours: what is predicted, on what, the median error, source. Method, section 6.
OTHERS = "score-of-others"  # the series of claims that tells how far other methods miss


@dataclass(frozen=True)
class Choice:
    """What the reader chose: which pairs are judged, and how."""

    rows: str = "independent"

    def query(self) -> str:
        """The choice as the query of the address."""
        return ui.query_text({"rows": "" if self.rows == "independent" else self.rows})


def choose(query: Mapping[str, str]) -> tuple[Choice, list[str]]:
    """The choice in a query; what is not possible falls back and is told."""
    rows = query.get("rows", "independent")
    if rows not in ROWS:
        return Choice(), [f'rows: must be one of {", ".join(ROWS)}, got "{rows[:40]}"; the independent pairs are shown']
    return Choice(rows), []


@by_version
def view(catalog: Catalog, choice: Choice) -> Score:
    """The pairs of the choice beside our estimates."""
    return compare_score.pairs_score(catalog, choice.rows)


def comparisons(catalog: Catalog, query: Mapping[str, str]) -> tuple[Comparison, ...]:
    """The page's comparisons for a query, for files and exports.

    Raises:
        ValueError: no pair of the choice can be scored.
    """
    return _comparisons(catalog, ui.certain(*choose(query)))


def _comparisons(catalog: Catalog, choice: Choice) -> tuple[Comparison, ...]:
    result, words = view(catalog, choice), WORDS[choice.rows]
    if not result.scored:
        raise ValueError(f"pairs: none of the {words} can be scored: their chips are not in accelerators.csv")
    return (
        compare_score.scatter_of(result, catalog, words, left_out=choice.rows == "left-out"),
        compare_score.calibration_of(result, catalog, words),
    )


def layout(_: Catalog, query: Mapping[str, str]) -> Any:
    """The page with its switch set from the query."""
    choice, notices = choose(query)
    return html.Div(
        [
            html.H1(TITLE),
            *[ui.problem(notice) for notice in notices],
            html.Div(ui.radios("score-rows", "Judge by", ROWS, choice.rows), className="controls"),
            *ui.slot("score"),
            dash.dcc.Store(id="score-query"),
        ]
    )


def wire(app: dash.Dash, live: Live) -> None:
    """The switch redraws the page and is kept in the address."""

    @ui.redrawn(app, "score", Input("score-rows", "value"))
    def body(rows: str, window: ui.View, mine: Any) -> ui.Redrawn:
        choice, _ = choose({"rows": rows})
        return render(live.of(mine), choice, ui.seen(window, mine)), choice


def render(catalog: Catalog, choice: Choice, window: dict[str, Any]) -> list[Any]:
    """Everything below the switch."""
    result = view(catalog, choice)
    try:
        found = _comparisons(catalog, choice)
    except ValueError as error:
        return [ui.problem(str(error))]
    scatter, calibration = (ui.figure_block(item, window, f"/score?{choice.query()}") for item in found)
    worst = compare_score.misses(result)
    rest = compare_score.by_error(result)[len(worst) :]
    return [
        html.P(_answer(result, choice), className="answer"),
        html.P(_which(catalog, choice), className="quiet"),
        scatter,
        html.H2(f"The {len(worst)} misses, worst first"),
        html.P(f"Off by more than {MISS:g} times, in either direction. Dotted underlines mark our estimates."),
        parts.pairs_table(worst, catalog, "Pairs that are off, the largest factor first"),
        html.Details(
            [
                html.Summary(f"The other {len(rest)} pairs"),
                parts.pairs_table(rest, catalog, "Pairs within the band, the largest factor first"),
            ]
        ),
        html.Div(
            [html.P(f"Not scored: {case.case_id}: {reason}", className="problem") for case, reason in result.unmatched]
        ),
        html.H2("What is not shown here"),
        html.Ul([html.Li([html.Strong(f"{name}. "), text]) for name, text in limits(result, catalog)]),
        html.H2("Are the ranges honest?"),
        html.P(_calibrated(result)),
        html.P(_whole(result)),
        calibration,
        html.H2("By what was published"),
        _by_basis(result.scored),
        html.H2("Beside other methods"),
        _others(result, catalog, choice),
    ]


def _answer(result: Score, choice: Choice) -> list[Any]:
    found = summary(result)
    held = inside(result.scored, 90)
    return [
        "Half of our estimates are within ",
        parts.estimated(f"{100 * found['median_ape']:.1f}\u00a0%"),
        f" of the published power ({found['scored']} {WORDS[choice.rows]}); ",
        f"on balance they are {_bias(found['bias'])}. Our 90\u00a0% ranges hold the published figure in ",
        f"{held.count} of {held.of} cases, {held.percent:.0f}\u00a0%; their upper end is typically ",
        f"{found['median_interval_ratio']:.1f} times the lower end.",
    ]


def _bias(bias: float) -> str:
    percent = 100 * abs(bias - 1)
    return "neither high nor low" if percent < 0.5 else f"{percent:.0f}\u00a0% too {'high' if bias > 1 else 'low'}"


def _which(catalog: Catalog, choice: Choice) -> str:
    independent = sum(pair.independent for pair in catalog.pairs.values())
    first = (
        f"The table has {len(catalog.pairs)} pairs of a published power and a chip count. {independent} are "
        "independent: no parameter of ours was set from them. Each estimate starts from the chip count alone."
    )
    if choice.rows == "all":
        return (
            f"{first} The other {len(catalog.pairs) - independent} flatter us: our ranges were set with them in view."
        )
    if choice.rows == "left-out":
        return f"{first} Here each is estimated as if no chip of its family had ever been rated or measured."
    return first


def limits(result: Score, catalog: Catalog) -> list[tuple[str, str]]:
    """What these pairs cannot show, each under a name, with its counts."""
    rows = result.scored
    sites = [row for row in rows if row.case.basis in SITES]
    off = [row for row in compare_score.misses(result) if row.case.basis in SITES]
    busy = sum(row.case.basis == "it_busy" for row in rows)
    memory = sum(catalog.pairs[row.case.case_id].seen == "general knowledge" for row in rows)
    campuses = (
        f"{busy} of the {len(rows)} pairs are IT measured flat out, mostly benchmark runs. Only {len(sites)} are whole "
        f"sites or do not say, and {len(off)} of those are off by more than {MISS:g} times. {_site_bias(sites)}"
        "The score holds for IT power and is not shown for campuses."
    )
    reason = (
        "Operators seem to plan for less than the ratings add up to"
        f"{_held_down(catalog)}. We have not lowered the estimates for it: too few sites publish both figures."
    )
    blind = (
        "The independent pairs stand behind no parameter, but they were known when chips were put into classes. With a "
        "family left out its class remains, and for superchips, plug-in cards and dense liquid blades a class rests on "
        "very few machines."
    )
    twice = (
        "Some machines stand in the table twice, in two states or on two lists, so that the shares are less certain "
        "than the number of rows makes them look."
    )
    tuned = (
        "Benchmark runs tuned for efficiency draw less than a usual run. They stay in, as misses. "
        f"{memory} of these rows are from memory of a list and are marked as general knowledge."
    )
    energy = "No site publishes its chip count and a year’s metered energy, so no terawatt-hour is scored."
    return [
        ("Campuses", campuses),
        ("Why sites come out high", reason),
        ("Energy", energy),
        ("Plans", _plans_due(catalog)),
        ("No blind test", blind),
        ("Repeats", twice),
        ("Tuned runs and memory", tuned),
    ]


def _plans_due(catalog: Catalog) -> str:
    """Why what is likely by a date is not scored: how few plans of the tables have come to theirs."""
    plans = [row for row in catalog.milestones.values() if row.status != "energised" and not dropped(row)]
    due = sum(moment(row.date) <= day_moment(catalog.as_of) for row in plans)
    return (
        "What is likely by a date, on the page of plans, is not scored: "
        f"of the {len(plans)} dated plans in the tables only {due} have fallen due."
    )


def _held_down(catalog: Catalog) -> str:
    pair = catalog.pairs.get(HELD_DOWN)
    return f" ({pair.name}: {pair.note[0].lower()}{pair.note[1:]})" if pair and pair.note else ""


def _site_bias(sites: Sequence[Scored]) -> str:
    if not sites:
        return ""
    bias = float(np.exp(np.mean([np.log(row.ratio) for row in sites])))
    return f"On those our estimates are {_bias(bias)} by their geometric mean. "


def _calibrated(result: Score) -> str:
    half, most = inside(result.scored, 50), inside(result.scored, 90)
    distance, chance = compare_score.evenness(result)
    ends = [f"{share.ends()[0]:.0f} to {share.ends()[1]:.0f}\u00a0%" for share in (half, most)]
    return (
        f"{compare_score.calibration_words(result)}. With {half.of} pairs, the true share of the first is very likely "
        f"within {ends[0]}, that of the second within {ends[1]}. If the ranges were right, places this uneven "
        f"would come up in {100 * chance:.0f}\u00a0% of samples of machines that share nothing (Kolmogorov–Smirnov "
        f"distance {distance:.2f}), and more often where chips are shared, as here."
    )


def _whole(result: Score) -> list[Any]:
    """How far whole ranges are off, beside what they would be if they were right, and medians alone."""
    found, right = mean_crps(result)
    assert found is not None
    assert right is not None
    alone = float(np.mean([abs(np.log(row.ratio)) for row in result.scored]))
    told = [parts.estimated(f"{100 * np.expm1(number):.0f}\u00a0%") for number in (alone, found, right)]
    return [
        "On average the median alone is ",
        told[0],
        " off. The whole range, with each value in it weighed by its odds, is ",
        told[1],
        " off; ranges as wide as ours would be ",
        told[2],
        " off if they were right (continuous ranked probability score of the logarithm of power).",
    ]


def _by_basis(rows: Sequence[Scored]) -> Any:
    body = []
    for basis, words in BASIS_WORDS.items():
        these = [row for row in rows if row.case.basis == basis]
        if these:
            error = float(np.median([abs(row.ratio - 1) for row in these]))
            held = inside(these, 90)
            body.append([words, str(len(these)), f"{100 * error:.0f}\u00a0%", f"{held.count} of {held.of}"])
    head = ["Basis", "Pairs", "Median error", "In our 90 % range"]
    return ui.table(head, body, numbers=(1, 2, 3), caption="The basis on which the power was published")


def _others(result: Score, catalog: Catalog, choice: Choice) -> Any:
    ours = summary(result)["median_ape"]
    body: list[list[Any]] = [
        [
            "This dashboard",
            f"{len(result.scored)} {WORDS[choice.rows]}",
            parts.estimated(f"{100 * ours:.1f}\u00a0%"),
            "",
        ]
    ]
    for claim in catalog.claims.values():
        if claim.series == OTHERS:
            links = ui.source_links([claim.source_id], catalog)
            body.append([claim.statement, claim.note, f"{claim.value:.1f}\u00a0%", links])
    note = (
        "Other rows and another quantity: the formula is judged on the peak of whole facilities, we are judged mostly "
        "on IT. Some of Epoch’s facility figures are benchmark power times 1.5, which brings both sides closer. Read "
        "this as the size of error that is usual in the field, not as a race."
    )
    table = ui.table(["Method", "Judged on", "Median error", "Source"], body, numbers=(2,), caption="Median errors")
    return html.Div([table, html.P(note, className="quiet")])
