"""A failed assertion is told by its values, without the names of objects of ours."""

from __future__ import annotations

from reports.telling import message, observed

EXPLAINED = """\
assert 3 == 1
 +  where 3 = View(order='7', fulfilments=3).fulfilments
 +    where View(order='7', fulfilments=3) = settled(Order(id='7'), paid=True)
 +      where settled = <fixtures.target.target.Target object at 0x7f>.settled"""
TRACE = "".join(f"E       {line}\n" for line in f"AssertionError: {EXPLAINED}".replace("\n +", "\n+").splitlines())


def test_the_message_names_the_value() -> None:
    assert message(AssertionError(EXPLAINED)) == "assert 3 == 1 (fulfilments)"
    assert message(AssertionError("never paid\nassert not 1")) == "never paid assert not 1"
    assert message(AssertionError("assert False\n +  where False = any(<generator>)")) == "assert False"
    assert message(ValueError()) == "ValueError"


def test_what_was_observed_is_the_assertion_and_where_its_values_stood() -> None:
    assert observed(f">   assert …\n{TRACE}\nfile.py:1: AssertionError") == (
        "assert 3 == 1\nwhere 3 = View(order='7', fulfilments=3).fulfilments"
    )


def test_a_comparison_line_by_line_stays_as_it_is() -> None:
    assert observed("E   AssertionError: assert 'a' == 'b'\nE     - b\nE     + a\n") == "assert 'a' == 'b'\n- b\n+ a"


def test_what_explains_nothing_is_told_whole() -> None:
    assert observed("no such fixture") == "no such fixture"
