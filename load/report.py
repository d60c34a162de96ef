"""What a load run came to, as results beside those of the suites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from fixtures.bench import Bench
from fixtures.model import Exchange, Outcome, Severity
from load.books import Closing
from load.capacity import TWICE, Capacity
from load.generator import LAG_PERCENTILE, culprit, lag, processor, saturated, waited_for_sandbox
from load.journal import Record
from load.levels import Level
from load.mix import Mix, mix
from load.plan import Plan
from load.sentences import cost, title
from load.topics import CAME, DOUBLED, FULFILLED, LEFT, LETTER, LOST, PAID, PURCHASE, TURNED_AWAY
from load.worst import Worst
from reports.results import Result

FILE = "load/locustfile.py"
TOLD = 5  # different problems of one story
OVERLOADED = "the search for the capacity overloads the target on purpose"
Verdict = tuple[Outcome, str]


def pace(plan: Plan) -> str:
    """The plan in one line."""
    wallet = "every wallet" if plan.wallet == "every" else plan.wallet
    until = "until it is interrupted" if plan.endless else f"{plan.seconds:g} s"
    return f"{plan.shape}: up to {plan.rate:.4g} stories a second, {until}, {plan.process} arrivals, {wallet}"


def rows(bench: Bench, record: Record, closing: Closing) -> list[Result]:
    """Every result of the run but the audit's clauses."""
    return list(Rows(bench, record, closing).all())


def worst_of(bench: Bench, record: Record) -> Worst:
    """Finds the orders that fared worst, with what the sandbox's history says about them."""
    return Worst(record, lambda reference: bench.sandbox.history(order=reference))


def judged(samples: int, problems: Counter[str], late: str | None) -> Verdict:
    """The outcome of a story that was told so many times, and why. A late generator finds no fault with anybody."""
    bad = problems.total()
    if not bad:
        return Outcome.PASSED, f"{samples} of {samples}"
    told = "; ".join(f"{number} × {problem}" for problem, number in problems.most_common(TOLD))
    message = f"{bad} of {samples} failed: {told}"
    if len(problems) > TOLD:
        more = f"and {len(problems) - TOLD} other problems"
        message = f"{message}; {more}"
    return (Outcome.FAILED, message) if late is None else (Outcome.INCONCLUSIVE, f"{message}; but {late}")


def found(capacity: Capacity | None) -> Verdict:
    """Whether the search found what the target holds, and how sure that is."""
    if capacity is None:
        return Outcome.INCONCLUSIVE, "the search was not brought to its end"
    kept = capacity.low is not None and capacity.kept >= TWICE
    sure = kept and (capacity.high is None or capacity.broke >= TWICE)
    if capacity.estimate is None:
        return Outcome.INCONCLUSIVE, capacity.confidence
    word = "at least" if capacity.high is None else "about"
    message = f"{word} {capacity.estimate:.4g} stories a second: {capacity.confidence}"
    return (Outcome.PASSED if sure else Outcome.INCONCLUSIVE), message


