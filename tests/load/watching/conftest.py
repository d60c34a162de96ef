"""The honest shop of the target's own tests, watched."""

from __future__ import annotations

from tests.target.conftest import shop

__all__ = ["shop"]
