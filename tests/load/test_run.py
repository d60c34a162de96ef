"""Real runs, a few seconds long: Locust, its engines, sandbox and merchant in processes of their own."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from fixtures.embedded import Gateways, embedded_merchant
from fixtures.preparing import prepare_embedded
from fixtures.processes import ROOT, stop
from fixtures.sandbox.process import Sandbox, start_sandbox
from fixtures.target.reading import CANONICAL
from fixtures.wallets import discover
from load.__main__ import conduct, main
from load.plan import Plan
from load.topics import ACCEPT, LETTER, PLACE, PURCHASE, READ

SECONDS = "3"
DEADLINE = 120  # seconds; on an idle machine a run takes twelve
Ran = subprocess.CompletedProcess[str]


def _load(out: Path, *arguments: str) -> Ran:
    command = [sys.executable, "-m", "load", "--seconds", SECONDS, "--out", str(out), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE, check=False)


def _outcomes(out: Path) -> dict[str, str]:
    rows = json.loads((out / "results.json").read_text("utf-8"))["results"]
    return {f"{row['topic']}/{row['wallet']}": row["outcome"] for row in rows}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    """A run of two workers against the embedded merchant, and where it left its results."""
    out = tmp_path_factory.mktemp("load")
    return _load(out, "--rate", "12", "--seed", "11", "--processes", "2"), out


def test_the_reference_merchant_serves_everybody_and_its_books_balance(sound: tuple[Ran, Path]) -> None:
    ran, out = sound

    assert ran.returncode == 0, ran.stdout + ran.stderr
    outcomes = _outcomes(out)
    assert {name for name, outcome in outcomes.items() if outcome not in {"passed", "not_applicable"}} == set()
    assert {f"load.{PURCHASE}/{wallet}" for wallet in discover()} <= set(outcomes)
    assert outcomes["load.generator/-"] == "passed"
    for clause in ("paid-is-fulfilled", "fulfilled-once", "payee", "nothing-stuck", "no-orphan-payment"):
        assert outcomes[f"audit.{clause}/-"] == "passed"


def test_both_workers_are_in_one_report(sound: tuple[Ran, Path]) -> None:
    _, out = sound
    run = json.loads((out / "run.json").read_text("utf-8"))[0]

    assert "engines: 2" in dict(run["load"]["facts"])["processor"]


def test_every_report_stands_beside_the_others(sound: tuple[Ran, Path]) -> None:
    _, out = sound
    written = [json.loads(file.read_text("utf-8")) for file in (out / "allure-results").glob("*-result.json")]

    labels = [label for one in written for label in one["labels"]]
    assert {"load", "audit"} <= {label["value"] for label in labels if label["name"] == "epic"}
    for name in ("report.html", "locust.html", "junit.xml"):
        assert (out / name).stat().st_size > 1000


def test_locust_table_is_filled_by_all_engines(sound: tuple[Ran, Path]) -> None:
    _, out = sound
    with (out / "locust_stats.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["Name"]: row for row in csv.DictReader(file)}

    topics = {name.partition("/")[0] for name in rows}
    assert {PLACE, READ, ACCEPT, LETTER, PURCHASE} <= topics
    placed = [int(row["Request Count"]) for name, row in rows.items() if name.startswith(f"{PLACE}/")]
    run = json.loads((out / "run.json").read_text("utf-8"))[0]
    line = next(line for line in run["load"]["steps"] if {PLACE, "-"} <= set(line.values()))
    assert sum(placed) == line["samples"]


def test_a_merchant_that_delivers_for_every_repeat_is_found_in_the_books(tmp_path: Path) -> None:
    out = tmp_path / "out"
    plan = Plan(rate=6.0, seconds=float(SECONDS), buyers=20, wallet="every", seed=5, process="constant", shape="soak")
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
        file.write_text(_target(url, sandbox, limit=0.01), "utf-8")
        ran = _load(tmp_path / "out", "--target", str(file), "--rate", "10", "--wallet", "stripe")

    assert ran.returncode == 1, ran.stdout + ran.stderr
    outcomes = _outcomes(tmp_path / "out")
    assert outcomes["load.purchase/stripe"] == "passed"
    assert outcomes["load.latency.purchase-p50/-"] == "failed"
    assert "load.purchase/alipay" not in outcomes
    assert sandbox.token not in ran.stdout + ran.stderr + (tmp_path / "out" / "run.json").read_text("utf-8")


def test_locust_started_by_hand_and_interrupted_drains_and_closes_the_books(tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = _locust("--seconds", "60", "--rate", "4", "--wallet", "paypal", "--out", str(out), "--print-stats")
    try:
        # Locust prints its table again and again, with our rows as soon as somebody has been served
        for text in process.stdout or ():
            if f"{PURCHASE}/paypal".encode() in text:
                os.kill(process.pid, signal.SIGINT)
                break
        printed, _ = process.communicate(timeout=DEADLINE)
    finally:
        stop(process)

    assert process.returncode == 2, printed
    outcomes = _outcomes(out)
    assert outcomes["load.purchase/paypal"] == "passed"
    assert outcomes["load.generator/-"] == "inconclusive"
    assert outcomes["audit.fulfilled-once/-"] == "passed"


@pytest.mark.parametrize(("flag", "value"), [("--processes", "0"), ("--processes", "65"), ("--prometheus", "nowhere")])
def test_what_the_machine_cannot_do_is_refused(capsys: pytest.CaptureFixture[str], flag: str, value: str) -> None:
    assert main([flag, value]) == 4
    assert flag in capsys.readouterr().err


def test_locust_started_by_hand_refuses_a_target_without_consent(tmp_path: Path) -> None:
    process = _locust("--target-url", "http://127.0.0.1:9", "--out", str(tmp_path))
    printed, _ = process.communicate(timeout=DEADLINE)

    assert process.returncode == 4
    assert b"consent" in printed
    assert list(tmp_path.iterdir()) == []


def _locust(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "locust", "-f", "load/locustfile.py", "--headless", *arguments]
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def _target(url: str, sandbox: Sandbox, limit: float) -> str:
    own = f'\n[sandbox]\nurl = "{sandbox.url}"\ntoken = "{sandbox.token}"\n'
    level = f'\n[[service_levels]]\nmetric = "purchase"\npercentile = 50\nlimit = {limit}\nleast_samples = 3\n'
    canonical = CANONICAL.read_text("utf-8").replace("${BASE_URL}", url)
    return f'capabilities = ["load", "gateway"]\n{canonical}{own}{level}'
