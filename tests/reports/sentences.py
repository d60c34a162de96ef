"""Every sentence that a report may show: what checks, wallets and loads say of themselves, and what went wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any, get_args

from fixtures.check import registered
from fixtures.features import FEATURES
from fixtures.target.tampering import TAMPERINGS
from fixtures.trial import import_suites
from fixtures.wallets import discover
from fixtures.wallets.interface import Wallet
from load import sentences
from load.plan import Process, Shape
from load.topics import LETTER, METRICS
from reports import known
from tests.reports import places


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
    own: Sequence[Any] = [one for name in places.WALLETS_OWN for one in getattr(wallet, name, ())]
    for one in own:
        yield from (one.wrong, one.cost)


@cache
def names() -> frozenset[str]:
    """Names that must be told in Chinese, too. Those of plots are found where they are drawn."""
    return frozenset({*METRICS, *get_args(Shape), *get_args(Process), *places.IMPACTS, *places.ENVIRONMENT})


@cache
def rules() -> frozenset[str]:
    """What the rules of axe ask for, as it is installed."""
    if find_spec("axe_playwright_python") is None:
        return frozenset()
    from axe_playwright_python.base import AXE_SCRIPT

    return frozenset(found["help"] for found in places.RULE.finditer(AXE_SCRIPT))


@cache
def mentioned() -> frozenset[str]:
    """Every text that stands in the code where names come from."""
    trees = (ast.parse((places.ROOT / place).read_text(encoding="utf-8")) for place in places.NAMING)
    return frozenset(_text(node).strip() for tree in trees for node in ast.walk(tree)) | names()


@cache
def written() -> frozenset[str]:
    """Reasons and requirements as the code writes them; `{}` stands for each part that varies."""
    found = (text for folder in places.FOLDERS for path in (places.ROOT / folder).rglob("*.py") for text in _in(path))
    return (places.JOINTS | places.PUT_TOGETHER | places.PYTEST).union(found)


def _in(path: Path) -> Iterator[str]:
    place, source = path.relative_to(places.ROOT).as_posix(), path.read_text(encoding="utf-8")
    refusing = places.REFUSING if places.PROOF.fullmatch(place) else frozenset()
    telling = places.TELLING | places.TELLING_THERE.get(place, refusing)
    called = places.RAISED | places.UNSETTLED | places.SPOILT | places.CALLED_THERE.get(place, frozenset())
    bound, notes = places.NAMED.get(place, frozenset()), place in places.NOTING
    if not bound and not notes and not any(name in source for name in called | telling):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in called and not _sandboxed(path):
            yield from _texts(node.args)
        if isinstance(node, ast.keyword) and notes and node.arg in ("note", "error"):
            yield from _texts([node.value])
        if isinstance(node, ast.FunctionDef) and node.name in telling:
            given = [one for one in ast.walk(node) if isinstance(one, ast.Return | ast.Yield)]
            yield from _texts([one.value for one in given if one.value])
        if isinstance(node, ast.Assign) and bound.intersection(_bound(node.targets[0])):
            yield from _texts([node.value])


def _sandboxed(path: Path) -> bool:
    """Whether what is refused there is refused to a person or a program, never to a check."""
    return any(path.is_relative_to(places.ROOT / "fixtures" / room) for room in ("sandbox", "mutants"))


def _bound(target: ast.expr) -> list[str]:
    return [_name(one) for one in (target.elts if isinstance(target, ast.Tuple) else [target])]


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return _name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _texts(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The sentences in these expressions, words and joints left out."""
    for node in nodes:
        text = _text(node).removeprefix("not applicable: ").strip()
        if places.SENTENCE.search(text):
            yield text
        elif not isinstance(node, ast.JoinedStr):
            yield from _texts(ast.iter_child_nodes(node))


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "{}" for part in node.values)
    return ""
