"""Epoch AI's GPU Clusters: clusters whose power was reported, as pairs that are not scored until a curator says so.

The file does not say who published or measured a reported power. Many are powers of the TOP500 list, raised by half or
more without a word in the row (HiPerGator: 583 kW became 1.0261 MW), so no row is independent by itself; its note names
the doubts that the row does show. A pair that a curator has given a source of its own is ours and stays as it is.
"""

import re
from collections.abc import Mapping
from itertools import combinations

from dashboard.catalog import chip_names, name_key, sized_key
from dashboard.importers.merging import LEFT_OUT, MATCHED, PREFIX, UNREAD, Doubt, Merge, Publisher, slug, unique
from dashboard.importers.upstream import Upstream, number, number_text

PUBLISHER = Publisher(
    name="Epoch AI",
    work="GPU Clusters",
    licence="CC BY 4.0",
    credit="Epoch AI, GPU Clusters, CC BY 4.0",
    slug="epoch-gpu-clusters",
)
WANTED = (
    "Name",
    "Status",
    "Certainty",
    "Chip type (primary)",
    "Chip quantity (primary)",
    "First Operational Date",
    "Possible Duplicate",
    "Chip type (secondary)",
    "Exclude",
    "Reported Power Capacity (MW)",
)
OPTIONAL = ("Note", "Hardware note", "Quote", "Chip quantity (secondary)", "Source 1")
ORDER = (
    "Name", "Status", "Certainty", "Chip type (primary)", "Chip quantity (primary)", "First Operational Date", "Note",
    "Hardware note", "Quote", "Possible Duplicate", "Chip type (secondary)", "Chip quantity (secondary)", "Exclude",
    "Reported Power Capacity (MW)", "Source 1",
)  # fmt: skip
_STATUS = {"Existing": "operating", "Planned": "announced", "Decommissioned": "retired"}
_PARTITIONS = {"booster", "acc", "gpu", "ai", "c", "g"}
_WORKED_OUT = re.compile(r"estimat|calculat|guess|assum|infer|rough|unclear|based on the power", re.IGNORECASE)


def merge(files: list[Upstream], into: Merge) -> None:
    """Put every cluster with a reported power and one known kind of chip into the pairs."""
    chips = _chip_ids(into)
    made: set[str] = set()
    for file in files:
        found = file.columns(WANTED, OPTIONAL, ORDER)
        for line, row in file.records(found):
            label = f"{row['Name']} (row {line})"
            doubt = _unfit(row, chips)
            ours = "" if doubt else _our_pair(row, chips, into)
            if doubt:
                into.doubt(label, doubt)
            elif ours:
                into.tell(MATCHED, label, f"our own pair {ours}, which stays as it is")
            else:
                pair = _pair(row, chips, into, made)
                before = into.rows("pairs").get(pair["case_id"])
                if before and len(found) < len(WANTED + OPTIONAL):  # fewer doubts to be seen are not fewer doubts
                    pair["note"] = before["note"]
                made.add(pair["case_id"])
                into.tell(into.put("pairs", pair), label, pair["case_id"])


def _chip_ids(into: Merge) -> dict[str, str]:
    chips = into.rows("accelerators").items()
    return chip_names((key, [name.strip() for name in row["aliases"].split(";")], row["name"]) for key, row in chips)


def _chip_id(name: str, chips: Mapping[str, str]) -> str:
    """The chip that goes by a name, the one of its memory where there is one; empty where none does."""
    return chips.get(sized_key(name)) or chips.get(name_key(name), "")


