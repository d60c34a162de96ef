"""known.toml: strict, matched, and red as soon as it no longer fits."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fixtures.model import Outcome
from fixtures.target.problems import ConfigurationError
from reports.draft import command as draft_command
from reports.draft import draft, fragment
from reports.finish import finish
from reports.known import Entry, Known, accepted, joined, lapses, masked, read_known, with_lapses
from reports.masking import Mask
from reports.results import exit_code, read_results
from reports.run import DECLARED, read_run
from tests.reports.command import invoked
from tests.reports.examples import FAILED, INCONCLUSIVE, PASSED

TODAY = date(2026, 11, 23)
ENTRY = Entry(
    topic="notify.repeat",
    wallet="alipay",
    message="fulfilled",
    reason="the shop moves in May",
    owner="payments",
    until=date(2027, 5, 31),
)
FILE = """\
[[known]]
topic = "notify.repeat"
wallet = "alipay"
message = "fulfilled"
reason = "the shop moves in May"
owner = "payments"
until = 2027-05-31
"""
SIGNED = replace(FAILED, topic="forgery.unsigned")


def test_a_complete_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text(FILE, encoding="utf-8")

    assert read_known(tmp_path / "known.toml") == (ENTRY,)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        *(
            (line + "\n", "", f"known.toml:1: known[0].{line.split()[0]}: found nothing")
            for line in FILE.split("\n")[1:7]
        ),
        ('reason = "the shop moves in May"', 'reason = "  "', "known.toml:5: known[0].reason: found"),
        ("owner", "onwer", "known.toml:6: known[0].onwer: found an unknown key; wanted one of topic, wallet"),
        ("2027-05-31", '"May"', "known.toml:7: known[0].until: found 'May'; wanted a valid date"),
        ("[[known]]", "[[knwon]]", "known.toml:1: knwon: found an unknown key; wanted one of known; nearest: known"),
        ('"notify.repeat"', "", "known.toml:2: not TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_file_line_and_key(old: str, new: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text(FILE.replace(old, new), encoding="utf-8")

    with pytest.raises(ConfigurationError) as refused:
        read_known(tmp_path / "known.toml")

    assert told in str(refused.value)


def test_a_missing_file_says_what_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"known\.toml: cannot be read .*topic, wallet, message"):
        read_known(tmp_path / "known.toml")


def test_an_accepted_failure_turns_nothing_red() -> None:
    results = with_lapses([FAILED, SIGNED, replace(PASSED, topic="pay.success")], Known((ENTRY,)), TODAY)

    assert [bool(result.known) for result in results] == [True, False, False]
    assert exit_code(results) == 1
    assert exit_code([result for result in results if result.topic != "forgery.unsigned"]) == 0


@pytest.mark.parametrize(
    ("results", "entry", "kind"),
    [
        ([FAILED], ENTRY.model_copy(update={"until": date(2026, 11, 22)}), "expired"),
        ([PASSED], ENTRY, "unexpected pass"),
        ([FAILED], ENTRY.model_copy(update={"message": "another text"}), "unused"),
        ([replace(FAILED, outcome=Outcome.INCONCLUSIVE)], ENTRY, "unused"),
        ([SIGNED], ENTRY, "unused"),
        ([], ENTRY, "unused"),
    ],
)
def test_an_entry_that_no_longer_fits_is_red(results: list[object], entry: Entry, kind: str) -> None:
    judged = with_lapses(results, Known((entry,)), TODAY)  # type: ignore[arg-type]

    assert [lapse.kind for lapse in lapses(results, Known((entry,)), TODAY)] == [kind]  # type: ignore[arg-type]
    assert [(r.identity, r.outcome) for r in judged if r.area == "known"] == [
        ("known.notify.repeat/alipay/-", Outcome.FAILED)
    ]
    assert exit_code(judged) == 1


def test_an_entry_is_accepted_on_its_last_day() -> None:
    assert not list(lapses([FAILED], Known((ENTRY,)), ENTRY.until))


def test_an_expired_entry_accepts_nothing() -> None:
    assert accepted([FAILED], Known((ENTRY,)), date(2028, 1, 1))[0].known is None


def test_one_failing_mode_uses_the_entry() -> None:
    assert not list(lapses([FAILED, replace(PASSED, mode="cert")], Known((ENTRY,)), TODAY))


def test_a_run_of_a_part_does_not_miss_what_it_left_out() -> None:
    assert not list(lapses([SIGNED], Known((ENTRY,), whole=False), TODAY))
    assert list(lapses([PASSED], Known((ENTRY,), whole=False), TODAY))


def test_inconclusive_is_never_accepted() -> None:
    entry = ENTRY.model_copy(update={"topic": INCONCLUSIVE.topic, "message": "still"})

    assert exit_code(accepted([INCONCLUSIVE, PASSED], Known((entry,)), TODAY)) == 3


def test_the_reports_carry_the_acceptance_and_no_secret(tmp_path: Path) -> None:
    secret = "sk_test_4f9a8b7c6d"
    known = Known((ENTRY.model_copy(update={"reason": f"key {secret}", "until": date(9999, 12, 31)}),))

    finish([FAILED], None, out=tmp_path, environment={}, mask=Mask([secret]), target="shop", known=known)

    row = next(result for result in read_results(tmp_path / "results.json") if result.topic == "notify.repeat")
    assert row.known is not None
    assert row.known.owner == "payments"
    assert read_run(tmp_path / "run.json").known == masked(known, Mask([secret]))
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and secret in file.read_text(encoding="utf-8")]


def test_a_draft_is_refused_until_a_person_has_filled_it(tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    file.write_text(draft(FAILED, TODAY), encoding="utf-8")

    with pytest.raises(ConfigurationError) as refused:
        read_known(file)
    assert "reason: found an empty text" in str(refused.value)
    assert "owner: found an empty text" in str(refused.value)

    file.write_text(file.read_text(encoding="utf-8").replace('""', '"because"'), encoding="utf-8")
    (entry,) = read_known(file)
    assert entry.matches(FAILED)


@pytest.mark.parametrize(
    "message", ['quo"te \\ back', "first\nsecond", "<b>&amp;</b> | `x`", "emoji 💶 and \x7f control", 'a = """', "'"]
)
def test_a_draft_of_a_hostile_message_is_toml_and_matches(message: str) -> None:
    finding = replace(FAILED, message=message)

    (plain,) = tomllib.loads(draft(finding, TODAY))["known"]

    assert plain["message"] in message
    assert plain["message"]


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("fulfilled 3 times", "fulfilled 3 times"),
        ("order 4f9a8b7c6d is still pending after the proof", "is still pending after the proof"),
        ("assert 3 == 1 + where 3 = View(order='fe15868d4fb084e3c431ae07').fulfilments", "assert 3 == 1"),
        ("broken (7 of 31)\nfirst: stripe 1: fulfilled 3 times", "broken"),
        ("took 12.413 s for the whole purchase", "s for the whole purchase"),
    ],
)
def test_the_fragment_leaves_out_what_the_next_run_says_otherwise(message: str, kept: str) -> None:
    assert fragment(message) == kept


