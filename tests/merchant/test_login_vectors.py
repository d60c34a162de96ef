"""Logins by signed message: what is published is judged as published."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from fixtures.merchant.integrations.login import Site
from fixtures.merchant.integrations.login_bitcoin import Bip322, BitcoinMessage, TrezorIdentity, digest, text_bytes
from fixtures.merchant.integrations.login_ethereum import PersonalSign, SignInWithEthereum, TypedData, typed_signable
from fixtures.merchant.words import Attempt, Refused
from tests.merchant.nodes import TOKEN, VECTORS

SITE = Site("shop.walletproof.test", "https://shop.walletproof.test/login", 1, TOKEN)
NOW = 1_767_225_600.0


def attempt(signature: str, address: str = "", public_key: str = "") -> Attempt:
    return Attempt("c", "form", address, public_key, signature)


def believed(verify: Callable[[], object]) -> bool:
    try:
        verify()
    except (Refused, ValueError):
        return False
    return True


def expected(vector: dict[str, Any]) -> bool:
    return str(vector["expect"]).startswith(("valid", "same signer"))


@pytest.mark.parametrize("vector", VECTORS["btc_signmessage"], ids=lambda vector: vector["id"])
def test_a_bitcoin_message_is_judged_as_published(vector: dict[str, Any]) -> None:
    form = BitcoinMessage(SITE)
    asked = {"message": vector["message"]}

    verdict = believed(
        lambda: form.verify(asked, form.account(vector["address"]), attempt(vector["signature_b64"]), NOW)
    )

    assert verdict is expected(vector)
    assert vector["message_digest_hex"] == digest(text_bytes(vector["message"])).hex() or not verdict


@pytest.mark.parametrize("header", range(27, 43))
def test_a_header_is_good_for_its_own_kinds_of_address(header: int) -> None:
    """BIP-137's table, and 31 to 34 for every kind, as Ledger and Electrum write them."""
    vectors = {vector["script_type"]: vector for vector in VECTORS["btc_signmessage"][:3]}
    form = BitcoinMessage(SITE)
    good = set()
    for kind, vector in vectors.items():
        for recovery in range(4):
            raw = bytes([header - (header - 27) % 4 + recovery]) + base64.b64decode(vector["signature_b64"])[1:]
            signed = attempt(base64.b64encode(raw).decode())
            if believed(lambda: form.verify({"message": vector["message"]}, vector["address"], signed, NOW)):  # noqa: B023 - called at once
                good.add(kind)

    every = {"p2pkh", "p2sh-p2wpkh", "p2wpkh"}
    assert good == [set(), every, {"p2sh-p2wpkh"}, {"p2wpkh"}][(header - 27) // 4]


@pytest.mark.parametrize("vector", VECTORS["eth_personal_sign"], ids=lambda vector: vector["id"])
def test_an_ethereum_message_is_judged_as_published(vector: dict[str, Any]) -> None:
    """The compact form of EIP-2098 (64 bytes) comes from no device and is not taken."""
    form = PersonalSign(SITE)
    asked = {"message": vector["message"]}

    verdicts = {
        believed(lambda: form.verify(asked, form.account(vector["address"]), attempt(prefix + signature), NOW))  # noqa: B023 - called at once
        for prefix in ("", "0x")
        for signature in (vector["signature_hex"], vector["signature_hex"].upper())
    }

    assert verdicts == {expected(vector) and vector["id"] != "eip2098-compact"}


def test_the_zero_address_is_nobody_s() -> None:
    form = PersonalSign(SITE)

    with pytest.raises(ValueError, match="no account"):
        form.account("0x" + "0" * 40)
    with pytest.raises(Refused):
        form.compare_address("0x" + "0" * 40, "0x" + "0" * 40)


@pytest.mark.parametrize("vector", VECTORS["eip712"], ids=lambda vector: vector["id"])
def test_typed_data_are_hashed_and_verified_as_published(vector: dict[str, Any]) -> None:
    form = TypedData(SITE)
    signable = typed_signable(vector["typed_data"])

    signer = form.recover(signable, vector["signature"])

    assert "0x" + signable.header.hex() == vector["domain_separator"]
    assert signer == vector["address"]


@pytest.mark.parametrize("vector", VECTORS["slip13_login"], ids=lambda vector: vector["id"])
def test_a_trezor_identity_is_judged_as_published(vector: dict[str, Any]) -> None:
    form = TrezorIdentity(SITE)
    asked = {"hidden": vector["challenge_hidden_hex"], "visual": vector["challenge_visual"]}
    signed = attempt(vector["signature_hex"], vector["address"], vector["public_key_hex"])

    verdict = believed(lambda: form.verify(asked, form.account(vector["address"]), signed, NOW))

    assert verdict is expected(vector)


@pytest.mark.parametrize(
    "vector", [one for one in VECTORS["bip322"] if one["kind"] != "hashes"], ids=lambda vector: vector["id"]
)
def test_a_bip322_signature_is_judged_as_published(vector: dict[str, Any]) -> None:
    """Only the simple form is offered; what a whole transaction ("ful") proves is not asked for."""
    form = Bip322(SITE)
    signature = vector["signature"]

    verdicts = {
        believed(lambda: form.verify_text(vector["message"], form.account(vector["address"]), text))  # noqa: B023 - called at once
        for text in (signature, signature.removeprefix("smp"))
    }

    assert verdicts == {vector["expect"] == "valid" and vector["kind"] == "simple"}


@pytest.mark.parametrize("vector", VECTORS["siwe"], ids=lambda vector: vector["id"])
def test_a_sign_in_with_ethereum_is_judged_as_published(vector: dict[str, Any]) -> None:
    lines = dict(line.split(": ", 1) for line in vector["message"].splitlines() if ": " in line)
    site = Site(
        vector.get("expected_domain") or vector["message"].split(" ", 1)[0],
        lines["URI"],
        int(vector.get("expected_chain_id") or lines["Chain ID"]),
        TOKEN,
    )
    at = vector["verify_at"]
    now = datetime.fromisoformat(at).timestamp() if at else datetime.now(UTC).timestamp()
    asked = {"message": vector["message"], "nonce": vector.get("expected_nonce") or lines["Nonce"]}
    form = SignInWithEthereum(site)
    account = vector.get("address") or vector["message"].splitlines()[1]

    verdict = believed(lambda: form.verify(asked, account, attempt(vector["signature"]), now))

    assert verdict is expected(vector)


@pytest.mark.parametrize("name", VECTORS["siwe_parsing_negative"])
def test_what_is_no_sign_in_message_is_not_read(name: str) -> None:
    with pytest.raises(Refused):
        SignInWithEthereum(SITE).read(VECTORS["siwe_parsing_negative"][name])
