"""Each wallet's whole way at the cashier, in a browser without scripts: from what the shop gave to the return URL."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from fixtures.model import Payment, PaymentState
from fixtures.network.faults import Fault
from fixtures.sandbox.process import Sandbox
from tests.sandbox.cashier.buyer import Buyer, Shown
from tests.sandbox.cashier.conftest import Shop
from tests.sandbox.cashier.openings import Opened, Openings

WITH_PAGE = ("alipay", "wechatpay_h5", "paypal", "stripe", "bitpay")
SCANNED = ("alipay_qr", "wechatpay", "stripe_intent")
PARAMETERS = {
    "alipay": {"out_trade_no", "trade_no", "total_amount", "sign"},
    "wechatpay_h5": set(),
    "paypal": {"token", "PayerID"},
    "stripe": {"session"},
    "bitpay": set(),
}
TOLD_BY_ADDRESS = ("alipay", "wechatpay", "bitpay")


def at(buyer: Buyer, opened: Opened) -> Shown:
    """The cashier's page, by the link or by what is pasted."""
    is_link = opened.given.startswith(buyer.sandbox_url)
    page = buyer.open(opened.given) if is_link else buyer.open("/cashier", text=opened.given)
    assert urlsplit(str(page.answer.url)).path.startswith(f"/cashier/{opened.wallet}/")
    return page


def ledger(sandbox: Sandbox, opened: Opened) -> Payment:
    payment = sandbox.client.payment(opened.wallet, opened.reference)
    assert payment is not None
    return payment


def notes(sandbox: Sandbox, reference: str) -> list[str | None]:
    """What the buyer did, as the history has it."""
    return [one.note for one in sandbox.client.history(order=reference, source="buyer")]


@pytest.mark.parametrize("kind", WITH_PAGE)
def test_the_link_leads_to_the_page_and_paying_back_to_the_shop(
    kind: str, buyer: Buyer, sandbox: Sandbox, openings: Openings, shop: Shop
) -> None:
    opened = openings.open(kind)
    page = at(buyer, opened)
    assert (page.state, page.says("reference"), page["amount-due"]["data-amount"]) == ("open", opened.reference, "1250")
    assert page.refresh is None
    assert (page.find("back-to-shop") is not None) == (kind == "wechatpay_h5")  # who is undecided is sent back, too

    done = buyer.press(page, "pay")

    payment = ledger(sandbox, opened)
    assert payment.state is (PaymentState.APPROVED if kind == "paypal" else PaymentState.PAID)
    assert done.refresh == done["back-to-shop"]["href"]
    assert done.refresh.partition("?")[0] == opened.back
    assert set(parse_qs(urlsplit(done.refresh).query)) >= PARAMETERS[kind]
    assert buyer.open(done.refresh).find("home") is not None
    assert notes(sandbox, opened.reference) == ["cashier: pay"]
    assert kind not in TOLD_BY_ADDRESS or shop.await_notifications(opened.reference, 1)


@pytest.mark.parametrize("kind", SCANNED)
def test_what_the_shop_shows_is_found_and_paid(kind: str, buyer: Buyer, sandbox: Sandbox, openings: Openings) -> None:
    opened = openings.open(kind)

    done = buyer.press(at(buyer, opened), "pay")

    assert (done.state, ledger(sandbox, opened).state) == ("paid", PaymentState.PAID)
    assert done.find("back-to-shop") is None
    assert "nobody back" in done.says("no-way-back")
    looked = ["cashier: open"] if kind == "alipay_qr" else []  # there the scan is what begins a trade
    assert notes(sandbox, opened.reference) == [*looked, "cashier: pay"]


@pytest.mark.parametrize("kind", [*WITH_PAGE, *SCANNED])
def test_number_and_id_are_found_too(kind: str, buyer: Buyer, openings: Openings) -> None:
    opened = openings.open(kind)
    page = at(buyer, opened)
    id = page.answer.url.path.rpartition("/")[2]

    for text in (opened.reference, id, f"  {opened.given}\n"):
        assert buyer.open("/cashier", text=text).answer.url.path == page.answer.url.path


