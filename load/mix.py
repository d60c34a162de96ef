"""Which stories are told, how often, with which wallets: the target file's weights beside what the target can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from fixtures.target.adapter import adapter_class, observed, operations
from fixtures.target.capabilities import CAPABILITIES, capabilities
from fixtures.target.problems import ConfigurationError, Problem, nearest
from fixtures.target.settings import Settings
from fixtures.target.setups import setups_of
from fixtures.wallets import discover
from load.arrivals import Schedule
from load.plan import Plan
from load.stories import STORIES, Kind


@dataclass(frozen=True, slots=True)
class Mix:
    """The wallet tables and stories of a run.

    `weights` are those of the stories that are told, `unfit` the pairs of story and wallet table that make no sense,
    `left_out` says of every other story why it is not told, `orders` is how many a story places on average.
    """

    setups: tuple[str, ...]
    weights: Mapping[str, float]
    unfit: frozenset[tuple[str, str]]
    left_out: Mapping[str, str]
    orders: float

    def schedule(self, plan: Plan) -> Schedule:
        """Who comes when. Raises ValueError where nobody could come."""
        return Schedule(plan, self.setups, self.weights, self.unfit)

    @property
    def pays(self) -> bool:
        """Whether any money moves."""
        return any(STORIES[name].pays for name in self.weights)


def mix(plan: Plan, settings: Settings) -> Mix:
    """The mix of a run. Raises ConfigurationError where the target file asks for what cannot be told."""
    reasons = _reasons(plan, settings)
    weights = {name: weight for name, weight in _weights(settings).items() if name not in reasons}
    problems = [*_mistaken(settings)]
    if not weights and not problems:
        found = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        wanted = "a story of a positive weight under [load.stories] that the target can play"
        problems.append(f"{settings.where('load', 'stories')}: found nothing to tell ({found}); wanted {wanted}")
    if problems:
        raise ConfigurationError("\n".join(problems))
    unfit = _unfit(plan, settings)
    setups = tuple(setup for setup in plan.setups(settings) if any((name, setup) not in unfit for name in weights))
    placed = sum(weight * STORIES[name].orders for name, weight in weights.items()) / sum(weights.values())
    orders = placed if "orders" in able(settings) else 0.0
    return Mix(setups, weights, frozenset(pair for pair in unfit if pair[0] in weights), reasons, orders)


def _weights(settings: Settings) -> dict[str, float]:
    return {name: settings.load.stories.get(name, _usual(kind, settings)) for name, kind in STORIES.items()}


def _usual(kind: Kind, settings: Settings) -> float:
    """What may be told in production is told there, one story as often as another."""
    return float(kind.production is not None) if settings.load.production else kind.weight


def _lacking(name: str, settings: Settings) -> list[str]:
    """What the target does not show, but would have to for the story."""
    needs = STORIES[name].needs | ((settings.load.production and STORIES[name].production) or frozenset())
    return sorted(needs - able(settings))


def _banned(name: str, settings: Settings) -> bool:
    return settings.load.production and STORIES[name].production is None


def _reasons(plan: Plan, settings: Settings) -> dict[str, str]:
    """Why stories are not told, by name."""
    unfit, setups = _unfit(plan, settings), plan.setups(settings)
    reasons = {}
    for name, weight in _weights(settings).items():
        if _banned(name, settings):
            reasons[name] = "not applicable: it needs a proof of ours, and production believes none"
        elif lacking := _lacking(name, settings):
            reasons[name] = f"not applicable: the target shows no {', no '.join(lacking)}"
        elif weight == 0:
            reasons[name] = "its weight is 0"
        elif all((name, setup) in unfit for setup in setups):
            reasons[name] = "not applicable: it makes no sense with any wallet of this run"
    return reasons


def _mistaken(settings: Settings) -> Iterator[str]:
    """Weights of stories that nobody knows, or that the target cannot play."""
    for name, weight in settings.load.stories.items():
        where = settings.where("load", "stories", name)
        if name not in STORIES:
            problem = Problem((), f"'{name}'", f"one of {', '.join(STORIES)}", nearest(name, STORIES))
            yield problem.told(where)
        elif weight > 0 and _banned(name, settings):
            told = ", ".join(sorted(name for name in STORIES if not _banned(name, settings)))
            yield f"{where}: found a weight for {name}, which needs a proof of ours; wanted {told}: this is production"
        elif weight > 0 and (lacking := _lacking(name, settings)):
            found = f"a weight for {name}, though the target shows no {', no '.join(lacking)}"
            shown = " ".join(CAPABILITIES[word] for word in lacking)
            yield f"{where}: found {found}; wanted 0, or what shows it: {shown}"


def able(settings: Settings) -> frozenset[str]:
    """What the target can do and show."""
    adapter = adapter_class(settings)
    return capabilities(settings, operations(adapter), observed(adapter))


def _unfit(plan: Plan, settings: Settings) -> set[tuple[str, str]]:
    named = plan.setups(settings)
    wallets = {setup: discover()[settings.wallets[setup].wallet or setup] for setup in named}
    tables = setups_of(settings, wallets)
    return {
        (name, setup)
        for (name, kind), setup in product(STORIES.items(), named)
        if not kind.plays(wallets[setup], tables[setup])
    }
