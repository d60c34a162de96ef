"""`python -m load`: one load run without a browser; sandbox, merchant and Locust are processes of their own."""

from __future__ import annotations

import argparse
import importlib.util
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from fixtures.processes import ROOT, ChildFailed
from fixtures.session import Session
from fixtures.target.problems import ConfigurationError
from load import report
from load.closing import conclude
from load.plan import OUTPUT, PACE, TARGET, Plan
from load.stand import VARIABLE, WRONG_CONFIGURATION, described, folder_of, standing, tell

ERROR_OF_OURS = 3
LOCUSTFILE = ROOT / "load" / "locustfile.py"
JOURNAL = "journal-1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a load and returns the exit code: 4 wrong configuration, 2 interrupted, 1 findings, 3 inconclusive, 0."""
    options = _parser().parse_args(arguments)
    plan = Plan.of(vars(options), options.seed if options.seed is not None else secrets.randbelow(2**32))
    out = Path(options.out)
    try:
        plan.permit(described(options.target, options.target_url))
        with standing(options.target, options.target_url, plan.seed) as session:
            if options.append:
                _require_same_target(out, session)
            print(f"walletproof: target {session.name}, {report.pace(plan)}, seed {plan.seed}", flush=True)
            return conduct(session, plan, out, append=options.append)
    except ConfigurationError as problem:
        print(f"wrong configuration, nothing was sent\n{problem}", file=sys.stderr)
        return WRONG_CONFIGURATION
    except ChildFailed as problem:
        print(problem, file=sys.stderr)
        return ERROR_OF_OURS


def conduct(session: Session, plan: Plan, out: Path, *, append: bool = False) -> int:
    """Runs Locust on a prepared session, closes the books, writes the reports, and returns the exit code."""
    out.mkdir(parents=True, exist_ok=True)
    interrupted = _locust(session, plan, out)
    journal = folder_of(session) / JOURNAL
    if not journal.exists():
        print("Locust ended before the load began", file=sys.stderr)
        return ERROR_OF_OURS
    return conclude(session, journal, out, append=append, interrupted=interrupted)


def _locust(session: Session, plan: Plan, out: Path) -> bool:
    """Runs Locust to its end; whether it was interrupted."""
    quietly = ["--headless", "--only-summary", "--loglevel", "WARNING", "--exit-code-on-error", "0"]
    command = [sys.executable, "-P", "-m", "locust", "-f", str(LOCUSTFILE), *quietly]
    command += ["--html", str(out / "locust.html"), *plan.flags()]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, VARIABLE: str(tell(session))}
    # A session of its own, so that an interrupt reaches it once, from us, wherever it came from.
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment, start_new_session=True)
    with _forwarding(process) as received:
        process.wait()
    return bool(received)


@contextmanager
def _forwarding(process: subprocess.Popen[bytes]) -> Iterator[list[int]]:
    """Hands interrupts on to Locust: the first makes it drain, the second ends it at once; gives those received."""
    received: list[int] = []

    def hand_on(number: int, _: FrameType | None) -> None:
        received.append(number)
        process.send_signal(signal.SIGINT)
        if len(received) == 1:
            print("no more buyers; waiting for those inside (interrupt again to stop at once)", file=sys.stderr)

    before = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _require_same_target(out: Path, session: Session) -> None:
    try:
        run = report.earlier(out)
    except ValueError as problem:
        raise ConfigurationError(f"--append: {out}/run.json cannot be read: {problem}") from None
    if run is not None and run.target != session.name:
        raise ConfigurationError(f"--append: {out} holds results of {run.target}, not of {session.name}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m load", description=__doc__)
    for option in (*PACE, *TARGET, *OUTPUT):
        parser.add_argument(option.flag, **option.arguments())
    return parser


if __name__ == "__main__":
    if importlib.util.find_spec("locust") is None:
        print("Locust is missing: pip install 'walletproof[load]'", file=sys.stderr)
        sys.exit(WRONG_CONFIGURATION)
    sys.exit(main())
