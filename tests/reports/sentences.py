"""Every sentence of the suites that a report may show: what checks and wallets say of themselves, and why not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from fixtures.check import registered
from fixtures.features import FEATURES
from fixtures.target.tampering import TAMPERINGS
from fixtures.trial import import_suites
from fixtures.wallets import discover
from fixtures.wallets.interface import Wallet
from load import sentences
from load.topics import LETTER
from reports import known

ROOT = Path(__file__).parents[2]
FOLDERS = ("conformance", "security", "fixtures", "load")
RAISED = frozenset({"NotApplicable", "NoBrowser", "Unfillable", "Refused", "require", "_unsuited"})
"""Calls whose texts are reasons why something does not apply."""
UNSETTLED = frozenset({"Inconclusive", "TargetUnwell", "_speaking"})
"""Calls whose texts are reasons why nothing could be said, or what was being done then."""
TELLING = frozenset({"inapplicable", "out_of_scope", "closed"})
"""Functions that return such a reason."""
TELLING_THERE = {
    "fixtures/openapi/examiner.py": frozenset({"_exhausted"}),
    "fixtures/session.py": frozenset({"name"}),
    "fixtures/target/operations.py": frozenset({"refusal"}),
    "load/levels.py": frozenset({"title"}),
    "load/report.py": frozenset({"pace"}),
    "load/sentences.py": frozenset({"title"}),
    "load/shares.py": frozenset({"__str__"}),
}
"""Functions that return a requirement, or something else that is shown, by file."""
NAMED = {
    "fixtures/capability.py": frozenset({"ELSEWHERE"}),
    "fixtures/target/shelf.py": frozenset({"another", "asked"}),
    "load/generator.py": frozenset({"lags", "told"}),
    "load/mix.py": frozenset({"reasons"}),
    "load/report.py": frozenset({"OVERLOADED", "reason", "text", "until", "wallet"}),
    "load/shown.py": frozenset({"LACK"}),
}
"""Names to which such a text is bound, by file."""
SENTENCE = re.compile(r"\w\W* \S*\w")
WALLETS_OWN = ("forgeries", "login_forgeries", "traps", "callbacks")


@cache
def plain() -> frozenset[str]:
    """What checks, wallets, forgeries and stories of a load say of themselves, on one line each."""
    import_suites()
    found = chain(
        (text for check in registered() for text in (check.requirement, check.costs)),
        chain.from_iterable(_of(wallet) for wallet in discover().values()),
        (feature.missing for feature in FEATURES.values()),
        (tampering.wrong for tampering in TAMPERINGS),
        (*sentences.TITLES.values(), *sentences.COSTS.values(), sentences.cost(LETTER), known.REQUIREMENT),
    )
    return frozenset(" ".join(text.split()) for text in found if text)


def _of(wallet: Wallet) -> Iterator[str]:
    docs = wallet.docs
    yield from (*docs.not_applicable.values(), *docs.not_tested, *docs.not_tested.values())
    own: Sequence[Any] = [one for name in WALLETS_OWN for one in getattr(wallet, name, ())]
    for one in own:
        yield from (one.wrong, one.cost)


@cache
def written() -> frozenset[str]:
    """Reasons and requirements as the code writes them; `{}` stands for each part that varies."""
    return frozenset(text for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") for text in _in(path))


def _in(path: Path) -> Iterator[str]:
    place, source = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    telling = TELLING | TELLING_THERE.get(place, frozenset())
    if place not in NAMED and not any(name in source for name in RAISED | UNSETTLED | telling):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in RAISED | UNSETTLED and not _sandboxed(path):
            yield from _texts(node.args)
        if isinstance(node, ast.FunctionDef) and node.name in telling:
            yield from _texts([one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value])
        if isinstance(node, ast.Assign) and _name(node.targets[0]) in NAMED.get(place, ()):
            yield from _texts([node.value])


def _sandboxed(path: Path) -> bool:
    """Whether what is refused there is refused to a person or a program, never to a check."""
    return path.is_relative_to(ROOT / "fixtures" / "sandbox") or path.is_relative_to(ROOT / "fixtures" / "mutants")


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return _name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _texts(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The sentences in these expressions, words and joints left out."""
    for node in nodes:
        text = _text(node).removeprefix("not applicable: ").strip()
        if SENTENCE.search(text):
            yield text
        elif not isinstance(node, ast.JoinedStr):
            yield from _texts(ast.iter_child_nodes(node))


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "{}" for part in node.values)
    return ""
