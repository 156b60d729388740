"""Whose a number, a date or a word is: what we read into the rows is told from what was published."""

import json

from dashboard.web.pages import deals, grids, home, plans

WINDOW = {"theme": "light", "width": 1080}


def _text(parts):
    return json.dumps(parts, default=lambda part: part.to_plotly_json(), ensure_ascii=False)


def test_home_converts_azure_by_the_term_of_the_ledger(catalog):
    """Home and deals size one contract by one term, and both say that we read it."""
    book = deals.book(catalog, "OpenAI").entries
    years = next(entry.deal.term.m for entry in book if entry.deal.commitment_id == home.AZURE)
    term = f"term of {years:g} years read by us: to the 2032 of the amended deal"
    passport = str(deals.view(catalog, deals.Choice())[0].worked().rows)

    assert catalog.commitments[home.AZURE].term is None
    assert term in str(home._converted(catalog)["story-azure-money"])
    assert f"over {years:g} years; {term}" in _text(deals.render(catalog, deals.Choice(), WINDOW))
    assert f"over {years:g} years; {term}" in passport
    assert "over 7 years; term" not in passport


def test_home_tells_who_spoke_and_of_which_sites(catalog):
    """A primary source is not taken for the press that spoke after it, nor chips of a whole company for a site."""
    pressed, said = catalog.claims["story-rainier-chips"], catalog.claims["rainier-chips-launch"]

    assert "said by the press, after " in home._cited(pressed, catalog)
    assert "said by the press" not in str(home._cited(said, catalog))
    assert "(across AWS, not at one site)" in str(home._converted(catalog)["rainier-chips-2025"])
    assert "across AWS" not in str(home._converted(catalog)[said.claim_id])


def test_dates_and_sums_of_ours_are_marked(catalog):
    """A placeholder's date and a figure of our arithmetic are told from published ones, handed over from running."""
    jamnagar, abilene = (plans.Choice("site", name) for name in ("Reliance Jamnagar", "Stargate Abilene"))
    one, other = (_text(plans.render(catalog, choice, WINDOW)) for choice in (jamnagar, abilene))

    assert one.count("2030-12-31, date ours") == 2
    assert "2030-12-31, date ours" in [row.date for row in plans.view(catalog, jamnagar)[0].worked().rows]
    assert "2026-12-31, date ours" not in one
    assert "converted by us from the figure as published: 3 GW basis not stated." in one
    assert "824 MW IT (our arithmetic)" in other
    assert "was handed over, which is counted here as energised" in other
    assert "Six of eight buildings handed over" in other
    assert "was handed over" not in one


def test_a_whole_that_may_host_the_load_is_exempt(catalog):
    """No grid is known to host all of the 30 GW but the world, where it is shown."""
    energy, peak = (
        _text(grids.render(catalog, grids.Choice(question=question), WINDOW)) for question in ("energy", "peak")
    )

    assert "(the world as a whole does and the United States as a whole may)" in energy
    assert "the world as a whole" not in peak


def test_ribbons_bear_the_names_of_the_deals(catalog):
    """All suppliers in the order given, and the user itself where it builds its own site."""
    givers = set(deals.view(catalog, deals.Choice())[1].table.giver)

    assert {"SoftBank, Oracle, MGX", "OpenAI itself"} <= givers
    assert "OpenAI" not in givers


def test_what_does_not_count_names_the_other_deal(catalog):
    """A reason has supplier, buyer and date of the other deal, and no id."""
    later = catalog.commitments["openai-cerebras-2026b"]
    told = str(deals._left_out(deals.book(catalog, "OpenAI").left_out, catalog))

    assert f"replaced by Cerebras → OpenAI of {later.announced}" in told
    assert not any(deal_id in told for deal_id in catalog.commitments)


def test_home_tells_both_readings_of_a_peak_whose_basis_is_open(catalog):
    """Of 30 GW that are either IT or facility power the middle lies between two readings and is neither."""
    claim = next(c for c in catalog.claims.values() if c.story and c.series == "openai-total-power")
    open_, settled = (str(home._conversion(claim, home.view(catalog, home.Choice(b)))) for b in ("unknown", "facility"))

    assert "30 GW if facility power" in open_
    assert "39 GW (35–43)" in open_
    assert "if IT power" not in settled
