"""The list of payments: newest first, found by what is known of them, and sent only when it has changed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from fixtures.model import Money
from fixtures.sandbox.dashboard import listing
from tests.sandbox.dashboard.conftest import Site, opened, paid, said
from tests.sandbox.dashboard.reading import rows, text_of


def test_an_empty_dashboard_says_what_to_configure(site: Site) -> None:
    page = text_of(site.get("").text)

    assert "Nothing has happened yet." in page and "http://127.0.0.1/toy" in page


def test_a_full_sandbox_says_so(site: Site) -> None:
    opened(site.state, "last")
    before = text_of(site.get("").text)
    site.state.ledger.room.most = 1

    assert "The sandbox is full" not in before
    assert "The sandbox is full" in text_of(site.get("").text)


def test_the_newest_payment_of_all_wallets_stands_first(site: Site) -> None:
    opened(site.state, "old", at=1.0)
    opened(site.state, "new", at=3.0)
    opened(site.state, "middle", at=2.0, wallet="wechatpay")

    assert [row.split()[2] for row in rows(site.get("").text)] == ["new", "middle", "old"]


@pytest.mark.parametrize(
    "asked",
    ["?q=ORDER-7", "?q=77.10", "?q=7710", "?q=needle+in+the", "?state=paid", "?wallet=toy&q=order-7&state=paid"],
)
def test_a_payment_is_found_by_what_is_known_of_it(site: Site, asked: str) -> None:
    for number in range(5):
        opened(site.state, f"other-{number}")
    sought = paid(site.state, "order-7")
    site.state.ledger.book("toy").save(replace(sought, asked=Money(7710, "CNY")))
    said(site.state, sought, b'{"note": "a NEEDLE in the haystack"}')

    (row,) = rows(site.get(asked).text)

    assert "order-7" in row


def test_a_search_that_finds_nothing_says_what_to_do(site: Site) -> None:
    opened(site.state, "a")

    page = text_of(site.get("?q=nobody").text)

    assert "No payment fits." in page and "Show all" in page


def test_pages_are_bounded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(listing.PAGE + 2):
        opened(site.state, f"order-{number}", at=float(number))

    first, second = site.get("").text, site.get("?page=2").text

    assert (len(rows(first)), len(rows(second))) == (listing.PAGE, 2)
    monkeypatch.setattr(listing, "LOOKED_AT", 3)
    assert len(rows(site.get("?q=order").text)) == 3 and "20,000" in site.get("?q=order").text
    assert "order-0" in rows(site.get("?q=order-0").text)[0]


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "99999999999999999999"])
def test_a_page_that_there_is_not_is_no_error(site: Site, page: str) -> None:
    assert (
        site.get(
            "",
        ).status_code
        == site.browser.get("/dashboard", params={"page": page}).status_code
        == 200
    )


def test_the_list_is_sent_again_only_when_it_has_changed(site: Site) -> None:
    payment = opened(site.state, "a")
    link = _live_link(site.get("").text)

    assert site.browser.get(link).status_code == 204
    said(site.state, payment, b"{}")
    fresh = site.browser.get(link)
    assert fresh.status_code == 200 and not fresh.text.lstrip().startswith("<!doctype")
    assert site.browser.get(_live_link(fresh.text)).status_code == 204
    paid(site.state, "a")
    assert site.browser.get(_live_link(fresh.text)).status_code == 200


def test_a_search_stays_in_the_live_part(site: Site) -> None:
    opened(site.state, "a&b")
    opened(site.state, "c")

    live = site.browser.get(re.sub("seen=[0-9a-f]+", "seen=", _live_link(site.get("?q=a%26b").text)))

    assert len(rows(live.text)) == 1


def test_a_payment_tells_how_its_notifications_fared(site: Site) -> None:
    payment = paid(site.state, "a")
    said(site.state, payment, b"{}", source="wallet:toy")
    site.state.post.post("toy", "a", "paid", held=True)

    (row,) = rows(site.get("").text)

    assert "1 refused" in row and "1 waiting" in row


def _live_link(page: str) -> str:
    found = re.search(r'id="payments" hx-get="([^"]+)"', page)
    assert found is not None
    return found[1].replace("&amp;", "&")
