"""PayPal: keys, signatures against the vectors, the ledger, the proofs and the forgeries."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from fixtures.model import Answer, Message, Money, Payment, PaymentState, Stamp
from fixtures.wallets.interface import Action, Event, Refused, Wallet, Wording
from fixtures.wallets.paypal import WALLET, certificates, ledger, signing
from fixtures.wallets.paypal.gateway import HOSTS
from tests.wallets.paypal_shop import BASE, KEYS, NOW, Shelf

wallet: Wallet = WALLET
VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "paypal.json").read_text())
URL = "https://shop.example.com/notify/paypal"
VECTOR_NAME = "messageverificationcerts.walletproof.invalid"
MONEY = Money(1999, "USD")


def stamp(now: float = NOW, seed: int = 7) -> Stamp:
    return Stamp(now, Random(seed))


def payment(state: PaymentState = PaymentState.OPEN, reference: str = "order-1") -> Payment:
    opened = wallet.assume(reference, MONEY, "capture", stamp(seed=len(reference) + ord(reference[-1])), None)
    return replace(opened, state=state)


def paid(reference: str = "order-1") -> Payment:
    return wallet.act("settle", payment(reference=reference), stamp())


def prove(event: Event, about: Payment, wording: Wording = Wording()) -> Message:
    return wallet.prove(event, about, KEYS, stamp(), URL, BASE, wording)


def doubts(message: Message, keys: Any = KEYS) -> str | None:
    """What a sound receiver holds against a notification: its certificate's URL, the certificate, the signature."""
    url = message.header(signing.CERTIFICATE_URL) or ""
    if problem := certificates.url_problem(url, (BASE,)):
        return f"certificate URL: {problem}"
    pem = fetch(url)
    return certificates.problem(pem, keys["certificate_root"], NOW) or signing.verify(message, keys["webhook_id"], pem)


def fetch(url: str) -> str:
    path = url.split("/paypal", 1)[1]
    answer = wallet.answer(Message("GET", path), Shelf(), KEYS, stamp(), BASE).answer
    assert answer.status == 200, url
    assert answer.header("Content-Type") == "application/x-pem-file"
    return answer.body.decode()


def vector_message(case: dict[str, Any]) -> Message:
    return Message("POST", URL, tuple(case["headers"].items()), base64.b64decode(case["body_b64"]))


@pytest.mark.parametrize("case", VECTORS["webhook_signatures"], ids=lambda case: str(case["id"]))
def test_signature_vectors(case: dict[str, Any]) -> None:
    certs = VECTORS["certs"]
    pem, message = certs[case["cert"]]["pem"], vector_message(case)
    untrusted = certificates.problem(pem, certs["root"]["pem"], NOW, VECTOR_NAME)
    reason = untrusted or signing.verify(message, case["webhook_id"], pem)
    assert (reason is None) == (case["expect"] == "accept"), reason
    assert signing.checksum(message.body) == str(case["crc32_dec"])


@pytest.mark.parametrize("case", VECTORS["webhook_signatures"][:5], ids=lambda case: str(case["id"]))
def test_our_signature_is_the_vectors_signature(case: dict[str, Any]) -> None:
    signature = signing.sign(case["signed_string"], VECTORS["certs"]["leaf"]["private_key_pem"])
    assert base64.b64encode(signature).decode() == case["headers"]["paypal-transmission-sig"]


@pytest.mark.parametrize("case", VECTORS["authentic"], ids=lambda case: str(case["id"]))
def test_signatures_that_paypal_really_made(case: dict[str, Any]) -> None:
    numbers = VECTORS["authentic_key"]
    key = rsa.RSAPublicNumbers(numbers["exponent"], int(numbers["modulus_hex"], 16)).public_key()
    key.verify(base64.b64decode(case["signature_b64"]), case["signed_string"].encode(), PKCS1v15(), SHA256())
    parts = case["signed_string"].split("|")
    assert signing.signed_text(parts[0], parts[1], parts[2], str(case["crc32_dec"])) == case["signed_string"]


@pytest.mark.parametrize("case", VECTORS["crc32_cases"], ids=lambda case: str(case["text"]))
def test_checksums(case: dict[str, Any]) -> None:
    assert signing.checksum(case["text"].encode()) == str(case["crc32_dec"])


