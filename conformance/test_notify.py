"""The notification, a pushed proof: taken in the wallet's own form, believed once, in any order, under any luck.

By acknowledging a notification the shop promises that it will not need it again. The wallet repeats it until then, so
each one may come twice, late, beside another or before the shop is ready.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import OrderState
from fixtures.target.target import Target
from fixtures.wallets.interface import Wording


@check(
    "notify.acknowledge",
    depth="smoke",
    severity="critical",
    needs="orders acknowledgement",
    modes="every",
    costs="The wallet repeats for days, then gives up.",
)
def test_a_notification_is_acknowledged_in_the_wallets_form(target: Target, wallet: Counterpart) -> None:
    """A genuine notification is acknowledged exactly as the wallet's documentation asks."""
    order = target.place(wallet.setup)

    delivery = wallet.prove(wallet.pay(order))

    assert delivery.refusal is None


@check(
    "notify.acknowledge",
    depth="smoke",
    below="orders",
    severity="critical",
    needs="acknowledgement",
    modes="every",
    costs="The wallet repeats for days, then gives up.",
)
def test_a_stray_notification_is_acknowledged_in_the_wallets_form(wallet: Counterpart) -> None:
    """A genuine notification is acknowledged exactly as the wallet's documentation asks."""
    delivery = wallet.prove(wallet.stray())

    assert delivery.refusal is None


@check(
    "notify.fulfils",
    depth="smoke",
    severity="blocker",
    needs="orders fulfilments",
    modes="every",
    costs="Money is taken and nothing is delivered.",
)
def test_a_notification_of_payment_fulfils_the_order(target: Target, wallet: Counterpart) -> None:
    """The goods leave, once, when the wallet proves the payment."""
    order = target.place(wallet.setup)

    wallet.prove(wallet.pay(order))

    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "notify.repeat",
    depth="smoke",
    severity="critical",
    needs="orders fulfilments acknowledgement",
    costs="The goods leave twice for one payment.",
)
def test_a_repeated_notification_fulfils_once(target: Target, wallet: Counterpart) -> None:
    """A wallet repeats a notification until it is acknowledged; the goods leave once."""
    order = target.place(wallet.setup)

    wallet.prove(wallet.pay(order), times=3)

    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "notify.repeat-acknowledged",
    severity="normal",
    needs="orders acknowledgement",
    costs="The wallet never stops repeating.",
)
def test_a_repeated_notification_is_acknowledged(target: Target, wallet: Counterpart) -> None:
    """A notification that was handled before is acknowledged again."""
    order = target.place(wallet.setup)

    delivery = wallet.prove(wallet.pay(order), times=2)

    assert delivery.refusal is None


@check(
    "notify.new-message",
    severity="critical",
    needs="orders fulfilments",
    costs="The goods leave twice for one payment.",
)
def test_two_messages_about_one_payment_fulfil_once(target: Target, wallet: Counterpart) -> None:
    """Two different messages may report one payment; the payment counts, not the message."""
    order = target.place(wallet.setup)
    payment = wallet.pay(order)

    wallet.prove(payment)
    wallet.prove(payment)

    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "notify.lost-acknowledgement",
    severity="critical",
    needs="orders fulfilments",
    costs="The goods leave twice, or never.",
)
def test_a_repeat_after_a_lost_acknowledgement_fulfils_once(target: Target, wallet: Counterpart) -> None:
    """A notification whose acknowledgement got lost comes again; the goods leave once."""
    order = target.place(wallet.setup)
    payment = wallet.pay(order)

    wallet.lose_acknowledgement(payment)
    wallet.prove(payment)

    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "notify.concurrent",
    depth="smoke",
    severity="critical",
    needs="orders fulfilments races",
    costs="The goods leave twice for one payment.",
)
def test_simultaneous_notifications_fulfil_once(target: Target, wallet: Counterpart) -> None:
    """Copies of a notification that arrive at the same instant fulfil once."""
    order = target.place(wallet.setup)
    payment = wallet.pay(order)
    same = wallet.message_id()

    wallet.deliver_together([wallet.proof(payment, wording=same) for _ in range(6)], payment)

    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "notify.out-of-order",
    severity="critical",
    needs="orders state",
    costs="A paid order falls back to unpaid and is cancelled.",
)
def test_a_late_earlier_notification_does_not_unpay(target: Target, wallet: Counterpart) -> None:
    """News from before the payment that arrives after it changes nothing."""
    order = target.place(wallet.setup)
    late = wallet.earlier_proof(order)
    payment = wallet.pay(order)
    wallet.prove(payment)

    wallet.deliver(late, payment)

    assert target.settled(order, paid=True).state is OrderState.PAID


