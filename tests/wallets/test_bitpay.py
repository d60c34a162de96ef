"""Signatures, keys, proofs and forgeries of the emulated BitPay."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fixtures.model import Answer, Message, Money, Payment, PaymentState, Stamp
from fixtures.wallets.bitpay import WALLET, units
from fixtures.wallets.bitpay.keys import MEANINGS, make_keys
from fixtures.wallets.bitpay.ripemd160 import ripemd160
from fixtures.wallets.bitpay.signing import HEADER, identity_of, sign_request, sin_of, verify, verify_request
from fixtures.wallets.interface import Action, Event, Refused, Wallet, Wording

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "bitpay.json").read_text(encoding="utf-8"))
KEYS = WALLET.published_keys()
NOW = 1_767_225_600.0
URL = "http://127.0.0.1:9/notify/bitpay"
GATEWAY = "http://127.0.0.1:9/bitpay"
PRICE = Money(1999, "USD")
GROUPS = {
    *("pay", "notify", "refund", "close", "reconcile", "amounts", "requests", "openapi"),
    *("forgery", "substitution", "hint", "replay", "access", "fuzz", "keys"),
}

wallet: Wallet = WALLET


def stamp(now: float = NOW) -> Stamp:
    return Stamp(now, Random(5))


def asked(mode: str = "signed", reference: str = "A-1", money: Money = PRICE) -> Payment:
    return WALLET.assume(reference, money, mode, stamp(), URL)


def prove(event: Event, payment: Payment, wording: Wording = Wording()) -> Message:
    return WALLET.prove(event, payment, KEYS, stamp(), URL, GATEWAY, wording)


def objection(message: Message) -> str | None:
    return verify(message.body, message.header(HEADER), KEYS["token"])


def told(message: Message) -> dict[str, Any]:
    """The invoice or the refund, flat or not."""
    body = json.loads(message.body)
    return dict(body.get("data", body))


@pytest.mark.parametrize("case", VECTORS["webhooks"], ids=lambda case: case["id"])
def test_notification_vectors(case: dict[str, Any]) -> None:
    """Every MAC is judged as BitPay's own verifier judges it."""
    found = verify(b64decode(case["body_b64"]), case["x_signature"], case["token"])

    assert ("accept" if found is None else "reject") == case["expect"], found


@pytest.mark.parametrize("case", VECTORS["requests"], ids=lambda case: case["id"])
def test_request_vectors(case: dict[str, Any]) -> None:
    """Whichever client signed, with whatever nonce, low S or high."""
    for signature in case["signatures"].values():
        assert verify_request(case["x_identity"], signature, case["url"], case["body"].encode())


@pytest.mark.parametrize("case", VECTORS["requests_negative"], ids=lambda case: case["id"])
def test_negative_request_vectors(case: dict[str, Any]) -> None:
    """Another body, path or key."""
    assert not verify_request(case["x_identity"], case["x_signature"], case["url"], case["body"].encode())


@pytest.mark.parametrize("case", VECTORS["keys"], ids=lambda case: case["label"])
def test_key_vectors(case: dict[str, Any]) -> None:
    """Identity and client id follow from the key; what the key signs verifies."""
    assert identity_of(case["pem"]) == case["public_compressed_hex"]
    assert sin_of(case["public_compressed_hex"]) == case["sin"]
    assert verify_request(case["public_compressed_hex"], sign_request(case["pem"], URL, b"{}"), URL, b"{}")


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (b"", "9c1185a5c5e9fc54612808977ee8f548b2258d31"),
        (b"abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
        (b"12345678901234567890" * 4, "9b752e45573d4b39f4dbd3323cab82bf63326bfb"),
    ],
)
def test_ripemd160_vectors(text: bytes, digest: str) -> None:
    """As its authors published them."""
    assert ripemd160(text).hex() == digest


@pytest.mark.parametrize("identity", ["", "00", "zz", "02" + "ff" * 32, "04" + "00" * 64])
def test_a_broken_identity_verifies_nothing(identity: str) -> None:
    """Without an error of ours."""
    assert not verify_request(identity, "00", URL, b"")


@pytest.mark.parametrize(("amount", "currency", "wire"), [(1050, "USD", 10.5), (1000, "EUR", 10), (1200, "JPY", 1200)])
def test_prices_are_numbers_in_units(amount: int, currency: str, wire: float) -> None:
    """With the currency's own decimals, there and back."""
    money = Money(amount, currency)

    assert units.to_wire(money) == wire
    assert units.from_wire(json.loads(json.dumps(wire), parse_float=Decimal), currency) == money


