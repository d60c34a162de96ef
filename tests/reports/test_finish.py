"""The end of a run writes everything, masked, and the reports can be written again from what it leaves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.audit import audit
from fixtures.books import OrderRecord
from fixtures.model import Message, Money, OrderState, Payment, PaymentState, View
from reports.books import OUTCOMES, results_of
from reports.command import main
from reports.finish import finish
from reports.masking import Mask
from reports.results import read_results
from tests.reports.examples import ALL, FAILED, NOTIFICATION, PASSED

SECRET = "sk_test_4eC39HqLyjWDarjtT1"
PRICE = Money(1250, "CNY")
PAYMENT = Payment("alipay", "key", "T1", "R1", PRICE, PaymentState.PAID, PRICE, paid_at=1.0)
RECORD = OrderRecord("O1", "R1", "alipay", "alipay", PRICE, View("O1", OrderState.PAID, fulfilments=2))
BOOKS = audit([NOTIFICATION], [PAYMENT], [RECORD])


def finished(out: Path) -> str:
    """A run whose every text holds a secret."""
    request = Message("POST", f"http://127.0.0.1/{SECRET}", (("X-Other", SECRET),), SECRET.encode())
    told = replace(
        FAILED,
        topic="forgery.unsigned",
        message=f"refused {SECRET}",
        observed=f"line\n{SECRET} \ud800",
        steps=(SECRET,),
        exchanges=(replace(NOTIFICATION, request=request),),
    )
    return finish(
        [*ALL, told, replace(PASSED, topic="pay.abandon", exchanges=(NOTIFICATION,))],
        BOOKS,
        out=out,
        environment={"seed": "7", "token": "environment-value"},
        mask=Mask([SECRET]),
        target=f"http://shop/{SECRET}",
    )


def test_no_secret_reaches_any_file_or_the_terminal(tmp_path: Path) -> None:
    text = finished(tmp_path)

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    told = [text, *(path.read_text(encoding="utf-8") for path in files)]
    assert {"results.json", "run.json", "report.html", "categories.json"} <= {path.name for path in files}
    assert not [page for page in told if SECRET in page or "environment-value" in page]


def test_the_clauses_of_the_audit_are_results_too(tmp_path: Path) -> None:
    finished(tmp_path)

    outcomes = {one.topic: one.outcome for one in read_results(tmp_path / "results.json") if one.area == "audit"}
    assert outcomes == {f"audit.{clause.name}": OUTCOMES[clause.verdict] for clause in BOOKS.clauses}


def test_a_run_without_an_audit_is_reported(tmp_path: Path) -> None:
    finish([PASSED], None, out=tmp_path, environment={}, mask=Mask([]), target="t")

    assert "No audit was made" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert results_of(None, 3) == []


def test_the_reports_can_be_written_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = finished(tmp_path)
    first = (tmp_path / "report.html").read_text(encoding="utf-8")
    (tmp_path / "report.html").unlink()

    main(["--out", str(tmp_path)])

    assert capsys.readouterr().out == text
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == first


def test_writing_again_what_is_not_there_is_a_wrong_configuration(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--out", str(tmp_path)])

    assert ended.value.code == 4


def test_a_run_of_another_schema_is_refused(tmp_path: Path) -> None:
    finished(tmp_path)
    [run] = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    (tmp_path / "run.json").write_text(json.dumps([{**run, "schema": 2}]), encoding="utf-8")

    with pytest.raises(SystemExit) as ended:
        main(["--out", str(tmp_path)])

    assert ended.value.code == 4