@pytest.mark.parametrize(
    ("kind", "place"),
    [("paypal", "cancel"), ("stripe", "cancel"), ("bitpay", "cancel"), ("wechatpay_h5", "return"), ("alipay", None)],
)
def test_who_cancels_goes_where_the_wallet_sends_her(
    kind: str, place: str | None, buyer: Buyer, sandbox: Sandbox, openings: Openings
) -> None:
    opened = openings.open(kind)

    done = buyer.press(at(buyer, opened), "cancel")

    assert (done.state, ledger(sandbox, opened).state) == ("closed", PaymentState.CLOSED)
    where = None if done.refresh is None else urlsplit(done.refresh).path
    assert where == (None if place is None else f"/{place}/{kind}")
    assert not done.enabled
    assert "closed" in done.says("why-not")


@pytest.mark.parametrize("kind", ["alipay", "wechatpay", "stripe", "bitpay"])
def test_a_declined_attempt_leaves_the_payment_open(
    kind: str, buyer: Buyer, sandbox: Sandbox, openings: Openings
) -> None:
    opened = openings.open(kind)

    done = buyer.press(at(buyer, opened), "decline")

    assert (done.state, done.refresh) == ("open", None)
    assert "declined" in done.says("notice")
    assert buyer.press(done, "pay").state == "paid"
    assert notes(sandbox, opened.reference) == ["cashier: decline", "cashier: pay"]


def test_paypal_sends_the_buyer_back_before_her_card_is_declined(buyer: Buyer, openings: Openings) -> None:
    opened = openings.open("paypal")

    done = buyer.press(at(buyer, opened), "decline")

    assert done.state == "open"
    assert done.refresh is not None
    assert "PayerID" in done.refresh


def test_bitpay_tells_of_an_attempt_that_failed(buyer: Buyer, openings: Openings, shop: Shop) -> None:
    opened = openings.open("bitpay")

    buyer.press(at(buyer, opened), "decline")

    assert shop.await_notifications(opened.reference, 1)
    assert '"status":"invalid"' in next(body for body in shop.heard if opened.reference in body)


@pytest.mark.parametrize("kind", ["alipay", "wechatpay", "bitpay"])
def test_paying_twice_is_one_payment_and_two_notifications_of_it(
    kind: str, buyer: Buyer, sandbox: Sandbox, openings: Openings, shop: Shop
) -> None:
    opened = openings.open(kind)

    done = buyer.press(at(buyer, opened), "pay-twice")

    assert (done.state, ledger(sandbox, opened).state) == ("paid", PaymentState.PAID)
    assert kind == "wechatpay" or shop.await_notifications(opened.reference, 2)  # WeChat's are sealed


@pytest.mark.parametrize("kind", WITH_PAGE)
def test_late_money_is_refused_with_the_wallets_reason(kind: str, buyer: Buyer, openings: Openings) -> None:
    page = at(buyer, openings.open(kind))

    assert "pay-late" not in page.enabled
    assert "The wallet:" in page.says("why-pay-late")
    assert buyer.post(str(page.answer.url), buyer.fields(page, "pay-late")).status == 409


@pytest.mark.parametrize(("amount", "state"), [("12.49", "closed"), ("13", "paid")])
def test_another_sum_at_bitpay(amount: str, state: str, buyer: Buyer, sandbox: Sandbox, openings: Openings) -> None:
    opened = openings.open("bitpay")

    done = buyer.press(at(buyer, opened), "pay-amount", amount=amount)

    assert done.state == state
    assert ledger(sandbox, opened).details["received"] == round(float(amount) * 100)


@pytest.mark.parametrize("amount", ["", "0", "-1", "1.001", "1e3", "١", "NaN", "9" * 40])
def test_a_sum_that_is_none_is_asked_for_again(amount: str, buyer: Buyer, openings: Openings) -> None:
    page = at(buyer, openings.open("bitpay"))

    again = buyer.press(page, "pay-amount", amount=amount)

    assert (again.status, again.state) == (422, "open")
    assert "number above zero" in again.says("problem")
    assert again["amount"]["value"] == amount


