"""One load run without a browser; sandbox, merchant and Locust are processes of their own."""

from __future__ import annotations

import argparse
import importlib.util
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from fixtures.processes import ROOT, ChildFailed
from fixtures.session import Session
from fixtures.target.problems import ConfigurationError
from fixtures.usage import Parser
from load import report
from load.closing import conclude
from load.consent import permit
from load.joining import earlier
from load.plan import OUTPUT, PACE, TARGET, Option, Plan
from load.stand import VARIABLE, WRONG_CONFIGURATION, accepted, described, folder_of, standing, tell
from load.watching.monitor import Shown
from load.watching.windows import Ended, first, play
from reports.known import Known

INTERRUPTED, ERROR_OF_OURS = 2, 3
MOST_PROCESSES = 64
LOCUSTFILE = ROOT / "load" / "locustfile.py"
JOURNAL = "journal-1"
EXAMPLES = """\
examples:
  walletproof load --rate 10 --seconds 20                     the embedded merchant, a peak of 10 stories a second
  walletproof load --target target.toml --shape spike --rate 200 --processes 4
  walletproof load --target target.toml --shape capacity      how much it takes within its service levels
  walletproof load --target target.toml --arrivals sale.csv   yesterday's customers once more
  walletproof load --target target.toml --shape heartbeat     one story a minute, until it is interrupted

Ctrl-C closes the door, serves those inside, audits the books and reports; a second one sends everybody home at once.
Exit codes: 0 proven, 1 findings, 2 interrupted, 3 inconclusive, 4 wrong configuration (nothing was sent).
Several machines and the web UI: docs/load.md
"""
MACHINE = (
    Option("--processes", 1, f"Locust processes that bring load, each with an engine (at most {MOST_PROCESSES})", "N"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a load and returns the exit code: 4 wrong configuration, 2 interrupted, 1 findings, 3 inconclusive, 0."""
    options = _parser().parse_args(arguments)
    out = Path(options.out)
    try:
        plan = Plan.of(vars(options), options.seed if options.seed is not None else secrets.randbelow(2**32))
        permit(first(plan), described(options.target, options.target_url))
        if not 1 <= options.processes <= MOST_PROCESSES:
            raise ConfigurationError(f"--processes: found {options.processes}; wanted 1 to {MOST_PROCESSES}")
        flags = [*processes(options.processes), *_shown(options)]
        known = accepted(options.known)

        def run(window: Plan, folder: Path) -> Ended:
            with standing(options.target, options.target_url, window.seed) as session:
                if options.append:
                    _require_same_target(folder, session)
                print(f"walletproof: target {session.name}, {report.pace(window)}, seed {window.seed}", flush=True)
                given = {"append": options.append, "flags": flags, "endless": plan.endless, "known": known}
                return _conducted(session, window, folder, **given)

        return play(plan, out, run)
    except ConfigurationError as problem:
        print(f"wrong configuration, nothing was sent\n{problem}", file=sys.stderr)
        return WRONG_CONFIGURATION
    except ChildFailed as problem:
        print(problem, file=sys.stderr)
        return ERROR_OF_OURS
    except KeyboardInterrupt:
        print("interrupted before the load began, or while its books were being closed", file=sys.stderr)
        return INTERRUPTED


def conduct(session: Session, plan: Plan, out: Path, *, append: bool = False, flags: Sequence[str] = ()) -> int:
    """Runs Locust on a prepared session, closes the books, writes the reports, and returns the exit code.

    `flags` are more options of Locust's command line.
    """
    return _conducted(session, plan, out, append=append, flags=flags).code


def _conducted(
    session: Session,
    plan: Plan,
    out: Path,
    *,
    append: bool,
    flags: Sequence[str],
    endless: bool = False,
    known: Known | None = None,
) -> Ended:
    """`endless` says that there is no other end than an interrupt."""
    out.mkdir(parents=True, exist_ok=True)
    interrupted = _locust(session, plan, out, flags)
    journal = folder_of(session) / JOURNAL
    if not journal.exists():
        print("Locust ended before the load began", file=sys.stderr)
        return Ended(INTERRUPTED if interrupted else ERROR_OF_OURS, interrupted)
    stopped = interrupted and not endless
    code = conclude(session, journal, out, append=append, interrupted=stopped, known=known)
    return Ended(code, interrupted)


def _locust(session: Session, plan: Plan, out: Path, flags: Sequence[str]) -> bool:
    """Runs Locust to its end; whether it was interrupted."""
    process = launched(session, plan, out, flags)
    with _forwarding(process) as received:
        process.wait()
    return bool(received)


def launched(
    session: Session,
    plan: Plan,
    out: Path,
    flags: Sequence[str],
    *,
    file: Path = LOCUSTFILE,
    told: Mapping[str, str] | None = None,
    output: IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Locust, started on a prepared session. `told` is added to its environment, `output` takes what it prints."""
    command = [sys.executable, "-P", "-m", "locust", "-f", str(file), *plan.flags()]
    command += ["--headless", "--only-summary", "--loglevel", "WARNING", "--exit-code-on-error", "0"]
    command += ["--out", str(out), "--html", str(out / "locust.html"), "--json-file", str(out / "locust")]
    command += flags
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, VARIABLE: str(tell(session)), **(told or {})}
    # A session of its own, so that an interrupt reaches it once, from us, wherever it came from.
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, start_new_session=True
    )


def processes(number: int) -> list[str]:
    """Locust as a master and its workers. They meet at a free port, so that two runs do not meet each other."""
    if number == 1:
        return []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    master = ["--master-bind-host", "127.0.0.1", "--master-bind-port", port]
    return ["--processes", str(number), *master, "--master-host", "127.0.0.1", "--master-port", port]


def _shown(options: argparse.Namespace) -> list[str]:
    """Where the figures are shown live. Raises ConfigurationError."""
    Shown.of(options.prometheus, options.telemetry).require_address()
    named = {"--prometheus": options.prometheus, "--telemetry": options.telemetry}
    return [part for flag, given in named.items() if given for part in (flag, given)]


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
        run = earlier(out)
    except ValueError as problem:
        raise ConfigurationError(f"--append: {out}/run.json cannot be read: {problem}") from None
    if run is not None and run.target != session.name:
        raise ConfigurationError(f"--append: {out} holds results of {run.target}, not of {session.name}")


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="walletproof load",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for option in (*PACE, *MACHINE, *TARGET, *OUTPUT):
        parser.add_argument(option.flag, **option.arguments())
    return parser


if __name__ == "__main__":
    if importlib.util.find_spec("locust") is None:
        print(
            "Locust is missing; install walletproof with its extra `load`, in a clone: pip install -e '.[load]'",
            file=sys.stderr,
        )
        sys.exit(WRONG_CONFIGURATION)
    sys.exit(main())
