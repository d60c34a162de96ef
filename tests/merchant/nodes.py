"""Nodes that answer as a test tells them, settings that point at them, and a reader of payment URIs."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from eth_utils.address import to_checksum_address

from fixtures.merchant.integrations.chain_node import Calls, Node
from fixtures.merchant.integrations.ethereum import TRANSFER, topic
from fixtures.merchant.integrations.hardware import Hardware, Ledger
from fixtures.merchant.settings import WalletSettings
from fixtures.merchant.words import Order, Unknown

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "vectors" / "hardware.json").read_text(encoding="utf-8")
)
ACCOUNTS = {account["id"]: account for account in VECTORS["watch_only"]}
EVM = VECTORS["evm"]
TOKEN = to_checksum_address(EVM["scenarios"][0]["accepted_token"])
VPUB = "vpub5Y6cjg78GGuNLsaPhmYsiw4gYX3HoQiRBiSwDaBXKUafCt9bNwWQiitDk5VZ5BVxYnQdwoTyXSs2JHRPAgjAvtbBrf8ZhDYe2jWAqvZVnsc"
SITE = {"login_domain": "shop.test", "login_uri": "https://shop.test/login"}
ETHEREUM = {
    "wallet": "ledger",
    "mode": "ethereum",
    "chain": "ethereum",
    "gateway_url": "http://127.0.0.1:9/ledger",
    "account_xpub": ACCOUNTS["bip44-eth"]["account_extended_public_key"],
    "confirmations": "2",
    "chain_id": "31337",
    "token_contract": TOKEN,
    "token_symbol": "USDC",
    "token_decimals": "6",
    **SITE,
}
BITCOIN = {
    "wallet": "trezor",
    "mode": "bitcoin",
    "chain": "bitcoin",
    "gateway_url": "http://127.0.0.1:9/trezor",
    "account_xpub": VPUB,
    "confirmations": "2",
    "network": "regtest",
    "rpc_user": "shop",
    "rpc_password": "secret",
    **SITE,
}


@dataclass
class FakeEthereum(Node):
    """A node with the answers that a test gives it."""

    number: int = 100
    fork: str = "a"
    chain_id: int = 31337
    logs: list[dict[str, Any]] = field(default_factory=list)
    receipts: dict[str, Any] = field(default_factory=dict)
    balances: dict[str, list[tuple[int, int]]] = field(default_factory=dict)  # (since block, wei)
    asked: list[dict[str, Any]] = field(default_factory=list)
    down: bool = False

    def call(self, method: str, *parameters: Any) -> Any:
        if self.down:
            raise Unknown("down")
        if method == "eth_chainId":
            return hex(self.chain_id)
        if method == "eth_getBlockByNumber":
            return {"number": hex(self.number), "hash": f"0x{self.fork}{self.number}"}
        assert method == "eth_getLogs"
        self.asked.append(parameters[0])
        return [log for log in self.logs if log["topics"][2] in parameters[0]["topics"][2]]

    def batch(self, calls: Calls) -> list[Any]:
        return [
            self.receipts[parameters[0]]
            if method == "eth_getTransactionReceipt"
            else hex(self.balance(parameters[0], int(parameters[1], 16)))
            for method, parameters in calls
        ]

    def balance(self, address: str, block: int) -> int:
        return sum(wei for since, wei in self.balances.get(address, []) if since <= block)

    def transfer(self, to: str, amount: int, block: int, contract: str = TOKEN, index: int = 0) -> dict[str, Any]:
        """Writes a token transfer and gives its log."""
        hash, at = f"0x{len(self.logs):064x}", f"0x{self.fork}{block}"
        log = {
            "address": contract.lower(),
            "topics": [TRANSFER, topic("0x" + "1" * 40), topic(to)],
            "data": hex(amount),
            "blockNumber": hex(block),
            "blockHash": at,
            "transactionHash": hash,
            "logIndex": hex(index),
            "removed": False,
        }
        self.logs.append(log)
        self.receipts[hash] = {"status": "0x1", "blockHash": at}
        return log


@dataclass
class FakeBitcoin(Node):
    """A node whose wallet saw the outputs that a test gives it."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Sequence[Any]] = field(default_factory=list)
    down: bool = False

    def call(self, method: str, *parameters: Any) -> Any:
        assert method == "listsinceblock"
        self.asked.append(parameters)
        if self.down:
            raise Unknown("down")
        return {"transactions": self.entries, "lastblock": f"{len(self.asked):064x}", "removed": []}

    def output(
        self, to: str, amount: str, confirmations: int, category: str = "receive", **more: Any
    ) -> dict[str, Any]:
        """Adds an output to what the wallet tells."""
        entry = {"address": to, "amount": Decimal(amount), "confirmations": confirmations, "category": category, **more}
        self.entries.append(entry)
        return entry


def integration(values: dict[str, str]) -> Hardware:
    return Ledger("setup", WalletSettings.model_validate(values), 1.0)


def an_order(address: str, amount: int, currency: str) -> Order:
    return Order(
        "1", "R1", "setup", "alice", "thing", 1, amount, currency, "pending", 1000.0, 2e9, 60.0, payment=address
    )


def bip321(uri: str) -> tuple[str, str | None]:
    """The address and the amount of a payment URI. Raises ValueError."""
    found = re.fullmatch(r"bitcoin:([a-z0-9]*)(?:\?(.*))?", uri, re.IGNORECASE)
    if found is None:
        raise ValueError("scheme")
    pairs = [pair.partition("=")[::2] for pair in (found[2] or "").split("&") if pair]
    names = [name.lower() for name, _ in pairs]
    values = dict(zip(names, (value for _, value in pairs), strict=True))
    if len(values) < len(names) or any(name.startswith("req-") for name in names):
        raise ValueError("parameters")
    if re.fullmatch(r"[0-9]+(\.[0-9]{1,8})?", values.get("amount", "0")) is None:
        raise ValueError("amount")
    if values.get("bc", "bc1").lower()[:3] != "bc1" or not (found[1] or values.keys() & {"lightning", "bc"}):
        raise ValueError("address")
    return found[1], values.get("amount")


def eip681(uri: str) -> dict[str, str]:
    """What a payment URI asks a wallet to do. Raises ValueError."""
    found = re.fullmatch(
        r"ethereum:(0x[0-9a-fA-F]{40})(?:@([0-9]+))?(?:/transfer\?address=(0x[0-9a-fA-F]{40})&uint256=([0-9]+)"
        r"|\?value=([0-9.e]+))",
        uri,
    )
    if found is None:
        raise ValueError("not understood")
    chain, to, value = found[2] or "", found[3] or found[1], found[4] or str(int(Decimal(found[5])))
    return {"contract": found[1] if found[3] else "", "to": to, "value": value, "chain": chain}
