"""The checks themselves: how they are written, what they cite, and that nothing is claimed twice."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.capability import citation
from fixtures.check import Check, registered
from fixtures.features import lacks, seats
from fixtures.trial import import_suites
from fixtures.wallets import discover

import_suites()
ROOT = Path(__file__).parent.parent
CHECKS = {check.topic + (f" below {check.below}" if check.below else ""): check for check in registered()}
WALLETS = discover()
FORBIDDEN = (ast.If, ast.For, ast.While, ast.Try)
LONGEST = 15  # statements; a longer check is two checks


def _tree(check: Check) -> ast.FunctionDef:
    tree = ast.parse(textwrap.dedent(inspect.getsource(check.function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return tree


def _topics(check: Check, wallet: str) -> Iterator[str]:
    if lacks(check, WALLETS[wallet]) is not None:
        return
    for mode in WALLETS[wallet].modes:
        for each in seats(check, WALLETS[wallet], mode):
            yield check.topic if each is None else f"{check.topic}.{each.name}"


@pytest.mark.parametrize("topic", CHECKS)
def test_a_check_reads_as_a_sentence(topic: str) -> None:
    """A check has a requirement, no branches, no loops, no sleeps, and fits on a page."""
    check = CHECKS[topic]
    tree = _tree(check)
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}

    assert check.requirement.endswith(".")
    assert not [node for node in ast.walk(tree) if isinstance(node, FORBIDDEN)]
    assert "sleep" not in names
    assert len(statements) <= LONGEST
    assert any(isinstance(node, ast.Assert) for node in statements) or check.each == "operation"


@pytest.mark.parametrize("topic", CHECKS)
def test_a_check_names_no_wallet(topic: str) -> None:
    """What is special about a wallet stands in the wallet's own package."""
    texts = {node.value for node in ast.walk(_tree(CHECKS[topic])) if isinstance(node, ast.Constant)}

    assert not texts & set(WALLETS)


@pytest.mark.parametrize("wallet", WALLETS)
def test_every_topic_is_cited_or_reasoned_away(wallet: str) -> None:
    """Each check either cites the wallet's documentation or has a reason why it does not apply."""
    docs = WALLETS[wallet].docs
    own = [check for check in CHECKS.values() if check.each not in ("operation", "target") and not check.source]
    topics = {topic for check in own for topic in _topics(check, wallet)}
    silent = sorted(
        topic
        for topic in topics
        if citation(topic, WALLETS[wallet]) is None
        and topic not in docs.not_applicable
        and topic.split(".")[0] not in docs.not_applicable
    )

    assert silent == []


@pytest.mark.parametrize("wallet", WALLETS)
def test_a_wallet_brings_at_least_twelve_forgeries(wallet: str) -> None:
    """Each forgery has a name of its own, what is wrong, what it costs and where it was seen."""
    forgeries = [forgery for forgery in WALLETS[wallet].forgeries if forgery.group == "forgery"]
    names = [(forgery.group, forgery.name) for forgery in WALLETS[wallet].forgeries]

    assert len(forgeries) >= 12
    assert len(set(names)) == len(names)
    assert [forgery.name for forgery in forgeries if not (forgery.wrong and forgery.cost and forgery.seen_in)] == []


@pytest.mark.parametrize("folder", ["conformance", "fixtures", "load", "reports", "security", "walletproof.py"])
def test_no_file_grows_beyond_reading(folder: str) -> None:
    """No module of the project is longer than an evening's reading."""
    path = ROOT / folder
    files = path.rglob("*.py") if path.is_dir() else [path]
    long = {str(file.relative_to(ROOT)): count for file in files if (count := len(file.read_text().splitlines())) > 300}

    assert long == {}
