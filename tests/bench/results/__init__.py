"""The last figures of each run, with the machine and the date, in load.json."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "load.json"


def keep(name: str, server: Any, seen: Any, seconds: float, visitors: int, driver: float, theirs: float) -> None:
    """Write what a run showed in place of the last of its name."""
    answers = sum(seen.statuses.values())
    write(
        name,
        {
            "visitors": visitors,
            "seconds": seconds,
            "answers_per_second": round(answers / seconds, 1),
            "cpu_server_share_of_a_core": round(theirs / seconds, 2),
            "cpu_driver_share_of_a_core": round(driver / seconds, 2),
            "start_s": round(server.started_in, 2),
            "ready_s": round(server.ready_in, 2),
            "worker_peak": {key: round(value) for key, value in server.peak.items()},
            "statuses": dict(seen.statuses),
            "errors": len(seen.errors),
            "resent": seen.resent,
            "first_errors": seen.errors[:5],
            "mixed_answers": len(seen.mixed_answers),
            "mixed_visits": len(seen.mixed_visits),
            "went_back": len(seen.went_back),
            "versions": dict(seen.versions),
            "slowest": [f"{took:.2f} s {what}" for took, what in reversed(seen.slowest)],
            "times": seen.table(),
        },
    )


def write(name: str, figures: dict[str, Any]) -> None:
    """One entry, with the circumstances."""
    kept = json.loads(FILE.read_text()) if FILE.exists() else {}
    circumstances = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, {platform.python_version()}",
        "load_average_1_5_15": [round(value, 2) for value in os.getloadavg()],
    }
    kept[name] = circumstances | figures
    FILE.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
