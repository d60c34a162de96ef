"""The reference merchant, writing down which of its steps it runs: python -m tests.traced, as `fixtures.mutants`.

A step is a method that a mutant may override: of the shop ("settle"), of its pages ("pages.order") or of a wallet's
integration ("alipay.signed_text"). What the watcher of a chain does on its own has the chain's setup before it
("trezor:look").
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from threading import current_thread
from typing import Any, ParamSpec, TypeVar

from fastapi import FastAPI

from fixtures.merchant.integrations import INTEGRATIONS
from fixtures.merchant.pages.pages import Pages
from fixtures.merchant.shop import Shop
from fixtures.mutants.__main__ import main
from fixtures.mutants.mutant import Mutant
from tests.reach import STEPS, TRACED

P = ParamSpec("P")
T = TypeVar("T")

_run: set[str] = set()


def noting(kind: type, prefix: str = "") -> dict[str, Any]:
    """Every method of a class, made to note its name before it runs."""
    steps = {name: inspect.getattr_static(kind, name) for name in dir(kind) if not name.startswith("__")}
    return {name: told for name, step in steps.items() if (told := _noted(prefix + name, step)) is not None}


def _noted(name: str, step: object) -> object:
    if inspect.isfunction(step):
        return _noting(name, step)
    if isinstance(step, classmethod | staticmethod):
        return type(step)(_noting(name, step.__func__))
    if isinstance(step, property):
        return property(_noting(name, step.fget)) if step.fget else None
    return None


def _noting(name: str, step: Callable[P, T]) -> Callable[P, T]:
    @functools.wraps(step)
    def noted(*args: P.args, **kwargs: P.kwargs) -> T:
        _, watcher, setup = current_thread().name.partition("merchant-")
        _run.add(f"{setup}:{name}" if watcher else name)
        return step(*args, **kwargs)

    return noted


class _Traced(Mutant):
    """The reference merchant itself, whose books stand beside the mutants'."""

    integration_types = {  # noqa: RUF012 - as in every mutant
        key: type(kind.__name__, (kind,), noting(kind, f"{key.partition('/')[0]}."))
        for key, kind in INTEGRATIONS.items()
    }
    pages_type = type("Pages", (Pages,), noting(Pages, "pages."))


def _open_doors(shop: Shop, app: FastAPI) -> None:
    Shop.open_doors(shop, app)

    @app.post(STEPS, include_in_schema=False)
    def steps() -> list[str]:
        told = sorted(_run)
        _run.clear()
        return told


_ABOUT = {"__doc__": _Traced.__doc__, "blunt": True, "open_doors": _open_doors}
TracedShop = type(TRACED, (_Traced,), {**noting(Shop), **_ABOUT})

if __name__ == "__main__":
    main()
