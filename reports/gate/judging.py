"""The rules of the gate, each a pure function of a run, its baseline and the settings; and the exit code they give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from fixtures.model import Outcome
from reports.diff import Difference, compare
from reports.gate.case import Case
from reports.gate.pace import slower
from reports.gate.rules import Rules
from reports.lines import one_line
from reports.load import Line, duration
from reports.outcomes import FINDINGS, UNSETTLED, UNSETTLED_OUTCOMES
from reports.results import SEVERITIES, Result, by_severity, exit_code

NAMED = 3  # subjects named in the line of a broken rule
_PERCENTILES = (("p50", 20), ("p95", 200), ("p99", 1000))
"""Compared with a baseline, and from how many samples on: ten must lie beyond it."""
_NOISE = 0.01  # seconds by which a load is slower on one machine and not on another like it
_SERVICE = ("load.latency", "load.success", "load.growth")
"""The topics of service levels; what else a load finds is a finding like any other."""


@dataclass(frozen=True)
class Matter:
    """What is judged."""

    case: Case
    baseline: Case | None
    rules: Rules

    @cached_property
    def difference(self) -> Difference | None:
        """What changed since the baseline."""
        return compare(self.baseline.results, self.case.results) if self.baseline else None

    def of(self, *outcomes: Outcome) -> list[Result]:
        """The results with these outcomes, the costliest first, accepted failures left out."""
        found = (result for result in self.case.results if result.outcome in outcomes and not result.known)
        return sorted(found, key=by_severity)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what must hold, what to do when it does not, and what breaks it, each in a few words.

    `applies` says why there is nothing to judge, or nothing. `noted` is what breaks nothing and is worth a look.
    """

    name: str
    requirement: str
    remedy: str
    broken: Callable[[Matter], Iterable[str]]
    applies: Callable[[Matter], str] = lambda _: ""
    noted: Callable[[Matter], Iterable[str]] = lambda _: ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """What became of a rule: `subjects` break it; `idle` says why it was not judged; `notes` are warnings."""

    rule: Rule
    subjects: tuple[str, ...] = ()
    idle: str = ""
    notes: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """Why it is broken and what to do, in one line."""
        return f"{_some(self.subjects)}. {self.rule.remedy}"

    @property
    def warning(self) -> str:
        """The warnings in one line; empty where there are none."""
        return f"warning: {_some(self.notes)}" if self.notes else ""


def _some(told: tuple[str, ...]) -> str:
    more = len(told) - NAMED
    return "; ".join(told[:NAMED]) + (f"; and {more} more" if more > 0 else "")


def judge(matter: Matter) -> tuple[Ruling, ...]:
    """Every rule's ruling, in a fixed order."""
    return tuple(_ruling(rule, matter) for rule in RULES)


def code_of(matter: Matter, rulings: Iterable[Ruling]) -> int:
    """The exit code: 1 a broken rule, else 3 inconclusive or an error of ours, else 5 nothing proven, else 0."""
    broken = {ruling.rule.name for ruling in rulings if ruling.subjects}
    if broken - {"settled", "ours", "proven"}:
        return FINDINGS
    if any(result.outcome in UNSETTLED_OUTCOMES for result in matter.case.results):
        return UNSETTLED
    return exit_code(result for result in matter.case.results if result.outcome is not Outcome.FAILED)


def _ruling(rule: Rule, matter: Matter) -> Ruling:
    off = {str(name): reason for name, reason in matter.rules.off.items()}
    if rule.name in off:
        return Ruling(rule, idle=f"turned off: {off[rule.name]}")
    if idle := rule.applies(matter):
        return Ruling(rule, idle=idle)
    return Ruling(rule, subjects=tuple(rule.broken(matter)), notes=tuple(rule.noted(matter)))


def _told(results: Iterable[Result]) -> Iterator[str]:
    for result in results:
        yield one_line(f"{result.identity} ({result.severity}): {result.message or result.title}", 160).rstrip(".")


def _findings(matter: Matter) -> Iterator[str]:
    costly = SEVERITIES[: SEVERITIES.index(matter.rules.severity) + 1]
    failed = (result for result in matter.of(Outcome.FAILED) if result.area != "audit" and not _is_service(result))
    yield from _told(result for result in failed if result.severity in costly)


def _complete(matter: Matter) -> Iterator[str]:
    case, rules = matter.case, matter.rules
    seen = {result.wallet for result in case.results if result.outcome is not Outcome.NOT_APPLICABLE}
    yield from (f"{one_line(w)}: no check was judged" for w in rules.wallets or case.wallets if w not in seen)
    for topic in rules.topics:
        if not any(_within(result.topic, topic) for result in case.results):
            yield f"{one_line(topic)}: no check ran"
    yield from (f"{one_line(identity)} did not run" for identity in case.absent if _in_scope(identity, rules))
    if case.part and not (rules.wallets or rules.topics):
        yield f"the run was asked for a part of the checks only ({one_line(case.part)})"
    if matter.baseline and matter.difference:
        gone = (change.result for change in matter.difference.skipped if change.after is None)
        yield from (f"{one_line(result.identity)} ran in the baseline, and not now" for result in gone)


def _in_scope(identity: str, rules: Rules) -> bool:
    topic, wallet, _ = identity.rsplit("/", 2)
    named = not rules.wallets or wallet in ("-", *rules.wallets)
    return named and (not rules.topics or any(_within(topic, one) for one in rules.topics))


