"""Faults are set, watched and ended by hand."""

from __future__ import annotations

import re

import pytest

from fixtures.network.faults import EVERY_OPERATION, KINDS
from fixtures.sandbox.dashboard.fault_words import KIND_WORDS
from tests.sandbox.dashboard.conftest import Site
from tests.sandbox.dashboard.reading import problem, rows, text_of


def test_every_kind_of_trouble_has_its_sentence() -> None:
    assert set(KIND_WORDS) == set(KINDS)


def test_a_fault_is_set_seen_and_ended(site: Site) -> None:
    assert "No fault is set" in text_of(site.get("/faults").text)
    site.post("/faults", call="toy/create", kind="hold-before", after="2", times="3", seconds="5", reference="a")

    (armed,) = site.state.faults.all()
    fault = armed.fault
    assert (fault.operation, fault.kind, fault.after, fault.times, fault.seconds, fault.reference) == (
        "create",
        "hold-before",
        2,
        3,
        5.0,
        "a",
    )
    (row,) = rows(site.get("/faults").text)
    assert "0 / 3" in row and "Release" in row
    assert site.post("/faults/release", id=fault.id).status_code == 303
    assert site.post("/faults/end", id=fault.id).status_code == 303
    assert site.state.faults.all() == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"call": "toy/fly", "kind": "slow"}, "no call"),
        ({"call": "nobody/create", "kind": "slow"}, "no call"),
        ({"call": "toy/create", "kind": "gloom"}, "no trouble"),
        ({"call": "toy/create", "kind": "slow", "times": "0"}, "times"),
        ({"call": "toy/create", "kind": "slow", "after": "-1"}, "after"),
        ({"call": "toy/create", "kind": "slow", "seconds": "nan"}, "seconds"),
        ({"call": "toy/create", "kind": "stale"}, "stale"),
        ({}, "no call"),
    ],
)
def test_a_fault_that_cannot_be_is_told_and_what_was_filled_in_stays(
    site: Site, fields: dict[str, str], told: str
) -> None:
    answer = site.post("/faults", **{"reference": "kept", **fields})

    assert answer.status_code == 409 and told in problem(answer.text)
    assert 'value="kept"' in answer.text and site.state.faults.all() == []


def test_a_payment_leads_to_a_fault_of_its_own(site: Site) -> None:
    page = site.get(f"/faults?call=toy/{EVERY_OPERATION}&reference=a").text

    assert re.search(r'value="toy/\*" selected', page) and 'name="reference" value="a"' in page


@pytest.mark.parametrize("deed", ["end", "release"])
def test_a_fault_that_there_is_not_cannot_be_ended(site: Site, deed: str) -> None:
    assert site.post(f"/faults/{deed}", id="fault-9").status_code == 404


def test_the_list_is_sent_again_only_when_it_has_changed(site: Site) -> None:
    found = re.search(r'hx-get="([^"]+)"', site.get("/faults").text)
    assert found is not None

    assert site.browser.get(found[1]).status_code == 204
    site.post("/faults", call="toy/*", kind="slow")
    assert "slow" in site.browser.get(found[1]).text
