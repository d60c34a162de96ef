"""The page of a payment: it is moved, told of, and its notifications are held, ordered and withdrawn."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from fixtures.model import Money, PaymentState
from fixtures.wallets import discover
from tests.sandbox.dashboard.conftest import NOTIFY, Site, opened, paid, said, site_of, state_of
from tests.sandbox.dashboard.reading import problem, text_of


def test_only_what_the_wallet_allows_is_offered(site: Site) -> None:
    opened(site.state, "a")

    page = site.get("/payments/toy/a").text

    assert re.findall(r'id="do-([a-z]+)"', page) == ["pay", "settle"]
    assert "Nothing can be done" in site.get(f"/payments/toy/{paid(site.state, 'b').reference}").text


def test_a_move_is_the_buyers_and_is_told_to_the_target(site: Site) -> None:
    opened(site.state, "a")

    answer = site.post("/moves/toy/a", action="pay")

    payment = site.state.ledger.book("toy").by_reference("a")
    assert payment is not None and payment.state is PaymentState.PAID
    assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard/payments/toy/a#facts")
    (parcel,) = site.state.post.parcels("toy", "a")
    assert parcel.event == "paid" and ("toy", "a") in site.state.post.adopted
    assert "POST /dashboard/pay" in text_of(site.get("/payments/toy/a").text)


def test_a_move_that_the_wallet_refuses_is_told(site: Site) -> None:
    paid(site.state, "a")

    answer = site.post("/moves/toy/a", action="pay")

    assert answer.status_code == 409 and "paid already" in problem(answer.text)


@pytest.mark.parametrize("sum", ["much", "-1", "NaN", "1e99"])
def test_a_sum_that_is_none_is_told(site: Site, sum: str) -> None:
    opened(site.state, "a")

    answer = site.post("/moves/toy/a", action="pay", sum=sum)

    assert answer.status_code == 409 and "no amount" in problem(answer.text)


def test_held_notifications_go_in_the_order_that_is_given(site: Site) -> None:
    paid(site.state, "a")
    ids = []
    for _ in range(3):
        site.post("/notifications/toy/a", event="paid", held="on")
        ids.append(site.state.post.parcels("toy", "a")[-1].id)

    answer = site.post("/parcels/toy/a", **{"do": "order", f"place:{ids[2]}": "1", f"place:{ids[0]}": "2"})

    first, untouched, last = (site.state.post.get(id) for id in ids)
    assert answer.status_code == 303
    assert (first.after, untouched.state, untouched.after, last.state) == (last.id, "held", None, "waiting")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"do": "order"}, "number the parcels"),
        ({"do": "order", "place:parcel-1": "first"}, "no number"),
        ({"do": "withdraw parcel-2"}, None),
        ({"do": "shred parcel-1"}, None),
        ({"do": "resend parcel-99"}, None),
        ({}, None),
    ],
)
def test_a_wrong_wish_about_a_parcel_is_told(site: Site, fields: dict[str, str], told: str | None) -> None:
    paid(site.state, "a")
    paid(site.state, "b")
    site.state.post.post("toy", "a", "paid", held=True)
    site.state.post.post("toy", "b", "paid", held=True)  # parcel-2 is another payment's

    answer = site.post("/parcels/toy/a", **fields)

    if told is None:
        assert answer.status_code == 404 and site.state.post.get("parcel-2").state == "held"
    else:
        assert answer.status_code == 409 and told in problem(answer.text)


def test_a_parcel_is_withdrawn_resent_and_duplicated(site: Site) -> None:
    paid(site.state, "a")
    site.state.post.post("toy", "a", "paid", held=True)

    for deed in ("withdraw", "resend", "duplicate"):
        assert site.post("/parcels/toy/a", do=f"{deed} parcel-1").status_code == 303

    first, *others = site.state.post.parcels("toy", "a")
    assert first.state == "withdrawn" and len(others) == 3
    assert {parcel.message_id for parcel in others} == {first.message_id}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"event": "refunded"}, "tells of paid"),
        ({"event": "paid", "delay": "soon"}, "no number of seconds"),
        ({"event": "paid", "delay": "inf"}, "between 0 and"),
        ({"event": "paid", "copies": "0"}, "between 1 and 100"),
        ({"event": "paid", "spoilt": "charm"}, "knows no forgery"),
    ],
)
def test_a_notification_that_cannot_be_posted_is_told(site: Site, fields: dict[str, str], told: str) -> None:
    paid(site.state, "a")

    answer = site.post("/notifications/toy/a", **fields)

    assert answer.status_code == 409 and told in problem(answer.text)
    assert site.state.post.parcels() == []


def test_a_delayed_spoilt_notification_waits(site: Site) -> None:
    opened(site.state, "a", wallet="wechatpay")
    forgery = site.state.wallets["wechatpay"].forgeries[0]

    site.post("/notifications/wechatpay/a", event="paid", spoilt=forgery.name, delay="600")

    (parcel,) = site.state.post.parcels()
    page = text_of(site.get("/payments/wechatpay/a").text)
    assert (parcel.spoilt, parcel.plan.delay) == (forgery.name, 600) and parcel.due is not None
    assert forgery.cost in page and forgery.wrong in page


def test_an_address_that_is_not_allowed_is_told_with_the_remedy(site: Site) -> None:
    payment = paid(site.state, "a")
    site.state.ledger.book("toy").save(replace(payment, notify_url="http://elsewhere.test/"))

    assert "--allow-host" in text_of(site.get("/payments/toy/a").text)


def test_both_parts_are_sent_again_only_when_they_have_changed(site: Site) -> None:
    payment = paid(site.state, "a")
    links = re.findall(r'hx-get="(/dashboard/(?:facts|course)/[^"]+)"', site.get("/payments/toy/a").text)
    facts, course = links

    assert [site.browser.get(link).status_code for link in links] == [204, 204]
    site.state.post.post("toy", "a", "paid", held=True)
    assert [site.browser.get(link).status_code for link in links] == [204, 200]
    site.state.ledger.book("toy").save(replace(payment, state=PaymentState.CLOSED))
    assert site.browser.get(facts).status_code == 200 and "held" in site.browser.get(course).text


def test_another_wallets_order_of_the_same_number_is_not_shown(site: Site) -> None:
    said(site.state, paid(site.state, "same"), b"of the toy")
    said(site.state, paid(site.state, "same", wallet="wechatpay"), b"of wechat")

    page = site.get("/payments/toy/same").text

    assert len(re.findall(r'<details id="exchange-\d+"', page)) == 1


@pytest.mark.parametrize("place", ["/payments/toy/nobody", "/payments/nobody/a", "/stories/toy/x", "/exchanges/5"])
def test_what_is_not_there_is_told(site: Site, place: str) -> None:
    answer = site.get(place)

    assert answer.status_code == 404 and "no such thing" in problem(answer.text)


def test_a_payment_of_every_wallet_has_its_page() -> None:
    with site_of(state_of(*discover().values())) as site:
        site.browser.get(site.door.entrance())
        for name, wallet in site.state.wallets.items():
            money = Money(1250, wallet.docs.currencies[0])
            payment = wallet.assume("a", money, wallet.modes[0], site.state.stamp(), NOTIFY)
            site.state.ledger.book(name).save(payment)

            page = site.get(f"/payments/{name}/a").text

            assert ("post-it" in page) == (wallet.travel == "pushed"), name
            assert 'id="do-pay"' in page, name
            assert site.get(f"/stories/{name}/a").status_code == 200
