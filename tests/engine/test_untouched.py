"""A called process in which nothing has moved is written as it was read; all tests here watch that this is the same."""

from __future__ import annotations

from tests.engine.conftest import StartCase
from tests.support.cases import Way
from tests.support.diagrams import diagram

CALLS = diagram(
    main="s=start -> fork=and -> one=call left -> join=and -> e=end\nfork -> two=call right -> join",
    left="ls=start -> a=user -> b=user -> le=end",
    right="""
        rs=start -> c=user -> re=end
        both=beside c message news -> n=end
    """,
)


def test_only_the_process_in_which_something_moved_is_written_anew(
    begin: StartCase, way: Way, untouched: list[str]
) -> None:
    case = begin(CALLS)
    untouched.clear()
    case.do("a")
    # What is kept alive was never read, and is written whole.
    assert sorted(untouched) == (["main", "right"] if way == "reloaded" else [])
    untouched.clear()
    case.send("news")
    assert sorted(untouched) == (["left", "main"] if way == "reloaded" else [])
    case.do("b").do("c")
    assert case.ended
