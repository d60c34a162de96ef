"""Changed ways back, and where a redirect leads."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from fixtures.model import Money
from fixtures.target import visits
from fixtures.target.coupons import CouponTable, code_of, fair, owed
from fixtures.target.siblings import siblings

URL = "http://shop.test/return/alipay/7?out_trade_no=7&sign=abc&sign_type=RSA2"


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.invalid/",
        "//elsewhere.invalid/path",
        "\\\\elsewhere.invalid",
        "/\\elsewhere.invalid",
        "https:elsewhere.invalid",
        "///elsewhere.invalid",
        "https://shop@elsewhere.invalid/",
        "\t//elsewhere.invalid/",
        "HTTPS://ELSEWHERE.invalid/",
    ],
)
def test_a_browser_would_leave(location: str) -> None:
    """What browsers make of the spellings of a foreign host."""
    assert visits.leads_elsewhere(location)


@pytest.mark.parametrize(
    "location",
    [
        None,
        "",
        "/",
        "/orders/7?next=https://elsewhere.invalid/",
        "https://shop.test/?next=//elsewhere.invalid",
        "/%2Fx",
    ],
)
def test_a_browser_would_stay(location: str | None) -> None:
    """A foreign host in a query leads nowhere."""
    assert not visits.leads_elsewhere(location)


def test_a_way_back_is_changed() -> None:
    """Names, signature, path, parameters."""
    assert visits.renamed(URL, {"7": "8"}) == URL.replace("7", "8")
    assert visits.unsigned(URL) == "http://shop.test/return/alipay/7?out_trade_no=7"
    assert visits.unsigned("http://shop.test/") == "http://shop.test/"
    assert visits.moved(URL, {"7": "8"}).startswith("http://shop.test/return/alipay/8?out_trade_no=7&")
    assert parse_qs(urlsplit(visits.with_query(URL, {"sign": "x", "status": "paid"})).query)["sign"] == ["x"]


def test_a_notification_becomes_parameters() -> None:
    """JSON flattened or a form, without what signs it."""
    assert visits.leaves(b'{"a": {"b": 1, "sign": "x"}, "c": [{"d": "e"}], "f": null}') == {"b": "1", "d": "e"}
    assert visits.leaves(b"a=1&sign=x") == {"a": "1"}


def test_siblings_stay_with_the_order_and_its_host() -> None:
    """A bounded list of addresses, under the target's own prefix."""
    found = list(siblings("http://shop.test/m/x/orders/7", "7", "R7", ()))

    assert 40 < len(found) < 80
    assert all(one.url.startswith("http://shop.test/m/x/") for one in found)
    assert {one.method for one in found} == {"GET", "POST", "PUT", "PATCH"}
    assert "http://shop.test/m/x/admin/orders/7/paid" in {one.url for one in found}


def test_what_a_coupon_leaves() -> None:
    """To the minor unit, rounded either way, never below zero; a series has a new code each time."""
    spring, gift = CouponTable(code="S-{unique}", percent=15), CouponTable(code="G", takes=10**6)
    price = Money(1999, "USD")

    assert [fair(spring, price, Money(amount, "USD")) for amount in (1698, 1699, 1700, 1701)] == [
        False,
        True,
        True,
        False,
    ]
    assert owed(gift, price) == 0
    assert not fair(gift, price, Money(-1, "USD"))
    assert not fair(spring, price, Money(1699, "EUR"))
    assert code_of(spring) != code_of(spring)
