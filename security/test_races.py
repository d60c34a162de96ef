"""Everything at once: what arrives in the same instant counts once, whoever brings it, and no money is left over.

Judged by the wallet's ledger, the fulfilments and the state when all has come to rest; a target may well answer one of
two simultaneous requests that it is busy.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.counterpart.races import Start
from fixtures.model import OrderState
from fixtures.target.target import Target


@check(
    "race.repeat",
    severity="critical",
    needs="orders state fulfilments gateway races",
    depth="full",
    costs="The goods leave twice for one payment, or the buyer is charged twice.",
)
def test_copies_and_news_of_one_payment_count_once(target: Target, wallet: Counterpart) -> None:
    """Copies of a message and other messages about the same payment that arrive in the same instant pay once."""

    def race(start: Start) -> None:
        order = target.place(wallet.setup)
        payment = wallet.confirmed(order)

        carried = start.level(*wallet.copies(payment, 4), *wallet.news(payment, 4))
        wallet.repeat_refused(carried, payment)

        view = target.settled(order, paid=True)
        assert (view.state, view.fulfilments) == (OrderState.PAID, 1)
        assert wallet.requests(order, "create") <= 1

    wallet.race(race, most=4)


@check(
    "race.return",
    severity="critical",
    needs="orders state fulfilments gateway return races",
    costs="The goods leave twice for one payment.",
)
def test_the_returning_buyer_beside_the_notification_completes_once(target: Target, wallet: Counterpart) -> None:
    """The buyer comes back in the instant in which the notification arrives; the order is completed once."""

    def race(start: Start) -> None:
        order = target.place(wallet.setup)
        payment = wallet.paid_away(order)

        with wallet.coming_back(order, start) as back:
            _, *carried = start(back, *wallet.news(payment, 2))
        wallet.repeat_refused(carried, payment)

        view = target.settled(order, paid=True)
        assert (view.state, view.fulfilments) == (OrderState.PAID, 1)

    wallet.race(race)


@check(
    "race.poll",
    severity="critical",
    needs="orders state fulfilments reconcile gateway races",
    depth="full",
    costs="The goods leave twice for one payment.",
)
def test_the_shops_own_look_beside_the_notification_completes_once(target: Target, wallet: Counterpart) -> None:
    """The shop finds a payment by asking in the instant in which the notification arrives; it is completed once."""

    def race(start: Start) -> None:
        order = target.place(wallet.setup, query_after=0.1)

        with wallet.held("query", "hold-before", order) as look:
            payment = wallet.settle(order)
            look.wait()
            _, carried = start(look.release, *wallet.news(payment, 1))
        wallet.repeat_refused([carried], payment)

        view = target.settled(order, paid=True)
        assert (view.state, view.fulfilments) == (OrderState.PAID, 1)

    wallet.race(race)


@check(
    "race.stale-look",
    severity="critical",
    needs="orders state fulfilments reconcile gateway races",
    depth="full",
    costs="A paid order falls back to unpaid and is cancelled.",
)
def test_an_answer_from_before_the_payment_does_not_undo_it(target: Target, wallet: Counterpart) -> None:
    """What the wallet answered before the payment, and the shop reads after it, does not overwrite the payment."""

    def race(start: Start) -> None:
        order = target.place(wallet.setup, query_after=0.1)
        wallet.open(order)

        with wallet.held("query", "hold-after", order) as look:
            look.wait()
            payment = wallet.settle(order)
            wallet.prove(payment)
            start(look.release, partial(target.read, order), *wallet.news(payment, 1))

        view = target.settled(order, paid=True)
        assert (view.state, view.fulfilments) == (OrderState.PAID, 1)

    wallet.race(race, most=2)


@check(
    "race.cancel",
    severity="critical",
    needs="orders state fulfilments cancel gateway races",
    costs="Money is kept for an order that counts as cancelled, or goods leave whose money went back.",
)
def test_cancelling_beside_the_proof_of_payment_ends_whole(target: Target, wallet: Counterpart) -> None:
    """An order cancelled in the instant in which its payment is proven is delivered for, or all the money goes back."""

    def race(start: Start) -> None:
        order = target.place(wallet.setup)
        payment = wallet.confirmed(order)

        with wallet.proving(payment) as proof:
            _, carried = start(partial(target.cancel, order), proof)
        wallet.repeat_refused([carried], payment)

        assert wallet.end(order) in (wallet.delivered(order), wallet.called_off())

    wallet.race(race)


@check(
    "race.close",
    severity="critical",
    needs="orders state fulfilments cancel gateway races",
    depth="full",
    costs="Money is kept for an order that counts as cancelled, or goods leave whose money went back.",
)
def test_a_payment_while_the_order_is_being_cancelled_ends_whole(target: Target, wallet: Counterpart) -> None:
    """A payment made and proven while the shop, about to cancel, asks the wallet is delivered for or goes back."""

    def race(start: Start) -> None:
        order = target.place(wallet.setup)
        wallet.open(order)

        with wallet.held("*", "hold-after", order) as call, ThreadPoolExecutor(1) as buyer:
            cancelling = buyer.submit(target.cancel, order)
            call.wait()
            payment = wallet.settle(order)
            wallet.prove(payment)
            _, carried = start(call.release, *wallet.news(payment, 1))
            cancelling.result()
        wallet.repeat_refused([carried], payment)

        assert wallet.end(order) in (wallet.delivered(order), wallet.called_off())

    wallet.race(race, most=2)


@check(
    "race.everything",
    severity="critical",
    needs="orders state fulfilments cancel reconcile gateway races",
    depth="full",
    costs="Money is kept for an order that counts as cancelled, or goods leave whose money went back.",
)
def test_look_notification_and_cancelling_at_once_end_whole(target: Target, wallet: Counterpart) -> None:
    """The shop's own look, the notification and the buyer who cancels meet in one instant; money and goods agree."""

    def race(start: Start) -> None:
        order = target.place(wallet.setup, query_after=0.1)

        with wallet.held("query", "hold-before", order) as look:
            payment = wallet.settle(order)
            look.wait()
            cancelling = [partial(target.cancel, order)] * 2
            _, carried, *_ = start(look.release, *wallet.news(payment, 1), *cancelling)
        wallet.repeat_refused([carried], payment)

        assert wallet.end(order) in (wallet.delivered(order), wallet.called_off())

    wallet.race(race)


