"""Epoch AI's Frontier Data Centers: sites and their dated states, beside our own and never over them.

The three files are told apart by their columns: data_centers (sites), data_center_timelines (IT and facility power by
date) and data_center_chip_quantities (chips by date). Most chip counts were worked out from power, so they are no pairs
to score.

What an earlier copy said stays: a state that a later one gives otherwise is a row of that vintage, and a forecast that
the later one no longer has gets a row with the power 0. A state is observed if it is dated up to the copy's day and not
above the power that the copy calls current.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.importers.merging import (
    ADDED,
    LEFT_OUT,
    MATCHED,
    PREFIX,
    UNREAD,
    Doubt,
    Merge,
    Publisher,
    slug,
    unique,
    words,
)
from dashboard.importers.upstream import ImportFileError, Upstream, is_day, number, number_text

PUBLISHER = Publisher(
    name="Epoch AI",
    work="Frontier Data Centers",
    licence="CC BY 4.0",
    credit="Epoch AI, Frontier Data Centers, CC BY 4.0",
    slug="epoch-frontier-data-centers",
    forecasts=True,
)
SITES = ("Name", "Current power (MW)", "Owner", "Users", "Country")
TIMELINE = ("Data center", "Date", "IT power (MW)")
CHIPS = ("Data center", "Date", "Chip type", "Number of Units")
_TAG = re.compile(r"(?P<name>.*?)\s*#(?P<tag>confident|likely|speculative)", re.IGNORECASE)
_STATE = re.compile(r"\s+[A-Z]{2}$")
_RAN = "runs by now; what an earlier copy forecast stays beside it"
_ROUNDED = 1.0  # MW, within which a state is the current power
_FILLING = {"the", "and", "of", "data", "center", "centre", "campus", "project", "site", "county", "phase"}


_State = tuple[int, dict[str, str], str | None]  # line, cells and site of a row of the timeline


@dataclass
class _Known:
    """Sites of the copy: id by upstream name; by id the current power, and the first day of what does not run yet."""

    ids: dict[str, str] = field(default_factory=dict)
    running: dict[str, float] = field(default_factory=dict)
    coming: dict[str, str] = field(default_factory=dict)


def merge(files: list[Upstream], into: Merge) -> None:
    """Put sites, then states, then chips into our tables, whichever of the three files are given.

    Raises:
        ImportFileError: a file is none of the three.
    """
    kinds = [_kind(file) for file in files]
    known = _Known()
    steps = {"sites": _sites, "timeline": _timeline, "chips": _chips}
    for step, read in steps.items():
        for file, kind in zip(files, kinds, strict=True):
            if kind == step:
                read(file, known, into)
    if "timeline" not in kinds:
        _current(known, into)
    stated = {row["site_id"] for row in into.rows("milestones").values()}
    for site in {site for site in known.ids.values() if site.startswith(PREFIX)} - stated:
        into.take_out("sites", site, "no state with a power or chips")
    ran = sum(entry.reason == _RAN for entry in into.entries)
    if ran:
        into.notes.append(f"states that run by now, beside what an earlier copy forecast: {ran}")


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


def _sites(file: Upstream, known: _Known, into: Merge) -> None:
    """Note the site of each upstream name, ours or the new one, and its current power."""
    found = file.columns(SITES, ("Current chip types",), (*SITES[:-1], "Current chip types", "Country"))
    rows = list(file.records(found))
    ours = {line: _our_site(row, into) for line, row in rows}
    shared = Counter(site for site, _ in ours.values() if site)
    for line, row in rows:
        name = row["Name"]
        site, several = ours[line]
        power = number(row["Current power (MW)"])
        doubt = (LEFT_OUT, several, "") if several else _unfit(row, into)
        if row["Current power (MW)"] and power is None:
            into.tell(UNREAD, name, "current power must be a number", value=row["Current power (MW)"])
        elif site and shared[site] > 1:
            into.tell(LEFT_OUT, name, f"our one row {site} holds several of these sites")
        elif site:
            known.ids[name] = site
            into.tell(MATCHED, name, f"our own site {site}, which stays as it is")
        elif doubt:
            into.doubt(name, doubt)
        else:
            known.ids[name] = PREFIX + slug(name)
            into.tell(into.put("sites", _site_row(row, into)), name, known.ids[name])
        if name in known.ids and power is not None:
            known.running[known.ids[name]] = power


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


def _unfit(row: Mapping[str, str], into: Merge) -> Doubt | None:
    if not row["Name"]:
        return LEFT_OUT, "has no name", ""
    if not all(row[column].isprintable() for column in ("Name", "Owner", "Users")):
        return UNREAD, "name, owner and users must each be one line", ""
    if _country(row["Country"], into) is None:
        return LEFT_OUT, "country must be one of grids.csv", row["Country"]
    return None if _people(row["Owner"]) else (LEFT_OUT, "Owner must name the operator, got nothing sure", "")


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
    site_id, chips = PREFIX + slug(row["Name"]), row.get("Current chip types")
    had = into.rows("sites").get(site_id, {}).get("chip_name", "")
    return {
        "site_id": site_id,
        "name": row["Name"],
        "operator": "; ".join(_people(row["Owner"])),
        "user": "; ".join(_people(row["Users"])),
        "country": country,
        "grid_id": country,
        "chip_name": had if chips is None else "/".join(part.strip() for part in chips.split(",") if part.strip()),
        "own_power": "false",
        "note": " ".join(notes),
    }


# --- states ----------------------------------------------------------------------------------------------------------


def _timeline(file: Upstream, known: _Known, into: Merge) -> None:
    found = file.columns(TIMELINE, ("Power (MW)",))
    rows = [(line, row, _site(row["Data center"], known, into)) for line, row in file.records(found)]
    days: dict[str, set[str]] = {site: set() for _, _, site in rows if site}
    rows = _without_twins(rows, days, into)
    _note_coming(file.name, [(site, row) for _, row, site in rows if site], known, into)
    for line, row, site in rows:
        day, power = row["Date"], number(row["IT power (MW)"])
        label = f"{row['Data center']}, {day} (row {line})"
        if site is None:
            into.tell(LEFT_OUT, label, "its site was left out, or data_centers.csv was not given with it")
        elif not is_day(day):
            into.tell(UNREAD, label, "date must be a day such as 2026-08-22", value=day)
            days.pop(site, None)
        elif power is None:
            said = row["IT power (MW)"]
            into.doubt(label, (UNREAD, "IT power must be a number", said) if said else (LEFT_OUT, "no IT power", ""))
            days.pop(site, None)
        elif power == 0:
            into.tell(LEFT_OUT, label, "no power yet: building works only")
        else:
            _put(_state(known, into, site, day, _size(power, row, _state_id(site, day), into)), label, into)
            days.get(site, set()).add(day)
    _take_back(days, into)


def _without_twins(rows: list[_State], days: dict[str, set[str]], into: Merge) -> list[_State]:
    """The rows without those of one site and day that differ: neither is taken, nor anything of the site taken back."""
    said: dict[tuple[str, str], dict[tuple[str, str], list[int]]] = {}
    for line, row, site in rows:
        if site:
            power = row["IT power (MW)"], row.get("Power (MW)", "")
            said.setdefault((site, row["Date"]), {}).setdefault(power, []).append(line)
    twins = {key: powers for key, powers in said.items() if len(powers) > 1}
    for (site, day), powers in twins.items():
        lines = ", ".join(str(line) for line in sorted(line for at in powers.values() for line in at))
        told = ", ".join(f"{it} MW of IT" + (f" with {facility} MW" if facility else "") for it, facility in powers)
        count = sum(len(at) for at in powers.values())
        into.tell(LEFT_OUT, f"{site}, {day} (rows {lines})", "rows of one site and day differ", count, told)
        days.pop(site, None)
    return [(line, row, site) for line, row, site in rows if (site, row["Date"]) not in twins]


def _size(it_power: float, row: Mapping[str, str], key: str, into: Merge) -> dict[str, str]:
    """The facility power where the copy has it, for each site has its own overhead there; else the IT power.

    A copy without that column says nothing else of a state whose IT power is the same.
    """
    note = f"IT power {number_text(it_power)} MW by the same model."
    before = into.newest("milestones", key)
    if "Power (MW)" not in row and before is not None and before["note"] == note:
        return {column: before[column] for column in ("power", "power_basis", "note")}
    facility = number(row.get("Power (MW)", ""))
    if facility is not None and facility >= it_power:
        return {"power": number_text(facility), "power_basis": "facility", "note": note}
    return _it(
        it_power, f"Facility power {number_text(facility)} MW there, below it and not taken." if facility else ""
    )


def _it(power: float, note: str = "") -> dict[str, str]:
    return {"power": number_text(power), "power_basis": "it", "note": note}


def _site(name: str, known: _Known, into: Merge) -> str | None:
    """The site of an upstream name: from the sites file given, or imported before."""
    imported = PREFIX + slug(name)
    return known.ids.get(name) or (imported if name and imported in into.rows("sites") else None)


def _note_coming(file: str, rows: list[tuple[str, dict[str, str]]], known: _Known, into: Merge) -> None:
    """Note from when on a site's states lie above its current power, though the copy's day has passed them."""
    count = 0
    for site, running in known.running.items():
        days = {row["Date"]: number(row["IT power (MW)"]) or 0.0 for of, row in rows if of == site}
        for day in sorted((day for day in days if is_day(day) and day <= into.as_of.isoformat()), reverse=True):
            if days[day] <= running + _ROUNDED:
                break
            known.coming[site] = day
            count += 1
    if count:
        into.notes.append(f"{file}: dated up to the copy's day, but above the current power, so forecasts: {count}")


def _take_back(days: Mapping[str, set[str]], into: Merge) -> None:
    """Set to 0 what an earlier copy forecast for sites whose states in this one are all understood and without it."""
    milestones = into.rows("milestones")
    for key, first in list(milestones.items()):
        site, day = first["site_id"], first["date"]
        if site not in days or day in days[site] or key != _state_id(site, day):
            continue
        newest = into.newest("milestones", key)
        assert newest is not None
        if newest["basis"] != "forecast" or newest["power"] == "0":
            continue
        same = [name for name, row in milestones.items() if (row["site_id"], row["date"]) == (site, day)]
        if all(name.startswith(PREFIX) for name in same):
            said = f"Not in the copy of {into.as_of.isoformat()}."
            gone = {"power": "0", "marks": "", "note": said, "source_id": into.source_id}
            into.put_vintage("milestones", {**newest, **gone, "milestone_id": key, "vintage": into.as_of.isoformat()})
            into.notes.append(f"{key}: forecast by an earlier copy, not in this one: a row with the power 0")
        else:
            into.notes.append(f"{key}: not in this copy; it stays, for a row of our own has the same site and date")


def _current(known: _Known, into: Merge) -> None:
    """Without a timeline, the current power is the state of the copy's day."""
    for site, power in known.running.items():
        if power:
            into.put_vintage("milestones", _state(known, into, site, into.as_of.isoformat(), _it(power)))


