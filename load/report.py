"""What a load run came to, as results beside those of the suites."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from fixtures.bench import Bench
from fixtures.books import Audit
from fixtures.model import Exchange, Outcome, Severity
from fixtures.target.settings import ServiceLevel
from load.arrivals import expected, peak
from load.books import Closing
from load.journal import Record, Sample
from load.plan import Plan
from load.topics import BUYER_LAG, LETTER, LETTER_LAG, PURCHASE
from reports.books import ShownBooks, ShownClause, masked
from reports.masking import Mask
from reports.results import Result
from reports.run import Run, read_run

LAG_PERCENTILE, LAG_LIMIT = 95.0, 1.0  # seconds; beyond it the generator, not the target, is what was measured
FILE = "load/locustfile.py"
SHOWN = 20  # exchanges of an unserved buyer in the report

TITLES = {
    PURCHASE: "Every buyer of the busiest hour is served.",
    LETTER: "Every notification of the busiest hour is acknowledged.",
}
COSTS = {
    PURCHASE: "A buyer who paid and waits asks for her money back, or never comes again.",
    LETTER: "A notification that stays unacknowledged is given up by the wallet; the order is paid and nobody knows.",
}


def pace(plan: Plan) -> str:
    """The plan in one line."""
    wallet = f"{plan.wallet} wallet" if plan.wallet == "every" else plan.wallet
    return f"peak of {plan.rate:g} buyers a second in {plan.seconds:g} s, {wallet}"


def percentile(samples: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: the smallest sample that `percent` of the samples do not exceed."""
    return sorted(samples)[max(0, math.ceil(percent / 100 * len(samples)) - 1)]


def rows(bench: Bench, record: Record, closing: Closing) -> list[Result]:
    """Every result of the run but the audit's clauses."""
    saturated = _lag(record) > LAG_LIMIT
    setups = record.plan.setups(bench.settings)
    stories = [_story(bench, record, topic, setup, saturated) for setup in setups for topic in (PURCHASE, LETTER)]
    return [*stories, *_latency(bench, record), _generator(bench, record, closing)]


def _story(bench: Bench, record: Record, topic: str, setup: str, saturated: bool) -> Result:
    told = record.of(topic, setup)
    bad = [one for one in told if one.problem is not None]
    begun = len(record.of(BUYER_LAG, setup)) if topic == PURCHASE else len(told)
    outcome, message = judged(len(told) - len(bad), bad, begun, saturated)
    return _result(
        bench,
        record,
        f"load.{topic}",
        outcome,
        message,
        setup=setup,
        severity="critical",
        title=TITLES[topic],
        cost=COSTS[topic],
        observed="\n".join(dict.fromkeys(one.problem or "" for one in bad[:SHOWN])),
        exchanges=_evidence(bench, record, bad),
    )


def judged(good: int, bad: Sequence[Sample], begun: int, saturated: bool) -> tuple[Outcome, str]:
    """The outcome of a story that `begun` times began, and why. A saturated generator finds no fault with anybody."""
    numbers = f"{good} of {begun}"
    if not good:
        return Outcome.INCONCLUSIVE, f"nothing completed ({numbers})" + (f"; first: {bad[0].problem}" if bad else "")
    if bad:
        outcome = Outcome.INCONCLUSIVE if saturated else Outcome.FAILED
        return outcome, f"{len(bad)} of {begun} failed; first: {bad[0].problem}"
    if good < begun:
        return Outcome.INCONCLUSIVE, f"{begun - good} of {begun} were cut off"
    return Outcome.PASSED, numbers


def _evidence(bench: Bench, record: Record, bad: Sequence[Sample]) -> tuple[Exchange, ...]:
    """What all parties said about the first order whose buyer was not served."""
    named = {order.id: order.reference for order in record.orders}
    first = next((reference for one in bad if one.order and (reference := named.get(one.order))), None)
    return () if first is None else tuple(bench.sandbox.history(order=first)[:SHOWN])


def _latency(bench: Bench, record: Record) -> Iterator[Result]:
    """One result for each service level; without any, the numbers that one could be made of."""
    title = "Latency stays within the service levels of the target file."
    for level in bench.settings.service_levels:
        outcome, message = kept(level, [one.seconds for one in record.of(level.metric)])
        topic = f"load.latency.{level.metric}-p{level.percentile:g}"
        yield _result(bench, record, topic, outcome, message, title=title)
    if not bench.settings.service_levels:
        seconds = [one.seconds for one in record.of(PURCHASE)]
        seen = ", ".join(f"p{p} {percentile(seconds, p):.3f} s" for p in (50, 90, 99)) if seconds else "nothing"
        reason = f"the target file has no service_levels; seen of {len(seconds)} purchases: {seen}"
        yield _result(bench, record, "load.latency", Outcome.NOT_APPLICABLE, reason, title=title, capability=reason)