@check(
    "race.inside-create",
    severity="critical",
    needs="orders state fulfilments gateway races",
    depth="full",
    costs="A fast payment is lost, or the goods leave twice.",
)
def test_notifications_inside_the_create_call_count_once(target: Target, wallet: Counterpart) -> None:
    """Two notifications that arrive while the shop waits for the answer to its own request pay the order once."""

    def race(start: Start) -> None:
        with wallet.held_answer("create") as (held, release), ThreadPoolExecutor(1) as shop:
            placing = shop.submit(target.place, wallet.setup)
            payment = wallet.settle_payment(held())
            carried = start.level(*wallet.news(payment, 2))
            release()
            order = placing.result()
        wallet.repeat_refused(carried, payment)

        view = target.settled(order, paid=True)
        assert (view.state, view.fulfilments) == (OrderState.PAID, 1)

    wallet.race(race, most=2)


@check(
    "race.two-orders",
    severity="critical",
    needs="orders state fulfilments races",
    depth="full",
    costs="One buyer pays and another one gets the goods.",
)
def test_payments_of_two_orders_at_once_each_pay_their_own(target: Target, wallet: Counterpart) -> None:
    """The proofs of two orders that arrive in the same instant pay each its own order, once."""

    def race(start: Start) -> None:
        orders = [target.place(wallet.setup) for _ in range(2)]
        payments = [wallet.confirmed(order) for order in orders]

        carried = start.level(*(runner for payment in payments for runner in wallet.news(payment, 1)))
        wallet.repeat_refused(carried[:1], payments[0])
        wallet.repeat_refused(carried[1:], payments[1])

        views = [target.settled(order, paid=True) for order in orders]
        assert [(view.state, view.fulfilments) for view in views] == [(OrderState.PAID, 1)] * 2

    wallet.race(race, most=3)


@check(
    "race.second-order",
    severity="critical",
    needs="orders fulfilments races",
    depth="full",
    costs="One payment takes the goods of two orders.",
)
def test_one_proof_for_two_orders_at_once_pays_one(target: Target, wallet: Counterpart) -> None:
    """One proof that is brought for two orders of the same price in the same instant lets the goods leave once."""

    def race(start: Start) -> None:
        first, second = target.place(wallet.setup), target.place(wallet.setup)
        payment = wallet.confirmed(first)
        proof = wallet.proof(payment)

        start.level(*(wallet.carrying(proof, payment, order) for order in [first, second] * 3))

        assert sorted(wallet.goods([first, second])) == [0, 1]

    wallet.race(race, most=4)
