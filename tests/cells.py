"""The cells of the kill matrix (topic × wallet): which apply to a bench, and which a mutant claims, keeps or spoils."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fixtures.bench import Bench
from fixtures.capability import inapplicable
from fixtures.check import Check, registered
from fixtures.features import host, seats, target_seats
from fixtures.mutants.mutant import Mutant
from fixtures.network.troubles import fault_topics
from fixtures.openapi import Probe
from fixtures.openapi.permission import scope
from fixtures.seating import full_topic
from reports.kill_matrix import Cell

# Cells that apply to the wallet but not to the way in which the embedded merchant uses it.
OUT_OF_REACH: Mapping[tuple[str, str], str] = {
    ("pay.return-alone", "stripe"): "a payment intent confirmed in the page brings no buyer back by a URL of Stripe's",
    ("pay.return-alone", "wechatpay"): "a native payment is scanned; only H5 brings the buyer back",
    ("race.return", "stripe"): "a payment intent confirmed in the page brings no buyer back by a URL of Stripe's",
    ("race.return", "wechatpay"): "a native payment is scanned; only H5 brings the buyer back",
    **{
        (f"return.{name}", wallet): reason
        for wallet, reason in (
            ("stripe", "a payment intent confirmed in the page brings no buyer back by a URL of Stripe's"),
            ("wechatpay", "a native payment is scanned; only H5 brings the buyer back"),
        )
        for name in ("tampered", "replayed", "page", "redirect")
    },
    **{
        (f"browser.{name}", wallet): "the embedded shop sends its buyers to no page of this wallet's first setup"
        for name in ("pay", "return-alone", "return-race")
        for wallet in ("applepay", "googlepay", "ledger", "stripe", "trezor", "wechatpay")
    },
    **{
        (f"transport.{name}", "-"): "the embedded shop speaks http, to this machine alone"
        for name in ("tls-versions", "certificate", "hsts", "http")
    },
    ("hygiene.keys", "-"): "the keys of an embedded run are made for it",
    ("hygiene.tree", "-"): "the embedded merchant's description names no tree",
    ("leaks.return", "bitpay"): "the embedded shop's return address names no order",
    ("leaks.return", "stripe"): "a payment intent confirmed in the page brings no buyer back by a URL of Stripe's",
    ("leaks.return", "wechatpay"): "a native payment is scanned; only H5 brings the buyer back",
    ("requests.idempotency", "alipay"): "a page's trade begins in the buyer's browser, not with a merchant's call",
    ("requests.unknown-outcome", "alipay"): "a page's trade begins in the buyer's browser, not with a merchant's call",
    **{
        (topic, "alipay"): "a page's trade begins in the buyer's browser, not with a merchant's call"
        for topic in ("faults.try-again", *fault_topics("faults.create"))
    },
    **{
        (topic, "stripe"): "the embedded shop's intents are captured at once"
        for topic in ("faults.capture-later", *fault_topics("faults.capture"))
    },
    ("faults.redirect", "ledger"): "the embedded shop's Ethereum node asks for no password",
    ("faults.stale", "paypal"): "what pays there is the answer to the shop's own capture, which nobody asks for again",
    ("faults.slow-confirmation", "stripe"): "a payment intent confirmed in the page brings no buyer back",
    ("faults.slow-confirmation", "wechatpay"): "a native payment is scanned; only H5 brings the buyer back",
    ("amounts.odd-cents", "ledger"): "the embedded shop has no price in coins that floating point gets wrong",
    ("amounts.odd-cents", "trezor"): "the embedded shop has no price in coins that floating point gets wrong",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One cell and what it takes to run it."""

    cell: Cell
    check: Check
    setup: str
    extra: Any = None
    operations: Sequence[Probe] = ()


def tasks_of(bench: Bench, operations: Sequence[Probe] = (), at: str = "") -> dict[Cell, Task]:
    """Every cell that applies to this bench and is not out of reach; see `every_task`."""
    found = every_task(bench, operations, at)
    return {cell: task for cell, task in found.items() if (cell.topic, cell.wallet) not in OUT_OF_REACH}


