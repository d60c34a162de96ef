"""What the tab, the line at the terminal and Locust's own table show of a run."""

from __future__ import annotations

import io

import pytest

from load.course import Course
from load.figures import Figures
from load.messages import Batch
from load.progress import Progress, said
from load.tab import row
from load.topics import CAME, DOUBLED, FULFILLED, FULFILMENT, LOST, PAID
from tests.load.synthetic import encoded
from tests.load.test_course import BEGAN, PLAN, _settings

BATCH = Batch(
    0,
    BEGAN + 1,
    {f"{FULFILMENT}/stripe": encoded([0.1] * 4)},
    counts={
        f"{CAME}/stripe": 9,
        f"{PAID}/stripe": 8,
        f"{FULFILLED}/stripe": 4,
        f"{LOST}/stripe": 1,
        f"{PAID}/alipay": 2,
    },
    inside=3,
    lag=0.02,
)


@pytest.fixture
def course() -> Course:
    course = Course(PLAN, _settings(), BEGAN, 1)
    course.hear(BATCH, BEGAN + 1)
    return course


def test_a_line_says_how_the_run_goes(course: Course) -> None:
    assert said(course, BEGAN + 61) == ("01:01  9 came · 4 fulfilled · 3 inside · no purchase yet · lag 20 ms")


def test_nothing_is_said_where_nobody_looks(course: Course) -> None:
    out = io.StringIO()

    Progress(out).show(course, BEGAN + 1)

    assert out.getvalue() == ""


def test_what_is_paid_and_neither_fulfilled_nor_lost_is_pending() -> None:
    figures = Figures(BEGAN)
    figures.add(BATCH)

    stripe = row(figures, "stripe", "stripe")

    assert (stripe[PAID], stripe["pending"], stripe[LOST], stripe[DOUBLED]) == (8, 3, 1, 0)
    assert (stripe["success"], stripe["p50"]) == ("50.0%", "0.100 s")
    assert row(figures, None, "all")["pending"] == 5
    assert row(figures, "alipay", "alipay")["p50"] == ""
