"""The verifier, fuzzed: no signature but the genuine one is believed, and none crashes the shop."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.stories.examples import Storyteller
from fixtures.strategies.signatures import Spoil, spoilt_signatures
from fixtures.target.target import Target


@check(
    "fuzz.signature",
    severity="blocker",
    needs="orders fulfilments acknowledgement fuzzing",
    costs="A signature nobody made opens the shop, or a byte closes it.",
)
def test_no_spoilt_signature_is_believed(target: Target, wallet: Counterpart, storyteller: Storyteller) -> None:
    """Whatever bytes stand for the signature, the proof is refused without a crash; the genuine one is not."""

    def story(spoil: Spoil) -> None:
        order = target.place(wallet.setup)
        genuine = wallet.proof_as_if_paid(order)

        spoilt = wallet.with_signature(genuine, spoil(wallet.signature_of(genuine)))
        answered = wallet.deliver(spoilt, wallet.payment(order))

        assert not answered.acknowledged
        assert not answered.crashed
        assert target.settled(order).fulfilments == 0

    storyteller.tell(story, spoilt_signatures())
    assert wallet.prove(wallet.pay(target.place(wallet.setup))).refusal is None
