"""What can be said of a target of which little is known: the level is printed, and nothing is claimed beyond it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.embedded import Gateways, embedded_merchant
from fixtures.sandbox.process import Sandbox
from fixtures.wallets import discover

ROOT = Path(__file__).parent.parent

PROOFS_ONLY = """
base_url = "${BASE_URL}"
[wallets.stripe]
notify = "/notify/stripe"
[wallets.alipay]
notify = "/notify/alipay"
"""

CHEAPER_DOOR = """
base_url = "${BASE_URL}"
[wallets.stripe]
notify = "/orders"
"""


@pytest.fixture(scope="module")
def shop(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The reference merchant on the published keys."""
    folder = tmp_path_factory.mktemp("shop")
    with embedded_merchant(discover(), sandbox.keys, Gateways.at(sandbox), folder) as url:
        yield url


def verdicts(target: str, url: str, folder: Path, *options: str) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, results and terminal text of a run of the suites on a target file."""
    file = folder / "target.toml"
    file.write_text(target)
    command = [sys.executable, "-m", "pytest", "--target", str(file), f"--out={folder / 'out'}", "-q", *options]
    environment = {**os.environ, "BASE_URL": url}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    found: list[dict[str, Any]] = json.loads((folder / "out" / "results.json").read_text())["results"]
    return ended.returncode, found, ended.stdout


def test_proofs_alone_prove_acknowledgements_and_nothing_else(shop: str, tmp_path: Path) -> None:
    """With notification paths alone, forgeries are judged by the answer, and no word is said about goods."""
    code, found, text = verdicts(PROOFS_ONLY, shop, tmp_path, "--wallet", "stripe")

    passed = {row["topic"] for row in found if row["outcome"] == "passed"}
    assert code == 0
    assert "level 1" in text
    assert {row["level"] for row in found} == {1}
    assert "notify.acknowledge" in passed
    assert "forgery.wrong-key" in passed
    assert {topic.split(".")[0] for topic in passed} <= {"notify", "forgery", "injection", "leaks", "hygiene"}
    assert "Traceback" not in text


def test_a_refused_control_makes_forgeries_inconclusive(shop: str, tmp_path: Path) -> None:
    """A target that refuses even the genuine proof has shown nothing by refusing the forged ones."""
    code, found, _ = verdicts(PROOFS_ONLY, shop, tmp_path, "--wallet", "alipay", "--topic", "forgery")

    assert code == 3
    assert {row["outcome"] for row in found if row["topic"].startswith("forgery")} == {"inconclusive"}


def test_a_door_that_is_shut_to_everybody_is_not_secure(shop: str, tmp_path: Path) -> None:
    """A path that refuses everything passes no forgery check."""
    code, found, _ = verdicts(CHEAPER_DOOR, shop, tmp_path, "--topic", "forgery")

    assert code == 3
    assert not [row for row in found if row["outcome"] == "passed" and row["topic"].startswith("forgery")]
