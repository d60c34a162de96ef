"""pytest's front door: options, fixtures, results and the summary; the work is done in fixtures/ and reports/."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pytest

from fixtures.bench import Bench, Place
from fixtures.books import Audit
from fixtures.capability import citation
from fixtures.check import DEPTHS, Check, Depth, check_of, stands_in, told_at
from fixtures.features import host, seats, target_seats
from fixtures.filters import require_known, setup_names, topics
from fixtures.model import Inconclusive, NotApplicable, Order, Outcome, Payment
from fixtures.openapi import Probe, probes
from fixtures.openapi.examiner import Examiner, TimeBox
from fixtures.openapi.permission import permission
from fixtures.session import Session, bench_of, close_books, judge, prepare, private_keys, secrets_of, setups_of
from fixtures.stories.course import read
from fixtures.stories.lifecycle import StoryFailed
from fixtures.strategies.lifecycle import Story
from fixtures.surroundings.prober import Prober
from fixtures.target.problems import ConfigurationError
from reports.books import results_of
from reports.finish import finish
from reports.masking import Mask
from reports.results import Result, exit_code, from_plain, to_plain
from reports.telling import message, observed, steps, verdict_of

ROOT = Path(__file__).parent
SUITES = ("conformance", "security")
EXAMPLES: dict[Depth, int] = {"smoke": 2, "usual": 6, "full": 40}
"""How many examples a drawn story is told with."""

PROBING: dict[Depth, float] = {"smoke": 60.0, "usual": 120.0, "full": 240.0}
"""Seconds that a process may probe the OpenAPI document in all."""

SPOILT = {Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.ERROR}
STATUS = {
    Outcome.PASSED: ("passed", ".", "PASSED"),
    Outcome.FAILED: ("failed", "F", "FAILED"),
    Outcome.INCONCLUSIVE: ("inconclusive", "?", "INCONCLUSIVE"),
    Outcome.NOT_APPLICABLE: ("not applicable", "-", "NOT APPLICABLE"),
    Outcome.ERROR: ("error of ours", "E", "ERROR OF OURS"),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("walletproof")
    group.addoption("--target", metavar="FILE", help="target.toml of the integration under test")
    group.addoption("--target-url", metavar="URL", help="base URL of a target that speaks the canonical contract")
    group.addoption("--wallet", action="append", default=[], metavar="NAME", help="only this wallet (repeatable)")
    group.addoption(
        "--topic", action="append", default=[], metavar="TOPIC", help="only this topic or group (repeatable)"
    )
    group.addoption("--seed", type=int, default=None, help="seed of every drawn choice (printed at the start)")
    group.addoption("--depth", choices=DEPTHS, default="usual", help="how thoroughly to look (default usual)")
    group.addoption(
        "--examples", type=int, default=None, metavar="N", help="examples told per drawn story (default by depth)"
    )
    group.addoption("--story", metavar="STEPS", help="tell this one story again, as a failed one is spelt")
    group.addoption(
        "--openapi-seconds", type=float, default=None, metavar="N", help="longest that a process probes the document"
    )
    group.addoption("--out", default="reports/out", metavar="FOLDER", help="where results and reports go")


class Desk:
    """What one pytest process holds: the session's data, the bench, and in the controller the results."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.stack = ExitStack()
        self.results: list[Result] = []
        self.is_worker = hasattr(config, "workerinput")

    @cached_property
    def session(self) -> Session:
        """The prepared session; the controller starts it, a worker is told."""
        if self.is_worker:
            return Session(**self.config.workerinput["walletproof"])  # type: ignore[attr-defined]
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="walletproof-")))
        option = self.config.option
        seed = option.seed if option.seed is not None else secrets.randbelow(2**32)
        depth: Depth = option.depth
        examples = EXAMPLES[depth] if option.examples is None else option.examples
        return prepare(option.target, option.target_url, folder, self.stack, seed=seed, examples=examples, depth=depth)

    @cached_property
    def bench(self) -> Bench:
        """The bench that every check of this process shares."""
        count = self.config.workerinput["workercount"] if self.is_worker else 1  # type: ignore[attr-defined]
        return bench_of(self.session, workers=count, stack=self.stack)

    @cached_property
    def operations(self) -> list[Probe]:
        """The operations of the target's OpenAPI document; those that may not be probed say why."""
        if self.session.document is None:
            return []
        allowed = permission(self.bench.settings)
        return probes(Path(self.session.document), seed=self.session.seed, closed=allowed)

    @cached_property
    def probing(self) -> TimeBox:
        """How long the document may be probed."""
        asked: float | None = self.config.option.openapi_seconds
        return TimeBox(PROBING[self.session.depth] if asked is None else asked)

    @property
    def mask(self) -> Mask:
        """Hides what this process knows to be secret; only the process that logged in knows what the login brought."""
        return masking(secrets_of(self.bench, self.session))


