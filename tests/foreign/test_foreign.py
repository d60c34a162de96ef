"""The same suites, unchanged, at a shop of quite another shape: a target file is all they need to judge alike."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.foreign.running import TARGET, Foreign
from tests.suites import run_suites, topics

QUICK = (
    "pay.success",
    "pay.failure",
    "pay.return-alone",
    "notify.acknowledge",
    "notify.repeat",
    "refund.full",
    "refund.over",
    "close.cancel",
    "access.read",
    "amounts.wrong",
    "amounts.scale",
    "requests.signed",
    "requests.notify-url",
    "reconcile.lost-notification",
    "forgery.wrong-key",
    "forgery.tampered-amount",
    "substitution.order",
    "keys",
)
PARALLEL = ("-q", "-n", "2", "--dist", "loadgroup")
OWN_WORDS = """
[order.states]
pending = ["pending"]
paid = ["paid", "partly_refunded"]
failed = ["failed"]
cancelled = ["cancelled", "expired"]
refunded = ["refunded"]

"""


def test_a_target_file_alone_leads_to_the_same_verdicts(foreign: Foreign, tmp_path: Path) -> None:
    own = run_suites(tmp_path / "own", *PARALLEL, *topics(*QUICK))
    other = run_suites(
        tmp_path / "other", f"--target={TARGET}", *PARALLEL, *topics(*QUICK), environment=foreign.environment
    )

    assert (own.code, other.code) == (0, 0), other.text
    assert other.verdicts == own.verdicts
    assert set(other.verdicts.values()) == {"passed", "not_applicable"}
    assert {row["level"] for row in other.results} == {4}
    assert len(other.verdicts) > 130


def test_a_sandbox_serves_one_run_after_the_other(foreign: Foreign, tmp_path: Path) -> None:
    options = (f"--target={TARGET}", "-q", "--wallet=stripe", *topics("pay.success", "refund.full"))
    runs = [run_suites(tmp_path / name, *options, environment=foreign.environment) for name in ("first", "second")]

    assert [ran.code for ran in runs] == [0, 0], runs[1].text
    assert [ran.text.count("proved (2 of 2)") for ran in runs] == [runs[0].text.count("proved (2 of 2)")] * 2
    assert "proved (4 of 4)" not in runs[1].text


def test_an_adapter_in_python_says_what_a_target_file_cannot(foreign: Foreign, tmp_path: Path) -> None:
    text = TARGET.read_text(encoding="utf-8")
    head, rest = text.split("[order.read]")
    steps = rest[rest.index("[order.cancel]") :]
    capabilities = 'capabilities = ["gateway"'
    adapted = tmp_path / "target.toml"
    adapted.write_text(head.replace(capabilities, f'adapter = "books:Books"\n{capabilities}') + OWN_WORDS + steps)
    shutil.copy(Path(__file__).with_name("books.py"), tmp_path)

    ran = run_suites(
        tmp_path / "out",
        f"--target={adapted}",
        "-q",
        *("--wallet=alipay", "--wallet=stripe"),
        *topics("pay.success", "notify.repeat", "refund.partial", "amounts.zero-decimal", "amounts.shown", "close"),
        environment=foreign.environment,
    )

    checks = {identity: outcome for identity, outcome in ran.verdicts.items() if not identity.startswith("audit.")}
    assert ran.code == 0, ran.text
    assert checks["pay.success/alipay/key"] == checks["refund.partial/stripe/intent"] == "passed"
    assert set(checks.values()) <= {"passed", "not_applicable"}
