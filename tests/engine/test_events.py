"""Signals, errors, escalations, terminate ends and transactions."""

from __future__ import annotations

import pytest

from tests.engine.conftest import StartCase
from tests.support.diagrams import diagram
from tests.support.stock import Stock


def test_a_signal_reaches_every_catch_at_once(begin: StartCase) -> None:
    files = diagram(
        main="""
            s=start -> fork=and -> p=call inner -> pe=end
            fork -> q=user -> qe=end
            fork -> a=user -> t=throw signal stop -> te=end
            sp=on p signal stop -> x=user -> xe=end
            sq=on q signal stop -> y=user -> ye=end
        """,
        inner="is_=start -> i=user -> ie=end",
    )
    case = begin(files)
    assert case.open == ["a", "i", "q"]
    assert case.do("a").open == ["x", "y"]
    assert sorted(case.last("cancelled")) == ["i", "p", "q"]
    assert case.do("x").do("y").ended


def test_a_signal_that_nobody_waits_for_passes(begin: StartCase) -> None:
    assert begin(diagram(main="s=start -> t=throw signal stop -> a=user -> e=end")).open == ["a"]


def test_a_signal_from_inside_ends_the_process_that_threw_it(begin: StartCase) -> None:
    files = diagram(
        main="""
            s=start -> p=call inner -> after=user -> e=end
            sp=on p signal stop -> x=user -> xe=end
        """,
        inner="""
            is_=start -> f=and -> i=user -> ie=end
            f -> k=user -> t=throw signal stop -> te=end
        """,
    )
    case = begin(files).do("k")
    assert case.open == ["x"]
    assert case.do("x").ended


@pytest.mark.parametrize("kind", ["sub", "call"])
@pytest.mark.parametrize("others", [False, True])
def test_an_error_takes_the_way_of_its_boundary_event_and_no_other(begin: StartCase, kind: str, others: bool) -> None:
    files = diagram(
        main=f"""
            s=start -> p={kind} inner -> after=user -> e=end
            bad=on p error E1 -> x=user -> xe=end
            worse=on p error E2 -> y=user -> ye=end
        """,
        inner="""
            is_=start -> f=and -> i=user -> g=xor -[fails]-> ee=end error E1
            g -*-> ie=end
        """
        + ("f -> k=user -> ke=end" if others else ""),
    )
    case = begin(files).do("i", fails=True)
    assert case.open == ["x"]
    assert case.do("x").ended
    assert "after" not in case.done()
    case = begin(files).do("i", fails=False)
    assert case.open == (["k"] if others else ["after"])


def test_an_error_passes_through_processes_that_do_not_catch_it(begin: StartCase) -> None:
    files = diagram(
        main="""
            s=start -> p=call middle -> after=user -> e=end
            bad=on p error E1 -> x=user -> xe=end
        """,
        middle="ms=start -> q=sub inner -> m=user -> me=end",
        inner="is_=start -> i=user -> ee=end error E1",
    )
    case = begin(files).do("i")
    assert case.open == ["x"]
    assert case.do("x").ended


@pytest.mark.parametrize("kind", ["sub", "call"])
def test_an_escalation_beside_a_subprocess_leaves_it_alone_and_comes_each_time(begin: StartCase, kind: str) -> None:
    files = diagram(
        main=f"""
            s=start -> p={kind} inner -> after=user -> e=end
            up=beside p escalation E1 -> x=script x1 = 1 -> xe=end
        """,
        inner="is_=start -> t1=throw escalation E1 -> t2=throw escalation E1 -> i=user -> t3=throw escalation E1"
        " -> k=user -> ie=end",
    )
    case = begin(files)
    assert (case.open, case.done().count("x")) == (["i"], 2)
    assert (case.do("i").open, case.done().count("x")) == (["k"], 3)
    assert case.do("k").open == ["after"]


@pytest.mark.parametrize("kind", ["sub", "call"])
def test_an_escalation_that_interrupts_ends_the_subprocess(begin: StartCase, kind: str) -> None:
    files = diagram(
        main=f"""
            s=start -> p={kind} inner -> after=user -> e=end
            up=on p escalation E1 -> x=user -> xe=end
        """,
        inner="is_=start -> i=user -> t=throw escalation E1 -> k=user -> ie=end",
    )
    case = begin(files).do("i")
    assert case.open == ["x"]
    assert case.do("x").ended


