"""Payloads and where they are put."""

from __future__ import annotations

import pytest
from defusedxml import DTDForbidden, ElementTree

from fixtures.strategies.injections import LOOKUPS, Payload, bomb, documents, nested, pointed, replaced, worded


def test_a_payload_stands_around_the_genuine_value() -> None:
    """The value is where the braces are; what is no text stays what it is."""
    assert Payload("", "{}' AND '1'='1").around("A1") == "A1' AND '1'='1"
    assert Payload("", {"$ne": ""}).around("A1") == {"$ne": ""}
    assert len({one.name for one in LOOKUPS}) == len(LOOKUPS)


def test_only_texts_that_are_exactly_the_value_are_replaced() -> None:
    """At any depth, and counted."""
    statement = {"id": "A1", "data": [{"reference": "A1", "url": "/orders/A1"}], "amount": 1}

    changed, count = replaced(statement, "A1", "x")

    assert changed == {"id": "x", "data": [{"reference": "x", "url": "/orders/A1"}], "amount": 1}
    assert count == 2
    assert statement["id"] == "A1"


def test_a_payers_words_stand_in_his_own_fields() -> None:
    """Names and notes, but not a field that holds the order's number; where there is none, one is added."""
    statement = {"payer": {"name": {"given_name": "Ann"}, "email_address": "a@b.c"}, "attach": "A1", "total": "1.00"}

    assert worded(statement, "x", "A1") == {
        "payer": {"name": {"given_name": "x"}, "email_address": "x"},
        "attach": "A1",
        "total": "1.00",
    }
    assert worded({"total": "1.00"}, "x", "A1") == {"total": "1.00", "note": "x"}


def test_every_link_leads_to_the_canary() -> None:
    """Those that were there, and those that an API might have."""
    changed = pointed({"resource": {"href": "https://api.example/1"}, "id": "1"}, "http://canary")

    assert changed["resource"] == {"href": "http://canary"}
    assert changed["href"] == changed["links"][0]["href"] == "http://canary"
    assert changed["id"] == "1"


def test_a_document_names_its_own_address() -> None:
    """Each by its own canary, so that a visit tells which was read."""
    made = documents({"entity": "http://canary/1", "inclusion": "http://canary/2"})

    assert b"http://canary/1" in made["entity"]
    assert b"http://canary/2" in made["inclusion"]


def test_a_bomb_is_small_and_refused_by_a_careful_parser() -> None:
    """Ten to the sixth words of eleven letters, from less than a kilobyte."""
    assert len(bomb()) < 1024
    with pytest.raises(DTDForbidden):
        ElementTree.fromstring(bomb(), forbid_dtd=True)


def test_nesting_is_balanced() -> None:
    """So that depth is all that is wrong with it."""
    made = nested(3)

    assert made["JSON lists"][1] == b"[[[]]]"
    assert made["JSON objects"][1] == b'{"a":{"a":{"a":1}}}'
    assert made["XML elements"][1] == b"<xml><xml><xml></xml></xml></xml>"
