"""What a load run stands on: sandbox and target, in processes of their own. `python -m load.stand` holds them up.

Locust patches the interpreter on import, so nothing of this may run inside its process.
"""

from __future__ import annotations

import argparse
import json
import secrets
import signal
import sys
import tempfile
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from fixtures.preparing import prepare
from fixtures.processes import announce, child, die_with_parent
from fixtures.sandbox.client import SandboxClient
from fixtures.session import Session
from fixtures.target.problems import ConfigurationError
from fixtures.target.reading import load
from fixtures.target.settings import Settings
from load.consent import permit
from load.plan import Plan
from reports.known import Known, read_known

VARIABLE = "WALLETPROOF_LOAD"
"""Names the file in which a Locust process finds the session that `python -m load` has prepared."""

WRONG_CONFIGURATION = 4
STAND_DEADLINE = 40.0  # seconds in which sandbox and target must be ready


def described(target: str | None, url: str | None) -> Settings:
    """The target as it will be seen, before anything is started or sent. Raises ConfigurationError."""
    return load(target, url) if target or url else load(embedded_url="http://127.0.0.1")


@contextmanager
def standing(target: str | None, url: str | None, seed: int) -> Iterator[Session]:
    """Sandbox and target for as long as the block lasts. Raises ConfigurationError."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="walletproof-")))
        session = prepare(target, url, folder, stack, seed=seed, examples=0)
        with SandboxClient(session.sandbox_url, session.sandbox_token) as client:
            client.begin()
        yield session


def accepted(file: str | None) -> Known | None:
    """What --known names; a load is a part of the checks only. Raises ConfigurationError."""
    return Known(read_known(Path(file)), whole=False) if file else None


def stood(options: Namespace, stack: ExitStack) -> Path:
    """Starts sandbox and target in another process, until the stack ends; gives the file that tells of them.

    Raises ConfigurationError and ChildFailed.
    """
    plan = Plan.of(vars(options), 0)
    permit(plan, described(options.target, options.target_url))
    accepted(options.known)  # a mistake in it is told before the load, not after
    named = {"--target": options.target, "--target-url": options.target_url, "--seed": options.seed}
    arguments = [part for flag, value in named.items() if value is not None for part in (flag, str(value))]
    started = stack.enter_context(child("load.stand", arguments, deadline=STAND_DEADLINE))
    return Path(started.announced["session"])


def folder_of(session: Session) -> Path:
    """The folder of the run, which only its owner can read."""
    return Path(session.keys).parent


def tell(session: Session) -> Path:
    """Writes the session for another process; gives the file."""
    file = folder_of(session) / "session.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(session.told()), encoding="utf-8")
    return file


def told(file: Path) -> Session:
    """The session that another process has prepared."""
    return Session(**json.loads(file.read_text(encoding="utf-8")))


def main() -> None:
    """Prepares a session, announces the file it is told in, and holds it until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m load.stand", description=__doc__)
    parser.add_argument("--target", metavar="FILE")
    parser.add_argument("--target-url", metavar="URL")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--announce", type=Path, required=True, metavar="FILE")
    parser.add_argument("--parent", type=int, required=True, metavar="PID")
    options = parser.parse_args()
    die_with_parent(options.parent)
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    seed = options.seed if options.seed is not None else secrets.randbelow(2**32)
    try:
        with standing(options.target, options.target_url, seed) as session:
            announce(options.announce, {"session": str(tell(session))})
            over.wait()
    except ConfigurationError as problem:
        print(problem, file=sys.stderr)
        sys.exit(WRONG_CONFIGURATION)


if __name__ == "__main__":
    main()
