"""AND and OR joins: in rework loops, beside started subprocesses, and when branches change the same data."""

from __future__ import annotations

from itertools import permutations, product
from typing import Any

import pytest
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from engine.errors import StepFailed
from tests.engine.conftest import StartCase
from tests.support.cases import Bundle, Case
from tests.support.configs import config, facts
from tests.support.diagrams import diagram, parallel
from tests.support.stock import Stock

ORDERS = list(product(permutations("abc"), permutations("abc")))
"""Every order in which three branches can arrive in two rounds of a loop."""

AND_LOOP = diagram(
    main="""
    s=start -> m=xor -> fork=and -> a=user -> join=and -> check=user -> x=xor -[again]-> m
    fork -> b=user -> join
    fork -> c=user -> join
    x -*-> e=end
"""
)

OR_LOOP = diagram(
    main="""
    s=start -> m=xor -> fork=or -[True]-> a=user -> join=or -> check=user -> x=xor -[again]-> m
    fork -[True]-> b=user -> join
    fork -*-> c=user -> join
    fork -[True]-> d=user -> join
    x -*-> e=end
"""
)


def two_rounds(case: Case | Stock, orders: tuple[tuple[str, ...], tuple[str, ...]]) -> list[list[str]]:
    """Complete two rounds of a loop; return what was open after each arrival."""
    seen = []
    for number, order in enumerate(orders):
        for element in order:
            case.do(element)
            seen.append(list(case.open))
        if "check" in case.open:
            case.do("check", again=number == 0)
    return seen


def expected(orders: tuple[tuple[str, ...], tuple[str, ...]]) -> list[list[str]]:
    """What must be open after each arrival: what has not arrived yet, and the check only at the end."""
    return [sorted(order[at:]) or ["check"] for order in orders for at in (1, 2, 3)]


def test_an_and_join_in_a_loop_waits_for_all_in_every_round(begin: StartCase) -> None:
    for orders in ORDERS:
        case = begin(AND_LOOP)
        assert (orders, two_rounds(case, orders)) == (orders, expected(orders))
        assert case.ended


def test_the_library_fires_an_and_join_early_in_the_second_round() -> None:
    orders = (("a", "b", "c"), ("c", "b", "a"))
    stock = Stock(AND_LOOP)
    seen = two_rounds(stock, orders)
    assert seen[:3] == expected(orders)[:3]
    assert seen[3:] != expected(orders)[3:]


def test_an_or_join_in_a_loop_waits_for_all_in_every_round(begin: StartCase) -> None:
    for first, second in ORDERS:
        orders = (tuple(first), tuple(second))
        named = tuple(tuple("abd"["abc".index(x)] for x in order) for order in orders)
        case = begin(OR_LOOP)
        assert two_rounds(case, named) == expected(named)  # type: ignore[arg-type]
        assert case.ended


def test_the_library_fires_an_or_join_early_in_the_second_round() -> None:
    orders = (("a", "b", "d"), ("d", "b", "a"))
    seen = two_rounds(Stock(OR_LOOP), orders)
    assert seen[:3] == expected(orders)[:3]
    assert seen[3:] != expected(orders)[3:]


BESIDE_A_SUBPROCESS = diagram(
    main="""
        s=start -> fork=or -[True]-> a=user -> join=or -> after=user -> e=end
        fork -[True]-> p=sub inner -> x=xor -[twice]-> b=user -> join
        x -*-> gone=end
        fork -*-> c=user -> join
    """,
    inner="is_=start -> i=user -> ie=end",
)
BESIDE_SEVERAL = diagram(
    main="""
        s=start -> fork=or -[True]-> a=user -> join=or -> after=user -> e=end
        fork -[True]-> p=user -> x=xor -[twice]-> b=user -> join
        x -*-> gone=end
        fork -*-> c=user -> join
    """,
    repeat={"p": parallel(count="2")},
)


@pytest.mark.parametrize(("files", "inside"), [(BESIDE_A_SUBPROCESS, "i"), (BESIDE_SEVERAL, "p")])
@pytest.mark.parametrize("twice", [True, False])
def test_an_or_join_waits_for_a_branch_inside_a_subprocess(
    begin: StartCase, files: dict[str, bytes], inside: str, twice: bool
) -> None:
    case = begin(files).do("a")
    assert "after" not in case.open
    while inside in case.open:
        assert "after" not in case.open
        case.do(inside, twice=twice)
    if twice:
        assert case.open == ["b"]
        case.do("b")
    assert case.open == ["after"]
    assert case.do("after").ended


@pytest.mark.parametrize("files", [BESIDE_A_SUBPROCESS, BESIDE_SEVERAL])
def test_the_library_fires_an_or_join_while_a_branch_is_inside_a_subprocess(files: dict[str, bytes]) -> None:
    assert "after" in Stock(files).do("a").open


LOST_UPDATE = diagram(
    main="""
    s=start -> first=user -> fork=and -> a=user -> join=and -> look=user -> e=end
    fork -> b=user -> join
"""
)


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_a_branch_that_changed_nothing_does_not_undo_what_another_changed(begin: StartCase, order: str) -> None:
    case = begin(LOST_UPDATE).do("first", n=1, names=["old"])
    changes: dict[str, dict[str, Any]] = {"a": {"n": 2, "names": ["new"]}, "b": {"other": True}}
    for element in order:
        case.do(element, **changes[element])
    assert case.task("look").context == {"n": 2, "names": ["new"], "other": True}


def test_the_library_lets_the_last_branch_undo_what_another_changed() -> None:
    stock = Stock(LOST_UPDATE).do("first", n=1, names=["old"]).do("a", n=2, names=["new"]).do("b", other=True)
    assert stock.data("look")["n"] == 1


