"""The Bitcoin node's ground: bytes, addresses, scripts, messages, as the vendors' own vectors have them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from fixtures.chains import device
from fixtures.chains.bitcoin import amounts, bip322, descriptors, identity, kernel, messages, parsing, spending, uris
from fixtures.chains.bitcoin.address import MAIN, REGTEST, TEST, address_of_key, script_of, spelled
from fixtures.chains.bitcoin.transaction import Input, Output, Transaction

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "hardware.json").read_text(encoding="utf-8"))
SEED = device.seed_of(" ".join(["all"] * 12))
NETWORKS = {"Bitcoin": MAIN, "Testnet": TEST}


def named(section: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", VECTORS[section], ids=lambda case: case["id"])


@named("btc_signmessage")
def test_message_signatures_are_judged_as_they_should_be(case: dict[str, Any]) -> None:
    """And what the device signed is signed again, byte for byte; with the header of either make."""
    network = NETWORKS[case["network"]]

    found = messages.refusal(case["address"], case["signature_b64"], case["message"], network)

    assert (found is None) == (case["expect"] == "valid"), found
    if case["id"].startswith("trezor"):
        make: messages.Make = "ledger" if case["id"].endswith("electrum-header") else "trezor"
        key = device.derive(SEED, case["path"])
        assert address_of_key(key.public, case["script_type"], network) == case["address"]
        assert messages.signed_text(key, case["message"], case["script_type"], make) == case["signature_b64"]


@named("slip13_login")
def test_identities_are_judged_as_they_should_be(case: dict[str, Any]) -> None:
    """And the device's own answers are made again, path, address and signature."""
    hidden, visual = bytes.fromhex(case["challenge_hidden_hex"]), case["challenge_visual"]
    path = identity.path(case["uri"], case["index"])
    key = device.derive(device.seed_of(case["mnemonic"]), path)

    found = identity.refusal(case["public_key_hex"], case["signature_hex"], hidden, visual)

    assert list(device.steps(path)) == case["path"]
    assert (found is None) == (case["expect"] == "valid"), found
    if case["expect"] == "valid":
        assert identity.sign(key, hidden, visual).hex() == case["signature_hex"]
        assert (identity.address(key), key.public.hex()) == (case["address"], case["public_key_hex"])


@pytest.mark.parametrize("case", [one for one in VECTORS["bip322"] if one["kind"] == "hashes"], ids=lambda c: c["id"])
def test_the_virtual_transactions_of_bip322(case: dict[str, Any]) -> None:
    """Hash of the message, ids of both transactions."""
    script, message = script_of(case["address"], MAIN), case["message"].encode()

    assert bip322.message_hash(message).hex() == case["message_hash"]
    assert bip322.to_spend(script, message).id == case["to_spend_tx_hash"]
    assert bip322.to_sign(script, message).id == case["to_sign_tx_hash"]


@pytest.mark.parametrize("case", [one for one in VECTORS["bip322"] if one["kind"] != "hashes"], ids=lambda c: c["id"])
def test_proofs_of_bip322_are_judged_as_they_should_be(case: dict[str, Any]) -> None:
    """Simple and full ones of all kinds of scripts; those of one native segwit key can be made here too."""
    found = bip322.refusal(case["address"], case["signature"], case["message"], MAIN)

    assert (found is None) == (case["expect"] == "valid"), found
    if case.get("type") == "p2wpkh" and case["kind"] == "simple":
        private = device.from_base58check(case["private_keys_wif"][0])[1:33]
        key = device.Node(private, b"", PrivateKey(private).public_key.format())
        for prefix in (True, False):
            made = bip322.sign(key, case["message"], prefix=prefix)
            assert bip322.refusal(case["address"], made, case["message"], MAIN) is None


@named("btc_transactions")
def test_the_devices_transaction_is_signed_again(case: dict[str, Any]) -> None:
    """Byte for byte, and the consensus code takes it; not so with another amount."""
    read = parsing.transaction(bytes.fromhex(case["raw"]))
    spent = [Output(one["amount"], bytes.fromhex(one["prevout_script"])) for one in case["inputs"]]
    bare = replace(read, inputs=tuple(replace(one, witness=()) for one in read.inputs))
    key = device.derive(SEED, case["inputs"][0]["path"])

    assert (read.id, read.raw.hex(), read.signals) == (case["txid"], case["raw"], case["signals_bip125"])
    assert [[one.amount, spelled(one.script, TEST)] for one in read.outputs] == case["outputs"]
    assert spending.signed(bare, 0, key, spent[0].amount).raw == read.raw
    assert kernel.may_spend(read, spent)
    assert not kernel.may_spend(read, [replace(spent[0], amount=spent[0].amount + 1)])


