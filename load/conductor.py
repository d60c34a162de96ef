"""Conducts a run from Locust's one process or its master: engines are told what to do, what they say is kept."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import gevent
from locust.runners import STATE_MISSING, LocalRunner

from fixtures.processes import ROOT
from fixtures.sandbox.client import SandboxError
from fixtures.session import Session
from fixtures.target.problems import ConfigurationError
from load.consent import permit
from load.course import Course
from load.figures import Figures
from load.journal import Journal
from load.messages import Assignment, Batch, Command, Start, line, told
from load.notes import Note
from load.plan import Plan
from load.progress import Progress
from load.stand import WRONG_CONFIGURATION, folder_of
from load.tab import Tab
from load.table import fill, write_csv
from load.weighing import Weighing
from load.workers import BATCH, BEGIN, COMMAND, LOST

LOOK = 0.1  # seconds between two looks at the run
READY = 60.0  # seconds in which the engines must have started
HEAD_START = 0.5  # seconds from when all are ready until all begin the day together
CLOSING_DEADLINE = 600.0  # seconds that Locust waits at its end for the books that are being closed
SPAWN_RATE = 100.0
INTERRUPTED = 2

log = logging.getLogger("walletproof")


class Conductor:
    """Several runs, one after the other, when they are started in the web UI.

    `closes` says whether the books are closed here, after each run; whoever started Locust does it otherwise.
    """

    def __init__(self, environment: Any, told_in: Path, session: Session, *, closes: bool) -> None:
        self.session, self.tab = session, Tab()
        self._environment, self._runner = environment, environment.runner
        self._told_in, self._closes = told_in, closes
        self._settings, self._arrivals = session.settings(), environment.parsed_options.arrivals
        self._numbers = count(1)
        self._course: Course | None = None
        self._journal: Journal | None = None
        self._weighing: Weighing | None = None
        self._heard: deque[Batch] = deque()
        self.listeners: list[Callable[[Batch], None]] = []
        """Who else hears every batch."""
        self._engines: dict[str, int] = {}
        self._stopping = self._interrupted = False
        self._closing: Any = None
        self._runner.register_message(BATCH, self._hear)
        self._runner.register_message(LOST, self._lose)

    @property
    def figures(self) -> Figures | None:
        """Those of the run that is on."""
        return None if self._course is None else self._course.figures

    # what Locust asks

    def users(self) -> tuple[int, float] | None:
        """One user for each engine, for Locust's page; None when the run is over or was refused."""
        if self._course is None and not self._begin():
            return None
        if self._course is not None and self._course.over and not self._stopping:
            return None
        return len(self._engines), SPAWN_RATE

    def drain(self, **_: Any) -> None:
        """Locust stops: nobody comes in any more, and those inside are served. The course bounds how long."""
        self._stopping = True
        course = self._course
        if course is not None and not course.over:
            course.close("stopped by hand")
            while not course.over:
                gevent.sleep(LOOK)

    def close_books(self, **_: Any) -> None:
        """Ends the journal; the books are closed by another process, for Locust has patched this one."""
        course, self._course, self._stopping = self._course, None, False
        if course is None or self._journal is None:
            return
        self._keep(course)
        journal, self._journal = self._journal, None
        if course.capacity is not None:
            journal.write(course.capacity)
        if self._weighing is not None:
            journal.write(self._weighing.end())
        journal.close()
        out = Path(self._environment.parsed_options.out)
        out.mkdir(parents=True, exist_ok=True)
        write_csv(self._environment, out)
        if self._closes:
            # beside the runner's greenlets, which Locust kills when it quits
            self._closing = gevent.spawn(self._conclude, journal.path)
            self._closing.join()
        if self._interrupted and self._environment.web_ui is not None:
            self._end()

    def interrupt(self) -> None:
        """The first interrupt closes the door, the second sends everybody home; without a run, Locust ends."""
        self._environment.process_exit_code = INTERRUPTED
        if self._course is None or self._course.over:
            self._end()
            return
        self._course.close("it was interrupted", at_once=self._interrupted)
        self._interrupted = True

    def quit(self, **_: Any) -> None:
        """Ends a run that is still on, and waits for its books."""
        self._runner.stop()
        if self._closing is not None:
            self._closing.join(CLOSING_DEADLINE)

    # a run

    def _begin(self) -> bool:
        """Whether a run has begun; the reason is in the log where not."""
        workers = self._workers()
        try:
            plan = self._plan()
            permit(plan, self._settings)
            self._weighing = Weighing(self.session)
        except (ConfigurationError, SandboxError) as problem:
            log.error("refused, nothing was sent: %s", problem)
            self._environment.process_exit_code = WRONG_CONFIGURATION
            return False
        if not workers:
            log.error("nobody brings load: no worker has connected")
            return False
        self._heard.clear()
        began = time.time() + READY
        self._engines = {worker: index for index, worker in enumerate(workers)}
        self._course = self.tab.course = Course(plan, self._settings, began, len(workers))
        keys = json.loads(Path(self.session.keys).read_text(encoding="utf-8"))
        for worker, index in self._engines.items():
            assignment = Assignment(self.session.told(), keys, plan, began, index, len(workers))
            self._runner.send_message(BEGIN, line(assignment), client_id=worker)
        gevent.spawn(self._conduct, self._course)
        return True

    def _plan(self) -> Plan:
        """The plan of the options, or of the page's form. Raises ConfigurationError."""
        options = vars(self._environment.parsed_options)
        if options["arrivals"] not in {None, "", "poisson", "constant", self._arrivals}:
            wanted = "poisson or constant; a file is named at the command line, by whoever may read it"
            raise ConfigurationError(f"arrivals: found {options['arrivals']!r}; wanted {wanted}")
        return Plan.of(options, self.session.seed)

    def _workers(self) -> list[str]:
        """Who can bring load now; those who join later wait for the next run."""
        if isinstance(self._runner, LocalRunner):
            return [self._runner.client_id]
        return sorted((node.id for node in self._runner.clients.ready), key=self._runner.get_worker_index)

    def _conduct(self, course: Course) -> None:
        progress = Progress(sys.stderr)
        try:
            self._tell(self._assembled(course))
            while not course.over:
                for command in course.commands(time.time()):
                    self._tell(command)
                self._miss(course)
                self._keep(course)
                progress.show(course, time.time())
                gevent.sleep(LOOK)
        except Exception as problem:
            log.exception("the conductor failed")
            course.notes.append(Note(f"the conductor failed: {problem!r}", ours=True))
            course.give_up("the conductor failed")

    def _assembled(self, course: Course) -> Start:
        """Waits until every engine is ready; the day begins at the same time for all of them."""
        deadline = time.time() + READY
        while not course.ready and course.reason is None and time.time() < deadline:
            self._miss(course)
            gevent.sleep(LOOK)
        course.begin(time.time() + HEAD_START)
        self._journal = Journal(folder_of(self.session) / f"journal-{next(self._numbers)}", course.plan, course.began)
        return Start(course.began)

    def _tell(self, command: Command) -> None:
        for worker in self._engines:
            self._runner.send_message(COMMAND, line(command), client_id=worker)

    def _hear(self, msg: Any, **_: Any) -> None:
        batch = told(msg.data)
        if isinstance(batch, Batch) and self._course is not None:
            self._heard.append(batch)
            self._course.hear(batch, time.time())
            fill(self._environment.stats, batch)
            for listen in self.listeners:
                listen(batch)

    def _lose(self, msg: Any, **_: Any) -> None:
        if self._course is not None:
            self._course.lose(msg.data["engine"], msg.data["why"])

    def _miss(self, course: Course) -> None:
        """Engines whose workers Locust does not hear of any more."""
        if isinstance(self._runner, LocalRunner):
            return
        for worker, index in self._engines.items():
            node = self._runner.clients.get(worker)
            if node is None or node.state == STATE_MISSING:
                course.lose(index, "its worker does not answer any more")

    def _keep(self, course: Course) -> None:
        """Writes down what was heard and noted meanwhile."""
        while self._journal is not None and self._heard:
            self._journal.write(self._heard.popleft())
        while self._journal is not None and course.notes:
            note = course.notes.pop(0)
            log.warning(note.text)
            self._journal.write(note)

    def _conclude(self, journal: Path) -> None:
        options = self._environment.parsed_options
        command = [sys.executable, "-P", "-m", "load.closing", "--session", str(self._told_in)]
        command += ["--journal", str(journal), "--out", options.out]
        command += ["--known", options.known] if options.known else []
        command += [
            flag for flag, given in (("--append", options.append), ("--interrupted", self._interrupted)) if given
        ]
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        ended = subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": path}, start_new_session=True)
        self.tab.verdict = self._environment.process_exit_code = ended.returncode

    def _end(self) -> None:
        """Ends Locust in order. It listens to SIGTERM only once it serves its page, or the run is over."""
        if self._environment.web_ui is None:
            gevent.get_hub().handle_system_error(KeyboardInterrupt, KeyboardInterrupt())
        else:
            os.kill(os.getpid(), signal.SIGTERM)
