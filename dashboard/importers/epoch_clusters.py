"""Epoch AI's GPU Clusters: clusters whose power was reported, as pairs that are not scored until a curator says so.

The file does not say who published or measured a reported power. Many are powers of the TOP500 list, raised by half or
more without a word in the row (HiPerGator: 583 kW became 1.0261 MW), so no row is independent by itself; its note names
the doubts that the row does show. A pair that a curator has given a source of its own is ours and stays as it is.
"""

import re
from collections.abc import Mapping
from itertools import combinations

from dashboard.catalog import chip_names, name_key
from dashboard.importers.merging import LEFT_OUT, MATCHED, PREFIX, Merge, Publisher, slug, unique
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
            reason = _unfit(row, chips)
            ours = "" if reason else _our_pair(row, chips, into)
            if reason:
                into.tell(LEFT_OUT, label, reason)
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


def _unfit(row: Mapping[str, str], chips: Mapping[str, str]) -> str:
    """Why a cluster makes no pair; empty where it does."""
    power, count = number(row["Reported Power Capacity (MW)"]), number(row["Chip quantity (primary)"])
    chip = row["Chip type (primary)"]
    reasons = (
        (not row["Reported Power Capacity (MW)"], "no reported power"),
        (not power, f'reported power must be a number, got "{row["Reported Power Capacity (MW)"]}"'),
        (not row["Name"], "no name"),
        (not row["Name"].isprintable(), "its name must be one line"),
        (not chip, "no chip named"),
        (not count or count < 1, "no chip count"),
        (bool(row["Chip type (secondary)"]), "two kinds of chip share the power"),
        (name_key(chip) not in chips, f'chip must be one of accelerators.csv, got "{chip}"'),
        (row["Status"] not in _STATUS, f'status must be one of {", ".join(_STATUS)}, got "{row["Status"]}"'),
        (not re.match(r"20[1-4][0-9]", row["First Operational Date"]), "no year of operation"),
    )
    return next((reason for wrong, reason in reasons if wrong), "")


def _our_pair(row: Mapping[str, str], chips: Mapping[str, str], into: Merge) -> str:
    """Our pair of the same machine, whatever the spaces, the partition or the form of the chip in its name."""
    families = {chip_id: chip["family"] for chip_id, chip in into.rows("accelerators").items()}
    family, name = families[chips[name_key(row["Chip type (primary)"])]], _listed(row["Name"])
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
        "chip_id": chips[name_key(row["Chip type (primary)"])],
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
