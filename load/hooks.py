"""Locust's side of a run: its options, its beginning, the drain, and the end in which the books are closed."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from argparse import Namespace
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import gevent
from locust import events
from locust.runners import LocalRunner

from fixtures.processes import ROOT, ChildFailed, child, die_with_parent
from fixtures.session import Session
from fixtures.target.problems import ConfigurationError
from load.floor import Floor
from load.journal import Journal, Sample
from load.plan import OUTPUT, PACE, TARGET, Plan
from load.shapes import Day
from load.stand import VARIABLE, WRONG_CONFIGURATION, described, folder_of, told
from load.tab import Tab
from load.topics import LETTER
from load.users import Guest

LOOK = 0.05  # seconds between two looks whether everybody has left
STAND_DEADLINE = 40.0  # seconds in which sandbox and target must be ready

log = logging.getLogger("walletproof")


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]
def add_options(parser: Any) -> None:
    """Adds the options of a load run to Locust's own; those of the pace stand in the web UI's form, too."""
    group = parser.add_argument_group("walletproof")
    for option in (*PACE, *TARGET, *OUTPUT):
        # through the parser, because an argument group knows nothing of the web UI
        action = parser.add_argument(option.flag, include_in_web_ui=option.asked, **option.arguments())
        group._group_actions.append(action)


@events.init.add_listener  # type: ignore[untyped-decorator]
def begin(environment: Any, runner: Any, web_ui: Any, **_: Any) -> None:
    """Makes ready what the run stands on. Ends the process with 4 where the configuration is wrong."""
    if not isinstance(runner, LocalRunner):
        _refuse("load runs in one Locust process: leave out --master, --worker and --processes")
    conductor = Conductor(environment)
    Day.opening = conductor.open_floor
    environment.host = conductor.session.settings().base_url
    environment.events.test_stopping.add_listener(conductor.drain)
    environment.events.test_stop.add_listener(conductor.close_books)
    environment.events.quitting.add_listener(conductor.quit)
    if web_ui:
        conductor.tab.install(web_ui, Path(environment.parsed_options.out))


def _refuse(problem: object) -> None:
    print(f"wrong configuration, nothing was sent\n{problem}", file=sys.stderr)
    sys.exit(WRONG_CONFIGURATION)


class Conductor:
    """One Locust process: several runs, one after the other, when they are started in the web UI."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment
        self._stack = ExitStack()
        self._numbers = count(1)
        self._floor: Floor | None = None
        self.tab = Tab()
        file = os.environ.get(VARIABLE)
        self._own = file is None
        if file is None:
            file = self._stand(environment.parsed_options)
        else:
            die_with_parent(os.getppid())
        self._file = Path(file)
        self.session: Session = told(self._file)

    def _stand(self, options: Namespace) -> str:
        """Starts sandbox and target where Locust was started by hand; gives the file that tells of them."""
        targets = [
            part
            for flag, value in (("--target", options.target), ("--target-url", options.target_url))
            if value
            for part in (flag, value)
        ]
        seed = [] if options.seed is None else ["--seed", str(options.seed)]
        try:
            Plan.of(vars(options), 0).permit(described(options.target, options.target_url))
            started = self._stack.enter_context(child("load.stand", [*targets, *seed], deadline=STAND_DEADLINE))
        except (ConfigurationError, ChildFailed) as problem:
            _refuse(problem)
        return str(started.announced["session"])

    def open_floor(self) -> Floor | None:
        """The floor of the next run; None, with the reason in the log, where the form asks for too much."""
        plan = Plan.of(vars(self._environment.parsed_options), self.session.seed)
        try:
            plan.permit(self.session.settings())
        except ConfigurationError as problem:
            log.error("refused, nothing was sent: %s", problem)
            return None
        journal = Journal(folder_of(self.session) / f"journal-{next(self._numbers)}", plan)
        self._floor = self.tab.floor = Floor(self.session, plan, journal, self._tell)
        Guest.network_timeout = Guest.connection_timeout = self._floor.target.settings.timing.request
        log.info("%d buyers will come; seed %d", len(self._floor.arrivals), self.session.seed)
        return self._floor

    def _tell(self, sample: Sample) -> None:
        """Locust's own table."""
        self._environment.events.request.fire(
            request_type="wallet" if sample.topic.startswith(LETTER) else "buyer",
            name=f"{sample.topic}/{sample.setup}",
            response_time=sample.seconds * 1000,
            response_length=0,
            exception=None if sample.problem is None else Unserved(sample.problem),
            context={},
        )

    def drain(self, **_: Any) -> None:
        """Closes the door and waits until everybody has left and the wallets' letters have arrived."""
        floor = self._floor
        if floor is None:
            return
        floor.close()
        timing = floor.target.settings.timing
        deadline = time.monotonic() + timing.reconcile + 2 * timing.request
        while not floor.still:
            if time.monotonic() > deadline:
                floor.note("the drain was not over in time: buyers or notifications were cut off")
                return
            gevent.sleep(LOOK)

    def close_books(self, **_: Any) -> None:
        """Ends the journal; where Locust was started by hand, another process closes the books at once."""
        floor, self._floor = self._floor, None
        if floor is None:
            return
        floor.journal.close()
        if self._own:
            options = self._environment.parsed_options
            told_by = ["--session", str(self._file), "--journal", str(floor.journal.path), "--out", options.out]
            command = [sys.executable, "-P", "-m", "load.closing", *told_by, *(["--append"] if options.append else [])]
            path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
            code = subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": path}).returncode
            self.tab.verdict = self._environment.process_exit_code = code

    def quit(self, **_: Any) -> None:
        """Ends a run that is still on, then sandbox and target."""
        self._environment.runner.stop()
        self._stack.close()


class Unserved(Exception):
    """Why a step failed, for Locust's table of failures."""