def _unfit(row: Mapping[str, str], chips: Mapping[str, str]) -> Doubt | None:
    """Why a cluster makes no pair; None where it does."""
    power, count, year = (
        row[column] for column in ("Reported Power Capacity (MW)", "Chip quantity (primary)", "First Operational Date")
    )
    chip, state = row["Chip type (primary)"], row["Status"]
    doubts = (
        (not power or number(power) == 0, LEFT_OUT, "no reported power", ""),
        (number(power) is None, UNREAD, "reported power must be a number", power),
        (not row["Name"], LEFT_OUT, "no name", ""),
        (not row["Name"].isprintable(), UNREAD, "its name must be one line", ""),
        (not chip, LEFT_OUT, "no chip named", ""),
        (not count, LEFT_OUT, "no chip count", ""),
        ((number(count) or 0) < 1, UNREAD, "chip count must be a number from 1 on", count),
        (bool(row["Chip type (secondary)"]), LEFT_OUT, "two kinds of chip share the power", ""),
        (not _chip_id(chip, chips), LEFT_OUT, "chip must be one of accelerators.csv", chip),
        (state not in _STATUS, LEFT_OUT, f"status must be one of {', '.join(_STATUS)}", state),
        (not year, LEFT_OUT, "no year of operation", ""),
        (not re.match(r"20[1-4][0-9]", year), UNREAD, "year of operation must be from 2010 to 2049", year),
    )
    return next(((status, reason, value) for wrong, status, reason, value in doubts if wrong), None)


def _our_pair(row: Mapping[str, str], chips: Mapping[str, str], into: Merge) -> str:
    """Our pair of the same machine, whatever the spaces, the partition or the form of the chip in its name."""
    families = {chip_id: chip["family"] for chip_id, chip in into.rows("accelerators").items()}
    family, name = families[_chip_id(row["Chip type (primary)"], chips)], _listed(row["Name"])
    joined = {"".join(name[start:end]) for start, end in combinations(range(len(name) + 1), 2)}
    for case_id, pair in into.rows("pairs").items():
        if pair["source_id"].startswith(PUBLISHER.slug):
            continue
        own = [word for word in _listed(re.sub(r"\(.*?\)", "", pair["name"])) if word not in _PARTITIONS]
        named = bool(own) and (set(own) <= set(name) or "".join(own) in joined)
        count = pair["chip_count"] == f"{number(row['Chip quantity (primary)']):.0f}"
        if named and (count or families.get(pair["chip_id"]) == family):
            return case_id
    return ""


def _listed(name: str) -> list[str]:
    return slug(name).split("-")


def _pair(row: Mapping[str, str], chips: Mapping[str, str], into: Merge, made: set[str]) -> dict[str, str]:
    power, count = number(row["Reported Power Capacity (MW)"]), number(row["Chip quantity (primary)"])
    assert power is not None
    return {
        "case_id": unique(PREFIX + slug(row["Name"])[:80].strip("-"), made),
        "name": row["Name"].strip('"'),
        "chip": row["Chip type (primary)"],
        "chip_id": _chip_id(row["Chip type (primary)"], chips),
        "chip_count": f"{count:.0f}",
        "power": number_text(power),
        "unit": "MW",
        "power_basis": "unknown",
        "year": row["First Operational Date"][:4],
        "status": _STATUS[row["Status"]],
        "independent": "false",
        "source_id": into.source_id,
        "seen": "compilation",
        "note": f"Not independent: {'; '.join(_doubts(row))}.",
    }


def _doubts(row: Mapping[str, str]) -> list[str]:
    said = " ".join(row.get(column, "") for column in ("Note", "Hardware note", "Quote"))
    listed = "top500" in f"{said} {row.get('Source 1', '')}".lower()
    reasons = (
        (True, "the file does not say whose figure the power is"),
        (row["Status"] == "Planned", "planned, so the count may be guessed from the power"),
        (row["Possible Duplicate"] == "True", "a possible duplicate"),
        (bool(row["Exclude"]), "excluded by Epoch AI"),
        (row["Certainty"] != "Confirmed", "not confirmed"),
        (listed, "power from the TOP500 list, raised"),
        (not listed and bool(_WORKED_OUT.search(said)), "count or power is worked out"),
    )
    return [reason for doubtful, reason in reasons if doubtful]
