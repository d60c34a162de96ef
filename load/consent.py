"""What a load run may do to a target, decided before anything is sent: the owner's consent, and our own ceilings."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from fixtures.model import NotApplicable
from fixtures.sandbox.history import LIMIT
from fixtures.target.consent import own_urls
from fixtures.target.problems import ConfigurationError, Problem, nearest
from fixtures.target.settings import Settings, WalletTable
from fixtures.target.shelf import choose
from fixtures.wallets import discover
from load.days import expected, stages
from load.mix import Mix, able, mix
from load.plan import MOST_BUYERS, MOST_RATE, MOST_SECONDS, MOST_SECONDS_ELSE, PACE, Plan
from load.topics import METRICS

EXCHANGES_PER_ORDER = 4  # calls to the gateway, of all wallets and stories together, with room to spare
MOST_ORDERS = LIMIT // EXCHANGES_PER_ORDER
"""What the sandbox's history can hold whole, so that the audit sees everything; a heartbeat is audited as it goes."""

MOST_IN_PRODUCTION = 0.2  # stories a second
REQUESTS_PER_STORY = 3  # placed, notified, read: the fewest a purchase takes


def permit(plan: Plan, settings: Settings) -> Mix:
    """What may be told. Raises ConfigurationError unless the target's owner consents and the ceilings allow it."""
    problems = [*_consent(settings), *_hosts(settings), *_service_levels(settings), *_ceilings(plan)]
    problems += _production(plan, settings)
    if not plan.setups(settings):
        problems.append(f"--wallet: found {plan.wallet}; wanted one that has a table in the target file")
    if problems:
        raise ConfigurationError("\n".join(problems))
    told = mix(plan, settings)
    problems = [*_limits(plan, settings, told), *_unplayable(settings, told)]
    if problems:
        raise ConfigurationError("\n".join(problems))
    return told


def most_arrivals(plan: Plan, settings: Settings) -> float:
    """How many stories the limits on orders leave room for; infinite where they place none."""
    each = mix(plan, settings).orders
    return _most_orders(plan, settings) / each if each else float("inf")


def _most_orders(plan: Plan, settings: Settings) -> float:
    ours = float("inf") if plan.shape == "heartbeat" else MOST_ORDERS
    return min(settings.bounds.orders or float("inf"), ours)


def _consent(settings: Settings) -> Iterator[str]:
    """What the target file lacks for a load to be allowed."""
    if "load" not in able(settings):
        found = "no consent to load" + ("" if settings.capabilities else " (a URL alone consents to nothing)")
        wanted = 'capabilities = ["load"] in a target file, from its owner'
        yield f"{settings.where('capabilities')}: found {found}; wanted {wanted}"


def _hosts(settings: Settings) -> Iterator[str]:
    """Hosts that would be loaded without being named for it."""
    named = [(("base_url",), settings.base_url), *own_urls(settings)]
    met: set[str] = set()
    for key, url in named:
        full = urljoin(f"{settings.base_url}/", url)
        host = urlsplit(full).netloc.rpartition("@")[2]
        if host not in met and not settings.loadable.allow(full):
            met.add(host)
            yield (
                f"{settings.where(*key)}: found {host}, which the file does not name for load; wanted it among "
                "hosts under [load], from its owner"
            )


def _production(plan: Plan, settings: Settings) -> Iterator[str]:
    """Where live buyers are, nobody is crowded out."""
    if not settings.load.production:
        return
    where = f"{settings.where('load', 'production')} is true"
    if plan.shape != "heartbeat":
        yield f"--shape: found {plan.shape}; wanted heartbeat: {where}"
    elif plan.rate > MOST_IN_PRODUCTION:
        yield f"--rate: found {plan.rate:g}; wanted at most {MOST_IN_PRODUCTION:g}: {where}"


def _service_levels(settings: Settings) -> Iterator[str]:
    """Metrics that nothing measures."""
    for index, level in enumerate(settings.service_levels):
        if level.metric not in METRICS:
            problem = Problem((), f"'{level.metric}'", f"one of {', '.join(METRICS)}", nearest(level.metric, METRICS))
            yield problem.told(settings.where("service_levels", index, "metric"))


def _ceilings(plan: Plan) -> Iterator[str]:
    most_seconds = MOST_SECONDS.get(plan.shape, MOST_SECONDS_ELSE)
    ranges = {
        "rate": (plan.rate, MOST_RATE),
        "seconds": (plan.seconds, most_seconds),
        "buyers": (plan.buyers, MOST_BUYERS),
    }
    for name, (found, most) in ranges.items():
        if not 0 < found <= most:
            yield f"--{name}: found {found:g}; wanted more than 0 and at most {most:g}"
    known = next(option.choices for option in PACE if option.flag == "--wallet")
    if known and plan.wallet not in known:
        yield f"--wallet: found {plan.wallet!r}; wanted one of {', '.join(known)}"


def _limits(plan: Plan, settings: Settings, told: Mix) -> Iterator[str]:
    most, pace = _most_orders(plan, settings), settings.bounds.requests_per_second
    orders = expected(stages(plan)) * told.orders
    if orders > most:
        allowed = "limits.orders" if settings.bounds.orders == most else "a run"
        found = "no end to the orders" if plan.endless else f"about {orders:.0f} orders"
        yield f"--rate, --seconds: found {found}; wanted at most {most:g}, which is what {allowed} allows"
    needed = plan.rate * REQUESTS_PER_STORY
    if pace is not None and needed > pace:
        yield f"--rate: found {needed:g} requests a second; wanted limits.requests_per_second, {pace:g}"


def _unplayable(settings: Settings, told: Mix) -> Iterator[str]:
    """What the target file lacks for orders to be placed, and for money to move."""
    if told.pays and not able(settings) & {"state", "fulfilments"}:
        found, wanted = "neither state nor fulfilments", "one of them, to see who is served"
        yield f"{settings.where('order', 'read')}: found {found}; wanted {wanted}"
    for setup in told.setups:
        table = settings.wallets[setup]
        wallet = discover()[table.wallet or setup]
        if told.pays and (lack := _no_way_in(table, wallet.travel)):
            yield f"{settings.where('wallets', setup)}: {lack}"
        if told.orders:
            try:
                choose(settings.goods, table.currencies or wallet.docs.currencies, wallet.docs, settings.bounds)
            except NotApplicable as problem:
                yield f"{settings.where('shelf')}: {problem}"


def _no_way_in(table: WalletTable, travel: str) -> str | None:
    if travel == "pushed" and table.notify is None:
        return "found no notify; wanted the path at which notifications get in"
    if travel == "presented" and table.present is None:
        return "found no present; wanted the step by which the buyer presents her proof"
    return None
