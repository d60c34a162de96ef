"""The foreign SDKs that can verify believe our notifications and answers, and refuse what is forged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.model import Message, Money, Payment
from fixtures.network.faults import Fault
from fixtures.wallets.interface import Event, Forgery, Scene, Wording
from tests.oracles.foreign.driver import Objection
from tests.oracles.foreign.judges import NOTIFY_URL, VERIFYING, WECHATPAY_CERT, stamp
from tests.oracles.foreign.merchant import Merchant

EVENTS = [(judge, event) for judge in VERIFYING for event in sorted(judge.wallet.events())]
FORGERIES = [(judge, one) for judge in VERIFYING for one in judge.wallet.forgeries if one.exists_in(judge.mode)]
SIGNED_ANSWERS = [judge for judge in VERIFYING if judge.wallet.docs.answers_signed]
WORDINGS = [Wording(), Wording(odd=True), Wording(extra_fields=True), Wording(message_id="a1")]


def drawn(merchant: Merchant, reference: str) -> Payment:
    """A paid payment that no ledger knows."""
    judge = merchant.judge
    payment = judge.wallet.assume(reference, judge.money, judge.mode, stamp(), NOTIFY_URL)
    return judge.wallet.act("settle", payment, stamp())


def believed(merchant: Merchant, message: Message) -> bool:
    """Whether the SDK finds a notification genuine."""
    try:
        merchant.believe(message)
    except Objection:
        return False
    return True


@pytest.mark.parametrize(
    ("merchant", "event"), EVENTS, ids=[f"{judge}-{event}" for judge, event in EVENTS], indirect=["merchant"]
)
def test_a_genuine_proof_is_believed(merchant: Merchant, event: Event) -> None:
    """However it is worded."""
    judge = merchant.judge
    payment = judge.wallet.act("refund", drawn(merchant, "A-100001"), stamp(), Money(500, judge.money.currency))

    for wording in WORDINGS:
        message = judge.wallet.prove(event, payment, merchant.keys, stamp(), NOTIFY_URL, merchant.gateway_url, wording)
        assert merchant.believe(message)["event"], wording


@pytest.mark.parametrize(
    ("merchant", "forgery"),
    FORGERIES,
    ids=[f"{judge}-{forgery.group}.{forgery.name}" for judge, forgery in FORGERIES],
    indirect=["merchant"],
)
def test_a_forgery_is_refused_and_a_substitution_verifies(merchant: Merchant, forgery: Forgery) -> None:
    """What the wallet really signed is for the merchant to compare with the order."""
    victim = drawn(merchant, "VICTIM-1")
    other = replace(drawn(merchant, "OTHER-01"), id=f"{victim.id[:-1]}x")
    message = forgery.make(Scene(victim, other, merchant.keys, stamp(), NOTIFY_URL, merchant.gateway_url))

    assert believed(merchant, message) == (forgery.group == "substitution")


@pytest.mark.parametrize("merchant", SIGNED_ANSWERS, ids=str, indirect=True)
def test_an_answer_with_a_spoilt_signature_is_refused(merchant: Merchant) -> None:
    reference = merchant.create()
    wallet = merchant.judge.wallet_name
    merchant.sandbox.client.fault(Fault(wallet=wallet, operation="query", kind="bad-signature", reference=reference))

    with pytest.raises(Objection):
        merchant.query(reference)

    assert merchant.query(reference)["state"] == merchant.judge.words.open


@pytest.mark.parametrize("merchant", [WECHATPAY_CERT], ids=str, indirect=True)
def test_the_platform_certificates_are_downloaded_and_unsealed(merchant: Merchant) -> None:
    found = merchant.driver.call("certificates")

    assert sorted(found) == sorted(
        merchant.keys[name] for name in ("platform_certificate", "next_platform_certificate")
    )