@check(
    "notify.unknown-order", severity="normal", needs="orders state", costs="One odd message blocks the ones behind it."
)
def test_an_unknown_order_does_not_crash_the_shop(target: Target, wallet: Counterpart) -> None:
    """A genuine notification for an order the shop does not know crashes nothing and pays no other order."""
    order = target.place(wallet.setup)
    stranger = wallet.stranger(order)

    delivery = wallet.deliver(wallet.proof(stranger), stranger)

    assert not delivery.crashed
    assert target.settled(order).state is OrderState.PENDING
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).state is OrderState.PAID


@check(
    "notify.unknown-event",
    severity="critical",
    needs="orders fulfilments",
    costs="Goods leave for a message that says nothing of payment.",
)
def test_an_unknown_event_pays_nothing(target: Target, wallet: Counterpart) -> None:
    """A genuine message of a kind the shop does not handle neither crashes it nor pays the order."""
    order = target.place(wallet.setup)
    payment = wallet.open(order)

    delivery = wallet.prove(payment, "unknown")

    assert not delivery.crashed
    assert target.settled(order).fulfilments == 0
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "notify.retry-after-failure",
    severity="critical",
    needs="orders fulfilments gateway",
    costs="Money is taken and nothing is delivered.",
)
def test_a_notification_that_met_a_failure_succeeds_when_repeated(target: Target, wallet: Counterpart) -> None:
    """A notification that met an outage of the gateway is handled when the wallet repeats it."""
    order = target.place(wallet.setup)
    payment = wallet.settle(order)
    same = wallet.message_id()

    with wallet.fault("*", "unavailable", times=50):
        wallet.deliver(wallet.proof(payment, wording=same), payment)
    wallet.deliver(wallet.proof(payment, wording=same), payment)

    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "notify.refused-first",
    severity="critical",
    needs="orders fulfilments",
    costs="Money is taken and nothing is delivered.",
)
def test_a_refused_message_does_not_block_the_right_one(target: Target, wallet: Counterpart) -> None:
    """A message that was refused leaves no mark by which the genuine one would count as a repeat."""
    order = target.place(wallet.setup)
    same = wallet.message_id()
    payment = wallet.settle(order)
    genuine = wallet.proof(payment, wording=same)

    wallet.deliver(wallet.with_signature(genuine, b"not the signature of this message"), payment)
    wallet.deliver(wallet.proof(payment, wording=same), payment)

    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "notify.extra-fields",
    severity="critical",
    needs="orders fulfilments acknowledgement",
    costs="Every payment fails on the day the wallet adds a field.",
)
def test_fields_the_documentation_does_not_list_are_tolerated(target: Target, wallet: Counterpart) -> None:
    """A genuine notification with additional fields is believed."""
    order = target.place(wallet.setup)

    delivery = wallet.prove(wallet.pay(order), wording=Wording(extra_fields=True))

    assert delivery.refusal is None
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "notify.odd-formatting",
    severity="critical",
    needs="orders fulfilments acknowledgement",
    costs="Genuine payments are refused as forged.",
)
def test_unusual_but_legal_formatting_is_believed(target: Target, wallet: Counterpart) -> None:
    """A genuine notification in unusual but legal formatting is verified over the bytes as they came."""
    order = target.place(wallet.setup)

    delivery = wallet.prove(wallet.pay(order), wording=Wording(odd=True))

    assert delivery.refusal is None
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "notify.inside-create",
    severity="critical",
    needs="orders fulfilments gateway races",
    costs="A fast payment is lost.",
)
def test_a_notification_inside_the_create_call_is_not_lost(target: Target, wallet: Counterpart) -> None:
    """A notification that overtakes the gateway's answer to the shop's own request is kept, or refused and repeated."""
    with wallet.held_answer("create") as (held, release), ThreadPoolExecutor(1) as shop:
        placing = shop.submit(target.place, wallet.setup)
        payment = wallet.settle_payment(held())
        early = wallet.prove(payment)
        release()
        order = placing.result()
    wallet.repeat_if_refused(early, payment)

    assert target.settled(order, paid=True).fulfilments == 1
