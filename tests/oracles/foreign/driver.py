"""A merchant on a foreign SDK as a child process: a JSON request per line in, a JSON answer per line out."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from fixtures.processes import stop
from tests.oracles.foreign.environments import Environment

DRIVERS = Path(__file__).resolve().parent / "drivers"
STEP_LIMIT = 30.0  # seconds until a step that does not answer is given up


class Objection(Exception):
    """The SDK did not do it: it refused, or reported what the gateway refused."""

    def __init__(self, kind: str, problem: str, code: str | None) -> None:
        super().__init__(f"{kind}: {problem}")
        self.kind, self.code = kind, code


class Driver:
    """One running driver; each step is a call and its answer."""

    def __init__(self, environment: Environment, script: str) -> None:
        # the SDKs would obey the proxies of the machine even for 127.0.0.1
        env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self._process = subprocess.Popen(
            [environment.program, str(DRIVERS / script)],
            cwd=environment.directory,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stop(self._process)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(BrokenPipeError):  # what a dead driver never read
                    pipe.close()

    def call(self, step: str, **given: Any) -> Any:
        """What the step returns. Raises Objection where the SDK raises."""
        assert self._process.stdin and self._process.stdout
        request = json.dumps({"step": step, "given": given}).encode() + b"\n"
        with self._deadline(), suppress(BrokenPipeError):  # a driver that has ended answers nothing
            self._process.stdin.write(request)
            self._process.stdin.flush()
        with self._deadline():
            line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the driver gave no answer to {step!r} (exit code {self._process.poll()})")
        reply = json.loads(line)
        if "error" in reply:
            raise Objection(**reply["error"])
        return reply["value"]

    @contextmanager
    def _deadline(self) -> Iterator[None]:
        timer = threading.Timer(STEP_LIMIT, self._process.kill)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
