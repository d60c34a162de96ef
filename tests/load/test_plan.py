"""The options of a load run, from a command line or a form, and back."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.target.problems import ConfigurationError
from fixtures.wire import dump, load
from load.plan import PACE, Plan


def _parsed(*arguments: str) -> Plan:
    parser = argparse.ArgumentParser()
    for option in PACE:
        parser.add_argument(option.flag, **option.arguments())
    return Plan.of(vars(parser.parse_args(arguments)), seed=7)


def test_without_options_a_peak_of_a_minute_comes_by_chance() -> None:
    plan = _parsed()

    assert (plan.shape, plan.process, plan.rate, plan.seconds) == ("peak", "poisson", 5.0, 60.0)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--shape", "spike", "--rate", "80", "--seconds", "30"),
        ("--shape", "capacity"),
        ("--shape", "heartbeat"),
        ("--arrivals", "constant", "--wallet", "stripe", "--buyers", "9"),
    ],
    ids=lambda arguments: "-".join(arguments) or "none",
)
def test_a_plan_survives_locusts_command_line_and_a_journal(arguments: tuple[str, ...]) -> None:
    plan = _parsed(*arguments)

    assert _parsed(*plan.flags()) == plan
    assert load(Plan, dump(Plan, plan)) == plan


def test_a_plan_of_real_arrivals_survives_locusts_command_line(tmp_path: Path) -> None:
    file = tmp_path / "black-friday.csv"
    file.write_text("0\n0.25\n3\n", encoding="utf-8")
    plan = _parsed("--arrivals", str(file), "--seconds", "2")

    assert plan.instants == (0.0, 0.25)
    assert _parsed(*plan.flags()) == plan


def test_a_form_gives_texts_and_leaves_fields_empty() -> None:
    plan = Plan.of({"shape": "step", "rate": "12.5", "seconds": "", "buyers": "30", "arrivals": None}, seed=7)

    assert plan == replace(_parsed("--shape", "step", "--rate", "12.5", "--buyers", "30"))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"rate": "fast"}, "--rate: found 'fast'; wanted a number"),
        ({"buyers": "many"}, "--buyers: found 'many'; wanted a whole number"),
        ({"shape": "holiday"}, "--shape: found 'holiday'; wanted one of peak, spike"),
        ({"arrivals": "none.csv"}, "none.csv, which cannot be read"),
    ],
    ids=["rate", "buyers", "shape", "arrivals"],
)
def test_what_cannot_be_understood_is_named(given: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        Plan.of(given, seed=7)
