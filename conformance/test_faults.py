"""The gateway in trouble: what is not known is found out, nothing is paid or given back twice, and nothing gets lost.

An answer that did not come, or is no answer, says nothing about the money. So the shop asks, or sends the same request
under the same number; and until it knows, the order is neither paid nor lost.
"""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.counterpart.outage import ALWAYS
from fixtures.model import Order, OrderState
from fixtures.network.troubles import Trouble
from fixtures.target.target import Target


@check(
    "faults.create",
    severity="critical",
    needs="orders fulfilments gateway",
    each="fault",
    depth="full",
    costs="A payment that was made counts as failed, or the buyer pays twice.",
)
def test_a_create_call_of_unknown_outcome_is_found_out(target: Target, wallet: Counterpart, trouble: Trouble) -> None:
    """A create call that got no usable answer is repeated as the same request, and its order can be paid, once."""
    order = wallet.order_through(trouble.kind)

    assert order is not None
    wallet.resume(order)
    assert target.settled(order, paid=True).fulfilments == 1
    assert len(wallet.keys_of(order, "create")) <= 1


@check(
    "faults.second-token",
    severity="critical",
    needs="orders fulfilments reconcile gateway",
    depth="full",
    costs="The buyer's card is charged twice.",
)
def test_a_second_token_is_not_charged_beside_the_first(target: Target, wallet: Counterpart) -> None:
    """A buyer whose charge went unanswered, and who confirms once more, is charged once."""
    order = target.place(wallet.setup, query_after=0.1)

    with wallet.fault("query", "unavailable", order=order, times=ALWAYS):
        with wallet.fault("create", "lost-answer", order=order, times=ALWAYS):
            wallet.reach_gateway(order)
        wallet.prove(wallet.payment(order))

    assert target.found(order).fulfilments == 1
    assert len(wallet.keys_of(order, "create")) <= 1


@check(
    "faults.second-card",
    severity="critical",
    needs="orders fulfilments reconcile gateway",
    feature="cards",
    costs="The buyer's second card is charged, and the shop, which looks at the first one, never knows.",
)
def test_a_charge_behind_a_declined_one_is_found_out(target: Target, wallet: Counterpart) -> None:
    """A charge that got no answer is found by asking, though another card was declined for the same order before."""
    order = target.place(wallet.setup, query_after=0.1)
    wallet.decline_card(order)

    with wallet.fault("create", "lost-answer", order=order, times=ALWAYS) as fault:
        wallet.reach_gateway(order)
        wallet.must_hit(fault)

    assert target.found(order).fulfilments == 1


@check(
    "faults.capture",
    severity="critical",
    needs="orders fulfilments gateway",
    each="fault",
    depth="full",
    costs="The money is taken, and the shop does not know.",
)
def test_a_capture_of_unknown_outcome_is_found_out(target: Target, wallet: Counterpart, trouble: Trouble) -> None:
    """A capture that got no usable answer is asked about or repeated under the same key; the goods leave once."""
    order = target.place(wallet.setup, query_after=0.1)

    with wallet.fault("capture", trouble.kind, order=order) as fault:
        wallet.approve(order)
        wallet.wait_for_hit(fault)
    wallet.resume(order)

    assert target.settled(order, paid=True).fulfilments == 1
    assert len(wallet.keys_of(order, "capture")) <= 1


@check(
    "faults.capture-later",
    severity="critical",
    needs="orders state fulfilments reconcile gateway",
    costs="What the buyer approved lapses, and the goods are never paid.",
)
def test_what_was_approved_is_captured_after_the_outage(target: Target, wallet: Counterpart) -> None:
    """An approved payment that could not be captured delivers nothing; later it is captured, or its order given up."""
    order = target.place(wallet.setup, query_after=0.1)

    with wallet.fault("capture", "unavailable", order=order, times=ALWAYS) as fault:
        wallet.approve(order)
        wallet.wait_for_hit(fault)
        assert target.settled(order).fulfilments == 0

    assert wallet.captured_or_given_up(order)
    assert wallet.squared(order)


@check(
    "faults.capture-declined",
    severity="critical",
    needs="orders state fulfilments reconcile gateway",
    costs="A buyer whose card was refused pays with another, and nobody ever takes her money.",
)
def test_a_refused_capture_does_not_spoil_the_next_approval(target: Target, wallet: Counterpart) -> None:
    """What a buyer approves anew, after a refused capture, is captured and delivered once, or its order is given up."""
    order = target.place(wallet.setup, query_after=0.1)
    wallet.decline(order)
    wallet.come_back(order)

    wallet.approve(order)

    assert wallet.captured_or_given_up(order)
    assert wallet.squared(order)