def every_task(bench: Bench, operations: Sequence[Probe] = (), at: str = "") -> dict[Cell, Task]:
    """Every cell that applies to this bench, in the first of each wallet's modes that knows it, or at that setup."""
    wallets = sorted(bench.wallets.items(), key=lambda pair: pair[0] != at)
    found: dict[Cell, Task] = {}
    setups: dict[str, str] = {}
    for setup, wallet in wallets:
        setups.setdefault(wallet.name, setup)
    for check in registered():
        if check.each == "operation":
            for probe in operations:
                cell, setup = Cell(full_topic(check, probe), "-", _ran(check)), next(iter(setups.values()))
                if scope(check.topic, probe, bench.place(cell.topic, setup)) is None:
                    found[cell] = Task(cell, check, setup, probe)
            continue
        if check.each in ("target", "tampering"):
            setup = host(check, bench.wallets)
            for extra in target_seats(check, thorough=True):
                cell = Cell(full_topic(check, extra), "-", _ran(check))
                if inapplicable(check, cell.topic, bench.wallets[setup], bench.target, setup) is None:
                    found[cell] = Task(cell, check, setup, extra, operations)
            continue
        for setup, wallet in wallets:
            name = wallet.name
            if check.modes != "every" and setup != setups[name]:
                continue
            for extra in seats(check, wallet, bench.target.setups[setup].mode):
                topic = full_topic(check, extra)
                cell = Cell(topic, name, _ran(check))
                if inapplicable(check, topic, wallet, bench.target, setup) is None:
                    found.setdefault(cell, Task(cell, check, setup, extra))
    return found


def _ran(check: Check) -> str:
    return f"{check.function.__module__.replace('.', '/')}.py::{check.function.__name__}"


def claimed_cells(mutant: type[Mutant], tasks: Iterable[Cell]) -> list[Cell]:
    """The cells a mutant claims, among those that apply."""
    return [cell for cell in tasks if any(is_meant(cell, claim, mutant) for claim in mutant.claims)]


def kept_cells(mutant: type[Mutant], tasks: Iterable[Cell]) -> list[list[Cell]]:
    """For each topic that a mutant leaves alone, the cells that show it, among those that apply."""
    every = list(tasks)
    found = [[cell for cell in every if _kept(cell, keep, mutant)] for keep in sorted(mutant.keeps)]
    return [cells for cells in found if cells]


def _kept(cell: Cell, keep: str, mutant: type[Mutant]) -> bool:
    named = keep == f"{cell.topic}/{cell.wallet}"
    return (named or is_meant(cell, keep, mutant)) and not (follows(mutant, cell) and not named)


def is_meant(cell: Cell, claim: str, mutant: type[Mutant]) -> bool:
    """Whether a claim of the mutant means that cell."""
    among = not mutant.wallets or cell.wallet in mutant.wallets or cell.wallet == "-"
    return among and cell.wallet not in mutant.spares and claim in (cell.topic, f"{cell.topic}/{cell.wallet}")


def follows(mutant: type[Mutant], cell: Cell) -> bool:
    """Whether a failure of the cell is a consequence that the mutant lists; who breaks a purchase, breaks it in a
    browser, too."""
    if cell.topic.startswith("browser.") and not any(claim.startswith("browser.") for claim in mutant.claims):
        return True
    return cell.wallet in mutant.spares or any(_names(word, cell) for word in mutant.also)


def _names(word: str, cell: Cell) -> bool:
    topic, _, wallet = word.partition("/")
    named = topic in ("*", cell.topic) or cell.topic.startswith(f"{topic}.")
    return named and wallet in ("", cell.wallet)


def unclaimed(tasks: Iterable[Cell], mutants: Iterable[type[Mutant]]) -> list[Cell]:
    """The cells that no mutant claims."""
    known = list(mutants)
    every = list(tasks)
    claimed = {cell for mutant in known for cell in claimed_cells(mutant, every)}
    return sorted(set(every) - claimed, key=str)
