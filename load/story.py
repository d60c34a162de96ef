"""What a story may ask of whoever tells it. Pure: nothing here opens a socket or waits.

A story is a generator. It yields one step, and is sent what came of it:

    Ask      one HTTP request        Heard, or NoAnswer is thrown into the story
    Until    a time to wait for      None, at that time or as soon after as possible
    Work     something to compute    its result, from a thread (signing frees the interpreter); its error is thrown in
    Begin    another story           None at once; that story is told beside this one

So a story knows neither sockets nor clocks, and the arrival engine, a Locust user and a test tell the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from fixtures.model import Answer, Exchange, Message, Order
from load.notes import Note

T = TypeVar("T")

Side = Literal["target", "sandbox"]
"""Who is asked. Only what is said to the target is measured; the sandbox is our own side."""


class NoAnswer(Exception):
    """No whole answer came in time; the message says what happened."""


class Ask(NamedTuple):
    """One request, sent byte for byte. Its answer may take `seconds` in all."""

    message: Message
    seconds: float
    side: Side = "target"


class Heard(NamedTuple):
    """The answer, when the request was sent (Unix seconds), and how long the whole answer took (seconds)."""

    answer: Answer
    at: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Until:
    """A time to wait for, in Unix seconds."""

    at: float


@dataclass(frozen=True, slots=True)
class Work:
    """Something that takes the processor for a while, or blocks; done in a thread."""

    call: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Begin:
    """Another story that is told beside this one: a letter on its way while the buyer waits."""

    story: Story


Step = Ask | Until | Work | Begin
Story = Generator[Step, Any, None]
Telling = Generator[Step, Any, T]
"""A part of a story, used with `yield from`, and what it comes to."""


class Tally(Protocol):
    """Where a story takes down what happened. `metric` is a name of `load.topics`, `setup` the wallet table or "-"."""

    def took(self, metric: str, setup: str, seconds: float, order: str | None = None) -> None:
        """Something went well and took so long; with `order` (the target's id) the report can show its slowest."""

    def failed(self, metric: str, setup: str, seconds: float, problem: str, order: str | None = None) -> None:
        """Something went wrong after so long; `order` is the target's id of the order it is about."""

    def count(self, what: str, setup: str, by: int = 1) -> None:
        """Something happened that has no duration: a name of `load.topics.COUNTS`."""

    def keep(self, entry: Order | Exchange | Note) -> None:
        """An order, an exchange or a note that the audit and the report must see."""
