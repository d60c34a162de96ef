"""The environments of the foreign SDKs: made on demand from the pins beside this file, once per clone and pin.

They lie in `.walletproof/oracles/` and are found again by a hash of their pins, so a changed pin makes a new one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOM = HERE.parents[2] / ".walletproof" / "oracles"
INSTALL_LIMIT = 600.0  # seconds

# npm retries for minutes by default, which a machine without a registry would have to sit out.
NPM_INSTALL = (
    *("install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"),
    *("--fetch-retries=1", "--fetch-retry-mintimeout=500"),
)
PIP_INSTALL = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--retries", "1", "--requirement")

_NO_REGISTRY = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED"
    r"|NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|ConnectionResetError"
)


class Unavailable(Exception):
    """The machine lacks what the environment needs; the message says what, and which oracles did not run."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A place where foreign SDKs are installed and the program that runs drivers in it."""

    program: str
    directory: Path


@cache
def npm() -> Environment | Unavailable:
    """The npm SDKs under the machine's node."""
    return _outcome("npm oracles", _npm)


@cache
def python_alipay() -> Environment | Unavailable:
    """python-alipay-sdk in a virtual environment of its own."""
    return _outcome("python-alipay-sdk oracle", partial(_python, "python-alipay"))


@cache
def python_googlepay() -> Environment | Unavailable:
    """google-pay-token-decryption in a virtual environment of its own."""
    return _outcome("google-pay-token-decryption oracle", partial(_python, "python-googlepay"))


def _outcome(oracles: str, make: Callable[[], Environment]) -> Environment | Unavailable:
    """What came of it, so that a failure is remembered as well and not tried again for every judge."""
    try:
        return make()
    except Unavailable as problem:
        return Unavailable(f"{problem}: the {oracles} did not run")


def _npm() -> Environment:
    install, node = shutil.which("npm"), shutil.which("node")
    if install is None or node is None:
        raise Unavailable("npm is not installed")
    pins = HERE / "package.json"

    def fill(directory: Path) -> None:
        shutil.copy(pins, directory)
        _run(directory, install, *NPM_INSTALL)

    return Environment(node, _made("npm", pins.read_bytes(), fill))


def _python(name: str) -> Environment:
    """The virtual environment of the pins of that name."""
    pins = HERE / f"{name}.txt"

    def fill(directory: Path) -> None:
        _run(directory, sys.executable, "-m", "venv", str(directory))
        _run(directory, str(directory / "bin" / "python"), *PIP_INSTALL, str(pins))

    # a virtual environment belongs to the interpreter that made it
    interpreter = f"{sys.version} {sys.base_prefix}".encode()
    directory = _made(name, pins.read_bytes() + interpreter, fill)
    return Environment(str(directory / "bin" / "python"), directory)


def _made(name: str, pins: bytes, fill: Callable[[Path], None]) -> Path:
    """The directory of these pins, filled by the first who asks; the others wait for him."""
    directory = ROOM / f"{name}-{hashlib.sha256(pins).hexdigest()[:12]}"
    whole = directory / ".whole"
    with _locked(ROOM / f"{name}.lock"):
        if not whole.exists():
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(parents=True)
            fill(directory)
            whole.touch()
    return directory


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(directory: Path, *command: str) -> None:
    """Raises Unavailable where no package registry answers; any other failure is an error of ours."""
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command, cwd=directory, env=env, capture_output=True, text=True, timeout=INSTALL_LIMIT, check=False
    )
    if done.returncode == 0:
        return
    said = done.stdout + done.stderr
    if _NO_REGISTRY.search(said):
        raise Unavailable("no package registry can be reached")
    raise RuntimeError(f"{' '.join(command)} failed:\n{said}")
