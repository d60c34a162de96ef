"""Which stages the day has, and when: all of them at once, or each after what the one before has shown. Pure."""

from __future__ import annotations

from fixtures.target.settings import Settings
from load.days import stages
from load.figures import Figures
from load.messages import Stage
from load.plan import Plan
from load.probing import Probing


class Known:
    """A day whose stages are known from its beginning. Times are seconds of the day."""

    def __init__(self, plan: Plan) -> None:
        self._stages = list(stages(plan))
        self._end = self._stages[-1].end

    def next(self, passed: float, figures: Figures) -> list[Stage]:
        """All stages, once."""
        told, self._stages = self._stages, []
        return told

    def over(self, passed: float) -> bool:
        """Whether the last stage is over."""
        return passed > self._end


def program(plan: Plan, settings: Settings) -> Known | Probing:
    """The stages of the plan's day."""
    return Probing(plan, settings) if plan.shape == "capacity" else Known(plan)
