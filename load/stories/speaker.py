"""How a scene speaks: to the target within hosts and limits, each step taken down, and to the sandbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any, TypeVar

from fixtures.model import Answer, Exchange, Inconclusive, Message, Order, Stamp
from fixtures.sandbox.client import CALL_TIMEOUT, SandboxError
from fixtures.sandbox.requests import Request
from fixtures.target.budget import LimitReached
from fixtures.target.client import HostNotAllowed, overheard
from fixtures.target.operations import MISTOLD
from fixtures.target.scripts import Ran, Script
from fixtures.target.target import Target
from fixtures.wallets.interface import Refused, Wallet
from load.stories.house import House
from load.story import Ask, Heard, NoAnswer, Telling, Until, Work

T = TypeVar("T")

BUYER = "buyer"
"""Who speaks, as the history says it; a wallet is "wallet:NAME"."""

_NAMES = re.compile(r"\b(?=[\w-]*\d)[\w-]{4,}\b")
"""Ids and the like: two buyers with the same problem shall tell it in the same words."""


class Unserved(Exception):
    """A part could not be done; its step is taken down already. The message is the problem, in a sentence."""


class Speaker:
    """The voice of one story, or of none in particular (`number` is None then)."""

    def __init__(self, house: House, story: str = "-", setup: str = "-", number: int | None = None) -> None:
        self.house, self.setup = house, setup
        self.settings, self.tally, self.now = house.settings, house.tally, house.now
        self._story, self._number = story, number
        self._random: Random | None = None
        self._known: dict[str, Mapping[str, Any]] = {}

    @property
    def _check(self) -> str:
        return f"load.{self._story}/{self.setup}"

    @property
    def _note(self) -> str | None:
        return None if self._number is None else f"arrival {self._number}"

    def stamp(self, at: float | None = None) -> Stamp:
        """Time, now or another, and this story's own randomness."""
        if self._random is None:
            session = self.house.session
            self._random = Random(f"{session.seed}/{session.run}/{self._check}/{self._note}")
        return Stamp(self.now() if at is None else at, self._random)

    # the target

    def _play(
        self,
        metric: str,
        setup: str,
        what: str,
        script: Script[T],
        order: Order | None = None,
        *,
        source: str = BUYER,
        reference: str | None = None,
    ) -> Telling[tuple[T, float]]:
        """Plays a script; comes to what it returns, and for how many seconds the target was asked.

        Whatever goes wrong is taken down as a failed step; then Unserved is raised.
        """
        begun, seconds = self.now(), 0.0
        reference = order.reference if order is not None else reference
        try:
            message, _ = next(script)
            while True:
                heard = yield from self._ask(message, what, source, reference)
                seconds += heard.seconds
                message, _ = script.send(heard.answer)
        except StopIteration as end:
            return end.value, seconds
        except Unserved as unserved:
            problem = str(unserved)
        except MISTOLD as mistold:
            problem = alike(self.house.desk.told(f"{what}: {mistold}"))
        self.tally.failed(metric, setup, self.now() - begun, problem, order.id if order is not None else None)
        raise Unserved(problem)

    def _ask(self, message: Message, what: str, source: str, reference: str | None) -> Telling[Heard]:
        """One request to the target; kept where it has no answer, a buyer's where it has a bad one. Raises Unserved."""
        house = self.house
        try:
            house.permit(message.url)
        except HostNotAllowed as problem:
            raise Unserved(f"{what}: {problem}") from None
        if house.paced and (wait := house.desk.budget.turn()):
            yield Until(self.now() + wait)
        at = house.now()
        try:
            heard: Heard = yield Ask(message, house.patience)
        except NoAnswer as problem:
            if source != BUYER or house.worth_keeping():
                seconds = self.now() - at
                self.tally.keep(self._exchange(message, None, at, seconds, source, reference, error=str(problem)))
            raise Unserved(f"{what}: {problem}") from None
        if heard.answer.status >= 500 and source == BUYER and house.worth_keeping():
            self.tally.keep(self._exchange(message, heard.answer, heard.at, heard.seconds, source, reference))
        return heard

    def _exchange(
        self,
        message: Message,
        answer: Answer | None,
        at: float,
        seconds: float,
        source: str,
        reference: str | None,
        error: str | None = None,
    ) -> Exchange:
        """An exchange as it stands in the history, with the story and the arrival that caused it."""
        return Exchange(
            source=source,
            destination="target",
            request=message,
            answer=answer,
            at=at,
            seconds=seconds,
            error=error,
            order=reference,
            check=self._check,
            note=self._note,
            run=self.house.session.run,
        )

    def _by_adapter(
        self, metric: str, setup: str, call: Callable[[Target], T], order: Order | None = None
    ) -> Telling[tuple[T, float]]:
        """Something that the user's own Python does, in a thread, measured as a whole. Raises as `_play`."""
        target, begun = self.house.target.during(self._check), self.now()

        def carried_out() -> tuple[T | Inconclusive, list[Exchange]]:
            heard: list[Exchange] = []
            token = overheard.set(heard)
            try:
                return call(target), heard
            except LimitReached:
                raise
            except Inconclusive as problem:
                return problem, heard
            finally:
                overheard.reset(token)

        result, heard = yield Work(carried_out)
        seconds = self.now() - begun
        for one in heard:
            if (one.answer is None or one.answer.status >= 500) and self.house.worth_keeping():
                self.tally.keep(replace(one, note=self._note, run=self.house.session.run))
        if isinstance(result, Inconclusive):
            problem = alike(str(result))
            self.tally.failed(metric, setup, seconds, problem, order.id if order else None)
            raise Unserved(problem)
        return result, seconds

    def _refusal(self, what: str, ran: Ran) -> Unserved:
        return Unserved(alike(self.house.desk.refusal(what, ran)))

    def _words(self, order: Order) -> Mapping[str, Any]:
        """What steps may say about an order; made once, for a buyer looks at it many times."""
        if order.id not in self._known:
            self._known[order.id] = self.house.order_words(order)
        return self._known[order.id]

    # the sandbox

    def _sandbox(self, request: Request, seconds: float = CALL_TIMEOUT) -> Telling[bytes]:
        """A request to the control API. Raises Refused, LookupError for what it does not know, and SandboxError."""
        method, path, body = request
        message = Message(method, f"{self.house.session.sandbox_url}/control{path}", self.house.sandbox_headers, body)
        answer = yield from self._browse(message, seconds)
        if answer.status < 300:
            return answer.body
        problem = answer.body.decode("utf-8", "replace")[:200]
        if answer.status == 409:
            raise Refused(problem)
        if answer.status == 404:
            raise LookupError(problem)
        raise SandboxError(f"{method} /control{path}: {answer.status} {problem}")

    def _browse(self, message: Message, seconds: float = CALL_TIMEOUT) -> Telling[Answer]:
        """A request to our own side. Raises SandboxError where there was no answer."""
        try:
            heard: Heard = yield Ask(message, seconds, "sandbox")
        except NoAnswer as problem:
            url = self.house.session.sandbox_url
            raise SandboxError(f"the sandbox at {url} could not be asked: {problem}") from None
        return heard.answer

    def _wallet(self, setup: str) -> Wallet:
        return self.house.wallets[setup]


def alike(problem: str) -> str:
    """The problem without ids, so that a thousand buyers who have it count as one problem."""
    return _NAMES.sub("…", problem)


def apart(stamp: Stamp) -> Stamp:
    """The same time with randomness of its own, seeded by the stamp's: what is signed in threads shares none."""
    return Stamp(stamp.now, Random(stamp.random.getrandbits(64)))