@pytest.mark.parametrize("kind", ["stripe", "stripe_intent"])
def test_the_banks_question_is_passed(kind: str, buyer: Buyer, sandbox: Sandbox, openings: Openings) -> None:
    opened = openings.open(kind)

    asked = buyer.press(at(buyer, opened), "challenge")
    assert (ledger(sandbox, opened).details["status"], asked.find("pay")) == ("requires_action", None)

    assert buyer.press(asked, "challenge-pass").state == "paid"


def test_the_banks_question_is_failed(buyer: Buyer, sandbox: Sandbox, openings: Openings) -> None:
    opened = openings.open("stripe")
    asked = buyer.press(at(buyer, opened), "challenge")

    failed = buyer.press(asked, "challenge-fail")

    assert "check failed" in failed.says("notice")
    assert ledger(sandbox, opened).details["status"] == "requires_payment_method"
    assert buyer.press(failed, "pay").state == "paid"


def test_money_on_its_way_arrives_or_does_not(buyer: Buyer, openings: Openings) -> None:
    for end, state in (("settle", "paid"), ("fail", "failed")):
        under_way = buyer.press(at(buyer, openings.open("bitpay")), "pend")
        assert (under_way.state, under_way.enabled) == ("pending", {"settle", "fail"})

        assert buyer.press(under_way, end).state == state


def test_a_form_sent_twice_pays_once_and_says_so(buyer: Buyer, sandbox: Sandbox, openings: Openings) -> None:
    opened = openings.open("stripe")
    page = at(buyer, opened)
    fields = buyer.fields(page, "pay")
    buyer.post(str(page.answer.url), fields)
    paid = ledger(sandbox, opened)

    again = buyer.post(str(page.answer.url), fields)

    assert (again.status, again.state) == (409, "paid")
    assert "not paid twice" in again.says("problem")
    assert again.refresh == again["back-to-shop"]["href"]
    assert ledger(sandbox, opened) == paid


def test_whoever_is_no_browser_gets_the_wallets_plain_page(sandbox: Sandbox, openings: Openings) -> None:
    for kind in WITH_PAGE:
        opened = openings.open(kind)

        answer = openings.http.get(opened.given)

        assert answer.status_code == 200
        assert "cashier" not in answer.text
        assert sandbox.client.history(order=opened.reference)[-1].answer is not None


def test_under_the_vendors_own_name_the_page_is_the_same(buyer: Buyer, sandbox: Sandbox, openings: Openings) -> None:
    opened = openings.open("stripe")
    path = opened.given.removeprefix(f"{sandbox.url}/stripe")

    page = Shown(buyer.http.get(f"{sandbox.url}{path}", headers={"host": "checkout.stripe.com"}))

    assert (page.says("reference"), page.state) == (opened.reference, "open")


def test_a_wallet_in_trouble_shows_no_cashier(buyer: Buyer, sandbox: Sandbox, openings: Openings) -> None:
    opened = openings.open("stripe")
    sandbox.client.fault(Fault(wallet="stripe", operation="other", kind="unavailable", reference=opened.reference))

    assert buyer.open(opened.given).status == 503
    assert buyer.open(opened.given).state == "open"


def test_what_a_run_moves_itself_is_not_told_by_the_sandbox(
    buyer: Buyer, sandbox: Sandbox, openings: Openings, shop: Shop
) -> None:
    opened = openings.open("alipay")
    page = at(buyer, opened)
    sandbox.client.act("alipay", opened.reference, "open")

    assert buyer.press(page, "pay").state == "paid"

    other = openings.open("alipay")
    buyer.press(at(buyer, other), "pay")
    assert shop.await_notifications(other.reference, 1)
    assert not any(opened.reference in body for body in shop.heard)
