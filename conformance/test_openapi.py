"""The target measured by its own OpenAPI document: each operation a result of its own."""

from __future__ import annotations

from fixtures.check import check
from fixtures.openapi import Probe
from fixtures.openapi.conforming import keeps_to_the_document
from fixtures.openapi.examiner import Examiner
from fixtures.openapi.haggling import cannot_be_haggled_with
from fixtures.openapi.linking import told_along_links
from fixtures.openapi.methods import hidden_methods_do_nothing
from fixtures.openapi.spilling import keeps_its_secrets
from fixtures.openapi.strangers import is_closed_to_strangers


@check(
    "openapi",
    severity="normal",
    needs="openapi",
    each="operation",
    costs="Clients built on the document break, or the shop does.",
)
def test_an_operation_keeps_to_the_document(examiner: Examiner, operation: Probe) -> None:
    """What the document allows is answered as it says, and what it forbids without a crash."""
    keeps_to_the_document(operation, examiner)


@check(
    "openapi-access",
    severity="critical",
    needs="openapi",
    each="operation",
    costs="Strangers read, change and cancel what is not theirs.",
    source="https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
)
def test_an_operation_is_closed_to_strangers(examiner: Examiner, operation: Probe) -> None:
    """What serves an order's buyer serves neither another buyer, nor made-up credentials, nor none."""
    is_closed_to_strangers(operation, examiner)


@check(
    "openapi-methods",
    severity="critical",
    needs="openapi",
    each="operation",
    costs="Somebody overwrites prices or orders by a request that nobody thought of.",
    source="https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html",
)
def test_what_can_be_read_is_not_overwritten_by_a_hidden_method(examiner: Examiner, operation: Probe) -> None:
    """A method that the document does not have for a path changes nothing of what is read there."""
    hidden_methods_do_nothing(operation, examiner)


@check(
    "openapi-money",
    severity="critical",
    needs="openapi",
    each="operation",
    costs="Goods leave for less than their price, or a sum is off by what floating point lost.",
    source="https://cwe.mitre.org/data/definitions/1284.html",
)
def test_an_operation_cannot_be_haggled_with(examiner: Examiner, operation: Probe) -> None:
    """Sums are exact in every answer; odd numbers and unasked fields neither crash it nor make anything cheaper."""
    cannot_be_haggled_with(operation, examiner)


@check(
    "openapi-leaks",
    severity="critical",
    needs="openapi",
    each="operation",
    costs="Whoever asks wrongly is told keys, card numbers, or how to break in.",
    source="https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html",
)
def test_an_operation_keeps_its_secrets(examiner: Examiner, operation: Probe) -> None:
    """No answer, to whatever request, holds a secret of the shop, a card number or the inside of its program."""
    keeps_its_secrets(operation, examiner)


@check(
    "openapi-links",
    severity="normal",
    needs="openapi",
    each="target",
    costs="What one request gives, the next one cannot use.",
    source="https://spec.openapis.org/oas/v3.1.0#link-object",
)
def test_what_one_operation_gives_the_next_one_takes(examiner: Examiner) -> None:
    """Stories along the document's links, or those that its names suggest, are answered as it says from end to end."""
    assert told_along_links(examiner) > 0
