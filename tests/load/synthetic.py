"""The batches of a run that never was: one minute of a peak, two engines, and a target that stands still at 0:30."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from random import Random

from load.journal import entry
from load.messages import Batch
from load.notes import Sample
from load.spread import MICROSECONDS, empty
from load.topics import ABANDON, CAME, FULFILLED, FULFILMENT, LAG, LEFT, LETTER, PAID, PLACE, PLACED, PURCHASE, READ

BEGAN = 1_700_000_000.0
SECONDS = 60
STALL, STALLED = 30, 4  # when the target stands still, and for how long
SETUPS = ("alipay", "stripe", "wechatpay")
PROBLEM = "the order never showed its goods"


def encoded(samples: list[float]) -> str:
    """Seconds as a histogram that travels."""
    histogram = empty()
    for seconds in samples:
        histogram.record_value(max(1, round(seconds * MICROSECONDS)))
    text: bytes = histogram.encode()
    return text.decode()


def batch(
    at: float,
    samples: Mapping[str, list[float]],
    failures: Mapping[str, Mapping[str, int]] | None = None,
    counts: Mapping[str, int] | None = None,
    engine: int = 0,
) -> Batch:
    """A batch that says little."""
    histograms = {name: encoded(values) for name, values in samples.items()}
    return Batch(engine, BEGAN + at, histograms, failures or {}, counts or {})


def rate(second: int) -> int:
    """Stories a second: up to 40 in the middle of the minute."""
    return round(4 + 36 * (1 - abs(second - SECONDS / 2) / (SECONDS / 2)))


@cache
def minute(*, slower: float = 0.0, late: float = 0.002, failing: bool = True) -> tuple[Batch, ...]:
    """The whole minute. `slower`: how much is added to every duration until the end (seconds); `late`: the generator's
    own lag (seconds); `failing`: whether buyers who came into the stall went without their goods."""
    return tuple(one for engine in (0, 1) for one in _of(engine, Random(engine), slower, late, failing))


def _of(engine: int, random: Random, slower: float, late: float, failing: bool) -> Iterator[Batch]:
    due: defaultdict[int, list[tuple[str, str, float]]] = defaultdict(list)
    inside = 0
    for second in range(SECONDS + 10):
        for _ in range(rate(second) // 2 if second < SECONDS else 0):
            story, setup = random.choices((PURCHASE, ABANDON), (9, 1))[0], random.choice(SETUPS)
            took = random.lognormvariate(-2.2, 0.5) + slower * second / SECONDS
            if STALL <= second < STALL + STALLED:
                took += STALL + STALLED - second - random.random()
            due[min(SECONDS + 9, second + int(took))].append((story, setup, took))
            inside += 1
        inside -= len(due[second])
        arrived = rate(second) // 2 if second < SECONDS else 0
        yield _second(engine, second, due[second], arrived, inside, random, late, failing)


def _second(
    engine: int,
    second: int,
    over: list[tuple[str, str, float]],
    arrived: int,
    inside: int,
    random: Random,
    late: float,
    failing: bool,
) -> Batch:
    samples: defaultdict[str, list[float]] = defaultdict(list)
    failures: defaultdict[str, Counter[str]] = defaultdict(Counter)
    counts: Counter[str] = Counter({f"{CAME}/stripe": arrived})
    lines: list[str] = []
    for number, (story, setup, took) in enumerate(over):
        samples[f"{story}/{setup}"].append(took)
        samples[f"{PLACE}/{setup}"].append(took * 0.3)
        counts += Counter({f"{LEFT}/{setup}": 1, f"{PLACED}/{setup}": 1})
        if story == PURCHASE and took > 3.5 and failing:
            failures[f"{story}/{setup}"][PROBLEM] += 1
            order = f"{engine}-{second}-{number}"
            lines.append(entry(Sample(PURCHASE, setup, BEGAN + second, took, PROBLEM, order)))
        elif story == PURCHASE:
            for metric, share in ((LETTER, 0.4), (FULFILMENT, 0.1), (READ, 0.05)):
                samples[f"{metric}/{setup}"].append(took * share)
            counts += Counter({f"{PAID}/{setup}": 1, f"{FULFILLED}/{setup}": 1})
    lags = [random.expovariate(1 / late) for _ in range(arrived)]
    samples[f"{LAG}/-"] = lags
    return Batch(
        engine,
        BEGAN + second + 1,
        {name: encoded(values) for name, values in samples.items() if values},
        failures,
        counts,
        inside=inside,
        lag=max(lags, default=0.0),
        memory=90_000_000 + 200_000 * inside,
        processor=0.3 * (second + 1),
        sandbox=0.02 * len(over),
        target=sum(took for _, _, took in over),
        entries=tuple(lines),
        over=second == SECONDS + 9,
    )
