import dataclasses
import re
from datetime import date
from itertools import pairwise

import pytest

from dashboard.estimates.cross_check import cross_check, cross_checks
from dashboard.estimates.deals import commitment_ask
from dashboard.estimates.dollars import NoPower, money_ask, power_of_dollars, rent_per_power, term_of
from dashboard.estimates.estimate import estimate
from dashboard.estimates.ledger import ledger, openai_ledger, user_ledger, users_of
from dashboard.estimates.ledger_rows import Selection, ended, select
from dashboard.units import magnitude
from dashboard.workings.deals import of_ledgers

NOW = date(2026, 11, 24)
USERS = ("OpenAI", "Anthropic", "Microsoft", "Meta", "xAI", "Google")


@pytest.fixture(scope="module")
def worked(catalog):
    """The ledger of method section 4 from the rows."""
    return openai_ledger(catalog).totals["stated"]


@pytest.mark.parametrize(
    ("sum_of", "gigawatts"), [("chips", 28.75), ("capacity", 12.6), ("ceiling", 41.3), ("floor", 28.75), ("best", 31.9)]
)
def test_the_ledger_of_the_method(worked, sum_of, gigawatts):
    """From the rows come, within 5 %: chips 28.75, sites and clouds 12.6, naive 41.3, best 31.9 GW."""
    assert getattr(worked, sum_of)[2] == pytest.approx(gigawatts, rel=0.05)


def test_the_range_of_the_ledger(worked):
    """The 90 % range is the method's 30 to 34 GW."""
    assert worked.best[0] == pytest.approx(30, rel=0.05)
    assert worked.best[4] == pytest.approx(34, rel=0.05)


def test_odds_come_after_the_overlap(worked):
    """Weighted by status about 18 GW, 13 to 23, come about: beside the 30, never instead."""
    assert worked.realised[2] == pytest.approx(18, rel=0.05)
    assert worked.realised[0] == pytest.approx(13, rel=0.05)
    assert worked.realised[4] == pytest.approx(23, rel=0.05)


@pytest.mark.parametrize("user", USERS)
def test_floor_best_and_ceiling_are_ordered(catalog, user):
    """For every user and basis: floor <= best <= ceiling, realised <= best, and something counts."""
    ledger = user_ledger(catalog, user, NOW)

    assert ledger.entries
    for totals in ledger.totals.values():
        for floor, best, ceiling in zip(totals.floor, totals.best, totals.ceiling, strict=True):
            assert floor <= best * (1 + 1e-9) <= ceiling * (1 + 1e-9)
        assert totals.realised[2] <= totals.best[2]


@pytest.mark.parametrize("user", USERS)
def test_no_total_is_ever_added(catalog, user):
    """Rows that sum up other rows count in no ledger."""
    ledger = user_ledger(catalog, user, NOW)

    assert not [entry for entry in ledger.entries if entry.deal.aggregate]
    assert not [name for name in ledger.left_out if not ledger.left_out[name]]


def test_every_row_counts_or_has_a_reason(catalog):
    """Each deal of a user is in the ledger, inside another of it, or left out with a reason."""
    ledger = user_ledger(catalog, "OpenAI", NOW)
    counted = {entry.deal.commitment_id for entry in ledger.entries}
    rows = {name for name, deal in catalog.commitments.items() if deal.user == "OpenAI"}

    assert rows == counted | set(ledger.left_out)


def test_passport_says_how_many_do_not_count_and_why(catalog):
    """Every reason has its group: only a row without a size falls to the last one."""
    books = {user: user_ledger(catalog, user, NOW) for user in users_of(catalog)}
    reasons = [why for book in books.values() for why in book.left_out.values()]
    told = next(line for line in of_ledgers(books, "it", catalog).cautions if line.startswith("Not in the sums"))
    counts = {name: int(count) for count, name in re.findall(r"(\d+) (?!rows)([^,.]+)", told)}

    assert f"Not in the sums, {len(reasons)} rows: " in told
    assert sum(counts.values()) == len(reasons)
    assert counts["without a size"] == sum("no power" in why for why in reasons)
    assert counts["totals of other rows"] > counts["paused"] > 0


