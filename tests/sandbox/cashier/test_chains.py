"""Payment URIs at the cashier: which wallet pays, what is on the chain then."""

from __future__ import annotations

from itertools import count

import pytest

from fixtures.chains.bitcoin.address import script_of_hash, spelled
from fixtures.model import PaymentState
from fixtures.sandbox.process import Sandbox
from tests.sandbox.cashier.buyer import Buyer, Shown

_numbers = count(1)


def bitcoin_address() -> str:
    return spelled(script_of_hash(next(_numbers).to_bytes(20, "big"), "p2wpkh"))


def ethereum_address() -> str:
    return f"0x{0xABC << 148 | next(_numbers):040x}"


def taken_up(buyer: Buyer, text: str, wallet: str) -> Shown:
    """The page of the new payment, made by the wallet that the buyer chooses."""
    choice = buyer.open("/cashier", text=text)
    button = next(one for one in choice.elements if one.attributes.get("data-wallet") == wallet)
    inputs = [one for one in choice.elements if one.tag == "input" and one.form is button.form]
    return buyer.post("/cashier", {one["name"]: one["value"] for one in inputs})


def test_a_payment_uri_is_paid_by_the_wallet_that_she_chooses(buyer: Buyer, sandbox: Sandbox) -> None:
    address = bitcoin_address()
    page = taken_up(buyer, f"bitcoin:{address}?amount=0.00042", "trezor")
    assert (page.says("amount-due"), page.says("reference"), page.state) == ("0.00042 BTC", address, "open")

    done = buyer.press(page, "pay")

    assert (done.state, done.refresh) == ("paid", None)
    payment = sandbox.client.payment("trezor", address)
    assert payment is not None
    assert payment.details["transactions"]
    assert buyer.open("/cashier", text=f"bitcoin:{address}?amount=0.00042").answer.url.path == page.answer.url.path
    assert [one.note for one in sandbox.client.history(order=address, source="buyer")] == ["cashier: pay", None]


def test_an_address_with_a_sum_is_as_good(buyer: Buyer, sandbox: Sandbox) -> None:
    address = ethereum_address()

    buyer.press(taken_up(buyer, f"{address} 0.00125 ETH", "ledger"), "pay")

    payment = sandbox.client.payments("ledger")[-1]
    assert (payment.reference.lower(), str(payment.paid)) == (address, "0.001250000000000000 ETH")


def test_the_whole_sum_comes_twice(buyer: Buyer, sandbox: Sandbox) -> None:
    address = ethereum_address()
    done = buyer.press(taken_up(buyer, f"ethereum:{address}?value=7", "ledger"), "pay-twice")

    assert (done.state, "twice" in done.says("notice")) == ("paid", True)
    call = {"jsonrpc": "2.0", "id": 1, "method": "eth_getBalance", "params": [address, "latest"]}
    told = buyer.http.post(f"{sandbox.gateway_url('ledger')}/ethereum", json=call).json()
    assert int(told["result"], 16) == 14


def test_another_sum_unconfirmed_and_late(buyer: Buyer, sandbox: Sandbox) -> None:
    page = taken_up(buyer, f"bitcoin:{bitcoin_address()}?amount=0.001", "trezor")
    less = buyer.press(page, "pay-amount", amount="0.0009")
    assert (less.state, less.says("amount-paid")) == ("paid", "0.0009 BTC")

    waiting = buyer.press(taken_up(buyer, f"bitcoin:{bitcoin_address()}?amount=0.001", "trezor"), "pend")
    assert (waiting.state, waiting.says("settle")) == ("pending", "The transaction is confirmed")
    assert buyer.press(waiting, "settle").state == "paid"

    late = buyer.press(taken_up(buyer, f"bitcoin:{bitcoin_address()}?amount=0.001", "trezor"), "pay-late")
    assert late.state == "paid"
    assert sandbox.client.payments("trezor")[-1].state is PaymentState.PAID


def test_a_link_can_name_the_wallet(buyer: Buyer) -> None:
    page = buyer.open("/cashier", text=f"ethereum:{ethereum_address()}?value=7", wallet="trezor")

    assert [one["data-wallet"] for one in page.elements if "data-wallet" in one] == ["trezor"]


@pytest.mark.parametrize(
    "text",
    [
        "bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4?amount=1",
        "bitcoin:?amount=1",
        "ethereum:0x01?value=1",
        f"ethereum:0x{1:040x}@1?value=5",
        f"ethereum:0x{1:040x}",
        "dogecoin:D?amount=1",
        f"0x{1:040x} 0.001",
    ],
)
def test_a_uri_that_no_chain_here_would_pay_is_not_known(text: str, buyer: Buyer) -> None:
    page = buyer.open("/cashier", text=text)

    assert page.status == 404
    assert page["text"].text == text
    assert "Nobody here knows" in page.says("problem")
