"""A change that the server refuses is told on the page, in each of the ways it can be refused."""

import json
import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CALLBACK = re.compile("/_dash-update-component")
REFUSALS = {
    "Facility": (429, json.dumps({"error": "requests: too many from one address; go on in 9 s"}), "go on in 9 s"),
    "IT": (413, "<html>a proxy's own page</html>", "The server answered 413."),
    "Grid connection": (None, "", "The server cannot be reached"),
}


def refusing(status, text):
    """What answers in the server's place; without a status nothing does."""
    return lambda route: route.abort() if status is None else route.fulfill(status=status, body=text)


def test_a_refusal_is_seen_and_can_be_closed(window):
    """One line with what to do, until the reader closes it."""
    window.open("/")
    page = window.page
    for name, (status, text, told) in REFUSALS.items():
        page.route(CALLBACK, refusing(status, text))

        page.get_by_role("radio", name=name, exact=True).check()

        notice = page.get_by_role("alert").filter(has_text=told)
        expect(notice).to_be_visible()
        assert notice.bounding_box()["y"] < page.viewport_size["height"]
        notice.get_by_role("button", name="Close").click()
        expect(notice).to_have_count(0)
        page.unroute(CALLBACK)
    window.wrong.clear()  # the browser and Dash write the refusals into the console too