@pytest.mark.parametrize("case", VECTORS["cert_url_cases"], ids=lambda case: str(case[0]))
def test_certificate_url_policy(case: list[Any]) -> None:
    url, allowed, _ = case
    live = tuple(f"https://{host}" for host in HOSTS if "sandbox" not in host)
    everywhere = tuple(f"https://{host}" for host in HOSTS)
    assert (certificates.url_problem(url, live) is None) == (allowed is True)
    assert (certificates.url_problem(url, everywhere) is None) == (allowed is not False)


def test_new_keys_have_the_published_names_and_other_values() -> None:
    made, published = wallet.make_keys(), wallet.published_keys()
    assert set(made) == set(published)
    assert all(made[name] != published[name] for name in made)
    assert certificates.problem(made["certificate"], made["certificate_root"], NOW) is None
    message = prove("paid", paid())
    assert doubts(message, made) == "issuer"


def test_the_merchant_gets_nothing_private() -> None:
    credentials = wallet.merchant_credentials(KEYS, "capture")
    assert set(credentials) == {"client_id", "client_secret", "webhook_id", "merchant_id", "certificate_root"}
    with pytest.raises(ValueError, match="modes are capture"):
        wallet.merchant_credentials(KEYS, "checkout")


@pytest.mark.parametrize(
    ("actions", "state"),
    [
        (["open"], PaymentState.OPEN),
        (["pay"], PaymentState.APPROVED),
        (["decline"], PaymentState.OPEN),
        (["decline", "pay", "settle"], PaymentState.PAID),
        (["pend"], PaymentState.PENDING),
        (["pay", "pend", "settle"], PaymentState.PAID),
        (["pend", "fail"], PaymentState.FAILED),
        (["fail"], PaymentState.FAILED),
        (["expire"], PaymentState.CLOSED),
        (["pay", "cancel"], PaymentState.CLOSED),
    ],
)
def test_actions(actions: list[Action], state: PaymentState) -> None:
    now = payment()
    for action in actions:
        now = wallet.act(action, now, stamp())
    assert now.state is state
    assert (now.paid == MONEY) == (state is PaymentState.PAID)


@pytest.mark.parametrize(
    ("state", "action"),
    [
        (PaymentState.CLOSED, "pay"),
        (PaymentState.CLOSED, "settle"),
        (PaymentState.PAID, "pay"),
        (PaymentState.PAID, "cancel"),
        (PaymentState.OPEN, "refund"),
        (PaymentState.FAILED, "pend"),
    ],
)
def test_refused_actions(state: PaymentState, action: Action) -> None:
    with pytest.raises(Refused):
        wallet.act(action, payment(state), stamp(), MONEY)


def test_settle_takes_another_sum() -> None:
    cheap = wallet.act("settle", payment(), stamp(), Money(1, "USD"))
    assert cheap.paid == Money(1, "USD")
    assert json.loads(prove("paid", cheap).body)["resource"]["amount"]["value"] == "0.01"


def test_refund_from_outside() -> None:
    refunded = wallet.act("refund", paid(), stamp(), Money(500, "USD"))
    resource = json.loads(prove("refunded", refunded).body)["resource"]
    assert resource["amount"]["value"] == "5.00"
    assert resource["links"][-1]["href"].endswith(ledger.capture_id(refunded.id))
    for wrong in (None, Money(1500, "USD"), Money(1, "EUR"), Money(0, "USD")):
        with pytest.raises(Refused):
            wallet.act("refund", refunded, stamp(), wrong)


@pytest.mark.parametrize("event", sorted(wallet.events()))
def test_proofs_are_believed_and_name_the_order(event: Event) -> None:
    plain = prove(event, paid(), Wording(message_id="WH-1"))
    odd = prove(event, paid(), Wording(message_id="WH-1", odd=True))
    more = prove(event, paid(), Wording(message_id="WH-1", extra_fields=True))
    assert [doubts(message) for message in (plain, odd, more)] == [None, None, None]
    assert json.loads(odd.body)["resource"] == json.loads(plain.body)["resource"]
    assert odd.body not in (plain.body, b"") and odd.body.strip() == odd.body
    assert "x_network" in json.loads(more.body)["resource"]
    assert json.loads(plain.body)["id"] == "WH-1"
    assert "order-1" in plain.body.decode()


