"""No question makes the server break or hang: random queries by the OpenAPI description, random bodies by declaration.

`FUZZ=1000 pytest tests/web/test_fuzz.py --numprocesses 0 --capture no` is the long run: so many for each route and each
callback, with readers' own tables among them, and what came of it.
"""

import json
import os
import sys
from collections import Counter
from time import perf_counter, process_time

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dashboard import records
from dashboard.catalog import SHIPPED
from dashboard.web import callbacks, create_app
from dashboard.web.openapi import description
from dashboard.web.pages import PAGES, convert
from dashboard.web.settings import Settings
from tests.web import fuzzing

COUNT = int(os.environ.get("FUZZ", "0"))
LONGEST = 5.0  # seconds of work for one answer, whatever else the machine does meanwhile
DASHS_OWN = ("/_dash", "/_reload", "/_favicon", "/assets", "/static", "/<path:path>")
WHOLE = settings(
    max_examples=COUNT or 5,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
)


@pytest.fixture(scope="module")
def app():
    """A dashboard that refuses nobody for asking too much."""
    return create_app(SHIPPED, Settings(limits=0))


class Seen:
    """How a route's answers came out."""

    def __init__(self, name):
        self.name, self.told, self.longest, self.waited = name, Counter(), 0.0, 0.0

    def ask(self, questions, send):
        """Each answer is below 500, in time, and a refusal is one line; some questions reach the route itself."""

        @WHOLE
        @given(questions)
        def one(question):
            began, at = process_time(), perf_counter()
            answer = send(question)
            text, self.waited = answer.text, max(self.waited, perf_counter() - at)
            self.judge(answer.status_code, text, process_time() - began)

        one()
        if COUNT:
            longest = f"longest {self.longest:.2f} s of work, {self.waited:.2f} s by the clock"
            sys.stdout.write(f"{self.name} {dict(self.told)} {longest}\n")
        assert self.told[200] + self.told[204] > 0

    def judge(self, status, text, seconds):
        """One answer."""
        self.longest = max(self.longest, seconds)
        self.told[status] += 1
        assert status < 500, text
        assert seconds < LONGEST
        if status >= 400:
            assert "\n" not in json.loads(text)["error"]


def typed(case, text):
    """A question with a text that can be read."""
    case.query = {**case.query, "text": text}
    return case


def test_every_address_for_programs_is_described(app):
    """The description has each of our routes, and no other."""
    rules = {rule.rule for rule in app.server.url_map.iter_rules() if not rule.rule.startswith(DASHS_OWN)}
    pages = {page.PATH for page in PAGES if page.PATH != "/"}

    assert {rule.replace("<", "{").replace(">", "}") for rule in rules} == set(description()["paths"]) - pages


def test_random_queries_are_answered_or_refused(app, subtests):
    """Every address, with texts of all kinds where it takes any, answers below 500 and within seconds."""
    import schemathesis
    from schemathesis import GenerationMode

    described = schemathesis.openapi.from_dict(description())
    described.app = app.server
    for found in described.get_all_operations():
        operation = found.ok()
        seen = Seen(f"{operation.method.upper()} {operation.path}")

        questions = operation.as_strategy()
        if operation.definition.raw["parameters"]:
            questions = st.one_of(questions, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
        if "text" in {item["name"] for item in operation.definition.raw["parameters"]}:
            questions = st.one_of(questions, st.builds(typed, questions, st.sampled_from(convert.EXAMPLES)))
        with subtests.test(seen.name):
            seen.ask(questions, lambda case: case.call(headers={"Accept-Encoding": "identity"}))


def test_random_bodies_are_answered_or_refused(app, subtests, catalog):
    """Whatever a browser or a stranger sends to a callback, the answer is below 500 and comes within seconds."""
    client = app.server.test_client()
    offered = fuzzing.offered([page.layout(catalog, {}) for page in PAGES])
    shipped = {name: (SHIPPED / f"{name}.csv").read_text() for name in records.TABLES}
    own = fuzzing.tables(shipped) if COUNT else fuzzing.junk
    known = {"address": fuzzing.addresses(PAGES), "view": fuzzing.windows, "own": own, "data-candidate": own}
    for output, declared in callbacks.declared(app).items():
        with subtests.test(output):
            Seen(output).ask(
                fuzzing.bodies(output, declared, offered, known),
                lambda body: client.post(callbacks.ROUTE, data=json.dumps(body), content_type="application/json"),
            )