def test_what_replaces_takes_the_place(catalog):
    """In November 2026 NVIDIA's 5 GW count and the letter of 10 does not; in January it was the other way round."""
    now = {entry.deal.commitment_id for entry in user_ledger(catalog, "OpenAI", NOW).entries}
    before = {entry.deal.commitment_id for entry in user_ledger(catalog, "OpenAI", date(2026, 1, 31)).entries}

    assert "openai-nvidia-2026" in now
    assert "openai-nvidia-loi-2025" not in now
    assert "openai-nvidia-loi-2025" in before
    assert "openai-nvidia-2026" not in before


def test_a_restatement_never_adds(catalog):
    """The $300 billion of September are the price of the 4.5 GW of July, and Azure's amendment adds nothing."""
    left_out = user_ledger(catalog, "OpenAI", NOW).left_out

    assert "stated again" in left_out["openai-oracle-2025-09"]
    assert "stated again" in left_out["openai-azure-2026"]


def test_dollars_count_once_in_each_kind(catalog):
    """Oracle's contract of $300 billion stands beside the site's capital of $500, which holds the $400."""
    paid = {deal.commitment_id: deal for deal in user_ledger(catalog, "OpenAI", NOW).paid}
    contracts = [magnitude(d.amount, "billion USD") for d in paid.values() if d.money_kind == "contract"]

    assert sum(contracts) == pytest.approx(300 + 250 + 100 + 38 + 22.4 + 20)
    assert {"openai-oracle-2025-09", "openai-stargate-2025", "openai-nvidia-equity-2026"} <= paid.keys()
    assert not paid.keys() & {"openai-stargate-us-2025-09", "openai-cerebras-2026", "openai-nvidia-loi-2025"}
    assert not [deal for deal in paid.values() if deal.aggregate]
    assert "openai-oracle-2025-09" in {deal.commitment_id for deal in openai_ledger(catalog).paid}


@pytest.mark.parametrize(
    ("name", "like", "kind", "kept"),
    [
        ("openai-oracle-2025-07", "openai-oracle-2025-09", "contract", {"openai-oracle-2025-09"}),
        ("openai-azure-2026", "openai-azure-2025", "contract", {"openai-azure-2026"}),
        ("openai-oracle-2025-09", "openai-oracle-2025-09", "capex", set()),  # in the capital of the site
    ],
)
def test_dollars_stated_again_never_add(catalog, name, like, kind, kept):
    """Of two rows with the same dollars of one kind the newest counts; what its whole has of the kind holds both."""
    again = dataclasses.replace(catalog.commitments[name], amount=catalog.commitments[like].amount, money_kind=kind)
    told = dataclasses.replace(catalog, commitments={**catalog.commitments, name: again})
    paid = {deal.commitment_id for deal in user_ledger(told, "OpenAI", NOW).paid}

    assert paid & {name, like} == kept


def test_a_part_is_inside_its_whole(catalog):
    """Oracle's 4.5 GW are inside the 7 GW, which are inside the 10 GW goal: the three make 10."""
    ledger = user_ledger(catalog, "OpenAI", NOW)
    whole = next(entry for entry in ledger.entries if entry.deal.commitment_id == "openai-stargate-2025")

    assert {"openai-stargate-us-2025-09", "openai-oracle-2025-07"} <= set(whole.contains)
    assert whole.median("stated") == 10


def test_chips_that_fill_a_cloud_count_once(catalog):
    """Anthropic's 3.5 GW from Broadcom are inside its 5 GW from Google."""
    totals = user_ledger(catalog, "Anthropic", NOW).totals["stated"]

    assert totals.best[2] == pytest.approx(totals.capacity[2], rel=1e-3)  # AMD’s 2 GW find room
    assert totals.chips[2] == 5.5


