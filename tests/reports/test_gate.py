"""Each rule of the gate is broken by a small run that breaks nothing else, and says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from fixtures.model import Outcome
from reports.books import ShownBooks, ShownClause
from reports.gate import rules as rules_module
from reports.gate.case import read_case
from reports.gate.judging import RULES, Matter, code_of, judge
from reports.gate.rules import Rules
from reports.known import Entry, Known
from reports.load import Line, ShownLoad
from reports.results import Result
from reports.run import DECLARED, PART, Run, write_run
from tests.reports.examples import ERROR, FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED

BALANCED = ShownBooks((ShownClause("payee", "Asks for the shelf price.", "proved", 3, 3, 0, "proved (3 of 3)", ()),))
BROKEN = ShownBooks((ShownClause("payee", "Asks for the shelf price.", "broken", 3, 3, 1, "broken (1 of 3)", ()),))
SOUND = Run("target.toml", {DECLARED: "alipay"}, (PASSED,), BALANCED)
LEVEL = replace(PASSED, topic="load.latency.purchase-p99", wallet="-", mode="-", file="")
GONE = Entry(topic="pay.gone", wallet="alipay", message="x", reason="r", owner="o", until=date(9999, 1, 1))
QUICK = ShownLoad("peak", stories=(Line("purchase", "-", 2000, 2000, 0.1, 0.2, 0.3, 0.4, 0.5),))


@dataclass(frozen=True)
class Broken:
    """A run that breaks one rule, by the changes to a sound one, of the settings, and of the baseline's run."""

    rule: str
    code: int
    told: str
    run: Mapping[str, Any]
    rules: Rules = field(default_factory=Rules)
    baseline: Mapping[str, Any] | None = None


BREAKS = [
    Broken(
        "findings", 1, "notify.repeat/alipay/cert (critical): fulf", {"results": (PASSED, replace(FAILED, mode="cert"))}
    ),
    Broken("books", 1, "audit.payee/-/- (blocker): broken (1 of 3)", {"books": BROKEN}),
    Broken("books", 1, "no books were audited", {"books": None}),
    Broken("complete", 1, "stripe: no check was judged", {"environment": {DECLARED: "alipay, stripe"}}),
    Broken(
        "complete",
        1,
        "stripe: no check was judged",
        {
            "environment": {DECLARED: "alipay, stripe"},
            "results": (PASSED, replace(NOT_APPLICABLE, wallet="stripe")),
        },
    ),
    Broken("complete", 1, "pay.success/alipay/key did not run", {"absent": ("pay.success/alipay/key",)}),
    Broken("complete", 1, "(--topic pay)", {"environment": {DECLARED: "alipay", PART: "--topic pay"}}),
    Broken("complete", 1, "refund: no check ran", {}, Rules(topics=("notify", "refund"))),
    Broken(
        "complete",
        1,
        "ran in the baseline, and not now",
        {},
        baseline={"results": (PASSED, replace(PASSED, mode="v3"))},
    ),
    Broken("proven", 5, "no check passed", {"results": (NOT_APPLICABLE,), "environment": {}}),
    Broken("proven", 5, "no check passed", {"results": (), "environment": {}}),
    Broken("settled", 3, "reconcile.books/alipay/key (normal): still changing", {"results": (PASSED, INCONCLUSIVE)}),
    Broken("settled", 3, "load.latency", {"results": (PASSED, replace(LEVEL, outcome=Outcome.INCONCLUSIVE))}),
    Broken("ours", 3, "pay.success/alipay/key (normal): KeyError", {"results": (PASSED, ERROR)}),
    Broken("known", 1, "pay.gone/alipay, unused", {"known": Known((GONE,))}),
    Broken(
        "known",
        1,
        "notify.repeat/alipay, unexpected pass",
        {"known": Known((GONE.model_copy(update={"topic": "notify.repeat"}),))},
    ),
    Broken("skips", 1, "1 checks do not apply; allowed are 0", {"results": (PASSED, NOT_APPLICABLE)}, Rules(skips=0)),
    Broken(
        "skips",
        1,
        "refund.full/alipay/key was judged in the baseline and does not apply now: refund",
        {"results": (PASSED, NOT_APPLICABLE)},
        baseline={"results": (PASSED, replace(PASSED, topic="refund.full"))},
    ),
    Broken("service", 1, "load.latency.purchase-p99", {"results": (PASSED, replace(LEVEL, outcome=Outcome.FAILED))}),
    Broken(
        "regression",
        1,
        "purchase (-): p99 is 400 ms, was 300 ms",
        {"load": replace(QUICK, stories=(replace(QUICK.stories[0], p99=0.4),))},
        baseline={"load": QUICK},
    ),
    Broken(
        "regression",
        1,
        "observed at level 2, in the baseline at level 3",
        {"results": (replace(PASSED, level=2),)},
        baseline={},
    ),
]


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: f"{broken.rule}-{broken.told[:24]}")
def test_each_rule_is_broken_alone_and_explained_in_a_line(broken: Broken, tmp_path: Path) -> None:
    matter = matter_of(tmp_path, broken.run, broken.rules, broken.baseline)

    rulings = judge(matter)

    assert [ruling.rule.name for ruling in rulings if ruling.subjects] == [broken.rule]
    (line,) = [ruling.line for ruling in rulings if ruling.subjects]
    assert broken.told in line
    assert "\n" not in line
    assert code_of(matter, rulings) == broken.code


