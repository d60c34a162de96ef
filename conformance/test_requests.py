"""What the target sends to the gateway, and what it makes of the answers, faulty ones included."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import Order, OrderState
from fixtures.target.target import Target

NOT_AUTHENTICATED = {None, "00", "07"}
"""What says of nobody that she was authenticated, in the numbers of either kind of card network."""


@check(
    "requests.signed",
    depth="smoke",
    severity="critical",
    needs="orders gateway",
    modes="every",
    costs="The wallet refuses every request.",
)
def test_requests_are_correct_in_the_gateways_eyes(target: Target, wallet: Counterpart) -> None:
    """Every request for a payment is signed or authenticated correctly and well formed."""
    calls = wallet.calls_during(lambda: wallet.prove(wallet.pay(target.place(wallet.setup))))

    assert len(calls) > 0
    assert [call.call.problem for call in calls if call.call and call.call.problem] == []
    assert [call.call.operation for call in calls if call.call and call.call.signed is False] == []


@check(
    "requests.unique-numbers",
    severity="critical",
    needs="orders gateway",
    costs="A payment for one order is taken for another.",
)
def test_each_order_has_a_number_of_its_own(target: Target, wallet: Counterpart) -> None:
    """Two orders carry two numbers at the wallet."""
    first, second = (wallet.calls_during(lambda: wallet.demand(target.place(wallet.setup))) for _ in range(2))

    calls = [call.call for call in (*first, *second)]
    numbers = {call.reference for call in calls if call and call.operation == "create"}
    assert len(numbers) == 2


@check("requests.notify-url", severity="critical", needs="orders gateway", costs="The wallet never tells of a payment.")
def test_the_notification_address_is_given(target: Target, wallet: Counterpart) -> None:
    """The request for a payment names the address at which the target takes this wallet's notifications."""
    order = target.place(wallet.setup)

    assert wallet.open(order).notify_url == target.notify_url(wallet.setup, order)


@check("requests.idempotency", severity="critical", needs="orders gateway", costs="The buyer is asked to pay twice.")
def test_a_repeated_create_keeps_its_key(target: Target, wallet: Counterpart) -> None:
    """A create call whose answer was an outage is repeated under the same key, and one payment exists."""
    with wallet.fault("create", "lost-answer") as fault:
        calls = wallet.calls_during(lambda: wallet.reach_gateway(target.place(wallet.setup)))
        wallet.must_hit(fault)

    creates = [call.call for call in calls if call.call and call.call.operation == "create"]
    assert len({(create.reference, create.key) for create in creates}) == 1


@check(
    "requests.own-keys",
    severity="normal",
    needs="orders state refund gateway",
    costs="The wallet takes one request for the repeat of another: what was to be done is answered, and not done.",
)
def test_each_operation_has_a_key_of_its_own(target: Target, wallet: Counterpart) -> None:
    """What opens, captures and gives back one payment goes out under different keys: a key is for its own repeats."""
    order = target.place(wallet.setup)
    wallet.prove(wallet.pay(order))
    target.settled(order, paid=True)

    target.refund(order)

    keys = [wallet.keys_of(order, operation) for operation in ("create", "capture", "refund")]
    assert all(keys[at].isdisjoint(keys[at - 1]) for at in range(len(keys)))


@check(
    "requests.card",
    severity="critical",
    needs="orders gateway",
    feature="cards",
    costs="Fraud is the shop's loss and no longer the bank's, or networks fine the shop for a claim that is not true.",
)
def test_the_acquirer_is_told_how_the_buyer_was_authenticated(wallet: Counterpart) -> None:
    """The indicator of a card reaches the acquirer as the proof has it; where it has none, none is claimed."""
    assert wallet.indicator_charged("07") == "07"
    assert wallet.indicator_charged(None) in NOT_AUTHENTICATED


@check(
    "requests.unknown-outcome",
    severity="critical",
    needs="orders fulfilments gateway",
    costs="A payment that was made counts as failed.",
)
def test_an_unknown_outcome_is_found_out(target: Target, wallet: Counterpart) -> None:
    """A gateway call that took effect though its answer got lost ends in an order that can be paid, once."""
    with wallet.fault("create", "lost-answer") as fault:
        order = target.place(wallet.setup)
        wallet.reach_gateway(order)
        wallet.must_hit(fault)
    wallet.finish(order)

    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "requests.refund-retry",
    severity="critical",
    needs="orders refund gateway",
    costs="The buyer gets the money back twice.",
)
def test_a_refund_of_unknown_outcome_is_not_made_twice(target: Target, wallet: Counterpart, paid: Order) -> None:
    """A refund whose answer got lost is found out or repeated under its own number; the money goes back once."""
    part = paid.price.part(3)

    with wallet.fault("refund", "lost-answer", order=paid) as fault:
        target.refund(paid, part)
        wallet.must_hit(fault)

    assert wallet.payment(paid).refunded == part.amount


@check(
    "requests.response-signature",
    severity="critical",
    needs="orders state fulfilments reconcile gateway",
    costs="Whoever sits between shop and wallet marks orders as paid.",
)
def test_an_answer_with_a_wrong_signature_is_not_believed(target: Target, wallet: Counterpart) -> None:
    """A gateway answer whose signature does not fit is not believed; the genuine answer is."""
    order = target.place(wallet.setup, query_after=0.1)

    with wallet.fault("query", "bad-signature", times=100) as fault:
        wallet.pay(order, returns=False)
        before = wallet.hits(fault)  # what was answered so far told of no payment
        wallet.until(order, lambda _: wallet.hits(fault) > before)
        assert target.settled(order).fulfilments == 0
    assert target.found(order).fulfilments == 1
    assert target.settled(order).state is OrderState.PAID
