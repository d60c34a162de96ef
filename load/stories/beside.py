"""Parts of a story that are told beside each other."""

from __future__ import annotations

from typing import Generic, TypeVar

from load.stories.scene import Scene
from load.story import Story, Telling, Until

T = TypeVar("T")

LOOK = 0.01
"""Seconds between two looks whether the last part is over."""


class Beside(Generic[T]):
    """Begin the `story` of each part, and ask for what they came to, in the order in which they were begun."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._told: dict[int, T] = {}
        self._begun = 0
        self._error: Exception | None = None

    def story(self, part: Telling[T]) -> Story:
        """The part as a story of its own."""
        number, self._begun = self._begun, self._begun + 1
        return self._tell(number, part)

    def results(self) -> Telling[tuple[T, ...]]:
        """What each came to, once all are over. Raises the first error that ended one, at once."""
        while self._error is None and len(self._told) < self._begun:
            yield Until(self._scene.now() + LOOK)
        if self._error is not None:
            raise self._error
        return tuple(self._told[number] for number in range(self._begun))

    def _tell(self, number: int, part: Telling[T]) -> Story:
        try:
            self._told[number] = yield from part
        except Exception as error:  # it is told to whoever waits for the results
            self._error = self._error or error
