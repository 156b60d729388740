"""What stands before every route: origin, sizes, limits per address, headers; and what a callback may be asked."""

import json
import re

import pytest
from limits.storage import SCHEMES

from dashboard.catalog import SHIPPED
from dashboard.web import callbacks, create_app, guard
from dashboard.web.live import Live
from dashboard.web.own import MAX_COLUMNS, MAX_ROWS, MAX_TEXT, too_big
from dashboard.web.settings import CLIENTS, Settings

HOME = "..home-parts.data...home-query.data.."
VIEW = {"theme": "light", "width": 1080}


@pytest.fixture(scope="module")
def client():
    """A client of a dashboard with the usual limits."""
    return create_app(SHIPPED).server.test_client()


def body(**changed):
    """What the browser sends for the first page, with parts changed."""
    inputs = [
        {"id": "home-basis", "property": "value", "value": "it"},
        {"id": "view", "property": "data", "value": VIEW},
        {"id": "own", "property": "data", "value": None},
    ]
    outputs = [{"id": "home-parts", "property": "data"}, {"id": "home-query", "property": "data"}]
    whole = {"output": HOME, "outputs": outputs, "inputs": inputs, "state": [], "changedPropIds": ["view.data"]}
    return {**whole, **changed}


def inputs(name, value):
    """The inputs with one value changed."""
    return [{**item, "value": value} if item["id"] == name else item for item in body()["inputs"]]


def test_a_callback_that_asks_as_the_page_does_is_answered(client):
    """The browser's own question gets its answer."""
    assert client.post(callbacks.ROUTE, json=body()).status_code == 200


@pytest.mark.parametrize("width", ['"9**9**9"', "[360]", '{"a": 1}', "null", "true", "-1", "1e15"])
def test_a_width_that_is_none_is_a_usual_one(client, width):
    """Whatever stands where a window's width should be, pages with a figure and pages with a table are answered."""
    table = {
        "output": "..data-body.children...data-query.data..",
        "outputs": [{"id": "data-body", "property": "children"}, {"id": "data-query", "property": "data"}],
        "inputs": [
            {"id": "data-table", "property": "value", "value": "claims"},
            {"id": "own", "property": "data", "value": {}},
            {"id": "view", "property": "data", "value": {"width": "?"}},
        ],
        "state": [],
        "changedPropIds": ["data-table.value"],
    }

    for sent in (body(inputs=inputs("view", {"width": "?"})), table):
        text = json.dumps(sent).replace('"?"', width)
        answer = client.post(callbacks.ROUTE, data=text, content_type="application/json")
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("{", "body: must be JSON"),
        ("[" * 100_000, "body: must be JSON"),
        ("[]", "body: must be an object, got a list of 0"),
        ("{}", "output: must be that of a callback"),
        (body(output="nothing.children"), "output: must be that of a callback"),
        (body(output="home-query.id"), "output: must be that of a callback"),
        (body(output=["home"]), "output: must be that of a callback"),
        (body(outputs={"id": "home-parts", "property": "data"}), "outputs: must be those"),
        (body(inputs=body()["inputs"][:2]), "inputs: must be a list of 3, got a list of 2"),
        (body(inputs=body()["inputs"][::-1]), "home-basis.value: must be named so"),
        (
            body(inputs=inputs("home-basis", ["it"])),
            "home-basis.value: input should be a valid string, got a list of 1",
        ),
        (body(inputs=inputs("home-basis", "x" * 20_001)), "home-basis.value: must be at most 20,000 characters"),
        (body(inputs=inputs("view", "wide")), "view.data: input should be a valid dictionary, got a text"),
        (body(inputs=inputs("view", {"width": float("nan")})), "numbers up to 2^53"),
        (body(inputs=inputs("view", {"width": 10**400})), "numbers up to 2^53"),
        (body(inputs=inputs("own", "\ud800")), "half a surrogate pair"),
        (body(inputs=inputs("own", [[]] * 30_000)), "at most 20,000 parts"),
        (body(inputs=inputs("own", json.loads("[" * 40 + "]" * 40))), "at most 24 deep"),
        (body(changedPropIds=[1]), "changedPropIds: must be a list of texts"),
        (body(state=None), "state: must be a list of 0, got nothing"),
    ],
)
def test_what_no_callback_was_made_for_gets_one_line(client, sent, told):
    """400 and where, what was expected and what came."""
    text = sent if isinstance(sent, str) else json.dumps(sent)

    answer = client.post(callbacks.ROUTE, data=text, content_type="application/json")

    assert answer.status_code == 400
    assert told in answer.get_json()["error"]
    assert "\n" not in answer.get_json()["error"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://localhost"}, 200),  # a proxy took the s off
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[::1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_only_our_own_pages_make_a_browser_post(client, headers, status):
    """Another site's page is refused, whichever of the two headers tells."""
    answer = client.post(callbacks.ROUTE, json=body(), headers=headers)

    assert answer.status_code == status
    assert status == 200 or "origin: must be" in answer.get_json()["error"]


def test_other_sites_may_read_what_is_public(client):
    """A GET from anywhere is answered: figures are for quoting."""
    assert client.get("/figure/deals.csv", headers={"Origin": "http://news.example"}).status_code == 200


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("/api/estimate?text=" + "9" * 5_000, 414, "query: must be at most 4,000"),
        ("/_dash-component-suites/nothing/at.js", 404, "address: must be one of"),
        ("/_dash-component-suites/dash/../../etc/passwd", 404, "address: must be one of"),
        ("/assets/nothing.js", 404, "address: must be one of"),
        ("/figure/energy.png", 404, "address: must be one of"),
        ("/api/", 404, "address: must be one of"),
        ("/data/claims.csv/more", 404, "address: must be one of"),
    ],
)
def test_refusals_are_one_line_of_json(client, address, status, told):
    """Also where flask or dash would have answered with a page of their own."""
    answer = client.get(address)

    assert answer.status_code == status
    assert told in answer.get_json()["error"]


