"""What a device signs on Ethereum, byte for byte, and whom a signature is believed to be from."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.chains import device
from fixtures.chains.ethereum import messages, siwe
from fixtures.chains.ethereum.encoding import address_of, checksummed, created_by, hexed, rlp, unhex
from fixtures.chains.ethereum.transactions import Transaction, sign
from tests.chains.ethereum_desk import VECTORS

PERSONAL = VECTORS["eth_personal_sign"]


def name_of(vector: dict[str, Any]) -> str:
    return str(vector["id"])


def transaction(fields: dict[str, str]) -> Transaction:
    number = {name: int(value, 16) for name, value in fields.items() if name not in {"to", "data"}}
    return Transaction(
        chain_id=number["chainId"],
        nonce=number["nonce"],
        to=fields["to"] or None,
        value=number["value"],
        data=unhex(fields["data"]),
        gas=number["gas"],
        max_fee=number.get("maxFeePerGas", 0),
        tip=number.get("maxPriorityFeePerGas", 0),
        gas_price=number.get("gasPrice"),
    )


@pytest.mark.parametrize("vector", VECTORS["eth_transactions"], ids=name_of)
def test_transactions_are_signed_as_the_device_does(vector: dict[str, Any]) -> None:
    node = device.derive(device.seed_of(vector["mnemonic"]), vector["path"])

    signed = sign(transaction(vector["tx"]), node.private or b"")

    assert (hexed(signed.raw), signed.hash) == (vector["raw"], vector["hash"])
    assert (signed.v, signed.r, signed.s) == (vector["v"], int(vector["r"], 16), int(vector["s"], 16))
    assert address_of(node.public) == vector["from_"]


@pytest.mark.parametrize("vector", [one for one in PERSONAL if one["expect"] == "valid"], ids=name_of)
def test_messages_are_signed_as_the_device_does(vector: dict[str, Any]) -> None:
    digest = messages.personal_digest(vector["message"])

    assert digest.hex() == vector["digest_hex"]
    assert messages.signed(bytes.fromhex(vector["private_key_hex"]), digest).hex() == vector["signature_hex"]


@pytest.mark.parametrize("vector", [one for one in PERSONAL if one["id"] == "v-0-1-form"], ids=name_of)
def test_an_older_spelling_of_v_is_read(vector: dict[str, Any]) -> None:
    digest = messages.personal_digest(vector["message"])

    assert messages.recovered(digest, unhex(vector["signature_hex"])) == vector["address"]


@pytest.mark.parametrize(
    "vector", [one for one in PERSONAL if one["id"] in {"unprefixed-digest", "hex-string-confusion"}], ids=name_of
)
def test_a_signature_of_something_else_is_somebody_elses(vector: dict[str, Any]) -> None:
    digest = messages.personal_digest(vector["message"])

    assert messages.recovered(digest, unhex(vector["signature_hex"])) != vector["address"]


@pytest.mark.parametrize(
    "vector",
    [one for one in PERSONAL if one["id"] in {"eip2098-compact", "malleated-high-s", "zero-signature-zero-address"}],
    ids=name_of,
)
def test_what_is_no_strict_signature_is_nobodys(vector: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        messages.recovered(messages.personal_digest(vector["message"]), unhex(vector["signature_hex"]))


@pytest.mark.parametrize("vector", VECTORS["eip712"], ids=name_of)
def test_typed_data_are_hashed_and_signed_as_the_device_does(vector: dict[str, Any]) -> None:
    node = device.derive(device.seed_of("all " * 11 + "all"), vector["path"])
    digest = messages.typed_digest(vector["typed_data"])

    assert digest.hex() == vector["digest_hex"].removeprefix("0x")
    assert hexed(messages.signed(node.private or b"", digest)) == vector["signature"]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"types": {}, "primaryType": "A", "domain": {}, "message": {}},
        {"types": {"EIP712Domain": [], "A": [{"name": "a", "type": "word"}]}, "primaryType": "A", "domain": {},
         "message": {"a": 1}},
        {"types": {"EIP712Domain": [], "A": [{"name": "a", "type": "uint8[2]"}]}, "primaryType": "A", "domain": {},
         "message": {"a": [1]}},
        {"types": {"EIP712Domain": [], "A": [{"name": "a", "type": "uint256"}]}, "primaryType": "A", "domain": {},
         "message": {"a": -1}},
    ],
)  # fmt: skip
def test_typed_data_that_do_not_fit_their_types_are_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        messages.typed_digest(data)


def judged(vector: dict[str, Any]) -> bool:
    """Whether a strict server lets the message in."""
    try:
        message = siwe.parse(vector["message"])
        signer = messages.recovered(messages.personal_digest(vector["message"]), unhex(vector["signature"]))
    except ValueError:
        return False
    told = siwe.problem(
        message,
        domain=vector.get("expected_domain") or message.domain,
        nonce=vector.get("expected_nonce") or message.nonce,
        chain_id=vector.get("expected_chain_id") or message.chain_id,
        now=siwe.moment(vector.get("verify_at") or "2026-01-15T12:01:00Z"),
    )
    return told is None and signer == message.address


@pytest.mark.parametrize("vector", VECTORS["siwe"], ids=name_of)
def test_log_in_messages_are_judged_as_the_vectors_say(vector: dict[str, Any]) -> None:
    assert judged(vector) is (vector["expect"] == "valid")


@pytest.mark.parametrize("vector", [one for one in VECTORS["siwe"] if one["expect"] == "valid"], ids=name_of)
def test_a_log_in_message_is_written_as_it_was_read(vector: dict[str, Any]) -> None:
    assert str(siwe.parse(vector["message"])) == vector["message"]


@pytest.mark.parametrize("name", VECTORS["siwe_parsing_negative"])
def test_what_is_laid_out_otherwise_is_no_log_in_message(name: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        siwe.parse(VECTORS["siwe_parsing_negative"][name])


def test_a_log_in_message_with_everything_in_it() -> None:
    text = str(
        siwe.Siwe(
            domain="shop.test:8443",
            scheme="https",
            address=checksummed("0x" + "ab" * 20),
            uri="https://shop.test/login",
            chain_id=31337,
            nonce="abcdefgh1",
            issued_at="2026-01-15T12:00:00+01:00",
            not_before="2026-01-15T12:00:00Z",
            request_id="",
            resources=("https://shop.test/terms", "ipfs://bafy"),
        )
    )

    parsed = siwe.parse(text)

    assert str(parsed) == text
    assert parsed.resources == ("https://shop.test/terms", "ipfs://bafy")
    assert siwe.problem(parsed, domain="shop.test:8443", nonce="abcdefgh1", chain_id=31337, now=1_800_000_000) is None
    assert siwe.problem(parsed, domain="shop.test:8443", nonce="abcdefgh1", chain_id=31337, now=0) is not None


def test_addresses_of_contracts_follow_from_their_creator() -> None:
    creator = "0x3a864934d7748e27e5c03792793f5a5c69b6421a"
    made = [created_by(creator, nonce).lower() for nonce in range(5)]

    assert made == list(VECTORS["evm"]["deployed"].values())


@pytest.mark.parametrize(
    ("item", "written"),
    [(0, "80"), (127, "7f"), (128, "8180"), (b"", "80"), ([], "c0"), ([b"a" * 56], "f83a" + "b838" + "61" * 56)],
)
def test_recursive_length_prefixes(item: Any, written: str) -> None:
    assert rlp(item).hex() == written
