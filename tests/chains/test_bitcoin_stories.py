"""What buyers do on the chain, and what a sound shop makes of it."""

from __future__ import annotations

import json

import pytest

from fixtures.chains.bitcoin import forgeries, news, play
from fixtures.chains.bitcoin.staging import STORIES
from fixtures.model import Given, Money, Payment, PaymentState
from fixtures.wallets.interface import Forgery, Refused, Scene
from tests.chains.bitcoin_desk import KEYS, PRICE, Desk

HONEST = {"partial", "overpaid", "second-payment", "batch"}


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


def test_a_payment_is_as_deep_as_the_shop_wants_it(desk: Desk) -> None:
    """Two blocks, no more."""
    payment = desk.enact("pay", desk.place())

    assert (payment.state, payment.paid) == (PaymentState.PAID, Money(PRICE, "BTC"))
    assert desk.received(payment, 2) == PRICE
    assert desk.received(payment, 3) == 0
    assert desk.ask("gettransaction", payment.details["transactions"][0])["confirmations"] == 2


def test_another_sum_is_another_sum(desk: Desk) -> None:
    """One satoshi less is what the chain shows."""
    payment = desk.enact("settle", desk.place(), Money(PRICE - 1, "BTC"))

    assert desk.received(payment) == PRICE - 1


def test_a_pending_payment_waits_until_it_settles(desk: Desk) -> None:
    """Blocks of others pass it by; settling mines the same transaction and sends no other."""
    payment = desk.enact("pend", desk.place())
    desk.ask("walletproof_mine", 2)

    assert (payment.state, desk.received(payment, 0), desk.received(payment, 1)) == ("pending", PRICE, 0)
    assert desk.enact("settle", payment).details["transactions"] == payment.details["transactions"]
    assert desk.received(payment) == PRICE


@pytest.mark.parametrize("actions", [("decline",), ("pend", "fail")])
def test_what_is_taken_back_is_gone(desk: Desk, actions: tuple[str, ...]) -> None:
    """Its coins are spent otherwise; the order of a declined one can still be paid."""
    payment = desk.place()
    for action in actions:
        payment = desk.enact(action, payment)  # type: ignore[arg-type]

    assert payment.state == ("open" if actions == ("decline",) else "failed")
    assert desk.received(payment, 0) == 0
    assert desk.ask("gettransaction", payment.details["transactions"][0])["confirmations"] < 0


def test_what_no_chain_does_is_refused(desk: Desk) -> None:
    """Refunds, other coins, dust; and a payment without an address."""
    payment = desk.place()
    bare = Payment("trezor", "bitcoin", "1", "B-1", Money(PRICE, "BTC"))

    for action, money in (("refund", Money(1, "BTC")), ("pay", Money(1, "ETH")), ("pay", Money(293, "BTC"))):
        with pytest.raises(Refused):
            desk.enact(action, payment, money)  # type: ignore[arg-type]
    with pytest.raises(Refused):
        desk.enact("pay", bare)
    assert desk.enact("cancel", payment).state == "closed"


@pytest.mark.parametrize("text", [None, "ethereum:0x0", "bitcoin:bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk?amount=1"])
def test_what_is_no_payment_uri_is_told_in_words(desk: Desk, text: str | None) -> None:
    """None, another chain's, another network's."""
    with pytest.raises(ValueError, match=r"payment URI|network"):
        play.watch(desk.place(), Given(qr=text))


@pytest.mark.parametrize("forgery", forgeries.FORGERIES, ids=lambda forgery: forgery.name)
def test_a_forgery_pays_for_nothing_and_its_order_can_still_be_paid(desk: Desk, forgery: Forgery) -> None:
    """At no moment does a sound shop count the price, whether it looks early, late, or only at the end."""
    other = desk.enact("pay", desk.place())
    victim = desk.place()

    answer = desk.post(forgery.make(Scene(victim, other, KEYS, desk.stamp(), "", "")))
    counted = [desk.received(victim)]
    desk.later()
    counted.append(desk.received(victim))

    assert answer.status == 200
    assert max(counted) < PRICE
    assert desk.known(victim).state is PaymentState.OPEN
    assert desk.enact("settle", victim).state is PaymentState.PAID
    assert desk.received(victim) >= PRICE


@pytest.mark.parametrize("name", ["replaced", "reorganised", "double-spend"])
def test_a_story_goes_on_once_the_shop_has_seen_its_beginning(desk: Desk, name: str) -> None:
    """First the money is there for whoever does not wait, then it is gone for good."""
    victim = desk.place()
    first = desk.tell(name, victim)[0]
    desk.later(60)

    assert desk.received(victim, 0) == PRICE
    desk.later()
    assert desk.received(victim, 0) == 0
    assert desk.ask("gettransaction", first)["confirmations"] < 0


@pytest.mark.parametrize("name", ["replaced", "reorganised", "double-spend", "half-reorganised"])
def test_no_block_of_others_saves_what_is_to_be_lost(desk: Desk, name: str) -> None:
    """Mining ends the story first, so that the shop never counts what is taken back."""
    victim = desk.place()
    desk.tell(name, victim)

    desk.post(news.mined("", blocks=5))

    assert desk.received(victim) < PRICE


@pytest.mark.parametrize("name", sorted(HONEST))
def test_honest_stories_pay_and_the_ledger_says_so(desk: Desk, name: str) -> None:
    """In two halves, too much, or in full."""
    victim = desk.place()
    desk.tell(name, victim)
    known = desk.known(victim)

    assert known.state is PaymentState.PAID
    assert known.paid is not None
    assert known.paid.amount == desk.received(victim) >= PRICE


