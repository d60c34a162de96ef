"""The verifier, fuzzed: only the genuine signature is believed, however it is spelt, and none crashes the shop."""

from __future__ import annotations

from fixtures.check import check
from fixtures.counterpart import Counterpart
from fixtures.model import Payment
from fixtures.stories.examples import Storyteller
from fixtures.strategies.signatures import Spoil, spoilt_signatures
from fixtures.target.target import Target
from fixtures.wallets.fuzzing import Variant


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


@check(
    "fuzz.envelope",
    severity="blocker",
    needs="orders fulfilments acknowledgement fuzzing",
    feature="variants",
    costs="A header that the verifier stumbles over opens the shop, or closes it.",
)
def test_no_spoilt_envelope_is_believed(
    target: Target, wallet: Counterpart, storyteller: Storyteller, other: Payment
) -> None:
    """Whatever stands around the statement (headers, encodings, algorithms, keys), a proof that nobody signed is
    refused without a crash; the genuine one is not."""
    order = target.place(wallet.setup)

    def story(way: Variant) -> None:
        answered = wallet.deliver(wallet.misspelt(way, order, other), wallet.payment(order))

        assert not answered.acknowledged, way.name
        assert not answered.crashed, way.name
        assert target.read(order).fulfilments == 0, way.name

    storyteller.walk(story, wallet.variants("spoilt"))
    assert target.settled(order).fulfilments == 0
    assert wallet.prove(wallet.pay(order)).refusal is None
    assert target.settled(order, paid=True).fulfilments == 1


@check(
    "fuzz.beside",
    severity="blocker",
    needs="orders fulfilments acknowledgement fuzzing",
    feature="variants",
    costs="One genuine payment, and a parameter that nobody signed beside it, pay any order.",
)
def test_what_nobody_signed_names_no_order(
    target: Target, wallet: Counterpart, storyteller: Storyteller, other: Payment
) -> None:
    """A genuine proof of another order pays none that an unsigned parameter or a second field beside it names."""

    def story(way: Variant) -> None:
        order = target.place(wallet.setup)

        answered = wallet.deliver(wallet.misspelt(way, order, other), wallet.payment(order))

        assert not answered.crashed, way.name
        assert target.settled(order).fulfilments == 0, way.name
        assert wallet.prove(wallet.pay(order)).refusal is None
        assert target.settled(order, paid=True).fulfilments == 1

    storyteller.walk(story, wallet.variants("beside"), at_most=1)


@check(
    "fuzz.malleable",
    severity="normal",
    needs="orders fulfilments acknowledgement fuzzing",
    feature="variants",
    depth="full",
    costs="A spelling that another library reads otherwise stops the proofs behind it, or pays twice.",
)
def test_a_malleable_proof_is_taken_or_refused_without_harm(
    target: Target, wallet: Counterpart, storyteller: Storyteller
) -> None:
    """A genuine proof in a spelling that verifiers differ about may be refused; it crashes nothing, and pays once."""

    def story(way: Variant) -> None:
        order = target.place(wallet.setup)
        payment = wallet.settle(order)

        answered = wallet.deliver(wallet.respelt(way, payment), payment)

        assert not answered.crashed, way.name
        assert wallet.twin(answered, payment).refusal is None, way.name
        assert target.settled(order, paid=True).fulfilments == 1, way.name

    storyteller.walk(story, wallet.variants("either"))


@check(
    "fuzz.genuine",
    severity="critical",
    needs="orders fulfilments acknowledgement fuzzing",
    feature="variants",
    costs="Genuine payments are refused as forged: the money is taken and nothing is delivered.",
)
def test_a_genuine_proof_is_believed_however_it_is_spelt(
    target: Target, wallet: Counterpart, storyteller: Storyteller
) -> None:
    """A genuine proof is verified over what came, in every spelling, with every field that the wallet is free to send;
    it is believed, and once."""

    def story(way: Variant) -> None:
        order = target.place(wallet.setup)
        payment = wallet.settle(order)

        answered = wallet.deliver(wallet.respelt(way, payment), payment)

        assert answered.refusal is None, way.name
        assert target.settled(order, paid=True).fulfilments == 1, way.name

    storyteller.walk(story, wallet.variants("odd"), at_most=4)
