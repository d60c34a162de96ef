"""Real arrivals from a CSV file."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.target.problems import ConfigurationError
from load.days import expected, stages
from load.plan import Plan
from load.recorded import busiest, instants_of


def _file(folder: Path, text: str) -> str:
    file = folder / "arrivals.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


def _refusal(folder: Path, text: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        instants_of(_file(folder, text))
    return str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "10\n10.5\n13\n",
        "at,buyer\n10,anna\n10.5,ben\n13,cleo\n",
        "13\r\n\r\n10\r\n10.5",
        "2026-11-27T09:00:10Z\n2026-11-27T09:00:10.500Z\n2026-11-27T10:00:13+01:00\n",
        "time\n2026-11-27 09:00:10\n2026-11-27 09:00:10.5\n2026-11-27 09:00:13\n",
    ],
    ids=["seconds", "heading", "unsorted", "zones", "without-zone"],
)
def test_instants_count_from_the_earliest(tmp_path: Path, text: str) -> None:
    assert instants_of(_file(tmp_path, text)) == (0.0, 0.5, 3.0)


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("1\n2\nsoon\n", 3, "'soon'"),
        ("at\n1\nnan\n", 3, "'nan'"),
        ("1\n2026-11-27T09:00:00Z\n", 2, "seconds beside dates"),
    ],
    ids=["a-word", "not-a-number", "two-kinds"],
)
def test_a_bad_line_is_named(tmp_path: Path, text: str, line: int, found: str) -> None:
    told = _refusal(tmp_path, text)

    assert f"arrivals.csv:{line}: found {found}" in told
    assert "wanted" in told


def test_a_file_without_arrivals_is_refused(tmp_path: Path) -> None:
    assert "found no arrival" in _refusal(tmp_path, "at\n\n")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"], ids=["missing", "no-text"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "arrivals.csv"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ConfigurationError, match="cannot be read"):
        instants_of(str(file))


@pytest.mark.parametrize(
    ("instants", "most"),
    [((), 0), ((0.0,), 1), ((0.0, 0.5, 0.99, 1.0), 3), ((0.0, 5.0, 5.2, 5.9, 6.1, 9.0), 3)],
    ids=["nobody", "one", "a-border", "later"],
)
def test_the_busiest_second_may_begin_anywhere(instants: tuple[float, ...], most: int) -> None:
    assert busiest(instants) == most


def test_a_plan_plays_real_arrivals_or_the_first_seconds_of_them(tmp_path: Path) -> None:
    file = _file(tmp_path, "5\n6\n7\n15\n")

    whole, part = Plan.of({"arrivals": file}, seed=1), Plan.of({"arrivals": file, "seconds": 2.5}, seed=1)

    assert (whole.process, whole.instants, whole.seconds) == ("recorded", (0.0, 1.0, 2.0, 10.0), 11.0)
    assert (part.instants, part.seconds) == ((0.0, 1.0, 2.0), 2.5)
    assert [stage.end for stage in stages(part)] == [2.5]
    assert expected(stages(part)) == pytest.approx(3)


@pytest.mark.parametrize("beside", [{"rate": 5.0}, {"shape": "spike"}], ids="-".join)
def test_real_arrivals_have_a_pace_of_their_own(tmp_path: Path, beside: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="beside --arrivals"):
        Plan.of({"arrivals": _file(tmp_path, "1\n"), **beside}, seed=1)
