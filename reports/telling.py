"""How a finished check is put into words: its verdict, its message, what was observed, and who asked whom for what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from urllib.parse import urlsplit

from fixtures.model import Exchange, Inconclusive, NotApplicable, Outcome

LONGEST = 600  # characters of a message
_WHERE = re.compile(r"^\+  (?=(?:where|and) )")
_DEEPER = re.compile(r"^\+ {3,}(?:where|and) ")  # which object bore the name of a value: nothing about the target
_ATTRIBUTE = re.compile(r"\)\.([a-z_]+)$")


def verdict_of(when: str, raised: BaseException | None) -> Outcome:
    """What a check came to in one of pytest's phases (setup, call, teardown)."""
    if raised is None:
        return Outcome.PASSED
    if isinstance(raised, NotApplicable):
        return Outcome.NOT_APPLICABLE
    if isinstance(raised, Inconclusive):
        return Outcome.INCONCLUSIVE
    if isinstance(raised, AssertionError) and when == "call":
        return Outcome.FAILED
    return Outcome.ERROR


def steps(exchanges: Iterable[Exchange]) -> Iterator[str]:
    """The exchanges in a line each; a look taken over and over is one line with its count."""
    for line, same in groupby(exchanges, step):
        times = sum(1 for _ in same)
        yield line if times == 1 else f"{line} (× {times})"


def step(exchange: Exchange) -> str:
    """One exchange in a line: who asked whom for what, and what came back."""
    came = exchange.answer.status if exchange.answer else exchange.error or "no answer"
    path = urlsplit(exchange.request.url).path
    return f"{exchange.source} → {exchange.destination}: {exchange.request.method} {path}: {came}"


def observed(trace: str, raised: BaseException | None = None) -> str:
    """The lines in which pytest explains the assertion; the whole trace where it explains nothing.

    A failure that can put itself into a line (`brief`) has a text of its own, which is told whole.
    """
    if hasattr(raised, "brief"):
        return str(raised)
    explained = [line.removeprefix("E").strip() for line in trace.splitlines() if line.startswith("E  ")]
    shown = (_WHERE.sub("", line) for line in explained if not _DEEPER.match(line))
    return "\n".join(shown).removeprefix("AssertionError: ") or trace


def message(raised: BaseException) -> str:
    """The exception in one line, with the name of the value instead of pytest's account of where it comes from:
    `observed` has that."""
    first, _, where = str(raised).partition("\n +  where ")
    value = _ATTRIBUTE.search(where.partition("\n")[0])
    told = getattr(raised, "brief", None) or (f"{first} ({value[1]})" if value else first)
    return " ".join(told.split())[:LONGEST] or type(raised).__name__
