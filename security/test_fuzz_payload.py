"""The parser behind the signature, fuzzed: what the wallet itself could send by mistake must not break the shop."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.stories.examples import Storyteller
from fixtures.strategies.statements import Change, changed_statements
from fixtures.target.target import Target


@check(
    "fuzz.payload",
    severity="critical",
    needs="orders fulfilments acknowledgement fuzzing",
    costs="One malformed message stops the ones behind it, or pays twice.",
)
def test_no_malformed_statement_crashes_the_shop(target: Target, wallet: Counterpart, storyteller: Storyteller) -> None:
    """A correctly signed but malformed statement crashes nothing, and the right one is believed once afterwards."""

    def story(change: Change) -> None:
        order = target.place(wallet.setup)
        payment = wallet.settle(order)

        answered = wallet.deliver(wallet.mutated(wallet.proof(payment), change), payment)

        assert not answered.crashed
        assert wallet.twin(answered, payment).refusal is None
        assert target.settled(order, paid=True).fulfilments == 1

    storyteller.tell(story, changed_statements())
