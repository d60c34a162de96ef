"""`walletproof replay ID`: plays a check that did not pass once more against the target, freshly signed.

A stale signature proves nothing, so nothing recorded is sent: the same check runs again, with the seed it had.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fixtures.model import Outcome
from fixtures.processes import ROOT
from fixtures.usage import Parser
from reports.finish import everything
from reports.masking import MARK
from reports.outcomes import ELSEWHERE, FINDINGS, INTERRUPTED, SPOILT, UNSETTLED, WRONG_CONFIGURATION
from reports.results import Result
from reports.run import Run, read_run

FIXED, FAILING, UNTOLD, WRONG = 0, FINDINGS, UNSETTLED, WRONG_CONFIGURATION
SHOWN = 10  # candidates named
LAST_LINES = 12
EXAMPLES = """\
examples:
  walletproof replay notify.repeat/alipay/key
  walletproof replay notify.repeat --out /tmp/friday             the only one of that run that begins so
  walletproof replay forgery.unsigned --target staging.toml      against another target

Exit codes: 0 fixed, 1 still failing, 3 could not tell, 4 wrong use.
"""
_TARGETS = ("--target", "--target-url")
_BEHIND = re.compile(r" (?:\+ where|curl -|walletproof replay) ?")
_CHANGING = re.compile(r"\b(?=\w*\d)\w+\b")  # ids and amounts differ from run to run


class Unplayable(ValueError):
    """What was asked for cannot be played; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a replay came to, in one sentence, and its exit code."""

    sentence: str
    code: int


def find(wanted: str, run: Run) -> Result:
    """The result that did not pass and whose identity is, or alone begins with, `wanted`.

    Of two tables of one wallet in one mode the name behind the identity decides. Raises Unplayable with candidates.
    """
    spoilt = [result for result in everything(run) if result.outcome in SPOILT]
    exact = [result for result in spoilt if wanted in {result.identity, f"{result.identity}/{result.setup}"}]
    found = exact or [result for result in spoilt if result.identity.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise Unplayable(f"{wanted} fits {len(found)} results; name one of\n{_named(found)}")
    passed = [result for result in run.results if result.identity == wanted]
    if passed:
        was = ELSEWHERE[passed[0].outcome].word
        raise Unplayable(f"{wanted} was {was} in that run; there is nothing to replay")
    if not spoilt:
        raise Unplayable(f"there is no {wanted} in that run, and nothing that could be replayed: everything passed")
    raise Unplayable(f"there is no {wanted} among what did not pass; there is\n{_named(_nearest(wanted, spoilt))}")


def command(result: Result, target: Sequence[str], run: Run) -> list[str]:
    """What is run, without the folder for its output. Raises Unplayable."""
    if not result.again:
        told = f"run it whole, with --seed {run.environment['seed']}" if "seed" in run.environment else "run it whole"
        raise Unplayable(f"{result.identity} cannot be played alone; {told}")
    given = [word for word in result.again if not _names_target(word)]
    played = ["load"] if result.area == "load" else ["fixtures.suites", "-q", "-p", "no:cacheprovider"]
    return [sys.executable, "-P", "-m", *played, *given, *_target(result.again, target)]


def verdict(before: Result, after: Sequence[Result]) -> Told:
    """What the replay says of the result, from all results that it left."""
    same = [one for one in after if one.identity == before.identity and one.setup == before.setup]
    if not same:
        return Told("could not tell: the check did not run", UNTOLD)
    now = same[0]
    said = _brief(now.message)
    broken = [one.topic for one in after if one.area == "audit" and one.outcome is Outcome.FAILED]
    match now.outcome:
        case Outcome.PASSED if not broken:
            return Told("fixed: it passes now", FIXED)
        case Outcome.PASSED:
            return Told(f"still failing: the check passes now, but the books are broken ({', '.join(broken)})", FAILING)
        case Outcome.FAILED if before.outcome is not Outcome.FAILED:
            return Told(f"failing now, after it was {ELSEWHERE[before.outcome].word}: {said}", FAILING)
        case Outcome.FAILED if _alike(before.message, now.message):
            return Told(f"still failing, with the same message: {said}", FAILING)
        case Outcome.FAILED:
            return Told(f"still failing, with another message: {said}", FAILING)
    return Told(f"could not tell: {ELSEWHERE[now.outcome].word}: {said or now.capability}", UNTOLD)


def play(result: Result, words: Sequence[str]) -> Told:
    """Runs the command, with a folder of its own for what it writes, and says what came of it."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    # Nothing of the reader's own settings for pytest: it must be this test, and nothing else.
    kept = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"} | {"PYTHONPATH": path}
    with tempfile.TemporaryDirectory(prefix="walletproof-") as folder:
        ran = subprocess.run(
            [*words, f"--out={folder}"], env=kept, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        printed = (ran.stderr + ran.stdout).decode(errors="replace").strip()
        if "ERROR: not found: " in printed:  # pytest's own words for a name that nothing bears
            return Told("could not tell: there is no such check for this target", UNTOLD)
        if ran.returncode == WRONG:
            raise Unplayable(_tail(printed).removeprefix("Exit: "))
        try:
            after = everything(read_run(Path(folder, "run.json")))
        except (OSError, ValueError):
            return Told(f"could not tell: the replay ended with status {ran.returncode}:\n{_tail(printed)}", UNTOLD)
    return verdict(result, after)


def main(arguments: Sequence[str] | None = None) -> int:
    """Replays what the command line names; prints one sentence and returns the exit code."""
    given = _parser().parse_args(arguments)
    target = [f"--target={given.target}"] if given.target else []
    target += [f"--target-url={given.target_url}"] if given.target_url else []
    try:
        run = _run(given.out)
        result = find(given.id, run)
        words = command(result, target, run)
        print(f"{result.identity}: playing it again", file=sys.stderr, flush=True)
        told = play(result, words)
    except Unplayable as problem:
        print(f"walletproof replay: {problem}", file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        print("walletproof replay: interrupted", file=sys.stderr)
        return INTERRUPTED
    print(f"{result.identity}: {told.sentence}")
    return told.code


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="walletproof replay",
        description="Play a check that did not pass once more, freshly signed, with the same seed and depth.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "id", metavar="ID", help="topic/wallet/mode as printed with the finding, or how no other begins"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("reports/out"), metavar="FOLDER", help="the folder of the run that found it"
    )
    target = parser.add_mutually_exclusive_group()
    target.add_argument("--target", metavar="FILE", help="target file, where it is not the one of that run")
    target.add_argument("--target-url", metavar="URL", help="or the URL of one that speaks the canonical contract")
    return parser


def _run(out: Path) -> Run:
    try:
        return read_run(out / "run.json")
    except FileNotFoundError:
        raise Unplayable(f"{out}: found no run.json; name the folder of a finished run with --out") from None
    except (OSError, ValueError) as problem:
        told = " ".join(str(problem).split())[:200]
        raise Unplayable(f"no run can be read from {out}: {told}; name its folder with --out") from None


def _names_target(word: str) -> bool:
    return word.partition("=")[0] in _TARGETS


def _target(before: Sequence[str], given: Sequence[str]) -> list[str]:
    """The option that names the target: the one given now, else the one of then; without any it is ours."""
    option = next(iter(given or [word for word in before if _names_target(word)]), None)
    if option is None:
        return []
    name, _, value = option.partition("=")
    if MARK.search(value):
        raise Unplayable("the target's address holds a secret and was masked; name it with --target-url URL")
    if name == "--target-url":
        return [option]
    if not Path(value).is_file():
        raise Unplayable(f"there is no target file {value} here; name it with --target FILE")
    return [option]


def _nearest(wanted: str, results: Sequence[Result]) -> list[Result]:
    """Those that share the most of the beginning, else all."""
    for end in range(len(wanted), 0, -1):
        if near := [result for result in results if result.identity.startswith(wanted[:end])]:
            return near
    return list(results)


def _named(results: Iterable[Result]) -> str:
    every = list(results)
    twice = {result.identity for result in every if [one.identity for one in every].count(result.identity) > 1}
    names = sorted(f"{one.identity}/{one.setup}" if one.identity in twice else one.identity for one in every)
    more = [f"  and {len(names) - SHOWN} more"] if len(names) > SHOWN else []
    return "\n".join([*(f"  {name}" for name in names[:SHOWN]), *more])


def _alike(first: str, second: str) -> bool:
    """Whether two messages say the same but for ids, numbers and masks."""
    return _plain(first) == _plain(second)


def _brief(message: str) -> str:
    """The message without what is told behind it: where its values come from, and how to see it again."""
    return _BEHIND.split(message, maxsplit=1)[0]


def _plain(message: str) -> str:
    return _CHANGING.sub("#", MARK.sub("#", _brief(message)))


def _tail(text: str) -> str:
    return "\n".join(text.splitlines()[-LAST_LINES:])


if __name__ == "__main__":
    sys.exit(main())
