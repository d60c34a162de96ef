"""The Ethereum chain: payments and their lives, situations, deceptions, reorganisations."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from fixtures.chains.ethereum import contracts, gateway, play
from fixtures.chains.ethereum.batches import Inner, code
from fixtures.chains.ethereum.encoding import call
from fixtures.chains.ethereum.forgeries import FORGERIES
from fixtures.chains.ethereum.news import request, staged
from fixtures.chains.ethereum.stages import STAGES
from fixtures.chains.ethereum.till import Till, desk_of
from fixtures.chains.ethereum.uris import parse
from fixtures.model import Given, Message, Money, Payment, PaymentState
from fixtures.wallets.interface import Refused, Scene
from tests.chains.ethereum_desk import PRICE, VECTORS, WEI, Bench

COINS = pytest.mark.parametrize("money", [PRICE, WEI], ids=lambda money: money.currency)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


@COINS
def test_a_payment_has_all_confirmations_at_once(bench: Bench, money: Money) -> None:
    paid = bench.act("pay", bench.order(money))

    assert (paid.state, paid.paid, bench.received(paid)) == (PaymentState.PAID, money, money.amount)
    assert bench.ask("eth_getTransactionReceipt", paid.details["transaction"])["status"] == "0x1"


@COINS
def test_a_pending_payment_is_seen_in_no_block_until_it_settles(bench: Bench, money: Money) -> None:
    waiting = bench.act("pend", bench.order(money))
    key = waiting.details["transaction"]
    bench.ask("walletproof_mine", 3)

    assert bench.ask("eth_getTransactionReceipt", key) is None
    assert bench.ask("eth_getTransactionByHash", key)["blockNumber"] is None
    assert bench.received(waiting, 1) == 0

    settled = bench.act("settle", waiting)

    assert settled.details["transaction"] == key
    assert bench.received(settled) == money.amount


@COINS
def test_a_pending_payment_can_fail_for_good(bench: Bench, money: Money) -> None:
    failed = bench.act("fail", bench.act("pend", bench.order(money)))
    bench.ask("walletproof_mine", 3)

    assert failed.state is PaymentState.FAILED
    assert bench.received(failed, 1) == 0


@COINS
def test_a_declined_payment_is_mined_and_failed_and_another_attempt_pays(bench: Bench, money: Money) -> None:
    declined = bench.act("decline", bench.order(money))
    receipt = bench.ask("eth_getTransactionReceipt", declined.details["failed_transaction"])

    assert (declined.state, receipt["status"], bench.received(declined, 1)) == (PaymentState.OPEN, "0x0", 0)
    assert bench.believed(bench.act("pay", declined))


@COINS
def test_another_sum_than_asked_for_is_on_the_chain(bench: Bench, money: Money) -> None:
    less = Money(money.amount - 1, money.currency)
    settled = bench.act("settle", bench.order(money), less)
    instead = bench.act("settle", bench.act("pend", bench.order(money)), less)

    assert (settled.paid, bench.received(settled), bench.received(instead)) == (less, less.amount, less.amount)


@pytest.mark.parametrize("action", ["expire", "cancel"])
def test_an_abandoned_payment_is_closed_and_can_be_paid_late(bench: Bench, action: str) -> None:
    closed = bench.act(action, bench.order())  # type: ignore[arg-type]

    assert closed.state is PaymentState.CLOSED
    with pytest.raises(Refused):
        bench.act("pay", closed)
    assert bench.believed(bench.act("settle", closed))


def test_the_chain_gives_nothing_back_and_takes_no_fiat(bench: Bench) -> None:
    with pytest.raises(Refused, match="gives nothing back"):
        bench.act("refund", bench.act("pay", bench.order()), PRICE)
    with pytest.raises(Refused, match="no coin"):
        bench.act("settle", bench.order(), Money(1, "EUR"))


@COINS
@pytest.mark.parametrize("name", ["paid", "partial", "overpaid", "second-payment", "split", "batch"])
def test_situations_that_pay(bench: Bench, money: Money, name: str) -> None:
    order = bench.order(money)
    bench.stage(name, order)
    known = bench.book.by_reference(order.reference)

    assert bench.believed(order)
    assert known is not None
    assert known.state is PaymentState.PAID
    assert known.paid == Money(bench.received(order), money.currency)


@COINS
def test_a_batch_pays_the_order_beside_it_too(bench: Bench, money: Money) -> None:
    order, beside = bench.order(money), bench.order(replace(money, amount=money.amount + 1))
    told = bench.send(staged("batch", order, "", beside=beside))

    assert bench.ask("eth_getTransactionReceipt", told["result"]["transactions"][0])["status"] == "0x1"
    assert (bench.received(order), bench.received(beside)) == (money.amount, money.amount + 1)


def test_a_batch_whose_second_call_fails_pays_nobody(bench: Bench) -> None:
    order, token = bench.order(), bench.shop["token_contract"]
    till = Till(desk_of(bench.book, bench.keys, bench.stamp), bench.keys, bench.stamp.now)
    till.fund("unlucky", Money(5, "ETH"))
    calls = [Inner(order.details["address"], 5), Inner(token, 0, call("transfer(address,uint256)", token, 1))]
    sent = till.send("unlucky", None, 5, code(calls))
    till.confirm(1)

    assert bench.ask("eth_getTransactionReceipt", sent.hash)["status"] == "0x0"
    assert int(bench.ask("eth_getBalance", order.details["address"], "latest"), 16) == 0


@COINS
def test_what_overtakes_a_block_has_the_rest_of_the_price(bench: Bench, money: Money) -> None:
    """A half in a block that the shop reads; the block in its place has both."""
    order = bench.order(money)
    first, second = bench.stage("overtaken", order)
    known = int(bench.ask("eth_blockNumber"), 16)

    assert bench.received(order, 1) == money.amount // 2
    assert bench.received(order) == money.amount
    heights = [int(bench.ask("eth_getTransactionReceipt", key)["blockNumber"], 16) for key in (first, second)]
    assert max(heights) <= known


@COINS
def test_a_half_stays_a_half_in_whichever_block(bench: Bench, money: Money) -> None:
    order = bench.order(money)
    (half,) = bench.stage("half-remined", order)
    before = bench.ask("eth_getTransactionReceipt", half)["blockHash"]  # a look, after which the block gives way

    assert bench.received(order) == money.amount // 2
    assert bench.ask("eth_getTransactionReceipt", half)["blockHash"] != before


def test_an_inner_transfer_of_coins_is_a_payment(bench: Bench) -> None:
    order = bench.order(WEI)
    bench.stage("inner", order)

    assert bench.believed(order)


@COINS
def test_one_block_more_makes_a_shallow_payment_deep(bench: Bench, money: Money) -> None:
    order = bench.order(money)
    bench.stage("shallow", order)

    assert (bench.received(order, 1), bench.received(order)) == (money.amount, 0)
    bench.ask("walletproof_mine", 1)
    assert bench.believed(order)
    assert [one.state for one in bench.book.payments() if one.reference == order.reference] == [PaymentState.PAID]


@COINS
@pytest.mark.parametrize("name", ["reorganised", "double-spend"])
def test_what_was_seen_once_is_gone_afterwards(bench: Bench, money: Money, name: str) -> None:
    order = bench.order(money)
    (gone,) = bench.stage(name, order)

    assert bench.received(order, 1) == money.amount
    assert bench.received(order, 1) == 0
    assert bench.ask("eth_getTransactionReceipt", gone) is None
    assert bench.believed(bench.act("pay", order))


def test_a_filter_tells_of_logs_that_were_removed(bench: Bench) -> None:
    order, other = bench.order(), bench.act("pay", bench.order())
    topics = [contracts.TRANSFER, None, "0x" + order.details["address"][2:].lower().rjust(64, "0")]
    key = bench.ask("eth_newFilter", {"address": bench.shop["token_contract"], "topics": topics})
    shown = bench.stage("shallow", order)
    first = bench.ask("eth_getFilterChanges", key)

    assert bench.stage("reorganised", order) == shown
    assert [log["removed"] for log in first] == [False]
    assert [log["removed"] for log in bench.ask("eth_getFilterChanges", key)] == [True]
    assert bench.believed(other)


def test_a_replaced_payment_never_comes(bench: Bench) -> None:
    order = bench.order()
    (waiting,) = bench.stage("unconfirmed", order)
    (gone,) = bench.stage("replaced", order)
    bench.ask("walletproof_mine", 3)

    assert waiting == gone
    assert bench.ask("eth_getTransactionByHash", gone) is None
    assert bench.received(order, 1) == 0


def scene(bench: Bench, money: Money) -> Scene:
    """A victim and a payment that was really made."""
    victim, other = bench.order(money), bench.act("pay", bench.order(money))
    return Scene(victim, other, bench.keys, bench.stamp, "", "")


@COINS
@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_a_deception_pays_nothing_and_the_genuine_twin_does(bench: Bench, money: Money, forgery: object) -> None:
    staging = scene(bench, money)
    told = bench.send(forgery.make(staging))  # type: ignore[attr-defined]
    victim = staging.victim
    known = bench.book.by_reference(victim.reference)

    assert told["result"]["transactions"]
    assert not bench.believed(victim)
    assert not bench.believed(victim)
    assert known is not None
    assert known.state is PaymentState.OPEN
    assert bench.believed(bench.act("pay", known))


def test_every_deception_differs_from_the_others(bench: Bench) -> None:
    staging = scene(bench, PRICE)
    made: set[Message] = {forgery.make(staging) for forgery in FORGERIES}

    assert len(made) == len(FORGERIES)
    assert len({forgery.name for forgery in FORGERIES}) == len(FORGERIES)


def test_the_deceptions_look_right_where_they_are_meant_to(bench: Bench) -> None:
    """Fake event, fee and silence are in blocks with status 1; the revert is with status 0."""
    statuses = {}
    for name in ("fake-contract", "twin-token", "fee-on-transfer", "silent-false", "reverted", "inner-failed"):
        receipt = bench.ask("eth_getTransactionReceipt", bench.stage(name, bench.order())[0])
        statuses[name] = (receipt["status"], len(receipt["logs"]))

    assert statuses == {
        "fake-contract": ("0x1", 1),
        "twin-token": ("0x1", 1),
        "fee-on-transfer": ("0x1", 2),
        "silent-false": ("0x1", 0),
        "reverted": ("0x0", 0),
        "inner-failed": ("0x1", 0),
    }


@pytest.mark.parametrize("name", STAGES)
def test_every_staging_can_be_repeated(bench: Bench, name: str) -> None:
    order = bench.order()

    assert bench.stage(name, order)
    assert bench.stage(name, order)


def test_the_contracts_are_where_the_merchant_computes_them(bench: Bench) -> None:
    token = contracts.addresses(bench.keys)["StdToken"]

    assert bench.shop["token_contract"] == token == bench.keys["token_contract"]
    assert all(bench.ask("eth_getCode", address) != "0x" for address in contracts.addresses(bench.keys).values())


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        (None, "no payment URI"),
        ("bitcoin:bcrt1qxyz", "no payment URI of Ethereum"),
        ("ethereum:0x12", "no payment URI of Ethereum"),
        ("ethereum:{address}@1?value=1", "chain 1"),
        ("ethereum:{address}@31337", "no amount"),
        ("ethereum:{address}@31337?value=1.5", "no number"),
        ("ethereum:{address}@31337?value=1&value=2", "twice"),
        ("ethereum:{address}@31337/approve?address={address}&uint256=1", "transfer"),
        ("ethereum:{address}@31337/transfer?uint256=1", "no address"),
        ("ethereum:{wrong}@31337?value=1", "checksum"),
    ],
)
def test_what_nobody_can_pay_is_refused_in_words(bench: Bench, uri: str | None, told: str) -> None:
    order = bench.order()
    address = str(order.details["address"])
    wrong = address[:-1] + address[-1].swapcase() if address[-1].isalpha() else "0x" + address[2:].swapcase()
    text = uri and uri.format(address=address, wrong=wrong)

    with pytest.raises(ValueError, match=told):
        play.watch(order, Given(qr=text))


@pytest.mark.parametrize("vector", VECTORS["payment_uris"]["eip681"], ids=lambda vector: vector["uri"][:60])
def test_payment_uris_of_the_standard(vector: dict[str, str]) -> None:
    # The standard's first example does not keep EIP-55, in which an address of both cases is spelled one way only.
    asked = parse(vector["uri"].replace("Ce92ce", "ce92ce"))

    assert asked.units == int(vector.get("value_wei") or vector["amount_atomic"])
    assert asked.address.lower() == vector["to"].lower()


def test_the_wei_of_an_order_are_not_its_tokens(bench: Bench) -> None:
    order: Payment = bench.order(WEI)
    bench.stage("wrong-coin", order)

    assert bench.received(order) == 0
    assert len(bench.logs(order.details["address"])) == 1


def test_the_machine_leaves_the_depth_of_recursion_alone() -> None:
    """py-evm raises it for the whole process, in which deeply nested JSON then ends the sandbox."""
    program = (
        "import sys; limit = sys.getrecursionlimit()\n"
        "from fixtures.chains.ethereum.evm import _chain\n"
        "_chain(1, {}, 0)\n"
        "sys.exit(sys.getrecursionlimit() != limit)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_test_chain_has_the_same_contracts_and_other_money(bench: Bench) -> None:
    order = bench.order()
    bench.stage("wrong-chain", order)
    door = f"{gateway.PATH}/{contracts.TEST_CHAIN_ID}"
    token = bench.shop["token_contract"]

    def there(method: str, *params: str) -> str:
        return str(bench.send(replace(request("", method, list(params)), url=door))["result"])

    assert int(there("eth_chainId"), 16) == contracts.TEST_CHAIN_ID
    assert int(bench.ask("eth_chainId"), 16) == contracts.CHAIN_ID
    assert there("eth_getCode", token, "latest") == bench.ask("eth_getCode", token, "latest")
    assert not bench.believed(order)