def test_every_rule_is_broken_once() -> None:
    assert {broken.rule for broken in BREAKS} == {rule.name for rule in RULES}
    assert set(get_args(rules_module.Optional)) < {rule.name for rule in RULES}


def test_a_sound_run_opens_the_gate(tmp_path: Path) -> None:
    matter = matter_of(tmp_path, {"load": QUICK, "results": (PASSED, LEVEL)}, Rules(), {"load": QUICK})

    rulings = judge(matter)

    assert not [ruling.line for ruling in rulings if ruling.subjects or ruling.idle]
    assert code_of(matter, rulings) == 0


def test_what_passed_and_fails_now_is_a_regression_too(tmp_path: Path) -> None:
    assert broken_rules(matter_of(tmp_path, {"results": (FAILED,)}, Rules(), {})) >= {"findings", "regression"}


@pytest.mark.parametrize("samples", [999, 1000])
def test_few_samples_are_not_compared(samples: int, tmp_path: Path) -> None:
    slow = replace(QUICK, stories=(replace(QUICK.stories[0], p99=0.4, samples=samples),))

    assert ("regression" in broken_rules(matter_of(tmp_path, {"load": slow}, Rules(), {"load": QUICK}))) == (
        samples == 1000
    )


def test_the_tolerance_is_the_teams(tmp_path: Path) -> None:
    slow = replace(QUICK, stories=(replace(QUICK.stories[0], p99=0.4),))

    assert not broken_rules(matter_of(tmp_path, {"load": slow}, Rules(tolerance=0.5), {"load": QUICK}))


@pytest.mark.parametrize(("p50", "slower"), [(0.0107, False), (0.0168, True)])
def test_some_milliseconds_are_noise(p50: float, slower: bool, tmp_path: Path) -> None:
    before = replace(QUICK, stories=(replace(QUICK.stories[0], p50=0.0067),))
    after = replace(QUICK, stories=(replace(QUICK.stories[0], p50=p50),))

    assert bool(broken_rules(matter_of(tmp_path, {"load": after}, Rules(), {"load": before}))) is slower


def test_findings_below_the_severity_pass(tmp_path: Path) -> None:
    minor = {"results": (PASSED, replace(FAILED, severity="minor", topic="pay.word"))}
    matter = matter_of(tmp_path, minor, Rules(severity="normal"))

    assert not broken_rules(matter)
    assert code_of(matter, judge(matter)) == 0


def test_an_accepted_finding_passes_until_its_day_is_over(tmp_path: Path) -> None:
    entry = GONE.model_copy(update={"topic": FAILED.topic, "message": "fulfilled", "until": date(2027, 1, 1)})
    results = (FAILED, replace(PASSED, topic="pay.success"))
    write_run(replace(SOUND, results=results), tmp_path / "run.json")

    def rules_broken(today: date) -> set[str]:
        return broken_rules(Matter(read_case(tmp_path, [entry], today), None, Rules()))

    assert not rules_broken(date(2027, 1, 1))
    assert rules_broken(date(2027, 1, 2)) == {"findings", "known"}