@pytest.mark.parametrize("body", [{"json": {}}, {"data": {"text": "30 GW"}}, {}])
@pytest.mark.parametrize("address", ["/api/estimate", "/figure/deals.csv", "/healthz", "/nothing"])
def test_a_post_that_an_address_does_not_take_is_told_what_it_takes(client, address, body):
    """405, whatever the body is: who mended that would be refused again."""
    answer = client.post(address, **body)

    assert answer.status_code == 405
    assert answer.get_json()["error"] == "method: must be GET or HEAD, which this address takes, got POST"


@pytest.mark.parametrize("address", ["/figure/deals.passport.json", callbacks.ROUTE])
def test_a_body_of_another_kind_is_refused_in_our_words(client, address):
    """415 and the kind that a body must be of."""
    answer = client.post(address, data="x")

    assert (answer.status_code, answer.get_json()["error"]) == (415, guard.LINES[415])


@pytest.mark.parametrize(("address", "status"), [("/data/", 200), ("/nowhere", 404), ("/api", 404)])
def test_a_reader_who_strays_finds_a_page(client, address, status):
    """Where no files are, what is not there is a page for readers."""
    answer = client.get(address)

    assert (answer.status_code, answer.mimetype) == (status, "text/html")


def test_a_body_that_is_too_big_is_not_read(client):
    """413 with the limit."""
    answer = client.post(callbacks.ROUTE, data=b"x" * (guard.MAX_BODY + 1), content_type="application/json")

    assert answer.status_code == 413
    assert "8,000,000 bytes" in answer.get_json()["error"]