masking = lru_cache(maxsize=4)(Mask)

DESK = pytest.StashKey[Desk]()


def _runs_suites(config: pytest.Config) -> bool:
    named = config.args or list(SUITES)
    paths = [Path(name.split("::")[0]).resolve() for name in named]
    return any(
        (ROOT / suite).is_relative_to(path) or path.is_relative_to(ROOT / suite) for path in paths for suite in SUITES
    )


def pytest_configure(config: pytest.Config) -> None:
    desk = config.stash[DESK] = Desk(config)
    if desk.is_worker or not _runs_suites(config):
        return
    try:
        desk.bench.target  # noqa: B018 - an adapter that cannot be made is a wrong configuration too
        if not config.option.collectonly:
            _require_known(config, desk)
    except ConfigurationError as problem:
        desk.stack.close()
        pytest.exit(f"wrong configuration, nothing was sent\n{problem}", returncode=4)


def _require_known(config: pytest.Config, desk: Desk) -> None:
    wallets = desk.bench.wallets
    named = set(topics((ROOT / suite for suite in SUITES), wallets.values()))
    require_known("--wallet", config.option.wallet, setup_names(wallets))
    _story(config)
    require_known("--topic", config.option.topic, named | {topic.split(".")[0] for topic in named})


def _story(config: pytest.Config) -> Story | None:
    """The story that --story names. Raises ConfigurationError for a step that there is not."""
    text = config.option.story
    try:
        return None if text is None else read(text)
    except ValueError as problem:
        raise ConfigurationError(f"--story: {problem}") from None


def pytest_configure_node(node: Any) -> None:
    """Tells an xdist worker what the controller has started."""
    desk = node.config.stash[DESK]
    if _runs_suites(node.config):
        node.workerinput["walletproof"] = desk.session.told()


def pytest_report_header(config: pytest.Config) -> list[str]:
    desk = config.stash[DESK]
    if not _runs_suites(config):
        return []
    session = desk.session
    return [f"walletproof: target {session.name}, seed {session.seed} (repeat with --seed {session.seed})"]


# which checks run for which wallet


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    check = check_of(metafunc.function)
    if check is None:
        return
    desk = metafunc.config.stash[DESK]
    if check.each == "operation":
        _parametrize_operations(metafunc, desk)
        return
    if check.each in ("target", "tampering"):
        found = target_seats(check, thorough=desk.session.depth == "full")
        if "openapi" in check.needs and desk.session.document is None:
            found = []  # said once, by the check of the operations
        taken = [pytest.param((None, each), marks=pytest.mark.xdist_group("target")) for each in found]
        metafunc.parametrize("seat", taken, ids=[each.name if each else "target" for each in found], indirect=True)
        return
    taken, ids = [], []
    depth, met = desk.session.depth, set[tuple[str, str]]()
    for setup in setups_of(desk.bench.settings, every_mode=check.modes == "every", only=metafunc.config.option.wallet):
        wallet, mode = desk.bench.wallets[setup], desk.bench.target.setups[setup].mode
        for each in seats(check, wallet, mode):
            # The same forgery in another mode waits for the full depth; at the smallest one of each kind is enough.
            kind = (wallet.name, "" if each is None or depth == "smoke" else each.name)
            if depth != "full" and kind in met and (each is not None or depth == "smoke"):
                continue
            met.add(kind)
            taken.append(pytest.param((setup, each), marks=pytest.mark.xdist_group(wallet.name)))
            ids.append(f"{each.name}-{setup}" if each else setup)
    metafunc.parametrize("seat", taken, ids=ids, indirect=True)


