"""pytest's front door: options, which checks run, results, summary; the work is done in fixtures/ and reports/."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.books import Audit
from fixtures.check import DEPTHS, Check, check_of, stands_in, told_at
from fixtures.closing import close_books, judge
from fixtures.desk import DESK, Desk
from fixtures.filters import chosen, require_known, require_severity, setup_names, topics
from fixtures.items import EXAMINER, PLACE, item_check, item_seat, item_topic
from fixtures.model import Inconclusive, NotApplicable, Outcome
from fixtures.scope import absent, declared, identities, known, narrowed
from fixtures.target.problems import ConfigurationError
from fixtures.telling import about
from fixtures.verdicts import Ending, result_of
from reports.books import masked, results_of
from reports.finish import finish
from reports.known import Known, accepted, with_lapses
from reports.known import masked as masked_known
from reports.letter import happened
from reports.outcomes import SPOILT, terminal_words
from reports.results import Result, exit_code, from_plain, to_plain
from reports.run import DECLARED, PART
from reports.telling import verdict_of

pytest_plugins = ["fixtures.given", "fixtures.progress"]  # what a check is given; how far a long run is

ROOT = Path(__file__).parent
SUITES = ("conformance", "security")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("walletproof")
    group.addoption("--target", metavar="FILE", help="target.toml of the integration under test")
    group.addoption("--target-url", metavar="URL", help="base URL of a target that speaks the canonical contract")
    group.addoption("--wallet", action="append", default=[], metavar="NAME", help="only this wallet (repeatable)")
    group.addoption(
        "--topic", action="append", default=[], metavar="TOPIC", help="only this topic or group (repeatable)"
    )
    group.addoption("--severity", metavar="NAME", help="only checks of this severity (blocker, critical, …) or above")
    group.addoption("--seed", type=int, default=None, help="seed of every drawn choice (printed at the start)")
    group.addoption("--depth", choices=DEPTHS, default="usual", help="how thoroughly to look (default usual)")
    group.addoption(
        "--examples", type=int, default=None, metavar="N", help="examples told per drawn story (default by depth)"
    )
    group.addoption("--story", metavar="STEPS", help="tell this one story again, as a failed one is spelt")
    group.addoption(
        "--openapi-seconds", type=float, default=None, metavar="N", help="longest that a process probes the document"
    )
    group.addoption("--known", metavar="FILE", help="known.toml: failures that are known and accepted")
    group.addoption("--out", default="reports/out", metavar="FOLDER", help="where results and reports go")


def _runs_suites(config: pytest.Config) -> bool:
    named = config.args or list(SUITES)
    paths = [Path(name.split("::")[0]).resolve() for name in named]
    return any(
        (ROOT / suite).is_relative_to(path) or path.is_relative_to(ROOT / suite) for path in paths for suite in SUITES
    )


def pytest_configure(config: pytest.Config) -> None:
    desk = config.stash[DESK] = Desk(config)
    if not _runs_suites(config):
        return
    if desk.is_worker:
        config.stash[KNOWN] = known(config, whole=True)
        return
    try:
        desk.bench.target  # noqa: B018 - an adapter that cannot be made is a wrong configuration too
        config.stash[KNOWN] = known(config, whole=not narrowed(config, [ROOT / suite for suite in SUITES]))
        if not config.option.collectonly:
            _require_known(config, desk)
    except ConfigurationError as problem:
        desk.stack.close()
        pytest.exit(f"wrong configuration, nothing was sent\n{problem}", returncode=4)


def _require_known(config: pytest.Config, desk: Desk) -> None:
    wallets = desk.bench.wallets
    named = set(topics((ROOT / suite for suite in SUITES), wallets.values()))
    require_known("--wallet", config.option.wallet, setup_names(wallets))
    if config.option.severity:
        require_severity(config.option.severity)
    desk.story  # noqa: B018 - a step that there is not is refused before anything is sent
    require_known("--topic", config.option.topic, named | {topic.split(".")[0] for topic in named})


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


# which checks run


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    check = check_of(metafunc.function)
    if check is None:
        return
    seats = metafunc.config.stash[DESK].seats(check)
    taken = [pytest.param(seat, marks=pytest.mark.xdist_group(seat.group)) for seat in seats]
    metafunc.parametrize("seat", taken, ids=[seat.id for seat in seats], indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    desk = config.stash[DESK]
    items[:] = [item for item in items if item_check(item) is None or item_seat(item) is not None]
    depth = desk.session.depth if any(item_check(item) for item in items) else DEPTHS[-1]
    items[:] = [item for item in items if (check := item_check(item)) is None or told_at(check, depth)]
    if any(item_check(item) for item in items):
        able = desk.bench.target.capabilities
        items[:] = [item for item in items if (check := item_check(item)) is None or stands_in(check, able)]
        config.stash[PLANNED] = set(identities(items, desk.bench))
    wanted, lowest = config.option.topic, config.option.severity
    if wanted or lowest:
        kept = [item for item in items if chosen(item_check(item), item_topic(item), wanted, lowest)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
    items.sort(key=lambda item: bool((check := item_check(item)) and check.last))


# what became of it


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    check = item_check(item)
    raised = call.excinfo.value if call.excinfo else None
    if check is not None and call.excinfo is not None and isinstance(raised, NotApplicable | Inconclusive):
        call.excinfo.traceback = call.excinfo.traceback[:0]  # only the reason is shown, and reading sources takes long
    outcome: Any = yield
    report: pytest.TestReport = outcome.get_result()
    if check is None:
        return
    if report.when == "call" or raised is not None:
        verdict = verdict_of(report.when or "call", raised)
        if verdict is Outcome.NOT_APPLICABLE:
            report.outcome = "skipped"
            report.longrepr = (str(item.path), item.reportinfo()[1] or 0, f"not applicable: {raised}")
        result = _result(item, check, verdict, report, raised)
        if verdict in SPOILT:
            mask = item.config.stash[DESK].mask
            (result,) = accepted([mask.result(result)], item.config.stash.get(KNOWN, None))
            report.longrepr = mask.text(report.longreprtext)  # it goes to the terminal
            report.sections = [(name, mask.text(text)) for name, text in report.sections]
            report.sections.append(("what happened", happened(result)))
        report.walletproof = to_plain([result])[0]  # type: ignore[attr-defined]


def _result(
    item: pytest.Item, check: Check, verdict: Outcome, report: pytest.TestReport, raised: BaseException | None
) -> Result:
    desk, seat, examiner = item.config.stash[DESK], item_seat(item), item.stash.get(EXAMINER, None)
    assert seat is not None, "a check without a seat is not run"
    ending = Ending(
        outcome=verdict,
        raised=raised,
        text=report.longreprtext,
        note=examiner.note if examiner is not None else "",
        file=str(item.path.relative_to(ROOT)),
        started=report.start,
        seconds=report.duration,
    )
    test = item.nodeid.removesuffix(f"@{seat.group}")  # as xdist names it when it keeps groups together
    place, replay, again = item.stash.get(PLACE, None), desk.replay(check, seat), desk.again(test, raised)
    return result_of(check, seat, desk.bench, ending, place=place, replay=replay, again=again)


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    data = getattr(report, "walletproof", None)
    if data is None:
        return None
    words = terminal_words(Outcome(data["outcome"]), known=data["known"] is not None, severity=data["severity"])
    return words if report.when == "call" or not report.passed else ("", "", "")


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
        session.config.workeroutput["planned"] = sorted(session.config.stash.get(PLANNED, ()))  # type: ignore[attr-defined]
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
    config, entries = session.config, masked_known(session.config.stash.get(KNOWN, None), desk.mask)
    part = narrowed(config, [ROOT / suite for suite in SUITES])
    planned: set[str] = config.stash.get(PLANNED, set())
    config.stash[SUMMARY] = finish(
        results,
        books,
        out=Path(config.option.out),
        environment=desk.session.environment(bench.target.level)
        | {DECLARED: declared(bench)}
        | ({PART: part} if part else {}),
        mask=desk.mask,
        target=desk.session.name,
        about=about(desk.bench, desk.session),
        known=entries,
        absent=absent(planned, results),
    )
    judged = [*map(desk.mask.result, results), *results_of(masked(books, desk.mask), bench.target.level)]
    session.exitstatus = exit_code(with_lapses(judged, entries), interrupted=interrupted)


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


def pytest_testnodedown(node: Any) -> None:
    """Takes over what an xdist worker was to run, since the controller collects nothing itself."""
    stash = node.config.stash
    stash[PLANNED] = {*stash.get(PLANNED, ()), *getattr(node, "workeroutput", {}).get("planned", ())}


SUMMARY = pytest.StashKey[str]()
KNOWN = pytest.StashKey[Known | None]()
PLANNED = pytest.StashKey[set[str]]()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    text = config.stash.get(SUMMARY, None)
    if text is not None:
        terminalreporter.write_line(text)
