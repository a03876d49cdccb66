"""A token is moved by hand: what it leaves is cancelled, and it goes only where no join waits for it in vain."""

from __future__ import annotations

import pytest

from engine.errors import Conflict, Unfit
from engine.model.step import MoveToken
from tests.engine.conftest import StartCase
from tests.support.configs import clock, config
from tests.support.diagrams import diagram, parallel

LINE = "s=start -> a=user -> b=user -> c=user -> e=end"


def ways(case: object, element: str) -> tuple[str, ...]:
    (place,) = [each for each in case.places() if each.element == element]  # type: ignore[attr-defined]
    return tuple(place.ways)


def test_a_token_goes_forwards_and_backwards_and_takes_along_what_it_knows(begin: StartCase) -> None:
    case = begin(diagram(main=LINE)).do("a", said="yes")
    assert ways(case, "b") == ("a", "b", "c")
    case.move("b", "c")
    assert (case.open, case.last("cancelled"), case.last("entered")) == (["c"], ["b"], ["c"])
    assert case.task("c").context["said"] == "yes"
    case.move("c", "a")
    assert (case.open, case.task("a").round) == (["a"], 2)
    assert case.do("a").do("b").do("c").ended


def test_nobody_ends_a_case_by_hand_instead_of_a_person(begin: StartCase) -> None:
    case = begin(diagram(main=LINE)).do("a").do("b")
    with pytest.raises(Unfit):
        case.move("c", "e")
    assert case.open == ["c"]


def test_what_does_itself_is_no_place_to_go_to(begin: StartCase) -> None:
    files = diagram(main='s=start -> a=user -> t=script x=1 -> w=catch timer "PT30M" -> b=user -> e=end')
    case = begin(files)
    assert ways(case, "a") == ("a", "b")
    assert ways(case.do("a"), "w") == ("a", "w", "b")


def test_what_a_gateway_decides_is_not_decided_by_hand(begin: StartCase) -> None:
    files = diagram(
        main="""
            s=start -> w=catch message go -> g=xor -*-> a=user -> e=end
            g -[n > 2]-> other=end
        """
    )
    assert ways(begin(files), "w") == ("w", "a")


def test_a_step_is_begun_anew_by_moving_to_itself(begin: StartCase) -> None:
    files = diagram(main='s=start -> a=user -> e=end\nt=on a timer "PT30M" -> x=user -> xe=end')
    case = begin(files).later(20)
    before = case.task("a").id
    case.move("a", "a")
    assert (case.open, case.task("a").id != before, case.due) == (["a"], True, [("t", 50.0)])


def test_the_events_on_the_border_go_with_the_step_and_come_with_the_next(begin: StartCase) -> None:
    files = diagram(
        main="""
            s=start -> a=user -> b=user -> e=end
            t=on a timer "PT30M" -> x=user -> xe=end
            u=on b timer "PT10M" -> y=user -> ye=end
        """
    )
    case = begin(files)
    assert ways(case, "a") == ("a", "b", "x", "y")
    case.move("a", "b")
    assert case.due == [("u", 10.0)]
    assert case.until(10).open == ["y"]
    assert case.do("y").ended


def test_a_token_leaves_a_timer_that_it_waited_for(begin: StartCase) -> None:
    case = begin(diagram(main='s=start -> w=catch timer "PT30M" -> a=user -> e=end'))
    assert case.move("w", "a").due == []
    assert case.do("a").ended


def test_it_is_put_at_no_mere_wait_and_leaves_a_message_that_does_not_come(begin: StartCase) -> None:
    case = begin(diagram(main="s=start -> a=user -> m=catch message go -> b=user -> e=end"))
    assert ways(case, "a") == ("a", "b")
    case.do("a").move("m", "b")
    assert (case.open, case.result.waits_for) == (["b"], ())
    assert case.do("b").ended


def test_it_stays_in_its_branch_and_the_join_still_waits_for_the_other(begin: StartCase) -> None:
    files = diagram(
        main="""
            s=start -> first=user -> f=and -> a=user -> b=user -> j=and -> last=user -> e=end
            f -> k=user -> j
        """
    )
    case = begin(files)
    assert ways(case, "first") == ("first",)
    case.do("first")
    assert (ways(case, "a"), ways(case, "k")) == (("a", "b"), ("k",))
    case.move("a", "b").do("b")
    assert case.open == ["k"]
    case.do("k")
    assert case.open == ["last"]
    assert case.do("last").ended


def test_a_token_beside_a_step_goes_its_own_way_only(begin: StartCase) -> None:
    files = diagram(
        main="""
            s=start -> a=user -> b=user -> e=end
            n=beside a message note -> x=user -> y=user -> xe=end
        """
    )
    case = begin(files).send("note")
    assert (ways(case, "a"), ways(case, "x")) == (("a", "b"), ("x", "y"))
    case.move("x", "y").move("a", "b")
    assert case.open == ["b", "y"]
    case.send("note", kept=False)
    assert case.open == ["b", "y"]
    assert case.do("y").do("b").ended


def test_a_called_process_is_left_as_a_whole_and_within_it_one_moves_within_it(begin: StartCase) -> None:
    files = diagram(
        main="s=start -> p=call inner -> after=user -> e=end",
        inner="is_=start -> i=user -> k=user -> ie=end",
    )
    case = begin(files)
    assert (ways(case, "p"), ways(case, "i")) == (("p", "after"), ("i", "k"))
    case.move("i", "k")
    assert case.open == ["k"]
    case.move("p", "after")
    assert (case.open, sorted(case.last("cancelled"))) == (["after"], ["k", "p"])
    case.move("after", "p")
    assert case.open == ["i"]
    assert case.do("i").do("k").do("after").ended


def test_the_clocks_of_a_called_process_that_was_left_are_dropped(begin: StartCase) -> None:
    files = diagram(main="s=start -> p=call inner -> after=user -> e=end", inner="is_=start -> i=user -> ie=end")
    case = begin(files, config=config(clocks=[clock("c", starts=["i"], met_by=["i"], per_process=True)]))
    assert [each.state for each in case.result.clocks] == ["running"]
    assert [each.state for each in case.move("p", "after").result.clocks] == ["dropped"]


def test_what_a_repetition_counts_is_not_moved(begin: StartCase) -> None:
    case = begin(diagram(main="s=start -> a=user -> b=user -> e=end", repeat={"a": parallel(count="2")}))
    assert (case.open, [each.element for each in case.places()]) == (["a", "a"], [])


def test_a_step_that_is_repeated_is_entered_as_a_whole(begin: StartCase) -> None:
    case = begin(diagram(main="s=start -> a=user -> b=user -> e=end", repeat={"b": parallel(count="2")}))
    assert case.move("a", "b").open == ["b", "b"]
    assert case.do("b").do("b").ended


def test_where_no_way_leads_and_what_rests_there_no_more_is_refused_and_nothing_moves(begin: StartCase) -> None:
    case = begin(diagram(main="s=start -> a=user -> f=and -> b=user -> be=end\nf -> c=user -> ce=end"))
    token = case.places()[0].token
    for element in ("b", "s", "f", "nowhere"):
        with pytest.raises(Unfit):
            case.step(MoveToken(token, element))
    case.do("a")
    with pytest.raises(Conflict):
        case.step(MoveToken(token, "a"))
    assert case.open == ["b", "c"]