def test_the_command_appends_and_names_the_nearest(tmp_path: Path) -> None:
    finish([FAILED], None, out=tmp_path, environment={}, mask=Mask([]), target="shop")
    file = tmp_path / "known.toml"
    file.write_text(FILE, encoding="utf-8")

    done = invoked(draft_command, FAILED.identity, "--out", str(tmp_path), "--to", str(file))
    missed = invoked(draft_command, "notify.repaet/alipay/key", "--out", str(tmp_path))

    assert done.exit_code == 0
    assert len(tomllib.loads(file.read_text(encoding="utf-8"))["known"]) == 2
    assert missed.exit_code == 4
    assert "nearest: notify.repeat/alipay/key" in missed.stderr


def test_a_load_that_joins_a_run_keeps_what_that_run_accepted_and_left_out(tmp_path: Path) -> None:
    environment, mask = {DECLARED: "alipay"}, Mask([])
    known = Known((ENTRY.model_copy(update={"until": date(9999, 12, 31)}),))
    finish(
        [FAILED], None, out=tmp_path, environment=environment, mask=mask, target="shop", known=known, absent=["a/b/c"]
    )

    finish([FAILED, PASSED], None, out=tmp_path, environment=environment | {"load": "peak"}, mask=mask, target="shop")

    run = read_run(tmp_path / "run.json")
    assert (run.known, run.absent, len(run.results)) == (known, ("a/b/c",), 2)


# a load beside the suites

LOADED = ENTRY.model_copy(update={"topic": "load.purchase"})


def test_suites_do_not_call_an_entry_of_a_load_unused() -> None:
    assert not list(lapses([PASSED], Known((LOADED,)), TODAY))
    passed = replace(PASSED, topic="load.purchase", wallet="alipay")
    assert [lapse.kind for lapse in lapses([passed], Known((LOADED,)), TODAY)] == ["unexpected pass"]


def test_a_load_that_joins_a_run_adds_what_it_was_given() -> None:
    suites, load = Known((ENTRY,)), Known((ENTRY, LOADED), whole=False)

    assert joined(suites, load) == Known((ENTRY, LOADED))
    assert joined(suites, None) == suites
    assert joined(None, load) == load