@pytest.mark.parametrize("chips", ["openai-cerebras-2026b", "openai-nvidia-2026", "openai-broadcom-2025"])
@pytest.mark.parametrize("house", ["openai-stargate-2025", "openai-azure-2025"])
@pytest.mark.parametrize("share", [0, 0.1, 1])
def test_a_link_never_adds(catalog, chips, house, share):
    """Knowing where chips stand makes no total larger: the rest of that house keeps its overlap."""
    known = catalog.links["anthropic-broadcom-2026--fills--anthropic-google-cloud-2026"]
    link = dataclasses.replace(known, from_id=chips, to_id=house, share=share)
    linked = dataclasses.replace(catalog, links={**catalog.links, "x": link})

    before, after = (user_ledger(tables, "OpenAI", NOW).totals for tables in (catalog, linked))

    for basis, totals in after.items():
        for less, more in zip(totals.best, before[basis].best, strict=True):
            assert less <= more * (1 + 1e-9)


def test_a_link_covers_its_share_of_the_chips(catalog):
    """Half of 10 GW of chips are more than enough for a house of 1 GW: all of it stands inside."""
    rows = tuple(catalog.commitments[name] for name in ("openai-broadcom-2025", "openai-stargate-uae-2025"))
    fills = {("openai-broadcom-2025", "openai-stargate-uae-2025"): 0.5}

    totals = ledger(Selection(rows, {}, {}, fills), catalog, "two deals").totals["stated"]

    assert totals.both == pytest.approx((1, 1, 1, 1, 1))
    assert totals.best == pytest.approx((10, 10, 10, 10, 10))


def test_two_links_to_one_house_fill_it_once(catalog):
    """Two chip deals that would each fill a house of 1 GW leave room for 1 GW of chips in it, not for two."""
    names = ("openai-broadcom-2025", "openai-nvidia-2026")
    rows = tuple(catalog.commitments[name] for name in (*names, "openai-stargate-uae-2025"))
    fills = {(name, "openai-stargate-uae-2025"): 0.5 for name in names}

    totals = ledger(Selection(rows, {}, {}, fills), catalog, "three deals").totals["stated"]

    assert totals.both == pytest.approx((1, 1, 1, 1, 1))
    assert totals.best == pytest.approx(totals.floor)


def test_a_link_to_a_part_covers_the_whole(catalog):
    """Chips that stand in one site of a programme stand in the programme, however deep the site lies in it."""
    chips, site = catalog.commitments["openai-broadcom-2025"], catalog.commitments["openai-stargate-uae-2025"]
    names = [f"house-{depth}" for depth in range(3)]
    houses = tuple(dataclasses.replace(site, commitment_id=name) for name in names)
    parts = {whole: (part,) for part, whole in pairwise(names)}
    fills = {("openai-broadcom-2025", "house-0"): 0.5}
    found = ledger(Selection((chips, *houses), {}, parts, fills), catalog, "a chain")

    assert len(found.entries) == 2
    assert found.left_out["house-0"] == "part of house-2, which counts"
    assert found.totals["stated"].both == pytest.approx((1, 1, 1, 1, 1))


def test_one_basis_before_adding(catalog):
    """On the facility basis a chip deal is larger than on the IT basis, and stated sums lie between."""
    totals = openai_ledger(catalog).totals

    assert totals["it"].chips[2] < totals["stated"].chips[2] < totals["facility"].chips[2]


# --- dollars ----------------------------------------------------------------------------------------------------------


def test_money_put_into_a_company_is_no_power(catalog):
    """Amazon's $8 billion in Anthropic give no gigawatt."""
    found = power_of_dollars(catalog.commitments["anthropic-amazon-equity"], catalog)

    assert found == NoPower("money put into a company buys no power by itself")


def test_capital_and_service_have_different_divisors(catalog):
    """$38 billion as capital would be 0.9 GW, as seven years of service 0.5: the kind decides."""
    service = catalog.commitments["openai-aws-2025"]
    capital = dataclasses.replace(service, money_kind="capex", kind="site")

    as_service = magnitude(power_of_dollars(service, catalog), "GW")
    as_capital = magnitude(power_of_dollars(capital, catalog), "GW")

    assert sorted(as_service)[2048] == pytest.approx(0.50, rel=0.05)
    assert sorted(as_capital)[2048] == pytest.approx(0.90, rel=0.05)


