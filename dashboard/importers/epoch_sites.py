"""Epoch AI's Frontier Data Centers: sites and their dated states, beside our own and never over them.

The three files are told apart by their columns: data_centers (sites), data_center_timelines (IT power by date) and
data_center_chip_quantities (chips by date). Most chip counts were worked out from power, so they are no pairs to score.
"""

import re
from collections import Counter
from collections.abc import Mapping

from dashboard.importers.merging import LEFT_OUT, MATCHED, PREFIX, Merge, Publisher, slug, unique, words
from dashboard.importers.upstream import ImportFileError, Upstream, number, number_text

PUBLISHER = Publisher(
    name="Epoch AI",
    work="Frontier Data Centers",
    licence="CC BY 4.0",
    credit="Epoch AI, Frontier Data Centers, CC BY 4.0",
    slug="epoch-frontier-data-centers",
)
SITES = ("Name", "Current power (MW)", "Owner", "Users", "Country")
TIMELINE = ("Data center", "Date", "IT power (MW)")
CHIPS = ("Data center", "Date", "Chip type", "Number of Units")
_TAG = re.compile(r"(?P<name>.*?)\s*#(?P<tag>confident|likely|speculative)", re.IGNORECASE)
_STATE = re.compile(r"\s+[A-Z]{2}$")
_FILLING = {"the", "and", "of", "data", "center", "centre", "campus", "project", "site", "county", "phase"}


def merge(files: list[Upstream], into: Merge) -> None:
    """Put sites, then states, then chips into our tables, whichever of the three files are given.

    Raises:
        ImportFileError: a file is none of the three.
    """
    kinds = [_kind(file) for file in files]
    names: dict[str, str] = {}
    for file, kind in zip(files, kinds, strict=True):
        if kind == "sites":
            names |= _sites(file, into, with_power="timeline" not in kinds)
    for file, kind in zip(files, kinds, strict=True):
        if kind == "timeline":
            _timeline(file, names, into)
        elif kind == "chips":
            _chips(file, names, into)


def _kind(file: Upstream) -> str:
    if "IT power (MW)" in file.header and "Data center" in file.header:
        return "timeline"
    if "Chip type" in file.header and "Data center" in file.header:
        return "chips"
    if "Data center" in file.header and "Date" in file.header:
        file.columns(TIMELINE)
    if "Name" in file.header:
        return "sites"
    file.columns(SITES)
    raise ImportFileError(f"{file.name}: must be one of Epoch AI's three tables of data centres, got another")


# --- sites -----------------------------------------------------------------------------------------------------------


def _sites(file: Upstream, into: Merge, *, with_power: bool) -> dict[str, str]:
    """Each upstream name with the id of its site, ours or the new one."""
    found = file.columns(SITES, ("Current chip types",), (*SITES[:-1], "Current chip types", "Country"))
    rows = list(file.records(found))
    ours = {line: _our_site(row, into) for line, row in rows}
    shared = Counter(site for site, _ in ours.values() if site)
    names: dict[str, str] = {}
    for line, row in rows:
        name = row["Name"]
        site, doubt = ours[line]
        reason = doubt or _unfit(row, into)
        if site and shared[site] > 1:
            into.tell(LEFT_OUT, name, f"our one row {site} holds several of these sites")
        elif site:
            names[name] = site
            into.tell(MATCHED, name, f"our own site {site}, which stays as it is")
        elif reason:
            into.tell(LEFT_OUT, name, reason)
        else:
            names[name] = PREFIX + slug(name)
            into.tell(into.put("sites", _site_row(row, into)), name, names[name])
        if with_power and name in names:
            _state(into, names[name], into.as_of.isoformat(), row["Current power (MW)"])
    return names


def _our_site(row: Mapping[str, str], into: Merge) -> tuple[str, str]:
    """The one site of ours that this is, or the doubt if it may be several or only part of one."""
    firms = words(*_people(row["Owner"], all_tags=True), *_people(row["Users"], all_tags=True))
    own = words(_STATE.sub("", row["Name"])) - _FILLING
    country = _country(row["Country"], into)
    certain: list[str] = []
    doubtful: list[str] = []
    for site_id, site in into.rows("sites").items():
        theirs = words(site["operator"], site["user"])
        place = words(site["name"], site_id) - theirs
        telling = own - firms - theirs
        common = {word for word in telling & place if not word.isdecimal()}
        if site_id.startswith(PREFIX) or site["country"] != country or not common:
            continue
        if not theirs & (firms | own) and telling != words(site["name"]) - _FILLING:
            continue
        (certain if telling <= place | words(site["region"]) else doubtful).append(site_id)
    if len(certain) == 1:
        return certain[0], ""
    if certain or doubtful:
        return "", f"may be, or be a part of, our {', '.join(certain or doubtful)}"
    return "", ""


def _unfit(row: Mapping[str, str], into: Merge) -> str:
    if not row["Name"]:
        return "has no name"
    if _country(row["Country"], into) is None:
        return f'country must be one of grids.csv, got "{row["Country"]}"'
    return "" if _people(row["Owner"]) else "Owner must name the operator, got nothing sure"


