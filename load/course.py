"""How a run goes: which stages come, when nobody comes in any more and why, when it is over. Without I/O or a clock.

The conductor tells it the time and what it hears, and passes its commands on to all engines.
"""

from __future__ import annotations

from fixtures.target.settings import Settings
from load.capacity import Capacity
from load.figures import Figures
from load.levels import Level
from load.messages import Batch, Close, Command
from load.notes import Note
from load.plan import Plan
from load.probing import Probing
from load.program import program
from load.pulse import DEAD_AFTER, Pulse

SLACK = 0.5  # seconds after the last stage, for arrivals that came in late
GRACE = 5.0  # seconds in which an engine that shall stop at once must have said that it is over
ASKEW = 1.0  # seconds between two machines' clocks, beyond which arrivals and latencies no longer fit together


class Course:
    """One run with a number of engines. `began` is the Unix time of second 0 of the day."""

    def __init__(self, plan: Plan, settings: Settings, began: float, engines: int) -> None:
        self.plan, self.began, self.engines = plan, began, engines
        self.figures = Figures(began)
        self.notes: list[Note] = []
        self.reason: str | None = None
        """Why nobody comes in any more: empty after a whole day, None while it is on."""
        self.setups = plan.setups(settings)
        self._program, self._pulse = program(plan, settings), Pulse()
        self._working = set(range(engines))
        self._drain = settings.timing.reconcile + 2 * settings.timing.request
        self._patience: float | None = None
        self._last: float | None = None
        self._hurried = self._heard = False
        # a search breaks the levels on purpose
        self._levels = [Level(row) for row in settings.service_levels] if plan.shape != "capacity" else []
        self._behind: dict[int, float] = {}

    @property
    def capacity(self) -> Capacity | None:
        """What a search for the capacity has found; None before its end, and where there was none."""
        return self._program.capacity if isinstance(self._program, Probing) else None

    @property
    def over(self) -> bool:
        """Whether every engine has said so, or was lost."""
        return not self._working

    @property
    def ready(self) -> bool:
        """Whether every engine has been heard that is not lost."""
        return self._working <= self._behind.keys()

    def begin(self, began: float) -> None:
        """Second 0 of the day is at another time than was said; no stage has been told."""
        self.began = self.figures.series.began = began

    def hear(self, batch: Batch, now: float) -> None:
        """What an engine did."""
        self.figures.add(batch)
        self._heard = True
        self._behind[batch.engine] = min(now - batch.at, self._behind.get(batch.engine, now - batch.at))
        if batch.over and batch.engine in self._working:
            self._working.discard(batch.engine)
            self._compare_clocks(batch.engine)
            if self.reason is None:
                self.notes.append(Note(f"{self._name(batch.engine)} ended before the day was over: its share is lost"))

    def lose(self, engine: int, why: str) -> None:
        """An engine, or the machine it ran on, is gone."""
        if engine in self._working:
            self._working.discard(engine)
            self.notes.append(Note(f"{self._name(engine)} was lost, and its share of the arrivals: {why}"))

    def give_up(self, why: str) -> None:
        """No engine can be led any more."""
        for engine in sorted(self._working):
            self.lose(engine, why)

    def close(self, reason: str, *, at_once: bool = False) -> None:
        """Nobody comes in any more; with `at_once` those inside are sent home."""
        if self.reason is None:
            self.reason = reason
            self.notes.append(Note(f"the run ended early: {reason}"))
        self._hurried = self._hurried or at_once

    def commands(self, now: float) -> list[Command]:
        """What all engines are to be told now, each thing once. To be asked a few times a second."""
        told: list[Command] = []
        if self.reason is None:
            told += self._program.next(now - self.began, self.figures)
            self._look(now)
        if self.reason is not None and self._patience is None:
            self._patience = now + self._drain
            told.append(Close(self.reason))
        if self._patience is not None and self._last is None and (self._hurried or now > self._patience):
            self._last = now + GRACE
            told.append(Close(self.reason or "", at_once=True))
            self._cut_off()
        if self._last is not None and now > self._last:
            self.give_up(f"it did not end within {GRACE:g} s")
        return told

    def _look(self, now: float) -> None:
        """Ends the day when it is over, or when it makes no sense any more."""
        if self._program.over(now - self.began - SLACK):
            self.reason = ""
        elif self.over:
            self.close("no engine is left")
        elif broken := self._broken():
            self.close(broken)
        elif self.plan.shape != "heartbeat" and self._pulse.dead(self.figures, now):
            self.close(f"the target is dead: nothing it was asked went well for {DEAD_AFTER:g} s")

    def _broken(self) -> str | None:
        """The first service level that asks to end the run when it is broken, and is."""
        heard, self._heard = self._heard, False
        return next(filter(None, (level.live(self.figures) for level in self._levels)), None) if heard else None

    def _cut_off(self) -> None:
        if self._working and not self._hurried:
            self.notes.append(Note("the drain was not over in time: buyers or notifications were cut off"))

    def _compare_clocks(self, engine: int) -> None:
        if abs(self._behind[engine]) > ASKEW:
            text = f"the clock of {self._name(engine)} is {self._behind[engine]:+.1f} s behind the master's"
            self.notes.append(Note(f"{text}: synchronise them"))

    def _name(self, engine: int) -> str:
        return f"engine {engine + 1} of {self.engines}"
