"""A change that the server refuses is told on the page, in each of the ways it can be refused."""

import json
import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("status", "text", "told"),
    [
        (429, json.dumps({"error": "requests: too many from one address; go on in 9 s"}), "go on in 9 s"),
        (413, "<html>a proxy's own page</html>", "The server answered 413."),
        (None, "", "The server cannot be reached"),
    ],
)
def test_a_refusal_is_seen_and_can_be_closed(window, status, text, told):
    """One line with what to do, until the reader closes it."""
    window.open("/")
    page = window.page
    facility = page.get_by_role("radio", name="Facility")
    facility.wait_for()
    page.route(
        re.compile("/_dash-update-component"),
        lambda route: route.abort() if status is None else route.fulfill(status=status, body=text),
    )

    facility.check()

    notice = page.get_by_role("alert").filter(has_text=told)
    expect(notice).to_be_visible()
    assert notice.bounding_box()["y"] < page.viewport_size["height"]
    notice.get_by_role("button", name="Close").click()
    expect(notice).to_have_count(0)
    window.wrong.clear()  # the browser and Dash write the refusal into the console too
