"""Answers kept in memory: the same question gets the same bytes until the tables change, and nobody's own are kept."""

import fcntl
import json

import brotli
import pytest

from dashboard.catalog import SHIPPED
from dashboard.updates import update
from dashboard.web import create_app
from dashboard.web.answers import Answer, Kept, Packed
from dashboard.web.first import PLOTLY
from dashboard.web.live import EVERY
from tests.hostile.make import cell

BODY = "home-parts.data"


@pytest.fixture(scope="module")
def client():
    """A client of a dashboard on the shipped tables."""
    return create_app(SHIPPED).server.test_client()


def asked(app, **values):
    """A question as the browser asks it: the values of some inputs, nothing for the others."""
    output = next(output for output in app.callback_map if BODY in output)
    callback = app.callback_map[output]
    outputs = [
        {"id": "home-parts", "property": "data"},
        {"id": "home-query", "property": "data"},
    ]
    given = {"home-basis": "it", "view": {"theme": "light", "width": 700}, "own": None} | values
    inputs = [
        {**{key: item[key] for key in ("id", "property")}, "value": given[item["id"]]} for item in callback["inputs"]
    ]
    return {"output": output, "outputs": outputs, "inputs": inputs, "changedPropIds": ["home-basis.value"], "state": []}


def test_same_question_gets_the_same_bytes_until_the_tables_change(folder, monkeypatch):
    """The second answer is the first one's bytes; after an update it has the new data version."""
    app = create_app(folder)
    client = app.server.test_client()
    question = asked(app)
    monkeypatch.setattr("dashboard.web.pages.home.render", counted := Counted("dashboard.web.pages.home"))
    answers = [client.post("/_dash-update-component", json=question) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert counted.calls == 1

    content = cell(8, "demand [TWh]", "310")((folder / "grids.csv").read_bytes())
    assert update(folder, {"grids": content}, apply=True).applied
    monkeypatch.setattr("dashboard.web.live.EVERY", -1.0)
    later = client.post("/_dash-update-component", json=question)

    assert EVERY > 0
    assert later.data != answers[0].data
    assert counted.calls == 3  # new tables draw every page once before they are shown


def test_a_takeover_amid_a_request_leaves_no_wrong_answer(folder):
    """What a request began with it ends with: another's takeover in between is in no answer that is kept."""
    app = create_app(folder)
    live, client, address = app.server.extensions["dashboard.web.app"], app.server.test_client(), "/figure/energy.csv"
    old = (folder / "grids.csv").read_bytes()
    new = cell(8, "demand [TWh]", "411.6")(old)

    def publish(content):
        (folder / "grids.csv").write_bytes(content)
        live.look()

    amid = [new]
    app.server.before_request(lambda: publish(amid.pop()) if amid else None)  # as another thread, after the key
    first, later = client.get(address).data, client.get(address).data
    publish(old)

    assert later != first
    assert client.get(address).data == first == create_app(folder).server.test_client().get(address).data


class Counted:
    """A function of a module, counted."""

    def __init__(self, module):
        from importlib import import_module

        self.function, self.calls = import_module(module).render, 0

    def __call__(self, *args):
        """The function's own answer."""
        self.calls += 1
        return self.function(*args)


def test_nothing_of_a_visitor_is_kept(folder, monkeypatch):
    """A question that brings a visitor's own tables is worked out each time."""
    app = create_app(folder)
    client = app.server.test_client()
    monkeypatch.setattr("dashboard.web.pages.home.render", counted := Counted("dashboard.web.pages.home"))
    for _ in range(2):
        client.post("/_dash-update-component", json=asked(app, own={"grids": "id\n"}))

    assert counted.calls == 2


def test_static_files_are_small_and_stay(folder):
    """Plotly comes as brotli of the same bytes, to be kept for good; with no version in its address, asked for."""
    client = create_app(folder).server.test_client()
    packed = client.get(PLOTLY, headers={"Accept-Encoding": "gzip, deflate, br"})
    again = client.get(PLOTLY, headers={"Accept-Encoding": "br"})
    plain = client.get(PLOTLY, headers={"Accept-Encoding": "identity"})
    loose = client.get(PLOTLY.partition("?")[0], headers={"Accept-Encoding": "br"})

    assert brotli.decompress(packed.data) == plain.data
    assert len(packed.data) < 0.28 * len(plain.data)
    assert packed.data == again.data == loose.data
    assert packed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert loose.headers["Cache-Control"] == "no-cache"
    assert "Content-Encoding" not in plain.headers
    assert "frame-ancestors" in again.headers["Content-Security-Policy"]


@pytest.mark.parametrize("accepted", ["br", "gzip", "identity"])
def test_what_a_browser_holds_is_not_sent_again(client, accepted):
    """A part that a script asks for by a name without a version: told to be the same, in any coding, kept or not."""
    part, codings = "/_dash-component-suites/dash_ag_grid/async-community.js", {"Accept-Encoding": accepted}
    first = client.get(part, headers=codings)
    kept = client.get(part, headers=codings)
    same = client.get(part, headers=codings | {"If-None-Match": first.headers["ETag"]})
    other = client.get(part, headers=codings | {"If-None-Match": '"of another version"'})

    assert kept.headers["ETag"] == first.headers["ETag"]
    assert (same.status_code, same.data) == (304, b"")
    assert (other.status_code, other.data) == (200, first.data)


@pytest.mark.parametrize("address", ["/look.json", "/_dash-layout", "/figure/deals.csv", "/assets/style.css"])
def test_what_is_kept_goes_to_those_alone_who_can_read_it(client, address):
    """Whoever asked before and whatever they could read, each visitor gets a coding of their own."""
    plain = client.get(address, headers={"Accept-Encoding": "identity"}).data
    readers = {"gzip, deflate, br, zstd": None, "gzip, deflate, br": "zstd", "gzip": "br", "zstd": "gzip", "": "zstd"}

    for accepted in [*readers, *reversed(readers)]:
        answer = client.get(address, headers={"Accept-Encoding": accepted})
        coding = answer.headers.get("Content-Encoding", "")
        assert coding in accepted
        assert coding or answer.data == plain


def test_a_refused_coding_is_not_used_nor_kept_for_others(client):
    """Who refuses gzip gets text, and so does who names no coding and asks the same after that."""
    address = "/figure/energy.csv?basis=it"
    for accepted in ({"Accept-Encoding": "gzip;q=0"}, {"Accept-Encoding": "identity;q=1, *;q=0"}, {}):
        answer = client.get(address, headers=accepted)

        assert "Content-Encoding" not in answer.headers
        assert answer.data.startswith(b"label,nature,")


def test_workers_share_what_one_of_them_compressed(tmp_path, monkeypatch):
    """The second takes the first one's file; while somebody compresses, others answer quickly and keep nothing."""
    content = b"function () { return 1; }" * 400
    first, second = Packed(tmp_path), Packed(tmp_path)
    with (tmp_path / "lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert first.pack(content)[1] is False
    packed = first.pack(content)
    monkeypatch.setattr(brotli, "compress", lambda *_, **__: pytest.fail("compressed again"))

    assert second.pack(content) == packed == (packed[0], True)
    assert brotli.decompress(packed[0]) == content


def test_without_a_folder_to_write_to_each_worker_compresses_for_itself(tmp_path):
    """A folder that is gone or full costs work, not answers."""
    packed, keep = Packed(tmp_path / "gone").pack(b"x" * 4_000)

    assert keep
    assert brotli.decompress(packed) == b"x" * 4_000


def test_longest_unused_make_room():
    """Room for two of three: the one that was not asked for again goes."""
    kept = Kept(most=20)
    for name in ("a", "b"):
        kept.put((name,), Answer(b"0123456789", ()))
    assert kept.get(("a",))
    kept.put(("c",), Answer(b"0123456789", ()))

    assert [name for name in "abc" if kept.get((name,))] == ["a", "c"]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"inputs": 3}', json.dumps({"inputs": [[[]]]}).encode()])
def test_what_cannot_be_read_is_refused_and_not_kept(folder, body):
    """No answer of 200, and no fault of ours, for what is no question."""
    client = create_app(folder).server.test_client()

    for _ in range(2):
        answer = client.post("/_dash-update-component", data=body, content_type="application/json")
        assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    "address", ["/api/estimate?text=30+GW", "/figure/energy.csv", "/figure/energy.json", "/data/claims.csv"]
)
def test_a_file_that_a_program_has_is_not_sent_again(folder, monkeypatch, address):
    """304 without a body for the ETag of the same bytes in the same coding; all of them once the tables changed."""
    client = create_app(folder).server.test_client()
    codings = {"Accept-Encoding": "br"}
    first = client.get(address, headers=codings)
    asked_again = codings | {"If-None-Match": first.headers["ETag"]}
    again = client.get(address, headers=asked_again)

    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status_code, again.data) == (304, b"")
    assert client.head(address, headers=codings).headers["ETag"] == first.headers["ETag"]
    assert client.get(address, headers=asked_again | {"Accept-Encoding": "identity"}).status_code == 200

    content = cell(8, "demand [TWh]", "310")((folder / "grids.csv").read_bytes())
    assert update(folder, {"grids": content}, apply=True).applied
    monkeypatch.setattr("dashboard.web.live.EVERY", -1.0)

    assert client.get(address, headers=asked_again).status_code == (304 if address.startswith("/data/") else 200)


def test_a_file_asked_for_by_its_tag_alone_is_kept_too(folder, monkeypatch):
    """An answer 304 leaves the whole answer to whoever asks next."""
    client = create_app(folder).server.test_client()
    tag = client.get("/figure/energy.csv").headers["ETag"]
    client = create_app(folder).server.test_client()
    assert client.get("/figure/energy.csv", headers={"If-None-Match": tag}).status_code == 304
    monkeypatch.setattr("dashboard.web.routes.comparison_named", None)

    assert client.get("/figure/energy.csv").status_code == 200