@pytest.mark.parametrize("value", [True, None, "1e3", "-1", "", [], Decimal("0.001"), "1" * 30, "١"])
def test_odd_prices_are_refused(value: Any) -> None:
    """With a reason instead of a guess."""
    with pytest.raises(units.BadPrice):
        units.from_wire(value, "USD")


def test_keys_are_complete_and_different() -> None:
    """Published and fresh sets have the same shape; no key is used twice."""
    fresh = make_keys()

    assert set(fresh) == set(KEYS) == set(MEANINGS)
    assert len({*fresh.values(), *KEYS.values()}) == 2 * len(MEANINGS)
    assert KEYS["public_key"] == identity_of(KEYS["private_key"])


@pytest.mark.parametrize("mode", WALLET.modes)
def test_the_merchant_gets_a_token_and_its_client_key(mode: str) -> None:
    """Nothing else, and another token in each mode."""
    given = wallet.merchant_credentials(KEYS, mode)

    assert set(given) == {"token", "private_key"}
    assert (given["token"] == KEYS["token"]) is (mode == "signed")
    with pytest.raises(ValueError, match="no mode"):
        wallet.merchant_credentials(KEYS, "v3")


STORIES: list[tuple[list[Action], Event, str, dict[str, Any]]] = [
    (["pay"], "paid", "invoice_confirmed", {"status": "confirmed", "exceptionStatus": False}),
    (["settle"], "paid", "invoice_completed", {"status": "complete", "price": 19.99, "currency": "USD"}),
    (["pend"], "pending", "invoice_paidInFull", {"status": "paid"}),
    (["pend", "settle"], "paid", "invoice_completed", {"status": "complete"}),
    (["pend", "fail"], "failed", "invoice_declined", {"status": "declined"}),
    (["decline"], "failed", "invoice_failedToConfirm", {"status": "invalid"}),
    (["decline", "pay"], "paid", "invoice_completed", {"status": "complete"}),
    (["expire"], "closed", "invoice_expired", {"status": "expired", "amountPaid": 0}),
    (["cancel"], "closed", "invoice_expired", {"status": "expired"}),
    ([], "unknown", "invoice_manuallyNotified", {"status": "new"}),
]


@pytest.mark.parametrize("mode", WALLET.modes)
@pytest.mark.parametrize(("actions", "event", "name", "shown"), STORIES)
def test_a_proof_tells_the_story(
    mode: str, actions: list[Action], event: Event, name: str, shown: dict[str, Any]
) -> None:
    """The invoice says what happened; signed and extended in one mode, flat and unsigned in the other."""
    payment = asked(mode)
    for action in actions:
        payment = WALLET.act(action, payment, stamp())
    message = prove(event, payment)
    body = json.loads(message.body)

    assert shown.items() <= told(message).items()
    if mode == "signed":
        assert objection(message) is None
        assert body["event"]["name"] == name
    else:
        assert message.header(HEADER) is None
        assert "event" not in body


def test_too_little_expires_and_too_much_is_paid() -> None:
    """The difference is told by the exception alone."""
    under = WALLET.act("settle", asked(), stamp(), Money(1998, "USD"))
    over = WALLET.act("settle", asked(), stamp(), Money(2999, "USD"))

    assert (under.state, under.paid) == (PaymentState.CLOSED, None)
    assert (over.state, over.paid) == (PaymentState.PAID, PRICE)
    less, more, exact = (told(prove("paid", one)) for one in (under, over, WALLET.act("settle", asked(), stamp())))
    assert (less["status"], less["exceptionStatus"]) == ("expired", "paidPartial")
    assert (more["status"], more["exceptionStatus"], more["price"]) == ("complete", "paidOver", 19.99)
    assert 0 < less["amountPaid"] < exact["amountPaid"] < more["amountPaid"]


def test_another_currency_is_told_as_it_was_paid() -> None:
    """An invoice made out in that currency."""
    paid = WALLET.act("settle", asked(), stamp(), Money(1999, "JPY"))

    assert (told(prove("paid", paid))["price"], told(prove("paid", paid))["currency"]) == (1999, "JPY")


@pytest.mark.parametrize(("speed", "status"), [("high", "confirmed"), ("medium", "confirmed"), ("low", "complete")])
def test_each_speed_has_its_first_payment_status(speed: str, status: str) -> None:
    """High never passes through paid, low never through confirmed."""
    payment = replace(asked(), details={**asked().details, "speed": speed})

    assert told(prove("paid", WALLET.act("pay", payment, stamp())))["status"] == status
    if speed == "high":
        with pytest.raises(Refused):
            WALLET.act("pend", payment, stamp())


