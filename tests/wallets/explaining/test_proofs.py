"""Our own notifications and tokens explained: genuine ones are believed, and of a spoilt one it is said how."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from fixtures.model import Stamp
from fixtures.wallets.interface import Event, Forgery, Wording
from tests.wallets.explaining.saying import NAMES, NOW, URL, believed, gateway_url, named, paid, scene, wallet_named

# Spoilt in what is no signature's business: time, or the agreement of an account.
TIMELY = {"stale", "future", "expired-message", "expired-intermediate", "wrong-tag", "other-algorithm"}
SAID = {
    "added-field": "added after signing",
    "api-key": "API key signed",
    "application-data-added": "`applicationData`",
    "body-only": "body alone",
    "client-id": "SIN",
    "crc-of-nothing": "empty body",
    "downgraded-scheme": "v0",
    "empty-key": "empty",
    "empty-secret": "empty secret",
    "empty-signature": "no signature at all",
    "expired-leaf": "pinned",
    "expired-root": "expired",
    "hex": "hexadecimal",
    "hex-crc": "hexadecimal",
    "lookalike-root": "pinned",
    "other-endpoint": "another endpoint",
    "other-merchant-key": "nother merchant",
    "other-version-root": "another protocol version",
    "other-webhook-id": "somebody else",
    "own-key": "merchant's own",
    "placeholder-key": "placeholder",
    "placeholder-secret": "sample secret",
    "public-key": "public key signed",
    "publishable-key": "publishable",
    "rotated-out": "long ago",
    "self-signed-intermediate": "vouches for itself",
    "signed-crc": "signed 32-bit",
    "signing-only-intermediate": "another protocol version",
    "signtest-probe": "own probe",
    "simulator": "WEBHOOK_ID",
    "swapped-headers": "changed places",
    "swapped-serial": "Another key of the platform",
    "swapped-timestamp": "`t` was changed",
    "tampered-payee": "`seller_id`",
    "tampered-result": "`result_code`",
    "tampered-status": "`trade_status`",
    "unkeyed": "without any secret",
    "unmarked-leaf": "marks",
    "unvouched-intermediate": "without any root",
    "wrong-apiv3-key": "sealed resource",
    "wrong-associated-data": "sealed resource",
    "wrong-recipient": "another recipient",
}
"""What an explanation says of a forgery, wherever it exists; of the others it only says something."""
ELSEWHERE = {("bitpay", "tampered-status"), ("wechatpay", "swapped-timestamp")}

MODES = [(name, mode) for name in NAMES for mode in wallet_named(name).modes]


def _forgeries() -> Iterator[object]:
    for name, mode in MODES:
        for forgery in wallet_named(name).forgeries:
            unsigned = name == "bitpay" and (mode == "classic" or forgery.name == "unsigned")
            if forgery.group == "forgery" and forgery.exists_in(mode) and not unsigned:
                yield pytest.param(name, mode, forgery, id=f"{name}-{mode}-{forgery.name}")


@pytest.mark.parametrize(("name", "mode"), MODES)
@pytest.mark.parametrize("odd", [False, True])
def test_a_genuine_one_is_believed_however_it_is_written(name: str, mode: str, odd: bool) -> None:
    wallet = wallet_named(name)
    keys, event = wallet.published_keys(), "paid"
    message = wallet.prove(
        event,
        paid(name, mode, "ORDER-0001", 3),
        keys,
        Stamp(NOW, Random(1)),
        URL,
        gateway_url(name),
        Wording(odd=odd, extra_fields=odd),
    )
    found = wallet.explain_proof(message, keys)
    if (name, mode) == ("bitpay", "classic"):
        assert found is None
    else:
        believed(found)


@pytest.mark.parametrize(("name", "mode", "forgery"), list(_forgeries()))
def test_it_is_said_what_was_spoilt(name: str, mode: str, forgery: Forgery) -> None:
    wallet, told = wallet_named(name), scene(name, mode)
    found = wallet.explain_proof(forgery.make(told), told.keys)
    if forgery.name in TIMELY:
        believed(found)
    elif (name, forgery.name) in ELSEWHERE:
        named(found, "ompare")
    else:
        named(found, SAID.get(forgery.name, ""))


def test_a_substitution_is_signed_by_the_wallet_itself() -> None:
    told = scene("stripe", "intent")
    for forgery in wallet_named("stripe").forgeries:
        if forgery.group == "substitution":
            believed(wallet_named("stripe").explain_proof(forgery.make(told), told.keys))


@pytest.mark.parametrize("name", NAMES)
def test_rubbish_is_answered_and_never_raised(name: str) -> None:
    wallet, told = wallet_named(name), scene(name, wallet_named(name).modes[0])
    genuine = wallet.prove("paid", told.victim, told.keys, told.stamp, URL, gateway_url(name))
    bodies = (b"", b"\0\xff\xfe", b"[" * 5000, b"{}", b"[]", b"null", b"<xml><a/></xml>", genuine.body[:-9])
    for body in bodies:
        spoilt = type(genuine)(genuine.method, "/", genuine.headers, body)
        found = wallet.explain_proof(spoilt, told.keys)
        assert found is None or not found.believed
        assert wallet.explain_call(spoilt, told.keys) is None or not wallet.explain_call(spoilt, told.keys).believed


def test_google_pay_explains_callbacks_of_passes_too() -> None:
    wallet, told = wallet_named("googlepay"), scene("googlepay", "ECv2")
    believed(wallet.explain_proof(wallet.callback(told.keys, told.stamp, URL), told.keys))
    made = {forgery.name: forgery.make(told) for forgery in wallet.callbacks}
    named(wallet.explain_proof(made["expired-root"], told.keys), "expired")
    named(wallet.explain_proof(made["payment-chain"], told.keys), "payments")
    named(wallet.explain_proof(made["other-issuer"], told.keys), "another recipient")


def test_a_refund_of_the_old_wechat_api_is_sealed_and_not_signed() -> None:
    event: Event = "refunded"
    wallet, told = wallet_named("wechatpay"), scene("wechatpay", "v2-md5")
    payment = wallet.act("refund", told.victim, told.stamp, told.victim.asked)
    message = wallet.prove(event, payment, told.keys, told.stamp, URL, "")
    assert wallet.explain_proof(message, told.keys) is None