def test_headers_for_all_and_frames_for_one(client):
    """Nobody frames a page but the one made for frames; strict transport is said where there is one."""
    page, frame = client.get("/healthz").headers, client.get("/embed/deals").headers
    safe = client.get("/healthz", base_url="https://localhost").headers

    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame
    assert page["Cross-Origin-Opener-Policy"] == frame["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in page
    assert "max-age" in safe["Strict-Transport-Security"]


def test_no_script_stands_in_a_page(client):
    """Neither is one sent nor would one run."""
    html = client.get("/").text
    scripts = re.findall(r"<script([^>]*)>([^<]*)</script>", html)

    assert len(scripts) > 5
    assert all("src=" in marks or 'type="application/json"' in marks for marks, _ in scripts)
    assert not re.search(r"<[^>]+\son\w+=", html)
    assert "script-src 'self';" in client.get("/").headers["Content-Security-Policy"]


def test_debug_cannot_be_switched_on_from_outside(monkeypatch):
    """Flask's and Dash's variables for developers change nothing here."""
    monkeypatch.setenv("FLASK_DEBUG", "1")
    monkeypatch.setenv("DASH_DEBUG", "1")

    assert not create_app(SHIPPED).server.debug


def test_a_flood_from_one_address_is_told_to_wait():
    """429 with Retry-After, for that address alone and its costly requests alone."""
    client = create_app(SHIPPED, Settings(limits=2 / guard.FILES, proxies=1)).server.test_client()

    def ask(address, path="/api/estimate?text=nothing"):
        return client.get(path, headers={"X-Forwarded-For": address})

    statuses = [ask("192.0.2.1").status_code for _ in range(3)]
    refused = ask("192.0.2.1")

    assert statuses == [400, 400, 429]
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert "too many from one address" in refused.get_json()["error"]
    assert ask("192.0.2.2").status_code == 400
    for path in ("/look.json?address=%2Fconvert", "/", "/convert?text=1+GW"):  # work out the same as a file
        assert ask("192.0.2.1", path).status_code == 429
    assert ask("192.0.2.1", "/healthz").status_code == 200


def test_nobody_chooses_an_address_where_no_proxy_was_named():
    """X-Forwarded-For is not believed, so it does not get around a limit."""
    client = create_app(SHIPPED, Settings(limits=1 / guard.FILES)).server.test_client()
    asked = [client.get("/api/estimate", headers={"X-Forwarded-For": f"192.0.2.{i}"}).status_code for i in range(2)]

    assert asked == [400, 429]


def test_uploads_have_a_limit_of_their_own():
    """The narrow limit holds for uploads and leaves other callbacks alone."""
    client = create_app(SHIPPED, Settings(limits=1 / guard.UPLOADS)).server.test_client()
    file = {"id": "data-file", "property": "data", "value": {"contents": "nothing"}}
    table = {"id": "data-table", "property": "value", "value": "claims"}
    outputs = [{"id": "data-report", "property": "children"}, {"id": "data-candidate", "property": "data"}]
    upload = {
        "output": "..data-report.children...data-candidate.data..",
        "outputs": outputs,
        "inputs": [file],
        "state": [table],
    }

    assert [client.post(callbacks.ROUTE, json=upload).status_code for _ in range(2)] == [200, 429]
    assert client.post(callbacks.ROUTE, json=body()).status_code == 200


def test_limits_can_be_switched_off():
    """With 0 nothing is counted."""
    client = create_app(SHIPPED, Settings(limits=0)).server.test_client()

    assert "ratelimit" not in str(client.application.extensions).lower()
    assert client.get("/api/estimate").status_code == 400


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DASHBOARD_PROXIES", "one"),
        ("DASHBOARD_PROXIES", "1.5"),
        ("DASHBOARD_LIMITS", "-1"),
        ("DASHBOARD_METRICS", "yes"),
        ("DASHBOARD_LIMITS_STORAGE", "nonsense"),
        ("DASHBOARD_PACKED", "/no/such/folder"),
        ("PROMETHEUS_MULTIPROC_DIR", "/no/such/folder"),
        ("PROMETHEUS_MULTIPROC_DIR", ""),
    ],
)
def test_a_variable_that_cannot_be_read_ends_the_start(variable, value):
    """The line names the variable and what it was."""
    with pytest.raises(ValueError, match=f'{variable}: must be .*, got "{value}"'):
        Settings.of({"DASHBOARD_METRICS": "1", variable: value})


def test_every_place_of_the_limits_library_is_known():
    """The kinds of address that we let through are those of the library, but for what needs another kind of server."""
    assert set(CLIENTS) == {kind for kind in SCHEMES if not kind.startswith("async+")}


def test_no_place_is_the_memory():
    """An empty variable is as none."""
    assert Settings.of({"DASHBOARD_LIMITS_STORAGE": ""}).storage == "memory://"


