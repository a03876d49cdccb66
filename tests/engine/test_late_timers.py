"""Timers that are asked late: they follow clocks and facts; lengths count from when the timer was armed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.engine.conftest import StartCase
from tests.support.cases import T0, Case
from tests.support.configs import budget, clock, config, fact, facts, rung
from tests.support.diagrams import diagram
from tests.support.stock import Stock

LATE_BOUND = diagram(
    main="""
    s=start -> a=user -> e=end
    late=beside a timer deadline("c") -> told=user -> e2=end terminate
"""
)


def test_a_timer_that_names_a_clock_follows_its_pause_and_extension(begin: StartCase) -> None:
    case = begin(LATE_BOUND, config=config(clocks=[clock()]))
    assert case.due == [("late", 60.0)]
    case.later(30).pause()
    assert case.due == []
    case.later(300).resume()
    assert case.due == [("late", 360.0)]
    assert case.extend(15).due == [("late", 375.0)]
    assert case.until(374).open == ["a"]
    assert case.until(375).open == ["a", "told"]


def test_a_timer_that_names_a_clock_follows_the_priority(begin: StartCase) -> None:
    rules = config(
        facts=facts(priority="string"),
        clocks=[clock("c", budget(20, when='priority == "urgent"'), budget(600))],
    )
    case = begin(LATE_BOUND, config=rules)
    assert case.due == [("late", 600.0)]
    case.later(30).change(priority="urgent")
    assert case.due == [("late", 20.0)]
    assert case.fire().open == ["a", "told"]


def test_the_library_asks_a_timer_once(begin: StartCase) -> None:
    files = diagram(main="s=start -> a=user -> e=end\nlate=on a timer wait -> told=user -> e2=end")
    stock = Stock(files, data={"wait": "PT10H"})
    for task in stock.flow.tasks.values():
        task.data["wait"] = "PT1H"
    assert stock.later(61).open == ["a"]


def test_a_timer_on_a_fact_is_fixed_when_it_is_armed(begin: StartCase) -> None:
    """BPMN 2.0.2, 10.5.5: only `deadline` moves by itself; a length is counted from arming."""
    files = diagram(main="s=start -> a=user -> e=end\nlate=on a timer hours(wait) -> told=user -> e2=end")
    case = begin(files, config=config(facts={"wait": fact("wait", "integer", 2)}))
    assert case.due == [("late", 120.0)]
    assert case.change(wait=1).due == [("late", 120.0)]


AGAIN = diagram(
    main="""
    s=start -> a=user -> e=end
    late=beside a timer deadline("c") -> told=script t1 = 1 -> e2=end
"""
)


def told(case: Case) -> int:
    """How often the path behind the timer was taken."""
    return case.done().count("told")


def test_a_timer_on_a_clock_fires_once_for_each_later_due_time(begin: StartCase) -> None:
    rules = config(clocks=[clock("c", rungs=[rung("due", "due")])])
    case = begin(AGAIN, config=rules).until(70)
    assert (told(case), case.due) == (1, [])
    case.extend(60)
    assert case.due == [("c/due", 120.0), ("late", 120.0)]
    case.until(5000)
    assert (told(case), case.done("fired"), case.due) == (2, ["c/1/due"] * 2, [])
    assert case.do("a").ended


def test_a_timer_on_a_clock_does_not_fire_twice_for_the_same_or_an_earlier_time(begin: StartCase) -> None:
    budgets = [budget(20, when="n == 1"), budget(600, when="n == 2"), budget(60)]
    case = begin(AGAIN, config=config(facts=facts(n="integer"), clocks=[clock("c", *budgets)])).until(61)
    assert [(told(case.change(n=n)), case.due) for n in (1, 0)] == [(1, [])] * 2
    case.pause().later(30)
    assert (told(case.resume()), case.due) == (1, [])
    assert case.change(n=2).due == [("late", 630.0)]
    assert [(told(case.change(n=n)), case.due) for n in (1, 2)] == [(1, []), (1, [("late", 630.0)])]
    assert told(case.until(630).change(n=0)) == 2
    assert case.do("a").ended


def test_a_new_round_of_a_clock_is_a_later_time_too(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> p=sub inner -> e=end
        late=beside p timer deadline("c") -> told=script t1 = 1 -> e2=end
    """,
        inner="is_=start -> b=user -> d=user -> ie=end",
    )
    case = begin(files, config=config(clocks=[clock("c", starts=["@open", "d"])])).until(100)
    assert told(case) == 1
    assert case.do("b").due == [("late", 160.0)]
    assert told(case.until(160)) == 2


