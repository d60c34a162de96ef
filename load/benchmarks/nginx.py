"""The server that benchmarks of the generator speak to: nginx, which answers at once, on a core of its own."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from fixtures.processes import stop

NEEDED = ("nginx", "setpriv", "taskset")
READY = 5.0  # seconds in which it must answer
LOOK = 0.02

_CONFIGURATION = """
daemon off; master_process off; worker_rlimit_nofile 8192;
pid {folder}/pid; error_log stderr crit;
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096; default_type application/json;
        location = /status {{ stub_status; }}
        location / {{ return 200 '{body}'; }}
    }}
}}
"""


class NotInstalled(RuntimeError):
    """Something that the benchmark needs is not on this machine; the message says what."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running nginx, by its URL."""

    url: str

    def requests(self) -> int:
        """How many requests it has answered so far; this question is one of them."""
        told = httpx.get(f"{self.url}/status", trust_env=False).text
        found = re.search(r"^ *\d+ +\d+ +(\d+)", told, re.MULTILINE)
        if found is None:
            raise ValueError(f"nginx says {told!r}")
        return int(found[1])


@contextmanager
def serving(body: str = "{}", core: int = 0) -> Iterator[Server]:
    """Answers every request but the one for its status with 200 and that JSON, without a single quote in it.

    Raises NotInstalled.
    """
    if missing := [name for name in NEEDED if shutil.which(name) is None]:
        raise NotInstalled(f"{', '.join(missing)} is missing; Debian has it in nginx-light, util-linux")
    with tempfile.TemporaryDirectory(prefix="walletproof-") as folder:
        port = _free()
        file = Path(folder, "nginx.conf")
        file.write_text(_CONFIGURATION.format(folder=folder, port=port, body=body), encoding="utf-8")
        pinned = ["taskset", "-c", str(core), "nginx", "-e", "stderr", "-p", folder, "-c", str(file)]
        # it ends with the thread that started it, however that ends
        process = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *pinned])
        try:
            _wait(port, process)
            yield Server(f"http://127.0.0.1:{port}")
        finally:
            stop(process)


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=READY).close()
        except ConnectionRefusedError:
            time.sleep(LOOK)
        else:
            return
    raise RuntimeError(f"nginx did not answer within {READY:g} s")
