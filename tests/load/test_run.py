"""Real runs, a few seconds long: Locust, sandbox and merchant in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from fixtures.embedded import Gateways, embedded_merchant
from fixtures.preparing import prepare_embedded
from fixtures.processes import ROOT
from fixtures.sandbox.process import Sandbox, start_sandbox
from fixtures.target.reading import CANONICAL
from fixtures.wallets import discover
from load.__main__ import conduct
from load.plan import Plan

WALLETS = {name for name, wallet in discover().items() if wallet.travel == "pushed"}
SECONDS = "3"


def _load(out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "load", "--seconds", SECONDS, "--out", str(out), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def _outcomes(out: Path) -> dict[str, str]:
    rows = json.loads((out / "results.json").read_text("utf-8"))["results"]
    return {f"{row['topic']}/{row['wallet']}": row["outcome"] for row in rows}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """A run against the embedded merchant, and where it left its results."""
    out = tmp_path_factory.mktemp("load")
    return _load(out, "--rate", "5", "--seed", "11"), out


def test_the_reference_merchant_serves_everybody_and_its_books_balance(
    sound: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    ran, out = sound

    assert ran.returncode == 0, ran.stdout + ran.stderr
    outcomes = _outcomes(out)
    assert {name for name, outcome in outcomes.items() if outcome not in {"passed", "not_applicable"}} == set()
    assert {f"load.{story}/{wallet}" for story in ("purchase", "notification") for wallet in WALLETS} <= set(outcomes)
    assert outcomes["load.generator/-"] == "passed"
    for clause in ("paid-is-fulfilled", "fulfilled-once", "payee", "nothing-stuck", "no-orphan-payment"):
        assert outcomes[f"audit.{clause}/-"] == "passed"


def test_page_allure_and_locust_report_stand_beside_each_other(
    sound: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    _, out = sound
    written = [json.loads(file.read_text("utf-8")) for file in (out / "allure-results").glob("*-result.json")]

    labels = [label for one in written for label in one["labels"]]
    assert {"load", "audit"} <= {label["value"] for label in labels if label["name"] == "epic"}
    assert (out / "report.html").stat().st_size > 1000
    assert (out / "locust.html").stat().st_size > 1000


def test_locust_table_speaks_in_topics_and_wallets(sound: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    ran, _ = sound

    for topic in ("order.place", "order.read", "notification.accept", "purchase"):
        assert f"{topic}/stripe" in ran.stderr + ran.stdout


def test_a_merchant_that_delivers_for_every_repeat_is_found_in_the_books(tmp_path: Path) -> None:
    out = tmp_path / "out"
    plan = Plan(rate=4.0, seconds=float(SECONDS), buyers=20, wallet="every", seed=5)
    with ExitStack() as stack:
        session = prepare_embedded(
            tmp_path, stack, seed=5, examples=0, module="fixtures.mutants", document_at="/m/Reference"
        )
        mutant = session.looking_at(f"{session.embedded_url}/m/CountsEveryNotification")
        code = conduct(mutant, plan, out)

    assert code == 1
    assert _outcomes(out)["audit.fulfilled-once/-"] == "failed"


def test_a_target_file_says_what_must_be_kept(tmp_path: Path) -> None:
    keys = {name: wallet.published_keys() for name, wallet in discover().items()}
    with start_sandbox(keys) as sandbox, embedded_merchant(discover(), keys, Gateways.at(sandbox), tmp_path) as url:
        file = tmp_path / "target.toml"
        file.write_text(_target(url, sandbox, limit=0.0001), "utf-8")
        ran = _load(tmp_path / "out", "--target", str(file), "--rate", "3", "--wallet", "stripe")

    assert ran.returncode == 1, ran.stdout + ran.stderr
    outcomes = _outcomes(tmp_path / "out")
    assert outcomes["load.purchase/stripe"] == "passed"
    assert outcomes["load.latency.purchase-p50/-"] == "failed"
    assert "load.purchase/alipay" not in outcomes
    assert sandbox.token not in ran.stdout + ran.stderr + (tmp_path / "out" / "run.json").read_text("utf-8")


def test_locust_started_by_hand_closes_the_books_itself(tmp_path: Path) -> None:
    out = tmp_path / "out"

    ran = _locust("--seconds", "2", "--rate", "3", "--wallet", "paypal", "--out", str(out))

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert _outcomes(out)["load.purchase/paypal"] == "passed"
    assert _outcomes(out)["audit.fulfilled-once/-"] == "passed"


def test_locust_started_by_hand_refuses_a_target_without_consent(tmp_path: Path) -> None:
    ran = _locust("--target-url", "http://127.0.0.1:9", "--out", str(tmp_path))

    assert ran.returncode == 4
    assert "consent" in ran.stderr
    assert list(tmp_path.iterdir()) == []


def _locust(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "locust", "-f", "load/locustfile.py", "--headless", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def _target(url: str, sandbox: Sandbox, limit: float) -> str:
    own = f'\n[sandbox]\nurl = "{sandbox.url}"\ntoken = "{sandbox.token}"\n'
    level = f'\n[[service_levels]]\nmetric = "purchase"\npercentile = 50\nlimit = {limit}\nleast_samples = 3\n'
    canonical = CANONICAL.read_text("utf-8").replace("${BASE_URL}", url)
    return f'capabilities = ["load", "gateway"]\n{canonical}{own}{level}'
