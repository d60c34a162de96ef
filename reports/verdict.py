"""The verdict on a run and its counts, read off the results once for terminal, page and Allure alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from fixtures.model import Outcome
from reports.outcomes import WORST_FIRST
from reports.results import Result, by_severity, exit_code

Kind = Literal["sound", "accepted", "findings", "inconclusive", "nothing"]
_KINDS: dict[int, Kind] = {0: "sound", 1: "findings", 3: "inconclusive", 5: "nothing"}

# Topic groups in the order of a payment's life, then of an attacker's patience; an unknown group comes last.
GROUPS = (
    *("pay", "notify", "refund", "close", "reconcile", "bill", "amounts", "coupons", "requests", "chain", "login"),
    *("delivery", "faults", "restart", "race", "lifecycle", "browser", "openapi", "openapi-links", "openapi-money"),
    *("forgery", "substitution", "hint", "replay", "login-forgery", "session", "callback", "fuzz", "keys"),
    *("tampering", "return", "access", "openapi-access", "openapi-methods", "openapi-leaks"),
    *("injection", "leaks", "bodies", "transport", "hygiene", "load"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """The outcomes of one wallet in one topic group; the failures of `known` are accepted, those of `advice`
    turn nothing red, and neither is an outcome of these."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    known: list[Result] = field(default_factory=list)
    advice: list[Result] = field(default_factory=list)

    @property
    def judged(self) -> int:
        """How many checks applied."""
        return self.counts.total() - self.counts[Outcome.NOT_APPLICABLE] + self.accepted + len(self.advice)

    @property
    def accepted(self) -> int:
        """How many checks failed as known.toml says."""
        return len(self.known)

    @property
    def worst(self) -> Outcome | None:
        """The outcome that decides the cell's colour; None where nothing ran."""
        fallback = Outcome.NOT_APPLICABLE if self.known or self.advice else None
        return next((outcome for outcome in WORST_FIRST if self.counts[outcome]), fallback)


@dataclass(frozen=True, slots=True)
class Board:
    """Wallet × topic group. Results of the audit are not on it."""

    wallets: tuple[str, ...]
    groups: tuple[str, ...]
    cells: dict[tuple[str, str], Cell]
    levels: dict[str, int]

    def cell(self, wallet: str, group: str) -> Cell:
        """The cell, empty where nothing ran."""
        return self.cells.get((wallet, group), Cell())


@dataclass(frozen=True, slots=True)
class Summary:
    """What a reader asks first. `kind` follows the exit code of the same results.

    `accepted` are the known failures, clauses of the audit among them; they count nowhere else, and neither does
    `advice`.
    """

    kind: Kind
    counts: Counter[Outcome]
    level: int
    board: Board
    findings: tuple[Result, ...]
    accepted: tuple[Result, ...]
    advice: tuple[Result, ...]
    unsettled: tuple[Result, ...]  # inconclusive and errors of ours
    broken: int  # clauses of the audit
    missing: dict[str, tuple[Result, ...]]  # not applicable, by the missing capability


def summarise(results: Sequence[Result]) -> Summary:
    """The summary of a run; the results of the audit count for the verdict and stand apart from the board."""
    checks = [result for result in results if result.area != "audit"]
    accepted = [result for result in results if result.known]
    told = [result for result in checks if not (result.known or result.advice)]
    kind = _KINDS[exit_code(results)]
    return Summary(
        kind="accepted" if accepted and kind == "sound" else kind,
        counts=Counter(result.outcome for result in told),
        level=max((result.level for result in results), default=0),
        board=board(checks),
        findings=_sorted(told, Outcome.FAILED),
        accepted=tuple(sorted(accepted, key=by_severity)),
        advice=_sorted([result for result in checks if result.advice], Outcome.FAILED),
        unsettled=_sorted(checks, Outcome.INCONCLUSIVE, Outcome.ERROR),
        broken=sum(
            result.area == "audit" and result.outcome is Outcome.FAILED and not result.known for result in results
        ),
        missing=_missing(checks),
    )


def board(checks: Iterable[Result]) -> Board:
    """Counts the outcomes of each wallet in each topic group."""
    cells: dict[tuple[str, str], Cell] = {}
    levels: dict[str, int] = {}
    for result in checks:
        cell = cells.setdefault((result.wallet, result.group), Cell())
        if result.known:
            cell.known.append(result)
        elif result.advice:
            cell.advice.append(result)
        else:
            cell.counts[result.outcome] += 1
        levels[result.wallet] = max(levels.get(result.wallet, 0), result.level)
    wallets = sorted({wallet for wallet, _ in cells}, key=lambda wallet: (wallet == "-", wallet))
    groups = sorted({group for _, group in cells}, key=_place)
    return Board(tuple(wallets), tuple(groups), cells, levels)


def _place(group: str) -> tuple[int, str]:
    return (GROUPS.index(group) if group in GROUPS else len(GROUPS)), group


def _sorted(checks: Iterable[Result], *outcomes: Outcome) -> tuple[Result, ...]:
    return tuple(sorted((result for result in checks if result.outcome in outcomes), key=by_severity))


def _missing(checks: Iterable[Result]) -> dict[str, tuple[Result, ...]]:
    missing: dict[str, list[Result]] = {}
    for result in _sorted(checks, Outcome.NOT_APPLICABLE):
        missing.setdefault(result.capability or result.message or "-", []).append(result)
    return {reason: tuple(members) for reason, members in sorted(missing.items())}