def test_rent_has_a_divisor_from_other_leases(catalog):
    """A shell costs $1 to 3 million per MW and year, measured on other leases; with too few it is refused."""
    spread = rent_per_power(catalog, without="anthropic-terawulf-2026")
    alone = dataclasses.replace(catalog, commitments={"x": catalog.commitments["anthropic-terawulf-2026"]})

    assert spread is not None
    assert 1 < spread.central.m < 3
    assert "fewer than three" in power_of_dollars(alone.commitments["x"], alone).reason
    assert rent_per_power(catalog) != spread


def test_a_lease_is_not_measured_by_itself(catalog):
    """A lease at a hundred times the rent of the others is as much power as its dollars buy at theirs."""
    lease = catalog.commitments["anthropic-terawulf-2026"]
    dear = dataclasses.replace(lease, amount=100 * lease.amount)
    tables = dataclasses.replace(catalog, commitments={**catalog.commitments, lease.commitment_id: dear})

    ours, theirs = (power_of_dollars(deal, each) for deal, each in ((dear, tables), (lease, catalog)))

    assert magnitude(ours, "GW") == pytest.approx(100 * magnitude(theirs, "GW"))


def test_the_price_of_chips_alone_is_no_capital(catalog):
    """Dollars that buy chips only are not divided by the cost of a whole data centre."""
    found = money_ask(catalog.commitments["xai-nvidia-colossus2"], catalog)

    assert isinstance(found, NoPower)


def test_a_missing_term_comes_from_the_rows(catalog):
    """Azure has no term; its amendment names 2032: 7.2 years. CoreWeave runs from 2025 to 2031: 6."""
    assert magnitude(term_of(catalog.commitments["openai-azure-2025"], catalog), "year") == pytest.approx(7.2)
    assert magnitude(term_of(catalog.commitments["openai-coreweave-2025"], catalog), "year") == pytest.approx(6)


def test_chips_and_campus_of_rainier_do_not_pair(catalog):
    """The 2.2 GW of the full campus are four times what 500,000 Trainium2 make, twice what a million do."""
    found = cross_check(catalog.commitments["anthropic-rainier-2025"], catalog)
    ratio = next(check.ratio for check in found if (check.first, check.second) == ("power", "chips"))

    assert ratio.low < 3.9 / 2 < ratio.central < 3.9 < ratio.high
    assert not ratio.agree


def test_a_count_told_as_a_range_keeps_its_ends(catalog):
    """220,000 to 660,000 chips are neither the one nor the other: the ends of the size are thrice apart."""
    deal = catalog.commitments["xai-colossus2-2026-plan"]
    ask, least = (commitment_ask(deal, catalog, least=only) for only in (False, True))
    chips, rated = (estimate(ask, catalog).quantiles(name) for name in ("chips", "it_rated"))
    fewest = estimate(least, catalog).quantiles("it_rated")

    assert ask.text == "220,000 to 660,000 chips of GB300 NVL72 (per GPU)"
    assert (chips[0], chips[4]) == pytest.approx((220_000, 660_000), rel=0.02)
    assert rated[4] / rated[0] > 3
    assert rated[2] == pytest.approx(3**0.5 * fewest[2], rel=0.03)
    assert least.text.startswith("220,000 chips")


def test_the_price_of_chips_alone_is_no_power(catalog):
    """What a gigawatt costs has its building in it, so dollars for chips alone are not divided by it."""
    deal = dataclasses.replace(catalog.commitments["xai-nvidia-colossus2"], chip_id="")

    assert deal.amount is not None
    assert commitment_ask(deal, catalog) is None
    assert commitment_ask(dataclasses.replace(deal, kind="site"), catalog).kind == "capex"


