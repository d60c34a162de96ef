"""The payment page of Alipay, opened as the SDKs would have the browser open it."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
import pytest

from tests.oracles.foreign.judges import ALIPAY, NOTIFY_URL, RETURN_URL
from tests.oracles.foreign.merchant import Merchant

NODE = [judge for judge in ALIPAY if judge.sdk == "alipay-sdk"]


@dataclass(frozen=True, slots=True)
class Form:
    """The one form of a page: its address and its fields."""

    action: str
    fields: Mapping[str, str]

    @classmethod
    def of(cls, page: str) -> Form:
        """Read without the parser of the standard library, which takes `&times` in an address for an entity."""
        action = re.search(r'<form action="([^"]*)"', page)
        assert action
        fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
        return cls(action[1], {name: html.unescape(value) for name, value in fields})


def shown(merchant: Merchant, reference: str, answer: httpx.Response) -> None:
    """The cashier page shows the sum, and the ledger knows the order."""
    assert answer.status_code == 200 and str(merchant.judge.money.major) in answer.text
    payment = merchant.ledger(reference)
    assert (payment.mode, payment.asked) == (merchant.judge.mode, merchant.judge.money)
    assert (payment.notify_url, payment.return_url) == (NOTIFY_URL, RETURN_URL)


@pytest.mark.parametrize("merchant", ALIPAY, ids=str, indirect=True)
def test_the_page_is_opened_by_its_address(merchant: Merchant) -> None:
    reference = uuid.uuid4().hex
    shown(merchant, reference, httpx.get(merchant.page(reference, "GET"), trust_env=False))


@pytest.mark.parametrize("merchant", NODE, ids=str, indirect=True)
def test_the_page_is_opened_by_posting_the_form(merchant: Merchant) -> None:
    reference = uuid.uuid4().hex
    form = Form.of(merchant.page(reference, "POST"))
    shown(merchant, reference, httpx.post(form.action, data=dict(form.fields), trust_env=False))