def _state_id(site: str, day: str) -> str:
    return f"{PREFIX}{site.removeprefix(PREFIX)}-{day}-it"


def _state(known: _Known, into: Merge, site: str, day: str, size: Mapping[str, str]) -> dict[str, str]:
    return {**_dated(known, into, site, day), "milestone_id": _state_id(site, day), "unit": "MW", **size}


def _put(row: Mapping[str, str], label: str, into: Merge) -> None:
    before = into.newest("milestones", row["milestone_id"])
    status = into.put_vintage("milestones", row)
    ran = before is not None and before["basis"] == "forecast" != row["basis"]
    into.tell(status, label, _RAN if ran and status == ADDED else "")


def _dated(known: _Known, into: Merge, site: str, day: str) -> dict[str, str]:
    """What every state says of its time: after the copy's day, and above what runs, it is a forecast."""
    past = day <= into.as_of.isoformat() and day < known.coming.get(site, "9999")
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
        "marks": "",
    }


def _chips(file: Upstream, known: _Known, into: Merge) -> None:
    found = file.columns(CHIPS, ("Number of Units source",))
    made: set[str] = set()
    for line, row in file.records(found):
        name, day, chip = row["Data center"], row["Date"], row["Chip type"]
        site, count = _site(name, known, into), number(row["Number of Units"])
        label = f"{chip} at {name or 'no data center'}, {day} (row {line})"
        if site is None:
            into.tell(LEFT_OUT, label, "its site was left out, or data_centers.csv was not given with it")
        elif not is_day(day):
            into.tell(UNREAD, label, "date must be a day such as 2026-08-22", value=day)
        elif count is None and row["Number of Units"]:
            into.tell(UNREAD, label, "number of units must be a number", value=row["Number of Units"])
        elif not chip or not count:
            into.tell(LEFT_OUT, label, "no chip, or none of it")
        else:
            dated = _dated(known, into, site, day)
            key = unique(f"{PREFIX}{site.removeprefix(PREFIX)}-{day}-{slug(chip)}", made)
            made.add(key)
            if dated["basis"] == "estimated" and _is_disclosed(row, key, into):
                dated["basis"] = "disclosed"
            _put({**dated, "milestone_id": key, "chip_name": chip, "chip_count": f"{count:.0f}"}, label, into)


def _is_disclosed(row: Mapping[str, str], key: str, into: Merge) -> bool:
    if "Number of Units source" not in row:
        return (into.newest("milestones", key) or {}).get("basis") == "disclosed"
    return row["Number of Units source"] == "Company disclosure"