def _within(topic: str, wanted: str) -> bool:
    return topic == wanted or topic.startswith(f"{wanted}.")


def _skips(matter: Matter) -> Iterator[str]:
    skipped = [result for result in matter.of(Outcome.NOT_APPLICABLE) if result.area != "audit"]
    budget = matter.rules.skips
    if budget is not None and len(skipped) > budget:
        yield f"{len(skipped)} checks do not apply; allowed are {budget}"
    for change in matter.difference.skipped if matter.difference else ():
        if change.after is not None:
            why = change.after.capability or change.after.message or "no reason was given"
            yield one_line(f"{change.after.identity} was judged in the baseline and does not apply now: {why}")


def _settled(matter: Matter) -> Iterator[str]:
    yield from _told(matter.of(Outcome.INCONCLUSIVE))


def _ours(matter: Matter) -> Iterator[str]:
    yield from _told(matter.of(Outcome.ERROR))


def _proven(matter: Matter) -> Iterator[str]:
    if not any(result.outcome is Outcome.PASSED and result.area != "audit" for result in matter.case.results):
        yield "no check passed" if matter.case.results else "the run is empty"


def _known(matter: Matter) -> Iterator[str]:
    for lapse in matter.case.lapses:
        yield one_line(f"{lapse.entry.name}, {lapse.kind}: {lapse.told}")


def _books(matter: Matter) -> Iterator[str]:
    yield from _told(result for result in matter.of(Outcome.FAILED) if result.area == "audit")
    if not any(result.topic.startswith("audit.") for result in matter.case.results):
        yield "no books were audited"


def _service(matter: Matter) -> Iterator[str]:
    yield from _told(filter(_is_service, matter.of(Outcome.FAILED)))


def _is_service(result: Result) -> bool:
    return any(_within(result.topic, level) for level in _SERVICE)


def _regression(matter: Matter) -> Iterator[str]:
    assert matter.baseline is not None and matter.difference is not None
    for change in matter.difference.worse:
        passed = change.before is not None and change.before.outcome is Outcome.PASSED
        after = change.after
        if passed and after is not None and after.outcome is not Outcome.NOT_APPLICABLE and not after.advice:
            yield str(change)
    level, before = (max((r.level for r in case.results), default=0) for case in (matter.case, matter.baseline))
    if level < before:
        yield f"the target is observed at level {level}, in the baseline at level {before}"
    yield from _slower(matter.baseline.stories, matter.case.stories, matter.rules.tolerance)
    lagging = _lagging(matter)
    yield from lagging if len(lagging) >= matter.rules.slower.checks else ()


def _lagging(matter: Matter) -> list[str]:
    assert matter.baseline is not None
    return slower(matter.baseline.results, matter.case.results, matter.rules.slower)


def _few_lagging(matter: Matter) -> list[str]:
    lagging = _lagging(matter)
    return lagging if len(lagging) < matter.rules.slower.checks else []


def _slower(before: Iterable[Line], after: Iterable[Line], tolerance: float) -> Iterator[str]:
    lines = {(line.metric, line.setup): line for line in before}
    for line in after:
        old = lines.get((line.metric, line.setup))
        for name, least in _PERCENTILES if old else ():
            was, now = getattr(old, name), getattr(line, name)
            enough = old is not None and min(old.samples, line.samples) >= least
            if enough and was is not None and now is not None and now - was > max(was * tolerance, _NOISE):
                yield one_line(f"{line.metric} ({line.setup}): {name} is {duration(now)}, was {duration(was)}")


def _without_levels(matter: Matter) -> str:
    return "" if any(map(_is_service, matter.case.results)) else "no service level was measured"


def _without_baseline(matter: Matter) -> str:
    return "" if matter.baseline else "there is no baseline (--baseline)"


RULES = (
    Rule(
        "findings",
        "No finding that nobody accepted, from the gate's severity up.",
        "Mend it, or accept it for a while: walletproof known TOPIC/WALLET/MODE drafts the entry.",
        _findings,
    ),
    Rule("books", "The books were audited, and every clause holds.", "Read the orders that it names.", _books),
    Rule(
        "complete",
        "Every declared wallet and topic ran.",
        "Run without filters, or name in the gate's wallets and topics what this pipeline proves.",
        _complete,
    ),
    Rule("proven", "At least one check passed.", "Look at the beginning of the run's output.", _proven),
    Rule(
        "settled",
        "Nothing is inconclusive.",
        "Take away the cause that the message names, and run again; no file accepts it.",
        _settled,
    ),
    Rule("ours", "No error of ours.", "It says nothing about the target: run again, and report it if it stays.", _ours),
    Rule("known", "Every accepted failure still happens, and its date is to come.", "Edit known.toml.", _known),
    Rule(
        "skips",
        "The checks that do not apply stay within the budget, and none is added to those of the baseline.",
        "Wire the capability that is missing, or raise skips.",
        _skips,
    ),
    Rule(
        "service",
        "Every service level is met.",  # on too few samples it is inconclusive, and the rule "settled" is broken
        "Look at the plots of the report, and at its slowest orders.",
        _service,
        _without_levels,
    ),
    Rule(
        "regression",
        "Nothing that passed in the baseline fails or is open now, no load is slower beyond the tolerance, "
        "and not many checks take much longer.",
        "Compare the runs: walletproof diff BASELINE OUT.",
        _regression,
        _without_baseline,
        _few_lagging,
    ),
)
