"""Several machines: sandbox, merchant and Locust's master on one host, a worker on each of two others."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fixtures.embedded import Gateways, merchant_settings
from fixtures.target.reading import CANONICAL
from fixtures.wallets import discover
from tests.load.hosts import ADDRESS, Host, hosts, lack

WALLETS = ("paypal", "stripe")
PORT = 8900  # hosts of their own have ports of their own
DEADLINE = 20.0  # seconds


def test_a_run_over_three_hosts_is_one_run_with_one_audit(tmp_path: Path) -> None:
    if reason := lack():
        pytest.skip(reason)
    out, target = tmp_path / "out", tmp_path / "target.toml"
    with hosts(others=2) as (desk, *others):
        target.write_text(_target(tmp_path, desk), "utf-8")
        workers = [_locust(host, "--worker", "--master-host", ADDRESS) for host in others]
        pace = ["--rate", "8", "--seconds", "3", "--seed", "4", "--target", str(target), "--out", str(out)]
        master = _locust(desk, "--master", "--expect-workers", "2", "--headless", "--only-summary", *pace)
        printed, _ = master.communicate(timeout=90)
        assert master.returncode == 0, printed
        for worker in workers:
            worker.wait(DEADLINE)

    rows = json.loads((out / "results.json").read_text("utf-8"))["results"]
    outcomes = {f"{row['topic']}/{row['wallet']}": row["outcome"] for row in rows}
    assert {outcomes[f"load.purchase/{wallet}"] for wallet in WALLETS} == {"passed"}
    assert outcomes["load.generator/-"] == "passed"
    assert outcomes["audit.fulfilled-once/-"] == "passed"
    run = json.loads((out / "run.json").read_text("utf-8"))[0]
    assert "engines: 2" in dict(run["load"]["facts"])["processor"]


def _target(folder: Path, desk: Host) -> str:
    """Sandbox and merchant on the first host, and the file that describes them."""
    wallets, token = discover(), secrets.token_urlsafe(24)
    keys = {name: dict(wallets[name].make_keys()) for name in WALLETS}
    (folder / "keys.json").write_text(json.dumps(keys), "utf-8")
    sandbox = f"http://{ADDRESS}:{PORT}"
    given = merchant_settings(
        {name: wallets[name] for name in WALLETS}, keys, Gateways(sandbox), f"sqlite:///{folder / 'shop.db'}"
    )
    (folder / "merchant.json").write_text(json.dumps(given), "utf-8")
    listen = ["--host", ADDRESS, "--announce"]
    _served(
        desk,
        [*_module("fixtures.sandbox"), "--port", str(PORT), "--token", token, "--keys", str(folder / "keys.json")],
        [*listen, str(folder / "sandbox.announced")],
    )
    merchant = [*_module("fixtures.merchant"), "--settings", str(folder / "merchant.json")]
    url = _served(desk, merchant, [*listen, str(folder / "merchant.announced")])
    orders, _, after = CANONICAL.read_text("utf-8").partition("[wallets.")
    shelf = after[after.index("[[shelf]]") :]
    tables = [f'[wallets.{name}]\nkeys = "keys.json"\nnotify = "/notify/{name}"\n' for name in WALLETS]
    consent = f'capabilities = ["load", "gateway"]\nallowed_hosts = ["{ADDRESS}"]\n'
    rest = f'[load]\nhosts = ["{ADDRESS}"]\n[limits]\norders = 500\nrequests_per_second = 500.0\n'
    own = f'[sandbox]\nurl = "{sandbox}"\ntoken = "{token}"\n'
    return consent + orders.replace("${BASE_URL}", url) + "\n".join([*tables, rest, own, shelf])


def _served(desk: Host, command: list[str], listen: list[str]) -> str:
    """Starts a server on the first host; gives the URL that it announces."""
    process, file, deadline = desk.start([*command, *listen]), Path(listen[-1]), time.monotonic() + DEADLINE
    while not file.exists():
        assert process.poll() is None, f"{command[2]} ended"
        assert time.monotonic() < deadline, f"{command[2]} was not ready in time"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.05)
    url: str = json.loads(file.read_text("utf-8"))["url"]
    return url


def _locust(host: Host, *arguments: str) -> subprocess.Popen[str]:
    command = [*_module("locust"), "-f", "load/locustfile.py", "--exit-code-on-error", "0", *arguments]
    return host.start(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]