def _parametrize_operations(metafunc: pytest.Metafunc, desk: Desk) -> None:
    check = check_of(metafunc.function)
    absent: list[Any] = [None] if check is not None and check.topic == "openapi" else []  # said once
    found: list[Any] = desk.operations or absent
    group = pytest.mark.xdist_group("openapi")
    params = [pytest.param((None, probe), marks=group) for probe in found]
    metafunc.parametrize("seat", params, ids=[probe.label if probe else "-" for probe in found], indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    desk = config.stash[DESK]
    items[:] = [item for item in items if _check(item) is None or _seated(item)]
    depth = desk.session.depth if any(_check(item) for item in items) else DEPTHS[-1]
    items[:] = [item for item in items if (check := _check(item)) is None or told_at(check, depth)]
    if any(_check(item) for item in items):
        able = desk.bench.target.capabilities
        items[:] = [item for item in items if (check := _check(item)) is None or stands_in(check, able)]
    wanted = config.option.topic
    if wanted:
        kept = [
            item
            for item in items
            if (topic := _topic(item)) and any(topic == w or topic.startswith(f"{w}.") for w in wanted)
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
    items.sort(key=lambda item: bool((check := _check(item)) and check.last))


def _check(item: pytest.Item) -> Check | None:
    return check_of(item.function) if isinstance(item, pytest.Function) else None


def _seat(item: pytest.Item) -> tuple[str | None, Any]:
    callspec = getattr(item, "callspec", None)
    seat: tuple[str | None, Any] = callspec.params["seat"] if callspec else (None, None)
    return seat


def _seated(item: pytest.Item) -> bool:
    """Whether the check has anything to run for; pytest makes an item of an empty list of parameters, too."""
    callspec = getattr(item, "callspec", None)
    return callspec is not None and isinstance(callspec.params.get("seat"), tuple)


def _topic(item: pytest.Item) -> str | None:
    check = _check(item)
    if check is None:
        return None
    _, each = _seat(item)
    if each is None:
        return check.topic
    return f"{check.topic}.{getattr(each, 'name', None) or each.label}"


# what a check is given


@pytest.fixture
def seat(request: pytest.FixtureRequest) -> tuple[str | None, Any]:
    """The wallet table and, for some checks, the forgery or operation."""
    found: tuple[str | None, Any] = request.param
    return found


@pytest.fixture
def place(request: pytest.FixtureRequest, seat: tuple[str | None, Any]) -> Iterator[Place]:
    """The check's place at the table."""
    desk = request.config.stash[DESK]
    check, topic = _check(request.node), _topic(request.node)
    assert check is not None and topic is not None
    if check.each == "operation" and seat[1] is None:
        raise _no_document(desk.session)
    laid = desk.bench.lay(check, topic, seat[0] or host(check, desk.bench.wallets))
    request.node.stash[PLACE] = laid
    yield laid
    laid.bench.flush(laid.name)


def _no_document(session: Session) -> Exception:
    if session.document_problem:
        return Inconclusive(session.document_problem)
    return NotApplicable("the target file names no [openapi] document")


PLACE = pytest.StashKey[Place]()


@pytest.fixture
def target(place: Place) -> Any:
    """The integration under test, as this check sees it."""
    return place.target


@pytest.fixture
def wallet(place: Place) -> Any:
    """The wallet of this check: buyer, ledger and postman."""
    return place.wallet


@pytest.fixture
def forgery(seat: tuple[str | None, Any]) -> Any:
    """The named way to spoil a proof."""
    return seat[1]


@pytest.fixture
def trouble(seat: tuple[str | None, Any]) -> Any:
    """The fault at a gateway operation."""
    return seat[1]


@pytest.fixture
def tampering(seat: tuple[str | None, Any]) -> Any:
    """The change of an order's request."""
    return seat[1]


@pytest.fixture
def prober(place: Place) -> Any:
    """Tries what stands around a payment."""
    return Prober(place.target, place.wallet)


@pytest.fixture
def form(seat: tuple[str | None, Any]) -> Any:
    """The form in which somebody logs in."""
    return seat[1]


@pytest.fixture
def trap(seat: tuple[str | None, Any]) -> Any:
    """The URL to which no request may go."""
    return seat[1]


@pytest.fixture
def signer(seat: tuple[str | None, Any]) -> Any:
    """One of several keys that may sign today."""
    return seat[1]


@pytest.fixture
def operation(seat: tuple[str | None, Any]) -> Any:
    """The operation of the OpenAPI document."""
    return seat[1]


@pytest.fixture
def records(place: Place) -> Any:
    """What the target says now of every order placed with this wallet."""
    return place.records()


@pytest.fixture
def paid(place: Place) -> Order:
    """An order that was paid and fulfilled."""
    return place.paid()


@pytest.fixture
def other(place: Place) -> Payment:
    """A payment really made for another order."""
    return place.other()


@pytest.fixture
def storyteller(place: Place) -> Any:
    """Tells a story with drawn examples."""
    return place.storyteller()


@pytest.fixture
def lifecycle(request: pytest.FixtureRequest, place: Place) -> Any:
    """Stories of whole payments, or the one that --story names."""
    return place.lifecycle(_story(request.config))


@pytest.fixture
def examiner(request: pytest.FixtureRequest, place: Place) -> Iterator[Examiner]:
    """Probes what the target's OpenAPI document describes."""
    desk = request.config.stash[DESK]
    replay, private = _replay(request.node, desk, None), private_keys(desk.bench)
    made = Examiner(place, desk.probing, desk.operations, secrets=private, replay=replay)
    request.node.stash[EXAMINER] = made
    yield made
    made.close()


EXAMINER = pytest.StashKey[Examiner]()


# what became of it


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome: Any = yield
    report: pytest.TestReport = outcome.get_result()
    check = _check(item)
    if check is None:
        return
    raised = call.excinfo.value if call.excinfo else None
    if report.when == "call" or raised is not None:
        verdict = verdict_of(report.when or "call", raised)
        if verdict is Outcome.NOT_APPLICABLE:
            report.outcome = "skipped"
            report.longrepr = (str(item.path), item.reportinfo()[1] or 0, f"not applicable: {raised}")
        result = _result(item, check, verdict, report, raised)
        if verdict in SPOILT:
            mask = item.config.stash[DESK].mask
            result = mask.result(result)
            report.longrepr = mask.text(report.longreprtext)  # it goes to the terminal
            report.sections = [(name, mask.text(text)) for name, text in report.sections]
        report.walletproof = to_plain([result])[0]  # type: ignore[attr-defined]


def _result(
    item: pytest.Item, check: Check, verdict: Outcome, report: pytest.TestReport, raised: BaseException | None
) -> Result:
    desk = item.config.stash[DESK]
    setup, _ = _seat(item)
    bench = desk.bench
    place = item.stash.get(PLACE, None)
    topic = _topic(item) or check.topic
    wallet = bench.wallets[setup] if setup else None
    cited = citation(topic, wallet) if wallet else None
    spoilt = verdict in SPOILT
    evidence = place.evidence() if place is not None and spoilt else ()
    return Result(
        topic=topic,
        wallet=wallet.name if wallet else "-",
        mode=bench.target.setups[setup].mode if setup else "-",
        outcome=verdict,
        severity=check.severity,
        level=bench.target.level,
        seconds=round(report.duration, 4),
        message=_note(item) if raised is None else message(raised),
        title=check.requirement,
        file=str(item.path.relative_to(ROOT)),
        capability=str(raised) if verdict is Outcome.NOT_APPLICABLE else "",
        seed=desk.session.seed,
        cost=check.costs,
        citation_url=cited.url if cited else check.source,
        citation_read=cited.read if cited else "",
        setup=setup or "-",
        expected=check.requirement if verdict is Outcome.FAILED else "",
        observed=observed(report.longreprtext, raised) if spoilt else "",
        replay=_replay(item, desk, raised) if spoilt else "",
        started=report.start,
        steps=tuple(steps(evidence)),
        exchanges=evidence,
    )


def _note(item: pytest.Item) -> str:
    examiner = item.stash.get(EXAMINER, None)
    return examiner.note if examiner is not None else ""


def _replay(item: pytest.Item, desk: Desk, raised: BaseException | None) -> str:
    option = item.config.option
    target = (
        f" --target={option.target}"
        if option.target
        else f" --target-url={option.target_url}"
        if option.target_url
        else ""
    )
    if isinstance(raised, StoryFailed):
        return f"pytest {raised.again} --wallet {_seat(item)[0]}{target}"
    return f"pytest '{item.nodeid}' --seed {desk.session.seed}{target}"


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    data = getattr(report, "walletproof", None)
    if data is None:
        return None
    return STATUS[Outcome(data["outcome"])] if report.when == "call" or not report.passed else ("", "", "")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    data = getattr(report, "walletproof", None)
    if data is not None and _controller is not None:
        _controller.results += from_plain([data])


_controller: Desk | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    global _controller  # noqa: PLW0603
    desk = session.config.stash[DESK]
    _controller = None if desk.is_worker else desk


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    desk = session.config.stash[DESK]
    if not _runs_suites(session.config) or session.config.option.collectonly:
        desk.stack.close()
        return
    if desk.is_worker:
        close_books(desk.bench)
        desk.stack.close()
        return
    try:
        _conclude(desk, session, interrupted=exitstatus == pytest.ExitCode.INTERRUPTED)
    finally:
        desk.stack.close()


def _conclude(desk: Desk, session: pytest.Session, *, interrupted: bool) -> None:
    bench, results = desk.bench, desk.results
    books = _books(desk, read_here=not session.config.getoption("numprocesses", None))
    text = finish(
        results,
        books,
        out=Path(session.config.option.out),
        environment=desk.session.environment(bench.target.level),
        mask=desk.mask,
        target=desk.session.name,
    )
    session.config.stash[SUMMARY] = text
    session.exitstatus = exit_code([*results, *results_of(books, bench.target.level)], interrupted=interrupted)


def _books(desk: Desk, *, read_here: bool) -> Audit | None:
    """The audit; an error of ours in it becomes a result, so that everything else is still told."""
    try:
        if read_here:
            close_books(desk.bench)
        return judge(desk.bench, desk.session.began)
    except Exception as error:
        level, message = desk.bench.target.level, f"{type(error).__name__}: {error}"
        desk.results.append(Result("audit", "-", "-", Outcome.ERROR, "blocker", level, 0.0, message))
        return None


SUMMARY = pytest.StashKey[str]()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    text = config.stash.get(SUMMARY, None)
    if text is not None:
        terminalreporter.write_line(text)
