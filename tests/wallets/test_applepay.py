"""The emulated Apple Pay: tokens, what a strict receiver believes of them, and the life of a payment."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.x509 import UnrecognizedExtension
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures import acquirer
from fixtures.model import Answer, Money, PaymentState
from fixtures.wallets.applepay import WALLET, certificates, cms, signing, statement
from fixtures.wallets.applepay.token import application_data, recipient, sealed, signed, signer
from fixtures.wallets.features import Callbacks, Sessions, Trap
from fixtures.wallets.interface import Action, Forgery, Refused, Wording
from tests.wallets.applepay_desk import KEYS, NOW, confirmed, scene, stamp, token

MODES = pytest.mark.parametrize("mode", WALLET.modes)
CANARY = "http://127.0.0.1:4242/applepay/canary/word"


class TestTokens:
    @MODES
    @pytest.mark.parametrize("wording", [Wording(), Wording(odd=True), Wording(extra_fields=True), Wording("m-1")])
    def test_every_genuine_token_is_believed(self, mode: str, wording: Wording) -> None:
        message = WALLET.prove("paid", confirmed(mode=mode), KEYS, stamp(), "", "", wording)
        told = WALLET.believed(message, KEYS, NOW)
        assert statement.money_of(told) == Money(1999, "USD")
        assert acquirer.refusal(KEYS["issuer_secret"], statement.card_of(told), NOW) is None

    @MODES
    def test_the_token_is_bound_to_its_order(self, mode: str) -> None:
        header = json.loads(token(confirmed(mode=mode)).body)["paymentData"]["header"]
        assert header["applicationData"] == application_data("A-1")

    def test_a_message_id_fixes_the_transaction(self) -> None:
        ids = {
            json.loads(WALLET.prove("paid", confirmed(), KEYS, stamp(seed), "", "", Wording("m-1")).body)[
                "transactionIdentifier"
            ]
            for seed in (1, 2)
        }
        assert len(ids) == 1
        assert len(ids.pop()) == 64

    def test_the_bytes_are_apples(self) -> None:
        """Indefinite lengths, a detached signature by name, five fields of a header at most."""
        data = json.loads(token(confirmed()).body)["paymentData"]
        raw = b64decode(data["signature"])
        assert data["signature"].startswith("MIAGCSqGSIb3DQEHAqCAMIACAQEx")
        assert raw.endswith(bytes(6))
        assert cms.parse(raw).written() == raw
        assert len(b64decode(data["header"]["ephemeralPublicKey"])) == 91

    @MODES
    def test_a_changed_statement_is_signed_again(self, mode: str) -> None:
        changed = WALLET.mutate(
            token(confirmed(mode=mode)), KEYS, stamp(), lambda told: told | {"transactionAmount": 5}
        )
        assert statement.money_of(WALLET.believed(changed, KEYS, NOW)) == Money(5, "USD")

    @MODES
    def test_the_signature_can_be_taken_out_and_put_back(self, mode: str) -> None:
        message = token(confirmed(mode=mode))
        signature = WALLET.signature_of(message)
        assert signature is not None
        assert WALLET.with_signature(message, signature) == message
        with pytest.raises(ValueError, match="signature"):
            WALLET.believed(WALLET.with_signature(message, signature[:-1]), KEYS, NOW)

    @given(flips=st.binary(min_size=1, max_size=72))
    @settings(max_examples=40, deadline=None)
    def test_no_other_signature_is_believed(self, flips: bytes) -> None:
        message = token(confirmed())
        signature = WALLET.signature_of(message) or b""
        other = bytes(one ^ flip for one, flip in zip(signature, flips.ljust(len(signature), b"\0"), strict=False))
        if other == signature:
            return
        with pytest.raises(ValueError, match=r"signature|key"):
            WALLET.believed(WALLET.with_signature(message, other), KEYS, NOW)

    def test_a_new_key_set_works_as_the_published_one_does(self) -> None:
        keys = WALLET.make_keys()
        assert set(keys) == set(KEYS)
        message = WALLET.prove("paid", confirmed(mode="RSA_v1"), keys, stamp(), "", "")
        assert WALLET.believed(message, keys, NOW)["transactionAmount"] == 1999
        with pytest.raises(ValueError, match="root"):
            WALLET.believed(message, KEYS, NOW)

    def test_the_processing_certificate_names_the_merchant(self) -> None:
        """As documented, so that a shop may check that certificate and id belong together."""
        certificate = certificates.load(KEYS["processing_certificate_ec"])
        mark = certificate.extensions.get_extension_for_oid(certificates.MERCHANT_MARK).value
        assert certificates.uid(certificate) == KEYS["merchant_id"]
        assert isinstance(mark, UnrecognizedExtension)
        assert mark.value[:2] == b"\x0c\x40"


class TestForgeries:
    @MODES
    @pytest.mark.parametrize("forgery", WALLET.forgeries, ids=lambda forgery: forgery.name)
    def test_a_strict_receiver_believes_none(self, mode: str, forgery: Forgery) -> None:
        at = scene(mode)
        message = forgery.make(at)
        try:
            told = WALLET.believed(message, KEYS, NOW)
        except ValueError:
            assert forgery.group == "forgery" or forgery.name == "merchant"
            return
        assert forgery.group == "substitution"
        bound = json.loads(message.body)["paymentData"]["header"].get("applicationData") == application_data("A-1")
        assert not bound or statement.money_of(told) != at.victim.paid

    def test_they_are_many_and_all_different(self) -> None:
        made = {forgery.make(scene("EC_v1")).body for forgery in WALLET.forgeries}
        assert len(made) == len(WALLET.forgeries) >= 14

    def test_the_victim_itself_is_payable(self) -> None:
        """What every forgery is compared with."""
        assert WALLET.believed(token(scene("EC_v1").victim), KEYS, NOW)["transactionAmount"] == 1999


class TestHostileTokens:
    @given(
        value=st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.just("AAAA"),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["version", "data", "signature", "header", "x"]), inner, max_size=5)
            ),
            max_leaves=10,
        )
    )
    @settings(max_examples=80, deadline=None)
    def test_anything_else_is_refused_in_words(self, value: Any) -> None:
        assert signing.problem(value, KEYS["root_certificate"], NOW)

    @given(raw=st.binary(max_size=80), cut=st.integers(0, 2000))
    @settings(max_examples=80, deadline=None)
    def test_a_broken_signature_is_refused_in_words(self, raw: bytes, cut: int) -> None:
        whole = cms.sign(b"", *_leaf(), NOW).written()
        for bad in (raw, whole[:cut] + raw + whole[cut + len(raw) :][:-1]):
            data = json.loads(token(confirmed()).body)["paymentData"]
            data["signature"] = b64encode(bad).decode()
            assert signing.problem(data, KEYS["root_certificate"], NOW)


def _leaf() -> tuple[Any, Any]:
    apple = signer(KEYS, "EC_v1")
    return apple.key, apple.certificates


class TestLife:
    def test_confirming_moves_no_money(self) -> None:
        payment = WALLET.assume("A-1", Money(1999, "USD"), "EC_v1", stamp(), None)
        paid = WALLET.act("pay", payment, stamp())
        assert (payment.state, paid.state, paid.paid) == (PaymentState.OPEN, PaymentState.APPROVED, Money(1999, "USD"))
        other = WALLET.act("settle", payment, stamp(), Money(1, "USD"))
        assert statement.money_of(WALLET.believed(token(other), KEYS, NOW)) == Money(1, "USD")
        assert WALLET.act("decline", payment, stamp()).state is PaymentState.OPEN
        assert WALLET.act("cancel", payment, stamp()).state is PaymentState.CLOSED

    @pytest.mark.parametrize("action", ["pend", "fail", "refund"])
    def test_what_the_wallet_does_not_know(self, action: Action) -> None:
        with pytest.raises(Refused):
            WALLET.act(action, confirmed(), stamp(), Money(1, "USD"))

    def test_any_success_is_an_acknowledgement(self) -> None:
        assert WALLET.refusal(Answer(204)) is None
        assert "402" in (WALLET.refusal(Answer(402)) or "")


class TestCredentials:
    @MODES
    def test_the_merchant_gets_nothing_of_apples_private_side(self, mode: str) -> None:
        given_ = WALLET.merchant_credentials(KEYS, mode)
        private = {name for name in KEYS if "private_key" in name or name == "issuer_secret"}
        own = {"identity_private_key", f"processing_private_key_{'ec' if mode == 'EC_v1' else 'rsa'}"}
        assert not {KEYS[name] for name in private - own} & set(given_.values())

    def test_an_unknown_mode(self) -> None:
        with pytest.raises(ValueError, match="EC_v1"):
            WALLET.merchant_credentials(KEYS, "EC_v2")


class TestFeatures:
    def test_what_it_can_do_beside_payments(self) -> None:
        assert isinstance(WALLET, Sessions)
        assert isinstance(WALLET, Callbacks)

    @pytest.mark.parametrize("trap", WALLET.traps, ids=lambda trap: trap.name)
    def test_every_trap_leads_to_the_sandbox(self, trap: Trap) -> None:
        url = urlsplit(trap.make(CANARY))
        assert url.port == 4242
        assert url.path.startswith("/applepay/canary/word")
        assert (url.hostname or "").endswith(("localhost", "127.0.0.1", "2130706433"))

    def test_every_topic_that_does_not_apply_is_no_topic_that_does(self) -> None:
        assert not set(WALLET.docs.topics) & set(WALLET.docs.not_applicable)


def test_a_token_for_nobody_in_particular() -> None:
    """Without application data the field is absent, not empty."""
    data = sealed(b"{}", recipient(KEYS, "EC_v1"), stamp(), transaction="0" * 64, application=None)
    whole = signed(data, signer(KEYS, "EC_v1"), NOW)
    assert "applicationData" not in whole["header"]
    assert signing.problem(whole, KEYS["root_certificate"], NOW) is None


@given(raw=st.binary(max_size=40), at=st.integers(0, 160))
@settings(max_examples=80, deadline=None)
def test_broken_attributes_are_refused_in_words(raw: bytes, at: int) -> None:
    """Nothing vouches for the attributes before they are read."""
    data = json.loads(token(confirmed()).body)["paymentData"]
    whole = cms.parse(b64decode(data["signature"]))
    spoilt = whole.attributes[:at] + raw + whole.attributes[at + len(raw) :]
    if spoilt != whole.attributes:
        data["signature"] = b64encode(replace(whole, attributes=spoilt).written()).decode()
        assert signing.problem(data, KEYS["root_certificate"], NOW)
