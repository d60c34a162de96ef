"""Wallets that show something to the shop: a token (Apple Pay, Google Pay), or a chain (Ledger, Trezor)."""

from __future__ import annotations

import json
from collections.abc import Callable

from fixtures.chains import device
from fixtures.chains.bitcoin.address import address_of_key
from fixtures.chains.bitcoin.news import authorization
from fixtures.chains.ethereum.encoding import address_of
from fixtures.model import Given, Message, Money
from fixtures.wallets.features import Observed
from tests.sandbox.medicine.scene import HALF, PRICE, WALLETS, Buyer, Scene, Story, keys_of, written


def presented(name: str) -> Callable[[Scene], Story]:
    """Apple Pay and Google Pay: the buyer confirms, and the shop charges the token at its acquirer."""

    def told(scene: Scene) -> Story:
        wallet, keys = WALLETS[name], keys_of(name)
        opened = wallet.assume(scene.reference, Money(PRICE, "USD"), scene.mode, scene.stamp, None)
        yield opened
        yield Buyer("pay")
        confirmed = wallet.act("pay", opened, scene.stamp)
        token = json.loads(wallet.prove("paid", confirmed, keys, scene.stamp, "", scene.base_url).body)

        def call(method: str, path: str, key: str = "", told: object = None) -> Message:
            headers = [("authorization", f"Bearer {keys['acquirer_key']}"), ("content-type", "application/json")]
            headers += [("idempotency-key", key)] if key else []
            body = b"" if told is None else written(scene.twist(told))
            return Message(method, f"/acquirer/v1/payments{path}", tuple(headers), body)

        asked = {"reference": scene.reference, "amount": PRICE, "currency": "USD", "token": token}
        answer = yield call("POST", "", f"c-{scene.reference}", asked)
        payment = json.loads(answer.body)["id"]
        yield call("GET", f"/{payment}")
        back = {"amount": HALF, "reference": f"RF{scene.reference}"}
        yield call("POST", f"/{payment}/refunds", f"r-{scene.reference}", back)
        yield call("GET", f"?reference={scene.reference}")

    return told


def observed(name: str, scene: Scene) -> Story:
    """Ledger and Trezor: the shop shows an address of its account, and looks at the chain."""
    wallet, keys = WALLETS[name], keys_of(name)
    assert isinstance(wallet, Observed)
    shop = wallet.merchant_credentials(keys, scene.mode)
    account = device.child(device.parse(shop["account_xpub"]), 0)
    public = device.child(account, scene.index).public
    if scene.mode == "bitcoin":
        price, uri = Money(PRICE, "BTC"), f"bitcoin:{address_of_key(public, 'p2wpkh')}?amount=0.00001200"
    else:
        price, to = Money(PRICE, "USDC"), f"address={address_of(public)}&uint256={PRICE}"
        uri = f"ethereum:{shop['token_contract']}@{shop['chain_id']}/transfer?{to}"
    opened = wallet.assume(scene.reference, price, scene.mode, scene.stamp, None)
    yield wallet.watch(opened, Given(qr=uri))
    yield Buyer("pay")
    calls = {"bitcoin": ("getblockcount", "getbestblockhash"), "ethereum": ("eth_blockNumber", "eth_chainId")}
    for method in calls[scene.mode]:
        told = {"jsonrpc": "2.0", "id": 1, "method": method, "params": []}
        headers = (("authorization", authorization(keys)), ("content-type", "application/json"))
        yield Message("POST", f"/{scene.mode}", headers, written(scene.twist(told)))
