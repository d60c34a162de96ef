"""What a browser does is evidence: asked, answered, refused."""

from __future__ import annotations

from playwright.sync_api import Page

from fixtures.browser.witness import Witness
from fixtures.model import Exchange
from fixtures.target.hosts import Hosts
from tests.browsing.pages import html, site


def test_pages_and_refused_hosts_stand_in_the_history(page: Page) -> None:
    found: list[Exchange] = []
    pages = {"cart": html('<link rel="stylesheet" href="/style"><img src="http://tracker.example/dot.gif">')}
    with site(**pages, onward=(303, {"location": "/cart"}, "")) as shop:
        witness = Witness(page.context, Hosts((f"localhost:{shop.port}",)), lambda url: "/wallet" in url, found.append)
        page.goto(shop.url("/onward"))
        witness.tell("R-1")
        page.evaluate("() => fetch('http://elsewhere.example/').catch(() => 0)")
        page.goto(shop.url("/wallet"))
        witness.tell("R-1")

    told = [(one.request.url.rpartition("/")[2], one.destination, one.answer and one.answer.status) for one in found]
    assert told == [("onward", "target", 303), ("cart", "target", 200), ("", "elsewhere", None)]
    assert found[1].answer is not None and b"stylesheet" in found[1].answer.body
    assert found[2].error == "nothing was sent: allowed_hosts of the target file does not list this host"
    assert {(one.source, one.order, one.note) for one in found} == {("buyer", "R-1", "in the browser")}
    assert "http://tracker.example/dot.gif" in witness.asked
    assert witness.sent_on == ["/cart"]
