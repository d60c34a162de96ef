"""Our locustfile, with a benchmark's engine in place of the usual one; everything else is what users get."""

from __future__ import annotations

import json
import os

from load import workers
from load.benchmarks import ENGINE
from load.locustfile import Crowd, Day

__all__ = ["Crowd", "Day"]

workers.ENGINE = tuple(json.loads(os.environ[ENGINE]))
