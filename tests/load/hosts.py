"""Several hosts on one machine: network namespaces that see each other over virtual cables, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from fixtures.processes import ROOT, stop

ADDRESS = "10.231.0.1"
"""Of the first host, wherever it is asked from."""


@dataclass(frozen=True, slots=True)
class Host:
    """A network namespace; what runs in it ends with the stack."""

    name: str
    stack: ExitStack

    def start(self, command: Sequence[str], **options: object) -> subprocess.Popen[str]:
        """Runs a command on the host."""
        full = ["ip", "netns", "exec", self.name, *command]
        process = subprocess.Popen(full, cwd=ROOT, text=True, start_new_session=True, **options)  # type: ignore[call-overload]
        self.stack.callback(stop, process)
        started: subprocess.Popen[str] = process
        return started


def lack() -> str | None:
    """Why no hosts can be made here, None if they can."""
    if shutil.which("ip") is None:
        return "there is no ip command (iproute2)"
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    name = f"wp-{os.getpid()}-try"
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"no network namespace can be made: {tried.stderr.strip()}"
    _ip("netns", "delete", name)
    return None


@contextmanager
def hosts(others: int) -> Iterator[list[Host]]:
    """One host that is known as ADDRESS, and so many others, each with a cable of its own to the first."""
    with ExitStack() as stack:
        first = _host(stack, "0")
        _ip("-n", first.name, "address", "add", f"{ADDRESS}/32", "dev", "lo")
        yield [first, *(_connected(stack, first, number) for number in range(1, others + 1))]


def _host(stack: ExitStack, label: str) -> Host:
    name = f"wp-{os.getpid()}-{label}"
    _ip("netns", "add", name)
    stack.callback(_ip, "netns", "delete", name)
    _ip("-n", name, "link", "set", "lo", "up")
    return Host(name, stack)


def _connected(stack: ExitStack, first: Host, number: int) -> Host:
    host, ours, theirs = _host(stack, str(number)), f"wpa{number}", f"wpb{number}"
    _ip("link", "add", ours, "netns", first.name, "type", "veth", "peer", "name", theirs, "netns", host.name)
    for name, cable, end in ((first.name, ours, 1), (host.name, theirs, 2)):
        _ip("-n", name, "address", "add", f"10.231.{number}.{end}/24", "dev", cable)
        _ip("-n", name, "link", "set", cable, "up")
    _ip("-n", host.name, "route", "add", ADDRESS, "via", f"10.231.{number}.1")
    return host


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=10)
