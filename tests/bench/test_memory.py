"""Memory of one process over 20,000 mixed requests: flat once it is warm."""

import os
import random
import sys
from pathlib import Path

from dashboard.catalog import SHIPPED, load
from dashboard.web import callbacks, create_app
from dashboard.web.pages import PAGES
from dashboard.web.settings import Settings
from tests.web.fuzzing import NASTY, offered

REQUESTS, WARM = 20_000, 6_000
MOST = 1.10
CHIPS = ("H100", "GB200", "TPU v5p", "Trainium2")


def resident():
    """Resident memory of this process, MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def asked(client, draw, declared, options):
    """One request of a random kind; most have never been asked before, so that no cache helps."""
    figure = draw.choice([name for page in PAGES for name in page.FIGURES])
    text = f"{draw.randrange(1, 10**7)} {draw.choice(CHIPS)}"
    nasty = draw.choice(NASTY)
    kinds = [
        lambda: client.get("/api/estimate", query_string={"text": text}),
        lambda: client.get(f"/figure/{figure}.csv", query_string={"text": text, "load": text, "name": nasty[:50]}),
        lambda: client.get(
            f"/figure/{figure}.json", query_string={"text": text, "theme": draw.choice(["light", "dark"])}
        ),
        lambda: client.get("/convert", query_string={"text": nasty}),
        lambda: client.get("/api/estimate", query_string={"text": nasty}),
        lambda: client.post(callbacks.ROUTE, json=body(draw, declared, options, text)),
        lambda: client.post(callbacks.ROUTE, json=body(draw, declared, options, text)),
        lambda: client.post(callbacks.ROUTE, data=nasty, content_type="application/json"),
        lambda: client.get("/readyz"),
        lambda: client.get("/_dash-layout"),
    ]
    answer = draw.choice(kinds)()
    assert answer.status_code < 500
    answer.close()


def body(draw, declared, options, text):
    """A callback as a page asks it."""
    output, callback = draw.choice(declared)

    def item(slot):
        if slot.pattern:
            return []
        view = {"theme": "light", "width": draw.choice([360, 700, 1080])}
        free = {"view": view, "convert-text": text, "grids-text": text, "address": "/plans", "own": None}
        value = free.get(slot.name, draw.choice(options.get(slot.name, [None])))
        return {"id": slot.name, "property": slot.key, "value": value}

    slots = {part: [item(slot) for slot in getattr(callback, part)] for part in ("inputs", "state")}
    return {"output": output, "outputs": callback.outputs, **slots, "changedPropIds": []}


def test_memory_is_flat_once_warm():
    """After 6,000 requests 14,000 more add less than a tenth."""
    app = create_app(SHIPPED, Settings(limits=0))
    client, draw, catalog = app.server.test_client(), random.Random(1), load()  # noqa: S311 # which page, not a secret
    declared, options = list(callbacks.declared(app).items()), offered([page.layout(catalog, {}) for page in PAGES])
    seen = []

    for count in range(1, REQUESTS + 1):
        asked(client, draw, declared, options)
        if count % 1_000 == 0:
            seen.append(round(resident()))

    sys.stdout.write(f"resident after each 1,000 requests, MB: {seen}\n")
    assert max(seen[WARM // 1_000 :]) <= MOST * seen[WARM // 1_000 - 1]
