"""The target measured by its own OpenAPI document: each operation a result of its own."""

from __future__ import annotations

from typing import Any

from fixtures.check import check
from fixtures.openapi import Probe
from fixtures.stories.examples import Storyteller
from fixtures.target.target import Target


@check(
    "openapi",
    severity="normal",
    needs="openapi",
    each="operation",
    costs="Clients built on the document break, or the shop does.",
)
def test_an_operation_keeps_to_the_document(target: Target, operation: Probe, storyteller: Storyteller) -> None:
    """What the document allows is answered as it says: without a crash, in the right shape, to the right people."""

    def story(case: Any) -> None:
        operation.ask(case, target.base_url, target.credentials("first"), target.ask)

    storyteller.tell(story, operation.cases())