def test_a_batch_pays_the_order_beside_it_too(desk: Desk) -> None:
    """One transaction, three outputs; both orders have their price."""
    victim, beside = desk.place(), desk.place(PRICE + 1)
    desk.post(news.staged("batch", victim, "", beside=beside))

    assert (desk.received(victim), desk.received(beside)) == (PRICE, PRICE + 1)
    assert desk.known(beside).state is PaymentState.PAID


def test_what_overtakes_a_block_has_the_rest_of_the_price(desk: Desk) -> None:
    """A half in a block that the shop reads; the block in its place has both."""
    victim = desk.place()
    told = desk.tell("overtaken", victim)
    shown = desk.ask("gettransaction", told[0])
    assert desk.received(victim, 1) == PRICE // 2
    desk.later(60)

    assert desk.received(victim) == PRICE
    assert {desk.ask("gettransaction", one)["blockheight"] for one in told} == {shown["blockheight"]}
    assert desk.ask("gettransaction", told[0])["blockhash"] != shown["blockhash"]


def test_a_half_stays_a_half_in_whichever_block(desk: Desk) -> None:
    """The same transaction, first in one block, then in another."""
    victim = desk.place()
    (half,) = desk.tell("half-remined", victim)
    before = desk.ask("gettransaction", half)["blockhash"]
    desk.received(victim, 1)
    desk.later(60)

    assert desk.received(victim) == PRICE // 2
    assert desk.ask("gettransaction", half)["blockhash"] != before


def test_the_ledger_follows_a_payment_that_was_too_shallow(desk: Desk) -> None:
    """One more block, and it is paid."""
    victim = desk.place()
    desk.tell("shallow", victim)
    assert desk.known(victim).state is PaymentState.OPEN

    desk.post(news.mined(""))

    assert desk.known(victim).state is PaymentState.PAID
    assert desk.received(victim) == PRICE


def test_new_coins_count_when_they_are_ripe(desk: Desk) -> None:
    """After a hundred blocks, and not before; the lists of bitcoind show them as immature until then."""
    victim = desk.place()
    id = desk.tell("immature-coinbase", victim)[0]

    assert {one["category"] for one in desk.ask("listsinceblock")["transactions"] if one["txid"] == id} == {"immature"}
    assert desk.ask("listunspent", 1, 999, [victim.details["address"]]) == []
    desk.post(news.mined("", blocks=100))
    assert desk.received(victim) == PRICE


def test_stories_have_names_that_are_known(desk: Desk) -> None:
    """An unknown one, or facts that are none, are the caller's error."""
    assert desk.wrong("walletproof_stage", "magic", {"reference": "A", "address": "x", "amount": 5}) == -8
    assert {one.name for one in forgeries.FORGERIES} - set(STORIES) == {"short-by-one"}
    assert len(forgeries.FORGERIES) >= 14


def _shallow(desk: Desk, victim: Payment, _: str) -> bool:
    return desk.received(victim, 1) >= PRICE


def _unconfirmed(desk: Desk, victim: Payment, _: str) -> bool:
    return desk.received(victim, 0) >= PRICE


def _each_block(desk: Desk, victim: Payment, id: str) -> bool:
    """What every block says that ever had it, added up."""
    before = desk.ask("gettransaction", id)["blockhash"]
    desk.later(60)
    desk.received(victim)
    return desk.ask("gettransaction", id)["blockhash"] != before and 2 * desk.received(victim) >= PRICE


def _anything(desk: Desk, victim: Payment, _: str) -> bool:
    return desk.received(victim) > 0


def _nearly(desk: Desk, victim: Payment, _: str) -> bool:
    return desk.received(victim) >= PRICE - 1


def _immature(desk: Desk, victim: Payment, _: str) -> bool:
    return bool(desk.ask("getreceivedbyaddress", victim.details["address"], 2, True).scaleb(8) >= PRICE)


def _transaction_alone(desk: Desk, _: Payment, id: str) -> bool:
    """It is deep enough, and some output of it has the price."""
    shown = desk.ask("getrawtransaction", id, True)
    return shown["confirmations"] >= 2 and any(one["value"].scaleb(8) == PRICE for one in shown["vout"])


CARELESS = {
    "short-by-one": _nearly,
    "wrong-unit": _anything,
    "dust-split": _anything,
    "other-address": _transaction_alone,
    "change-address": _transaction_alone,
    "op-return": _transaction_alone,
    "p2pkh-of-key": _transaction_alone,
    "p2sh-of-key": _transaction_alone,
    "unconfirmed": _unconfirmed,
    "replaced": _unconfirmed,
    "shallow": _shallow,
    "reorganised": _shallow,
    "double-spend": _shallow,
    "half-reorganised": _shallow,
    "half-remined": _each_block,
    "half-unconfirmed": _unconfirmed,
    "immature-coinbase": _immature,
}


@pytest.mark.parametrize("forgery", forgeries.FORGERIES, ids=lambda forgery: forgery.name)
def test_a_careless_shop_is_taken_in(desk: Desk, forgery: Forgery) -> None:
    """Each forgery is one for somebody: there is a shortcut that believes it at the first look."""
    other = desk.enact("pay", desk.place())
    victim = desk.place()

    answer = desk.post(forgery.make(Scene(victim, other, KEYS, desk.stamp(), "", "")))
    written = json.loads(answer.body)["result"]["transactions"]

    assert CARELESS[forgery.name](desk, victim, written[0])
