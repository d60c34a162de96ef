"""What did not pass says how its load is made again: same plan, same seed, same engines, same target."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.model import Outcome
from fixtures.session import Session
from fixtures.target.problems import ConfigurationError
from load.__main__ import _parser
from load.again import arguments, replayable
from load.figures import Figures
from load.journal import Record
from load.plan import Plan
from load.stand import accepted
from tests.load.synthetic import BEGAN, batch
from tests.reports.examples import FAILED, PASSED

PLAN = Plan(rate=40.0, seconds=60.0, buyers=200, wallet="stripe", seed=7)


def told(engines: int, target: str | None = None, url: str | None = None) -> tuple[str, ...]:
    record = Record(PLAN, BEGAN, Figures(BEGAN))
    for index in range(engines):
        record.add(batch(1.0, {}, engine=index))
    return arguments(record, session(target, url))


def session(target: str | None = None, url: str | None = None) -> Session:
    return Session(
        target=target,
        url=url,
        embedded_url=None,
        sandbox_url="",
        sandbox_token="",
        keys="",
        run="r",
        seed=7,
        examples=0,
        depth="usual",
        document=None,
        document_problem=None,
        began=BEGAN,
    )


def test_a_load_is_told_its_plan_again() -> None:
    options = _parser().parse_args(told(1, target="shop.toml"))

    assert Plan.of(vars(options), options.seed) == PLAN
    assert (options.target, options.target_url, options.processes) == ("shop.toml", None, 1)


def test_as_many_engines_bring_it() -> None:
    assert "--processes=4" in told(4, url="http://shop")
    assert told(4, url="http://shop")[-1] == "--target-url=http://shop"


def test_only_what_did_not_pass_is_replayed() -> None:
    record = Record(PLAN, BEGAN, Figures(BEGAN))
    passed, failed = replayable([replace(PASSED, replay=""), FAILED], record, session(), Path("here"))

    assert (passed.replay, passed.outcome) == ("", Outcome.PASSED)
    assert failed.replay == f"walletproof replay {FAILED.identity} --out here"
    assert failed.again == arguments(record, session())


def test_known_failures_are_read_before_the_load(tmp_path: Path) -> None:
    assert accepted(None) is None
    with pytest.raises(ConfigurationError, match=r"gone\.toml"):
        accepted(str(tmp_path / "gone.toml"))