def kept(level: ServiceLevel, seconds: Sequence[float]) -> tuple[Outcome, str]:
    """Whether a service level (limit in seconds) was kept; too few samples are no proof."""
    if len(seconds) < level.least_samples:
        return Outcome.INCONCLUSIVE, f"{len(seconds)} samples; wanted at least {level.least_samples}"
    seen = percentile(seconds, level.percentile)
    message = f"p{level.percentile:g} of {len(seconds)} is {seen:.3f} s; the limit is {level.limit:g} s"
    return (Outcome.PASSED if seen <= level.limit else Outcome.FAILED), message


def _lag(record: Record) -> float:
    """How late the generator itself was."""
    lags = [one.seconds for one in chain(record.of(BUYER_LAG), record.of(LETTER_LAG))]
    return percentile(lags, LAG_PERCENTILE) if lags else 0.0


def _generator(bench: Bench, record: Record, closing: Closing) -> Result:
    """Whether the run was what was planned; where it was not, nothing is held against the target."""
    plan = record.plan
    came, planned = len(record.of(BUYER_LAG)), expected(peak, rate=plan.rate, seconds=plan.seconds)
    lag = _lag(record)
    problems = [*(note.text for note in record.notes), *closing.unrest]
    if came < planned:
        problems.append(f"{came} of {planned} buyers came in")
    if lag > LAG_LIMIT:
        problems.append(
            f"the generator was late: p{LAG_PERCENTILE:g} of its lag is {lag:.3f} s, the limit {LAG_LIMIT} s"
        )
    outcome = Outcome.INCONCLUSIVE if problems else Outcome.PASSED
    if any(note.ours for note in record.notes):
        outcome = Outcome.ERROR
    message = "; ".join(problems) or f"{came} buyers came in; p{LAG_PERCENTILE:g} of the lag is {lag:.3f} s"
    title = "The load was what was planned: everybody came in time, everything came to rest."
    return _result(bench, record, "load.generator", outcome, message, title=title)


def _result(
    bench: Bench,
    record: Record,
    topic: str,
    outcome: Outcome,
    message: str,
    *,
    title: str,
    setup: str = "-",
    severity: Severity = "normal",
    cost: str = "",
    observed: str = "",
    capability: str = "",
    exchanges: tuple[Exchange, ...] = (),
) -> Result:
    return Result(
        topic=topic,
        wallet=bench.wallets[setup].name if setup != "-" else "-",
        mode=bench.target.setups[setup].mode if setup != "-" else "-",
        outcome=outcome,
        severity=severity,
        level=bench.target.level,
        seconds=record.plan.seconds,
        message=message,
        title=title,
        capability=capability,
        exchanges=exchanges,
        observed=observed,
        cost=cost,
        seed=record.plan.seed,
        setup=setup,
        file=FILE,
        replay=" ".join(["python -m load", *record.plan.flags(), "--seed", str(record.plan.seed)]),
        started=min((one.at for one in record.samples), default=0.0),
    )


# beside the results of an earlier run


def earlier(out: Path) -> Run | None:
    """The run whose results stand in the folder; None without one. Raises ValueError for one that cannot be read."""
    file = out / "run.json"
    return read_run(file) if file.is_file() else None


def joined(run: Run, results: Iterable[Result]) -> list[Result]:
    """The earlier results with the new ones, which replace those of the same identity."""
    fresh = list(results)
    replaced = {result.identity for result in fresh}
    return [*(result for result in run.results if result.identity not in replaced), *fresh]


_WORST_LAST = ("not observable at this level", "proved", "sampled", "broken")


def joined_books(run: Run, audit: Audit) -> ShownBooks:
    """Each clause over both runs: the worse verdict stands, and both are told."""
    before = {clause.name: clause for clause in run.books.clauses} if run.books else {}
    return ShownBooks(
        tuple(_both(before.get(clause.name), clause) for clause in _shown(audit)),
    )


def _shown(audit: Audit) -> tuple[ShownClause, ...]:
    shown = masked(audit, Mask(()))
    return shown.clauses if shown else ()


def _both(first: ShownClause | None, second: ShownClause) -> ShownClause:
    if first is None:
        return second
    return ShownClause(
        name=second.name,
        requirement=second.requirement,
        verdict=max(first.verdict, second.verdict, key=_WORST_LAST.index),
        judged=first.judged + second.judged,
        concerned=first.concerned + second.concerned,
        count=first.count + second.count,
        summary=f"{first.summary}; under load {second.summary}",
        evidence=(*first.evidence, *second.evidence),
    )
