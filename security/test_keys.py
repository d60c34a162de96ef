"""Keys: which ones are believed while they change, and what asking for unknown ones costs the shop."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.target.target import Target
from fixtures.wallets.fuzzing import Signer

MESSAGES = 16
"""Forged messages in a row; a shop that asks for each of them asks as often."""


@check(
    "keys.published",
    severity="blocker",
    needs="orders fulfilments acknowledgement",
    costs="Everybody who has read the repository can forge proofs.",
)
def test_the_published_test_keys_are_not_believed(target: Target, wallet: Counterpart) -> None:
    """A proof signed with the published test keys is refused by a target that has keys of its own."""
    order = target.place(wallet.setup)
    wallet.open(order)

    forged = wallet.deliver(wallet.proof_as_if_paid(order, keys=wallet.published_keys()), wallet.payment(order))

    assert target.settled(order).fulfilments == 0
    assert not forged.acknowledged
    assert wallet.prove(wallet.pay(order)).refusal is None
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "keys.rotation",
    severity="critical",
    needs="orders fulfilments acknowledgement",
    modes="every",
    each="signer",
    feature="signers",
    costs="On the day the wallet changes its key, genuine payments are refused as forged.",
)
def test_every_key_that_signs_today_is_believed(target: Target, wallet: Counterpart, signer: Signer) -> None:
    """While a wallet goes over from one key to the next, proofs under either are believed, one after the other."""
    wallet.prove(wallet.settle(target.place(wallet.setup)))
    order = target.place(wallet.setup)
    payment = wallet.settle(order)

    answered = wallet.deliver_until_taken(lambda: wallet.signed_by(signer, payment), payment)

    assert answered.refusal is None
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "keys.unknown-signer",
    severity="minor",
    needs="orders fulfilments acknowledgement gateway fuzzing",
    feature="signers",
    depth="full",
    costs="Whoever knows the address has the shop ask the wallet until the wallet stops answering.",
)
def test_unknown_keys_are_not_asked_for_without_end(target: Target, wallet: Counterpart) -> None:
    """Forged messages under keys that nobody knows do not make the shop ask the wallet each time; a genuine one is
    believed afterwards."""
    order = target.place(wallet.setup)
    payment = wallet.open(order)

    calls = wallet.calls_during(
        lambda: [wallet.deliver(wallet.by_unknown_signer(order), payment) for _ in range(MESSAGES)]
    )

    assert len(calls) < MESSAGES
    assert target.settled(order).fulfilments == 0
    paid = wallet.settle(order)
    assert wallet.deliver_until_taken(lambda: wallet.proof(paid), paid).refusal is None


@check(
    "keys.flood",
    severity="minor",
    needs="orders fulfilments acknowledgement gateway fuzzing",
    depth="full",
    costs="Whoever knows the address has the shop ask the wallet until the wallet stops answering.",
)
def test_unsigned_messages_cause_no_calls(target: Target, wallet: Counterpart) -> None:
    """Messages without any signature are refused without a call to the wallet for each; a genuine one is believed."""
    order = target.place(wallet.setup)
    payment = wallet.open(order)

    calls = wallet.calls_during(lambda: [wallet.deliver(wallet.unsigned(order), payment) for _ in range(MESSAGES)])

    assert len(calls) < MESSAGES
    assert target.settled(order).fulfilments == 0
    assert wallet.prove(wallet.settle(order)).refusal is None