@pytest.mark.parametrize(
    "case", [one for one in VECTORS["watch_only"] if one["script_type"] != "eth"], ids=lambda c: c["id"]
)
def test_watch_only_addresses(case: dict[str, Any]) -> None:
    """Receive and change addresses of the account's extended public key."""
    account = device.parse(case["account_extended_public_key"])

    for branch, name in enumerate(("receive", "change")):
        parent = device.child(account, branch)
        keys = [device.child(parent, number).public for number in range(len(case[name]))]
        assert [address_of_key(key, case["script_type"], MAIN) for key in keys] == case[name]


@pytest.mark.parametrize("uri", VECTORS["payment_uris"]["bip321_valid"])
def test_payment_uris_are_read(uri: str) -> None:
    """Address and amount, whatever the case of scheme and names."""
    found = uris.read(uri, None)

    assert found.address is None or found.address.lower() in uri.lower()
    assert (found.amount is not None) == ("amount=" in uri)


@pytest.mark.parametrize(
    "uri",
    [
        *VECTORS["payment_uris"]["bip321_invalid"],
        "litecoin:175tWpb8K1S7NmH4Zx6rewF9WQrcZv245W",
        "bitcoin:",
        "bitcoin:x?amount=1e3",
        "bitcoin:x?amount=0.000000001",
    ],
)
def test_other_uris_are_refused(uri: str) -> None:
    """In words."""
    with pytest.raises(ValueError, match=r".{10}"):
        uris.read(uri, None)


def test_a_uri_is_read_as_it_was_written() -> None:
    """And an address of another network is none."""
    address = address_of_key(device.derive(SEED, "m/84h/1h/0h/0/0").public, "p2wpkh")

    assert uris.written(address, 42_000) == f"bitcoin:{address}?amount=0.00042000"
    assert uris.read(uris.written(address, 42_000)) == uris.Asked(address, 42_000)
    with pytest.raises(ValueError, match="network main"):
        uris.read(uris.written(address, 42_000), MAIN)


@given(st.integers(0, 21_000_000 * 100_000_000))
def test_amounts_have_eight_decimals_and_no_float(amount: int) -> None:
    """Whatever the amount, its JSON is exact."""
    text = amounts.dumped({"amount": amounts.bitcoin(amount)})

    assert text == f'{{"amount":{amount // 10**8}.{amount % 10**8:08}}}'
    assert amounts.satoshi(amounts.loaded(text.encode())["amount"]) == amount


@given(st.binary(max_size=300))
def test_nothing_but_a_transaction_is_read_as_one(data: bytes) -> None:
    """Bytes are refused, or are those of the transaction that was read."""
    try:
        read = parsing.transaction(data)
    except ValueError:
        return
    assert read.raw == data


@given(st.text(max_size=100), st.text(max_size=100))
def test_no_text_is_a_signature_by_chance(signature: str, message: str) -> None:
    """Nor does any break a verifier."""
    address = address_of_key(device.derive(SEED, "m/84h/1h/0h/0/0").public, "p2wpkh")

    assert messages.refusal(address, signature, message)
    assert bip322.refusal(address, signature, message)
    assert identity.refusal(signature, signature, b"", message)


def test_a_transaction_without_witness_has_one_id() -> None:
    """And with one, two."""
    bare = Transaction((Input(("00" * 32, 0)),), (Output(1, b"\x51"),))
    witnessed = bare.with_input(0, replace(bare.inputs[0], witness=(b"x",)))

    assert bare.id == bare.witness_id == witnessed.id != witnessed.witness_id
    assert parsing.transaction(witnessed.raw) == witnessed


def test_checksums_of_descriptors() -> None:
    """The example of Bitcoin Core's documentation, and a slip of the pen."""
    body = "raw(deadbeef)"

    assert descriptors.checksum(body) == "89f8spxm"
    assert descriptors.checked(f"{body}#89f8spxm") == body
    with pytest.raises(Exception, match="checksum"):
        descriptors.checked(f"{body}#89f8spxx")


@pytest.mark.parametrize("kind", ["p2wpkh", "p2sh-p2wpkh", "p2pkh"])
def test_an_address_stands_for_its_script_on_its_network_alone(kind: str) -> None:
    """Main network and test network never share one."""
    public = device.derive(SEED, "m/0").public
    address = address_of_key(public, kind, REGTEST)

    assert spelled(script_of(address, REGTEST), REGTEST) == address
    with pytest.raises(ValueError, match=r"."):
        script_of(address, MAIN)