@dataclass(slots=True)
class Rows:
    """Makes the results of one run."""

    bench: Bench
    record: Record
    closing: Closing

    def all(self) -> Iterator[Result]:
        """Stories by wallet, notifications, service levels, the capacity, and the generator itself."""
        told = mix(self.record.plan, self.bench.settings)
        worst = worst_of(self.bench, self.record)
        yield from self._stories(told, worst)
        for setup in told.setups:
            if self._notified(setup):
                yield self._story(LETTER, setup, worst)
        yield from self._levels(worst)
        if self._searching:
            outcome, message = found(self.record.capacity)
            text = "The highest rate of arrivals that still keeps the service levels is known."
            yield self._result("load.capacity", outcome, message, title=text)
        yield self._generator()

    @property
    def _searching(self) -> bool:
        return self.record.plan.shape == "capacity"

    def _stories(self, told: Mix, worst: Worst) -> Iterator[Result]:
        for story, reason in told.left_out.items():
            yield self._unsuited(story, "-", reason.removeprefix("not applicable: "))
        for story in told.weights:
            for setup in told.setups:
                if (story, setup) in told.unfit:
                    yield self._unsuited(story, setup, "it makes no sense with this wallet")
                elif self.record.figures.samples(story, setup):
                    yield self._story(story, setup, worst)
                else:
                    yield self._nobody(story, setup)

    def _story(self, story: str, setup: str, worst: Worst) -> Result:
        figures = self.record.figures
        problems = figures.problems(story, setup)
        outcome, message = judged(figures.samples(story, setup), problems, saturated(figures))
        if not figures.samples(story, setup):
            outcome, message = Outcome.INCONCLUSIVE, "nothing completed"
        if outcome is not Outcome.PASSED and self._searching:
            outcome, message = Outcome.NOT_APPLICABLE, f"{OVERLOADED}; {message}"
        if story == PURCHASE:
            paid, fulfilled, doubled, lost = (figures.count(what, setup) for what in (PAID, FULFILLED, DOUBLED, LOST))
            counts = f"with all stories {paid} paid, {fulfilled} fulfilled, {doubled} doubled, {lost} lost"
            message = f"{message}; {counts}"
        return self._result(
            f"load.{story}",
            outcome,
            message,
            setup=setup,
            severity="critical",
            title=title(story),
            cost=cost(story),
            capability=OVERLOADED if outcome is Outcome.NOT_APPLICABLE else "",
            observed="\n".join(problems) if outcome is Outcome.FAILED else "",
            exchanges=() if outcome is Outcome.PASSED else worst.exchanges(worst.failed(story, setup)),
        )

    def _unsuited(self, story: str, setup: str, reason: str) -> Result:
        return self._result(
            f"load.{story}", Outcome.NOT_APPLICABLE, reason, setup=setup, title=title(story), capability=reason
        )

    def _nobody(self, story: str, setup: str) -> Result:
        """The schedule brought nobody, or nobody of those it brought has come to an end."""
        cut_off = self.record.figures.count(LEFT, setup) < self.record.figures.count(CAME, setup)
        if cut_off:
            text = "nobody came to an end"
            return self._result(f"load.{story}", Outcome.INCONCLUSIVE, text, setup=setup, title=title(story))
        return self._unsuited(
            story, setup, "nobody came to play it: the run was too short for its weight, or ended early"
        )

    def _notified(self, setup: str) -> bool:
        figures = self.record.figures
        pushed = self.bench.wallets[setup].travel == "pushed" and figures.count(PAID, setup) > 0
        return pushed or figures.samples(LETTER, setup) > 0

    def _levels(self, worst: Worst) -> Iterator[Result]:
        """One result for each service level; without any, the numbers that one could be made of."""
        figures = self.record.figures
        told: Counter[str] = Counter()
        for row in self.bench.settings.service_levels:
            level = Level(row)
            told[level.topic] += 1
            topic = level.topic if told[level.topic] == 1 else f"{level.topic}-{told[level.topic]}"
            if self._searching:
                reason = f"{OVERLOADED}: the levels are judged for each of its probes"
                yield self._result(topic, Outcome.NOT_APPLICABLE, reason, title=level.title, capability=reason)
                continue
            outcome, message = level.judge(figures)
            sample = worst.failed(row.metric) if row.at_least is not None else worst.slowest(row.metric)
            shown = worst.exchanges(sample) if outcome is Outcome.FAILED else ()
            yield self._result(topic, outcome, message, title=level.title, exchanges=shown)
        if not self.bench.settings.service_levels:
            took = [figures.percentile(PURCHASE, percent) for percent in (50, 90, 99)]
            seen = ", ".join(f"p{p} {one:.3f} s" for p, one in zip((50, 90, 99), took, strict=True) if one is not None)
            reason = "the target file has no service_levels"
            message = f"{reason}; seen of {figures.samples(PURCHASE)} purchases: {seen or 'nothing'}"
            text = "Latency stays within the service levels of the target file."
            yield self._result("load.latency", Outcome.NOT_APPLICABLE, message, title=text, capability=reason)

    def _generator(self) -> Result:
        """Whether the run was what was planned; where it was not, nothing is held against the target."""
        figures, plan = self.record.figures, self.record.plan
        came, left, away = (figures.count(what) for what in (CAME, LEFT, TURNED_AWAY))
        problems = [*(note.text for note in self.record.notes), *self.closing.unrest]
        if not came:
            problems.append("nobody came in")
        if left < came:
            problems.append(f"{came - left} of {came} were cut off before they came to an end")
        if away and not self._searching:
            problems.append(f"{away} of {came} were turned away: {plan.buyers} were inside already (--buyers)")
        if not self._searching and (late := saturated(figures)):
            problems.append(f"{late}; {culprit(figures, self.record.share)}")
        outcome = Outcome.INCONCLUSIVE if problems else Outcome.PASSED
        if any(note.ours for note in self.record.notes):
            outcome = Outcome.ERROR
        numbers = [
            f"{came} came in",
            f"p{LAG_PERCENTILE:g} of the lag {lag(figures) or 0.0:.3f} s",
            f"processor {processor(figures):.0%} of a core",
            f"{waited_for_sandbox(figures):.0%} of the time waited for answers was for the sandbox",
        ]
        message = "; ".join([*problems, *numbers])
        text = "The load was what was planned: everybody came in time, everything came to rest."
        return self._result("load.generator", outcome, message, title=text)

    def _result(
        self,
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
        bench = self.bench
        return Result(
            topic=topic,
            wallet=bench.wallets[setup].name if setup != "-" else "-",
            mode=bench.target.setups[setup].mode if setup != "-" else "-",
            outcome=outcome,
            severity=severity,
            level=bench.target.level,
            seconds=self.record.figures.series.seconds,
            message=message,
            title=title,
            capability=capability,
            exchanges=exchanges,
            observed=observed,
            cost=cost,
            seed=self.record.plan.seed,
            setup=setup,
            file=FILE,
            started=self.record.began,
        )