def test_an_escalation_end_goes_both_ways(begin: StartCase) -> None:
    files = diagram(
        main="""
            s=start -> p=sub inner -> after=user -> e=end
            up=beside p escalation E1 -> x=script x1 = 1 -> xe=end
        """,
        inner="is_=start -> i=user -> ie=end escalation E1",
    )
    case = begin(files).do("i")
    assert (case.open, "x" in case.done()) == (["after"], True)


@pytest.mark.parametrize("kind", ["sub", "call"])
def test_a_terminate_end_ends_its_own_process_and_no_other(begin: StartCase, kind: str) -> None:
    files = diagram(
        main=f"""
            s=start -> fork=and -> p={kind} inner -> j=and -> after=user -> e=end
            fork -> q=user -> j
        """,
        inner="""
            is_=start -> f=and -> i=user -> ie=end terminate
            f -> k=user -> ke=end
            f -> r=sub deep -> re_=end
        """,
        deep="ds=start -> d=user -> de=end",
    )
    case = begin(files)
    assert case.open == ["d", "i", "k", "q"]
    case.do("i", result=1)
    assert case.open == ["q"]
    assert sorted(case.last("cancelled")) == ["d", "k", "r"]
    assert case.do("q").task("after").context == {"result": 1}


def test_a_terminate_end_of_the_outermost_process_ends_the_case(begin: StartCase) -> None:
    files = diagram(
        main="""
            s=start -> fork=and -> a=user -> e=end terminate
            fork -> p=call inner -> pe=end
        """,
        inner="is_=start -> i=user -> ie=end",
    )
    case = begin(files).do("a")
    assert (case.ended, case.open, case.result.ended_at_element) == (True, [], "e")
    assert sorted(case.last("cancelled")) == ["i", "p"]


def test_a_case_with_several_ends_is_over_when_the_last_is_reached(begin: StartCase) -> None:
    files = diagram(main="s=start -> fork=and -> a=user -> e=end\nfork -> b=user -> e2=end")
    case = begin(files).do("a")
    assert (case.ended, case.open) == (False, ["b"])
    case.do("b")
    assert (case.ended, case.result.ended_at_element) == (True, "e2")


def test_a_transaction_that_is_cancelled_takes_the_way_of_its_cancel_event(begin: StartCase) -> None:
    files = diagram(
        main="""
            s=start -> p=transaction inner -> after=user -> e=end
            no=on p cancel -> x=user -> xe=end
        """,
        inner="""
            is_=start -> f=and -> i=user -> g=xor -[gives_up]-> ce=end cancel
            g -*-> ie=end
            f -> k=user -> ke=end
        """,
    )
    case = begin(files).do("i", gives_up=True)
    assert case.open == ["x"]
    assert case.do("x").ended
    assert begin(files).do("i", gives_up=False).do("k").open == ["after"]


def test_a_boundary_event_on_a_task_inside_a_loop_is_armed_in_every_round(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> m=xor -> a=user -> x=xor -[again]-> m
        x -*-> e=end
        stop=on a message stop -> b=user -> m
    """
    )
    case = begin(files)
    for _ in range(3):
        case.do("a", again=True).send("stop")
        assert case.open == ["b"]
        assert case.do("b").open == ["a"]
    assert case.do("a", again=False).ended


def test_a_case_may_go_round_hundreds_of_times(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> m=xor -> a=user -> b=script b1 = 1 -> x=xor -[again]-> m
        x -*-> e=end
        stop=on a message stop -> c=user -> e
    """
    )
    case = begin(files)
    for _ in range(250):
        case.do("a", again=True)
    assert case.send("stop").open == ["c"]
    assert case.do("c").ended


def test_the_library_cannot_go_round_so_often() -> None:
    files = diagram(
        main="""
        s=start -> m=xor -> a=user -> b=script b1 = 1 -> x=xor -[again]-> m
        x -*-> e=end
        stop=on a message stop -> c=user -> e
    """
    )
    stock = Stock(files)
    with pytest.raises(RecursionError):
        for _ in range(250):
            stock.do("a", again=True)


def test_the_ways_out_of_one_step_exclude_each_other(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> e=end
        m=on a message stop -> b=user -> e2=end
        t=on a timer PT1H -> c=user -> e3=end
    """
    )
    assert begin(files).send("stop").due == []
    assert begin(files).until(60).result.waits_for == ()
    done = begin(files).do("a")
    assert (done.ended, done.due, done.result.waits_for) == (True, [], ())
