"""The busiest hour of the year. Buyers come as the shape of the day brings them, pay, and look until the goods have
left; wallets notify, and repeat what was not acknowledged.

Locust is the face and the distribution: the engines beside its processes bring the load. The run is good when everybody
was served within the service levels *and* the books balance afterwards.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import gevent
from locust import events
from locust.runners import MasterRunner, WorkerRunner

from fixtures.processes import ChildFailed, die_with_parent
from fixtures.target.problems import ConfigurationError
from load.conductor import Conductor
from load.plan import OUTPUT, PACE, TARGET
from load.shapes import Crowd, Day
from load.stand import VARIABLE, WRONG_CONFIGURATION, stood, told
from load.watching.monitor import Monitor, Shown
from load.workers import Generator

__all__ = ["Crowd", "Day"]


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
    """Makes ready what this process does: bring load, conduct it, or both. Ends it where the configuration is wrong."""
    if os.environ.get(VARIABLE):
        die_with_parent(os.getppid())
    if not isinstance(runner, MasterRunner):
        generator = Generator(runner, environment.parsed_options.target)
        environment.events.quitting.add_listener(generator.quit)
    if isinstance(runner, WorkerRunner):
        gevent.signal_handler(signal.SIGINT, generator.interrupt)
    else:
        _conduct(environment, web_ui)


def _conduct(environment: Any, web_ui: Any) -> None:
    """Makes ready what the run stands on, and the conductor."""
    stack, options = ExitStack(), environment.parsed_options
    prepared = os.environ.get(VARIABLE)
    try:
        shown = Shown.of(options.prometheus, options.telemetry)
        shown.require_address()
        file = Path(prepared) if prepared else stood(options, stack)
    except (ConfigurationError, ChildFailed) as problem:
        print(f"wrong configuration, nothing was sent\n{problem}", file=sys.stderr)
        sys.exit(WRONG_CONFIGURATION)
    conductor = Conductor(environment, file, told(file), closes=prepared is None)
    if shown:
        monitor = Monitor(conductor.session.settings(), lambda: conductor.figures, shown)
        conductor.listeners.append(monitor.add)
        stack.callback(monitor.close)
    environment.shape_class.conductor = conductor
    environment.host = conductor.session.settings().base_url
    environment.events.test_stopping.add_listener(conductor.drain)
    environment.events.test_stop.add_listener(conductor.close_books)
    environment.events.quitting.add_listener(conductor.quit)
    environment.events.quit.add_listener(lambda **_: stack.close())
    gevent.signal_handler(signal.SIGINT, conductor.interrupt)
    if web_ui is None:
        gevent.signal_handler(signal.SIGTERM, conductor.interrupt)
    else:
        conductor.tab.install(web_ui, Path(options.out))