def test_what_stands_beside_the_clock_fires_once_for_its_arming(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> e=end
        late=beside a timer deadline("c") or hours(2) -> told=script t1 = 1 -> e2=end
    """
    )
    case = begin(files, config=config(clocks=[clock("c", starts=["e"])])).until(121)
    assert (told(case), case.due) == (1, [])
    assert told(case.until(5000)) == 1


def test_a_timer_that_interrupts_fires_once(begin: StartCase) -> None:
    files = diagram(main='s=start -> a=user -> e=end\nlate=on a timer deadline("c") -> b=user -> e2=end')
    case = begin(files, config=config(clocks=[clock("c")])).until(60).extend(60)
    assert (case.open, case.due) == (["b"], [])


MIXED = 'deadline("c") if priority == "urgent" else minutes(30)'
PRIORITY = config(facts=facts(priority="string"), clocks=[clock("c", budget(600))])


def test_a_length_beside_a_clock_counts_from_arming_at_every_look(begin: StartCase) -> None:
    files = diagram(main=f"s=start -> b=user -> a=user -> e=end\nlate=on a timer {MIXED} -> told=user -> e2=end")
    case = begin(files, config=PRIORITY).later(10).do("b")
    assert case.due == [("late", 40.0)]
    assert case.later(20).change(priority="high").due == [("late", 40.0)]
    assert case.later(5).change(priority="urgent").due == [("late", 600.0)]
    assert case.later(2).change(priority="routine").due == [("late", 40.0)]
    assert case.until(39).open == ["a"]
    assert case.until(40).open == ["told"]


def test_a_length_stands_in_for_a_clock_that_does_not_run(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> e=end
        late=beside a timer deadline("c") or hours(2) -> told=user -> e2=end
    """
    )
    absent = begin(files, config=config(clocks=[clock("c", starts=["e"])])).later(10).send("nothing")
    assert absent.due == [("late", 120.0)]
    assert absent.until(500).open == ["a", "told"]
    paused = begin(files, config=config(clocks=[clock("c")])).later(30).pause()
    assert paused.due == [("late", 120.0)]
    assert paused.later(10).resume().due == [("late", 70.0)]


def test_a_timer_beside_others_never_keeps_them_from_firing(begin: StartCase) -> None:
    files = diagram(main=f"s=start -> a=user -> e=end\nlate=beside a timer {MIXED} -> told=user -> e2=end")
    rules = config(
        facts=facts(priority="string"),
        clocks=[clock("c", budget(600)), clock("d", budget(45), rungs=[rung("d", "due")])],
    )
    case = begin(files, config=rules)
    for priority in ("high", "routine"):
        assert case.later(15).change(priority=priority).due == [("late", 30.0), ("d/d", 45.0)]
    assert case.fire().due == [("d/d", 45.0)]
    assert case.later(15).fire().due == []


@pytest.mark.parametrize("text", ["wait", 'wait or deadline("c")', "wait if wait else None"])
def test_a_timer_on_a_fact_that_is_not_known_yet_is_asked_again(begin: StartCase, text: str) -> None:
    files = diagram(main=f"s=start -> a=user -> w=catch timer {text} -> e=end")
    case = begin(files, config=config(facts=facts(wait="instant"), clocks=[clock("c", starts=["e"])])).do("a")
    assert (case.due, case.ended) == ([], False)
    at = T0 + timedelta(minutes=90)
    assert case.later(5).change(wait=at.isoformat()).due == [("w", 90.0)]
    assert not case.until(89).ended
    assert case.until(90).ended


def test_a_length_that_waits_for_a_fact_counts_from_arming_all_the_same(begin: StartCase) -> None:
    files = diagram(main="s=start -> a=user -> w=catch timer hours(2) if known else when -> e=end")
    case = begin(files, config=config(facts=facts(known="boolean", when="instant"))).later(10).do("a")
    assert case.due == []
    assert case.later(60).change(known=True).due == [("w", 130.0)]
    # Known once, it stays: only `deadline` moves by itself.
    assert case.change(known=False).due == [("w", 130.0)]


def test_a_timer_on_a_clock_that_is_met_or_absent_never_falls_due(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> b=user -> e=end
        la=on a timer deadline("later") -> ta=user -> e2=end
        lb=on b timer deadline("c") -> tb=user -> e3=end
    """
    )
    case = begin(files, config=config(clocks=[clock("c", met_by=["a"]), clock("later", starts=["b"])]))
    assert [name for name, _ in case.due] == []
    assert case.do("a").due == []