def test_rent_is_by_it_power(catalog):
    """A lease told in facility power is brought to IT power before its rent is divided by it."""
    lease = catalog.commitments["aws-cipher-2025"]
    assert lease.power_basis == "facility"
    by_facility = (lease.amount / (lease.power * lease.term)).to("million_USD/MW/annum")

    assert rent_per_power(catalog).low.m >= 1.29 * by_facility.m


def test_an_investment_is_no_price_of_chips(catalog):
    """NVIDIA's $100 billion for OpenAI are not checked against the chips of the same letter."""
    found = cross_check(catalog.commitments["openai-nvidia-loi-2025"], catalog)

    assert [(check.first, check.second) for check in found] == [("power", "chips")]


def test_a_deal_that_fits_together_is_said_to(catalog):
    """430,000 Rubin at Monarch and its 1.35 GW of IT agree."""
    (found,) = cross_check(catalog.commitments["microsoft-monarch-2026"], catalog)

    assert found.ratio.agree
    assert "they agree within their ranges" in found.sentence


def test_disagreements_come_first(catalog):
    """The checks of all deals begin with those that disagree, and of these with the largest factor either way."""
    checks = cross_checks(catalog)
    agree = [check.ratio.agree for check in checks]
    apart = [max(check.ratio.central, 1 / check.ratio.central) for check in checks if not check.ratio.agree]

    assert agree == sorted(agree)
    assert apart == sorted(apart, reverse=True)
    assert {check.ratio.central < 1 for check in checks if not check.ratio.agree} == {True, False}


@pytest.mark.parametrize("relation", ["restates", "replaces"])
@pytest.mark.parametrize("stated", ["openai-oracle-2025-07", "openai-oracle-2025-09"])
def test_a_deal_stated_again_counts_as_before(relation, stated, catalog):
    """A new row for a nested deal, as large, stands in the place of the old one: nothing counts twice."""
    old = catalog.commitments["openai-oracle-2025-07"]
    new = dataclasses.replace(old, commitment_id="openai-oracle-2026", announced="2026-10-01")
    link = dataclasses.replace(
        catalog.links["openai-oracle-2025-09--restates--openai-oracle-2025-07"],
        link_id="new",
        from_id=new.commitment_id,
        relation=relation,
        to_id=stated,
    )
    with_new = dataclasses.replace(
        catalog,
        commitments={**catalog.commitments, new.commitment_id: new},
        links={"new": link, **catalog.links},
    )
    before, after = (select(each, "OpenAI", each.as_of) for each in (catalog, with_new))

    named = {old.commitment_id: new.commitment_id}
    moved = {
        named.get(whole, whole): {named.get(part, part) for part in parts} for whole, parts in before.parts.items()
    }

    ids = [{row.commitment_id for row in found.rows} for found in (before, after)]
    assert ids[1] == {named.get(row, row) for row in ids[0]}
    assert {whole: set(parts) for whole, parts in after.parts.items()} == moved
    assert after.fills == before.fills


@pytest.mark.parametrize(("announced", "stands"), [("2026-09-30", False), ("2026-10-01", True), ("2026-10-02", True)])
def test_what_replaces_a_deal_replaces_what_was_said_of_it_before(announced, stands, catalog):
    """A new deal of 1 October ends the statements of the old one until then, and none of that day or after it."""
    old = catalog.commitments["openai-oracle-2025-07"]
    again = dataclasses.replace(old, commitment_id="again", announced=announced)
    new = dataclasses.replace(old, commitment_id="new", announced="2026-10-01")
    known = catalog.links["openai-oracle-2025-09--restates--openai-oracle-2025-07"]
    links = {
        name: dataclasses.replace(known, link_id=name, from_id=name, relation=relation)
        for name, relation in (("again", "restates"), ("new", "replaces"))
    }
    links = {name: dataclasses.replace(link, to_id=old.commitment_id) for name, link in links.items()}
    deals = {deal.commitment_id: deal for deal in (old, again, new)}
    tables = dataclasses.replace(catalog, commitments=deals, links=links)

    assert ended(old, tables, NOW) == "replaced by new"
    assert ended(again, tables, NOW) == ("" if stands else "replaced by new")
