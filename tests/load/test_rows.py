"""The results of a whole run: stories by wallet, service levels, the capacity, and the generator itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

import pytest

from fixtures.audit import audit
from fixtures.bench import Bench
from fixtures.model import Answer, Exchange, Given, Message, Money, Order, Outcome
from fixtures.sandbox.client import SandboxClient
from fixtures.target.reading import load
from fixtures.target.settings import ServiceLevel
from fixtures.wallets import discover
from load.books import Closing
from load.figures import Figures
from load.journal import Record
from load.messages import Batch
from load.notes import Note
from load.plan import Plan
from load.report import rows
from load.topics import CAME, LAG, LEFT, PURCHASE, TURNED_AWAY
from reports.results import Result
from tests.load.synthetic import BEGAN, batch, minute

PLAN = Plan(rate=40.0, seconds=60.0, buyers=200, wallet="every", seed=1)
AT_REST = Closing(audit([], [], []), ())
EXCHANGE = Exchange("wallet:stripe", "target", Message("POST", "/n"), Answer(200), 1.0, 0.1, note="arrival 7")
LEVELS = (
    ServiceLevel(metric=PURCHASE, percentile=50, limit=1.0),
    ServiceLevel(metric=PURCHASE, percentile=50, limit=0.001),
    ServiceLevel(metric=PURCHASE, at_least=0.5),
    ServiceLevel(metric=PURCHASE, percentile=50, growth=3.0),
)


class History:
    """A sandbox that knows one exchange of every order."""

    def history(self, order: str) -> list[Exchange]:
        return [replace(EXCHANGE, order=order)]


def results(
    batches: Iterable[Batch],
    *,
    plan: Plan = PLAN,
    notes: tuple[Note, ...] = (),
    levels: tuple[ServiceLevel, ...] = (),
    closing: Closing = AT_REST,
) -> dict[str, Result]:
    """By topic and wallet table."""
    settings = load(embedded_url="http://127.0.0.1:1").model_copy(update={"service_levels": levels})
    bench = Bench(settings, discover(), {}, cast("SandboxClient", History()), run="r", seed=1, examples=0)
    record = Record(plan, BEGAN, Figures(BEGAN), notes=list(notes))
    for one in batches:
        record.add(one)
    for sample in record.samples:
        order = Order(sample.order or "", f"R-{sample.order}", sample.setup, Money(1, "USD"), Given(), "first", BEGAN)
        record.orders.append(order)
    return {f"{one.topic}/{one.setup}": one for one in rows(bench, record, closing)}


def test_each_story_has_a_result_for_each_wallet_and_says_why_it_has_none() -> None:
    found = results(minute())

    purchase = found["load.purchase/stripe"]
    assert purchase.outcome is Outcome.FAILED
    assert "the order never showed its goods" in purchase.message
    assert purchase.exchanges[0].order is not None
    assert purchase.exchanges[0].order.startswith("R-")
    assert found["load.abandon/stripe"].outcome is Outcome.PASSED
    assert found["load.notification/stripe"].outcome is Outcome.PASSED
    assert found["load.purchase/paypal"].capability.startswith("nobody came to play it")
    assert found["load.browse/-"].capability == "its weight is 0"
    assert found["load.generator/-"].outcome is Outcome.PASSED
    assert found["load.latency/-"].outcome is Outcome.NOT_APPLICABLE
    assert "load.capacity/-" not in found


def test_each_service_level_is_a_result_of_its_own() -> None:
    found = results(minute(failing=False), levels=LEVELS)

    levels = {
        name: one.outcome for name, one in found.items() if name.split(".")[1] in {"latency", "success", "growth"}
    }
    assert levels == {
        "load.latency.purchase-p50/-": Outcome.PASSED,
        "load.latency.purchase-p50-2/-": Outcome.FAILED,
        "load.success.purchase/-": Outcome.PASSED,
        "load.growth.purchase-p50/-": Outcome.PASSED,
    }


def test_in_a_search_for_the_capacity_only_the_probes_are_judged() -> None:
    found = results(minute(), plan=replace(PLAN, shape="capacity"), levels=LEVELS)

    assert found["load.purchase/stripe"].outcome is Outcome.NOT_APPLICABLE
    assert found["load.latency.purchase-p50-2/-"].outcome is Outcome.NOT_APPLICABLE
    assert found["load.capacity/-"].outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("notes", "unrest", "counts", "outcome", "text"),
    [
        ((), (), {CAME: 9, LEFT: 9}, Outcome.PASSED, "9 came"),
        ((Note("limits.orders is used up"),), (), {CAME: 9, LEFT: 9}, Outcome.INCONCLUSIVE, "limits.orders"),
        ((Note("a story ended by KeyError", ours=True),), (), {CAME: 9, LEFT: 9}, Outcome.ERROR, "KeyError"),
        ((), ("still called",), {CAME: 9, LEFT: 9}, Outcome.INCONCLUSIVE, "still called"),
        ((), (), {CAME: 9, LEFT: 8}, Outcome.INCONCLUSIVE, "1 of 9 were cut off"),
        ((), (), {CAME: 9, LEFT: 9, TURNED_AWAY: 2}, Outcome.INCONCLUSIVE, "2 of 9 were turned away"),
        ((), (), {}, Outcome.INCONCLUSIVE, "nobody came in"),
    ],
    ids=["all-well", "limit", "error-of-ours", "no-rest", "cut-off", "turned-away", "nobody"],
)
def test_the_generator_says_whether_the_run_was_what_was_planned(
    notes: tuple[Note, ...], unrest: tuple[str, ...], counts: dict[str, int], outcome: Outcome, text: str
) -> None:
    told = batch(1, {}, counts={f"{what}/stripe": number for what, number in counts.items()})

    generator = results([told], notes=notes, closing=replace(AT_REST, unrest=unrest))["load.generator/-"]

    assert generator.outcome is outcome
    assert text in generator.message


def test_a_late_generator_blames_nobody_and_says_what_held_it_up() -> None:
    samples = {f"{PURCHASE}/stripe": [9.0], f"{LAG}/-": [2.0]}
    told = batch(1, samples, {f"{PURCHASE}/stripe": {"no answer": 1}}, {f"{CAME}/stripe": 1, f"{LEFT}/stripe": 1})

    found = results([told])

    assert found["load.purchase/stripe"].outcome is Outcome.INCONCLUSIVE
    assert found["load.generator/-"].outcome is Outcome.INCONCLUSIVE
    assert "busy with something else" in found["load.generator/-"].message


def test_paid_orders_without_any_notification_are_not_passed_over() -> None:
    told = batch(1, {}, counts={"paid/stripe": 3, "paid/ledger": 3})

    found = results([told])

    assert found["load.notification/stripe"].outcome is Outcome.INCONCLUSIVE
    assert "load.notification/ledger" not in found