def test_a_branch_that_says_no_where_there_was_a_nought_is_heard(begin: StartCase) -> None:
    files = diagram(
        main="s=start -> z=script seen = 0 -> f=and -> a=user -> j=and -> c=user -> e=end\nf -> b=user -> j"
    )
    case = begin(files).do("b").do("a", seen=False)
    assert case.task("c").context["seen"] is False


def test_where_two_branches_change_the_same_the_later_one_wins(begin: StartCase) -> None:
    case = begin(LOST_UPDATE).do("first", n=1).do("b", n=3).do("a", n=2)
    assert case.task("look").context == {"n": 2}


ENDS_TWICE = """
    is_=start -> u=user -> v=user -> ie=end
    late=beside v timer PT1H -> t=script seen = 1 -> te=end
"""
SEVERAL_ENDS = {
    kind: diagram(main=f"s=start -> p={kind} inner -> look=user -> e=end", inner=ENDS_TWICE) for kind in ("sub", "call")
}


@pytest.mark.parametrize("kind", ["sub", "call"])
@pytest.mark.parametrize("late", [True, False])
def test_what_the_last_end_of_a_process_knows_is_what_goes_on(begin: StartCase, kind: str, late: bool) -> None:
    case = begin(SEVERAL_ENDS[kind]).do("u", names=["a", "b", "c"], who={"x": 1}, old=["u"])
    if late:
        case.until(60)
    case.do("v", names=["d"], who={"y": None}, old=None)
    seen = {"seen": 1} if late else {}
    assert case.task("look").context == {"names": ["d"], "who": {"y": None}, "old": None, **seen}


@pytest.mark.parametrize("kind", ["sub", "call"])
def test_an_end_reached_early_does_not_undo_what_is_said_after_it(begin: StartCase, kind: str) -> None:
    inner = """
        is_=start -> u=user -> f=and -> quick=user -> qe=end
        f -> v=user -> w=user -> we=end
    """
    case = begin(diagram(main=f"s=start -> p={kind} inner -> look=user -> e=end", inner=inner)).do("u", n=1, m=["u"])
    case.do("v", n=2).do("quick", q=True).do("w", m=["w"])
    assert case.task("look").context == {"n": 2, "m": ["w"], "q": True}


def test_the_library_brings_back_what_an_earlier_end_knew() -> None:
    inner = "is_=start -> u=user -> f=and -> quick=user -> qe=end\nf -> v=user -> ie=end"
    files = diagram(main="s=start -> p=sub inner -> look=user -> e=end", inner=inner)
    stock = Stock(files).do("u", names=["a", "b", "c"]).do("v", names=["d"]).do("quick")
    assert stock.data("look")["names"] != ["d"]


UNCONDITIONAL = diagram(
    main="""
    s=start -> fork=or -> always=user -> join=or -> e=end
    fork -[n > 1]-> some=user -> join
    fork -*-> none=user -> join
"""
)


@pytest.mark.parametrize(("n", "taken"), [(1, ["always"]), (2, ["always", "some"])])
def test_an_unconditional_flow_of_an_or_gateway_is_always_taken(begin: StartCase, n: int, taken: list[str]) -> None:
    case = begin(UNCONDITIONAL, config=config(facts=facts(n="integer")), given={"n": n})
    assert case.open == taken
    for element in taken:
        assert not case.ended
        case.do(element)
    assert case.ended


def test_the_library_cannot_read_an_or_gateway_with_an_unconditional_flow() -> None:
    with pytest.raises(ValidationException):
        Stock(UNCONDITIONAL, data={"n": 2})


def test_an_or_gateway_where_nothing_holds_and_nothing_is_default_fails_with_its_name(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> first=user -> fork=or -[n > 1]-> a=user -> e=end
        fork -[n > 2]-> b=user -> e
    """
    )
    case = begin(files)
    with pytest.raises(StepFailed) as failed:
        case.do("first", n=0)
    assert failed.value.details["element"] == "fork"
    assert case.open == ["first"]
    assert case.do("first", n=2).open == ["a"]


def test_an_or_gateway_with_one_branch_taken_joins_at_once(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> first=user -> fork=or -[n > 1]-> a=user -> join=or -> e=end
        fork -[n > 2]-> b=user -> join
        fork -*-> c=user -> join
    """
    )
    assert begin(files).do("first", n=2).do("a").ended
    assert begin(files).do("first", n=0).do("c").ended
    assert begin(files).do("first", n=3).do("b").open == ["a"]


def test_an_or_join_fires_when_the_branch_it_waits_for_ends_elsewhere(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> fork=and -> a=user -> join=or -> after=user -> e=end
        fork -> b=user -> x=xor -[back]-> join
        x -*-> gone=end
    """
    )
    assert begin(files).do("a").do("b", back=False).open == ["after"]
    assert begin(files).do("a").do("b", back=True).open == ["after"]


def test_a_bundle_is_compiled_anew_without_a_trace_of_earlier_cases() -> None:
    bundle = Bundle(AND_LOOP)
    first = Case(bundle, "kept").start().do("a").do("b")
    assert Case(bundle, "kept").start().open == ["a", "b", "c"]
    assert first.open == ["c"]


NESTED = diagram(
    main="""
    s=start -> m=xor -> outer=and -> inner=and -> a=user -> both=and -> all=and -> check=user -> x=xor -[again]-> m
    inner -> b=user -> both
    outer -> c=user -> all
    x -*-> e=end
"""
)


def test_a_join_inside_a_join_waits_for_all_in_every_round(begin: StartCase) -> None:
    """The second round hangs below the branch that came last in the first, and may not have passed the inner join."""
    for orders in ORDERS:
        case = begin(NESTED)
        assert (orders, two_rounds(case, orders)) == (orders, expected(orders))
        assert case.ended
