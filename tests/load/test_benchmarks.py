"""What the benchmarks read off a run: the engines' batches, and what the system counts of each process."""

from __future__ import annotations

import subprocess
import sys

from load.benchmarks.exchanges import Measured
from load.benchmarks.run import Count
from load.benchmarks.stalls import percentiles
from load.benchmarks.used import Used, apart, used
from load.topics import BROWSE, LEFT, PLACE, READ
from tests.load.synthetic import batch

PROGRAM = "some.program"
BUSY = "import sys\nsum(range(3_000_000))\nprint('done', flush=True)\nsys.stdin.read()"


def test_batches_add_up_to_moments() -> None:
    count, locust = Count(), Used(1.5, 10)

    first = count.add(batch(10.0, {f"{PLACE}/alipay": [0.1], f"{BROWSE}/alipay": [0.2]}, counts={"came/-": 1}), locust)
    second = count.add(
        batch(
            11.0,
            {f"{READ}/alipay": [0.1, 0.2]},
            {f"{READ}/alipay": {"HTTP 500": 1}},
            {f"{LEFT}/alipay": 2, f"{LEFT}.stage.0/-": 2},
        ),
        locust,
    )

    assert (first.stories, first.exchanges, first.failures) == (0, 1, 0)
    assert (second.stories, second.exchanges, second.failures, second.locust) == (2, 3, 1, locust)


def test_what_the_engines_used_is_told_apart_from_what_locust_used() -> None:
    starts_another = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY!r}, {PROGRAM!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", starts_another], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == b"done\n"
        engines, locust = apart(process.pid, PROGRAM)
        whole = used(process.pid)
        process.stdin.close()

    assert engines.processor > 0
    assert engines.memory > 1_000_000
    assert locust.memory == whole.memory
    assert used(process.pid) == Used()


def test_the_engine_is_judged_with_what_locust_takes_beside_it() -> None:
    measured = Measured(exchanges=3000, seconds=1.0, generator=0.5, locust=0.1)

    assert (measured.rate, measured.whole) == (6000.0, 5000.0)
    assert "6,000 a second of its core, 5,000 with Locust's own" in str(measured)


def test_percentiles_are_of_the_nearest_rank() -> None:
    assert percentiles([4.0, 1.0, 3.0, 2.0], (50.0, 75.0, 99.9)) == (2.0, 3.0, 4.0)
