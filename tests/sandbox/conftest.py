"""A sandbox that serves the toy wallet alone, and an order at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import httpx
import pytest

from fixtures.sandbox.process import Sandbox, start_sandbox

MODULE = "tests.sandbox.toy"


@pytest.fixture(scope="session")
def toy() -> Iterator[Sandbox]:
    """A running sandbox with the toy wallet, over TLS, too."""
    with start_sandbox(module=MODULE, seed=7, tls=True) as running:
        yield running


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """A client as a target would use one."""
    with httpx.Client(trust_env=False, timeout=10) as client:
        yield client


_numbers = count(1)


@pytest.fixture
def create(toy: Sandbox, http: httpx.Client) -> Callable[[], str]:
    """Opens a payment at the toy's gateway and gives its reference."""

    def opened() -> str:
        reference = f"order-{next(_numbers)}"
        asked = {"reference": reference, "amount": 1250, "currency": "CNY"}
        http.post(f"{toy.gateway_url('toy')}/pay", json=asked).raise_for_status()
        return reference

    return opened
