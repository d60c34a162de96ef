"""The stories, told by Locust's ordinary users: for days that people write themselves.

    from load.users import StoryUser, open_shop

    class Shopper(StoryUser):
        @task
        def buys(self):
            self.tell("purchase")

Ordinary users are closed-loop: while the target stalls nobody comes, and the latencies flatter it. The command brings
its load by engines instead, and reads the books afterwards; here nobody does.
"""

from __future__ import annotations

import json
import time
from argparse import Namespace
from collections.abc import Mapping
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import gevent
from gevent.pool import Group
from locust import FastHttpUser
from locust.exception import StopUser

from fixtures.model import Answer, Exchange, NotApplicable, Order
from fixtures.seating import setups_of
from fixtures.target import LimitReached
from fixtures.wallets.interface import Keys
from load.arrivals import Arrival
from load.notes import Note
from load.stand import stood, told
from load.stories import STORIES, Kind
from load.stories.scene import Scene
from load.story import Ask, Begin, Heard, NoAnswer, Story, Until, Work


def open_shop(environment: Any, target: str | None = None) -> None:
    """Starts the sandbox, and the embedded merchant where no target file is named, until Locust quits.

    To be called in the `init` event, before the first user. Raises ConfigurationError and ChildFailed.
    """
    stack = ExitStack()
    session = told(stood(Namespace(target=target, target_url=None, seed=None), stack))
    environment.events.quit.add_listener(lambda **_: stack.close())
    keys: Mapping[str, Keys] = json.loads(Path(session.keys).read_text(encoding="utf-8"))
    StoryUser.scene = Scene(session, keys, Statistics(environment.events.request))
    StoryUser.scene.log_in()
    environment.host = StoryUser.scene.settings.base_url


class Statistics:
    """A tally that tells Locust's own statistics; nothing is kept, for nobody reads the books afterwards."""

    def __init__(self, request: Any) -> None:
        self._request = request

    def took(self, metric: str, setup: str, seconds: float, order: str | None = None) -> None:
        """A line in Locust's table."""
        self._fire(metric, setup, seconds, None)

    def failed(self, metric: str, setup: str, seconds: float, problem: str, order: str | None = None) -> None:
        """A failure in Locust's table."""
        self._fire(metric, setup, seconds, problem)

    def count(self, what: str, setup: str, by: int = 1) -> None:
        """Locust's table has no place for what takes no time."""

    def keep(self, entry: Order | Exchange | Note) -> None:
        """The audit is the command's."""

    def _fire(self, metric: str, setup: str, seconds: float, problem: str | None) -> None:
        self._request.fire(
            request_type="step" if "." in metric else "story",
            name=f"{metric}/{setup}",
            response_time=seconds * 1000,
            response_length=0,
            exception=problem,
            context={},
        )


class StoryUser(FastHttpUser):
    """Somebody who tells stories over connections of her own, one after the other."""

    abstract = True
    scene: Scene
    """What all stories are told on; `open_shop` sets it."""

    _numbers = count()

    def on_start(self) -> None:
        """Redirects and cookies are the stories' own business."""
        self._line.client.cookiejar = None
        self._line.client.redirect_response_codes = frozenset()
        self._beside = Group()

    def on_stop(self) -> None:
        """Letters that are on their way arrive, within the time in which they have to."""
        self._beside.join(timeout=self.scene.settings.timing.reconcile)
        self._beside.kill()
        self._line.client.close()

    def tell(self, story: str | Kind, setup: str | None = None) -> None:
        """Tells a story, by its name or one of your own, from now on, with a wallet table or with each in turn.

        Raises LookupError where the story makes no sense with any wallet of the target; this user stops at a limit of
        the target file.
        """
        kind = STORIES[story] if isinstance(story, str) else story
        name = story if isinstance(story, str) else kind.play.__name__
        number = next(self._numbers)
        fit = [one for one in self._setups() if setup in {None, one} and self._plays(kind, one)]
        if not fit:
            raise LookupError(f"no wallet table of the target plays the story {name}")
        now = time.time()
        try:
            self._play(kind.tell(self.scene, Arrival(number, 0.0, fit[number % len(fit)], name), now))
        except (LimitReached, NotApplicable) as end:
            raise StopUser(str(end)) from None

    @property
    def _line(self) -> Any:
        """Locust's session, whose annotations are narrower than what it takes."""
        return self.client

    def _setups(self) -> list[str]:
        return setups_of(self.scene.settings, every_mode=False)

    def _plays(self, kind: Kind, setup: str) -> bool:
        return kind.plays(self.scene.wallets[setup], self.scene.setups[setup])

    def _play(self, story: Story) -> None:
        value: Any = None
        error: Exception | None = None
        while True:
            try:
                step = story.throw(error) if error is not None else story.send(value)
            except StopIteration:
                return
            value = error = None
            try:
                match step:
                    case Ask():
                        value = self._asked(step)
                    case Until(at):
                        gevent.sleep(max(0.0, at - time.time()))
                    case Work(call):
                        value = gevent.get_hub().threadpool.apply(call)
                    case Begin(beside):
                        self._beside.spawn(self._play, beside)
            except Exception as problem:  # it is the story's to know what to make of it
                error = problem

    def _asked(self, ask: Ask) -> Heard:
        """One request, its whole answer within its time. Raises NoAnswer."""
        message, at, start = ask.message, time.time(), time.perf_counter()
        headers = {"User-Agent": "walletproof", "Accept-Encoding": "identity", **dict(message.headers)}
        with gevent.Timeout(ask.seconds, NoAnswer(f"no whole answer within {ask.seconds:g} s")):
            # caught, so that Locust counts what the story makes of the answer, and not the answer
            got = self._line.request(
                message.method, message.url, data=message.body, headers=headers, catch_response=True
            )
        if not got.status_code:
            raise NoAnswer(str(got.error or "no answer"))
        answer = Answer(got.status_code, tuple(got.headers.items()), got.content or b"")
        return Heard(answer, at, time.perf_counter() - start)
