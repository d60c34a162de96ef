"""Plain paths are looked up directly, and find exactly what JMESPath finds."""

from __future__ import annotations

import json

import jmespath
from hypothesis import given
from hypothesis import strategies as st

from fixtures.model import Answer
from fixtures.target.captures import document, finder

NAMES = st.sampled_from(["a", "b", "_c", "null", "true", "length", "D9"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(".".join)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
DOCUMENTS = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4))
RICHER = st.sampled_from(["a[0]", "[].a", "a || b", "a.b[]", "@", "length(a)", "a[?b=='x']", "sum(a)", '"a".b', "a.*"])


@given(PATHS | RICHER, DOCUMENTS)
def test_a_capture_finds_what_jmespath_finds(path: str, value: object) -> None:
    answer = Answer(200, (), json.dumps(value).encode())

    found = finder(path)(answer, document(answer))

    try:
        wanted = jmespath.search(path, json.loads(answer.body))
    except jmespath.exceptions.JMESPathError:
        wanted = None
    assert (type(found), found) == (type(wanted), wanted)


def test_what_is_no_json_holds_nothing() -> None:
    for body in (b"", b"<html>", b"[" * 100_000, b"\xff\xfe"):
        answer = Answer(200, (), body)
        assert finder("a.b")(answer, document(answer)) is None
