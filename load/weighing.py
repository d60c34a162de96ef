"""How much of a run the sandbox took: looked at before it and after it."""

from __future__ import annotations

import time

from fixtures.sandbox.client import SandboxClient, SandboxError
from fixtures.session import Session
from load.notes import Note
from load.shares import Share, sandbox_share


class Weighing:
    """Begins now. Raises SandboxError where the sandbox does not answer."""

    def __init__(self, session: Session) -> None:
        self._session, self._began = session, time.time()
        self._before = self._look()

    def end(self) -> Share | Note:
        """What lies between then and now; a note where the sandbox does not answer any more."""
        try:
            after = self._look()
        except SandboxError as problem:
            return Note(str(problem), ours=True)
        return sandbox_share(self._before, after, time.time() - self._began)

    def _look(self) -> dict[str, object]:
        with SandboxClient(self._session.sandbox_url, self._session.sandbox_token) as client:
            return client.health()
