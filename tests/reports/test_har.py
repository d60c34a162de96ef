"""A HAR file says in HAR's own words what was exchanged; each result that did not pass has one."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixtures.model import Answer, Call, Exchange, Message
from reports.har import archive, file_name, write_evidence
from tests.reports.examples import FAILED, GATEWAY_CALL, INCONCLUSIVE, NOTIFICATION, PASSED

# What HAR 1.2 requires of each object.
REQUIRED = {
    "entry": {"startedDateTime", "time", "request", "response", "cache", "timings"},
    "request": {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"},
    "response": {
        *("status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL"),
        *("headersSize", "bodySize"),
    },
    "timings": {"send", "wait", "receive"},
    "content": {"size", "mimeType"},
}


def entries(*exchanges: Exchange) -> list[dict[str, Any]]:
    """The archive's entries."""
    log = json.loads(archive(exchanges, "the title"))["log"]
    assert log["version"] == "1.2"
    assert log["creator"]["name"] == "walletproof"
    assert log["comment"] == "the title"
    found: list[dict[str, Any]] = log["entries"]
    return found


def test_each_exchange_is_a_complete_entry_in_the_order_of_time() -> None:
    made = entries(NOTIFICATION, GATEWAY_CALL)

    for entry in made:
        assert set(entry) >= REQUIRED["entry"]
        assert set(entry["request"]) >= REQUIRED["request"]
        assert set(entry["response"]) >= REQUIRED["response"]
        assert set(entry["response"]["content"]) >= REQUIRED["content"]
        assert set(entry["timings"]) >= REQUIRED["timings"]
    assert [entry["request"]["url"] for entry in made] == [
        "http://127.0.0.1:9000/wechatpay/v3/pay/transactions/native",
        "http://127.0.0.1:8000/notify/alipay",
    ]
    assert made[1]["startedDateTime"] == "2023-11-14T22:13:21+00:00"
    assert made[1]["time"] == made[1]["timings"]["wait"] == 12.0
    assert made[1]["request"]["postData"] == {
        "mimeType": "application/x-www-form-urlencoded",
        "text": "out_trade_no=R1&it's=a%2Fb",
    }
    assert made[1]["response"]["content"]["text"] == "success"


def test_an_exchange_without_an_answer_has_status_0_and_says_why() -> None:
    [entry] = entries(replace(GATEWAY_CALL, call=Call("wechatpay", "create")))

    assert entry["response"]["status"] == 0
    assert entry["comment"] == "target → wallet:wechatpay; create; connection cut"


def test_a_body_that_is_no_text_is_base64() -> None:
    request = replace(NOTIFICATION.request, body=b"\xff\x00")
    [entry] = entries(replace(NOTIFICATION, request=request, answer=Answer(299, (), b"\xfe")))

    assert base64.b64decode(entry["request"]["postData"]["text"]) == b"\xff\x00"
    assert entry["request"]["postData"]["comment"].startswith("base64")
    assert entry["response"]["content"]["encoding"] == "base64"
    assert base64.b64decode(entry["response"]["content"]["text"]) == b"\xfe"
    assert entry["response"]["statusText"] == ""


def test_the_query_and_a_redirection_are_taken_apart() -> None:
    request = Message("GET", "http://shop/return?a=1&b=%E8%8C%B6&c=")
    [entry] = entries(replace(NOTIFICATION, request=request, answer=Answer(302, (("Location", "/thanks"),))))

    assert [(pair["name"], pair["value"]) for pair in entry["request"]["queryString"]] == [
        ("a", "1"),
        ("b", "茶"),
        ("c", ""),
    ]
    assert entry["response"]["redirectURL"] == "/thanks"
    assert "postData" not in entry["request"]


@pytest.mark.parametrize("identity", ["notify.repeat/alipay/key", "audit.payee/-/-"])
def test_a_file_is_named_by_the_identity(identity: str) -> None:
    assert file_name(identity) == identity.replace("/", ".") + ".har"


def test_names_of_awkward_identities_are_harmless_and_different() -> None:
    first, second = (file_name(f"openapi.{line}/-/-") for line in ("GET /orders/{id}", "GET /orders/<id>"))

    assert first != second
    assert not set(first + second) & set('/\\<>{} :*?"|')
    assert len(file_name("x" * 500)) < 150


def test_archives_stand_beside_the_results_and_old_ones_go(tmp_path: Path) -> None:
    evidence = INCONCLUSIVE.exchanges or FAILED.exchanges
    unsettled, passed = replace(INCONCLUSIVE, exchanges=evidence), replace(PASSED, exchanges=evidence, topic="pay.x")
    write_evidence([FAILED, unsettled, passed], tmp_path)
    assert {file.name for file in (tmp_path / "evidence").iterdir()} == {
        "notify.repeat.alipay.key.har",
        "reconcile.books.alipay.key.har",
    }

    write_evidence([unsettled], tmp_path)
    assert [file.name for file in (tmp_path / "evidence").iterdir()] == ["reconcile.books.alipay.key.har"]


def test_two_tables_of_one_wallet_and_mode_have_a_file_each(tmp_path: Path) -> None:
    write_evidence([FAILED, replace(FAILED, setup="alipay-second")], tmp_path)

    assert {file.name for file in (tmp_path / "evidence").iterdir()} == {
        "notify.repeat.alipay.key.alipay.har",
        "notify.repeat.alipay.key.alipay-second.har",
    }