@check(
    "faults.refund",
    severity="critical",
    needs="orders refund refunded gateway",
    each="fault",
    depth="full",
    costs="The buyer gets the money back twice, or never.",
)
def test_a_refund_of_unknown_outcome_is_found_out(
    target: Target, wallet: Counterpart, paid: Order, trouble: Trouble
) -> None:
    """A refund that got no usable answer is found out or repeated under its number: both books say the same of it."""
    part = paid.price.part(3)

    with wallet.fault("refund", trouble.kind, order=paid) as fault:
        target.refund(paid, part)
        wallet.must_hit(fault)

    shop, ledger = wallet.refund_books(paid)
    assert shop == ledger
    assert ledger <= part.amount


@check(
    "faults.refund-again",
    severity="critical",
    needs="orders refund refunded gateway",
    depth="full",
    costs="The buyer gets the money back twice, and one of the two is on nobody's books.",
)
def test_a_refund_asked_for_again_leaves_both_books_alike(target: Target, wallet: Counterpart, paid: Order) -> None:
    """A refund none of whose answers arrived, and that somebody asks for again, is on the shop's books too."""
    part = paid.price.part(3)
    with wallet.fault("refund", "lost-answer", order=paid, times=ALWAYS) as fault:
        target.refund(paid, part)
        wallet.must_hit(fault)

    target.refund(paid, part)

    shop, ledger = wallet.refund_books(paid)
    assert shop == ledger


@check(
    "faults.close",
    severity="normal",
    needs="orders state cancel gateway",
    each="fault",
    depth="full",
    costs="A buyer pays for an order that the shop has cancelled.",
)
def test_a_closing_that_failed_is_not_told_as_done(target: Target, wallet: Counterpart, trouble: Trouble) -> None:
    """An order whose payment could not be closed is not cancelled, or the closing is made up for."""
    order = target.place(wallet.setup)
    wallet.open(order)

    wallet.cancel_through(order, trouble.kind)

    assert wallet.closed_as_told(order)


@check(
    "faults.query",
    severity="critical",
    needs="orders state fulfilments reconcile gateway",
    each="fault",
    depth="full",
    costs="Goods leave for an answer that says nothing, or an order is lost to it.",
)
def test_an_answer_that_says_nothing_changes_nothing(target: Target, wallet: Counterpart, trouble: Trouble) -> None:
    """A query without a usable answer neither pays nor fails the order; the genuine proof pays it."""
    order = target.place(wallet.setup, query_after=0.1)
    wallet.open(order)

    with wallet.query_fault(order, trouble.kind) as fault:
        wallet.wait_for_hit(fault)
        view = target.settled(order)

    assert (view.state, view.fulfilments) == (OrderState.PENDING, 0)
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "faults.asks-again",
    severity="critical",
    needs="orders fulfilments reconcile gateway",
    costs="After one bad answer payments are found no more, and nobody notices.",
)
def test_a_shop_that_got_nonsense_asks_again(target: Target, wallet: Counterpart) -> None:
    """A payment that nobody told of is found by asking though the first answers were nonsense."""
    order = target.place(wallet.setup, query_after=0.1)
    wallet.open(order)

    with wallet.query_fault(order, "garbage") as fault:
        wallet.wait_for_hit(fault)
        wallet.pay(order, returns=False)

    assert target.found(order).fulfilments == 1


@check(
    "faults.stale",
    severity="blocker",
    needs="orders state fulfilments reconcile gateway",
    depth="full",
    costs="One payment takes the goods of two orders.",
)
def test_an_answer_about_another_order_pays_nothing(target: Target, wallet: Counterpart) -> None:
    """An answer that is genuine but about another, paid order pays nothing; the order's own payment does."""
    other = wallet.learnt_by_asking()
    order = target.place(wallet.setup, query_after=0.1)
    wallet.payment(order)

    with wallet.fault("query", "stale", order=order, of=other, times=ALWAYS) as fault:
        wallet.make_ask(order, fault)
        assert wallet.squared(order)

    wallet.resume(order)
    assert target.settled(order, paid=True).fulfilments == 1
