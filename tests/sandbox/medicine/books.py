"""Whether the books of many payments balance: each by itself, all in sum, and by the judgement that targets get."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from fixtures.audit import audit
from fixtures.books import OrderRecord
from fixtures.model import Money, OrderState, Payment, PaymentState, View
from fixtures.sandbox.client import SandboxClient
from tests.sandbox.medicine.crowd import Life
from tests.sandbox.medicine.scene import HALF, PRICE

CHAINS = ("ledger", "trezor")  # from which nobody gives money back


def owed(life: Life) -> int:
    """Minor units given back in a whole life."""
    return 0 if life.name in CHAINS else HALF


def balance(client: SandboxClient, lives: Sequence[Life]) -> None:
    """Asserts that every payment is there once, paid and given back as it was lived, and that the sums agree."""
    found = {(one.wallet, one.reference): one for one in client.payments()}
    mine = {(life.name, life.scene.reference): life for life in lives}
    assert mine.keys() <= found.keys()
    for key, life in mine.items():
        payment = found[key]
        assert (payment.state, payment.mode) == (PaymentState.PAID, life.scene.mode), payment
        assert payment.paid == payment.asked == Money(PRICE, payment.asked.currency)
        assert payment.refunded == owed(life), payment
        assert len(payment.refunds) == (1 if owed(life) else 0)
    taken, given = _sums(found[key] for key in mine)
    assert taken.total() == PRICE * len(lives)
    assert given.total() == sum(map(owed, lives))
    judged = audit(client.history(), [found[key] for key in mine], [_record(found[key]) for key in mine])
    assert not judged.broken, judged.broken
    assert judged.orders == judged.payments == len(lives)


def _sums(payments: Iterable[Payment]) -> tuple[Counter[str], Counter[str]]:
    taken, given = Counter[str](), Counter[str]()
    for payment in payments:
        taken[payment.asked.currency] += (payment.paid or payment.asked).amount
        given[payment.asked.currency] += payment.refunded
    return taken, given


def _record(payment: Payment) -> OrderRecord:
    """What the merchant of such a life has in its own book."""
    price = payment.asked
    view = View(
        payment.reference, OrderState.PAID, "paid", price.amount, price.currency, payment.refunded, fulfilments=1
    )
    return OrderRecord(payment.reference, payment.reference, payment.wallet, payment.wallet, price, view)
