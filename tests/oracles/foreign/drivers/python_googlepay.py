"""A shop on google-pay-token-decryption; runs in that library's own environment."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from importlib import import_module
from types import SimpleNamespace
from typing import Any

# By name, since type checkers run where the library is not installed.
google_pay: Any = import_module("google_pay_token_decryption.google_pay")


def believe(roots: list[dict[str, str]], recipient: str, key: str, token: dict[str, Any], now: float) -> Any:
    """The decrypted message, as of that time; the library has no clock argument."""
    google_pay.time = SimpleNamespace(time=lambda: now)
    return google_pay.GooglePayTokenDecryptor(roots, recipient, key).decrypt_token(token)


def answered(given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"value": believe(**given)}
    except Exception as error:  # whatever the library raises is its verdict
        return {"error": {"kind": type(error).__name__, "problem": str(error), "code": None}}


def main() -> None:
    """Reads {"step", "given"} lines and writes {"value"} or {"error"} lines; the one step is "believe"."""
    for line in sys.stdin:
        print(json.dumps(answered(json.loads(line)["given"])), flush=True)


if __name__ == "__main__":
    main()
