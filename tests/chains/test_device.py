"""Seed words to keys, against the vectors of makers and standards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.chains import device
from fixtures.chains.ethereum.encoding import address_of

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "hardware.json").read_text())
PATHS = {
    "bip84": ("m/84'/0'/0'", device.ZPUB),
    "bip49": ("m/49'/0'/0'", device.YPUB),
    "bip44": ("m/44'/0'/0'", device.XPUB),
    "bip44-eth": ("m/44'/60'/0'", device.XPUB),
}


@pytest.mark.parametrize("vector", VECTORS["watch_only"], ids=lambda vector: vector["id"])
def test_an_account_key_is_written_as_wallets_write_it(vector: dict[str, Any]) -> None:
    path, version = PATHS[vector["id"]]
    account = device.derive(device.seed_of(vector["mnemonic"]), path)

    assert device.xpub(account, version) == vector["account_extended_public_key"]
    assert device.parse(vector["account_extended_public_key"]) == device.neuter(account)


def test_a_watch_only_account_gives_the_addresses_of_the_device() -> None:
    vector = next(one for one in VECTORS["watch_only"] if one["id"] == "bip44-eth")
    receive = device.child(device.parse(vector["account_extended_public_key"]), 0)

    addresses = [address_of(device.child(receive, index).public) for index in range(len(vector["receive"]))]

    assert addresses == vector["receive"]


def test_watch_only_keys_have_no_hardened_children_and_no_private_form() -> None:
    watched = device.neuter(device.master(device.seed_of("all " * 11 + "all")))

    with pytest.raises(ValueError, match="hardened"):
        device.child(watched, device.HARDENED)
    with pytest.raises(ValueError, match="private"):
        device.xprv(watched)


def test_private_extended_keys_come_back() -> None:
    node = device.derive(device.seed_of("all " * 11 + "all"), "m/84h/1H/0'")

    assert device.parse(device.xprv(node, device.VPRV)) == node
    assert device.xpub(node, device.VPUB).startswith("vpub")


@pytest.mark.parametrize("text", ["", "xpub", "0OIl", "1" * 111])
def test_what_is_no_extended_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        device.parse(text)


def test_words_carry_their_checksum() -> None:
    assert device.words_of(bytes(16)).split() == ["abandon"] * 11 + ["about"]
    assert len(device.words_of(bytes(32)).split()) == 24


@pytest.mark.parametrize("vector", VECTORS["eth_personal_sign"][:9], ids=lambda vector: vector["id"])
def test_the_devices_mnemonic_leads_to_the_signing_keys(vector: dict[str, Any]) -> None:
    node = device.derive(device.seed_of("all " * 11 + "all"), vector["path"])

    assert node.private is not None
    assert node.private.hex() == vector["private_key_hex"]
    assert address_of(node.public) == vector["address"]