def test_a_capture_names_order_payee_and_reference() -> None:
    resource = json.loads(prove("paid", paid()).body)["resource"]
    assert resource["supplementary_data"]["related_ids"]["order_id"] == paid().id
    assert resource["payee"]["merchant_id"] == KEYS["merchant_id"]
    assert (resource["custom_id"], resource["invoice_id"], resource["status"]) == ("order-1", "order-1", "COMPLETED")


def test_a_proof_follows_the_payment_whatever_it_says() -> None:
    drawn = replace(paid(), reference="nobody", id="0X", paid=Money(430, "JPY"))
    resource = json.loads(prove("paid", drawn).body)["resource"]
    assert resource["invoice_id"] == resource["custom_id"] == "nobody"
    assert resource["amount"] == {"currency_code": "JPY", "value": "430"}
    assert resource["supplementary_data"]["related_ids"]["order_id"] == "0X"
    assert resource["id"] == ledger.capture_id("0X")


def test_later_refunds_do_not_change_the_earlier_proof() -> None:
    refunded = wallet.act("refund", paid(), stamp(), MONEY)
    assert json.loads(prove("paid", refunded).body)["resource"]["status"] == "COMPLETED"


def test_return_visit() -> None:
    opened = replace(ledger.with_details(payment(), cancel_url="https://shop/c"), return_url="https://shop/r?a=1#x")
    approved = wallet.act("pay", opened, stamp())
    assert wallet.return_visit(payment(), KEYS, stamp()) is None
    assert wallet.return_visit(opened, KEYS, stamp()) == f"https://shop/c?token={opened.id}"
    visit = wallet.return_visit(approved, KEYS, stamp()) or ""
    assert visit.startswith(f"https://shop/r?a=1&token={opened.id}&PayerID=") and visit.endswith("#x")


@pytest.mark.parametrize(("status", "fine"), [(200, True), (204, True), (299, True), (302, False), (500, False)])
def test_acknowledgement(status: int, fine: bool) -> None:
    assert (wallet.refusal(Answer(status)) is None) == fine


def test_signature_bytes_can_be_taken_out_and_put_back() -> None:
    message = prove("paid", paid())
    signature = wallet.signature_of(message) or b""
    assert len(signature) == 256 and wallet.with_signature(message, signature) == message
    assert doubts(wallet.with_signature(message, signature[::-1])) == "signature"
    assert wallet.signature_of(wallet.with_signature(message, b"")) is None


def test_a_mutated_proof_is_signed_again() -> None:
    changed = wallet.mutate(prove("paid", paid()), KEYS, stamp(), lambda told: {**told, "resource": None})
    assert json.loads(changed.body)["resource"] is None
    assert doubts(changed) is None


GROUPS = "pay notify refund close reconcile amounts requests forgery substitution replay access fuzz keys"


@pytest.mark.parametrize("group", GROUPS.split())
def test_every_group_has_a_page(group: str) -> None:
    assert wallet.docs.topics[group].url.startswith("https://")
    assert wallet.docs.topics[group].read


def test_facts_of_the_docs() -> None:
    docs = wallet.docs
    assert {
        "create",
        "query",
        "capture",
        "refund",
        "refund-query",
        "token",
        "verify",
        "bill",
        "other",
    } <= docs.operations
    assert len(docs.retry_schedule) == 24 and sum(docs.retry_schedule) <= 3 * 24 * 3600
    assert not set(docs.topics) & set(docs.not_applicable)
    assert docs.proof_needs_gateway and not docs.answers_signed


def test_troubles_are_paypals_own_errors() -> None:
    answers = {kind: wallet.trouble(kind, Message("GET", "/")) for kind in ("throttled", "unavailable", "system-error")}
    assert [answer.status for answer in answers.values()] == [429, 503, 500]
    assert json.loads(answers["unavailable"].body)["name"] == "SERVICE_UNAVAILABLE"
    assert wallet.spoil(answers["throttled"]) is answers["throttled"]
