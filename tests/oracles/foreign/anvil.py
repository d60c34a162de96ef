"""Anvil, Foundry's own Ethereum node, as a second opinion on the emulated chain."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.oracles.foreign.environments import Unavailable, npm

BASE_FEE = 10**9  # wei; that of a chain's first block, https://eips.ethereum.org/EIPS/eip-1559
_LISTENING = "Listening on "


@dataclass(frozen=True, slots=True)
class Anvil:
    """A running node that makes blocks on demand only."""

    http: httpx.Client

    def ask(self, method: str, *params: Any) -> Any:
        """The result of a call that must succeed."""
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        said = self.http.post("/", json=asked).raise_for_status().json()
        assert "error" not in said, said
        return said["result"]


def program() -> Path:
    """The machine's own anvil, else the one of the npm package. Raises Unavailable."""
    installed = shutil.which("anvil")
    if installed is not None:
        return Path(installed)
    environment = npm()
    if isinstance(environment, Unavailable):
        raise environment
    found = next(environment.directory.glob("node_modules/@foundry-rs/anvil-*/bin/anvil"), None)
    if found is None:
        raise Unavailable("there is no anvil for this machine")
    found.chmod(0o755)
    return found


@contextmanager
def running(chain_id: int) -> Iterator[Anvil]:
    """The node, for as long as the block lasts."""
    options = ["--port", "0", "--chain-id", str(chain_id), "--no-mining", "--order", "fifo", "--hardfork", "prague"]
    process = subprocess.Popen(
        [program(), *options, "--base-fee", str(BASE_FEE), "--accounts", "1"], stdout=subprocess.PIPE, text=True
    )
    try:
        with httpx.Client(base_url=f"http://{_address(process)}", trust_env=False, timeout=20) as http:
            yield Anvil(http)
    finally:
        process.terminate()
        process.communicate()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if _LISTENING in line:
            return line.partition(_LISTENING)[2].strip()
    raise RuntimeError(f"anvil ended with {json.dumps(process.wait())} before it listened")