def _country(name: str, into: Merge) -> str | None:
    grids = into.rows("grids")
    return next((key for key, row in grids.items() if row["kind"] == "country" and row["name"] == name), None)


def _people(text: str, *, all_tags: bool = False) -> list[str]:
    """Names without their tags; what is only speculative is left away unless asked for."""
    names = []
    for part in text.split(","):
        match = _TAG.fullmatch(part.strip())
        name, tag = (match["name"], match["tag"].lower()) if match else (part.strip(), "")
        if name and (all_tags or tag != "speculative"):
            names.append(name)
    return names


def _site_row(row: Mapping[str, str], into: Merge) -> dict[str, str]:
    country = _country(row["Country"], into) or ""
    guessed = sorted(set(_people(row["Users"], all_tags=True)) - set(_people(row["Users"])))
    notes = ["After Epoch AI."]
    if guessed:
        notes.append(f"Users that Epoch AI holds only as speculative: {', '.join(guessed)}.")
    return {
        "site_id": PREFIX + slug(row["Name"]),
        "name": row["Name"],
        "operator": "; ".join(_people(row["Owner"])),
        "user": "; ".join(_people(row["Users"])),
        "country": country,
        "grid_id": country,
        "chip_name": "/".join(part.strip() for part in row.get("Current chip types", "").split(",") if part.strip()),
        "own_power": "false",
        "note": " ".join(notes),
    }


# --- states ----------------------------------------------------------------------------------------------------------


def _timeline(file: Upstream, names: Mapping[str, str], into: Merge) -> None:
    found = file.columns(TIMELINE, ("Power (MW)",))
    for line, row in file.records(found):
        name, day = row["Data center"], row["Date"]
        site = _known(name, names, into)
        label = f"{name}, {day} (row {line})"
        if site is None:
            into.tell(LEFT_OUT, label, "its site was not understood, or data_centers.csv was not given with it")
        elif not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
            into.tell(LEFT_OUT, label, f'date must be a day such as 2026-08-22, got "{day}"')
        elif (power := number(row["IT power (MW)"])) is None:
            into.tell(LEFT_OUT, label, f'IT power must be a number, got "{row["IT power (MW)"]}"')
        elif power == 0:
            into.tell(LEFT_OUT, label, "no power yet: building works only")
        else:
            facility = number(row.get("Power (MW)", ""))
            note = f"Facility power {number_text(facility)} MW by the same model." if facility else ""
            into.tell(_state(into, site, day, row["IT power (MW)"], note), label)


def _known(name: str, names: Mapping[str, str], into: Merge) -> str | None:
    """The site of an upstream name: from the sites file given, or imported before."""
    imported = PREFIX + slug(name)
    return names.get(name) or (imported if name and imported in into.rows("sites") else None)


def _state(into: Merge, site: str, day: str, power: str, note: str = "") -> str:
    megawatts = number(power)
    if not megawatts:
        return LEFT_OUT
    row = {
        **_dated(into, site, day),
        "milestone_id": f"{PREFIX}{site.removeprefix(PREFIX)}-{day}-it",
        "power": number_text(megawatts),
        "unit": "MW",
        "power_basis": "it",
        "note": note,
    }
    return into.put("milestones", row)


def _dated(into: Merge, site: str, day: str) -> dict[str, str]:
    """What every state says of its time: after the copy's date it is a forecast."""
    past = day <= into.as_of.isoformat()
    return {
        "site_id": site,
        "date": day,
        "kind": "operating" if past else "planned",
        "status": "energised" if past else "building",
        "basis": "estimated" if past else "forecast",
        "vintage": into.as_of.isoformat(),
        "confidence": "medium",
        "source_id": into.source_id,
        "seen": "page",
    }


def _chips(file: Upstream, names: Mapping[str, str], into: Merge) -> None:
    found = file.columns(CHIPS, ("Number of Units source",))
    made: set[str] = set()
    for line, row in file.records(found):
        name, day, chip = row["Data center"], row["Date"], row["Chip type"]
        site, count = _known(name, names, into), number(row["Number of Units"])
        label = f"{chip} at {name or 'no data center'}, {day} (row {line})"
        if site is None:
            into.tell(LEFT_OUT, label, "its site was not understood, or data_centers.csv was not given with it")
        elif not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) or not chip or not count:
            into.tell(LEFT_OUT, label, f'date, chip and count must be given, got "{day}", "{chip}", "{count}"')
        else:
            dated = _dated(into, site, day)
            if row.get("Number of Units source") == "Company disclosure" and dated["basis"] == "estimated":
                dated["basis"] = "disclosed"
            key = unique(f"{PREFIX}{site.removeprefix(PREFIX)}-{day}-{slug(chip)}", made)
            made.add(key)
            row_of_ours = {**dated, "milestone_id": key, "chip_name": chip, "chip_count": f"{count:.0f}"}
            into.tell(into.put("milestones", row_of_ours), label)
