"""A finding is played again by its name, against its target, and one sentence says what came of it."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.again import arguments
from fixtures.again import command as printed
from fixtures.model import Outcome
from fixtures.stories.lifecycle import StoryFailed
from reports.books import ShownBooks, ShownClause
from reports.replay import Unplayable, command, find, main, play, verdict
from reports.results import Result
from reports.run import Run, write_run
from tests.reports.examples import FAILED, INCONCLUSIVE, PASSED

OTHER = replace(FAILED, wallet="stripe", mode="intent", setup="stripe")
LOAD = replace(
    FAILED,
    topic="load.purchase",
    wallet="-",
    mode="-",
    file="load/locustfile.py",
    again=("--shape", "peak", "--rate", "5", "--seed=7"),
)
BROKEN = ShownClause("payee", "The target asks for the price.", "broken", 1, 1, 1, "broken (1 of 1)", ())


def run_of(*results: Result, target: str = "the embedded merchant", books: ShownBooks | None = None) -> Run:
    """A run that left these."""
    return Run(target, {"seed": "7"}, results, books)


# which one


def test_a_result_is_found_by_its_whole_name_or_by_how_it_alone_begins() -> None:
    run = run_of(FAILED, INCONCLUSIVE, replace(FAILED, topic="notify.repeat-late"))

    assert find("notify.repeat/alipay/key", run) == FAILED
    assert find("reconcile", run) == INCONCLUSIVE


def test_a_beginning_of_several_names_them_all() -> None:
    with pytest.raises(
        Unplayable, match=r"fits 2 results; name one of\n  notify.repeat/alipay/key\n  notify.repeat/st"
    ):
        find("notify", run_of(OTHER, FAILED))


def test_many_candidates_are_counted() -> None:
    many = [replace(FAILED, topic=f"pay.n{n:02}") for n in range(14)]

    with pytest.raises(Unplayable, match=r"pay.n09/alipay/key\n  and 4 more$"):
        find("pay", run_of(*many))


def test_two_tables_of_one_wallet_and_mode_are_told_apart_by_the_table() -> None:
    run = run_of(FAILED, replace(FAILED, setup="alipay-second"))

    with pytest.raises(Unplayable, match=r"notify.repeat/alipay/key/alipay-second"):
        find("notify.repeat/alipay/key", run)
    assert find("notify.repeat/alipay/key/alipay-second", run).setup == "alipay-second"


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(Unplayable, match=r"there is no notify.repaet .*; there is\n  notify.repeat/alipay/key$"):
        find("notify.repaet", run_of(FAILED, INCONCLUSIVE))


def test_what_passed_is_not_replayed() -> None:
    with pytest.raises(Unplayable, match="was passed in that run; there is nothing to replay"):
        find(PASSED.identity, run_of(PASSED))
    with pytest.raises(Unplayable, match="everything passed"):
        find("pay", run_of(PASSED))


# what is run


def test_the_very_test_is_run_with_its_seed_and_the_target_of_then() -> None:
    words = command(replace(FAILED, again=(*FAILED.again, "--target-url=http://shop")), [], run_of(target="shop"))

    assert words[-3:] == [*FAILED.again, "--target-url=http://shop"]


def test_another_target_replaces_that_of_then(tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.touch()
    before = replace(FAILED, again=(*FAILED.again, "--target=gone.toml"))

    assert command(before, [f"--target={file}"], run_of())[-1] == f"--target={file}"
    assert command(before, ["--target-url=http://shop"], run_of())[-2:] == ["--seed=7", "--target-url=http://shop"]


@pytest.mark.parametrize(
    ("again", "said"),
    [
        ("--target=gone.toml", "there is no target file gone.toml here; name it with --target FILE"),
        ("--target-url=http://[masked:abcdef]@shop", "holds a secret and was masked; name it with --target-url URL"),
    ],
)
def test_a_target_that_cannot_be_found_again_must_be_named(again: str, said: str) -> None:
    with pytest.raises(Unplayable, match=said.replace("[", r"\[")):
        command(replace(FAILED, again=(*FAILED.again, again)), [], run_of())


def test_a_load_is_made_again_whole_against_its_target() -> None:
    shop = replace(LOAD, again=(*LOAD.again, "--target-url=http://shop"))

    assert command(LOAD, [], run_of())[3:] == ["load", *LOAD.again]
    assert command(shop, [], run_of(target="shop"))[3:] == ["load", *shop.again]
    assert command(shop, ["--target-url=http://next"], run_of())[3:] == [
        "load",
        *LOAD.again,
        "--target-url=http://next",
    ]


def test_a_clause_of_the_books_cannot_be_played_alone() -> None:
    run = run_of(books=ShownBooks((BROKEN,)))

    with pytest.raises(Unplayable, match=r"audit.payee/-/- cannot be played alone; run it whole, with --seed 7"):
        command(find("audit.payee", run), [], run)


# what it came to


@pytest.mark.parametrize(
    ("after", "said", "code"),
    [
        (replace(FAILED, outcome=Outcome.PASSED), "fixed: it passes now", 0),
        (FAILED, "still failing, with the same message: fulfilled 3 times", 1),
        (replace(FAILED, message="fulfilled 2 times"), "still failing, with the same message: fulfilled 2 times", 1),
        (
            replace(FAILED, message="fulfilled 3 times curl -i http://shop walletproof replay x --out /tmp/y"),
            "still failing, with the same message: fulfilled 3 times",
            1,
        ),
        (replace(FAILED, message="never paid + where x"), "still failing, with another message: never paid", 1),
        (replace(FAILED, outcome=Outcome.INCONCLUSIVE), "could not tell: inconclusive: fulfilled 3 times", 3),
        (replace(FAILED, outcome=Outcome.ERROR), "could not tell: error of ours: fulfilled 3 times", 3),
        (
            replace(FAILED, outcome=Outcome.NOT_APPLICABLE, message="", capability="refund"),
            "could not tell: not applicable: refund",
            3,
        ),
        (OTHER, "could not tell: the check did not run", 3),
    ],
)
def test_one_sentence_says_what_came_of_it(after: Result, said: str, code: int) -> None:
    told = verdict(FAILED, [after])

    assert (told.sentence, told.code) == (said, code)


def test_what_was_not_settled_and_fails_now_is_told_so() -> None:
    before = replace(FAILED, outcome=Outcome.INCONCLUSIVE)

    assert verdict(before, [FAILED]).sentence == "failing now, after it was inconclusive: fulfilled 3 times"


def test_a_check_that_passes_over_broken_books_is_not_fixed() -> None:
    clause = replace(FAILED, topic="audit.payee", wallet="-", mode="-", file="")
    told = verdict(FAILED, [replace(FAILED, outcome=Outcome.PASSED), clause])

    assert told.code == 1
    assert "audit.payee" in told.sentence


# the whole command

COPIES = "import shutil, sys; shutil.copy({!r}, sys.argv[-1].removeprefix('--out='))"


def test_what_the_replay_leaves_is_read_and_thrown_away(tmp_path: Path) -> None:
    after = tmp_path / "run.json"
    write_run(run_of(replace(FAILED, outcome=Outcome.PASSED)), after)

    assert play(FAILED, [sys.executable, "-c", COPIES.format(str(after))]).sentence == "fixed: it passes now"


def test_a_replay_that_ends_early_settles_nothing() -> None:
    told = play(FAILED, [sys.executable, "-c", "import sys; sys.exit('no room left')"])

    assert told.code == 3
    assert "status 1:\nno room left" in told.sentence


def test_a_wrong_configuration_is_passed_on() -> None:
    script = "import sys; print('Exit: wrong configuration, nothing was sent'); sys.exit(4)"

    with pytest.raises(Unplayable, match=r"^wrong configuration, nothing was sent$"):
        play(FAILED, [sys.executable, "-c", script])


@pytest.mark.parametrize(
    "words", [[], ["notify.repeat", "--out", "/nowhere"], ["x", "--target", "a", "--target-url", "b"]]
)
def test_wrong_use_has_its_own_exit_code(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = main(words)
    except SystemExit as left:
        code = int(str(left.code))

    assert code == 4
    assert "walletproof replay: " in capsys.readouterr().err


# what a run notes of it


def options(**given: object) -> argparse.Namespace:
    """pytest's options of a run."""
    usual = {"depth": "usual", "examples": None, "openapi_seconds": None, "target": None, "target_url": None}
    return argparse.Namespace(**{**usual, **given})


def test_a_run_notes_seed_depth_and_target() -> None:
    noted = arguments("a.py::test[x]", options(depth="full", target="my target.toml"), None, seed=7)

    assert noted == ("a.py::test[x]", "--seed=7", "--depth=full", "--target=my target.toml")


def test_a_drawn_story_is_told_as_it_was() -> None:
    failed = StoryFailed("1. …", "brief", "--topic lifecycle.story --story order,pay")
    noted = arguments("a.py::test[x]", options(examples=40), failed, seed=7)

    assert noted[3:] == ("--topic", "lifecycle.story", "--story", "order,pay", "--examples=40")


def test_the_printed_command_is_quoted_and_names_an_unusual_folder() -> None:
    assert printed("notify.repeat/alipay/key") == "walletproof replay notify.repeat/alipay/key"
    assert printed("openapi.GET /x/{id}/-/-", "a b") == "walletproof replay 'openapi.GET /x/{id}/-/-' --out 'a b'"
