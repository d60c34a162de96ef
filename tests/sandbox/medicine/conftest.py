"""How much of the medicine is taken: a spoonful, or by `--medicine full` all of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest


@dataclass(frozen=True, slots=True)
class Dose:
    """`examples` of each operation of the control API, `mutations` of each genuine call, `payments` in all."""

    examples: int
    mutations: int
    payments: int
    whole: bool = False


DOSES = {"quick": Dose(5, 2, 40), "full": Dose(200, 60, 1000, whole=True)}


@pytest.fixture(scope="session")
def dose(pytestconfig: pytest.Config) -> Dose:
    """What `--medicine` asks for."""
    return DOSES[str(pytestconfig.getoption("--medicine"))]
