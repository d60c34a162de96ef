"""The gateway away, hanging or elsewhere: the shop stays open, believes nobody more than before, and loses nothing."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.counterpart.outage import ALWAYS
from fixtures.model import OrderState
from fixtures.target.target import Target


@check(
    "faults.try-again",
    severity="critical",
    needs="orders fulfilments gateway",
    depth="full",
    costs="After an outage of minutes nobody can pay until somebody restarts the shop.",
)
def test_after_an_outage_the_buyer_can_pay(target: Target, wallet: Counterpart) -> None:
    """When every create call of an order has failed for certain, the buyer can try again as soon as it is over."""
    order = wallet.order_through("unavailable", times=ALWAYS)

    assert order is not None
    wallet.resume(order)
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "faults.slow-confirmation",
    severity="critical",
    needs="orders state fulfilments gateway",
    costs="The buyer is told that she has not paid, and pays again.",
)
def test_a_buyer_who_returns_early_is_not_told_that_she_failed(target: Target, wallet: Counterpart) -> None:
    """A buyer who comes back while the gateway tells nothing is not told that she failed, and gets her goods later."""
    order = target.place(wallet.setup)
    wallet.open(order)

    with wallet.fault("*", "unavailable", order=order, times=ALWAYS):
        wallet.pay_and_return(order)
        assert target.settled(order).state is not OrderState.FAILED

    wallet.resume(order)
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "faults.outage-forged",
    severity="blocker",
    needs="orders fulfilments acknowledgement gateway",
    costs="Whoever waits for an outage takes the goods for nothing.",
)
def test_what_cannot_be_verified_just_now_is_not_believed(target: Target, wallet: Counterpart) -> None:
    """A false proof pays nothing while nobody answers who could tell; the genuine one pays afterwards."""
    order = target.place(wallet.setup)
    payment = wallet.open(order)

    with wallet.fault("*", "unavailable", times=ALWAYS):
        wallet.deliver(wallet.lie(order), payment)
        assert target.settled(order).fulfilments == 0

    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "faults.outage-genuine",
    severity="critical",
    needs="orders fulfilments acknowledgement gateway",
    costs="Money is taken and nothing is delivered.",
)
def test_what_was_acknowledged_in_an_outage_is_not_lost(target: Target, wallet: Counterpart) -> None:
    """A genuine proof that meets nonsense from the gateway is refused and taken later, or acknowledged and kept."""
    order = target.place(wallet.setup)
    payment = wallet.settle(order)
    genuine = wallet.unseen(wallet.proof(payment))

    with wallet.fault("*", "garbage", times=ALWAYS):
        first = wallet.deliver(genuine, payment)
    wallet.deliver_again_if_refused(first, payment)

    assert target.found(order).fulfilments == 1


@check(
    "faults.standstill",
    severity="critical",
    needs="orders fulfilments gateway",
    costs="The whole shop stands still because one wallet does.",
)
def test_a_gateway_that_hangs_does_not_stop_the_shop(target: Target, wallet: Counterpart) -> None:
    """While a gateway answers nothing the shop shows its orders; afterwards it sells again."""
    order, shown = wallet.at_standstill()

    assert shown
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "faults.crowd",
    severity="critical",
    needs="orders fulfilments gateway races",
    depth="full",
    costs="The whole shop stands still because one wallet does.",
)
def test_many_who_wait_for_a_gateway_do_not_stop_the_shop(target: Target, wallet: Counterpart) -> None:
    """While a gateway lets a dozen buyers wait the shop shows its orders; afterwards it sells again."""
    order, shown = wallet.at_standstill(buyers=12)

    assert shown
    wallet.prove(wallet.pay(order))
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "faults.redirect",
    severity="critical",
    needs="orders fulfilments reconcile gateway",
    depth="full",
    costs="The shop's credentials go to whoever can make it look elsewhere.",
)
def test_no_credentials_follow_a_redirect(target: Target, wallet: Counterpart) -> None:
    """A redirect to another host takes no credentials there, and the order can be paid all the same."""
    order, fault = wallet.order_meeting("redirect")

    assert wallet.carried_elsewhere(fault) == []
    wallet.resume(order)
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "faults.wrong-address",
    severity="normal",
    needs="orders gateway",
    depth="full",
    costs="Credentials go to an address that the wallet does not serve, where anybody may listen.",
)
def test_credentials_go_to_addresses_of_the_wallet_only(target: Target, wallet: Counterpart) -> None:
    """Whatever the shop asks when a payment is proved, it sends its credentials to no address unknown to the wallet."""
    order = target.place(wallet.setup)
    payment = wallet.pay(order)

    calls = wallet.calls_during(lambda: wallet.prove(payment))

    assert wallet.misdirected(calls) == []
