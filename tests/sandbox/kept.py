"""The toy's sandbox in this process, with its state in a file."""

from __future__ import annotations

import asyncio
from pathlib import Path

from fixtures.model import Answer, Exchange, Message
from fixtures.sandbox.app import App, Bounds, create_app
from fixtures.sandbox.gateway import Sent, Visit, serve
from fixtures.sandbox.keeping.file import StateFile, WrongState
from tests.sandbox.toy import TOY

TOKEN = "a-token-of-this-test"


def begun(path: Path, seed: int | None = None, bounds: Bounds | None = None, secret: str = "published") -> App:
    """The toy's sandbox in this process, with its state in the file."""
    file = StateFile(path)
    try:
        return create_app({"toy": TOY}, {"toy": {"secret": secret}}, TOKEN, seed, bounds=bounds, file=file)
    except WrongState:
        file.close()
        raise


def ended(app: App) -> None:
    """Lets go of the file, as the end of the process does."""
    assert app.state.journal is not None
    app.state.journal.close()


def called(app: App, reference: str) -> Sent:
    """The target opens a payment."""
    body = f'{{"reference": "{reference}", "amount": 1250, "currency": "CNY"}}'.encode()
    return asyncio.run(serve(app.state, Visit("toy", Message("POST", "/pay", (), body), "http://here/toy")))


def exchange(number: int, body: bytes = b"", url: str = "/") -> Exchange:
    """Something that happened."""
    return Exchange(
        "target", "wallet:toy", Message("POST", url, (), body), Answer(200), float(number), 0.0, base_url="http://x"
    )