@pytest.mark.parametrize("outcome", [INCONCLUSIVE, ERROR])
def test_no_rule_that_is_off_turns_the_unsettled_green(outcome: Result, tmp_path: Path) -> None:
    every: dict[rules_module.Optional, str] = dict.fromkeys(get_args(rules_module.Optional), "we know")
    matter = matter_of(tmp_path, {"results": (PASSED, outcome)}, Rules(off=every))

    assert code_of(matter, judge(matter)) == 3


def test_a_rule_that_is_off_says_why(tmp_path: Path) -> None:
    matter = matter_of(tmp_path, {"absent": ("a/b/c",)}, Rules(off={"complete": "two pipelines"}))

    assert "turned off: two pipelines" in [ruling.idle for ruling in judge(matter)]
    assert not broken_rules(matter)


def test_the_scope_is_what_the_team_names(tmp_path: Path) -> None:
    part = {
        "environment": {DECLARED: "alipay, stripe", PART: "--wallet alipay --topic notify"},
        "absent": ("pay.success/alipay/key", "notify.repeat/stripe/intent"),
    }

    assert not broken_rules(matter_of(tmp_path, part, Rules(wallets=("alipay",), topics=("notify",))))
    assert broken_rules(matter_of(tmp_path, part, Rules(wallets=("alipay",)))) == {"complete"}


def matter_of(folder: Path, run: Mapping[str, Any], rules: Rules, baseline: Mapping[str, Any] | None = None) -> Matter:
    return Matter(_case(folder / "now", run), None if baseline is None else _case(folder / "before", baseline), rules)


def broken_rules(matter: Matter) -> set[str]:
    return {ruling.rule.name for ruling in judge(matter) if ruling.subjects}


def _case(folder: Path, changes: Mapping[str, Any]) -> Any:
    write_run(replace(SOUND, **changes), folder / "run.json")
    return read_case(folder)


def checks(*seconds: float) -> tuple[Result, ...]:
    """Checks that pass and take so long."""
    return tuple(replace(PASSED, topic=f"pay.number-{number}", seconds=took) for number, took in enumerate(seconds))


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        ((1.0,) * 10, (1.0,) * 5 + (9.0,) * 5, "broken"),
        ((1.0,) * 10, (1.0,) * 6 + (9.0,) * 4, "warned"),
        ((1.0,) * 10, (1.0,) * 5 + (5.9,) * 5, "kept"),  # less than five seconds more
        ((10.0,) * 10, (10.0,) * 5 + (29.0,) * 5, "kept"),  # less than three times as long
        ((1.0,) * 10, (9.0,) * 10, "kept"),  # the machine
        ((0.0,) * 10, (0.0,) * 5 + (9.0,) * 5, "broken"),
    ],
)
def test_many_checks_that_take_much_longer_are_a_regression_and_few_a_warning(
    tmp_path: Path, before: tuple[float, ...], after: tuple[float, ...], state: str
) -> None:
    matter = matter_of(tmp_path, {"results": checks(*after)}, Rules(), {"results": checks(*before)})
    ruling = next(ruling for ruling in judge(matter) if ruling.rule.name == "regression")

    assert ("broken" if ruling.subjects else "warned" if ruling.warning else "kept") == state
    assert all("took 9.00 s, was" in told for told in (*ruling.subjects, *ruling.notes))
    assert broken_rules(matter) == ({"regression"} if state == "broken" else set())


def test_a_check_that_fails_is_not_slow_but_failed(tmp_path: Path) -> None:
    failed = tuple(replace(result, outcome=Outcome.FAILED) for result in checks(*(9.0,) * 5))
    matter = matter_of(tmp_path, {"results": failed}, Rules(), {"results": checks(*(1.0,) * 5)})

    assert not any("took" in told for ruling in judge(matter) for told in (*ruling.subjects, *ruling.notes))
