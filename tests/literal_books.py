"""Small literal books for the tests of the audit: orders, payments, refunds, deliveries and expected clauses."""

from __future__ import annotations

from fixtures.audit import CLAUSES
from fixtures.books import Audit, Breach, Clause, OrderRecord, Verdict
from fixtures.model import (
    Answer,
    Exchange,
    Message,
    Money,
    OrderState,
    Payment,
    PaymentState,
    Refund,
    RefundState,
    View,
)

TEA = Money(1250, "CNY")
RICE = Money(8800, "CNY")
KOTO = Money(4300, "JPY")


def record(
    name: str, state: str, fulfilments: int | None, *, price: Money = TEA, refunded: int | None = 0
) -> OrderRecord:
    """An order of this run, called name at the target and R-name at the wallet."""
    view = View(name, OrderState(state), state, price.amount, price.currency, refunded, fulfilments)
    return OrderRecord(name, f"R-{name}", "alipay", "alipay", price, view)


def payment(
    name: str, state: PaymentState = PaymentState.PAID, *, paid: Money | None = TEA, asked: Money = TEA
) -> Payment:
    """What the wallet's ledger knows of it; paid at 100."""
    moved = state is PaymentState.PAID
    return Payment(
        "alipay",
        "key",
        f"T-{name}",
        f"R-{name}",
        asked,
        state,
        paid if moved else None,
        paid_at=100.0 if moved else None,
    )


def refund(number: str, amount: int, state: RefundState = RefundState.SUCCEEDED) -> Refund:
    """Money given back in yuan's minor units."""
    return Refund(number, f"G-{number}", Money(amount, "CNY"), 200.0, state)


def proof(name: str, at: float = 101.0, *, status: int = 200) -> Exchange:
    """A delivery of the wallet to the target about an order."""
    message = Message("POST", "http://127.0.0.1/notify/alipay")
    return Exchange("wallet:alipay", "target", message, Answer(status), at, 0.01, order=f"R-{name}")


def clause(found: Audit, name: str) -> Clause:
    """One clause of an audit."""
    return next(each for each in found.clauses if each.name == name)


def verdict(name: str, outcome: Verdict, judged: int, concerned: int | None = None, *breaches: Breach) -> Clause:
    """The clause as a value; of several breaches they are first, worst and last."""
    first, worst, last = breaches if breaches else (None, None, None)
    return Clause(
        name,
        CLAUSES[name].__doc__ or "",
        outcome,
        judged,
        judged if concerned is None else concerned,
        len(dict.fromkeys(breaches)),
        first,
        worst,
        last,
    )


def alone(breach: Breach) -> tuple[Breach, Breach, Breach]:
    """One breach is the first, the worst and the last."""
    return breach, breach, breach


Books = tuple[list[Exchange], list[Payment], list[OrderRecord]]
