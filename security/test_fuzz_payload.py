"""The parser behind the signature, fuzzed: what the wallet itself could send by mistake must not break the shop."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.stories.examples import Storyteller
from fixtures.strategies.numbers import LOOKALIKES, Lookalike
from fixtures.strategies.statements import Changed, Lie, changed_statements
from fixtures.target.target import Target


@check(
    "fuzz.payload",
    severity="critical",
    needs="orders fulfilments acknowledgement fuzzing",
    costs="One malformed message stops the ones behind it, or pays twice.",
)
def test_no_malformed_statement_crashes_the_shop(target: Target, wallet: Counterpart, storyteller: Storyteller) -> None:
    """A correctly signed but malformed statement crashes nothing, and the right one is believed once afterwards."""

    def story(change: Changed) -> None:
        order = target.place(wallet.setup)
        payment = wallet.settle(order)

        answered = wallet.deliver(wallet.mutated(wallet.proof(payment), change), payment)

        assert not answered.crashed
        assert wallet.twin(answered, payment).refusal is None
        assert target.settled(order, paid=True).fulfilments == 1

    storyteller.tell(story, changed_statements())


@check(
    "fuzz.statement",
    severity="blocker",
    needs="orders fulfilments acknowledgement fuzzing",
    feature="variants",
    costs="Goods leave for another sum, for another currency, for somebody else's money, or for none.",
)
def test_no_untrue_statement_pays(target: Target, wallet: Counterpart, storyteller: Storyteller) -> None:
    """A signed statement whose sum, currency, payee or state is not exactly what was due pays nothing, in whatever type
    and spelling; a true one does."""
    order = target.place(wallet.setup)

    def story(lie: Lie) -> None:
        answered = wallet.deliver(wallet.lying(lie, order), wallet.payment(order))

        assert not answered.crashed, lie.name
        assert target.read(order).fulfilments == 0, lie.name

    storyteller.walk(story, wallet.lies())
    assert target.settled(order).fulfilments == 0
    assert wallet.prove(wallet.pay(order)).refusal is None
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "fuzz.order-number",
    severity="critical",
    needs="orders fulfilments acknowledgement fuzzing",
    costs="A payment for a number that only looks like this one takes the goods.",
)
def test_a_number_that_only_looks_like_the_orders_pays_nothing(
    target: Target, wallet: Counterpart, storyteller: Storyteller
) -> None:
    """A genuine payment under a number that is not exactly the order's crashes nothing and does not pay it; the order's
    own payment does."""
    order = target.place(wallet.setup)

    def story(lookalike: Lookalike) -> None:
        namesake = wallet.namesake(lookalike, order)

        answered = wallet.deliver(wallet.proof(namesake), namesake, to=order)

        assert not answered.crashed, lookalike.name
        assert target.read(order).fulfilments == 0, lookalike.name

    storyteller.walk(story, LOOKALIKES)
    assert target.settled(order).fulfilments == 0
    assert wallet.prove(wallet.pay(order)).refusal is None
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "fuzz.refund-exceeds",
    severity="normal",
    needs="orders fulfilments acknowledgement fuzzing",
    depth="full",
    costs="One refund that an exchange rate made larger than the payment stops the messages behind it.",
)
def test_a_refund_of_more_than_was_paid_stops_nothing(target: Target, wallet: Counterpart) -> None:
    """A message that more went back than was paid crashes nothing, and neither the order's nor the next order's own
    proof is lost for it."""
    order, following = target.place(wallet.setup), target.place(wallet.setup)
    payment = wallet.settle(order)
    wallet.prove(payment)

    answered = wallet.deliver(wallet.overdrawn(order), payment)

    assert not answered.crashed
    assert wallet.prove(payment).refusal is None
    assert target.settled(order, paid=True).fulfilments == 1
    assert wallet.prove(wallet.settle(following)).refusal is None
    assert target.settled(following, paid=True).fulfilments == 1
