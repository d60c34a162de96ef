"""Where addresses stand in the merchant's account, by BIP-44 and BIP-84."""

from __future__ import annotations

import pytest

from fixtures.chains import device
from fixtures.chains.account import Place, place_of, shown_by_device
from fixtures.chains.bitcoin.address import KINDS, address_of_key
from fixtures.chains.ethereum.encoding import address_of
from fixtures.chains.keys import merchant_credentials
from fixtures.wallets.trezor import WALLET

KEYS = WALLET.published_keys()


def public(mode: str, *path: int) -> bytes:
    """A key of the account that the shop is given."""
    node = device.parse(merchant_credentials(KEYS, mode)["account_xpub"])
    for index in path:
        node = device.child(node, index)
    return node.public


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("branch", [0, 1])
def test_an_address_of_bitcoin_is_found_with_its_branch_and_kind(branch: int, kind: str) -> None:
    found = place_of(address_of_key(public("bitcoin", branch, 17), kind), KEYS, "bitcoin")

    assert found == Place(branch, kind)
    assert (found == shown_by_device("bitcoin")) is (branch == 0 and kind == "p2wpkh")


@pytest.mark.parametrize(("path", "branch"), [((0, 3), 0), ((1, 3), 1), ((3,), None)])
def test_an_address_of_ethereum_is_found_with_its_branch(path: tuple[int, ...], branch: int | None) -> None:
    found = place_of(address_of(public("ethereum", *path)), KEYS, "ethereum")

    assert found == Place(branch)
    assert (found == shown_by_device("ethereum")) is (branch == 0)


def test_an_address_of_another_account_is_not_found() -> None:
    assert place_of(address_of(public("ethereum", 7, 7)), KEYS, "ethereum") is None