def test_a_place_that_the_library_refuses_is_told(monkeypatch):
    """An address that no server can have is told without what it holds, which may be a password."""
    monkeypatch.setattr(guard, "find_spec", lambda _: True)

    with pytest.raises(ValueError, match="DASHBOARD_LIMITS_STORAGE: must be memcached:// and the address") as found:
        create_app(SHIPPED, Settings(storage="memcached://user:secret@:port"))
    assert "secret" not in str(found.value)


def test_a_place_that_is_lost_refuses_nobody(monkeypatch, caplog):
    """Where limits can no longer be counted, requests are answered and counted here; one warning and /readyz say so."""
    client = create_app(SHIPPED, Settings(limits=2 / guard.FILES)).server.test_client()
    (limiter,) = client.application.extensions["limiter"]
    before = client.get("/readyz").get_json()["notice"]

    def lost(*_, **__):
        raise ConnectionError

    monkeypatch.setattr(limiter.storage, "incr", lost)
    statuses = [client.get("/api/estimate?text=nothing").status_code for _ in range(3)]

    assert before == ""
    assert statuses == [400, 400, 429]
    assert "DASHBOARD_LIMITS_STORAGE cannot be reached" in client.get("/readyz").get_json()["notice"]
    assert [record.levelname for record in caplog.records if record.name == "flask-limiter"] == ["WARNING"]


def test_where_nothing_is_counted_no_library_is_needed():
    """Limits that are switched off do not stop the start for a library that lacks."""
    assert create_app(SHIPPED, Settings(limits=0, storage="redis://127.0.0.1:1"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a" * (MAX_TEXT + 1), "bytes, got 2,000,001"),
        (b"a\n" * (MAX_ROWS + 2), "1,000 rows, got 1,001"),
        (b"," * MAX_COLUMNS + b"\n", "100 columns, got 101"),
        (b'"a\n"' + b",x" * 900_000, "100 columns, got 900,001"),
        (b'"' + b"x" * 900_000, ""),  # a cell that long is told by the check, with its place
        (b"a,b\n" * 1_000, ""),
    ],
)
def test_a_table_that_measures_too_much_is_not_read(content, told):
    """Bytes, rows and columns are judged before anything is worked out from them."""
    assert told in too_big(content)
    assert bool(told) == bool(too_big(content))


def test_a_visitors_table_is_used_only_if_it_could_be_published():
    """One that can be read but breaks a rule leaves the published tables on show; a good one does not."""
    live = Live(SHIPPED)
    claims = (SHIPPED / "claims.csv").read_text()
    header, first, *rest = claims.splitlines()
    without = "\n".join([header, *rest]) + "\n" if first.split(",")[0] not in "".join(rest) else claims

    assert live.of({"claim_types": (SHIPPED / "claim_types.csv").read_text().split("\n")[0] + "\n"}) is live.catalog
    assert live.of({"claims": without.replace("Altman", "S. Altman", 1)}) is not live.catalog


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ([], "body: must be an object of tables"),
        (5, "body: must be an object of tables"),
        ({"nope": "x"}, 'table: must be one of sources, .*, got "nope"'),
        ({"claims": 5}, "claims: must be the text of a CSV, got another kind"),
        ({"claims": "x" * (MAX_TEXT + 1)}, "file: must be at most 2,000,000 bytes"),
        ({"claims": "garbage", "nope": "x"}, "table: must be one of"),
        ({"claims": "garbage"}, 'claims.csv:1: claim_id: header: must have the column "claim_id"'),
    ],
)
def test_a_passport_of_tables_that_are_none_is_refused(client, sent, told):
    """Whoever posts tables gets the passport of these or the first reason why not, never that of the published ones."""
    answer = client.post("/figure/energy.passport.json", json=sent)

    assert answer.status_code == 400
    assert re.match(told, answer.get_json()["error"])
    assert "\n" not in answer.get_json()["error"]


@pytest.mark.parametrize("sent", ["null", "{}"])
def test_nothing_brought_is_the_published_passport(client, sent):
    """What the page's own store holds while a visitor brought nothing is no fault."""
    answer = client.post("/figure/deals.passport.json", data=sent, content_type="application/json")

    assert answer.get_json() == client.get("/figure/deals.passport.json").get_json()