def test_sums_in_coins_are_exact_integers() -> None:
    """Beyond 64 bits, too: nobody may read them as floats."""
    totals = told(prove("paid", WALLET.act("pay", asked(money=Money(7670, "USD")), stamp())))["paymentTotals"]

    assert totals["PAX"] == 76_700_000_000_000_000_000
    assert totals["BTC"] == 127_834


def test_each_refund_has_its_own_proof() -> None:
    """The last by default; its own status, not the invoice's."""
    paid = WALLET.act("pay", asked(), stamp())
    once = WALLET.act("refund", paid, stamp(), Money(500, "USD"))
    twice = WALLET.act("refund", once, Stamp(NOW, Random(6)), Money(1499, "USD"))

    assert told(prove("refunded", twice, Wording(refund=twice.refunds[0])))["amount"] == 5
    assert told(prove("refunded", twice))["amount"] == 14.99
    assert told(prove("refunded", twice))["status"] == "success"
    assert told(prove("refunded", twice))["invoice"] == paid.id
    for money in (Money(1, "USD"), Money(1, "EUR"), None):
        with pytest.raises(Refused):
            WALLET.act("refund", twice, stamp(), money)


def test_wordings_change_the_words_and_not_what_is_said() -> None:
    """Odd formatting is legal, extra fields stand beside the known ones."""
    paid = WALLET.act("pay", asked(), stamp())
    plain, odd, more = (prove("paid", paid, w) for w in (Wording(), Wording(odd=True), Wording(extra_fields=True)))

    assert plain.body != odd.body
    assert told(odd) == {**told(plain), "amountPaid": str(told(plain)["amountPaid"])}
    assert told(plain).items() <= told(more).items()
    assert objection(odd) is objection(more) is None


@pytest.mark.parametrize("mode", WALLET.modes)
def test_all_events_can_be_proven(mode: str) -> None:
    """Of a payment in whatever state: a proof is a picture, not a judgement."""
    payments = [replace(asked(mode), state=state) for state in PaymentState]

    assert all(told(prove(event, payment))["status"] for event in WALLET.events() for payment in payments)


def test_a_mutated_proof_is_genuine_but_for_what_it_says() -> None:
    """Signed again where it was signed, and with the same token."""
    paid = WALLET.act("pay", asked(), stamp())
    pos = replace(paid, details={**paid.details, "signer": "pos_token"})
    changed = [WALLET.mutate(prove("paid", one), KEYS, stamp(), lambda _: {"data": None}) for one in (paid, pos)]
    classic = WALLET.mutate(
        prove("paid", WALLET.act("pay", asked("classic"), stamp())), KEYS, stamp(), lambda body: {**body, "id": 1}
    )

    assert objection(changed[0]) is None
    assert verify(changed[1].body, changed[1].header(HEADER), KEYS["pos_token"]) is None
    assert (classic.header(HEADER), told(classic)["id"]) == (None, 1)


def test_a_signature_can_be_taken_out_and_put_back() -> None:
    """The same bytes verify, any others do not; an unsigned one has none."""
    message = prove("paid", WALLET.act("pay", asked(), stamp()))
    signature = WALLET.signature_of(message) or b""

    assert len(signature) == 32
    assert objection(WALLET.with_signature(message, signature)) is None
    assert objection(WALLET.with_signature(message, signature[:-1] + bytes([signature[-1] ^ 1]))) is not None
    assert WALLET.signature_of(prove("paid", asked("classic"))) is None


def test_only_200_acknowledges() -> None:
    """Not even 204."""
    assert {status for status in (199, 200, 204, 301, 400, 500) if WALLET.refusal(Answer(status)) is None} == {200}


def test_every_group_of_topics_has_a_page_with_the_date_read() -> None:
    """And what makes no sense here has a reason."""
    docs = WALLET.docs

    assert set(docs.topics) >= GROUPS
    assert all(page.url.startswith("https://") and page.read for page in docs.topics.values())
    assert not set(docs.topics) & set(docs.not_applicable)
    assert docs.proof_needs_gateway


@pytest.mark.parametrize("action", ["pay", "settle", "decline", "pend", "fail", "expire", "cancel", "refund"])
def test_a_closed_payment_stays_closed(action: Any) -> None:
    """Late money is given back by BitPay itself and moves nothing."""
    closed = WALLET.act("expire", asked(), stamp())

    with pytest.raises(Refused):
        WALLET.act(action, closed, stamp(), Money(1, "USD"))
